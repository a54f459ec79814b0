"""The count against the predictive distribution that comparable weeks leave open.

In: counts, shape (n_series, n_times). Out: Alarms; score = -log10 of the predictive chance of so many or more, 307 at most.
Source: Riebler (2004) and Höhle (2007), Comput Stat 22: 571-582: Poisson counts, Jeffreys' prior on the mean, hence
a negative binomial with size 1/2 + sum of the k reference counts and success chance k / (k + 1).
Known weakness: no trend; more spread than Poisson makes false alarms; past outbreaks raise the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vigie.model.errors import MissingExtraError, SeriesError
from vigie.stats.alarms import Alarms
from vigie.stats.frame import alarms, baseline, level, read, years_back

_MOST = 307.0  # smaller chances are no numbers: the score stays finite


@dataclass(frozen=True, slots=True, kw_only=True)
class Bayes:
    """Limit: the quantile 1 - alpha of the predictive distribution; alarm above it.

    Attributes:
        b: years back, 2 w + 1 weeks around this week in each.
        w: half window, in weeks.
        now: whether the w weeks just before count.
        alpha: one-sided level.
        period: weeks in a year.
        as_in_r: a verdict also where all that was counted is the same, as R's surveillance 1.20.3 gives it.
    """

    b: int = 0
    w: int = 6
    now: bool = True
    alpha: float = 0.05
    period: int = 52
    as_in_r: bool = False

    def __post_init__(self) -> None:
        level(self.alpha)
        if years_back(b=self.b, w=self.w, now=self.now, period=self.period).size < 2:
            raise SeriesError(f"b {self.b}, w {self.w}, now {self.now} (fewer than 2 reference weeks)")

    @classmethod
    def system(cls, number: Literal[1, 2, 3], *, alpha: float = 0.05, as_in_r: bool = False) -> Bayes:
        """Bayes 1: six weeks before; Bayes 2: those and 13 last year; Bayes 3: 9 in each of two years."""
        if number not in (1, 2, 3):
            raise SeriesError(f"system {number} (1, 2 or 3)")
        b, w, now = ((0, 6, True), (1, 6, True), (2, 4, False))[number - 1]
        return cls(b=b, w=w, now=now, alpha=alpha, as_in_r=as_in_r)

    @property
    def method(self) -> str:
        """bayes."""
        return "bayes"

    def scan(
        self,
        counts: ArrayLike,
        *,
        population: ArrayLike | None = None,
        dates: NDArray[np.datetime64] | None = None,
        at: ArrayLike | None = None,
    ) -> Alarms:
        """See `Detector.scan`.

        Raises:
            MissingExtraError: without SciPy.
        """
        try:
            from scipy.stats import nbinom
        except ImportError as error:
            raise MissingExtraError("the limit of Bayes", "stats") from error
        y, times = read(counts, population=population, dates=dates, at=at, method=self.method)
        base = baseline(y, times, years_back(b=self.b, w=self.w, now=self.now, period=self.period))
        observed = y[:, times]
        size = 0.5 + base.total
        chance = base.n / (base.n + 1)
        judged = ~base.short & ~np.isnan(observed)
        upper = np.full(observed.shape, np.nan)
        score = np.full(observed.shape, np.nan)
        known = ~base.short
        upper[known] = nbinom.ppf(1 - self.alpha, size[known], chance[known])
        tail = nbinom.logsf(np.ceil(observed[judged]) - 1, size[judged], chance[judged])
        score[judged] = np.clip(-tail / np.log(10), 0.0, _MOST)
        same = (base.sd == 0) & np.isclose(observed, base.mean, rtol=1e-9, atol=0)
        return alarms(
            self.method,
            times,
            observed=observed,
            expected=np.where(base.short, np.nan, size / np.maximum(base.n, 1)),
            upper=upper,
            score=score,
            over=np.asarray(observed > upper),
            short=base.short,
            flat=np.asarray(same & (not self.as_in_r)),
        )
