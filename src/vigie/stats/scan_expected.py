"""Expected cases of windows, summed over places and periods.

In: expected cases by place and period, as a table or as a product of the two. Out: sums for the prefixes of a family.
"""

from __future__ import annotations

import numpy as np

from vigie.stats.arrays import FloatArray, IntArray


class Expected:
    """Expected cases on the map.

    Args:
        place: shape (n_places,), expected cases over all scanned periods if `time` is given: a product.
        time: shape (n_periods,), share of each scanned period.
        cells: shape (n_places, n_periods), instead of the two.
    """

    def __init__(
        self,
        *,
        place: FloatArray | None = None,
        time: FloatArray | None = None,
        cells: FloatArray | None = None,
    ) -> None:
        self._place, self._cells = place, cells
        self._until = None if time is None else np.concatenate([[0.0], np.cumsum(time)])

    def prefixes(self, order: IntArray) -> Prefixes:
        """Sums over the first 1, 2, … places of `order`."""
        if self._cells is not None:
            return Prefixes(np.cumsum(self._cells[order], axis=0), None)
        assert self._place is not None
        return Prefixes(np.cumsum(self._place[order])[:, None], self._until)


class Prefixes:
    """Expected cases of the prefixes of one family."""

    def __init__(self, places: FloatArray, until: FloatArray | None) -> None:
        self._places, self._until = places, until

    def rows(self, ranks: IntArray | slice) -> FloatArray:
        """Shape (n_ranks, n_periods + 1): up to each rank, before each period and after the last."""
        found = self._places[ranks]
        if self._until is not None:
            product: FloatArray = found * self._until
            return product
        return np.concatenate([np.zeros((len(found), 1)), np.cumsum(found, axis=1)], axis=1)

    @property
    def total(self) -> FloatArray:
        """Shape (n_ranks,), over all scanned periods."""
        found: FloatArray = (
            self._places[:, 0] * self._until[-1] if self._until is not None else self._places.sum(axis=1)
        )
        return found
