"""Maps without a cluster, drawn under each model of a scan.

In: what is expected, a generator. Out: `Drawn` cases: for each, the cell it falls in and the replicate it belongs to.
Poisson: the cases are thrown on the cells by what is expected there, their total given. Bernoulli: which of all persons
are cases is drawn anew. Permutation: the dates are shuffled among the cases. Expectation: every cell has its own Poisson count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vigie.model.errors import SeriesError
from vigie.stats.arrays import FloatArray, IntArray
from vigie.stats.scan_likelihood import Model

_MOST_PEOPLE = (
    1_000_000_000  # beyond, drawing with and without putting back cannot be told apart, and would be slow
)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Cases of some replicates, shape (n_cases_of_all,) each: place, period, replicate; sorted by place."""

    place: IntArray
    time: IntArray
    replicate: IntArray
    n_replicates: int


class Null:
    """Draws replicates.

    Args:
        counts: shape (n_places, n_periods), observed cases.
        weights: same shape; expected cases, or persons (cases and controls) for "bernoulli"; None for "permutation".
    Raises:
        SeriesError: if a model that moves whole cases or persons is given fractions.
    """

    def __init__(self, model: Model, counts: FloatArray, weights: FloatArray | None) -> None:
        self._model = model
        self.n_places, self.n_periods = counts.shape
        self.n_cases = round(float(counts.sum()))
        if model == "permutation":
            self._place, self._time = _one_by_one(counts)
            return
        assert weights is not None
        self._total = float(weights.sum())
        cells = weights.ravel()
        if model == "bernoulli":
            if not np.array_equal(cells, np.round(cells)):
                raise SeriesError("controls: not whole numbers (the Bernoulli model moves persons)")
            self._people = np.cumsum(cells.astype(np.int64))
        until = np.cumsum(cells)
        self._until = (
            until / until[-1]
        )  # ends at 1 exactly: no case falls behind the last cell that expects some

    def draw(self, n: int, random: np.random.Generator) -> Drawn:
        """`n` replicates."""
        if self._model == "permutation":
            times = np.repeat(self._time[:, None], n, axis=1)
            random.permuted(times, axis=0, out=times)
            replicate = np.tile(np.arange(n), len(self._time))
            return Drawn(np.repeat(self._place, n), times.ravel(), replicate, n)
        if self._model == "bernoulli" and self._people[-1] < _MOST_PEOPLE:
            cell = np.concatenate([self._cases(random) for _ in range(n)])
            replicate = np.repeat(np.arange(n), self.n_cases)
        else:
            sizes = np.full(n, self.n_cases)
            if self._model == "expectation":
                sizes = random.poisson(self._total, n)
            cell = np.searchsorted(self._until, random.random(int(sizes.sum())), side="right")
            replicate = np.repeat(np.arange(n), sizes)
        ordered = np.argsort(cell.astype(np.int32), kind="stable")
        cell = cell[ordered]
        return Drawn(cell // self.n_periods, cell % self.n_periods, replicate[ordered], n)

    def _cases(self, random: np.random.Generator) -> IntArray:
        chosen = random.choice(int(self._people[-1]), self.n_cases, replace=False, shuffle=False)
        found: IntArray = np.searchsorted(self._people, chosen, side="right")
        return found


def _one_by_one(counts: FloatArray) -> tuple[IntArray, IntArray]:
    """Place and period of each case, sorted by place."""
    if not np.array_equal(counts, np.round(counts)):
        raise SeriesError("cases: not whole numbers (the permutation model moves whole cases)")
    place, time = np.nonzero(counts)
    times = counts[place, time].astype(np.int64)
    return np.repeat(place, times), np.repeat(time, times)
