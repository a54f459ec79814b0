"""Runs of capitalised words, the only places where a name is looked for.

In: text. Out: runs of tokens; words joined by one space, by a particle ("de", "van", "ben") or by an initial's full stop.
Left out: names in lower case (`name_context`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from vigie.redact.wordlists import UPPER

# The look-behind stands after the first letter: the engine then skips from capital to capital.
_INITIAL_TAIL = rf"(?:[hH]?|['’][{UPPER}])\.(?:[ \u00a0]?-?[{UPPER}]\.)*(?![{UPPER}]\.)"
_WORD_TAIL = rf"(?:(?<=[ODNM])['’][{UPPER}]\w)?\w*+(?:(?:-(?=\w)|['’](?=[{UPPER}]\w)(?<=\w\w['’])|['’](?=h\b)(?<=[cC]['’]))\w*+)*+"
_TOKEN = re.compile(rf"[{UPPER}](?<![\w@#].)(?:{_INITIAL_TAIL}|{_WORD_TAIL})")
PARTICLE = (
    "de|du|des|da|do|dos|das|di|del|della|van|von|der|den|ter|ten|el|al|i|ben|bin|ibn|ould|la|le|les|y|aït|ait|zu|bint|de la|de los|"
    "van der|van den|van de|von der|ter|av|af|ap|nic|ní|ó|ua|zum|zur|lo|della|dalla|dello|degli|ult|d['’]|de l['’]|l['’]"
)
_GAP = re.compile(rf"[ \u00a0\u202f](?:(?:{PARTICLE})(?:(?<=['’])|[ \u00a0\u202f]))?")
_ABBREVIATED = frozenset(
    [
        "st",
        "ste",
        "sgt",
        "det",
        "insp",
        "capt",
        "lt",
        "col",
        "gen",
        "supt",
        "rev",
        "hon",
        "sen",
        "rep",
        "gov",
        "dr",
        "drs",
        "mr",
        "mrs",
        "ms",
        "mme",
        "mlle",
        "pr",
        "prof",
        "me",
    ]
)


def _class(char: str) -> str:
    """A capital, another letter or figure, a mark that may go on with a word, a sign before which no word begins."""
    if char == "?":  # or what is outside Latin-1
        return char
    if char.isupper():
        return "A"
    return "a" if char.isalnum() or char == "_" else char if char in "-'.@" else "@" if char == "#" else " "


_CLASSES = bytes(ord(_class(chr(code))) for code in range(256))
# A capital and the letters after it are a word where no mark follows, nor, of three or more, anything but a full stop; the other
# places where one may begin are left to _TOKEN. A class alone says nothing about what is outside Latin-1.
_PLACES = re.compile(rb"[A?](?<![Aa@].)(?:(?<=A)(?<!\?.)([Aa]*+(?![-'.?])|[Aa]{2,}+(?=\.)))?")
_FAR = 12  # code points between two words that no run bridges
Span = tuple[int, int]


class Token(NamedTuple):
    """A capitalised word or an initial at [start, end); `low` is its folded form."""

    start: int
    end: int
    low: str
    caps: bool  # all letters upper case, two or more

    @property
    def initial(self) -> bool:
        return self.low.endswith(".")


def runs(text: str, folded: str) -> tuple[list[Span], list[list[Span]]]:
    """Capitalised words that stand alone, and runs of several, each in order."""
    lone: list[Span] = []
    several: list[list[Span]] = []
    before: Span | None = None
    run: list[Span] | None = None
    last = -_FAR
    for word in _tokens(text):
        start, end = word
        if before and start - last < _FAR and _joined(text, folded, before, start):
            if run is None:
                run = [before]
                several.append(run)
            run.append(word)
        else:
            if before and run is None:
                lone.append(before)
            run = None
        before, last = word, end
    if before and run is None:
        lone.append(before)
    return lone, several


def _tokens(text: str) -> Iterator[Span]:
    """The spans of the matches of _TOKEN, tried only where a class of characters does not tell them."""
    last = 0
    latin = text.replace("’", "'").encode("latin-1", "replace")
    for place in _PLACES.finditer(latin.translate(_CLASSES)):
        start, end = place.span()
        if start < last:
            continue
        if place.lastindex is None:
            found = _TOKEN.match(text, start)
            if found is None:
                continue
            end = found.end()
        last = end
        yield start, end


def token_at(text: str, folded: str, start: int, end: int) -> Token:
    """The token at [start, end)."""
    return Token(
        start, end, folded[start:end], end - start > 1 and text[start:end].isupper() and text[end - 1] != "."
    )


def _joined(text: str, folded: str, before: Span, start: int) -> bool:
    """Whether a word belongs to the run that ends with the word `before`."""
    low, last = before
    gap = text[last:start]
    if gap == " ":
        return True
    if not gap:
        return text[last - 1] == "." or folded[last - 1] == "."
    return _bridges(gap) or (gap == ". " and folded[low:last] in _ABBREVIATED)


@lru_cache(maxsize=1 << 12)
def _bridges(gap: str) -> bool:
    """Whether a blank, or a particle between blanks, joins two words of a name."""
    return _GAP.fullmatch(gap) is not None
