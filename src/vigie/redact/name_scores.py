"""Names that a linear scorer tells where no rule does: its weights come from annotated sentences (scripts/train_names.py).

In: capitalised words, words of chats, the names found by rules. Out: more spans of names.
A score is the sum of the weights of what the word is and of what stands beside it: data/redaction/name_weights.json.
Left out: what bears a name (`name_kept`); words so plainly no name that nothing beside them could change it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from vigie.redact.communes import is_commune
from vigie.redact.name_cues import word_before
from vigie.redact.name_features import Candidate, beside, candidates
from vigie.redact.name_words import Word, model, word_of
from vigie.redact.sequences import Span
from vigie.redact.wordlists import Lists

_FLOOR = -1.6  # what a word gives by itself: below, next to nothing beside it makes a name of it
_REFUSED = -3.6  # the score from which down a lone word is no name, whatever rule took it for one
_STRANGE = frozenset("UQAD")  # kinds of words that no list of names holds
_HEADING = 4  # words with capitals in a row from which on they are rather a heading
_ARTICLES = frozenset(
    {"le", "la", "les", "l'", "un", "une", "des", "du", "au", "aux", "the", "a", "an", "this"}
)
_ARTICLE = re.compile(r"(?<!\w)(?:l[ea]s?|un|une|des|du|au|aux|the|an?|this)\s$|\bl['’]$")
_ROMAN = re.compile(r"[ivx]{1,5}")
_MESSAGE = 40  # code points from which on a text is no mere label
_LEAST = 4  # letters of a name that is looked for again elsewhere


def scored(
    spans: Sequence[Span],
    firm: Sequence[Span],
    lone: Sequence[Span],
    several: Sequence[Sequence[Span]],
    text: str,
    folded: str,
    words: Lists,
) -> list[Span]:
    """The spans with those of words whose score says name, and the same words elsewhere; without lone words whose score says
    none, unless they are among the `firm` ones.

    Args:
        spans: names that rules found, none within another.
        firm: those that their form gives away.
    """
    found = candidates(text, folded, lone, several)
    if not found:
        return list(spans)
    sorts = [word_of(text[start:end], folded[start:end]) for start, end, _, _ in found]
    taken = sorted(spans)
    inside = _covered(found, taken)
    sure = {*firm}
    alone = {
        n
        for n, span in inside.items()
        if (found[n].start, found[n].end) == span
        and found[n].size == 1
        and not sorts[n].small
        and span not in sure
    }
    wanted = [n for n, word in enumerate(sorts) if word.base > _FLOOR and n not in inside]
    known = model()
    added: list[Span] = []
    refused: set[Span] = set()
    again: set[str] = set()
    for n in sorted([*wanted, *alone]):
        word, span = sorts[n], (found[n].start, found[n].end)
        signs = beside(text, folded, found, sorts, n, words)
        score = word.base + sum(filter(None, map(known.weights.get, signs)))
        if n in alone:
            if score < _REFUSED:
                refused.add(span)
            continue
        if score <= (known.lower if word.small else known.capital):
            continue
        low = folded[slice(*span)]
        if _stays(n, found, sorts, text, folded, words):
            continue
        added.append(span)
        if word.kind in "UFG" and not word.small and len(low) >= _LEAST:
            again.add(low)
    if again:
        added += [
            (c.start, c.end)
            for n, c in enumerate(found)
            if n not in inside and folded[c.start : c.end] in again and not sorts[n].small
        ]
    kept = [span for span in taken if span not in refused]
    return kept + added + _bridges(added, kept, several)


def _stays(
    n: int, found: Sequence[Candidate], sorts: Sequence[Word], text: str, folded: str, words: Lists
) -> bool:
    """What no sum of weights makes a name: places, words of a calendar, of headings, of slang, and what an article announces."""
    start, end, place, size = found[n]
    low, word = folded[start:end], sorts[n]
    before = word_before(folded, start)
    if low in words.calendar or before in words.named_after or before in words.lettered:
        return True
    if word.small:
        few = (
            len(text) < _MESSAGE and text.strip().count(" ") < 2
        )  # the name of a file, a heading of a column
        return few or low in words.slang or low in words.brands or low in words.places
    if _ROMAN.fullmatch(low):
        return True
    if low in words.slang and any(
        0 <= k < len(found) and folded[found[k].start : found[k].end] in words.slang for k in (n - 1, n + 1)
    ):
        return True  # "Molly, Tina et Charlie"
    if is_commune(text, folded, start, end, words):
        return True
    first = n - place
    last = min(len(found), first + size) - 1
    low_run, high_run = found[first].start, found[last].end
    if size > 1 and folded[low_run:high_run].replace("-", " ") in words.towns:
        return True
    if word.kind == "I":
        return folded[end : end + 2].lstrip()[:1].isdigit() or folded[low_run:start].startswith("article")
    if word.kind in _STRANGE:
        opening = folded[low_run : found[first].end]
        if opening in _ARTICLES or (
            sorts[first].kind in _STRANGE and _ARTICLE.search(folded, max(0, low_run - 6), low_run)
        ):
            return True
        line = text[text.rfind("\n", 0, start) + 1 : max(end, text.find("\n", end))]
        return size > _HEADING and len(line) < 2 * (high_run - low_run)
    return False


def _covered(found: Sequence[Candidate], taken: list[Span]) -> dict[int, Span]:
    """The name already found in which words lie, by the number of the word; both in order."""
    inside: dict[int, Span] = {}
    if not taken:
        return inside
    at = 0
    for n, (start, end, _, _) in enumerate(found):
        while taken[at][1] <= start:
            at += 1
            if at == len(taken):
                return inside
        if taken[at][0] < end:
            inside[n] = taken[at]
    return inside


def _bridges(added: list[Span], taken: list[Span], several: Sequence[Sequence[Span]]) -> list[Span]:
    """What stands between two words of one run that are both names: a particle."""
    if not added:
        return []
    every = sorted({*added, *taken})
    starts, ends = {a for a, _ in every}, {b for _, b in every}
    return [
        (one[1], two[0])
        for run in several
        for one, two in pairwise(run)
        if one[1] in ends and two[0] in starts and two[0] - one[1] > 1
    ]
