"""Account names on messengers and social networks.

In: text. Out: removals of kind "handle". The word of the channel stays: that a sale goes over Snapchat is what Vigie
counts. Left out: hashtags; a plain word after "Snapchat :" in running text (a headline, not an account).
Cues: data/redaction/handles.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from vigie.lexicon.terms import data_toml
from vigie.redact.around import around
from vigie.redact.shape import shape
from vigie.redact.spans import Removal
from vigie.redact.words import marks_at, words_at

_MENTION = re.compile(
    r"@(?<![\w@/.]@)[ \u00a0]?[._]?(?=[\w.]{0,40}[A-Za-zÀ-ÿ_])[\w](?:[\w.\-]{0,40}\w|_)?_{0,3}"
)
_TAGGED = re.compile(r"(?<![\w#@])[A-Za-z][\w.]{1,31}#\d{4}(?!\w)")
_CASH = ("cashapp", "cash app", "cashtag", "venmo", "paypal", "revolut", "lydia", "wero", "chime", "zelle")
_CASHTAG = re.compile(
    r"\$(?<![\w$]\$)[A-Za-z][\w-]{2,}(?:[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?[\w-]{2,})*"
)
_SESSION = re.compile(r"05(?<!\w05)[0-9a-fA-F]{64}(?!\w)")
_MATRIX = re.compile(r"@(?<!\w@)[\w.\-=]{1,40}:[a-z0-9.\-]{3,60}")
_TOKEN = r"@?[A-Za-zÀ-ÿ0-9_](?:[\w.\-]{0,38}[\w_]|[\w_]?)"
_REDDIT = re.compile(r"/?u/(?<![\w/]u/)(?<![\w/]/u/)[\w-]{5,20}(?!\w)")
_UNDERSCORED = re.compile(r"[A-Za-z](?<![\w@./#].)[A-Za-z0-9]*_[\w.]{2,40}")
_GHOST = re.compile(rf"👻\ufe0f?\s?[:=]?\s?({_TOKEN})")
_THREEMA_WORD = re.compile("threema")
_THREEMA = re.compile(r"(?<!\w)[*A-Z0-9][A-Z0-9]{7}(?!\w)")
_BEFORE_SPACED = re.compile(
    r"(?<!\w)(?:snap\w{0,4}|insta\w{0,4}|tele?gram\w{0,2}|tg|signal|wickr(?:\sme)?|threema|discord|tik\s?tok|twitter|x|ig|sc|whatsapp|suivez|suis|ajoute\S{0,5}|"
    r"follow|add(?:\sme)?|tape|type|contact\w{0,4}|compte|account|find|ecri\w{1,4}|wrote)(?!\w)[^.!?\n]{0,24}$"
)
_ENDS = re.compile(r"\s*(?:$|[\n.,;!?|)/\]•·]|\s[-–]\s|\s(?:ou|or|et|and|pour|for|sur|on)\s|[^\w\s])")


@cache
def _lists() -> tuple[frozenset[str], re.Pattern[str], re.Pattern[str], tuple[str, ...]]:
    data = data_toml("redaction", "handles.toml")
    cues = "|".join(re.escape(c) for c in sorted(data["short"], key=len, reverse=True))
    listed = re.compile(
        rf"(?<![\w@./])({cues})(?:\s?\([a-z ]{{1,12}}\))?\s{{0,2}}(:|=|->|=>|→|➡|👉|;|\||-|–|/)\s{{0,3}}@?({_TOKEN})"
    )
    told = re.compile(
        rf"(?<![\w@./])(?:mon|ma|my|notre|our|son|his|her|leur|their|le|the|nouveau|new)\s(?:nouveau\s|new\s|compte\s|pseudo\s)?"
        rf"(?:{cues})(?:\s(?:id|pseudo|compte|account|name|username))?\s?,?\s?(?:c'?\s?est|is|est|s'appelle|=|:)\s?:?\s?[\"«“']?\s?({_TOKEN})"
        rf"|(?<![\w@./])(?:ajoute[rz]?|add|rajoute[rz]?|follow|find|hit|dm|text|msg|contacte[rz]?|contact|ecri[st]|ecrivez|message|suis|suivez|reach|join)"
        rf"(?:[- ](?:moi|me|nous|us|up))?\s(?:(?:sur|on|via|at|mon|my|le|the|par)\s){{0,2}}(?:{cues})\s?[:=(\"«-]{{0,2}}\s?({_TOKEN})"
        rf"|(?<![\w@./])(?:skype|telegram|snap|insta|kik|wickr|discord)\s?\(\s?({_TOKEN})\s?\)"
        rf"|(?<![\w@./])(?:ajoute[rz]?|add|rajoute[rz]?|follow|find|hit|dm|text|msg|contact|je suis|i'm"
        rf"|im|i am|moi c'est|c'est|suis|cherche[rz]?|search)"
        rf"(?:[- ](?:moi|me|nous|us|up))?\s(?:(?:a|at|with|avec)\s)?({_TOKEN})\s(?:sur|on|via)\s(?:{cues})(?!\w)"
    )
    return frozenset(data["not_account"].split()), listed, told, tuple(data["short"])


@cache
def _sure() -> tuple[tuple[str, ...], re.Pattern[str]]:
    """Channel words after which a made-up word is an account even without a mark: "snap fleur_13"."""
    cues = tuple(data_toml("redaction", "handles.toml")["sure"])
    return cues, re.compile(
        rf"(?:me\s|moi\s|us\s|nous\s)?(as\s|at\s|under\s|a\s|id\s|sous le nom de\s|sous le pseudo\s)?"
        rf"[:=👉>-]{{0,2}}\s?[\"“(]?\s?({_TOKEN})"
    )


def find_handles(text: str, folded: str) -> Iterator[Removal]:
    """Removals of kind "handle"."""
    for match in around(_MATRIX, text, marks_at(folded, ("@",)), 0, 110):
        yield Removal(match.start(), match.end(), "handle")
    for match in around(_MENTION, text, marks_at(folded, ("@",)), 0, 60):
        word = match.group()
        if word[1] in " \u00a0" and not (
            word[2].isalpha() and (_looks_made_up(word[2:]) or _is_after_channel(folded, match.start(), word))
        ):
            continue  # "50 € @ 2 g": a price, not an account
        yield Removal(match.start(), match.end(), "handle")
    for start, end in words_at(folded, _CASH):
        for match in _CASHTAG.finditer(text, max(0, start - 40), min(len(text), end + 60)):
            yield Removal(match.start(), match.end(), "handle")
    for match in around(_TAGGED, text, marks_at(folded, ("#",)), 34, 6):
        yield Removal(match.start(), match.end(), "handle")
    for match in _SESSION.finditer(text) if shape(text).long_word else ():
        yield Removal(match.start(), match.end(), "handle")
    plain, listed, told, cues = _lists()
    for start, end in _near(cues, folded):
        for match in listed.finditer(folded, max(0, start - 4), min(len(folded), end + 60)):
            a, b = match.span(3)
            if folded[a:b] not in plain and _may_be_account(text, folded, a, b, match.group(2)):
                yield Removal(a, b, "handle")
        for match in told.finditer(folded, max(0, start - 90), min(len(folded), end + 60)):
            group = next(i for i in range(1, 5) if match.group(i) is not None)
            a, b = match.span(group)
            if folded[a:b].lstrip("@") not in plain and (group != 4 or _looks_made_up(text[a:b])):
                yield Removal(a, b, "handle")
    yield from _unmarked(text, folded, plain)
    for match in around(_REDDIT, text, marks_at(folded, ("u/",)), 2, 24):
        if not any(c.isdigit() for c in text[max(0, match.start() - 2) : match.start()]):
            yield Removal(match.start(), match.end(), "handle")  # not "500 u/litre"
    for cue in around(_THREEMA_WORD, folded, marks_at(folded, ("threema",)), 0, 0):
        for match in _THREEMA.finditer(text, cue.end(), min(len(text), cue.end() + 40)):
            yield Removal(match.start(), match.end(), "handle")
            break


def _is_after_channel(folded: str, start: int, word: str) -> bool:
    """Whether the sentence before a spaced sign names a channel, or a verb asks to follow: "Telegram : @ name"."""
    return len(word) > 6 and _BEFORE_SPACED.search(folded[max(0, start - 40) : start]) is not None


def _unmarked(text: str, folded: str, plain: frozenset[str]) -> Iterator[Removal]:
    """A made-up word directly after the word of a channel; one with an underscore anywhere beside it."""
    cues, pattern = _sure()
    if "_" in text:
        for start, end in _near(cues, folded):
            for word in _UNDERSCORED.finditer(text, max(0, start - 60), min(len(text), end + 60)):
                if len(word.group()) >= 6:
                    yield Removal(word.start(), word.end(), "handle")
    for _, end in words_at(folded, cues):
        if folded[end : end + 1] in (" ", ":"):
            match = pattern.match(folded, end + 1)
            if match and match.group(2) not in plain:
                a, b = match.span(2)
                if _is_account(text[a:b], named=match.group(1) is not None):
                    yield Removal(a, b, "handle")
    for match in around(_GHOST, text, marks_at(folded, ("👻",)), 0, 50):
        if _is_account(match.group(1), named=True):
            yield Removal(*match.span(1), "handle")


def _is_account(word: str, *, named: bool) -> bool:
    """Four letters and an underscore, a figure at the end or a dot inside; after "as", an inner capital is enough."""
    letters = sum(c.isalpha() for c in word)
    if letters < 4:
        return False
    dotted = re.search(r"[a-z]\.[a-z]", word) is not None and word == word.lower()
    camel = re.search(r"[a-z][A-Z]", word) is not None
    return "_" in word or (word[0].isalpha() and word[-1].isdigit()) or dotted or (named and camel)


def _near(cues: tuple[str, ...], folded: str) -> list[tuple[int, int]]:
    """Where channel words stand; those that stand close together make one stretch."""
    merged: list[tuple[int, int]] = []
    for start, end in words_at(folded, cues):
        if merged and start - merged[-1][1] < 60:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _looks_made_up(word: str) -> bool:
    """A token no language has as a word: figures with letters, underscores, inner dots or capitals."""
    letters = any(c.isalpha() for c in word)
    return letters and (
        any(c.isdigit() for c in word)
        or "_" in word
        or "." in word.strip(".")
        or (any(c.isupper() for c in word[1:]) and any(c.islower() for c in word))
        or len(word) >= 18
    )


def _may_be_account(text: str, folded: str, start: int, end: int, mark: str) -> bool:
    word = text[start:end]
    if not any(c.isalpha() or c == "_" for c in word):
        return mark in (":", "=") and sum(c.isdigit() for c in word) >= 5
    if text[start - 1] == "@" or _looks_made_up(word):
        return not re.fullmatch(r"\d+(?:[.,]\d+)?(?:e|eur|g|kg|mg|h|k|€)", folded[start:end])
    if mark in ("-", "–", "/", ";", "|"):
        return False
    return bool(_ENDS.match(folded, end))
