"""Arrays that statistics take, and the checks that all of them share.

In: what a caller has (lists, NumPy arrays). Out: float arrays of known shape. Left out: any reading of a store.
Three states stay apart: a figure, zero, and NaN = nothing was collected.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vigie.model.errors import SeriesError

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]


def as_series(values: ArrayLike, *, name: str = "series") -> FloatArray:
    """A copy as float, shape (n_series, n_times); one series alone, shape (n_times,), becomes (1, n_times).

    Raises:
        SeriesError: if values are no numbers, infinite, empty, or of more than two dimensions.
    """
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SeriesError(
            f"{name}: not an array of numbers (give shape (n_times,) or (n_series, n_times))"
        ) from error
    if array.ndim == 1:
        array = array[None, :]
    if array.ndim != 2 or array.size == 0:
        raise SeriesError(
            f"{name}: shape {np.shape(values)} (give (n_times,) or (n_series, n_times), not empty)"
        )
    if np.isinf(array).any():
        raise SeriesError(f"{name}: holds an infinite value (use NaN where nothing was collected)")
    return array


def as_counts(values: ArrayLike, *, name: str = "counts") -> FloatArray:
    """As `as_series`, and no count below zero. Counts need not be whole: weighted reports are allowed."""
    array = as_series(values, name=name)
    if (array < 0).any():
        raise SeriesError(f"{name}: holds a negative count (a correction belongs to the period it corrects)")
    return array


def as_population(values: ArrayLike | None, counts: FloatArray) -> FloatArray | None:
    """Persons at risk in the shape of `counts`; one series alone is used for all.

    Raises:
        SeriesError: if a population is zero, negative or missing, or the shape is another.
    """
    if values is None:
        return None
    array = as_series(values, name="population")
    if array.shape[0] == 1:
        array = np.broadcast_to(array, (counts.shape[0], array.shape[1])).copy()
    if array.shape != counts.shape:
        raise SeriesError(f"population: shape {array.shape}, counts have {counts.shape}")
    if not (array > 0).all():
        raise SeriesError("population: zero, negative or missing (fill it from the census before)")
    return array


def as_times(at: ArrayLike | None, n_times: int) -> IntArray:
    """Positions to scan, 0-based, in order; None = all.

    Raises:
        SeriesError: if a position lies outside the series or is named twice.
    """
    if at is None:
        return np.arange(n_times, dtype=np.int64)
    try:
        times = np.array(at, dtype=np.int64).ravel()
    except (TypeError, ValueError, OverflowError) as error:
        raise SeriesError("at: not a list of positions (0 is the first)") from error
    if times.size and (times.min() < 0 or times.max() >= n_times):
        raise SeriesError(f"at: a position lies outside the series (0 to {n_times - 1})")
    if (np.diff(times) <= 0).any():
        raise SeriesError("at: positions must rise, each once")
    return times
