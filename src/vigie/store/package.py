"""A folder of exported files as a Frictionless Data Package: what each is, its columns, its keys, its digest.

In: what was written. Out: `datapackage.json` (Data Package and Table Schema, version 1, which every tool reads). Both languages: French in
`title` and `description`, English under `translations.en`. The same files give the same bytes.
Left out: words (data/templates/open_data.toml), who may see what.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = "datapackage.json"
_MEDIA = {
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
    "geojson": "application/geo+json",
}
_DIALECT = {
    "delimiter": ",",
    "quoteChar": '"',
    "doubleQuote": True,
    "lineTerminator": "\n",
    "skipInitialSpace": False,
    "header": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column as Table Schema has it. `fr`: "" where its meaning was not translated."""

    name: str
    type: str
    en: str
    fr: str = ""
    constraints: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """Columns that name rows of another table."""

    columns: tuple[str, ...]
    table: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What several files of a folder hold, each in its format.

    Attributes:
        words: language -> {"title", "description"}.
        key: columns that no two rows share; () where none is known.
    """

    name: str
    words: Mapping[str, Mapping[str, str]]
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    refers: tuple[ForeignKey, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One written file of a table."""

    table: Table
    path: Path
    form: str


def resource_name(table: str, form: str) -> str:
    """CSV has the table's own name."""
    return table if form == "csv" else f"{table}-{form}"


def descriptor(about: Mapping[str, Any], files: Sequence[File]) -> bytes:
    """The package as JSON.

    Args:
        about: properties of the package itself, in order.
    """
    there = {(f.table.name, f.form) for f in files}
    resources = [_resource(file, there) for file in files]
    whole = {"profile": "data-package", **about, "resources": resources}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def both(words: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Title and description in French, with their translation."""
    pick = ("title", "description")
    return {n: words["fr"][n] for n in pick} | {
        "translations": {"en": {n: words["en"][n] for n in pick}},
    }


def digest(path: Path) -> str:
    """ "sha256:…" of a file."""
    with path.open("rb") as stream:
        return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()


def _resource(file: File, there: set[tuple[str, str]]) -> dict[str, Any]:
    table, form = file.table, file.form
    size = file.path.stat().st_size
    # Readers that know no Parquet take it as a file, as they do JSON Lines without a line; the columns stand in `schema` all the same.
    as_file = form == "parquet" or (form == "jsonl" and size == 0)
    found: dict[str, Any] = {
        "name": resource_name(table.name, form),
        "path": file.path.name,
        "profile": "tabular-data-resource" if form == "csv" else "data-resource",
        **({"type": "file"} if as_file else {}),
        **both(table.words),
        "format": form,
        "mediatype": _MEDIA[form],
        **({} if form == "parquet" else {"encoding": "utf-8"}),
        "bytes": size,
        "hash": digest(file.path),
    }
    if form == "csv":
        found["dialect"] = _DIALECT
    if form != "geojson":
        found["schema"] = _schema(table, form, there)
    return found


def _schema(table: Table, form: str, there: set[tuple[str, str]]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(column, form) for column in table.columns],
        "missingValues": [""],
    }
    if table.key:
        schema["primaryKey"] = list(table.key)
    refers = [
        {
            "fields": list(r.columns),
            "reference": {"resource": resource_name(r.table, form), "fields": list(r.to)},
        }
        for r in table.refers
        if (r.table, form) in there
    ]
    return schema | ({"foreignKeys": refers} if refers else {})


def _field(column: Column, form: str) -> dict[str, Any]:
    # Parquet has no type of its own for JSON: it is text there.
    kind = "string" if form == "parquet" and column.type in ("object", "array") else column.type
    found: dict[str, Any] = {"name": column.name, "type": kind, "description": column.fr or column.en}
    if column.fr:
        found["translations"] = {"en": {"description": column.en}}
    if column.constraints:
        found["constraints"] = dict(column.constraints)
    return found
