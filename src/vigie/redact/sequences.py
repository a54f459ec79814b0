"""Runs of capitalised words, the only places where a name is looked for.

In: text. Out: runs of tokens; words joined by one space, by a particle ("de", "van", "ben") or by an initial's full stop.
Left out: names in lower case (`name_context`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from vigie.redact.wordlists import UPPER

# The look-behind stands after the first letter: the engine then skips from capital to capital.
_INITIAL_TAIL = rf"(?:[hH]?|['’][{UPPER}])\.(?:[ \u00a0]?-?[{UPPER}]\.)*(?![{UPPER}]\.)"
_WORD_TAIL = rf"(?:(?<=[ODNM])['’][{UPPER}]\w)?(?:\w|-(?=\w)|['’](?=[{UPPER}]\w)(?<=\w\w['’])|['’](?=h\b)(?<=[cC]['’]))*"
_TOKEN = re.compile(rf"[{UPPER}](?<![\w@#].)(?:{_INITIAL_TAIL}|{_WORD_TAIL})")
PARTICLE = (
    "de|du|des|da|do|dos|das|di|del|della|van|von|der|den|ter|ten|el|al|i|ben|bin|ibn|ould|la|le|les|y|aït|ait|zu|bint|de la|de los|"
    "van der|van den|van de|von der|ter|av|af|ap|nic|ní|ó|ua|zum|zur|lo|della|dalla|dello|degli|ult|d['’]|de l['’]|l['’]"
)
_GAP = re.compile(rf"[ \u00a0\u202f](?:(?:{PARTICLE})(?:(?<=['’])|[ \u00a0\u202f]))?|(?<=\.)")
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


# Capitals of Latin-1, and whatever is outside it, by class; the pattern decides.
_CASES = bytes(65 if chr(code).isupper() or code == 63 else 32 for code in range(256))
_CAPITALS = re.compile(rb"A+")
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
    run: list[Span] = []
    last = -_FAR
    for found in _tokens(text):
        word = found.span()
        if before and word[0] - last < _FAR and _joined(text, folded, before, word[0]):
            if not run:
                run = [before]
                several.append(run)
            run.append(word)
        else:
            if before and not run:
                lone.append(before)
            run = []
        before, last = word, word[1]
    if before and not run:
        lone.append(before)
    return lone, several


def _tokens(text: str) -> Iterator[re.Match[str]]:
    """The matches of _TOKEN, tried only where a class of characters says that a capital may stand."""
    end = 0
    for place in _CAPITALS.finditer(text.encode("latin-1", "replace").translate(_CASES)):
        for start in range(max(end, place.start()), place.end()):
            if start >= end and (found := _TOKEN.match(text, start)):
                end = found.end()
                yield found


def token_at(text: str, folded: str, start: int, end: int) -> Token:
    """The token at [start, end)."""
    return Token(
        start, end, folded[start:end], end - start > 1 and text[start:end].isupper() and text[end - 1] != "."
    )


def _joined(text: str, folded: str, before: Span, start: int) -> bool:
    """Whether a word belongs to the run that ends with the word `before`."""
    low, last = before
    gap = text[last:start]
    return (
        gap == " "
        or _GAP.fullmatch(text, last, start) is not None
        or (gap == ". " and folded[low:last] in _ABBREVIATED)
        or (gap == "" and folded[low:last].endswith("."))
    )
