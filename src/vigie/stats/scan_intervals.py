"""Intervals of time that a cylinder may last, laid out so that counts of many are one subtraction.

In: number of periods, longest duration, whether only intervals that are still running count. Out: `Intervals`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vigie.stats.arrays import IntArray


class Intervals:
    """Intervals [start, end) among the scanned periods.

    Attributes:
        offset: the first scanned period: of a prospective scan, only the last `longest` periods are.
        n_periods: scanned periods.
        start, end: shape (n_intervals,), positions among the scanned periods.
    """

    def __init__(self, n_periods: int, longest: int, *, prospective: bool) -> None:
        self.offset = n_periods - longest if prospective else 0
        self.n_periods = n_periods - self.offset
        if prospective or self.n_periods == 1:
            self._slabs = [(slice(0, self.n_periods), slice(self.n_periods, self.n_periods + 1))]
        else:
            self._slabs = [
                (slice(0, self.n_periods + 1 - length), slice(length, self.n_periods + 1))
                for length in range(1, longest + 1)
            ]
        starts, ends = [], []
        for first, last in self._slabs:
            start = np.arange(self.n_periods + 1)[first]
            starts.append(start)
            ends.append(np.broadcast_to(np.arange(self.n_periods + 1)[last], start.shape))
        self.start: IntArray = np.concatenate(starts)
        self.end: IntArray = np.concatenate(ends)

    def slabs(self) -> Iterator[tuple[int, slice, slice]]:
        """Position of the slab's first interval, and slices of a cumulative sum: sum = until[second] - until[first]."""
        at = 0
        for first, last in self._slabs:
            yield at, first, last
            at += first.stop - first.start
