"""A mapping applied to a block: the fields of every observation, as columns of text.

In: Mapping, Block. Out: Picked. Missing words become null, their words ours, cells with several parts several rows.
Left out: what the text of a field means.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vigie.tables.mapping import Field, Mapping, Observe, Test
from vigie.tables.records import Block, Sheet


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
        skipped: shape (n_skipped,), positions in the block of rows that give nothing on purpose.
        groups: one per [[observe]] block, in order.
    """

    skipped: npt.NDArray[np.int64]
    groups: tuple[Group, ...]


def pick(mapping: Mapping, block: Block) -> Picked:
    """Fields of each observation that the rows of a block give. Columns that are not there count as empty."""
    size = block.table.num_rows
    names = block.sheet.columns
    kept = np.ones(size, dtype=bool)
    for test in mapping.skip:
        kept &= ~_holds(test, block.table, names)
    used = np.zeros(size, dtype=bool)
    groups = []
    for observe in mapping.observe:
        rows = kept if observe.only is None else kept & _holds(observe.only, block.table, names)
        group = _group(observe, block, np.flatnonzero(rows))
        used[group.index] = True
        groups.append(group)
    return Picked(skipped=np.flatnonzero(~used), groups=tuple(groups))


def absent(mapping: Mapping, sheet: Sheet) -> tuple[str, ...]:
    """Columns that the mapping cannot do without and the sheet has not: the file has another layout.

    A field that may be empty may lack its columns; of several columns one is enough; a field with skip_empty may lack
    them where another block has its own.
    """
    found: dict[str, None] = {}
    per_block: list[dict[str, None]] = []
    for observe in mapping.observe:
        lacking: dict[str, None] = {}
        for name, entry in observe.fields.items():
            if (
                entry.columns
                and not entry.null_ok
                and not any(_find(c, sheet.columns) is not None for c in entry.columns)
            ):
                (lacking if name in observe.skip_empty else found)[entry.columns[0]] = None
        per_block.append(lacking)
    if all(per_block):
        found.update(per_block[0])
    tests = [*mapping.skip, *(o.only for o in mapping.observe if o.only)]
    found.update({t.column: None for t in tests if _find(t.column, sheet.columns) is None})
    return tuple(found)


def fold_name(name: str) -> str:
    """A column name as it is compared: without case and with single spaces."""
    return " ".join(name.split()).casefold()


def _find(column: str, names: Sequence[str]) -> int | None:
    """Position of a column: the same name, else the same without case and blanks."""
    if column in names:
        return names.index(column)
    wanted = fold_name(column)
    return next((n for n, name in enumerate(names) if fold_name(name) == wanted), None)


def _holds(test: Test, table: pa.Table, names: Sequence[str]) -> npt.NDArray[np.bool_]:
    at = _find(test.column, names)
    if at is None:
        return np.full(table.num_rows, test.other)
    cells = pc.utf8_lower(pc.fill_null(_whole(table.column(at)), ""))
    found = pc.is_in(cells, value_set=pa.array(test.equals, pa.string()))
    result: npt.NDArray[np.bool_] = found.to_numpy(zero_copy_only=False)
    return ~result if test.other else result


def _group(observe: Observe, block: Block, index: npt.NDArray[np.int64]) -> Group:
    table, sheet = block.table, block.sheet
    taken = table if len(index) == table.num_rows else table.take(pa.array(index))
    columns = {
        name: _column(entry, taken, sheet, all_of=name == "row_id") for name, entry in observe.fields.items()
    }
    if observe.skip_empty:
        empty = np.ones(len(index), dtype=bool)
        for name in observe.skip_empty:
            empty &= columns[name].is_null().to_numpy(zero_copy_only=False)
        keep = np.flatnonzero(~empty)
        columns = {name: column.take(pa.array(keep)) for name, column in columns.items()}
        index = index[keep]
    split = next((name for name, entry in observe.fields.items() if entry.split), "")
    if split:
        entry = observe.fields[split]
        parents, parts = _parts(columns[split], entry)
        columns = {name: column.take(parents) for name, column in columns.items()}
        columns[split] = parts
        index = index[parents.to_numpy()]
    return Group(observe=observe, table=pa.table(columns), index=index)


def row_ids(mapping: Mapping, block: Block) -> pa.Array:
    """The id of each row, all its columns together, shape (n,); null where a row has none, or the mapping names none."""
    entry = next((o.fields["row_id"] for o in mapping.observe if "row_id" in o.fields), None)
    if entry is None:
        return pa.nulls(block.table.num_rows, pa.string())
    return _column(entry, block.table, block.sheet, all_of=True)


def _column(entry: Field, table: pa.Table, sheet: Sheet, *, all_of: bool) -> pa.Array:
    if entry.value is not None or entry.sheet:
        constant = sheet.name if entry.sheet else entry.value
        return pa.repeat(pa.scalar(constant or None, pa.string()), table.num_rows)
    places = [_find(column, sheet.columns) for column in entry.columns]
    columns = [_whole(table.column(at)) for at in places if at is not None]
    cells = [column if entry.split else _words(_drop(column, entry.drop), entry) for column in columns]
    if not cells:
        return pa.nulls(table.num_rows, pa.string())
    if len(cells) == 1:
        return cells[0]
    if not all_of:
        return pc.coalesce(*cells)
    parts = [pc.fill_null(column, "") for column in cells]
    joined = pc.binary_join_element_wise(*parts, "|")
    empty = pc.equal(pc.replace_substring(joined, "|", ""), "")
    return pc.if_else(empty, pa.scalar(None, pa.string()), joined)


def _drop(cells: pa.Array, pattern: str) -> pa.Array:
    if not pattern:
        return cells
    cells = pc.utf8_trim_whitespace(pc.replace_substring_regex(cells, pattern, ""))
    return pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)


def _words(cells: pa.Array, entry: Field) -> pa.Array:
    """Cells with missing words as null and their words as ours."""
    missing = [word for word in entry.missing if word]
    if not missing and not entry.values:
        return cells
    folded = pc.utf8_lower(cells)
    if missing:
        # Keywords that mean nothing: a cell that holds one is empty.
        gone = pc.fill_null(pc.is_in(folded, value_set=pa.array(missing, pa.string())), False)
        cells = pc.if_else(gone, pa.scalar(None, pa.string()), cells)
    if entry.values:
        at = pc.index_in(folded, value_set=pa.array(list(entry.values), pa.string()))
        ours = pa.array(list(entry.values.values()), pa.string()).take(at)
        cells = pc.if_else(pc.is_valid(cells), pc.coalesce(ours, cells), cells)
        cells = pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)
    return cells


def _parts(cells: pa.Array, entry: Field) -> tuple[pa.Array, pa.Array]:
    """Positions of the rows and the parts of their cells; a row without a part keeps one null."""
    pattern = "[" + re.escape(entry.split) + "]"
    lists = pc.split_pattern_regex(cells, pattern)
    parents = pc.list_parent_indices(lists)
    parts = _words(_drop(pc.utf8_trim_whitespace(pc.list_flatten(lists)), entry.drop), entry)
    full = pc.fill_null(pc.not_equal(parts, ""), False)
    parents, parts = parents.filter(full), parts.filter(full)
    kept = parents.to_numpy(zero_copy_only=False)
    bare = np.setdiff1d(np.arange(len(cells)), kept)
    order = np.argsort(np.concatenate([kept, bare]), kind="stable")
    both = pa.concat_arrays([parts, pa.nulls(len(bare), pa.string())])
    positions = np.concatenate([kept, bare])[order].astype(np.int64)
    return pa.array(positions, pa.int64()), both.take(pa.array(order))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
