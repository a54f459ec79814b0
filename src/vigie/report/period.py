"""The period a bulletin speaks of.

In: "2025", "2025-Q1", "2025-03", "latest" (the year of the last publication) or None (all that is stored).
Out: Period, with the one before it and the quarters it holds.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from vigie.model.errors import SettingsError

Kind = Literal["year", "quarter", "month", "all"]
_FORM = re.compile(r"(\d{4})(?:-Q([1-4])|-(0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days [start, end], both inclusive; `label` as asked ("2025-Q1"), "" for all."""

    kind: Kind
    label: str
    start: date
    end: date

    def holds(self, start: date | None, end: date | None) -> bool:
        """True if the whole of [start, end] lies inside: "in 2024" is not a fact about March 2024."""
        if self.kind == "all":
            return True
        return start is not None and end is not None and self.start <= start and end <= self.end

    def previous(self) -> Period | None:
        """The period of the same length before this one; None for all, and before the calendar begins."""
        if self.kind == "all" or self.start == date.min:
            return None
        day = self.start - timedelta(days=1)
        return {"year": year_of, "quarter": quarter_of, "month": month_of}[self.kind](day)

    def widened(self) -> Period:
        """The quarter, where this is a month; itself otherwise."""
        return quarter_of(self.start) if self.kind == "month" else self


def year_of(day: date) -> Period:
    return Period(kind="year", label=f"{day.year}", start=date(day.year, 1, 1), end=date(day.year, 12, 31))


def quarter_of(day: date) -> Period:
    number = (day.month - 1) // 3
    start = date(day.year, 3 * number + 1, 1)
    end = date(day.year, 3 * number + 3, calendar.monthrange(day.year, 3 * number + 3)[1])
    return Period(kind="quarter", label=f"{day.year}-Q{number + 1}", start=start, end=end)


def month_of(day: date) -> Period:
    last = calendar.monthrange(day.year, day.month)[1]
    return Period(
        kind="month",
        label=f"{day.year}-{day.month:02d}",
        start=day.replace(day=1),
        end=day.replace(day=last),
    )


def quarters(start: date, end: date) -> list[Period]:
    """Every quarter that touches [start, end], in order."""
    found = [quarter_of(start)]
    while found[-1].end < end:
        found.append(quarter_of(found[-1].end + timedelta(days=1)))
    return found


def parse_period(text: str | None, days: Iterable[date]) -> Period:
    """Read a period; `days` are those on which documents were published. Raises SettingsError with the repair."""
    known = sorted(days)
    if text is None:
        first, last = (known[0], known[-1]) if known else (date.min, date.max)
        return Period(kind="all", label="", start=first, end=last)
    asked = text.strip().upper()
    if asked == "LATEST":
        return year_of(known[-1]) if known else parse_period(None, known)
    match = _FORM.fullmatch(asked)
    if match is None or match[1] == "0000":
        raise SettingsError(f"not a period: {text!r} (write 2026, 2026-Q1, 2026-03 or latest)")
    if match[2]:
        return quarter_of(date(int(match[1]), 3 * int(match[2]), 1))
    if match[3]:
        return month_of(date(int(match[1]), int(match[3]), 1))
    return year_of(date(int(match[1]), 1, 1))
