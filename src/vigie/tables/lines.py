"""Rows of a text file, line by line, with what is wrong with each.

In: a stream of text. Out: records in order, one per row that a spreadsheet would show: a quoted line break makes no new row, an
empty line is a row without cells. A quote that is never closed costs its own line and not the rest of the file.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from vigie.tables.cells import Row
from vigie.tables.limits import Limits
from vigie.tables.records import Reason

DELIMITERS = (";", "\t", "|", ",")  # in the order that decides a tie: a comma is also a decimal sign
_SAMPLE_LINES = 300
_SEP = re.compile(
    r'\ufeff?"?sep=([^"\r\n\0])"?\s*', re.IGNORECASE
)  # the line by which spreadsheets are told the separator
_PATIENCE = 200  # quotes never closed, after which each must close in its own line: looking ahead takes time
Record = tuple[Row | None, int, Reason | None]  # cells, about how many characters, why there are none


class _Unclosed(Exception):  # noqa: N818 - says where a quoted cell was given up
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Attributes:
    delimiter: the separator.
    lines: lines at the start that are no rows: 1 where the file names its separator, which no spreadsheet shows.
    """

    delimiter: str
    lines: int


class Lines:
    """Records of a stream. `width`: cells of a row, where it is known; `wide`: replaced signs are bytes that were no text."""

    def __init__(
        self,
        stream: TextIO,
        delimiter: str,
        limits: Limits,
        *,
        width: int | None = None,
        wide: bool = False,
        passed: int = 0,
    ) -> None:
        self._stream, self._delimiter, self._limits, self._width, self._wide = (
            stream,
            delimiter,
            limits,
            width,
            wide,
        )
        self._back: deque[str] = deque()  # lines that are to be read again
        self._held: list[str] = []  # lines of the record that is being read
        self._lookahead = limits.quote_lines
        self._unclosed = 0
        for _ in range(passed):
            stream.readline()

    def records(self) -> Iterator[Record]:
        held = self._held
        reader = self._reader()
        while True:
            held.clear()
            try:
                cells: list[str] = next(reader)
            except StopIteration:
                return
            except (csv.Error, _Unclosed):
                yield self._first_line()
                reader = self._reader()
                continue
            if len(held) > 1 and self._swallowed(held[1:]):
                yield self._first_line()
                reader = self._reader()
                continue
            if held[0] == "\0":
                yield None, 0, "cell-too-large"
            elif self._wide and any("\ufffd" in line for line in held):
                yield None, 0, "encoding"
            else:
                yield list(cells), len(held[0]) if len(held) == 1 else sum(map(len, held)), None

    def _lines(self) -> Iterator[str]:
        """Lines with their ends, each held until its record is whole; a line that is too long comes as one NUL."""
        most, held, back, readline = self._limits.row_chars, self._held, self._back, self._stream.readline
        chars = 0
        while True:
            line = back.popleft() if back else _line(readline(most), most, self._stream)
            if not line:
                return
            if held:
                chars += len(line)
                if len(held) >= self._lookahead or chars > most:
                    back.appendleft(line)
                    raise _Unclosed
            else:
                chars = len(line)
            held.append(line)
            yield line

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._lines(), delimiter=self._delimiter, strict=True)

    def _first_line(self) -> Record:
        """What the first of the held lines gives by itself; the others are read again."""
        first, *others = self._held
        self._back.extendleft(reversed(others))
        if others or first.count('"') % 2:
            self._unclosed += 1
            if self._unclosed > _PATIENCE:
                self._lookahead = 1
            return None, 0, "broken-quote"
        # The quotes close, with something behind one of them: read as a spreadsheet reads it.
        try:
            cells: Row = list(next(csv.reader([first], delimiter=self._delimiter)))
        except (csv.Error, StopIteration):
            return None, 0, "cell-too-large"
        return cells, len(first), None

    def _swallowed(self, lines: list[str]) -> bool:
        """Whether a quoted cell holds whole rows: the quote before them was never closed."""
        if self._width is None or self._width < 2:
            return False
        return any(
            line.count('"') % 2 == 0 and _count(line, self._delimiter) == self._width for line in lines
        )


def find_delimiter(stream: TextIO, limits: Limits) -> Told:
    """The separator of a stream that stands at its start."""
    lines: list[str] = []
    left = 2 * limits.row_chars
    while (
        len(lines) < _SAMPLE_LINES
        and left > 0
        and (line := _line(stream.readline(limits.row_chars), limits.row_chars, stream))
    ):
        lines.append(line)
        left -= len(line)
    told = _SEP.fullmatch(lines[0]) if lines else None
    if told:
        return Told(delimiter=told[1], lines=1)
    return Told(delimiter=_likely_delimiter(lines), lines=0)


def _line(line: str, most: int, stream: TextIO) -> str:
    """A line without marks of byte order; "\\0" for one that is too long, whose rest is passed over."""
    if len(line) >= most and line[-1] not in "\r\n":
        while (rest := stream.readline(most)) and rest[-1] not in "\r\n":
            pass
        return "\0"
    return line.lstrip("\ufeff") if line.startswith("\ufeff") else line


def _likely_delimiter(lines: list[str]) -> str:
    """The sign by which most lines have the same number of cells."""
    best, best_share = ",", 0.0
    for delimiter in DELIMITERS:
        counts = [n for n in (_count(line, delimiter) for line in lines) if n]
        usual = Counter(n for n in counts if n > 1).most_common(1)
        share = usual[0][1] / len(counts) if usual else 0.0
        if share > best_share:
            best, best_share = delimiter, share
    return best


def _count(line: str, delimiter: str) -> int:
    """Cells of one line by itself; 0 for an empty one."""
    try:
        return len(next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:
        return 0
