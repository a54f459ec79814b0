"""Parameters of the pooled detector: what data/stats/pooled.toml says, checked.

In: the file. Out: `PooledSettings`. Left out: anything measured on a series.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from vigie.lexicon.terms import data_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledSettings:
    """What an outbreak looks like, what the baseline may do, when to alarm; reasons in data/stats/pooled.toml.

    Attributes:
        delay_spread: spread of the log of the weeks between onset of an outbreak and a case; the median is one week.
        sizes: whole sizes of an outbreak that are weighed, in standard deviations of a week's count.
        begun: weight of an outbreak that began 0, 1, 2... periods ago, for weekly series.
        begun_long: the same for periods longer than two weeks.
        rise: standard deviations by which the judged count itself must pass what was expected, to be an alarm.
        years: history used, at most.
        least_years: history needed for a verdict, in years of periods with data.
        gap_weeks: weeks just before a judged week that do not teach the baseline.
        refit_weeks: the baseline is fitted anew every so many weeks.
        harmonics: pairs of sine and cosine of the year.
        bends: years before the fit where the trend may bend.
        trend_spread, bend_spread: prior standard deviation of the log trend per year, and of each bend.
        season_spread: prior standard deviation of the coefficients of each harmonic.
        outlier: Anscombe residual from which a past week loses weight.
        outlier_power: weight is (outlier / residual) to this power.
        dispersion, dispersion_weeks: prior dispersion, and the weeks of data that it is worth.
        first_lag, last_lag: lags in weeks over which slow wandering of the baseline is measured.
        wander_noise: standard errors that are taken off it, because it cannot fall below zero.
        thresholds: (weekly rate of false alarms, score), by falling rate.
    """

    delay_spread: float
    sizes: tuple[float, ...]
    begun: tuple[float, ...]
    begun_long: tuple[float, ...]
    rise: float
    years: float
    least_years: float
    gap_weeks: int
    refit_weeks: int
    harmonics: int
    bends: tuple[float, ...]
    trend_spread: tuple[float, ...]
    bend_spread: tuple[float, ...]
    season_spread: tuple[float, ...]
    outlier: float
    outlier_power: float
    dispersion: float
    dispersion_weeks: float
    first_lag: int
    last_lag: int
    wander_noise: float
    thresholds: tuple[tuple[float, float], ...]


@cache
def pooled_settings() -> PooledSettings:
    """The settings of data/stats/pooled.toml."""
    table = data_toml("stats", "pooled.toml")
    rows: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for part in ("outbreak", "baseline", "wander")
        for name, value in table[part].items()
        if name != "reason"
    }
    thresholds = sorted(((row["rate"], row["score"]) for row in table["threshold"]), reverse=True)
    return PooledSettings(**rows, thresholds=tuple(thresholds))
