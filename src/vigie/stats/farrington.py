"""Farrington: counts against the same weeks of past years, the first algorithm.

In: counts of periods, with population and dates where they are known. Out: `FarringtonAlarms`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from numpy.typing import ArrayLike

from vigie.stats.arrays import Dates
from vigie.stats.farrington_bounds import Power
from vigie.stats.farrington_scan import FarringtonAlarms, Rules, scan_series
from vigie.stats.reference_periods import WEEKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Farrington:
    """The Farrington algorithm of 1996; the defaults are those of R's algo.farrington, for comparison.

    Attributes:
        alpha: two-sided: the limit is the 1 - alpha / 2 quantile.
        Others: as in `FarringtonFlexible`.
    Source: Farrington C.P., Andrews N.J., Beale A.D., Catchpole M.A. (1996), Journal of the Royal Statistical Society A 159: 547-563.
    Known weakness: weights of past outbreaks too strong and too few reference weeks give too many alarms (Noufaily et al. 2013).
    """

    method: ClassVar[str] = "farrington"
    years: int = 5
    half_window: int = 3
    reweight: bool = True
    alpha: float = 0.05
    trend: bool = True
    power: Power = "2/3"
    few_cases: float = 5
    few_periods: int = 4
    frequency: int = WEEKS

    def __post_init__(self) -> None:
        self.rules()

    def rules(self) -> Rules:
        """The parameters, checked. Raises SeriesError for one outside its range."""
        return Rules(
            method=self.method,
            frequency=self.frequency,
            years=self.years,
            half_window=self.half_window,
            levels=1,
            left_out=self.half_window,
            reweight=self.reweight,
            weights_threshold=1.0,
            trend=self.trend,
            trend_p=0.05,
            tail=self.alpha / 2,
            power=self.power,
            threshold="delta",
            few_cases=self.few_cases,
            few_periods=self.few_periods,
            variance="scaled",
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
