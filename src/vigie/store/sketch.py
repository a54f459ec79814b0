"""Sketches: a text as a few salted hashes, by which a copy that was edited or better redacted is known again.

In: redacted text and a salt. Out: hashes of its sequences of words, without case, accents, punctuation and
placeholders (what another redactor changes). Nothing of the text can be read back from them.
Length of a sequence, size and threshold: data/upkeep/tombstones.toml, with how they were chosen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

from vigie.lexicon.terms import data_toml
from vigie.text.normalise import fold

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SketchRules:
    """How a text is sketched.

    Attributes:
        words: words of one sequence.
        size: most hashes kept of a text.
        share: part of a purged text's hashes, 0-1, from which another text counts as holding it.
        same: part from which it counts as the same text.
    """

    words: int
    size: int
    share: float
    same: float


@cache
def rules() -> SketchRules:
    table = data_toml("upkeep", "tombstones.toml")["sketch"]
    return SketchRules(words=table["words"], size=table["size"], share=table["share"], same=table["same"])


def hashes(text: str, salt: bytes) -> set[int]:
    """Every sequence of words of the text as an unsigned 64-bit number; a shorter text is one sequence."""
    words = _WORD.findall(_placeholders().sub(" ", fold(text)))
    length = rules().words
    if not words:
        return set()
    if len(words) < length:
        return {_hash(" ".join(words), salt)}
    return {_hash(" ".join(words[n : n + length]), salt) for n in range(len(words) - length + 1)}


def sketch(text: str, salt: bytes) -> list[int]:
    """The smallest hashes, in order: a sample that every copy of the text draws alike."""
    return sorted(hashes(text, salt))[: rules().size]


def _hash(words: str, salt: bytes) -> int:
    digest = blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8, key=salt).digest()
    return int.from_bytes(digest, "big")


@cache
def _placeholders() -> re.Pattern[str]:
    table = data_toml("redaction", "placeholders.toml")
    words = {fold(word) for entry in table.values() for word in entry.values()}
    return re.compile("|".join(re.escape(word) for word in sorted(words)))
