"""Log likelihood ratios of a change of the mean that begins at one of several times, for `glr.py`.

In: counts and means of the last weeks, shape (n_series, n_weeks), NaN = nothing collected; `may`, shape (n_series, n_first):
which of the first n_first weeks a change may have begun at. Out: the greatest log ratio for each of them.
Poisson has closed forms; for the negative binomial the log likelihood is concave in log m, so Newton steps find its top.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vigie.stats.arrays import BoolArray, FloatArray, IntArray

_STEPS = 60
_CLOSE = 1e-12
_GOLD = (np.sqrt(5) - 1) / 2
_CHUNK = 2_000_000  # cells of one temporary array: about 16 MB


def single_ratio(m: FloatArray, alpha: FloatArray, kappa: float) -> tuple[FloatArray, FloatArray]:
    """Slope and cost: the log ratio of one week is slope * x - cost when m becomes m e^kappa."""
    gain = m * np.expm1(kappa)
    safe = np.where(alpha > 0, alpha, 1.0)
    spread = np.log1p(safe * gain / (1 + safe * m))
    slope = np.where(alpha > 0, kappa - spread, kappa)
    return slope, np.where(alpha > 0, spread / safe, gain)


def intercept_ratio(x: FloatArray, m: FloatArray, alpha: FloatArray, may: BoolArray, sign: int) -> FloatArray:
    """Shape of `may`; kappa is kept above (sign 1) or below (-1) zero."""
    seen = ~np.isnan(x)
    n = may.shape[1]
    cases = _suffix(np.where(seen, x, 0.0))[:, :n]
    means = _suffix(np.where(seen, m, 0.0))[:, :n]
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.where(cases > 0, cases * np.log(cases / means), 0.0) - cases + means
    moved = sign * (cases - means) > 0
    found = np.where(moved & (means > 0), found, 0.0)
    rows = np.flatnonzero(alpha > 0)
    if rows.size:
        a = alpha[rows, None]
        pull = _suffix(np.where(seen[rows], (x[rows] - m[rows]) / (1 + a * m[rows]), 0.0))[:, :n]
        wanted = may[rows] & (sign * pull > 0)
        found[rows] = 0.0
        for series, first, xs, ms, al in _pairs(x, m, alpha, rows, wanted):
            none = np.nansum(xs, axis=1) == 0
            kappa = _top(xs, ms, al)
            value = _negbin(kappa, xs, ms, al)
            # Without a case the top lies at a mean of zero.
            bottom = np.where(xs == 0, np.log1p(al * ms) / al, 0.0).sum(axis=1)
            found[series, first] = np.where(none, bottom, value)
    return np.asarray(found)


def intercept_rate(x: FloatArray, m: FloatArray, alpha: FloatArray, may: BoolArray) -> FloatArray:
    """e^kappa at its top, of either sign; shape of `may`."""
    seen = ~np.isnan(x)
    n = may.shape[1]
    cases = _suffix(np.where(seen, x, 0.0))[:, :n]
    means = _suffix(np.where(seen, m, 0.0))[:, :n]
    rate = np.divide(cases, means, out=np.zeros_like(cases), where=means > 0)
    rows = np.flatnonzero(alpha > 0)
    for series, first, xs, ms, al in _pairs(x, m, alpha, rows, may[rows] & (cases[rows] > 0)):
        rate[series, first] = np.exp(_top(xs, ms, al))
    return rate


def runaway(x: FloatArray, m: FloatArray, alpha: FloatArray, may: BoolArray) -> BoolArray:
    """Where unbounded Newton steps for kappa fail, as R's do, which then finds no change there; shape of `may`.

    They start from 0.5 at the first week, from the kappa found there at the next, from 0 after a failure or a fall.
    """
    failed = np.zeros(may.shape, dtype=bool)
    start = np.full(may.shape[0], 0.5)
    seen = ~np.isnan(x)
    cases, means = np.where(seen, x, 0.0), np.where(seen, m, 0.0)
    al = alpha[:, None]
    for first in range(may.shape[1]):
        rows = np.flatnonzero(may[:, first] & (alpha > 0))
        if not rows.size:
            continue
        xs, ms, a, kappa = cases[rows, first:], means[rows, first:], al[rows], start[rows]
        with np.errstate(all="ignore"):
            for _ in range(_STEPS):
                now = ms * np.exp(kappa)[:, None]
                wide = 1 + a * now
                slope = ((xs - now) / wide).sum(axis=1)
                step = slope / (now * (1 + a * xs) / wide**2).sum(axis=1)
                kappa = kappa + step
                if not (np.abs(step) >= 1e-6).any():
                    break
        lost = ~np.isfinite(kappa)
        failed[rows, first] = lost
        start[rows] = np.where(lost, 0.0, np.maximum(0.0, kappa))
    return failed


def epidemic_ratio(
    x: FloatArray,
    before: FloatArray,
    m: FloatArray,
    alpha: FloatArray,
    may: BoolArray,
    rate: FloatArray | None,
) -> FloatArray:
    """m becomes m + lambda x(t - 1), lambda not negative; shape of `may`.

    Args:
        before: x(t - 1), shape of `x`; NaN where there is none: that week adds nothing.
        rate: lambda if it is given, shape of `may`; None = at its top, by a grid and golden sections between its points.
    """
    known = ~np.isnan(x) & ~np.isnan(before)
    xs = np.where(known, x, np.nan)
    found = np.zeros(may.shape)
    rows = np.arange(x.shape[0])
    for series, first, part, means, al in _pairs(xs, m, alpha, rows, may):
        width = part.shape[1]
        past = np.where(np.isnan(part), 0.0, before[series][:, -width:])
        if rate is not None:
            found[series, first] = _epidemic(rate[series, first], part, past, means, al)
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            most = np.nan_to_num(np.where(past > 0, (part - means) / past, 0.0)).max(axis=1)
        grid = np.maximum(most, 0.0)[:, None] * np.concatenate([[0.0], np.geomspace(1e-4, 1.0, 25)])
        values = np.stack([_epidemic(g, part, past, means, al) for g in grid.T], axis=1)
        best = values.argmax(axis=1)
        pick = np.arange(best.size)
        low, high = grid[pick, np.maximum(best - 1, 0)], grid[pick, np.minimum(best + 1, grid.shape[1] - 1)]
        for _ in range(_STEPS):
            left, right = high - _GOLD * (high - low), low + _GOLD * (high - low)
            up = _epidemic(left, part, past, means, al) < _epidemic(right, part, past, means, al)
            low, high = np.where(up, left, low), np.where(up, high, right)
        top = _epidemic((low + high) / 2, part, past, means, al)
        found[series, first] = np.maximum(values.max(axis=1), top)
    return found


def least_count(x: FloatArray, m: FloatArray, alpha: FloatArray, may: BoolArray, c: float) -> FloatArray:
    """The count of the last week at which the statistic of a rise reaches `c`, shape (n_series,); NaN without mean."""
    n = may.shape[1]
    seen = ~np.isnan(x)
    seen[:, -1] = True
    rest = np.where(np.isnan(x), 0.0, x)
    rest[:, -1] = 0.0
    cases = _suffix(rest)[:, :n]
    means = _suffix(np.where(seen, m, 0.0))[:, :n]
    with np.errstate(invalid="ignore", divide="ignore"):
        total = (
            means + c / 3 + np.sqrt(c * c / 9 + 2 * c * means)
        )  # not below the root (Bennett's inequality)
        for _ in range(_STEPS):
            gap = total * np.log(total / means) - total + means - c
            step = gap / np.log(total / means)
            total = total - step
            if np.nanmax(np.abs(step), initial=0.0) <= _CLOSE * np.nanmax(total, initial=1.0):
                break
    needed = np.where(may, total - cases, np.inf)
    least = np.where(alpha > 0, np.inf, needed.min(axis=1))
    rows = np.flatnonzero((alpha > 0) & may.any(axis=1))
    if rows.size:
        least[rows] = _least(x[rows], m[rows], alpha[rows], may[rows], c)
    return np.where(np.isfinite(least), np.maximum(0.0, least), np.nan)


def _least(x: FloatArray, m: FloatArray, alpha: FloatArray, may: BoolArray, c: float) -> FloatArray:
    """As `least_count`: the limit of one first week, then of whichever passes `c` at that limit, until none does."""
    pick = np.arange(x.shape[0])
    first = may.shape[1] - 1 - may[:, ::-1].argmax(axis=1)  # the latest
    x = x.copy()
    x[:, -1] = 0.0
    least = _least_from(x, m, alpha, first, c)
    for _ in range(may.shape[1]):
        x[:, -1] = np.maximum(0.0, least)
        found = np.where(may, intercept_ratio(x, m, alpha, may, 1), 0.0)
        first = found.argmax(axis=1)
        over = (found[pick, first] > c * (1 + 1e-9)) & (least > 0)
        if not over.any():
            break
        x[:, -1] = 0.0
        least[over] = np.minimum(least[over], _least_from(x[over], m[over], alpha[over], first[over], c))
    return least


def _least_from(x: FloatArray, m: FloatArray, alpha: FloatArray, first: IntArray, c: float) -> FloatArray:
    """min over kappa > 0 of (c - ratio of the other weeks) / slope of the last: quasi-convex, by golden sections."""
    xs = np.where(np.arange(x.shape[1]) >= first[:, None], x, np.nan)
    al = alpha[:, None]

    def needed(kappa: FloatArray) -> FloatArray:
        slope = kappa - np.log1p(alpha * m[:, -1] * np.expm1(kappa) / (1 + alpha * m[:, -1]))
        return np.asarray((c - _negbin(kappa, xs, m, al)) / slope)

    low = np.full(x.shape[0], 1e-6)
    high = np.full(x.shape[0], 15.0)
    for _ in range(_STEPS):
        left, right = high - _GOLD * (high - low), low + _GOLD * (high - low)
        down = needed(left) > needed(right)
        low, high = np.where(down, left, low), np.where(down, high, right)
    return needed((low + high) / 2)


def _suffix(values: FloatArray) -> FloatArray:
    return np.asarray(np.cumsum(values[:, ::-1], axis=1)[:, ::-1])


def _pairs(
    x: FloatArray, m: FloatArray, alpha: FloatArray, rows: IntArray, wanted: BoolArray
) -> list[tuple[NDArray[np.int64], NDArray[np.int64], FloatArray, FloatArray, FloatArray]]:
    """Series and first week of each wanted pair with its counts and means, NaN before the first week, in chunks."""
    at, first = np.nonzero(wanted)
    series = rows[at]
    step = max(1, _CHUNK // x.shape[1])
    made = []
    week = np.arange(x.shape[1])
    for i in range(0, series.size, step):
        s, f = series[i : i + step], first[i : i + step]
        made.append((s, f, np.where(week >= f[:, None], x[s], np.nan), m[s], alpha[s, None]))
    return made


def _top(xs: FloatArray, ms: FloatArray, al: FloatArray) -> FloatArray:
    """kappa at the top of the negative binomial log likelihood, shape (n_pairs,)."""
    seen = ~np.isnan(xs)
    x, m = np.where(seen, xs, 0.0), np.where(seen, ms, 0.0)
    kappa = np.log(np.maximum(x.sum(axis=1), 1e-3) / np.maximum(m.sum(axis=1), 1e-300))
    for _ in range(_STEPS):
        now = m * np.exp(kappa)[:, None]
        wide = 1 + al * now
        slope = ((x - now) / wide * seen).sum(axis=1)
        bend = (now * (1 + al * x) / wide**2).sum(axis=1)
        step = np.clip(np.divide(slope, bend, out=np.zeros_like(slope), where=bend > 0), -2.0, 2.0)
        kappa = kappa + step
        if np.abs(step).max(initial=0.0) < _CLOSE:
            break
    return np.asarray(kappa)


def _negbin(kappa: FloatArray, xs: FloatArray, ms: FloatArray, al: FloatArray) -> FloatArray:
    k = kappa[:, None]
    spread = np.log1p(al * ms * np.expm1(k) / (1 + al * ms))
    return np.asarray(np.nansum(xs * k - (xs + 1 / al) * spread, axis=1))


def _epidemic(
    rate: FloatArray, xs: FloatArray, past: FloatArray, ms: FloatArray, al: FloatArray
) -> FloatArray:
    added = rate[:, None] * past
    safe = np.where(al > 0, al, 1.0)
    spread = (xs + 1 / safe) * np.log1p(safe * added / (1 + safe * ms))
    cost = np.where(al > 0, spread, added)
    return np.asarray(np.nansum(xs * np.log1p(added / ms) - cost, axis=1))
