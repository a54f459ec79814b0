"""Follows a store: when it changed, its read model is made anew and takes the place of the old one.

In: a store. Out: the models that `provider.Models` lends. The store is not held: `vigie add` works beside. Pages show the last
state that could be read, but for an erasure, from which on nothing is shown until the pages are made anew; a failed attempt is told on
standard error and repeated.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Event, Thread

from vigie.model.errors import VigieError
from vigie.readmodel.files import current
from vigie.readmodel.model import ReadModel
from vigie.settings import Settings
from vigie.web.provider import Models

EVERY = 1.0  # seconds between two looks at the store
SETTLED = (
    2  # looks that must find the same before a change counts as done: a long `vigie add` commits many times
)
AGAIN = 15  # looks after a failed attempt


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

    def first(self) -> None:
        """Make the first model; raises StoreError."""
        self._make()

    def _make(self) -> None:
        with self.models.making():
            path = current(self.settings.store, self.public, settings=self.settings, apart=True)
            self._seen = self._look()
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
            try:
                now = self._look()
            except OSError:  # the store is being replaced, or went: what was read stays
                continue
            finally:
                self.models.erased()
            same = same + 1 if now == last else 0
            last, wait = now, max(0, wait - 1)
            if (now == self._seen and not self.models.erased()) or same < SETTLED or wait:
                continue
            try:
                self._make()
                self._told("pages: made anew")
            except VigieError as error:
                self._told(f"pages: still of before ({error})")
                wait = AGAIN
            except Exception as error:  # its message may quote the store
                self._told(f"pages: still of before (unexpected {type(error).__name__})")
                wait = AGAIN
