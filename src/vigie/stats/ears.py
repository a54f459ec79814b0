"""EARS C1, C2, C3: the count against the mean and spread of the weeks just before.

In: counts, shape (n_series, n_times). Out: Alarms; score = C1, C2 or C3.
Source: Hutwagner, Thompson, Seeman and Treadwell (2003), J Urban Health 80 (2 Suppl 1): i89-i96; least spread for
sparse series after Burkom in the same collection.
Known weakness: no season and no trend; seven weeks give a spread so uncertain that the nominal level is far off
(Fricker, Hegler and Dunfal 2008); an outbreak soon hides in its own baseline (C1).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Alarms
from vigie.stats.arrays import FloatArray, IntArray
from vigie.stats.frame import Baseline, alarms, baseline, level, read

_LEVELS = {"C1": 0.001, "C2": 0.001, "C3": 0.025}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ears:
    """C1(t) = (y(t) - mean) / sd over `window` weeks just before; C2 leaves out the two last of them before t.

    C3(t) = sum over t, t-1, t-2 of max(0, C2 - 1). Alarm if the score passes the normal quantile 1 - alpha.

    Attributes:
        variant: C1, C2 or C3.
        window: weeks of the baseline.
        alpha: one-sided level; None = 0.001 for C1 and C2, 0.025 for C3, as the CDC uses them.
        min_sigma: least spread; 0.5 or 1 for sparse series, else a baseline without spread gives no verdict.
        as_in_r: reproduces `earsC` of R's surveillance 1.20.3: limits also from flat baselines, and in C3 the limit
            starts from the count of the week itself where the published one starts from the mean of the baseline.
    """

    variant: Literal["C1", "C2", "C3"] = "C1"
    window: int = 7
    alpha: float | None = None
    min_sigma: float = 0.0
    as_in_r: bool = False

    def __post_init__(self) -> None:
        if self.variant not in _LEVELS:
            raise SeriesError(f"variant {self.variant!r} (C1, C2 or C3)")
        if self.window < 3 or self.min_sigma < 0:
            raise SeriesError(f"window {self.window}, min_sigma {self.min_sigma} (at least 3; not negative)")
        level(self.level)

    @property
    def method(self) -> str:
        """ears-c1, ears-c2 or ears-c3."""
        return f"ears-{self.variant.lower()}"

    @property
    def level(self) -> float:
        """The level in use."""
        return _LEVELS[self.variant] if self.alpha is None else self.alpha

    def scan(
        self,
        counts: ArrayLike,
        *,
        population: ArrayLike | None = None,
        dates: NDArray[np.datetime64] | None = None,
        at: ArrayLike | None = None,
    ) -> Alarms:
        """See `Detector.scan`."""
        y, times = read(counts, population=population, dates=dates, at=at, method=self.method)
        z = NormalDist().inv_cdf(1 - self.level)
        observed = y[:, times]
        base, sd = self._base(y, times)
        flat = np.asarray(sd == 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            score = (observed - base.mean) / sd
            upper = base.mean + z * sd
            short = base.short
            if self.variant == "C3":
                before, before_short, before_flat = self._before(y, times)
                start = observed if self.as_in_r else base.mean
                upper = np.maximum(0.0, start + sd * (z - before))
                score = before + np.maximum(0.0, score - 1)
                short, flat = short | before_short, flat | before_flat
        if self.as_in_r:
            flat = np.isnan(upper)
        return alarms(
            self.method,
            times,
            observed=observed,
            expected=base.mean,
            upper=upper,
            score=np.where(np.isfinite(score), score, np.nan),
            over=np.asarray(observed > upper),
            short=short,
            flat=flat,
        )

    def _base(self, y: FloatArray, times: IntArray) -> tuple[Baseline, FloatArray]:
        lag = 0 if self.variant == "C1" else 2
        base = baseline(y, times, np.arange(-self.window - lag, -lag, dtype=np.int64))
        return base, np.maximum(base.sd, self.min_sigma) if self.min_sigma else base.sd

    def _before(
        self, y: FloatArray, times: IntArray
    ) -> tuple[FloatArray, NDArray[np.bool_], NDArray[np.bool_]]:
        """Sum of max(0, C2 - 1) over the two weeks before; a week without count adds nothing."""
        total = np.zeros((y.shape[0], times.size))
        short = np.zeros(total.shape, dtype=bool)
        flat = np.zeros(total.shape, dtype=bool)
        for back in (1, 2):
            past = times - back
            base, sd = self._base(y, past)
            value = np.where(past >= 0, y[:, np.maximum(past, 0)], np.nan)
            excess = np.maximum(0.0, (value - base.mean) / sd - 1)
            total += np.where(np.isnan(value), 0.0, excess)
            short |= base.short
            flat |= np.asarray(sd == 0)
        return total, short, flat
