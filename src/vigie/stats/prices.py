"""What all price indices share: rows of prices in, a price for each area and period out, each with its state.

In: `PriceRows`, one product in one unit. Out: `PriceIndex`. Left out: how a price is worked out (`hedonic.py`, `median_price.py`,
`euda_index.py`); where rows come from (`vigie.analysis.prices`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from vigie.model.errors import MissingExtraError, SeriesError
from vigie.stats.arrays import FloatArray, IntArray
from vigie.stats.design import codes


class PriceState(IntEnum):
    """What a price rests on; without a price, why."""

    ESTIMATED = 0  # mostly the figures of its own area and period
    POOLED = 1  # mostly those of its parents: the same area at other times, the same time in other areas
    INTERPOLATED = 2  # between the period before and the one after
    CARRIED = 3  # the nearest period, at an end of the series
    TOO_FEW = 4  # figures or sources
    NO_FIGURES = 5  # none of that area and period
    NOT_IDENTIFIED = 6  # its effect cannot be told from another: of the quantity, of another area
    DROPPED = 7  # the recipe leaves this area out

    @property
    def label(self) -> str:
        """As printed: "too-few"."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PriceRows:
    """Prices of one product in one unit, one row a figure.

    Attributes:
        price: EUR for one unit, > 0, shape (n_rows,).
        quantity: units that the price is for, > 0 (1000 where a kilogram is priced in grams).
        area, period, source: labels; periods in a form that sorts by time ("2024-Q1"); "" is one unknown source.
        parent: what an area lies in, one label a row: areas are shrunk to their parent and never to another; an area that is its
            own parent is shrunk to its own other periods only. None = all areas have one parent.
        place: finer than the area, where it is known: an area's mean should not follow which towns were spoken of.
        factors: further labels by name: form, channel, kind of source.
        purity: percent, NaN unknown.
    """

    price: FloatArray
    quantity: FloatArray
    area: Sequence[str]
    period: Sequence[str]
    source: Sequence[str]
    parent: Sequence[str] | None = None
    place: Sequence[str] | None = None
    factors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    purity: FloatArray | None = None

    def __post_init__(self) -> None:
        n = len(self.price)
        listed: dict[str, Sequence[object] | FloatArray | None] = {
            "quantity": self.quantity, "area": self.area, "period": self.period, "source": self.source,
            "parent": self.parent, "place": self.place, "purity": self.purity, **self.factors,
        }  # fmt: skip
        for name, values in listed.items():
            if values is not None and len(values) != n:
                raise SeriesError(f"{name}: {len(values)} rows, price has {n}")
        if self.parent is not None and len(set(zip(self.area, self.parent, strict=True))) > len(
            set(self.area)
        ):
            raise SeriesError("parent: an area has two (give each area one)")
        for name, numbers in (("price", self.price), ("quantity", self.quantity)):
            if not (np.isfinite(numbers).all() and (np.asarray(numbers) > 0).all()):
                raise SeriesError(f"{name}: zero, negative or missing in a row (leave that row out)")
        if self.purity is not None and (np.asarray(self.purity) <= 0).any():
            raise SeriesError("purity: zero or negative in a row (use NaN where it is unknown)")

    @property
    def areas(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.area)))

    @property
    def periods(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.period)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """An effect on the logarithm of the price for one unit.

    Attributes:
        low, high: 95 % interval.
        cluster_error: standard error by the sandwich over sources, of the robust regression without group effects: to be
            compared; NaN with fewer than two sources.
    """

    name: str
    estimate: float
    low: float
    high: float
    cluster_error: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PriceIndex:
    """Prices of one product by area and period.

    Attributes:
        areas, periods: labels, sorted; the shape (n_areas, n_periods) of all arrays below.
        price, low, high: EUR for one unit, with the 95 % interval; NaN where `state` says why.
        index, index_low, index_high: base period = 100, NaN without a price in it.
        figures, sources: rows, and distinct sources, of the area and period.
        own: share of the price that rests on figures of its own area and period, 0 to 1.
        state: values of `PriceState`.
        base: of each area the position of its base period; -1 if it has no price there.
        quantity: units for which the price is given; 1 unless the figures cannot say.
        coefficients: of what was held constant.
        spreads: standard deviations on the logarithm: of errors, and between areas, places, sources, cells.
        notes: what a reader must know, in words: columns that were left out and why, assumptions.
        converged: False where an iteration stopped at its limit.
    """

    method: str
    areas: tuple[str, ...]
    periods: tuple[str, ...]
    price: FloatArray
    low: FloatArray
    high: FloatArray
    index: FloatArray
    index_low: FloatArray
    index_high: FloatArray
    figures: IntArray
    sources: IntArray
    own: FloatArray
    state: NDArray[np.int8]
    base: IntArray
    quantity: float = 1.0
    coefficients: tuple[Coefficient, ...] = ()
    spreads: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    converged: bool = True


def counts(rows: PriceRows) -> tuple[IntArray, IntArray]:
    """(figures, distinct sources) by area and period, each of shape (n_areas, n_periods)."""
    areas, periods = codes(rows.area)[1], codes(rows.period)[1]
    figures = np.zeros((len(rows.areas), len(rows.periods)), dtype=np.int64)
    np.add.at(figures, (areas, periods), 1)
    sources = np.zeros_like(figures)
    for a, p, _ in {(a, p, s) for a, p, s in zip(areas, periods, rows.source, strict=True)}:
        sources[a, p] += 1
    return figures, sources


def base_positions(price: FloatArray, periods: Sequence[str], base: str | None) -> IntArray:
    """Of each area the position of the period that is 100: the one asked for, else the first with a price.

    Raises:
        SeriesError: if the period that was asked for is none of those.
    """
    known = np.isfinite(price)
    if base is not None:
        if base not in periods:
            raise SeriesError(f"base {base}: no such period (there are {periods[0]} to {periods[-1]})")
        at = periods.index(base)
        return np.where(known[:, at], at, -1).astype(np.int64)
    return np.where(known.any(axis=1), known.argmax(axis=1), -1).astype(np.int64)


def indexed(price: FloatArray, base: IntArray) -> FloatArray:
    """Prices over that of the base period, times 100; NaN for an area without one."""
    at = np.where(base < 0, 0, base)
    return np.where(base[:, None] < 0, np.nan, 100 * price / price[np.arange(len(price)), at][:, None])


def t_quantile(share: float, freedom: float) -> float:
    """Quantile of Student's t. Raises MissingExtraError without SciPy."""
    try:
        from scipy.special import stdtrit
    except ImportError as error:
        raise MissingExtraError("intervals of prices", "stats") from error
    return float(stdtrit(freedom, share))
