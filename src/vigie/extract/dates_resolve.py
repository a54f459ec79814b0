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

from vigie.model.period import Precision

_AHEAD = timedelta(days=31)
_FAR, _SOON = timedelta(days=370), timedelta(days=200)  # where a weekday chooses the year
_ORDER: tuple[Precision, ...] = ("day", "week", "month", "quarter", "year")
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
_PIVOT = 50  # two-digit years below it belong to this century
_UNIT_PRECISION: dict[str, Precision] = {
    "day": "day", "week": "week", "weekend": "week", "fortnight": "week", "month": "month",
    "quarter": "quarter", "half": "year", "year": "year", "decade": "year",
}  # fmt: skip


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


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """First and last day, the precision of the words, and whether the reference was needed."""

    first: date
    last: date
    precision: Precision
    relative: bool = False


def full_year(two_digits: int) -> int:
    return two_digits + (2000 if two_digits < _PIVOT else 1900)


def coarser(one: Precision, other: Precision) -> Precision:
    return max(one, other, key=_ORDER.index)


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
    day = _nth(whole, atom.weekday, atom.number)
    return None if day is None else Period(day, day, "day", atom.year is None)


def _nth(whole: Period, weekday: int, number: int) -> date | None:
    """The n-th such weekday of a period, counted from its end when negative."""
    if number < 0:
        return whole.last - timedelta(days=(whole.last.weekday() - weekday) % 7)
    day = whole.first + timedelta(days=(weekday - whole.first.weekday()) % 7 + 7 * (number - 1))
    return day if number and day <= whole.last else None


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
        saturday = _nth(whole, 5, atom.number)
        if saturday is None:
            return None
        return Period(saturday, saturday + timedelta(days=1), "day", atom.year is None)
    thursday = _nth(whole, 3, atom.number)
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
    precision = coarser(_UNIT_PRECISION[atom.unit], anchor.precision)
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
            return replace(period_around(moved, _UNIT_PRECISION[atom.unit]), relative=True)
        case "last-units" if atom.unit is not None and atom.number is not None:
            return _run_of_units(atom.unit, atom.number, atom.shift or -1, reference)
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
    return replace(period_around(moved, _UNIT_PRECISION[atom.unit]), relative=True)


def _shifted_weekday(atom: Atom, shift: int, reference: date) -> Period:
    weekday = atom.weekday or 0
    if shift == 0:
        day = reference + timedelta(days=weekday - reference.weekday())
    elif shift < 0:
        day = reference - timedelta(days=(reference.weekday() - weekday - 1) % 7 + 1)
    else:
        day = reference + timedelta(days=(weekday - reference.weekday() - 1) % 7 + 1)
    return Period(day, day, "day", True)


def _run_of_units(unit: str, count: int, shift: int, reference: date) -> Period:
    """`the last three months`: up to the day before the reference; quarters are whole ones."""
    precision = _UNIT_PRECISION[unit]
    if unit == "quarter":
        first = period_around(reference, "quarter").first
        start = add_months(first, -3 * count if shift < 0 else 3)
        return Period(start, add_months(start, 3 * count) - timedelta(days=1), precision, True)
    if shift < 0:
        return Period(add_units(reference, unit, -count), reference - timedelta(days=1), precision, True)
    start = reference + timedelta(days=1)
    return Period(start, add_units(reference, unit, count), precision, True)


def add_units(day: date, unit: str, count: int) -> date:
    """Move by calendar units; the 31st becomes the last day of a shorter month."""
    match unit:
        case "day":
            return day + timedelta(days=count)
        case "week" | "weekend":
            return day + timedelta(weeks=count)
        case "fortnight":
            return day + timedelta(weeks=2 * count)
        case _:
            return add_months(
                day, count * {"month": 1, "quarter": 3, "half": 6, "year": 12, "decade": 120}[unit]
            )


def add_months(day: date, count: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))


def month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def month_period(year: int, month: int) -> Period:
    return Period(date(year, month, 1), month_end(year, month), "month")


def year_period(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31), "year")


def period_around(day: date, precision: Precision) -> Period:
    """The day, or the calendar week, month, quarter or year that holds it."""
    match precision:
        case "day":
            return Period(day, day, "day")
        case "week":
            monday = day - timedelta(days=day.weekday())
            return Period(monday, monday + timedelta(days=6), "week")
        case "month":
            return month_period(day.year, day.month)
        case "quarter":
            month = (day.month - 1) // 3 * 3 + 1
            return Period(date(day.year, month, 1), month_end(day.year, month + 2), "quarter")
        case "year":
            return year_period(day.year)


def narrow(period: Period, part: str, halves: bool = False) -> Period:
    """The start, middle or end of a period; the precision stays that of the period.

    The end of a year is its last third when the year is named, its second half in "late last year".
    """
    first, last = period.first, period.last
    match period.precision:
        case "week":
            low, high = {"start": (0, 2), "middle": (1, 4), "end": (3, 6)}[part]
            return replace(period, first=first + timedelta(days=low), last=first + timedelta(days=high))
        case "year" if first.year == last.year and halves and part != "middle":
            month = 1 if part == "start" else 7
            return replace(period, first=date(first.year, month, 1), last=month_end(first.year, month + 5))
        case "month" if first.month == last.month:
            days = {"start": (1, 15), "middle": (10, 20), "end": (16, last.day)}[part]
            return replace(period, first=first.replace(day=days[0]), last=first.replace(day=days[1]))
        case "year" if first.year == last.year:
            months = {"start": (1, 4), "middle": (5, 8), "end": (9, 12)}[part]
            return replace(
                period, first=date(first.year, months[0], 1), last=month_end(first.year, months[1])
            )
        case "year":
            years = last.year - first.year + 1
            begin, stop = {"start": (0, 0.4), "middle": (0.3, 0.7), "end": (0.6, 1)}[part]
            low, high = first.year + round(years * begin), first.year + round(years * stop) - 1
            return replace(period, first=date(low, 1, 1), last=date(max(low, high), 12, 31))
        case "quarter":
            index = {"start": 0, "middle": 1, "end": 2}[part]
            month = add_months(first, index)
            return replace(period, first=month, last=month_end(month.year, month.month))
    return period


def easter(year: int) -> date:
    """Gregorian Easter Sunday (anonymous algorithm, Nature 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)
