"""Kinds that are recognised in order to refuse them with a better reason than "unknown".

In: a Blob. Out: the InputRefused to raise, or None.
"""

from __future__ import annotations

from vigie.ingest.reader import Blob
from vigie.model.errors import InputRefused

_TABLE = "read tables with `vigie import KIND FILE`"
_IMAGE = "text in images is not read: recognise it first and save it as PDF or text"
_UNPACK = "unpack it first"
_SIGNATURES: tuple[tuple[bytes, int, str, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, "an image", _IMAGE),
    (b"\xff\xd8\xff", 0, "an image", _IMAGE),
    (b"GIF8", 0, "an image", _IMAGE),
    (b"II*\x00", 0, "an image", _IMAGE),
    (b"MM\x00*", 0, "an image", _IMAGE),
    (b"WEBP", 8, "an image", _IMAGE),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "an old Office file", "save it as .docx or .pdf"),
    (b"{\\rtf", 0, "an RTF file", "save it as .docx or .txt"),
    (b"PAR1", 0, "a Parquet table", _TABLE),
    (b"SQLite format 3\x00", 0, "a database", "export its texts as JSON"),
    (b"Rar!\x1a\x07", 0, "a RAR archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", 0, "a 7z archive", _UNPACK),
    (b"BZh", 0, "a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ\x00", 0, "an xz archive", _UNPACK),
    (b"\x1f\x8b", 0, "a gzip archive", _UNPACK),
    (b"ustar", 257, "a tar archive", _UNPACK),
    (b"ftyp", 4, "a film", ""),
    (b"ID3", 0, "a sound recording", ""),
    (b"OggS", 0, "a sound recording", ""),
    (b"\x7fELF", 0, "a program", ""),
    (b"MZ\x90\x00", 0, "a program", ""),
)
_IN_ZIP = (
    (b"xl/", "a spreadsheet", _TABLE),
    (b"opendocument.spreadsheet", "a spreadsheet", _TABLE),
    (b"ppt/", "a presentation", "save it as PDF"),
    (b"opendocument.presentation", "a presentation", "save it as PDF"),
)
_ZIP_SUFFIXES = (".docx", ".docm", ".odt", ".ott", ".epub")
_SUFFIXES = {".csv": _TABLE, ".tsv": _TABLE, ".xlsx": _TABLE, ".ods": _TABLE, ".parquet": _TABLE}


def known_unreadable(blob: Blob) -> InputRefused | None:
    """Why this input is not read, where its first bytes or its suffix say so."""
    for mark, offset, what, repair in _SIGNATURES:
        if blob.head.startswith(mark, offset):
            return blob.refuse(f"is {what}", repair)
    if blob.head.startswith(b"PK\x03\x04") and blob.suffix not in _ZIP_SUFFIXES:
        for mark, what, repair in _IN_ZIP:
            if mark in blob.head:
                return blob.refuse(f"is {what}", repair)
        return blob.refuse("is a ZIP archive", _UNPACK)
    if blob.suffix in _SUFFIXES:
        return blob.refuse("is a table", _SUFFIXES[blob.suffix])
    return None
