"""Workbooks: which kind a zip is, and which of its sheets are read.

In: a zip. Out: blocks and rejects of its sheets, one after the other. XLSX is in `xlsx.py`, ODS in `ods.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from vigie.tables.limits import Limits
from vigie.tables.parts import Damaged, Parts
from vigie.tables.records import Block, Reason, Reject, TableRefused


def read_workbook(
    path: Path,
    name: str,
    *,
    sheet: str | None,
    header: int | None,
    needed: Collection[str] | None,
    limits: Limits,
) -> Iterator[Block | Reject]:
    """Blocks and rejects of a workbook. Raises TableRefused if the zip is none, or lacks the sheet that is asked for."""
    with Parts(path, name, limits) as parts:
        try:
            if "content.xml" in parts.names:
                from vigie.tables.ods import read_ods

                yield from read_ods(parts, name, sheet=sheet, header=header, needed=needed, limits=limits)
            elif any(part.endswith("workbook.bin") for part in parts.names):
                raise TableRefused(name, "is a binary workbook (xlsb)", "save it as XLSX")
            elif "[Content_Types].xml" in parts.names and any(
                p.endswith("workbook.xml") for p in parts.names
            ):
                from vigie.tables.xlsx import read_xlsx

                yield from read_xlsx(parts, name, sheet=sheet, header=header, needed=needed, limits=limits)
            else:
                raise TableRefused(
                    name, "is an archive, not a table", "unpack it and import the table inside"
                )
        except Damaged:
            raise TableRefused(name, "damaged, or unpacks to more than is allowed", "save it again") from None


def chosen(
    titles: list[str], hidden: list[bool], sheet: str | None, name: str
) -> list[tuple[int, Reason | None]]:
    """Positions of the sheets to look at, and why one is only counted. Raises TableRefused for one that is not there."""
    if not sheet:
        return [(at, "hidden-sheet" if apart else None) for at, apart in enumerate(hidden)]
    if sheet in titles:
        return [(titles.index(sheet), None)]
    if sheet.isascii() and sheet.isdigit() and 1 <= int(sheet) <= len(titles):
        return [(int(sheet) - 1, None)]
    raise TableRefused(
        name, "has no sheet of that name or number", f"it has {len(titles)}: leave the sheet out to read all"
    )
