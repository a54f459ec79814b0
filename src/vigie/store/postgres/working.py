"""The working copy of a server's store on this machine: which state of the server it is, and whether that can be relied on.

In: a Server. Out: the copy's State, its mark, its base. The mark (`dirty`, on the disk before the first change) says that the copy may hold
what the server does not: a process that ends with it set has lost what it had not told anybody, and the copy is made anew. The base is a
file of its own: for each row that copy and server have in common its number there and a digest of it, by which changes are found.
Digests hold for one DuckDB on one machine and never travel.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb

from vigie.model.errors import StoreError
from vigie.place import Server
from vigie.store.beside import forget_copies
from vigie.store.copying import forced, text
from vigie.store.database import Connection, utc_now


@dataclass(slots=True, kw_only=True)
class State:
    """What the copy is in step with.

    Attributes:
        version: of the server. push: the id of what made that state. next_row: number of the first row that came later. schema: of the store.
        salt, sums: table -> (rows, quick sum), for one process and DuckDB. brought_up: UTC, ISO.
    """

    version: int
    push: str
    next_row: int
    schema: int
    sums: dict[str, tuple[int, int]] = field(default_factory=dict)
    salt: str = field(default_factory=lambda: secrets.token_hex(16))
    brought_up: str = field(default_factory=lambda: utc_now().isoformat())
    duckdb: str = duckdb.__version__


class Working:
    """The files of one working copy."""

    def __init__(self, server: Server) -> None:
        self.file, self.folder = server.file, server.folder
        self.base = server.folder / "base.duckdb"
        self._state, self._mark = server.folder / "state.json", server.folder / "dirty"

    @property
    def dirty(self) -> bool:
        return self._mark.exists()

    def state(self) -> State | None:
        """None where the copy cannot be relied on: there is none, a process was killed with it, or another DuckDB wrote it."""
        if self.dirty or not self.file.exists() or not self.base.exists():
            return None
        try:
            told = json.loads(self._state.read_text("utf-8"))
            found = State(
                **(told | {"sums": {name: (rows, total) for name, (rows, total) in told["sums"].items()}})
            )
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return found if found.duckdb == duckdb.__version__ else None

    def mark(self) -> None:
        """From here on the copy may hold what the server does not."""
        with _writable(self.folder):
            self._mark.touch(mode=0o600)
            forced(self._mark)
            forced(self.folder)

    def keep(self, state: State) -> None:
        """Say what the copy is in step with; nothing is relied on before `unmark`."""
        fresh = self._state.with_suffix(".part")
        with _writable(self.folder):
            fresh.write_text(json.dumps(asdict(state)), encoding="utf-8")
            forced(fresh)
            fresh.replace(self._state)
            forced(self.folder)

    def unmark(self) -> None:
        with suppress(OSError):  # it stays: the copy is then made anew, which costs time and nothing else
            self._mark.unlink()

    def forget(self) -> None:
        """Delete the copy, to be made anew, with what was made of it."""
        forget_copies(self.file)
        with _writable(self.folder):
            for file in (self.file, self.base):
                for one in (file, file.with_name(f"{file.name}.wal")):
                    one.unlink(missing_ok=True)
                shutil.rmtree(file.with_name(f"{file.name}.tmp"), ignore_errors=True)
            self._state.unlink(missing_ok=True)

    def touch(self) -> tuple[int, ...]:
        """What changes with every commit: sizes and times of file and log."""
        found: list[int] = []
        for one in (self.file, self.file.with_name(f"{self.file.name}.wal")):
            try:
                stat = one.stat()
                found += [stat.st_size, stat.st_mtime_ns]
            except OSError:
                found += [0, 0]
        return tuple(found)

    @contextmanager
    def attached(self, connection: Connection) -> Iterator[None]:
        """With the base beside the copy, as `vigie_base`."""
        fresh = not self.base.exists()
        connection.execute(f"ATTACH IF NOT EXISTS {text(str(self.base))} AS vigie_base")
        if fresh:
            self.base.chmod(0o600)
        try:
            yield
        finally:
            with suppress(duckdb.Error):
                connection.execute("DETACH DATABASE IF EXISTS vigie_base")


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoreError(f"the working copy in {folder.parent} cannot be written ({reason})") from None
