"""Generalised likelihood ratio against a seasonal mean, Poisson or negative binomial.

In: counts, shape (n_series, n_times). Out: Alarms; score = the statistic, alarm above `c`.
Source: Höhle and Paul (2008), Comput Stat Data Anal 52: 4357-4368; windows after Lai (1995), J R Stat Soc B 57: 613-658.
Counts are x ~ mean m, variance m + alpha m^2; the change multiplies m by e^kappa ("intercept") or adds lambda x(t - 1)
("epidemic"). The statistic is the greatest log likelihood ratio over the times k at which the change may have begun.
Known weakness: the mean is learnt once, from weeks that may hold outbreaks; no chance of false alarm goes with c (simulate it);
after an alarm the count starts anew and a lasting outbreak alarms again and again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Alarms
from vigie.stats.arrays import BoolArray, FloatArray, IntArray
from vigie.stats.frame import alarms, read, unvaried
from vigie.stats.ratio import (
    epidemic_ratio,
    intercept_rate,
    intercept_ratio,
    least_count,
    runaway,
    single_ratio,
)
from vigie.stats.seasonal import SeasonalMean, in_control


@dataclass(frozen=True, slots=True, kw_only=True)
class Glr:
    """GLR chart, or the recursive likelihood ratio chart (LR-CUSUM) where the size of the change is given.

    Attributes:
        c: threshold of the statistic; the chart starts anew after an alarm.
        alpha: dispersion; 0 = Poisson; None = estimated once, with the first mean.
        mean: model of the mean, or the mean itself (one figure, or one for each time of the series).
        start: position at which monitoring starts; the mean is learnt from the weeks before it, and `at` only picks
            which of the later weeks are returned.
        change: "intercept" or "epidemic".
        kappa: size of the change in "intercept", log of the factor; None = estimated (GLR).
        direction: "up" or "down".
        window: a change is sought up to so many weeks back; None = back to the start or the last alarm.
        least: weeks that a change must last at least.
        refit: whether the mean is learnt anew, from all weeks to date, after each alarm.
        limits: whether `upper` is worked out (for the negative binomial it takes most of the time).
        as_in_r: as `algo.glrnb` of R's surveillance 1.20.3 where it departs from the article: "epidemic" takes for
            lambda the factor e^kappa of the other chart instead of its own maximum; "down" passes over stretches without
            any case; a negative binomial stretch in which Newton steps run away (about eight times the mean and more)
            counts for nothing; a verdict also while all that was counted is the same.
    """

    c: float = 5.0
    alpha: float | None = 0.0
    mean: SeasonalMean | float | tuple[float, ...] = field(default_factory=SeasonalMean)
    start: int = 104
    change: Literal["intercept", "epidemic"] = "intercept"
    kappa: float | None = None
    direction: Literal["up", "down"] = "up"
    window: int | None = None
    least: int = 1
    refit: bool = False
    limits: bool = True
    as_in_r: bool = False

    def __post_init__(self) -> None:
        if self.change not in ("intercept", "epidemic") or self.direction not in ("up", "down"):
            raise SeriesError(f"change {self.change!r}, direction {self.direction!r} (see the class)")
        if not self.c > 0 or (self.alpha is not None and not self.alpha >= 0) or self.start < 2:
            raise SeriesError(
                f"c {self.c}, alpha {self.alpha}, start {self.start} (c > 0, alpha >= 0, start >= 2)"
            )
        if self.least < 1 or (self.window is not None and self.window < self.least - 1):
            raise SeriesError(f"window {self.window}, least {self.least} (a window of at least least - 1)")
        if self.change == "epidemic" and (self.kappa is not None or self.direction == "down"):
            raise SeriesError("an epidemic change is estimated and goes up (kappa None, direction up)")
        if self.kappa is not None and (self.kappa == 0 or (self.kappa < 0) != (self.direction == "down")):
            raise SeriesError(f"kappa {self.kappa}, direction {self.direction} (of one sign, not 0)")

    @property
    def method(self) -> str:
        """glr-poisson or glr-negbin; lr-… with a given kappa."""
        family = "poisson" if self.alpha == 0 else "negbin"
        return f"{'glr' if self.kappa is None else 'lr'}-{family}"

    def scan(
        self,
        counts: ArrayLike,
        *,
        population: ArrayLike | None = None,
        dates: NDArray[np.datetime64] | None = None,
        at: ArrayLike | None = None,
    ) -> Alarms:
        """See `Detector.scan`. `upper` is the count at which the statistic reaches c; a week without count adds nothing."""
        y, times = read(counts, population=population, dates=dates, at=at, method=self.method)
        mean, alpha, fitted = in_control(self.mean, y, self.start, self.alpha)
        none = ~np.asarray(
            (np.nansum(y[:, : self.start], axis=1) > 0) | (not isinstance(self.mean, SeasonalMean))
        )
        score = np.full(y.shape, np.nan)
        upper = np.full(y.shape, np.nan)
        past = np.full(y.shape, np.nan)  # the mean that each week was judged by: refits change it
        begun = np.full(y.shape[0], self.start, dtype=np.int64)  # first week since the last alarm
        held = np.zeros(y.shape[0])  # LR-CUSUM
        last = int(times[-1]) if times.size else 0
        for t in range(self.start, last + 1):
            past[:, t] = mean[:, t]
            if self.kappa is not None:
                score[:, t], upper[:, t] = self._recursive(y[:, t], mean[:, t], alpha, held)
                held = score[:, t]
            else:
                score[:, t], upper[:, t] = self._generalised(y, mean, alpha, begun, t)
            struck = score[:, t] > self.c
            if not struck.any():
                continue
            begun[struck] = t + 1
            held = np.where(struck, 0.0, held)
            if self.refit and isinstance(self.mean, SeasonalMean):
                for family in np.unique(alpha[struck]):
                    rows = struck & (alpha == family)
                    mean[rows] = in_control(self.mean, y[rows], t + 1, float(family))[0]
        early = np.broadcast_to(np.arange(y.shape[1]) < self.start, y.shape)
        flat = none[:, None] | (unvaried(y) & (not self.as_in_r))
        return alarms(
            self.method,
            times,
            observed=y[:, times],
            expected=past[:, times],
            upper=upper[:, times],
            score=score[:, times],
            over=np.asarray(score > self.c)[:, times],
            short=np.asarray(early | ~(fitted | none)[:, None])[:, times],
            flat=np.asarray(flat)[:, times],
        )

    def _recursive(
        self, x: FloatArray, m: FloatArray, alpha: FloatArray, held: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        slope, cost = single_ratio(m, alpha, self.kappa or 0.0)
        step = np.where(np.isnan(x), 0.0, x * slope - cost)
        limit = (self.c - held + cost) / slope
        return np.maximum(0.0, held + step), np.where(slope > 0, np.maximum(0.0, limit), np.nan)

    def _generalised(
        self, y: FloatArray, mean: FloatArray, alpha: FloatArray, begun: IntArray, t: int
    ) -> tuple[FloatArray, FloatArray]:
        """Statistic and limit of each series at t."""
        low = int(begun.min()) if self.window is None else max(int(begun.min()), t - self.window)
        high = t - self.least + 1
        score = np.zeros(y.shape[0])
        upper = np.full(y.shape[0], np.nan)
        if high < low:
            return score, upper
        first = np.arange(low, high + 1)
        may: BoolArray = np.asarray(first[None, :] >= begun[:, None])
        x, m = y[:, low : t + 1], mean[:, low : t + 1]
        sign = 1 if self.direction == "up" else -1
        if self.change == "epidemic":
            before = np.where(
                np.arange(low, t + 1) > 0, y[:, np.maximum(np.arange(low, t + 1) - 1, 0)], np.nan
            )
            rate = intercept_rate(x, m, alpha, may) if self.as_in_r else None
            found = epidemic_ratio(x, before, m, alpha, may, rate)
        else:
            found = intercept_ratio(x, m, alpha, may, sign)
            if self.as_in_r and sign < 0:
                empty = np.nancumsum(x[:, ::-1], axis=1)[:, ::-1][:, : first.size] == 0
                found = np.where(empty, 0.0, found)
            if self.limits and sign > 0:
                upper = least_count(x, m, alpha, may, self.c)
        if self.as_in_r:
            found = np.where(runaway(x, m, alpha, may), 0.0, found)
        return np.maximum(score, np.where(may, found, 0.0).max(axis=1)), upper
