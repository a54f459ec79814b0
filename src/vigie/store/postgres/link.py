"""A connection to the server of a store, and its errors in words.

In: a Server. Out: a Link that runs statements; StoreError with the repair, `LostError` where the connection broke.
No message of the server is passed on: it may quote a row, and may be in any language.
"""

from __future__ import annotations

import logging
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from vigie.model.errors import StoreError
from vigie.place import Server
from vigie.store.database import BusyError

TURN, RUNS = 0x56494745, 0x56494746  # advisory locks: whose turn it is; which runs go on
TOLD_AFTER = 0.5  # seconds of waiting before a person is told
_ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "connect_timeout": 10}
_SETTINGS = (
    "SET client_min_messages = error; SET statement_timeout = 0; SET lock_timeout = 0; "
    "SET idle_in_transaction_session_timeout = 0; SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; "
    "SET tcp_keepalives_count = 3"
)


class LostError(StoreError):
    """The connection to the server broke: what it did of the last statement is not known."""


class RefusedError(StoreError):
    """The server cannot be reached, or lets nobody in now: it may later."""


def _psycopg() -> Any:
    try:
        import psycopg
    except ImportError:
        raise StoreError(
            "a store on a PostgreSQL server needs psycopg (pip install 'vigie[postgres]')"
        ) from None
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)  # what it logs may quote the server
    return psycopg


class Link:
    """One open connection. Every statement is its own transaction but within `transaction`."""

    def __init__(self, server: Server) -> None:
        self.server = server
        psycopg = _psycopg()
        name = f"vigie {os.getpid()} of {platform.node()}"[:63]
        try:
            told = psycopg.conninfo.conninfo_to_dict(server.address)
            options = {key: value for key, value in _ALIVE.items() if key not in told}
            self._connection = psycopg.connect(
                server.address, autocommit=True, application_name=name, client_encoding="utf8", **options, **server.secrets
            )  # fmt: skip
        except psycopg.ProgrammingError:
            raise StoreError(
                f"{server.shown}: the address is not one that libpq understands (postgresql://USER@HOST:PORT/DATABASE)"
            ) from None
        except (psycopg.Error, OSError, UnicodeError) as error:
            raise _refusal(server, str(error)) from None
        self.run(_SETTINGS)
        if self.one("SHOW synchronous_commit")[0] == "off":  # what counts as kept is on the server's disk
            self.run("SET synchronous_commit = on")

    def run(self, sql: str, parameters: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a statement, none for one that has none."""
        with self.words():
            cursor = self._connection.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    def one(self, sql: str, parameters: Sequence[Any] | None = None) -> tuple[Any, ...]:
        return self.run(sql, parameters)[0]

    @contextmanager
    def transaction(self, *, reading: bool = False) -> Iterator[None]:
        """All or nothing; for reading, one state of all tables."""
        with self.words(), self._connection.transaction():
            if reading:
                self.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield

    @contextmanager
    def copy(self, sql: str) -> Iterator[Any]:
        """COPY, in psycopg's form."""
        with self.words(), self._connection.cursor() as cursor, cursor.copy(sql) as copy:
            yield copy

    def close(self) -> None:
        with suppress(Exception):
            self._connection.close()

    @contextmanager
    def words(self) -> Iterator[None]:
        psycopg = _psycopg()
        try:
            yield
        except psycopg.Error as error:
            broke = isinstance(error, psycopg.OperationalError) and not error.sqlstate
            if broke or self._connection.closed:
                raise LostError(f"{self.server.shown}: the connection broke") from None
            raise _failure(self.server, error.sqlstate or "", type(error).__name__) from None

    # Turns

    def take_turn(self, wait: float, told: Callable[[str], None]) -> None:
        """Wait for the turn to write. Raises BusyError after `wait` seconds."""
        began, first = time.monotonic(), min(TOLD_AFTER, wait / 2)
        if self.one("SELECT pg_try_advisory_lock(%s, 0)", [TURN])[0]:
            return
        for limit in (first, wait):
            left = limit - (time.monotonic() - began)
            if left > 0 and self._locked(left):
                return
            if limit is first and wait:
                told(f"vigie: waiting for {self._holder()} to be done with {self.server.shown} …")
        waited = f" for {wait:.0f} seconds now" if wait >= 1 else ""
        raise BusyError(
            f"{self.server.shown} is open in another process{waited}: {self._holder()} "
            "(wait for it to end, or close it, and run again; VIGIE_WAIT=SECONDS waits longer)"
        )

    def _locked(self, seconds: float) -> bool:
        psycopg = _psycopg()
        try:
            self._connection.execute(
                "SELECT set_config('lock_timeout', %s, false)", [str(max(1, int(seconds * 1000)))]
            )
            self._connection.execute("SELECT pg_advisory_lock(%s, 0)", [TURN])
        except psycopg.errors.LockNotAvailable:
            return False
        except psycopg.Error as error:
            with self.words():
                raise error
        finally:
            with suppress(psycopg.Error):
                self._connection.execute("SET lock_timeout = 0")
        return True

    def end_turn(self) -> None:
        self.run("SELECT pg_advisory_unlock(%s, 0)", [TURN])

    def awaited(self) -> bool:
        """Whether somebody waits for the turn."""
        sql = f"SELECT count(*) FROM pg_locks WHERE {_OURS} AND NOT granted AND objid = 0"
        return bool(self.one(sql, [TURN])[0])

    def _holder(self) -> str:
        sql = (
            f"SELECT l.pid, a.application_name FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid) "
            f"WHERE {_OURS} AND granted AND objid = 0"
        )
        for pid, name in self.run(sql, [TURN]):
            return (
                f"process {name.removeprefix('vigie ')}"
                if (name or "").startswith("vigie ")
                else f"process {pid} of the server"
            )
        return "a process that just ended"

    def hold_run(self, run_id: int) -> None:
        """Say, for as long as this connection lives, that a run goes on."""
        self.run("SELECT pg_advisory_lock_shared(%s, %s)", [RUNS, run_id])

    def drop_run(self, run_id: int) -> None:
        self.run("SELECT pg_advisory_unlock_shared(%s, %s)", [RUNS, run_id])

    def live_runs(self) -> set[int]:
        return {
            int(number)
            for (number,) in self.run(f"SELECT objid FROM pg_locks WHERE {_OURS} AND granted", [RUNS])
        }


_OURS = (
    "locktype = 'advisory' AND classid = %s AND objsubid = 2 AND "
    "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_REFUSALS = (
    (("password authentication failed", "no password supplied", "authentication failed"), "it does not know this user or password "
     "(see PGPASSWORD, .pgpass, and the user of the address)"),
    (("no pg_hba.conf entry",), "it lets nobody in from here with this user and encryption (its pg_hba.conf, and sslmode of the address)"),
    (("certificate", "ssl", "tls"), "no safe connection was made (see sslmode and sslrootcert of the address)"),
    (("starting up", "shutting down", "recovery"), "it is being started or stopped (try again)"),
    (("too many", "remaining connection slots"), "it has no room for one more connection (try again, or raise max_connections)"),
    (("role",), "it does not know this user (see the user of the address)"),
    (("database",), "it has no such database, or not for this user (createdb, or name another in the address)"),
    (("translate host name", "name or service", "resolve host", "nodename nor servname"), "no host of that name is known (see the address)"),
    (("refused", "no such file", "could not connect"), "no server answers there (is it running? see host and port of the address)"),
    (("timeout", "timed out", "no route", "unreachable"), "it does not answer (see host and port of the address, and firewalls)"),
)  # fmt: skip


def _refusal(server: Server, message: str) -> StoreError:
    """Why no connection was made. A server that speaks another language than English is told in general words."""
    told = message.lower().rpartition("failed: ")[2] if "failed: " in message.lower() else message.lower()
    for signs, words in _REFUSALS:
        if any(sign in told for sign in signs):
            return RefusedError(f"{server.shown} cannot be opened: {words}")
    return RefusedError(
        f"{server.shown} cannot be opened (see with the same address what psql says, without the password)"
    )


_FAILURES = {
    "42501": "this user may not do that (GRANT, as in docs/operate.md; readers need USAGE on the schema vigie and SELECT on its tables)",
    "25006": "it takes no changes: it is a standby, or set to read only (name the first server in the address)",
    "53100": "its disk is full (free some, and run again)",
    "53200": "it is out of memory (run again, or give it more)",
    "55P03": "its tables are held by another program, a dump perhaps (wait for its end, and run again)",
    "57P01": "it is being stopped (run again)",
    "57P03": "it is being started or stopped (run again)",
}


def _failure(server: Server, state: str, kind: str) -> StoreError:
    if state[:3] == "57P" or state[:2] == "08":
        return LostError(f"{server.shown}: {_FAILURES.get(state, 'the connection broke')}")
    return StoreError(
        f"{server.shown}: {_FAILURES.get(state, f'the server refused a statement ({kind}, {state})')}"
    )
