"""A small store made by hand for the tests of the bulletin: every figure can be worked out on paper."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from vigie.assess import assess
from vigie.lexicon.gazetteer import place_by_code
from vigie.model.document import CleanDocument, DocKind, SourceCard
from vigie.model.observation import (
    Assertion,
    EventValue,
    FlowValue,
    ModalityValue,
    Observation,
    PriceValue,
    PurityValue,
    QuantityValue,
    TrendValue,
    Value,
)
from vigie.model.period import PartialDate, When
from vigie.store import Store
from vigie.store.rows import Entry
from vigie.store.runs import Counts, Versions


@dataclass(frozen=True, kw_only=True)
class Said:
    """One fact, in a sentence of its own."""

    sentence: str
    value: Value
    substance: str | None = "cocaine"
    place: str | None = None
    when: str | None = None
    assertion: Assertion = "affirmed"


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One document of one source."""

    source: str
    published: str
    says: Sequence[Said] = field(default_factory=tuple)
    kind: DocKind = "press"
    grade: str = "B"
    title: str = "Un titre"
    satire: bool = False
    publisher: str = ""
    name: str = ""
    outlet: str = ""
    path: str = ""
    rule: str = "test@1"


def price(amount: float, unit: str = "g", kind: str = "retail") -> PriceValue:
    return PriceValue(
        kind=kind,  # type: ignore[arg-type]
        low=amount,
        high=amount,
        currency="EUR",
        per_value=1,
        per_unit=unit,
        eur_low=amount,
        eur_high=amount,
        eur_per_unit=amount / 1000 if unit == "kg" else amount,
        unit="g" if unit == "kg" else unit,
    )


def said_price(amount: float, **more: object) -> Said:
    return Said(sentence=f"Le gramme vaut {amount} euros ici.", value=price(amount), **more)  # type: ignore[arg-type]


def seized(grams: float) -> QuantityValue:
    return QuantityValue(kind="seized", low=grams / 1000, high=grams / 1000, unit="kg", grams=grams)


def pieces(count: float) -> QuantityValue:
    return QuantityValue(kind="seized", low=count, high=count, unit="pill", units=count)


def purity(percent: float) -> PurityValue:
    return PurityValue(low=percent, high=percent, measure="purity")


def event(kind: str, persons: float | None) -> EventValue:
    return EventValue(kind=kind, low=persons, high=persons, unit="person")  # type: ignore[arg-type]


def way(code: str, family: str = "channel") -> ModalityValue:
    return ModalityValue(family=family, code=code)


def flow(origin: str | None, destination: str | None) -> FlowValue:
    ends = [place_by_code(code) if code else None for code in (origin, destination)]
    return FlowValue(origin=ends[0], destination=ends[1], mode="sea")


def trend(direction: str) -> TrendValue:
    return TrendValue(indicator="price", direction=direction)  # type: ignore[arg-type]


@cache
def _empty() -> bytes:
    """A store in which nothing is: the schema takes longer to make than most tests take to use it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.duckdb"
        Store.open(path).close()
        return path.read_bytes()


def build(path: Path, papers: Sequence[Paper], today: date = date(2025, 12, 31)) -> Path:
    """Write the papers into a store."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(_empty())
    with Store.open(path) as store:
        run = store.start_run("add", Versions(code="t", lexicon="t", redactor="t"))
        store.write(run, [_entry(number, paper) for number, paper in enumerate(papers)], today=today)
        assess(store)
        store.finish_run(
            run, Counts(read=len(papers), new=len(papers), unchanged=0, refused=0, observations=0)
        )
    return path


def _entry(number: int, paper: Paper) -> Entry:
    doc_id = f"doc{number:03d}"
    text, observations = f"{paper.title}\n\n", []
    published = PartialDate.parse(paper.published) if paper.published else None
    for fact in paper.says:
        when = PartialDate.parse(fact.when) if fact.when else published
        observations.append(
            Observation(
                id=f"{doc_id}-{len(observations)}",
                doc_id=doc_id,
                start=len(text),
                end=len(text) + len(fact.sentence),
                quote=fact.sentence,
                substance=fact.substance,
                form=None,
                place=place_by_code(fact.place) if fact.place else None,
                when=When.of(when, "text" if fact.when else "document"),
                assertion=fact.assertion,
                attribution=None,
                confidence=0.9,
                rule=paper.rule,
                value=fact.value,
            )
        )
        text += fact.sentence + " "
    card = SourceCard(
        id=paper.source,
        name=paper.name or f"Journal {paper.source}",
        kind=paper.kind,
        grade=paper.grade,
        satire=paper.satire,
        publisher=paper.publisher,
    )
    document = CleanDocument(
        doc_id=doc_id,
        path=paper.path or f"{doc_id}.txt",
        format="text",
        kind=paper.kind,
        grade=paper.grade,
        lang="fr",
        title=paper.title,
        published=published,
        outlet=paper.outlet,
        text=text,
        source_id=paper.source,
    )
    return Entry(document=document, observations=observations, source=card)
