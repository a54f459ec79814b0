"""The words of dates, compiled: fragments of patterns and what each word means.

In: data/lexicons/<lang>/dates.toml. Out: Words, with a fragment a kind of word.
Fragments are written for folded text (lower case, no accents, plain quotes).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import ahocorasick_rs

from vigie.lexicon.grammar import by_first_letter
from vigie.lexicon.terms import Term, load_terms
from vigie.text.normalise import fold

LANGUAGES = ("fr", "en")
TRIGGERS = (
    "month", "weekday", "season", "holiday", "day", "unit", "decade", "neighbour", "now", "year-word", "ordinal",
    "weekdays",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """The date vocabulary of one language.

    Attributes:
        fragments: kind ("month") to an alternation without capture, longest word first.
        meaning: kind to word to what follows the colon of its id ("octobre" -> "10").
        bare: months that need no cue.
        triggers: finds the words near which a date may stand.
        trigger_kinds: kind of each trigger, in the order of the automaton.
    """

    lang: str
    fragments: Mapping[str, str]
    meaning: Mapping[str, Mapping[str, str]]
    bare: frozenset[str]
    triggers: ahocorasick_rs.AhoCorasick
    trigger_kinds: tuple[str, ...]

    def number(self, text: str) -> int | None:
        """Value of digits or of number words ("vingt et un"); None when a word is not known."""
        if text.isdigit():
            return int(text)
        known = self.meaning["number"]
        word = _normal(text)
        if word in known:
            return int(known[word])
        parts = [known.get(part) for part in re.split(r"[ -]", word) if part not in ("et", "and")]
        return None if not parts or None in parts else sum(int(part) for part in parts if part)

    def ordinal(self, text: str) -> int | None:
        """Value of "3", "3rd", "1er", "third", "twenty-first"; None when a word is not known."""
        digits = re.match(r"\d+", text)
        if digits:
            return int(digits.group())
        word = _normal(text)
        known = self.meaning["ordinal"]
        if word in known:
            return int(known[word])
        head, _, tail = word.replace("-", " ").rpartition(" ")
        tens = self.meaning["number"].get(head)
        return int(tens) + int(known[tail]) if tens and tail in known else self.number(word)

    def amounts(self, text: str) -> tuple[tuple[int, str], ...]:
        """Counts and units of "one month and 21 days"; () when a number or unit is not known."""
        text = _normal(text).replace("half a year", "6 months").replace("half a decade", "5 years")
        found: list[tuple[int, str]] = []
        for match in re.finditer(
            rf"(?P<n>\d+|[a-z][a-z' -]*?) ?\b(?P<u>{self.fragments['unit']})\b(?! d[e'])", text
        ):
            number = self.number(re.sub(r"^(?:and|et) ", "", match["n"].strip(" ,'")))
            if number is None:
                return ()
            found.append((number, self.reading("unit", match["u"])))
        return tuple(found)

    def reading(self, kind: str, text: str) -> str:
        """What a word of this kind stands for. Raises KeyError for another word."""
        return self.meaning[kind][_normal(text).rstrip(".")]


def _normal(text: str) -> str:
    return " ".join(text.split())


@cache
def words(lang: str) -> Words:
    """The compiled vocabulary; of French for a language without one."""
    terms = load_terms("dates", lang if lang in LANGUAGES else "fr")
    meaning: dict[str, dict[str, str]] = {}
    for term in terms:
        kind, _, value = term.id.partition(":")
        if kind == "cue":
            kind, value = term.id, "1"
        for surface in term.surface:
            meaning.setdefault(kind, {})[fold(surface).rstrip(".")] = value
    kinds = [kind for kind in TRIGGERS if kind != "ordinal" or lang == "en"]  # in French no rule needs it
    keys: list[tuple[str, str]] = [(w, kind) for kind in kinds for w in meaning.get(kind, ())]
    return Words(
        lang=lang if lang in LANGUAGES else "fr",
        fragments={kind: _alternation(known) for kind, known in meaning.items()},
        meaning=meaning,
        bare=frozenset(fold(s).rstrip(".") for s in _bare(terms)),
        triggers=ahocorasick_rs.AhoCorasick([word for word, _kind in keys]),
        trigger_kinds=tuple(kind for _word, kind in keys),
    )


def _bare(terms: Iterable[Term]) -> Iterable[str]:
    """Months that are words of nothing else; abbreviations count as having other meanings ("jan", "mar")."""
    for term in terms:
        if term.id.startswith("month:") and term.extra.get("bare", True):
            yield from (s for s in term.surface if not s.endswith("."))


def _alternation(known: Mapping[str, str]) -> str:
    """Longest first, so that "le debut de" is not read as "debut"."""
    ordered = sorted(known, key=lambda word: (-len(word), word))
    return by_first_letter(ordered, lambda word: re.escape(word).replace(r"\ ", " "))
