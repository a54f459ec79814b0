"""Finds the surfaces of many terms in one pass (Aho-Corasick, leftmost longest, whole words).

In: terms. Out: Hit spans in code points of the text, in order, not overlapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import NamedTuple

import ahocorasick_rs

from vigie.lexicon.terms import Term, load_terms
from vigie.text.normalise import fold

_PLUS = re.compile(r"(?<=\w)\+(?=\s|$)")
_LARGE = 1500  # surfaces
_PLURALS = ("s", "x", "es")


class Hit(NamedTuple):
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
                    if not any(p.term is term and p.cased == cased for p in known):
                        known.append(_Pattern(term, cased))
        self._keys = list(self._patterns)
        self._by_index = list(self._patterns.values())
        # A small automaton as a table is the fastest; a large one would take long to build.
        table = ahocorasick_rs.Implementation.DFA if len(self._keys) < _LARGE else None
        self._automaton = ahocorasick_rs.AhoCorasick(self._keys, implementation=table) if self._keys else None

    def find(self, text: str, folded: str | None = None) -> list[Hit]:
        """All hits, the longest first where surfaces overlap. `folded` saves folding twice."""
        found = self.find_every(text, folded)
        kept: list[Hit] = []
        for hit in found:
            if not kept or hit.start >= kept[-1].end:
                kept.append(hit)
        return kept

    def find_every(self, text: str, folded: str | None = None) -> list[Hit]:
        """Hits of every term, overlapping ones and several terms of one surface included, in order."""
        if self._automaton is None:
            return []
        low = flatten(fold(text) if folded is None else folded)
        found: list[
            tuple[int, int, int, Term]
        ] = []  # sorts without a key: the number tells equal spans apart
        padded = low + " "  # spares a look at the length for every hit
        for index, start, end in self._automaton.find_matches_as_indexes(low, overlapping=True):
            # Most hits stand inside other words: a space, the commonest neighbour of the rest, is asked for first.
            before = padded[start - 1]
            if before != " " and start and (before.isalnum() or before == "_") and low[start].isalnum():
                continue
            after = padded[end]
            if after != " " and (after.isalnum() or after == "_") and low[end - 1].isalnum():
                continue
            for pattern in self._by_index[index]:
                if pattern.cased is None or pattern.cased == text[start:end]:
                    found.append((start, -end, len(found), pattern.term))
        found.sort()
        return [Hit(start, -end, term) for start, end, _number, term in found]


def flatten(folded: str) -> str:
    """Spaces, line breaks and hyphens become one kind of space; the length stays."""
    return folded.replace("\n", " ").replace("\t", " ").replace("-", " ")  # ten times faster than translate


def expand(surface: str) -> list[tuple[str, str | None]]:
    """Folded variants of one surface, each with the exact text it requires (None = any case).

    A "+" after a word also accepts its plural; several words of one surface may carry it ("mauvaise+ herbe+").
    """
    cased: str | None = None
    bare = _PLUS.sub("", surface) if len(surface) > 1 else surface
    if bare.startswith("=") and len(bare) > 1:
        cased = bare[1:]
    elif bare.isupper() and bare.isalpha() and len(bare) <= 3:
        cased = bare
    template = surface if bare == surface else _PLUS.sub("\0", surface)
    if template.startswith("=") and len(template) > 1:
        template = template[1:]
    if "\0" not in template:
        return [(flatten(fold(template)).strip(), template if cased else None)]
    pieces = template.split("\0")
    variants: dict[str, str | None] = {}
    for endings in product(("", *_PLURALS), repeat=len(pieces) - 1):
        text = "".join(piece + ending for piece, ending in zip(pieces, (*endings, ""), strict=True))
        variants.setdefault(flatten(fold(text)).strip(), text if cased else None)
    return list(variants.items())


@cache
def matcher(name: str, lang: str) -> Matcher:
    """The compiled lexicon `name` of one language (both languages share proper nouns: see `matcher_of`)."""
    return Matcher(load_terms(name, lang))
