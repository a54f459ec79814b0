"""Whether one series moves before another: cross-correlation of what each does not tell of itself.

In: two series on one axis of periods, NaN = nothing collected. Out: LeadLag, a correlation with its interval for every lag.
A season and a line in time are taken out, then what each series foretells of itself (an autoregression): two slow
series without any link have high plain correlations, their innovations have not. A positive lag: the first series moves first.
Source: Haugh (1976), JASA 71: 378-385 (both series whitened); Fisher (1921) for the intervals; Holm (1979) over the lags.
Left out: more than two series at once; causes. Known weakness: what drives both series with different delays looks like a lead.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh, erfc, log, pi, sqrt, tanh

import numpy as np
from numpy.typing import ArrayLike

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Verdict
from vigie.stats.arrays import FloatArray, as_series
from vigie.stats.multiple import adjust

LEAST = 20  # pairs of innovations at every lag: below, the interval of a correlation is wider than half of all there can be
MOST_ORDER = 3  # periods that a series may remember
_Z = 1.959963984540054  # of 95 %
_FLAT = 1e-9  # spread of innovations, relative to the series: below, they are rounding errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """One lag.

    Attributes:
        lag: periods by which the first series goes before the second; negative where it follows.
        n: pairs of innovations.
        r: their correlation, no unit; low, high: its 95 % interval, of this lag alone.
        p: two-sided, of no correlation at this lag; p_holm: the same held over all lags.
    """

    lag: int
    n: int
    r: float
    low: float
    high: float
    p: float
    p_holm: float

    @property
    def shown(self) -> bool:
        """Whether no correlation at this lag is excluded, all lags being looked at."""
        return self.p_holm <= 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadLag:
    """What was found.

    Attributes:
        verdict: GIVEN; SHORT where a lag has fewer than LEAST pairs, FLAT where a series does not vary by itself: `lags` is then ().
        lags: from the most negative to the most positive.
        best: the lag of the strongest correlation, where one is shown; else None.
        earliest, latest: lags that cannot be told from `best` lie between these two (95 %); None without `best`.
        orders: periods that each series remembers.
        pairs: at lag 0.
    """

    verdict: Verdict
    lags: tuple[Lag, ...] = ()
    best: Lag | None = None
    earliest: int | None = None
    latest: int | None = None
    orders: tuple[int, int] = (0, 0)
    pairs: int = 0


def lead_lag(
    first: ArrayLike, second: ArrayLike, *, most_lag: int = 6, season: float | None = None, least: int = LEAST
) -> LeadLag:
    """Cross-correlation of two series at every lag up to `most_lag` periods either way.

    Args:
        first, second: shape (n_times,), evenly spaced; counts better as roots or logarithms. NaN = nothing collected.
        season: periods of a year (12, 52.18), taken out as one wave where two years are there; None for no season.
        least: pairs that every lag must have.
    Raises:
        SeriesError: for series of different lengths, more than one series in one, or parameters outside their range.
    """
    one, other = _single(first, "first"), _single(second, "second")
    if one.size != other.size:
        raise SeriesError(f"first has {one.size} periods, second {other.size} (one axis for both)")
    if most_lag < 0 or least < 8 or (season is not None and season < 2):
        raise SeriesError(
            f"most_lag {most_lag}, least {least}, season {season} (not negative; 8 or more; 2 or more)"
        )
    pairs = int(np.count_nonzero(np.isfinite(one) & np.isfinite(other)))
    if min(np.count_nonzero(np.isfinite(series)) for series in (one, other)) < least:
        return LeadLag(verdict=Verdict.SHORT, pairs=pairs)
    white = [innovations(series, season=season) for series in (one, other)]
    if any(w is None for w in white):
        return LeadLag(verdict=Verdict.FLAT, pairs=pairs)
    (a, order_a, fixed), (b, order_b, _) = (w for w in white if w is not None)
    steps = range(-most_lag, most_lag + 1)
    counted = [_paired(a, b, lag) for lag in steps]
    pairs = len(counted[most_lag][0])
    orders = (order_a, order_b)
    if min(len(x) for x, _ in counted) < least:
        return LeadLag(verdict=Verdict.SHORT, orders=orders, pairs=pairs)
    correlations = [_correlation(x, y) for x, y in counted]
    if any(r is None for r in correlations):
        return LeadLag(verdict=Verdict.FLAT, orders=orders, pairs=pairs)
    found = []
    for lag, (x, _), r in zip(steps, counted, correlations, strict=True):
        assert r is not None
        # Residuals of fits are less free than draws: as many pairs fewer as each fit has coefficients beyond its mean.
        found.append((lag, len(x), r, *_fisher(r, len(x) - (fixed - 1) - (order_a + order_b) / 2)))
    holm = adjust([row[5] for row in found], control="holm").p
    lags = tuple(
        Lag(lag=lag, n=n, r=r, low=low, high=high, p=p, p_holm=float(h))
        for (lag, n, r, low, high, p), h in zip(found, holm, strict=True)
    )
    best = max((lag for lag in lags if lag.shown), key=lambda lag: abs(lag.r), default=None)
    alike = [lag.lag for lag in lags if best is not None and _alike(lag, best)]
    return LeadLag(
        verdict=Verdict.GIVEN, lags=lags, best=best, orders=orders, pairs=pairs,
        earliest=min(alike) if alike else None, latest=max(alike) if alike else None,
    )  # fmt: skip


def cross_correlation(first: ArrayLike, second: ArrayLike, *, most_lag: int) -> FloatArray:
    """The plain cross-correlation, as R's `ccf(second, first)` and every textbook: means and spreads of the whole series, divided by
    their length. Not for judging a link: autocorrelation makes it large by chance.

    Args:
        first, second: shape (n_times,), no NaN.
    Returns:
        shape (2 * most_lag + 1,), lags from -most_lag to most_lag; at a positive lag `first` goes before `second`.
    Raises:
        SeriesError: for gaps, different lengths, a lag as long as the series or a series that does not vary.
    Source: Box and Jenkins (1976), "Time Series Analysis", equation 11.1.12.
    """
    one, other = _single(first, "first"), _single(second, "second")
    if one.size != other.size or not 0 <= most_lag < one.size or not np.isfinite([*one, *other]).all():
        raise SeriesError(
            "cross-correlation: needs two series of one length without gaps, longer than the lag"
        )
    a, b = one - one.mean(), other - other.mean()
    spread = sqrt(float(a @ a) * float(b @ b))
    if spread == 0:
        raise SeriesError("cross-correlation: a series does not vary")
    n = one.size
    return np.array(
        [a[max(0, -k) : n - max(0, k)] @ b[max(0, k) : n + min(0, k)] for k in range(-most_lag, most_lag + 1)]
    ) / spread  # fmt: skip


def innovations(series: ArrayLike, *, season: float | None = None) -> tuple[FloatArray, int, int] | None:
    """What a series does not tell of itself: residuals of a level, a line, a yearly wave and an autoregression.

    The order is the one of least corrected AIC (Hurvich and Tsai 1989) up to MOST_ORDER, each fitted to the same periods.

    Returns:
        (residuals, order, coefficients of level, line and wave); residuals of shape (n_times,), NaN where a period or one of those
        it rests on was not collected. None where the series does not vary by itself, or is far too short.
    """
    y = _single(series, "series")
    n = y.size
    time = np.arange(n, dtype=np.float64)
    columns = [np.ones(n), (time - time.mean()) / max(n, 1)]
    if season is not None and n >= 2 * season:
        columns += [np.cos(2 * pi * time / season), np.sin(2 * pi * time / season)]
    fixed = np.stack(columns, axis=1)
    back = np.full((n, MOST_ORDER), np.nan)
    for k in range(1, MOST_ORDER + 1):
        back[k:, k - 1] = y[:-k]
    whole = np.isfinite(y) & np.isfinite(back).all(axis=1)
    spread = float(np.nanstd(y)) if np.isfinite(y).any() else 0.0
    if spread == 0:
        return None
    # Where every other period is a gap no memory can be fitted: the longest that leaves periods enough.
    most = MOST_ORDER
    while most and np.count_nonzero(whole) < fixed.shape[1] + most + 9:
        most -= 1
        whole = np.isfinite(y) & np.isfinite(back[:, :most]).all(axis=1)
    found: tuple[float, int] | None = None
    for order in range(most + 1):
        design = np.concatenate([fixed, back[:, :order]], axis=1)
        k, used = design.shape[1] + 1, int(whole.sum())
        if used < k + 2:
            break
        fit = np.linalg.lstsq(design[whole], y[whole], rcond=None)[0]
        rest = float(((y[whole] - design[whole] @ fit) ** 2).mean())
        if rest <= (_FLAT * spread) ** 2:
            return None
        aicc = used * log(rest) + 2 * k + 2 * k * (k + 1) / (used - k - 1)
        if found is None or aicc < found[0]:
            found = (aicc, order)
    if found is None:
        return None
    order = found[1]
    # Once the order is known it is fitted to every period that allows it, not only to those that allow the longest.
    design = np.concatenate([fixed, back[:, :order]], axis=1)
    there = np.isfinite(y) & np.isfinite(design).all(axis=1)
    fit = np.linalg.lstsq(design[there], y[there], rcond=None)[0]
    left = np.full(n, np.nan)
    left[there] = y[there] - design[there] @ fit
    return left, order, fixed.shape[1]


def _single(values: ArrayLike, name: str) -> FloatArray:
    found = as_series(values, name=name)
    if found.shape[0] != 1:
        raise SeriesError(f"{name}: shape {found.shape} (one series)")
    one: FloatArray = found[0]
    return one


def _paired(a: FloatArray, b: FloatArray, lag: int) -> tuple[FloatArray, FloatArray]:
    """Innovations of the first and, `lag` periods later, of the second, where both are there."""
    n = a.size
    if abs(lag) >= n:
        return a[:0], b[:0]
    x, y = a[max(0, -lag) : n - max(0, lag)], b[max(0, lag) : n + min(0, lag)]
    there = np.isfinite(x) & np.isfinite(y)
    return x[there], y[there]


def _correlation(x: FloatArray, y: FloatArray) -> float | None:
    x, y = x - x.mean(), y - y.mean()
    spread = sqrt(float(x @ x) * float(y @ y))
    return float(np.clip(x @ y / spread, -1.0, 1.0)) if spread > 0 else None


def _fisher(r: float, n: float) -> tuple[float, float, float]:
    """95 % limits and the p-value of no correlation, from the normal limit of atanh r with variance 1 / (n - 3)."""
    z, error = atanh(max(-1 + 1e-15, min(1 - 1e-15, r))), 1 / sqrt(n - 3)
    return tanh(z - _Z * error), tanh(z + _Z * error), erfc(abs(z) / error / sqrt(2))


def _alike(lag: Lag, best: Lag) -> bool:
    """Whether the correlation at a lag, of the same sign, cannot be told from the strongest."""
    sign = 1 if best.r > 0 else -1
    difference = atanh(sign * best.r * (1 - 1e-12)) - atanh(max(-1 + 1e-12, min(1 - 1e-12, sign * lag.r)))
    return difference <= _Z * sqrt(1 / (best.n - 3) + 1 / (lag.n - 3))
