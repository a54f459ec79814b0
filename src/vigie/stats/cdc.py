"""The four weeks to date against the same and neighbouring four weeks of past years.

In: weekly counts, shape (n_series, n_times). Out: Alarms; observed = cases of the four weeks up to t, score = their
standardised excess.
Source: Stroup, Williamson, Herndon and Karon (1989), Stat Med 8: 323-329; the limit in Farrington and Andrews (2003),
equation 8-1: mean + z sd sqrt(1 + 1/k), k reference blocks.
Known weakness: no trend; past outbreaks widen the limit; an alarm lasts four weeks because blocks overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Alarms
from vigie.stats.frame import alarms, baseline, level, read

_BLOCK = 4  # weeks


@dataclass(frozen=True, slots=True, kw_only=True)
class Cdc:
    """Stroup's method on blocks of four weeks that end at t.

    Attributes:
        b: years back.
        m: blocks on each side of the comparable one.
        alpha: two-sided level.
        period: weeks in a year.
        as_in_r: limits also from blocks that do not vary, as `algo.cdc` of R's surveillance 1.20.3 gives them.
    """

    b: int = 5
    m: int = 1
    alpha: float = 0.025
    period: int = 52
    as_in_r: bool = False

    def __post_init__(self) -> None:
        level(self.alpha)
        if self.b < 1 or self.m < 0 or _BLOCK * (self.m + 1) > self.period:
            raise SeriesError(f"b {self.b}, m {self.m} (b at least 1; blocks may not reach into this one)")

    @property
    def method(self) -> str:
        """cdc."""
        return "cdc"

    def scan(
        self,
        counts: ArrayLike,
        *,
        population: ArrayLike | None = None,
        dates: NDArray[np.datetime64] | None = None,
        at: ArrayLike | None = None,
    ) -> Alarms:
        """See `Detector.scan`. A block with a week in which nothing was collected is missing."""
        y, times = read(counts, population=population, dates=dates, at=at, method=self.method)
        blocks = np.full(y.shape, np.nan)
        if y.shape[1] >= _BLOCK:
            width = y.shape[1] - _BLOCK + 1
            blocks[:, _BLOCK - 1 :] = np.sum([y[:, i : i + width] for i in range(_BLOCK)], axis=0)
        offsets = np.array(
            [
                _BLOCK * j - year * self.period
                for year in range(self.b, 0, -1)
                for j in range(-self.m, self.m + 1)
            ],
            dtype=np.int64,
        )
        base = baseline(blocks, times, offsets)
        # The first block is whole at the fourth week: what reaches before it is too early, not missing.
        early = times + offsets.min() < _BLOCK - 1
        wide = base.sd * np.sqrt(1 + 1 / np.maximum(base.n, 1))
        observed = blocks[:, times]
        upper = base.mean + NormalDist().inv_cdf(1 - self.alpha / 2) * wide
        with np.errstate(invalid="ignore", divide="ignore"):
            score = (observed - base.mean) / wide
        short = base.short | early
        return alarms(
            self.method,
            times,
            observed=np.where(
                np.isnan(y[:, times]), np.nan, np.where(np.isnan(observed), y[:, times], observed)
            ),
            expected=base.mean,
            upper=np.where(short, np.nan, upper),
            score=np.where(np.isfinite(score), score, np.nan),
            over=np.asarray(observed > upper),
            short=short | np.isnan(observed),
            flat=np.asarray((base.sd == 0) & (not self.as_in_r)),
        )
