"""Sheets of ODS, row by row, as a person sees them.

In: the parts of a document. Out: blocks and rejects. The file is read once for its sheets and once for each of them; repeated
rows and cells are told by a number and written out within bounds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from lxml import etree

from vigie.tables.cells import Row, mark, number_text, reject
from vigie.tables.formats import Shown
from vigie.tables.header import Span
from vigie.tables.limits import Limits
from vigie.tables.parts import ROW_WEIGHT, SAFE, Damaged, Parts, SafeStream, Scale, attribute, local
from vigie.tables.records import Block, Reject, Sheet, TableRefused
from vigie.tables.sheets import Shape, sheet_blocks
from vigie.tables.workbook import chosen

_PART = "content.xml"
_MAX_SHEETS = 200  # the file is read once for each
_MAX_REPEAT = 1_048_576
_ERROR = re.compile(r"#[A-Z0-9/]+[!?]?|Err:\d+")


@dataclass(slots=True, kw_only=True)
class _Table:
    name: str
    style: str
    rows: int = 0
    spans: list[Span] = field(default_factory=list)


def read_ods(
    parts: Parts,
    name: str,
    *,
    sheet: str | None,
    header: int | None,
    needed: Collection[str] | None,
    limits: Limits,
) -> Iterator[Block | Reject]:
    """Blocks and rejects of the sheets. Raises Damaged when the document itself cannot be read."""
    if "META-INF/manifest.xml" in parts.names:
        with parts.open("META-INF/manifest.xml", 1_000_000) as stream:
            if b"encryption-data" in stream.read():
                raise TableRefused(name, "is locked with a password", "save it without one")
    book = _Book(parts, limits)
    titles = [t.name for t in book.tables]
    for at, counted in chosen(titles, [t.style in book.hidden for t in book.tables], sheet, name):
        table = book.tables[at]
        shape = Shape(spans=tuple(table.spans), rows=table.rows)
        if at >= _MAX_SHEETS:
            yield reject(
                Sheet(file=name, name=table.name, columns=()), None, "too-many-rows", rows=table.rows
            )
            continue
        rows = book.rows(at)
        yield from sheet_blocks(
            name, table.name, rows, shape, header=header, needed=needed, limits=limits, counted=counted
        )
    if book.broken:
        yield reject(Sheet(file=name, name="", columns=()), None, "damaged", rows=0)


class _Book:
    def __init__(self, parts: Parts, limits: Limits) -> None:
        self._parts, self._limits = parts, limits
        self.tables: list[_Table] = []
        self.hidden: set[str] = set()
        self.broken = False
        self._shown: dict[str, Shown] = {}
        self._styles: dict[str, Shown] = {}
        self._cut, self._wanted = False, 0
        self._reading = self._all_rows()  # one pass for all sheets
        self._survey()

    def _survey(self) -> None:
        depth = number = 0
        self._parts.weighed(_PART)
        scale = self._parts.scale()
        try:
            for event, element in self._events(scale, "table", "table-row", "style", "date-style"):
                tag = local(element.tag)
                if tag == "table":
                    depth += 1 if event == "start" else -1
                    if event == "start" and depth == 1:
                        self.tables.append(
                            _Table(
                                name=attribute(element, "name")[:200], style=attribute(element, "style-name")
                            )
                        )
                        number = 0
                elif event == "end" and tag == "table-row" and depth == 1:
                    table = self.tables[-1]
                    repeat = _repeat(element, "number-rows-repeated")
                    cells = self._cells(element)
                    if any(cells):
                        table.rows += repeat
                        scale.charge(
                            max(0, repeat * len(cells) - len(element))
                        )  # said to be there many times
                    scale.charge(ROW_WEIGHT)  # it is read twice
                    _spans(element, number + 1, table.spans)
                    number += repeat
                    _forget(element, scale)
                elif event == "end" and tag == "style":
                    self._style(element)
                elif event == "end" and tag == "date-style":
                    self._date_style(element)
        except Damaged:
            self.broken = True
            if not self.tables:
                raise

    def rows(self, at: int) -> Iterator[tuple[int, Row]]:
        """Numbered rows of one sheet; sheets are asked for in their order. Raises Damaged in the middle of a broken one."""
        self._wanted = at
        for table, number, repeat, cells in self._reading:
            if any(cells):
                for n in range(repeat):
                    yield number + n + 1, list(cells)
            elif table > at:
                return
        if self._cut:
            raise Damaged

    def _all_rows(self) -> Iterator[tuple[int, int, int, Row]]:
        """Rows of all sheets in one pass: sheet, rows before it, how often it is repeated, its cells; without cells, a sheet's start."""
        depth, table, number = 0, -1, 0
        scale = self._parts.scale(again=True)
        try:
            for event, element in self._events(scale, "table", "table-row"):
                if local(element.tag) == "table":
                    depth += 1 if event == "start" else -1
                    if event == "start" and depth == 1:
                        table, number = table + 1, 0
                        yield table, 0, 0, []
                elif event == "end" and depth == 1:
                    repeat = _repeat(element, "number-rows-repeated")
                    if table == self._wanted:
                        yield table, number, repeat, self._cells(element)
                    number += repeat
                    _forget(element, scale)
        except Damaged:
            self._cut = True

    def _events(self, scale: Scale, *tags: str) -> Iterator[tuple[str, etree._Element]]:
        with self._parts.open(_PART) as stream:
            try:
                yield from etree.iterparse(
                    SafeStream(stream, scale),
                    events=("start", "end"),
                    tag=[f"{{*}}{t}" for t in tags],
                    **SAFE,
                )
            except etree.XMLSyntaxError:
                raise Damaged from None

    def _cells(self, row: etree._Element) -> Row:
        cells: Row = []
        at = 0
        for cell in row:
            tag = local(cell.tag)
            if tag not in ("table-cell", "covered-table-cell"):
                continue
            repeat = _repeat(cell, "number-columns-repeated")
            value = self._value(cell) if tag == "table-cell" else None
            if value is not None:
                last = min(at + repeat, self._limits.columns + 1)
                if last > len(cells):
                    cells.extend([None] * (last - len(cells)))
                for place in range(at, last):
                    cells[place] = value
            at += repeat
            if at > self._limits.columns:
                break
        return cells

    def _value(self, cell: etree._Element) -> str | None:
        if not len(cell) and not cell.attrib:
            return None
        kind = attribute(cell, "value-type")
        text = "\n".join("".join(str(t) for t in p.itertext()) for p in cell if local(p.tag) == "p")
        formula = attribute(cell, "formula")
        if kind == "error" or (formula and _ERROR.fullmatch(text)):
            return mark("error-value")
        if kind in ("float", "currency", "percentage"):
            try:
                value = float(attribute(cell, "value"))
            except ValueError:
                return mark("error-value")
            if kind == "percentage":
                return (
                    number_text(float(f"{value * 100:.12g}")) + " %"
                    if abs(value) < 1e300
                    else mark("error-value")
                )
            return number_text(value)
        if kind == "date":
            return self._date(attribute(cell, "date-value"), attribute(cell, "style-name"))
        if kind == "boolean":
            return "TRUE" if attribute(cell, "boolean-value") == "true" else "FALSE"
        if not text:
            return mark("formula-without-value") if formula and not kind else None
        return mark("cell-too-large") if len(text) > self._limits.cell_chars else text

    def _date(self, text: str, style: str) -> str:
        shown = self._styles.get(style, Shown.DAY)
        if shown is Shown.MONTH:
            return text[:7]
        if shown is Shown.YEAR:
            return text[:4]
        return text.removesuffix("T00:00:00").replace("T", " ")[:40]

    def _style(self, style: etree._Element) -> None:
        name, data = attribute(style, "name"), attribute(style, "data-style-name")
        if data in self._shown:
            self._styles[name] = self._shown[data]
        if any(attribute(p, "display") == "false" for p in style if local(p.tag) == "table-properties"):
            self.hidden.add(name)

    def _date_style(self, style: etree._Element) -> None:
        parts = {local(part.tag) for part in style}
        if "day" not in parts:
            self._shown[attribute(style, "name")] = (
                Shown.MONTH if parts & {"month", "quarter"} else Shown.YEAR
            )


def _repeat(element: etree._Element, name: str) -> int:
    told = attribute(element, name)
    return min(int(told), _MAX_REPEAT) if told.isascii() and told.isdigit() and len(told) < 9 else 1


def _spans(row: etree._Element, number: int, spans: list[Span]) -> None:
    at = 0
    for cell in row:
        wide, high = _repeat(cell, "number-columns-spanned"), _repeat(cell, "number-rows-spanned")
        if (wide > 1 or high > 1) and len(spans) < 50_000:
            spans.append((number, at, number + high - 1, at + wide - 1))
        at += _repeat(cell, "number-columns-repeated")


def _forget(element: etree._Element, scale: Scale) -> None:
    """Let go of a row and of all before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and (before := element.getprevious()) is not None:
        parent.remove(before)
    scale.let_go(parent)
