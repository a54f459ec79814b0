"""What tells that two texts come from one: runs of words, and figures and names in their order.

In: redacted text. Out: a Print (hashes for an index over many texts) and, for two texts, the shares that they have in
common. A near-copy keeps runs of words; a text that was spun (words swapped one by one, mostly by a machine) keeps
the figures and the names of places in their order, and little else.
Left out: which of two texts is the original, and from what share on one is a copy (`data/taxonomy/copies.toml`).
Known weakness: a spun text whose figures were changed too, or that holds fewer than a handful of them.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from vigie.text.normalise import fold

RUN = 4  # words: shorter runs ("le gramme de cocaine") are common property
SAMPLE = 4  # one run in four is kept for the index, chosen by its hash: the same ones in every text
MOST_ITEMS = 400  # of a report of a hundred pages the first ones tell enough
_WORD = re.compile(r"\w+")
_ITEM = re.compile(r"(?<!\w)\d+(?:[ .,\u00a0\u202f]\d{3}(?!\d))*(?:[.,]\d+)?|(?<!\w)[A-ZÀ-ÖØ-ÞŒ][\w-]{2,}")
_NUMBERS = {
    word: str(number)
    for listed in (
        "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen",
    )
    for number, word in enumerate(listed.split(), 2)
}
_ITEM_OR_WORD = re.compile(rf"(?<!\w)(?i:{'|'.join(_NUMBERS)})(?!\w)|{_ITEM.pattern}")
_SENTENCE_ENDS = frozenset('.!?:…\n"«»“”')
_SPACES = re.compile(r"[ \u00a0\u202f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """Hashes of one text, 32 bits each.

    Attributes:
        runs: of a sample of its runs of words, sorted.
        pairs: of figures and names that follow each other, sorted.
    """

    runs: tuple[int, ...]
    pairs: tuple[int, ...]


def print_of(text: str) -> Print:
    """The print of a redacted text."""
    listed = items(text)
    pairs = {_hash(f"{a}|{b}") for step in (1, 2) for a, b in zip(listed, listed[step:], strict=False)}
    return Print(
        runs=tuple(sorted(run for run in runs(text) if run % SAMPLE == 0)), pairs=tuple(sorted(pairs))
    )


def runs(text: str, length: int = RUN) -> frozenset[int]:
    """Hashes of all runs of `length` words, whatever their case, accents and punctuation."""
    words = _WORD.findall(fold(text))
    shifted = zip(*(words[step:] for step in range(length)), strict=False)
    return frozenset([zlib.crc32(" ".join(run).encode("utf-8", "surrogatepass")) for run in shifted])


def items(text: str, *, words: bool = False) -> tuple[str, ...]:
    """Figures and proper names in order: "28000", "2.5", "anvers". A capital that opens a sentence is no name.

    With `words`, "sept" and "seven" are 7 too. Prints are made without, so that those of an older Vigie still serve.
    """
    found: list[str] = []
    for match in (_ITEM_OR_WORD if words else _ITEM).finditer(text):
        word = match[0]
        if word[0].isdigit():
            found.append(_figure(word))
        elif words and (number := _NUMBERS.get(word.lower())):
            found.append(number)
        elif not _opens(text, match.start()):
            found.append(fold(word))
        if len(found) == MOST_ITEMS:
            break
    return tuple(found)


def _figure(text: str) -> str:
    """ "28 000", "28.000" and "28000" are one figure; so are "2,5" and "2.5"."""
    bare = _SPACES.sub("", text)
    whole, mark, rest = bare.replace(",", ".").rpartition(".")
    if not mark or len(rest) == 3:
        return bare.replace(",", "").replace(".", "")
    return f"{whole.replace('.', '')}.{rest}"


def _opens(text: str, at: int) -> bool:
    """True at the first word of a sentence or line, after a dash or a quotation mark too."""
    before = text[max(0, at - 6) : at].rstrip(" \u00a0\u202f\t-–—(*")
    return not before or before[-1] in _SENTENCE_ENDS


def share_kept(copy: frozenset[int], original: frozenset[int]) -> float:
    """Share of the copy's runs that stand in the original; 0 for a text too short to say."""
    return len(copy & original) / len(copy) if copy else 0.0


def kept_in_order(copy: Sequence[str], original: Sequence[str]) -> int:
    """How many items the two have in common in the same order (longest common subsequence)."""
    row = [0] * (len(original) + 1)
    for item in copy:
        above_left = 0
        for at, other in enumerate(original, 1):
            above = row[at]
            row[at] = above_left + 1 if item == other else max(above, row[at - 1])
            above_left = above
    return row[-1]


def _hash(text: str) -> int:
    """The same in every process and on every machine."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))
