"""What detectors by limits share: reading counts, sums over reference weeks, and the record of alarms.

In: counts and positions as a caller gives them. Out: arrays of shape (n_series, n_scanned).
Reference weeks are the same offsets before every time: six weeks before, the weeks around this one last year.
Years are stepped back by `period` times; a year of 53 weeks is not made up for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Alarms, Verdict
from vigie.stats.arrays import BoolArray, Dates, FloatArray, IntArray, as_counts, as_dates, as_times

LEAST_PRESENT = 2 / 3  # of reference weeks: with fewer, one source that came and went makes the limit
_ROWS = 64  # series at a time: their weeks stay in the processor's cache
_NOISE = 1e-12  # a spread below this share of the mean is rounding


def read(
    counts: ArrayLike, *, population: ArrayLike | None, dates: Dates | None, at: ArrayLike | None, method: str
) -> tuple[FloatArray, IntArray]:
    """Counts of shape (n_series, n_times) and positions to judge.

    Raises:
        SeriesError: see `as_counts`, `as_dates`, `as_times`; if dates leave a period out; for a population, which has no place here.
    """
    if population is not None:
        raise SeriesError(f"{method} takes no population (farrington-flexible does, or give rates' counts)")
    array = as_counts(counts)
    days = as_dates(dates, array.shape[1])
    if days is not None and days.size > 2:
        steps = np.diff(days).astype(np.int64)
        far = int(steps.argmax())
        if steps[far] >= 2 * steps.min():
            raise SeriesError(
                f"dates: after {days[far]} comes {days[far + 1]}, a period is left out "
                "(leave none out: NaN where nothing was collected)"
            )
    return array, as_times(at, array.shape[1])


def level(alpha: float) -> float:
    """alpha, if it is a level. Raises SeriesError."""
    if not 0 < alpha < 1:
        raise SeriesError(f"alpha {alpha} (a share between 0 and 1)")
    return alpha


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Baseline:
    """What the reference weeks of each scanned time hold, each of shape (n_series, n_scanned).

    Attributes:
        n: reference weeks in which something was collected.
        total, mean, sd: of their counts; NaN where too few are there (`short`). sd divides by n - 1.
        short: whether they reach before the series or too many of them are missing.
    """

    n: FloatArray
    total: FloatArray
    mean: FloatArray
    sd: FloatArray
    short: BoolArray


def baseline(counts: FloatArray, times: IntArray, offsets: IntArray) -> Baseline:
    """Sums over `offsets` (negative: before) at each of `times`.

    Raises:
        SeriesError: if an offset is not before the time itself: a limit would be drawn from what it judges.
    """
    if offsets.size < 2 or offsets.max() >= 0:
        raise SeriesError("reference weeks: fewer than 2, or not before the judged one (smaller w or more b)")
    reached = int(
        np.searchsorted(times, -offsets.min())
    )  # times rise: from here on all reference weeks are there
    shape = (counts.shape[0], times.size)
    n, total = np.zeros(shape), np.zeros(shape)
    mean, sd = np.full(shape, np.nan), np.full(shape, np.nan)
    short = np.ones(shape, dtype=bool)
    for i in range(0, shape[0], _ROWS):
        part = (slice(i, i + _ROWS), slice(reached, None))
        n[part], total[part], mean[part], sd[part], short[part] = _sums(
            counts[i : i + _ROWS], times[reached:], offsets
        )
    return Baseline(n=n, total=total, mean=mean, sd=sd, short=short)


def _sums(
    counts: FloatArray, times: IntArray, offsets: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, BoolArray]:
    shape = (counts.shape[0], times.size)
    gaps = bool(np.isnan(counts).any())
    total, square = np.zeros(shape), np.zeros(shape)
    n = np.full(shape, 0.0 if gaps else float(offsets.size))
    for offset in offsets:
        values = _at(counts, times, int(offset))
        if gaps:
            seen = ~np.isnan(values)
            n += seen
            values = np.where(seen, values, 0.0)
        total += values
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / n
        for offset in offsets:
            off = _at(counts, times, int(offset)) - mean
            if gaps:
                off = np.where(np.isnan(off), 0.0, off)
            off *= off
            square += off
        square /= n - 1
        sd = np.sqrt(square, out=square)
    sd[sd <= _NOISE * mean] = 0.0
    short = n < max(2.0, np.ceil(LEAST_PRESENT * offsets.size))
    if gaps:
        mean[short] = sd[short] = np.nan
    return n, total, mean, sd, short


def _at(counts: FloatArray, times: IntArray, offset: int) -> FloatArray:
    if times.size and times[-1] - times[0] == times.size - 1:  # a view, where the times stand side by side
        return counts[:, times[0] + offset : times[-1] + offset + 1]
    return counts[:, times + offset]


def years_back(*, b: int, w: int, now: bool, period: int) -> IntArray:
    """Offsets of the 2 w + 1 weeks around this one in each of `b` years, and the w weeks just before if `now`.

    Raises:
        SeriesError: if a number is negative or a window reaches into this year.
    """
    if b < 0 or w < 0 or period < 2 or (b > 0 and w >= period):
        raise SeriesError(f"b {b}, w {w}, period {period} (not negative; w below the period)")
    around = [-year * period + j for year in range(b, 0, -1) for j in range(-w, w + 1)]
    return np.array(around + (list(range(-w, 0)) if now else []), dtype=np.int64)


def unvaried(counts: FloatArray) -> BoolArray:
    """Whether all that was counted up to each time is one and the same value, shape of `counts`."""
    seen = ~np.isnan(counts)
    high = np.maximum.accumulate(np.where(seen, counts, -np.inf), axis=1)
    low = np.minimum.accumulate(np.where(seen, counts, np.inf), axis=1)
    return np.asarray(high <= low) | ~np.isfinite(high)


def alarms(
    method: str,
    times: IntArray,
    *,
    observed: FloatArray,
    expected: FloatArray,
    upper: FloatArray,
    score: FloatArray,
    over: BoolArray,
    short: BoolArray,
    flat: BoolArray,
) -> Alarms:
    """The record, with a verdict at each time: nothing collected comes first, then too short, then flat."""
    verdict = np.full(observed.shape, int(Verdict.GIVEN), dtype=np.int8)
    verdict[flat] = int(Verdict.FLAT)
    verdict[short] = int(Verdict.SHORT)
    verdict[np.isnan(observed)] = int(Verdict.MISSING)
    return Alarms(
        method=method,
        times=times,
        observed=observed,
        expected=expected,
        upper=upper,
        score=score,
        alarm=np.asarray(over & (verdict == int(Verdict.GIVEN))),
        verdict=verdict,
    )
