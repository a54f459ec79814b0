"""The form of the public tables: their columns and what each means. Who may be in them: vigie.report.public.

In: data/templates/open_data.toml. Out: `TABLES` by name, each with its columns as Table Schema, for files and dictionaries.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from vigie.lexicon.terms import data_toml
from vigie.store.package import Column, Table

WORDS: Mapping[str, Any] = data_toml("templates", "open_data.toml")
_ARROW = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "date": pa.date32()}


def _table(name: str) -> Table:
    words = WORDS["table"][name]
    columns = tuple(Column(**row) for row in words["column"])
    return Table(name=name, words={lang: words[lang] for lang in ("fr", "en")}, columns=columns, key=("id",))


def _schema(table: Table) -> pa.Schema:
    """Arrow's form, which Parquet files keep with the meanings."""
    fields = [
        pa.field(c.name, _ARROW[c.type], metadata={"description": c.en, "description_fr": c.fr})
        for c in table.columns
    ]
    said = {f"{n}_{lang}": table.words[lang][n] for n in ("title", "description") for lang in ("fr", "en")}
    return pa.schema(fields, metadata=said)


TABLES: dict[str, Table] = {name: _table(name) for name in WORDS["table"]}
SCHEMAS: dict[str, pa.Schema] = {name: _schema(table) for name, table in TABLES.items()}
COLUMNS = {c.name: c.en for c in TABLES["cells"].columns}
SCHEMA = SCHEMAS["cells"]
