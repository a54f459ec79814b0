"""Things that are said together: how often, how often by chance, and how surely more.

In: in which units (documents, sources) each thing stands. Out: `Associations`, for each pair of a row thing and a column thing.
Left out: why they stand together: a source that always lists the same things makes them associated.
Sources: R. Fisher, "The logic of inductive inference", J R Stat Soc 98, 1935 (exact test, one-sided); T. Dunning, "Accurate methods
for the statistics of surprise and coincidence", Computational Linguistics 19(1), 1993 (G, the log-likelihood ratio).
Known weakness: units are taken as independent; documents of one source are not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from vigie.model.errors import MissingExtraError, SeriesError
from vigie.stats.arrays import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Associations:
    """Shape (n_rows, n_columns).

    Attributes:
        together: units that hold both.
        expected: as many by chance, given how many hold each.
        g: log-likelihood ratio, chi-squared with 1 degree of freedom by chance, negative where there are fewer than expected.
        p: chance of as many or more (Fisher, one-sided).
    """

    together: FloatArray
    expected: FloatArray
    g: FloatArray
    p: FloatArray


def associations(rows: ArrayLike, columns: ArrayLike) -> Associations:
    """Compare each row thing with each column thing.

    Args:
        rows, columns: shape (n_things, n_units), whether the thing stands in the unit; the same units in both.
    Raises:
        SeriesError: for other shapes, no unit, values that are not 0 or 1.
    """
    try:
        from scipy.stats import hypergeom
    except ImportError as error:
        raise MissingExtraError("the exact test of an association", "stats") from error
    a, b = _held(rows, "rows"), _held(columns, "columns")
    if a.shape[1] != b.shape[1]:
        raise SeriesError(f"rows and columns: {a.shape[1]} and {b.shape[1]} units (the same in both)")
    units = a.shape[1]
    together = a.astype(np.float64) @ b.T.astype(np.float64)
    in_row, in_column = a.sum(axis=1)[:, None].astype(float), b.sum(axis=1)[None, :].astype(float)
    expected = in_row * in_column / units
    g = np.zeros(together.shape)
    for seen, hoped in (
        (together, expected),
        (in_row - together, in_row - expected),
        (in_column - together, in_column - expected),
        (units - in_row - in_column + together, units - in_row - in_column + expected),
    ):
        with np.errstate(divide="ignore", invalid="ignore"):
            g += np.where(seen > 0, 2 * seen * np.log(seen / hoped), 0.0)
    found = np.where(together < expected, -1.0, 1.0) * np.maximum(g, 0.0)
    p = np.asarray(hypergeom.sf(together - 1, units, in_row, in_column), dtype=np.float64)
    return Associations(together=together, expected=expected, g=found, p=np.clip(p, 0.0, 1.0))


def _held(values: ArrayLike, name: str) -> BoolArray:
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SeriesError(f"{name}: not an array of 0 and 1") from error
    if array.ndim != 2 or not array.size:
        raise SeriesError(f"{name}: shape {array.shape} (give (n_things, n_units), not empty)")
    if not np.isin(array, (0.0, 1.0)).all():
        raise SeriesError(f"{name}: a value is neither 0 nor 1 (a thing stands in a unit or not)")
    return array.astype(bool)
