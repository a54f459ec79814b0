"""Opening the file. In: a path. Out: a connection, or a StoreError that says the repair.

DuckDB lets one process at a time hold a file that it writes. Extensions are never fetched: nothing here may
reach for the network.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from vigie.model.errors import StoreError
from vigie.settings import Settings

Connection = Any  # duckdb carries no types
_BUSY = "is open in another process (wait for it to end, or close it, and run again)"


class BusyError(StoreError):
    """Another process has the file open."""


def check(path: Path, *, read_only: bool) -> None:
    """Raise StoreError where no store can be at `path`, before anything is made there."""
    if read_only and not path.exists():
        raise StoreError(f"no store at {path} (make one with: vigie add PATH --store {path})")
    if path.is_dir():
        raise StoreError(f"{path} is a folder (name a file, for example {path / 'vigie.duckdb'})")
    if not path.parent.is_dir():
        raise StoreError(f"no folder {path.parent} (make it first)")
    if not _may_be_a_store(path):
        raise StoreError(f"{path} {_reason('not a valid duckdb')}")


def connect(path: Path, *, read_only: bool, settings: Settings) -> Connection:
    """Open (and for writing, make) the file at `path`. Raises StoreError, BusyError where another process has it open."""
    check(path, read_only=read_only)
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": f"{settings.store_memory_mb}MB",
        "threads": str(settings.store_threads),
    }
    fresh = not path.exists()
    try:
        connection = duckdb.connect(str(path), read_only=read_only, config=config)
        no_progress_bar(connection)
        if fresh:  # redacted texts are nobody else's business; an older file keeps the rights it was given
            path.chmod(0o600)
        return connection
    except duckdb.Error as error:
        reason = _reason(str(error))
        raise (BusyError if reason == _BUSY else StoreError)(f"{path} {reason}") from None


def no_progress_bar(connection: Connection) -> None:
    """Without the bar, which goes to standard output, where verbs print their results. A notebook without ipywidgets has none."""
    with suppress(duckdb.InvalidInputException):
        connection.execute("SET enable_progress_bar = false")


def _may_be_a_store(path: Path) -> bool:
    """False for a file of another kind: DuckDB would take a .csv or .json for a table and keep nothing of what is added."""
    try:
        with path.open("rb") as stream:
            head = stream.read(12)
    except OSError:
        return True  # not there yet, or locked: opening it tells
    return not head or head[8:] == b"DUCK"


def _reason(message: str) -> str:
    text = message.lower()
    if "set lock" in text or "used by another process" in text:
        return _BUSY
    if "not a valid duckdb" in text:
        return "is not a Vigie store (name another file with --store)"
    if "version number" in text or "newer version" in text:
        return "was written by another version of DuckDB (upgrade: pip install -U duckdb)"
    if "permission denied" in text or "read-only" in text:
        return "may not be opened for writing (change its permissions, or name another file with --store)"
    return "cannot be opened: it may be damaged (restore a copy, or name another file with --store)"


def utc_now() -> datetime:
    """Now in UTC, without a zone: the form that the store keeps."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
