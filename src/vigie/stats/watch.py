"""Which detector judges which count: by how much history stands before it.

In: counts, shape (n_series, n_times), with offsets. Out: Judged, one p-value for each series and time with what it rests on.
Rule: a seasonal detector where it has its years and speaks. Elsewhere the exact limit on the recent past, of one period and of
the sum of the last ones, for rises too slow for one: their Cauchy combination stands.
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
    short = method == 0
    slow = short & (np.nan_to_num(summed.score, nan=2.0) < np.nan_to_num(p, nan=2.0))
    for name in _POINTS:
        found[name] = np.where(slow, getattr(summed, name), found[name])
    method, span = (
        np.where(slow, 1, method).astype(np.int8),
        np.where(slow, window.window, span).astype(np.int16),
    )
    both = short & np.isfinite(summed.score) & np.isfinite(p)
    p = np.where(both, cauchy(np.stack([p, summed.score])), np.where(slow, summed.score, p))
    half = (summed.score + summed.more) / 2
    mid = np.where(both, cauchy(np.stack([mid, half])), np.where(slow, half, mid))
    # A series exists from its first case on: before, it would thin out the evidence of the others, by what came later.
    p, mid = np.where(seen > 0, p, np.nan), np.where(seen > 0, mid, np.nan)
    return Judged(times=times, p=p, mid=mid, method=method, span=span, methods=tuple(methods), **found)


def sums_of_last(counts: FloatArray, periods: int) -> FloatArray:
    """Sums of the last periods, the present one among them; what was not collected counts as none. Shape of `counts`."""
    total = np.cumsum(np.nan_to_num(counts), axis=1)
    total[:, periods:] = total[:, periods:] - total[:, :-periods]
    return total


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
