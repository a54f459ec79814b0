"""A mapping applied to a block: the fields of every observation, as columns of text.

In: Mapping, Block. Out: Picked. Missing words become null, their words ours, cells with several parts several rows.
Left out: what the text of a field means.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vigie.tables.mapping import Observe


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """The observations of one [[observe]] block.

    Attributes:
        table: one string column per field of the block; null = no value. A field that is null where the mapping
            does not allow it is for the intake to reject.
        index: shape (n,), position in the block of the row that gave each line (a row may stand several times).
    """

    observe: Observe
    table: pa.Table
    index: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picked:
    """What a mapping takes from a block.

    Attributes:
        skipped: shape (n_skipped,), positions in the block of rows that the mapping leaves out on purpose.
        groups: one per [[observe]] block, in order.
    """

    skipped: npt.NDArray[np.int64]
    groups: tuple[Group, ...]
