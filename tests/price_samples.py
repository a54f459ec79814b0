"""Invented prices with a known truth: bulk discount, areas, times, sources, heavy tails and gross errors.

Used by `tests/test_stats_price_index.py` and `benchmarks/price_index.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vigie.stats.arrays import FloatArray
from vigie.stats.prices import PriceRows

QUANTITIES = (0.5, 2.0, 5.0, 10.0, 100.0, 1000.0)


@dataclass(frozen=True, kw_only=True)
class World:
    """What prices are made of; spreads are standard deviations on the logarithm."""

    rows: int = 250
    areas: int = 8
    periods: int = 8
    sources: int = 25
    discount: float = -0.15
    bulk: float = 0.2  # share of figures for another quantity than 1
    trend: float = 0.3  # change of the logarithm from the first to the last period
    area: float = 0.2
    cell: float = 0.15
    source: float = 0.15
    error: float = 0.25  # times t with 4 degrees of freedom, scaled to variance 1
    gross: float = 0.05  # share of figures off by a factor of 4.5 to 1000
    online: float = -0.1  # effect of a channel
    bulk_moves: float = 0.0  # how far the share of bulk prices rises from the first to the last period


@dataclass(frozen=True, kw_only=True)
class Truth:
    """Median price of one unit by area and period, at the mean mix of channels; shape (areas, periods)."""

    price: FloatArray
    discount: float


def sample(seed: int, world: World | None = None) -> tuple[PriceRows, Truth]:
    """Prices of one product; areas differ in how often they are spoken of, so that cells are thin and thick."""
    w, rng = world or World(), np.random.default_rng(seed)
    often = 1 / np.arange(1, w.areas + 1)
    area = rng.choice(w.areas, w.rows, p=often / often.sum())
    period, source = rng.integers(0, w.periods, w.rows), rng.integers(0, w.sources, w.rows)
    time = np.linspace(0, w.trend, w.periods)
    level = (
        4
        + time[None, :]
        + rng.normal(0, w.area, w.areas)[:, None]
        + rng.normal(0, w.cell, (w.areas, w.periods))
    )
    voice = rng.normal(0, w.source, w.sources)
    share = np.clip(w.bulk + w.bulk_moves * period / max(w.periods - 1, 1), 0, 1)
    quantity = np.where(rng.random(w.rows) < share, rng.choice(QUANTITIES, w.rows), 1.0)
    online = rng.random(w.rows) < 0.3
    error = w.error * rng.standard_t(4, w.rows) / np.sqrt(2)
    off = rng.choice([-1, 1], w.rows) * rng.uniform(1.5, np.log(1000), w.rows)
    error = np.where(rng.random(w.rows) < w.gross, off, error)
    y = level[area, period] + voice[source] + w.discount * np.log(quantity) + w.online * online + error
    rows = PriceRows(
        price=np.exp(y), quantity=quantity, area=[f"A{a}" for a in area], period=[f"2024-{p + 1:02d}" for p in period],
        source=[f"s{s:02d}" for s in source], factors={"channel": ["web" if o else "street" for o in online]},
    )  # fmt: skip
    shown = [int(a[1:]) for a in rows.areas], [int(p[5:]) - 1 for p in rows.periods]
    mix = w.online * online.mean()
    return rows, Truth(price=np.exp(level + mix)[np.ix_(*shown)], discount=w.discount)
