"""The SQLite file of accounts: opened for its owner alone, one transaction at a time.

In: a path. Out: rows. WAL, so that the verbs work beside a running server; erased rows are overwritten (`secure_delete`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from secrets import token_bytes
from threading import RLock
from typing import Any

from vigie.model.errors import StoreError
from vigie.sqlite_file import make_private, refusal

_VERSION = 1
_WAIT = 5.0  # seconds for another process to end its transaction: each takes milliseconds


class File:
    """One connection, shared by the threads of one process."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path, self._connection, self._lock, self._depth = path, connection, RLock(), 0
        self._after: list[Callable[[], None]] = []

    @classmethod
    def open(cls, path: Path) -> File:
        """Made where there is none. Raises StoreError."""
        try:
            make_private(path)
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=_WAIT)
            for pragma in (
                "journal_mode = WAL",
                "synchronous = FULL",
                "secure_delete = ON",
                "foreign_keys = ON",
            ):
                connection.execute(f"PRAGMA {pragma}")
            made = cls(path, connection)
            made._prepare()
        except (OSError, sqlite3.Error) as error:
            raise _refused(path, error) from None
        return made

    def _prepare(self) -> None:
        if self.one("PRAGMA user_version") == (_VERSION,):
            return  # most often: nobody has to wait for those who write
        with self.transaction():
            (version,) = self.one("PRAGMA user_version") or (0,)
            if version > _VERSION:
                raise StoreError(f"{self.path}: made by a newer Vigie (version {version}; install that one)")
            if version == 0:
                schema = (files("vigie") / "data" / "accounts" / "schema.sql").read_text("utf-8")
                for statement in _statements(schema):
                    self._connection.execute(statement)
                self.run("INSERT INTO meta VALUES ('secret', ?)", token_bytes(32))

    @property
    def secret(self) -> bytes:
        """What keyed hashes of this file are made with."""
        row = self.one("SELECT value FROM meta WHERE name = 'secret'")
        assert row is not None
        return bytes(row[0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and nobody else writes meanwhile. One inside another is part of it."""
        with self._lock:
            if self._depth:
                yield
                return
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                raise _refused(self.path, error) from None
            self._depth = 1
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                self._after.clear()
                if self._connection.in_transaction:  # a full disk ends it by itself
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0
            after, self._after = self._after, []
            for each in after:
                each()

    def after_commit(self, do: Callable[[], None]) -> None:
        """Do it once the outermost transaction is safe, in the order of asking; never, if that one fails."""
        assert self._depth, "asked within a transaction"
        self._after.append(do)

    def run(self, sql: str, *values: object) -> int:
        """How many rows it changed."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    def one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        with self._lock:
            row: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
            return row

    def all(self, sql: str, *values: object) -> Sequence[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def _refused(path: Path, error: Exception) -> StoreError:
    return refusal(
        path, "the file of accounts", "restore it from a backup, or move it away to begin anew", error
    )


def _statements(schema: str) -> Iterator[str]:
    """The statements of the file, triggers whole."""
    held = ""
    for line in schema.splitlines(keepends=True):
        held += line
        if sqlite3.complete_statement(held):
            yield held
            held = ""
