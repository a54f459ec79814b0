"""The change of a group as bulletins have it: the shift between the figures of its sources, with its interval.

In: rows of two periods, with the group of each. Out: Shift records, None where so few sources allow no interval.
Method: `vigie.stats.order`, as in `vigie.report.certainty`; docs/statistics.md, "Intervals of a bulletin". Left out: what is established of
many changes at once, which a bulletin says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.readmodel.told import Ints, Told
from vigie.stats.order import ratio_interval, ratio_shift

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Relative changes (0.1 = 10 % more): the median of all shifts of logarithms, and its 95 % interval."""

    ratio: float
    low: float
    high: float


def shift(now: Floats, before: Floats) -> Shift | None:
    """Of one figure a source in each period; None where no interval exists."""
    new, old = now.tolist(), before.tolist()
    found = ratio_interval(new, old)
    return None if found is None else Shift(ratio=ratio_shift(new, old), low=found.low, high=found.high)


def by_source(told: Told, rows: Ints, labels: Ints) -> dict[int, Floats]:
    """Of each label one figure for each independent source, the median of what it states: of near-copies all speak for the earliest."""
    columns = told.columns
    voice = np.array(columns["voice"][rows], dtype=np.int64)
    alike: NDArray[Any] = columns["alike"][rows]
    copies = np.flatnonzero(alike)
    if len(copies):
        order = copies[np.lexsort((columns["first"][rows[copies]], alike[copies], labels[copies]))]
        new = np.r_[True, (labels[order][1:] != labels[order][:-1]) | (alike[order][1:] != alike[order][:-1])]
        voice[order] = voice[order[new]][np.cumsum(new) - 1]
    value = np.asarray(columns["value"][rows], dtype=np.float64)
    known = ~np.isnan(value)
    value, voice, labels = value[known], voice[known], np.asarray(labels[known], dtype=np.int64)
    if not len(value):
        return {}
    order = np.lexsort((value, voice, labels))
    value, voice, labels = value[order], voice[order], labels[order]
    starts = np.flatnonzero(np.r_[True, (voice[1:] != voice[:-1]) | (labels[1:] != labels[:-1])])
    counts = np.diff(np.r_[starts, len(value)])
    middles = (value[starts + (counts - 1) // 2] + value[starts + counts // 2]) / 2
    of = labels[starts]  # in order
    found, first = np.unique(of, return_index=True)
    return dict(zip(found.tolist(), np.split(middles, first[1:]), strict=True))
