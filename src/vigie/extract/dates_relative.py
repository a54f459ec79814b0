"""Dates that count from the reference or from the date before: "yesterday", "last week", "two years earlier".

In: an Atom, the reference date or the period that the text last spoke of. Out: a Period, or None.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from vigie.extract.dates_atom import Atom
from vigie.extract.dates_calendar import (
    UNIT_PRECISION,
    Period,
    add_months,
    add_units,
    coarser,
    month_period,
    period_around,
    run_of_units,
)
from vigie.extract.dates_count import precision_of, shifted


def anchored(atom: Atom, anchor: Period | None) -> Period | None:
    """Before, after or in the period that the text last spoke of."""
    if anchor is None or atom.shift is None:
        return None
    if atom.weekday is not None:
        return replace(_shifted_weekday(atom, atom.shift, anchor.last), relative=anchor.relative)
    if atom.unit is None or (atom.unit == "day" and anchor.precision != "day"):
        return None
    if atom.shift == 0 and coarser(UNIT_PRECISION[atom.unit], anchor.precision) != UNIT_PRECISION[atom.unit]:
        return None  # "that week", of a text that spoke of a year
    count = atom.shift * (1 if atom.number is None else atom.number)
    precision = coarser(UNIT_PRECISION[atom.unit], anchor.precision)
    moved = add_units(anchor.last if atom.unit == "day" and count > 0 else anchor.first, atom.unit, count)
    if atom.number is not None and anchor.precision == "day":
        return Period(moved, moved, precision, anchor.relative)
    return replace(period_around(moved, precision), relative=anchor.relative)


def relative(atom: Atom, reference: date) -> Period | None:
    match atom.kind:
        case "relative-day":
            day = reference + timedelta(days=int(atom.name or 0))
            return Period(day, day, "day", True)
        case "ago" | "ahead" if atom.amounts:
            sign = -1 if atom.kind == "ago" else 1
            day = shifted(reference, atom.amounts, sign)
            return Period(day, day, precision_of(atom.amounts), True)
        case "last-units" if atom.amounts:
            back = (atom.shift or -1) < 0
            edge = shifted(reference, atom.amounts, -1 if back else 1)
            days = (edge, reference - timedelta(days=1)) if back else (reference + timedelta(days=1), edge)
            return Period(*days, precision_of(atom.amounts), True)
        case "last-units" if atom.unit is not None and atom.number is not None:
            return run_of_units(atom.unit, atom.number, atom.shift or -1, reference)
        case "span-ahead" if atom.amounts:
            last = shifted(reference, atom.amounts, 1)
            return Period(reference, last, precision_of(atom.amounts), True)
        case "rest" if atom.unit is not None:
            whole = period_around(reference, UNIT_PRECISION[atom.unit])
            return replace(whole, first=reference, relative=True)
        case "weekday-count" if atom.weekday is not None and atom.number:
            step = timedelta(weeks=1 if (atom.shift or 1) > 0 else -1)
            day = _shifted_weekday(atom, 1 if (atom.shift or 1) > 0 else -1, reference).first
            day += step * (atom.number - 1)
            return Period(day, day, "day", True)
        case "to-date":
            return Period(date(reference.year, 1, 1), reference, "year", True)
        case "weekday":
            if atom.weekday is None:
                return None
            day = reference - timedelta(days=(reference.weekday() - atom.weekday) % 7)
            if atom.coming:
                day = reference + timedelta(days=(atom.weekday - reference.weekday()) % 7)
            if atom.number is not None:  # "mardi en quinze"
                day = reference + timedelta(days=(atom.weekday - reference.weekday()) % 7 + 7 * atom.number)
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
    if atom.month is not None and atom.unit == "year":  # "5 May last year"
        whole = month_period(reference.year + shift, atom.month)
        day = whole.first.replace(day=atom.day or 1)
        return replace(whole if atom.day is None else Period(day, day, "day"), relative=True)
    if atom.month is not None and atom.day is None:
        year = reference.year
        if shift < 0 and date(year, atom.month, 1) > reference.replace(day=1) - timedelta(days=1):
            year -= 1
        elif shift > 0 and date(year, atom.month, 1) <= reference:
            year += 1
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
    if atom.unit == "workweek":
        monday = reference - timedelta(days=reference.weekday() - 7 * shift)
        return Period(monday, monday + timedelta(days=4), "week", True)
    if atom.unit == "weekend":
        saturday = reference - timedelta(days=reference.weekday() - 5) + timedelta(days=7 * shift)
        if shift == 0 and not atom.coming and saturday > reference:
            saturday -= timedelta(days=7)  # "ce week-end, la police a saisi": the one that was
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
