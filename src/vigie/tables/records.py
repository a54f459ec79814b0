"""What reading a table gives: sheets, blocks of rows as text, and what could not be read.

In: nothing. Out: the records that the reader yields. Cells are untrusted raw text until the redactor has seen
them; a Reject never holds any.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vigie.model.errors import InputRefused

BLOCK_ROWS = 50_000  # rows of one block at most: eight columns of short text take about 10 MB

Reason = Literal[
    "broken-row",  # fewer or more fields than the header
    "broken-quote",  # a quote that is never closed
    "cell-too-large",
    "control-characters",  # NUL and the like: no text
    "damaged",  # what follows cannot be read: the file is cut short or broken
    "empty-sheet",
    "encoding",  # bytes that the encoding of the file does not know
    "error-value",  # #N/A, #DIV/0!, #REF!
    "formula-without-value",
    "hidden-sheet",  # read only when it is asked for by name
    "nested-value",  # a list or an object where a text was due
    "no-header",
    "not-a-table",  # a sheet of charts or of macros
    "too-many-columns",
    "too-many-rows",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Where rows stand.

    Attributes:
        file: the name without its folder.
        name: of the sheet; "" for kinds that have none.
        columns: names in the order of the file, made unique ("x", "x (2)") and never empty ("column 3").
        header_row: the last row of the header as a spreadsheet numbers it; 0 where the kind has none.
    """

    file: str
    name: str
    columns: tuple[str, ...]
    header_row: int = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """At most BLOCK_ROWS rows of one sheet, as text.

    Attributes:
        first_row: number of the first row of the block as a spreadsheet shows it (the header of a plain CSV is
            row 1, a quoted line break makes no new row); the number of the record from 1 for JSON and Parquet.
        table: one string column per name in `sheet.columns`; null = empty cell.
        rows: shape (n_rows,), the number of each row, growing; rejected and blank rows leave holes.
    """

    sheet: Sheet
    first_row: int
    table: pa.Table
    rows: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A row or a sheet that gives no observation, and why. Never holds the text of a cell.

    Attributes:
        row: number of the row; None for a whole sheet or the rest of a file.
        column: name in the header; "" where the whole row is meant.
        reason: an id: one of `Reason` from the reader, others from the stages after it ("unknown-substance").
        repair: what the owner of the file can do.
        rows: rows that this one stands for: 1, 0 for a sheet without rows or a remark that concerns none;
            more where a whole range is refused.
    """

    file: str
    sheet: str
    row: int | None
    column: str
    reason: str
    repair: str
    rows: int = 1


class TableRefused(InputRefused):
    """A file that is no table, or none that can be read safely: locked, a bomb, of an unknown kind."""
