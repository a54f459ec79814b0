"""Where words of a list, or marks, stand in a text.

In: folded text and a list of words, phrases or marks. Out: their spans, in order.
One pass finds the words of every list, and one more the marks of every list: the first question about a text answers
those of the other families too. Both run over Latin-1 bytes, whose positions are those of the text.
Left out: words in inflected forms; the lists name what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

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


class _Lists(NamedTuple):
    """Lists made ready: an automaton, what each of its patterns may be, and what is not of Latin-1."""

    automaton: ahocorasick_rs.BytesAhoCorasick
    holders: list[list[tuple[str, Words]]]
    strange: list[tuple[str, Words]]


def _ready(lists: list[Words], form: Callable[[str], bytes]) -> _Lists:
    patterns: dict[bytes, list[tuple[str, Words]]] = {}
    strange: list[tuple[str, Words]] = []
    for words in lists:
        for word in dict.fromkeys(words):
            if max(word) > "\xff":
                strange.append((word, words))
            else:
                patterns.setdefault(form(word), []).append((word, words))
    automaton = ahocorasick_rs.BytesAhoCorasick(
        list(patterns), implementation=ahocorasick_rs.Implementation.DFA
    )
    return _Lists(automaton, list(patterns.values()), strange)


@lru_cache(maxsize=2)
def _of_words(lists: int) -> _Lists:
    return _ready(list(_WORDS)[:lists], _spaced)


@lru_cache(maxsize=2)
def _of_marks(lists: int) -> _Lists:
    return _ready(list(_MARKS)[:lists], _bytes)


@lru_cache(maxsize=64)
def _words_found(folded: str, lists: int) -> dict[Words, Spans]:
    ready = _of_words(lists)
    found: dict[Words, Spans] = {words: [] for words in list(_WORDS)[:lists]}
    for pattern, start, end in ready.automaton.find_matches_as_indexes(_spaced(folded), overlapping=True):
        end -= 2  # the blanks on both sides, and that before the text
        if _is_whole(folded, start, end):
            for word, words in ready.holders[pattern]:
                if folded.startswith(word, start):
                    found[words].append((start, end))
    for word, words in ready.strange:
        found[words] += [span for span in _plainly(folded, word) if _is_whole(folded, *span)]
    return _sorted(found)


@lru_cache(maxsize=64)
def _marks_found(folded: str, lists: int) -> dict[Words, Spans]:
    ready = _of_marks(lists)
    found: dict[Words, Spans] = {marks: [] for marks in list(_MARKS)[:lists]}
    for pattern, start, end in ready.automaton.find_matches_as_indexes(_bytes(folded), overlapping=True):
        for mark, marks in ready.holders[pattern]:
            if folded.startswith(mark, start):
                found[marks].append((start, end))
    for mark, marks in ready.strange:
        found[marks] += _plainly(folded, mark)
    return _sorted(found)


def _is_whole(folded: str, start: int, end: int) -> bool:
    return not (start and folded[start - 1].isalnum()) and not folded[end : end + 1].isalnum()


def _plainly(folded: str, word: str) -> Spans:
    """Where a word stands that the automaton does not know."""
    return [match.span() for match in re.finditer(re.escape(word), folded)] if word in folded else []


def _sorted(found: dict[Words, Spans]) -> dict[Words, Spans]:
    for spans in found.values():
        if spans:
            spans.sort()
    return found


# The text last asked about, and what was found there: the finders ask dozens of times about one text.
_last_words: tuple[str, dict[Words, Spans]] = ("", {})
_last_marks: tuple[str, dict[Words, Spans]] = ("", {})


def words_at(folded: str, words: Words) -> Sequence[tuple[int, int]]:
    """Where whole words (or phrases) stand, in order."""
    global _last_words
    text, found = _last_words
    if text is not folded or words not in found:
        _WORDS.setdefault(words)
        found = _words_found(folded, len(_WORDS))
        _last_words = folded, found
    return found[words]


def marks_at(folded: str, marks: Words) -> Sequence[tuple[int, int]]:
    """Where marks stand, also inside words, in order."""
    global _last_marks
    text, found = _last_marks
    if text is not folded or marks not in found:
        _MARKS.setdefault(marks)
        found = _marks_found(folded, len(_MARKS))
        _last_marks = folded, found
    return found[marks]


def any_word(folded: str) -> bool:
    """Whether a word of any list stands there."""
    words_at(folded, ())
    return any(_last_words[1].values())


def any_mark(folded: str) -> bool:
    """Whether a mark of any list stands there."""
    marks_at(folded, ())
    return any(_last_marks[1].values())
