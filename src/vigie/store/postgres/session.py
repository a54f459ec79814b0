"""A process's turn to write at a server's store, and a copy brought up for those who only read.

In: the path of a working copy. Out: a Session: it holds the turn, knows what copy and server have in common, sends what changed. Who reads
needs no turn at the server: it reads the last state that was sent. Every writer stands first in the server's line, then in this machine's;
every reader in this machine's alone. A session that loses its connection comes again, and goes on if nobody wrote meanwhile.
Left out: who counts what as done: `Store.settle` sends, and nothing is told before.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import RLock

from vigie.model.errors import StoreError
from vigie.place import Server, server_of
from vigie.settings import Settings
from vigie.store import turn
from vigie.store.database import Connection
from vigie.store.postgres.link import Link, LostError, RefusedError
from vigie.store.postgres.pull import head, in_step, pull
from vigie.store.postgres.push import UNKEPT, erase_bytes, push
from vigie.store.postgres.working import State, Working
from vigie.store.schema import schema_version

COME_AGAIN = 30.0  # seconds in which a server that went has to be there again
LOOK = 0.2  # seconds between two attempts
BEHIND = 2.0  # seconds that those who only waited leave to the one that had the turn
SEND = 5.0  # seconds between two times that a long run sends what it wrote, at least
WORTH = 8  # times as long as sending took
_RACY = 50_000_000  # nanoseconds in which a file may be written twice with one time

_open: dict[Path, Session] = {}
_change = RLock()


def _told(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


class Session:
    """One process's turn at the server, shared by all stores that it has open there."""

    def __init__(self, server: Server, settings: Settings, patience: float) -> None:
        self.server, self.settings, self.patience = server, settings, patience
        self.working = Working(server)
        self.state: State | None = None
        self.users = 1
        self._lock = RLock()
        self._runs: set[int] = set()
        self._seen: tuple[int, ...] | None = None
        self._begun = False
        self._fault: StoreError | None = None
        self._sent, self._cost, self._since = time.monotonic(), 0.0, time.monotonic()
        self.link = self._stand(patience)

    @classmethod
    def take(cls, path: Path, settings: Settings, patience: float) -> Session | None:
        """Wait for the turn at the server of a working copy; None for a store that is a file. Raises StoreError."""
        server = server_of(path)
        if server is None:
            return None
        with _change:
            if (known := _open.get(server.file)) is not None:
                known.users += 1
                return known
        found = cls(server, settings, patience)
        with _change:
            _open[server.file] = found
            turn.elsewhere[server.file] = found.live_runs
        return found

    def _stand(self, wait: float) -> Link:
        until = time.monotonic() + max(COME_AGAIN, wait)
        while True:
            link = Link(self.server)
            try:
                link.take_turn(wait, _told)
                return link
            except LostError:
                link.close()
                if time.monotonic() + BEHIND > until:
                    raise
                time.sleep(BEHIND)
                self._reached(until).close()
            except BaseException:
                link.close()
                raise

    def _reached(self, until: float) -> Link:
        while True:
            try:
                return Link(self.server)
            except (RefusedError, LostError):
                if time.monotonic() + LOOK >= until:
                    raise
                time.sleep(LOOK)

    def _again(self) -> Link:
        """After the connection broke: a new one, with the turn and what was held. Raises StoreError."""
        self.link.close()
        until = time.monotonic() + COME_AGAIN
        try:
            while True:
                self.link = self._reached(until)
                try:
                    self.link.take_turn(max(0.0, until - time.monotonic()), _told)
                    for run_id in self._runs:
                        self.link.hold_run(run_id)
                    return self.link
                except LostError:
                    self.link.close()
        except StoreError as error:
            raise StoreError(f"{error}; {UNKEPT}") from None

    # Between turns

    def begin(self) -> None:
        """Bring the copy up and mark it, in this machine's turn, once."""
        with self._lock:
            if self._begun:
                return
            try:
                self.state = pull(self.link, self.working, self.settings)
            except LostError:
                self.state = pull(self._again(), self.working, self.settings)
            self.working.mark()
            self._begun, self._seen = True, None
            self._sent = self._since = time.monotonic()

    def awaited(self) -> bool:
        """Whether another process waits for the turn, and this one has lasted long enough to be worth ending."""
        if time.monotonic() - self._since < max(turn.SLICE, turn.WORTH * self._cost):
            return False
        with suppress(StoreError):  # a broken connection is told when something is sent
            return self.link.awaited()
        return False

    def let_in(self, held: turn.Held, wait: float) -> None:
        """Let others in, and wait for the next turn. All was sent, and the store is closed meanwhile."""
        with self._lock:
            self._begun = False
            self.working.unmark()
            held.pause()
            wait = max(wait, turn.AFTER_BREATH)
            try:
                self.link.end_turn()
                self.link.take_turn(wait, _told)
            except LostError:
                self._again()
            held.again(wait)
            self.begin()

    # Sending

    @property
    def due(self) -> bool:
        """Whether a long run should send what it wrote: what is not sent is lost when its process is killed."""
        return time.monotonic() - self._sent >= max(SEND, WORTH * self._cost)

    def send(self, connection: Connection, *, erased: bool = False) -> None:
        """All that is committed here is on the server from here on. Raises StoreError; what was not told as done is then lost."""
        with self._lock:
            if self._fault is not None:
                raise StoreError(str(self._fault))
            touched, now = self.working.touch(), time.time_ns()
            if touched == self._seen and not erased:
                return
            began = time.monotonic()
            try:
                anew = self.state is None or self.state.schema != schema_version(connection)
                found = push(
                    connection,
                    self.working,
                    self.state,
                    self.link,
                    anew=anew,
                    erased=erased,
                    lost=self._again,
                )
            except BaseException as error:
                unkept = StoreError(f"{self.server.shown}: {UNKEPT}")
                self._fault = error if isinstance(error, StoreError) else unkept
                raise
            if found is not None:
                self.state = found
            racy = max(touched[1], touched[3]) > now - _RACY
            self._seen = None if racy else touched
            self._sent, self._cost = time.monotonic(), time.monotonic() - began

    @property
    def quiet(self) -> bool:
        """Whether what is told now may be of what was written: no run goes on, and nothing went wrong."""
        return not self._runs and self._fault is None and self._begun

    def erase(self, connection: Connection) -> None:
        """Send, and write the server's tables anew, without the bytes of what was erased."""
        self.send(connection, erased=True)
        with self._lock:
            try:
                erase_bytes(self.link, self.patience)
            except LostError:
                erase_bytes(self._again(), self.patience)

    # Runs

    def begin_run(self, run_id: int) -> None:
        self._runs.add(run_id)
        with suppress(LostError):  # held with the next connection
            self.link.hold_run(run_id)

    def end_run(self, run_id: int) -> None:
        if run_id in self._runs:
            self._runs.discard(run_id)
            with suppress(LostError):
                self.link.drop_run(run_id)

    def live_runs(self) -> set[int]:
        try:
            return self.link.live_runs()
        except LostError:
            return self._again().live_runs()

    def drop(self, *, kept: bool) -> None:
        """One store fewer that is open there; with the last the turn ends. `kept`: all that it wrote was sent."""
        with _change:
            self.users -= 1
            if self.users:
                return  # what it committed is sent with what the others wrote
            if not kept and self._fault is None:
                self._fault = StoreError(f"{self.server.shown}: {UNKEPT}")
            if _open.get(self.server.file) is self:
                del _open[self.server.file]
                turn.elsewhere.pop(self.server.file, None)
        if self._begun and self._fault is None:
            self.working.unmark()
        self.link.close()


def is_open(path: Path) -> bool:
    """Whether this process has a turn at the server of this copy."""
    return path.resolve() in _open


def bring_up(path: Path, settings: Settings, wait: float) -> None:
    """Bring the copy of a server's store up for reading; nothing for a store that is a file, or that this process has open.

    A server without a store leaves no copy. Raises StoreError.
    """
    server = server_of(path)
    if server is None or is_open(path) or turn.here(path):
        return
    working, link = Working(server), Link(server)
    try:
        if in_step(working.state(), head(link)):
            return
        with turn.turn(path, "w", wait):
            pull(link, working, settings)
            if working.dirty and not working.file.exists():
                working.unmark()  # there is no store: nothing to rely on, nothing to make anew
    finally:
        link.close()


def in_doubt(path: Path) -> bool:
    """Whether a copy may hold what the server does not: it is brought up before it is read."""
    server = server_of(path)
    return server is not None and not is_open(path) and Working(server).dirty


def _forget() -> None:
    """In a process that was forked off: the turn is the other's."""
    _open.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
