"""Places in sentences: what is found, where, and with which code. Rows: tests/cases/places.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from vigie.extract.place import find_places

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "cases" / "places.toml").read_text(encoding="utf-8")
)["case"]
_MARK = re.compile(r"[\[\]]")


def unmark(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its brackets, and the spans that they held."""
    spans: list[tuple[int, int]] = []
    text = ""
    opened = 0
    for piece in re.split(r"([\[\]])", marked):
        if piece == "[":
            opened = len(text)
        elif piece == "]":
            spans.append((opened, len(text)))
        else:
            text += piece
    return text, spans


@pytest.mark.parametrize("case", CASES, ids=[c["id"] for c in CASES])
def test_places_of_a_sentence(case: dict[str, Any]) -> None:
    text, spans = unmark(case["text"])
    assert len(spans) == len(case["codes"]), "the row is wrong: one code per bracket"
    found = find_places(text, case["lang"])
    assert [text[m.start : m.end] for m in found] == [text[s:e] for s, e in spans]
    assert [(m.start, m.end) for m in found] == spans
    assert [m.place.code or "=" for m in found] == case["codes"]
