"""Rows of the store as Parquet parts: what a job on archives leaves, to be loaded into a store later, or read as it is.

In: entries, in the order of their archive. Out: files of the store's own tables, column by column, without what only a store knows
(when a row was stored, by which run, what was judged of it). The same entries give the same bytes: no clock, no order of arrival.
Left out: raw text, and anything the redactor removed; marks of contacts, which never leave a store.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vigie.model.document import SourceCard
from vigie.model.errors import StoreError
from vigie.store import rows
from vigie.store.records import document_record, observation_record
from vigie.store.rows import Entry, Row

_BATCH_DOCUMENTS = 500  # written, and read, at a time
_BATCH_CHARS = 4_000_000
_BLOCK = 1 << 20
# What a writer of parts stays far below: a part is a file like any other, and a few bytes of it may stand for gigabytes.
_MOST_TEXT = 32 << 20  # bytes of one text
_MOST_GROUP = 256 << 20  # bytes of a group of rows, unpacked
_ENCODINGS = {"PLAIN", "RLE", "RLE_DICTIONARY", "PLAIN_DICTIONARY", "BIT_PACKED"}
_TEXT, _INT, _REAL, _DAY = pa.string(), pa.int32(), pa.float64(), pa.date32()


def _schema(*columns: tuple[pa.DataType, str]) -> pa.Schema:
    return pa.schema([(name, kind) for kind, names in columns for name in names.split()])


# Names and types of the store's tables (data/schema); a test compares.
SCHEMAS = {
    "documents": _schema(
        (_TEXT, "doc_id path format kind grade lang title published"),
        (_DAY, "published_start published_end"),
        (_TEXT, "outlet source_id redactor"),
        (_INT, "chars"),
        (_TEXT, "text"),
        (pa.bool_(), "satire"),
    ),
    "observations": _schema(
        (_TEXT, "id doc_id type"),
        (_INT, "span_start span_end"),
        (_TEXT, "quote substance form place_name place_label place_code place_level"),
        (_REAL, "place_lat place_lon"),
        (_TEXT, "place_department place_region place_country"),
        (_DAY, "when_start when_end"),
        (_TEXT, "when_precision when_basis assertion attribution"),
        (_REAL, "confidence"),
        (_TEXT, "rule kind"),
        (_REAL, "low high"),
        (_TEXT, "unit currency"),
        (_REAL, "per_value"),
        (_TEXT, "per_unit"),
        (_REAL, "eur_low eur_high eur_per_unit"),
        (_TEXT, "eur_note"),
        (_REAL, "grams grams_high units"),
        (_TEXT, "measure family code indicator direction"),
        (_TEXT, "origin_code origin_label destination_code destination_label via_code via_label mode value"),
        (_REAL, "population"),
    ),
    "evidence": _schema(
        (_TEXT, "observation_id doc_id"),
        (_INT, "sentence_start sentence_end quote_start quote_end"),
        (_TEXT, "sentence"),
    ),
    "redactions": _schema((_TEXT, "doc_id kind"), (_INT, "removed")),
    "sources": _schema(
        (_TEXT, "source_id name publisher kind country area language grade licence legal_basis"),
        (_INT, "retention_months"),
        (pa.bool_(), "satire"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFile:
    """One file of a part.

    Attributes:
        name: file name, `<stem>-<number>.<table>.parquet`.
        rows, bytes: how many. sha256: of the file, hex.
    """

    name: str
    table: str
    rows: int
    bytes: int
    sha256: str


class PartWriter:
    """Writes parts into a folder; use as a context manager, which closes the files also after a failure.

    A document that comes twice (same content) is written once. Raises OSError as the system gives it.

    Args:
        folder: exists already. stem: how names begin. rows: observations after which a part is closed.
    """

    def __init__(self, folder: Path, stem: str, rows: int) -> None:
        self._folder, self._stem, self._rows = folder, stem, rows
        self._open: dict[str, tuple[Path, pq.ParquetWriter]] = {}
        self._counts: dict[str, int] = {}
        self._pending: list[Entry] = []
        self._chars = 0
        self._number = 0
        self._seen: set[str] = set()
        self._done: list[PartFile] = []

    def __enter__(self) -> PartWriter:
        return self

    def __exit__(self, *_: object) -> None:
        for _path, writer in self._open.values():
            try:
                writer.close()
            except (OSError, pa.ArrowException):
                continue  # what it was to hold is lost already
        self._open = {}

    def add(self, entry: Entry) -> None:
        """One document more."""
        if entry.document.doc_id in self._seen:
            return
        self._seen.add(entry.document.doc_id)
        self._pending.append(entry)
        self._chars += len(entry.document.text)
        if len(self._pending) >= _BATCH_DOCUMENTS or self._chars >= _BATCH_CHARS:
            self._flush()

    def finish(self) -> list[PartFile]:
        """Close the last part: all files, whole and on the disk, in order."""
        self._flush()
        self._close()
        return self._done

    def _flush(self) -> None:
        if not self._pending:
            return
        tables = _tables(self._pending)
        cards = tables.pop("sources")
        for name, values in tables.items():
            self._write(name, values)
        if cards and "sources" not in self._open:  # one plan, one card
            self._write("sources", cards)
        self._pending, self._chars = [], 0
        if self._counts.get("observations", 0) >= self._rows:
            self._close()

    def _write(self, table: str, values: Sequence[Row]) -> None:
        if not values:
            return
        schema = SCHEMAS[table]
        if table not in self._open:
            path = self._folder / f"{self._stem}-{self._number:03d}.{table}.parquet"
            self._open[table] = (path, pq.ParquetWriter(path, schema, compression="zstd"))
        self._open[table][1].write_table(pa.Table.from_pylist(list(values), schema=schema))
        self._counts[table] = self._counts.get(table, 0) + len(values)

    def _close(self) -> None:
        for table in [t for t in SCHEMAS if t in self._open]:
            path, writer = self._open[table]
            writer.close()
            sync(path)
            self._done.append(
                PartFile(
                    name=path.name,
                    table=table,
                    rows=self._counts[table],
                    bytes=path.stat().st_size,
                    sha256=checksum(path),
                )
            )
        if self._open:
            self._number += 1
        self._open, self._counts = {}, {}


def _tables(entries: Sequence[Entry]) -> dict[str, list[Row]]:
    """Rows of each table. The day and the run are the store's to fill."""
    found: dict[str, list[Row]] = {name: [] for name in SCHEMAS}
    cards = {e.source.id: e.source for e in entries if e.source is not None}
    for e in entries:
        facts = rows.unique(e.observations)
        found["documents"].append(rows.document_row(e, 0, date.min, 0))
        found["observations"] += [rows.observation_row(o) for o in facts]
        found["evidence"] += rows.evidence_rows(e.document, facts)
        found["redactions"] += rows.redaction_rows(e.document.doc_id, e.document.redactions)
    found["sources"] = [rows.source_row(card) for card in cards.values()]
    return found


def packed_bytes(entries: Sequence[Entry]) -> tuple[int, float]:
    """What parts of such entries take on a disk: bytes of each part, and bytes of each document besides."""
    fixed = whole = 0
    for name, values in _tables(entries).items():
        for chosen in ([], values):
            with pa.BufferOutputStream() as out:
                pq.write_table(pa.Table.from_pylist(chosen, schema=SCHEMAS[name]), out, compression="zstd")
                size = out.tell()
            fixed, whole = fixed + (size if not chosen else 0), whole + size
    whole -= fixed
    return fixed, max(0, whole - fixed) / max(1, len(entries))


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk and not in memory only."""
    if os.name == "nt":
        if path.is_dir():
            return  # that system has no such call for folders
        handle = os.open(path, os.O_RDWR)
    else:
        handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def checksum(path: Path) -> str:
    """SHA-256 of a file, hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def read_part(files: Mapping[str, Path], counts_told: Mapping[str, int] | None = None) -> Iterator[Entry]:
    """The entries of a part, as they were given, in their order and a batch at a time.

    Args:
        files: table -> its file; a table without rows has none.
        counts_told: table -> rows that it must have; None if nobody said so.

    Raises StoreError if a file cannot be read, holds other columns or other rows, or unpacks to more than a writer would write.
    """
    try:
        for table, path in files.items():
            _check(path, table, None if counts_told is None else counts_told.get(table))
        cards = {r["source_id"]: _card(r) for r in _rows(files, "sources")}
        facts, counts = _Groups(_rows(files, "observations")), _Groups(_rows(files, "redactions"))
        for row in _rows(files, "documents"):
            removed = {r["kind"]: r["removed"] for r in counts.of(row["doc_id"])}
            yield Entry(
                document=document_record(row, removed),
                observations=[observation_record(r) for r in facts.of(row["doc_id"])],
                source=cards.get(row["source_id"]),
            )
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise StoreError(f"a part cannot be read ({type(error).__name__})") from None


def _rows(files: Mapping[str, Path], table: str) -> Iterator[Row]:
    if table not in files:
        return
    texts = [field.name for field in SCHEMAS[table] if field.type == _TEXT]
    with pq.ParquetFile(files[table], read_dictionary=texts) as part:
        for batch in part.iter_batches(batch_size=_BATCH_DOCUMENTS, use_threads=False):
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


def _card(row: Row) -> SourceCard:
    fields: dict[str, Any] = dict(row)
    fields["id"] = fields.pop("source_id")
    return SourceCard(**fields)


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
