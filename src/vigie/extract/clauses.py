"""Clause boundaries inside a sentence.

In: a scanned text and one of its sentences. Out: sorted boundaries, hard (colon, semicolon, dash, bracket,
"mais") or soft (comma). Words that end a clause: `[clause]` of data/lexicons/<lang>/assertion.toml.
Left out: grammar; a clause here is what stands between two boundaries.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import attrgetter

from vigie.extract.scan import lexicon_file
from vigie.lexicon.matcher import flatten
from vigie.text.normalise import fold
from vigie.text.sentences import Span

_MARK = re.compile(r"[;!?()…]|:(?!\d)|\.\s|\s[—–-]\s|\n|,(?!\d)")
_START = attrgetter("start")


@dataclass(frozen=True, slots=True)
class Boundary:
    """A cut at [start, end) of the text; `hard` when lists and asides do not cross it."""

    start: int
    end: int
    hard: bool


@cache
def folded_words(words: tuple[str, ...]) -> frozenset[str]:
    """Words of a data list as they stand in a flat text."""
    return frozenset(flatten(fold(word)) for word in words)


@cache
def phrases(lexicon: str, lang: str, table: str, key: str) -> str:
    """The words of a table of a lexicon file as one group of alternatives of a flat text, longest first."""
    words = lexicon_file(lexicon, lang).get(table, {}).get(key, ())
    longest_first = sorted(folded_words(tuple(words)), key=len, reverse=True)
    return "(?:" + "|".join(map(re.escape, longest_first)) + ")" if longest_first else "(?!)"


@cache
def _terminators(lang: str) -> re.Pattern[str]:
    words = lexicon_file("assertion", lang).get("clause", {}).get("terminators", [])
    longest_first = sorted((flatten(fold(word)) for word in words), key=len, reverse=True)
    return (
        re.compile(r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b")
        if words
        else re.compile(r"(?!)")
    )


@lru_cache(maxsize=64)
def boundaries(text: str, flat: str, span: Span, lang: str) -> tuple[Boundary, ...]:
    """Cuts inside `span`, in order."""
    found = [
        Boundary(m.start(), m.end(), m.group() != ",") for m in _MARK.finditer(text, span.start, span.end)
    ]
    found += [
        Boundary(m.start(), m.end(), True) for m in _terminators(lang).finditer(flat, span.start, span.end)
    ]
    found.sort(key=_START)
    return tuple(found)


def forward_end(cuts: tuple[Boundary, ...], offset: int, span: Span, *, commas: bool = False) -> int:
    """Where the clause that holds `offset` ends; `commas` lets it go on past commas."""
    return next((cut.start for cut in cuts if cut.start >= offset and (cut.hard or not commas)), span.end)


def backward_start(cuts: tuple[Boundary, ...], offset: int, span: Span, *, commas: bool = False) -> int:
    """Where the clause that holds `offset` begins."""
    before = [cut.end for cut in cuts if cut.end <= offset and (cut.hard or not commas)]
    return before[-1] if before else span.start


def breaks(flat: str, span: Span, lang: str) -> bool:
    """Whether a semicolon or a word that ends a clause ("quand", "whereas") stands inside `span`."""
    return ";" in flat[span.start : span.end] or bool(_terminators(lang).search(flat, span.start, span.end))
