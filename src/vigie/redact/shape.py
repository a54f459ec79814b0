"""What a text could hold at all, told from the classes of its characters in a few passes of C speed.

In: text. Out: a Shape. Position i of each of its byte strings is position i of the text.
Left out: certainty. A shape never misses what a pattern would match; the pattern still decides. Characters outside
Latin-1 count as whatever keeps that true.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from vigie.text.normalise import beyond_ascii

_UNKNOWN = ord("?")  # what a character outside Latin-1 becomes
# Digits with at most five other characters between two of them. What fails at the first digit of a number fails at the others.
_GROUP = re.compile(rb"0(?<!00)(?:[^0]{0,5}0){4,}")
_MIXED = re.compile(rb"0(?<!00)(?: {0,3}[0l]){4,}")
_NUMBER = re.compile(rb"0++")
_DOTTED = re.compile(rb"0(?:\.|\[\.\])0{1,3}(?:\.|\[\.\])0")
_PLATE = re.compile(rb"AA[- ]?00")
# The digits first, which are rarer than letters.
_COUNTRY = re.compile(rb"00(?<=AA00)")
LONG = 25
_MARKS = 3  # around two pairs
_OTHER_DIGIT = re.compile(r"[^\x00-\x7f]")


def _table(kind: Callable[[str], str], unknown: str) -> bytes:
    """A translation of Latin-1; `unknown` stands for what is outside it, and so for the question mark."""
    table = bytearray(ord(kind(chr(code))) for code in range(256))
    table[_UNKNOWN] = ord(unknown)
    return bytes(table)


def _ascii(char: str) -> bool:
    return char < "\x80"


def _digit(char: str) -> bool:
    return _ascii(char) and char.isdigit()


def _cased(char: str) -> str:
    if _digit(char):
        return "0"
    if _ascii(char) and char.isalpha():
        return "A" if char.isupper() else "a"
    return " " if char.isspace() else char


_FIGURES = _table(lambda c: "0" if _digit(c) else c if c in ".,[]" else "A" if c.isalpha() else " ", "A")
_CASES = _table(_cased, " ")
_WORDS = _table(lambda c: "a" if c.isalnum() else " ", "a")
_HEXADECIMAL = _table(lambda c: "0" if c in "0123456789abcdefABCDEF" else "-" if c in ":-" else " ", " ")
_SEPARATORS = " .-/()_*•·|~,;:'’\\"
_LOOKALIKES = _table(
    lambda c: (
        "0" if _digit(c) else "l" if c in "OoIlSBsbiZzqQ" else " " if c in _SEPARATORS or c.isspace() else "x"
    ),
    " ",
)


class Shape(NamedTuple):
    """Where and whether the costly patterns are worth a try.

    Attributes:
        groups: [start, end) and number of digits where five or more stand close together.
        long_word: some run of letters and digits has LONG characters or more.
        coordinates: a decimal mark with four digits after it.
        dotted: three numbers with points between, as in an IPv4 address.
        country_digits: two letters and two digits, as at the head of an IBAN.
        plate: two capitals and two digits, as in a number plate or a British insurance number.
        postcode: a blank, a digit and two capitals.
        numbers: where runs of digits begin, of any alphabet.
        pairs: two pairs of hexadecimal digits between marks, as in a MAC address.
        mixed: [start, end) where digits and letters that look like digits make a series.
    """

    groups: tuple[tuple[int, int, int], ...]
    long_word: bool
    coordinates: bool
    dotted: bool
    country_digits: bool
    plate: bool
    postcode: bool
    numbers: tuple[int, ...]
    pairs: bool
    mixed: tuple[tuple[int, int], ...]

    @property
    def nothing(self) -> bool:
        """Whether nothing is there of what the costly patterns need; single figures say nothing."""
        return self._replace(numbers=()) == NOTHING

    @property
    def most_digits(self) -> int:
        """Digits in the largest group."""
        return max((count for _, _, count in self.groups), default=0)


NOTHING = Shape((), False, False, False, False, False, False, (), False, ())


@lru_cache(maxsize=64)
def shape(text: str) -> Shape:
    """The shape of a text; the last ones are remembered, because every family asks for it."""
    if any(map(str.isdecimal, beyond_ascii(text))):
        text = _OTHER_DIGIT.sub(lambda m: "0" if m.group().isdecimal() else m.group(), text)
    latin = text.encode("latin-1", "replace")
    figures = latin.translate(_FIGURES)
    words = latin.translate(_WORDS)
    if b"0" not in figures:
        return Shape((), b"a" * LONG in words, False, False, False, False, False, (), _pairs(latin), ())
    cases = latin.translate(_CASES)
    return Shape(
        groups=tuple(
            (m.start(), m.end(), figures.count(b"0", m.start(), m.end())) for m in _GROUP.finditer(figures)
        ),
        long_word=b"a" * LONG in words,
        coordinates=b".0000" in figures or b",0000" in figures,
        dotted=(b".0" in figures or b".]0" in figures) and _DOTTED.search(figures) is not None,
        country_digits=_COUNTRY.search(figures) is not None,
        plate=_PLATE.search(cases) is not None,
        postcode=b" 0AA" in cases,
        numbers=tuple([m.start() for m in _NUMBER.finditer(figures)]),
        pairs=_pairs(latin),
        mixed=_mixed(latin.translate(_LOOKALIKES)),
    )


def _pairs(latin: bytes) -> bool:
    return latin.count(b":") + latin.count(b"-") >= _MARKS and b"-00-00-" in latin.translate(_HEXADECIMAL)


def _mixed(classes: bytes) -> tuple[tuple[int, int], ...]:
    """Series with a letter in them, or just before them."""
    return tuple(
        (m.start(), m.end())
        for m in _MIXED.finditer(classes)
        if classes.find(b"l", max(0, m.start() - 6), m.end()) >= 0
    )
