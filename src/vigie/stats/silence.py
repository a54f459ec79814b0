"""Sources that fell silent: a gap that is improbable under the source's own rhythm.

In: of each source, the days on which it published. Out: Gaps. Method: gaps follow a gamma law whose shape is estimated and bounded;
given the shape, the next gap over the mean of the past ones follows Fisher's F with (2k, 2kn) degrees of freedom. With
shape 1 that is the waiting time of a gamma-Poisson process (Lomax law).
Source: Cox and Lewis, "The Statistical Analysis of Series of Events" (1966), chapter 6, for the gamma renewal process.
Known weakness: holidays, and a source that slowed down before it stopped, look alike; a bursty source is believed for long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from vigie.model.errors import MissingExtraError, SeriesError

YEAR = 365.25
MOST_GAPS = 200  # of the past: a rhythm changes over years
LARGEST = 0.01  # level of one gap, for sources that publish a few times a year


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The time since a source last published, against its rhythm.

    Attributes:
        days_seen: distinct days on which it published.
        last: days from day 0 of the argument to the last of them; NaN without any.
        gap, mean_gap: days.
        shape: of the gamma law of gaps; 1 = at random, less = in bursts, more = regular.
        p: probability of a gap as long or longer; NaN without a verdict.
        level: below which p is a silence: what makes `false_per_year` false alarms a year.
        longest: days after which the gap is a silence; NaN without a verdict.
        silent: the verdict.
    """

    days_seen: int
    last: float
    gap: float
    mean_gap: float
    shape: float
    p: float
    level: float
    longest: float
    silent: bool


def silences(
    days: Sequence[ArrayLike], until: float, *, false_per_year: float = 0.05, least_days_seen: int = 10,
    least_gap_days: float = 14.0, shapes: tuple[float, float] = (0.2, 2.0),
) -> list[Gap]:  # fmt: skip
    """One Gap for each source.

    Args:
        days: for each source its days of publication as numbers (ordinals); later ones than `until` are not read.
        until: the day that is asked about.
        false_per_year: false alarms of one source in a year.
        least_days_seen: with fewer, there is no verdict.
        least_gap_days: a shorter gap is no silence.
        shapes: bounds of the shape.
    Raises:
        SeriesError: for days that are no numbers, or parameters outside their range.
    """
    if not (false_per_year > 0 and least_days_seen >= 3 and 0 < shapes[0] <= shapes[1]):
        raise SeriesError(
            "silences: needs false_per_year > 0, least_days_seen >= 3 and 0 < shapes[0] <= shapes[1]"
        )
    if not np.isfinite(until):
        raise SeriesError("silences: until is missing or infinite (give the ordinal of a date)")
    try:
        from scipy import special
    except ImportError as error:
        raise MissingExtraError("the silence of sources", "stats") from error
    found = []
    for number, listed in enumerate(days):
        try:
            seen = np.unique(np.asarray(listed, dtype=np.float64).ravel())
        except (TypeError, ValueError) as error:
            raise SeriesError(
                f"silences: days of source {number} are no numbers (give ordinals of dates)"
            ) from error
        if not np.isfinite(seen).all():
            raise SeriesError(
                f"silences: a day of source {number} is missing or infinite (leave undated documents out)"
            )
        seen = seen[seen <= until]
        n = len(seen)
        last = float(seen[-1]) if n else float("nan")
        gap = float(until - last)
        if n < least_days_seen:
            found.append(_no_verdict(n, last, gap))
            continue
        gaps = np.diff(seen)[-MOST_GAPS:]
        mean = float(gaps.mean())
        shape = float(np.clip(mean**2 / max(float(gaps.var(ddof=1)), 1e-12), *shapes))
        level = min(LARGEST, false_per_year * mean / YEAR)
        freedom = 2 * shape, 2 * shape * len(gaps)
        p = float(special.fdtrc(*freedom, gap / mean))
        longest = max(least_gap_days, mean * float(special.fdtri(*freedom, 1 - level)))
        found.append(
            Gap(
                days_seen=n, last=last, gap=gap, mean_gap=mean, shape=shape, p=p, level=level, longest=longest,
                silent=p <= level and gap >= least_gap_days,
            )
        )  # fmt: skip
    return found


def _no_verdict(n: int, last: float, gap: float) -> Gap:
    nan = float("nan")
    return Gap(
        days_seen=n, last=last, gap=gap, mean_gap=nan, shape=nan, p=nan, level=nan, longest=nan, silent=False
    )
