"""A share of a sample, with the interval in which that of all lies.

In: counts. Out: limits. Of one sample the exact interval (C. Clopper and E. Pearson, Biometrika 26, 1934), by halving, without SciPy. Of one drawn
by strata the limits of the strata put together (MOVER: G. Zou and A. Donner, Statistics in Medicine 27, 2008).
Known weakness: exact means never too narrow, so mostly too wide; that few are left to draw from is not used, which makes it wider still.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, lgamma, log, sqrt

from vigie.model.errors import SeriesError

_HALVINGS = 60


def exact_interval(right: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Limits of the share of which `right` of `n` were drawn by chance.

    Raises:
        SeriesError: if not 0 <= right <= n, n is 0, or the level is outside (0, 1).
    """
    if not 0 <= right <= n or n < 1:
        raise SeriesError(f"share: {right} of {n} (whole counts, 0 <= right <= n, n at least 1)")
    if not 0 < level < 1:
        raise SeriesError(f"level: {level} (between 0 and 1)")
    tail = (1 - level) / 2
    low = 0.0 if right == 0 else _root(lambda p: _at_least(right, n, p) - tail)
    high = 1.0 if right == n else _root(lambda p: tail - (1 - _at_least(right + 1, n, p)))
    return low, high


def stratified(
    shares: Sequence[float], limits: Sequence[tuple[float, float]], sizes: Sequence[float]
) -> tuple[float, float, float]:
    """Share of all strata together, and its limits.

    Args:
        shares, limits: of each stratum. sizes: how many each has; above 0 together.
    Raises:
        SeriesError: for lists of different lengths, or sizes that are negative or all 0.
    """
    total = float(sum(sizes))
    if not len(shares) == len(limits) == len(sizes) or total <= 0 or min(sizes) < 0:
        raise SeriesError("strata: one share, one interval and one size each, and something in them")
    weights = [size / total for size in sizes]
    value = sum(w * p for w, p in zip(weights, shares, strict=True))
    below = sqrt(sum((w * (p - low)) ** 2 for w, p, (low, _) in zip(weights, shares, limits, strict=True)))
    above = sqrt(sum((w * (high - p)) ** 2 for w, p, (_, high) in zip(weights, shares, limits, strict=True)))
    return value, max(0.0, value - below), min(1.0, value + above)


def _at_least(k: int, n: int, p: float) -> float:
    """Chance of k or more of n, each with chance p."""
    if k <= 0:
        return 1.0
    if p <= 0:
        return 0.0
    if p >= 1:
        return 1.0
    whole, yes, no = lgamma(n + 1), log(p), log(1 - p)

    def one(i: int) -> float:
        return exp(whole - lgamma(i + 1) - lgamma(n - i + 1) + i * yes + (n - i) * no)

    # The shorter tail: fewer terms, and no loss where it is small.
    return sum(map(one, range(k, n + 1))) if 2 * k > n else 1.0 - sum(map(one, range(k)))


def _root(rising: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2
