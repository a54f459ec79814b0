"""Bytes to text: byte-order mark, UTF-8, then the likeliest older encoding; mojibake repaired.

In: bytes. Out: repaired text (vigie.text.normalise.repair), or None if the bytes are no text.
"""

from __future__ import annotations

import codecs
import re

from vigie.text.normalise import repair

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MAX_CONTROL_SHARE = 0.005  # stray control bytes of a bad copy; a binary file has 10 % and more


def decode(data: bytes, declared: str = "") -> str | None:
    """Text of `data`; `declared` is the encoding that a header announces. None if this is no text."""
    for encoding in _candidates(data, declared):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return None if looks_binary(data) else data.decode("cp1252", errors="replace")


def decode_repaired(data: bytes, declared: str = "") -> str | None:
    """`decode`, then mojibake, control characters and line ends repaired."""
    text = decode(data, declared)
    return None if text is None else repair(text)


def looks_binary(data: bytes) -> bool:
    """Whether the first bytes are no text in any encoding that text files use."""
    head = data[:65536]
    if marked_encoding(head) or unmarked_utf16(head):
        return False
    if b"\x00" in head:
        return True
    return len(_CONTROL.findall(head)) > _MAX_CONTROL_SHARE * len(head)


def marked_encoding(data: bytes) -> str:
    """Encoding that a byte-order mark tells, or ""."""
    return next((name for mark, name in _MARKS if data.startswith(mark)), "")


def unmarked_utf16(data: bytes) -> str:
    """UTF-16 without a mark: every second byte of western text is zero."""
    head = data[:4096]
    if len(head) < 8:
        return ""
    even, odd = head[0::2], head[1::2]
    for zeros, letters, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros.count(0) > 0.7 * len(zeros) and letters.count(0) == 0:
            return name
    return ""


def _candidates(data: bytes, declared: str) -> list[str]:
    mark = marked_encoding(data)
    if mark:
        return [mark]
    wide = unmarked_utf16(data)
    if wide:
        return [wide]
    if b"\x00" in data[:65536]:
        return []
    names = ["utf-8"]
    # Pages declare ISO-8859-1 and mean windows-1252: their euro and quotes are there only.
    if declared and declared.lower().replace("_", "-") not in {
        "utf-8",
        "utf8",
        "iso-8859-1",
        "latin-1",
        "latin1",
        "ascii",
        "us-ascii",
    }:
        names.append(declared)
    return [*names, "cp1252"]
