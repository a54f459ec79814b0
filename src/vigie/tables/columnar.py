"""Tables in Parquet.

In: a file. Out: blocks of text; the number of a row is that of the record, from 1. Lists become "a; b", records inside records
have names with a point ("place.code"); other nested values are refused in columns that are needed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
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
            columns = [_text(column.combine_chunks()) for column in table.columns]
        except (pa.ArrowException, OSError, ValueError, MemoryError):
            yield reject(sheet, None, "damaged", rows=total - row)
            return
        if not sheet.columns:
            sheet = Sheet(file=name, name="", columns=unique(table.column_names), header_row=0)
            wanted = needed_columns(sheet, needed)
        kept = min(table.num_rows, most - row)
        numbers = np.arange(row + 1, row + 1 + kept, dtype=np.int64)
        yield from make_block(sheet, numbers, [c.slice(0, kept) for c in columns], wanted, limits)
        row += kept
    if row < total:
        reason = "too-many-rows" if row >= limits.rows else "damaged"
        yield reject(sheet, None, reason, rows=total - row)  # type: ignore[arg-type]
    if not total:
        yield reject(sheet, None, "empty-sheet", rows=0)


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
