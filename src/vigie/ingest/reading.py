"""One input in, its documents out: open it safely, recognise its kind, hand it to its reader.

In: a path, or a name with bytes. Out: RawDocuments, streamed. Raises InputRefused (the input by name, the
reason, the repair) for whatever cannot be read; the caller goes on with the next input.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from vigie.ingest import limits
from vigie.ingest.archive import SIGNATURE
from vigie.ingest.kinds import known_unreadable
from vigie.ingest.reader import Blob, Reader
from vigie.ingest.registry import readers
from vigie.ingest.sources import card_for
from vigie.model.document import RawDocument, SourceCard
from vigie.model.errors import InputRefused, VigieError


def read(
    path: str | Path,
    *,
    source: SourceCard | None = None,
    mapping: Mapping[str, str] | None = None,
    shown: str = "",
) -> Iterator[RawDocument]:
    """Documents of one file. Without `source`, the nearest source card counts (sources.card_for); logs call it `shown`."""
    file = Path(path)
    name = printable(os.fspath(path))
    head, size = _head(file, name)
    card = source if source is not None else card_for(file)
    yield from _documents(
        Blob(name=name, head=head, size=size, path=file, source=card, mapping=mapping, shown=shown)
    )


def read_stream(
    name: str,
    data: bytes,
    *,
    source: SourceCard | None = None,
    mapping: Mapping[str, str] | None = None,
    shown: str = "",
) -> Iterator[RawDocument]:
    """Documents of bytes that came from standard input or the network."""
    if not data:
        raise InputRefused(name, "empty")
    head = data[: limits.HEAD_BYTES]
    yield from _documents(
        Blob(name=name, head=head, size=len(data), data=data, source=source, mapping=mapping, shown=shown)
    )


def _head(file: Path, name: str) -> tuple[bytes, int]:
    try:
        status = file.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputRefused(name, "is a folder", "give its files, or the folder to `vigie add`")
        if not stat.S_ISREG(status.st_mode):
            raise InputRefused(name, "not a regular file", "give a file or a folder")
        with file.open("rb") as stream:
            head = stream.read(limits.HEAD_BYTES)
    except (OSError, ValueError) as error:
        raise _unopened(name, error) from error
    if not head:
        raise InputRefused(name, "empty")
    return head, status.st_size


def _unopened(name: str, error: Exception) -> InputRefused:
    if isinstance(error, FileNotFoundError):
        return InputRefused(name, "no such file", "check the path")
    if isinstance(error, PermissionError):
        return InputRefused(name, "permission denied", "make it readable")
    reason = getattr(error, "strerror", None) or "not a valid path"
    return InputRefused(name, f"cannot be opened: {reason}")


def choose(blob: Blob) -> Reader:
    """The reader of an input: by content, then by suffix. Raises InputRefused for an unknown kind."""
    *special, text = readers()
    for reader in special:
        if reader.sniff(blob.head):
            return reader
    refusal = known_unreadable(blob)
    if refusal is not None:
        raise refusal
    for reader in special:
        if blob.suffix in reader.suffixes:
            if reader.binary and not blob.head.startswith(SIGNATURE):  # a zip may hide its kind
                raise blob.refuse(f"named {blob.suffix} but is none", "download, save or export it again")
            return reader
    if text.sniff(blob.head):
        return text
    raise blob.refuse("of unknown kind", "vigie doctor lists the kinds that are read")


def _documents(blob: Blob) -> Iterator[RawDocument]:
    reader = choose(blob)
    count = 0
    try:
        for document in reader.read(blob):
            if len(document.text) > limits.MAX_TEXT_CHARS:
                raise blob.refuse("one document holds more than 50 million characters", "split it")
            count += 1
            yield document
    except VigieError:
        raise
    except RecursionError:
        raise blob.refuse("nested too deeply") from None
    except MemoryError:
        raise blob.refuse("needs more memory than there is", "split it into its documents") from None
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, EOFError) as error:
        # A parser gave up. Its message may quote the input: only its kind is told.
        raise blob.refuse(
            f"broken {reader.name} ({type(error).__name__})", "save or export it again"
        ) from None
    if count == 0:
        raise blob.refuse("holds no document with text")


def printable(name: str) -> str:
    """A path as it can be printed: bytes that are no UTF-8 become U+FFFD, control characters too."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join("\ufffd" if ord(c) < 32 or ord(c) == 127 else c for c in text)
