"""Where words that might become candidates stand in one text, and what stands around them.

In: `Words` of a redacted text. Out: occurrences of words and of pairs of words that no lexicon knows. Left out, so that they can
never be counted: function words, figures, accounts, what stands beside a placeholder or after the word for a contact, words
of the lists of names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from vigie.analysis.morphology import form_of
from vigie.analysis.words import BREAK, FIGURE, OPAQUE, PLACEHOLDER, Vocabulary, Words, stem
from vigie.redact.wordlists import lists

_SIGNS = frozenset({BREAK, FIGURE, OPAQUE, PLACEHOLDER, "€", "$", "£", "%"})
_MONEY = frozenset({"€", "euro", "euros", "pound", "pounds"})
_REMOVED = frozenset({OPAQUE, PLACEHOLDER})
_CHANNEL = ("channel:", "payment:")
_ABBREVIATION = 5  # capitals: longer runs are names and titles in capitals
_QUOTES = '"«»“”‘’'


class Writing(Enum):
    """As a word (small letters, an abbreviation, a code), as a name, or at the start of a sentence, which says nothing."""

    WORD = "word"
    NAME = "name"
    START = "start"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A candidate's words [first, last] in the lists of `Words`; `key` is what is counted."""

    key: str
    first: int
    last: int


def occurrences(text: str, words: Words, known: Vocabulary, least: int) -> Iterator[Occurrence]:
    """Words and pairs of one text, in order; a pair may hold one linking word ("gaz de ballon").

    Args:
        least: letters of the shortest word.
    """
    keys = words.keys
    usable = [_usable(i, text, words, known, least) for i in range(len(keys))]
    for i, good in enumerate(usable):
        if not good:
            continue
        first = stem(keys[i])
        yield Occurrence(first, i, i)
        after = i + 1
        if after < len(keys) and usable[after] and _joined(text, words, i, after):
            yield Occurrence(f"{first} {stem(keys[after])}", i, after)
            continue
        last = i + 2
        if (
            last < len(keys)
            and usable[last]
            and keys[after] in known.links
            and _joined(text, words, i, after)
            and _joined(text, words, after, last)
        ):
            yield Occurrence(f"{first} {keys[after]} {stem(keys[last])}", i, last)


def _usable(i: int, text: str, words: Words, known: Vocabulary, least: int) -> bool:
    key = words.keys[i]
    if len(key) < least or key in _SIGNS or words.ids[i] or key[0] == "@" or key in known.function:
        return False
    if (
        key in known.listed
        or not any(c.isalpha() for c in key)
        or any(p in known.function for p in key.split("-")[1:])
    ):
        return False
    if form_of(key) is None and (key in lists().small or key in lists().short or key in lists().family):
        return False
    return not _beside_a_contact(i, text, words, known)


def _beside_a_contact(i: int, text: str, words: Words, known: Vocabulary) -> bool:
    """Next to what the redactor took out, or after "snap:", "contact", "insta": it may be the rest of an account or a name."""
    keys = words.keys
    if (i and keys[i - 1] in _REMOVED) or (i + 1 < len(keys) and keys[i + 1] in _REMOVED):
        return True
    before = i - 1
    if before > 0 and keys[before] == BREAK and text[words.starts[before]] == ":":
        before -= 1
    if before < 0:
        return False
    return keys[before] in known.contacts or (
        keys[before] == "@modality" and words.ids[before].startswith(_CHANNEL)
    )


def _joined(text: str, words: Words, left: int, right: int) -> bool:
    """Nothing but a space, a hyphen or an apostrophe between two words."""
    return text[words.ends[left] : words.starts[right]] in (" ", "-", "'", "’", "\u00a0")


def writing(text: str, words: Words, found: Occurrence) -> Writing:
    """How it is written there."""
    before = found.first - 1
    written = text[words.starts[found.first] : words.ends[found.last]]
    if written[0].islower() or any(c.isdigit() for c in written):
        return Writing.WORD
    if len(written) > 1 and written.isupper():
        return Writing.WORD if len(written) <= _ABBREVIATION else Writing.NAME
    return Writing.START if before < 0 or words.keys[before] == BREAK else Writing.NAME


def like_a_name(text: str, words: Words, found: Occurrence, known: Vocabulary) -> bool:
    """Signs of a person, a shop or an address: a title, "chez", "rue" before it, what only someone does after it; with a capital
    also a role, a verb of speech or another name beside it, or a listed name."""
    keys, names = words.keys, lists()
    first, after = found.first, found.last + 1
    before = keys[first - 1] if first else BREAK
    if before in known.persons or before in known.points or before in names.titles:
        return True
    if before == "a" and first > 1 and keys[first - 2] in known.persons:  # "demandez à X"
        return True
    if (
        after < len(keys)
        and keys[after] in known.doers
        and before not in known.articles
        and before not in known.things
    ):  # "zorbil est", unlike "la zorbiline est"
        return True
    if not text[words.starts[first]].isupper():
        return False
    for i in (first - 1, after):
        if not 0 <= i < len(keys) or words.ids[i]:
            continue
        key = keys[i]
        if key in known.persons or key in names.roles or key in names.speech:
            return True
        written = text[words.starts[i] : words.ends[i]]
        if (
            i > 0
            and keys[i - 1] != BREAK
            and key.isalpha()
            and written[0].isupper()
            and not written.isupper()
        ):
            return True
    return any(key in names.listed for key in keys[first:after])


def announced(words: Words, found: Occurrence, known: Vocabulary) -> bool:
    """A word for a thing stands right before ("l'application X", "via X"): "la poudre de X" may be that of a person."""
    before = found.first - 1
    return before >= 0 and (words.keys[before] in known.things or words.keys[before] == "@form")


def quoted(text: str, words: Words, found: Occurrence) -> bool:
    """Between quotation marks."""
    start, end = words.starts[found.first], words.ends[found.last]
    return any(c in _QUOTES for c in text[max(0, start - 2) : start]) and any(
        c in _QUOTES for c in text[end : end + 2]
    )


def bounds(words: Words, found: Occurrence) -> tuple[int, int]:
    """The sentence: positions [first, after) in the lists."""
    keys = words.keys
    first, after = found.first, found.last + 1
    while first > 0 and keys[first - 1] != BREAK:
        first -= 1
    while after < len(keys) and keys[after] != BREAK:
        after += 1
    return first, after


def near_drugs(words: Words, span: tuple[int, int], found: Occurrence) -> bool:
    """A known drug, way of selling or form, or an amount of money, in the sentence or the one before or after."""
    keys = words.keys
    first, after = span
    while first > 0 and keys[first - 1] == BREAK:
        first -= 1
    while first > 0 and keys[first - 1] != BREAK:
        first -= 1
    while after < len(keys) and keys[after] == BREAK:
        after += 1
    while after < len(keys) and keys[after] != BREAK:
        after += 1
    return any(
        keys[i][0] == "@" or keys[i] in _MONEY
        for i in range(first, after)
        if not found.first <= i <= found.last
    )
