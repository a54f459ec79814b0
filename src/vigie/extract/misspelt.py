"""Names of substances that are misspelt or drawn out ("kétammine", "cocaiiine").

In: a text, its folded copy, the spans that are names already. Out: hits whose term names the rule, in order.
A word counts by bounded edit distance, near a word of the drug market or a dose only: data/taxonomy/spelling.toml.
Left out: misspellings that a lexicon lists, names of several words, names that an ordinary word is as near to.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from vigie.extract.scan import scan
from vigie.lexicon.matcher import Hit
from vigie.lexicon.terms import Term, data_toml
from vigie.text.normalise import fold

RULE = "spelling:near"
_DOSE = re.compile(r"(?:\b(?:demi[ -])?(?:milli|kilo)?gram(?:me)?s?\b)")
_WORD = re.compile(r"[^\W\d_]{6,}")
_DRAWN = re.compile(r"(.)\1\1")
_RUN = re.compile(r"(.)\1{2,}")
_LEADS = (
    "",
    ".",
    "!",
    "?",
    "\n",
    ":",
    "«",
    '"',
    "“",
    "-",
    "–",
    "—",
    "•",
    "*",
)  # before the first word of a sentence
_SOUNDS = str.maketrans("cq", "kk")  # first letters that sound alike


def find_misspelt(text: str, folded: str, lang: str, taken: Sequence[Hit]) -> list[Hit]:
    """Misspelt names near a cue, outside the spans `taken`."""
    stretches = _stretches(text, folded, lang)
    starts = [hit.start for hit in taken]
    found = []
    for low, high in stretches:
        for match in _WORD.finditer(folded, low, high):
            word = match.group()
            substance = _meant(word, lang)
            if substance is None or _is_name(text, match.start()):
                continue
            before = bisect_right(starts, match.end() - 1) - 1
            if before < 0 or taken[before].end <= match.start():
                term = Term(id=substance, surface=(word,), status="ambiguous", note=RULE)
                found.append(Hit(match.start(), match.end(), term))
    return found


def _stretches(text: str, folded: str, lang: str) -> Iterator[tuple[int, int]]:
    """What lies within reach of a cue, overlaps joined, cut at words."""
    reach = int(_data()["reach"])
    cues = [hit.start for hit in scan(text, lang).hits["market"] if hit.term.id == "drug"]
    cues += _doses(folded)
    last = 0
    for cue in sorted(cues):
        low, high = max(last, cue - reach), min(len(folded), cue + reach)
        while last < low and folded[low - 1].isalpha():
            low -= 1
        while high < len(folded) and folded[high].isalpha():
            high += 1
        if high > low:
            yield low, high
            last = high


def _doses(folded: str) -> Iterator[int]:
    """Where grams stand. `find` passes over the rest of a text at the speed of memory."""
    at = folded.find("gram")
    while at >= 0:
        start = max(0, at - 10)
        if any(m.start() <= at < m.end() for m in _DOSE.finditer(folded, start, at + 10)):
            yield at
        at = folded.find("gram", at + 4)


def _is_name(text: str, start: int) -> bool:
    """Capitalised inside a sentence, and not in a line of capitals: a person, a place, a brand."""
    if not text[start].isupper() or text[start + 1 : start + 2].isupper():
        return False
    return text[:start][-40:].rstrip(" \u00a0\u202f'’(")[-1:] not in _LEADS


def certainty() -> float:
    """Factor on the confidence of a fact whose substance is named only misspelt."""
    return float(_data()["sure"])


@cache
def _data() -> dict[str, Any]:
    return data_toml("taxonomy", "spelling.toml")


@cache
def _names() -> dict[str, list[tuple[str, str]]]:
    """(name, id) by the sound of the first letter."""
    names: dict[str, list[tuple[str, str]]] = {}
    for substance, written in _data()["names"].items():
        for name in written:
            names.setdefault(name[0].translate(_SOUNDS), []).append((name, substance))
    return names


@cache
def _words(lang: str) -> frozenset[str]:
    words = _data()["words"]
    return frozenset(fold(words.get(lang, "")).split())


@lru_cache(maxsize=8192)
def _meant(word: str, lang: str) -> str | None:
    """The substance a folded word is written almost like; None when it is none, or two are as near."""
    if word in _words(lang) or word[0].translate(_SOUNDS) not in _names():
        return None
    drawn = _DRAWN.search(word) is not None
    forms = {_RUN.sub(r"\1", word), _RUN.sub(r"\1\1", word)} if drawn else {word}
    forms |= {form[:-1] for form in forms if form.endswith("s")}
    nearest: dict[str, int] = {}
    for form in forms:
        for name, substance in _names()[word[0].translate(_SOUNDS)]:
            limit = _limit(name)
            if abs(len(name) - len(form)) <= limit:
                edits = _edits(form, name, limit)
                if edits <= limit:
                    nearest[substance] = min(edits, nearest.get(substance, edits))
    if not nearest:
        return None
    least = min(nearest.values())
    if not least and not drawn:
        return None  # spelt well: the lexicons decide
    best = [substance for substance, edits in nearest.items() if edits == least]
    return best[0] if len(best) == 1 else None


def _limit(name: str) -> int:
    data = _data()
    return 2 if len(name) >= data["two_edits"] else int(len(name) >= data["one_edit"])


def _edits(a: str, b: str, limit: int) -> int:
    """Letters wrong, missing, added or swapped with their neighbour; `limit` + 1 as soon as there are more."""
    older: list[int] = []
    previous = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        current = [i] + [0] * len(b)
        for j, y in enumerate(b, 1):
            current[j] = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                current[j] = min(current[j], older[j - 2] + 1)
        if min(current) > limit:
            return limit + 1
        older, previous = previous, current
    return previous[-1]
