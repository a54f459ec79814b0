"""Months, quarters and years by label, and tables of figures by period.

In: dates, labels ("2024", "2024-Q1", "2024-03", "2024-03-11"). Out: the label of the period that holds a date; the days of a label.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, TypeAlias

By: TypeAlias = Literal["month", "quarter", "year"]
_LABEL = re.compile(r"(\d{4})(?:-[QT]([1-4])|-(\d{2})(?:-(\d{2}))?)?", re.IGNORECASE)


def days_of(label: str) -> tuple[date, date]:
    """First and last day. Raises ValueError for what is no period."""
    match = _LABEL.fullmatch(label.strip())
    if match is None:
        raise ValueError(f"not a period: {label!r}")
    year = int(match[1])
    if match[2]:
        first, last = 3 * int(match[2]) - 2, 3 * int(match[2])
    elif match[3]:
        first = last = int(match[3])
    else:
        first, last = 1, 12
    if match[4]:
        day = date(year, first, int(match[4]))
        return day, day
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def label_of(start: date, end: date, by: By) -> str | None:
    """The period that holds both days; None where they lie in two: "in 2024" is no figure of March 2024."""
    labels = {f"{d.year}" if by == "year" else _within(d, by) for d in (start, end)}
    return labels.pop() if len(labels) == 1 else None


def _within(day: date, by: By) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}" if by == "quarter" else f"{day.year}-{day.month:02d}"


def between(first: str, last: str, by: By) -> list[str]:
    """Every label from one to the other."""
    start, end = days_of(first)[0], days_of(last)[0]
    step = {"month": 1, "quarter": 3, "year": 12}[by]
    months = range(start.year * 12 + start.month - 1, end.year * 12 + end.month, step)
    days = (date(m // 12, m % 12 + 1, 1) for m in months)
    return [label for day in days if (label := label_of(day, day, by))]


def figure_at(table: Mapping[str, float], label: str) -> float | None:
    """The figure of a period: its own, else the mean of those inside it, else that of the shortest that holds it."""
    if label in table:
        return table[label]
    start, end = days_of(label)
    known = [(*days_of(name), value) for name, value in table.items()]
    inside = [value for first, last, value in known if start <= first and last <= end]
    if inside:
        return sum(inside) / len(inside)
    around: Sequence[tuple[int, float]] = sorted(
        ((last - first).days, value) for first, last, value in known if first <= start and end <= last
    )
    return around[0][1] if around else None
