"""Rows of cells, gathered into blocks.

In: rows as lists of text, with their numbers. Out: Block and Reject. A cell that could not be read travels as a mark (a NUL
and its reason) until the block is made: in a column that is needed it rejects its row, elsewhere the cell is empty.
Outer blanks go, line breaks and control characters become blanks, an empty cell is null, an empty row is no row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from typing import get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vigie.lexicon.terms import data_toml
from vigie.tables.limits import Limits
from vigie.tables.pick import fold_name
from vigie.tables.records import BLOCK_ROWS, Block, Reason, Reject, Sheet

Row = list[str | None]
_REASONS = frozenset(get_args(Reason))
MARK = "\x00"
_MAX_CELLS = 10_000_000  # of a block: 80 MB where all are empty, as in rows with one cell far to the right
_FILLING = " \t\r\n\x0b\x0c\x1a\x00\xa0"
_CONTROL = "[\x01-\x1f\x7f\u0085\u2028\u2029]+"


def mark(reason: Reason) -> str:
    """What stands in for a cell that could not be read."""
    return MARK + reason


@cache
def repair(reason: str, lang: str = "en") -> str:
    """What the owner of a file can do about a reason of the reader."""
    told: str = data_toml("tables", "reasons.toml")[reason][f"repair_{lang}"]
    return told


def reject(sheet: Sheet, row: int | None, reason: Reason, *, column: str = "", rows: int = 1) -> Reject:
    """A row, or `rows` rows at once, that cannot be read."""
    return Reject(
        file=sheet.file,
        sheet=sheet.name,
        row=row,
        column=column,
        reason=reason,
        repair=repair(reason),
        rows=rows,
    )


def blank(cells: Row) -> bool:
    """Whether a row of text holds nothing: blanks, or what old programs fill the end of a file with."""
    return not any(cell and cell.strip(_FILLING) for cell in cells)


class Gatherer:
    """Rows of one sheet on their way to blocks."""

    def __init__(self, sheet: Sheet, limits: Limits, needed: Collection[str] | None) -> None:
        self._sheet, self._limits = sheet, limits
        self._needed = needed_columns(sheet, needed)
        self._rows: list[Row] = []
        self._numbers: list[int] = []
        self._chars = 0

    def add(self, number: int, cells: Row, chars: int) -> Iterator[Block | Reject]:
        """Take a row that has as many cells as the sheet has columns; `chars`: about how long it is."""
        self._rows.append(cells)
        self._numbers.append(number)
        self._chars += chars
        many = len(self._rows) >= BLOCK_ROWS or len(self._rows) * len(cells) > _MAX_CELLS
        if many or self._chars > self._limits.block_chars:
            yield from self.flush()

    def flush(self) -> Iterator[Block | Reject]:
        """What is left, as a last block."""
        if not self._rows:
            return
        columns = [_array(cells) for cells in zip(*self._rows, strict=True)]
        numbers = np.array(self._numbers, dtype=np.int64)
        self._rows, self._numbers, self._chars = [], [], 0
        yield from make_block(self._sheet, numbers, columns, self._needed, self._limits)


def needed_columns(sheet: Sheet, names: Collection[str] | None) -> list[bool]:
    """Which columns of a sheet are among `names`; all where it is None."""
    wanted = None if names is None else {fold_name(name) for name in names}
    return [wanted is None or fold_name(name) in wanted for name in sheet.columns]


def make_block(
    sheet: Sheet, numbers: npt.NDArray[np.int64], columns: list[pa.Array], needed: list[bool], limits: Limits
) -> Iterator[Block | Reject]:
    """The block of these columns, without the rows that it rejects and those that are empty."""
    size = len(numbers)
    faulty: dict[int, tuple[str, str]] = {}
    full = np.zeros(size, dtype=bool)
    clean = []
    for name, array, counts in zip(sheet.columns, columns, needed, strict=True):
        if (pc.max(pc.binary_length(array)).as_py() or 0) > limits.cell_chars:
            large = pc.greater(pc.utf8_length(array), limits.cell_chars)
            array = pc.if_else(large, pa.scalar(mark("cell-too-large")), array)
        marked = pc.fill_null(pc.match_substring(array, MARK), False).to_numpy(zero_copy_only=False)
        if marked.any():
            full |= marked  # something stands there, so the row is one
            for at in np.flatnonzero(marked).tolist() if counts else ():
                faulty.setdefault(at, (name, array[at].as_py()[1:]))
            array = pc.if_else(pa.array(marked), pa.scalar(None, pa.string()), array)
        array = tidy(array)
        full |= array.is_valid().to_numpy(zero_copy_only=False)
        clean.append(array)
    for at, (name, reason) in sorted(faulty.items()):
        known: Reason = reason if reason in _REASONS else "control-characters"  # type: ignore[assignment]
        yield reject(sheet, int(numbers[at]), known, column=name)
        full[at] = False
    if not full.any():
        return
    table = pa.table(clean, names=list(sheet.columns))
    if not full.all():
        table, numbers = table.filter(pa.array(full)), numbers[full]
    yield Block(sheet=sheet, first_row=int(numbers[0]), table=table, rows=numbers)


def tidy(array: pa.Array) -> pa.Array:
    """Cells without outer blanks and control characters; null where nothing is left."""
    if pc.any(pc.match_substring_regex(array, _CONTROL)).as_py():
        array = pc.replace_substring_regex(array, _CONTROL, " ")
    array = pc.utf8_trim_whitespace(array)
    return pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)


def number_text(value: float) -> str:
    """A typed number as text that no reader mistakes: never three decimals, which "1.234" may mean thousands with."""
    if value != value or value in (float("inf"), float("-inf")):
        return mark("error-value")
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    point = text.find(".")
    return text + "0" if point > 0 and len(text) - point == 4 and text[point + 1 :].isdigit() else text


def _array(cells: tuple[str | None, ...]) -> pa.Array:
    try:
        return pa.array(cells, pa.string())
    except (UnicodeEncodeError, pa.ArrowInvalid):  # bytes that the encoding does not know
        return pa.array([_readable(cell) for cell in cells], pa.string())


def _readable(cell: str | None) -> str | None:
    if cell is None:
        return None
    try:
        cell.encode("utf-8")
    except UnicodeEncodeError:
        return mark("encoding")
    return cell
