"""The store as the review desk reads it: its read-only copy, opened when something is asked that was not read before.

In: the path of a store. Out: items, or the open copy. What was read is kept for one state of the copy: an erasure, which makes another, leaves
nothing of what it took. Without a copy the store itself is opened for one short turn, and kept items are of one state of its file. Left out: writing.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from types import TracebackType

from vigie.model.errors import StoreError
from vigie.review.item import item
from vigie.review.records import Item, ReviewError
from vigie.store import Store
from vigie.store.snapshot import current

_MOST_KEPT = 500  # items: a few kilobytes each
_Stamp = tuple[int, ...]


class Kept:
    """Items that were read, of one state of one copy. Several threads may ask."""

    def __init__(self) -> None:
        self._stamp: _Stamp | None = None
        self._items: OrderedDict[str, Item] = OrderedDict()
        self._lock = Lock()

    def get(self, stamp: _Stamp, observation_id: str) -> Item | None:
        with self._lock:
            if stamp != self._stamp:
                self._items.clear()
                self._stamp = stamp
            return self._items.get(observation_id)

    def put(self, stamp: _Stamp, found: Item) -> None:
        with self._lock:
            if stamp == self._stamp:
                self._items[found.observation_id] = found
                while len(self._items) > _MOST_KEPT:
                    self._items.popitem(last=False)


class Copy:
    """The copy for the time of one answer. Use as a context manager."""

    def __init__(self, path: Path, kept: Kept) -> None:
        self._path, self._kept, self._held = path, kept, ExitStack()
        self._store: Store | None = None
        self._tried = False
        self._file = current(path)
        self._stamp = _stamp(self._file or path)

    def __enter__(self) -> Copy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    @property
    def store(self) -> Store | None:
        """The open copy; None where there is none and somebody writes to the store."""
        if not self._tried:
            self._tried = True
            try:
                self._store = self._held.enter_context(Store.open(self._file or self._path, read_only=True))
            except StoreError:
                self._store = None
        return self._store

    @property
    def rows(self) -> int:
        """How many facts it holds; 0 where it cannot be read."""
        return int(self.store.column("SELECT count(*) FROM observations")[0]) if self.store is not None else 0

    def item(self, observation_id: str) -> Item | None:
        """A statement; None where it is no more, or not yet in the copy."""
        if self._stamp and (known := self._kept.get(self._stamp, observation_id)):
            return known
        if self.store is None:
            return None
        try:
            found = item(self.store, observation_id)
        except (ReviewError, StoreError):
            return None
        if self._stamp:
            self._kept.put(self._stamp, found)
        return found


def _stamp(file: Path) -> _Stamp | None:
    """Which state of a file this is, with what a writer may have left beside it."""
    found: list[int] = []
    for one in (file, file.with_name(f"{file.name}.wal")):
        try:
            told = one.stat()
            found += [told.st_ino, told.st_mtime_ns, told.st_size]
        except OSError:
            found.append(0)
    return tuple(found) if found[0] else None
