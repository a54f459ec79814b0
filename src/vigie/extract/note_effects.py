"""The field of effects: how many persons went to hospital, overdosed, were poisoned or died, in the few words of a form.

In: the folded text, where the field stands, and the language. Out: (kind, number, start, end). Words: data/grammar/field_note.toml. Left
out: what sentences say, which the finder of events reads (`vigie.extract.event`); harms without a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from vigie.extract.numbers import number_tokens
from vigie.lexicon.grammar import alternation
from vigie.lexicon.note_fields import words
from vigie.model.observation import EventKind

_MOST = 1000  # persons of a note; a larger figure is a dose or a sum
_REACH = 80  # code points from a number to what it counts
_CLAUSE = re.compile(r"[,.;:\n]")


def harms_in(folded: str, lang: str, start: int, end: int) -> Iterator[tuple[EventKind, float, int, int]]:
    """Numbers of persons with what befell them: "2 personnes aux urgences", "urgences : 2"."""
    for token in number_tokens(folded, lang, start, end):
        if not 0 < token.value < _MOST or token.value != int(token.value):
            continue
        stop = min(end, token.end + _REACH)
        cut = _CLAUSE.search(folded, token.end, stop)
        after = folded[token.end : cut.start() if cut else stop]
        said = _after(lang).match(after)
        if said and not _not(lang).search(said.group()):
            yield _kind(lang, said["harm"]), token.value, token.start, token.end + said.end()
            continue
        before = _before(lang).search(folded[max(start, token.start - _REACH) : token.start])
        if before and not _not(lang).search(after) and re.match(rf"\s*(?:{_persons(lang)})?\s*$", after):
            yield _kind(lang, before["harm"]), token.value, token.start - len(before.group()), token.end


def part_of(between: str, lang: str) -> bool:
    """Whether a count that follows another with these words between counts some of the same persons: "2, dont 1"."""
    plain = between.replace(",", " ").strip()
    return plain in ("", *_words(lang)["part"])


def _words(lang: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = words()["effects"][lang]
    return found


def _kind(lang: str, harm: str) -> EventKind:
    harms: Mapping[EventKind, list[str]] = _words(lang)["harm"]
    return next(kind for kind, known in harms.items() if harm in known)


@cache
def _persons(lang: str) -> str:
    return alternation(_words(lang)["persons"])


@cache
def _harm(lang: str) -> str:
    return rf"(?P<harm>{alternation([w for known in _words(lang)['harm'].values() for w in known])})(?!\w)"


@cache
def _after(lang: str) -> re.Pattern[str]:
    """Persons, a few words, what befell them; without persons it stands at once, "3 passages aux urgences"."""
    near = alternation(_words(lang)["near"])
    return re.compile(
        rf"\s*(?:{_persons(lang)}(?!\w)(?:\s+[\w'’-]+){{0,5}}?|(?:{near}))?\s*(?<!\w){_harm(lang)}"
    )


@cache
def _before(lang: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){_harm(lang)}\s*[:=]\s*$")


@cache
def _not(lang: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){alternation(_words(lang)['not'])}(?!\w)")
