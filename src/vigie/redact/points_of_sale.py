"""Named places below the commune where something may be sold: streets, estates, stations, bars.

In: text. Out: removals of kind "place": the name; the word that says what it is stays, because that sales happen in a
bar or at a station is what Vigie counts. Words: data/redaction/points_of_sale.toml.
Left out: a place that has the name of its commune ("gare de Lille"), neighbourhoods known by a bare name, numbers with
their street (`addresses`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from vigie.lexicon.gazetteer import gazetteer, key
from vigie.lexicon.terms import data_toml
from vigie.redact.spans import Removal
from vigie.redact.words import words_at

_REACH = 90  # code points before a place within which a word of sale makes a name of small letters
_TOWNS = ("commune", "city", "arrondissement")
_TOWN = 2_000  # inhabitants: the names of smaller communes are also those of lanes and cafés
_CITY = 50_000  # the same in English, where no "de" tells "the station of"
_OPEN = r"[ \u00a0\t\n]{0,3}(?:[«\"“”'‘’(\[`*_#<|]{1,3}[ \u00a0]?)?"
_PARTICLE = r"(?:(?:(?:[Dd]e la|[Dd]e|[Dd]u|[Dd]es|[Ll]a|[Ll]e|[Ll]es|[Aa]ux?)[ \u00a0\-]|(?:de[ ])?[Ll]['’]|[Dd]['’])[#«\"“`*_\[(]{0,2}){0,2}"
_OF = re.compile(r"\s(?:de\s|d['’])$")
_MONTHS = (
    "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|"
    "Janvier|Février|Mars|Avril|Mai|Juin|Juillet|Août|Septembre|Octobre|Novembre|Décembre"
)
_DAY = rf"\d{{1,2}}(?:er)?[ \-](?:{_MONTHS})(?:[ \-]\d{{4}})?"
_CAPITAL = r"(?:[A-ZÀ-ÖØ-Þ](?:[\w'’\-]*\w)?|(?:[A-Z]\.[ ]?){1,4})"
_LINK = r"(?:(?:de la|de|du|des|la|le|les|aux?|sur|en)[ \-_]|(?:de[ ])?l['’]|d['’])"
_NAME = rf"(?:{_DAY}|{_CAPITAL}(?:[ \-_\u00a0](?:{_LINK})?{_CAPITAL}){{0,4}})"
_FRENCH = re.compile(rf"{_OPEN}{_PARTICLE}({_NAME})")
_SMALL = re.compile(
    rf"{_OPEN}(?:{_PARTICLE})((?<=[ '’#«\"“`*_\[(\-])[\w'’]{{3,}}(?:[\-_.·]{{1,2}}[\w'’]+){{0,5}}(?: [\w'’\-]{{4,}}(?=[,.;:!\n»\"”]|$))?)"
)
_ARTICLE = re.compile(rf"{_OPEN}(?:(?:de la|du|des|la|le|les) |(?:de )?l['’]|d['’])")
_PIECE = re.compile(r"\S+")


Spans = Sequence[tuple[int, int]]


class _Words(NamedTuple):
    types: tuple[str, ...]
    loose: tuple[str, ...]
    before_loose: tuple[str, ...]
    streets: tuple[str, ...]
    venues: frozenset[str]
    not_names: frozenset[str]
    not_english: frozenset[str]
    keep: frozenset[str]
    cues: tuple[str, ...]
    ways: frozenset[str]
    direct: frozenset[str]
    not_before: frozenset[str]
    roads: frozenset[str]
    capital: frozenset[str]


@cache
def _words() -> _Words:
    data = data_toml("redaction", "points_of_sale.toml")
    fr, en = data["fr"], data["en"]

    def plain(text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text.split()))

    def phrases(text: str) -> tuple[str, ...]:
        return tuple(word.replace("-", " ") for word in plain(text))

    venues = plain(en["venues"])
    return _Words(
        types=plain(fr["types"]),
        loose=plain(fr["loose"]),
        before_loose=phrases(fr["before_loose"]),
        streets=tuple(dict.fromkeys([*plain(en["streets"]), *venues])),
        venues=frozenset(venues),
        not_names=frozenset(plain(fr["not_names"])),
        not_english=frozenset(plain(en["not_names"])),
        keep=frozenset([*phrases(fr["keep"]), *phrases(en["keep"])]),
        cues=phrases(data["sale"]["cues"]),
        ways=frozenset(plain(fr["ways"])),
        direct=frozenset(plain(fr["direct"])),
        not_before=frozenset(plain(fr["not_before"])),
        roads=frozenset(plain(en["roads"])),
        capital=frozenset(plain(en["streets"])),
    )


def find_points_of_sale(text: str, folded: str) -> Iterator[Removal]:
    """Removals of kind "place"."""
    words = _words()
    sales = words_at(folded, words.cues)
    for start, end in words_at(folded, words.types):
        yield from _after(text, folded, start, end, sales, words)
    for start, end in words_at(folded, words.loose):
        if _somewhere(folded, start, words) or _near(sales, start) or _named(text, folded, start, end, words):
            yield from _after(text, folded, start, end, sales, words)
    for start, end in words_at(folded, words.streets):
        yield from _before(text, folded, start, end, words)


def _is_known(name: str, least: int) -> bool:
    """The name of a commune of some size, a department, a region or a country."""
    return any(
        entry.population >= least if entry.level in _TOWNS else True for entry in gazetteer().find(key(name))
    )


def _is_land(name: str) -> bool:
    return any(entry.level in ("country", "region", "state") for entry in gazetteer().find(key(name)))


def _near(sales: Spans, start: int) -> bool:
    """Whether a word of sale ends at most so far before."""
    at = bisect_right(sales, (start, 0)) - 1
    return at >= 0 and start - _REACH <= sales[at][1] <= start


def _somewhere(folded: str, start: int, words: _Words) -> bool:
    """Whether a preposition of place stands before, with or without an article: "devant la place", not "en place"."""
    before = re.sub(
        r"(?:\s|^)(?:la|le|les|l'|l’|du|des|une?|cette|ce)?\s?$", "", folded[max(0, start - 24) : start]
    )
    return before.endswith(tuple(f" {word}" for word in words.before_loose)) or before in words.before_loose


def _named(text: str, folded: str, start: int, end: int, words: _Words) -> bool:
    """A name stands directly after ("place Monge"), and the word is not part of a verb ("en place", "pris place")."""
    before = re.search(r"(\w+)\W*$", folded[max(0, start - 20) : start])
    return (
        folded[start:end] in words.direct
        and re.match(r" [A-ZÀ-Ö]", text[end : end + 2]) is not None
        and not (before and before.group(1) in words.not_before)
    )


def _after(text: str, folded: str, start: int, end: int, sales: Spans, words: _Words) -> Iterator[Removal]:
    """The French order: "la cité des Lilas"."""
    match = _FRENCH.match(text, end)
    if match is None and _near(sales, start) and text[start].islower():
        match = _SMALL.match(text, end) if _ARTICLE.match(text, end) or "-" in text[end : end + 30] else None
        if match and len(match.group(1)) < 4:
            match = None
    if match is None:
        return
    low, high = match.span(1)
    name = folded[low:high]
    first = re.split(r"[ \-_'’]", name, maxsplit=1)[0]
    phrase = " ".join(re.sub(r"[«\"“”‘(\[`*_#<|]", " ", folded[start:high]).split())
    if first in words.not_names or phrase in words.keep:
        return
    kind, between = folded[start:end], text[end:low]
    if _OF.match(between) and (kind.endswith("s") or kind not in words.ways) and _is_known(name, _TOWN):
        return  # "la gare de Lille", "les rues de Marseille": the commune's own name
    if between.strip() and kind not in words.ways and _is_land(name):
        return  # "les bars de la Belgique"
    if text[low:high].isupper() and high - low <= 5 and not text[start:end].isupper():
        return  # an acronym: "le restaurant RATP", "cité CGT"
    yield Removal(low, high, "place")


def _before(text: str, folded: str, start: int, end: int, words: _Words) -> Iterator[Removal]:
    """The English order: "the Oxlea estate"."""
    word = folded[start:end]
    if text[start].islower() and word not in words.venues:
        return
    if text[start].isupper() and word not in words.capital:
        return
    low = max(0, start - 64)
    pieces = [piece.span() for piece in _PIECE.finditer(text, low, start)]
    if not pieces or text[pieces[-1][1] : start].strip(" \u00a0\n") or "\n\n" in text[pieces[-1][1] : start]:
        return
    first = len(pieces)
    for index in range(len(pieces) - 1, max(-1, len(pieces) - 5), -1):
        a, b = pieces[index]
        token = text[a:b].strip('«"“”‘([`*_#<|')
        if (
            not token
            or not (token[0].isupper() or token[0].isdigit())
            or token.endswith((".", ",", ";", ":", "!", "?", ")"))
        ):
            break
        if folded[a:b].strip('«"“”‘([`*_#<|').removesuffix("'s") in words.not_english:
            break
        first = index
    if first == len(pieces):
        return
    a = pieces[first][0]
    while a < start and not text[a].isalnum():
        a += 1
    b = pieces[-1][1]
    while b > a and not text[b - 1].isalnum():
        b -= 1
    name = folded[a:b]
    if (
        a >= b
        or (word not in words.roads and _is_known(name, _CITY))
        or f"{name} {word}" in words.keep
        or not any(c.isalpha() for c in name)
    ):
        return
    if name[0].isdigit():
        return
    yield Removal(a, b, "place")
