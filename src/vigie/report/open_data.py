"""Open data for anyone: counts and medians of cells, never a sentence, a document or a source.

In: a store, through the public gate. Out: one row for each quarter x area x type x kind x substance that passes
it. A cell of a department that fails is pooled with the other failing cells of its region, then of its country;
what still fails is left out. No totals stand beside the cells, so that none can be subtracted from them. Only
what is affirmed and dated to the quarter or finer counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from vigie.lexicon.gazetteer import place_by_code
from vigie.report.facts import Fact
from vigie.report.markets import is_overseas
from vigie.report.period import Period, quarter_of
from vigie.report.public import UNPLACED, Gate, public_gate, sources_of
from vigie.stats.summary import quantile
from vigie.store import Store
from vigie.store.export import write_dictionary, write_table
from vigie.store.public import COLUMNS, SCHEMA

_LEVELS = ("department", "region", "country", "none")
_DATED = frozenset({"day", "week", "month", "quarter"})


@dataclass(frozen=True, slots=True)
class Key:
    """What a cell counts. `area` is UNPLACED without a place; `unit` is that of the median."""

    quarter: Period
    area: str
    type: str
    kind: str | None
    substance: str | None
    unit: str | None


def write_open_data(
    store: Store, folder: Path, formats: Sequence[str], *, as_of: date | None = None
) -> list[Path]:
    """`cells.*` and the data dictionary."""
    found = cells(store, as_of=as_of)
    written = []
    for form in formats:
        written.append(folder / f"cells.{form}")
        write_table(found, written[-1], form)
    rows = [("cells", name, str(SCHEMA.field(name).type), meaning) for name, meaning in COLUMNS.items()]
    return [*written, write_dictionary(folder, rows)]


def cells(store: Store, *, as_of: date | None = None) -> pa.Table:
    """The public cells, by quarter, area and substance: never by value.

    Args:
        as_of: the day from which the delay counts; today when None.
    """
    gate = public_gate(as_of or date.today())
    dated = [
        (quarter, f) for f in gate.read(store).facts if (quarter := _quarter(f)) and gate.closed(quarter)
    ]
    rows = sorted(_publish(dated, gate), key=lambda row: [str(row[name] or "") for name in COLUMNS])
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _quarter(fact: Fact) -> Period | None:
    """The quarter that holds all that the fact speaks of."""
    if fact.when_start is None or fact.when_precision not in _DATED:
        return None
    quarter = quarter_of(fact.when_start)
    return quarter if quarter.holds(fact.when_start, fact.when_end) else None


def _publish(dated: Iterable[tuple[Period, Fact]], gate: Gate) -> Iterator[dict[str, Any]]:
    """Try each level in turn with what the finer one did not publish."""
    left = list(dated)
    for level in _LEVELS:
        found: dict[Key, list[Fact]] = defaultdict(list)
        waiting: list[tuple[Period, Fact]] = []
        for quarter, fact in left:
            area = _area(fact, level)
            if area is None:
                waiting.append((quarter, fact))
            else:
                kind, unit = _kind(fact), _unit(fact)
                found[Key(quarter, area, fact.type, kind, fact.substance, unit)].append(fact)
        for key, cell in found.items():
            if gate.shows(cell, key.area):
                yield _row(level, key, cell, gate)
            else:
                waiting += [(key.quarter, fact) for fact in cell]
        left = waiting


def _area(fact: Fact, level: str) -> str | None:
    """The area of that level that holds the fact; None where there is none."""
    areas = {
        "department": fact.place_department,
        "region": fact.place_region,
        "country": fact.place_country,
    }
    if fact.place_code and fact.place_level in areas:
        areas[fact.place_level] = fact.place_code
    if level == "none":
        # For facts without any place: a pool of places of the world would mean nothing.
        return None if any(areas.values()) else UNPLACED
    if level == "country" and fact.type == "price" and is_overseas(areas["department"], areas["region"]):
        return None  # an overseas territory is a market of its own
    return areas[level] or None


def _kind(fact: Fact) -> str | None:
    joined = {
        "purity": fact.measure,
        "modality": f"{fact.family}:{fact.code}",
        "trend": f"{fact.indicator}:{fact.direction}",
        "flow": fact.mode,
    }
    return joined.get(fact.type, fact.kind)


def _unit(fact: Fact) -> str | None:
    if fact.type == "price":
        return f"EUR/{fact.unit}" if fact.unit else None
    if fact.type == "purity":
        return "mg" if fact.measure == "mg-per-unit" else "%"
    return "g" if fact.type == "quantity" else None


def _figure(fact: Fact) -> float | None:
    return {"price": fact.eur_per_unit, "quantity": fact.grams, "purity": fact.middle}.get(fact.type)


def _row(level: str, key: Key, cell: Sequence[Fact], gate: Gate) -> dict[str, Any]:
    place = place_by_code(key.area) if key.area else None
    telling = [f for f in cell if _figure(f) is not None]
    figures = [figure for f in telling if (figure := _figure(f)) is not None]
    # A median speaks for its sources as the cell does.
    shown = gate.shows(telling, key.area)
    return {
        "quarter": key.quarter.start,
        "area_level": level,
        "area": key.area or None,
        "area_label": place.label if place else None,
        "type": key.type,
        "kind": key.kind,
        "substance": key.substance,
        "observations": len(cell),
        "documents": len({f.doc_id for f in cell}),
        "sources": sources_of(cell),
        "median": quantile(figures, 0.5) if shown else None,
        "unit": key.unit if shown else None,
        "values": len(figures) if shown else None,
        "place_lat": place.lat if place else None,
        "place_lon": place.lon if place else None,
    }
