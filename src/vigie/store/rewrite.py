"""Writing the file anew, so that no byte of what was deleted stays in it.

In: the open connection of a store. Out: the same file, made of a fresh one that holds the present rows only.
DuckDB keeps deleted rows in its file until their blocks are used again; only a new file is free of them. The new
one is written beside the old, forced to the disk and moved onto it: a stop at any moment leaves one of them
whole, and `pending` says that the work is still to be done.
Left out: blocks of the disk that the old file occupied, copies, backups.
"""

from __future__ import annotations

import re
import shutil
import sys
from contextlib import suppress
from pathlib import Path

import duckdb

from vigie.model.errors import StoreError
from vigie.store.copying import copy_comments, forced, text
from vigie.store.copying import name as quoted
from vigie.store.database import Connection, utc_now

_ALIAS = "vigie_rewritten"
# Copies that are worked on beside the store, each with its log and its own copies (`upkeep.replacing` makes the others).
_WORK = ("rewriting", "replacing", "merging", "present")
# Erasures that somebody asked for: the next opening for writing completes them. Expiry waits for `vigie maintain`.
ASKED = ("source", "document", "before", "subject", "tombstones", "reredact", "contacts")


def record(connection: Connection, run_id: int, kind: str, *, documents: int = 0, mentions: int = 0) -> None:
    """Say, in counts, what was erased, and that the file must be written anew."""
    connection.execute(
        "INSERT INTO erasures SELECT coalesce(max(erasure_id), 0) + 1, ?, ?, ?, ?, ?, NULL FROM erasures",
        [run_id, kind, utc_now(), documents, mentions],
    )


def pending(connection: Connection, kinds: tuple[str, ...] = ()) -> bool:
    """Whether bytes of erased content may still be in the file; with `kinds`, of these erasures only."""
    sql = "SELECT count(*) FROM erasures WHERE rewritten IS NULL"
    if kinds:
        return bool(
            connection.execute(f"{sql} AND kind IN (SELECT unnest(?))", [list(kinds)]).fetchall()[0][0]
        )
    return bool(connection.execute(sql).fetchall()[0][0])


def leftovers(path: Path) -> list[Path]:
    """What a process that was killed at its work left beside the store, and that no store needs: it may hold what is purged."""
    target, found = path.resolve(), list[Path]()
    name = re.escape(target.name)
    ours = re.compile(rf"{name}\.(?:{'|'.join(_WORK)})(?:\..*)?|{name}\.tmp|\.{name}\.[a-z]+\.restoring")
    with suppress(OSError):
        found = [p for p in target.parent.iterdir() if ours.fullmatch(p.name)]
    return sorted(found)


def sweep(path: Path) -> None:
    """Remove the leftovers. Only for who holds the store open for writing."""
    for found in leftovers(path.resolve()):
        if found.is_dir() and not found.is_symlink():
            shutil.rmtree(found, ignore_errors=True)
        else:
            found.unlink(missing_ok=True)


def rewrite(connection: Connection, path: Path) -> None:
    """Put a fresh file in the place of the store, and close the connection: it belongs to the old file.

    Raises StoreError (disk full, folder not writable): the store is then as it was, still open.
    """
    target = path.resolve()  # the file itself, where the store is a symbolic link
    fresh = _fresh(target)
    sweep(target)
    try:
        connection.execute("CHECKPOINT")  # the log of what was written is part of the old file from here on
        _copy(connection, fresh)
        shutil.copymode(target, fresh)
        forced(fresh)
        if sys.platform == "win32":
            connection.close()  # an open file cannot be replaced there
        fresh.replace(target)
    except (OSError, duckdb.Error) as error:
        with suppress(duckdb.Error):
            connection.execute(f"DETACH DATABASE IF EXISTS {_ALIAS}")
        with suppress(OSError):
            sweep(target)
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise StoreError(
            f"{path} could not be written anew ({reason}): its rows are erased, its bytes not yet "
            f"(free as much space as the file takes, then: vigie maintain --store {path})"
        ) from None
    forced(target.parent)
    connection.close()


def _copy(connection: Connection, fresh: Path) -> None:
    """Every table and view, with their comments, which COPY FROM DATABASE leaves behind."""
    (name,) = connection.execute("SELECT current_database()").fetchall()[0]
    connection.execute(f"ATTACH {text(str(fresh))} AS {_ALIAS}")
    connection.execute(f"COPY FROM DATABASE {quoted(name)} TO {_ALIAS}")
    copy_comments(connection, name, _ALIAS)
    connection.execute(
        f"UPDATE {_ALIAS}.main.erasures SET rewritten = ? WHERE rewritten IS NULL", [utc_now()]
    )
    connection.execute(f"CHECKPOINT {_ALIAS}")
    connection.execute(f"DETACH {_ALIAS}")


def _fresh(path: Path) -> Path:
    return path.with_name(f"{path.name}.rewriting")
