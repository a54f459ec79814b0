"""References of parcels, vouchers, orders, invitations and keys, and numbers of patients, that a word announces.

In: text and its folded form. Out: removals: the first word with a figure after the announcing one, or the one that stands before it
("…, that's your tracking"). Words and lengths: data/redaction/references.toml; words of seven letters and more also with one letter
missing or two exchanged. Also what proves itself: numbers of postal items (UPU S10).
Left out: references of laws, samples, studies and cases, which no such word announces; codes that are words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from vigie.lexicon.terms import data_toml
from vigie.redact.shape import shape
from vigie.redact.spans import Removal
from vigie.redact.words import words_at

_TOKEN = re.compile(r"[A-Za-z0-9$#?&=+][\w\-/.#?&=+:]*[A-Za-z0-9]|[A-Za-z0-9]")
_STOP = re.compile(r"[.!?…;](?=\s|$)|\n\n|\[[^\W\d_]{2,20}\]|\ue000")
_MORE = re.compile(r"(?:[ \u00a0.\-]{1,2}|\n)(?=[A-Z]{0,4}\d|[A-Z]{1,3}(?![^\W_]))[A-Z0-9\-/]+(?![a-z])")
_LEFT = re.compile(r"(?:(?<![^\W_])[A-Z]{1,5}[ \u00a0]){1,2}$")
_AMOUNT = re.compile(
    r"[\d.,]+\s?(?:g|gr|kg|mg|ml|cl|l|m|km|h|e|k|ans?|euros?|balles|pilules?|comprim\w+|grammes?|kilos?|tonnes?|jours?|fois|heures?|mois|years?|grams?|days?|people|weeks?"
    r"|months?|personn\w+|pills|tabs|posts|%|€|£|\$|x\d+)(?!\w)|\d{1,2}[h:]\d\d",
    re.IGNORECASE,
)
_AMOUNT_OR_LITTLE = re.compile(r"\d{1,3}(?:\s?(?:€|£|\$|e|euros?|balles|quid))?(?![\w-])(?!\s\d)")
_MARKED = re.compile(r"[.:°#=]{1,2}[ ]?")  # "Patient no. K09"
_DATE = re.compile(
    r"(?:19|20)\d\d(?:[-–/](?:19|20)?\d\d)*$|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$|\d{4}-\d\d-\d\d$|\d+[.,]\d+$"
)
_SUBSTANCE = re.compile(r"\d{1,2}-?[A-Za-z]{2,5}|[A-Za-z]{1,4}-?\d{1,4}|[A-Z]{2,4}/[A-Z]{2,4}")
_BACK = re.compile(
    r"[\s,:;»”\"'’)\]\-–]{1,4}(?:(?:is|was|are|est|c'est|cest|ca c'est|voila|voici|there's|theres|that's|thats|it's|here's|=)\s)?"
    r"(?:(?:l'|the|my|your|his|her|their|our|an?|le|la|les|ton|ta|mon|ma|son|sa|leur|notre|ce|cette|une?|new|nouveau|nouvelle"
    r"|id de|id of|numero de|n°)[\s'’]{0,2}){0,3}(?:[a-z]+\s)?$"
)
_TOLD = re.compile(r"\(|(?:is|was|est|c'est|cest|voila|voici|there's|theres|that's|thats|it's|here's|=)\s")
_ITEM = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}[ ]?[A-Z]{2}(?![A-Za-z0-9])")
_LEAST_TYPED = 7  # letters of a word of which misspellings are read
_FAR = 70
_MOST = 40  # letters and figures of a reference


class _Group(NamedTuple):
    kind: str
    words: tuple[str, ...]
    least: int
    digits: int
    letters: bool
    blanks: bool
    reach: int


@cache
def _groups() -> tuple[_Group, ...]:
    groups = data_toml("redaction", "references.toml")["group"]
    known = {word for entry in groups for word in _plain(entry["words"])}
    return tuple(
        _Group(
            entry["kind"],
            tuple(dict.fromkeys([*with_misspelt(_plain(entry["words"]), known), *_numbered(entry)])),
            entry["least"],
            entry["digits"],
            entry["letters"],
            entry["blanks"],
            entry["reach"],
        )
        for entry in groups
    )


def _plain(listed: str) -> list[str]:
    return [word.replace("-", " ") for word in listed.split()]


def _numbered(entry: dict[str, str]) -> Iterator[str]:
    """The words of `numbered`, each with each word for a number."""
    for word in _plain(entry.get("numbered", "")):
        yield from (f"{word} {number}" for number in ("no", "n°", "number", "num", "id", "ref", "numero"))
        yield from (f"{number} {word}" for number in ("n°", "numero", "num", "numero de", "numero d'"))


def with_misspelt(words: list[str], known: set[str]) -> dict[str, None]:
    """The words, and those of several parts or of seven letters with a letter missing or two neighbours exchanged."""
    found = dict.fromkeys(words)
    for word in words:
        first, _, rest = word.partition(" ")
        if len(first) < _LEAST_TYPED:
            continue
        for at in range(1, len(first) - 1):
            for typed in (
                first[:at] + first[at + 1 :],
                first[:at] + first[at + 1] + first[at] + first[at + 2 :],
            ):
                said = f"{typed} {rest}".strip()
                if said not in known:
                    found.setdefault(said)
    return found


def find_references(text: str, folded: str) -> Iterator[Removal]:
    """Removals of announced references, and of numbers of postal items."""
    for group in _groups():
        for start, end in words_at(folded, group.words):
            if text[start - 1 : start] == "[" and text[end : end + 1] == "]":
                continue  # a placeholder is no cue
            span = _after(text, end, group)
            if span is None:
                span = _before(text, folded, start, group)
            if span:
                yield Removal(*span, group.kind)
    if shape(text).country_digits:
        for match in _ITEM.finditer(text):
            yield Removal(match.start(), match.end(), "national-id")


def _after(text: str, end: int, group: _Group) -> tuple[int, int] | None:
    """The first word with a figure after the announcing one, if it is a reference."""
    high = min(len(text), end + group.reach)
    begins = _MARKED.match(text, end)
    at = begins.end() if begins else end
    stop = _STOP.search(text, at, high)
    limit = stop.start() if stop else high
    for token in _TOKEN.finditer(text, at):
        if token.start() >= limit:
            return None
        if not any(map(str.isdecimal, token.group())):
            continue
        if group.kind == "card" and _AMOUNT_OR_LITTLE.match(text, token.start()):
            continue  # "a paysafe of 50: 0417 …"
        return _reference(text, token.start(), token.end(), group)
    return None


def _before(text: str, folded: str, start: int, group: _Group) -> tuple[int, int] | None:
    """A reference told before its word: "X is his reg", "(X) tracking"."""
    low = max(0, start - _FAR)
    last = None
    for token in _TOKEN.finditer(text, low, start):
        if any(map(str.isdecimal, token.group())):
            last = token
    if last is None:
        return None
    if group.blanks:  # the beginning of several pieces
        first = last.start()
        while True:
            pieces = re.search(r"(?<![^\W_])[A-Z]{0,3}\d*[ \u00a0]$", text[low:first])
            if pieces is None or not pieces.group().strip():
                break
            first = low + pieces.start()
    else:
        first = last.start()
    end = last.end()
    between = folded[end:start]
    if not _BACK.fullmatch(between) or not (_TOLD.search(between) or between.strip() in (",", ":", "-")):
        return None
    span = _reference(text, first, end, group)
    if span is None or span[1] != end or not any(map(str.isalpha, text[slice(*span)])):
        return None
    return span


def _reference(text: str, start: int, end: int, group: _Group) -> tuple[int, int] | None:
    word = text[start:end]
    if _AMOUNT.match(text, start) or _DATE.match(word) or _SUBSTANCE.fullmatch(word):
        return None
    if text[start - 1 : start] in ("@", "-", "/") or "://" in word:
        return None
    if group.blanks:
        while more := _MORE.match(text, end):
            if (
                _AMOUNT.match(text, more.start() + 1)
                or sum(map(str.isalnum, text[start : more.end()])) > _MOST
            ):
                break
            end = more.end()
        left = _LEFT.search(text, max(0, start - 13), start)
        if left and not text[max(0, left.start() - 12) : left.start()].isupper():
            start = left.start()
    written = text[start:end]
    size = sum(map(str.isalnum, written))
    if size < group.least or size > _MOST or sum(map(str.isdecimal, written)) < group.digits:
        return None
    if group.letters and not (any(map(str.isalpha, written)) or written[0] == "#"):
        return None
    return start, end
