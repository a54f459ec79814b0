"""One pass over a text for all the cue lexicons, so that each finder pays for its hits only.

In: text, language. Out: the hits of every cue lexicon (leftmost longest within a lexicon, whole words) and
the sentences they stand in. The last texts scanned are remembered: the finders of one document share one pass.
Left out: substances, amounts, dates and places, which have their own finders.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Set
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
        after = bisect_right(self.starts, offset)
        return after - 1 if after else 0

    def sentence_at(self, offset: int) -> Span:
        return self.spans[self.sentence_index(offset)]

    def stretches(self, sentences: Set[int]) -> Iterator[tuple[int, int]]:
        """Where the sentences of these numbers stand, those that follow each other as one, with the space after."""
        starts = self.starts
        last = len(starts) - 1
        begun = -1
        for index in sorted(index for index in sentences if 0 <= index <= last):
            if begun < 0:
                begun = starts[index] if index else 0
            if index == last:
                yield begun, len(self.text)
            elif index + 1 not in sentences:
                yield begun, starts[index + 1]
                begun = -1

    def bounds(self, lexicon: str, sentences: range) -> tuple[int, int]:
        """Positions in the hits of a lexicon of the first that begins in these sentences, and of the first after them."""
        hits, starts = (
            self.hits[lexicon],
            self.starts,
        )  # a tuple of one number comes before all hits that begin there
        first = bisect_left(hits, (starts[sentences.start],)) if sentences.start else 0
        if sentences.stop >= len(starts):
            return first, len(hits)
        return first, bisect_left(hits, (starts[sentences.stop],), first)

    def hits_in(self, lexicon: str, start: int = 0, end: int | None = None) -> list[Hit]:
        """Hits of a lexicon that begin in [start, end); all of them without an end."""
        hits = self.hits[lexicon]
        if end is None:
            return hits[bisect_left(hits, (start,)) :] if start else hits
        first = bisect_left(hits, (start,))
        return hits[first : bisect_left(hits, (end,), first)]


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
        self._patterns = [
            [(p.lexicon, p.term, p.cased, p.suffix, p.unless) for p in known] for known in patterns.values()
        ]
        self._suffix = [any(p.suffix for p in known) for known in patterns.values()]
        self._automaton = ahocorasick_rs.AhoCorasick(list(patterns)) if patterns else None

    def find(self, text: str, flat: str) -> dict[str, list[Hit]]:
        # Spans that sort without a key: longest first where they begin alike, the number tells equal ones apart.
        found: dict[str, list[tuple[int, int, int, Term]]] = {name: [] for name in self._lexicons}
        if self._automaton is None:
            return {name: [] for name in found}
        padded = flat + " "  # spares a look at the length for every hit
        number = 0
        for index, start, end in self._automaton.find_matches_as_indexes(flat, overlapping=True):
            after = padded[end]
            if after != " " and (after.isalnum() or after == "_") and flat[end - 1].isalnum():
                continue
            before = padded[start - 1]
            inner = (
                before != " " and start > 0 and (before.isalnum() or before == "_") and flat[start].isalnum()
            )
            if inner and not self._suffix[index]:
                continue
            for lexicon, term, cased, suffix, unless in self._patterns[index]:
                begin = start
                if suffix:
                    begin = _word_start(flat, start)
                    lower = term.extra.get("lower") and text[begin].isupper()
                    if lower or flat[begin:end] in unless:
                        continue
                elif inner or (cased is not None and cased != text[start:end]):
                    continue
                number += 1
                found[lexicon].append((begin, -end, number, term))
        return {name: _hits(spans, overlapping=name == NEAR) for name, spans in found.items()}


def _word_start(flat: str, offset: int) -> int:
    while offset > 0 and flat[offset - 1].isalpha():
        offset -= 1
    return offset


def _hits(spans: list[tuple[int, int, int, Term]], *, overlapping: bool) -> list[Hit]:
    """The spans in order; of those that overlap the leftmost, then the longest, unless all are wanted."""
    spans.sort()
    if overlapping:
        return [Hit(start, -end, term) for start, end, _number, term in spans]
    kept: list[Hit] = []
    last = 0
    for start, end, _number, term in spans:
        if start >= last:
            last = -end
            kept.append(Hit(start, last, term))
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
