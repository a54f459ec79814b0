"""Tables in JSON: a list of objects, an object that holds one ({"data": [...]}), or one object a line.

In: a file. Out: blocks of text; the number of a row is that of the record, from 1. The file is read twice, record by record: for
the names of all fields, then for the cells. Lists become "a; b", objects inside objects have names with a point ("place.code").
A record that is no JSON is refused and the next one looked for.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, TextIO

from vigie.tables.cells import Gatherer, mark, number_text, reject
from vigie.tables.encoding import find_encoding
from vigie.tables.header import unique
from vigie.tables.limits import Limits
from vigie.tables.records import Block, Reason, Reject, Sheet, TableRefused

_READ = 1 << 18
_BLANK = re.compile(r"[\s,]*")
_INSIDE = re.compile(r'"(?:[^"\\]|\\.){0,200}"\s*:\s*\[\s*(?=\{|\])')  # the list of a wrapped table
_NEXT = re.compile(r"\}\s*+,?+\s*+(?=\{)|\n[ \t]*+(?=\{)")  # where the record after a broken one begins
_DEPTH = 3
Item = tuple[
    dict[str, str | None] | None, int, Reason | None
]  # a record flat, its characters, why it is none


def read_objects(
    path: Path, name: str, *, encoding: str, needed: Collection[str] | None, limits: Limits
) -> Iterator[Block | Reject]:
    """Blocks and rejects of a JSON file. Raises TableRefused if it holds no list of objects."""
    codec = encoding or find_encoding(path)
    try:
        codecs.lookup(codec or "utf-8")
    except LookupError:
        raise TableRefused(
            name, "its mapping names an encoding that does not exist", 'write encoding = "utf-8"'
        ) from None
    if not codec:
        raise TableRefused(name, "is no text", "export it again")
    bare = Sheet(file=name, name="", columns=(), header_row=0)
    names: dict[str, None] = {}
    count = 0
    with _open(path, codec) as stream:
        for cells, _, _ in _records(stream, limits):
            count += 1
            if cells is not None and len(names) <= limits.columns:
                names.update(dict.fromkeys(cells))
    if not names or len(names) > limits.columns:
        yield reject(
            bare, None, "too-many-columns" if names else "damaged" if count else "empty-sheet", rows=count
        )
        return
    sheet = Sheet(file=name, name="", columns=unique(list(names)), header_row=0)
    gatherer = Gatherer(sheet, limits, needed)
    with _open(path, codec) as stream:
        for number, (cells, chars, reason) in enumerate(_records(stream, limits), 1):
            if number > limits.rows:
                yield reject(sheet, None, "too-many-rows", rows=count - limits.rows)
                break
            if cells is None:
                yield reject(sheet, number, reason or "damaged")
            else:
                yield from gatherer.add(number, [cells.get(key) for key in names], chars)
    yield from gatherer.flush()


def _open(path: Path, codec: str) -> TextIO:
    return path.open(
        encoding=codec, errors="replace" if "16" in codec or "32" in codec else "surrogateescape"
    )


def _records(stream: TextIO, limits: Limits) -> Iterator[Item]:
    """Objects of a list or of lines, one after the other, holding no more than one of them."""
    decoder = json.JSONDecoder(object_pairs_hook=_pairs)
    text = stream.read(_READ).lstrip("\ufeff \t\r\n")
    at = _start(text)
    ended = len(text) < _READ // 2 and not (more := stream.read(_READ))
    if not ended and len(text) < _READ // 2:
        text += more
    while True:
        found = _BLANK.match(text, at)
        at = found.end() if found else at
        if at >= len(text) - 1 or (not ended and len(text) - at < _READ // 2):
            more = stream.read(_READ)
            text, at, ended = text[at:] + more, 0, not more
            if not ended:
                continue
        if at >= len(text) or text[at] in "]}":
            return
        try:
            value, end = decoder.raw_decode(text, at)
            item: Item = (
                (_flat(value, limits), end - at, None)
                if isinstance(value, _Pairs)
                else (None, 0, "nested-value")
            )
        except (ValueError, RecursionError):
            if not ended and len(text) - at < limits.json_bytes:
                more = stream.read(max(_READ, len(text) - at))
                text, at, ended = text[at:] + more, 0, not more
                continue
            item, end = (None, 0, "damaged"), -1
            for after in _NEXT.finditer(text, at + 1):
                end = after.end()
                break
        yield item
        if end < 0:
            return
        at = end


class _Pairs(list[tuple[str, Any]]):
    """An object with its fields in order, twice the same one too."""


def _pairs(pairs: list[tuple[str, Any]]) -> _Pairs:
    return _Pairs(pairs)


def _start(text: str) -> int:
    """Where the first record begins."""
    if text.startswith("["):
        return 1
    try:  # one object by itself, or one a line
        value, _ = json.JSONDecoder().raw_decode(text)
        wrapped = isinstance(value, dict) and any(
            isinstance(v, list) and v and isinstance(v[0], dict) for v in value.values()
        )
        if not wrapped:
            return 0
    except (ValueError, RecursionError):
        first = text.partition("\n")[0]
        if first.rstrip().endswith("}"):
            return 0
    inside = _INSIDE.search(text)
    return inside.end() if inside else 0


def _flat(value: _Pairs, limits: Limits) -> dict[str, str | None]:
    cells: dict[str, str | None] = {}
    _fill(cells, value, "", limits, _DEPTH)
    return cells


def _fill(cells: dict[str, str | None], value: _Pairs, prefix: str, limits: Limits, depth: int) -> None:
    for key, inner in value:
        name = (prefix + key)[:200]
        if isinstance(inner, _Pairs) and depth > 1:
            _fill(cells, inner, name + ".", limits, depth - 1)
            continue
        count, free = 1, name
        while free in cells:
            count += 1
            free = f"{name} ({count})"
        cells[free] = _cell(inner, limits)


def _cell(value: Any, limits: Limits) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return None if value != value else number_text(value)
    if isinstance(value, list):
        if isinstance(value, _Pairs) or any(isinstance(v, list) for v in value):
            return mark("nested-value")
        parts = [_cell(v, limits) for v in value]
        return "; ".join(p for p in parts if p)
    text = str(value)
    return mark("cell-too-large") if len(text) > limits.cell_chars else text
