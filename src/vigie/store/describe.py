"""The tables of a store as a data package describes them: from the comments and types of its own schema.

In: an open store. Out: `Table` records, so that what a later migration adds is described without code here; the properties of the
package of a full export.
Keys are those that hold whatever was erased: a published cell may name a fact that is gone, so that no foreign key is declared there.
An empty text is unknown in CSV: columns of text are `required` only where they are a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from vigie import __version__
from vigie.lexicon.terms import data_toml
from vigie.model import observation, period, place
from vigie.store.package import Column, ForeignKey, Table, both
from vigie.store.public import WORDS
from vigie.store.store import TABLES, Store

_TYPES = {
    "VARCHAR": "string",
    "TINYINT": "integer",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
}
_FACT = ("doc_id", "observation_id")
_KEYS: Mapping[str, tuple[str, ...]] = {
    "sources": ("source_id",),
    "documents": ("doc_id",),
    "observations": ("doc_id", "id"),
    "evidence": _FACT,
    "redactions": ("doc_id", "kind"),
    "runs": ("run_id",),
    "erasures": ("erasure_id",),
    "public_cells": ("cell_id",),
    "public_facts": ("cell_id", *_FACT),
    "public_alerts": ("address", "version"),
    "public_outputs": ("output_id",),
    "alert_releases": ("entry_id",),
    "analyst_alerts": ("alert_id",),
    "analyst_decisions": ("entry_id",),
    "review_decisions": ("decision_id",),
    "machine_observations": ("doc_id", "observation_id"),
    "review_states": ("doc_id", "observation_id"),
}
_TO_DOCUMENT = ForeignKey(columns=("doc_id",), table="documents", to=("doc_id",))
_TO_ALERT = ForeignKey(columns=("alert_id",), table="analyst_alerts", to=("alert_id",))
_REFERS: Mapping[str, tuple[ForeignKey, ...]] = {
    "observations": (_TO_DOCUMENT,),
    "redactions": (_TO_DOCUMENT,),
    "evidence": (ForeignKey(columns=_FACT, table="observations", to=("doc_id", "id")),),
    "public_facts": (ForeignKey(columns=("cell_id",), table="public_cells", to=("cell_id",)),),
    "analyst_signals": (_TO_ALERT,),
    "analyst_evidence": (_TO_ALERT,),
}
_CODES: Mapping[tuple[str, str], Any] = {
    ("observations", "assertion"): observation.Assertion,
    ("observations", "place_level"): place.Level,
    ("observations", "when_precision"): period.Precision,
    ("observations", "when_basis"): period.Basis,
}
_BOUNDS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("observations", "confidence"): {"minimum": 0, "maximum": 1},
    ("observations", "place_lat"): {"minimum": -90, "maximum": 90},
    ("observations", "place_lon"): {"minimum": -180, "maximum": 180},
    ("documents", "grade"): {"enum": list("ABCDEF")},
}
_JSON = (("observations", "value"),)  # text that holds JSON; read as an object


# What an export adds to the columns of observations.
REVIEW: Mapping[str, Any] = {
    "table_name": "observations", "column_name": "review", "data_type": "VARCHAR", "is_nullable": True,
    "comment": "What a person decided on it: accepted, corrected, split, relinked, kept; empty if nobody read it again",
}  # fmt: skip


def stored_tables(store: Store) -> dict[str, Table]:
    """Every table of TABLES, in their order."""
    about = dict(
        zip(*_lists(store, "SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal"), strict=True)
    )
    sql = (
        "SELECT table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns() "
        "WHERE NOT internal AND list_contains(?, table_name) ORDER BY table_name, column_index"
    )
    columns: dict[str, list[Column]] = {name: [] for name in TABLES}
    for row in store.query(sql, [list(TABLES)]).to_pylist():
        columns[row["table_name"]].append(_column(row))
    columns["observations"].append(_column(REVIEW))
    french = WORDS["full"]["table"]
    return {
        name: Table(
            name=name,
            words={
                "en": {"title": name, "description": about[name] or ""},
                "fr": {"title": name, "description": french.get(name, about[name] or "")},
            },
            columns=tuple(columns[name]),
            key=_KEYS.get(name, ()),
            refers=_REFERS.get(name, ()),
        )
        for name in TABLES
    }


def about_full(store: Store) -> dict[str, Any]:
    """Properties of the package. Its day is that of the last run that wrote, so that the same store gives the same bytes."""
    package = WORDS["full"]
    (day,) = store.column("SELECT max(coalesce(finished, started)) FROM runs WHERE documents_new > 0")
    found = {"name": package["name"], **both(package), "version": f"schema-{store.schema_version()}"}
    if day is not None:
        found["created"] = f"{day.date().isoformat()}T00:00:00Z"
    return found | {
        "keywords": package["keywords"],
        "contributors": WORDS["contributor"],
        "sources": WORDS["source"],
        "vigie": __version__,
    }


def _column(row: Mapping[str, Any]) -> Column:
    at = (row["table_name"], row["column_name"])
    listed = str(row["data_type"]).endswith("[]")
    kind = "object" if at in _JSON else "array" if listed else _TYPES.get(str(row["data_type"]), "string")
    constraints: dict[str, Any] = dict(_BOUNDS.get(at, {}))
    if at in _CODES:
        constraints["enum"] = list(get_args(_CODES[at]))
    if not row["is_nullable"] and (kind != "string" or at[1] in _KEYS.get(at[0], ())):
        constraints = {"required": True} | constraints
    french = data_toml("templates", "columns.fr.toml").get(at[0], {}).get(at[1], "")
    return Column(name=at[1], type=kind, en=row["comment"] or "", fr=french, constraints=constraints)


def _lists(store: Store, sql: str) -> list[list[Any]]:
    return [column.to_pylist() for column in store.query(sql).columns]
