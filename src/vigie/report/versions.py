"""Versions of public figures: what stands at each address, written down whenever a public output is.

In: the public cells of a gate, the versions written down before. Out: rows of new versions, of the figures that changed since.

A figure is a union of whole public cells, and a version remembers which cells it gained and lost: whatever an older version and a newer one
differ by is made of whole cells, each of which could be shown by itself. Figures are those that any output could show: the groups of every
topic in every area and period that hold a cell, the labels of the cells, and price indices (`index_versions.py`). Only those that a cell joined
or left are worked out again. Left out: wording (`corrections.py`); alerts (`vigie.feeds`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from vigie import __version__
from vigie.lexicon.gazetteer import gazetteer
from vigie.report.addresses import Figure, address_of, parse_address, print_address
from vigie.report.disclosure import Label, figure_of
from vigie.report.facts import Fact
from vigie.report.index_versions import moved_indices
from vigie.report.ledger import Shown, label_of_cell, told_fact
from vigie.report.period import Period, parse_period, quarter_of, year_of
from vigie.report.public import Admitted, Gate, inhabited, most_persons, sources_of, speaks_of_people
from vigie.report.results import TOPICS, Key, Topic, grouped, values
from vigie.stats.summary import summarise
from vigie.store import Store
from vigie.store.corrections import (
    NOTHING,
    Cause,
    Correction,
    Values,
    Version,
    cells_of,
    cells_told,
    corrections,
    erased_cells,
    facts_in_cells,
    latest_versions,
    like,
    of_other_code,
    worked_out,
    write_versions,
)
from vigie.store.publications import cells_numbered, withdrawn_cells

_EVERYTHING = parse_period(None, ())
MOST_COMPARED = 200  # statements of a figure whose sentences are compared; beyond, its sources are those of whole documents
_WITHOUT_MEDIAN = ("event",)  # as in open_data.py
Base = tuple[str, Key]  # topic, key without the market


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands at an address: the cells and what is shown of them."""

    cells: frozenset[int]
    values: Values


def keep_versions(store: Store, gate: Gate, read: Admitted, output: str) -> int:
    """Write down the versions of the figures that changed; how many. Called once the cells of `read` are written down.

    Raises StoreError if the store is open for reading only.
    """
    number = facts_in_cells(store)
    cells = {cell.cell_id or number[cell.facts[0].doc_id, cell.facts[0].id]: cell for cell in read.whole}
    other = of_other_code(store, __version__)
    found = _new(store, cells, gate, output, everything=other)
    if found:
        write_versions(store, found)
    if other:
        worked_out(store, __version__)
    return len(found)


def next_versions(store: Store, gate: Gate, read: Admitted) -> dict[str, Version]:
    """What the next public output would write down, by address; nothing is kept."""
    # Cells that have no number yet count as numbers below zero.
    cells = {cell.cell_id or -at: cell for at, cell in enumerate(read.whole, 1)}
    return {version.address: version for version in _new(store, cells, gate, "", everything=False)}


def _new(
    store: Store, cells: Mapping[int, Shown], gate: Gate, output: str, *, everything: bool
) -> list[Version]:
    moved = set(cells) ^ cells_told(store)
    if everything:
        moved |= set(cells)
    indices = moved_indices(store, cells, gate.closed, everything=everything)
    if not moved and not indices.asked:
        return []
    labels = {cells[n].label for n in moved & set(cells)}
    labels |= {label_of_cell(c) for c in cells_numbered(store, moved - set(cells))}
    now = _standing(cells, labels, replace(gate, within=None))
    now |= {address: Standing(*found) for address, found in indices.now.items()}
    asked = set(now) | _known(store, labels) | indices.asked
    before, held = latest_versions(store, asked), cells_of(store, asked)
    lost = {address: held[address] - _cells(now, address) for address in asked}
    gone = set().union(*lost.values())
    erased, withdrawn = erased_cells(store, gone), withdrawn_cells(store, gone)
    pending = _pending(corrections(store))
    found = []
    for address in sorted(asked):
        old, new, went = before.get(address), now.get(address), lost[address]
        gained = _cells(now, address) - held[address]
        # Where an earlier quarter became the base of an index, that of before is counted no more, but has not gone.
        missed = went - indices.standing if gained and address in indices.now else went
        cause = _cause(old, new, gained, missed, erased, withdrawn)
        if cause is None:
            continue
        version, shown = old.version + 1 if old else 1, new.values if new else NOTHING
        if cause in _CALLED and (address, version) in pending:
            cause = "correction"
        found.append(
            Version(
                address=address, version=version, since=gate.day, output=output, cause=cause, code_version=__version__,
                shown=new is not None, digest=shown.digest, values=shown,
                gained=tuple(sorted(gained)), lost=tuple(sorted(went)),
            )
        )  # fmt: skip
    return found


_CALLED = ("new-data", "method-change")  # what becomes a correction when an editor has called it one


def _cause(
    old: Version | None, new: Standing | None, gained: set[int], lost: set[int], erased: set[int], withdrawn: set[int]
) -> Cause | None:  # fmt: skip
    """Why there is a new version; None if there is none."""
    if old is None or not old.shown:
        return None if new is None else "first" if old is None else "new-data"
    if lost & erased:
        return "removed"
    if new is None:
        return "withdrawn"
    if lost:  # not withdrawn: the rules of what may be shown have become stricter
        return "correction" if lost & withdrawn else "method-change"
    if gained:
        return "new-data"
    return None if old.erased or old.digest == new.values.digest else "method-change"


def _cells(now: Mapping[str, Standing], address: str) -> set[int]:
    return set(now[address].cells) if address in now else set()


def _pending(lines: Iterable[Correction]) -> set[tuple[str, int]]:
    """(address, version) of what editors called a correction."""
    return {(line.address, line.to_version) for line in lines if line.to_version > line.from_version}


def _standing(cells: Mapping[int, Shown], labels: Collection[Label], gate: Gate) -> dict[str, Standing]:
    """What stands at every address that a cell with one of these labels has a part in."""
    scopes = _scopes(labels)
    by_label: dict[Label, dict[int, Shown]] = defaultdict(dict)
    by_scope: dict[tuple[Base, str | None], dict[int, Shown]] = defaultdict(dict)
    for n, cell in cells.items():
        if cell.label in labels:
            by_label[cell.label][n] = cell
        base = _base(cell.label)
        for area in _areas(cell.label) & scopes.get(base, set()) if base else ():
            by_scope[base, area][n] = cell  # type: ignore[index]  # a base, since it has areas
    found = {
        print_address(label): Standing(frozenset(parts), _of_label(label, parts.values()))
        for label, parts in by_label.items()
    }
    for (base, area), inside in by_scope.items():
        found |= _of_base(base, area, inside, gate)
    return found


def _scopes(labels: Collection[Label]) -> dict[Base, set[str | None]]:
    """The areas of each figure that cells with these labels have a part in."""
    found: dict[Base, set[str | None]] = defaultdict(set)
    for label in labels:
        if base := _base(label):
            found[base] |= _areas(label)
    return found


def _of_base(base: Base, area: str | None, cells: Mapping[int, Shown], gate: Gate) -> dict[str, Standing]:
    """The figures of one topic and key in an area, by market and by period."""
    topic = _TOPIC[base[0]]
    cell_of = {(f.doc_id, f.id): n for n, c in cells.items() for f in c.facts}
    facts = [f for _, c in sorted(cells.items(), key=lambda e: (e[1].label, e[0])) for f in c.facts]
    here = replace(gate, within=area)
    found = {}
    for key, group in grouped(topic, facts).items():
        if (topic.id, key[:2]) != base:
            continue
        periods = {p.label: p for f in group for p in _periods(f)}
        for label, period in sorted(periods.items()):
            inside = [f for f in group if period.holds(f.when_start, f.when_end)]
            if _shows(here, inside):
                found[address_of(topic.id, key, area, label)] = Standing(
                    frozenset(cell_of[f.doc_id, f.id] for f in inside), _of_group(topic, inside)
                )
    return found


def _periods(fact: Fact) -> Iterable[Period]:
    """All dates, the year, and the quarter where the fact is of one."""
    yield _EVERYTHING
    if fact.when_start is not None:
        yield year_of(fact.when_start)
        if fact.when_precision == "quarter":
            yield quarter_of(fact.when_start)


def _shows(gate: Gate, facts: Sequence[Fact]) -> bool:
    """As Gate.shows; of a large group, which holds cells that may be shown, only the rule on people is left to ask."""
    if len(facts) <= MOST_COMPARED:
        return gate.shows(facts)
    if not any(map(speaks_of_people, facts)):
        return True
    return most_persons(facts) >= gate.least_persons and inhabited(gate.within)


def _sources(facts: Sequence[Fact]) -> int:
    """Independent sources. Of a large group near-copies of sentences are not looked for: every sentence would be compared with every other."""
    return sources_of(facts) if len(facts) <= MOST_COMPARED else len({f.voice for f in facts})


def _of_group(topic: Topic, facts: Sequence[Fact]) -> Values:
    found = summarise(values(topic, facts))
    ways = Counter(f.direction for f in facts if topic.id == "trends" and f.direction)
    parts = ", ".join(f"{way} {ways[way]}" for way in sorted(ways)) or None
    counted = Values(observations=len(facts), sources=_sources(facts), parts=parts)
    if found is None:
        return counted
    return replace(
        counted, figures=found.n, low=found.low, q1=found.q1, median=found.median, q3=found.q3, high=found.high
    )  # fmt: skip


def _of_label(label: Label, parts: Iterable[Shown]) -> Values:
    """What the open data show."""
    facts = [f for part in sorted(parts, key=lambda p: p.published_on) for f in part.facts]
    figures = [figure for f in facts if (figure := figure_of(f)) is not None]
    found = summarise(figures) if label.type not in _WITHOUT_MEDIAN else None
    return Values(
        observations=len(facts), sources=_sources(facts), figures=len(figures), median=found.median if found else None
    )  # fmt: skip


@lru_cache(maxsize=50_000)
def _base(label: Label) -> Base | None:
    """The figures of a bulletin that count a cell; None where no topic counts it."""
    fact = told_fact(label, 1.0 if label.unit else None)
    found = ((topic.id, topic.key(fact)) for topic in TOPICS)
    return next(((name, key) for name, key in found if key is not None), None)


@lru_cache(maxsize=50_000)
def _areas(label: Label) -> frozenset[str | None]:
    """Every area of which the cell is a part, as in Gate.holds_area."""
    entry = gazetteer().by_code(label.area) if label.area else None
    above = (entry.department, entry.region, entry.country) if entry else ()
    return frozenset({None, *(code for code in (label.area, *above) if code)})


def _known(store: Store, labels: Collection[Label]) -> set[str]:
    """Addresses that cells with these labels may have joined or left."""
    scopes = _scopes(labels)
    found = {print_address(label) for label in labels}
    starts = {address_of(topic, key, None, "").removesuffix("/all/all") for topic, key in scopes}
    for address in like(store, starts):
        what = parse_address(address)
        if isinstance(what, Figure) and what.area in scopes.get((what.topic, what.key[:2]), ()):
            found.add(address)
    return found


_TOPIC = {topic.id: topic for topic in TOPICS}
