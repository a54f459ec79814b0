"""Agreement of two readers beyond chance: Cohen's kappa and its interval.

In: a square table of counts. Out: Kappa. kappa = (po - pe) / (1 - pe), po the share on which both agree, pe what is expected of two who use the
classes as often, and independently. Sources: J. Cohen, Educational and Psychological Measurement 20, 1960; standard errors: J. Fleiss, J. Cohen and
B. Everitt, Psychological Bulletin 72, 1969 (for the interval the one that does not suppose kappa = 0).
Known weaknesses: kappa is low where one class is rare, however well readers agree (A. Feinstein and D. Cicchetti, J Clin Epidemiol 43, 1990), so that
`observed` is to be told beside it; the interval is that of a large sample, too narrow below some 20 pairs, and there is none where all agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from vigie.model.errors import SeriesError

Z95 = 1.959963984540054  # 97.5 % of the normal distribution lies below


@dataclass(frozen=True, slots=True, kw_only=True)
class Kappa:
    """Cohen's kappa, no unit.

    Attributes:
        pairs: what both read. observed, expected: shares of agreement, 0-1.
        value: -1 to 1; None where it is not defined: nothing read, or one class that both always chose.
        error: its standard error; error_of_none: the one if kappa were 0, for a test.
        low, high: 95 % interval, within [-1, 1]; None where `error` is 0.
    """

    pairs: int
    observed: float
    expected: float
    value: float | None
    error: float | None
    error_of_none: float | None
    low: float | None
    high: float | None


def cohen_kappa(table: ArrayLike) -> Kappa:
    """Kappa of a table.

    Args:
        table: shape (k, k), counts: rows the class that the first reader chose, columns the second.
    Raises:
        SeriesError: for a table that is not square, or counts that are negative, missing or not whole.
    """
    try:
        counts = np.array(table, dtype=np.float64)
    except (TypeError, ValueError) as fault:
        raise SeriesError("kappa: not a table of numbers (shape (k, k))") from fault
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or counts.shape[0] < 1:
        raise SeriesError(
            f"kappa: a table of shape {counts.shape} (it is square, one row and column a class)"
        )
    if not np.isfinite(counts).all() or (counts < 0).any() or (counts != np.floor(counts)).any():
        raise SeriesError("kappa: a count is negative, missing or not whole")
    n = float(counts.sum())
    if n == 0:
        return Kappa(
            pairs=0,
            observed=0.0,
            expected=0.0,
            value=None,
            error=None,
            error_of_none=None,
            low=None,
            high=None,
        )
    p = counts / n
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    observed, expected = float(np.trace(p)), float(rows @ columns)
    if expected >= 1 - 1e-12:
        return Kappa(
            pairs=int(n),
            observed=observed,
            expected=1.0,
            value=None,
            error=None,
            error_of_none=None,
            low=None,
            high=None,
        )
    value = (observed - expected) / (1 - expected)
    sums = (
        rows[None, :] + columns[:, None]
    )  # of cell (i, j): share of j with the first reader and of i with the second
    diagonal = float((np.diag(p) * (1 - (rows + columns) * (1 - value)) ** 2).sum())
    rest = (1 - value) ** 2 * float((p * sums**2).sum() - (np.diag(p) * (rows + columns) ** 2).sum())
    variance = (diagonal + rest - (value - expected * (1 - value)) ** 2) / (n * (1 - expected) ** 2)
    none = (expected + expected**2 - float((rows * columns * (rows + columns)).sum())) / (
        n * (1 - expected) ** 2
    )
    error = float(np.sqrt(max(0.0, variance)))
    told = error > 1e-9
    return Kappa(
        pairs=int(n), observed=observed, expected=expected, value=value, error=error, error_of_none=float(np.sqrt(max(0.0, none))),
        low=max(-1.0, value - Z95 * error) if told else None, high=min(1.0, value + Z95 * error) if told else None,
    )  # fmt: skip
