"""Quantiles and tails of counts whose variance is a multiple of their mean.

In: means and dispersions, any shapes that broadcast. Out: arrays. Needs SciPy (extra `stats`).
A dispersion phi above 1 is a negative binomial distribution of size mean / (phi - 1); 1 is a Poisson distribution.
"""

from __future__ import annotations

import numpy as np

from vigie.model.errors import MissingExtraError
from vigie.stats.arrays import FloatArray

_MOST_STEPS = 200
_POISSON = (
    1.0 + 1e-12
)  # the size of the negative binomial would be beyond what its distribution function can tell


def cumulative(counts: FloatArray, mean: FloatArray, phi: FloatArray) -> FloatArray:
    """P(count <= `counts`), 0 below zero; NaN where mean or phi is."""
    try:
        from scipy.special import betainc, gammaincc
    except ImportError as error:
        raise MissingExtraError("negative binomial limits", "stats") from error
    counts, mean, phi = np.broadcast_arrays(counts, mean, phi)
    found = np.full(counts.shape, np.nan)
    known = ~(np.isnan(counts) | np.isnan(mean) | np.isnan(phi))
    found[known] = 0.0
    at = np.floor(np.where(known, counts, -1.0))
    some = known & (at >= 0)
    zero = some & (mean <= 0)
    found[zero] = 1.0
    over = some & ~zero & (phi > _POISSON)
    even = some & ~zero & ~over
    found[over] = betainc(mean[over] / (phi[over] - 1), at[over] + 1, 1 / phi[over])
    found[even] = gammaincc(at[even] + 1, mean[even])
    return found


def upper_quantile(alpha: float, mean: FloatArray, phi: FloatArray) -> FloatArray:
    """The smallest count whose distribution function reaches 1 - `alpha`; NaN where mean or phi is, or is infinite."""
    from statistics import NormalDist

    wanted = 1 - alpha
    z = NormalDist().inv_cdf(wanted)
    mean, phi = np.broadcast_arrays(np.asarray(mean, dtype=np.float64), np.asarray(phi, dtype=np.float64))
    shape = mean.shape
    mean, phi = mean.ravel(), phi.ravel()
    found = np.full(mean.shape, np.nan)
    known = np.flatnonzero(np.isfinite(mean) & np.isfinite(phi))
    if not known.size:
        return found.reshape(shape)
    m, f = mean[known], phi[known]
    # Cornish and Fisher (1938), two terms, then steps of doubling length around it, then bisection.
    deviation = np.sqrt(m * f)
    skewness = (2 * f - 1) / np.maximum(deviation, 1e-300)
    guess = np.floor(np.maximum(m + deviation * (z + skewness * (z * z - 1) / 6), 0.0))
    low, high = guess - 1, guess.copy()  # wanted: F(low) < 1 - alpha <= F(high)
    reach = np.ones_like(guess)
    for _ in range(_MOST_STEPS):
        short = cumulative(high, m, f) < wanted
        if not short.any():
            break
        low[short] = high[short]
        high[short] += reach[short]
        reach[short] *= 2
    reach = np.ones_like(guess)
    for _ in range(_MOST_STEPS):
        far = (low >= 0) & (cumulative(low, m, f) >= wanted)
        if not far.any():
            break
        high[far] = low[far]
        low[far] = np.maximum(low[far] - reach[far], -1.0)
        reach[far] *= 2
    for _ in range(_MOST_STEPS):
        wide = np.flatnonzero(high - low > 1)
        if not wide.size:
            break
        middle = np.floor((low[wide] + high[wide]) / 2)
        reached = cumulative(middle, m[wide], f[wide]) >= wanted
        high[wide] = np.where(reached, middle, high[wide])
        low[wide] = np.where(reached, low[wide], middle)
    found[known] = high
    return found.reshape(shape)
