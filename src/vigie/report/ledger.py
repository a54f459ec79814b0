"""What may be shown today, given what was shown before: two public outputs never differ by fewer facts than one may show.

In: the facts that may be counted today, the cells written down in the store. Out: a View: the cells that stand, those
that are new, those withdrawn, and the facts of all of them as the public sees them.

A cell that was published stays as it is. Facts that came since are divided anew among themselves: they are shown once
enough of them came together. If some facts of a cell have gone or changed, the cell is repeated as published until both
what went and what stays could be shown by themselves; meanwhile what replaces it waits. If some were erased, nothing of the cell is
shown until enough others came for the same figure. Left out: the rules of a figure (`public.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache
from typing import Any

from vigie.lexicon.gazetteer import place_by_code
from vigie.report.disclosure import Cell, Label, Shows, divide, figure_of, fits
from vigie.report.facts import Fact
from vigie.report.period import Period, parse_period
from vigie.store import Store
from vigie.store.publications import CountedFact, PublicCell, documents_of, public_cells, write_down

_BLANK: dict[str, Any] = dict.fromkeys(f.name for f in fields(Fact))
Id = tuple[str, str]  # document, observation


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell as the public sees it: its facts say no more than its label. `cell_id` is 0 before it is written down."""

    label: Label
    published_on: date
    facts: tuple[Fact, ...]
    cell_id: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """Public cells on a day.

    Attributes:
        cells: all that stand, those of `new` included.
        standing: numbers of those written down before that stand.
        new: to be written down before they are shown.
        withdrawn: numbers of those that stand no more.
        waiting: facts in no cell, because too few are like them or what they change was shown already.
    """

    cells: tuple[Shown, ...]
    standing: tuple[int, ...]
    new: tuple[PublicCell, ...]
    withdrawn: tuple[int, ...]
    waiting: int


def view(
    store: Store,
    facts: Iterable[Fact],
    day: date,
    shows: Shows,
    closed: Callable[[Period], bool],
    sources: Callable[[Sequence[Fact]], int],
    veiled: Callable[[Fact], Fact] = lambda fact: fact,
) -> View:
    """Public cells on a day; nothing is written down.

    Args:
        facts: affirmed, and old enough; read whole before the store is asked anything.
        shows, closed, sources: the rules of the gate.
        veiled: a fact of a cell without the names that may not be shown; who counts as one source must not change.
    """
    given = list(facts)
    before = public_cells(store)
    told = {(f.doc_id, f.observation_id) for cell in before for f in cell.facts}
    now = {key: f for f in given if (key := (f.doc_id, f.id)) in told}
    del told
    there = {cell.cell_id: _facts_of(cell, now, store) for cell in before}
    stand: list[PublicCell] = []
    withdrawn: list[int] = []
    held: dict[Label, list[int]] = defaultdict(list)  # cells of which facts were erased
    rests: list[Cell] = []  # what stays of cells of which enough has gone
    frozen: set[Id] = set()
    contested: set[tuple[str, str]] = set()  # documents and types of which an old figure is repeated
    for cell in before:
        label, found = label_of_cell(cell), there[cell.cell_id]
        intact = [f for f, same in found if same]
        gone = [f for f, same in found if not same]
        if len(found) < cell.observations:
            if intact:
                held[label].append(cell.cell_id)
                frozen |= {(f.doc_id, f.id) for f in intact}
            else:
                withdrawn.append(cell.cell_id)
        elif gone and shows(gone, label.within) and (not intact or shows(intact, label.within)):
            withdrawn.append(cell.cell_id)
            if intact:
                rests.append(Cell(label, tuple(intact)))
                frozen |= {(f.doc_id, f.id) for f in intact}
        else:
            stand.append(cell)
            frozen |= {(f.doc_id, f.id) for f, _ in found}
            contested |= {(f.doc_id, f.type) for f in gone}
    free = [f for f in given if (f.doc_id, f.id) not in frozen and (f.doc_id, f.type) not in contested]
    waiting = len(given) - len(frozen & now.keys())
    del given, now
    divided = divide(free, shows, closed)
    waiting -= sum(len(c.facts) for c in divided)
    del free
    cells = list(rests)
    for new in divided:
        again = held.pop(new.label, [])
        withdrawn += again
        kept = [f for number in again for f, same in there[number] if same]
        cells.append(Cell(new.label, (*new.facts, *kept)))
    del divided
    written = tuple(
        _cell_row(c, day, sources(c.facts)) for c in sorted(cells, key=lambda c: (c.label, _first(c.facts)))
    )
    shown = [
        Shown(
            label_of_cell(c),
            c.published_on,
            tuple(veiled(public_fact(label_of_cell(c), f)) for f, _ in there.pop(c.cell_id)),
            c.cell_id,
        )
        for c in stand
    ]
    there.clear()
    while cells:  # each leaves as it is shown: a fact and what the public sees of it are held together for one cell only
        c = cells.pop()
        shown.append(Shown(c.label, day, tuple(veiled(public_fact(c.label, f)) for f in c.facts)))
    return View(
        cells=tuple(sorted(shown, key=lambda c: (c.label, c.published_on, _first(c.facts)))),
        standing=tuple(c.cell_id for c in stand),
        new=written,
        withdrawn=tuple(sorted(withdrawn)),
        waiting=waiting,
    )


def publish(store: Store, found: View, day: date, output: str, scope: str) -> None:
    """Write down what an output can show, before it is written. Raises StoreError if the store is read-only."""
    write_down(store, day, output, scope, new=found.new, withdrawn=found.withdrawn, shown=found.standing)
    store.settle()


def label_of_cell(cell: PublicCell) -> Label:
    return Label(
        cell.period, cell.area_level, cell.area, cell.market, cell.type, cell.kind, cell.substance, cell.unit
    )


def public_fact(label: Label, fact: Fact) -> Fact:
    """A fact that says only what its cell says: its place and time are those of the cell, whatever it told of them.

    What it keeps of its own is its figure, its document, and the sentence, which `Gate.quotes` decides upon.
    """
    figure = figure_of(fact)
    return replace(told_fact(label, figure), **{name: getattr(fact, name) for name in _OWN})


_OWN = (
    *("id", "doc_id", "attribution", "quote", "sentence", "quote_start", "quote_end", "title", "lang"),
    *("published", "published_end", "stored_on", "outlet", "source_id", "document_kind", "grade"),
    *("credibility", "copied", "original_id", "original_source", "speaker"),  # who speaks for themselves
)


@lru_cache(maxsize=5_000)
def told_fact(label: Label, figure: float | None) -> Fact:
    """A fact of a cell, without a document."""
    period = parse_period(label.period, ())
    place = place_by_code(label.area) if label.area else None
    first, _, second = label.kind.partition(">" if label.type == "flow" else ":")
    told = _BLANK | {
        "type": label.type,
        "substance": label.substance or None,
        "place_label": place.label if place else label.area or None,
        "place_code": label.area or None,
        "place_level": label.level if label.area else None,
        "place_department": place.department if place else None,
        "place_region": place.region if place else None,
        "place_country": place.country if place else None,
        "when_start": period.start,
        "when_end": period.end,
        "when_precision": period.kind,
        "source_country": label.market,
        "kind": label.kind or None,
    }
    if label.type == "price" and figure is not None:
        told |= {"eur_per_unit": figure, "unit": label.unit.removeprefix("EUR/")}
    if label.type == "quantity" and figure is not None:
        told |= {"grams": figure} if label.unit == "g" else {"units": figure, "unit": label.unit}
    if label.type == "purity":
        told |= {"measure": label.kind or None, "low": figure, "high": figure}
    if label.type == "load" and figure is not None:
        told |= {"low": figure, "high": figure, "unit": label.unit}
    if label.type == "event" and figure is not None:
        told |= {"low": figure, "high": figure, "unit": "person"}
    names = {
        "modality": ("family", "code"),
        "trend": ("indicator", "direction"),
        "flow": ("origin_label", "destination_label"),
    }.get(label.type)
    if names:
        told |= dict(zip(names, (first or None, second or None), strict=True)) | {"kind": None}
    if label.type == "flow":
        for end in ("origin", "destination"):
            code = told[f"{end}_label"]
            known = place_by_code(code) if code else None
            told |= {f"{end}_code": code if known else None, f"{end}_label": known.label if known else code}
    return Fact(**told)


def _facts_of(cell: PublicCell, now: dict[Id, Fact], store: Store) -> list[tuple[Fact, bool]]:
    """The facts of a cell, each with whether it is still as it was published."""
    label = label_of_cell(cell)
    gone = [f.doc_id for f in cell.facts if not _same(label, f, now)]
    documents = documents_of(store, gone) if gone else {}
    return [
        (now[f.doc_id, f.observation_id], True)
        if _same(label, f, now)
        else (_restored(label, f, documents[f.doc_id]), False)
        for f in cell.facts
    ]


def _same(label: Label, counted: CountedFact, now: dict[Id, Fact]) -> bool:
    fact = now.get((counted.doc_id, counted.observation_id))
    return fact is not None and fits(label, fact) and figure_of(fact) == counted.figure


def _restored(label: Label, counted: CountedFact, document: dict[str, Any]) -> Fact:
    """A fact as it was published; its sentence is gone with it."""
    return replace(
        told_fact(label, counted.figure),
        id=counted.observation_id,
        doc_id=counted.doc_id,
        quote="",
        **{
            n: document[n]
            for n in ("title", "lang", "published", "published_end", "stored_on", "outlet", "source_id")
        },
        document_kind=document["kind"],
        grade=document["grade"],
        speaker=document["speaker"],
    )


def _cell_row(cell: Cell, day: date, sources: int) -> PublicCell:
    label = cell.label
    return PublicCell(
        published_on=day,
        period=label.period,
        area_level=label.level,
        area=label.area,
        market=label.market,
        type=label.type,
        kind=label.kind,
        substance=label.substance,
        unit=label.unit,
        observations=len(cell.facts),
        sources=sources,
        facts=tuple(sorted(CountedFact(f.doc_id, f.id, figure_of(f)) for f in cell.facts)),
    )


def _first(facts: Sequence[Fact]) -> Id:
    """Which of two cells comes first: no two of them hold one fact."""
    return min(((f.doc_id, f.id) for f in facts), default=("", ""))
