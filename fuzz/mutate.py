"""Small damages to valid inputs, by a seeded generator so that a run can be repeated.

In: bytes or pieces of text, a random generator. Out: bytes or text. Packed formats are damaged inside their members as
well: a flipped bit in a packed stream only ever tests the checksum.
"""

from __future__ import annotations

import gzip
import io
import random
import re
import zipfile
import zlib

TOKENS = (
    b"\0", b"\xff\xfe", b"<", b">", b"</p>", b"<p>", b"<div>", b"&#0;", b"&#x110000;", b"&amp;", b'"', b"{", b"[", b"]}", b",", b"\\ud800",
    b"\r\n", b"\n\n", b"\r\n\r\n", b"--b", b"Content-Type: ", b"=?utf-8?q?", b"charset=utf-7", b"<!--", b"]]>", b"<![CDATA[", b"<?", b"-1",
    b"99999999999999999999", b"0", b"1e999", b"NaN", b"null", b"true", b"obj", b"endobj", b"stream", b"/Length 0", b"/Kids[1 0 R]",
    b"\xe2\x80\xae", b"\xf0\x9f\x98\x80", b"\xcc\x81", b"\xed\xa0\x80", b"%s%n", b"2024-13-45", b"0000-00-00", b"9999-12-31",
)  # fmt: skip
RUNS = (b"<b>", b"[", b"{", b"(", b"A ", b"06 ", b"a.", b"@", b"\n", b" ", b"\xc3\xa9", b"a" * 50, b"9")
_NUMBER = re.compile(rb"\d+")
LETTERS = "\u200b\u202e\u00ad\u0301\ufeff\u2028\x85\x0b\U0001d7d8٣①O l0.,;:-_/@()[]{}«»’'\"\t\n\r\u00a0éÉß€#"


def damaged(data: bytes, chance: random.Random) -> bytes:
    """`data` after one to four damages; inside its members where it is packed."""
    if data.startswith(b"PK\x03\x04") and chance.random() < 0.8:
        return _in_zip(data, chance)
    if data.startswith(b"\x1f\x8b") and chance.random() < 0.8:
        return gzip.compress(_flat(gzip.decompress(data), chance))
    if data.startswith(b"%PDF") and chance.random() < 0.5:
        return _in_streams(data, chance)
    return _flat(data, chance)


def _flat(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 2, 4))):
        data = _once(data, chance)
    return data


def _once(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    end = min(len(data), at + chance.choice((1, 2, 8, 64, 512)))
    match chance.randrange(9):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + data[end:]
        case 2:
            return data[:end] + data[at:]
        case 3:
            return data[:at] + chance.choice(TOKENS) + data[at:]
        case 4:
            return data[:at] + chance.choice(TOKENS) + data[end:]
        case 5:
            return data[:at] + chance.choice(RUNS) * chance.choice((10, 300, 5000)) + data[at:]
        case 6:
            return data[:at] + bytes(chance.randrange(256) for _ in range(end - at)) + data[end:]
        case 7:
            numbers = list(_NUMBER.finditer(data))
            if not numbers:
                return data
            some = chance.choice(numbers)
            return (
                data[: some.start()]
                + chance.choice((b"0", b"-1", b"65536", b"4294967296", b"1e9"))
                + data[some.end() :]
            )
        case _:
            other = chance.randrange(len(data) + 1)
            return data[:at] + data[other : other + end - at] + data[end:]


def _in_zip(data: bytes, chance: random.Random) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        hit = chance.choice(names)
        for name in names:
            content = old.read(name)
            if name == hit:
                if chance.random() < 0.1:
                    continue
                content = _flat(content, chance)
            new.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _in_streams(data: bytes, chance: random.Random) -> bytes:
    """A packed stream of a PDF, unpacked, damaged and left plain or packed again."""
    streams = list(re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL))
    if not streams:
        return _flat(data, chance)
    some = chance.choice(streams)
    try:
        inner = zlib.compress(_flat(zlib.decompress(some[1]), chance))
    except zlib.error:
        inner = _flat(some[1], chance)
    return data[: some.start(1)] + inner + data[some.end(1) :]


def text(pieces: list[str], chance: random.Random) -> str:
    """A text of pieces, with letters put in, taken out, doubled or changed."""
    out = "".join(
        chance.choice(pieces) + chance.choice(("", " ", ", ", "\n")) for _ in range(chance.randrange(1, 9))
    )
    for _ in range(chance.choice((0, 1, 2, 6))):
        at = chance.randrange(len(out) + 1)
        end = min(len(out), at + chance.choice((1, 1, 3, 20)))
        out = chance.choice(
            (
                out[:at] + chance.choice(LETTERS) + out[at:],
                out[:at] + out[end:],
                out[:end] + out[at:],
                out[:at] + out[at:end].swapcase() + out[end:],
                out[:at]
                + chr(chance.choice((chance.randrange(32, 0x3000), chance.randrange(0x1F000, 0x1FAFF))))
                + out[end:],
            )
        )
    return out
