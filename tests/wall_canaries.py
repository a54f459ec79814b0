"""Contacts that belong to nobody, one set for each place of each format, and the search for them in whatever a run leaves.

All are built on words and numbers that stand nowhere else: telephone numbers of the range kept for fiction (06 39 98), domains of
`.example`, invented surnames, streets and accounts. A number in each tells which place a leak comes from.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import quopri
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

import duckdb
import pyarrow.parquet as pq
import pypdfium2 as pdfium

MARKER = "zimbarolle"  # a word that names nobody: it must come through, or the search proves nothing
_LETTERS = "abcdefghij"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_PLACES: dict[int, str] = {}


@dataclass(frozen=True)
class Planted:
    """The contacts of one place."""

    number: int

    @property
    def _word(self) -> str:
        return "".join(_LETTERS[int(c)] for c in f"{self.number:03d}")

    @property
    def phone(self) -> str:
        digits = f"063998{self.number:04d}"
        return " ".join(digits[n : n + 2] for n in range(0, 10, 2))

    @property
    def email(self) -> str:
        return f"zorvex{self.number}@courrier.example"

    @property
    def link(self) -> str:
        return f"https://t.me/qelbix{self.number}"

    @property
    def account(self) -> str:
        return f"wexlor_{self.number}"

    @property
    def name(self) -> str:
        return f"Martin Kelbran{self._word}"

    @property
    def street(self) -> str:
        return f"12 rue des Zibeliors{self._word}"

    @property
    def wallet(self) -> str:
        return "bc1qzvxkrl8" + "".join(_BECH32[int(c)] for c in f"{self.number:031d}")

    @property
    def iban(self) -> str:
        body = f"300069999900000000{self.number:03d}89"
        check = 98 - int(f"{body}152700") % 97
        whole = f"FR{check:02d}{body}"
        return " ".join(whole[n : n + 4] for n in range(0, len(whole), 4))

    @property
    def url(self) -> str:
        """An address that identifies somebody by path and query."""
        return (
            f"https://forum.example.org/u/{self.account}?tel={self.phone.replace(' ', '')}&mail={self.email}"
        )

    def text(self) -> str:
        """A sentence with all of them."""
        return (
            f"M. {self.name} se joint au {self.phone} ou par {self.email}, snap : {self.account}, {self.link}, {self.url} ; "
            f"il habite {self.street}, paie par {self.wallet} ou {self.iban}."
        )


def plant(place: str) -> Planted:
    """New contacts for a place."""
    number = len(_PLACES) + 1
    _PLACES[number] = place
    return Planted(number)


_DIGIT = rb"[ .\-\xa0\xc2]{0,2}"
_SOUGHT = re.compile(
    rb"(?:zorvex|qelbix|wexlor_?|kelbran|zibeliors?|bc1qzvxkrl8)\w*"
    + rb"|6" + _DIGIT + rb"3" + _DIGIT + rb"9" + _DIGIT + rb"9" + _DIGIT + rb"8" + _DIGIT + _DIGIT.join([rb"\d"] * 4)
    + rb"|3000 ?6999 ?9900 ?0000 ?00\d\d"
)  # fmt: skip
_WHOLE = re.compile(
    rb"M\. Martin Kelbran.{1,700}?ou FR[\d =\r\n]+|.{0,60}(?:" + _SOUGHT.pattern + rb").{0,60}",
    re.IGNORECASE | re.DOTALL,
)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def leaks(data: bytes) -> set[str]:
    """What of the planted contacts can be read in `data`, however it is written or packed."""
    return {_told(match) for view in _views(data) for match in _SOUGHT.finditer(view)}


def touched(data: bytes) -> list[tuple[int, int]]:
    """Where the sentences and contacts stand: one that is itself damaged is no contact any more."""
    return [match.span() for match in _WHOLE.finditer(data)]


def shows_marker(data: bytes) -> bool:
    """Whether the search finds what it should in the same way."""
    return any(MARKER.encode() in view for view in _views(data))


def _told(match: re.Match[bytes]) -> str:
    value = match.group().decode("latin-1")
    digits = re.sub(r"\D", "", value)[-4:]
    letters = re.search(r"(?:kelbran|zibeliors)([a-j]{3})", value)
    number = int("".join(str(_LETTERS.index(c)) for c in letters[1])) if letters else int(digits or 0)
    return f"{value} ({_PLACES.get(number, '?')})"


def _views(data: bytes) -> Iterator[bytes]:
    """The bytes in small letters, as they are and without each of the usual encodings."""
    for part in unpacked(data):
        small = part.lower()
        yield small
        if b"\0" in part:
            yield small.replace(b"\0", b"")  # UTF-16, UTF-32
        if b"%" in part:
            yield unquote_to_bytes(part).lower()
        if b"&#" in part:
            yield html.unescape(part.decode("latin-1")).lower().encode("utf-8")
        if b"=" in part:
            with suppress(ValueError):
                yield quopri.decodestring(part).lower()
        for run in _BASE64.findall(part):
            for shift in range(4):
                with suppress(binascii.Error, ValueError):
                    piece = run[shift:].rstrip(b"=")
                    yield base64.b64decode(
                        piece[: len(piece) // 4 * 4], altchars=b"-_" if b"_" in piece else None
                    ).lower()


def unpacked(data: bytes) -> Iterator[bytes]:
    """`data`, and what is packed in it."""
    yield data
    if data.startswith(b"\x1f\x8b"):
        with suppress(OSError, EOFError, zlib.error):
            yield from unpacked(gzip.decompress(data))
    elif data.startswith(b"PK"):
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield "\n".join(archive.namelist()).encode()
            for name in archive.namelist():
                yield from unpacked(archive.read(name))
    elif data.startswith(b"%PDF"):
        for stream in _STREAM.findall(data):
            with suppress(zlib.error):
                yield zlib.decompress(stream)
        with suppress(pdfium.PdfiumError):
            document = pdfium.PdfDocument(data)
            yield "\n".join(page.get_textpage().get_text_range() for page in document).encode()
            yield repr(document.get_metadata_dict()).encode()
    elif data.startswith(b"PAR1"):
        yield repr(pq.read_table(io.BytesIO(data)).to_pylist()).encode()


def rows(path: Path) -> bytes:
    """Every value of every table and view of a DuckDB file: its strings are packed, so that its bytes alone prove little."""
    with duckdb.connect(str(path), read_only=True) as store:
        names = store.sql("SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal").fetchall()
        names += store.sql("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        found = [store.sql(f'SELECT * FROM "{schema}"."{name}"').fetchall() for schema, name in names]
    return repr(found).encode()


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of all that lies below a folder, names of files and folders included."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        yield f"the name {name}", name.encode("utf-8", "surrogateescape")
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            yield name, data
            if data[8:12] == b"DUCK":
                yield f"{name} (rows)", rows(path)
