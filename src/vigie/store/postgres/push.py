"""From the working copy to the server: what was changed here, in one transaction there.

In: a connection to the copy, outside of a transaction, the State that copy and server have in common. Out: the next State, on the server
and in the base; or nothing of it. A table whose quick sum is as it was is not looked at; of another the digests of all rows are held
against the base. A row that was changed is one that went and one that came. Which transaction made a state is told by its id (`vigie.pushes`):
where the connection breaks at its end, that is asked afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import uuid4

import duckdb

from vigie.model.errors import StoreError
from vigie.store.copying import name
from vigie.store.database import Connection, utc_now
from vigie.store.postgres.link import Link, LostError
from vigie.store.postgres.pull import base_table, table_sums
from vigie.store.postgres.tables import BESIDE, FORMAT, KEPT_BESIDE, Table, tables
from vigie.store.postgres.working import State, Working
from vigie.store.schema import schema_version

_ROWS = 2000  # that travel together
_GONE = 500_000  # numbers of deleted rows that are kept, at most: copies of earlier states are made anew
UNKEPT = "nothing that was not yet told as done was kept (run again)"


class OvertakenError(StoreError):
    """Somebody else wrote meanwhile: the copy is of a state that is no more."""


@dataclass(frozen=True, slots=True)
class _Diff:
    table: Table
    added: str
    gone: list[int]
    rows: int
    sum: tuple[int, int]


def push(
    connection: Connection, working: Working, state: State | None, link: Link, *, anew: bool, erased: bool,
    lost: Callable[[], Link],
) -> State | None:  # fmt: skip
    """Send what changed; the State after it, None where nothing did.

    Args:
        anew: the server's tables are made anew with all rows: it has none, or of an older schema.
        erased: rows were erased: also from what the server remembers of deleted rows.
        lost: gives a new Link with the turn, after the connection broke.
    Raises:
        StoreError: the server has nothing of it, or (the message says it) all.
    """
    cursor = connection.cursor()
    try:
        with working.attached(cursor):
            try:
                cursor.execute("BEGIN")
                salt = state.salt if state is not None else ""
                before = State(version=0, push="", next_row=1, schema=0) if state is None else state
                found = _diffs(cursor, before, anew=anew, salt=salt or before.salt)
                if not found and not erased and not anew:
                    cursor.execute("ROLLBACK")
                    return None
                after = replace(
                    before, version=before.version + 1, push=str(uuid4()), schema=schema_version(cursor),
                    next_row=before.next_row + sum(diff.rows for diff in found),
                    sums=({} if anew else before.sums) | {diff.table.name: diff.sum for diff in found},
                    brought_up=utc_now().isoformat(),
                )  # fmt: skip
                while True:
                    try:
                        _send(cursor, link, found, before, after, anew=anew, erased=erased)
                        break
                    except LostError:
                        link = lost()
                        if _arrived(link, before, after):
                            break
                cursor.execute("COMMIT")
            except duckdb.Error as error:  # its message may quote a row
                raise StoreError(
                    f"{link.server.shown}: the changes could not be read ({type(error).__name__}); {UNKEPT}"
                ) from None
            try:
                _base(cursor, found, before, anew=anew)
                working.keep(after)
            except (duckdb.Error, StoreError) as error:
                raise StoreError(
                    f"{link.server.shown} has all that was written; this machine's copy could not be brought up ({type(error).__name__}): "
                    "it will be made anew"
                ) from None
            return after
    finally:
        cursor.close()


def _diffs(cursor: Connection, before: State, *, anew: bool, salt: str) -> list[_Diff]:
    found, known = list[_Diff](), tables(cursor)
    sums = table_sums(cursor, known, salt)
    for at, table in enumerate(known):
        now, added = sums[table.name], f"vigie_added_{at}"
        if not anew and now == before.sums.get(table.name):
            continue
        if anew and not now[0]:
            found.append(_Diff(table, added, [], 0, now))
            continue
        gone = _differing(cursor, table, added, anew=anew)
        ((rows,),) = cursor.execute(f"SELECT count(*) FROM {added}").fetchall()
        found.append(_Diff(table, added, gone, int(rows), now))
    return found


def _differing(cursor: Connection, table: Table, added: str, *, anew: bool) -> list[int]:
    """Numbers of the rows that are no more; a temporary table of those that are new."""
    now = f"SELECT rowid AS vigie_place, {table.digest} AS vigie_digest FROM {table.here}"
    if anew:
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE {added} AS {now}")
        return []
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE vigie_now AS {now}")
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE vigie_differ AS SELECT digest, coalesce(n, 0) AS here, coalesce(b, 0) AS there "
        "FROM (SELECT vigie_digest AS digest, count(*) AS n FROM vigie_now GROUP BY 1) "
        f"FULL JOIN (SELECT digest, count(*) AS b FROM {table.base} GROUP BY 1) USING (digest) WHERE n IS DISTINCT FROM b"
    )
    nth = "row_number() OVER (PARTITION BY digest ORDER BY {}) AS nth, here, there FROM"
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE {added} AS SELECT vigie_place, digest AS vigie_digest FROM (SELECT vigie_place, digest, "
        f"{nth.format('vigie_place')} vigie_now JOIN vigie_differ ON vigie_digest = digest) WHERE nth > there"
    )
    going = cursor.execute(
        f"SELECT row_no FROM (SELECT row_no, {nth.format('row_no')} {table.base} JOIN vigie_differ USING (digest)) WHERE nth > here ORDER BY 1"
    )
    return [row for (row,) in going.fetchall()]


def _send(
    cursor: Connection, link: Link, found: list[_Diff], before: State, after: State, *, anew: bool, erased: bool
) -> None:  # fmt: skip
    with link.transaction():
        _begin(link, before)
        if anew:
            _make(link, [diff.table for diff in found])
        row = before.next_row
        for diff in found:
            table = diff.table
            for start in range(0, len(diff.gone), _ROWS):
                numbers = diff.gone[start : start + _ROWS]
                link.run(f"DELETE FROM {table.there} WHERE _row = ANY(%s)", [numbers])
                link.run(
                    "INSERT INTO vigie.gone SELECT %s, %s, unnest(%s::int8[])",
                    [after.version, table.name, numbers],
                )
            if diff.rows:
                _copy(cursor, link, diff, row)
            row += diff.rows
        fresh = anew or erased or link.one("SELECT count(*) FROM vigie.gone")[0] > _GONE
        if fresh:
            link.run("DELETE FROM vigie.gone")
            link.run("DELETE FROM vigie.pushes")
        link.run(
            "INSERT INTO vigie.state (format, schema, version, oldest, next_row) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (one) DO UPDATE SET format = excluded.format, schema = excluded.schema, version = excluded.version, "
            f"oldest = {'excluded' if fresh else 'state'}.oldest, next_row = excluded.next_row",
            [FORMAT, after.schema, after.version, after.version, after.next_row],
        )
        link.run("INSERT INTO vigie.pushes (version, push) VALUES (%s, %s)", [after.version, after.push])


def _begin(link: Link, before: State) -> None:
    """Hold the server's state for this transaction. Raises OvertakenError where it is not the one that the copy was made of."""
    if before.version == 0:
        if link.one("SELECT to_regnamespace('vigie')")[0] is None:
            link.run("CREATE SCHEMA vigie")
        if link.one("SELECT to_regclass('vigie.state')")[0] is None:
            link.run(BESIDE)
    found = link.run("SELECT version FROM vigie.state FOR UPDATE")
    if (found[0][0] if found else 0) != before.version:
        raise OvertakenError(f"{link.server.shown} was written by somebody else meanwhile; {UNKEPT}")
    if (
        found
        and link.one("SELECT push::text FROM vigie.pushes WHERE version = %s", [before.version])[0]
        != before.push
    ):
        raise OvertakenError(f"{link.server.shown} was written by somebody else meanwhile; {UNKEPT}")


def _arrived(link: Link, before: State, after: State) -> bool:
    """After a broken connection: whether the server has it. Its state is locked first, so that no transaction is under way any more."""
    with link.transaction():
        if link.one("SELECT to_regclass('vigie.state')")[0] is None:
            return False
        link.run("SELECT version FROM vigie.state FOR UPDATE")
        found = link.run(
            "SELECT 1 FROM vigie.pushes WHERE version = %s AND push = %s", [after.version, after.push]
        )
        return bool(found)


def _make(link: Link, found: list[Table]) -> None:
    made = link.run("SELECT tablename FROM pg_tables WHERE schemaname = 'vigie'")
    for (table,) in made:
        if table not in KEPT_BESIDE:
            link.run(f"DROP TABLE vigie.{name(table)} CASCADE")
    link.run("; ".join(one.ddl() for one in found))


def _copy(cursor: Connection, link: Link, diff: _Diff, first: int) -> None:
    table, row = diff.table, first
    reading = cursor.execute(
        f"SELECT {table.sent()} FROM {table.here} t JOIN {diff.added} a ON t.rowid = a.vigie_place ORDER BY a.vigie_place"
    )
    with link.copy(f"COPY {table.there} (_row, {table.names}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["int8", *table.types])
        while rows := reading.fetchmany(_ROWS):
            for values in rows:
                copy.write_row((row, *values))
                row += 1


def _base(cursor: Connection, found: list[_Diff], before: State, *, anew: bool) -> None:
    """The base after the server has it: what it holds is what both have."""
    cursor.execute("BEGIN")
    first = before.next_row
    if anew:
        cursor.execute("; ".join(base_table(diff.table) for diff in found))
    for diff in found:
        table = diff.table
        for start in range(0, len(diff.gone), _ROWS):
            numbers = diff.gone[start : start + _ROWS]
            cursor.execute(f"DELETE FROM {table.base} WHERE row_no IN (SELECT unnest(?))", [numbers])
        if diff.rows:
            cursor.execute(
                f"INSERT INTO {table.base} SELECT {first} + row_number() OVER (ORDER BY vigie_place) - 1, vigie_digest FROM {diff.added}"
            )
        first += diff.rows
    cursor.execute("COMMIT")


def erase_bytes(link: Link, patience: float) -> None:
    """Write the server's tables anew, without the bytes of what was deleted. Raises StoreError; the rows are deleted all the same."""
    link.run("SELECT set_config('lock_timeout', %s, false)", [str(int(max(patience, 1.0) * 1000))])
    try:
        for (table,) in link.run("SELECT tablename FROM pg_tables WHERE schemaname = 'vigie' ORDER BY 1"):
            link.run(f"VACUUM FULL vigie.{name(table)}")
    finally:
        link.run("SET lock_timeout = 0")
