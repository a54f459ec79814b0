"""Finds the surfaces of many terms in one pass (Aho-Corasick, leftmost longest, whole words).

In: terms. Out: Hit spans in code points of the text, in order, not overlapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import ahocorasick_rs

from vigie.lexicon.terms import Term, load_terms
from vigie.text.normalise import fold

_SPACES = re.compile(r"[\s\-]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A surface found at [start, end)."""

    start: int
    end: int
    term: Term


@dataclass(frozen=True, slots=True)
class _Pattern:
    term: Term
    cased: str | None  # the exact text required, or None when case does not matter


class Matcher:
    """Compiled terms. Thread-safe after construction."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._patterns: dict[str, list[_Pattern]] = {}
        for term in terms:
            for surface in term.surface:
                for variant, cased in expand(surface):
                    known = self._patterns.setdefault(variant, [])
                    if not any(p.term.id == term.id and p.cased == cased for p in known):
                        known.append(_Pattern(term, cased))
        self._keys = list(self._patterns)
        self._automaton = ahocorasick_rs.AhoCorasick(self._keys) if self._keys else None

    def find(self, text: str, folded: str | None = None) -> list[Hit]:
        """All hits, the longest first where surfaces overlap. `folded` saves folding twice."""
        if self._automaton is None:
            return []
        low = flatten(fold(text) if folded is None else folded)
        found: list[Hit] = []
        size = len(low)
        for index, start, end in self._automaton.find_matches_as_indexes(low, overlapping=True):
            if (start and (low[start - 1].isalnum() or low[start - 1] == "_") and low[start].isalnum()) or (
                end < size and (low[end].isalnum() or low[end] == "_") and low[end - 1].isalnum()
            ):
                continue
            for pattern in self._patterns[self._keys[index]]:
                if pattern.cased is None or pattern.cased == text[start:end]:
                    found.append(Hit(start, end, pattern.term))
                    break
        found.sort(key=lambda hit: (hit.start, -hit.end))
        kept: list[Hit] = []
        for hit in found:
            if not kept or hit.start >= kept[-1].end:
                kept.append(hit)
        return kept


def flatten(folded: str) -> str:
    """Spaces, line breaks and hyphens become one kind of space; the length stays."""
    return folded.translate(_FLAT)


_FLAT = {ord(c): " " for c in "\n\t-"}


def expand(surface: str) -> list[tuple[str, str | None]]:
    """Folded variants of one surface, each with the exact text it requires (None = any case)."""
    cased: str | None = None
    plural = surface.endswith("+") and len(surface) > 1
    base = surface[:-1] if plural else surface
    if base.startswith("=") and len(base) > 1:
        base = base[1:]
        cased = base
    elif base.isupper() and base.isalpha() and len(base) <= 3:
        cased = base
    key = flatten(fold(base)).strip()
    variants = [(key, cased)]
    if plural:
        variants += [(key + ending, cased + ending if cased else None) for ending in ("s", "x", "es")]
    return variants


@cache
def matcher(name: str, lang: str) -> Matcher:
    """The compiled lexicon `name` of one language (both languages share proper nouns: see `matcher_of`)."""
    return Matcher(load_terms(name, lang))
