"""Periods on an axis: their order, the ones between, their names, and which of them a label fits under.

In: "2024-Q1", "2024-03" or "2024", one kind in a chart. Out: Axis.
Left out: weeks; periods of two kinds on one axis (SeriesError).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from vigie.charts.words import Words
from vigie.model.errors import SeriesError

_PERIOD = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?")
_PER_YEAR = {"year": 1, "quarter": 4, "month": 12}
_MOST = 1200
# How many labels fit side by side at 360 px, so that nothing has to be left out by the width at hand.
_LABELS = {"year": 7, "quarter": 7, "month": 6}


@lru_cache(maxsize=4096)
def _parsed(period: str) -> tuple[str, int]:
    """Kind of period, and its number counted from the year 0."""
    match = _PERIOD.fullmatch(period)
    if match is None:
        raise SeriesError(f"not a period: {period!r} (write 2024, 2024-Q1 or 2024-03)")
    year, quarter, month = match.groups()
    if quarter:
        return "quarter", int(year) * 4 + int(quarter) - 1
    if month:
        return "month", int(year) * 12 + int(month) - 1
    return "year", int(year)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Consecutive periods, from the first to the last that is named.

    Attributes:
        kind: "year", "quarter" or "month".
        periods: all of them, in order; a chart places the one of index i at x = i.
    """

    kind: str
    first: int
    periods: tuple[str, ...]

    def index(self, period: str) -> int:
        return _parsed(period)[1] - self.first

    def ticks(self) -> list[int]:
        """Indices that carry a label: all where they fit, else starts of half years, years or several years."""
        count, per_year = len(self.periods), _PER_YEAR[self.kind]
        steps = {
            "year": (1, 2, 5, 10, 20, 50, 100),
            "quarter": (1, 2, 4, 8, 20, 40, 80),
            "month": (1, 3, 6, 12, 24, 60, 120),
        }
        found: list[int] = []
        for step in steps[self.kind]:
            found = [i for i in range(count) if (self.first + i) % step == 0]
            if step == 1 or found:
                fits = _LABELS[self.kind] + (1 if step >= per_year > 1 else 0)
                if len(found) <= fits:
                    return found
        return found

    def label_expression(self, words: Words) -> str:
        """A Vega expression from an index to its label, of one or two lines; made of no text but ours."""
        ticks = self.ticks()
        labels: dict[str, list[str]] = {}
        previous = ""
        for i in ticks:
            lines = self._lines(self.periods[i], words)
            # The year is said once, under the first label of it.
            year = lines[-1]
            labels[str(i)] = lines if year != previous else [*lines[:-1], ""] if len(lines) > 1 else lines
            previous = year
        if (
            all(len(lines) == 2 and lines[0] == labels[str(ticks[0])][0] for lines in labels.values())
            and len(ticks) > 1
        ):
            starts = all((self.first + i) % _PER_YEAR[self.kind] == 0 for i in ticks)
            if starts:  # only starts of years: the year says it
                labels = {key: [lines[1]] for key, lines in labels.items()}
        return f"{json.dumps(labels, ensure_ascii=False, sort_keys=True)}[datum.value]"

    def _lines(self, period: str, words: Words) -> list[str]:
        year, _, part = period.partition("-")
        if not part:
            return [year]
        if part.startswith("Q"):
            return [words.fill("quarter_short", q=part[1:]), year]
        return [words.months(short=True)[int(part) - 1], year]


def axis_of(periods: Iterable[str]) -> Axis:
    """The axis that holds all of them; SeriesError where none is named or two kinds are mixed."""
    parsed = {_parsed(period) for period in periods}
    kinds = {kind for kind, _ in parsed}
    if len(kinds) != 1:
        raise SeriesError(f"periods of one kind are needed, not {', '.join(sorted(kinds)) or 'none'}")
    kind = kinds.pop()
    first, last = min(n for _, n in parsed), max(n for _, n in parsed)
    if last - first >= _MOST:
        raise SeriesError(f"more than {_MOST} periods (give a shorter stretch of time)")
    return Axis(kind=kind, first=first, periods=tuple(_written(kind, n) for n in range(first, last + 1)))


def _written(kind: str, number: int) -> str:
    if kind == "year":
        return f"{number:04d}"
    if kind == "quarter":
        return f"{number // 4:04d}-Q{number % 4 + 1}"
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


@lru_cache(maxsize=4096)
def name_of(period: str, words: Words) -> str:
    """ "2024-Q1" -> "T1 2024", "2024-03" -> "mars 2024"."""
    kind, number = _parsed(period)
    if kind == "quarter":
        return words.fill("quarter", q=number % 4 + 1, y=f"{number // 4:04d}")
    if kind == "month":
        return f"{words.months()[number % 12]} {number // 12:04d}"
    return period
