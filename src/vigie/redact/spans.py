"""Removals: spans that leave the text, and how overlapping ones become one.

In: spans found by the families of the redactor. Out: the same, in order, not overlapping.
Left out: values. A removal says where and what kind, never what.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from vigie.lexicon.terms import data_toml


@dataclass(frozen=True, slots=True, order=True)
class Removal:
    """Characters [start, end) must go; `kind` names the placeholder."""

    start: int
    end: int
    kind: str


@cache
def placeholders(lang: str) -> dict[str, str]:
    """Kind -> placeholder, in the language, else in English."""
    table = data_toml("redaction", "placeholders.toml")
    return {kind: words.get(lang, words["en"]) for kind, words in table.items()}


@cache
def _placeholder_pattern() -> re.Pattern[str]:
    words = {
        word for entry in data_toml("redaction", "placeholders.toml").values() for word in entry.values()
    }
    return re.compile("|".join(re.escape(word) for word in sorted(words)))


def placeholder_spans(text: str) -> list[tuple[int, int]]:
    """Where earlier redaction already put a placeholder: these characters are never matched again."""
    return [m.span() for m in _placeholder_pattern().finditer(text)] if "[" in text else []


def merge(found: Iterable[Removal]) -> list[Removal]:
    """Overlapping removals become one, of the kind that covers most; touching ones stay apart."""
    merged: list[Removal] = []
    widest = 0
    for item in sorted(found, key=lambda r: (r.start, -r.end)):
        if merged and item.start < merged[-1].end:
            last = merged[-1]
            size = item.end - item.start
            kind = item.kind if size > widest else last.kind
            widest = max(widest, size)
            merged[-1] = Removal(last.start, max(last.end, item.end), kind)
        else:
            merged.append(item)
            widest = item.end - item.start
    return merged
