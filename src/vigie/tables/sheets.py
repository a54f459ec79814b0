"""Rows of a sheet of a workbook, to blocks: header, width, merged cells, bounds.

In: numbered rows of a sheet, as they come. Out: Block and Reject. A cell merged downwards counts in every row that it covers;
columns without a name are not read; hidden sheets are counted and not read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

from vigie.tables.cells import Gatherer, Row, reject
from vigie.tables.header import LOOK_ROWS, Span, find_header
from vigie.tables.limits import Limits
from vigie.tables.parts import Damaged
from vigie.tables.records import Block, Reason, Reject, Sheet

_MAX_OPEN = 50  # columns with a cell that is merged downwards at one row


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is known of a sheet before its rows are read.

    Attributes:
        spans: merged cells.
        rows: how many rows the part holds; some may be empty.
    """

    spans: tuple[Span, ...] = ()
    rows: int = 0


def sheet_blocks(
    file: str,
    title: str,
    rows: Iterator[tuple[int, Row]],
    shape: Shape,
    *,
    header: int | None,
    needed: Collection[str] | None,
    limits: Limits,
    counted: Reason | None = None,
) -> Iterator[Block | Reject]:
    """Blocks and rejects of one sheet; one that is only `counted` gives the number of its rows, with that reason."""
    bare = Sheet(file=file, name=title, columns=(), header_row=0)
    told = _Counted(rows)
    first: list[tuple[int, Row]] = []
    broken = False
    try:
        first = list(islice(told, max(LOOK_ROWS, (header or 0) + 1)))
    except Damaged:
        broken, first = True, told.kept
    told.keep = False
    found = find_header([(n, c) for n, c in first if any(c)], shape.spans, header)
    if broken and not first:  # nothing can be read: of the rows that its bytes show one is the header
        yield reject(bare, None, counted or "damaged", rows=max(0, shape.rows - 1))
        return
    if found is None or counted or len(found.names) > limits.columns:
        full = sum(1 for n, c in first if any(c) and (found is None or n > found.row))
        if not broken:
            try:
                full += sum(1 for _, c in told if any(c))
            except Damaged:
                full = max(full, shape.rows - (found.row if found else 0))
        reason: Reason = "too-many-columns" if found else "no-header" if full else "empty-sheet"
        yield reject(bare, None, counted or ("damaged" if broken else reason), rows=full)
        return
    sheet = replace(bare, columns=found.names, header_row=found.row)
    rest = iter(first) if broken else chain(first, told)
    gatherer = Gatherer(sheet, limits, needed)
    fill = _Fill(shape.spans, found.row)
    width, seen, over = len(found.names), 0, 0
    try:
        for number, cells in rest:
            if number <= found.row or not any(cells):
                continue
            row = cells[:width] + [None] * (width - len(cells))
            if not any(row):  # notes beside the table: no named column holds anything of this row
                continue
            seen += 1
            if seen > limits.rows:
                over += 1
                continue
            fill.apply(number, row)
            yield from gatherer.add(number, row, sum(map(len, filter(None, row))))
    except Damaged:
        broken = True
    yield from gatherer.flush()
    if broken:
        yield reject(sheet, None, "damaged", rows=max(0, shape.rows - told.count))
    elif over:
        yield reject(sheet, None, "too-many-rows", rows=over)
    elif not seen:
        yield reject(sheet, None, "empty-sheet", rows=0)


class _Counted:
    """Rows with their count, kept until somebody takes them."""

    def __init__(self, rows: Iterator[tuple[int, Row]]) -> None:
        self._rows = rows
        self.count = 0
        self.keep = True
        self.kept: list[tuple[int, Row]] = []

    def __iter__(self) -> Iterator[tuple[int, Row]]:
        for entry in self._rows:
            self.count += 1
            if self.keep:
                self.kept.append(entry)
            yield entry


class _Fill:
    """Cells merged downwards, below the header."""

    def __init__(self, spans: tuple[Span, ...], header_row: int) -> None:
        self._waiting = sorted((s for s in spans if s[2] > s[0] > header_row), reverse=True)
        self._open: list[tuple[Span, str]] = []

    def apply(self, number: int, row: Row) -> None:
        if not self._waiting and not self._open:
            return
        self._open = [entry for entry in self._open if entry[0][2] >= number]
        for span, value in self._open:
            if row[span[1]] is None:
                row[span[1]] = value
        while self._waiting and self._waiting[-1][0] <= number:
            span = self._waiting.pop()
            top = row[span[1]] if span[1] < len(row) and span[0] == number else None
            if top and len(self._open) < _MAX_OPEN:
                self._open.append((span, top))
