"""Distinct cells, each asked once, and whole columns told by the answers.

In: clean columns. Out: positions in a list of answers, by which any attribute of the answers becomes a column again. A million
rows of a table hold some hundreds of products, places and days: what an answer costs hardly matters then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

T = TypeVar("T")
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
EMPTY, UNKNOWN = -1, -2  # positions of an empty cell, and of a cell that means nothing known
_MOST = 200_000  # answers remembered; a column of free text must not fill the memory


class Lookup(Generic[T]):
    """The answers of one question over a run. `ask` gets a cell that is not empty, and says None for one not known."""

    def __init__(self, ask: Callable[[str], T | None]) -> None:
        self._ask = ask
        self._at: dict[str, int] = {}
        self.answers: list[T] = []
        self.unknown: Counter[str] = Counter()

    def positions(self, cells: pa.Array) -> Ints:
        """Position of each cell's answer in `answers`, shape (n,); EMPTY or UNKNOWN where there is none."""
        coded = cells if pa.types.is_dictionary(cells.type) else pc.dictionary_encode(cells)
        values = coded.dictionary.to_pylist()
        index = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
        told = np.array([*(self._position(text) for text in values), EMPTY], dtype=np.int64)
        found: Ints = told[index]
        lost = np.flatnonzero(told[:-1] == UNKNOWN)
        if len(lost):
            times = np.bincount(index[index >= 0], minlength=len(values))
            self.unknown.update({values[n]: int(times[n]) for n in lost if times[n]})
            if len(self.unknown) > _MOST:
                self.unknown = Counter(dict(self.unknown.most_common(_MOST // 10)))
        return found

    def _position(self, text: str | None) -> int:
        if text is None or not text.strip():
            return EMPTY
        found = self._at.get(text)
        if found is None:
            if len(self._at) > _MOST:
                self._at.clear()
            answer = self._ask(text)
            if answer is None:
                found = UNKNOWN
            else:
                found = len(self.answers)
                self.answers.append(answer)
            self._at[text] = found
        return found

    def column(self, positions: Ints, of: Callable[[T], Any], type_: pa.DataType) -> pa.Array:
        """One attribute of the answers, null where there is none."""
        return spread([of(answer) for answer in self.answers], positions, type_)


def spread(values: Sequence[Any], positions: Ints, type_: pa.DataType) -> pa.Array:
    """`values` at the positions; null where a position is negative."""
    at = pa.array(positions, pa.int64(), mask=positions < 0)
    return pa.array(values, type_).take(at)


def text_of(cells: pa.Array) -> pa.Array:
    """A plain column of text from a coded one."""
    return pc.cast(cells, pa.string()) if pa.types.is_dictionary(cells.type) else cells


def joined(columns: Sequence[pa.Array]) -> pa.Array:
    """Several columns as one, for questions about several cells; null where all are empty."""
    texts = [pc.fill_null(text_of(c), "") for c in columns]
    whole = pc.binary_join_element_wise(*texts, SEPARATOR) if len(texts) > 1 else texts[0]
    bare = SEPARATOR * (len(texts) - 1)
    return pc.if_else(pc.equal(whole, bare), pa.scalar(None, pa.string()), whole)


SEPARATOR = "\x1f"
