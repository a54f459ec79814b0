"""What a reader is, and what it is given.

In: nothing. Out: `Reader` (one kind of input) and `Blob` (one input: its head, and its bytes on demand).
Left out: choosing a reader (registry.py, reading.py).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vigie.ingest import limits
from vigie.model.document import RawDocument, SourceCard
from vigie.model.errors import InputRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """One input.

    Attributes:
        name: the input as the user gave it; documents carry it as their path.
        head: its first bytes (limits.HEAD_BYTES).
        size: bytes in all.
        path: the file, or None for standard input, whose bytes are in `data`.
        source: the card of its source, if any.
        mapping: fields of a JSON record, wanted name to given name; None finds the usual ones.
        shown: the input as logs may name it, without contacts; "" names it by its size.
    """

    name: str
    head: bytes
    size: int
    path: Path | None = None
    data: bytes | None = None
    source: SourceCard | None = None
    mapping: Mapping[str, str] | None = None
    shown: str = ""

    @property
    def suffix(self) -> str:
        """Lower-case suffix with its dot; both for a packed one (".warc.gz")."""
        suffixes = [s.lower() for s in Path(self.name).suffixes[-2:]]
        return "".join(suffixes) if suffixes[-1:] == [".gz"] else "".join(suffixes[-1:])

    @property
    def label(self) -> str:
        """What a log may call this input: its name may hold a contact."""
        return self.shown or f"an input of {self.size} bytes"

    def open(self) -> BinaryIO:
        """The bytes as a stream."""
        if self.data is not None:
            return io.BytesIO(self.data)
        assert self.path is not None
        return self.path.open("rb")

    def all_bytes(self, limit: int) -> bytes:
        """The whole input. Raises InputRefused past `limit` bytes."""
        if self.size > limit:
            raise self.too_large(limit)
        if self.data is not None:
            return self.data
        with self.open() as stream:  # the file may have grown since: never read more than was announced
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise self.too_large(limit)
        return data

    def too_large(self, limit: int) -> InputRefused:
        return self.refuse(f"larger than {limit // limits.MB} MB", "split it into its documents")

    def refuse(self, reason: str, repair: str = "") -> InputRefused:
        """The error to raise: the input by name, why, and what to do."""
        return InputRefused(self.name, reason, repair)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One kind of input.

    Attributes:
        name: what RawDocument.format says.
        suffixes: lower case with the dot; they decide only where the content does not.
        sniff: whether the first bytes are of this kind; cheap, never raises.
        read: documents in the order of the input; raises InputRefused.
        binary: the content is always recognised, so that a file with the suffix alone is something else.
    """

    name: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes], bool]
    read: Callable[[Blob], Iterator[RawDocument]]
    binary: bool = False
