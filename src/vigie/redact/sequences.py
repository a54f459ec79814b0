"""Runs of capitalised words, the only places where a name is looked for.

In: text. Out: runs of tokens; words joined by one space, by a particle ("de", "van", "ben") or by an initial's full stop.
Left out: names written in lower case, which only a contact cue could tell from words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Token:
    """A capitalised word or an initial at [start, end); `low` is its folded form."""

    start: int
    end: int
    low: str
    caps: bool  # all letters upper case, three or more

    @property
    def initial(self) -> bool:
        return self.low.endswith(".")


def runs(text: str, folded: str) -> Iterator[list[Token]]:
    """Capitalised runs in order."""
    current: list[Token] = []
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        word = match.group()
        token = Token(start, end, folded[start:end], len(word) > 2 and word.isupper())
        if current:
            last = current[-1].end
            gap = text[last:start]
            joined = gap == " " or (
                start - last < 12
                and (
                    _GAP.fullmatch(text, last, start) is not None
                    or (gap == ". " and current[-1].low in _ABBREVIATED)
                    or (gap == "" and current[-1].initial)
                )
            )
            if not joined:
                yield current
                current = []
        current.append(token)
    if current:
        yield current
