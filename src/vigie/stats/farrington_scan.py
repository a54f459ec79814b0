"""What both Farrington methods do: regressions of all series and periods, in portions of bounded memory.

In: counts and `Rules`. Out: `FarringtonAlarms`.
Each judged period: fit, weights of past periods by their Anscombe residuals, fit again, without trend where it is not significant or
runs beyond what was ever seen; then the limit. Left out: which periods (`reference_periods`), the regression itself (`irls`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vigie.model.errors import MissingExtraError, SeriesError
from vigie.stats.alarms import Alarms, Verdict
from vigie.stats.arrays import BoolArray, Dates, FloatArray, IntArray, as_counts, as_population, as_times
from vigie.stats.farrington_bounds import POWERS, THRESHOLDS, Power, Prediction, Threshold, bound
from vigie.stats.frame import LEAST_PRESENT
from vigie.stats.irls import Base, Fit, fit, start_of
from vigie.stats.reference_periods import MONTHS, WEEKS, Reference, checked_dates, reference

PORTION = 120_000  # rows * regressions of one portion: some ten arrays of this size stand at a time, and fit the cache
LEAST_YEARS_FOR_TREND = 3  # Farrington et al. (1996), 3.4
LEAST_SLOPE = 1e-9  # a constant series leaves a slope of rounding errors, tested against rounding errors
_DAYS_OF_YEAR = {WEEKS: 7.0 * WEEKS, MONTHS: 365.25}
Variance: TypeAlias = Literal["scaled", "working"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FarringtonAlarms(Alarms):
    """Alarms, and the model behind each.

    Attributes (all of shape (n_series, n_scanned), NaN where no model stands):
        phi: dispersion, at least 1.
        slope: change of the logarithm of the mean by period; NaN where no trend was kept.
        p_value: probability of a count at least as large as the observed one if nothing had changed.
        nb_mean: mean of the distribution of which the limit is a quantile; NaN for the threshold "delta".
    """

    phi: FloatArray
    slope: FloatArray
    p_value: FloatArray
    nb_mean: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Parameters of both methods under one name each; see `FarringtonFlexible` and `Farrington`.

    Attributes:
        tail: one-sided probability beyond the limit.
        variance: dispersion of the estimated coefficients: "scaled" is phi; "working" as R's farringtonFlexible has it, the
            mean square of the working residuals after a fit with weights, and phi without its floor of 1 after one without.
    """

    method: str
    frequency: int
    years: int
    half_window: int
    levels: int
    left_out: int
    reweight: bool
    weights_threshold: float
    trend: bool
    trend_p: float
    tail: float
    power: Power
    threshold: Threshold
    few_cases: float
    few_periods: int
    variance: Variance

    def __post_init__(self) -> None:
        sound = {
            "frequency: at least 2 periods a year": self.frequency >= 2,
            "years: at least 1": self.years >= 1,
            f"half_window: 0 to {(self.frequency - 1) // 2}": self.half_window >= 0
            and 2 * self.half_window + 1 <= self.frequency,
            f"levels: 1 to {self.frequency - 2 * self.half_window}": 1
            <= self.levels
            <= self.frequency - 2 * self.half_window,
            "left_out: not negative": self.left_out >= 0,
            "weights_threshold: above 0": self.weights_threshold > 0,
            "trend_p: 0 to 1": 0 <= self.trend_p <= 1,
            "alpha: above 0, below 1": 0 < self.tail < 1,
            f"power: one of {', '.join(POWERS)}": self.power in POWERS,
            f"threshold: one of {', '.join(THRESHOLDS)}": self.threshold in THRESHOLDS,
            "few_cases: not negative": self.few_cases >= 0,
            "few_periods: at least 1": self.few_periods >= 1,
        }
        for repair, fine in sound.items():
            if not fine:
                raise SeriesError(f"{self.method}: {repair}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Estimate:
    """Of C regressions; NaN where none converged.

    Attributes:
        phi: dispersion, at least 1.
        spread: dispersion of the coefficients, for the limit.
        tested: dispersion of the coefficients, for the test of the trend.
        degrees: residual degrees of freedom.
    """

    fit: Fit
    phi: FloatArray
    spread: FloatArray
    tested: FloatArray
    degrees: FloatArray


def scan_series(
    counts: ArrayLike,
    rules: Rules,
    *,
    population: ArrayLike | None,
    dates: Dates | None,
    at: ArrayLike | None,
) -> FarringtonAlarms:
    """Judge all series; see `vigie.stats.alarms.Detector.scan`."""
    y = as_counts(counts)
    persons = as_population(population, y)
    days = checked_dates(dates, y.shape[1], rules.frequency)
    times = as_times(at, y.shape[1])
    shape = (y.shape[0], times.size)
    found = {
        f.name: np.full(shape, np.nan)
        for f in fields(FarringtonAlarms)
        if f.name not in ("method", "times", "observed", "alarm", "verdict")
    }
    verdict = np.full(shape, Verdict.SHORT, dtype=np.int8)
    wanted = reference(
        times,
        years=rules.years,
        half_window=rules.half_window,
        levels=rules.levels,
        left_out=rules.left_out,
        frequency=rules.frequency,
        dates=days,
    )
    # Time runs by days where they are known: months are not of one length.
    clock = (
        np.arange(y.shape[1], dtype=np.float64)
        if days is None
        else (days - days[0]).astype(np.float64) * (rules.frequency / _DAYS_OF_YEAR[rules.frequency])
    )
    ready = np.flatnonzero(wanted.enough)
    size = max(1, PORTION // max(1, wanted.rows.shape[0]))
    series_step = min(y.shape[0], size)
    period_step = max(1, size // series_step)
    for s in range(0, y.shape[0], series_step):
        some = slice(s, s + series_step)
        persons_here = None if persons is None else persons[some]
        for t in range(0, ready.size, period_step):
            here = ready[t : t + period_step]
            part, said = _portion(
                y[some], persons_here, clock, times[here], wanted.rows[:, here], wanted, rules
            )
            for name, values in part.items():
                found[name][some, here] = values
            verdict[some, here] = said
    observed = y[:, times]
    few = _few(y, times, rules)
    verdict[(verdict == Verdict.GIVEN) & few] = Verdict.FEW
    verdict[np.isnan(observed) & (verdict != Verdict.SHORT)] = Verdict.MISSING
    for name in ("expected", "upper"):
        found[name][verdict == Verdict.FEW] = np.nan
    for values in found.values():
        values[verdict == Verdict.SHORT] = np.nan
    alarm = (verdict == Verdict.GIVEN) & (observed > found["upper"])
    return FarringtonAlarms(
        method=rules.method, times=times, observed=observed, alarm=alarm, verdict=verdict, **found
    )


def _few(y: FloatArray, times: IntArray, rules: Rules) -> BoolArray:
    """Whether fewer than `few_cases` cases came in the last `few_periods` periods, the judged one among them."""
    total = np.concatenate([np.zeros((y.shape[0], 1)), np.cumsum(np.nan_to_num(y), axis=1)], axis=1)
    recent = total[:, times + 1] - total[:, np.maximum(times + 1 - rules.few_periods, 0)]
    found: BoolArray = recent < rules.few_cases - 1e-9  # cumulated sums of weighted counts are not exact
    return found


def _portion(
    y: FloatArray,
    persons: FloatArray | None,
    clock: FloatArray,
    times: IntArray,
    rows: IntArray,
    wanted: Reference,
    rules: Rules,
) -> tuple[dict[str, FloatArray], NDArray[np.int8]]:
    """Results of some series at some times, shape (n_series, len(times)) each."""
    shape = (times.size, y.shape[0])

    def gathered(values: FloatArray) -> FloatArray:
        return values.T[rows].reshape(rows.shape[0], rows.shape[1] * values.shape[0])

    counts = gathered(y)
    pads = np.repeat(rows < 0, y.shape[0], axis=1)
    missing = pads | np.isnan(counts)
    counts[missing] = 0.0
    base = Base(
        counts=counts,
        used=(~missing).astype(np.float64),
        time=np.repeat(np.where(rows < 0, 0.0, clock[rows] - clock[times]), y.shape[0], axis=1),
        offset=None if persons is None else np.where(missing, 0.0, np.log(gathered(persons))),
        first=wanted.first,
        others=wanted.others,
        rows=wanted.length,
    )
    observed = y[:, times].T.ravel()
    offset = 0.0 if persons is None else np.log(persons[:, times].T.ravel())
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        model = _predicted(base, offset, rules)
        found = bound(observed, model, tail=rules.tail, power=rules.power, threshold=rules.threshold)
    said = np.where(np.isfinite(found["upper"]), Verdict.GIVEN, Verdict.UNFITTED)
    said[(said == Verdict.UNFITTED) & (counts.sum(axis=0) == 0)] = Verdict.FLAT
    kept = base.used.sum(axis=0) / np.maximum((~pads).sum(axis=0), 1)
    said[(kept < LEAST_PRESENT) | (base.used[: base.first].sum(axis=0) == 0)] = Verdict.SHORT
    found |= {"phi": model.phi, "slope": model.slope}
    return (
        {name: values.reshape(shape).T for name, values in found.items()},
        said.reshape(shape).T.astype(np.int8),
    )


def _predicted(base: Base, offset: FloatArray | float, rules: Rules) -> Prediction:
    """The model of each regression, with trend where it stands."""
    columns = base.counts.shape[1]
    mean, variance, phi, slope = np.full((4, columns), np.nan)
    rest = np.arange(columns)
    if rules.trend and rules.years >= LEAST_YEARS_FOR_TREND:
        with_trend = _estimate(base, rules, trend=True)
        f = with_trend.fit
        expected = np.exp(f.level[0] + offset)
        stands = _significant(with_trend, rules) & (expected <= base.counts.max(axis=0))
        mean[stands], phi[stands], slope[stands] = expected[stands], with_trend.phi[stands], f.slope[stands]
        variance[stands] = (with_trend.spread * f.unscaled_variance())[stands]
        rest = np.flatnonzero(~stands)
    if rest.size:
        left = base if rest.size == columns else base.take(rest)
        plain = _estimate(left, rules, trend=False)
        here = offset if isinstance(offset, float) else offset[rest]
        mean[rest], phi[rest] = np.exp(plain.fit.level[0] + here), plain.phi
        variance[rest] = plain.spread * plain.fit.unscaled_variance()
    return Prediction(mean=mean, log_variance=variance, phi=phi, slope=slope)


def _significant(estimate: _Estimate, rules: Rules) -> BoolArray:
    f = estimate.fit
    try:
        from scipy.special import stdtr
    except ImportError as error:
        raise MissingExtraError("the test of a trend", "stats") from error
    p = 2 * stdtr(estimate.degrees, -np.abs(f.slope) / np.sqrt(estimate.tested / f.schur))
    found: BoolArray = f.converged & (p < rules.trend_p) & (np.abs(f.slope) > LEAST_SLOPE)
    return found


def _estimate(base: Base, rules: Rules, *, trend: bool) -> _Estimate:
    """Two fits, the second with weights; one where weights are not wanted."""
    start = start_of(base)
    first = fit(base, base.used, trend=trend, start=start)
    estimate = _judged(base, base.used, first, rules.variance, weighted=False)
    if not rules.reweight:
        return estimate
    prior = _weights(base, estimate, rules.weights_threshold)
    second = _judged(base, prior, fit(base, prior, trend=trend, start=start), rules.variance, weighted=True)
    second.fit.converged[~first.converged] = False
    second.phi[~second.fit.converged] = np.nan
    return second


def _linear(base: Base, level: FloatArray, slope: FloatArray) -> FloatArray:
    found = base.time * slope
    found += base.spread(level)
    if base.offset is not None:
        found += base.offset
    return found


def _judged(base: Base, prior: FloatArray, f: Fit, variance: Variance, *, weighted: bool) -> _Estimate:
    """Dispersions of counts (Pearson's, by the weights of the last round, as R takes it) and of coefficients."""
    residual = base.counts * np.exp(-_linear(base, f.level, f.slope)) - 1
    residual *= residual
    weight = prior * np.exp(_linear(base, f.last_level, f.last_slope))
    degrees = base.used.sum(axis=0) - f.rank
    raw = np.einsum("nc,nc->c", weight, residual) / degrees
    phi = np.where(f.converged & np.isfinite(raw), np.maximum(raw, 1.0), np.nan)
    if variance == "scaled":
        return _Estimate(fit=f, phi=phi, spread=phi, tested=raw, degrees=degrees)
    own = np.einsum("nc,nc->c", prior, residual) / degrees if weighted else raw
    return _Estimate(fit=f, phi=phi, spread=own, tested=own, degrees=degrees)


def _weights(base: Base, estimate: _Estimate, threshold: float) -> FloatArray:
    """Weights that sum to the number of reference periods; less for those above what the first fit expects.

    Source: Farrington et al. (1996), 3.6; Anscombe residuals as standardised there.
    """
    f = estimate.fit
    linear = _linear(base, f.level, f.slope)
    sixth = np.exp(linear / 6)
    root = np.exp(np.log(base.counts) * (2 / 3))  # several times quicker than a power; 0 stays 0
    residual = 1.5 * (root / sixth - sixth * sixth * sixth)
    centre = base.time - base.spread(f.moment / f.weight)
    leverage = base.spread(1 / f.weight) + centre**2 / f.schur
    leverage *= np.exp(_linear(base, f.last_level, f.last_slope))
    left = estimate.phi * (1 - leverage)
    residual /= np.sqrt(np.where(left > 1e-12, left, np.inf))
    prior = base.used.copy()
    high = (residual > threshold) & (prior > 0)
    prior[high] = residual[high] ** -2.0
    prior *= base.used.sum(axis=0) / prior.sum(axis=0)
    return prior
