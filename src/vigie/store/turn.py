"""Turns at a store: one process writes at a time, several may read together, and each gets in as it came.

In: the path of a store, how long to wait. Out: a Turn that is held until it is dropped, or a StoreError that says who holds the store.
DuckDB lets one process hold a file that it writes and turns others away; here they wait instead, in a line: a folder beside the store
(`vigie.duckdb.turns`, gone when nobody is there) has one file for each process, numbered as they came and locked by the system for as
long as the process lives, so that a killed one keeps nobody waiting. Files in the same folder tell which runs are still going on, which
a process that lets others in between two batches (`Store.breathe`) holds no store to show. Left out: what is not Vigie and opens the file
(`database.connect` tries again meanwhile); machines that share a network drive.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Literal

from vigie.model.errors import StoreError
from vigie.store.database import BusyError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

Mode = Literal["w", "r"]
FIRST_LOOK, LAST_LOOK = (
    0.005,
    0.1,
)  # seconds between two looks at the line: short at first, as most turns are short
SLICE = 1.0  # seconds that a run keeps the store, at least, before it lets others in
WORTH = 4  # times as long as closing and opening the store took: of a large one both take a while
TOLD_AFTER = 0.5  # seconds of waiting before a person is told: most waits end sooner
AFTER_BREATH = 600.0  # seconds that a run which let others in waits to go on, at least: it cannot give up what it has begun
_TICKET = re.compile(r"(\d{10})\.([wr])\.(\d+)")
_RUN = re.compile(r"run\.(\d+)")
_DOOR = "door"
Told = Callable[[str], None]


def _to_person(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def turns_folder(path: Path | str) -> Path:
    """`vigie.duckdb.turns` beside `vigie.duckdb`, or beside what a link of that name points to."""
    target = Path(path).resolve()
    return target.with_name(f"{target.name}.turns")


@dataclass(slots=True)
class _Lock:
    """A file that this process holds locked; the system lets go of it when the process ends, however it ends."""

    path: Path
    handle: int

    def drop(self) -> None:
        """Remove the file, then let go: nobody finds it unlocked."""
        if self.handle >= 0:
            handle, self.handle = self.handle, -1
            with suppress(OSError):
                self.path.unlink()
            with suppress(OSError):
                os.close(handle)


def _lock(path: Path) -> _Lock | None:
    """The file locked, made if it is not there; None where another process holds it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(handle), path.stat()):  # removed by who held it before
            raise BlockingIOError
    except OSError:
        os.close(handle)
        return None
    return _Lock(path, handle)


@contextmanager
def _inside(folder: Path, until: float) -> Iterator[None]:
    """In the folder alone, for a moment. Raises StoreError if somebody was stopped in there; OSError if nothing may be written."""
    while True:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        try:
            door = _lock(folder / _DOOR)
        except FileNotFoundError:  # the folder went meanwhile: the last one left
            continue
        if door is not None:
            break
        if time.monotonic() > until + 1:
            raise BusyError(
                f"{folder} is held by a process that stands still (end it, or delete the folder if no vigie runs)"
            )
        time.sleep(0.001)
    try:
        yield
    finally:
        last = {entry.name for entry in folder.iterdir()} == {_DOOR}
        if last:
            door.path.unlink()
            with suppress(OSError):
                folder.rmdir()
        os.close(door.handle)


def _line(folder: Path, own: Path | None = None) -> list[tuple[int, Mode, int, Path]]:
    """(number, mode, process, file) of those who are in line, in order. Called inside: files of processes that ended are removed."""
    found: list[tuple[int, Mode, int, Path]] = []
    for entry in folder.iterdir():
        match = _TICKET.fullmatch(entry.name)
        if match is None or (entry != own and _gone(entry)):
            continue
        found.append((int(match[1]), "w" if match[2] == "w" else "r", int(match[3]), entry))
    return sorted(found)


def _gone(file: Path) -> bool:
    """Whether nobody holds it; it is then removed."""
    lock = _lock(file)
    if lock is None:
        return False
    lock.drop()
    return True


class Turn:
    """A process's place in the line of one store. Made by `take`; `drop` it when the store is closed."""

    def __init__(self, path: Path, mode: Mode, *, wait: float, told: Told = _to_person) -> None:
        self.path, self.mode, self._told = path, mode, told
        self._folder = turns_folder(path)
        self._ticket: _Lock | None = None
        self._since, self._slice = 0.0, SLICE
        self._stand(wait)

    def _stand(self, wait: float) -> None:
        until = time.monotonic() + wait
        with _inside(self._folder, until):
            number = max((place for place, *_ in _line(self._folder)), default=0) + 1
            self._ticket = _lock(self._folder / f"{number:010d}.{self.mode}.{os.getpid()}")
        try:
            self._wait(until, wait)
        except BaseException:
            self.drop()
            raise
        self._since = time.monotonic()

    def _wait(self, until: float, wait: float) -> None:
        look, began, said = FIRST_LOOK, time.monotonic(), False
        while before := self._before(until):
            now = time.monotonic()
            more = f" and {len(before) - 1} more" if len(before) > 1 else ""
            named = f"process {before[0]}{more}"
            if now >= until:
                waited = f" for {wait:.0f} seconds now" if wait >= 1 else ""
                raise BusyError(
                    f"{self.path} is open in another process{waited}: {named} "
                    "(wait for it to end, or close it, and run again; VIGIE_WAIT=SECONDS waits longer)"
                )
            if not said and now - began >= min(TOLD_AFTER, wait / 2):
                said = True
                self._told(f"vigie: waiting for {named} to be done with {self.path} …")
            time.sleep(min(look, max(0.0, until - now)))
            look = min(look * 1.5, LAST_LOOK)

    def _before(self, until: float) -> list[int]:
        """Processes that have to end their turn before this one begins."""
        with _inside(self._folder, until):
            own = self._own
            ahead = [one for one in _line(self._folder, own) if one[3] < own]
        return [process for _, mode, process, _ in ahead if "w" in (mode, self.mode)]

    @property
    def _own(self) -> Path:
        assert self._ticket is not None
        return self._ticket.path

    def awaited(self) -> bool:
        """Whether somebody waits for this turn to end, and it has lasted long enough to be worth ending."""
        if self._ticket is None or time.monotonic() - self._since < self._slice:
            return False
        with suppress(OSError):
            names = (_TICKET.fullmatch(entry.name) for entry in self._folder.iterdir())
            own = self._own.name
            return any(m and m[0] > own and "w" in (m[2], self.mode) for m in names)
        return False

    def again(self, wait: float) -> None:
        """Go to the end of the line, and wait there. The store must be closed. Raises StoreError; the turn is then over."""
        self.drop()
        self._stand(max(wait, AFTER_BREATH))

    def began(self, cost: float) -> None:
        """From now on something is done with the turn; closing and opening the store took `cost` seconds."""
        self._since, self._slice = time.monotonic(), max(SLICE, WORTH * cost)

    def drop(self) -> None:
        """Let the next one in."""
        ticket, self._ticket = self._ticket, None
        if ticket is None:
            return
        try:
            with _inside(self._folder, time.monotonic()):
                ticket.drop()
        except (StoreError, OSError):
            ticket.drop()


@dataclass(slots=True)
class _Shared:
    turn: Turn
    users: int = 1


# Within one process DuckDB shares a file, and so do its turns: a second opening stands in no line.
_held: dict[Path, _Shared] = {}
_change = RLock()


class Held:
    """A turn of this process at a store, shared by all that have it open here."""

    def __init__(self, path: Path, turn: Turn | None) -> None:
        self._path, self._turn = path, turn
        self._dropped = False

    def awaited(self) -> bool:
        """Whether another process waits, and nobody else here has the store open."""
        return self._turn is not None and self.alone() and self._turn.awaited()

    def alone(self) -> bool:
        """Whether nobody else in this process has the store open."""
        with _change:
            return self._turn is None or _held[self._path].users == 1

    def pause(self) -> None:
        """Let those in who wait, until `again`."""
        if self._turn is not None:
            self._turn.drop()

    def again(self, wait: float) -> None:
        """Let those in who wait, and wait for the next turn; the store must be closed meanwhile."""
        if self._turn is not None:
            self._turn.again(wait)

    def began(self, cost: float) -> None:
        """The store is open again; letting others in took `cost` seconds besides their turns."""
        if self._turn is not None:
            self._turn.began(cost)

    def drop(self) -> None:
        """End it, with the last one here that has the store open."""
        with _change:
            if self._dropped or self._turn is None:
                return
            self._dropped = True
            shared = _held[self._path]
            shared.users -= 1
            if not shared.users:
                del _held[self._path]
                self._turn.drop()


def take(path: Path | str, mode: Mode, wait: float) -> Held:
    """Wait for a turn at the store. Raises StoreError after `wait` seconds.

    Where no line can be made (a folder that may not be written), there is none: the system's lock on the file stays.
    """
    target = Path(path).resolve()
    while True:
        with _change:
            if (shared := _held.get(target)) is not None:
                shared.users += 1
                return Held(target, shared.turn)
        try:
            turn = Turn(Path(path), mode, wait=wait)
        except OSError:
            return Held(target, None)
        with _change:
            if target in _held:  # another thread was quicker
                turn.drop()
                continue
            _held[target] = _Shared(turn)
        return Held(target, turn)


@contextmanager
def turn(path: Path | str, mode: Mode, wait: float) -> Iterator[None]:
    """Hold a turn while something is done with the file itself."""
    held = take(path, mode, wait)
    try:
        yield
    finally:
        held.drop()


def here(path: Path | str) -> bool:
    """Whether this process has a turn at the store."""
    with _change:
        return Path(path).resolve() in _held


# Runs that are going on

# Of stores on a server, while this process has a turn there: who knows of runs on other machines.
elsewhere: dict[Path, Callable[[], set[int]]] = {}


class Runs:
    """The runs that one open store goes on with; they end with it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._locks: dict[int, _Lock] = {}

    def begin(self, run_id: int) -> None:
        """Say that a run goes on, until `end`, `end_all` or the end of the process."""
        folder = turns_folder(self._path)
        with suppress(OSError), _inside(folder, time.monotonic()):
            lock = _lock(folder / f"run.{run_id}")
            if lock is not None:
                self._locks[run_id] = lock

    def end(self, run_id: int) -> None:
        lock = self._locks.pop(run_id, None)
        if lock is None:
            return
        with suppress(OSError, StoreError), _inside(lock.path.parent, time.monotonic()):
            lock.drop()
        lock.drop()

    def end_all(self) -> None:
        for run_id in list(self._locks):
            self.end(run_id)


def live_runs(path: Path | str) -> set[int]:
    """Numbers of the runs that go on, here or in other processes."""
    folder, others = turns_folder(path), elsewhere.get(Path(path).resolve())
    found = others() if others is not None else set()
    if not folder.is_dir():
        return found
    with suppress(OSError), _inside(folder, time.monotonic()):
        for entry in folder.iterdir():
            match = _RUN.fullmatch(entry.name)
            if match and not _gone(entry):
                found.add(int(match[1]))
    return found


def _forget() -> None:
    """In a process that was forked off: what the other holds is not ours."""
    _held.clear()
    elsewhere.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
