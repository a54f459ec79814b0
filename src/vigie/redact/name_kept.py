"""What bears the name of a person and is none: ships, firms, makes, instruments of measure, laws, months, towns where a place is asked.

In: spans of names found. Out: those that stand, without what is kept. Words: data/redaction/kept_names.toml.
`le cargo Lady Rose`, `Finnegan score`, `loi de Zipf`, `Clare's Law`; a title or a role before it makes it a person again.
Left out: hospitals, streets and schools (`name_runs`, points_of_sale); what lists of names do not hold anyway.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from vigie.lexicon.terms import data_toml
from vigie.redact.name_cues import titled, word_before
from vigie.redact.sequences import Span
from vigie.redact.wordlists import Lists
from vigie.text.normalise import fold

_OF = (" de ", " d'", " du ", " of ")
_NEXT = re.compile(r"[ \u00a0]([a-z]+)(?![\w'])")
_OWNED = re.compile(r"['’]s ([A-Z]\w+)")
# "de Madagascar ou de |": a town after a country.
_AFTER_PLACE = re.compile(
    r"(?<!\w)(?:de|d'|a|en|from|to|in) ?[a-z\-]{4,},? (?:ou|et|or|and) (?:de |d'|a |en |from |to |in )$"
)
_YEAR = re.compile(r"\.? ?(?:19|20)\d\d(?!\d)")
_LABEL = re.compile(r"(?:^|[\n;,|])[ \-*]*([a-z]+) ?[:=\-] ?$")
_NEAR = 40


class _Kept(NamedTuple):
    eponyms: frozenset[str]
    things: frozenset[str]
    instruments: frozenset[str]
    owned: frozenset[str]
    measures: frozenset[str]
    states: tuple[str, ...]
    months: frozenset[str]
    place_labels: frozenset[str]


@cache
def _words() -> _Kept:
    data = data_toml("redaction", "kept_names.toml")
    return _Kept(
        frozenset(fold(name) for name in data["eponyms"] if name.isalpha()),
        frozenset(fold(data["named_things"]).split()),
        frozenset(fold(data["instruments"]).split()),
        frozenset(fold(data["owned"]).split()),
        frozenset(fold(data["measures"]).split()),
        tuple(f", {fold(name)}" for name in data["states"]),
        frozenset(data["months"].split()),
        frozenset(data["place_labels"].split()),
    )


def without_kept(
    spans: list[Span],
    guarded: list[Span],
    several: list[list[Span]],
    text: str,
    folded: str,
    words: Lists,
) -> list[Span]:
    """The spans without those that name no person; `guarded` are whole phrases that stay."""
    firsts = {start: run[0][0] for run in several for start, _ in run[1:]}
    return [
        span
        for span in spans
        if not any(a < span[1] and span[0] < b for a, b in guarded)
        and not _bears_a_name(span, text, folded, words)
        and not _is_dated_or_placed(span, folded, words)
        and not (span[0] in firsts and _is_thing(firsts[span[0]], text, folded))
    ]


def _is_dated_or_placed(span: Span, folded: str, words: Lists) -> bool:
    """A month before its year, a town after the word for it: "Jan 2025", "lieu : Charlotte"."""
    start, end = span
    name, known = folded[start:end].rstrip("."), _words()
    if name in known.months and _YEAR.match(folded, end):
        return True
    label = _LABEL.search(folded, max(0, start - _NEAR), start) if name in words.towns else None
    return label is not None and label.group(1) in known.place_labels


def _is_thing(start: int, text: str, folded: str) -> bool:
    """Whether the word before says that a ship, a firm or a make follows: "le cargo Lady Rose"."""
    before = word_before(folded, start)
    return (
        text[start].isupper()
        and before in _words().things
        and folded.endswith(before + " ", max(0, start - _NEAR), start)
    )


def _opens(name: str, words: Lists) -> bool:
    """ "Sonde de Foley", "Pavillon Charcot": the first word is the thing."""
    first, _, rest = name.partition(" ")
    known = _words()
    return bool(rest) and (
        (first in known.measures and rest.startswith(("de ", "d'", "du ")))
        or (first in known.things and first not in words.listed)
    )


def _bears_a_name(span: Span, text: str, folded: str, words: Lists) -> bool:
    start, end = span
    known = _words()
    single = " " not in folded[start:end]
    before = word_before(folded, start)
    near = folded[max(0, start - _NEAR) : start]
    thing = (
        _is_thing(start, text, folded)
        or (single and before in known.measures and near.endswith(_OF))
        or (single and folded[start:end] in known.eponyms)
        or (single and folded.startswith(known.states, end))
        or _opens(folded[start:end], words)
        or (single and folded[start:end] in words.towns and _AFTER_PLACE.search(near) is not None)
    )
    if not thing and text[start].isupper():
        after = _NEXT.match(folded, end) if single else None
        owner = _OWNED.match(text, end - 2 if folded[end - 2 : end] == "'s" else end)
        thing = (after is not None and after.group(1) in known.instruments) or (
            owner is not None and fold(owner.group(1)) in known.owned
        )
    return thing and not titled(text, folded, start, words)
