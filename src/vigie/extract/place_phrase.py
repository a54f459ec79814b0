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
    code: str  # of the place; "@" and the label for an area without a code

    def entry(self, written: str) -> Entry | None:
        names = gazetteer()
        if self.kind == "phrase":
            return names.phrase(written)
        return names.area(self.code[1:]) if self.code.startswith("@") else names.by_code(self.code)


@cache
def _automaton() -> tuple[ahocorasick_rs.AhoCorasick, list[str], dict[str, _Surface]]:
    surfaces: dict[str, _Surface] = {}
    for item in curated("demonyms")["demonym"]:
        code = item.get("code") or "@" + item["area"]
        for form in item["forms"]:
            surfaces.setdefault(form, _Surface("adjective", code))
    for name in gazetteer().phrase_names:
        surfaces[name] = _Surface("phrase", "")
    for trap in rules().traps:
        surfaces[trap] = surfaces[trap.replace("'", "’")] = _Surface("trap", "")
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
        if (start and _inner(text[start - 1])) or (
            end < size and _inner(text[end]) and text[end - 1].isalnum()
        ):
            continue
        surface = surfaces[keys[index]]
        if surface.kind == "trap":
            blocked.append((start, end))
        elif surface.kind == "phrase":
            if entry := surface.entry(text[start:end]):
                found.append(Phrase(start, end, entry))
        elif phrase := _adjective(text, start, end, surface):
            found.append(phrase)
    return found, blocked


def _inner(character: str) -> bool:
    return character.isalnum() or character in "_-@#"


def _adjective(text: str, start: int, end: int, surface: _Surface) -> Phrase | None:
    """The adjective as a place when a noun of the lists stands beside it."""
    known = rules()
    if text[start].isupper():
        follower = _AFTER.match(text, end)
        near = bool(follower) and str(follower and follower.group(1)).lower() in known.near_after
    else:
        left = left_of(text, start)
        one, two = left.at(1), left.at(2)
        near = one in known.near_place | known.near_area or (
            two in known.near_place and left.words[-1][0].islower() and one not in known.weak
        )
        before = _BEFORE.search(text, max(0, start - 30), start)
        if one in known.near_area and before and surface.code.partition(":")[0] in ("INSEE", "GN"):
            entry = surface.entry("")
            name = text[before.start() : end]
            # The country around a town is larger than the town: no code, so that it is not counted as the commune.
            around = (
                replace(entry, code=None, label=name.lower(), level="area", population=0) if entry else None
            )
            return Phrase(before.start(), end, around) if around else None
    entry = surface.entry("") if near else None
    return Phrase(start, end, entry) if entry else None
