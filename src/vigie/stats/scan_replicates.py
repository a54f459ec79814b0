"""The largest statistic of each replicate of a map, over all windows and intervals, exactly.

In: drawn replicates, families of windows, expectations. Out: shape (n_replicates,).
Where cases are dense (a small map), every window is counted. Where they are sparse, the windows of a family are taken in blocks
of neighbours. Counts are summed up to the end of a block, for all replicates and periods at once; with the expectation at the
start of the block they bound every window in it. A table says from which count on a bound passes the maxima found so far. Few
blocks pass; only those are looked into.
Memory: cases × replicates (16 bytes) and a few arrays of periods × replicates.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vigie.stats.arrays import FloatArray, IntArray
from vigie.stats.scan_expected import Expected, Prefixes
from vigie.stats.scan_intervals import Intervals
from vigie.stats.scan_likelihood import Likelihood
from vigie.stats.scan_null import Drawn
from vigie.stats.scan_windows import Family

_FINE = 1.0  # blocks an expectation of one standard deviation wide: wider ones bound less, narrower ones cost more
_SEEDS = 200  # families looked at first, at the ends of their blocks only, so that the maxima start high
_FIRST = 3.0  # ratio below which the first look does not bother
_SOON = 8  # families after which the table of the first look is made anew
_AGAIN = 64  # families after which the table is made anew
_LEVELS = 16  # classes of replicates by their maximum so far
DENSE = 8  # cells for each case from which on counts are held as lists of cases
_AT_ONCE = 1_000_000  # windows × replicates evaluated together: they stay near the processor


class FamilySource(Protocol):
    def __len__(self) -> int: ...
    def __getitem__(self, number: int) -> Family: ...


class Sums(Protocol):
    """Cases of the drawn replicates, summed over places."""

    def over(self, places: IntArray) -> NDArray[np.integer]:
        """Shape (n_periods, n_replicates)."""
        ...

    def apart(self, places: IntArray, replicates: IntArray) -> IntArray:
        """Shape (n_places_given, n_periods, n_replicates_given)."""
        ...


def sums(drawn: Drawn, n_places: int, intervals: Intervals) -> Sums:
    """Sparse or dense, whichever is quicker for so many cases."""
    kept = drawn.time >= intervals.offset
    place, replicate = drawn.place[kept], drawn.replicate[kept]
    key = (drawn.time[kept] - intervals.offset) * drawn.n_replicates + replicate
    cells = n_places * intervals.n_periods * drawn.n_replicates
    if len(key) * DENSE > cells:
        return _Dense(place, key, n_places, intervals.n_periods, drawn.n_replicates)
    return _Sparse(place, key, n_places, intervals.n_periods, drawn.n_replicates)


class _Sparse:
    def __init__(self, place: IntArray, key: IntArray, n_places: int, periods: int, replicates: int) -> None:
        self._from = np.searchsorted(place, np.arange(n_places + 1)).tolist()
        self._key = key
        self._replicate = (key % replicates).astype(np.int32)
        self._shape = (periods, replicates)

    def over(self, places: IntArray) -> NDArray[np.integer]:
        keys = np.concatenate([self._key[self._from[p] : self._from[p + 1]] for p in places.tolist()])
        return np.bincount(keys, minlength=self._shape[0] * self._shape[1]).reshape(self._shape)

    def apart(self, places: IntArray, replicates: IntArray) -> IntArray:
        held = [slice(self._from[p], self._from[p + 1]) for p in places.tolist()]
        column = np.full(self._shape[1], -1)
        column[replicates] = np.arange(len(replicates))
        at = column[np.concatenate([self._replicate[part] for part in held])]
        kept = np.flatnonzero(at >= 0)
        rank = np.searchsorted(np.cumsum([part.stop - part.start for part in held]), kept, side="right")
        time = np.concatenate([self._key[part] for part in held])[kept] // self._shape[1]
        shape = (len(places), self._shape[0], len(replicates))
        key = (rank * shape[1] + time) * shape[2] + at[kept]
        return np.bincount(key, minlength=shape[0] * shape[1] * shape[2]).reshape(shape)


class _Dense:
    def __init__(self, place: IntArray, key: IntArray, n_places: int, periods: int, replicates: int) -> None:
        shape = (n_places, periods, replicates)
        counted = np.bincount(place * (periods * replicates) + key, minlength=int(np.prod(shape)))
        self._counts = counted.astype(np.min_scalar_type(int(counted.max(initial=0)))).reshape(shape)

    def over(self, places: IntArray) -> NDArray[np.integer]:
        found: NDArray[np.integer] = np.add.reduce(self._counts[places], axis=0, dtype=np.int32)
        return found

    def each(self, places: IntArray) -> NDArray[np.integer]:
        """Shape (n_places_given, n_periods, n_replicates)."""
        found: NDArray[np.integer] = self._counts[places]
        return found

    def apart(self, places: IntArray, replicates: IntArray) -> IntArray:
        return self._counts[places][:, :, replicates].astype(np.int64)


def blocks(expected: FloatArray, *, whole: bool) -> tuple[IntArray, IntArray]:
    """First and last rank of each block of a family.

    Args:
        expected: shape (n_ranks,), over all scanned periods.
        whole: only the last window counts.
    """
    n = len(expected)
    if whole:
        return np.array([n - 1]), np.array([n - 1])
    number = np.floor(2 * np.sqrt(expected + 0.25) / _FINE)
    last = np.flatnonzero(np.diff(number, append=np.inf))
    return np.concatenate([[0], last[:-1] + 1]), last


class Maxima:
    """The largest statistics so far.

    Args:
        least: fewest cases of a window.
        most: most cases that a replicate holds.
    """

    def __init__(
        self,
        counts: Sums,
        families: FamilySource,
        expected: Expected,
        likelihood: Likelihood,
        intervals: Intervals,
        *,
        least: int,
        most: int,
        n_replicates: int,
        top: float,
    ) -> None:
        self._counts, self._families, self._expected = counts, families, expected
        self._likelihood, self._intervals = likelihood, intervals
        self._least, self._most, self._top = least, most, top
        self.best = np.zeros(n_replicates)
        shape = (intervals.n_periods, n_replicates)
        self._kind = np.uint16 if most < 2**16 - 1 else np.int64
        self._until = np.zeros((shape[0] + 1, shape[1]), dtype=self._kind)
        self._before = np.zeros_like(self._until)
        self._level = np.zeros(n_replicates, dtype=np.int64)
        self._table = likelihood.table(np.zeros(1), top, least, most)

    def find(self) -> FloatArray:
        """Look at every family; shape (n_replicates,)."""
        n = len(self._families)
        for at, number in enumerate(np.linspace(0, n - 1, min(n, _SEEDS)).astype(np.int64)):
            if at % _SOON == 0:
                self._set_levels(_FIRST)
            self._look(self._families[int(number)], seed=True)
        for at, number in enumerate(np.random.default_rng(0).permutation(n)):
            if at % _AGAIN == 0:
                self._set_levels(0.0)
            self._look(self._families[int(number)], seed=False)
        return self.best

    def _set_levels(self, floor: float) -> None:
        """Replicates whose maxima are alike share a level: the smallest of them."""
        best = np.maximum(self.best, floor)
        levels = np.unique(np.quantile(best, np.linspace(0, 1, _LEVELS, endpoint=False), method="lower"))
        self._level = np.searchsorted(levels, best, side="right") - 1
        self._table = self._likelihood.table(levels, self._top, self._least, self._most)

    def _look(self, family: Family, *, seed: bool) -> None:
        """Raise the maxima by a family; as a seed, only by the windows at the ends of its blocks."""
        if not len(family.order):
            return
        if isinstance(self._counts, _Dense) and not family.whole:
            self._look_at_all(family, self._counts)
            return
        prefixes = self._expected.prefixes(family.order)
        first, last = blocks(prefixes.total, whole=family.whole)
        mu = prefixes.rows(last if seed else first)
        self._until[:] = 0
        done = 0
        for j, end in enumerate((last + 1).tolist()):
            added = self._counts.over(family.order[done:end]).astype(self._kind, copy=False)
            self._before, self._until = self._until, self._before
            step = 1
            while step < len(added):  # sums over periods, twice as far each time: quicker than row by row
                np.add(added[step:], added[:-step], out=added[step:])
                step *= 2
            np.add(self._before[1:], added, out=self._until[1:])
            found = self._pass(mu[j], family.weight)
            if found is not None and seed:
                np.maximum.at(self.best, found[1], found[2])
            elif found is not None:
                self._into(family, prefixes, (done, int(first[j]), end), found[0], found[1])
            done = end

    def _look_at_all(self, family: Family, counts: _Dense) -> None:
        """The same for a small map: every window, as many at once as memory allows."""
        prefixes = self._expected.prefixes(family.order)
        step = max(1, _AT_ONCE // self._until.size)
        before = np.zeros_like(self._until)
        for part in range(0, len(family.order), step):
            places = family.order[part : part + step]
            until = np.zeros((len(places), *before.shape), dtype=self._kind)
            until[:, 1:] = counts.each(places)
            for period in range(2, until.shape[1]):
                until[:, period] += until[:, period - 1]
            until[0] += before
            for rank in range(1, len(places)):
                until[rank] += until[rank - 1]
            before = until[-1]
            mu = prefixes.rows(slice(part, part + step))
            for _, first, last in self._intervals.slabs():
                cases = until[:, last] - until[:, first]
                expected = mu[:, last] - mu[:, first]
                least = self._table(expected)
                at = np.flatnonzero(cases >= least[0].astype(self._kind)[:, :, None])
                window, column = np.divmod(at, cases.shape[2])
                found = cases.ravel()[at]
                own = found >= least.reshape(len(least), -1)[self._level[column], window]
                window, column, found = window[own], column[own], found[own]
                value = self._likelihood.ratio(found.astype(np.float64), expected.ravel()[window])
                np.maximum.at(self.best, column, value * family.weight)

    def _pass(self, mu: FloatArray, weight: float) -> tuple[IntArray, IntArray, FloatArray] | None:
        """Intervals and replicates that may hold a larger value in this block, pair by pair, and their bound."""
        found: list[tuple[IntArray, IntArray, FloatArray]] = []
        for at, first, last in self._intervals.slabs():
            cases = self._until[last] - self._until[first]
            expected = mu[last] - mu[first]
            least = self._table(expected)
            # The least count of the lowest level first, for all replicates; then each by its own level.
            at_all = np.flatnonzero(cases >= least[0].astype(self._kind)[:, None])
            if not at_all.size:
                continue
            row, column = np.divmod(at_all, cases.shape[1])
            own = np.flatnonzero(cases.ravel()[at_all] >= least[self._level[column], row])
            if not own.size:
                continue
            row, column = row[own], column[own]
            bound = self._likelihood.ratio(cases[row, column].astype(np.float64), expected[row]) * weight
            held = bound > self.best[column]
            if held.any():
                found.append((at + row[held], column[held], bound[held]))
        if not found:
            return None
        ats, who, bounds = zip(*found, strict=True)
        return np.concatenate(ats), np.concatenate(who), np.concatenate(bounds)

    def _into(
        self,
        family: Family,
        prefixes: Prefixes,
        ranks: tuple[int, int, int],
        at: IntArray,
        who: IntArray,
    ) -> None:
        """Every window of a block, for the replicates and intervals that passed."""
        done, first, end = ranks
        places = family.order[done:end]
        skip = first - done
        mu = prefixes.rows(slice(first, end))
        at, replicates = np.unique(at), np.unique(who)
        start, stop = self._intervals.start[at], self._intervals.end[at]
        expected = mu[:, stop] - mu[:, start]
        least = self._table(expected)
        step = max(1, _AT_ONCE // (len(places) * max(len(at), self._intervals.n_periods)))
        for part in range(0, len(replicates), step):
            some = replicates[part : part + step]
            until = np.zeros((len(places), self._intervals.n_periods + 1, len(some)), dtype=np.int64)
            np.cumsum(self._counts.apart(places, some), axis=1, out=until[:, 1:])
            until = np.cumsum(until, axis=0)[skip:] + self._before[:, some]
            cases = until[:, stop] - until[:, start]
            held = np.nonzero(cases >= np.moveaxis(least[self._level[some]], 0, 2))
            value = self._likelihood.ratio(cases[held].astype(np.float64), expected[held[:2]]) * family.weight
            np.maximum.at(self.best, some[held[2]], value)
