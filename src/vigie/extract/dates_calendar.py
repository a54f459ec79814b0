"""Periods and the calendar arithmetic that dates need.

In: days, counts of units. Out: Periods, both ends inclusive, with the precision of the words behind them.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta

from vigie.model.period import Precision

_ORDER: tuple[Precision, ...] = ("day", "week", "month", "quarter", "year")
UNIT_PRECISION: dict[str, Precision] = {
    "day": "day", "workday": "day", "week": "week", "workweek": "week", "weekend": "week", "fortnight": "week", "month": "month",
    "quarter": "quarter", "half": "year", "year": "year", "decade": "year",
}  # fmt: skip
_PIVOT = 40  # two-digit years below it belong to this century


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


def nth_weekday(whole: Period, weekday: int, number: int) -> date | None:
    """The n-th such weekday of a period, counted from its end when negative; None when it has fewer."""
    if number < 0:
        last = whole.last - timedelta(days=(whole.last.weekday() - weekday) % 7 - 7 * (number + 1))
        return last if last >= whole.first else None
    day = whole.first + timedelta(days=(weekday - whole.first.weekday()) % 7 + 7 * (number - 1))
    return day if number and day <= whole.last else None


def run_of_units(unit: str, count: int, shift: int, reference: date) -> Period:
    """`the last three months`: up to the day before the reference; quarters are whole ones."""
    precision = UNIT_PRECISION[unit]
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
        case "workday":
            return add_workdays(day, count)
        case "week" | "weekend" | "workweek":
            return day + timedelta(weeks=count)
        case "fortnight":
            return day + timedelta(weeks=2 * count)
        case _:
            return add_months(
                day, count * {"month": 1, "quarter": 3, "half": 6, "year": 12, "decade": 120}[unit]
            )


def add_workdays(day: date, count: int) -> date:
    """Move by days from Monday to Friday; holidays are not known."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(min(abs(count), 3000)):
        day += step
        while day.weekday() > 4:
            day += step
    return day


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

    The end of a year is its last third when the year is named, its second half in "late last year". French counts in
    thirds ("first-third", "last-third"): "fin mai" comes after "mi-mai".
    """
    first, last = period.first, period.last
    thirds = part.endswith("-third")
    if thirds:
        part, halves = ("start" if part.startswith("first") else "end"), False
    match period.precision:
        case "week":
            low, high = {"start": (0, 2), "middle": (1, 4), "end": (3, 6)}[part]
            return replace(period, first=first + timedelta(days=low), last=first + timedelta(days=high))
        case "year" if first.year == last.year and (first.month, last.month) != (1, 12):
            return period  # a part of a half-year is left as it is
        case "year" if first.year == last.year and halves and part != "middle":
            month = 1 if part == "start" else 7
            return replace(period, first=date(first.year, month, 1), last=month_end(first.year, month + 5))
        case "month" if first.month == last.month:
            days = {
                "start": (1, 10 if thirds else 15),
                "middle": (10, 20),
                "end": (21 if thirds else 16, last.day),
            }[part]
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
            begins = add_months(first, index)
            return replace(period, first=begins, last=month_end(begins.year, begins.month))
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
