"""Parts of a workbook's zip, bounded: what is declared is not believed, what is unpacked is counted.

In: a file. Out: streams of its members, small members as XML trees. Nothing is unpacked to a file; entities, networks and
document types are refused. Errors: TableRefused for the whole file, Damaged for one part.
"""

from __future__ import annotations

import contextlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import IO, Any

from lxml import etree

from vigie.tables.limits import MB, Limits
from vigie.tables.records import TableRefused

_END, _END_SIZE, _TAIL = b"PK\x05\x06", 22, 65_557
_MAX_DIRECTORY = 10 * MB  # the table of contents of a zip: 100,000 members
_MAX_TREE = 20 * MB  # a part that is read whole takes ten times that
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    struct.error,
    RuntimeError,
)
_TYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class Damaged(Exception):  # noqa: N818 - says which part of a file cannot be read, and the rest goes on
    """A part that is missing, broken, too large or no XML."""


class Parts:
    """An open workbook; use as a context manager."""

    def __init__(self, path: Path, name: str, limits: Limits) -> None:
        self._name, self._limits = name, limits
        # All parts together; a sheet is read two or three times, and many sheets may name one part.
        self._left = [4 * limits.unpacked_bytes]
        self._file = path.open("rb")
        try:
            self._check_directory()
            self._zip = zipfile.ZipFile(self._file)
        except TableRefused:
            self._file.close()
            raise
        except _BROKEN:
            self._file.close()
            raise TableRefused(name, "damaged or cut short", "download or save it again") from None
        self.names = frozenset(self._zip.namelist())
        if len(self.names) > limits.names:
            self.close()
            raise TableRefused(name, "holds more parts than a workbook has", "save it again")

    def __enter__(self) -> Parts:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with contextlib.suppress(AttributeError):
            self._zip.close()
        self._file.close()

    @contextlib.contextmanager
    def open(self, name: str, limit: int | None = None, *, check: bool = True) -> Iterator[Bounded]:
        """A member as a stream that raises Damaged past its bound; `check`: and where its checksum is wrong."""
        most = limit or self._limits.unpacked_bytes
        try:
            info = copy(self._zip.getinfo(name))
            if not check:
                info.CRC = None  # type: ignore[assignment]
            if info.flag_bits & 1:
                raise TableRefused(self._name, "is locked with a password", "save it without one")
            member = self._zip.open(info)
        except (KeyError, *_BROKEN):
            raise Damaged from None
        with member:
            yield Bounded(member, most, self._left)

    def tree(self, name: str) -> etree._Element:
        """A small part as a tree. Raises Damaged."""
        with self.open(name, _MAX_TREE) as stream:
            data = stream.read()
        if _TYPE.search(data.replace(b"\0", b"")):
            raise Damaged
        try:
            return etree.fromstring(data, etree.XMLParser(**SAFE))
        except etree.XMLSyntaxError:
            raise Damaged from None

    def _check_directory(self) -> None:
        """Refuse a table of contents that would fill the memory before the first member is read."""
        size = self._file.seek(0, io.SEEK_END)
        self._file.seek(max(0, size - _TAIL))
        tail = self._file.read(_TAIL)
        at = tail.rfind(_END)
        if at < 0 or len(tail) < at + _END_SIZE:
            raise zipfile.BadZipFile
        if struct.unpack_from("<L", tail, at + 12)[0] > _MAX_DIRECTORY:
            raise TableRefused(self._name, "holds more parts than a workbook has", "save it again")
        self._file.seek(0)


class Bounded(io.RawIOBase):
    """A member of a zip that is counted while it is unpacked."""

    def __init__(self, member: IO[bytes], most: int, total: list[int]) -> None:
        self._member, self._left, self._total = member, most, total

    def read(self, size: int = -1) -> bytes:
        try:
            data: bytes = self._member.read(size if size >= 0 else self._left + 1)
        except _BROKEN:
            raise Damaged from None
        self._left -= len(data)
        self._total[0] -= len(data)
        if self._left < 0 or self._total[0] < 0:
            raise Damaged
        return data


class SafeStream:
    """A part for the parser, which must not see a document type."""

    def __init__(self, stream: Bounded) -> None:
        self._stream, self._first = stream, True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        if self._first:
            self._first = False
            if _TYPE.search(data[:8192].replace(b"\0", b"")):
                raise Damaged
        return data


# libxml2 without huge_tree also refuses more than 256 levels and texts above 10 MB.
SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def local(tag: object) -> str:
    """A tag without its namespace; "" for what is no element."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str:
    """An attribute whatever its namespace; "" if it is not there."""
    direct = element.get(name)
    if direct is not None:
        return direct
    return next((str(v) for k, v in element.attrib.items() if local(k) == name), "")
