"""Which past periods a period is compared with, and to which season each of them belongs.

In: positions to judge, the dates or none. Out: `Reference`, rows of positions by seasonal level.
Farrington et al. (1996): the same week of the last `years` years, each with `half_window` weeks on both sides.
Noufaily et al. (2013): all weeks since the oldest such window, but for the most recent; the windows are level 0, the weeks between
two windows are divided into `levels` - 1 spans. Where they cannot be equal the first are longer by one (as R's outputs show).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vigie.model.errors import SeriesError
from vigie.stats.arrays import BoolArray, Dates, IntArray, as_dates

_DAYS_OF_WEEK = 7
WEEKS, MONTHS = 52, 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reference:
    """Reference periods of T judged positions.

    Attributes:
        rows: shape (N, T), positions; -1 pads.
        first, others, length: level 0 has `first` rows; `others` levels of `length` rows each follow.
        enough: shape (T,), whether the series reaches back far enough.
    """

    rows: IntArray
    first: int
    others: int
    length: int
    enough: BoolArray


def checked_dates(dates: Dates | None, n_times: int, frequency: int) -> Dates | None:
    """Dates as days.

    Raises:
        SeriesError: if they are not one a period, without gap: 7 days apart, or months in a row.
    """
    days = as_dates(dates, n_times)
    if days is None:
        return None
    if frequency == WEEKS:
        bad = np.flatnonzero(np.diff(days).astype(np.int64) != _DAYS_OF_WEEK)
    elif frequency == MONTHS:
        bad = np.flatnonzero(np.diff(days.astype("datetime64[M]")).astype(np.int64) != 1)
    else:
        raise SeriesError(
            f"dates: a calendar is known for {WEEKS} and {MONTHS} periods a year, not {frequency}"
        )
    if bad.size:
        step = "7 days" if frequency == WEEKS else "one month"
        raise SeriesError(
            f"dates: after {days[bad[0]]} comes {days[bad[0] + 1]}, not {step} later "
            "(leave no period out: NaN where nothing was collected)"
        )
    return days


def centres(times: IntArray, years: int, frequency: int, dates: Dates | None) -> IntArray:
    """The same period in each of the last years, shape (years, len(times)), last year first; -1 before the start.

    Without dates `frequency` periods back a year. With dates the period whose first day is nearest to the same day of that
    year (29 February: 1 March).
    """
    if dates is None:
        found: IntArray = times[None, :] - frequency * np.arange(1, years + 1, dtype=np.int64)[:, None]
        return np.where(found < 0, -1, found)
    day = dates[times]
    month = day.astype("datetime64[M]")
    of_month = (day - month.astype("datetime64[D]")).astype(np.int64)
    result = np.empty((years, times.size), dtype=np.int64)
    for year in range(1, years + 1):
        wanted = (month - 12 * year).astype("datetime64[D]") + of_month
        if dates.size > 1 and (dates[1] - dates[0]).astype(np.int64) == _DAYS_OF_WEEK:
            apart = (wanted - dates[0]).astype(np.int64)
            position = np.floor_divide(apart + _DAYS_OF_WEEK // 2, _DAYS_OF_WEEK)
        else:
            first = dates[0].astype("datetime64[M]")
            position = ((month - 12 * year) - first).astype(np.int64)
        result[year - 1] = np.where(position < 0, -1, position)
    return result


def reference(
    times: IntArray,
    *,
    years: int,
    half_window: int,
    levels: int,
    left_out: int,
    frequency: int,
    dates: Dates | None,
) -> Reference:
    """Reference periods of the positions `times`.

    Args:
        levels: 1 = only the windows; more = all periods, in so many seasonal levels.
        left_out: the most recent periods, not used.
    """
    middle = centres(times, years, frequency, dates)
    enough = (middle[-1] - half_window >= 0) & (middle[-1] >= 0)
    window = np.arange(-half_window, half_window + 1)
    inside = (middle[:, None, :] + window[None, :, None]).reshape(middle.shape[0] * window.size, times.size)
    latest = times - left_out - 1
    # Where fewer periods are left out than the window has, those of it that lie before the judged period are used too.
    own = times - np.arange(left_out + 1, half_window + 1)[:, None]
    inside = np.concatenate([own, inside])
    inside = np.where((inside <= latest) & enough, inside, -1)
    others, length = levels - 1, 0
    rows = [inside]
    if others:
        nearer = np.concatenate([times[None, :], middle[:-1]])
        gap = nearer - middle - (2 * half_window + 1)
        length_of_year = -(-int(gap[:, enough].max(initial=1)) // others)
        length = length_of_year * years
        # Span k of a gap of g periods starts after k * (g // others) + min(k, g % others) of them.
        span = np.arange(others)[:, None, None]
        size, extra = np.divmod(np.maximum(gap, 0), others)
        start = middle + half_window + 1 + span * size + np.minimum(span, extra)
        end = start + size + (span < extra)
        place = np.arange(length_of_year)[None, :, None, None]
        found = start[:, None] + place  # (others, length_of_year, years, T)
        found = np.where((found < end[:, None]) & (found <= latest) & enough, found, -1)
        rows.append(found.reshape(others * length, times.size))
    return Reference(
        rows=np.concatenate(rows), first=inside.shape[0], others=others, length=length, enough=enough
    )
