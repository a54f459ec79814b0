"""Accounts that a channel word announces some words before: `recruited on Snapchat under the account …`.

In: text and its folded form. Out: removals of kind "handle".
A word that no language has goes wherever it stands near the channel; a plain-looking one only where the sentence says that
an account follows. Words: data/redaction/handles.toml. Left out: accounts right after the channel word (`handles`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from vigie.lexicon.terms import data_toml
from vigie.redact.spans import Removal
from vigie.redact.words import words_at

_TOKEN = re.compile(r"@?[^\W](?:[\w.\-]{0,38}[\w])?(?:#\d{4})?")
_STOP = re.compile(r"[.!?…](?:\s|$)|\n\n|\[[^\W\d_]{3,20}\]|[\ue000]")
_OPEN = "([{<«“\"'‘`*👉➡→_"
_ENDS = re.compile(r"\s*(?:$|[\n.,;!?)\]}>»”\"'’`*👈|…]|\s(?:pour|for|et|and|ou|or)\s)")
_POSSESSIVE = re.compile(r"(?:\b(?:son|sa|mon|ma|notre|votre|leur|ton|his|her|my|our|your|their|the|le)\s)$")
_SIGNAL_NAME = re.compile(r"(?<![\w.@])[^\W\d_][\w]{2,31}\.\d{2,4}(?![\w]|\.\d)")
_MEASURE = re.compile(
    r"\d+(?:[.,]\d+)?(?:e|eur|g|gr|kg|mg|ml|cl|l|h|k|€|pm|am|h\d\d)?|\d+(?:er|e|eme|th|st|nd|rd)|\d+[x/-]\d+"
)


@cache
def _lists() -> tuple[tuple[str, ...], frozenset[str], frozenset[str], re.Pattern[str]]:
    data = data_toml("redaction", "handles.toml")
    announcing = "|".join(re.escape(w) for w in sorted(data["announcing"], key=len, reverse=True))
    return (
        tuple(data["channels"]),
        frozenset(data["ambiguous"]),
        frozenset(data["not_account"].split()),
        re.compile(rf"(?:^|\W)(?:{announcing})(?:\s(?:est|is|c'est|de|du|of|at|arobase|a))?\W{{0,4}}$"),
    )


def find_announced(text: str, folded: str) -> Iterator[Removal]:
    """Removals of kind "handle"."""
    channels, ambiguous, plain, announcing = _lists()
    for start, end in words_at(folded, channels):
        word = folded[start:end]
        if word == "x" and not _is_x(text, start, end):
            continue
        low, high = end, min(len(text), end + 90)
        stop = _STOP.search(text, low, high)
        if stop:
            high = stop.start() + (stop.group()[0] == ".")
        yield from _after(text, folded, start, end, high, word in ambiguous, plain, announcing)
        if word == "signal":
            for name in _SIGNAL_NAME.finditer(text, end, min(len(text), end + 70)):
                yield Removal(name.start(), name.end(), "handle")


def _is_x(text: str, start: int, end: int) -> bool:
    """The network, not a sign of multiplication or a letter: "sur X", "X :", "son X (name)"."""
    if text[start] != "X" or (start and text[start - 1] not in " \n(#'’"):
        return False
    if text[end : end + 1] in (":", "=") and text[end + 1 : end + 2].isalpha():
        return True
    before = text[max(0, start - 8) : start].rstrip().lower()
    return (
        before.endswith(("sur", "on", "via", "mon", "son", "my", "his", "her", "leur", "their", "vers", "to"))
        or not before
        or text[start - 1] in "#\n"
        or before[-1] in ".!?:,"
    ) and text[end : end + 1] not in ("-", "'", "’")


def _after(
    text: str,
    folded: str,
    start: int,
    end: int,
    high: int,
    ambiguous: bool,
    plain: frozenset[str],
    announcing: re.Pattern[str],
) -> Iterator[Removal]:
    possessive = _POSSESSIVE.search(folded[max(0, start - 8) : start]) is not None
    for count, token in enumerate(_TOKEN.finditer(text, end, high)):
        if count > 6:
            return
        a, b = token.span()
        low = folded[a:b].lstrip("@")
        lead = folded[end:a]
        marked = lead.rstrip(" " + _OPEN)[-1:] in (":", "=", ">") or lead.strip() in ("->", "=>", "→")
        opened = lead.rstrip()[-1:] != "" and lead.rstrip()[-1] in _OPEN
        told = announcing.search(lead) is not None
        if low in plain or len(low) < 3 or _MEASURE.fullmatch(low):
            continue
        if _made_up(text[a:b]) and (
            not ambiguous or marked or opened or told or (possessive and count < 2) or count == 0
        ):
            yield Removal(a, b, "handle")
            return
        if len(low) < 4 or not _ENDS.match(text, b):
            continue
        if (
            told
            or (marked and folded[start:end] == "x")
            or (opened and (possessive or marked or not lead.strip(" \t" + _OPEN)))
        ):
            yield Removal(a, b, "handle")
            return


def _made_up(word: str) -> bool:
    """Four letters and more, and an underscore, figures at the end, a dot inside, or capitals and small letters mixed."""
    word = word.lstrip("@")
    letters = sum(c.isalpha() for c in word)
    if letters < 3:
        return False
    if "_" in word or "#" in word:
        return True
    if letters < 4:
        return False
    dotted = re.fullmatch(r"[a-z]{2,}(?:\.[a-z0-9]{2,})+|[A-Z]{2,}(?:\.[A-Z0-9]{2,})+", word) is not None
    camel = (
        re.search(r"[a-zà-ÿ][A-Z]", word) is not None
        and sum(c.isupper() for c in word) >= 2
        and word[0].islower()
    )
    return (word[0].isalpha() and word[-1].isdigit() and "-" not in word) or dotted or camel
