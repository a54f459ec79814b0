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

from vigie.text.normalise import beyond_ascii

Words = tuple[str, ...]
Spans = list[tuple[int, int]]

# The lists asked about so far, with their numbers. A new one makes a new automaton, once in the life of the process.
_WORDS: dict[Words, int] = {}
_MARKS: dict[Words, int] = {}
# The number of a list by the identity of its tuple, which is kept here too: to hash a long list takes longer than to look it up.
_NUMBERS: dict[int, tuple[int, Words]] = {}
_MARK_NUMBERS: dict[int, tuple[int, Words]] = {}
# Whatever is no letter or figure of Latin-1 becomes a blank, so that a whole word is one between two blanks.
_BLANKED = bytes(code if chr(code).isalnum() else 32 for code in range(256))


def _bytes(text: str) -> bytes:
    """One byte a code point; the question mark stands for what is outside Latin-1."""
    return text.encode("latin-1", "replace")


def _spaced(text: str) -> bytes:
    return b" " + _bytes(text).replace(b"?", b" ").translate(_BLANKED) + b" "


class _Lists(NamedTuple):
    """Lists made ready: an automaton, what each of its patterns may be, in which lists, and what is not of Latin-1.

    A holder without a word is one that the automaton finds surely; the others are compared with the text.
    """

    automaton: ahocorasick_rs.BytesAhoCorasick
    holders: list[list[tuple[str, int]]]
    strange: list[tuple[str, int]]


def _ready(lists: list[Words], form: Callable[[str], bytes], sure: Callable[[str], bool]) -> _Lists:
    patterns: dict[bytes, list[tuple[str, int]]] = {}
    strange: list[tuple[str, int]] = []
    for number, words in enumerate(lists):
        for word in dict.fromkeys(words):
            if max(word) > "\xff":
                strange.append((word, number))
            else:
                patterns.setdefault(form(word), []).append(("" if sure(word) else word, number))
    automaton = ahocorasick_rs.BytesAhoCorasick(
        list(patterns), implementation=ahocorasick_rs.Implementation.ContiguousNFA
    )
    return _Lists(automaton, list(patterns.values()), strange)


@lru_cache(maxsize=2)
def _of_words(lists: int) -> _Lists:
    return _ready(list(_WORDS)[:lists], _spaced, str.isalnum)  # a blank may stand for any mark


@lru_cache(maxsize=2)
def _of_marks(lists: int) -> _Lists:
    return _ready(list(_MARKS)[:lists], _bytes, lambda mark: "?" not in mark)


@lru_cache(maxsize=64)
def _words_found(folded: str, lists: int) -> list[Spans]:
    ready = _of_words(lists)
    found = [_NOWHERE] * lists
    latin = not any(char > "\xff" and char.isalnum() for char in beyond_ascii(folded))
    for pattern, start, end in ready.automaton.find_matches_as_indexes(_spaced(folded), overlapping=True):
        end -= 2  # the blanks on both sides, and that before the text
        if latin or _is_whole(folded, start, end):
            for word, number in ready.holders[pattern]:
                if not word or folded.startswith(word, start):
                    if found[number]:
                        found[number].append((start, end))
                    else:
                        found[number] = [(start, end)]
    for word, number in ready.strange:
        for span in _plainly(folded, word):
            if _is_whole(folded, *span):
                _add(found, number, span)
    return _sorted(found)


@lru_cache(maxsize=64)
def _marks_found(folded: str, lists: int) -> list[Spans]:
    ready = _of_marks(lists)
    found = [_NOWHERE] * lists
    for pattern, start, end in ready.automaton.find_matches_as_indexes(_bytes(folded), overlapping=True):
        for mark, number in ready.holders[pattern]:
            if not mark or folded.startswith(mark, start):
                _add(found, number, (start, end))
    for mark, number in ready.strange:
        for span in _plainly(folded, mark):
            _add(found, number, span)
    return _sorted(found)


_NOWHERE: Spans = []  # of the lists of which nothing stands in a text, most of them; never added to


def _add(found: list[Spans], number: int, span: tuple[int, int]) -> None:
    if found[number]:
        found[number].append(span)
    else:
        found[number] = [span]


def _is_whole(folded: str, start: int, end: int) -> bool:
    return not (start and folded[start - 1].isalnum()) and not folded[end : end + 1].isalnum()


def _plainly(folded: str, word: str) -> Spans:
    """Where a word stands that the automaton does not know."""
    return [match.span() for match in re.finditer(re.escape(word), folded)] if word in folded else []


def _sorted(found: list[Spans]) -> list[Spans]:
    for spans in found:
        if len(spans) > 1:
            spans.sort()
    return found


# The text last asked about, and what was found there: the finders ask dozens of times about one text.
_last_words: tuple[str, list[Spans]] = ("", [])
_last_marks: tuple[str, list[Spans]] = ("", [])


def words_at(folded: str, words: Words) -> Sequence[tuple[int, int]]:
    """Where whole words (or phrases) stand, in order."""
    global _last_words
    known = _NUMBERS.get(id(words))
    number = known[0] if known else _number(words, _WORDS, _NUMBERS)
    text, found = _last_words
    if text is not folded or number >= len(found):
        found = _words_found(folded, len(_WORDS))
        _last_words = folded, found
    return found[number]


def marks_at(folded: str, marks: Words) -> Sequence[tuple[int, int]]:
    """Where marks stand, also inside words, in order."""
    global _last_marks
    known = _MARK_NUMBERS.get(id(marks))
    number = known[0] if known else _number(marks, _MARKS, _MARK_NUMBERS)
    text, found = _last_marks
    if text is not folded or number >= len(found):
        found = _marks_found(folded, len(_MARKS))
        _last_marks = folded, found
    return found[number]


def _number(words: Words, lists: dict[Words, int], numbers: dict[int, tuple[int, Words]]) -> int:
    """The number of a list not seen in this tuple yet; a new list gets the next."""
    number = lists.setdefault(words, len(lists))
    numbers[id(words)] = number, words
    return number


def any_word(folded: str) -> bool:
    """Whether a word of any list stands there."""
    words_at(folded, ())
    return any(_last_words[1])


def any_mark(folded: str) -> bool:
    """Whether a mark of any list stands there."""
    marks_at(folded, ())
    return any(_last_marks[1])
