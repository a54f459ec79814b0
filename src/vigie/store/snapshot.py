"""The door for SQL: a copy of the store that any DuckDB opens for reading at any moment, while others write the store itself.

In: the path of a store. Out: `vigie.duckdb.sql/vigie.duckdb` beside it (0700, 0600), replaced in one step: who has the earlier one open
keeps reading it. It holds the rows that a full export may hold; the other tables are there without rows (keys of what was purged, marks
of contacts, prints, which rows were imported). It is made of rows and not of bytes, so that nothing of what was deleted is in it, and
it goes with every erasure (`vigie.store.beside`), before the erasure is done. Left out: when it is made (`vigie serve`, `vigie snapshot`).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import duckdb

from vigie.model.errors import StoreError, VigieError
from vigie.place import of as place_of
from vigie.settings import Settings
from vigie.store.beside import snapshot_file
from vigie.store.copying import copy_rows, forced
from vigie.store.database import check, connect
from vigie.store.schema import schema_version
from vigie.store.store import TABLES, brought_up, reading_turn

HELD = ("schema_migrations", *TABLES)  # what a full export may hold, and of which schema it is
_PART = re.compile(r"\.(\d+)\.part")


def current(path: Path | str) -> Path | None:
    """The snapshot of a store; None where there is none (yet, or since something was erased)."""
    file = snapshot_file(path)
    return file if file.exists() else None


def is_current(path: Path | str) -> bool:
    """Whether the snapshot is of the store as it is. It carries the time of the store's file that it was made of."""
    try:
        return snapshot_file(path).stat().st_mtime_ns == Path(path).stat().st_mtime_ns
    except OSError:
        return False


def publish(path: Path | str, *, settings: Settings | None = None, wait: float | None = None) -> Path:
    """Make the snapshot anew; where it is.

    Args:
        wait: seconds to wait for a turn; None for what the settings say.
    Raises:
        StoreError: if the store cannot be read, or the copy not be written; an earlier snapshot stays.
    """
    store, chosen = place_of(path), settings or Settings()
    patience = chosen.store_wait if wait is None else wait
    brought_up(store, chosen, patience)
    check(store, read_only=True)
    file = snapshot_file(store)
    fresh = file.with_name(f".{os.getpid()}.part")
    # To the last step within the turn: no erasure is done between what is read and what is put there.
    with reading_turn(store, chosen, patience):
        try:
            file.parent.mkdir(mode=0o700, exist_ok=True)
            file.parent.chmod(0o700)
            _sweep(file.parent)
            connection = connect(fresh, read_only=False, settings=chosen)
            try:
                copy_rows(connection, store, HELD)
                schema_version(connection)  # raises for a file that is no store
            finally:
                connection.close()
            made_of = store.stat().st_mtime_ns
            os.utime(fresh, ns=(made_of, made_of))
            forced(fresh)
            fresh.replace(file)
        except duckdb.Error as error:  # its message may quote a row
            raise StoreError(
                f"the snapshot of {store} could not be made ({type(error).__name__}): free disk or memory, and see that no other "
                "program holds the store"
            ) from None
        except OSError as error:
            raise StoreError(f"{file.parent} cannot be written ({error.strerror})") from None
        finally:
            _remove(fresh)
    return file


def publish_apart(path: Path | str, wait: float) -> None:
    """The same in a process of its own, so that a server gives back the memory and holds nothing. Raises StoreError."""
    command = [sys.executable, "-m", "vigie.store.snapshot", str(path), f"{wait:.0f}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] if done.returncode == 1 else []
        raise StoreError(
            reason[0] if reason else f"the snapshot of {path} could not be made (the process was stopped)"
        )


def _sweep(folder: Path) -> None:
    """Remove what a process that was killed left unfinished."""
    for entry in folder.iterdir():
        match = _PART.match(entry.name)
        if match is not None and not _lives(int(match[1])):
            _remove(entry)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _remove(part: Path) -> None:
    for one in (part, part.with_name(f"{part.name}.wal"), part.with_name(f"{part.name}.tmp")):
        with suppress(FileNotFoundError):
            if one.is_dir():
                shutil.rmtree(one, ignore_errors=True)
            else:
                one.unlink()


if __name__ == "__main__":
    try:
        publish(sys.argv[1], wait=float(sys.argv[2]))
    except VigieError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
