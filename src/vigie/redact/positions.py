"""Exact positions in rarer forms: three words, letters before figures, projected grids, O for zero, figures in words.

In: text and its folded form. Out: removals of kind "gps".
Left out: decimal pairs and degrees in their common forms (`identifiers`), plus codes (`codes`), links to maps (`links`), references of
a national grid (`references`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.redact.shape import shape
from vigie.redact.spans import Removal
from vigie.redact.words import words_at

_THREE_CUES = (
    "what3words", "w3w", "what three words", "three words", "trois mots", "3 mots", "3 words", "les trois mots", "mot de passe du lieu",
)  # fmt: skip
_PLACE_CUES = (
    "rdv", "rendez vous", "rendez-vous", "spot", "drop", "cache", "stash", "lieu", "meet", "meet up", "go to", "location", "position", "gps", "point",
    "planque", "retrait", "pickup", "pick up", "dead drop", "coordonnees", "coordinates", "coords", "cords", "cordinates", "coordinate", "coord",
    "lat", "latitude",     "pin", "repere", "lambert", "utm", "l93", "n", "s", "situee au", "situe au",
)  # fmt: skip
_JOIN = r"(?:\s?[.·,•]\s?|\s?[(\[]?(?:point|dot|punkt)[)\]]?\s?)"
_WORD = r"[^\W\d_]{3,20}"
_THREE = re.compile(rf"(?<![\w.@/]){_WORD}{_JOIN}{_WORD}{_JOIN}{_WORD}(?![\w@/]|\.\w)")
_DOTTED = re.compile(r"(?<![\w.@/])[^\W\d_]{4,16}\.[^\W\d_]{4,16}\.[^\W\d_]{4,16}(?![\w@/]|\.\w)")
_LEAD = re.compile(r"[\s:=,()\-–—«\"“]{0,4}(?:(?:is|are|est|sont|c'est|ar)\s)?[\s:=,(«\"“]{0,3}")
_FAR = 60
_D = r"[\dOo]"
_LETTERED = re.compile(
    rf"(?<![^\W_])[ns]\s?{_D}{{1,2}}[.,°\s-]\s?{_D}{{1,8}}(?:[.,'’\s-]{_D}{{1,6}}){{0,2}}[\"”″']{{0,2}}[\s,;/]{{1,3}}[ewo]\s?{_D}{{1,3}}[.,°\s-]\s?{_D}{{1,8}}(?:[.,'’\s-]{_D}{{1,6}}){{0,2}}(?![^\W_])"
)
_ZEROS = re.compile(
    rf"(?<![\w.,])-?{_D}{{1,3}}[.,]{_D}{{4,8}}\s?[,;/ ]\s?-?{_D}{{1,3}}[.,]{_D}{{4,8}}(?![^\W_])"
)
_GRID = re.compile(r"(?<![^\W_])x\W{0,3}\d[\d ]{4,9}[,;\s]{1,3}y\W{0,3}\d[\d ]{5,10}\d(?!\d)")
_UTM = re.compile(
    r"(?<![^\W_])\d{1,2}[c-x]\s?[a-z]{2}\s?\d{3,5}\s?\d{3,5}(?!\w)|(?<![^\W_])\d{1,2}[c-x]\s\d{6}\s\d{7}(?!\d)"
)
_POSITION_CUES = (
    "gps", "coordonnees", "coordinates", "coords", "cords", "coord", "position", "lat", "latitude", "geoloc", "geolocalisation",
    "geolocation", "geohash",
    "mgrs", "utm", "spot", "drop", "cache", "stash", "planque", "pin", "point gps", "localisation",
)  # fmt: skip
_PAIR = re.compile(
    rf"(?<![\w.,])-?{_D}{{1,2}}[.,]{_D}{{3,8}}°?\s?[ns]?(?:\s?[,;/|]\s?|\s)-?{_D}{{1,3}}[.,]{_D}{{3,8}}°?\s?[ewo]?(?![^\W_])"
)
_LAT_LON = re.compile(
    r"lat(?:itude)?\W{0,3}-?\d{1,2}[.,]\d{2,8}\W{1,6}(?:(?:et|and)\s)?(?:la\s)?lon(?:g(?:itude)?)?\W{0,3}-?\d{1,3}[.,]\d{2,8}"
)
_HASH = re.compile(r"(?<![^\W_])\d{1,2}[c-x][a-z]{2}\d{4,10}(?!\w)")
_FEWEST = 6  # figures of a position
_SAID = (
    "zero|oh|un|une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente|quarante|cinquante|soixante|cent"
    "|one|two|three|four|five|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty"
    r"|sixty|seventy|eighty|ninety|\d{1,3}"
)
_NUMBER = rf"(?:{_SAID})(?:[\s-](?:et[\s-])?(?:{_SAID})){{0,4}}"
_SIDE = r"(?:\s(?:nord|sud|est|ouest|north|south|east|west))?"
_HALF = rf"(?:(?:minus|moins)\s)?{_NUMBER}\s(?:point|virgule|comma|dot)\s(?:{_SAID})(?:[\s-](?:{_SAID})){{1,9}}{_SIDE}"
_IN_WORDS = re.compile(rf"(?<![^\W_]){_HALF}(?:\s?[,;/]\s?|\s(?:et|and|puis|then|by)\s){_HALF}(?![^\W_])")
_DIGIT = re.compile(r"\d")
_COMMAS = ("virgule", "point", "comma", "dot")


def find_positions(text: str, folded: str) -> Iterator[Removal]:
    """Removals of kind "gps"."""
    for start, end in words_at(folded, _THREE_CUES):
        lead = _LEAD.match(folded, end)
        after = _THREE.match(folded, lead.end() if lead else end)
        if after:
            yield Removal(*after.span(), "gps")
            continue
        for before in _THREE.finditer(folded, max(0, start - 64), start):
            if start - before.end() <= 4:  # "a.b.c (the three words)"
                yield Removal(*before.span(), "gps")
    for start, end in words_at(folded, _PLACE_CUES):
        low, high = max(0, start - 2), min(len(text), end + _FAR)
        for pattern in (_LETTERED, _ZEROS, _GRID, _UTM) if _DIGIT.search(folded, low, high) else ():
            for match in pattern.finditer(folded, low, high):
                if any(map(str.isdecimal, match.group())):
                    yield Removal(*match.span(), "gps")
        for match in _DOTTED.finditer(folded, low, high) if folded.count(".", low, high) > 1 else ():
            yield Removal(*match.span(), "gps")
    for start, end in words_at(folded, _POSITION_CUES):
        low, high = max(0, start - 2), min(len(text), end + _FAR)
        for pattern in (_PAIR, _LAT_LON, _HASH) if _DIGIT.search(folded, low, high) else (_PAIR,):
            for match in pattern.finditer(folded, low, high):
                yield Removal(*match.span(), "gps")
    for low, high, digits in shape(text).groups:
        if digits >= _FEWEST:
            for match in _LETTERED.finditer(folded, max(0, low - 3), min(len(text), high + 3)):
                yield Removal(*match.span(), "gps")
    for start, end in words_at(folded, _COMMAS):
        for match in _IN_WORDS.finditer(folded, max(0, start - 60), min(len(text), end + 110)):
            if match.start() < start < match.end():
                yield Removal(*match.span(), "gps")
