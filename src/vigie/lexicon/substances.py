"""The taxonomy of substances, and the matchers of their names.

In: data/taxonomy/substances.toml, data/lexicons/<lang>/{substances_context,forms}.toml, and the names: the files of
`NAMES` in data/lexicons/<lang>/ and in data/lexicons/any/ (names written alike in every language).
Out: frozen entries by canonical id; one compiled matcher a language.
Left out: whether an ambiguous word counts in a given sentence (`vigie.extract.substance`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from vigie.lexicon.matcher import Matcher
from vigie.lexicon.terms import SHARED, Term, data_toml, load_terms
from vigie.model.errors import LexiconError

LANGUAGES = ("fr", "en")
NAMES = (
    "substances",
    "nps",
    "medicines",
    "precursors",
    "street_names",
    "emoji",
)  # files of names, in each folder
BLOCKER = "not-a-substance"
_MIN_FOREIGN = 5  # letters: shorter words of another language collide with ordinary words of this one


@dataclass(frozen=True, slots=True, kw_only=True)
class SubstanceEntry:
    """One substance, or family of substances, of the taxonomy.

    Attributes:
        id: canonical id, as observations carry it.
        name_fr, name_en: the label shown.
        group: family in the sense of the EUDA monitoring ("cannabis", "opioids", "cathinones", ...).
        parents: broader ids ("crack" -> "cocaine"); never a cycle.
        inn: international non-proprietary name, if it has one.
        cas, atc, inchikey: registry identifiers; None where there is none, or where we are not certain.
    """

    id: str
    name_fr: str
    name_en: str
    group: str
    parents: tuple[str, ...] = ()
    inn: str | None = None
    cas: str | None = None
    atc: str | None = None
    inchikey: str | None = None


@cache
def taxonomy() -> Mapping[str, SubstanceEntry]:
    """All entries by id, in file order. Raises LexiconError on a double id or an unknown parent."""
    entries: dict[str, SubstanceEntry] = {}
    for row in data_toml("taxonomy", "substances.toml").get("substance", ()):
        try:
            entry = SubstanceEntry(**{**row, "parents": tuple(row.get("parents", ()))})
        except TypeError as error:
            raise LexiconError(f"data/taxonomy/substances.toml: {row.get('id', '?')}: {error}") from error
        if entry.id in entries:
            raise LexiconError(f"data/taxonomy/substances.toml: {entry.id} stands twice: keep one")
        entries[entry.id] = entry
    for entry in entries.values():
        for parent in entry.parents:
            if parent not in entries:
                raise LexiconError(f"data/taxonomy/substances.toml: {entry.id}: parent {parent} is not an id")
    return MappingProxyType(entries)


def version() -> str:
    """Version of the taxonomy file."""
    return str(data_toml("taxonomy", "substances.toml").get("version", "0"))


def parents(substance: str) -> tuple[str, ...]:
    """Direct parents; () for a root and for an unknown id."""
    entry = taxonomy().get(substance)
    return entry.parents if entry else ()


@cache
def ancestors(substance: str) -> frozenset[str]:
    """The id itself and everything above it."""
    above = {substance}
    for parent in parents(substance):
        above |= ancestors(parent)
    return frozenset(above)


def related(a: str, b: str) -> bool:
    """The same substance, or one is above the other."""
    return a in ancestors(b) or b in ancestors(a)


def same_family(a: str, b: str) -> bool:
    """They share an ancestor ("cannabis-herb" and "cannabis-resin")."""
    return not ancestors(a).isdisjoint(ancestors(b))


def label(substance: str, lang: str) -> str:
    """Name to show in the language; the id itself when it is unknown."""
    entry = taxonomy().get(substance)
    if entry is None:
        return substance
    return entry.name_fr if lang == "fr" else entry.name_en


def group(substance: str) -> str | None:
    """Family in the sense of the EUDA; None for an unknown id."""
    entry = taxonomy().get(substance)
    return entry.group if entry else None


@cache
def substance_terms(lang: str) -> tuple[Term, ...]:
    """All names of substances of one language or folder (`SHARED`: those of every language), in the order of NAMES."""
    return tuple(term for name in NAMES for term in load_terms(name, lang, proof=False))


@cache
def substance_matcher(lang: str) -> Matcher:
    """Names of one language, those of all languages, the strong names of the others, and the phrases that are none."""
    names = [*substance_terms(lang), *substance_terms(SHARED)]
    for other in LANGUAGES:
        if other != lang:
            names += _foreign(substance_terms(other))
    return Matcher(names + _with_foreign("substances_context", lang, BLOCKER))


@cache
def form_matcher(lang: str) -> Matcher:
    """Words for the form of a product ("pilule", "résine"), in one language."""
    return Matcher(load_terms("forms", lang))


@cache
def context_matcher(lang: str) -> Matcher:
    """Words that let an ambiguous word count, or forbid it."""
    terms = load_terms("substances_context", lang)
    return Matcher(t for t in terms if t.id.startswith(("cue:", "counter")))


@cache
def measure_words(lang: str, *, small: bool = False) -> tuple[str, ...]:
    """Units and packings that a drug is counted in; `small`: only those in which hardly anything else is."""
    terms = load_terms("substances_context", lang)
    return tuple(
        s for t in terms if t.id == "measure" and (t.extra.get("small") or not small) for s in t.surface
    )


def _with_foreign(name: str, lang: str, only: str) -> list[Term]:
    """The entries `only` of a file in one language, and the strong ones of the others."""
    terms = [t for t in load_terms(name, lang) if t.id == only]
    for other in LANGUAGES:
        if other != lang:
            terms += _foreign(t for t in load_terms(name, other) if t.id == only)
    return terms


def _foreign(terms: Iterable[Term]) -> list[Term]:
    """What counts of another language's entries: strong names that are long enough."""
    found = []
    for term in terms:
        surface = tuple(s for s in term.surface if len(s.strip("+=")) >= _MIN_FOREIGN)
        if term.status == "strong" and surface:
            found.append(replace(term, surface=surface))
    return found
