"""The best window of each family on the observed map, and the clusters among them that do not overlap.

In: observed cases, families, expectations. Out: `Found`, from the largest statistic down. Counts need not be whole.
A cluster is taken, then the best window of every family that shares no place with it, and so on: each secondary
cluster is the best of all windows outside those before it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vigie.stats.arrays import FloatArray
from vigie.stats.scan_expected import Expected
from vigie.stats.scan_intervals import Intervals
from vigie.stats.scan_likelihood import Likelihood
from vigie.stats.scan_replicates import FamilySource, blocks
from vigie.stats.scan_windows import Family


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A window: its value with the sign turned (smallest first), family, number of places, interval [start, end)."""

    turned: float
    family: int
    size: int
    start: int
    end: int
    cases: float
    expected: float

    @property
    def value(self) -> float:
        return -self.turned


class Observed:
    """Looks for windows on the observed map.

    Args:
        counts: shape (n_places, n_scanned_periods).
        least: fewest cases of a window.
    """

    def __init__(
        self,
        counts: FloatArray,
        families: FamilySource,
        expected: Expected,
        likelihood: Likelihood,
        intervals: Intervals,
        *,
        least: int,
    ) -> None:
        self._counts, self._families, self._expected = counts, families, expected
        self._likelihood, self._intervals, self._least = likelihood, intervals, least

    def clusters(self, most: int) -> Iterator[Found]:
        """At most `most` windows, none of which shares a place with another."""
        heap = [found for n in range(len(self._families)) if (found := self._best(n, None)) is not None]
        heapq.heapify(heap)
        taken = np.zeros(len(self._counts), dtype=bool)
        while heap and most > 0:
            found = heapq.heappop(heap)
            family = self._families[found.family]
            hits = np.flatnonzero(taken[family.order])
            free = int(hits[0]) if hits.size else len(family.order)
            if found.size > free:
                again = None if family.whole else self._best(found.family, free)
                if again is not None:
                    heapq.heappush(heap, again)
                continue
            yield found
            most -= 1
            taken[family.order[: found.size]] = True

    def _best(self, number: int, size: int | None) -> Found | None:
        """The best window among the first `size` places of a family; None if none has an excess."""
        family = self._families[number]
        order = family.order[:size]
        if not len(order):
            return None
        prefixes = self._expected.prefixes(order)
        until = np.cumsum(self._counts[order], axis=0)
        first, last = blocks(prefixes.total, whole=family.whole)
        start, end = self._intervals.start, self._intervals.end
        summed = _from_zero(until[last])
        cases = summed[:, end] - summed[:, start]
        at_first, at_last = prefixes.rows(first), prefixes.rows(last)
        here = self._value(cases, at_last[:, end] - at_last[:, start], family)
        bound = self._value(cases, at_first[:, end] - at_first[:, start], family)
        floor = float(here.max())
        best: Found | None = None
        for j in np.flatnonzero(bound.max(axis=1) >= max(floor, np.finfo(float).tiny)).tolist():
            which = np.flatnonzero(bound[j] >= floor)
            if not which.size:  # the floor rose meanwhile
                continue
            ranks = slice(int(first[j]), int(last[j]) + 1)
            summed, mu = _from_zero(until[ranks]), prefixes.rows(ranks)
            cases = summed[:, end[which]] - summed[:, start[which]]
            expected = mu[:, end[which]] - mu[:, start[which]]
            value = self._value(cases, expected, family)
            row, column = np.unravel_index(int(value.argmax()), value.shape)
            if value[row, column] > 0 and (best is None or value[row, column] > best.value):
                floor = max(floor, float(value[row, column]))
                best = Found(
                    turned=-float(value[row, column]),
                    family=number,
                    size=int(first[j] + row) + 1,
                    start=int(start[which[column]]),
                    end=int(end[which[column]]),
                    cases=float(cases[row, column]),
                    expected=float(expected[row, column]),
                )
        return best

    def _value(self, cases: FloatArray, expected: FloatArray, family: Family) -> FloatArray:
        value = self._likelihood.ratio(cases, expected) * family.weight
        found: FloatArray = np.where(cases < self._least, 0.0, value)
        return found


def _from_zero(places: FloatArray) -> FloatArray:
    """Running sums over periods, with a zero before the first."""
    return np.concatenate([np.zeros((len(places), 1)), np.cumsum(places, axis=1)], axis=1)
