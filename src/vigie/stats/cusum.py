"""Cumulated excess of standardised counts.

In: counts, shape (n_series, n_times). Out: Alarms; score = the CUSUM S(t) = max(0, S(t - 1) + z(t) - k), alarm from h on.
Source: Rossi, Lampugnani and Marchi (1999), Stat Med 18: 2111-2122; Anscombe residuals after Pierce and Schafer (1986),
JASA 81: 977-986; of the negative binomial after Hilbe (2011): integral of V^(-1/3) from m to x over V(m)^(1/6).
Known weakness: the mean is taken as known, so an error of it accumulates; k and h hold their run length for the
normal approximation only, which fails below about 5 expected cases; after an alarm S stays high until counts fall.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vigie.model.errors import MissingExtraError, SeriesError
from vigie.stats.alarms import Alarms
from vigie.stats.arrays import FloatArray
from vigie.stats.frame import alarms, read, unvaried
from vigie.stats.seasonal import SeasonalMean, in_control

Transform = Literal[
    "standard", "rossi", "anscombe", "anscombe-2nd", "pearson-negbin", "anscombe-negbin", "none"
]
_TRANSFORMS = Transform.__args__  # type: ignore[attr-defined]
_CELL = 0.01  # R reads the integral from a table in steps of alpha m


@dataclass(frozen=True, slots=True, kw_only=True)
class Cusum:
    """One-sided CUSUM for rises.

    Attributes:
        k: reference value, in standard deviations.
        h: decision boundary.
        transform: how counts become z.
        start: position at which monitoring starts; the mean is learnt from the weeks before it, and `at` only picks
            which of the later weeks are returned.
        mean: model of the mean, or the mean itself (one figure, or one for each time of the series).
        alpha: dispersion of the two negative binomial transforms, variance m + alpha m^2.
        as_in_r: the Anscombe integral with alpha m rounded to 0.01, from a table, as `algo.cusum` of R's surveillance
            1.20.3 has it; and a verdict also while all that was counted is the same.
    """

    k: float = 1.04
    h: float = 2.26
    transform: Transform = "standard"
    start: int = 104
    mean: SeasonalMean | float | tuple[float, ...] = field(
        default_factory=lambda: SeasonalMean(harmonics=0, trend=False)
    )
    alpha: float = 0.1
    as_in_r: bool = False

    def __post_init__(self) -> None:
        if self.transform not in _TRANSFORMS:
            raise SeriesError(f"transform {self.transform!r} ({', '.join(_TRANSFORMS)})")
        if not (self.h > 0 and self.alpha > 0 and self.start >= 2):
            raise SeriesError(
                f"h {self.h}, alpha {self.alpha}, start {self.start} (positive; start at least 2)"
            )

    @property
    def method(self) -> str:
        """cusum."""
        return "cusum"

    def scan(
        self,
        counts: ArrayLike,
        *,
        population: ArrayLike | None = None,
        dates: NDArray[np.datetime64] | None = None,
        at: ArrayLike | None = None,
    ) -> Alarms:
        """See `Detector.scan`. `upper` is the count at which S reaches h; a week without count leaves S as it is."""
        y, times = read(counts, population=population, dates=dates, at=at, method=self.method)
        mean, _, fitted = in_control(self.mean, y, self.start)
        sums = np.full(y.shape, np.nan)
        upper = np.full(y.shape, np.nan)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            z = self._standard(y, mean)
            s = np.zeros(y.shape[0])
            for t in range(self.start, y.shape[1]):
                upper[:, t] = self._count(self.h + self.k - s, mean[:, t])
                s = np.where(np.isnan(z[:, t]), s, np.maximum(0.0, s + z[:, t] - self.k))
                sums[:, t] = s
        none = np.asarray((mean <= 0) | (np.isnan(z) & ~np.isnan(y)))
        flat = none if self.as_in_r else none | unvaried(y)
        early = np.broadcast_to(np.arange(y.shape[1]) < self.start, y.shape) | ~fitted[:, None]
        return alarms(
            self.method,
            times,
            observed=y[:, times],
            expected=np.where(early, np.nan, mean)[:, times],
            upper=np.where(early | none, np.nan, upper)[:, times],
            score=np.where(early | none, np.nan, sums)[:, times],
            over=np.asarray(sums >= self.h)[:, times],
            short=early[:, times],
            flat=flat[:, times],
        )

    def _standard(self, x: FloatArray, m: FloatArray) -> FloatArray:
        """z of counts x at means m."""
        root = np.sqrt(m)
        if self.transform == "standard":
            return np.asarray((x - m) / root)
        if self.transform == "rossi":
            return np.asarray((x - 3 * m + 2 * np.sqrt(x * m)) / (2 * root))
        if self.transform == "anscombe":
            return np.asarray(1.5 * (x ** (2 / 3) - m ** (2 / 3)) / m ** (1 / 6))
        if self.transform == "anscombe-2nd":
            return np.asarray(1.5 * (x ** (2 / 3) - m ** (2 / 3) + m ** (-1 / 3) / 9) / m ** (1 / 6))
        if self.transform == "pearson-negbin":
            return np.asarray((x - m) / np.sqrt(m + self.alpha * m * m))
        if self.transform == "anscombe-negbin":
            return np.asarray((self._integral(x) - self._integral(m)) / (m + self.alpha * m * m) ** (1 / 6))
        return x

    def _count(self, z: FloatArray, m: FloatArray) -> FloatArray:
        """The count whose z at mean m is `z`, not below 0: the inverse of `_standard`."""
        root = np.sqrt(m)
        if self.transform == "standard":
            x = m + z * root
        elif self.transform == "rossi":
            x = np.maximum(0.0, np.sqrt(np.maximum(0.0, 4 * m + 2 * z * root)) - root) ** 2
        elif self.transform == "anscombe":
            x = np.maximum(0.0, m ** (2 / 3) + z * m ** (1 / 6) / 1.5) ** 1.5
        elif self.transform == "anscombe-2nd":
            x = np.maximum(0.0, m ** (2 / 3) - m ** (-1 / 3) / 9 + z * m ** (1 / 6) / 1.5) ** 1.5
        elif self.transform == "pearson-negbin":
            x = m + z * np.sqrt(m + self.alpha * m * m)
        elif self.transform == "anscombe-negbin":
            x = self._solve(self._integral(m) + z * (m + self.alpha * m * m) ** (1 / 6))
        else:
            x = z
        return np.asarray(np.maximum(0.0, x))

    def _integral(self, t: FloatArray) -> FloatArray:
        """Integral of (u + alpha u^2)^(-1/3) from 0 to t."""
        try:
            from scipy.special import hyp2f1
        except ImportError as error:
            raise MissingExtraError("the Anscombe residual of the negative binomial", "stats") from error
        at = self.alpha * t
        if self.as_in_r:
            at = np.round(at / _CELL) * _CELL
        return np.asarray(1.5 * t ** (2 / 3) * hyp2f1(2 / 3, 1 / 3, 5 / 3, -at))

    def _solve(self, wanted: FloatArray) -> FloatArray:
        low = np.zeros_like(wanted)
        high = np.ones_like(wanted)
        for _ in range(60):
            high = np.where(self._integral(high) < wanted, 2 * high, high)
        for _ in range(60):
            middle = (low + high) / 2
            under = self._integral(middle) < wanted
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        return np.asarray(np.where(wanted > 0, high, 0.0))
