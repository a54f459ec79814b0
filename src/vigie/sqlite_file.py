"""SQLite files that several processes have open: making one for its owner alone, writing all or nothing, telling contention from damage.

In: a path; a connection; an error of sqlite3. Out: an empty file of mode 0600; a transaction; a StoreError with the repair.
Left out: what the files hold (`vigie.store`, `vigie.accounts`).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from vigie.model.errors import StoreError

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_MAKING = Lock()


def make_private(file: Path) -> None:
    """The file, empty, where there is none; a file that is there is not touched. Raises OSError, also for a link.

    A process that closes a file gives up all its locks on it, those of its other threads too (POSIX): opening a database beside its
    connections, only to be sure that it exists, let another process take the log away from under them.
    """
    file.parent.mkdir(mode=0o700, exist_ok=True)
    with _MAKING:  # no other thread may connect between the two calls
        try:
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            if file.is_symlink():
                raise


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, while others wait; of a connection that begins none by itself. Raises what sqlite3 raises."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # a full disk ends it by itself
            db.execute("ROLLBACK")
        raise


def refusal(file: Path, what: str, repair: str, error: Exception) -> StoreError:
    """What went wrong with a file, and what to do: to move a file away is never advised because others hold it.

    Args:
        what: the file in words. repair: of a file that is damaged.
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _BUSY:
        return StoreError(f"{file}: {what} is busy, another process writes to it: run again")
    if code in _DAMAGED:
        return StoreError(f"{file}: {what} is damaged ({type(error).__name__}): {repair}")
    return StoreError(
        f"{file}: {what} cannot be opened or written ({type(error).__name__}): see to its rights, its folder and the room on the disk"
    )
