"""Shares of two samples compared, with intervals that hold for few cases.

In: counts out of totals. Out: limits; the p-value of no difference. Source: Wilson (1927); Newcombe (1998, Statistics in Medicine 17: 873,
method 10) for the difference; Fisher (1922) for the p-value. Left out: the same sources in both samples, which makes the interval longer than needed.
"""

from __future__ import annotations

from math import comb, sqrt

from vigie.model.errors import SeriesError
from vigie.stats.order import Interval

_Z = 1.959963984540054  # of 95 %


def share_interval(count: int, total: int) -> Interval:
    """95 % interval of count / total (Wilson's, without correction). SeriesError for what is no share."""
    if total <= 0 or not 0 <= count <= total:
        raise SeriesError(f"{count} of {total} is no share")
    share, weight = count / total, _Z**2 / total
    middle, half = share + weight / 2, _Z * sqrt(share * (1 - share) / total + weight / (4 * total))
    return Interval(
        low=max(0.0, (middle - half) / (1 + weight)),
        high=min(1.0, (middle + half) / (1 + weight)),
        level=0.95,
    )


def difference_interval(count: int, total: int, before: int, total_before: int) -> Interval:
    """95 % interval of count / total - before / total_before."""
    now, old = share_interval(count, total), share_interval(before, total_before)
    p, q = count / total, before / total_before
    return Interval(
        low=p - q - sqrt((p - now.low) ** 2 + (old.high - q) ** 2),
        high=p - q + sqrt((now.high - p) ** 2 + (q - old.low) ** 2),
        level=0.95,
    )


def difference_p(count: int, total: int, before: int, total_before: int) -> float:
    """Two-sided p-value of equal shares (Fisher's exact test: all tables no more likely than this one). SeriesError for what is no share."""
    for part, whole in ((count, total), (before, total_before)):
        if whole <= 0 or not 0 <= part <= whole:
            raise SeriesError(f"{part} of {whole} is no share")
    both = count + before
    ways = [comb(total, k) * comb(total_before, both - k) for k in range(min(both, total) + 1)]
    return min(1.0, sum(w for w in ways if w <= ways[count]) / comb(total + total_before, both))
