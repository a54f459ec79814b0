"""Names of vendors, shops and markets after the word that announces them.

In: text. Out: removals of kind "seller": the name; "vendeur", "shop" stay. Words: data/redaction/sellers.toml.
Left out: names without a cue; account names (`handles`); large platforms that are no sellers of drugs.
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


class _Words(NamedTuple):
    cues: tuple[str, ...]
    orders: tuple[str, ...]
    near: int
    called: re.Pattern[str]
    not_sellers: frozenset[str]
    endings: tuple[str, ...]
    context: tuple[str, ...]
    not_shops: frozenset[str]


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
    )


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
