"""Weeks (from Monday) or months, numbered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

By: TypeAlias = Literal["week", "month"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Periods without gap, by their first days."""

    by: By
    starts: tuple[date, ...]

    @classmethod
    def of(cls, first: date, last: date, by: By) -> Calendar:
        """The periods from the one that holds `first` to the one that holds `last`."""
        starts = [_start(first, by)]
        while (following := _after(starts[-1], by)) <= last:
            starts.append(following)
        return cls(by=by, starts=tuple(starts))

    def __len__(self) -> int:
        return len(self.starts)

    def position(self, day: date) -> int:
        """Number of the period that holds a day of the calendar."""
        first = self.starts[0]
        if self.by == "week":
            return (day - first).days // 7
        return 12 * (day.year - first.year) + day.month - first.month

    def last_day(self, position: int) -> date:
        """Of a period."""
        return _after(self.starts[position], self.by) - timedelta(days=1)

    def periods_in(self, days: int) -> int:
        """How many whole periods so many days hold, at least one."""
        return max(1, days // 7 if self.by == "week" else round(days / 30.44))


def _start(day: date, by: By) -> date:
    return day - timedelta(days=day.weekday()) if by == "week" else day.replace(day=1)


def _after(start: date, by: By) -> date:
    return start + timedelta(days=7) if by == "week" else (start + timedelta(days=31)).replace(day=1)
