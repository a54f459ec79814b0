"""Members of archives: what is whole comes out as it went in, what is not is passed over, counted, and holds little memory."""

from __future__ import annotations

import gzip
import io
import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.bulk import members
from vigie.bulk.members import Members, Piece
from vigie.model.errors import InputRefused

SMALL, PIECE = 1 << 19, 1 << 16
CONTENTS = [f"WARC/1.0 record {n}\r\n".encode() * (40 * n + 1) for n in range(12)]
PACKED = [gzip.compress(content, mtime=0) for content in CONTENTS]
ENDS = [sum(map(len, PACKED[: n + 1])) for n in range(len(PACKED))]
WHOLE = b"".join(PACKED)


class Slow(io.RawIOBase):
    """Gives a few bytes at a time, as a network may."""

    def __init__(self, data: bytes, step: int) -> None:
        self._data, self._at, self._step = data, 0, step

    def read(self, size: int = -1) -> bytes:
        given = self._data[self._at : self._at + self._step]
        self._at += len(given)
        return given


def unpack(data: bytes) -> tuple[Members, list[Piece]]:
    found = Members(io.BytesIO(data))
    return found, list(found)


def test_members_come_out_as_they_went_in_with_their_place() -> None:
    found, pieces = unpack(WHOLE)
    assert [bytes(p.data) for p in pieces] == CONTENTS
    assert [p.offset for p in pieces] == [0, *ENDS[:-1]]
    assert (found.bytes_in, found.bytes_out) == (len(WHOLE), sum(map(len, CONTENTS)))
    assert not found.damaged and not found.truncated


@pytest.mark.parametrize("step", [17, 1000])
def test_a_stream_that_gives_little_at_a_time(step: int) -> None:
    found = Members(Slow(WHOLE, step))  # type: ignore[arg-type]
    assert b"".join(bytes(p.data) for p in found) == b"".join(CONTENTS)
    assert found.bytes_in == len(WHOLE) and not found.damaged


DAMAGE = [
    # id, what becomes of the bytes of member 5, members that are lost
    ("in_the_middle", lambda b: b[: len(b) // 2] + bytes([b[len(b) // 2] ^ 0x55]) + b[len(b) // 2 + 1 :]),
    ("checksum", lambda b: b[:-6] + bytes([b[-6] ^ 1]) + b[-5:]),
    ("length", lambda b: b[:-1] + bytes([b[-1] ^ 0x80])),
    ("magic", lambda b: b"\x00" + b[1:]),
    ("method", lambda b: b[:2] + b"\x07" + b[3:]),
    ("cut", lambda b: b[:-20]),
    ("half", lambda b: b[: len(b) // 2]),
    ("zeros", lambda b: b[:20] + bytes(len(b) - 20)),
    ("something_else", lambda b: b"<html>an error page of a proxy</html>"),
]


@pytest.mark.parametrize(("name", "spoil"), DAMAGE, ids=[d[0] for d in DAMAGE])
def test_a_broken_member_is_passed_over_and_counted_once(name: str, spoil: object) -> None:
    found, pieces = unpack(b"".join([*PACKED[:5], spoil(PACKED[5]), *PACKED[6:]]))  # type: ignore[operator]
    assert [bytes(p.data) for p in pieces if p.data] == CONTENTS[:5] + CONTENTS[6:]
    assert (found.damaged, found.truncated) == (1, False)


def test_any_bit_that_flips_loses_one_member_or_nothing() -> None:
    chance = random.Random(8)
    for _ in range(400):
        place, bit = chance.randrange(len(WHOLE)), chance.randrange(8)
        spoilt = bytearray(WHOLE)
        spoilt[place] ^= 1 << bit
        found, pieces = unpack(bytes(spoilt))
        lost = next(n for n, end in enumerate(ENDS) if place < end)
        got = [bytes(p.data) for p in pieces if p.data]
        if got == CONTENTS:  # the time, the system: bits that mean nothing
            continue
        if place < 3:  # what begins with something else is not unpacked at all
            assert b"".join(got) == bytes(spoilt)
            continue
        assert got == CONTENTS[:lost] + CONTENTS[lost + 1 :], (place, bit)
        assert found.damaged + found.truncated >= 1, (place, bit)


@pytest.mark.parametrize("cut", [1, 5, 9, 30, 60], ids=lambda n: f"without the last {n}")
def test_a_file_that_breaks_off_keeps_what_is_whole(cut: int) -> None:
    found, pieces = unpack(WHOLE[:-cut])
    assert [bytes(p.data) for p in pieces if p.data] == CONTENTS[:-1]
    assert found.truncated and pieces[-1].broken


@pytest.mark.parametrize(
    ("data", "damaged"),
    [
        (WHOLE + bytes(512), 0),
        (WHOLE + b"\n", 1),
        (WHOLE + b"<!-- end -->", 1),
        (PACKED[0] + bytes(9) + PACKED[1], 1),
    ],
    ids=["zeros", "line", "words", "zeros between"],
)
def test_what_stands_after_the_members(data: bytes, damaged: int) -> None:
    found, pieces = unpack(data)
    assert b"".join(bytes(p.data) for p in pieces) in (b"".join(CONTENTS), CONTENTS[0] + CONTENTS[1])
    assert (found.damaged, found.truncated) == (damaged, False)


@pytest.mark.parametrize(
    "data", [bytes(40), b"\x1f", b"\x1f\x8b\x08", b"\x1f\x8b\x08\x00" + bytes(20), b"PK\x03\x04"]
)
def test_what_is_no_archive_is_no_error(data: bytes) -> None:
    unpack(data)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little is held, so that little makes a large member."""
    monkeypatch.setattr(members, "MAX_MEMBER", SMALL)
    monkeypatch.setattr(members, "PIECE", PIECE)


def test_a_member_larger_than_what_is_held_comes_in_pieces(small: None) -> None:
    content = random.Random(1).randbytes(SMALL // 4) * 5
    data = gzip.compress(content, 1) + PACKED[3]
    found, pieces = unpack(data)
    assert b"".join(bytes(p.data) for p in pieces) == content + CONTENTS[3]
    assert max(len(p.data) for p in pieces) <= PIECE
    assert [p.first for p in pieces].count(True) == 2 and pieces[0].first and pieces[-1].first
    assert found.bytes_in == len(data) and not found.damaged


def test_a_large_member_that_breaks_says_so_and_the_next_is_found(small: None) -> None:
    packed = bytearray(gzip.compress(random.Random(1).randbytes(SMALL + PIECE), 1))
    packed[-6] ^= 1
    found, pieces = unpack(bytes(packed) + PACKED[3])
    assert bytes(pieces[-1].data) == CONTENTS[3] and pieces[-2].broken
    assert found.damaged == 1


def test_a_bomb_is_read_in_pieces_whatever_size_it_declares(small: None) -> None:
    bomb = bytearray(gzip.compress(bytes(SMALL * 4)))
    bomb[-4:] = (4).to_bytes(4, "little")
    found = Members(io.BytesIO(bytes(bomb) + PACKED[2]))
    largest = max(len(p.data) for p in found)
    assert largest <= PIECE and found.damaged == 1


def test_a_size_that_is_declared_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MAX_MEMBER", 1000)
    found, pieces = unpack(WHOLE)
    assert b"".join(bytes(p.data) for p in pieces) == b"".join(CONTENTS) and not found.damaged


def chain(many: int) -> bytes:
    """Headers every 20 bytes; each begins a member whose stored blocks go from header to header, and which never ends."""
    length = 20 * 64 - 5
    block = b"\x00" + length.to_bytes(2, "little") + (length ^ 0xFFFF).to_bytes(2, "little")
    return (members.MAGIC + bytes(6) + b"\x03" + block + b"AAAAA") * many


EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"
MADE = [
    # id, stored bytes before two whole members: each costs the square of its size where every try goes to its end
    ("chain", chain(10_000)),
    ("headers only", members.MAGIC + bytes(6) + b"\x03" + (members.MAGIC + bytes(6) + b"\x03") * 20_000),
    ("blocks of nothing", (members.MAGIC + bytes(6) + b"\x03" + EMPTY_BLOCK * 400) * 100),
]


@pytest.mark.parametrize("data", [m[1] for m in MADE], ids=[m[0] for m in MADE])
def test_going_back_over_what_was_swallowed_is_bounded(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    fed, unpacked = [], []

    class Counted(members._Inflate):
        def feed(self, packed: bytes, most: int):  # type: ignore[no-untyped-def]
            fed.append(len(packed))
            for part in super().feed(packed, most):
                unpacked.append(len(part))
                yield part

    monkeypatch.setattr(members, "_Inflate", Counted)
    monkeypatch.setattr(members, "_RETRY", 1 << 18)
    # What stands in the way of the last one may go with what was swallowed.
    found, pieces = unpack(data + gzip.compress(random.Random(1).randbytes(1 << 13)) + PACKED[4])
    assert sum(unpacked) <= (1 << 18) + 16 * len(data) and sum(fed) <= (1 << 20) + 16 * len(data)
    assert [bytes(p.data) for p in pieces if p.data][-1] == CONTENTS[4]
    assert found.damaged == 1 and not found.truncated


def test_a_member_that_unpacks_to_nothing_is_not_held(small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "CHUNK", 1 << 16)
    found = Members(io.BytesIO(members.MAGIC + bytes(6) + b"\x03" + EMPTY_BLOCK * (SMALL * 2) + PACKED[3]))
    largest = max(len(found._buffer) for _ in found)
    assert largest <= SMALL + 3 * PIECE and found.damaged == 1


@settings(deadline=None, max_examples=60)
@given(st.lists(st.binary(max_size=300), max_size=6), st.binary(max_size=40), st.integers(0, 40))
def test_nothing_that_is_given_was_not_in_a_member(contents: list[bytes], noise: bytes, where: int) -> None:
    parts = [gzip.compress(c, mtime=0) for c in contents]
    parts.insert(min(where, len(parts)), noise)
    if parts[0].startswith(members.MAGIC):
        _found, pieces = unpack(b"".join(parts))
        assert {bytes(p.data) for p in pieces if p.data} <= {*contents, *_unpacked(noise)}


def _unpacked(noise: bytes) -> list[bytes]:
    try:
        return [zlib.decompress(noise, wbits=31)]
    except zlib.error:
        return []


@pytest.mark.parametrize("kind", ["zstd", "lz4"])
def test_other_ways_of_packing(kind: str) -> None:
    from fastwarc import stream_io

    writer = {"zstd": stream_io.ZstdWriter, "lz4": stream_io.Lz4Writer}[kind]
    target = io.BytesIO()
    with writer(target) as stream:
        for content in CONTENTS:
            stream.write(content)
    data = target.getvalue() if not target.closed else b""
    if data:
        _found, pieces = unpack(data)
        assert b"".join(bytes(p.data) for p in pieces) == b"".join(CONTENTS)
        with pytest.raises(InputRefused):
            unpack(data[: len(data) // 2])
