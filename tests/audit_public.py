"""An auditor who has every public output of a store, and subtracts.

`outputs` gives the set of facts behind each public figure: of the open data, and of the bulletins of every area for
every period. `gaps` finds the smallest sets that these figures tell apart and that may not be shown by themselves.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from report_store import Paper, Said, event, flow, price, purity, trend, way
from vigie.assess import assess
from vigie.report.facts import Fact
from vigie.report.period import parse_period
from vigie.report.public import Gate, public_gate
from vigie.report.results import TOPICS, grouped, section, values
from vigie.store import Store
from vigie.store.corrections import versions_of

Figures = dict[tuple[object, ...], frozenset[str]]
AREAS = (
    None, "FR", "ES", "FR-ARA", "FR-PAC", "FR-OCC", "FR-PM", "FR-973", "FR-69", "FR-38", "FR-74", "FR-13", "FR-06",
    "FR-31",
)  # fmt: skip
PLACES = (
    "INSEE:69123", "INSEE:69266", "FR-69", "INSEE:38185", "INSEE:74010", "FR-ARA", "INSEE:13055", "FR-06", "FR-PAC",
    "INSEE:31555", "FR-PM", "INSEE:97302", "FR", "ES", None, None,
)  # fmt: skip
PERIODS = ("2024-Q4", "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2024", "2025")
SOURCES = tuple("abcdef")


def random_papers(rng: random.Random, count: int) -> list[Paper]:
    """Documents of one to three facts; few sources and many places, so that many cells are too small."""
    papers = []
    for _ in range(count):
        day = f"2025-0{rng.randint(1, 6)}-1{rng.randint(0, 9)}"
        says = [_said(rng, day) for _ in range(rng.choice((1, 1, 2, 3)))]
        papers.append(Paper(source=rng.choice(SOURCES), published=day, says=says))
    return papers


def _said(rng: random.Random, day: str) -> Said:
    value = rng.choice(
        [
            price(float(rng.randint(40, 90))),
            price(float(rng.randint(40, 90))),
            price(float(rng.randint(40, 90))),
            event("death", float(rng.randint(1, 9))),
            event("overdose", None),
            way("telegram"),
            way("postal", "delivery"),
            trend(rng.choice(("up", "down"))),
            purity(float(rng.randint(20, 90))),
            flow(rng.choice(("ES", "INSEE:97302")), rng.choice(("FR-69", "INSEE:69123", "FR"))),
        ]
    )
    return Said(
        sentence=f"Mot{rng.random()} dit.",
        value=value,
        substance=rng.choice(("cocaine", "cocaine", "crack")),
        place=rng.choice(PLACES),
        when=rng.choice((None, None, None, "2025", day[:7])),
    )


def outputs(store: Store, today: date, gate: Gate | None = None) -> Figures:
    """The facts behind each public figure that somebody could have on a day."""
    found: Figures = {}
    whole = gate or public_gate(today)
    cells = whole.read(store).cells
    for cell in cells:
        found["open data", cell.label, cell.published_on] = frozenset(f.doc_id + f.id for f in cell.facts)
    for area in AREAS:
        here = whole.at(area)
        facts = [f for cell in cells if here.holds_area(cell.label.area) for f in cell.facts]
        for name in PERIODS:
            period = parse_period(name, ())
            for topic in TOPICS:
                for group in section(topic, facts, period, here).groups:
                    found["bulletin", area, name, topic.id, group.key] = frozenset(
                        f.doc_id + f.id for f in group.facts
                    )
                    for way_ in {f.direction for f in group.facts if f.direction}:
                        told = frozenset(f.doc_id + f.id for f in group.facts if f.direction == way_)
                        found["bulletin", area, name, topic.id, group.key, way_] = told
    return found


def versions_told(store: Store) -> dict[tuple[str, int], frozenset[str]]:
    """The facts behind every version of every public figure, read back from what it gained and lost."""
    facts: dict[int, set[str]] = defaultdict(set)
    for row in store.table("public_facts").to_pylist():
        facts[row["cell_id"]].add(row["doc_id"] + row["observation_id"])
    held: dict[str, set[int]] = defaultdict(set)
    found = {}
    for version in versions_of(store):
        cells = held[version.address]
        assert cells.isdisjoint(version.gained) and cells.issuperset(version.lost), version
        cells |= set(version.gained)
        cells -= set(version.lost)
        assert bool(cells) == version.shown, version
        found[version.address, version.version] = frozenset().union(*(facts[n] for n in cells))
    return found


def naive_outputs(facts: Sequence[Fact], today: date) -> Figures:
    """What a gate would show that judged each figure alone: the mistake that the auditor must find."""
    found: Figures = {}
    for area in AREAS:
        gate = public_gate(today).at(area)
        inside = [f for f in facts if gate.holds(f)]
        for name in PERIODS:
            period = parse_period(name, ())
            for topic in TOPICS:
                for key, group in grouped(topic, inside).items():
                    told = [f for f in group if period.holds(f.when_start, f.when_end)]
                    if gate.shows(told) and (topic.id in ("ways", "flows", "trends") or values(topic, told)):
                        found["bulletin", area, name, topic.id, key] = frozenset(
                            f.doc_id + f.id for f in told
                        )
    return found


def gaps(figures: Iterable[frozenset[str]], facts: Mapping[str, Fact], gate: Gate) -> list[list[str]]:
    """The smallest sets that the figures tell apart, and that may not be shown.

    Facts that are in the same figures cannot be told apart by any sum or difference of them; every other set that can
    be worked out is a union of such classes. The area is the one that the reader knows at least: all of it.
    """
    classes: dict[tuple[int, ...], list[str]] = defaultdict(list)
    members: dict[str, list[int]] = defaultdict(list)
    for number, figure in enumerate(sorted(set(figures), key=sorted)):
        for name in figure:
            members[name].append(number)
    for name, numbers in members.items():
        classes[tuple(numbers)].append(name)
    return [sorted(found) for found in classes.values() if not gate.shows([facts[n] for n in found])]


def recoverable(figures: Iterable[frozenset[str]], secret: frozenset[str]) -> bool:
    """True if a linear combination of the counts gives the count of `secret`."""
    rows = sorted(set(figures), key=sorted)
    names = sorted(set().union(*rows, secret))
    matrix = np.array([[name in row for name in names] for row in rows], dtype=float)
    wanted = np.array([name in secret for name in names], dtype=float)
    rank = np.linalg.matrix_rank
    return bool(rank(np.vstack([matrix, wanted])) == rank(matrix))


def facts_of(store: Store, gate: Gate) -> dict[str, Fact]:
    return {f.doc_id + f.id: f for f in gate.read(store).every}


def add(path: Path, papers: Sequence[Paper], start: int, today: date) -> None:
    """Write more papers into a store; numbered from `start`."""
    from report_store import _entry
    from vigie.store.runs import Counts, Versions

    with Store.open(path) as store:
        run = store.start_run("add", Versions(code="t", lexicon="t", redactor="t"))
        store.write(run, [_entry(start + n, p) for n, p in enumerate(papers)], today=today)
        store.finish_run(run, Counts(new=len(papers)))
        assess(store)
