"""Plates of vehicles told by their form, where the text speaks of a vehicle.

In: text and its folded form. Out: removals of kind "plate". Forms and words: data/redaction/plates.toml.
The British form, capitals among small letters, needs no such word; the French one of 2009 is found by `identifiers`, and whatever
follows "plate" or "immatriculé", in any form, by `codes`.
Left out: forms that are quantities as well ("1500 KG"), unless a word of vehicles stands right before.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from vigie.lexicon.terms import data_toml
from vigie.redact.around import windows
from vigie.redact.references import with_misspelt
from vigie.redact.shape import shape
from vigie.redact.spans import Removal
from vigie.redact.words import words_at

_MARKS = r"[ \u00a0\-–·._/•|*]"
# "immatAB-123-CD"; the look-behinds stand after the first letter: the engine then skips from capital to capital.
_GLUED = r"[A-Z0-9](?:(?<![^\W_].)|(?<=immat.)|(?<=plaque.)|(?<=plate.)|(?<=\breg.))"
_PIECES = re.compile(rf"{_GLUED}[A-Z0-9]{{0,7}}(?:(?:{_MARKS}|-\n){{1,3}}[A-Z0-9]{{1,7}}){{0,8}}(?![^\W_])")
_PIECE = re.compile(r"[A-Za-z0-9]+")
_SMALL = re.compile(
    rf"(?<![^\W_])(?:[b-df-hj-np-tv-z]{{2}}{_MARKS}?\d{{3}}{_MARKS}?[b-df-hj-np-tv-z]{{2}}"
    rf"|[a-z]{{2}}\d\d{_MARKS}?[a-z]{{3}}|\d-[a-z]{{3}}-\d{{3}}|\d{{4}}{_MARKS}?[b-df-hj-np-tv-z]{{3}})(?![^\W_])"
)
_BRITISH = re.compile(r"[A-Z](?<!\w.)[A-Z]\d\d ?[A-HJ-PR-Z]{3}(?![\w-])")
_GERMAN = re.compile(r"[A-ZÄÖÜ]{1,3}[-–·. ]{1,2}[A-Z]{1,2}[-–·. ]{0,2}\d{1,4}[EH]?")
_SPANISH = re.compile(r"\d{4}[B-DF-HJ-NP-TV-Z]{3}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_FIGURE = re.compile(r"\d")
_AMOUNT = re.compile(
    r"\s?(?:g|gr|kg|mg|ml|cl|l|m|km|h|e|k|ans?|euros?|grammes?|kilos?|jours?|fois|heures?|years?|grams?|days?|people|%|€|£|\$|litres?|pieds|comprim\w+|tablets?|pills?|personn\w+)(?!\w)",
    re.IGNORECASE,
)
_AROUND = 24  # code points that must not all be capitals around a plate without a word
_MOST_GROUPS = 5
_CLOSE = 24  # code points between the word and a plate of a doubtful form
_LEAST, _MOST = 5, 10
_MISSPELT = ("immat", "registration", "licence")  # words that are often mistyped
Spans = Sequence[tuple[int, int]]


class _Lists(NamedTuple):
    context: tuple[str, ...]
    ahead: int
    back: int
    forms: frozenset[str]
    close: frozenset[str]
    not_letters: frozenset[str]


@cache
def _lists() -> _Lists:
    data = data_toml("redaction", "plates.toml")
    words = [word.replace("-", " ") for word in data["context"].split()]
    return _Lists(
        context=tuple(
            dict.fromkeys([*words, *with_misspelt([w for w in words if w.startswith(_MISSPELT)], set())])
        ),
        ahead=data["ahead"],
        back=data["back"],
        forms=frozenset(data["forms"].split()),
        close=frozenset(data["close"].split()),
        not_letters=frozenset(data["not_letters"].split()),
    )


def find_plates(text: str, folded: str) -> Iterator[Removal]:
    """Removals of kind "plate"."""
    lists = _lists()
    words = words_at(folded, lists.context)
    for low, high in windows(words, lists.back, lists.ahead, len(text)):
        if not _FIGURE.search(text, low, high):
            continue  # every form has one
        for match in _PIECES.finditer(text, low, high):
            yield from _plates(text, match.start(), match.end(), words, lists)
        for match in _SMALL.finditer(text, low, high):
            if _letters_may_be(match.group().upper(), lists) and not _AMOUNT.match(text, match.end()):
                yield Removal(match.start(), match.end(), "plate")
    for match in _BRITISH.finditer(text) if shape(text).plate else ():
        around = (
            text[max(0, match.start() - _AROUND) : match.start()] + text[match.end() : match.end() + _AROUND]
        )
        if any(map(str.islower, around)) and _letters_may_be(match.group(), lists):
            yield Removal(match.start(), match.end(), "plate")


def _plates(text: str, low: int, high: int, words: Spans, lists: _Lists) -> Iterator[Removal]:
    """The longest runs of pieces that have the form of a plate."""
    pieces = [piece.span() for piece in _PIECE.finditer(text, low, high)]
    at = 0
    while at < len(pieces):
        for last in range(min(len(pieces), at + _MOST_GROUPS), at, -1):
            start, end = pieces[at][0], pieces[last - 1][1]
            if _is_plate(text, start, end, [text[a:b] for a, b in pieces[at:last]], words, lists):
                yield Removal(start, end, "plate")
                at = last - 1
                break
        at += 1


def _is_plate(text: str, start: int, end: int, pieces: list[str], words: Spans, lists: _Lists) -> bool:
    written = "".join(pieces)
    if not _LEAST <= len(written) <= _MOST:
        return False
    form = "".join("D" if c.isdigit() else "L" for c in written)
    german = len(pieces) > 1 and _GERMAN.fullmatch(text, start, end) is not None
    if form not in lists.forms and not german:
        zero = re.sub(r"(?<=\d)O|O(?=\d)", "0", re.sub(r"(?<=\d)O|O(?=\d)", "0", written))
        form = "".join("D" if c.isdigit() else "L" for c in zero)
        if zero == written or form not in lists.forms:
            return False
    if not _letters_may_be(" ".join(pieces), lists) or _AMOUNT.match(text, end):
        return False
    if _SPANISH.fullmatch(written) and not _YEAR.match(written):
        return True
    doubtful = form in lists.close and not re.search(r"[A-Z]-[A-Z0-9]|\d-[A-Z]", text[start:end])
    if doubtful and any(_YEAR.fullmatch(piece) for piece in pieces):
        return False  # "SI 2018"
    return not doubtful or _stands_before(words, start)


def _stands_before(words: Spans, start: int) -> bool:
    at = bisect_left(words, (start, 0)) - 1
    return at >= 0 and words[at][1] >= start - _CLOSE


def _letters_may_be(written: str, lists: _Lists) -> bool:
    """Whether no group of letters is an acronym, a unit or a word."""
    return not any(group in lists.not_letters for group in re.findall(r"[A-Z]{2,}", written))
