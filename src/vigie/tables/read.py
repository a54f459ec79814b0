"""A table, whatever its kind: CSV, TSV, XLSX, ODS, Parquet, JSON and JSON Lines.

In: a file. Out: Block and Reject, streamed in memory that does not grow with the file. The kind is told by the content, not by
the name. A file that is no table raises TableRefused; what is wrong inside one is a Reject, and the rest goes on. Every row
below the header that is not empty stands in a block or in a Reject.
Left out: what cells mean (`mapping.py`, the intake).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from vigie.tables.limits import Limits
from vigie.tables.records import Block, Reject, TableRefused

_HEAD = 4096
_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"
_PACKED = (b"\x1f\x8b", b"BZh", b"7z\xbc\xaf\x27\x1c", b"\xfd7zXZ\x00", b"Rar!\x1a\x07", b"\x28\xb5\x2f\xfd")


def read(
    path: str | Path,
    *,
    sheet: str | None = None,
    header: int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    columns: Collection[str] | None = None,
    limits: Limits | None = None,
) -> Iterator[Block | Reject]:
    """Rows of a file.

    Args:
        sheet: name or number from 1 of the sheet to read; None for all that are not hidden.
        header: number of the header's last row; 0 for none; None to find it.
        encoding, delimiter: of a text file; None or "" to find them.
        columns: those that will be read: what is wrong with a cell elsewhere rejects no row. None for all.
    Raises:
        TableRefused: the file is no table, is locked, packed or too large, or cannot be opened.
    """
    file = Path(path)
    bounds = limits or Limits()
    try:
        with file.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise TableRefused(file.name, f"cannot be opened ({error.strerror or 'input error'})") from None
    if not head.strip(b"\x00 \r\n\t"):
        raise TableRefused(file.name, "is empty")
    if head.startswith(_ZIP):
        from vigie.tables.workbook import read_workbook

        yield from read_workbook(file, file.name, sheet=sheet, header=header, needed=columns, limits=bounds)
    elif head.startswith(_PARQUET):
        from vigie.tables.columnar import read_parquet

        yield from read_parquet(file, file.name, needed=columns, limits=bounds)
    elif head.startswith(_OLE):
        from vigie.tables.xls import read_xls

        yield from read_xls(file, file.name, sheet=sheet, header=header, needed=columns, limits=bounds)
    elif head.startswith(_PACKED):
        raise TableRefused(file.name, "is packed", "unpack it and import the table inside")
    elif head.startswith((b"%PDF", b"{\\rtf")) or _markup(head):
        raise TableRefused(
            file.name, "is a document or a page, not a table", "save the table as CSV, XLSX or ODS"
        )
    elif _json(head):
        from vigie.tables.objects import read_objects

        yield from read_objects(file, file.name, encoding=encoding or "", needed=columns, limits=bounds)
    else:
        from vigie.tables.delimited import read_delimited

        yield from read_delimited(
            file,
            file.name,
            header=header,
            encoding=encoding or "",
            delimiter=delimiter or "",
            needed=columns,
            limits=bounds,
        )


def _markup(head: bytes) -> bool:
    """HTML and XML, also where a program gave them the name of a spreadsheet."""
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")[:200].lower()
    return start.startswith((b"<?xml", b"<!doctype", b"<html", b"<table", b"<workbook", b"<meta", b"<style"))


def _json(head: bytes) -> bool:
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t")
    return start.startswith(b"{") or (
        start.startswith(b"[") and start[1:].lstrip(b" \r\n\t")[:1] in (b"{", b"]", b"")
    )
