"""The gazetteer: every place the project can name, by folded name and by code.

In: data/gazetteer (built by scripts/build_gazetteer.py; sources in its SOURCES.md). Out: frozen Entry records.
Nothing here reads text: `vigie.extract.place` decides which entry a name in a sentence means.
Left out: anything finer than a commune (arrondissement for Paris, Lyon, Marseille), villages abroad.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import Any, cast

from vigie.lexicon.terms import data_text, data_toml
from vigie.model.errors import LexiconError
from vigie.model.place import Level, Place
from vigie.text.normalise import fold

_SPACED = str.maketrans({"-": " ", "'": " ", "œ": "oe", "ß": "ss", "/": " ", ".": " "})
_ARTICLES = ("le", "la", "les")
_SAINTS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
# Former and alternative codes. Paris keeps FR-75: every department is "FR-" and its number (ISO now has FR-75C).
_ALIASES = {
    "FR-75C": "FR-75", "FR-69M": "FR-69", "FR-COR": "FR-20R", "UK": "GB",
    "GP": "FR-971", "MQ": "FR-972", "GF": "FR-973", "RE": "FR-974", "YT": "FR-976", "PF": "FR-PF", "NC": "FR-NC",
    "PM": "FR-PM", "WF": "FR-WF", "BL": "FR-BL", "MF": "FR-MF", "TF": "FR-TF", "FR-GP": "FR-971", "FR-MQ": "FR-972",
    "FR-GF": "FR-973", "FR-RE": "FR-974", "FR-YT": "FR-976",
}  # fmt: skip


def key(name: str) -> str:
    """The look-up form of a name: folded, spaces for hyphens and apostrophes, "St" written out."""
    words = fold(name).translate(_SPACED).split()
    return " ".join(_SAINTS.get(word, word) for word in words)


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of the gazetteer.

    Attributes:
        code: as in `vigie.model.place.Place`; None for a usual area without an official code.
        label: canonical name.
        level: see `vigie.model.place.Level`.
        population: inhabitants, 0 where the source has none.
        lat, lon: degrees or None. The point of a department, region or country is the middle of its places.
        department, region, country: codes of the containing places; `region` holds the state abroad.
    """

    code: str | None
    label: str
    level: Level
    population: int = 0
    lat: float | None = None
    lon: float | None = None
    department: str | None = None
    region: str | None = None
    country: str | None = None

    def place(self, name: str) -> Place:
        """This entry as the place that the text calls `name`."""
        return Place(
            name=name, label=self.label, code=self.code, level=self.level, lat=self.lat, lon=self.lon,
            department=self.department, region=self.region, country=self.country,
        )  # fmt: skip


class Gazetteer:
    """Names to entries. The large files stay lines of text; a line becomes records when it is asked for."""

    def __init__(self) -> None:
        self._divisions: dict[str, list[Entry]] = {}
        self._by_code: dict[str, Entry] = {}
        for line in data_text("gazetteer", "divisions.tsv").splitlines():
            if not line.startswith("#"):
                self._add_division(line.split("\t"))
        self._communes = _index(_read_gz("communes.tsv.gz"))
        self._cities = _index(_read_gz("cities.tsv.gz"))
        self._aliases: dict[str, str] = {}
        self._phrases: dict[str, Entry | str] = {}
        for area in curated("areas")["area"]:
            self._add_area(area)
        self.find = lru_cache(maxsize=20_000)(self._search)

    def _add_division(self, fields: list[str]) -> None:
        code, level, label, names, population, lat, lon, region, country = fields
        entry = Entry(
            code, label, cast(Level, level), int(population or 0), _number(lat), _number(lon),
            code if level == "department" else None, region or None, country or None,
        )  # fmt: skip
        self._by_code[code] = entry
        for name in names.split("|"):
            self._divisions.setdefault(name, []).append(entry)

    def _add_area(self, area: Mapping[str, Any]) -> None:
        """A curated name: an exact phrase if it opens in lower case or is all capitals, else a folded name."""
        code, within = area.get("code"), area.get("within")
        if code and ":" in code:  # a commune: its record is read when a text names it
            for name in area["names"]:
                if _exact(name):
                    self._phrases[name.lstrip("=")] = code
                else:
                    self._aliases[key(name)] = code
            return
        entry = self.by_code(code) if code else None
        if entry is None:
            level: Level = "area"
            if code:
                level = "country" if "-" not in code else "region" if code.startswith("FR-") else "state"
            country = (within or code or "")[:2] or None
            region = within if within and "-" in within else code if level == "state" else None
            entry = Entry(code, area.get("label", ""), level, region=region, country=country)
            if code:
                self._by_code[code] = entry
        elif "label" in area and area["label"] != entry.label:
            entry = replace(entry, label=area["label"])
            self._by_code[str(code)] = entry
        self._divisions.setdefault("@" + entry.label, [entry])
        for name in area["names"]:
            if _exact(name):
                name = name.lstrip("=")
                self._phrases[name] = entry
                self._phrases[name.replace("'", "’")] = entry
            else:
                known = self._divisions.setdefault(key(name), [])
                known[:] = [e for e in known if e.code != entry.code or e.code is None] + [entry]

    def area(self, label: str) -> Entry | None:
        """The curated area of that exact label."""
        return next(iter(self._divisions.get("@" + label, ())), None)

    @property
    def phrase_names(self) -> tuple[str, ...]:
        """The names that are matched exactly as written."""
        return tuple(self._phrases)

    def phrase(self, name: str) -> Entry | None:
        """The place that an exact phrase means."""
        found = self._phrases.get(name)
        return self.by_code(found) if isinstance(found, str) else found

    def _search(self, name: str) -> tuple[Entry, ...]:
        found = list(self._divisions.get(name, ()))
        if (code := self._aliases.get(name)) and (alias := self.by_code(code)):
            found.append(alias)
        if line := self._communes.get(name):
            found += [self._commune(record) for record in line.split("\t")]
        if line := self._cities.get(name):
            found += [_city(record) for record in line.split("\t")]
        return tuple(found)

    def _commune(self, record: str) -> Entry:
        code, label, population, lat, lon, department = record.split(";")
        parent = self._by_code.get(department)
        return Entry(
            f"INSEE:{code}", label, "arrondissement" if label.endswith(" arrondissement") else "commune",
            int(population or 0), _number(lat), _number(lon),
            department if parent is None or parent.level == "department" else None,
            parent.region if parent else None, "FR",
        )  # fmt: skip

    @cached_property
    def _openings(self) -> tuple[dict[str, int], dict[str, int]]:
        heads: dict[str, int] = {}
        articled: dict[str, int] = {}
        for names in (self._communes, self._cities, self._divisions, self._aliases):
            for name in names:
                if " " not in name:  # most of them
                    heads.setdefault(name, 1)
                    continue
                head, _, rest = name.partition(" ")
                size = name.count(" ") + 1
                if heads.get(head, 0) < size:
                    heads[head] = size
                if head in _ARTICLES:
                    second = rest.partition(" ")[0]
                    articled[second] = max(articled.get(second, 0), size - 1)
        return heads, articled

    @property
    def heads(self) -> dict[str, int]:
        """First word of every name -> number of words of the longest name that it opens."""
        return self._openings[0]

    @property
    def articled(self) -> dict[str, int]:
        """The same for names that open with an article, without it: "mans" of "le mans"."""
        return self._openings[1]

    @cached_property
    def _commune_records(self) -> dict[str, str]:
        """INSEE number -> record, without building an Entry for each."""
        return {
            record.partition(";")[0]: record
            for line in self._communes.values()
            for record in line.split("\t")
        }

    @cached_property
    def _city_records(self) -> dict[str, str]:
        """GeoNames number -> record."""
        return {
            record.partition(";")[0]: record for line in self._cities.values() for record in line.split("\t")
        }

    def places(self, level: Level) -> Iterator[Entry]:
        """Every commune (arrondissements of Paris, Lyon and Marseille too), or every division of that level."""
        if level == "commune":
            yield from map(self._commune, self._commune_records.values())
        else:
            yield from (entry for entry in self._by_code.values() if entry.level == level)

    def by_code(self, code: str) -> Entry | None:
        """The entry of an official code; former and alternative ISO codes are understood."""
        kind, _, number = code.partition(":")
        if kind == "INSEE" and number:
            record = self._commune_records.get(number)
            return self._commune(record) if record else None
        if kind == "GN" and number:
            record = self._city_records.get(number)
            return _city(record) if record else None
        return self._by_code.get(_ALIASES.get(code, code))


def _exact(name: str) -> bool:
    """Names in lower case, with points or all in capitals are matched as written ("région parisienne", "USA")."""
    return name[0].islower() or name[0] == "=" or "." in name or (name.isupper() and name.isalpha())


def _number(field: str) -> float | None:
    return float(field) if field else None


def _read_gz(name: str) -> str:
    try:
        blob = resources.files("vigie").joinpath("data", "gazetteer", name).read_bytes()
    except FileNotFoundError as error:
        raise LexiconError(f"data/gazetteer/{name} is missing: run scripts/build_gazetteer.py") from error
    return gzip.decompress(blob).decode("utf-8")


def _index(text: str) -> dict[str, str]:
    # One pair at a time: 35,000 lists alive at once would set off the garbage collector.
    pairs = (line.split("\t", 1) for line in text.split("\n") if line and line[0] != "#")
    return dict(cast("Iterator[tuple[str, str]]", pairs))


def _city(record: str) -> Entry:
    code, label, population, lat, lon, country, state = record.split(";")
    return Entry(
        f"GN:{code}", label, "city", int(population or 0), _number(lat), _number(lon), None, state or None, country
    )  # fmt: skip


@cache
def gazetteer() -> Gazetteer:
    """The bundled gazetteer, loaded at the first call."""
    return Gazetteer()


def place_by_code(code: str) -> Place | None:
    """The place of a code ("INSEE:72181", "FR-72", "ES", "GN:2711537") under its label; None if unknown."""
    entry = gazetteer().by_code(code)
    return entry.place(entry.label) if entry else None


def containing(place: Place) -> tuple[Place, ...]:
    """The places that contain `place`, smallest first: department, region, country, as far as known."""
    found = []
    for code in dict.fromkeys((place.department, place.region, place.country)):
        holder = place_by_code(code) if code and code != place.code else None
        if holder is not None:
            found.append(holder)
    return tuple(found)


@cache
def curated(name: str) -> Mapping[str, Any]:
    """A hand-written file of data/gazetteer: areas, demonyms, contexts."""
    return data_toml("gazetteer", f"{name}.toml")


@cache
def word_names() -> frozenset[str]:
    """Names that are ordinary words too (words.txt)."""
    lines = data_text("gazetteer", "words.txt").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
