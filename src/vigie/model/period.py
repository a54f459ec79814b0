"""Dates that know their own precision. Never more precise than the source."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Literal

Precision = Literal["day", "week", "month", "quarter", "year"]
Basis = Literal["text", "document", "unknown"]


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date known to the year, the month or the day.

    Attributes:
        year: 4 digits.
        month: 1-12, or None when only the year is known.
        day: 1-31, or None when only the month is known.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day needs a month")
        date(self.year, self.month or 1, self.day or 1)

    @classmethod
    def parse(cls, iso: str) -> PartialDate:
        """Read "2021", "2021-03" or "2021-03-11". Raises ValueError for anything else."""
        parts = iso.strip().split("-")
        if not (1 <= len(parts) <= 3) or len(parts[0]) != 4 or any(len(p) != 2 for p in parts[1:]):
            raise ValueError(f"not an ISO date: {iso!r}")
        return cls(*(int(p) for p in parts))

    def __str__(self) -> str:
        if self.month is None:
            return f"{self.year:04d}"
        if self.day is None:
            return f"{self.year:04d}-{self.month:02d}"
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"

    @property
    def precision(self) -> Precision:
        return "year" if self.month is None else "month" if self.day is None else "day"

    @property
    def first(self) -> date:
        """First day covered."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        """Last day covered."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])


@dataclass(frozen=True, slots=True)
class When:
    """The time an observation speaks of, both ends inclusive.

    Attributes:
        start, end: first and last day; both None when basis is "unknown".
        precision: the precision of the source's own words.
        basis: "text" = stated near the fact; "document" = the publication date; "unknown" = neither.
    """

    start: date | None
    end: date | None
    precision: Precision | None
    basis: Basis

    @classmethod
    def of(cls, partial: PartialDate, basis: Basis) -> When:
        return cls(partial.first, partial.last, partial.precision, basis)


UNKNOWN_WHEN = When(None, None, None, "unknown")
