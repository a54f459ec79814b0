"""The words of amounts (numbers, bounds, units, currencies) as one frozen record per language.

In: data/grammar/<lang>.toml, units.toml and currencies.toml. Out: Grammar. All surfaces are folded (lower case, no accents).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from vigie.lexicon.currencies import currency_words
from vigie.lexicon.terms import data_toml
from vigie.model.errors import LexiconError

UnitKind = Literal["money", "mass", "volume", "piece", "percent"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A canonical unit: code "g", "pill", "EUR" or "%"; `scale` turns the number said into that unit (cents).

    `noun`: the bare name of a currency that several countries share ("francs"), else "".
    """

    kind: UnitKind
    code: str
    scale: float = 1.0
    noun: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """Words of one language; mappings go from folded surface to meaning."""

    lang: str
    numbers: Mapping[str, int]
    fractions: Mapping[str, float]
    denominators: Mapping[str, int]
    collectives: Mapping[str, int]
    multipliers: Mapping[str, int]
    short_multipliers: Mapping[str, int]
    words: Mapping[str, tuple[str, ...]]
    bounds: Mapping[str, tuple[str, ...]]
    units: Mapping[str, Unit]
    portions: Mapping[str, float]
    context_currencies: Mapping[str, Unit]
    piece_adjectives: tuple[str, ...]
    link: Mapping[str, tuple[str, ...]]
    proofs: tuple[Mapping[str, Any], ...]


def alternation(words: Iterable[str]) -> str:
    """A regular expression group of the words, longest first; a space in a word stands for one or more."""
    ordered = sorted(set(words), key=lambda w: (-len(w), w))
    return by_first_letter(ordered, lambda word: re.escape(word).replace(r"\ ", r"[ \n]+"))


def by_first_letter(words: Iterable[str], escape: Callable[[str], str]) -> str:
    """A regular expression group of the words; of those with one first letter, the first that fits is taken.

    Grouped so that two hundred units are not all tried where none of them stands.
    """
    heads: dict[str, list[str]] = {}
    for word in words:
        heads.setdefault(word[:1], []).append(escape(word[1:]))
    return "(?:" + "|".join(f"{escape(head)}(?:{'|'.join(tails)})" for head, tails in heads.items()) + ")"


def trie(words: Iterable[str]) -> str:
    """A regular expression group that matches the longest of many words; tried in the time of one.

    For a thousand surfaces, of which `alternation` would try all that share a first letter.
    """
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    return _branch(root)


def _branch(node: dict[str, Any]) -> str:
    options = [
        (r"[ \n]+" if char == " " else re.escape(char)) + _branch(below)
        for char, below in sorted(node.items())
        if char
    ]
    if not options:
        return ""
    return f"(?:{'|'.join(options)}){'?' if '' in node else ''}"


def _with_plural(surface: str) -> tuple[str, ...]:
    """The surface and, for a word of letters, its plural in -s on the first word ("gramme", "grammes")."""
    first, _, rest = surface.partition(" ")
    if not first.isalpha() or len(first) < 3 or first[-1] in "sx":
        return (surface,)
    return (surface, f"{first}s {rest}" if rest else f"{first}s")


def plurals(surfaces: Iterable[str]) -> list[str]:
    """The surfaces and their plurals in -s."""
    return [form for surface in surfaces for form in _with_plural(surface)]


@cache
def link_words(lang: str, key: str) -> str:
    """A regular expression group of the small words `key` of a language, each followed by its space if it needs one."""
    return (
        "(?:"
        + "|".join(
            re.escape(w).replace(r"\ ", r"[ \n]+") + (r"[ \n]+" if w[-1].isalnum() else r"[ ]*")
            for w in sorted(set(grammar(lang).link[key]), key=lambda w: (-len(w), w))
        )
        + ")"
    )


@cache
def mass_in_grams() -> Mapping[str, float]:
    """Grams in one of each mass unit."""
    return dict(data_toml("grammar", "units.toml")["mass"])


@cache
def grammar(lang: str) -> Grammar:
    """The grammar of "fr" or "en". Raises LexiconError for a unit that units.toml does not know."""
    data = data_toml("grammar", f"{lang}.toml")
    canonical = data_toml("grammar", "units.toml")
    currencies = currency_words(lang)
    units = {
        surface: Unit("money", code, noun=surface if surface in currencies.shared else "")
        for surface, code in currencies.names.items()
    }
    units |= {surface: Unit("money", code, 0.01) for surface, code in currencies.parts.items()}
    units |= {surface: Unit("money", "GBP", float(value)) for surface, value in currencies.notes.items()}
    for surface, code in data["units"].items():
        kind: UnitKind = "mass" if code in canonical["mass"] else "volume"
        if code not in canonical["mass"] and code not in canonical["volume"]:
            raise LexiconError(f"data/grammar/{lang}.toml: unit {code!r} is not in units.toml: add it there")
        for form in _with_plural(surface):
            units[form] = Unit(kind, code)
    for surface, code in data["pieces"].items():
        if code not in canonical["piece"]["codes"]:
            raise LexiconError(f"data/grammar/{lang}.toml: piece {code!r} is not in units.toml: add it there")
        for form in _with_plural(surface):
            units[form] = Unit("piece", code)
    for surface in data["percent"]["words"]:
        units[surface] = Unit("percent", "%")
    context = {
        form: Unit("money", code)
        for s, code in data["context_currencies"].items()
        for form in _with_plural(s)
    }
    return Grammar(
        lang=lang,
        numbers=data["numbers"],
        fractions=data["fractions"],
        denominators=data["denominators"],
        collectives=data["collectives"],
        multipliers=data["multipliers"],
        short_multipliers=data["short_multipliers"],
        words={key: tuple(value) for key, value in data["words"].items()},
        bounds={key: tuple(value) for key, value in data["bounds"].items()},
        units=units,
        portions=data["portions"],
        context_currencies=context,
        piece_adjectives=tuple(data["piece_adjectives"]["words"]),
        link={key: tuple(value) for key, value in data["link"].items()},
        proofs=tuple(data.get("proof", ())),
    )
