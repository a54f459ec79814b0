"""Answers that were made before, within a bound of bytes; and charts being drawn, within a bound of those who wait.

In: bytes with a key that holds the model's stamp. Out: Answer, with its ETag and its gzip form.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, Semaphore
from typing import Generic, TypeVar

_WORTH_PACKING = 600  # bytes: a shorter answer fits in one packet anyway


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer as it is sent.

    Attributes:
        packed: gzip; None where that saves nothing.
        plain: the same as it is; None where `packed` holds it: a tenth of the memory, and few ask for it.
    """

    media: str
    etag: str
    status: int = 200
    packed: bytes | None = None
    plain: bytes | None = None

    @property
    def body(self) -> bytes:
        return gzip.decompress(self.packed or b"") if self.plain is None else self.plain

    @property
    def size(self) -> int:
        return len(self.plain or b"") + len(self.packed or b"")


def answer(body: bytes, media: str, status: int = 200) -> Answer:
    """Pictures are packed already; everything else is packed once, here. No time is in it: same bytes, same packed bytes."""
    text = not media.startswith(("image/png", "font/"))
    packed = gzip.compress(body, compresslevel=5, mtime=0) if text and len(body) > _WORTH_PACKING else None
    tag = hashlib.sha256(body).hexdigest()[:20]
    plain = body if packed is None else None
    return Answer(media=media, etag=f'"{tag}"', status=status, packed=packed, plain=plain)


T = TypeVar("T")


class Cache(Generic[T]):
    """The values used last, up to `limit` bytes. Two that ask for one key at once make it once.

    Args:
        limit: bytes of all values together.
        size: bytes of a value.
    """

    def __init__(self, limit: int, size: Callable[[T], int]) -> None:
        self._limit, self._size = limit, size
        self._held: OrderedDict[Hashable, T] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()
        self._making: dict[Hashable, tuple[Lock, int]] = {}

    def get(self, key: Hashable) -> T | None:
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def put(self, key: Hashable, value: T) -> None:
        size = self._size(value)
        if size > self._limit // 4:  # one value must not empty the cache
            return
        with self._lock:
            old = self._held.pop(key, None)
            self._bytes += size - (self._size(old) if old is not None else 0)
            self._held[key] = value
            while self._bytes > self._limit:
                _, gone = self._held.popitem(last=False)
                self._bytes -= self._size(gone)

    def clear(self) -> None:
        with self._lock:
            self._held.clear()
            self._bytes = 0

    def get_or_make(self, key: Hashable, make: Callable[[], T]) -> T:
        found = self.get(key)
        if found is not None:
            return found
        with self._one_at_a_time(key):
            found = self.get(key)
            if found is None:
                found = make()
                self.put(key, found)
            return found

    @contextmanager
    def _one_at_a_time(self, key: Hashable) -> Iterator[None]:
        with self._lock:
            lock, waiting = self._making.get(key, (Lock(), 0))
            self._making[key] = (lock, waiting + 1)
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, waiting = self._making[key]
                if waiting == 1:
                    del self._making[key]
                else:
                    self._making[key] = (lock, waiting - 1)


class BusyError(Exception):
    """Too many wait already; the caller may come again in `seconds`."""

    seconds = 2


class Drawing:
    """Lets few threads draw at once and few wait; raises BusyError for the rest, so that pages keep their threads."""

    def __init__(self, at_once: int = 2, waiting: int = 22) -> None:
        self._drawing = Semaphore(at_once)
        self._places = Semaphore(at_once + waiting)

    @contextmanager
    def place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise BusyError
        try:
            with self._drawing:
                yield
        finally:
            self._places.release()
