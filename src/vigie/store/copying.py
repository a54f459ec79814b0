"""A store copied row by row into a fresh file: no byte of what was deleted is in the copy.

In: a connection to the fresh file, the path of a store. Out: tables, views and comments of the store in it, with the rows of the tables
chosen. Left out: whose turn it is (`turn.py`), where the file goes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import duckdb

from vigie.store.database import Connection, no_progress_bar

_FROM = "vigie_copied"


def copy_rows(connection: Connection, store: Path, tables: Collection[str] | None = None) -> None:
    """Copy a store into the database of the connection, which is empty.

    Args:
        tables: those whose rows are copied; the others stay empty. None for all.
    """
    no_progress_bar(connection)
    (target,) = connection.execute("SELECT current_database()").fetchall()[0]
    connection.execute(f"ATTACH {text(str(store))} AS {_FROM} (READ_ONLY)")
    try:
        connection.execute(f"COPY FROM DATABASE {_FROM} TO {name(target)} (SCHEMA)")
        connection.execute("BEGIN")
        copy_comments(connection, _FROM, name(target))
        connection.execute("COMMIT")  # before there are rows: a table that is being filled may not be altered
        found = "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND NOT internal ORDER BY table_oid"
        connection.execute("BEGIN")
        for (table,) in connection.execute(found, [_FROM]).fetchall():
            if tables is None or table in tables:
                connection.execute(f"INSERT INTO {name(table)} SELECT * FROM {_FROM}.main.{name(table)}")
        connection.execute("COMMIT")
    except duckdb.Error:
        with suppress(
            duckdb.Error
        ):  # within a transaction that failed nothing can be detached: its error is the one to tell
            connection.execute("ROLLBACK")
        raise
    finally:
        with suppress(duckdb.Error):
            connection.execute(f"DETACH DATABASE IF EXISTS {_FROM}")
    connection.execute("CHECKPOINT")


def copy_comments(connection: Connection, source: str, target: str) -> None:
    """Comments of the columns of tables, which COPY FROM DATABASE leaves behind. `target`: a name as SQL has it."""
    commented = (
        "SELECT c.table_name, c.column_name, c.comment FROM duckdb_columns() c JOIN duckdb_tables() t "
        "USING (database_name, schema_name, table_name) WHERE c.database_name = ? AND NOT c.internal AND c.comment IS NOT NULL"
    )
    script = [
        f"COMMENT ON COLUMN {target}.main.{name(table)}.{name(column)} IS {text(comment)};"
        for table, column, comment in connection.execute(commented, [source]).fetchall()
    ]
    if script:
        connection.execute(
            "\n".join(script)
        )  # at once: one by one they take longer than the rows of a small store


def forced(path: Path) -> None:
    """To the disk; of a folder, where the system knows that, its list of names."""
    if path.is_dir() and sys.platform == "win32":
        return
    handle = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def name(word: str) -> str:
    """A name as SQL has it."""
    return '"' + word.replace('"', '""') + '"'


def text(word: str) -> str:
    """A text as SQL has it."""
    return "'" + word.replace("'", "''") + "'"
