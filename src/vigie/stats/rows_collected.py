"""Which periods a table was kept in, from its rows alone.

In: the cases that rows state by period. Out: one truth value for each period. A table of cases has no row where nothing happened, and
none where nobody kept it: a run of periods without a row is a hole where it is improbable under the table's own rhythm, else it
holds zeros. Rule: the chance of an empty period is the smaller of the share of periods that are empty (its upper limit) and of that of no case
under a negative binomial law with mean and variance of the others; a run of k has its k-th power, and is a hole where that is
below UNLIKELY, shared by all periods in which one could begin. Before the first and after the last row nothing is known.
Left out: tables that write their zeros (each of their rows says that it was kept).
Known weakness: in a table of rare cases a hole of months cannot be told from a quiet time.
"""

from __future__ import annotations

from itertools import pairwise
from math import exp, log, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vigie.model.errors import SeriesError
from vigie.stats.arrays import FloatArray, as_counts

UNLIKELY = 0.01  # of one false hole in the whole table
_Z = 1.6448536269514722  # of 95 %, one-sided


def collected(cases: ArrayLike) -> NDArray[np.bool_]:
    """Whether each period was kept.

    Args:
        cases: shape (n_times,), cases of the rows of each period (1 a row for what is measured); NaN = no row.
    Returns:
        shape (n_times,); all False without rows.
    Raises:
        SeriesError: for negative cases or more than one series.
    """
    found = as_counts(cases, name="cases")
    if found.shape[0] != 1:
        raise SeriesError(f"cases: shape {found.shape} (one table at a time)")
    told = found[0]
    held = np.isfinite(told)
    kept = np.zeros(told.size, dtype=bool)
    if not held.any():
        return kept
    there = np.flatnonzero(held)
    kept[there[0] : there[-1] + 1] = True
    counts = np.nan_to_num(told)
    runs = [(a, b) for a, b in pairwise(there.tolist()) if b - a > 1]
    # Longest first, each judged by the rhythm without it: a hole must not make itself believable.
    for a, b in sorted(runs, key=lambda run: run[0] - run[1]):
        empty = b - a - 1
        others = kept.copy()
        others[a + 1 : b] = False
        left = int(np.count_nonzero(others))
        chance = min(_at_most(left - there.size, left), _none_under_the_law(counts[others]))
        if empty * log(chance) + log(there[-1] - there[0] + 1) >= log(UNLIKELY):
            break  # shorter ones are more probable still
        kept[a + 1 : b] = False
    return kept


def _at_most(empty: int, periods: int) -> float:
    """Upper limit (one-sided 95 %, Wilson's) of the share of empty periods: the longest run was taken out of them."""
    share, weight = empty / periods, _Z**2 / periods
    return (share + weight / 2 + _Z * sqrt(share * (1 - share) / periods + weight / (4 * periods))) / (
        1 + weight
    )


def _none_under_the_law(told: FloatArray) -> float:
    """P(no case) of a negative binomial law (Poisson where counts spread no more) with the variance of these periods and the lower
    limit (one-sided 95 %) of their mean."""
    mean, variance = float(told.mean()), float(told.var(ddof=1)) if told.size > 1 else float(told.mean())
    spread = variance / mean if mean > 0 else 1.0
    mean = max(mean - _Z * sqrt(variance / told.size), 0.0)
    return max(exp(-mean if spread <= 1 else -mean * log(spread) / (spread - 1)), 1e-300)
