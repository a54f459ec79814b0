"""How much a source brings, and when that is too little.

In: the days of a source's documents, what its card expects. Out: Volume. Method: a week is "few" where a Poisson count with the expected
mean is as small with little probability; a source is silent where its own rhythm makes the gap improbable (`vigie.stats.silence`), or,
before it has one, where the expected mean does. Thresholds: data/watch/limits.toml, `[volume]`. A document may be announced late, so that "few"
is a hint to look; "silent" is an alert.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from vigie.fetch.limits import limits_table
from vigie.model.errors import MissingExtraError
from vigie.stats.silence import silences

Verdict = Literal["off", "new", "as usual", "few", "silent"]
WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """One source.

    Attributes:
        documents: in all; week: in the last seven days.
        last: day of the newest; None without any.
        verdict: "new" while there is nothing to judge by.
        longest: days after which a gap is a silence, rounded; None where nothing says so.
    """

    documents: int
    week: int
    last: date | None
    verdict: Verdict
    longest: int | None = None


def volume(
    days: Sequence[date], expected: float, today: date, *, watched_since: date | None = None
) -> Volume:
    """Judge one source.

    Args:
        days: one a document, in any order; days to come are not read.
        expected: documents a week, 0 where nobody knows.
        watched_since: day of the first asking, from which a source without documents is late.
    """
    rule = limits_table()["volume"]
    past = sorted(d for d in days if d <= today)
    last = past[-1] if past else None
    week = sum((today - d).days < WEEK for d in past)
    start = min((d for d in (watched_since, past[0] if past else None) if d is not None), default=None)
    longest = _longest(past, expected, today, rule)
    gap = (today - last).days if last is not None else (today - start).days if start is not None else 0
    verdict: Verdict = "as usual"
    if longest is not None and gap >= longest:
        verdict = "silent"
    elif start is None or (today - start).days < WEEK or (not expected and longest is None):
        verdict = "new"
    elif expected and _at_most(week, expected) <= rule["few_level"]:
        verdict = "few"
    return Volume(documents=len(past), week=week, last=last, verdict=verdict, longest=longest)


def _longest(past: Sequence[date], expected: float, today: date, rule: dict[str, float]) -> int | None:
    least = float(rule["silent_least_days"])
    if len(set(past)) >= 10:
        try:
            (gap,) = silences([[d.toordinal() for d in past]], today.toordinal(), least_gap_days=least)
        except MissingExtraError:
            pass  # without scipy, by the mean alone
        else:
            return math.ceil(gap.longest) if gap.longest == gap.longest else None
    mean = expected or (len(past) * WEEK / max((past[-1] - past[0]).days, 1) if len(set(past)) >= 10 else 0.0)
    if not mean:
        return None
    return math.ceil(max(least, -math.log(rule["silent_level"]) * WEEK / mean))


def _at_most(count: int, mean: float) -> float:
    """Probability that a Poisson variable is `count` or less."""
    term = total = math.exp(-min(mean, 700.0))
    for k in range(1, count + 1):
        term *= mean / k
        total += term
    return min(total, 1.0)
