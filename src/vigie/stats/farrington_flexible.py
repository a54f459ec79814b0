"""Farrington flexible: counts against the same season of past years, the improved algorithm.

In: counts of periods, with population and dates where they are known. Out: `FarringtonAlarms`.
A quasi-Poisson regression with seasonal levels and trend on past periods, those that look like outbreaks weighted down, gives what
was to be expected now and the largest count that would not surprise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from numpy.typing import ArrayLike

from vigie.stats.arrays import Dates
from vigie.stats.farrington_bounds import Power, Threshold
from vigie.stats.farrington_scan import FarringtonAlarms, Rules, scan_series
from vigie.stats.reference_periods import WEEKS


@dataclass(frozen=True, slots=True, kw_only=True)
class FarringtonFlexible:
    """The improved Farrington algorithm; the defaults are those of R's farringtonFlexible, for comparison.

    Noufaily et al. advise levels=10, left_out=26, trend_p=1, threshold="nbPlugin", alpha=0.005 (`FarringtonFlexible.improved`).

    Attributes:
        years: how many years back.
        half_window: periods on both sides of the same period of each year.
        levels: seasonal levels; 1 = only the windows are reference periods.
        left_out: recent periods that are no reference (a present outbreak must not hide itself); None = half_window.
        reweight: whether past periods that look like outbreaks weigh less.
        weights_threshold: Anscombe residual above which they do.
        trend: whether a trend may be in the model.
        trend_p: p-value below which it stays.
        alpha: one-sided probability beyond the limit.
        power: of counts, for the threshold "delta".
        threshold: how the limit is found, see `farrington_bounds.bound`.
        few_cases, few_periods: no verdict on fewer cases in the last periods, the judged one among them.
        frequency: periods a year: 52 or 12; another number without dates.
    Source: Noufaily A., Enki D.G., Farrington P. et al. (2013), Statistics in Medicine 32: 1206-1222; parameters as in Salmon M.,
        Schumacher D. and Höhle M. (2016), Journal of Statistical Software 70(10).
    Known weakness: a series without cases in its reference periods may not converge (no verdict "FLAT"); slow outbreaks of many weeks
        are found late, each period being judged alone; see docs/statistics.md on the variance that agrees with R.
    """

    method: ClassVar[str] = "farrington-flexible"
    years: int = 5
    half_window: int = 3
    levels: int = 1
    left_out: int | None = None
    reweight: bool = True
    weights_threshold: float = 2.58
    trend: bool = True
    trend_p: float = 0.05
    alpha: float = 0.05
    power: Power = "2/3"
    threshold: Threshold = "delta"
    few_cases: float = 5
    few_periods: int = 4
    frequency: int = WEEKS

    @classmethod
    def improved(cls, *, alpha: float = 0.005, frequency: int = WEEKS) -> FarringtonFlexible:
        """The settings of Noufaily et al. (2013)."""
        return cls(
            levels=10,
            left_out=26 if frequency == WEEKS else frequency // 2,
            trend_p=1,
            threshold="nbPlugin",
            alpha=alpha,
            frequency=frequency,
        )

    def __post_init__(self) -> None:
        self.rules()

    def rules(self) -> Rules:
        """The parameters, checked. Raises SeriesError for one outside its range."""
        return Rules(
            method=self.method,
            frequency=self.frequency,
            years=self.years,
            half_window=self.half_window,
            levels=self.levels,
            left_out=self.half_window if self.left_out is None else self.left_out,
            reweight=self.reweight,
            weights_threshold=self.weights_threshold,
            trend=self.trend,
            trend_p=self.trend_p,
            tail=self.alpha,
            power=self.power,
            threshold=self.threshold,
            few_cases=self.few_cases,
            few_periods=self.few_periods,
            variance="working",
        )

    def scan(
        self,
        counts: ArrayLike,
        *,
        population: ArrayLike | None = None,
        dates: Dates | None = None,
        at: ArrayLike | None = None,
    ) -> FarringtonAlarms:
        """Judge counts; see `vigie.stats.alarms.Detector.scan`. With `population` the logarithm of it is an offset."""
        return scan_series(counts, self.rules(), population=population, dates=dates, at=at)
