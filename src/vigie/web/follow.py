"""Follows a store: when it changed, its read model is made anew and takes the place of the old one.

In: a store. Out: the models that `provider.Models` lends. The store is not held: `vigie add` works beside. Pages show the last
state that could be read, but for an erasure, from which on nothing is shown until the pages are made anew; a failed attempt is told on
standard error and repeated. Beside the analyst's pages the snapshot for SQL is made anew (`vigie.store.snapshot`), and of it the queue of the
review; decisions of reviewers that wait are taken into the store.
While a run goes on, which lets this in between its batches, the store rests longer than it was read: the run is not to be slowed down.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Event, Thread

from vigie.model.errors import VigieError
from vigie.place import server_of
from vigie.readmodel.files import current, is_current
from vigie.readmodel.model import ReadModel
from vigie.settings import Settings
from vigie.store import snapshot
from vigie.store.database import BusyError
from vigie.store.review_book import decisions_wait
from vigie.store.store import brought_up
from vigie.store.turn import live_runs
from vigie.web.provider import Models

EVERY = 1.0  # seconds between two looks at the store
SETTLED = (
    2  # looks that must find the same before a change counts as done: a long `vigie add` commits many times
)
AGAIN = 15  # looks after a failed attempt
PATIENCE = 60.0  # seconds to wait for a turn at the store, at least
DECISIONS = 20.0  # seconds between two times that decisions of reviewers are taken in: each time all pages are made anew
SERVER = 5.0  # seconds between two looks at the server of a store that is on one
REST = 4  # times as long as it was read, a store in which a run goes on is left alone


class Follower:
    """One thread beside the server.

    Args:
        told: gets one line for the person on standard error.
    """

    def __init__(
        self, settings: Settings, *, public: bool, models: Models, told: Callable[[str], None] | None = None
    ) -> None:
        self.settings, self.public, self.models = settings, public, models
        self._told = told or (lambda line: print(line, file=sys.stderr, flush=True))
        self._stop = Event()
        self._thread: Thread | None = None
        self._seen: object = None
        self._rest_until = 0.0
        self._decisions_at = 0.0
        self._server_at, self._server_went = 0.0, False

    def first(self) -> None:
        """Make the first model; raises StoreError."""
        self._make()

    def _make(self) -> None:
        with self.models.making():
            path = current(self.settings.store, self.public, settings=self.settings, apart=True)
            self._seen = self._look() if is_current(path, self.settings.store, self.public) else None
            if path != self.models.path or self.models.erased():
                self.models.swap(ReadModel.open(path))

    def _look(self) -> object:
        """What changes when the store does; the public edition also changes with the day."""
        stat = Path(self.settings.store).stat()
        return stat.st_mtime_ns, stat.st_size, date.today() if self.public else None

    def start(self) -> None:
        self._thread = Thread(target=self._follow, name="follow-store", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self.models.close()

    def _follow(self) -> None:
        last, same, wait = self._seen, 0, 0
        while not self._stop.wait(EVERY):
            self._bring_up()
            try:
                now = self._look()
            except OSError:  # the store is being replaced, or went: what was read stays
                continue
            finally:
                self.models.erased()
            same = same + 1 if now == last else 0
            last, wait = now, max(0, wait - 1)
            if (
                not self.public
                and self._decisions_wait()
                and same >= SETTLED
                and not wait
                and not self._resting()
            ):
                wait = 0 if self._try("decisions of reviewers", self._take_in) else AGAIN
                self._decisions_at = time.monotonic() + DECISIONS
                continue
            pages = now != self._seen or self.models.erased()
            door = not self.public and not snapshot.is_current(self.settings.store)
            if not (pages or door) or same < SETTLED or wait or self._resting():
                continue
            began = time.monotonic()
            done = (not pages or self._try("pages", self._make)) and (
                not door or self._try("snapshot for SQL", self._publish)
            )
            wait = 0 if done else AGAIN
            self._rest_until = time.monotonic() + REST * (time.monotonic() - began)

    def _bring_up(self) -> None:
        """Of a store on a server: this machine's copy follows it. While somebody here has a turn, it waits for the next look."""
        if time.monotonic() < self._server_at or server_of(self.settings.store) is None:
            return
        try:
            brought_up(self.settings.store, self.settings, 0.0)
            went = False
        except BusyError:
            return
        except VigieError as error:
            went = True
            if not self._server_went:
                self._told(f"pages: of the copy of this machine ({error})")
        self._server_went = went
        self._server_at = time.monotonic() + SERVER

    def _resting(self) -> bool:
        """Whether a run goes on that was just held up. What was erased is never waited for."""
        return (
            time.monotonic() < self._rest_until
            and not self.models.erased()
            and bool(live_runs(self.settings.store))
        )

    def _publish(self) -> None:
        snapshot.publish_apart(self.settings.store, max(self.settings.store_wait, PATIENCE))
        from vigie.review.taking import refill_apart  # late: it loads the extractors

        copy = snapshot.current(self.settings.store)
        if copy is not None:
            refill_apart(copy, self.settings.store)

    def _decisions_wait(self) -> bool:
        try:
            return time.monotonic() >= self._decisions_at and decisions_wait(self.settings.store)
        except VigieError:
            return False  # who decides is told

    def _take_in(self) -> None:
        from vigie.review.taking import take_in_at

        take_in_at(self.settings, max(self.settings.store_wait, PATIENCE))

    def _try(self, what: str, make: Callable[[], None]) -> bool:
        try:
            make()
        except VigieError as error:
            self._told(f"{what}: still of before ({error})")
        except Exception as error:  # its message may quote the store
            self._told(f"{what}: still of before (unexpected {type(error).__name__})")
        else:
            self._told(f"{what}: made anew")
            return True
        return False
