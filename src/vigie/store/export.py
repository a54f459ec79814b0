"""A store in files: everything, for the analyst, with a data dictionary. What anyone may see: report.open_data.

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
from vigie.store.store import TABLES, Store

Writer = Callable[[pa.RecordBatchReader, Path], None]
_ROWS = 20_000  # rows held at a time
# A spreadsheet would compute a cell that opens with one of these (the last four are their full-width forms).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_CSV_NOTE = "In CSV, text that opens with = + - @ has an apostrophe in front: a spreadsheet would compute it"


def export_full(store: Store, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Every table. GeoJSON holds the observations that have coordinates."""
    written: list[Path] = []
    for name in TABLES:
        # Only runs that wrote something: a repeated `add` then leaves the export as it was.
        chosen = "WHERE documents_new > 0" if name == "runs" else ""
        sql = f"SELECT * FROM {name} {chosen} ORDER BY ALL"
        written += [_write(store, sql, folder, name, form) for form in formats if form != "geojson"]
    if "geojson" in formats:
        placed = "place_lat IS NOT NULL AND place_lon IS NOT NULL"
        sql = f"SELECT * FROM facts WHERE {placed} ORDER BY doc_id, span_start, id"
        written.append(_write(store, sql, folder, "observations", "geojson"))
    return [*written, write_dictionary(folder, _stored_columns(store))]


def write_table(table: pa.Table, path: Path, form: str) -> None:
    """A table in one of FORMATS."""
    _replace(path, lambda temporary: _WRITERS[form](table.to_reader(), temporary))


def _write(store: Store, sql: str, folder: Path, name: str, form: str) -> Path:
    path = folder / f"{name}.{form}"
    _replace(path, lambda temporary: _WRITERS[form](store.stream(sql, _ROWS), temporary))
    return path


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
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


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
    """A feature a row; `place_lat` and `place_lon` are its point."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write('{"type": "FeatureCollection", "features": [')
        for number, row in enumerate(_rows(reader)):
            point = [row.pop("place_lon"), row.pop("place_lat")]
            geometry = None if None in point else {"type": "Point", "coordinates": point}
            feature = {"type": "Feature", "geometry": geometry, "properties": row}
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


def _stored_columns(store: Store) -> list[tuple[str, str, str, str]]:
    """(table, column, type, meaning), from the comments of the schema."""
    sql = (
        "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() "
        "WHERE NOT internal AND list_contains(?, table_name) ORDER BY table_name, column_index"
    )
    return [tuple(row.values()) for row in store.query(sql, [list(TABLES)]).to_pylist()]


def write_dictionary(folder: Path, columns: Sequence[tuple[str, str, str, str]]) -> Path:
    """(table, column, type, meaning) of all that was written, as `data-dictionary.csv`."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(("table", "column", "type", "meaning"))
    out.writerows(columns)
    out.writerow(("*", "*", "text", _CSV_NOTE))
    path = folder / "data-dictionary.csv"
    _replace(path, lambda temporary: _save(temporary, text.getvalue()))
    return path


def _save(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
