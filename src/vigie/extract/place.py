"""Places named in a text. First version: longest gazetteer match over capitalised words.

In: text and its language. Out: PlaceMention spans in order, not overlapping.
"""

from __future__ import annotations

import math
import re

from vigie.extract.mentions import PlaceMention
from vigie.lexicon.gazetteer import Entry, gazetteer, key

_WORD = re.compile(r"(?<![\w@#./])[A-ZÀ-ÖØ-ÞŒ]\w*")
_NEXT = re.compile(r"(?:['’.]? ?|[  \-–]{1,3})\w+")
_BEFORE = re.compile(r"([\w'’]+)[ (]{1,2}$|([dl]['’])$")
_LOCATIVE = frozenset("a au aux en vers depuis pres dans de du des d' in at near from of to around".split())


def find_places(text: str, lang: str) -> list[PlaceMention]:
    """Every place of `text`."""
    names = gazetteer()
    heads = names.heads
    mentions: list[PlaceMention] = []
    last = 0
    for match in _WORD.finditer(text):
        start = match.start()
        if start < last:
            continue
        size = heads.get(key(match.group()).partition(" ")[0], 0)
        before = _BEFORE.search(text, max(0, start - 14), start)
        previous = key(before.group()).strip(" (") if before else ""
        ends = [match.end()]
        while len(ends) < max(size, 1) + 1 and (more := _NEXT.match(text, ends[-1])):
            ends.append(more.end())
        for end in reversed(ends):
            name = key(text[start:end])
            found: tuple[Entry, ...] = ()
            if previous in ("au", "du"):
                found = names.find("le " + name)
            elif previous in ("aux", "des"):
                found = names.find("les " + name)
            found = found or (names.find(name) if size else ())
            found = tuple(e for e in found if _accept(e, previous, text[start - 1 : start] == "("))
            if found:
                best = max(found, key=_weight)
                mentions.append(PlaceMention(start=start, end=end, place=best.place(text[start:end])))
                last = end
                break
    return mentions


def _accept(entry: Entry, previous: str, bracketed: bool) -> bool:
    if entry.level in ("commune", "city"):
        return entry.population >= 100_000 or (previous in _LOCATIVE and entry.population >= 3_000)
    if entry.level == "department" and entry.label.isalpha():
        return bracketed or previous in ("dans", "en", "le", "la", "les", "l'")
    return True


def _weight(entry: Entry) -> float:
    bonus = 1.3 if entry.country == "FR" else 0.0
    return math.log10(entry.population + 1) + bonus + (3 if entry.level in ("country", "region") else 0)
