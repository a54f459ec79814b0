"""Tables of text: CSV, TSV and their like.

In: a file, with what the mapping fixes. Out: blocks of rows and rejects, streamed. Rows with more or fewer cells than the
header are refused. A stretch of plain lines goes through Arrow's parser; a stretch with anything odd in it goes through
`lines.py`, which says what is wrong with which row. Both count rows alike.
Left out: what cells mean; decimal commas stay text.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from vigie.tables.cells import Gatherer, blank, make_block, needed_columns, reject
from vigie.tables.encoding import find_encoding
from vigie.tables.header import LOOK_ROWS, find_header
from vigie.tables.limits import Limits
from vigie.tables.lines import Lines, Record, find_delimiter
from vigie.tables.records import BLOCK_ROWS, Block, Reason, Reject, Sheet, TableRefused

_CHUNK = 4 * 1024 * 1024  # bytes of a stretch: some 60,000 rows
_BYTEWISE = {"utf-8": "utf-8", "utf-8-sig": "utf-8", "cp1252": "cp1252", "windows-1252": "cp1252"}
_BOM = b"\xef\xbb\xbf"


def read_delimited(
    path: Path,
    name: str,
    *,
    header: int | None,
    encoding: str,
    delimiter: str,
    needed: Collection[str] | None,
    limits: Limits,
) -> Iterator[Block | Reject]:
    """Blocks and rejects of a text file. Raises TableRefused if it is no text or its encoding does not exist."""
    codec = (encoding or find_encoding(path)).lower().replace("_", "-")
    if not codec:
        raise TableRefused(
            name, "is no text and no table of a known kind", "export it as CSV, XLSX, ODS or Parquet"
        )
    try:
        with _open(path, codec, 0) as stream:
            stream.read(0)
            told = find_delimiter(stream, limits)
    except (LookupError, ValueError):
        raise TableRefused(
            name, "its mapping names an encoding that does not exist", 'write encoding = "utf-8" or "cp1252"'
        ) from None
    reader = _Delimited(path, name, codec, delimiter or told.delimiter, told.lines, limits)
    try:
        yield from reader.read(header, needed)
    except UnicodeError:
        raise TableRefused(
            name, "is not in the encoding that its mapping names", 'write encoding = "" to find it'
        ) from None


def _open(path: Path, codec: str, offset: int) -> TextIO:
    # UTF-16 and UTF-32 cannot carry a stray byte through: the sign that replaces it is refused in its row.
    wide = codec.startswith(("utf-16", "utf-32"))
    stream = path.open("rb")
    stream.seek(offset)
    return io.TextIOWrapper(stream, codec, "replace" if wide else "surrogateescape", newline="")


class _Delimited:
    def __init__(
        self, path: Path, name: str, codec: str, delimiter: str, passed: int, limits: Limits
    ) -> None:
        self._path, self._name, self._codec, self._limits = path, name, codec, limits
        self._delimiter = delimiter
        self._passed = passed  # lines before the first row that is counted
        self._seen = 0  # rows below the header

    def read(self, fixed: int | None, needed: Collection[str] | None) -> Iterator[Block | Reject]:
        with _open(self._path, self._codec, 0) as stream:
            records = enumerate(self._records(stream, self._passed), 1)
            first = list(islice(records, max(LOOK_ROWS, (fixed or 0) + 1)))
            header = find_header([(n, cells) for n, (cells, _, _) in first if cells], fixed=fixed, whole=True)
            if header is None or len(header.names) > self._limits.columns:
                rows = chain(first, records)
                yield self._unusable(header.row if header else 0, rows, too_wide=header is not None)
                return
        sheet = Sheet(file=self._name, name="", columns=header.names, header_row=header.row)
        yield from self._stretches(sheet, needed)
        if self._seen > self._limits.rows:
            yield reject(sheet, None, "too-many-rows", rows=self._seen - self._limits.rows)
        if not self._seen:
            yield reject(sheet, None, "empty-sheet", rows=0)

    def _unusable(self, below: int, rows: Iterator[tuple[int, Record]], *, too_wide: bool) -> Reject:
        sheet = Sheet(file=self._name, name="", columns=(), header_row=0)
        full = sum(
            1 for number, (cells, _, _) in rows if number > below and (cells is None or not blank(cells))
        )
        reason: Reason = "too-many-columns" if too_wide else "no-header" if full else "empty-sheet"
        return reject(sheet, None, reason, rows=full)

    def _records(self, stream: TextIO, passed: int, width: int | None = None) -> Iterator[Record]:
        wide = self._codec.startswith(("utf-16", "utf-32"))
        return Lines(stream, self._delimiter, self._limits, width=width, wide=wide, passed=passed).records()

    def _stretches(self, sheet: Sheet, needed: Collection[str] | None) -> Iterator[Block | Reject]:
        offset, row = 0, 0
        encoding = _BYTEWISE.get(self._codec)
        passed = self._passed
        with self._path.open("rb") as stream:
            while encoding and self._delimiter.isascii():
                chunk = stream.read(_CHUNK)
                if len(chunk) == _CHUNK and b"\n" in chunk:
                    chunk = chunk[: chunk.rfind(b"\n") + 1]
                    stream.seek(offset + len(chunk))
                if (
                    not chunk
                    or (len(chunk) == _CHUNK and not chunk.endswith(b"\n"))
                    or not _lines_alone(chunk)
                ):
                    break
                offset += len(chunk)
                lines = chunk.count(b"\n") + (not chunk.endswith(b"\n")) - passed
                table = None if passed else self._plain(chunk, encoding, sheet)
                if table is None or table.num_rows != lines:
                    text = chunk.removeprefix(_BOM) if row == 0 else chunk
                    part = io.StringIO(text.decode(encoding, "surrogateescape"), newline="")
                    records = enumerate(self._records(part, passed, len(sheet.columns)), row + 1)
                    yield from self._careful(sheet, records, needed)
                else:
                    yield from self._blocks(sheet, table, row, needed)
                row += lines
                passed = 0
            else:
                chunk = b"all"
        if chunk:
            with _open(self._path, self._codec if offset == 0 else encoding or self._codec, offset) as rest:
                records = enumerate(self._records(rest, passed, len(sheet.columns)), row + 1)
                yield from self._careful(sheet, records, needed)

    def _plain(self, chunk: bytes, encoding: str, sheet: Sheet) -> pa.Table | None:
        """Cells of a stretch in which every line is a row; None if some line is no row of this header."""
        if chunk.startswith(_BOM):
            chunk = chunk[3:]
        if encoding != "utf-8":
            chunk = chunk.decode(encoding, "replace").encode()
        if b"\0" in chunk or _BOM in chunk or b"\xef\xbf\xbd" in chunk:
            return None
        names = [str(n) for n in range(len(sheet.columns))]
        try:
            return pacsv.read_csv(
                io.BytesIO(chunk),
                read_options=pacsv.ReadOptions(
                    use_threads=False, block_size=len(chunk) + 1, column_names=names
                ),
                parse_options=pacsv.ParseOptions(delimiter=self._delimiter, ignore_empty_lines=False),
                convert_options=pacsv.ConvertOptions(
                    column_types={name: pa.string() for name in names}, strings_can_be_null=False
                ),
            )
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return None

    def _blocks(
        self, sheet: Sheet, table: pa.Table, row: int, needed: Collection[str] | None
    ) -> Iterator[Block | Reject]:
        """Blocks of plain rows; the first is row + 1."""
        above = min(max(sheet.header_row - row, 0), table.num_rows)
        wanted = needed_columns(sheet, needed)
        for start in range(above, table.num_rows, BLOCK_ROWS):
            part = table.slice(start, BLOCK_ROWS)
            numbers = np.arange(row + 1 + start, row + 1 + start + part.num_rows, dtype=np.int64)
            columns = [column.combine_chunks() for column in part.columns]
            for item in make_block(sheet, numbers, columns, wanted, self._limits):
                self._seen += item.table.num_rows if isinstance(item, Block) else 1
                if self._seen <= self._limits.rows:
                    yield item

    def _careful(
        self, sheet: Sheet, records: Iterator[tuple[int, Record]], needed: Collection[str] | None
    ) -> Iterator[Block | Reject]:
        width = len(sheet.columns)
        gatherer = Gatherer(sheet, self._limits, needed)
        for number, (cells, chars, reason) in records:
            if number <= sheet.header_row and reason is None:
                continue
            if cells is not None and blank(cells):
                continue
            self._seen += 1
            if self._seen > self._limits.rows:
                continue
            if reason is not None or cells is None:
                yield reject(sheet, number, reason or "broken-row")
            elif len(cells) == width or (
                len(cells) > width and not any(c and c.strip() for c in cells[width:])
            ):
                yield from gatherer.add(number, cells[:width], chars)
            else:
                yield reject(sheet, number, "broken-row")
        yield from gatherer.flush()


def _lines_alone(chunk: bytes) -> bool:
    """Whether no quoted cell runs over a line end and all lines end alike: each line is a row by itself."""
    if chunk.count(b"\r") != chunk.count(b"\r\n"):
        return False
    if b'"' not in chunk:
        return True
    signs = np.frombuffer(chunk, dtype=np.uint8)
    quotes, ends = np.flatnonzero(signs == ord('"')), np.flatnonzero(signs == ord("\n"))
    before = np.append(np.searchsorted(quotes, ends), len(quotes))
    return not np.any(before % 2)
