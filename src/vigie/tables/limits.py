"""Bounds on one table, each with its reason. Past a bound a row, a sheet or the file is refused, counted and named."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one table may take.

    Attributes:
        rows: of one sheet; a spreadsheet ends at 1,048,576, the largest public series of seizures has 300,000.
        columns: of one sheet; the widest public layout has 90, a spreadsheet ends at 16,384.
        cell_chars: of one cell; a spreadsheet ends at 32,767.
        row_chars: of one row of text, with all its quoted line breaks.
        unpacked_bytes: of one part of a workbook, counted while it is unpacked: a sheet of a million rows has 400 MB.
        strings_bytes: of the texts that the sheets of a workbook share; they stay in memory.
        names: members of a workbook's zip.
        workbook_weight: of a small workbook, all its sheets together, as it is parsed: one for each "<" and one for 64 bytes. A cell
            weighs 4 to 6.
        byte_weight: of a larger one, for each of its bytes as they are on the disk. Sheets have 1 to 7, the emptiest that a program
            may write 40; a bomb of empty elements 170.
        row_weight: of one row, or one shared text: 5,000 columns weigh 40,000; a parser needs 200 bytes for each.
        kept_weight: of what stands outside rows, or in many places with few rows each: a parser keeps it to the end.
        json_bytes: of one JSON record.
        quote_lines: lines over which a quoted cell may run; past them its quote was never closed.
        block_chars: of one block, so that 50,000 rows of long cells do not fill the memory.
    """

    rows: int = 5_000_000
    columns: int = 5_000
    cell_chars: int = 32_767
    row_chars: int = 1_000_000
    unpacked_bytes: int = 1_500 * MB
    strings_bytes: int = 150 * MB
    names: int = 10_000
    workbook_weight: int = 3_000_000
    byte_weight: int = 16
    row_weight: int = 250_000
    kept_weight: int = 2_000_000
    json_bytes: int = 2 * MB
    quote_lines: int = 200
    block_chars: int = 40_000_000
