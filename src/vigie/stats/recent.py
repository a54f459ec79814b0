"""Counts against their recent past by an exact limit, for series too short for a season.

In: counts, shape (n_series, n_times), with or without offsets. Out: Alarms. Method: the past is a gamma-Poisson law whose
rate is known as well as the baseline allows (Jeffreys prior), widened by the dispersion that the baseline shows, drawn
towards that of all series of the call; the limit is a quantile of the negative binomial law that is predicted for the next
count. Of a series without a case in its baseline the law is that of counts above zero: it is looked at because it holds one.
Source: Geisser, "Predictive Inference" (1993), for the predictive law; McCullagh and Nelder, "Generalized Linear Models"
(1989), section 4.5, for the dispersion (Pearson's statistic over its degrees of freedom).
Known weakness: no season, no trend; a count that rises by a tenth a month is never unusual.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vigie.model.errors import MissingExtraError, SeriesError
from vigie.stats.alarms import Alarms, Verdict
from vigie.stats.arrays import FloatArray, as_counts, as_population, as_times

PRIOR_DF = 8  # cases that the dispersion of all series together weighs: a few alone say little of a variance
CUT = 1e-4  # a past count less probable than this enters the baseline cut at that limit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecentAlarms(Alarms):
    """Alarms, and `more`: probability of more than was seen, shape of the score. The mean of both is the mid-p-value."""

    more: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentLimit:
    """Alarm when the sum of the last `window` counts passes the 1 - alpha quantile that the baseline predicts.

    Attributes:
        baseline: periods of history, at most.
        guard: periods between the baseline and the window that neither uses.
        window: periods that are summed and judged.
        least: periods of history without which nothing is said.
        alpha: probability of an alarm without cause, at most (counts are whole, so that it is mostly less).
    """

    baseline: int = 52
    guard: int = 4
    window: int = 1
    least: int = 8
    alpha: float = 0.001

    @property
    def method(self) -> str:
        return "recent-limit" if self.window == 1 else f"recent-limit-{self.window}"

    def scan(
        self,
        counts: ArrayLike,
        *,
        population: ArrayLike | None = None,
        dates: NDArray[np.datetime64] | None = None,
        at: ArrayLike | None = None,
    ) -> RecentAlarms:
        """See `vigie.stats.alarms.Detector`; `dates` are not used. `score` is the probability, without cause, of as many or more.

        Past counts that were most improbable enter the baseline cut: an outbreak hides the next one less.
        """
        if not (0 < self.alpha < 1 and self.least >= 2 and self.baseline >= self.least):
            raise SeriesError("recent-limit: needs 0 < alpha < 1, least >= 2 and baseline >= least")
        if self.guard < 0 or self.window < 1:
            raise SeriesError("recent-limit: guard is negative or window is not positive")
        y = as_counts(counts)
        at_risk = as_population(population, y)
        exposed = np.ones_like(y) if at_risk is None else at_risk
        times = as_times(at, y.shape[1])
        shape = (y.shape[0], times.size)
        nan = np.full(shape, np.nan)
        out = {name: nan.copy() for name in ("observed", "expected", "upper", "score")}
        law = {name: np.ones(shape) for name in ("size", "wide")}
        verdict = np.full(shape, Verdict.SHORT, dtype=np.int8)
        known = np.isfinite(y)
        exposed = np.where(known, exposed, 0.0)
        cut = np.where(known, y, 0.0)  # counts as the baseline sees them
        column = {int(t): n for n, t in enumerate(times)}
        for t in range(int(times[-1]) + 1 if times.size else 0):
            here = known[:, t]
            rate, size, wide, enough = self._past(cut, exposed, known, max(0, t - self.guard))
            mean, seen = rate * exposed[:, t], np.where(here, y[:, t], 0.0)
            odd = np.flatnonzero(here & enough & (seen > 1 + mean))
            odd = odd[_tail(seen[odd], mean[odd], size[odd], wide[odd]) <= CUT]
            cut[odd, t] = np.minimum(cut[odd, t], _limit(mean[odd], size[odd], wide[odd], CUT))
            if t not in column:
                continue
            n = column[t]
            if self.window > 1:
                first = max(0, t - self.window + 1)
                seen = np.where(known[:, first : t + 1], y[:, first : t + 1], 0.0).sum(axis=1)
                rate, size, wide, enough = self._past(cut, exposed, known, max(0, first - self.guard))
                mean = rate * exposed[:, first : t + 1].sum(axis=1)
            verdict[:, n] = np.where(here, np.where(enough, Verdict.GIVEN, Verdict.SHORT), Verdict.MISSING)
            out["observed"][here, n] = seen[here]
            out["expected"][:, n], law["size"][:, n], law["wide"][:, n] = mean, size, wide
        given = verdict == Verdict.GIVEN
        out["expected"][~given] = np.nan
        parts = out["expected"][given], law["size"][given], law["wide"][given]
        seen = out["observed"][given]
        # What was never seen is looked at because it was: its law is that of counts above zero.
        some = np.where(law["size"][given] > 0.5, 1.0, _tail(np.ones_like(seen), *parts))
        out["upper"][given] = _limit(*parts, self.alpha * some)
        out["score"][given] = np.minimum(1.0, _tail(seen, *parts) / some)
        more = np.full(shape, np.nan)
        more[given] = np.minimum(1.0, _tail(seen + 1, *parts) / some)
        with np.errstate(invalid="ignore"):
            alarm = given & (out["observed"] > out["upper"])
        return RecentAlarms(method=self.method, times=times, alarm=alarm, verdict=verdict, more=more, **out)

    def _past(
        self, cut: FloatArray, exposed: FloatArray, known: NDArray[np.bool_], end: int
    ) -> tuple[FloatArray, FloatArray, FloatArray, NDArray[np.bool_]]:
        """(rate, events known + 1/2, dispersion, whether it is enough) of the baseline that ends before `end`, shape (n_series,)."""
        past = slice(max(0, end - self.baseline), end)
        n = known[:, past].sum(axis=1)
        total, risk = cut[:, past].sum(axis=1), exposed[:, past].sum(axis=1)
        enough = n >= self.least
        risk = np.where(risk > 0, risk, 1.0)
        plain = (total / risk)[:, None] * exposed[:, past]
        pearson = np.where(plain > 0, (cut[:, past] - plain) ** 2 / np.where(plain > 0, plain, 1.0), 0.0).sum(
            axis=1
        )
        freedom = np.maximum(n - 1, 1)
        told = enough & (total > 0)
        shared = max(1.0, (pearson[told].sum() + PRIOR_DF) / (freedom[told].sum() + PRIOR_DF))
        weight = np.minimum(freedom, total)  # many periods without a case say nothing of a variance
        wide = np.maximum(1.0, (pearson / freedom * weight + PRIOR_DF * shared) / (weight + PRIOR_DF))
        size = total + 0.5
        return size / risk, size, wide, enough


def _law(mean: FloatArray, size: FloatArray, wide: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(r, p) of the negative binomial law with this mean and variance wide * mean + mean^2 / size."""
    mean = np.maximum(mean, 1e-12)
    extra = (wide - 1) * mean + mean**2 / size
    r = mean**2 / extra
    return r, r / (r + mean)


def _tail(seen: FloatArray, mean: FloatArray, size: FloatArray, wide: FloatArray) -> FloatArray:
    """Probability of `seen` or more; 1 where nothing was seen."""
    special = _scipy()
    r, p = _law(mean, size, wide)
    return np.where(seen > 0, special.betainc(np.maximum(seen, 1e-12), r, 1 - p), 1.0)


def _limit(mean: FloatArray, size: FloatArray, wide: FloatArray, alpha: FloatArray | float) -> FloatArray:
    """Largest count that is no alarm: the smallest that is passed with a probability of at most alpha."""
    special = _scipy()
    r, p = _law(mean, size, wide)

    def passed(count: FloatArray) -> FloatArray:
        return np.asarray(special.betainc(count + 1, r, 1 - p))

    low, high = np.full(mean.shape, -1.0), np.full(mean.shape, 4.0)  # passed(low) > alpha >= passed(high)
    while (short := passed(high) > alpha).any():
        low, high = np.where(short, high, low), np.where(short, 4 * high + 4, high)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        over = passed(middle) > alpha
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    return high


def _scipy() -> Any:
    try:
        from scipy import special
    except ImportError as error:
        raise MissingExtraError("a limit of counts", "stats") from error
    return special
