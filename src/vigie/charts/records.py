"""What charts are made of: plain records, so that a chart knows no store.

In: nothing. Out: points, bars, areas, flows and stretches, each saying how many statements and sources it stands on.
Left out: how a figure was worked out; whether it may be public (vigie.report.public decided before).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["shown", "zero", "withheld", "nothing-collected"]
"""`zero`: collected, and none found; `withheld`: too few independent sources for a figure, or none (a public page does not
tell which); `nothing-collected`: nobody looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One period of a series.

    Attributes:
        period: "2024-Q1", "2024-03" or "2024".
        value: in the unit of the chart; None unless `state` is shown or zero.
        low, high: bounds of its uncertainty; None where there are none.
        n: statements; sources: independent sources.
    """

    period: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    sources: int = 0
    state: State = "shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line of a chart; `name` is in the reader's language."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One value with a name; `low` and `high` bound it, None where there are no bounds."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    n: int = 0
    sources: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaValue:
    """One area of a map; `code` is ISO 3166-2 as the gazetteer writes it (FR-69) or ISO 3166-1 (ES)."""

    code: str
    name: str
    value: float | None = None
    n: int = 0
    sources: int = 0
    state: State = "shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """From one area to another, with `n` statements; names are in the reader's language."""

    origin: str
    origin_name: str
    destination: str
    destination_name: str
    n: int
    sources: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A row of a coverage strip: for each period how much was collected, and its state."""

    name: str
    cells: tuple[tuple[str, int, State], ...]
