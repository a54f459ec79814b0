"""Runs `vigie` with a fault put in: python wall_driver.py MODE verb… The texts that the faults quote are those of the inputs.

Modes: late, small (limits of the child process), tight (every bound on size), reader-known, reader-odd (readers that give up with
the text in their message), redactor (the same in the redactor), full (the disk), noise (warnings, logs, a thread and a
destructor that quote it).
"""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import vigie.redact.redactor as redactor
from vigie.cli import main
from vigie.ingest import limits, registry
from vigie.ingest.reader import Blob
from vigie.model.document import RawDocument

LITTLE = 40_000  # bytes that a file may have where the disk is full


def late() -> None:
    limits.WORKER_SECONDS = 0.001


def small() -> None:
    limits.WORKER_MEMORY = 150 * limits.MB


def tight() -> None:
    for name, value in vars(limits).items():
        if name.startswith("MAX_"):
            setattr(limits, name, min(value, 60))


def readers(fault: Callable[[RawDocument], None]) -> None:
    """Every reader hands each of its documents to `fault` first."""

    def wrapped(read: Callable[[Blob], Iterator[RawDocument]]) -> Callable[[Blob], Iterator[RawDocument]]:
        def faulty(blob: Blob) -> Iterator[RawDocument]:
            for document in read(blob):
                fault(document)
                yield document

        return faulty

    registry.readers.cache_clear()
    registry.READERS = tuple(replace(r, read=wrapped(r.read)) for r in registry.READERS)


def gives_up(kind: type[Exception]) -> Callable[[RawDocument], None]:
    def fault(document: RawDocument) -> None:
        try:
            raise LookupError(document.text)
        except LookupError as error:
            raise kind(f"{document.path} {document.title} {document.text} {document.extra_names}") from error

    return fault


class Quoting:
    """Fails when it is thrown away."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __del__(self) -> None:
        raise ValueError(self.text)


def noise(document: RawDocument) -> None:
    warnings.warn(document.text, UserWarning, stacklevel=1)
    logging.getLogger("trafilatura.core").error("discarding %s", document.text)
    logging.getLogger().error("root %s", document.text)
    Quoting(document.text)

    def fails() -> None:
        raise ValueError(document.text)

    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    if sys.platform != "win32":
        import resource

        Path("core-limit.txt").write_text(str(resource.getrlimit(resource.RLIMIT_CORE)[0]))


def full() -> None:
    """No file may grow beyond a few pages."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (LITTLE, LITTLE))


def broken_names(text: str, folded: str, extra: Any = ()) -> Any:
    if len(text) > 100:
        raise KeyError(text)
    return []


def breaks() -> None:
    redactor.find_names = broken_names  # type: ignore[assignment]


MODES: dict[str, Callable[[], None]] = {
    "late": late,
    "small": small,
    "tight": tight,
    "reader-known": lambda: readers(gives_up(ValueError)),
    "reader-odd": lambda: readers(gives_up(RuntimeError)),
    "redactor": breaks,
    "full": full,
    "noise": lambda: readers(noise),
}

if __name__ == "__main__":
    mode = sys.argv.pop(1)
    MODES[mode]()
    main()
