"""Words and number formats of a bulletin in one language.

In: data/templates/words.toml, bulletin_words.toml and triangulation.toml, names in data/taxonomy. Out: Words, which turns codes and
figures into text.
Left out: sentences of a bulletin (`sentences.py` chooses them).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from vigie.lexicon.gazetteer import place_by_code
from vigie.lexicon.substances import taxonomy
from vigie.model.errors import SettingsError
from vigie.report.period import Period
from vigie.stats.summary import Change

_NBSP = "\u00a0"
_SIGNS = re.compile(r" (?=[:;?!%»])|(?<=«) ")
MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}


@cache
def _table() -> Mapping[str, Any]:
    """All files of words as one. In French what a sign stands after stays on its line."""
    found: dict[str, dict[str, Any]] = {}
    for name in ("words.toml", "bulletin_words.toml", "triangulation.toml"):
        for lang, words in tomllib.loads(
            (files("vigie") / "data" / "templates" / name).read_text("utf-8")
        ).items():
            found.setdefault(lang, {}).update(_spaced(words) if lang == "fr" else words)
    return found


def _spaced(words: Any) -> Any:
    """Words with unbreakable spaces before ":", ";", "?", "!", "%" and inside guillemets."""
    if isinstance(words, dict):
        return {key: _spaced(value) for key, value in words.items()}
    if isinstance(words, list):
        return [_spaced(value) for value in words]
    return _SIGNS.sub(_NBSP, words)


@cache
def _modality_names(lang: str) -> Mapping[str, str]:
    """Name of each "family:code" in data/taxonomy."""
    text = (files("vigie") / "data" / "taxonomy" / "modalities.toml").read_text("utf-8")
    return {row["id"]: row["label"][lang] for row in tomllib.loads(text)["code"]}


def _written(lang: str, value: float, digits: int) -> str:
    text = f"{value:,.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    whole, _, decimals = text.partition(".")
    words = _table()[lang]
    whole = whole.replace(",", str(words["thousand"])).replace("-", "−")
    return f"{whole}{words['decimal']}{decimals}" if decimals else whole


# The same counts and prices stand on every page. Zero is not kept: 0.0 and -0.0 are one key and two texts.
_number = lru_cache(maxsize=16_384)(_written)


@dataclass(frozen=True, slots=True)
class Words:
    """The wording of one language: `words["median"]`, `words.euro(60)`."""

    lang: str

    def __post_init__(self) -> None:
        if self.lang not in _table():
            raise SettingsError(f"no bulletin in {self.lang!r} (languages: {', '.join(sorted(_table()))})")

    def __getitem__(self, key: str) -> str:
        return str(_table()[self.lang][key])

    def all(self) -> Mapping[str, Any]:
        """Every word, for a template."""
        found: Mapping[str, Any] = _table()[self.lang]
        return found

    def fill(self, key: str, **values: object) -> str:
        return self[key].format(**values)

    def of(self, group: str, code: str) -> str:
        """The name of a code in a group ("units", "events"); the code itself where it has none."""
        return str(_table()[self.lang][group].get(code, code))

    def signal(self, indicator: str) -> str:
        """What an alert rests on: "harms"; "death@source" as "deaths (table source)"."""
        kind, _, source = indicator.partition("@")
        name = self.of("signals", kind) if kind in _table()[self.lang]["signals"] else self.of("events", kind)
        return self.fill("of_table", what=name, source=source) if source else name

    def substance(self, code: str) -> str:
        entry = taxonomy().get(code)
        if entry is None:
            return code
        return entry.name_fr if self.lang == "fr" else entry.name_en

    def place(self, label: str) -> str:
        """The name of a place, which the gazetteer has in French."""
        return str(_table()[self.lang].get("places", {}).get(label, label))

    def area(self, code: str) -> str:
        """The name of a code; the code itself where the gazetteer has none."""
        place = place_by_code(code)
        return self.place(place.label) if place else code

    def way(self, family: str, code: str) -> str:
        return _modality_names(self.lang).get(f"{family}:{code}", code)

    def number(self, value: float, digits: int = 0) -> str:
        """1 234,5 or 1,234.5: at most `digits` decimals, none that are zero."""
        return _number(self.lang, value, digits) if value else _written(self.lang, value, digits)

    def short(self, value: float) -> str:
        """Enough digits to tell values apart: 0.25, 6.5, 60."""
        return self.number(value, 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2)

    def spread(self, low: float, high: float) -> str:
        first, last = self.short(low), self.short(high)
        return first if first == last else f"{first}–{last}"

    def money(self, value: float) -> str:
        """An amount without its currency: money has two decimals or none."""
        if abs(value) < 100 and round(value, 2) != round(value):
            return f"{value:.2f}".replace(".", self["decimal"])
        return self.short(value)

    def euro(self, value: float) -> str:
        text = self.money(value)
        return f"{text}{_NBSP}€" if self.lang == "fr" else f"€{text}"

    def money_spread(self, low: float, high: float) -> str:
        """As precise as `euro`: a median must not seem to lie outside of its own range."""
        first, last = self.money(low), self.money(high)
        return first if first == last else f"{first}–{last}"

    def percent(self, value: float) -> str:
        return f"{self.short(value)}{_NBSP if self.lang == 'fr' else ''}%"

    def percent_of(self, figure: str) -> str:
        """A figure in words with its sign: "+3" as "+3 %"."""
        return f"{figure}{_NBSP if self.lang == 'fr' else ''}%"

    def signed(self, value: float) -> str:
        """Whole, with its sign: "+3", "−12", "0"."""
        whole = round(value)
        return ("+" if whole > 0 else "") + self.number(whole)

    def mass(self, grams: float) -> str:
        for size, unit in ((1e6, "t"), (1e3, "kg")):
            if grams >= size:
                return f"{self.short(grams / size)}{_NBSP}{unit}"
        return f"{self.short(grams)}{_NBSP}g"

    def change(self, change: Change | None) -> str:
        if change is None:
            return "–"
        if change.ratio is None:
            return self["not_enough"]
        if abs(change.ratio) < 0.005:
            return self["no_change"]
        return ("+" if change.ratio > 0 else "") + self.percent(round(100 * change.ratio))

    def count(self, what: str, n: int) -> str:
        """ "1 statement", "7 statements": `what` is "statement" or "source"."""
        return self[f"one_{what}"] if n == 1 else self.fill(f"n_{what}s", n=self.number(n))

    def rated(self, rating: str) -> str:
        """ "rating B–C/1–3"; "" without one."""
        return self.fill("rated", rating=rating) if rating else ""

    def day(self, iso: str | None) -> str:
        """ "2024-03-12" as words, as precise as it is given."""
        if not iso:
            return "?"
        year, *rest = iso.split("-")
        if not rest:
            return year
        month = MONTHS[self.lang].split()[int(rest[0]) - 1]
        if len(rest) == 1:
            return f"{month} {year}"
        day = "1er" if self.lang == "fr" and int(rest[1]) == 1 else str(int(rest[1]))
        return f"{day} {month} {year}"

    def period(self, period: Period) -> str:
        if period.kind == "all":
            return self["all_time"]
        return self.quarter(period.label) if period.kind == "quarter" else self.day(period.label)

    def quarter(self, label: str) -> str:
        """ "2024-Q3" as "T3 2024" in French, "Q3 2024" in English."""
        year, _, number = label.partition("-Q")
        return f"{'T' if self.lang == 'fr' else 'Q'}{number} {year}"
