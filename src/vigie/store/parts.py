"""Rows of the store as Parquet parts: what a job on archives leaves, to be loaded into a store later, or read as it is.

In: entries, in the order of their archive. Out: files of the store's own tables, column by column, without what only a store knows
(when a row was stored, by which run, what was judged of it). The same entries give the same bytes: no clock, no order of arrival.
Left out: raw text, and anything the redactor removed; marks of contacts, which never leave a store; reading (`vigie.store.part_rows`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from vigie.store import rows
from vigie.store.rows import Entry, Row

BATCH_DOCUMENTS = 500  # written, and read, at a time
_BATCH_CHARS = 4_000_000
_BLOCK = 1 << 20
TEXT, _INT, _REAL, _DAY = pa.string(), pa.int32(), pa.float64(), pa.date32()


def _schema(*columns: tuple[pa.DataType, str]) -> pa.Schema:
    return pa.schema([(name, kind) for kind, names in columns for name in names.split()])


# Names and types of the store's tables (data/schema); a test compares.
SCHEMAS = {
    "documents": _schema(
        (TEXT, "doc_id path format kind grade lang title published"),
        (_DAY, "published_start published_end"),
        (TEXT, "outlet source_id redactor"),
        (_INT, "chars"),
        (TEXT, "text"),
        (pa.bool_(), "satire"),
    ),
    "observations": _schema(
        (TEXT, "id doc_id type"),
        (_INT, "span_start span_end"),
        (TEXT, "quote substance form place_name place_label place_code place_level"),
        (_REAL, "place_lat place_lon"),
        (TEXT, "place_department place_region place_country"),
        (_DAY, "when_start when_end"),
        (TEXT, "when_precision when_basis assertion attribution"),
        (_REAL, "confidence"),
        (TEXT, "rule kind"),
        (_REAL, "low high"),
        (TEXT, "unit currency"),
        (_REAL, "per_value"),
        (TEXT, "per_unit"),
        (_REAL, "eur_low eur_high eur_per_unit"),
        (TEXT, "eur_note"),
        (_REAL, "grams grams_high units"),
        (TEXT, "measure family code indicator direction"),
        (TEXT, "origin_code origin_label destination_code destination_label via_code via_label mode value"),
        (_REAL, "population"),
    ),
    "evidence": _schema(
        (TEXT, "observation_id doc_id"),
        (_INT, "sentence_start sentence_end quote_start quote_end"),
        (TEXT, "sentence"),
    ),
    "redactions": _schema((TEXT, "doc_id kind"), (_INT, "removed")),
    "sources": _schema(
        (TEXT, "source_id name publisher kind country area language grade licence legal_basis"),
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
        number: of the first part.
    """

    def __init__(self, folder: Path, stem: str, rows: int, number: int = 0) -> None:
        self._folder, self._stem, self._rows = folder, stem, rows
        self._open: dict[str, tuple[Path, pq.ParquetWriter]] = {}
        self._counts: dict[str, int] = {}
        self._pending: list[Entry] = []
        self._chars = 0
        self._number = number
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
        if len(self._pending) >= BATCH_DOCUMENTS or self._chars >= _BATCH_CHARS:
            self._flush()

    def finish(self) -> list[PartFile]:
        """Close the last part: all files, whole and on the disk, in order."""
        self._flush()
        self._close()
        return self._done

    def _flush(self) -> None:
        if not self._pending:
            return
        self.write(_tables(self._pending))
        self._pending, self._chars = [], 0

    def write(self, tables: Mapping[str, Sequence[Row]]) -> None:
        """Rows of some documents, in the order of these; for who has rows and no entries."""
        for name in SCHEMAS:
            if name != "sources" or "sources" not in self._open:  # one plan, one card
                self._write(name, tables.get(name, ()))
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
