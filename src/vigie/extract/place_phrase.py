"""Places written without a capital, and names that hold a place and are none.

In: the raw text, one pass of an automaton over exact surfaces. Out: phrases with the place they mean ("région
parisienne", "la police espagnole", "UE"), and the spans where no place may be read ("Santé publique France").
Data: areas.toml, demonyms.toml, contexts.toml. Left out: adjectives of persons and goods ("un citoyen espagnol").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import ahocorasick_rs

from vigie.extract.place_context import left_of, rules
from vigie.lexicon.gazetteer import Entry, curated, gazetteer

_AFTER = re.compile(r"[ \u00a0-](\w+)")
_BEFORE = re.compile(r"(\w+)[ \u00a0]$")


@dataclass(frozen=True, slots=True)
class Phrase:
    """text[start:end] means `entry`."""

    start: int
    end: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class _Surface:
    kind: Literal["trap", "phrase", "adjective"]
    entry: Entry | None


@cache
def _automaton() -> tuple[ahocorasick_rs.AhoCorasick, list[str], dict[str, _Surface]]:
    names = gazetteer()
    surfaces: dict[str, _Surface] = {}
    for item in curated("demonyms")["demonym"]:
        entry = names.by_code(item["code"]) if "code" in item else names.area(item["area"])
        for form in item["forms"] if entry else ():
            surfaces.setdefault(form, _Surface("adjective", entry))
    for name, entry in names.phrases.items():
        surfaces[name] = _Surface("phrase", entry)
    for trap in rules().traps:
        surfaces[trap] = _Surface("trap", None)
        surfaces[trap.replace("'", "’")] = _Surface("trap", None)
    keys = list(surfaces)
    matcher = ahocorasick_rs.AhoCorasick(keys, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    return matcher, keys, surfaces


def phrases(text: str) -> tuple[list[Phrase], list[tuple[int, int]]]:
    """Phrases that mean a place, and spans where no place may be read."""
    matcher, keys, surfaces = _automaton()
    found: list[Phrase] = []
    blocked: list[tuple[int, int]] = []
    size = len(text)
    for index, start, end in matcher.find_matches_as_indexes(text):
        if (start and _inner(text[start - 1])) or (end < size and _inner(text[end]) and text[end - 1].isalnum()):
            continue
        surface = surfaces[keys[index]]
        if surface.kind == "trap":
            blocked.append((start, end))
        elif surface.entry is not None:
            if surface.kind == "phrase":
                found.append(Phrase(start, end, surface.entry))
            elif phrase := _adjective(text, start, end, surface.entry):
                found.append(phrase)
    return found, blocked


def _inner(character: str) -> bool:
    return character.isalnum() or character in "_-@#"


def _adjective(text: str, start: int, end: int, entry: Entry) -> Phrase | None:
    """The adjective as a place when a noun of the lists stands beside it."""
    known = rules()
    if text[start].isupper():
        follower = _AFTER.match(text, end)
        if follower and follower.group(1).lower() in known.near_after:
            return Phrase(start, end, entry)
        return None
    left = left_of(text, start)
    if left.at(1) in known.near_area and entry.level in ("commune", "city"):
        before = _BEFORE.search(text, max(0, start - 30), start)
        if before is None:
            return None
        name = text[before.start() : end]
        around = replace(entry, code=None, label=name.lower(), level="area", population=0)
        return Phrase(before.start(), end, around)
    near = left.at(1) in known.near_place | known.near_area or (
        left.at(2) in known.near_place and left.words[-1][0].islower() and left.at(1) not in known.weak
    )
    return Phrase(start, end, entry) if near else None
