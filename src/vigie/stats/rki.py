"""The count against an exact Poisson limit (few cases) or mean + 2 sd (many) of comparable weeks.

In: counts, shape (n_series, n_times). Out: Alarms; score = (count - mean) / sqrt(mean).
Source: the system of the Robert Koch Institute, as described by Altmann (2003); limits of few cases: Crow and Gardner (1959),
Biometrika 46: 441-453, 95 % limits for the expectation of a Poisson variable.
Known weakness: the limit is one for the mean, not for a new count; at few cases it steps from whole mean to whole mean;
no trend, and past outbreaks raise it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Alarms
from vigie.stats.arrays import FloatArray
from vigie.stats.frame import alarms, baseline, read, years_back

_MANY = 20  # above this mean the limit is mean + 2 sd
# Crow and Gardner (1959): upper 95 % limit of the expectation when 0, 1, 2 ... 20 cases were counted.
# fmt: off
_UPPER = np.array([
    3.285, 5.323, 6.686, 8.102, 9.598, 11.177, 12.817, 13.765, 14.921, 16.768, 17.633,
    19.050, 20.335, 21.364, 22.945, 23.762, 25.400, 26.306, 27.735, 28.966, 30.017,
])
# fmt: on


@dataclass(frozen=True, slots=True, kw_only=True)
class Rki:
    """Reference weeks: 2 w + 1 around this week in each of `b` years, and w just before if `now`.

    Attributes:
        b: years back.
        w: half window, in weeks.
        now: whether the weeks of this year count.
        period: weeks in a year.
        as_in_r: a verdict also where all that was counted is the same, as R's surveillance 1.20.3 gives it.
    """

    b: int = 2
    w: int = 4
    now: bool = False
    period: int = 52
    as_in_r: bool = False

    def __post_init__(self) -> None:
        if years_back(b=self.b, w=self.w, now=self.now, period=self.period).size < 2:
            raise SeriesError(f"b {self.b}, w {self.w}, now {self.now} (fewer than 2 reference weeks)")

    @classmethod
    def system(cls, number: Literal[1, 2, 3], *, as_in_r: bool = False) -> Rki:
        """RKI 1: six weeks before; RKI 2: those and 13 last year; RKI 3: 9 in each of two years."""
        if number not in (1, 2, 3):
            raise SeriesError(f"system {number} (1, 2 or 3)")
        b, w, now = ((0, 6, True), (1, 6, True), (2, 4, False))[number - 1]
        return cls(b=b, w=w, now=now, as_in_r=as_in_r)

    @property
    def method(self) -> str:
        """rki."""
        return "rki"

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
        base = baseline(y, times, years_back(b=self.b, w=self.w, now=self.now, period=self.period))
        observed = y[:, times]
        upper = np.where(base.mean > _MANY, base.mean + 2 * base.sd, _few(base.mean))
        with np.errstate(invalid="ignore", divide="ignore"):
            score = (observed - base.mean) / np.sqrt(base.mean)
        same = (base.sd == 0) & np.isclose(observed, base.mean, rtol=1e-9, atol=0)
        return alarms(
            self.method,
            times,
            observed=observed,
            expected=base.mean,
            upper=upper,
            score=np.where(np.isfinite(score), score, np.nan),
            over=np.asarray(observed > upper),
            short=base.short,
            flat=np.asarray(same & (not self.as_in_r)),
        )


def _few(mean: FloatArray) -> FloatArray:
    whole = np.floor(np.where(np.isnan(mean), 0.0, np.minimum(mean, _MANY))).astype(np.int64)
    return np.where(np.isnan(mean), np.nan, _UPPER[whole])
