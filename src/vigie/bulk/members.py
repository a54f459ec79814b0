"""The bytes of an archive, unpacked: one gzip member after the other, each checked by its CRC, in bounded memory.

In: a stream of stored bytes. Out: pieces in order. A member of usual size is one piece, given only once its CRC is right; a larger
one, an archive that is one member, and a file that is not packed come in pieces of at most `PIECE` bytes, of which the last may be
`broken`. A member that is not whole is counted and passed over; the next one is found by its header.
Left out: what a piece means (`records.py`).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from vigie.model.errors import InputRefused, MissingExtraError

MAGIC = b"\x1f\x8b\x08"  # gzip, deflate: the only method there is
CHUNK = 1 << 20  # bytes read at once; a page of the press is 10 to 60 KB when packed
MAX_MEMBER = 16 << 20  # unpacked bytes that are held until the CRC is known
PIECE = 1 << 20  # unpacked bytes of a piece of something larger
_FEED = 1 << 18  # packed bytes given to a streaming decompressor at once; the first time less, doubling
_LITTLE = 1 << 12
# Unpacked bytes that may be given up to go back over what a member that proved broken had swallowed: so many, and so many for each
# stored byte that is done with. Damage costs less (a page is packed to a fifth); a file made of headers that each swallow the rest
# would cost the square of its size. A try costs what it unpacked, what it took for that, and `_LITTLE`.
_RETRY, _RETRY_A_BYTE = 64 << 20, 8
_SMALLEST = 18  # bytes of a gzip member: header, trailer
# What writers put there: three high flags unset, level 0, 2 or 4, a known system: in packed bytes this stands once in 10^11. By `re`,
# whose search is twice as fast on packed bytes as that of `bytes.find`.
_HEADER = re.compile(re.escape(MAGIC) + rb"[\x00-\x1f].{4}[\x00\x02\x04][\x00-\x0d\xff]", re.DOTALL)
_ZEROS = re.compile(rb"\0*")
_ZSTD, _LZ4 = b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18"
_ZSTD_SKIPPABLE = b"\x2a\x4d\x18"  # after one byte 0x50 to 0x5f: a frame that holds a dictionary


@dataclass(frozen=True, slots=True)
class Piece:
    """Unpacked bytes.

    Attributes:
        offset: where the member begins in the file as stored; of a file that is not packed, where the piece does.
        data: not to be kept past the next piece.
        first: a member begins with it: nothing of before goes on.
        broken: nothing of the member follows, and it is not whole.
    """

    offset: int
    data: bytes | bytearray
    first: bool = True
    broken: bool = False


class Members:
    """Iterate once. The counts are right for what was given so far.

    Attributes:
        bytes_in: stored bytes that are done with. bytes_out: unpacked bytes.
        damaged: stretches that are no whole member, passed over.
        truncated: the file ends inside a member.
        packed: once a piece was given, whether offsets are those of members.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.bytes_in = self.bytes_out = self.damaged = 0
        self.truncated = self.packed = False
        self._stream = stream
        self._buffer = b""  # from `_base` in the file on
        self._base = self._at = 0
        self._ended = False
        self._retried = 0  # unpacked bytes of tries that were gone back over

    def __iter__(self) -> Iterator[Piece]:
        """Raises InputRefused for what is packed in another way, OSError of the stream."""
        self._fill()
        head = self._buffer[:4]
        self.packed = head.startswith(MAGIC) or head in (_ZSTD, _LZ4) or head[1:] == _ZSTD_SKIPPABLE
        if head.startswith(MAGIC):
            yield from self._gzip()
        elif self.packed:
            yield from self._other(head)
        else:
            yield from self._plain()
        self.bytes_in = self._base + self._at

    # ---- not packed, or packed in another way

    def _plain(self) -> Iterator[Piece]:
        first = True
        while self._buffer:
            for start in range(0, len(self._buffer), PIECE):
                data = self._buffer[start : start + PIECE]
                self._at = start + len(data)
                self._count(data)
                yield Piece(self._base + start, data, first)
                first = False
            self._fill()

    def _other(self, head: bytes) -> Iterator[Piece]:
        """Zstandard (with the dictionary of its archive) and LZ4, as FastWARC reads them."""
        try:
            from fastwarc.stream_io import Lz4Reader, ZstdReader
        except ImportError:
            raise MissingExtraError("Reading packed archives", "bulk") from None
        source: Any = _Counted(self._stream, self._buffer)
        self._buffer = b""
        reader: Any = (Lz4Reader if head == _LZ4 else ZstdReader)(source)
        first = True
        try:
            while data := reader.read(PIECE):
                self._base = source.count
                self._count(data)
                yield Piece(0, data, first)
                first = False
        except OSError as error:
            if source.failed:
                raise
            if first:
                raise InputRefused("", "not a web archive, or damaged from its start") from error
            self.damaged += 1
            yield Piece(0, b"", first=False, broken=True)
        self._base = source.count

    # ---- gzip

    def _gzip(self) -> Iterator[Piece]:
        lost = False  # inside a stretch that was counted as damaged
        while self._more():
            if not self._buffer.startswith(MAGIC, self._at):
                lost = self._resync(lost, 0)
                continue
            offset = self._base + self._at
            data = self._whole()
            if data is not None:
                lost = False
                self._count(data)
                yield Piece(offset, data)
                continue
            lost = yield from self._streamed(offset, lost)

    def _more(self) -> bool:
        """Whether bytes are left; a whole header is then in the buffer if the file has one."""
        if len(self._buffer) - self._at < _SMALLEST and not self._ended:
            self._fill()
        return self._at < len(self._buffer)

    def _fill(self) -> None:
        """Forget what is done with and read on; the buffer grows where nothing is."""
        chunk = b"" if self._ended else self._stream.read(CHUNK)
        if 0 < len(chunk) < CHUNK:  # the end, or a stream that gives what it has
            parts = bytearray(chunk)
            while len(parts) < CHUNK and (more := self._stream.read(CHUNK)):
                parts += more
            chunk = bytes(parts)
        self._ended = not chunk
        self._base += self._at
        self._buffer = self._buffer[self._at :] + chunk if self._at < len(self._buffer) else chunk
        self._at = 0

    def _whole(self) -> bytearray | None:
        """The member that begins here, by libdeflate; None where its end, its size or its CRC does not hold at first sight."""
        end = self._next_header()
        if end < 0 and not self._ended:
            self._fill()
            end = self._next_header()
        if end < 0:
            if not self._ended:
                return None
            end = len(self._buffer)
        size = int.from_bytes(
            self._buffer[end - 4 : end], "little"
        )  # of the unpacked member, says its trailer
        if end - self._at < _SMALLEST or size > MAX_MEMBER:
            return None
        try:
            data: bytearray = _libdeflate()(memoryview(self._buffer)[self._at : end], size or 1)
        except _deflate_error():
            return None
        if len(data) != size:  # the CRC was right, so that the end was that of something else
            return None
        self._at = end
        return data

    def _next_header(self) -> int:
        """Where the next member seems to begin, -1 if not in the buffer."""
        found = _HEADER.search(self._buffer, self._at + _SMALLEST)
        return found.start() if found else -1

    def _streamed(self, offset: int, lost: bool) -> Generator[Piece, None, bool]:
        """The member that begins here, read to where it ends; returns whether it was lost.

        Until it is larger than what is held, it can be gone back to: a broken member may swallow those that follow. Once that was
        done too often, what it swallowed is passed over.
        """
        inflate = _Inflate()
        held: list[bytes] = []
        size, ahead, given = 0, 0, False  # ahead: of `_at`, in what was fed
        feed = _LITTLE
        whole = True
        while not inflate.ended:
            if self._at + ahead >= len(self._buffer):
                self._fill()
            fed = self._buffer[self._at + ahead : self._at + ahead + feed]
            try:
                if not fed:
                    raise zlib.error
                for data in inflate.feed(fed, min(8 * feed, PIECE)):
                    size += len(data)
                    held.append(data)
                    if size > MAX_MEMBER:
                        yield from self._give(offset, held, given)
                        held, given = [], True
            except zlib.error:
                whole = False
                break
            ahead += len(fed) - inflate.unused
            feed = min(2 * feed, _FEED)
            if ahead > MAX_MEMBER and not given:  # packed to nothing
                yield from self._give(offset, held, given)
                held, given = [], True
            if given:
                self._at, ahead = self._at + ahead, 0
        cut = not whole and not fed
        if not given and not whole and (not cut or _HEADER.search(self._buffer, self._at + 1)):
            self._retried += size + ahead + _LITTLE
            often = self._retried > _RETRY + _RETRY_A_BYTE * (self._base + self._at)
            return self._resync(lost, max(ahead, _LITTLE) if often else 1)
        self._at += ahead
        self.truncated |= cut
        # What a cut leaves of one of many members is not checked by anything; of an archive that is one member it is all there is.
        if whole or given or not offset:
            yield from self._give(offset, held, given)
            given = True
        if whole:
            return False
        yield Piece(offset, b"", first=False, broken=True)
        if cut:
            return False
        self.damaged += 1
        return self._resync(True, 1)

    def _give(self, offset: int, held: list[bytes], given: bool) -> Iterator[Piece]:
        for part in held:
            self._count(part)
            yield Piece(offset, part, not given)
            given = True

    def _resync(self, lost: bool, step: int) -> bool:
        """Go to the next header, at least `step` bytes on. Zeros that pad a tape or a copy are no damage."""
        if not step and not lost and _zeros(self._buffer, self._at):
            self._at = len(self._buffer)
            return False
        if not lost:
            self.damaged += 1
        self._at = min(self._at + step, len(self._buffer))
        while (found := _HEADER.search(self._buffer, self._at)) is None:
            self._at = max(self._at, len(self._buffer) - _SMALLEST)
            if self._ended:
                self._at = len(self._buffer)
                return True
            self._fill()
        self._at = found.start()
        return True

    def _count(self, data: bytes | bytearray) -> None:
        self.bytes_in = self._base + self._at
        self.bytes_out += len(data)


def _zeros(data: bytes, at: int) -> bool:
    """Whether nothing else follows."""
    match = _ZEROS.match(data, at)
    return match is not None and match.end() == len(data)


class _Inflate:
    """One gzip member, fed bit by bit; its CRC is checked at its end. By isal where it is installed, else zlib."""

    def __init__(self) -> None:
        try:
            from isal import isal_zlib
        except ImportError:
            self._engine: Any = zlib.decompressobj(wbits=31)
        else:
            self._engine = isal_zlib.decompressobj(wbits=31)
        self.ended = False
        self.unused = 0  # bytes of the last feed that are past the member

    def feed(self, packed: bytes, most: int) -> Iterator[bytes]:
        """What comes of it, `most` bytes at a time. Raises zlib.error."""
        while True:
            try:
                data = self._engine.decompress(packed, most)
            except Exception as error:  # isal's error is zlib's in some versions only
                raise zlib.error from error
            if data:
                yield data
            if self._engine.eof:
                self.ended, self.unused = True, len(self._engine.unused_data)
                return
            packed = self._engine.unconsumed_tail
            if not packed and len(data) < most:
                return


class _Counted:
    """A stream of which a part was read already, that counts, and tells its own errors from a parser's."""

    def __init__(self, stream: BinaryIO, head: bytes) -> None:
        self._stream, self._head, self.count, self.failed = stream, head, 0, False

    def read(self, size: int = -1) -> bytes:
        size = CHUNK if size < 0 else size
        data, self._head = self._head[:size], self._head[size:]
        if not data:
            try:
                data = self._stream.read(size)
            except OSError:
                self.failed = True
                raise
        self.count += len(data)
        return data

    def tell(self) -> int:
        return self.count

    def close(self) -> None: ...


def _libdeflate() -> Any:
    try:
        from deflate import gzip_decompress
    except ImportError:
        raise MissingExtraError("Reading archives in bulk", "bulk") from None
    return gzip_decompress


def _deflate_error() -> type[Exception]:
    from deflate import DeflateError

    return DeflateError
