"""A draft notification to the European Drug Alert System, in the ten points of Article 13(2) of Regulation (EU) 2023/1322.

In: Gathered facts. Out: Notification: each point with what supports it, or "not known". It is a draft for a national focal point,
never for publication: sentences stand in it with their source and grade. Points and cues: data/feeds/edas.toml.
Left out: persons and contacts (the store holds none), and any judgement of how serious the risk is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from vigie.feeds.edas_facts import Gathered
from vigie.feeds.plain import plain
from vigie.feeds.words import said
from vigie.lexicon.substances import taxonomy
from vigie.lexicon.terms import data_toml
from vigie.report.facts import Fact
from vigie.report.public import sources_of
from vigie.report.tables import purity_value
from vigie.report.words import Words
from vigie.text.normalise import fold

MOST = 12  # statements under one point: the best rated first; how many more there are is said


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence, as the analyst reads it: what it says in codes, who published it when, and how it is rated."""

    summary: str
    sentence: str
    lang: str
    source: str
    published: str
    rating: str
    attribution: str
    place: str
    when: str
    document: str
    observation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point of the article.

    Attributes:
        id: "a" to "j".
        identity: of the first point: names and registry identifiers, which say nothing of the event.
        known: counts by kind; () if nothing is known.
        statements: what supports it; `more` were left out for length, from `sources` independent sources together.
    """

    id: str
    heading: str
    identity: tuple[str, ...]
    known: tuple[str, ...]
    statements: tuple[Statement, ...]
    more: int
    sources: int

    @property
    def is_known(self) -> bool:
        return bool(self.statements)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """The whole draft in one language."""

    lang: str
    name: str
    title: str
    area: str
    law: str
    points: tuple[Point, ...]
    set_aside: int


def notification(gathered: Gathered, lang: str) -> Notification:
    """The draft. Raises SettingsError for a language that has no words."""
    words, law = Words(lang), data_toml("feeds", "edas.toml")["law"]
    names = ", ".join(words.substance(s) for s in gathered.substances) or said(lang, "unnamed")
    return Notification(
        lang=lang,
        name=gathered.name,
        title=said(lang, "edas_title", what=names),
        area=words.area(gathered.area) if gathered.area else said(lang, "everywhere"),
        law=f"{law['title_fr' if lang == 'fr' else 'title']} ({law['journal']})",
        points=tuple(_point(row, gathered, words) for row in points()),
        set_aside=gathered.set_aside,
    )


def points() -> list[dict[str, Any]]:
    """The ten points with what speaks of each, in order."""
    found: list[dict[str, Any]] = data_toml("feeds", "edas.toml")["point"]
    return found


def speaks_of(row: dict[str, Any], fact: Fact) -> bool:
    """True where the fact, or its sentence, speaks of the point."""
    if fact.type == "event" and fact.kind in row.get("events", ()):
        return True
    if fact.type in row.get("types", ()):
        return True
    if fact.type == "modality" and fact.family in row.get("families", ()):
        return True
    cue = cues(row["id"])
    return cue is not None and cue.search(fold(fact.sentence or fact.quote)) is not None


@cache
def cues(point: str) -> re.Pattern[str] | None:
    """The patterns of a point as one; None where it has none."""
    row = next(r for r in points() if r["id"] == point)
    return re.compile("|".join(row["cues"])) if row.get("cues") else None


def _point(row: dict[str, Any], gathered: Gathered, words: Words) -> Point:
    facts = [f for f in gathered.facts if speaks_of(row, f)]
    ordered = sorted(facts, key=lambda f: (f.grade, f.credibility or 9, _recent(f), f.doc_id, f.id))
    once = list({(f.doc_id, f.sentence or f.quote): f for f in reversed(ordered)}.values())[::-1]
    return Point(
        id=row["id"],
        heading=row[words.lang],
        identity=tuple(_identity(s, words) for s in gathered.substances) if row.get("identity") else (),
        known=tuple(_counts(facts, words)),
        statements=tuple(_statement(f, words) for f in once[:MOST]),
        more=max(0, len(once) - MOST),
        sources=sources_of(facts),
    )


def _recent(fact: Fact) -> int:
    return -fact.published_end.toordinal() if fact.published_end else 0


def _identity(substance: str, words: Words) -> str:
    """Names and registry identifiers; what the taxonomy does not hold is left out, never guessed."""
    entry = taxonomy()[substance]
    held = (
        (f"INN {entry.inn}" if entry.inn else ""), (f"CAS {entry.cas}" if entry.cas else ""),
        (f"InChIKey {entry.inchikey}" if entry.inchikey else ""), (f"ATC {entry.atc}" if entry.atc else ""),
        said(words.lang, "edas_group", group=entry.group),
    )  # fmt: skip
    return f"{words.substance(substance)} ({', '.join(part for part in held if part)})"


def _counts(facts: Sequence[Fact], words: Words) -> list[str]:
    """How many statements of each kind: several may tell of the same event, so that nothing is added up."""
    kinds: dict[str, list[Fact]] = {}
    for fact in facts:
        kinds.setdefault(_kind(fact, words), []).append(fact)
    lines = []
    for name, listed in sorted(kinds.items(), key=lambda item: (-len(item[1]), item[0])):
        persons = max((f.persons or 0 for f in listed if f.type == "event"), default=0)
        largest = (
            said(words.lang, "edas_largest", persons=words.count("person", int(persons))) if persons else ""
        )
        statements, sources = words.count("statement", len(listed)), words.count("source", sources_of(listed))
        lines.append(
            said(words.lang, "edas_count", kind=name, statements=statements, sources=sources, largest=largest)
        )
    return lines


def _kind(fact: Fact, words: Words) -> str:
    if fact.type == "event":
        return words.of("events", fact.kind or "")
    if fact.type == "modality":
        return words.way(fact.family or "", fact.code or "")
    return said(words.lang, f"edas_{fact.type}")


def _statement(fact: Fact, words: Words) -> Statement:
    return Statement(
        summary=plain(_summary(fact, words)),
        sentence=plain(fact.sentence or fact.quote),
        lang=fact.lang,
        source=plain(fact.outlet) or words["unnamed"],
        published=fact.published or "?",
        rating=fact.rating,
        attribution=plain(fact.attribution or ""),
        place=plain(fact.place_label or ""),
        when=_when(fact),
        document=fact.doc_id,
        observation=fact.id,
    )


def _summary(fact: Fact, words: Words) -> str:
    what = words.substance(fact.substance) if fact.substance else ""
    figure = ""
    if fact.type == "purity" and fact.middle is not None and fact.measure:
        figure = f"{words.of('measures', fact.measure)} {purity_value(fact.measure, fact.middle, words)}"
    elif fact.type == "event" and fact.persons:
        figure = words.count("person", int(fact.persons))
    elif fact.type == "quantity" and fact.grams is not None:
        figure = words.mass(fact.grams)
    elif fact.type == "flow":
        figure = " → ".join(p for p in (fact.origin_label, fact.destination_label) if p)
    return ", ".join(_filled(what, _kind(fact, words), figure))


def _filled(*parts: str) -> Iterable[str]:
    return (part for part in parts if part)


def _when(fact: Fact) -> str:
    """As precise as the source: a day, or the first and last day of what it says."""
    if fact.when_start is None:
        return ""
    if fact.when_end is None or fact.when_end == fact.when_start:
        return fact.when_start.isoformat()
    return f"{fact.when_start.isoformat()}/{fact.when_end.isoformat()}"
