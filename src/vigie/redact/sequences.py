"""Runs of capitalised words, the only places where a name is looked for.

In: text. Out: runs of tokens; words joined by one space, by a particle ("de", "van", "ben") or by an initial's full stop.
Left out: names written in lower case, which only a contact cue could tell from words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from vigie.redact.wordlists import UPPER

# The look-behind stands after the first letter: the engine then skips from capital to capital.
_INITIAL_TAIL = rf"[hH]?\.(?:[ \u00a0]?-?[{UPPER}]\.)*(?![{UPPER}]\.)"
_WORD_TAIL = rf"(?:(?<=[ODNM])['’][{UPPER}]\w)?(?:\w|-(?=\w)|['’](?=[{UPPER}]\w)(?<=\w\w['’]))*"
_TOKEN = re.compile(rf"[{UPPER}](?<![\w@#].)(?:{_INITIAL_TAIL}|{_WORD_TAIL})")
_PARTICLES = (
    "de|du|des|da|do|dos|das|di|del|della|van|von|der|den|ter|ten|el|al|i|ben|bin|ibn|ould|la|le|les|y|aït|ait|zu|bint|de la|de los|"
    "van der|van den|van de|von der|d['’]|de l['’]|l['’]"
)
_GAP = re.compile(rf"[ \u00a0\u202f](?:(?:{_PARTICLES})(?:(?<=['’])|[ \u00a0\u202f]))?|(?<=\.)")
_ABBREVIATED = frozenset(
    [
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


# Latin-1 capitals; the question mark stands for every character outside Latin-1, which may be one.
_CAPITALS = bytes(65 if chr(code) in UPPER or chr(code) == "?" else 32 for code in range(256))
_CAPITAL = re.compile(rb"A")
_MANY = 6  # where one character in so many may be a capital, the pattern itself finds them faster


class Token(NamedTuple):
    """A capitalised word or an initial at [start, end); `low` is its folded form."""

    start: int
    end: int
    low: str
    caps: bool  # all letters upper case, three or more

    @property
    def initial(self) -> bool:
        return self.low.endswith(".")


def runs(text: str, folded: str, skipped: frozenset[str] = frozenset()) -> Iterator[list[Token]]:
    """Capitalised runs in order, without the lone words in `skipped`."""
    current: list[tuple[int, int]] = []
    last = 0
    for start, end in _words(text):
        if current and not (start - last < 12 and _joined(text, folded, current[-1], start)):
            if len(current) > 1 or folded[current[0][0] : last] not in skipped:
                yield [_token(text, folded, *word) for word in current]
            current = []
        current.append((start, end))
        last = end
    if current and (len(current) > 1 or folded[current[0][0] : last] not in skipped):
        yield [_token(text, folded, *word) for word in current]


def _words(text: str) -> Iterator[tuple[int, int]]:
    """Where capitalised words stand."""
    capitals = text.encode("latin-1", "replace").translate(_CAPITALS)
    if capitals.count(b"A") * _MANY > len(text):
        yield from (match.span() for match in _TOKEN.finditer(text))
        return
    end = 0
    for capital in _CAPITAL.finditer(capitals):
        start = capital.start()
        match = _TOKEN.match(text, start) if start >= end else None
        if match:
            end = match.end()
            yield start, end


def _token(text: str, folded: str, start: int, end: int) -> Token:
    return Token(start, end, folded[start:end], end - start > 2 and text[start:end].isupper())


def _joined(text: str, folded: str, before: tuple[int, int], start: int) -> bool:
    """Whether a word belongs to the run that ends with the word `before`."""
    low, last = before
    gap = text[last:start]
    return (
        gap == " "
        or _GAP.fullmatch(text, last, start) is not None
        or (gap == ". " and folded[low:last] in _ABBREVIATED)
        or (gap == "" and folded[low:last].endswith("."))
    )
