"""From the server to the working copy: what changed since the copy's state, or all of it.

In: a Link, a Working copy that nobody else has open. Out: the State that the copy is at. All is read within one state of the server.
Only what is deleted is looked for in the copy: rows that came later have higher numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from vigie.model.errors import StoreError
from vigie.settings import Settings
from vigie.store.copying import text
from vigie.store.database import Connection, connect
from vigie.store.postgres.link import Link
from vigie.store.postgres.tables import FORMAT, Table, tables
from vigie.store.postgres.working import State, Working
from vigie.store.schema import load_migrations, migrate

_ROWS = 2000  # that travel together
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Head:
    """Where the server is. `oldest`: copies of earlier states are made anew."""

    schema: int
    version: int
    oldest: int
    next_row: int
    push: str


class _MovedError(StoreError):
    """Tables were made anew while they were read."""


def head(link: Link) -> Head | None:
    """None where the server holds no store yet. Raises StoreError for what another version made."""
    if link.one("SELECT to_regclass('vigie.state')")[0] is None:
        return None
    found = link.run("SELECT format, schema, version, oldest, next_row FROM vigie.state")
    if not found:
        return None
    form, schema, version, oldest, next_row = found[0]
    known = len(load_migrations())
    if form > FORMAT or schema > known:
        raise StoreError(
            f"the store has schema {schema}, this Vigie knows {known} (pip install -U vigie)"
            if schema > known
            else "the server's store was written by a newer Vigie (pip install -U vigie)"
        )
    (push,) = link.one("SELECT push::text FROM vigie.pushes WHERE version = %s", [version])
    return Head(schema, version, oldest, next_row, push)


def in_step(state: State | None, at: Head | None) -> bool:
    """Whether a copy is the server's present state."""
    return state is not None and at is not None and (state.version, state.push) == (at.version, at.push)


def pull(link: Link, working: Working, settings: Settings) -> State | None:
    """Bring the copy up; its state, None where the server holds no store (there is no copy then either).

    The caller holds the copy's turn. The copy is marked while it is worked on, and by nobody but who did it unmarked after.
    """
    for _ in range(_TRIES):
        state = working.state()
        done: State | None = None
        try:
            with link.transaction(reading=True):
                at = head(link)
                if in_step(state, at):
                    return state
                working.mark()  # so that what goes wrong from here on leads to a copy that is made anew
                if at is None:
                    working.forget()
                    return None
                usable = _usable(link, state, at)
                done = (
                    _changes(link, working, state, at, settings)
                    if usable
                    else _whole(link, working, at, settings)
                )
        except _MovedError:
            continue
        except duckdb.Error as error:  # its message may quote a row
            if state is None:
                raise StoreError(
                    f"the working copy {working.file} could not be made ({type(error).__name__}): free disk or memory"
                ) from None
            continue
        now = head(link)  # tables that were made anew meanwhile were read as if they were empty
        if now is not None and now.oldest <= at.version:
            working.keep(done)
            working.unmark()
            return done
    raise StoreError(f"{link.server.shown} is being made anew again and again (run again later)")


def _usable(link: Link, state: State | None, at: Head) -> bool:
    """Whether the server's history leads from the copy's state to its own: not after a dump was put back there."""
    if state is None or state.schema != at.schema or not at.oldest <= state.version < at.version:
        return False
    return bool(
        link.run("SELECT 1 FROM vigie.pushes WHERE version = %s AND push = %s", [state.version, state.push])
    )


def _changes(link: Link, working: Working, state: State | None, at: Head, settings: Settings) -> State:
    assert state is not None
    connection = connect(working.file, read_only=False, settings=settings)
    try:
        with working.attached(connection):
            deleted: dict[str, list[int]] = {}
            gone = "SELECT table_name, _row FROM vigie.gone WHERE version > %s AND _row < %s ORDER BY 1, 2"
            for table_name, row in link.run(gone, [state.version, state.next_row]):
                deleted.setdefault(table_name, []).append(row)
            found = tables(connection)
            for (
                table
            ) in found:  # before any is added: a row that was changed has the key of the one that it was
                if table.name in deleted:
                    _delete(connection, table, deleted[table.name])
            came = _came(link, found, state.next_row)
            for table in came:
                _add(connection, link, table, state.next_row)
            touched = {t.name for t in came} | set(deleted)
            return _state(connection, at, found, state, touched)
    finally:
        connection.close()


def _whole(link: Link, working: Working, at: Head, settings: Settings) -> State:
    working.forget()
    connection = connect(working.file, read_only=False, settings=settings)
    try:
        migrate(connection, load_migrations()[: at.schema])
        found = tables(connection)
        emptied = "; ".join(f"DELETE FROM {table.here}" for table in found)
        connection.execute(f"BEGIN; {emptied}; COMMIT")
        connection.execute("CHECKPOINT")
        with working.attached(connection):
            made = "; ".join(base_table(table) for table in found)
            connection.execute(f"BEGIN; {made}; COMMIT")
            for table in _came(link, found, 0):
                _add(connection, link, table, 0)
            return _state(connection, at, found, None, {t.name for t in found})
    finally:
        connection.close()


def _state(
    connection: Connection, at: Head, found: list[Table], before: State | None, touched: set[str]
) -> State:
    state = State(version=at.version, push=at.push, next_row=at.next_row, schema=at.schema)
    if before is not None:
        state.salt, state.sums = before.salt, dict(before.sums)
    state.sums |= table_sums(
        connection, [t for t in found if t.name in touched or t.name not in state.sums], state.salt
    )
    counts = " UNION ALL ".join(f"SELECT {text(t.name)}, count(*) FROM {t.base}" for t in found)
    for table_name, known in connection.execute(counts).fetchall():
        if known != state.sums[table_name][0]:
            raise _MovedError(f"{table_name}: the copy has other rows than the server")
    connection.execute("CHECKPOINT vigie_base")
    connection.execute("CHECKPOINT")
    return state


def table_sums(connection: Connection, found: list[Table], salt: str) -> dict[str, tuple[int, int]]:
    """table -> rows and quick sum of each."""
    if not found:
        return {}
    sql = " UNION ALL ".join(f"SELECT {text(t.name)}, {t.sum(salt)} FROM {t.here}" for t in found)
    return {name: (int(rows), int(total)) for name, rows, total in connection.execute(sql).fetchall()}


def base_table(table: Table) -> str:
    """SQL that makes its base, without rows."""
    return f"CREATE OR REPLACE TABLE {table.base} (row_no BIGINT, digest BLOB)"


def _came(link: Link, found: list[Table], first: int) -> list[Table]:
    """Tables that have rows from a number on."""
    asked = " UNION ALL ".join(
        f"SELECT {at} WHERE EXISTS (SELECT 1 FROM {t.there} WHERE _row >= {int(first)})"
        for at, t in enumerate(found)
    )
    return [found[at] for (at,) in sorted(link.run(asked))]


def _delete(connection: Connection, table: Table, rows: list[int]) -> None:
    """Rows by their numbers: each is one of those here that have its digest, which are all alike."""
    connection.register("vigie_numbers", pa.table({"row_no": pa.array(rows, pa.int64())}))
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE vigie_gone AS SELECT digest, count(*) AS n FROM {table.base} "
            "WHERE row_no IN (SELECT row_no FROM vigie_numbers) GROUP BY digest"
        )
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE vigie_going AS SELECT place FROM (SELECT place, g.n, "
            "row_number() OVER (PARTITION BY digest ORDER BY place) AS nth FROM "
            f"(SELECT rowid AS place, {table.digest} AS digest FROM {table.here}) JOIN vigie_gone g USING (digest)) WHERE nth <= n"
        )
        connection.execute(f"DELETE FROM {table.here} WHERE rowid IN (SELECT place FROM vigie_going)")
        connection.execute(f"DELETE FROM {table.base} WHERE row_no IN (SELECT row_no FROM vigie_numbers)")
    finally:
        connection.unregister("vigie_numbers")


def _add(connection: Connection, link: Link, table: Table, first: int) -> None:
    """Rows from a number on."""
    schema = pa.schema(
        [
            pa.field("_row", pa.int64()),
            *connection.sql(f"SELECT * FROM {table.here} LIMIT 0").to_arrow_table().schema,
        ]
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE vigie_digests (row_no BIGINT, digest BLOB)")
    connection.execute("BEGIN")
    for batch in _batches(link, table, first):
        columns = [
            pa.array(values, field.type)
            for values, field in zip(zip(*batch, strict=True), schema, strict=True)
        ]
        connection.register("vigie_came", pa.Table.from_arrays(columns, schema=schema))
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE vigie_in AS SELECT _row, {table.got()} FROM vigie_came"
        )
        connection.unregister("vigie_came")
        connection.execute(
            f"INSERT INTO {table.here} ({table.names}) SELECT {table.names} FROM vigie_in ORDER BY _row"
        )
        connection.execute(f"INSERT INTO vigie_digests SELECT _row, {table.digest} FROM vigie_in")
    connection.execute("COMMIT")
    connection.execute(f"INSERT INTO {table.base} SELECT * FROM vigie_digests")


def _batches(link: Link, table: Table, first: int) -> Iterator[list[tuple[Any, ...]]]:
    wide = [at + 1 for at, kind in enumerate(table.types) if kind == "numeric[]"]
    batch: list[tuple[Any, ...]] = []
    chosen = f"SELECT _row, {table.names} FROM {table.there} WHERE _row >= {int(first)} ORDER BY _row"
    with link.copy(f"COPY ({chosen}) TO STDOUT (FORMAT BINARY)") as copy:
        copy.set_types(["int8", *table.types])
        for row in copy.rows():
            if wide:
                row = tuple(
                    [int(v) for v in value] if at in wide and value is not None else value
                    for at, value in enumerate(row)
                )
            batch.append(row)
            if len(batch) >= _ROWS:
                yield batch
                batch = []
    if batch:
        yield batch
