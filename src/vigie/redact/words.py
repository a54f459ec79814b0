"""Where words of a list stand in a text.

In: folded text and a list of words, phrases or marks. Out: their spans, in order.
One pass finds the words of every list: the first question about a text answers those of the other families too.
Left out: words in inflected forms; the lists name what they mean.
"""

from __future__ import annotations

from functools import lru_cache

import ahocorasick_rs

Words = tuple[str, ...]
Spans = list[tuple[int, int]]

# The lists asked about so far, and whether they mean whole words. A new one makes a new automaton, once in the life
# of the process.
_LISTS: dict[tuple[Words, bool], None] = {}
_Holders = tuple[tuple[Words, ...], tuple[Words, ...]]


@lru_cache(maxsize=2)
def _automaton(lists: int) -> tuple[ahocorasick_rs.AhoCorasick, list[_Holders]]:
    """The automaton of the first `lists` lists; for each pattern the lists that hold it as a word, and as a mark."""
    holders: dict[str, tuple[list[Words], list[Words]]] = {}
    for words, whole in list(_LISTS)[:lists]:
        for word in dict.fromkeys(words):
            holders.setdefault(word, ([], []))[0 if whole else 1].append(words)
    automaton = ahocorasick_rs.AhoCorasick(
        list(holders), implementation=ahocorasick_rs.Implementation.DFA, store_patterns=False
    )
    return automaton, [(tuple(words), tuple(marks)) for words, marks in holders.values()]


@lru_cache(maxsize=64)
def _found(folded: str, lists: int) -> tuple[dict[Words, Spans], dict[Words, Spans]]:
    """Whole words by list, and marks by list."""
    automaton, holders = _automaton(lists)
    size = len(folded)
    whole: dict[Words, Spans] = {}
    loose: dict[Words, Spans] = {}
    for pattern, start, end in automaton.find_matches_as_indexes(folded, overlapping=True):
        words, marks = holders[pattern]
        if (
            words
            and not (start and folded[start - 1].isalnum())
            and not (end < size and folded[end].isalnum())
        ):
            for listed in words:
                whole.setdefault(listed, []).append((start, end))
        for listed in marks:
            loose.setdefault(listed, []).append((start, end))
    for found in (whole, loose):
        for spans in found.values():
            spans.sort()
    return whole, loose


def words_at(folded: str, words: Words) -> Spans:
    """Where whole words (or phrases) stand, in order."""
    if (words, True) not in _LISTS:
        _LISTS[words, True] = None
    return list(_found(folded, len(_LISTS))[0].get(words, ()))


def marks_at(folded: str, marks: Words) -> Spans:
    """Where marks stand, also inside words, in order."""
    if (marks, False) not in _LISTS:
        _LISTS[marks, False] = None
    return list(_found(folded, len(_LISTS))[1].get(marks, ()))
