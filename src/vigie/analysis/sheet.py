"""A user's table as text: its encoding and its delimiter.

In: bytes of a CSV file. Out: text without a byte-order mark, and the character that parts its columns.
Left out: what the columns mean. Windows-1252 is what French spreadsheets save by default, UTF-16 what "Unicode text" is.
"""

from __future__ import annotations

import codecs
from pathlib import Path

from vigie.model.errors import InputRefused

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_sheet(path: Path) -> tuple[str, str]:
    """Text and delimiter of a file. Raises InputRefused if it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputRefused(str(path), "cannot be read", error.strerror or "") from None
    return sheet_text(data)


def sheet_text(data: bytes) -> tuple[str, str]:
    """Text and delimiter (comma, semicolon or tab: the most frequent in the first line)."""
    if data.startswith(_WIDE):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    head = text.split("\n", 1)[0]
    return text, max(",;\t", key=head.count)
