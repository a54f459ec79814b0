"""Arrondissements of Paris, Lyon and Marseille.

In: a mention of one of the three cities, or the text and its mentions. Out: the mention with the arrondissement's
code where the text gives its number: "16e arrondissement de Paris", "Paris 15e", "Lyon (VIIe)", "75016 Paris".
Left out: districts by name ("la Goutte d'Or"), bare numbers ("Paris 8" is a university).
"""

from __future__ import annotations

import re
from functools import cache

from vigie.extract.mentions import PlaceMention
from vigie.lexicon.gazetteer import Entry, gazetteer

_CITIES = {
    "INSEE:75056": ("751", 20, "75"),
    "INSEE:69123": ("6938", 9, "69"),
    "INSEE:13055": ("132", 16, "13"),
}
_ORDINAL = r"(\d{1,2}|[IVX]{1,5})\s?(?:er|ère|e|è|ème|eme|ième|ᵉ|ᵉʳ)"
_AFTER = re.compile(rf"[\s,-]{{1,2}}\(?{_ORDINAL}\b(?:\s+(?:arrondissement|arr\.?))?\)?", re.I)
_AFTER_CODE = re.compile(r"\s*\(?(\d{5})\b\)?")
_BEFORE_CODE = re.compile(r"\b(\d{5})\s+$")
_WORDS = (
    "premier", "deuxième", "troisième", "quatrième", "cinquième", "sixième", "septième", "huitième", "neuvième",
    "dixième", "onzième", "douzième", "treizième", "quatorzième", "quinzième", "seizième", "dix-septième",
    "dix-huitième", "dix-neuvième", "vingtième",
)  # fmt: skip
_BEFORE = re.compile(
    rf"\b(?:{_ORDINAL}|({'|'.join(reversed(_WORDS))}))\s+(?:arrondissement|arr\.)\s+(?:de|d['’])\s*$", re.I
)
_ALONE = re.compile(
    rf"\b(?:{_ORDINAL}|({'|'.join(reversed(_WORDS))}))\s+arrondissement(?:\s+(parisien|lyonnais|marseillais))?\b",
    re.I,
)
_ADJECTIVES = {"parisien": "INSEE:75056", "lyonnais": "INSEE:69123", "marseillais": "INSEE:13055"}
_ROMAN = {"I": 1, "V": 5, "X": 10}


def _number(digits: str | None, word: str | None) -> int:
    if word:
        return _WORDS.index(word.lower()) + 1
    if digits is None:
        return 0
    if digits.isdigit():
        return int(digits)
    values = [_ROMAN[c] for c in digits.upper()]
    return sum(-v if values[i + 1 : i + 2] and values[i + 1] > v else v for i, v in enumerate(values))


@cache
def _district(city: str, number: int) -> Entry | None:
    """The entry of an arrondissement: 75101 to 75120, 69381 to 69389, 13201 to 13216."""
    prefix, count, _postal = _CITIES[city]
    if not 1 <= number <= count:
        return None
    return gazetteer().by_code(f"INSEE:{prefix}{number:0{5 - len(prefix)}d}")


def _postal(city: str, code: str) -> int:
    department = _CITIES[city][2]
    if code == "75116":
        return 16
    return int(code[3:]) if code.startswith(department + "0") else 0


def with_district(text: str, start: int, end: int, entry: Entry) -> PlaceMention:
    """The mention of `entry` at [start, end), widened to its arrondissement when one is stated beside it."""
    name = text[start:end]
    city = entry.code or ""
    if city in _CITIES:
        window = max(0, start - 48)
        if before := _BEFORE.search(text[window:start]):
            if found := _district(city, _number(before.group(1), before.group(2))):
                return PlaceMention(start=window + before.start(), end=end, place=found.place(name))
        elif (after := _AFTER.match(text, end)) and ("(" in after.group()) <= (")" in after.group()):
            if found := _district(city, _number(after.group(1), None)):
                return PlaceMention(start=start, end=_closed(text, after), place=found.place(name))
        elif code := _BEFORE_CODE.search(text[window:start]):
            if found := _district(city, _postal(city, code.group(1))):
                return PlaceMention(start=window + code.start(), end=end, place=found.place(name))
        elif (code := _AFTER_CODE.match(text, end)) and (
            found := _district(city, _postal(city, code.group(1)))
        ):
            return PlaceMention(start=start, end=_closed(text, code), place=found.place(name))
    return PlaceMention(start=start, end=end, place=entry.place(name))


def _closed(text: str, match: re.Match[str]) -> int:
    """The end of a match, without a closing bracket that it did not open."""
    found = match.group()
    return match.end() - (found.endswith(")") and "(" not in found)


def districts(text: str, mentions: list[PlaceMention]) -> list[PlaceMention]:
    """Add "le 18e arrondissement" where the text names only one of the three cities, or says "parisien"."""
    if "rrondissement" not in text:
        return mentions
    cities = {m.place.code for m in mentions if m.place.code in _CITIES}
    cities |= {
        c for m in mentions if m.place.level == "arrondissement" for c in _CITIES if _holds(c, m.place.code)
    }
    added = []
    for match in _ALONE.finditer(text):
        city = _ADJECTIVES.get((match.group(3) or "").lower()) or (
            next(iter(cities)) if len(cities) == 1 else None
        )
        entry = _district(city, _number(match.group(1), match.group(2))) if city else None
        if entry and not any(m.start < match.end() and match.start() < m.end for m in mentions):
            added.append(PlaceMention(start=match.start(), end=match.end(), place=entry.place(match.group())))
    return sorted([*mentions, *added], key=lambda m: m.start) if added else mentions


def _holds(city: str, code: str | None) -> bool:
    return bool(code) and str(code).startswith("INSEE:" + _CITIES[city][0])
