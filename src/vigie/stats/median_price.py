"""Median price by area and period, as the figures stand: nothing held constant, nothing pooled.

In: `PriceRows` of one product. Out: `PriceIndex`. What the bulletin shows, and what the hedonic index is compared with.
Source: interval by order statistics, without any assumption on the distribution (Hahn and Meeker 1991, Statistical Intervals, ch. 5);
figures of one source are taken as independent. When to use: figures of like quantities from like sources.
Known weakness: it follows the mix of quantities, places and sources; fewer than 6 figures have no 95 % interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np

from vigie.model.errors import SeriesError
from vigie.stats.prices import PriceIndex, PriceRows, PriceState, base_positions, counts, indexed


@dataclass(frozen=True, slots=True, kw_only=True)
class Median:
    """Fewer than `cell_figures` figures or `cell_sources` sources give no price."""

    cell_figures: int = 3
    cell_sources: int = 2

    def index(self, rows: PriceRows, *, base: str | None = None) -> PriceIndex:
        """As `Hedonic.index`; raises SeriesError for the same."""
        if not len(rows.price):
            raise SeriesError("no prices (give at least one row)")
        areas, periods = rows.areas, rows.periods
        figures, sources = counts(rows)
        price, low, high = (np.full(figures.shape, np.nan) for _ in range(3))
        state = np.full(figures.shape, PriceState.NO_FIGURES, dtype=np.int8)
        found: dict[tuple[int, int], list[float]] = {}
        for value, a, p in zip(rows.price, rows.area, rows.period, strict=True):
            found.setdefault((areas.index(a), periods.index(p)), []).append(float(value))
        for at, values in found.items():
            state[at] = PriceState.TOO_FEW
            if figures[at] >= self.cell_figures and sources[at] >= self.cell_sources:
                state[at] = PriceState.ESTIMATED
                price[at] = np.median(values)
                low[at], high[at] = median_interval(values)
        bases = base_positions(price, periods, base)
        unknown = np.full(figures.shape, np.nan)
        return PriceIndex(
            method="median", areas=areas, periods=periods, price=price, low=low, high=high, index=indexed(price, bases),
            index_low=unknown, index_high=unknown, figures=figures, sources=sources,
            own=np.where(np.isfinite(price), 1.0, np.nan), state=state, base=bases,
        )  # fmt: skip


def median_interval(values: list[float], share: float = 0.95) -> tuple[float, float]:
    """Order statistics that hold the median with at least that probability; NaN where no two do."""
    ordered, n = sorted(values), len(values)
    tail, below = 0.0, 0
    while below < n // 2:
        tail += comb(n, below) / 2**n  # probability that fewer than below + 1 figures lie under the median
        if tail > (1 - share) / 2:
            break
        below += 1
    return (ordered[below - 1], ordered[n - below]) if below else (float("nan"), float("nan"))
