"""Log-linear means with trend and season, for many series in one call.

In: counts of the weeks before monitoring starts. Out: coefficients, a mean for any week, the dispersion if asked for.
Maximum likelihood by iteratively reweighted least squares, Poisson or negative binomial with variance m + alpha m^2.
Source: McCullagh and Nelder (1989), Generalized Linear Models; Lawless (1987) for the negative binomial.
Left out: offsets, robust weights (`farrington.py` has its own model).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vigie.model.errors import MissingExtraError, SeriesError
from vigie.stats.arrays import BoolArray, FloatArray

_ROUNDS = 60
_CLOSE = 1e-8  # relative change of the deviance at which a fit stands: the usual one, so programs agree to more digits
_LEAST_ETA = -30.0  # a mean below e^-30 cases a week is none: series of zeros end here and not at -infinity


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonalMean:
    """log m(t) = a + b t + sum over s of c_s sin(2 pi s t / period) + d_s cos(2 pi s t / period); t counts from 1.

    Attributes:
        harmonics: number of waves a year, 0 = no season.
        trend: whether b is there.
        period: times in a year.
    """

    harmonics: int = 1
    trend: bool = True
    period: int = 52

    def __post_init__(self) -> None:
        if self.harmonics < 0 or self.period < 2:
            raise SeriesError(
                f"harmonics {self.harmonics}, period {self.period} (not negative; at least 2 times)"
            )

    def design(self, times: FloatArray) -> FloatArray:
        """Shape (n_times, n_coefficients) for positions `times`, 0-based."""
        t = np.asarray(times, dtype=np.float64) + 1
        columns = [np.ones_like(t)]
        if self.trend:
            columns.append(t)
        for s in range(1, self.harmonics + 1):
            angle = 2 * np.pi * s * t / self.period
            columns += [np.sin(angle), np.cos(angle)]
        return np.stack(columns, axis=1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogLinear:
    """Fits of several series.

    Attributes:
        coefficients: shape (n_series, n_coefficients).
        alpha: dispersion of each series, shape (n_series,); 0 = Poisson.
        converged: shape (n_series,).
    """

    coefficients: FloatArray
    alpha: FloatArray
    converged: BoolArray

    def mean(self, design: FloatArray) -> FloatArray:
        """Shape (n_series, n_times)."""
        return np.asarray(np.exp(np.clip(self.coefficients @ design.T, _LEAST_ETA, 500)))


def in_control(
    mean: SeasonalMean | float | tuple[float, ...],
    counts: FloatArray,
    start: int,
    alpha: float | None = 0.0,
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """What is expected of each week while nothing happens, from the weeks before `start`.

    Args:
        mean: a model to fit, or the mean itself: one for all weeks, or one for each week of `counts`.
        counts: shape (n_series, n_times).
        alpha: dispersion; None = estimated with the means, which needs a model to fit.
    Returns:
        Means of shape (n_series, n_times), dispersion of shape (n_series,), whether there is a fit, shape (n_series,).
    """
    n, width = counts.shape
    if not isinstance(mean, SeasonalMean):
        given = np.asarray(mean, dtype=np.float64)
        if given.shape not in ((), (width,)) or not (given > 0).all():
            raise SeriesError(
                f"mean of shape {given.shape} (positive; one figure, or one for each of {width})"
            )
        if alpha is None:
            raise SeriesError(
                "alpha None is estimated with a fitted mean, and the mean is given (state alpha)"
            )
        return np.broadcast_to(given, (n, width)).copy(), np.full(n, alpha), np.ones(n, dtype=bool)
    before = counts[:, :start]
    if not mean.harmonics and not mean.trend and alpha is not None:
        seen = (~np.isnan(before)).sum(axis=1)
        average = np.nansum(before, axis=1) / np.maximum(seen, 1)
        return np.repeat(average[:, None], width, axis=1), np.full(n, alpha), np.asarray(seen > 1)
    design = mean.design(np.arange(width, dtype=np.float64))
    fit = fit_means(before, design[:start], alpha)
    return fit.mean(design), fit.alpha, fit.converged


def fit_means(counts: FloatArray, design: FloatArray, alpha: FloatArray | float | None = 0.0) -> LogLinear:
    """Coefficients of each series, NaN weeks left out.

    Args:
        counts: shape (n_series, n_times).
        design: shape (n_times, n_coefficients), common to all.
        alpha: dispersion, one or shape (n_series,); 0 = Poisson; None = estimated with the means.
    A series with fewer weeks than coefficients, or whose fit does not settle, has `converged` False.
    """
    n = counts.shape[0]
    if alpha is not None:
        fixed = np.broadcast_to(np.asarray(alpha, dtype=np.float64), (n,)).copy()
        beta, done = _weighted(counts, design, fixed)
        return LogLinear(coefficients=beta, alpha=fixed, converged=done)
    beta, done = _weighted(counts, design, np.zeros(n))
    estimate = np.zeros(n)
    settled = np.zeros(n, dtype=bool)
    for _ in range(_ROUNDS):
        mean = LogLinear(coefficients=beta, alpha=estimate, converged=done).mean(design)
        new = _dispersion(counts, mean)
        close = np.abs(new - estimate) <= 1e-10 * (1 + new)
        estimate = np.where(settled, estimate, new)
        again, done_again = _weighted(counts, design, estimate, start=beta)
        beta = np.where(settled[:, None], beta, again)
        done = np.where(settled, done, done_again)
        settled = settled | close
        if settled.all():
            break
    return LogLinear(coefficients=beta, alpha=estimate, converged=done & settled)


def _weighted(
    counts: FloatArray, design: FloatArray, alpha: FloatArray, start: FloatArray | None = None
) -> tuple[FloatArray, BoolArray]:
    seen = ~np.isnan(counts)
    y = np.where(seen, counts, 0.0)
    a = alpha[:, None]
    enough = seen.sum(axis=1) >= design.shape[1]
    # Columns are scaled so that a trend over hundreds of weeks does not spoil the normal equations.
    scale = np.abs(design).max(axis=0)
    x = design / np.where(scale > 0, scale, 1.0)
    eta = np.log(y + 0.1) if start is None else np.clip((start * scale) @ x.T, _LEAST_ETA, 500)
    deviance = np.full(counts.shape[0], np.inf)
    beta = np.zeros((counts.shape[0], x.shape[1]))
    done = np.zeros(counts.shape[0], dtype=bool)
    for _ in range(_ROUNDS):
        mean = np.exp(eta)
        weight = np.where(seen, mean / (1 + a * mean), 0.0)
        target = eta + (y - mean) / mean
        gram = np.einsum("tp,st,tq->spq", x, weight, x, optimize=True)
        right = np.einsum("tp,st->sp", x, weight * target)
        step = np.linalg.solve(gram + 1e-14 * np.eye(x.shape[1]) * _trace(gram), right[..., None])[..., 0]
        beta = np.where(
            done[:, None], beta, step
        )  # a fit that stands does not depend on the others of the call
        eta = np.clip(beta @ x.T, _LEAST_ETA, 500)
        new = _deviance(y, np.exp(eta), a, seen)
        done |= np.abs(new - deviance) <= _CLOSE * (0.1 + np.abs(new))
        deviance = new
        if done.all():
            break
    return np.asarray(beta / np.where(scale > 0, scale, 1.0)), done & enough


def _trace(gram: FloatArray) -> FloatArray:
    return np.asarray(np.maximum(np.einsum("spp->s", gram), 1e-300)[:, None, None])


def _deviance(y: FloatArray, mean: FloatArray, a: FloatArray, seen: BoolArray) -> FloatArray:
    ratio = np.log(np.where(y > 0, y, 1.0) / np.where(y > 0, mean, 1.0))
    safe = np.where(a > 0, a, 1.0)
    rest = np.where(a > 0, (y + 1 / safe) * np.log((1 + a * y) / (1 + a * mean)), y - mean)
    return np.asarray((2 * np.where(seen, y * ratio - rest, 0.0)).sum(axis=1))


def _dispersion(counts: FloatArray, mean: FloatArray) -> FloatArray:
    """alpha that maximises the likelihood at given means; 0 where it is highest at no more spread than Poisson."""
    try:
        from scipy.special import digamma
    except ImportError as error:
        raise MissingExtraError("the dispersion of counts", "stats") from error

    seen = ~np.isnan(counts)
    y = np.where(seen, counts, 0.0)

    def slope(log_alpha: FloatArray) -> FloatArray:
        k = np.exp(-log_alpha)[:, None]  # the size: 1 / alpha
        terms = digamma(y + k) - digamma(k) + np.log(k / (k + mean)) + (mean - y) / (k + mean)
        return np.asarray(
            np.where(seen, terms, 0.0).sum(axis=1)
        )  # d loglik / d size: falls as the size grows

    low = np.full(counts.shape[0], np.log(1e-8))
    high = np.full(counts.shape[0], np.log(1e4))
    poisson = slope(low + np.log(100)) > 0  # below 1e-6 it is rounding
    for _ in range(56):  # halves the bracket down to the last digits
        middle = (low + high) / 2
        up = slope(middle) > 0
        high = np.where(up, middle, high)
        low = np.where(up, low, middle)
    return np.where(poisson, 0.0, np.exp((low + high) / 2))
