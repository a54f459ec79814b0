"""A mapping written as TOML, for a person to review.

In: Mapping. Out: text that `Mapping.parse` reads again as the same mapping.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Mapping as Dict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vigie.tables.mapping import Field, Mapping, Test


def dump_mapping(mapping: Mapping, notes: Dict[str, Iterable[str]] | None = None) -> str:
    """TOML of a mapping; `notes`: comment lines by field, written over its table ("" for the head of the file)."""
    comments = notes or {}
    common = _common(mapping)
    lines = [*_comment(comments.get("", ())), "[mapping]"]
    lines += [
        f"{key} = {_value(getattr(mapping, key))}" for key in _HEAD if getattr(mapping, key) not in ("", None)
    ]
    for name, entry in common.items():
        lines += ["", *_comment(comments.get(name, ())), f"[fields.{name}]", *_field(entry)]
    for test in mapping.skip:
        lines += ["", "[[skip]]", *_test(test)]
    first = mapping.observe[0]
    if len(mapping.observe) > 1 or first.name or first.only or first.skip_empty:
        for block in mapping.observe:
            lines += ["", "[[observe]]", f"name = {_value(block.name)}"]
            if block.skip_empty:
                lines.append(f"skip_empty = {_value(block.skip_empty)}")
            if block.only:
                lines += ["[observe.only]", *_test(block.only)]
            for name, entry in block.fields.items():
                if common.get(name) != entry:
                    lines += [f"[observe.fields.{name}]", *_field(entry)]
    return "\n".join(lines) + "\n"


_HEAD = (
    "id", "kind", "version", "title", "source", "header", "sheet", "delimiter", "encoding", "day_first", "open_bounds", "decimal", "lang",
)  # fmt: skip


def _common(mapping: Mapping) -> dict[str, Field]:
    """Fields that all blocks share."""
    first, *others = mapping.observe
    return {
        name: entry
        for name, entry in first.fields.items()
        if all(block.fields.get(name) == entry for block in others)
    }


def _field(entry: Field) -> list[str]:
    lines = []
    if entry.value is not None:
        lines.append(f"value = {_value(entry.value)}")
    elif entry.sheet:
        lines.append("sheet = true")
    elif len(entry.columns) == 1:
        lines.append(f"column = {_value(entry.columns[0])}")
    else:
        lines.append(f"columns = {_value(entry.columns)}")
    if entry.drop:
        lines.append(f"drop = {_value(entry.drop)}")
    if entry.values:
        inner = ", ".join(f"{_value(key)} = {_value(word)}" for key, word in entry.values.items())
        lines.append(f"values = {{ {inner} }}")
    if entry.unit:
        lines.append(f"unit = {_value(entry.unit)}")
    words = tuple(word for word in entry.missing if word)
    if words:
        lines.append(f"missing = {_value(words)}")
    if entry.null_ok:
        lines.append("null_ok = true")
    if entry.split:
        lines.append(f"split = {_value(entry.split)}")
    return lines


def _test(test: Test) -> list[str]:
    key = "not_equals" if test.other else "equals"
    return [f"column = {_value(test.column)}", f"{key} = {_value(test.equals)}"]


def _comment(lines: Iterable[str]) -> list[str]:
    # A control character would end the comment, or the line.
    return ["# " + "".join(c if c.isprintable() else " " for c in line) if line else "#" for line in lines]


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    # JSON escapes are TOML escapes, but for "/" (never escaped here), DEL (which TOML wants escaped) and surrogate pairs (not written).
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
