"""The change of a group as bulletins have it: the shift between the figures of its sources, with its interval.

In: rows of two periods of one group. Out: Shift records, None where so few sources allow no interval.
Method: `vigie.stats.order`, as in `vigie.report.certainty`; docs/statistics.md, "Intervals of a bulletin". Left out: what is established of
many changes at once, which a bulletin says.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.readmodel.records import Shift
from vigie.readmodel.told import Ints, Told
from vigie.stats.order import ratio_change

Floats = NDArray[np.float64]


class Shifts:
    """Those of the groups of one answer, each worked out when it is first asked for, and then kept.

    Args:
        rows_of: the rows of a key in the new period and in the one before, in any order.
    """

    def __init__(self, told: Told, rows_of: Callable[[tuple[str, ...]], tuple[Ints, Ints]]) -> None:
        self._told, self._rows_of = told, rows_of
        self._found: dict[tuple[str, ...], Shift | None] = {}

    def later(self, key: tuple[str, ...]) -> Callable[[], Shift | None]:
        return partial(self.of, key)

    def of(self, key: tuple[str, ...]) -> Shift | None:
        if key not in self._found:
            now, before = (by_source(self._told, rows) for rows in self._rows_of(key))
            self._found[key] = shift(now, before) if len(now) and len(before) else None
        return self._found[key]


def shift(now: Floats, before: Floats) -> Shift | None:
    """Of one figure a source in each period; None where no interval exists."""
    found = ratio_change(now.tolist(), before.tolist())
    return None if found is None else Shift(ratio=found[0], low=found[1].low, high=found[1].high)


def by_source(told: Told, rows: Ints) -> Floats:
    """One figure for each independent source, the median of what it states: of near-copies all speak for the earliest."""
    columns = told.columns
    voice = np.array(columns["voice"][rows], dtype=np.int64)
    alike: NDArray[Any] = columns["alike"][rows]
    copies = np.flatnonzero(alike)
    if len(copies):
        order = copies[np.lexsort((columns["first"][rows[copies]], alike[copies]))]
        new = np.r_[True, alike[order][1:] != alike[order][:-1]]
        voice[order] = voice[order[new]][np.cumsum(new) - 1]
    value = np.asarray(columns["value"][rows], dtype=np.float64)
    known = ~np.isnan(value)
    value, voice = value[known], voice[known]
    if not len(value):
        return value
    order = np.lexsort((value, voice))
    value, voice = value[order], voice[order]
    starts = np.flatnonzero(np.r_[True, voice[1:] != voice[:-1]])
    counts = np.diff(np.r_[starts, len(value)])
    return np.asarray((value[starts + (counts - 1) // 2] + value[starts + counts // 2]) / 2)
