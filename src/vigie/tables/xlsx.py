"""Sheets of XLSX, row by row, as a person sees them.

In: the parts of a workbook. Out: blocks and rejects. Dates are ISO, no more precise than their format (a cell that shows "March
2025" gives 2025-03); percentages have their sign; a formula gives the value that was saved with it, one without is refused.
Written for this and not taken from a library: those that are fast say neither formats nor formulas without a value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import PurePosixPath

from lxml import etree

from vigie.tables.cells import Row, mark, number_text, reject
from vigie.tables.formats import Shown, kind_of_format, serial_text
from vigie.tables.header import Span
from vigie.tables.limits import Limits
from vigie.tables.parts import ROW_WEIGHT, SAFE, Damaged, Parts, SafeStream, Scale, attribute, local
from vigie.tables.records import Block, Reject, Sheet
from vigie.tables.sheets import Shape, sheet_blocks
from vigie.tables.workbook import chosen
from vigie.tables.xlsx_plain import Cell, plain_rows

_CHUNK = 1 << 20
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]{0,40}?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_MAX_SPANS = 50_000
_KEEP = 200_000  # texts of serial numbers that are remembered: dates repeat


def read_xlsx(
    parts: Parts,
    name: str,
    *,
    sheet: str | None,
    header: int | None,
    needed: Collection[str] | None,
    limits: Limits,
) -> Iterator[Block | Reject]:
    """Blocks and rejects of the sheets. Raises Damaged when the workbook itself cannot be read."""
    book = _Book(parts, limits)
    for at, counted in chosen(book.titles, book.hidden, sheet, name):
        title, part = book.titles[at], book.targets[at]
        bare = Sheet(file=name, name=title, columns=(), header_row=0)
        if not book.is_sheet[at]:
            yield reject(bare, None, "not-a-table", rows=0)
            continue
        if part not in parts.names:
            yield reject(bare, None, "damaged", rows=0)
            continue
        shape, whole = _shape(parts, part)
        counted = counted if whole else "damaged"
        rows = book.rows(part, limits.columns + 1)  # one more, so that too many are told
        yield from sheet_blocks(
            name, title, rows, shape, header=header, needed=needed, limits=limits, counted=counted
        )


class _Book:
    """What all sheets share. Raises Damaged."""

    def __init__(self, parts: Parts, limits: Limits) -> None:
        self._parts, self._limits = parts, limits
        path = next(n for n in sorted(parts.names, key=len) if n.endswith("workbook.xml"))
        root = parts.tree(path)
        base = PurePosixPath(path).parent
        related = _related(parts, base, path)
        pr = root.find("{*}workbookPr")
        self._epoch1904 = pr is not None and attribute(pr, "date1904") in ("1", "true")
        sheets = root.findall("{*}sheets/{*}sheet")
        self.titles = [attribute(s, "name")[:200] or str(n) for n, s in enumerate(sheets, 1)]
        self.hidden = [attribute(s, "state") in ("hidden", "veryHidden") for s in sheets]
        found = [related.get(attribute(s, "id"), ("", "")) for s in sheets]
        self.targets = [target for target, _ in found]
        self.is_sheet = [kind in ("worksheet", "") for _, kind in found]
        by_kind = {kind: target for target, kind in related.values()}
        self._formats = self._read_formats(by_kind.get("styles", ""))
        self._strings = self._read_strings(by_kind.get("sharedStrings", ""))
        self._texts: dict[tuple[str, int], str] = {}

    def rows(self, part: str, columns: int) -> Iterator[tuple[int, Row]]:
        """Numbered rows of a sheet. Raises Damaged in the middle of a broken one."""
        done = last = 0
        scale = self._parts.scale(rows=False)  # it holds a stretch, not a row
        with self._parts.open(part) as stream:
            for rows in plain_rows(stream, scale):
                if not rows:
                    return
                scale.charge(ROW_WEIGHT * len(rows))
                for told, found in rows:
                    last = max(last + 1, int(told) if told else 0)
                    done += 1
                    yield last, self._plain_cells(found, columns)
        yield from self._parsed(part, columns, done, last)

    def _parsed(self, part: str, columns: int, done: int, last: int) -> Iterator[tuple[int, Row]]:
        """Rows after the first `done`, by the parser."""
        scale = self._parts.scale()
        with self._parts.open(part) as stream:
            try:
                events = etree.iterparse(SafeStream(stream, scale), events=("end",), tag="{*}row", **SAFE)
                for at, (_, row) in enumerate(events):
                    if at >= done:
                        told = row.get("r", "")
                        last = max(
                            last + 1, int(told) if told.isascii() and told.isdigit() and len(told) < 8 else 0
                        )
                        yield last, self._cells(row, columns)
                    _let_go(row, scale)
            except etree.XMLSyntaxError:
                raise Damaged from None

    def _plain_cells(self, found: list[Cell], columns: int) -> Row:
        cells: Row = []
        for letters, style, kind, text, formula in found:
            at = _letters(letters)
            value = self._shown(kind, text, style, formula)
            if value is None or not 0 <= at < columns:
                continue
            if at >= len(cells):
                cells.extend([None] * (at + 1 - len(cells)))
            cells[at] = value
        return cells

    def _cells(self, row: etree._Element, columns: int) -> Row:
        cells: Row = []
        at = -1
        for cell in row:
            place = cell.get("r")
            at = _letters(place.rstrip("0123456789")) if place else at + 1
            if not 0 <= at < columns:
                continue
            value = self._value(cell)
            if value is None:
                continue
            if at >= len(cells):
                cells.extend([None] * (at + 1 - len(cells)))
            cells[at] = value
        return cells

    def _value(self, cell: etree._Element) -> str | None:
        text, formula = None, False
        for child in cell:
            tag = local(child.tag)
            if tag == "v":
                text = child.text
            elif tag == "f":
                formula = True
            elif tag == "is":
                return self._bounded(_plain(child)) or None
        return self._shown(cell.get("t") or "", text or "", cell.get("s") or "", formula)

    def _shown(self, kind: str, text: str, style: str, formula: bool) -> str | None:
        """What a cell shows, by its kind."""
        if not text:
            # A formula that gives an empty text says so by its kind.
            return mark("formula-without-value") if formula and kind != "str" else None
        if kind == "s":
            return (
                self._strings[int(text)]
                if text.isdigit() and int(text) < len(self._strings)
                else mark("damaged")
            )
        if kind in ("", "n"):
            return self._number(text, style)
        if kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        if kind == "e":
            return mark("error-value")
        if kind == "d":
            return text.removesuffix("T00:00:00").removesuffix("Z").replace("T", " ")
        return self._bounded(text)

    def _number(self, text: str, style: str) -> str:
        at = int(style) if style.isdigit() and len(style) < 7 else 0
        shown = self._formats[at] if at < len(self._formats) else Shown.NUMBER
        if shown is Shown.NUMBER and text.isdigit() and len(text) < 16:
            return text
        key = (text, at)
        known = self._texts.get(key)
        if known is None:
            try:
                value = float(text)
            except ValueError:
                return mark("error-value")
            known = (
                number_text(value) if shown is Shown.NUMBER else serial_text(value, shown, self._epoch1904)
            )
            if len(self._texts) < _KEEP:
                self._texts[key] = known
        return known

    def _bounded(self, text: str) -> str:
        return mark("cell-too-large") if len(text) > self._limits.cell_chars else text

    def _read_formats(self, part: str) -> list[Shown]:
        if part not in self._parts.names:
            return []
        root = self._parts.tree(part)
        own = {
            attribute(f, "numFmtId"): attribute(f, "formatCode")
            for f in root.iterfind("{*}numFmts/{*}numFmt")
        }
        codes = [attribute(x, "numFmtId") for x in root.iterfind("{*}cellXfs/{*}xf")]
        return [kind_of_format(int(c) if c.isdigit() else 0, own.get(c, "")) for c in codes]

    def _read_strings(self, part: str) -> list[str]:
        if part not in self._parts.names:
            return []
        found: list[str] = []
        self._parts.weighed(part, self._limits.strings_bytes)
        scale = self._parts.scale()
        with self._parts.open(part, self._limits.strings_bytes) as stream:
            try:
                events = etree.iterparse(SafeStream(stream, scale), events=("end",), tag="{*}si", **SAFE)
                for _, item in events:
                    found.append(self._bounded(_plain(item)))
                    _let_go(item, scale)
            except etree.XMLSyntaxError:
                raise Damaged from None
        return found


def _shape(parts: Parts, part: str, *, check: bool = True) -> tuple[Shape, bool]:
    """Merged cells and the number of rows, found in the bytes: what stands at the end of a sheet is needed at its start.

    And whether the part is whole: of one that fails its checksum or unpacks to too much no figure is believed.
    """
    spans: list[Span] = []
    rows = 0
    carry = b""
    whole = True
    scale = parts.weigh()
    try:
        with parts.open(part, check=check) as stream:
            while data := stream.read(_CHUNK):
                scale.add(data)
                text = carry + data
                rows += sum(1 for m in _ROW.finditer(text) if m.end() > len(carry))
                if len(spans) < _MAX_SPANS and b"mergeCell" in text:
                    found = [m for m in _MERGE.finditer(text) if m.end() > len(carry)]
                    spans += [
                        (int(m[2]), _letters(m[1].decode()), int(m[4]), _letters(m[3].decode()))
                        for m in found
                    ]
                carry = text[-120:]
    except Damaged:
        if check:  # the rows of what cannot be believed are still counted
            return _shape(parts, part, check=False)[0], False
        whole = False
    return Shape(spans=tuple(spans[:_MAX_SPANS]), rows=rows), whole


def _let_go(element: etree._Element, scale: Scale) -> None:
    """Free a row and all that stands before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and (before := element.getprevious()) is not None:
        parent.remove(before)
    scale.let_go(parent)


def _related(parts: Parts, base: PurePosixPath, path: str) -> dict[str, tuple[str, str]]:
    """Parts that the workbook names: id -> (member, kind)."""
    file = str(base / "_rels" / (PurePosixPath(path).name + ".rels"))
    found = {}
    for entry in parts.tree(file):
        target = attribute(entry, "Target")
        member = target.removeprefix("/") if target.startswith("/") else str(base / target)
        found[attribute(entry, "Id")] = (
            member.removeprefix("./"),
            attribute(entry, "Type").rpartition("/")[2],
        )
    return found


def _plain(item: etree._Element) -> str:
    """Text of a string with its formats, without the reading aids of East Asian text."""
    aids = {id(t) for aid in item.iter("{*}rPh") for t in aid}
    return "".join(t.text or "" for t in item.iter("{*}t") if not aids or id(t) not in aids)


@lru_cache(maxsize=20_000)
def _letters(letters: str) -> int:
    """Position of a column from 0; -1 for what is no column."""
    if not 1 <= len(letters) <= 3 or not letters.isascii() or not letters.isalpha():
        return -1
    at = 0
    for letter in letters.upper():
        at = at * 26 + ord(letter) - 64
    return at - 1
