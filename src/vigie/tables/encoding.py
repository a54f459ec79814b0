"""The encoding of a table of text, from all its bytes.

In: a file. Out: the name of the encoding, or "" for bytes that are no text. A byte-order mark counts, then UTF-8, then what
western programs wrote before it. Left out: code pages of DOS and Mac, which nothing in the bytes tells (`encoding` in the mapping).
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 20
_MULTI = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
_STRAY = re.compile("[\udc80-\udcff]")
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f]")
_DAMAGE = 0.05  # a UTF-8 file with a few broken bytes stays one: its broken rows are refused, the others keep their accents


def find_encoding(path: Path) -> str:
    """Encoding of a file of text; "" if its bytes are no text."""
    with path.open("rb") as stream:
        head = stream.read(65_536)
        marked = next((name for mark, name in _MARKS if head.startswith(mark)), "")
        if marked:
            return marked
        wide = _unmarked_utf16(head)
        if wide:
            return wide
        head = head.rstrip(b"\0")
        if head.count(0) > 0.1 * len(head) or len(_CONTROL.findall(head)) > 0.05 * len(head):
            return ""
        stream.seek(0)
        good = bad = 0
        decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        while chunk := stream.read(_CHUNK):
            text = decoder.decode(chunk)
            if not chunk.isascii():
                good += len(_MULTI.findall(chunk))
                bad += len(_STRAY.findall(text))
        bad += len(_STRAY.findall(decoder.decode(b"", True)))
    return "utf-8" if bad <= _DAMAGE * good else "cp1252"


def _unmarked_utf16(head: bytes) -> str:
    """UTF-16 without a mark: every second byte of western text is zero."""
    even, odd = head[0:4096:2], head[1:4096:2]
    if len(odd) < 4:
        return ""
    for zeros, letters, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros.count(0) > 0.7 * len(zeros) and letters.count(0) < 0.05 * len(letters):
            return name
    return ""
