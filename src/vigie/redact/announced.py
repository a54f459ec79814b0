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
_NAMED = re.compile(
    r"(?:(?:nomme|intitule|appele|baptise)e?s?|named|called|sous le (?:compte|pseudo|nom)|under the (?:account|name|handle))\W{1,3}$"
)
_POSSESSIVE = re.compile(r"(?:\b(?:son|sa|mon|ma|notre|votre|leur|ton|his|her|my|our|your|their|the|le)\s)$")
_SIGNAL_NAME = re.compile(r"(?<![\w.@])[^\W\d_][\w]{2,31}\.\d{2,4}(?![\w]|\.\d)")
_THREEMA = re.compile(r"(?<!\w)(?=[*A-Z0-9]{0,7}\d)[*A-Z0-9][A-Z0-9]{7}(?!\w)")
_TO_CHANNEL = re.compile(
    r"[\s»”\"'’`*_)\]}>👈,:;.-]{1,6}(?:\(|(?:(?:sur|on|via|in|dans|a|an|un|une|le|la|the|son|his|her|mon|my|leur|their|compte|account|canal|"
    r"channel|recherche|search|profil|profile|de|du|of|et|and|par|avec|with|from|using|est|is|pseudo|id|ou|or|d'un|l'application|application|app)"
    r"[\s'’(«“\"]{1,3}){0,6})?#?"
)
_TO_CHANNEL_STRICT = re.compile(
    r"[\s»”\"'’`*)\]}>👈]{1,4}(?:sur|on|via|(?:dans\s(?:la\s)?|in\s(?:the\s)?)(?:recherche\s)?)\s?#?|\s?[»”\"'’`*)\]}>👈]{0,3},?\s(?:un\scompte|a|an|le\scompte|the)\s#?"
)
_VERB = re.compile(
    r"(?:ajoute[rz]?|suivez|suis|suivre|cherche[rz]?|tape[rz]?|trouve[rz]?|ecri\w+|contacte[rz]?|add|follow|find|search|type|wrote|write|hit|dm|contact|"
    r"message|sous|as|named|user|utilisateur|pseudo|nomme)(?:[\s-](?:moi|me|us|nous|for|up|a|to|sous|as|le|the)){0,3}[\s:«“\"'‘`*@(\[👉]{1,4}$"
)
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
        yield from _before(text, folded, start, plain)
        yield from _after(text, folded, start, end, high, word in ambiguous, plain, announcing)
        if word == "signal":
            for name in _SIGNAL_NAME.finditer(text, max(0, start - 60), min(len(text), end + 70)):
                yield Removal(name.start(), name.end(), "handle")
        if word == "threema":
            for code in _THREEMA.finditer(text, max(0, start - 50), start):
                yield Removal(code.start(), code.end(), "handle")


def _before(text: str, folded: str, start: int, plain: frozenset[str]) -> Iterator[Removal]:
    """An account told before its channel: "follow name_13 on Telegram"."""
    low = max(0, start - 70)
    stops = [stop.end() for stop in _STOP.finditer(text, low, start)]
    low = stops[-1] if stops else low
    for token in _TOKEN.finditer(text, low, start):
        a, b = token.span()
        if a and (text[a - 1].isalnum() or text[a - 1] in "/.\\"):
            continue
        word = folded[a:b].lstrip("@")
        if word in plain or len(word) < 4 or _MEASURE.fullmatch(word):
            continue
        gap = _TO_CHANNEL.fullmatch(folded, b, start) is not None
        if (gap and _made_up(text[a:b])) or (
            _TO_CHANNEL_STRICT.fullmatch(folded, b, start)
            and _VERB.search(folded[max(0, a - 30) : a])
            and len(word) >= 5
        ):
            yield Removal(a, b, "handle")


def _is_x(text: str, start: int, end: int) -> bool:
    """The network, not a sign of multiplication or a letter: "sur X", "X :", "son X (name)"."""
    if text[start] != "X" or (start and text[start - 1] not in " \n(#'’"):
        return False
    if text[end : end + 1] in (":", "=") and text[end + 1 : end + 2].isalpha():
        return True
    before = text[max(0, start - 8) : start].rstrip().lower()
    return (
        before.endswith(
            (
                "sur",
                "on",
                "via",
                "mon",
                "son",
                "my",
                "his",
                "her",
                "leur",
                "their",
                "vers",
                "to",
                "nouveau",
                "new",
                "compte",
                "profil",
                "canal",
                "pseudo",
                "account",
                "profile",
                "par",
                "through",
                "recherche",
                "the",
                "un",
                "an",
                "user",
                "utilisateur",
            )
        )
        or text[end : end + 3] == " ->"
        or text[end : end + 2] == " →"
        or text.startswith(" (", end)
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
        if _NAMED.search(lead) and len(low) >= 5 and low == text[a:b].lstrip("@"):
            yield Removal(a, b, "handle")
            return
        if len(low) < 4 or not _ENDS.match(text, b):
            continue
        if (
            told
            or (marked and folded[start:end] == "x")
            or (
                opened
                and not _is_capitalised(text[a:b], possessive=possessive)
                and (possessive or marked or not lead.strip(" \t" + _OPEN))
            )
        ):
            yield Removal(a, b, "handle")
            return


def _is_capitalised(word: str, *, possessive: bool) -> bool:
    """Instagram (Meta): a name of something, unless somebody owns the channel."""
    return not possessive and word[:1].isupper() and word[1:].islower()


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
