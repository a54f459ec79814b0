"""A store in files: everything, for the analyst, with a data package and a dictionary. What anyone may see: report.open_data.

Rows are in a stable order and no time of export is written, so that the same store gives the same bytes. Each
file is written beside its place and moved there when whole.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from vigie.model.errors import StoreError
from vigie.store.describe import about_full, stored_tables
from vigie.store.package import FILE, File, Table, descriptor
from vigie.store.store import TABLES, Store
from vigie.text.formulas import defused

Writer = Callable[[pa.RecordBatchReader, Path], None]
_ROWS = 20_000  # rows held at a time
_CSV_NOTE = "In CSV, text that opens with = + - @ has an apostrophe in front: a spreadsheet would compute it"
_CSV_NOTE_FR = (
    "En CSV, un texte qui commence par = + - @ reçoit une apostrophe devant : un tableur le calculerait"
)


def export_full(store: Store, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Every table, a data package and a dictionary. GeoJSON holds the observations; those without coordinates have no geometry."""
    tables = stored_tables(store)
    files: list[File] = []
    for name in TABLES:
        # Only runs that wrote something: a repeated `add` then leaves the export as it was.
        chosen = "WHERE documents_new > 0" if name == "runs" else ""
        sql = f"SELECT * FROM {name} {chosen} ORDER BY ALL"
        if name == "observations":
            sql = (
                "SELECT o.*, r.state AS review FROM observations o "
                "LEFT JOIN review_states r ON r.observation_id = o.id AND r.doc_id = o.doc_id ORDER BY ALL"
            )
        files += [_write(store, sql, folder, tables[name], form) for form in formats if form != "geojson"]
    if "geojson" in formats:
        sql = "SELECT * FROM facts ORDER BY doc_id, span_start, id"
        files.append(_write(store, sql, folder, tables["observations"], "geojson"))
    explained = [(t.name, c.name, c.type, c.en, c.fr) for t in tables.values() for c in t.columns]
    return [
        *(file.path for file in files),
        write_dictionary(folder, explained),
        save(folder / FILE, descriptor(about_full(store), files)),
    ]


def write_table(table: pa.Table, path: Path, form: str) -> None:
    """A table in one of FORMATS."""
    _replace(path, lambda temporary: _WRITERS[form](table.to_reader(), temporary))


def _write(store: Store, sql: str, folder: Path, table: Table, form: str) -> File:
    path = folder / f"{table.name}.{form}"
    _replace(path, lambda temporary: _WRITERS[form](_said(store.stream(sql, _ROWS), table), temporary))
    return File(table=table, path=path, form=form)


def _said(reader: pa.RecordBatchReader, table: Table) -> pa.RecordBatchReader:
    """The same rows, with what each column means for a file that can hold it."""
    means = {
        c.name: {"description": c.en} | ({"description_fr": c.fr} if c.fr else {}) for c in table.columns
    }
    fields = [f.with_metadata(means[f.name]) if means.get(f.name) else f for f in reader.schema]
    schema = pa.schema(
        fields, metadata={"title": table.name, "description": table.words["en"]["description"]}
    )
    return pa.RecordBatchReader.from_batches(
        schema, (pa.RecordBatch.from_arrays(batch.columns, schema=schema) for batch in reader)
    )


def _replace(path: Path, write: Callable[[Path], None]) -> None:
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        temporary.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror or type(error).__name__})") from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _csv(reader: pa.RecordBatchReader, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(reader.schema.names)
        for row in _rows(reader):
            out.writerow([_cell(value) for value in row.values()])


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front, as spreadsheets do."""
    if isinstance(value, datetime):
        return value.isoformat()
    return defused(value) if isinstance(value, str) else value


def _parquet(reader: pa.RecordBatchReader, path: Path) -> None:
    with pq.ParquetWriter(path, reader.schema, compression="zstd") as out:
        for batch in reader:
            out.write_batch(batch)


def _jsonl(reader: pa.RecordBatchReader, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for row in _rows(reader):
            if "value" in row:
                row["value"] = json.loads(row["value"])
            stream.write(json.dumps(row, ensure_ascii=False, default=_iso) + "\n")


def _geojson(reader: pa.RecordBatchReader, path: Path) -> None:
    """A feature a row (RFC 7946); `place_lat` and `place_lon` are its point, and without them it has no geometry."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write('{"type": "FeatureCollection", "features": [')
        for number, row in enumerate(_rows(reader)):
            point = [row.pop("place_lon"), row.pop("place_lat")]
            geometry = None if None in point else {"type": "Point", "coordinates": point}
            feature = {"type": "Feature", "id": row["id"], "geometry": geometry, "properties": row}
            stream.write((",\n" if number else "\n") + json.dumps(feature, ensure_ascii=False, default=_iso))
        stream.write("\n]}\n")


def _rows(reader: pa.RecordBatchReader) -> Iterator[dict[str, Any]]:
    for batch in reader:
        yield from batch.to_pylist()


def _iso(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


_WRITERS: dict[str, Writer] = {"csv": _csv, "parquet": _parquet, "jsonl": _jsonl, "geojson": _geojson}
FORMATS = tuple(_WRITERS)


def write_dictionary(folder: Path, columns: Sequence[tuple[str, ...]]) -> Path:
    """(table, column, type, meaning, and the same in French, "" if not translated), as `data-dictionary.csv`."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(("table", "column", "type", "meaning", "meaning_fr"))
    out.writerows([*row, *("",) * (5 - len(row))] for row in columns)
    out.writerow(("*", "*", "text", _CSV_NOTE, _CSV_NOTE_FR))
    return save(folder / "data-dictionary.csv", text.getvalue().encode())


def save(path: Path, data: bytes) -> Path:
    """A whole file or none. Raises StoreError."""
    _replace(path, lambda temporary: _save(temporary, data))
    return path


def _save(path: Path, data: bytes) -> None:
    path.write_bytes(data)
