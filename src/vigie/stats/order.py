"""Intervals that ask nothing of the shape of a distribution: of a median, and of how far one sample lies from another.

In: one figure for each independent source. Out: Interval, None where so few figures allow none of that level; the shift itself, which
lies inside of its interval; the p-value of no shift.
Exact: they hold their level for any continuous distribution, and more than hold it where figures are tied.
Left out: figures of one source beside each other (take one of them, or their median, first); indices over time.
Source: Thompson (1936) for the median; Hodges and Lehmann (1963), Lehmann (1975, §2.4) for the shift, by the exact
distribution of Mann and Whitney (1947). Known weakness: the shift supposes two distributions of one shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import comb, erfc, log, sqrt

import numpy as np

from vigie.model.errors import SeriesError

LEVEL = 0.95
_EXACT = 40  # figures in both samples together: above, the normal limit is as good


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Limits in the unit of the figures; `level` is the coverage that is held, at least what was asked."""

    low: float
    high: float
    level: float

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def median_interval(figures: Sequence[float], level: float = LEVEL) -> Interval | None:
    """The interval between two order statistics that holds the median of what the figures are drawn from.

    Args:
        figures: independent of each other, any order and number.
    Returns:
        None below 6 figures for 95 %: from fewer no such interval exists.
    Raises:
        SeriesError: if `level` is not between 0 and 1.
    """
    _check(level)
    n, ordered = len(figures), sorted(figures)
    below, rank = 0.0, 0
    for k in range(n // 2):
        # P(fewer than k + 1 of n figures lie below the median)
        step = below + comb(n, k) / 2**n
        if 2 * step > 1 - level:
            break
        below, rank = step, k + 1
    if rank == 0:
        return None
    return Interval(low=ordered[rank - 1], high=ordered[n - rank], level=1 - 2 * below)


def shift_interval(now: Sequence[float], before: Sequence[float], level: float = LEVEL) -> Interval | None:
    """How much higher `now` lies than `before`: limits of the shift by which the two would be alike.

    Args:
        now, before: independent figures, any order.
    Returns:
        None where no interval of the level exists (fewer than 4 and 4, or 3 and 5, figures for 95 %).
    Raises:
        SeriesError: if `level` is not between 0 and 1.
    """
    _check(level)
    n, m = len(now), len(before)
    if n == 0 or m == 0:
        return None
    tail, rank = _tail(n, m, (1 - level) / 2)
    if rank == 0:
        return None
    differences = np.subtract.outer(np.asarray(now, float), np.asarray(before, float)).ravel()
    differences.partition((rank - 1, n * m - rank))
    return Interval(
        low=float(differences[rank - 1]), high=float(differences[n * m - rank]), level=1 - 2 * tail
    )


def ratio_interval(now: Sequence[float], before: Sequence[float], level: float = LEVEL) -> Interval | None:
    """The same as a relative change (0.1 = 10 % more), by the shift of logarithms; None also where a figure is not above 0."""
    if any(value <= 0 for value in (*now, *before)):
        return None
    found = shift_interval([log(v) for v in now], [log(v) for v in before], level)
    if found is None:
        return None
    return Interval(low=float(np.expm1(found.low)), high=float(np.expm1(found.high)), level=found.level)


def ratio_shift(now: Sequence[float], before: Sequence[float]) -> float:
    """The relative change that `ratio_interval` bounds: the median of all shifts of logarithms (Hodges and Lehmann).

    Args:
        now, before: at least one figure each, above 0.
    Raises:
        SeriesError: without figures, or with one that is not above 0.
    """
    if not now or not before or any(value <= 0 for value in (*now, *before)):
        raise SeriesError("a relative change needs figures above 0 in both samples")
    shifts = np.subtract.outer([log(v) for v in now], [log(v) for v in before])
    return float(np.expm1(np.median(shifts)))


def ratio_change(
    now: Sequence[float], before: Sequence[float], level: float = LEVEL
) -> tuple[float, Interval] | None:
    """`ratio_shift` and `ratio_interval`, of one table of differences; None where the interval is None."""
    _check(level)
    n, m = len(now), len(before)
    if n == 0 or m == 0 or any(value <= 0 for value in (*now, *before)):
        return None
    tail, rank = _tail(n, m, (1 - level) / 2)
    if rank == 0:
        return None
    differences = np.subtract.outer([log(v) for v in now], [log(v) for v in before]).ravel()
    low, high, middle = rank - 1, n * m - rank, ((n * m - 1) // 2, n * m // 2)
    differences.partition(sorted({low, high, *middle}))
    found = np.expm1(
        [(differences[middle[0]] + differences[middle[1]]) / 2, differences[low], differences[high]]
    )
    shift, *limits = found.tolist()
    return shift, Interval(low=limits[0], high=limits[1], level=1 - 2 * tail)


def shift_p(now: Sequence[float], before: Sequence[float]) -> float:
    """Two-sided p-value of no shift: the exact distribution of the rank sum, given the ties; above 40 figures the normal one.

    Args:
        now, before: independent figures, any order. 1.0 where a sample is empty.
    """
    n, m = len(now), len(before)
    if n == 0 or m == 0:
        return 1.0
    ranks = _doubled_ranks(np.asarray([*now, *before], dtype=np.float64))
    middle = n * (n + m + 1)  # of the doubled rank sum
    away = abs(int(ranks[:n].sum()) - middle)
    if n + m > _EXACT:
        # The variance of a sum drawn without replacement, ties and all; a step of the sum is two.
        spread = sqrt(n * m / (n + m) * float(ranks.var(ddof=1)))
        return min(1.0, 2 * _normal(-max(0, away - 1) / spread)) if spread else 1.0
    ways = np.zeros(
        (n + 1, int(ranks.sum()) + 1)
    )  # by how many are chosen and their sum: whole and below 2**53
    ways[0, 0] = 1
    for rank in map(int, ranks):
        ways[1:, rank:] += ways[:-1, :-rank].copy()
    sums = np.arange(ways.shape[1])
    return float(ways[n][np.abs(sums - middle) >= away].sum() / comb(n + m, n))


def _doubled_ranks(
    figures: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Twice the rank of each figure, 1 for the lowest; those that are tied share the middle of theirs."""
    ordered = np.sort(figures)
    low, high = (np.searchsorted(ordered, figures, side=side) for side in ("left", "right"))
    return np.asarray(low + high + 1, dtype=np.int64)


def _check(level: float) -> None:
    if not 0 < level < 1:
        raise SeriesError(f"a level of confidence lies between 0 and 1, not {level}")


def _tail(n: int, m: int, most: float) -> tuple[float, int]:
    """P(U < rank) and the largest rank for which it is at most `most`."""
    if n + m > _EXACT:
        spread, middle = sqrt(n * m * (n + m + 1) / 12), n * m / 2
        rank, above = 0, n * m // 2 + 1  # halved: hundreds of sources have tens of thousands of differences
        while above - rank > 1:
            half = (rank + above) // 2
            rank, above = (half, above) if _normal((half - 0.5 - middle) / spread) <= most else (rank, half)
        return _normal((rank - 0.5 - middle) / spread) if rank else 0.0, rank
    ways, total = _ways(n, m), comb(n + m, n)
    below, rank = 0, 0
    while rank < len(ways) and (below + ways[rank]) / total <= most:
        below += ways[rank]
        rank += 1
    return below / total, rank


def _normal(z: float) -> float:
    return erfc(-z / sqrt(2)) / 2


@cache
def _ways(n: int, m: int) -> tuple[int, ...]:
    """How many orders of n and m figures give each U from 0 to n * m (Mann and Whitney's recursion)."""
    if n == 0 or m == 0:
        return (1,)
    first, second = _ways(n - 1, m), _ways(n, m - 1)
    found = [0] * (n * m + 1)
    for u, count in enumerate(first):
        found[u + m] += count
    for u, count in enumerate(second):
        found[u] += count
    return tuple(found)
