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
Dates: TypeAlias = NDArray[np.datetime64]
BoolArray: TypeAlias = NDArray[np.bool_]

MOST_CASES = (
    1e12  # in a period: a hundred times mankind; sums of larger ones leave what libraries of laws can take
)


def as_series(values: ArrayLike, *, name: str = "series") -> FloatArray:
    """A copy as float, shape (n_series, n_times); one series alone, shape (n_times,), becomes (1, n_times).

    Raises:
        SeriesError: if values are no numbers, infinite, empty, or of more than two dimensions.
    """
    try:
        if np.iscomplexobj(values):
            raise TypeError("complex")
        if isinstance(values, np.ma.MaskedArray):  # what is masked was not collected
            values = np.ma.filled(values.astype(np.float64), np.nan)
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
    """As `as_series`, and no count below zero or above MOST_CASES. They need not be whole: weighted reports are allowed."""
    array = as_series(values, name=name)
    if (array < 0).any():
        raise SeriesError(f"{name}: holds a negative count (a correction belongs to the period it corrects)")
    if (array > MOST_CASES).any():
        raise SeriesError(
            f"{name}: holds more than {MOST_CASES:.0e} cases in one period (a wrong unit, or an id?)"
        )
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
        SeriesError: if a position is not whole, lies outside the series or is named twice.
    """
    if at is None:
        return np.arange(n_times, dtype=np.int64)
    try:
        times = np.array(at, dtype=np.int64).ravel()
        whole = bool((times == np.asarray(at).ravel()).all())
    except (TypeError, ValueError, OverflowError) as error:
        raise SeriesError("at: not a list of positions (0 is the first)") from error
    if not whole:
        raise SeriesError("at: a position is not a whole number (0 is the first)")
    if times.size and (times.min() < 0 or times.max() >= n_times):
        raise SeriesError(f"at: a position lies outside the series (0 to {n_times - 1})")
    if (np.diff(times) <= 0).any():
        raise SeriesError("at: positions must rise, each once")
    return times


def as_dates(dates: ArrayLike | None, n_times: int) -> Dates | None:
    """First day of each period, shape (n_times,), datetime64[D]; None = none known.

    Raises:
        SeriesError: if they are no dates, not one a period, missing or not rising.
    """
    if dates is None:
        return None
    found = np.asarray(dates)
    try:
        if found.dtype.kind not in "MUSO":
            raise TypeError("numbers")
        days: Dates = found.astype("datetime64[D]")
    except (TypeError, ValueError) as error:
        raise SeriesError("dates: not an array of dates (give the first day of each period)") from error
    if days.shape != (n_times,):
        raise SeriesError(f"dates: shape {days.shape}, the series has {n_times} periods")
    if np.isnat(days).any():
        raise SeriesError("dates: one is missing (give the first day of each period)")
    bad = np.flatnonzero(np.diff(days).astype(np.int64) <= 0)
    if bad.size:
        raise SeriesError(f"dates: after {days[bad[0]]} comes {days[bad[0] + 1]} (they must rise, each once)")
    return days
