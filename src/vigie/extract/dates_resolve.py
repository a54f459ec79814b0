"""From what a text says of a date to the days it covers.

In: an Atom (what the words state), the reference date, the period that the text last spoke of. Out: a Period,
or None when the words need a year, a reference or an anchor that is not known: nothing is guessed.
A year that is not said is the nearest past one; a day up to a month ahead of the reference counts as coming.
Never finer than the words: "three years ago" is that calendar year, "in June" the whole month.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta

from vigie.extract.dates_calendar import (
    UNIT_PRECISION,
    Period,
    add_months,
    add_units,
    coarser,
    easter,
    month_end,
    month_period,
    narrow,
    nth_weekday,
    period_around,
    run_of_units,
    year_period,
)
from vigie.model.period import Precision

_AHEAD = timedelta(days=31)
_FAR, _SOON = timedelta(days=370), timedelta(days=200)  # where a weekday chooses the year
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """What a stretch of text says of a date, before it is placed in time. None = not said.

    Attributes:
        kind: name of the rule that read it.
        number: of the quarter or half, or how many units.
        shift: -1, 0, +1 units from the reference or the anchor.
        part: "start", "middle" or "end" of the period.
        name: a season, a holiday or the offset of a relative day.
        day2, year2: the last day or year of a range.
    """

    start: int
    end: int
    kind: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    number: int | None = None
    unit: str | None = None
    shift: int | None = None
    part: str | None = None
    name: str | None = None
    day2: int | None = None
    year2: int | None = None


def beyond_reference(atom: Atom, known: Precision) -> bool:
    """Whether placing the atom takes a finer reference than is known ("hier" of an article of July 2018)."""
    if known == "day":
        return False
    if atom.kind in ("relative-day", "weekday", "weekday-week", "weekday-day", "to-date"):
        return True
    if atom.kind not in ("ago", "ahead", "last-units", "shift"):
        return False
    if atom.unit in ("day", "week", "weekend") or (atom.weekday is not None and atom.day is None):
        return True
    return known == "year" and (atom.unit in ("month", "quarter", "half") or atom.month is not None)


def resolve(atom: Atom, reference: date | None, anchor: Period | None) -> Period | None:
    """Place an atom in time; None when that would be a guess or the date does not exist."""
    try:
        period = _place(atom, reference, anchor)
    except (ValueError, OverflowError):
        return None
    if period is not None and atom.part is not None:
        return narrow(period, atom.part, halves=atom.kind == "shift")
    return period


def _place(atom: Atom, reference: date | None, anchor: Period | None) -> Period | None:
    match atom.kind:
        case "date" | "day-range" | "weekday-day":
            return _calendar_date(atom, reference)
        case "years" | "season-years":
            return _years(atom)
        case "decade" if atom.year is not None:
            return Period(date(atom.year, 1, 1), date(atom.year + 9, 12, 31), "year")
        case "quarter" | "half":
            return _part_of_year(atom, reference)
        case "season":
            return _season(atom, reference)
        case "holiday":
            return _holiday(atom, reference)
        case "first-months" | "last-months":
            return _months(atom, reference)
        case "nth-weekday":
            return _nth_weekday(atom, reference)
        case "week-of":
            day = _calendar_date(atom, reference)
            return None if day is None else replace(period_around(day.first, "week"), relative=day.relative)
        case "nth-week" | "iso-week":
            return _nth_week(atom, reference)
        case "anchor":
            return _anchored(atom, reference, anchor)
    return None if reference is None else _relative(atom, reference)


def _calendar_date(atom: Atom, reference: date | None) -> Period | None:
    if atom.month is None and atom.day is None:
        return None if atom.year is None else year_period(atom.year)
    if atom.month is None:
        return _day_of_unsaid_month(atom, reference)
    year = atom.year
    if year is None:
        if reference is None:
            return None
        year = _unsaid_year(atom.month, atom.day, atom.weekday, reference)
        if atom.shift == 1 and date(year, atom.month, atom.day or 1) <= reference:
            year += 1
    relative = atom.year is None
    if atom.day is None:
        return replace(month_period(year, atom.month), relative=relative)
    first = date(year, atom.month, atom.day)
    last = first if atom.day2 is None else date(year, atom.month, atom.day2)
    return Period(first, last, "day", relative) if first <= last else None


def _unsaid_year(month: int, day: int | None, weekday: int | None, reference: date) -> int:
    """The year in which the weekday fits, else the nearest past one (a day soon to come counts as coming)."""
    if day is not None and weekday is not None:
        days = [date(y, month, day) for y in _existing(month, day, reference)]
        fits = [d for d in days if d.weekday() == weekday and -_FAR < d - reference < _SOON]
        if fits:
            return min(fits, key=lambda d: abs(d - reference)).year
    limit = reference + _AHEAD if day is not None else reference
    return max(y for y in _existing(month, day or 1, reference) if date(y, month, day or 1) <= limit)


def _existing(month: int, day: int, reference: date) -> list[int]:
    """Years around the reference in which the day exists (29 February); ValueError when there is none."""
    years = [
        year
        for year in range(reference.year - 8, reference.year + 2)
        if day <= calendar.monthrange(year, month)[1]
    ]
    if not years:
        raise ValueError("no such day")
    return years


def _day_of_unsaid_month(atom: Atom, reference: date | None) -> Period | None:
    """`jeudi 15`: the nearest month, past first, in which the 15th is a Thursday."""
    if reference is None or atom.weekday is None or atom.day is None:
        return None
    for back in (0, -1, 1, -2, -3, 2, -4, -5, -6):
        month = add_months(reference.replace(day=1), back)
        if atom.day <= calendar.monthrange(month.year, month.month)[1]:
            found = month.replace(day=atom.day)
            if found.weekday() == atom.weekday:
                return Period(found, found, "day", True)
    return None


def _years(atom: Atom) -> Period | None:
    if atom.year is None or atom.year2 is None or not atom.year < atom.year2 <= atom.year + 150:
        return None
    return Period(date(atom.year, 1, 1), date(atom.year2, 12, 31), "year")


def _part_of_year(atom: Atom, reference: date | None) -> Period | None:
    months = 3 if atom.kind == "quarter" else 6
    if atom.number is None or not 1 <= atom.number <= 12 // months:
        return None
    month = (atom.number - 1) * months + 1
    year = atom.year
    if year is None:
        if reference is None:
            return None
        year = reference.year + atom.shift if atom.shift is not None else reference.year
        if atom.shift is None and date(year, month, 1) > reference:
            year -= 1
    precision: Precision = "quarter" if atom.kind == "quarter" else "year"
    return Period(date(year, month, 1), month_end(year, month + months - 1), precision, atom.year is None)


def _season(atom: Atom, reference: date | None) -> Period | None:
    month = _SEASONS[atom.name or ""]

    def of(year: int) -> Period:
        first = date(year, month, 1)
        last = add_months(first, 3) - timedelta(days=1)
        return Period(first, last, "quarter", atom.year is None)

    if atom.year is not None:
        return of(atom.year)
    if reference is None or atom.shift is None:
        return None
    if atom.shift == 0:
        return of(reference.year)
    if atom.shift > 0:
        return min(p for p in map(of, (reference.year, reference.year + 1)) if p.first > reference)
    return max(p for p in map(of, range(reference.year - 2, reference.year + 1)) if p.last <= reference)


def _holiday(atom: Atom, reference: date | None) -> Period | None:
    def of(year: int) -> date:
        name = atom.name or ""
        if name.startswith("easter"):
            return easter(year) + timedelta(days=int(name.removeprefix("easter")))
        return date.fromisoformat(f"{year:04d}-{name}")

    if atom.year is not None:
        return Period(of(atom.year), of(atom.year), "day")
    if reference is None:
        return None
    days = [of(year) for year in range(reference.year - 1, reference.year + 2)]
    ahead = [day for day in days if day > reference]
    chosen = ahead[0] if (atom.shift or 0) > 0 else max(day for day in days if day <= reference)
    return Period(chosen, chosen, "day", True)


def _months(atom: Atom, reference: date | None) -> Period | None:
    year = atom.year
    if year is None:
        if reference is None:
            return None
        year = reference.year + (atom.shift or 0)
    if atom.number is None or not 1 <= atom.number <= 12:
        return None
    relative = atom.year is None
    if atom.kind == "first-months":
        return Period(date(year, 1, 1), month_end(year, atom.number), "month", relative)
    return Period(date(year, 13 - atom.number, 1), date(year, 12, 31), "month", relative)


def _nth_weekday(atom: Atom, reference: date | None) -> Period | None:
    if atom.month is None or atom.weekday is None or atom.number is None:
        return None
    year = atom.year
    if year is None:
        if reference is None:
            return None
        year = _unsaid_year(atom.month, None, None, reference)
    whole = month_period(year, atom.month)
    day = nth_weekday(whole, atom.weekday, atom.number)
    return None if day is None else Period(day, day, "day", atom.year is None)


def _nth_week(atom: Atom, reference: date | None) -> Period | None:
    """A week belongs to the month or year that holds its Thursday (ISO 8601); half-months are calendar ones."""
    year = atom.year
    if atom.number is None or (year is None and reference is None):
        return None
    if year is None and reference is not None:
        year = reference.year if atom.month is None else _unsaid_year(atom.month, None, None, reference)
    year = year or 0
    whole = year_period(year) if atom.month is None else month_period(year, atom.month)
    if atom.kind == "nth-week" and atom.unit == "fortnight":
        if atom.month is None or atom.number not in (1, 2, -1):
            return None
        return replace(narrow(whole, "start" if atom.number == 1 else "end"), relative=atom.year is None)
    if atom.unit == "weekend":
        saturday = nth_weekday(whole, 5, atom.number)
        if saturday is None:
            return None
        return Period(saturday, saturday + timedelta(days=1), "day", atom.year is None)
    thursday = nth_weekday(whole, 3, atom.number)
    return None if thursday is None else replace(period_around(thursday, "week"), relative=atom.year is None)


def _anchored(atom: Atom, reference: date | None, anchor: Period | None) -> Period | None:
    """Before, after or in the period that the text last spoke of."""
    if anchor is None or atom.shift is None:
        return None
    if atom.weekday is not None:
        return replace(_shifted_weekday(atom, atom.shift, anchor.last), relative=anchor.relative)
    if atom.unit is None:
        return None
    count = atom.shift * (1 if atom.number is None else atom.number)
    precision = coarser(UNIT_PRECISION[atom.unit], anchor.precision)
    moved = add_units(anchor.first, atom.unit, count)
    return replace(period_around(moved, precision), relative=anchor.relative)


def _relative(atom: Atom, reference: date) -> Period | None:
    match atom.kind:
        case "relative-day":
            day = reference + timedelta(days=int(atom.name or 0))
            return Period(day, day, "day", True)
        case "ago" | "ahead" if atom.unit is not None and atom.number is not None:
            sign = -1 if atom.kind == "ago" else 1
            moved = add_units(reference, atom.unit, sign * atom.number)
            return replace(period_around(moved, UNIT_PRECISION[atom.unit]), relative=True)
        case "last-units" if atom.unit is not None and atom.number is not None:
            return run_of_units(atom.unit, atom.number, atom.shift or -1, reference)
        case "to-date":
            return Period(date(reference.year, 1, 1), reference, "year", True)
        case "weekday":
            if atom.weekday is None:
                return None
            day = reference - timedelta(days=(reference.weekday() - atom.weekday) % 7)
            return Period(day, day, "day", True)
        case "weekday-week" if atom.weekday is not None:
            monday = reference - timedelta(days=reference.weekday())
            day = monday + timedelta(days=7 * (atom.shift or 0) + atom.weekday)
            return Period(day, day, "day", True)
        case "shift":
            return _shifted(atom, reference)
    return None


def _shifted(atom: Atom, reference: date) -> Period | None:
    shift = atom.shift or 0
    if atom.month is not None and atom.day is None:
        year = reference.year
        if shift < 0 and date(year, atom.month, 1) > reference.replace(day=1) - timedelta(days=1):
            year -= 1
        elif shift > 0 and date(year, atom.month, 1) <= reference:
            year += 1
        if atom.unit == "year":
            year = reference.year + shift
        return replace(month_period(year, atom.month), relative=True)
    if atom.weekday is not None:
        return _shifted_weekday(atom, shift, reference)
    if atom.unit is None:
        return None
    if atom.day is not None:
        day = add_months(reference.replace(day=1), shift).replace(day=atom.day)
        return Period(day, day, "day", True)
    if atom.unit == "decade":
        first = reference.year // 10 * 10 + 10 * shift
        return Period(date(first, 1, 1), date(first + 9, 12, 31), "year", True)
    if atom.unit == "weekend":
        saturday = reference - timedelta(days=reference.weekday() - 5) + timedelta(days=7 * shift)
        return Period(saturday, saturday + timedelta(days=1), "day", True)
    if atom.unit == "half":
        first_day = add_months(date(reference.year, 1 if reference.month <= 6 else 7, 1), 6 * shift)
        return Period(first_day, add_months(first_day, 6) - timedelta(days=1), "year", True)
    moved = add_units(reference, atom.unit, shift)
    return replace(period_around(moved, UNIT_PRECISION[atom.unit]), relative=True)


def _shifted_weekday(atom: Atom, shift: int, reference: date) -> Period:
    weekday = atom.weekday or 0
    if shift == 0:
        day = reference + timedelta(days=weekday - reference.weekday())
    elif shift < 0:
        day = reference - timedelta(days=(reference.weekday() - weekday - 1) % 7 + 1)
    else:
        day = reference + timedelta(days=(weekday - reference.weekday() - 1) % 7 + 1)
    return Period(day, day, "day", True)
