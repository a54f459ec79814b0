"""Tables in Parquet.

In: a file. Out: blocks of text; the number of a row is that of the record, from 1. Lists become "a; b", records inside records
have names with a point ("place.code"); other nested values are refused in columns that are needed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vigie.tables.cells import make_block, mark, needed_columns, reject
from vigie.tables.header import unique
from vigie.tables.limits import MB, Limits
from vigie.tables.records import BLOCK_ROWS, Block, Reject, Sheet, TableRefused

_THRIFT = 64 * MB  # text and lists in the description of a file


def read_parquet(
    path: Path, name: str, *, needed: Collection[str] | None, limits: Limits
) -> Iterator[Block | Reject]:
    """Blocks and rejects of a Parquet file. Raises TableRefused if it cannot be opened or is a bomb."""
    try:
        file = pq.ParquetFile(path, thrift_string_size_limit=_THRIFT, thrift_container_size_limit=1_000_000)
        about = file.metadata
        groups = [about.row_group(n) for n in range(about.num_row_groups)]
        largest = max((g.total_byte_size for g in groups), default=0)
    except (pa.ArrowException, OSError, ValueError, MemoryError):
        raise TableRefused(name, "damaged, locked or cut short", "export it again") from None
    named = _texts(about.schema)
    if named:
        # One long text that every row repeats takes a few bytes of a file and gigabytes written out: texts are read once each, and rows
        # are written out as many at a time as the bound of a block allows.
        file.close()
        file = pq.ParquetFile(
            path,
            read_dictionary=named,
            thrift_string_size_limit=_THRIFT,
            thrift_container_size_limit=1_000_000,
        )
    with file:
        if largest > limits.unpacked_bytes:
            raise TableRefused(name, "unpacks to more than is allowed", "write it with smaller row groups")
        if about.num_columns > limits.columns:
            yield reject(_bare(name), None, "too-many-columns", rows=about.num_rows)
            return
        yield from _rows(file, name, about.num_rows, needed, limits)


def _rows(
    file: pq.ParquetFile, name: str, total: int, needed: Collection[str] | None, limits: Limits
) -> Iterator[Block | Reject]:
    sheet, row = _bare(name), 0
    most = min(total, limits.rows)
    batches = file.iter_batches(batch_size=BLOCK_ROWS, use_threads=False)
    while row < most:
        try:
            batch = next(batches, None)
            if batch is None:
                break
            table = _flat(pa.Table.from_batches([batch]))
            packed = [_shortened(column.combine_chunks(), limits.cell_chars) for column in table.columns]
            lengths = _lengths(packed)
        except (pa.ArrowException, OSError, ValueError, MemoryError):
            yield reject(sheet, None, "damaged", rows=total - row)
            return
        if not sheet.columns:
            sheet = Sheet(file=name, name="", columns=unique(table.column_names), header_row=0)
            wanted = needed_columns(sheet, needed)
        for first, last in _parts(lengths[: most - row], limits.block_chars):
            try:
                columns = [_text(column.slice(first, last - first)) for column in packed]
            except (pa.ArrowException, OSError, ValueError, MemoryError):
                yield reject(sheet, None, "damaged", rows=total - row)
                return
            numbers = np.arange(row + 1, row + 1 + last - first, dtype=np.int64)
            yield from make_block(sheet, numbers, columns, wanted, limits)
            row += last - first
    if row < total:
        reason = "too-many-rows" if row >= limits.rows else "damaged"
        yield reject(sheet, None, reason, rows=total - row)  # type: ignore[arg-type]
    if not total:
        yield reject(sheet, None, "empty-sheet", rows=0)


def _texts(schema: pq.ParquetSchema) -> list[str]:
    """Paths of the columns of text."""
    leaves = [schema.column(n) for n in range(len(schema))]
    return [
        leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY" and leaf.max_repetition_level == 0
    ]


def _shortened(column: pa.Array, most: int) -> pa.Array:
    """The same with a mark in the place of texts that are too long, before any row is written out."""
    if not pa.types.is_dictionary(column.type) or not _is_text(column.type.value_type):
        return column
    values = column.dictionary
    if (pc.max(pc.binary_length(values)).as_py() or 0) <= most:
        return column
    large = pc.greater(pc.utf8_length(values), most)
    told = pc.if_else(large, pa.scalar(mark("cell-too-large")), values)
    return pa.DictionaryArray.from_arrays(column.indices, told)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _lengths(columns: list[pa.Array]) -> npt.NDArray[np.int64]:
    """Bytes of each row, written out: shape (n_rows,)."""
    total = np.zeros(len(columns[0]) if columns else 0, dtype=np.int64)
    for column in columns:
        kind = column.type
        if pa.types.is_dictionary(kind) and _is_text(kind.value_type):
            each = pc.take(pc.binary_length(column.dictionary), column.indices)
        elif _is_text(kind):
            each = pc.binary_length(column)
        else:
            continue
        total += pc.fill_null(pc.cast(each, pa.int64()), 0).to_numpy(zero_copy_only=False)
    return total


def _parts(lengths: npt.NDArray[np.int64], most: int) -> Iterator[tuple[int, int]]:
    """Slices of rows that hold `most` bytes at most, or one row."""
    ends, first = np.cumsum(lengths), 0
    while first < len(lengths):
        before = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + most, side="right")))
        yield first, last
        first = last


def _bare(name: str) -> Sheet:
    return Sheet(file=name, name="", columns=(), header_row=0)


def _flat(table: pa.Table) -> pa.Table:
    """Records inside records as columns, two levels deep."""
    for _ in range(2):
        if any(pa.types.is_struct(field.type) for field in table.schema):
            table = table.flatten()
    return table


def _text(column: pa.Array) -> pa.Array:
    """A column as text, as a person would write it."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _text(column.dictionary_decode())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        if pa.types.is_string(kind.value_type) or pa.types.is_large_string(kind.value_type):
            return pc.cast(pc.binary_join(column, "; "), pa.string())
        return _refused(column)
    if pa.types.is_boolean(kind):
        return pc.if_else(column, "TRUE", "FALSE")
    if pa.types.is_floating(kind):
        wild = pc.fill_null(pc.invert(pc.is_finite(column)), False)
        text = pc.replace_substring_regex(pc.cast(column, pa.string()), r"\.0$", "")
        text = pc.replace_substring_regex(text, r"^(-?\d+\.\d{3})$", r"\10")
        # NaN is how programs write an empty cell.
        return pc.if_else(wild, pa.scalar(None, pa.string()), text)
    if pa.types.is_decimal(kind):
        text = pc.replace_substring_regex(pc.cast(column, pa.string()), r"\.0+$", "")
        return pc.replace_substring_regex(text, r"^(-?\d+\.\d{3})$", r"\10")
    if pa.types.is_timestamp(kind):
        text = pc.strftime(pc.cast(column, pa.timestamp("s", kind.tz), safe=False), "%Y-%m-%d %H:%M:%S")
        return pc.replace_substring_regex(text, " 00:00:00$", "")
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return _refused(column)
    return pc.cast(column, pa.string())


def _refused(column: pa.Array) -> pa.Array:
    return pc.if_else(column.is_valid(), pa.scalar(mark("nested-value")), pa.scalar(None, pa.string()))
