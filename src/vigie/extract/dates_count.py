"""Days counted from or inside another period: "the third week of", "two days after", "the first ten days of".

In: an Atom that has a base, and the period of that base. Out: a Period, or None when there is no such day.
A week belongs to the month or year that holds its Thursday (ISO 8601); halves of months are calendar ones.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import reduce

from vigie.extract.dates_atom import Atom
from vigie.extract.dates_calendar import (
    UNIT_PRECISION,
    Period,
    add_months,
    add_units,
    coarser,
    narrow,
    nth_weekday,
    period_around,
)
from vigie.model.period import Precision

_DAY = timedelta(days=1)
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12, "decade": 120}


def counted(atom: Atom, base: Period) -> Period | None:
    """Place an atom of a kind that `dates_compose` makes; None when the base holds no such day."""
    match atom.kind:
        case "nth" if atom.number:
            found = (
                _weekday(atom, base) if atom.weekday is not None else nth_unit(base, atom.unit, atom.number)
            )
        case "days-of" if atom.day is not None:
            first = base.first.replace(day=atom.day)
            found = Period(first, first if atom.day2 is None else first.replace(day=atom.day2), "day")
        case "units-of" if atom.number and atom.unit:
            found = _run(base, atom.unit, atom.number)
        case "offset":
            found = _moved(atom, base)
        case "span-from":
            last = shifted(base.first, atom.amounts, 1) - _DAY
            found = Period(base.first, last, base.precision) if last >= base.first else None
        case "span-to":
            first = shifted(base.last + _DAY, atom.amounts, -1)
            found = Period(first, base.last, base.precision) if first <= base.last else None
        case "weekday-by" if atom.weekday is not None:
            step = (atom.shift or 1) * _DAY
            day = (base.last if (atom.shift or 1) > 0 else base.first) + step
            while day.weekday() != atom.weekday:
                day += step
            found = Period(day, day, "day")
        case "weekday-of" if atom.weekday is not None:
            day = base.first + timedelta(days=atom.weekday)
            found = Period(day, day, "day")
        case "nearest" if atom.weekday is not None and atom.number:
            near = base.first - timedelta(days=(base.first.weekday() - atom.weekday) % 7)
            days = sorted(
                (near + timedelta(weeks=n) for n in range(-3, 5)), key=lambda d: abs(d - base.first)
            )
            found = Period(days[atom.number - 1], days[atom.number - 1], "day") if atom.number <= 8 else None
        case "weekend-of":
            found = weekend_near(base.first)
        case _:
            found = None
    return None if found is None else replace(found, relative=base.relative)


def shifted(day: date, amounts: tuple[tuple[int, str], ...], sign: int) -> date:
    """Move by several counts of units, the largest first."""
    ordered = sorted(amounts, key=lambda amount: -_MONTHS.get(amount[1], 0))
    return reduce(lambda at, amount: add_units(at, amount[1], sign * amount[0]), ordered, day)


def precision_of(amounts: tuple[tuple[int, str], ...]) -> Precision:
    """The finest unit said: "a month and two days ago" is a day."""
    return min((UNIT_PRECISION[unit] for _count, unit in amounts), key=_FINENESS.index)


_FINENESS: tuple[Precision, ...] = ("day", "week", "month", "quarter", "year")


def nth_unit(whole: Period, unit: str | None, number: int) -> Period | None:
    """The n-th day, week, month … of a period, from its end when negative."""
    if unit == "fortnight":
        if number not in (1, 2, -1) or whole.precision != "month":
            return None
        return narrow(whole, "start" if number == 1 else "end", halves=True)
    if unit == "weekend":
        saturday = nth_weekday(whole, 5, number)
        return None if saturday is None else Period(saturday, saturday + _DAY, "day")
    if unit == "week":
        thursday = nth_weekday(whole, 3, number)
        return None if thursday is None else period_around(thursday, "week")
    if unit == "day":
        day = (
            whole.first + timedelta(days=number - 1)
            if number > 0
            else whole.last + timedelta(days=number + 1)
        )
        return Period(day, day, "day") if whole.first <= day <= whole.last else None
    if unit not in _MONTHS:
        return None
    size = _MONTHS[unit]
    count = number - 1 if number > 0 else _length(whole) // size + number
    first = add_months(whole.first, size * count)
    last = add_months(first, size) - _DAY
    return Period(first, last, UNIT_PRECISION[unit]) if whole.first <= first and last <= whole.last else None


def weekend_near(day: date) -> Period:
    """The weekend nearest to a feast, with the feast in it: that of Thanksgiving begins on a Thursday."""
    saturday = day + timedelta(days=(5 - day.weekday()) if day.weekday() >= 2 else -day.weekday() - 2)
    return Period(min(day, saturday), max(day, saturday + _DAY), "day")


def _weekday(atom: Atom, base: Period) -> Period | None:
    day = nth_weekday(base, atom.weekday or 0, atom.number or 0)
    return None if day is None else Period(day, day, "day")


def _length(whole: Period) -> int:
    return (whole.last.year - whole.first.year) * 12 + whole.last.month - whole.first.month + 1


def _run(whole: Period, unit: str, number: int) -> Period | None:
    """The first or last units of a period."""
    if number > 0:
        found = Period(whole.first, add_units(whole.first, unit, number) - _DAY, UNIT_PRECISION[unit])
    else:
        found = Period(add_units(whole.last + _DAY, unit, number), whole.last, UNIT_PRECISION[unit])
    return found if whole.first <= found.first and found.last <= whole.last else None


def _moved(atom: Atom, base: Period) -> Period:
    sign = atom.shift or 1
    first = shifted(base.first, atom.amounts, sign)
    if base.precision == "day":
        return Period(first, first, precision_of(atom.amounts))
    return period_around(first, coarser(precision_of(atom.amounts), base.precision))
