"""One pass over a page: where names of substances, cues and amounts stand.

In: a text and its language. Out: hits in order, in code points of the text. Names are those of data/lexicons, cues those of
data/relevance/cues.toml. Left out: emoji and names of one letter, which only a context of prices can read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import ahocorasick_rs

from vigie.lexicon.matcher import expand
from vigie.lexicon.substances import BLOCKER, LANGUAGES, taxonomy
from vigie.lexicon.terms import SHARED, Term, data_toml, load_terms
from vigie.text.normalise import fold

STRONG, SLANG, MEDICINE, PRECURSOR = "strong", "slang", "medicine", "precursor"
NAMES = (STRONG, SLANG, MEDICINE, PRECURSOR)
_BLOCK = "block"
_FILES = {
    "substances": STRONG,
    "nps": STRONG,
    "medicines": STRONG,
    "precursors": PRECURSOR,
    "street_names": STRONG,
}
_SHORTEST = 2  # letters
_FOREIGN = 5  # letters: shorter names of another language are words of this one
_MONEY = r"(?:€|euros?\b|eur\b|\$|£|dollars?\b|pounds?\b|quid\b|francs?\b|usd\b|gbp\b)"
_MASS = (
    r"(?:kg|kgs|kilos?|kilogrammes?|kilograms?|grammes?|grams?|gr?|mg|milligrammes?|milligrams?|tonnes?|tons?"
    r"|onces?|ounces?|oz|livres|lbs?)\b"
)
_PIECES = (
    r"(?:comprimes?|cachets?|pilules?|plants?|pieds|doses|sachets|pochons|barrettes|bonbonnes|cartouches|gelules|buvards"
    r"|tablets|pills|wraps|bags|capsules|blotters|canisters)\b"
)
_PER = rf"\s{{0,2}}(?:le|la|du|par|pour|the|a|an|per|for|/)?\s{{0,2}}(?:\d+\s?|un\s|une\s|half\sa?\s?|demi[\s-])?{_MASS}"
_NUMBER = re.compile(r"\d[\d.,]*(?: \d{3})*")
_UNIT = re.compile(
    rf"\s?(?:(?P<money>(?:(?:millions?|millones|m|k)\s?(?:d')?)?{_MONEY})|(?P<mass>{_MASS})|(?P<pieces>{_PIECES})|(?P<percent>%))"
)
_RATE = re.compile(_PER)
_BARE_RATE = re.compile(
    rf"\s?e?\s(?:le|la|les|the|a|an|per|for|par|pour)\s(?:\d+\s?|un\s|une\s|half\sa?\s?|demi[\s-])?{_MASS}"
)
_SIGNS = "£$€"
_UNIT_BEGINS = frozenset("€e$£dpqfukgmtolcbw% ")


class Hit(NamedTuple):
    """Something that speaks, at [start, end): its class, and the id of the substance ("" for a cue)."""

    start: int
    end: int
    kind: str
    substance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A class of cues: `side` is "for", "against" or "generic"."""

    name: str
    side: str
    surfaces: dict[str, tuple[str, ...]]
    hit: dict[str, tuple[str, ...]]
    miss: dict[str, tuple[str, ...]]


@cache
def cues() -> tuple[Cue, ...]:
    """The classes of data/relevance/cues.toml, in file order."""

    def by_lang(row: dict[str, Any], key: str) -> dict[str, tuple[str, ...]]:
        return {lang: tuple(row.get(f"{key}_{lang}" if key else lang, ())) for lang in LANGUAGES}

    return tuple(
        Cue(
            name=r["name"],
            side=r["side"],
            surfaces=by_lang(r, ""),
            hit=by_lang(r, "hit"),
            miss=by_lang(r, "miss"),
        )
        for r in data_toml("relevance", "cues.toml")["class"]
    )


def amounts(folded: str) -> Iterator[Hit]:
    """Amounts of a folded text: "money", "rate" (money for a mass), "mass", "pieces", "percent"."""
    length = len(folded)
    for match in _NUMBER.finditer(folded):
        start, end = match.span()
        if start and folded[start - 1] in _SIGNS:
            kind = "money"
        elif end < length and folded[end] in _UNIT_BEGINS and (unit := _UNIT.match(folded, end)):
            kind, end = unit.lastgroup or "", unit.end()
        elif end < length and folded[end] in " e" and (bare := _BARE_RATE.match(folded, end)):
            kind, end = "rate", bare.end()  # "70 le g": nobody says the currency
        else:
            continue
        if kind == "money" and (per := _RATE.match(folded, end)):
            kind, end = "rate", per.end()
        yield Hit(start, end, kind, "")


class Scanner:
    """The compiled words of one language. Thread-safe after construction."""

    def __init__(self, lang: str) -> None:
        self._meanings: dict[str, list[tuple[str, str, str | None, bool]]] = {}
        for term, kind in _names(lang):
            for surface in term.surface:
                for variant, cased in expand(surface):
                    self._add(variant, kind, term.id, cased)
        for cue in cues():
            for surface in cue.surfaces[lang]:
                begins = surface.endswith("*")
                for variant, _ in expand(surface.rstrip("*")):
                    self._add(variant, cue.name, "", None, begins=begins)
        self._keys = [" " + key for key in self._meanings]
        self._by_index = list(self._meanings.values())
        self._automaton = ahocorasick_rs.AhoCorasick(self._keys)

    def _add(
        self, variant: str, kind: str, substance: str, cased: str | None, *, begins: bool = False
    ) -> None:
        key = _words(variant).strip()
        if len(key) < _SHORTEST or not any(c.isalnum() for c in key):
            return
        meaning = (kind, substance, cased, begins)
        known = self._meanings.setdefault(key, [])
        if meaning not in known:
            known.append(meaning)

    def find(self, text: str) -> list[Hit]:
        """All hits of names and cues in order, without names inside a phrase that is none ("coca zéro")."""
        low = " " + _words(fold(text)) + " "  # position i of the text is position i + 1 here
        found: list[Hit] = []
        blocked: list[tuple[int, int]] = []
        for index, start, end in self._automaton.find_matches_as_indexes(low, overlapping=True):
            whole = not low[end].isalnum()
            for kind, substance, cased, begins in self._by_index[index]:
                if not (whole or begins) or (cased is not None and text[start : end - 1] != cased):
                    continue
                if kind == _BLOCK:
                    blocked.append((start, end - 1))
                else:
                    found.append(Hit(start, end - 1, kind, substance))
        if blocked:
            found = [
                h
                for h in found
                if h.kind not in NAMES or not any(a <= h.start and h.end <= b for a, b in blocked)
            ]
        found.sort()
        return found


@cache
def scanner(lang: str) -> Scanner:
    """The scanner of one language of the lexicons."""
    return Scanner(lang)


_TO_SPACE = bytes(
    32 if chr(c) in "\t\n\r!\"#&'()*+,-./:;<=>?@[\\]^_`{|}~" else c for c in range(128)
) + bytes(range(128, 256))


def _words(folded: str) -> str:
    """Punctuation becomes spaces; the length stays."""
    return folded.encode("utf-8", "replace").translate(_TO_SPACE).decode("utf-8")


def _names(lang: str) -> Iterator[tuple[Term, str]]:
    """Terms with their class: those of the language, of all languages, strong ones of the others; and what is none."""
    plain = data_toml("relevance", "cues.toml")["plain"][lang]
    for file, kind in _FILES.items():
        for folder in (lang, SHARED):
            for term in load_terms(file, folder, proof=False):
                yield term, STRONG if term.id in plain else _kind(term, kind)
        for other in LANGUAGES:
            if other != lang:
                yield from _foreign(load_terms(file, other, proof=False), kind)
    for term in load_terms("substances_context", lang):
        if term.id == BLOCKER:
            yield term, _BLOCK


def _foreign(terms: Iterable[Term], kind: str) -> Iterator[tuple[Term, str]]:
    for term in terms:
        surface = tuple(s for s in term.surface if len(s.strip("+=")) >= _FOREIGN)
        if term.status == "strong" and surface:
            yield Term(id=term.id, surface=surface), _kind(term, kind)


@cache
def _street() -> frozenset[str]:
    return frozenset(data_toml("relevance", "cues.toml")["street"])


def _kind(term: Term, kind: str) -> str:
    if kind == PRECURSOR:
        return kind
    if term.status == "ambiguous":
        return SLANG
    entry = taxonomy().get(term.id)
    return MEDICINE if entry is not None and entry.atc and term.id not in _street() else STRONG
