"""The names, signs and codes of currencies as surfaces of one language.

In: data/grammar/currencies.toml. Out: CurrencyWords: folded surface to ISO 4217 code, with what each surface asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from vigie.lexicon.terms import data_toml
from vigie.model.errors import LexiconError
from vigie.text.normalise import fold

UNKNOWN = "XXX"  # ISO 4217: no currency; of a name that several countries share


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyWords:
    """Surfaces of one language, folded.

    Attributes:
        names: all surfaces after an amount, and their code.
        notes: banknotes of pounds by their value ("a tenner").
        parts: hundredths ("centime", "pence") and the code of their unit.
        before: the surfaces that may stand before an amount ("$", "usd", "ringgit").
        glued: codes that may touch the figures after them ("USD115").
        lower: codes that count in lower case too before the amount.
        before_words: those of `before` that are nouns: what follows the amount must not be a noun.
        careful: words of everyday language: only after digits, and ten or more.
        capitals: only if written in capitals.
        short_parts: hundredths that are one letter: only glued to the figures.
        parts_after: hundredths that count only after their unit ("3 ringgit 50 sen").
        dollars: code by word for what may follow "$ 20": "canadian", "cad".
        shared: bare names of several currencies, and the code of each by country (ISO 3166-1): {"francs": {"CH": "CHF"}}.
    """

    names: Mapping[str, str]
    parts: Mapping[str, str]
    notes: Mapping[str, int]
    before: Mapping[str, str]
    glued: frozenset[str]
    lower: frozenset[str]
    before_words: frozenset[str]
    careful: frozenset[str]
    capitals: frozenset[str]
    short_parts: frozenset[str]
    parts_after: frozenset[str]
    dollars: Mapping[str, str]
    shared: Mapping[str, Mapping[str, str]]


@cache
def currency_words(lang: str) -> CurrencyWords:
    """The words of "fr" or "en". Raises LexiconError for a currency whose noun is not listed."""
    data = data_toml("grammar", "currencies.toml")
    never = set(data["careful"]["never"][lang])
    words = set(data["codes"]["words"]) | set(data["codes"]["capitals"])
    names: dict[str, str] = {}
    shared: dict[str, set[str]] = {}
    before: dict[str, str] = {}
    dollars: dict[str, str] = {}
    for code, entry in data["currency"].items():
        forms = data["nouns"].get(entry["noun"])
        if forms is None:
            raise LexiconError(
                f"data/grammar/currencies.toml: {code} names the noun {entry['noun']!r}: list it in [nouns]"
            )
        for form in forms[lang]:
            shared.setdefault(form, set()).add(code)
            for adjective in entry.get(lang, ()):
                names |= dict.fromkeys(_full_names(form, adjective, lang), code)
        for sign in (fold(sign) for sign in entry.get("sign", ())):
            spaced = (f"{sign[:-1]} $",) if (sign.endswith("$") and len(sign) > 2) or sign == "c$" else ()
            for surface in (sign, *spaced):
                names[surface] = code
                if surface not in words:
                    before[surface] = code
        names[code.lower()] = code
        if code.lower() not in words:
            before[code.lower()] = code
        if entry["noun"] in ("dollar", "peso"):
            dollars |= dict.fromkeys((code.lower(), *entry.get(lang, ())), code)
            for surface in (f"{code.lower()}$", f"{code.lower()} $"):
                names[surface] = before[surface] = code
            for surface in (f"${code.lower()}", f"$ {code.lower()}"):
                names[surface] = code
    before |= {
        surface: code for surface, code in names.items() if surface in ("us$", "us $", "u.s. $", "u.s $")
    }
    for form, codes in shared.items():
        if form not in never:
            names.setdefault(form, data["bare"][lang].get(form) or _only(codes, form, data, lang))
    for code in data["codes"]["extra"]:
        names[code] = code.upper()
    names |= data["slang"][lang]
    nouns = set(data["before"][lang]["names"])
    before |= {surface: code for surface, code in names.items() if surface.split()[-1] in nouns}
    return CurrencyWords(
        names=names, parts=data["parts"][lang], notes=data["notes"][lang], before=before,
        glued=frozenset(s for s in before if s.isalpha() and s.isascii() and s not in nouns and len(s) < 5),
        lower=frozenset(data["codes"]["lower"]), before_words=frozenset(nouns), careful=frozenset(data["careful"][lang]),
        capitals=frozenset(words),
        short_parts=frozenset(data["parts"]["short"]), parts_after=frozenset(data["parts"]["after"]),
        dollars=dollars,
        shared=_shared(shared, never, data, lang),
    )  # fmt: skip


def _shared(
    shared: Mapping[str, set[str]], never: set[str], data: Mapping[str, Any], lang: str
) -> Mapping[str, Mapping[str, str]]:
    """Code by country of each bare name that is that of several currencies."""
    dollars = {
        country: code
        for country in data["dollars"][lang]
        for code in data["currency"]
        if code == f"{country}D"
    }
    found: dict[str, Mapping[str, str]] = dict.fromkeys(("$", *data["nouns"]["dollar"][lang]), dollars)
    for form, codes in shared.items():
        if len(codes) > 1 and form not in never and form not in found:
            found[form] = {country: code for code in codes for country in _countries(code, data)}
    return found


def currency_of(noun: str, countries: Iterable[str], lang: str) -> str | None:
    """The currency of that name in the first of the countries that has one; None if none has."""
    codes = currency_words(lang).shared[noun]
    return next((codes[country] for country in countries if country in codes), None)


def _countries(code: str, data: Mapping[str, Any]) -> list[str]:
    """The countries of a currency: the first two letters of its code, or those listed."""
    return list(data["currency"][code].get("countries", (code[:2],)))


def _only(codes: set[str], form: str, data: Mapping[str, Any], lang: str) -> str:
    """The one currency of a noun, or the one its first form is known for, else UNKNOWN."""
    if len(codes) == 1:
        return next(iter(codes))
    bare = data["bare"][lang]
    nouns = [noun for noun, forms in data["nouns"].items() if form in forms[lang] and noun in bare]
    return bare[nouns[0]] if len(nouns) == 1 else UNKNOWN


def _full_names(form: str, adjective: str, lang: str) -> Iterator[str]:
    """A noun with what says its country: "malaysian ringgit", "livres egyptiennes", "dollars de Singapour"."""
    if lang == "en":
        yield f"{adjective} {form}"
        yield f"{adjective.replace(' ', '')}{form}"
        return
    yield f"{form} {adjective}"
    if " " not in adjective and "'" not in adjective and adjective[-1] not in "sx.":
        yield f"{form} {adjective}s"
