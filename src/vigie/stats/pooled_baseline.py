"""What was to be expected without an outbreak: a shrunken, robust log-linear regression on a series' own past.

In: counts up to the fit, shape (n_series, n_times). Out: `Baseline`: coefficients, covariance, dispersion, wander.

    log mean = log population + level + trend + bends of the trend + harmonics of the year,   variance = dispersion x mean

Quasi-likelihood (McCullagh and Nelder 1989), Newton steps by two matrix products for all series at once. Coefficients have
normal priors around zero; several spreads are tried and averaged, each weighed by its marginal likelihood (Laplace), so that a
series keeps a flat line unless its counts speak against it, and may bend without losing the years before. Past weeks whose
Anscombe residual passes `outlier` lose weight as its fourth power, upward only: an outbreak must not become the expectation.
Left out: outbreaks themselves (`pooled_evidence`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import product

import numpy as np

from vigie.stats.arrays import BoolArray, FloatArray
from vigie.stats.pooled_settings import PooledSettings

LEAST_DISPERSION = 1.01  # a negative binomial needs more than 1; this one is a Poisson to the second digit
_STEPS = 6  # enough for most series
_MORE_STEPS = 20  # for the others
_NEAR = 1e-3  # change of the log mean at which a fit stands: far below its standard error
_NOT_NEAR = 0.05  # change at which it does not
_LARGEST_MOVE = 2.0  # of a coefficient in one step: no series jumps past what a double holds
_LEAST_MEAN = 1e-6
_FREE = 1e4  # spread of the level: no prior


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Baseline:
    """Fitted baselines, p columns.

    Attributes:
        coefficients: shape (n_series, p).
        covariance: of the coefficients, shape (n_series, p, p).
        dispersion: variance over mean, shape (n_series,), at least 1.01.
        wander: variance of slow drift of the log mean that the model does not explain, shape (n_series,).
        converged: shape (n_series,).
    """

    coefficients: FloatArray
    covariance: FloatArray
    dispersion: FloatArray
    wander: FloatArray
    converged: BoolArray

    def ahead(self, design: FloatArray, offset: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Expected counts and the standard error of their logarithm, each of shape (n_series, n_times).

        Args:
            design: from `columns`, shape (n_times, p).
            offset: log population, shape (n_series, n_times) or (1, n_times).
        """
        expected = np.exp(np.clip(self.coefficients @ design.T, -30.0, 30.0) + offset)
        variance = np.einsum("tp,ipq,tq->it", design, self.covariance, design, optimize=True)
        return expected, np.sqrt(variance + self.wander[:, None])


def columns(years: FloatArray, phase: FloatArray, settings: PooledSettings) -> tuple[FloatArray, FloatArray]:
    """Design, shape (n_times, p), and precision of the coefficients under each prior, shape (n_priors, p).

    Args:
        years: time in years after the fit, negative before it, shape (n_times,).
        phase: position in the year, any origin, in years, shape (n_times,).
    """
    parts = [np.ones_like(years), years, *(np.maximum(0.0, years + bend) for bend in settings.bends)]
    kinds = [0, 1, *(2 for _ in settings.bends)]
    for harmonic in range(1, settings.harmonics + 1):
        angle = 2 * np.pi * harmonic * phase
        parts += [np.cos(angle), np.sin(angle)]
        kinds += [2 + harmonic] * 2
    priors = []
    for trend, bend, season in product(settings.trend_spread, settings.bend_spread, settings.season_spread):
        spread = np.array([_FREE, trend, bend, *(season / wave for wave in range(1, settings.harmonics + 1))])
        priors.append(spread[kinds] ** -2.0)
    return np.stack(parts, axis=1), np.array(priors)


def fit(
    counts: FloatArray,
    design: FloatArray,
    precision: FloatArray,
    offset: FloatArray,
    settings: PooledSettings,
    *,
    lags: tuple[int, int],
) -> Baseline:
    """Fit all series on the same periods.

    Args:
        counts: shape (n_series, n_times), NaN = nothing collected.
        design, precision: from `columns`, for these periods.
        offset: log population, shape (n_series, n_times) or (1, n_times).
        lags: first and last lag, in periods, over which wander is measured.
    """
    seen = np.isfinite(counts).astype(np.float64)
    cases = np.where(seen > 0, counts, 0.0)
    offset = np.broadcast_to(offset, cases.shape)
    beta = np.zeros((len(cases), design.shape[1]))
    beta[:, 0] = np.log((cases.sum(1) + 0.5) / np.maximum((seen * np.exp(offset)).sum(1), _LEAST_MEAN))
    found = _steps(
        cases,
        seen,
        offset,
        beta,
        np.full(len(cases), settings.dispersion),
        design,
        precision,
        settings,
        _STEPS,
    )
    late = found.change >= _NEAR
    if late.any():  # all of these take the same steps: the fit of a series does not depend on the others
        more = _steps(
            cases[late],
            seen[late],
            offset[late],
            found.beta[late],
            found.dispersion[late],
            design,
            precision,
            settings,
            _MORE_STEPS,
        )
        for attribute in fields(_Fitted):
            getattr(found, attribute.name)[late] = getattr(more, attribute.name)
    beta, covariance = _averaged(found.information, found.pull, precision)
    mean = _mean(beta, design, offset)
    weight = _weight(seen, cases ** (2 / 3), mean, found.dispersion, settings)
    return Baseline(
        coefficients=beta,
        covariance=covariance,
        dispersion=found.dispersion,
        wander=_wander(
            weight * (cases - mean), weight * mean, settings.wander_noise * found.dispersion, lags
        ),
        converged=(found.change < _NOT_NEAR) & np.isfinite(beta).all(1),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fitted:
    """Where the Newton steps of each series ended; `pull` is information x the estimate of the data alone."""

    beta: FloatArray
    dispersion: FloatArray
    information: FloatArray
    pull: FloatArray
    change: FloatArray


def _steps(
    cases: FloatArray,
    seen: FloatArray,
    offset: FloatArray,
    beta: FloatArray,
    dispersion: FloatArray,
    design: FloatArray,
    precision: FloatArray,
    settings: PooledSettings,
    steps: int,
) -> _Fitted:
    n_series, p = beta.shape
    power = cases ** (2 / 3)
    upper = np.triu_indices(p)
    products = design[:, upper[0]] * design[:, upper[1]]
    mild = precision.min(axis=0)  # the widest of the priors while the fit is sought
    information = np.empty((n_series, p, p))
    for step in range(steps):
        mean = _mean(beta, design, offset)
        weight = seen
        if step or steps == _MORE_STEPS:
            weight = _weight(seen, power, mean, dispersion, settings)
            dispersion = _dispersion(weight, cases - mean, mean, p, settings)
        half = ((weight * mean) @ products) / dispersion[:, None]
        information[:, upper[0], upper[1]] = half
        information[:, upper[1], upper[0]] = half
        slope = ((weight * (cases - mean)) @ design) / dispersion[:, None]
        move = np.linalg.solve(information + np.diag(mild), (slope - beta * mild)[..., None])[..., 0]
        move = np.clip(move, -_LARGEST_MOVE, _LARGEST_MOVE)
        pull = (information @ beta[..., None])[..., 0] + slope
        beta = beta + move
    change = np.abs(move @ design.T).max(1)
    return _Fitted(beta=beta, dispersion=dispersion, information=information, pull=pull, change=change)


def _weight(
    seen: FloatArray, power: FloatArray, mean: FloatArray, dispersion: FloatArray, settings: PooledSettings
) -> FloatArray:
    """Weight of each past period by its Anscombe residual; `power`: counts to the 2/3."""
    surprise = 1.5 * (power * mean ** (-1 / 6) - np.sqrt(mean)) / np.sqrt(dispersion)[:, None]
    return seen * (settings.outlier / np.maximum(surprise, settings.outlier)) ** settings.outlier_power


def _mean(beta: FloatArray, design: FloatArray, offset: FloatArray) -> FloatArray:
    found: FloatArray = np.maximum(np.exp(np.clip(beta @ design.T, -30.0, 30.0) + offset), _LEAST_MEAN)
    return found


def _dispersion(
    weight: FloatArray, residual: FloatArray, mean: FloatArray, p: int, settings: PooledSettings
) -> FloatArray:
    """Pearson's, drawn towards the prior.

    Degrees of freedom: columns that a prior holds at zero cost none; half of them is the mean of the two extremes.
    """
    square = (weight * residual**2 / mean).sum(1)
    freedom = np.maximum(weight.sum(1) - p / 2, 1.0)
    extra = settings.dispersion_weeks
    found: FloatArray = np.maximum(
        (square + extra * settings.dispersion) / (freedom + extra), LEAST_DISPERSION
    )
    return found


def _averaged(
    information: FloatArray, pull: FloatArray, precision: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Coefficients and covariance averaged over the priors, each weighed by its marginal likelihood.

    Args:
        information: of the data alone, shape (n_series, p, p).
        pull: information x the estimate that the data alone would give, shape (n_series, p).
        precision: shape (n_priors, p).
    """
    posterior = information[:, None] + precision[:, :, None] * np.eye(precision.shape[1])
    covariance = np.linalg.inv(posterior)
    each = (covariance @ pull[:, None, :, None])[..., 0]
    log_weight = 0.5 * (
        np.log(precision).sum(1) - np.linalg.slogdet(posterior)[1] + (each * pull[:, None]).sum(2)
    )
    weight = np.exp(log_weight - log_weight.max(1, keepdims=True))
    weight /= weight.sum(1, keepdims=True)
    mean = (weight[..., None] * each).sum(1)
    away = each - mean[:, None]
    spread = covariance + away[..., :, None] * away[..., None, :]
    return mean, (weight[..., None, None] * spread).sum(1)


def _wander(residual: FloatArray, mean: FloatArray, noise: FloatArray, lags: tuple[int, int]) -> FloatArray:
    """Sum of products of residuals `lags` periods apart over that of the means, shape (n_series,), at least 0.

    `noise` over the root of the latter is what chance alone would give without any wander; it is taken off.
    """
    top, bottom = np.zeros(len(mean)), np.full(len(mean), _LEAST_MEAN**2)
    for lag in range(lags[0], min(lags[1], mean.shape[1] - 1) + 1):
        top += np.einsum("it,it->i", residual[:, lag:], residual[:, :-lag])
        bottom += np.einsum("it,it->i", mean[:, lag:], mean[:, :-lag])
    found: FloatArray = np.maximum(top / bottom - noise / np.sqrt(bottom), 0.0)
    return found
