"""Where a document or an observation is referred to, in whatever tables the schema has.

In: the open connection. Out: columns, found by their names, so that a table that a later migration adds is erased
from too: `doc_id`, `observation_id`, these after a prefix (`old_doc_id`), and lists of them (`doc_ids`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from vigie.store.database import Connection

_REFERENCE = re.compile(r"(?:\w+_)?(doc|document|observation)_id(s?)")
# Tables of erasure itself: they hold salted ids only. Their own ids are no references.
APART = ("schema_migrations", "runs", "erasures", "erasure_salts", "tombstones", "suppressions")
# References that the name of the column does not show. They are emptied: the row speaks of something else.
_OTHERS = (("documents", "original_id"),)
# Columns of codes and dates: a person may well be called Price or Press, and a code that lost its word is no code any more.
_CODES = frozenset(
    {
        *(
            "action",
            "address",
            "area",
            "area_level",
            "country",
            "grade",
            "impact",
            "indicator",
            "kind",
            "language",
            "likelihood",
        ),
        *("market", "method", "of_text", "output", "period", "scope", "status", "substance", "type", "unit"),
        *("cause", "code_version", "content", "gained", "lost", "parts"),
        *("department", "lang", "region", "what"),
        *("drawn", "reviewer", "round", "state", "verdict"),
    }
)
# Rows worked out from the text of a document: when the text changes they go, and are worked out again.
DERIVED = ("prints",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A column that names documents or observations.

    Attributes:
        many: it holds a list of them.
        own: the row is about the one it names and goes with it; else only the reference goes.
    """

    table: str
    column: str
    to: Literal["document", "observation"]
    many: bool = False
    own: bool = True


def links(connection: Connection) -> list[Link]:
    """All references, in a stable order. `observations.id` and `documents.doc_id` are what they refer to."""
    found = [Link(table="observations", column="id", to="observation")]
    for table, column, kind in _columns(connection):
        if (table, column) in _OTHERS:
            found.append(Link(table=table, column=column, to="document", own=False))
        elif (
            (match := _REFERENCE.fullmatch(column))
            and table not in APART
            and kind in ("VARCHAR", "VARCHAR[]")
        ):
            to: Literal["document", "observation"] = (
                "observation" if match.group(1) == "observation" else "document"
            )
            found.append(Link(table=table, column=column, to=to, many=kind == "VARCHAR[]"))
    return found


def texts(connection: Connection) -> list[tuple[str, str]]:
    """(table, column) of every column of text outside documents, observations and evidence that is no key or code."""
    kept = (*APART, "documents", "observations", "evidence")
    return [
        (table, column)
        for table, column, kind in _columns(connection)
        if kind == "VARCHAR"
        and table not in kept
        and column not in _CODES
        and not re.search(r"(?:^|_)ids?$|sha256|digest|^mark$", column)
    ]


def _columns(connection: Connection) -> list[tuple[str, str, str]]:
    sql = (
        "SELECT c.table_name, c.column_name, c.data_type FROM duckdb_columns() c "
        "JOIN duckdb_tables() t USING (database_name, table_oid) "
        "WHERE NOT c.internal AND c.database_name = current_database() ORDER BY c.table_name, c.column_index"
    )
    return [(str(t), str(c), str(k)) for t, c, k in connection.execute(sql).fetchall()]
