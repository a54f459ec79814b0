"""What stands beside a word that may be a name, as features of a linear scorer.

In: text and the candidates: capitalised words, and in lines that begin in small letters the words that are none of the language.
Out: features, as strings; whatever lies further than 60 code points away says nothing, so that a second reading sees what the first saw.
Left out: weights (`name_scores`), the word itself (`name_words`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from vigie.redact.name_words import Word, known_words
from vigie.redact.sequences import Span
from vigie.redact.wordlists import UPPER, Lists, lists

NEAR = 60
_WORDS = re.compile(r"[\w'’\-]+")
_SMALL = re.compile(rf"(?<![\w@#.\-/'’])[^\W\d_{UPPER}]\w*(?:['’.\-]\w+)*")
_LIST_GAP = re.compile(r" ?(?:[,;/&|]|et|and|ou|or|n|y|puis)? ?(?:et |and |ou )?")
_INFORMAL = re.compile(r"[\s\-–>*•]*(?:[a-zà-ÿ0-9_.]+ ?[:>] ?)?[a-zà-ÿ]")
_AGE = re.compile(r"\s?[,(]\s?(?:aged? |agee? de )?\d\d\b(?! ?(?:mg|g|kg|%|eur|ml|h\b))")
_BLANKS = " \u00a0\u202f"
_MARKS = frozenset(",;:()/|–—-•>*&+=[]{}")
_GAP = 8
_SHORT = 40
_MESSAGE = 400  # code points of a line of a chat, at most
_TITLE = 4  # words of a line from which on capitals may make a heading of it


class Candidate(NamedTuple):
    """A word at [start, end), the `place`-th of a run of `size` capitalised words."""

    start: int
    end: int
    place: int
    size: int


def candidates(
    text: str, folded: str, lone: Sequence[Span], several: Sequence[Sequence[Span]]
) -> list[Candidate]:
    """The words that may be names, in order."""
    found = [Candidate(start, end, 0, 1) for start, end in lone]
    for run in several:
        found += [Candidate(start, end, place, len(run)) for place, (start, end) in enumerate(run)]
    words, known = lists(), known_words()
    at = 0
    for line in text.split("\n"):
        if line and len(line) < _MESSAGE and _INFORMAL.match(line):
            for match in _SMALL.finditer(text, at, at + len(line)):
                low = folded[match.start() : match.end()]
                if len(low) > 1 and (low in words.listed or low not in known) and low not in words.not_named:
                    found.append(Candidate(*match.span(), 0, 1))
        at += len(line) + 1
    found.sort()
    return found


@lru_cache(maxsize=1 << 14)
def _sort(low: str) -> str:
    """What a word beside a candidate is, as one letter."""
    words = lists()
    if not low:
        return "0"
    if low in words.titles or low + "." in words.titles:
        return "T"
    if low in words.roles or low.rstrip("s") in words.roles:
        return "R"
    if low in words.speech:
        return "V"
    if low in words.named_after:
        return "M"
    if low in words.org_words:
        return "O"
    if low in words.bearers:
        return "E"
    if low in words.small:
        return "N"
    if low in words.places or low in words.towns:
        return "P"
    if low.isdigit():
        return "D"
    return "w" if low in known_words() else "u"


def _position(text: str, start: int) -> str:
    """Where in a line or a sentence a word stands."""
    before = text[max(0, start - 3) : start]
    if "\n" in before:
        return "line"
    shown = before.rstrip()
    if not shown:
        return "text"
    last = shown[-1]
    if last in ".!?…":
        return "sentence"
    if last in "\"«“‘'’":
        return "quote" if last != "’" or not before.endswith(" ") else "m"
    return last if last in _MARKS else "m"


def features(text: str, folded: str, found: Sequence[Candidate], sorts: Sequence[Word]) -> list[list[str]]:
    """The features of each candidate, without those of the word itself."""
    words = lists()
    return [beside(text, folded, found, sorts, n, words) for n in range(len(found))]


def beside(
    text: str, folded: str, found: Sequence[Candidate], sorts: Sequence[Word], n: int, words: Lists
) -> list[str]:
    """The features of the candidate `n`, without those of the word itself."""
    start, end, _, size = found[n]
    kind = sorts[n].kind + ("l" if sorts[n].small else "")
    position = _position(text, start)
    signs = [f"at={position}", f"at={kind}{position}"]
    near = folded[max(0, start - NEAR) : start]
    near = near[near.rfind("\n") + 1 :]
    signs += _before(near, kind, position, words)
    signs += _after(folded[end : end + NEAR].partition("\n")[0], kind)
    signs += _in_run(folded, found, sorts, n, kind)
    signs += _in_list(folded, found, sorts, n, kind)
    signs += _in_line(text, start, end, size, near, kind)
    return signs


def _before(near: str, kind: str, position: str, words: Lists) -> list[str]:
    said = _WORDS.findall(near)
    last = said[-1] if said else ""
    signs: list[str] = []
    if last and near.rstrip(_BLANKS).endswith(last):
        second = said[-2] if len(said) > 1 else ""
        sort = _sort(last)
        signs += [f"p={last}", f"p={kind}{last}", f"ps={sort}", f"ps={kind}{sort}"]
        signs += [f"pp={second}_{last}", f"pp={kind}{second}_{last}"]
    else:
        signs += [f"p={kind}#", f"pq={last}{position}", f"pqs={kind}{_sort(last)}{position}"]
    if not words.roles.isdisjoint(said[-5:]):
        signs += ["role", f"role={kind}"]
    head = near.rfind(":")
    if head > 0:
        heading = _WORDS.findall(near[:head])
        if heading:
            signs += [f"h={heading[-1]}", f"hs={kind}{_sort(heading[-1])}"]
    return signs


def _after(after: str, kind: str) -> list[str]:
    mark = after[:1]
    if mark == " " and not after[1:2].isalnum():
        mark = after[1:2]
    elif mark.isalnum():
        mark = "a"
    mark = mark or "end"
    said = _WORDS.findall(after[:40])
    first = said[0] if said else ""
    second = said[1] if len(said) > 1 else ""
    signs = [f"c={mark}", f"c={kind}{mark}"]
    if mark in (" ", "a"):
        sort = _sort(first)
        signs += [f"n={first}", f"n={kind}{first}", f"ns={sort}", f"ns={kind}{sort}", f"nn={first}_{second}"]
    elif mark != "end":
        signs += [f"nm={kind}{mark}{first}", f"nms={kind}{mark}{_sort(first)}"]
    if _AGE.match(after):
        signs += ["age", f"age={kind}"]
    if after[:2] in ("'s", "’s"):
        signs.append(f"own={kind}{second}")
    return signs


def _in_run(folded: str, found: Sequence[Candidate], sorts: Sequence[Word], n: int, kind: str) -> list[str]:
    place, size = found[n].place, found[n].size
    signs = [f"r={kind}{min(place, 3)}{min(size, 5)}"]
    before = after = "0"
    if place > 0:
        before = sorts[n - 1].kind
        signs += [f"rp={kind}{before}"]
        signs.append(
            "rpw=" + folded[found[n - 1].start : found[n - 1].end] if before in "OW" else f"rpk={before}"
        )
    if place < size - 1 and n + 1 < len(found):
        after = sorts[n + 1].kind
        signs += [f"rn={kind}{after}"]
        signs.append(
            "rnw=" + folded[found[n + 1].start : found[n + 1].end] if after in "OW" else f"rnk={after}"
        )
    signs.append(f"rr={kind}{before}{after}")
    if size > 1:
        first = n - place
        others = {sorts[k].kind for k in range(max(0, first), min(len(found), first + size)) if k != n}
        signs.append(f"ro={kind}{''.join(sorted(others))}")
    return signs


def _in_list(folded: str, found: Sequence[Candidate], sorts: Sequence[Word], n: int, kind: str) -> list[str]:
    """What a comma or "et" joins to the word."""
    signs: list[str] = []
    start, end, place, size = found[n]
    if n and place == 0:
        gap = folded[found[n - 1].end : start] if start - found[n - 1].end < _GAP else ""
        if gap and _LIST_GAP.fullmatch(gap):
            signs += [f"lk={kind}{sorts[n - 1].kind}", f"lg={gap.strip()}{sorts[n - 1].kind}"]
    if n + 1 < len(found) and place == size - 1:
        gap = folded[end : found[n + 1].start] if found[n + 1].start - end < _GAP else ""
        if gap and _LIST_GAP.fullmatch(gap):
            signs += [f"rk={kind}{sorts[n + 1].kind}", f"rg={gap.strip()}{sorts[n + 1].kind}"]
    return signs


def _in_line(text: str, start: int, end: int, size: int, near: str, kind: str) -> list[str]:
    """What the line is: a heading in capitals, a message, a line of few words."""
    after = text[end : end + NEAR].partition("\n")[0]
    line = text[start - len(near) : end] + after
    signs: list[str] = []
    if size > 1:
        said = [word for word in line.split() if word[0].isalpha()]
        if len(said) >= _TITLE and sum(word[0].isupper() for word in said) > 0.7 * len(said):
            signs += ["title", f"title={kind}"]
        if line.isupper():
            signs += ["upper", f"upper={kind}"]
    if line[:1].islower():
        signs += ["inf", f"inf={kind}"]
    if len(line) < _SHORT:
        said = line.split()
        if len(said) <= 3:
            signs.append(f"short={kind}{len(said)}")
    return signs
