"""The read model that pages are made from: open, and exchanged for a newer one without dropping a request.

In: a file, or a store to follow. Out: leases: a model stays open as long as one request reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Condition
from typing import Protocol

from vigie.readmodel.model import ReadModel


class NotReadyError(Exception):
    """No model is open yet, or what it was made of was erased; the caller may come again in some seconds."""

    seconds = 3


class Provider(Protocol):
    """Who lends the model."""

    def lease(self) -> AbstractContextManager[ReadModel]: ...


class Models:
    """The model in use, and those that requests still read."""

    def __init__(self, model: ReadModel | None = None) -> None:
        self._model = model
        self._readers: dict[int, int] = {}
        self._old: list[ReadModel] = []
        self._changed = Condition()
        self._making = self._gone = False

    @classmethod
    def of(cls, path: Path) -> Models:
        """The model of one file, for tests and programs that build it themselves. Raises StoreError."""
        return cls(ReadModel.open(path))

    @contextmanager
    def lease(self) -> Iterator[ReadModel]:
        """The model as it is now. Raises NotReadyError before the first, and from an erasure until the next."""
        with self._changed:
            model = self._model
            if model is None or self.erased():
                raise NotReadyError
            self._readers[id(model)] = self._readers.get(id(model), 0) + 1
        try:
            yield model
        finally:
            with self._changed:
                self._readers[id(model)] -= 1
                self._close_unread()

    def erased(self) -> bool:
        """True once the file of the model in use has gone: an erasure removes it, and nothing of it may be shown again."""
        with self._changed:
            # While another is made the file may go because it is out of date: that was looked at before.
            if self._model is not None and not self._making and not self._model.path.exists():
                self._gone = True
            return self._gone

    @contextmanager
    def making(self) -> Iterator[None]:
        """While another model is made, which removes the file of this one."""
        with self._changed:
            self.erased()
            self._making = True
        try:
            yield
        finally:
            with self._changed:
                self._making = False

    def swap(self, model: ReadModel) -> None:
        """From now on requests read this one; the old one is closed when its last reader is gone."""
        with self._changed:
            self._gone = False
            if self._model is not None:
                self._old.append(self._model)
            self._model = model
            self._close_unread()

    @property
    def path(self) -> Path | None:
        with self._changed:
            return self._model.path if self._model is not None else None

    def close(self) -> None:
        with self._changed:
            if self._model is not None:
                self._old.append(self._model)
            self._model = None
            self._close_unread()

    def _close_unread(self) -> None:
        for model in [m for m in self._old if not self._readers.get(id(m))]:
            self._old.remove(model)
            self._readers.pop(id(model), None)
            model.close()
