"""The compiled database of hyperscan, kept between runs.

In: what is sought. Out: an engine of `prefilter.py`. The database lies in the user's cache folder under the hash of what it was
made of, written to a temporary name and renamed, readable by its owner only; one that is damaged, or made by another processor, is
made again; where no folder can be written, it is made in memory at each start (0.2 s).
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import hyperscan as hs

from vigie.bulk.wording import Sought

Buffer = bytes | bytearray | memoryview
_DIGEST = 32  # bytes of SHA-256 before the database
_FORM = 1


class Hyperscan:
    """Finds with hyperscan. Not shared between threads: a scan has one scratch."""

    def __init__(self, entries: tuple[Sought, ...], cache: Path | None = None) -> None:
        self._database = _database(entries, cache_folder() if cache is None else cache)

    def scan(self, data: Buffer, found: Callable[[int, int], bool]) -> None:
        def each(index: int, _start: int, end: int, _flags: int, _context: object) -> bool | None:
            return found(index, end) or None

        with suppress(hs.ScanTerminated):
            self._database.scan(data, match_event_handler=each)


def cache_folder() -> Path:
    """Where the user's caches of Vigie lie; it need not exist."""
    told = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if told.is_absolute():
        return told / "vigie"
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "vigie" / "cache"
    home = Path("~").expanduser()
    return home / "Library" / "Caches" / "vigie" if sys.platform == "darwin" else home / ".cache" / "vigie"


def _database(entries: tuple[Sought, ...], folder: Path) -> Any:
    path = folder / f"prefilter-{_key(entries)}.hsdb"
    known = _read(path)
    if known is not None:
        return known
    made = hs.Database()
    made.compile(
        expressions=[entry.literal for entry in entries],
        ids=list(range(len(entries))),
        elements=len(entries),
        flags=[0 if entry.cased else hs.HS_FLAG_CASELESS for entry in entries],
        literal=True,
    )
    _write(path, bytes(hs.dumpb(made)))
    return made


def _key(entries: tuple[Sought, ...]) -> str:
    digest = hashlib.sha256(f"{_FORM}\0{version('hyperscan')}\0{sys.platform}\0{platform.machine()}".encode())
    for entry in entries:
        digest.update(b"\0%d%d%s" % (entry.whole, entry.cased, entry.literal))
    return digest.hexdigest()[:20]


def _read(path: Path) -> Any | None:
    """The database of a file; None where there is none, or none that this processor can use."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    told, stored = content[:_DIGEST], content[_DIGEST:]
    if hashlib.sha256(stored).digest() != told:
        return None
    try:
        database = hs.loadb(stored, hs.HS_MODE_BLOCK)
        database.scratch = hs.Scratch(database)
    except hs.HyperscanError:
        return None
    return database


def _write(path: Path, stored: bytes) -> None:
    """Nothing where it cannot be written: the next start compiles again."""
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # rights 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(stored).digest() + stored)
            Path(name).replace(path)
        except OSError:
            with suppress(OSError):
                Path(name).unlink()
            raise
