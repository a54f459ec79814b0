"""Sentence boundaries as offsets. Rule-based: good enough on press text, and never loses a character."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

_ABBREVIATIONS = frozenset(
    word
    for lang, words in tomllib.loads(
        resources.files("vigie").joinpath("data", "text", "abbreviations.toml").read_text(encoding="utf-8")
    ).items()
    if lang != "version"
    for word in words
)
_ENDINGS = tuple(_ABBREVIATIONS)
_LONGEST = max(map(len, _ABBREVIATIONS))
# Closing marks, or one line break and those that follow it; opens with a plain set, so that the scan is a fast one.
_END = re.compile(r"[.!?…\n](?:(?<=\n)(?:\s*\n)?|(?<!\n)[.!?…]*[\"»”’)\]]*(?=\s|$))")
_BULLET = re.compile(r"\s*[•\-–*▪·>]\s")
_MORE = re.compile(r"\s*\S")
_OPENS = re.compile(r"\s*[\"«“(\[–—•-]?\s*(?:[A-ZÀ-ÖØ-Þ0-9«“\"(\[]|l'|d')")


class Span(NamedTuple):
    """[start, end) in code points."""

    start: int
    end: int


@lru_cache(maxsize=16)
def sentences(text: str, start: int = 0, end: int | None = None) -> tuple[Span, ...]:
    """Split [start, end) into sentences, trimmed of white space; blank ones are dropped.

    A line break ends a sentence unless the next line goes on in lower case without a bullet; a full stop, question
    or exclamation mark does not when lower case follows, nor a stop that closes a known abbreviation or an initial.
    """
    stop = len(text) if end is None else end
    spans: list[Span] = []
    begin = start
    opening = _OPENS.match
    for match in _END.finditer(text, start, stop):
        at, cut = match.span()
        opens = opening(text, cut, stop)
        if text[at] == "\n":
            if not opens and text.count("\n", at, cut) == 1 and not _BULLET.match(text, cut, stop):
                continue  # the line is only wrapped
        elif opens is None:
            if _MORE.match(text, cut, stop):
                continue
        elif cut - at == 1 and _abbreviated(text, begin, at):
            continue
        _append(spans, text, begin, cut)
        begin = cut
    _append(spans, text, begin, stop)
    return tuple(spans)


def _abbreviated(text: str, begin: int, at: int) -> bool:
    """Whether the word that ends at `at` is an abbreviation or an initial."""
    tail = text[max(begin, at - _LONGEST - 1) : at]
    if len(tail) > 1 and tail[-2:].isalpha() and not tail.lower().endswith(_ENDINGS):
        return False  # nearly always: no initial, and no abbreviation ends so
    start = len(tail)
    while start and tail[start - 1].isalpha():
        start -= 1
    word = tail[start:]
    return word.lower() in _ABBREVIATIONS or (len(word) == 1 and word.isupper())


def _append(spans: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    bare = piece.strip()
    if bare:
        first = start + len(piece) - len(piece.lstrip())
        spans.append(Span(first, first + len(bare)))
