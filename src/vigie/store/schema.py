"""The schema and its migrations: data/schema/NNN_name.sql, applied in order, each in one transaction,
recorded.

In: a connection. Out: the same at the newest schema, or a StoreError for a file that is not ours or is too
new.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import duckdb

from vigie.model.errors import StoreError
from vigie.store.database import Connection, utc_now

_RECORD = """
CREATE TABLE schema_migrations (
    version INTEGER PRIMARY KEY, name VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, applied TIMESTAMP NOT NULL
)
"""


_NOT_WRITTEN = re.compile(r"could not write|no space left|file too large|disk quota", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema: its number, its file's name and its SQL."""

    version: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def load_migrations(folder: Path | None = None) -> tuple[Migration, ...]:
    """The steps in order. Numbers run from 1 without a gap: a version says what a store holds."""
    place: Traversable = folder if folder is not None else files("vigie").joinpath("data", "schema")
    found = []
    for entry in sorted(place.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".sql"):
            number = entry.name.partition("_")[0]
            if not number.isdigit():
                raise StoreError(f"{entry.name}: a migration is named NNN_name.sql")
            found.append(Migration(int(number), entry.name, entry.read_text(encoding="utf-8")))
    if [m.version for m in found] != list(range(1, len(found) + 1)):
        raise StoreError("migrations must be numbered 001, 002, ... without a gap or a double")
    return tuple(found)


def schema_version(connection: Connection) -> int:
    """Newest step applied; 0 for an empty file. Raises StoreError if the tables are not ours."""
    tables = {row[0] for row in connection.sql("SELECT table_name FROM duckdb_tables()").fetchall()}
    if not tables:
        return 0
    if "schema_migrations" not in tables:
        raise StoreError(
            "the file is a DuckDB database but not a Vigie store (name another file with --store)"
        )
    (newest,) = connection.sql("SELECT coalesce(max(version), 0) FROM schema_migrations").fetchall()
    return int(newest[0])


def check_version(connection: Connection, migrations: tuple[Migration, ...]) -> int:
    """The version found. Raises StoreError if this version of Vigie does not know it."""
    found = schema_version(connection)
    if found > len(migrations):
        raise StoreError(
            f"the store has schema {found}, this Vigie knows {len(migrations)} (pip install -U vigie)"
        )
    return found


def migrate(connection: Connection, migrations: tuple[Migration, ...]) -> tuple[int, ...]:
    """Apply what is missing; the versions applied. A step that fails leaves the store as it was before it."""
    found = check_version(connection, migrations)
    for step in migrations[found:]:
        connection.execute("BEGIN")
        try:
            if step.version == 1:
                connection.execute(_RECORD)
            connection.execute(step.sql)
            connection.execute(
                "INSERT INTO schema_migrations VALUES (?, ?, ?, ?)",
                [step.version, step.name, step.sha256, utc_now()],
            )
            connection.execute("COMMIT")
        except Exception as error:
            with suppress(duckdb.Error):  # after a full disk there is no transaction left to roll back
                connection.execute("ROLLBACK")
            unwritten = _NOT_WRITTEN.search(str(error)) is not None
            raise StoreError(
                f"migration {step.name} failed ({'the file cannot be written' if unwritten else type(error).__name__}); "
                f"the store is unchanged at schema {step.version - 1}"
                + (" (see that its disk has room, and run again)" if unwritten else "")
            ) from error
    return tuple(step.version for step in migrations[found:])
