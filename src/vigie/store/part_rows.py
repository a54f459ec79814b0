"""Parts read back: their documents as rows, each with the rows of other tables that are about it, or as entries.

In: files of a part, checked before anything of them is unpacked. Out: documents in the order in which they were written, a batch at a
time. Left out: writing (`vigie.store.parts`); whether a file is still the one that was written, which its checksum tells.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vigie.model.document import SourceCard
from vigie.model.errors import StoreError
from vigie.store.parts import BATCH_DOCUMENTS, SCHEMAS, TEXT
from vigie.store.records import document_record, observation_record
from vigie.store.rows import Entry, Row

# What a writer of parts stays far below: a part is a file like any other, and a few bytes of it may stand for gigabytes.
_MOST_TEXT = 32 << 20  # bytes of one text
_MOST_GROUP = 256 << 20  # bytes of a group of rows, unpacked
_ENCODINGS = {"PLAIN", "RLE", "RLE_DICTIONARY", "PLAIN_DICTIONARY", "BIT_PACKED"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDocument:
    """What a part holds of one document, as rows of the store's tables.

    Attributes:
        card: of its source; None without one.
    """

    document: Row
    observations: list[Row]
    evidence: list[Row]
    redactions: list[Row]
    card: Row | None = None


def read_part(files: Mapping[str, Path], counts_told: Mapping[str, int] | None = None) -> Iterator[Entry]:
    """The entries of a part, as they were given. Documents whose text has expired are passed over: they cannot be read again.

    Args:
        files: table -> its file; a table without rows has none.
        counts_told: table -> rows that it must have; None if nobody said so.

    Raises StoreError if a file cannot be read, holds other columns or other rows, or unpacks to more than a writer would write.
    """
    with _readable():
        for found in _documents(files, counts_told, evidence=False):
            if found.document["text"] is None:
                continue
            removed = {r["kind"]: r["removed"] for r in found.redactions}
            yield Entry(
                document=document_record(found.document, removed),
                observations=[observation_record(r) for r in found.observations],
                source=None if found.card is None else card_record(found.card),
            )


def read_rows(files: Mapping[str, Path], counts_told: Mapping[str, int]) -> Iterator[PartDocument]:
    """The documents of a part as rows. Raises StoreError as `read_part` does."""
    with _readable():
        yield from _documents(files, counts_told, evidence=True)


def expired_texts(path: Path) -> int:
    """Documents of a file of the table `documents` whose text has expired; nothing of it is unpacked. Raises StoreError."""
    with _readable(), pq.ParquetFile(path) as part:
        meta, column = part.metadata, part.schema_arrow.names.index("text")
        groups = (meta.row_group(n).column(column).statistics for n in range(meta.num_row_groups))
        return sum(told.null_count or 0 for told in groups if told is not None)


def card_record(row: Row) -> SourceCard:
    """A row of `sources` as the card that it was."""
    fields: dict[str, Any] = dict(row)
    fields["id"] = fields.pop("source_id")
    return SourceCard(**fields)


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise StoreError(f"a part cannot be read ({type(error).__name__})") from None


def _documents(
    files: Mapping[str, Path], counts_told: Mapping[str, int] | None, *, evidence: bool
) -> Iterator[PartDocument]:
    for table, path in files.items():
        _check(path, table, None if counts_told is None else counts_told.get(table))
    cards = {r["source_id"]: r for r in _rows(files, "sources")}
    facts, counts = _Groups(_rows(files, "observations")), _Groups(_rows(files, "redactions"))
    proofs = _Groups(_rows(files, "evidence") if evidence else iter(()))
    for row in _rows(files, "documents"):
        yield PartDocument(
            document=row,
            observations=list(facts.of(row["doc_id"])),
            evidence=list(proofs.of(row["doc_id"])),
            redactions=list(counts.of(row["doc_id"])),
            card=cards.get(row["source_id"]),
        )


def _rows(files: Mapping[str, Path], table: str) -> Iterator[Row]:
    if table not in files:
        return
    texts = [field.name for field in SCHEMAS[table] if field.type == TEXT]
    with pq.ParquetFile(files[table], read_dictionary=texts) as part:
        for batch in part.iter_batches(batch_size=BATCH_DOCUMENTS, use_threads=False):
            columns = [_values(column) for column in batch.columns]
            for values in zip(*columns, strict=True):
                yield dict(zip(batch.schema.names, values, strict=True))


def _check(path: Path, table: str, told: int | None) -> None:
    """Raises ValueError for a file that is not as a PartWriter makes it; nothing of its columns is unpacked."""
    with pq.ParquetFile(path) as part:
        if part.schema_arrow.remove_metadata() != SCHEMAS[table]:
            raise ValueError(table)
        meta = part.metadata
        if told is not None and meta.num_rows != told:
            raise ValueError("rows")
        for group in (meta.row_group(n) for n in range(meta.num_row_groups)):
            chunks = [group.column(n) for n in range(group.num_columns)]
            if sum(max(0, c.total_uncompressed_size) for c in chunks) > _MOST_GROUP:
                raise ValueError("size")
            if any(not _ENCODINGS.issuperset(c.encodings) for c in chunks):
                raise ValueError("encoding")


def _values(column: pa.Array) -> list[Any]:
    """A column as Python has it; a text that stands in many rows is held once. Raises ValueError for one beyond all measure."""
    if not isinstance(column, pa.DictionaryArray):
        return list(column.to_pylist())
    used = column.indices.drop_null().unique()
    texts = column.dictionary.take(used)
    if len(texts) and (pc.max(pc.binary_length(texts)).as_py() or 0) > _MOST_TEXT:
        raise ValueError("text")
    known = dict(zip(used.to_pylist(), texts.to_pylist(), strict=True))
    return [None if n is None else known[n] for n in column.indices.to_pylist()]


class _Groups:
    """Rows that stand in the order of their documents, given out by document."""

    def __init__(self, stream: Iterator[Row]) -> None:
        self._stream = stream
        self._ahead: deque[Row] = deque()

    def of(self, doc_id: str) -> Iterator[Row]:
        while True:
            row = self._ahead.popleft() if self._ahead else next(self._stream, None)
            if row is None:
                return
            if row["doc_id"] != doc_id:
                self._ahead.append(row)
                return
            yield row
