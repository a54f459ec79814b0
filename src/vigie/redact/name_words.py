"""What a word by itself says about being a name: which lists know it, how it is written, what its letters are like.

In: a word as written and folded. Out: Word, remembered by word.
Left out: what stands beside it (`name_features`).
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from typing import NamedTuple

from vigie.lexicon.gazetteer import gazetteer, key
from vigie.lexicon.terms import data_text
from vigie.redact.wordlists import Lists, lists

# A letter for each list that knows the word.
_LISTS = (
    ("g", "given"),
    ("a", "alone"),
    ("u", "surnames"),
    ("s", "small"),
    ("p", "places"),
    ("t", "towns"),
    ("o", "org_words"),
    ("b", "brands"),
    ("r", "roles"),
    ("i", "titles"),
    ("v", "speech"),
    ("n", "not_names"),
    ("m", "named_after"),
    ("e", "bearers"),
    ("x", "second_cue"),
    ("z", "slang"),
)
_OTHER = frozenset("obrivnme")
_NAMES = frozenset("gu")
_TOWN = 3_000  # inhabitants
_ACRONYM = 5  # letters
_STEPS = 4


class Word(NamedTuple):
    """`kind`: G, H given name (H: also a word), F, E surname (E: also a word), P place, Q small place, O other lists, W common word,
    A short capitals, I initial, D with figures, U unknown. `signs`: the features that need nothing beside the word;
    `base`: the sum of their weights.
    """

    kind: str
    small: bool
    signs: tuple[str, ...]
    base: float = 0.0


class Model(NamedTuple):
    """Logarithms of odds: of three and four letters in a row, and of features; the scores from which on a word is a name."""

    grams: dict[str, float]
    weights: dict[str, float]
    capital: float
    lower: float


@cache
def model() -> Model:
    data = json.loads(data_text("redaction", "name_weights.json"))
    return Model(data["grams"], data["weights"], data["capital"], data["lower"])


@cache
def known_words() -> frozenset[str]:
    """Words that are no name wherever they stand in small letters."""
    words = lists()
    return (
        words.common
        | words.not_names
        | words.org_words
        | words.roles
        | words.speech
        | words.named_after
        | words.bearers
        | words.titles
        | words.not_named
        | words.role_tails
    ) - words.small


def sounds(low: str, grams: dict[str, float]) -> float:
    """How much more like a name than like a word or a town the letters are, a letter."""
    inside = f"^{low}$"
    total = sum(grams.get(inside[i : i + n], 0.0) for n in (3, 4) for i in range(len(inside) - n + 1))
    return total / max(1, len(low))


@lru_cache(maxsize=1 << 15)
def inhabitants(low: str) -> int:
    """Of the largest commune of this name; -1 for none."""
    return max((entry.population for entry in gazetteer().find(key(low))), default=-1)


@lru_cache(maxsize=1 << 15)
def word_of(word: str, low: str) -> Word:
    known = model()
    found = described(word, low, lists(), known.grams)
    return found._replace(base=sum(known.weights.get(sign, 0.0) for sign in found.signs))


def described(word: str, low: str, words: Lists, grams: dict[str, float], *, forget: bool = False) -> Word:
    """As `word_of`; `forget` takes the word for one that no list knows, for training."""
    parts = [part for part in low.split("-") if part]
    flags = "" if forget else "".join(sign for sign, name in _LISTS if low in getattr(words, name))
    if not flags and len(parts) > 1 and not forget:
        flags = "-" + "".join(s for s, name in _LISTS if all(p in getattr(words, name) for p in parts))
        if flags == "-":
            flags = "-y" if any(part in words.listed for part in parts) else ""
    known = known_words()
    common = low in known or (len(parts) > 1 and all(part in known for part in parts))
    people = -1 if forget else inhabitants(low)
    caps = len(word) > 1 and word.isupper() and not word.endswith(".")
    kind = _kind(word, low, frozenset(flags), common, people, caps)
    shape = _shape(word, caps)
    small = shape == "low"
    sound = sounds(low, grams)
    step = max(-_STEPS, min(_STEPS, int(sound * 2 if sound > 0 else sound * 2 - 1)))
    signs = [
        "b",
        f"K={kind}",
        f"s={kind}{shape}",
        f"l={kind}{min(len(low), 10)}",
        f"q={kind}{step}",
        f"q={step}",
    ]
    signs += [f"f={flag}" for flag in flags]
    if common:
        signs += ["c", f"c={kind}"]
    if people >= 0:
        signs.append(f"pop={len(str(people))}")
    if kind in "UQAD":
        signs += [f"e2={low[-2:]}", f"e3={low[-3:]}", f"e4={low[-4:]}", f"b2={low[:2]}", f"b3={low[:3]}"]
    if small:
        signs += ["low", f"low={kind}"]
    return Word(kind, small, tuple(signs))


def _kind(word: str, low: str, flags: frozenset[str], common: bool, people: int, caps: bool) -> str:
    if word.endswith("."):
        return "I"
    if any(c.isdigit() for c in low):
        return "D"
    if flags & _OTHER and not flags & _NAMES:
        return "O"
    if "a" in flags or {"u", "s"} <= flags:
        return "G" if "g" in flags else "F"
    if "g" in flags:
        return "H"
    if "u" in flags:
        return "E"
    if flags & {"p", "t"} or people > _TOWN:
        return "P"
    if common:
        return "W"
    if caps and len(low) <= _ACRONYM:
        return "A"
    return "Q" if people >= 0 else "U"


def _shape(word: str, caps: bool) -> str:
    if caps:
        return "caps"
    if word.endswith("."):
        return f"i{min(3, word.count('.'))}"
    if "-" in word:
        return "both" if all(part[:1].isupper() for part in word.split("-") if part) else "first"
    if word.islower():
        return "low"
    return "cap" if word[1:].islower() or len(word) == 1 else "mixed"
