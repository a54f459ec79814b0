"""Facts of a store as the bulletin reads them.

In: the view `facts` of a store. Out: Fact records, affirmed only, one for each figure and document.
Left out: what is negated, feared, planned or rumoured: it is counted, never averaged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from hashlib import blake2b
from itertools import groupby
from typing import Any

import pyarrow as pa

from vigie.stats.summary import SHORT_SENTENCE
from vigie.store import Store
from vigie.text.normalise import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One row of the view `facts` (docs/data-dictionary.md), with the columns a report needs.

    `outlet` is the name on the source's card, where it has one, and `source_country` its country. Of a copy
    `original_id` is the document it comes from and `original_source` who published that. `review`: what a person who
    read it again decided; None where nobody did.
    """

    id: str
    doc_id: str
    type: str
    substance: str | None
    place_label: str | None
    place_code: str | None
    place_level: str | None
    place_department: str | None
    place_region: str | None
    place_country: str | None
    when_start: date | None
    when_end: date | None
    when_precision: str | None
    attribution: str | None
    kind: str | None
    low: float | None
    high: float | None
    unit: str | None
    eur_per_unit: float | None
    grams: float | None
    units: float | None
    measure: str | None
    family: str | None
    code: str | None
    indicator: str | None
    direction: str | None
    origin_code: str | None
    origin_label: str | None
    destination_code: str | None
    destination_label: str | None
    mode: str | None
    quote: str
    sentence: str | None
    quote_start: int | None
    quote_end: int | None
    title: str
    lang: str
    published: str | None
    published_end: date | None
    stored_on: date | None
    outlet: str
    source_id: str
    source_country: str
    document_kind: str
    grade: str
    credibility: int | None = None
    satire: bool = False
    copied: str | None = None
    original_id: str | None = None
    original_source: str | None = None
    speaker: str | None = None
    review: str | None = None

    @property
    def source(self) -> str:
        """Who published it, however it is spelt; "" if nobody said: all such documents are one source."""
        return fold(self.source_id or self.outlet).strip()

    @property
    def voice(self) -> str:
        """Who speaks for themselves in it: the publisher, else the source; of a copy, those of the original."""
        if self.speaker is not None:
            return fold(self.speaker).strip()
        return fold(self.original_source or "").strip() if self.original_id else self.source

    @property
    def rating(self) -> str:
        """Reliability of the source and credibility of the fact: "B2"; the grade alone before the second is known."""
        return f"{self.grade}{self.credibility or ''}"

    @property
    def persons(self) -> float | None:
        """How many persons an event says it touched, at least; None where it does not say."""
        return self.low if self.type == "event" and self.unit in (None, "person") else None

    @property
    def middle(self) -> float | None:
        """Mean of the bounds, or the one bound that is given."""
        if self.low is not None and self.high is not None:
            return (self.low + self.high) / 2
        return self.low if self.low is not None else self.high


_FIELDS = tuple(f.name for f in fields(Fact))
_ROW = re.compile(r"^\w+ \d+\s?: ")  # how the line of a row of a table begins


_DOCUMENTS = 8_000  # put in order at a time
_AFTER = "\U0010ffff"  # every id stands before it
_AT_ONCE = 10_000  # rows as Python values at a time: these take ten times the memory of a fact


def read_facts(store: Store, area: str | None) -> tuple[list[Fact], list[Fact]]:
    """Facts of the area (all without one): those affirmed, and those set aside: not affirmed, or satire. By time, then document."""
    affirmed: list[Fact] = []
    aside: list[Fact] = []
    for fact, counts in read_each(store, area):
        (affirmed if counts else aside).append(fact)
    return in_time(affirmed), in_time(aside)


def read_each(store: Store, area: str | None) -> Iterator[tuple[Fact, bool]]:
    """The same one after the other, document by document, with whether it is affirmed: a million of them need not be held together.

    Read it whole before the store is asked something else.
    """
    names = store.query("SELECT * FROM facts LIMIT 0").column_names
    kept = [name for name in _FIELDS if name in names]
    where = "true" if area is None else "? IN (place_code, place_department, place_region, place_country)"
    made = _maker(store.table("sources"), kept)
    sql = (
        f"SELECT {', '.join((*kept, 'assertion'))} FROM facts WHERE {where} AND doc_id >= ? AND doc_id < ? "
        "ORDER BY doc_id, when_start NULLS LAST, span_start, id"
    )
    # Some documents at a time: whole rows of a million statements are not put in order in the memory that a database has by default.
    starts = store.column(
        f"SELECT doc_id FROM (SELECT doc_id, row_number() OVER (ORDER BY doc_id) AS n FROM documents) WHERE n % {_DOCUMENTS} = 1 ORDER BY n"
    )

    def rows() -> Iterator[Mapping[str, Any]]:
        for start, end in zip(starts, [*starts[1:], _AFTER], strict=False):
            values = [*([] if area is None else [area]), start, end]
            for batch in store.stream(sql, _AT_ONCE, values):
                yield from batch.to_pylist()

    found = ((made(row), row["assertion"]) for row in rows())
    for _, of_document in groupby(found, key=lambda f: f[0].doc_id):
        said = [(fact, assertion == "affirmed" and not fact.satire) for fact, assertion in of_document]
        for affirmed in (True, False):
            for fact in _once(fact for fact, counts in said if counts is affirmed):
                yield fact, affirmed


def in_time(facts: Iterable[Fact]) -> list[Fact]:
    """Facts of `read_each` by the time they speak of, undated ones last; of one time by document, and there as they were read."""
    return sorted(facts, key=lambda f: (f.when_start is None, f.when_start or date.min, f.doc_id))


def as_facts(store: Store, table: pa.Table) -> tuple[list[Fact], list[Fact]]:
    """The same of rows of the view `facts`, in the order given."""
    kept = [name for name in _FIELDS if name in table.column_names]
    made = _maker(store.table("sources"), kept)
    affirmed: list[Fact] = []
    aside: list[Fact] = []
    for batch in table.select([*kept, "assertion"]).to_batches(max_chunksize=_AT_ONCE):
        for row in batch.to_pylist():
            fact = made(row)
            (affirmed if row["assertion"] == "affirmed" and not fact.satire else aside).append(fact)
    return _once(affirmed), _once(aside)


def _maker(sources: pa.Table, kept: Iterable[str]) -> Callable[[Mapping[str, Any]], Fact]:
    """Makes facts of rows. A value that came before in the same column is held once: of a million facts few differ in most of them."""
    blank: dict[str, Any] = dict.fromkeys(_FIELDS)
    cards = {row["source_id"]: row for row in sources.to_pylist()}
    names = tuple(kept)
    before: dict[str, dict[Any, Any]] = {name: {} for name in names if name not in ("id", "sentence")}

    def make(row: Mapping[str, Any]) -> Fact:
        found = blank.copy()
        for name in names:
            value = row[name]
            held = before.get(name)
            found[name] = value if held is None or value is None else held.setdefault(value, value)
        card = cards.get(row["source_id"])
        found["source_country"] = (card and card["country"]) or ""
        found["satire"] = bool(found["satire"])
        if card:
            found["outlet"] = card["name"] or card["source_id"]
        return Fact(**found)

    return make


def _once(facts: Iterable[Fact]) -> list[Fact]:
    """A document that repeats a figure states it once; where the figure has a place, the place is kept. Rows of a table that are alike
    are as many statements (samples, weeks, cases).
    """
    seen: dict[tuple[object, ...], dict[str | None, Fact]] = {}
    for fact in facts:
        key = (
            fact.id if fact.document_kind == "table" else "",
            *(fact.doc_id, fact.type, fact.substance, fact.kind, fact.when_start, fact.when_end),
            *(fact.low, fact.high, fact.unit, fact.eur_per_unit, fact.measure, fact.family, fact.code),
            *(fact.indicator, fact.direction, fact.origin_label, fact.destination_label),
        )
        seen.setdefault(key, {}).setdefault(fact.place_code, fact)
    return [
        fact
        for by_place in seen.values()
        for place, fact in by_place.items()
        if place is not None or len(by_place) == 1
    ]


def compared(sentence: str, document_kind: str) -> str:
    """What of a sentence is compared with others to find copies.

    Lines of tables are alike because one mapping made them ("ligne 12 : produit : cocaïne; prix : 60"): they are copies only where all
    but their number is the same, so that a line becomes one word that stands for all of it.
    """
    if document_kind != "table":
        return sentence
    whole = blake2b(_ROW.sub("", sentence).encode(), digest_size=16).hexdigest()
    return " ".join([whole] * SHORT_SENTENCE)


def credibility_of(facts: Iterable[Fact]) -> str:
    """ "2", or "1–3" from the most to the least credible fact; "" before any was judged."""
    return _span({str(f.credibility) for f in facts if f.credibility is not None})


def rating_of(facts: Iterable[Fact]) -> str:
    """Grades of the sources and credibility, best to worst: "B–C/1–3"."""
    listed = list(facts)
    return "/".join(part for part in (_span({f.grade for f in listed}), credibility_of(listed)) if part)


def _span(found: set[str]) -> str:
    return "–".join(dict.fromkeys((min(found), max(found)))) if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """One source that a bulletin rests on."""

    name: str
    kind: str
    grade: str
    documents: int


def source_lines(facts: Iterable[Fact]) -> list[SourceLine]:
    """The sources of the facts, best grade first."""
    documents: dict[tuple[str, str, str], set[str]] = {}
    for fact in facts:
        documents.setdefault((fact.grade, fact.outlet, fact.document_kind), set()).add(fact.doc_id)
    return [
        SourceLine(name=name, kind=kind, grade=grade, documents=len(found))
        for (grade, name, kind), found in sorted(documents.items())
    ]
