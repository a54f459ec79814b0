"""Where words of a list, or marks, stand in a text.

In: folded text and a list of words, phrases or marks. Out: their spans, in order.
One pass finds the words of every list, and one more the marks of every list: the first question about a text answers
those of the other families too. Both run over Latin-1 bytes, whose positions are those of the text.
Left out: words in inflected forms; the lists name what they mean.
"""

from __future__ import annotations

from functools import lru_cache

import ahocorasick_rs

Words = tuple[str, ...]
Spans = list[tuple[int, int]]

# The lists asked about so far. A new one makes a new automaton, once in the life of the process.
_WORDS: dict[Words, None] = {}
_MARKS: dict[Words, None] = {}
# Whatever is no letter or figure of Latin-1 becomes a blank, so that a whole word is one between two blanks.
_BLANKED = bytes(code if chr(code).isalnum() else 32 for code in range(256))


def _bytes(text: str) -> bytes:
    """One byte a code point; the question mark stands for what is outside Latin-1."""
    return text.encode("latin-1", "replace")


def _spaced(text: str) -> bytes:
    return b" " + _bytes(text).replace(b"?", b" ").translate(_BLANKED) + b" "


def _automaton(patterns: dict[bytes, list[tuple[str, Words]]]) -> ahocorasick_rs.BytesAhoCorasick:
    return ahocorasick_rs.BytesAhoCorasick(list(patterns), implementation=ahocorasick_rs.Implementation.DFA)


@lru_cache(maxsize=2)
def _of_words(lists: int) -> tuple[ahocorasick_rs.BytesAhoCorasick, list[list[tuple[str, Words]]]]:
    """The automaton of the first `lists` lists; for each of its patterns the words it may be, with their lists."""
    patterns: dict[bytes, list[tuple[str, Words]]] = {}
    for words in list(_WORDS)[:lists]:
        for word in dict.fromkeys(words):
            patterns.setdefault(_spaced(word), []).append((word, words))
    return _automaton(patterns), list(patterns.values())


@lru_cache(maxsize=2)
def _of_marks(lists: int) -> tuple[ahocorasick_rs.BytesAhoCorasick, list[list[tuple[str, Words]]]]:
    """The same for marks."""
    patterns: dict[bytes, list[tuple[str, Words]]] = {}
    for marks in list(_MARKS)[:lists]:
        for mark in dict.fromkeys(marks):
            patterns.setdefault(_bytes(mark), []).append((mark, marks))
    return _automaton(patterns), list(patterns.values())


@lru_cache(maxsize=64)
def _words_found(folded: str, lists: int) -> dict[Words, Spans]:
    automaton, holders = _of_words(lists)
    size = len(folded)
    found: dict[Words, Spans] = {}
    for pattern, start, end in automaton.find_matches_as_indexes(_spaced(folded), overlapping=True):
        end -= 2  # the blanks on both sides, and that before the text
        if not (start and folded[start - 1].isalnum()) and not (end < size and folded[end].isalnum()):
            for word, words in holders[pattern]:
                if folded.startswith(word, start):
                    found.setdefault(words, []).append((start, end))
    return _sorted(found)


@lru_cache(maxsize=64)
def _marks_found(folded: str, lists: int) -> dict[Words, Spans]:
    automaton, holders = _of_marks(lists)
    found: dict[Words, Spans] = {}
    for pattern, start, end in automaton.find_matches_as_indexes(_bytes(folded), overlapping=True):
        for mark, marks in holders[pattern]:
            if folded.startswith(mark, start):
                found.setdefault(marks, []).append((start, end))
    return _sorted(found)


def _sorted(found: dict[Words, Spans]) -> dict[Words, Spans]:
    for spans in found.values():
        spans.sort()
    return found


def words_at(folded: str, words: Words) -> Spans:
    """Where whole words (or phrases) stand, in order."""
    if words not in _WORDS:
        _WORDS[words] = None
    return list(_words_found(folded, len(_WORDS)).get(words, ()))


def marks_at(folded: str, marks: Words) -> Spans:
    """Where marks stand, also inside words, in order."""
    if marks not in _MARKS:
        _MARKS[marks] = None
    return list(_marks_found(folded, len(_MARKS)).get(marks, ()))
