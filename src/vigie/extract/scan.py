"""One pass over a text for all the cue lexicons, so that each finder pays for its hits only.

In: text, language. Out: the hits of every cue lexicon (leftmost longest within a lexicon, whole words) and
the sentences they stand in. The last texts scanned are remembered: the finders of one document share one pass.
Left out: substances, amounts, dates and places, which have their own finders.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

import ahocorasick_rs

from vigie.extract.conjugate import with_verbs
from vigie.lexicon.matcher import Hit, expand, flatten
from vigie.lexicon.terms import Term, data_toml, load_terms, parse_terms
from vigie.text.normalise import fold
from vigie.text.sentences import Span, sentences

NEAR = "near"  # hits of the first word group of `[[near]]` entries; several entries may share a word
CUE_LEXICONS = ("market", "modalities", "trends", "flows", "assertion", "attribution")


@dataclass(frozen=True)
class Scan:
    """What one pass found.

    Attributes:
        flat: the text folded, with spaces, line breaks and hyphens alike; same offsets as the text.
        hits: by lexicon, in order, not overlapping within a lexicon.
    """

    text: str
    flat: str
    hits: Mapping[str, list[Hit]]

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Sentences, split only when a hit asks for its own."""
        return sentences(self.text)

    @cached_property
    def starts(self) -> list[int]:
        return [span.start for span in self.spans]

    def sentence_index(self, offset: int) -> int:
        return max(0, bisect_right(self.starts, offset) - 1)

    def sentence_at(self, offset: int) -> Span:
        return self.spans[self.sentence_index(offset)]


@dataclass(frozen=True, slots=True)
class _Pattern:
    lexicon: str
    term: Term
    cased: str | None
    suffix: bool
    unless: frozenset[str] = frozenset()


class Scanner:
    """The cue lexicons of one language in one automaton.

    An `[[ending]]` of a lexicon file lists word endings ("erait"); its hit is the whole word, unless the
    folded word is one of `unless`. With `lower = true` it does not match a capitalised word.
    """

    def __init__(
        self, lexicons: Mapping[str, Iterable[Term]], endings: Mapping[str, Iterable[Term]] | None = None
    ) -> None:
        patterns: dict[str, list[_Pattern]] = {}
        for lexicon, ended in (endings or {}).items():
            for term in ended:
                unless = frozenset(flatten(fold(word)) for word in term.extra.get("unless", ()))
                for surface in term.surface:
                    key = flatten(fold(surface))
                    patterns.setdefault(key, []).append(_Pattern(lexicon, term, None, True, unless))
        for lexicon, terms in lexicons.items():
            for term in terms:
                for surface in term.surface:
                    for variant, cased in expand(surface):
                        known = patterns.setdefault(variant, [])
                        taken = any(p.lexicon == lexicon and p.cased == cased and not p.suffix for p in known)
                        if lexicon == NEAR or not taken:
                            known.append(_Pattern(lexicon, term, cased, False))
        self._lexicons = tuple(lexicons)
        self._patterns = list(patterns.values())
        self._automaton = ahocorasick_rs.AhoCorasick(list(patterns)) if patterns else None

    def find(self, text: str, flat: str) -> dict[str, list[Hit]]:
        found: dict[str, list[Hit]] = {name: [] for name in self._lexicons}
        if self._automaton is None:
            return found
        size = len(flat)
        for index, start, end in self._automaton.find_matches_as_indexes(flat, overlapping=True):
            if end < size and (flat[end].isalnum() or flat[end] == "_") and flat[end - 1].isalnum():
                continue
            inner = (
                start > 0 and (flat[start - 1].isalnum() or flat[start - 1] == "_") and flat[start].isalnum()
            )
            for pattern in self._patterns[index]:
                begin = start
                if pattern.suffix:
                    begin = _word_start(flat, start)
                    lower = pattern.term.extra.get("lower") and text[begin].isupper()
                    if lower or flat[begin:end] in pattern.unless:
                        continue
                elif inner or (pattern.cased is not None and pattern.cased != text[start:end]):
                    continue
                found[pattern.lexicon].append(Hit(begin, end, pattern.term))
        return {
            name: sorted(hits, key=_order) if name == NEAR else _leftmost_longest(hits)
            for name, hits in found.items()
        }


def _word_start(flat: str, offset: int) -> int:
    while offset > 0 and flat[offset - 1].isalpha():
        offset -= 1
    return offset


def _order(hit: Hit) -> tuple[int, int]:
    return hit.start, -hit.end


def _leftmost_longest(hits: list[Hit]) -> list[Hit]:
    hits.sort(key=_order)
    kept: list[Hit] = []
    for hit in hits:
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


@cache
def lexicon_file(name: str, lang: str) -> dict[str, Any]:
    """The whole TOML of a cue lexicon, for the tables beside its terms; {} when the language has none."""
    return data_toml("lexicons", lang, f"{name}.toml") if load_terms(name, lang) else {}


def load_endings(name: str, lang: str) -> tuple[Term, ...]:
    """The `[[ending]]` entries of a lexicon file, as terms whose surfaces are endings."""
    entries = lexicon_file(name, lang).get("ending", ())
    renamed = [{**entry, "surface": entry.get("ending")} for entry in entries]
    return parse_terms({"term": renamed}, f"data/lexicons/{lang}/{name}.toml [[ending]]")


def load_near(name: str, lang: str) -> tuple[Term, ...]:
    """The `[[near]]` entries of a lexicon file, as terms whose surfaces are the first group of words."""
    entries = lexicon_file(name, lang).get(NEAR, ())
    renamed = [{**entry, "surface": entry.get("near", [()])[0]} for entry in entries]
    return parse_terms({"term": renamed}, f"data/lexicons/{lang}/{name}.toml [[near]]")


@cache
def scanner(lang: str) -> Scanner:
    """The compiled cue lexicons of `lang`; French stands in for a language without its own."""
    code = lang if lang in ("fr", "en") else "fr"
    endings = {name: load_endings(name, code) for name in CUE_LEXICONS}
    terms = {name: with_verbs(load_terms(name, code), code) for name in CUE_LEXICONS}
    near = with_verbs(load_near("modalities", code), code)
    return Scanner({**terms, NEAR: near}, endings)


@lru_cache(maxsize=4)
def scan(text: str, lang: str) -> Scan:
    """All cue hits of `text`, remembered for the last texts."""
    # what `flatten` does, by sweeps instead of character by character: eight times as fast on a long text
    flat = fold(text).replace("\n", " ").replace("\t", " ").replace("-", " ")
    return Scan(text, flat, scanner(lang).find(text, flat))
