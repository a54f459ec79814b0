"""Evidence pooled over weeks: a prospective detector of outbreaks that last more than one period.

In: counts, shape (n_series, n_times). Out: `Alarms`. Parameters with their reasons: data/stats/pooled.toml.
A baseline (`pooled_baseline`) is fitted on what stands well before the judged weeks; the last weeks together are then weighed
for and against an outbreak that began among them (`pooled_evidence`).
Left out: reporting delay (give counts that are complete), outbreaks that grow for months (they become the baseline).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Alarms, Verdict
from vigie.stats.arrays import Dates, FloatArray, as_counts, as_population, as_times
from vigie.stats.pooled_baseline import columns, fit
from vigie.stats.pooled_evidence import shares, weigh
from vigie.stats.pooled_settings import PooledSettings, pooled_settings
from vigie.stats.reference_periods import WEEKS, checked_dates

_WEEKS_OF_YEAR = 52.1775
_DAYS_OF_YEAR = 365.2425
_CELLS = 400_000  # series x periods fitted at once: bounds memory to about 100 MB


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Judged:
    """What is found at the periods of one block, each of shape (n_series, n_periods); `least`: counts up to it are no alarms."""

    expected: FloatArray
    upper: FloatArray
    score: FloatArray
    least: FloatArray
    verdict: NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """Detector that weighs the last four weeks together (two periods, where a period is longer than two weeks).

    `Alarms.score` is the natural logarithm of how much likelier these counts are if an outbreak began among them, weighed by
    when it began; an alarm is a score above `threshold` in a period that itself passes what was expected by
    `settings.rise` standard deviations. `upper` is the largest
    whole count that is no alarm given the periods before: it falls while an outbreak is under way. Of the same score the
    same evidence is asked in all series, so that the false alarms allowed are spent where they find most; their rate is that
    of the mean over series, not of each one.

    Attributes:
        rate: false alarms per series and week, between the extremes of `settings.thresholds`.
        frequency: periods a year: 52, 12, or another number without dates.
        settings: see `PooledSettings`.
    Source: ours. Outbreaks as in Noufaily A. et al. (2013), Statistics in Medicine 32: 1206-1222; pooling of evidence as in
        Shiryaev's and Frisén's sequential likelihood ratios (Frisén M. and de Maré J. 1991, Biometrika 78: 271-280).
    Known weakness: thresholds are calibrated on simulated weekly series; real ones with waves of their own raise more
        alarms, although measured wander widens the expectation. A step in reporting alarms until the baseline has learnt it.
    """

    method: ClassVar[str] = "pooled"
    rate: float = 0.01
    frequency: int = WEEKS
    settings: PooledSettings = field(default_factory=pooled_settings)

    def __post_init__(self) -> None:
        if not isinstance(self.settings, PooledSettings):
            raise SeriesError(
                "settings: not PooledSettings (change data/stats/pooled.toml, or replace its fields in Python)"
            )
        highest, lowest = self.settings.thresholds[0][0], self.settings.thresholds[-1][0]
        if not lowest <= self.rate <= highest:
            raise SeriesError(f"rate {self.rate} (false alarms per week, {lowest} to {highest})")
        if self.frequency < 2:
            raise SeriesError(f"frequency {self.frequency} (periods a year, 2 or more)")

    @property
    def threshold(self) -> float:
        """Score above which there is an alarm: measured at some rates, straight in the log rate between them."""
        rates, scores = np.array(self.settings.thresholds).T
        return float(np.interp(-np.log(self.rate), -np.log(rates), scores))

    def scan(
        self,
        counts: ArrayLike,
        *,
        population: ArrayLike | None = None,
        dates: Dates | None = None,
        at: ArrayLike | None = None,
    ) -> Alarms:
        """Judge counts; see `vigie.stats.alarms.Detector.scan`. With `population` the logarithm of it is an offset.

        Memory does not grow with the number of series beyond the arrays given and returned. The baseline is fitted anew every
        `refit_weeks`, at positions counted from the start of the series, so that a verdict is the same whatever `at` asks for.
        """
        series = as_counts(counts)
        n_times = series.shape[1]
        at_risk = as_population(population, series)
        offset = np.zeros((1, n_times)) if at_risk is None else np.log(at_risk)
        times = as_times(at, n_times)
        days = checked_dates(dates, n_times, self.frequency)
        phase = np.arange(n_times) / self.frequency if days is None else days.astype(np.int64) / _DAYS_OF_YEAR
        shape = (len(series), len(times))
        expected, upper, score, least = (np.full(shape, np.nan) for _ in range(4))
        verdict = np.full(shape, int(Verdict.SHORT), dtype=np.int8)
        every = self._periods(self.settings.refit_weeks)
        longest = min(n_times, round(self.settings.years * self.frequency) + every)
        rows = max(1, _CELLS // longest)
        for block in np.unique(times // every):
            start = int(block) * every
            wanted = np.flatnonzero(times // every == block)
            for first in range(0, len(series), rows):
                part = slice(first, first + rows)
                found = self._block(series[part], offset if len(offset) == 1 else offset[part], phase, start)
                if found is None:
                    continue
                taken = times[wanted] - start
                expected[part, wanted] = found.expected[:, taken]
                upper[part, wanted] = found.upper[:, taken]
                score[part, wanted] = found.score[:, taken]
                least[part, wanted] = found.least[:, taken]
                verdict[part, wanted] = found.verdict[:, taken]
        observed = series[:, times]
        verdict[np.isnan(observed)] = int(Verdict.MISSING)
        with np.errstate(invalid="ignore"):
            alarm = (verdict == Verdict.GIVEN) & (score > self.threshold) & (observed > least)
        for values in (expected, upper, score):
            values[verdict != Verdict.GIVEN] = np.nan
        return Alarms(
            method=self.method,
            times=times,
            observed=observed,
            expected=expected,
            upper=upper,
            score=score,
            alarm=alarm,
            verdict=verdict,
        )

    def _periods(self, weeks: float) -> int:
        return max(1, round(weeks * self.frequency / _WEEKS_OF_YEAR))

    def _block(self, series: FloatArray, offset: FloatArray, phase: FloatArray, start: int) -> _Judged | None:
        """Judge the periods from `start` that share one baseline; None if too few periods stand before them."""
        settings = self.settings
        weeks = _WEEKS_OF_YEAR / self.frequency
        begun = settings.begun if weeks < 2 else settings.begun_long
        reach = len(begun)
        stop = min(start + self._periods(settings.refit_weeks), series.shape[1])
        last = start - max(reach - 1, self._periods(settings.gap_weeks))
        first = max(0, last - round(settings.years * self.frequency))
        needed = settings.least_years * self.frequency
        if last - first < needed:
            return None
        view = slice(start - reach + 1, stop)
        years = (np.arange(first, stop) - last) / self.frequency
        design, precision = columns(years, phase[first:stop], settings)
        lags = (self._periods(settings.first_lag), self._periods(settings.last_lag))
        past = series[:, first:last]
        base = fit(past, design[: last - first], precision, offset[:, first:last], settings, lags=lags)
        pooled, error = base.ahead(design[view.start - first :], offset[:, view])
        seen = np.isfinite(past)
        highest = np.where(seen, past, -np.inf).max(1)
        flat = highest <= np.where(seen, past, np.inf).min(1)
        verdict = np.full(len(series), int(Verdict.GIVEN), dtype=np.int8)
        verdict[~base.converged] = int(Verdict.UNFITTED)
        verdict[flat] = int(Verdict.FLAT)
        verdict[seen.sum(1) < needed] = int(Verdict.SHORT)
        given = verdict == Verdict.GIVEN
        expected = pooled[:, reach - 1 :]
        least = expected + settings.rise * np.sqrt(base.dispersion[:, None] * expected)
        score, upper = np.full(expected.shape, np.nan), np.full(expected.shape, np.nan)
        score[given], upper[given] = weigh(
            series[given, view],
            pooled[given],
            error[given],
            base.dispersion[given],
            share=shares(reach, weeks, settings.delay_spread),
            sizes=settings.sizes,
            begun=begun,
            threshold=self.threshold,
            least=least[given],
        )
        return _Judged(
            expected=expected,
            upper=upper,
            score=score,
            least=least,
            verdict=np.broadcast_to(verdict[:, None], expected.shape),
        )
