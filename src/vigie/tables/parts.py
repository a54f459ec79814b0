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
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)")
# In these a "<" is a "<" byte, so that elements can be counted before they are parsed; UTF-7, EBCDIC and the like hide them.
_PLAIN = re.compile(
    rb"utf-?(?:8|16|32)(?:[bl]e)?|us-ascii|iso-?8859-\d{1,2}|latin-?\d|windows-125\d|cp125\d", re.IGNORECASE
)
_STRETCH = 1 << 20
ROW_WEIGHT = 4  # of a row or text by itself: to look at an empty one takes as long as four elements
_HEAVY = "holds more elements than tables of its size do"
_HEAVY_ROW = "has a row or a cell of more elements than a spreadsheet may hold"
_REPAIR = "open it in a spreadsheet program and save the sheet as CSV"


class Damaged(Exception):  # noqa: N818 - says which part of a file cannot be read, and the rest goes on
    """A part that is missing, broken, too large or no XML."""


class Parts:
    """An open workbook; use as a context manager."""

    def __init__(self, path: Path, name: str, limits: Limits) -> None:
        self._name, self._limits = name, limits
        # All parts together; a sheet is read two or three times, and many sheets may name one part.
        size = path.stat().st_size
        self._left = [min(4 * limits.unpacked_bytes, max(600 * MB, 600 * size))]
        self._most_weight = max(limits.workbook_weight, limits.byte_weight * size)
        self._weight = [self._most_weight]
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

    def weigh(self) -> Scale:
        """Measures a part before it is parsed; `add` raises TableRefused past what the whole workbook may weigh."""
        return Scale(self._name, [self._most_weight])

    def scale(self, *, rows: bool = True, again: bool = False) -> Scale:
        """For a part that is parsed: TableRefused when all weigh too much; `rows`: or one row does; `again`: its weight is known."""
        row = self._limits.row_weight if rows else 0
        left = [2 * self._most_weight] if again else self._weight
        return Scale(self._name, left, row=row, kept=self._limits.kept_weight)

    def weighed(self, name: str, limit: int | None = None) -> None:
        """Read a part through, to refuse it whole before anything of it is yielded. Raises TableRefused; damage is left to others."""
        scale = self.weigh()
        with contextlib.suppress(Damaged), self.open(name, limit, check=False) as stream:
            while data := stream.read(_STRETCH):
                scale.add(data)

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


class Scale:
    """Weight of what is parsed: elements cost a parser time and, until they are let go, memory, and 5 bytes may be one.

    Counted in the bytes, ahead of the parser: it holds a row until its end, which may never come.
    """

    def __init__(self, name: str, left: list[int], *, row: int = 0, kept: int = 0) -> None:
        self._name, self._left, self._row, self._kept = name, left, row, kept
        self._open = self._last = 0
        self._parent: object = None
        self._moved = False

    def add(self, data: bytes) -> None:
        """Count a stretch. Raises TableRefused."""
        weight = data.count(b"<") + len(data) // 64
        self._open += weight
        self._last, self._moved = weight, False
        self.charge(weight)
        if self._row and self._open > self._row:
            raise TableRefused(self._name, _HEAVY_ROW, _REPAIR)

    def charge(self, weight: int) -> None:
        """Count what a few bytes say is there many times. Raises TableRefused."""
        self._left[0] -= weight
        if self._left[0] < 0:
            raise TableRefused(self._name, _HEAVY, _REPAIR)

    def let_go(self, parent: object) -> None:
        """A row is read and gone, with all that stood before it in its parent. Raises TableRefused.

        The stretch that it came in may hold more, so it stays counted. What stood in another parent stays in memory.
        """
        if parent is not self._parent and not self._moved:
            self._kept -= self._open
            self._moved = True
            if self._kept < 0:
                raise TableRefused(self._name, _HEAVY, _REPAIR)
        self._parent = parent
        self._open = self._last
        self.charge(ROW_WEIGHT)


class SafeStream:
    """A part for the parser, which must not see a document type, nor more than the scale bears."""

    def __init__(self, stream: Bounded, scale: Scale) -> None:
        self._stream, self._scale = stream, scale
        self._first, self._carry = True, b""

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._scale.add(data)
        if self._first and data:
            self._first = False
            told = _ENCODING.search(data[:1024].replace(b"\0", b""))
            if b"<" not in data[:64] or (told and not _PLAIN.fullmatch(told[1])):
                raise Damaged
        text = self._carry + data
        # A long comment may stand before it. Comments and marked sections of a sheet are rare: mostly this finds nothing.
        if b"!" in text and _TYPE.search(text.replace(b"\0", b"")):
            raise Damaged
        self._carry = text[-40:]
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
