"""What the words of cells mean, by the same lists and grammars as the words of texts.

In: one clean cell (redacted), the languages it may be in. Out: a record, or None for what is not known. Each distinct cell is asked
once (`lookup.py`). A whole cell is one answer: a cell that names two products, or a product and something else that no list
knows, is not known. Words that only tables have: data/intake/words.toml.
Left out: units and currencies of other columns (`figures.py`); redaction (`vigie.redact.table`, before).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from vigie.extract.amounts import amounts
from vigie.extract.currency import to_eur
from vigie.extract.mentions import PlaceMention
from vigie.extract.place import find_places
from vigie.extract.substance import find_forms, find_substances
from vigie.lexicon.gazetteer import Entry, gazetteer, key, place_by_code
from vigie.lexicon.grammar import mass_in_grams
from vigie.lexicon.substances import BLOCKER, LANGUAGES, substance_matcher, taxonomy
from vigie.lexicon.terms import data_toml, load_terms
from vigie.model.place import Place
from vigie.text.normalise import fold

_CODE = re.compile(r"[A-Z]{3}")
_NUMBER = re.compile(r"(?<!\w)[0-9]+(?:[.,][0-9]+)?")
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_DEPARTMENT = re.compile(r"(?:[0-9]{2}|2[AB]|97[1-6])")
_COMMUNE = re.compile(r"(?:[0-9]{5}|2[AB][0-9]{3})")
# Of several places with the name of a whole cell: a table names areas, and of towns the largest.
_ORDER = {
    "country": 0,
    "region": 1,
    "state": 1,
    "department": 2,
    "city": 3,
    "commune": 3,
    "arrondissement": 4,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A substance of the taxonomy, and the form that its name tells."""

    substance: str
    form: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit as observations carry it: kind mass, volume, piece, percent or money."""

    code: str
    kind: str


@cache
def _words(table: str) -> Mapping[str, str]:
    return {fold(w): code for code, words in data_toml("intake", "words.toml")[table].items() for w in words}


def word(table: str, text: str) -> str | None:
    """The code of a cell in a list of data/intake/words.toml ("event", "mode", "measure", "price_kind"); the code itself too."""
    listed = data_toml("intake", "words.toml")[table]
    plain = fold(text).strip()
    others = {"price_kind": ("min-order", "delivery-fee", "deposit", "seizure-valuation", "wage", "other")}
    return plain if plain in listed or plain in others.get(table, ()) else _words(table).get(plain)


@cache
def _names() -> Mapping[str, str]:
    """Ids, names of the taxonomy and registry numbers, folded, to ids."""
    found: dict[str, str] = {}
    for entry in taxonomy().values():
        for name in (entry.id, entry.name_fr, entry.name_en, entry.inn, entry.cas, entry.inchikey):
            if name:
                found.setdefault(fold(name), entry.id)
    return found


@cache
def _not_found() -> re.Pattern[str]:
    """Words of a cell that say a product was looked for and not found, whole words of a folded text."""
    words = data_toml("intake", "words.toml")["not_found"]["words"]
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(fold(w)) for w in words) + r")(?!\w)")


def product(text: str, lang: str) -> Product | None:
    """The substance that a whole cell names; None too for one that says it was not found."""
    folded = fold(text).strip()
    if _not_found().search(folded):
        return None  # "cocaïne (non détecté)": no row may say the contrary of its cell
    if folded in _names():
        return Product(substance=_names()[folded])
    for chosen in (lang, *(other for other in LANGUAGES if other != lang)):
        whole = [
            hit
            for hit in substance_matcher(chosen).find(text, fold(text))
            if hit.term.id != BLOCKER and not text[: hit.start].strip() and not text[hit.end :].strip()
        ]
        if whole:  # "coke": alone in a column of products it means one
            return Product(substance=whole[0].term.id, form=whole[0].term.extra.get("form"))
        found = find_substances(text, chosen)
        ids = list(dict.fromkeys(m.substance for m in found if m.substance))
        kept = [i for i in ids if not any(i in _above(other) for other in ids if other != i)]
        if len(kept) == 1:
            form = next((m.form for m in found if m.substance == kept[0] and m.form), None)
            return Product(substance=kept[0], form=form)
        if kept:
            return None
    short = _BRACKETS.sub("", text).strip()
    return product(short, lang) if short and short != text else None


def _above(substance: str) -> set[str]:
    found = list(taxonomy()[substance].parents)
    for name in found:
        found += [p for p in taxonomy()[name].parents if p not in found]
    return set(found)


@cache
def _forms() -> frozenset[str]:
    return frozenset(term.id for lang in LANGUAGES for term in load_terms("forms", lang))


def form(text: str, lang: str) -> str | None:
    plain = fold(text).strip()
    if plain in _forms():
        return plain
    for chosen in (lang, *(other for other in LANGUAGES if other != lang)):
        ids = {m.form for m in find_forms(text, chosen)}
        if len(ids) == 1:
            return ids.pop()
    return None


def unit(text: str, lang: str) -> Unit | None:
    """The unit that a cell of a column of units names: "kg", "Kilogram", "comprimés", "%", "USD"."""
    plain = text.strip().removesuffix(".")
    for chosen in (lang, *(other for other in LANGUAGES if other != lang)):
        for said in (plain, plain.lower(), _BRACKETS.sub("", plain)):
            read = f"1 {said}"
            found = amounts(fold(read), read, chosen)
            if len(found) == 1 and found[0].unit is not None and found[0].low == found[0].high == 1.0:
                return Unit(code=found[0].unit.code, kind=found[0].unit.kind)
    return None


def currency(text: str, lang: str) -> str | None:
    """The ISO 4217 code that a cell of a column of currencies names."""
    if _CODE.fullmatch(text.strip()) and currency_known(text.strip()):
        return text.strip()
    found = unit(text, lang)
    return found.code if found is not None and found.kind == "money" else None


@lru_cache(maxsize=512)
def currency_known(code: str) -> bool:
    found = unit(code, "en")
    return found is not None and found.kind == "money" and found.code == code


def place(text: str, country: str = "", *, lang: str) -> Place | None:
    """The place that a cell names, inside the country that another column names ("" for none).

    Codes are understood: FR-69, 69 (department), 69123 (commune by its INSEE number), ISO 3166-1 and -2, GN:<geonameid>.
    """
    said = text.strip()
    held = place_of_country(country, lang) if country else None
    inside = held.code if held is not None else None
    entry = _by_code(said, inside) or _official(said, inside)
    if (
        entry is None and "," in said
    ):  # "Korea, Republic of" is written so in lists of countries; "Lyon, France": the last part says where
        first, _, last = (part.strip() for part in said.rpartition(","))
        entry = _named(f"{last} {first}", inside)
        outer = None if entry is not None else _named(last, inside)
        entry = _named(first, outer.country or outer.code) if outer is not None else entry
    entry = entry or _named(said, inside) or _named(_BRACKETS.sub("", said), inside)
    if entry is not None:
        return entry.place(said)
    if "," in said:
        return None
    for read, chosen in ((said, lang), (f"à {said}.", "fr"), (f"in {said}.", "en")):
        found = find_places(read, chosen)
        rest = "".join(c if not any(m.start <= n < m.end for m in found) else " " for n, c in enumerate(read))
        # "Paris Hilton" is no place, nor is what a place stands beside: the whole cell must be one.
        if not found or re.search(r"\b[A-ZÀ-Þ\d]|\[", _BRACKETS.sub("", rest)):
            continue
        found = [m for m in found if inside in (None, m.place.country, m.place.code)]
        if len({m.place.code for m in found[:1]}) == 1 and not _apart(found[1:], found[0].place):
            return found[0].place
    return None


def _official(said: str, inside: str | None) -> Entry | None:
    code = _words("country").get(fold(said).replace("’", "'").strip())
    return gazetteer().by_code(code) if code and inside in (None, code) else None


def _apart(others: Sequence[PlaceMention], place: Place) -> bool:
    """Whether another place is named that is neither a part of the first nor the same."""
    inside = (place.code, place.department, place.region, place.country)
    return any(
        m.place.code not in inside and place.code not in (m.place.department, m.place.region, m.place.country)
        for m in others
    )


def place_of_country(text: str, lang: str) -> Place | None:
    found = (
        gazetteer().by_code(text.strip().upper())
        or _official(text, None)
        or next((e for e in gazetteer().find(key(_BRACKETS.sub("", text))) if e.level == "country"), None)
    )
    if found is not None:
        return found.place(text)
    named = [m.place for m in find_places(text, lang) if m.place.level == "country"]
    return named[0] if named else None


def _by_code(said: str, inside: str | None) -> Entry | None:
    known = gazetteer().by_code
    if _DEPARTMENT.fullmatch(said) and inside in (None, "FR"):
        return known(f"FR-{said}")
    if _COMMUNE.fullmatch(said) and inside in (None, "FR"):
        return known(f"INSEE:{said}")
    if inside and re.fullmatch(r"[A-Z0-9]{1,3}", said) and (found := known(f"{inside}-{said}")):
        return found
    return known(said) if re.fullmatch(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?|INSEE:\w+|GN:\d+", said) else None


def _named(name: str, inside: str | None) -> Entry | None:
    """The entry that a whole cell names: areas before towns, of towns the largest."""
    found = (
        [e for e in gazetteer().find(key(name)) if inside in (None, e.country, e.code)]
        if name.strip()
        else []
    )
    if not found:
        return None
    towns = [e for e in found if e.level in ("commune", "city")]
    # A department and a town of one name far larger than it do not exist; Paris is a town, and so it stays in tables.
    return min(
        found,
        key=lambda e: (
            _ORDER.get(e.level, 5)
            - (2 if towns and e.level in ("commune", "city") and e.population > 1_000_000 else 0),
            -e.population,
        ),
    )


def known_word(text: str, lang: str) -> bool:
    """Whether a whole cell is a public word: a place or a country, a substance, a form. It names nobody."""
    plain = text.strip()
    if not plain or any(c in plain for c in "@/:+"):
        return False
    return bool(gazetteer().find(key(plain))) or fold(plain) in _names() or _whole_product(plain, lang)


def _whole_product(text: str, lang: str) -> bool:
    return any(
        not text[: hit.start].strip() and not text[hit.end :].strip()
        for hit in substance_matcher(lang if lang in LANGUAGES else LANGUAGES[0]).find(text, fold(text))
    )


def grams_of(unit_code: str) -> float | None:
    """Grams of one unit of mass; None for others."""
    return mass_in_grams().get(unit_code)


__all__ = [
    "Product", "Unit", "currency", "form", "grams_of", "known_word", "place", "place_by_code", "product", "to_eur", "unit", "word",
]  # fmt: skip
