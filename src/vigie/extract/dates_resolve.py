"""From what a text says of a date to the days it covers.

In: an Atom (what the words state), the reference date, the period that the text last spoke of. Out: a Period,
or None when the words need a year, a reference or an anchor that is not known: nothing is guessed.
A year that is not said is the nearest past one, or the coming one where the sentence speaks of the future; a day
up to a month ahead of the reference counts as coming.
Never finer than the words: "three years ago" is that calendar year, "in June" the whole month.
"""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import date, timedelta

from vigie.extract.dates_atom import Atom
from vigie.extract.dates_calendar import (
    UNIT_PRECISION,
    Period,
    add_months,
    month_end,
    month_period,
    narrow,
    nth_weekday,
    period_around,
    year_period,
)
from vigie.extract.dates_count import counted, nth_unit, precision_of
from vigie.extract.dates_feasts import feast
from vigie.extract.dates_relative import anchored, relative
from vigie.model.period import Precision

_AHEAD = timedelta(days=31)
_FAR, _SOON = timedelta(days=370), timedelta(days=200)  # where a weekday chooses the year
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}


def beyond_reference(atom: Atom, known: Precision) -> bool:
    """Whether placing the atom takes a finer reference than is known ("hier" of an article of July 2018)."""
    if known == "day":
        return False
    if atom.base is not None:
        return beyond_reference(atom.base, known)
    if atom.kind in (
        "relative-day",
        "weekday",
        "weekday-week",
        "weekday-day",
        "to-date",
        "day-alone",
        "rest",
        "weekday-count",
    ):
        return True
    if atom.kind not in ("ago", "ahead", "span-ahead", "last-units", "shift"):
        return False
    if atom.amounts:
        return known == "year" or precision_of(atom.amounts) in ("day", "week")
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
        return narrow(period, atom.part, halves=atom.kind in ("shift", "deictic"))
    return period


def _place(atom: Atom, reference: date | None, anchor: Period | None) -> Period | None:
    if atom.base is not None:
        return _composed(atom, reference, anchor)
    match atom.kind:
        case "date" | "day-range" | "weekday-day" | "day-alone":
            return _calendar_date(atom, reference, anchor)
        case "years" | "season-years":
            return _years(atom)
        case "decade" if atom.year is not None:
            return Period(date(atom.year, 1, 1), date(atom.year + 9, 12, 31), "year")
        case "now":
            return None if reference is None else Period(reference, reference, "day", True)
        case "quarter" | "half":
            return _part_of_year(atom, reference)
        case "season":
            return _season(atom, reference, anchor)
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
            return anchored(atom, anchor)
        case "deictic":
            return _spoken_of(atom, reference, anchor)
    return None if reference is None else relative(atom, reference)


_COUNTED = frozenset(
    {
        "nth",
        "days-of",
        "units-of",
        "offset",
        "span-from",
        "span-to",
        "weekday-by",
        "weekday-of",
        "nearest",
        "weekend-of",
        "figures-range",
    }
)


def _spoken_of(atom: Atom, reference: date | None, anchor: Period | None) -> Period | None:
    """`the end of the year`: of the year that the text last spoke of, else of that of the reference."""
    day = anchor.first if anchor is not None else reference
    if day is None or atom.unit is None:
        return None
    whole = period_around(day, UNIT_PRECISION[atom.unit])
    return replace(whole, relative=anchor is None or anchor.relative)


def _composed(atom: Atom, reference: date | None, anchor: Period | None) -> Period | None:
    base = _place(atom.base, reference, anchor) if atom.base is not None else None
    composed = atom.kind in _COUNTED
    if base is None:
        return None if composed else _place(replace(atom, base=None), reference, anchor)
    if atom.kind == "figures-range":
        year = atom.year if atom.year is not None else base.first.year
        first = date(year, atom.month or 0, atom.day or 1)
        if first > base.last and atom.year is None:
            first = date(year - 1, atom.month or 0, atom.day or 1)
        return Period(first, base.last, base.precision, base.relative) if first <= base.last else None
    if not composed:
        said = _place(replace(atom, base=None, year=base.first.year), reference, anchor)
        return None if said is None else replace(said, relative=True)
    return counted(atom, base)


def _calendar_date(atom: Atom, reference: date | None, anchor: Period | None = None) -> Period | None:
    if atom.month is None and atom.day is None:
        return None if atom.year is None else year_period(atom.year)
    if atom.month is None:
        return _day_of_unsaid_month(atom, reference, anchor)
    year = atom.year
    if year is None:
        if reference is None:
            return None
        year = _unsaid_year(atom, reference)
    relative = atom.year is None
    if atom.day is None:
        return replace(month_period(year, atom.month), relative=relative)
    first = date(year, atom.month, atom.day)
    last = first if atom.day2 is None else date(year, atom.month, atom.day2)
    return Period(first, last, "day", relative) if first <= last else None


def _unsaid_year(atom: Atom, reference: date) -> int:
    """The year in which the weekday fits, else the coming or the nearest past one, as the sentence says."""
    month, day, weekday = atom.month or 1, atom.day, atom.weekday
    days = [date(year, month, day or 1) for year in _existing(month, day or 1, reference)]
    if day is not None and weekday is not None:
        fits = [d for d in days if d.weekday() == weekday and -_FAR < d - reference < _SOON]
        if atom.shift is not None:  # "this Friday 7/6" is near, whatever the calendar says
            return min(days, key=lambda d: abs(d - reference)).year
        if fits:
            return min(fits, key=lambda d: abs(d - reference)).year
    if atom.shift == 1 or (atom.shift is None and atom.coming):
        lasts = reference if day is not None else reference.replace(day=1)
        ahead = [d for d in days if (d > reference if atom.shift else d >= lasts)]
        if ahead:
            return ahead[0].year
    limit = reference - timedelta(days=1) if atom.shift == -1 else reference
    if day is not None and atom.shift is None:
        limit += _AHEAD
    return max(d for d in days if d <= limit).year


def _existing(month: int, day: int, reference: date) -> list[int]:
    """Years around the reference in which the day exists (29 February); ValueError when there is none."""
    years = [
        year
        for year in range(reference.year - 8, reference.year + 5)
        if day <= calendar.monthrange(year, month)[1]
    ]
    if not years:
        raise ValueError("no such day")
    return years


def _day_of_unsaid_month(atom: Atom, reference: date | None, anchor: Period | None) -> Period | None:
    """`jeudi 15`: the nearest month, past first, in which the 15th is a Thursday; `the 27th`: the nearest such day."""
    if reference is None or atom.day is None:
        return None
    if atom.weekday is None and anchor is not None and anchor.precision == "day" and not anchor.relative:
        found = _days_in(atom, anchor.first)
        return found if found is not None and found.first > anchor.last else None
    for back in (0, 1, 2, 3, 4, 5, 6, -1, -2) if atom.coming else (0, -1, 1, -2, -3, 2, -4, -5, -6):
        days = _days_in(atom, add_months(reference.replace(day=1), back))
        if days is None:
            continue
        if atom.weekday is not None and days.first.weekday() != atom.weekday:
            continue
        if atom.weekday is not None or (days.first >= reference if atom.coming else days.first <= reference):
            return days
    return None


def _days_in(atom: Atom, month: date) -> Period | None:
    last = atom.day if atom.day2 is None else atom.day2
    if atom.day is None or last is None or last > calendar.monthrange(month.year, month.month)[1]:
        return None
    return Period(month.replace(day=atom.day), month.replace(day=last), "day", True)


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


def _season(atom: Atom, reference: date | None, anchor: Period | None) -> Period | None:
    month = _SEASONS[atom.name or ""]

    def of(year: int) -> Period:
        first = date(year, month, 1)
        last = add_months(first, 3) - timedelta(days=1)
        return Period(first, last, "quarter", atom.year is None)

    if atom.year is not None:
        return of(atom.year)
    if anchor is not None and atom.unit == "season":  # "l'été précédent": before the one spoken of
        reference = anchor.first
    if reference is None or atom.shift is None:
        return None
    if atom.shift == 0:  # the one that runs; else the coming or the last one, as the sentence says
        around = [of(year) for year in range(reference.year - 1, reference.year + 2)]
        for season in around:
            if season.first <= reference <= season.last:
                return season
        return of(reference.year)
    if atom.shift > 0:
        return min(p for p in map(of, (reference.year, reference.year + 1)) if p.first > reference)
    return max(p for p in map(of, range(reference.year - 2, reference.year + 1)) if p.last <= reference)


def _holiday(atom: Atom, reference: date | None) -> Period | None:
    name = atom.name or ""

    def of(year: int) -> Period:
        first, days = feast(name, year)
        precision: Precision = "day" if not name.startswith("hijri") else "week" if days == 1 else "month"
        return Period(first, first + timedelta(days=days - 1), precision, atom.year is None)

    if atom.year is not None:
        return of(atom.year)
    if reference is None:
        return None
    around = [of(year) for year in range(reference.year - 1, reference.year + 3)]
    ahead = [period for period in around if period.last >= reference]
    if (atom.shift or 0) > 0 or (atom.shift is None and atom.coming):
        return ahead[0]
    return max(period for period in around if period.first <= reference)


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
    if atom.month is None and reference is not None:  # "the second Sunday": of this month
        atom = replace(atom, month=reference.month, year=reference.year)
    if atom.month is None or atom.weekday is None or atom.number is None:
        return None
    year = atom.year
    if year is None:
        if reference is None:
            return None
        year = _unsaid_year(replace(atom, weekday=None), reference)
    whole = month_period(year, atom.month)
    day = nth_weekday(whole, atom.weekday, atom.number)
    return None if day is None else Period(day, day, "day", atom.year is None)


def _nth_week(atom: Atom, reference: date | None) -> Period | None:
    year = atom.year
    if atom.number is None or (year is None and reference is None):
        return None
    if year is None and reference is not None:
        year = reference.year if atom.month is None else _unsaid_year(atom, reference)
    year = year or 0
    whole = year_period(year) if atom.month is None else month_period(year, atom.month)
    unit = "week" if atom.kind == "iso-week" else atom.unit
    found = nth_unit(whole, unit, atom.number)
    return None if found is None else replace(found, relative=atom.year is None)
