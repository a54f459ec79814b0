"""Sheets of the old binary workbooks (.xls), through python-calamine (pip install 'vigie[tables]').

In: a file. Out: blocks and rejects. Formulas give the value that was saved with them; the library tells neither formulas without
one, nor percentages (0.65 stays 0.65), nor dates that show only a month.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from vigie.model.errors import MissingExtraError
from vigie.tables.cells import Row, mark, number_text, reject
from vigie.tables.limits import MB, Limits
from vigie.tables.parts import Damaged
from vigie.tables.records import Block, Reject, Sheet, TableRefused
from vigie.tables.sheets import Shape, sheet_blocks
from vigie.tables.workbook import chosen

_MAX_BYTES = 100 * MB  # the whole file is read into memory; 65,536 rows of ten columns take 15 MB
_LOCKED = "EncryptedPackage".encode("utf-16-le")


def read_xls(
    path: Path,
    name: str,
    *,
    sheet: str | None,
    header: int | None,
    needed: Collection[str] | None,
    limits: Limits,
) -> Iterator[Block | Reject]:
    """Blocks and rejects of the sheets. Raises TableRefused, or MissingExtraError where the library is not installed."""
    if path.stat().st_size > _MAX_BYTES:
        raise TableRefused(name, "is too large for a workbook of its kind", "save it as XLSX")
    data = path.read_bytes()
    if _LOCKED in data:
        raise TableRefused(name, "is locked with a password", "save it without one")
    try:
        from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum
    except ImportError:
        raise MissingExtraError("reading .xls", "tables") from None
    book = _guarded(lambda: CalamineWorkbook.from_path(str(path)), name)
    about = book.sheets_metadata
    hidden = [m.visible != SheetVisibleEnum.Visible for m in about]
    for at, counted in chosen([m.name for m in about], hidden, sheet, name):
        title = about[at].name
        if about[at].typ != SheetTypeEnum.WorkSheet:
            yield reject(Sheet(file=name, name=title, columns=()), None, "not-a-table", rows=0)
            continue
        try:
            read = _guarded(lambda at=at: book.get_sheet_by_index(at), name)
            spans = tuple((a + 1, b, c + 1, d) for (a, b), (c, d) in read.merged_cell_ranges or ())
            rows = list(_rows(read, limits))
        except (TableRefused, Damaged):
            yield reject(Sheet(file=name, name=title, columns=()), None, "damaged", rows=0)
            continue
        shape = Shape(spans=spans, rows=len(rows))
        yield from sheet_blocks(
            name, title, iter(rows), shape, header=header, needed=needed, limits=limits, counted=counted
        )


def _guarded(step: Any, name: str) -> Any:
    """A step of the library, whose faults and panics become a refusal."""
    try:
        return step()
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:  # a panic of the library is no Exception
        raise TableRefused(name, "damaged, locked or of an unknown kind", "save it as XLSX") from None


def _rows(sheet: Any, limits: Limits) -> Iterator[tuple[int, Row]]:
    for number, cells in enumerate(_guarded(lambda: sheet.to_python(skip_empty_area=False), "sheet"), 1):
        yield number, [_text(cell, limits) for cell in cells[: limits.columns]]


def _text(cell: Any, limits: Limits) -> str | None:
    if cell == "" or cell is None:
        return None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return number_text(float(cell))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}".removesuffix(" 00:00:00")
    if isinstance(cell, date | time | timedelta):
        return str(cell)
    text = str(cell)
    if text.startswith("#") and text.endswith(("!", "?", "/A")) and " " not in text:
        return mark("error-value")
    return mark("cell-too-large") if len(text) > limits.cell_chars else text
