"""The records of an archive: web pages and texts, and what is none, in order.

In: an archive (WARC, WET, packed or not) or a folder of saved pages. Out: one Record for each record, with its page, or with the
reason why it is none. Our own reading of the few header lines that matter, for speed; bodies are unpacked where HTTP packed them.
Left out: encodings of text (`page.py`); what is in scope (`prefilter.py`).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from vigie.bulk.archive import Archive
from vigie.bulk.members import Members, Piece
from vigie.model.errors import InputRefused

MAX_RECORD = 8 << 20  # bytes, where no plan says
_DIGITS = 12  # of a length: a record of a terabyte is none
MAX_HEADER = 1 << 16  # bytes of the header of a record, and of HTTP; servers refuse more than 8 to 32 KB
Kind = Literal["html", "text", ""]
Payload = bytes | bytearray | memoryview
_START = b"WARC/"
_BLANK = b"\r\n"
_BLANKS = re.compile(rb"[\r\n\0]*")
_HTML = (b"text/html", b"application/xhtml+xml")
_LOOKS_HTML = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|\?xml)", re.IGNORECASE)
_CHUNK = re.compile(rb"\s*([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_TEXT_FILES = (".txt", ".text", ".md")


@dataclass(slots=True, kw_only=True)
class Record:
    """One record.

    Attributes:
        offset: where its member begins in the archive as stored.
        number: in the archive, from 1, of any kind; of a folder, of its files.
        page: the same among pages only; 0 for what is none.
        reason: why it is no page, a key of data/bulk/reasons.toml; "" for a page.
        kind: what a page is. url, date, charset: as the archive or its server says, unchecked; "" if not.
        name: of a file of a folder; "" in an archive.
        payload: the page as bytes; not to be kept past the next record.
    """

    offset: int
    number: int
    page: int = 0
    reason: str = ""
    kind: Kind = ""
    charset: str = ""
    name: str = ""
    payload: Payload = b""
    header: bytes = b""
    given_id: str = ""

    @property
    def record_id(self) -> str:
        """WARC-Record-ID without brackets; one made of its place where the record has none."""
        found = self.given_id or _text(_value(self.header, b"\r\nwarc-record-id:")).strip("<> ")
        return found or f"{self.offset}+{self.number}"

    @property
    def url(self) -> str:
        return _text(_value(self.header, b"\r\nwarc-target-uri:")).strip("<> ")

    @property
    def date(self) -> str:
        return _text(_value(self.header, b"\r\nwarc-date:"))


class Records:
    """The records of one archive, once. The counts are those of `Members`, those of records included."""

    def __init__(self, archive: Archive, max_record_bytes: int) -> None:
        self.bytes_in = self.bytes_out = self.damaged = 0
        self.truncated = False
        self._archive, self._most = archive, max_record_bytes
        self._number = self._page = 0
        self._members: Members | None = None

    def __iter__(self) -> Iterator[Record]:
        """Raises InputRefused if it is empty or no archive, OSError of the place."""
        if self._archive.files is not None:
            yield from self._files()
            return
        with self._archive.open() as stream:
            members = self._members = Members(stream)
            pieces = iter(members)
            try:
                for record in self._walk(pieces):
                    self.bytes_in, self.bytes_out = members.bytes_in, members.bytes_out
                    yield record
            finally:
                self.bytes_in, self.bytes_out = members.bytes_in, members.bytes_out
                self.damaged += members.damaged
                self.truncated |= members.truncated
            if not members.bytes_in:
                raise InputRefused("", "empty", "download it again")

    # ---- archives

    def _walk(self, pieces: Iterator[Piece]) -> Iterator[Record]:
        held = bytearray()  # the beginning of a record whose end is in the pieces to come
        need = 0  # bytes of it until there is more to be seen
        sought = 0  # where in it no blank line begins before
        offset = skip = 0  # of the record that is held; bytes of a record passed over
        lost = False  # looking for the next record after damage
        for piece in pieces:
            data = piece.data
            begins = piece.offset  # in the file, of `data`, where the file is not packed
            if piece.broken or (piece.first and (held or skip) and data.startswith(_START)):
                if (held.strip(b"\0 \r\n") or skip > len(_BLANK) * 2) and not piece.broken:
                    self.damaged += 1
                held, need, sought, skip, lost = bytearray(), 0, 0, 0, lost or piece.broken
                if piece.broken:
                    continue
            if skip:
                passed = min(skip, len(data))
                skip -= passed
                begins += passed
                data = data[passed:]
            elif held:
                begins -= len(held)
                held += data
                if len(held) < need:
                    continue
                data = held
            if not held:
                offset = piece.offset
                sought = 0
            held, need, at = bytearray(), 0, 0
            while at < len(data):
                if not data.startswith(_START, at):
                    at, lost = self._next(data, at, lost)
                    if at < 0:
                        break
                    if not data.startswith(_START, at):  # what may be the beginning of one
                        held, sought = bytearray(memoryview(data)[at:]), 0
                        break
                end = data.find(b"\r\n\r\n", max(at, sought), at + MAX_HEADER)
                if end < 0:
                    sought = max(sought, min(at + MAX_HEADER, len(data)) - 3)
                    if len(data) - at < MAX_HEADER:
                        held, sought = bytearray(memoryview(data)[at:]), sought - at
                        break
                    at, lost = at + len(_START), self._damage(lost)
                    continue
                header = bytes(data[at:end])
                length = _length(header)
                if length < 0:
                    # The last line that may begin a record before the blank one: the lines in between are not tried one by one.
                    at, lost = max(data.rfind(b"\n" + _START, at, end) + 1, 0) or end, self._damage(lost)
                    continue
                body = end + 4
                if length > self._most:
                    lost = False
                    yield self._record(offset, header, "too-large")
                    if self._beyond(begins + body + length):  # what stands there is no part of it
                        self.truncated = lost = True
                        at = body
                        continue
                elif body + length > len(data):
                    held, need, sought = bytearray(memoryview(data)[at:]), body + length - at, 0
                    break
                else:
                    lost = False
                    yield self._read(offset, header, memoryview(data)[body : body + length])
                at = body + length
                if at > len(data):
                    skip = at - len(data)
                elif at < len(data):
                    offset = piece.offset
            if not held and not skip:
                offset = piece.offset
        if held.strip(b"\0 \r\n") or skip:
            self.truncated = True

    def _next(self, data: bytes | bytearray, at: int, lost: bool) -> tuple[int, bool]:
        """Where the next record begins after blank lines or after damage; -1 if it does not begin in `data`."""
        blank = _BLANKS.match(data, at)
        at = blank.end() if blank else at
        if at >= len(data):
            return -1, lost
        if data.startswith(_START, at):
            return at, lost
        rest = bytes(data[at : at + len(_START)])
        if _START.startswith(rest) and len(rest) < len(_START):
            return at, lost
        if not self._number and not lost and not self.damaged and not self._members_damaged():
            raise InputRefused(
                "", "not a web archive", "give .warc, .warc.gz, .wet.gz, or a folder of saved pages"
            )
        lost = self._damage(lost)
        found = data.find(b"\n" + _START, at)
        return (found + 1 if found >= 0 else -1), lost

    def _beyond(self, end: int) -> bool:
        """Whether `end` is past the end of a file that is not packed, and whose size is known."""
        packed = self._members is None or self._members.packed
        return not packed and self._archive.size is not None and end > self._archive.size

    def _members_damaged(self) -> bool:
        return self._members is not None and self._members.damaged > 0

    def _damage(self, lost: bool) -> bool:
        self.damaged += not lost
        return True

    def _record(self, offset: int, header: bytes, reason: str = "") -> Record:
        self._number += 1
        return Record(offset=offset, number=self._number, reason=reason, header=header)

    def _read(self, offset: int, header: bytes, block: memoryview) -> Record:
        record = self._record(offset, header)
        kind = _value(header, b"\r\nwarc-type:").lower()
        if kind == b"response":
            self._response(record, block)
        elif kind in (b"conversion", b"resource"):
            self._typed(record, block, _value(header, b"\r\ncontent-type:"))
        else:
            record.reason = "not-a-page"
        if not record.reason:
            self._page += 1
            record.page = self._page
        return record

    def _response(self, record: Record, block: memoryview) -> None:
        head = bytes(block[:MAX_HEADER])
        if not head.startswith(b"HTTP/"):
            record.reason = "not-a-page"
            return
        end, gap = head.find(b"\r\n\r\n"), 4
        if end < 0:
            end, gap = head.find(b"\n\n"), 2
        if end < 0:
            record.reason = "damaged"
            return
        status = head[:end].split(None, 2)[1:2]
        if status != [b"200"]:
            record.reason = "status"
            return
        http = head[:end].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        body = block[end + gap :]
        coded = b"\r\ntransfer-encoding:" in (low := http.lower()) or b"\r\ncontent-encoding:" in low
        if coded and not self._typed(record, b"", _value(http, b"\r\ncontent-type:"), peek=True):
            return  # a picture needs no unpacking
        if coded:
            unpacked = _unpacked(body, low, self._most)
            if isinstance(unpacked, str):
                record.reason = unpacked
                return
            body = memoryview(unpacked)
        self._typed(record, body, _value(http, b"\r\ncontent-type:"))

    def _typed(self, record: Record, payload: Payload, told: bytes, *, peek: bool = False) -> bool:
        """Give the record its kind and payload by the type that is told, or by its first bytes where none is."""
        kind = told.partition(b";")[0].strip().lower()
        if kind in _HTML:
            record.kind = "html"
        elif kind == b"text/plain":
            record.kind = "text"
        elif not kind and (peek or _LOOKS_HTML.match(payload[:1024])):
            record.kind = "html"
        else:
            record.reason = "not-a-page"
            return False
        found = _CHARSET.search(told)
        record.charset = found[1].decode("ascii") if found else ""
        record.payload = payload
        return True

    # ---- folders

    def _files(self) -> Iterator[Record]:
        assert self._archive.files is not None
        for file in self._archive.files():
            self._number += 1
            record = Record(offset=0, number=self._number, name=file.name, given_id=f"file:{file.key}")
            try:
                with file.open() as stream:
                    data = stream.read(self._most + 1)
            except (OSError, InputRefused):
                data = b""
                record.reason = "damaged"
                self.damaged += 1
            self.bytes_in += len(data)
            self.bytes_out += len(data)
            if len(data) > self._most:
                record.reason = "too-large"
            elif not record.reason:
                self._file(record, file.name.lower(), data)
            yield record

    def _file(self, record: Record, name: str, data: bytes) -> None:
        if _LOOKS_HTML.match(data[:1024]) or name.endswith((".html", ".htm", ".xhtml")):
            record.kind = "html"
        elif name.endswith(_TEXT_FILES):
            record.kind = "text"
        else:
            record.reason = "not-a-page"
            return
        self._page += 1
        record.page = self._page
        record.payload = data


def records_at(
    archive: Archive, offsets: Sequence[int], max_record_bytes: int = MAX_RECORD
) -> Iterator[Record]:
    """The records of the members that begin at `offsets`, for the audit. Their numbers count from the member they are in.

    Of a folder, whose files have no offset, all. Raises as `Records`.
    """
    if archive.files is not None:
        yield from Records(archive, max_record_bytes)
        return
    for offset in sorted(set(offsets)):
        placed = Archive(name=archive.name, key=archive.key, size=None, open=_From(archive.open, offset))
        for record in Records(placed, max_record_bytes):
            if record.offset:
                break
            record.offset = offset
            yield record


@dataclass(frozen=True, slots=True)
class _From:
    """Opens an archive at an offset; what cannot seek is read up to there."""

    opener: object
    offset: int

    def __call__(self):  # type: ignore[no-untyped-def]
        stream = self.opener()  # type: ignore[operator]
        try:
            stream.seek(self.offset)
        except (OSError, AttributeError, ValueError):
            left = self.offset
            while left and (passed := len(stream.read(min(left, 1 << 20)))):
                left -= passed
        return stream


def _value(header: bytes, name: bytes) -> bytes:
    """The value of the first line that begins with `name` (a line break, the name in lower case, a colon)."""
    low = header.lower()
    at = low.find(name)
    if at < 0:
        return b""
    at += len(name)
    end = header.find(b"\r\n", at)
    return header[at : end if end >= 0 else None].strip()


def _length(header: bytes) -> int:
    told = _value(header, b"\r\ncontent-length:")
    return int(told) if told.isdigit() and len(told) <= _DIGITS else -1


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _unpacked(body: memoryview, low: bytes, most: int) -> bytes | bytearray | str:
    """The body without the encodings that the HTTP header (in lower case) names, or the reason why not.

    Crawlers keep the header and unpack the body, so that a body which is not what its header says is taken as it is.
    """
    data: bytes | bytearray | memoryview = body
    if b"chunked" in _value(low, b"\r\ntransfer-encoding:"):
        joined = _dechunked(body)
        data = body if joined is None else joined
    for coding in reversed(_value(low, b"\r\ncontent-encoding:").split(b",")):
        name = coding.strip()
        if name in (b"gzip", b"x-gzip") and bytes(data[:2]) == b"\x1f\x8b":
            wbits = 31
        elif (
            name == b"deflate"
            and len(data) > 2
            and data[0] & 0x0F == 8
            and (data[0] * 256 + data[1]) % 31 == 0
        ):
            wbits = 15
        else:
            continue  # "identity", Brotli and others: if it is still packed, it has no text that any later stage finds
        inflate = zlib.decompressobj(wbits=wbits)
        try:
            data = inflate.decompress(data, most + 1)
        except zlib.error:
            return "damaged"
        if len(data) > most:
            return "too-large"
        if not inflate.eof and not data:
            return "damaged"
    return data if isinstance(data, bytes | bytearray) else bytes(data)


def _dechunked(body: memoryview) -> bytearray | None:
    """The chunks joined; None if it does not begin with one. A body that is cut gives what is there."""
    data = bytes(body)
    joined, at = bytearray(), 0
    while at < len(data):
        match = _CHUNK.match(data, at, at + 1100)
        if match is None:
            return joined or None
        size = int(match[1], 16)
        if not size:
            break
        joined += data[match.end() : match.end() + size]
        at = match.end() + size
    return joined
