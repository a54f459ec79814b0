"""A level that starts to rise, whatever the shape of the rise.

In: counts, shape (n_series, n_times). Out: Alarms; score = log of the OutbreakP statistic, alarm above log k.
Source: Frisén and Andersson (2009), Sequential Analysis 28: 434-454; Frisén, Andersson and Schiöler (2009), Stat Med 28: 476-493:
the product of (isotonic mean / constant mean)^x, both by Poisson maximum likelihood.
Improved by the two means by which likelihood ratio charts are kept from growing without bound: a window of the last weeks
(Willsky and Jones 1976; Lai 1995, J R Stat Soc B 57: 613-658) and a new start after an alarm (Höhle and Paul 2008).
Known weakness: a season is a rise; more spread than Poisson is evidence of a rise; the original, with all weeks from the
first, ends up alarming always (it was made for one influenza season).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Alarms
from vigie.stats.arrays import FloatArray, IntArray
from vigie.stats.frame import alarms, read, unvaried


@dataclass(frozen=True, slots=True, kw_only=True)
class OutbreakP:
    """The semi-parametric chart.

    Attributes:
        k: threshold of the statistic (of its log: log k).
        window: weeks looked back at, the week itself included; None = all, the original.
        restart: whether the weeks up to an alarm are forgotten after it; False is the original.
        as_in_r: a verdict also while all that was counted is the same, as R's surveillance 1.20.3 gives it.
    """

    k: float = 100.0
    window: int | None = 52
    restart: bool = True
    as_in_r: bool = False

    def __post_init__(self) -> None:
        if not self.k > 0 or (self.window is not None and self.window < 2):
            raise SeriesError(f"k {self.k}, window {self.window} (k above 0, a window of at least 2)")

    @property
    def method(self) -> str:
        """outbreakp."""
        return "outbreakp"

    def scan(
        self,
        counts: ArrayLike,
        *,
        population: ArrayLike | None = None,
        dates: NDArray[np.datetime64] | None = None,
        at: ArrayLike | None = None,
    ) -> Alarms:
        """See `Detector.scan`. `expected` is the mean of the weeks looked at; `upper` is not given (NaN)."""
        y, times = read(counts, population=population, dates=dates, at=at, method=self.method)
        score = np.full(y.shape, np.nan)
        mean = np.full(y.shape, np.nan)
        begun = np.zeros(y.shape[0], dtype=np.int64)
        limit = np.log(self.k)
        last = int(times[-1]) if times.size else -1
        blocks = _Blocks(*y.shape)
        for t in range(last + 1):
            if self.window is None:
                blocks.push(y[:, t])
            else:
                low = max(0, t - self.window + 1)
                blocks = _Blocks(y.shape[0], t - low + 1)
                for s in range(low, t + 1):
                    blocks.push(np.where(s >= begun, y[:, s], np.nan))
            score[:, t], mean[:, t] = blocks.statistic()
            struck = score[:, t] > limit
            if self.restart and struck.any():
                begun[struck] = t + 1
                blocks.clear(struck)
        short = np.broadcast_to(np.arange(y.shape[1]) < 1, y.shape)
        return alarms(
            self.method,
            times,
            observed=y[:, times],
            expected=mean[:, times],
            upper=np.full((y.shape[0], times.size), np.nan),
            score=score[:, times],
            over=np.asarray(score > limit)[:, times],
            short=(short & (not self.as_in_r))[:, times],
            flat=(unvaried(y) & (not self.as_in_r))[:, times],
        )


class _Blocks:
    """Isotonic regression of each series, one count at a time: blocks of equal mean, pooled while the last two fall."""

    def __init__(self, n_series: int, depth: int) -> None:
        self._sum = np.zeros((n_series, depth + 1))
        self._n = np.zeros((n_series, depth + 1))
        self._top: IntArray = np.zeros(n_series, dtype=np.int64)  # 0 = no block; block i stands at i

    def push(self, x: FloatArray) -> None:
        rows = np.flatnonzero(~np.isnan(x))
        self._top[rows] += 1
        top = self._top[rows]
        self._sum[rows, top] = x[rows]
        self._n[rows, top] = 1.0
        while True:
            top = self._top[rows]
            falls = (top > 1) & (
                self._sum[rows, top - 1] * self._n[rows, top] >= self._sum[rows, top] * self._n[rows, top - 1]
            )
            rows = rows[falls]
            if not rows.size:
                return
            top = self._top[rows]
            self._sum[rows, top - 1] += self._sum[rows, top]
            self._n[rows, top - 1] += self._n[rows, top]
            self._sum[rows, top] = self._n[rows, top] = 0.0
            self._top[rows] -= 1

    def clear(self, rows: NDArray[np.bool_]) -> None:
        self._sum[rows] = self._n[rows] = 0.0
        self._top[rows] = 0

    def statistic(self) -> tuple[FloatArray, FloatArray]:
        """Log statistic and constant mean, shape (n_series,)."""
        deep = int(self._top.max(initial=0)) + 1
        total, n = self._sum[:, :deep].sum(axis=1), self._n[:, :deep].sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            parts = self._sum[:, :deep] * np.log(self._sum[:, :deep] / self._n[:, :deep])
            same = total * np.log(total / n)
            value = np.nansum(parts, axis=1) - np.where(total > 0, same, 0.0)
            return np.maximum(0.0, value), np.where(n > 0, total / n, np.nan)
