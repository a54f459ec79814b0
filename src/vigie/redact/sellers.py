"""Names of vendors, shops and markets after the word that announces them.

In: text. Out: removals of kind "seller": the name; "vendeur", "shop" stay. Words: data/redaction/sellers.toml.
A quoted name that sells ("« X » livre à toute heure"), or in the sentence of a contact, is a vendor's as well (`quoted_beside`).
Left out: other names without a cue; account names (`handles`); large platforms that are no sellers of drugs.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from vigie.lexicon.gazetteer import gazetteer, key
from vigie.lexicon.terms import data_toml
from vigie.redact.spans import Removal
from vigie.redact.words import words_at

_QUOTES = "«\"“”'‘’(\\[`*_#|"
_OPEN = rf"[^\S\n]{{0,3}}[:=]?\s{{0,3}}((?:[{_QUOTES}]|<\w{{1,6}}>|[^\w\s.,;:!?)\]»<]){{1,3}}[ \u00a0]?)?"
_WORD = r"[^\W_](?:[\w'’.&\-]*\w)?"
_S = r"(?:[^\S\n]|\n(?!\n)|[_.\-·])"
_NAME = re.compile(
    rf"{_OPEN}({_WORD}(?:{_S}(?:of[ ]|des?[ ]|du[ ]|la[ ]|le[ ]|the[ ])?(?:[A-ZÀ-ÖØ-Þ]|[a-z]+[A-Z])(?:[\w'’.&\-]*\w)?){{0,3}}(?:-\n[a-zà-ÿ]+)?)"
)
_BEFORE = re.compile(r"(?<!\w)[A-ZÀ-ÖØ-Þ][\w'’&\-]+(?: [A-ZÀ-ÖØ-Þ][\w'’&\-]+)? \Z")
_QUOTED = re.compile(r"[^«»\"“”\]\)`*|\n]{2,40}")
_CLOSE = "»\"“”])`*|’'"

_QUOTE_MARKS = '«“"'
_CAP = r"[A-ZÀ-ÖØ-Þ0-9][\w'’&\-]*"
_IN_QUOTES = re.compile(
    rf"[«“\"][ \u00a0\u202f]?((?=[A-ZÀ-ÖØ-Þ]){_CAP}(?:[ ](?:of |des? |du |la |le |les |the |& )?{_CAP}){{0,3}})[ \u00a0\u202f]?[»”\"]"
)
_STOP = re.compile(r"[.!?…](?=\s)|\n")
_SENTENCE = 240  # code points read on either side of a quoted name
_BESIDE = 40  # within which a word says that a quoted name is a pill's, a report's
_REACHED = frozenset(("handle", "phone", "link", "url", "email"))


class _Words(NamedTuple):
    cues: tuple[str, ...]
    orders: tuple[str, ...]
    near: int
    called: re.Pattern[str]
    not_sellers: frozenset[str]
    endings: tuple[str, ...]
    context: tuple[str, ...]
    not_shops: frozenset[str]
    selling: re.Pattern[str]
    offers: re.Pattern[str]
    not_vendor: re.Pattern[str]
    bodies: frozenset[str]


@cache
def _words() -> _Words:
    data = data_toml("redaction", "sellers.toml")

    def phrases(text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word.replace("-", " ") for word in text.split()))

    called = "|".join(re.escape(word) for word in sorted(phrases(data["called"]), key=len, reverse=True))
    # "e-shop", "web-shop" as written too
    cues = tuple(dict.fromkeys([*phrases(data["cues"]), *data["cues"].split()]))
    return _Words(
        cues=cues,
        orders=phrases(data["orders"]),
        near=data["near"],
        called=re.compile(rf",?\s(?:est\s|is\s|etait\s|was\s|se fait\s)?(?:{called})(?!\w)"),
        not_sellers=frozenset(data["not_sellers"].split()),
        endings=tuple(data["endings"].split()),
        context=tuple(dict.fromkeys([*phrases(data["context"]), *cues])),
        not_shops=frozenset(data["not_shops"].split()),
        selling=re.compile(rf"[ \u00a0]?,?[ ](?:{_any(data['selling'])})(?!\w)"),
        offers=re.compile(rf"(?<!\w)(?:{_any(data['offers'])})(?!\w)|\d\s?(?:€|e|euros?|£)(?!\w)|24\s?[h/]"),
        not_vendor=re.compile(rf"(?<!\w)(?:{_any(data['not_vendor'])})(?!\w)"),
        bodies=frozenset(data["bodies"].split()),
    )


def _any(listed: str) -> str:
    return "|".join(re.escape(word.replace("-", " ")) for word in listed.split())


def quoted_beside(text: str, folded: str, found: list[Removal]) -> Iterator[Removal]:
    """Removals of kind "seller": quoted names that sell, and those in the sentence of a contact of `found`."""
    if not any(mark in text for mark in _QUOTE_MARKS):
        return
    words = _words()
    for match in _quoted_names(text):
        low, high = match.span(1)
        first, last = _sentence(text, match.start(), match.end())
        sells = words.selling.match(folded, match.end()) and words.offers.search(folded, match.end(), last)
        reached = any(first <= item.start < last and item.kind in _REACHED for item in found)
        if (sells or reached) and _may_sell(folded, low, high, first, last, words):
            yield Removal(low, high, "seller")


def _quoted_names(text: str) -> Iterator[re.Match[str]]:
    """The matches of _IN_QUOTES, tried at the marks only."""
    end = 0
    for at in sorted(at for mark in _QUOTE_MARKS for at in _places(text, mark)):
        match = _IN_QUOTES.match(text, at) if at >= end else None
        if match:
            end = match.end()
            yield match


def _places(text: str, mark: str) -> Iterator[int]:
    at = text.find(mark)
    while at >= 0:
        yield at
        at = text.find(mark, at + 1)


def _sentence(text: str, low: int, high: int) -> tuple[int, int]:
    start = 0
    for stop in _STOP.finditer(text, max(0, low - _SENTENCE), low):
        start = stop.end()
    end = _STOP.search(text, high, high + _SENTENCE)
    return max(start, low - _SENTENCE), end.start() if end else min(len(text), high + _SENTENCE)


def _may_sell(folded: str, low: int, high: int, first: int, last: int, words: _Words) -> bool:
    """No pill, title, body, platform, place or substance has this name."""
    name = folded[low:high]
    parts = re.findall(r"\w+", name)
    if name in words.not_sellers or any(part in words.bodies for part in parts):
        return False
    if words.not_vendor.search(folded, max(first, low - _BESIDE), low) or words.not_vendor.search(
        folded, high, min(last, high + _BESIDE)
    ):
        return False
    return not gazetteer().find(key(name))


def find_sellers(text: str, folded: str) -> Iterator[Removal]:
    """Removals of kind "seller"."""
    words = _words()
    cues = words_at(folded, words.cues)
    for start, end in cues:
        called = words.called.match(folded, end)
        several = folded[start:end].split()[0].endswith("s")  # "les fournisseurs Néerlandais"
        yield from _name(text, folded, called.end() if called else end, words, called is not None, several)
    for start, end in words_at(folded, words.orders):
        at = bisect_left(cues, (start - words.near, 0))
        if at < len(cues) and cues[at][1] <= end + words.near:
            yield from _name(text, folded, end, words, False, False)
    yield from _by_ending(text, folded, words)


def _by_ending(text: str, folded: str, words: _Words) -> Iterator[Removal]:
    """ "Loutre Market" where something is ordered or sold."""
    context = words_at(folded, words.context)
    for start, end in words_at(folded, words.endings):
        at = bisect_left(context, (start - words.near, 0))
        while at < len(context) and context[at][0] <= end + words.near and start <= context[at][0] < end:
            at += 1  # the ending itself
        if at == len(context) or context[at][0] > end + words.near or not text[start].isupper():
            continue
        match = _BEFORE.search(text, max(0, start - 50), start)
        if match is None:
            continue
        low = match.start()
        first, _, second = folded[low:start].rstrip().partition(" ")
        if second and (first in words.not_sellers or first in words.context):
            low += len(first) + 1  # "Order Loutre Market", "Le Loutre Kush"
            first = second
        if first not in words.not_shops and first not in words.not_sellers:
            yield Removal(low, end, "seller")


def _name(text: str, folded: str, at: int, words: _Words, called: bool, several: bool) -> Iterator[Removal]:
    match = _NAME.match(text, at)
    if match is None:
        return
    quoted = match.group(1) is not None
    low, high = match.span(2)
    if "\n\n" in text[at:low]:
        return  # a title that ends with "dealer", and the first word of the text
    if quoted:
        whole = _QUOTED.match(text, low)
        if whole and text[whole.end() : whole.end() + 1] in _CLOSE and text[whole.end() : whole.end() + 1]:
            high = low + len(whole.group().rstrip())
    name = folded[low:high]
    first = re.split(r"[ \-_'’.]", name, maxsplit=1)[0]
    if name in words.not_sellers or (first in words.not_sellers and not (quoted and text[low].isupper())):
        return
    if not (quoted or called or (text[low].isupper() and not several) or _made_up(text[low:high])):
        return
    if not any(c.isalpha() for c in name) or re.fullmatch(r"\d+\s?[a-z]{1,2}", name):
        return
    if text[low:high].isalpha() and any(
        entry.population >= 50_000 or entry.level == "country" for entry in gazetteer().find(key(name))
    ):
        return  # "le vendeur Marseille", "supplier China"
    yield Removal(low, high, "seller")


def _made_up(word: str) -> bool:
    """No word of a language: figures with letters, an inner capital or an underscore."""
    return any(c.isalpha() for c in word) and (
        any(c.isdigit() for c in word) or "_" in word or re.search(r"[a-zà-ÿ][A-Z]", word) is not None
    )
