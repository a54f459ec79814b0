"""Rows that wait until there is a batch of them to be stored.

In: rows and their observations, block by block. Out: the first of them, whole rows, up to a number of observations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """Rows that are to be stored, and their observations, whose `row` is a position among them."""

    rows: pa.Table
    facts: pa.Table

    def joined(self, later: Waiting) -> Waiting:
        if not self.rows.num_rows:
            return later
        return Waiting(
            pa.concat_tables([self.rows, later.rows]),
            pa.concat_tables([self.facts, later.facts], promote_options="default"),
        )

    def cut(self, most: int) -> tuple[Waiting, Waiting]:
        """The first rows, with `most` observations at most, and the others."""
        row = self.facts["row"].to_numpy()
        if len(row) <= most:
            return self, NOTHING
        at = max(1, int(row[most]))
        facts = int(np.searchsorted(row, at))
        rest = self.facts.slice(facts)
        rest = rest.set_column(0, "row", pa.array(row[facts:] - at))
        return Waiting(self.rows.slice(0, at), self.facts.slice(0, facts)), Waiting(self.rows.slice(at), rest)


NOTHING = Waiting(
    pa.table({"row_number": pa.array([], pa.int64())}), pa.table({"row": pa.array([], pa.int64())})
)
