"""Two counts compared: the ratio of their rates with an exact interval.

In: counts of two periods and what was collected in each. Out: `RateRatios`, one a pair. Left out: counts that vary more than
Poisson's do: the interval is then too narrow.
Source: given their sum, one of two Poisson counts is binomial (J. Przyborowski, H. Wilenski, Biometrika 31, 1940); interval of its
share by C. Clopper and E. Pearson, Biometrika 26, 1934. Known weakness: exact means never too narrow, so mostly too wide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vigie.model.errors import MissingExtraError, SeriesError
from vigie.stats.alarms import Verdict
from vigie.stats.arrays import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RateRatios:
    """By pair, shape (n,).

    Attributes:
        ratio: rate of the first over that of the second, no unit; infinite where the second count is 0.
        low, high: interval; 0 and infinity where a count is 0.
        p: two-sided, twice the smaller tail, at most 1.
        verdict: values of `Verdict`; FEW where both counts are 0, and all above is NaN.
    """

    ratio: FloatArray
    low: FloatArray
    high: FloatArray
    p: FloatArray
    verdict: NDArray[np.int8]


def rate_ratios(
    first: ArrayLike,
    second: ArrayLike,
    *,
    exposure_first: ArrayLike = 1.0,
    exposure_second: ArrayLike = 1.0,
    level: float = 0.95,
) -> RateRatios:
    """Compare `first` with `second`, pair by pair.

    Args:
        first, second: shape (n,), whole counts.
        exposure_first, exposure_second: what each was collected from, shape (n,) or one for all, above 0.
        level: of the interval.
    Raises:
        SeriesError: for counts that are negative, missing or not whole, exposures not above 0, a level outside (0, 1).
    """
    try:
        from scipy.special import betainc, betaincinv
    except ImportError as error:
        raise MissingExtraError("the interval of a rate ratio", "stats") from error
    a, b = _counts(first, "first"), _counts(second, "second")
    try:
        e_a, e_b = (
            np.broadcast_to(np.asarray(exposure, dtype=np.float64), a.shape)
            for exposure in (exposure_first, exposure_second)
        )
    except (TypeError, ValueError) as error:
        raise SeriesError(f"exposure: not numbers, one for each pair or one for all {a.size}") from error
    if a.shape != b.shape:
        raise SeriesError(f"first and second: shapes {a.shape} and {b.shape} (one count of each a pair)")
    if not ((e_a > 0).all() and (e_b > 0).all() and np.isfinite(e_a).all() and np.isfinite(e_b).all()):
        raise SeriesError("exposure: zero, negative or missing (nothing collected is no count of 0)")
    if not 0 < level < 1:
        raise SeriesError(f"level: {level} (between 0 and 1)")
    n, tail = a + b, (1 - level) / 2
    none = n == 0
    share = e_a / (e_a + e_b)  # of the first count, were both rates the same
    with np.errstate(divide="ignore", invalid="ignore"):
        low_share = np.where(a == 0, 0.0, betaincinv(np.maximum(a, 1), b + 1, tail))
        high_share = np.where(b == 0, 1.0, betaincinv(a + 1, np.maximum(b, 1), 1 - tail))
        odds = e_b / e_a
        # Tails of the binomial as incomplete beta functions, which take counts of any size.
        below = np.where(b == 0, 1.0, betainc(np.maximum(b, 1), a + 1, 1 - share))
        above = np.where(a == 0, 1.0, betainc(np.maximum(a, 1), b + 1, share))
        return RateRatios(
            ratio=np.where(none, np.nan, (a / e_a) / (b / e_b)),
            low=np.where(none, np.nan, low_share / (1 - low_share) * odds),
            high=np.where(none, np.nan, np.where(b == 0, np.inf, high_share / (1 - high_share) * odds)),
            p=np.where(none, np.nan, np.minimum(1.0, 2 * np.minimum(below, above))),
            verdict=np.where(none, Verdict.FEW, Verdict.GIVEN).astype(np.int8),
        )


def _counts(values: ArrayLike, name: str) -> FloatArray:
    try:
        array = np.atleast_1d(np.array(values, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise SeriesError(f"{name}: not an array of numbers") from error
    if (
        array.ndim != 1
        or not np.isfinite(array).all()
        or (array < 0).any()
        or (array != np.floor(array)).any()
    ):
        raise SeriesError(f"{name}: a count is negative, missing or not whole (shape (n,), whole numbers)")
    return array
