"""Which detector judges which count: by how much history stands before it.

In: counts, shape (n_series, n_times), with offsets. Out: Judged, one p-value for each series and time with what it rests on.
Rule: a seasonal detector where it has its years and speaks, elsewhere the exact limit on the recent past; beside either, a limit on the
sum of the last periods, for rises too slow for one, of the same past: the Cauchy combination of the two stands.
Left out: how indicators are put together (`vigie.stats.signals`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vigie.stats.alarms import Detector, Verdict
from vigie.stats.arrays import FloatArray, IntArray, as_counts, as_times
from vigie.stats.recent import RecentLimit
from vigie.stats.signals import cauchy, tail_of

SHARED_ERROR = 0.1  # relative, of what a season lets expect of four weeks in a row
FEW_CASES, FEW_PERIODS = 5, 4  # as in Noufaily et al. (2013), section 3.6
_POINTS = ("observed", "expected", "upper")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """What was found for each series at each judged time.

    Attributes:
        times: positions judged, shape (n_judged,), 0-based.
        p: shape (n_series, n_judged); NaN where there is no verdict, or the series held nothing yet.
        mid: the same with mid-p-values, which a sum over indicators needs: a p of whole counts is too large on average.
        observed, expected, upper: of the test whose p is the smaller, shape of `p`; `upper` at the level of the detectors.
        method: position in `methods` of that test, shape of `p`.
        span: how many periods that test sums, shape of `p`.
    """

    times: IntArray
    p: FloatArray
    mid: FloatArray
    observed: FloatArray
    expected: FloatArray
    upper: FloatArray
    method: NDArray[np.int8]
    span: NDArray[np.int16]
    methods: tuple[str, ...]


def judge(
    counts: ArrayLike, *, recent: RecentLimit, window: RecentLimit, seasonal: Sequence[tuple[int, Detector]] = (),
    population: ArrayLike | None = None, dates: NDArray[np.datetime64] | None = None, at: ArrayLike | None = None,
) -> Judged:  # fmt: skip
    """Judge counts prospectively.

    Where fewer than FEW_CASES were counted in the last FEW_PERIODS periods a seasonal detector says nothing, and is not asked.

    Args:
        counts: shape (n_series, n_times), cases per period; NaN = nothing collected.
        recent, window: limits on one period and on the sum of several, at the same alpha.
        seasonal: (collected periods that must stand before, detector with the one-sided level `recent.alpha`), the most
            demanding last; it judges what has that many and not yet as many as the next.
        population, dates, at: as in `vigie.stats.alarms.Detector`.
    Raises:
        SeriesError: as the detectors do.
    """
    y = as_counts(counts)
    times = as_times(at, y.shape[1])
    first = recent.scan(y, population=population, dates=dates, at=times)
    summed = window.scan(y, population=population, dates=dates, at=times)
    methods = [recent.method, window.method]
    found = {name: getattr(first, name).copy() for name in _POINTS}
    p, mid = first.score.copy(), (first.score + first.more) / 2
    method = np.zeros(first.score.shape, dtype=np.int8)
    span = np.ones(p.shape, dtype=np.int16)
    dispersion = np.full(p.shape, np.nan)
    collected = np.cumsum(np.isfinite(y), axis=1)[:, times] - 1
    seen = np.cumsum(np.nan_to_num(y), axis=1)[:, times]
    lately = sums_of_last(y, FEW_PERIODS)[:, times]
    bounds = [least for least, _ in seasonal]
    for (least, detector), most in zip(seasonal, [*bounds[1:], np.inf], strict=False):
        long = (collected >= least) & (collected < most) & (lately >= FEW_CASES)
        rows, columns = np.flatnonzero(long.any(axis=1)), np.flatnonzero(long.any(axis=0))
        if not rows.size:
            continue
        risk = (
            None
            if population is None
            else np.broadcast_to(np.asarray(population, dtype=np.float64), y.shape)[rows]
        )
        other = detector.scan(y[rows], population=risk, dates=dates, at=times[columns])
        given = getattr(other, "p_value", None)
        tail = (
            tail_of(other, recent.alpha)
            if given is None
            else np.where(np.isfinite(given), given, tail_of(other, recent.alpha))
        )
        grid = np.ix_(rows, columns)
        use = long[grid] & (other.verdict == Verdict.GIVEN) & np.isfinite(tail)
        for name in _POINTS:
            found[name][grid] = np.where(use, getattr(other, name), found[name][grid])
        p[grid] = np.where(use, np.clip(tail, 0.0, 1.0), p[grid])
        mid[grid] = np.where(use, np.clip(tail, 0.0, 1.0), mid[grid])
        if detector.method not in methods:
            methods.append(detector.method)
        method[grid] = np.where(use, methods.index(detector.method), method[grid])
        dispersion[grid] = np.where(use, getattr(other, "phi", np.nan), dispersion[grid])
    # The second test, of the sum of the last periods: from the recent past, or from what the season let expect of each.
    second = {name: getattr(summed, name) for name in _POINTS}
    score, half = summed.score, (summed.score + summed.more) / 2
    last = _seasonal_sums(found, dispersion, window.window, recent.alpha)
    if last is not None:
        by_season = method > 1
        second = {name: np.where(by_season, last[name], second[name]) for name in _POINTS}
        score, half = (
            np.where(by_season, last[name], other) for name, other in (("p", score), ("mid", half))
        )
    slow = np.nan_to_num(score, nan=2.0) < np.nan_to_num(p, nan=2.0)
    methods += [f"{name}-{window.window}" for name in methods[2:]]
    for name in _POINTS:
        found[name] = np.where(slow, second[name], found[name])
    code = np.where(method > 1, method + (len(methods) - 2) // 2, 1)
    method, span = (
        np.where(slow, code, method).astype(np.int8),
        np.where(slow, window.window, span).astype(np.int16),
    )
    both = np.isfinite(score) & np.isfinite(p)
    p = np.where(both, cauchy(np.stack([p, score])), np.where(slow, score, p))
    mid = np.where(both, cauchy(np.stack([mid, half])), np.where(slow, half, mid))
    # A series exists from its first case on: before, it would thin out the evidence of the others, by what came later.
    p, mid = np.where(seen > 0, p, np.nan), np.where(seen > 0, mid, np.nan)
    return Judged(times=times, p=p, mid=mid, method=method, span=span, methods=tuple(methods), **found)


def _seasonal_sums(
    found: dict[str, FloatArray], dispersion: FloatArray, window: int, alpha: float
) -> dict[str, FloatArray] | None:
    """Sums of the last periods against what was expected of each, where the season is known: observed, expected, upper, p, mid.

    The law is negative binomial: mean the sum of the expectations, variance the detector's dispersion times it and the square of
    SHARED_ERROR times it, because expectations of neighbouring periods err together. None without a dispersion. Judged
    periods must follow each other.
    """
    if not np.isfinite(dispersion).any():
        return None
    from scipy.stats import nbinom

    known = np.isfinite(found["expected"]) & np.isfinite(found["observed"])
    seen = sums_of_last(np.where(known, found["observed"], 0.0), window)
    mean = np.maximum(sums_of_last(np.where(known, found["expected"], 0.0), window), 1e-9)
    extra = np.maximum(dispersion, 1 + 1e-6) - 1 + SHARED_ERROR**2 * mean
    size, chance = mean / extra, 1 / (1 + extra)
    stands = np.isfinite(dispersion) & (np.cumsum(np.ones_like(mean), axis=1) >= window)
    p, more = nbinom.sf(seen - 1, size, chance), nbinom.sf(seen, size, chance)
    values = {
        "observed": seen,
        "expected": mean,
        "upper": nbinom.isf(alpha, size, chance),
        "p": p,
        "mid": (p + more) / 2,
    }
    return {name: np.where(stands, value, np.nan) for name, value in values.items()}


def sums_of_last(counts: FloatArray, periods: int) -> FloatArray:
    """Sums of the last periods, the present one among them; what was not collected counts as none. Shape of `counts`."""
    total = np.cumsum(np.nan_to_num(counts), axis=1)
    total[:, periods:] = total[:, periods:] - total[:, :-periods]
    return total


def none_judged(times: IntArray) -> Judged:
    """Judgements of no series at these times."""
    shape = (0, times.size)
    none = {name: np.full(shape, np.nan) for name in ("p", "mid", *_POINTS)}
    return Judged(
        times=times, method=np.zeros(shape, np.int8), span=np.ones(shape, np.int16), methods=(), **none
    )


def stacked(n_series: int, parts: Sequence[tuple[Sequence[int], Judged]]) -> Judged:
    """Judgements of some series each, as one of all: (rows, judgement), at the same times; rows without one have no verdict."""
    first = parts[0][1]
    shape = (n_series, first.times.size)
    methods = tuple(dict.fromkeys(name for _, part in parts for name in part.methods))
    found = {name: np.full(shape, np.nan) for name in ("p", "mid", *_POINTS)}
    method, span = np.zeros(shape, dtype=np.int8), np.ones(shape, dtype=np.int16)
    for rows, part in parts:
        chosen = list(rows)
        for name, array in found.items():
            array[chosen] = getattr(part, name)
        method[chosen] = np.array([methods.index(name) for name in part.methods], dtype=np.int8)[part.method]
        span[chosen] = part.span
    return Judged(times=first.times, method=method, span=span, methods=methods, **found)
