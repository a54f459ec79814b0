"""Where words of a list stand in a text.

In: folded text and a list of words or phrases. Out: their spans, in order.
One pass finds the words of every list: the first question about a text answers those of the other families too.
Left out: words in inflected forms; the lists name what they mean.
"""

from __future__ import annotations

from functools import lru_cache

import ahocorasick_rs

Words = tuple[str, ...]
Spans = list[tuple[int, int]]

# The lists asked about so far. A new one makes a new automaton, once in the life of the process.
_LISTS: dict[Words, None] = {}


@lru_cache(maxsize=2)
def _automaton(lists: int) -> tuple[ahocorasick_rs.AhoCorasick, tuple[tuple[Words, ...], ...]]:
    """The automaton of the first `lists` lists, and for each of its patterns the lists that hold it."""
    holders: dict[str, list[Words]] = {}
    for words in list(_LISTS)[:lists]:
        for word in dict.fromkeys(words):
            holders.setdefault(word, []).append(words)
    automaton = ahocorasick_rs.AhoCorasick(
        list(holders), implementation=ahocorasick_rs.Implementation.DFA, store_patterns=False
    )
    return automaton, tuple(map(tuple, holders.values()))


@lru_cache(maxsize=64)
def _found(folded: str, lists: int) -> dict[Words, Spans]:
    automaton, holders = _automaton(lists)
    size = len(folded)
    found: dict[Words, Spans] = {}
    for pattern, start, end in automaton.find_matches_as_indexes(folded, overlapping=True):
        if not (start and folded[start - 1].isalnum()) and not (end < size and folded[end].isalnum()):
            for words in holders[pattern]:
                found.setdefault(words, []).append((start, end))
    for spans in found.values():
        spans.sort()
    return found


def words_at(folded: str, words: Words) -> Spans:
    """Where whole words (or phrases) stand, in order."""
    if words not in _LISTS:
        _LISTS[words] = None
    return list(_found(folded, len(_LISTS)).get(words, ()))
