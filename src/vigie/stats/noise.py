"""How much a series scatters about a level that may change, and how far neighbours resemble each other.

In: one series, NaN = nothing collected. Out: plain numbers.
Both are read from differences of neighbours, which a change of level touches once only.
"""

from __future__ import annotations

import numpy as np

from vigie.stats.arrays import FloatArray

_MAD = 1.4826  # makes the median absolute deviation of Gaussian figures their standard deviation
_UNIFORM = 0.29  # standard deviation of a rounding error, in units of the last digit: 1 / sqrt(12)


def difference_scale(values: FloatArray) -> float:
    """Scale of the noise: MAD of first differences / sqrt 2, not below what rounding alone hides.

    Args:
        values: shape (n_times,); differences are taken between figures that follow each other, across gaps.
    Returns:
        in the unit of `values`; 0 where fewer than two figures differ.
    Source: the estimate that Fryzlewicz (2014) and the R package changepoint's users take; the MAD is about its median.
    Known weakness: 0.5 to 1.5 of the truth with twenty figures; too low where neighbours resemble each other.
    """
    found = values[~np.isnan(values)]
    steps = np.diff(np.unique(found))
    if steps.size == 0:
        return 0.0
    differences = np.diff(found)
    spread = _MAD * float(np.median(np.abs(differences - np.median(differences)))) / 2**0.5
    return max(spread, _UNIFORM * float(steps.min()))


def difference_autocorrelation(values: FloatArray) -> float:
    """Correlation of neighbouring errors, between 0 and 0.9, untouched by a few changes of level.

    Source: Chakar, Lebarbier, Lévy-Leduc and Robin (2017), with squared MADs of differences at lags 2 and 1.
    Known weakness: needs some fifty pairs; a gap removes the pairs that span it.
    """
    spans = []
    for lag in (1, 2):
        differences = values[lag:] - values[:-lag]
        differences = differences[~np.isnan(differences)]
        if differences.size < 10:
            return 0.0
        spans.append(float(np.median(np.abs(differences - np.median(differences)))))
    if spans[0] == 0:
        return 0.0
    return float(np.clip((spans[1] / spans[0]) ** 2 - 1, 0.0, 0.9))
