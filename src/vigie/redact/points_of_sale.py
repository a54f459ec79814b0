"""Named places below the commune where something may be sold: streets, estates, stations, bars.

In: text. Out: removals of kind "place": the name; the word that says what it is stays, because that sales happen in a
bar or at a station is what Vigie counts. Words: data/redaction/points_of_sale.toml.
Left out: a place that has the name of its commune ("gare de Lille"), neighbourhoods known by a bare name, numbers with
their street (`addresses`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
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
_S = r"(?:[^\S\n]|\n(?!\n)|[_·]|-(?:\n|[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?)?|\.(?=\w))"  # what parts two words, or hides that
_SIGNS = "«\"“”'‘’(\\[`*#|"
_OPEN = rf"(?:{_S}{{0,3}}(?:[{_SIGNS}]|<\w{{1,6}}>|[^\w\s.,;:!?)\]»<]){{0,3}}{_S}?)"
_PARTICLE = rf"(?:(?:(?i:de{_S}la|de|du|des|la|le|les|aux?){_S}|(?:(?i:de){_S})?[Ll]['’]|[Dd]['’])[#«\"“`*_\[(]{{0,2}}){{0,2}}"
_MONTHS = "janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre"
_DAY = rf"\d{{1,2}}(?:er)?{_S}(?i:{_MONTHS})(?:{_S}\d{{4}})?"
_UPPER = "A-ZÀ-ÖØ-Þ"
_CAPITAL = rf"(?:[{_UPPER}](?:\.\w(?!\w))+|[{_UPPER}](?:[\w'’\-]*\w)?|(?:[A-Z]\.[ ]?){{1,4}}|[a-zà-ÿ](?:[a-zà-ÿ'’\-]*[{_UPPER}])[\w'’\-]*\w)"
_LINK = (
    rf"(?:(?i:de{_S}la|de|du|des|la|le|les|aux?|sur|en|d\.e\.s|d\.u|d\.e){_S}|(?:de[ ])?[lL]['’]|[dD]['’])"
)
_NAME = rf"(?:{_DAY}|{_CAPITAL}(?:{_S}(?:{_LINK})?{_CAPITAL}){{0,4}})(?:-\n[a-zà-ÿ]+)?"
_FRENCH = re.compile(rf"{_OPEN}{_PARTICLE}({_NAME})")
_SMALL = re.compile(
    rf"{_OPEN}{_PARTICLE}((?<=[\s'’#«\"“`*_\[(\-])[\w'’]{{4,}}(?:[\-_.·]{{1,2}}[\w'’]+){{0,5}}(?: [\w'’\-]{{4,}}(?=[,.;:!\n»\"”]|$))?)"
)
_ARTICLE = re.compile(rf"{_OPEN}(?:(?i:de{_S}la|du|des|la|le|les){_S}|(?:de )?[lL]['’]|[dD]['’])")
_OF = re.compile(r"\s(?:de\s|d['’])$")
_PIECE = re.compile(r"(?<!<)(?<!</)[^\W\d_](?:[\w'’]*[^\W_])?")
_QUOTED_NAME = re.compile(
    r",?\s[«“\"'][ \u00a0\u202f]?(?:L[ea]s?\s|The\s|L['’])?([A-ZÀ-ÖØ-Þ][^«»“”\"\n]{2,38}?)[ \u00a0\u202f]?[»”\"'](?!\w)"
)
_QUOTED_FOUR = re.compile(r"[«“\"][ \u00a0\u202f]?(?:[Ll]e|[Aa]u) $")
_SEEN = re.compile(r"[\s_\-.]")
_ARTICLE_BEFORE = re.compile(r"(?:\s|^)(?:la|le|les|l'|l’|du|des|une?|cette|ce)?[^\w]*$")
_AT = frozenset(["near", "by", "at", "on", "in", "around", "outside", "behind", "off", "beside"])
_CAMEL = re.compile(r"[^\W\d_]*[a-zà-ÿ][A-ZÀ-Þ][^\W_]*(?:[\-'’][^\W_]+)*")
_CASES = bytes(65 if chr(c).isupper() else 97 if chr(c).islower() else 32 for c in range(256))  # of Latin-1
_MEETING = re.compile(rb"aA")
_LEAST_SMALL = 3  # letters of a name in small letters


Spans = Sequence[tuple[int, int]]


class _Words(NamedTuple):
    types: tuple[str, ...]
    loose: tuple[str, ...]
    short: tuple[str, ...]
    before_loose: tuple[str, ...]
    after_blank: tuple[str, ...]  # the same with a blank before
    streets: tuple[str, ...]
    venues: frozenset[str]
    not_names: frozenset[str]
    not_english: frozenset[str]
    common: frozenset[str]
    keep: frozenset[str]
    cues: tuple[str, ...]
    ways: frozenset[str]
    direct: frozenset[str]
    not_before: frozenset[str]
    roads: frozenset[str]
    quoted: tuple[str, ...]
    capital: frozenset[str]


@cache
def _words() -> _Words:
    data = data_toml("redaction", "points_of_sale.toml")
    fr, en = data["fr"], data["en"]

    def plain(text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text.split()))

    def phrases(text: str) -> tuple[str, ...]:
        return tuple(word.replace("-", " ") for word in plain(text))

    return _Words(
        types=plain(fr["types"]),
        loose=plain(fr["loose"]),
        short=plain(fr["short"]),
        before_loose=phrases(fr["before_loose"]),
        after_blank=tuple(f" {word}" for word in phrases(fr["before_loose"])),
        streets=tuple(dict.fromkeys([*plain(en["streets"]), *plain(en["venues"])])),
        venues=frozenset(plain(en["venues"])),
        not_names=frozenset(plain(fr["not_names"])),
        not_english=frozenset(plain(en["not_names"])),
        common=frozenset(plain(en["common"])),
        keep=frozenset([*phrases(fr["keep"]), *phrases(en["keep"])]),
        cues=phrases(data["sale"]["cues"]),
        ways=frozenset(plain(fr["ways"])),
        direct=frozenset(plain(fr["direct"])),
        not_before=frozenset(plain(fr["not_before"])),
        roads=frozenset(plain(en["roads"])),
        quoted=phrases(data["sale"]["quoted"]),
        capital=frozenset(plain(en["streets"])),
    )


def find_points_of_sale(text: str, folded: str) -> Iterator[Removal]:
    """Removals of kind "place"."""
    words = _words()
    sales = words_at(folded, words.cues)
    for start, end in words_at(folded, words.types):
        yield from _after(text, folded, start, end, sales, words)
    for start, end in words_at(folded, words.loose):
        if (
            _somewhere(folded, start, words)
            or _near(sales, start)
            or _named(text, folded, start, end, words)
            or _quoted(text, folded, start, end)
        ):
            yield from _after(text, folded, start, end, sales, words)
    for _, end in words_at(folded, words.quoted):
        quoted = _QUOTED_NAME.match(text, end)
        if quoted and folded[slice(*quoted.span(1))] not in words.keep:
            yield Removal(*quoted.span(1), "place")
    for start, end in words_at(folded, words.short):
        if folded[end : end + 1] == "." and (_somewhere(folded, start, words) or _near(sales, start)):
            yield from _after(text, folded, start, end + 1, sales, words)
    for start, end in words_at(folded, words.streets):
        yield from _before(text, folded, start, end, sales, words)
    yield from _run_together(text, folded, sales, words)


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
    before = _SEEN.sub(" ", folded[max(0, start - 24) : start])
    before = _ARTICLE_BEFORE.sub("", before)
    return before.endswith(words.after_blank) or before in words.before_loose


def _named(text: str, folded: str, start: int, end: int, words: _Words) -> bool:
    """A name stands directly after ("place Monge"), and the word is not part of a verb ("en place", "pris place")."""
    before = re.search(r"(\w+)\W*$", folded[max(0, start - 20) : start])
    return (
        folded[start:end] in words.direct
        and re.match(r" [A-ZÀ-Ö]", text[end : end + 2]) is not None
        and not (before and before.group(1) in words.not_before)
    )


def _quoted(text: str, folded: str, start: int, end: int) -> bool:
    """ "« Le Four X »": the slang word for a point of sale, with a name, in quotes."""
    return (
        folded[start:end] == "four"
        and _QUOTED_FOUR.search(text, max(0, start - 6), start) is not None
        and re.match(r" [A-ZÀ-Ö]", text[end : end + 2]) is not None
    )


def _after(text: str, folded: str, start: int, end: int, sales: Spans, words: _Words) -> Iterator[Removal]:
    """The French order: "la cité des Lilas"."""
    match = _FRENCH.match(text, end)
    if match is None and _near(sales, start) and text[start].islower():
        told = _ARTICLE.match(text, end) or re.match(r"\s[\w'’]+-", text[end : end + 30])
        match = _SMALL.match(text, end) if told else None
    if match is None:
        return
    if text[end : end + 1] == "-" and _is_known(folded[start : match.end()], 0):
        return  # Bar-le-Duc
    low, high = match.span(1)
    name = folded[low:high]
    first = re.split(r"[\s\-_'’.]", name, maxsplit=1)[0]
    phrase = " ".join(re.sub(r"[^\w'’]", " ", folded[start:high]).split())
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


def _before(text: str, folded: str, start: int, end: int, sales: Spans, words: _Words) -> Iterator[Removal]:
    """The English order: "the Oxlea estate"."""
    word = folded[start:end]
    shouted = text[start:end].isupper() and text[max(0, start - 12) : start].isupper()
    if not (
        word in words.venues
        if text[start].islower()
        else word in words.capital or (shouted and word in words.venues)
    ):
        return
    pieces = _pieces(text, max(0, start - 64), start)
    if not pieces or not _joined(text[pieces[-1][1] : start]):
        return
    small = _near(sales, start)
    first = len(pieces)
    proper = False
    for index in range(len(pieces) - 1, max(-1, len(pieces) - 5), -1):
        a, b = pieces[index]
        token = folded[a:b].removesuffix("'s").removesuffix("’s")
        if index < len(pieces) - 1 and not _joined(text[b : pieces[index + 1][0]]):
            break
        if token in words.not_english or not (text[a].isupper() or _is_odd(text[a:b]) or small):
            break
        if text[a].isupper() or _is_odd(text[a:b]):
            proper, first = True, index
        elif token in _AT or len(pieces) - index > 3:
            break
        else:
            first = index
    if first == len(pieces):
        return
    if not proper and not _is_placed(
        folded, [folded[a:b] for a, b in pieces[first:]], pieces[first][0], words
    ):
        return
    a, b = pieces[first][0], pieces[-1][1]
    name = folded[a:b]
    if f"{name} {word}" in words.keep or (word not in words.roads and _is_known(name, _CITY)):
        return
    yield Removal(a, b, "place")


def _pieces(text: str, low: int, high: int) -> list[tuple[int, int]]:
    """Words of a stretch, without the quotes, tags and pictures around them."""
    return [found.span() for found in _PIECE.finditer(text, low, high)]


def _joined(between: str) -> bool:
    """Whether two words stand in one name: a blank, a hyphen, a line break or a mark that hides one."""
    return re.fullmatch(r"[^\S\n]{1,2}|\n|[_·.\-]|-?\n", between) is not None


def _is_odd(word: str) -> bool:
    """cOpPeRfIeLd: capitals inside a word of small letters."""
    return re.search(r"[a-zà-ÿ][A-ZÀ-Þ]", word) is not None


def _is_placed(folded: str, name: Sequence[str], start: int, words: _Words) -> bool:
    """Small letters make a name after a preposition of place, when one of its words is no common one."""
    before = re.search(r"(\w+)\s(?:the\s)?$", folded[max(0, start - 24) : start])
    return (
        before is not None
        and before.group(1) in _AT
        and any(word not in words.common and len(word) >= _LEAST_SMALL for word in name)
    )


def _run_together(text: str, folded: str, sales: Spans, words: _Words) -> Iterator[Removal]:
    """Words written as one, told apart by their capitals: "#LAvenueDesGlycines", "OldMillLane"."""
    classes = text.encode("latin-1", "replace").translate(_CASES)
    french, english = _glued(words)
    high = -1
    for place in _MEETING.finditer(classes):
        low = place.start()
        while low and low > high and (text[low - 1].isalpha()):
            low -= 1
        match = _CAMEL.match(text, low) if place.start() >= high else None
        if match is None:
            continue
        low, high = match.span()
        before = re.search(r"(\w+)[^\w]{1,3}(?:the\s|l['’])?#?$", folded[max(0, low - 16) : low])
        if not (_near(sales, low) or (before and before.group(1) in _AT)):
            continue
        found = french.match(folded, low, high)
        if found and found.end() < high and (text[found.end()].isupper() or text[found.end()] in "'’"):
            yield Removal(found.end(), high, "place")
            continue
        found = english.search(folded, low + _LEAST_SMALL, high)
        if found:
            skip = 3 if folded.startswith("the", low) else 0
            yield Removal(low + skip, found.start(), "place")


@cache
def _glued(words: _Words) -> tuple[re.Pattern[str], re.Pattern[str]]:
    def some(listed: Iterable[str]) -> str:
        return "|".join(sorted(map(re.escape, listed), key=len, reverse=True))

    return (
        re.compile(
            rf"(?:devant|sur|pres|vers)?(?:la|le|les|l)?(?:{some([*words.types, *words.loose])})(?:dela|des|du|de|les|la|le|d|l)?"
        ),
        re.compile(rf"(?:{some(words.streets)})$"),
    )
