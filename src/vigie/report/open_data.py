"""Open data for anyone: counts and medians of cells, price indices made of them; never a sentence, a document or a source.

In: a store, through the public gate. Out: `cells`: one row for each quarter x area x type x kind x substance that may be
shown; `index`: prices of them (`open_index.py`); what explains both (`open_package.py`). A cell of a department that fails is
pooled with the other failing cells of its region, then of its country; what still fails is left out. No totals stand beside
the cells: a bulletin's are sums of the same cells. Only what is affirmed and dated to the quarter or finer counts, once its
quarter is over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from vigie.lexicon.gazetteer import place_by_code
from vigie.report.addresses import print_address
from vigie.report.disclosure import Label, figure_of
from vigie.report.ledger import Shown
from vigie.report.open_index import index_cells, index_rows
from vigie.report.open_package import write_beside
from vigie.report.period import parse_period
from vigie.report.public import Admitted, Gate, public_gate, sources_of
from vigie.stats.summary import quantile
from vigie.store import Store
from vigie.store.export import write_table
from vigie.store.package import File
from vigie.store.public import SCHEMA, SCHEMAS, TABLES

_WITHOUT_MEDIAN = ("event",)  # the middle of several counts of persons is no count of persons


def write_open_data(
    store: Store, folder: Path, formats: Sequence[str], *, as_of: date | None = None
) -> list[Path]:
    """`cells.*` and `index.*`, and what explains them. What they show is written down in the store first.

    Raises:
        StoreError: if the store is open for reading only, or a file cannot be written.
    """
    day = as_of or date.today()
    gate = public_gate(day, store.settings.public_sources)
    read = gate.read(store)
    gate.publish(store, read, "open-data", "")
    tables = {"cells": _table(read, gate), "index": _index(read, gate)}
    files = [
        File(table=TABLES[name], path=folder / f"{name}.{form}", form=form)
        for name in tables
        for form in dict.fromkeys(formats)
    ]
    for file in files:
        write_table(tables[file.table.name], file.path, file.form)
    rows = {name: table.num_rows for name, table in tables.items()}
    return [*(file.path for file in files), *write_beside(folder, files, rows, day)]


def cells(store: Store, *, as_of: date | None = None) -> pa.Table:
    """The public cells, by quarter, area and substance: never by value. Nothing is written down.

    Args:
        as_of: the day from which the delay counts; today when None.
    """
    gate = public_gate(as_of or date.today(), store.settings.public_sources)
    return _table(gate.read(store), gate)


def preview(store: Store, *, as_of: date | None = None) -> tuple[int, int, int]:
    """Cells that public outputs could show, how many of them for the first time, and facts in none. Nothing is kept."""
    gate = public_gate(as_of or date.today(), store.settings.public_sources)
    read = gate.read(store)
    return (len(read.cells), len(read.view.new), read.view.waiting) if read.view is not None else (0, 0, 0)


def price_index(store: Store, *, as_of: date | None = None) -> pa.Table:
    """The public price indices. Nothing is written down."""
    gate = public_gate(as_of or date.today(), store.settings.public_sources)
    return _index(gate.read(store), gate)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDown:
    """Tables of what public outputs have shown. `waiting`: cells that none has shown yet, which are in no table."""

    cells: pa.Table
    index: pa.Table
    waiting: int


def written_down(store: Store, *, as_of: date | None = None) -> WrittenDown:
    """What public outputs have shown and may show still: looking at it lets nothing new out, so that nothing is written down."""
    gate = public_gate(as_of or date.today(), store.settings.public_sources)
    read = gate.read(store)
    new = {(f.doc_id, f.observation_id) for cell in (read.view.new if read.view else ()) for f in cell.facts}
    shown = replace(
        read, cells=tuple(c for c in read.cells if not any((f.doc_id, f.id) in new for f in c.facts))
    )
    return WrittenDown(
        cells=_table(shown, gate), index=_index(shown, gate), waiting=len(read.cells) - len(shown.cells)
    )


def _cells(read: Admitted, gate: Gate) -> dict[Label, list[Shown]]:
    """Those of quarters that are over, by label."""
    found: dict[Label, list[Shown]] = defaultdict(list)
    for cell in read.cells:
        period = parse_period(cell.label.period, ())
        if period.kind == "quarter" and cell.label.level != "all" and gate.closed(period):
            found[cell.label].append(cell)
    return found


def _table(read: Admitted, gate: Gate) -> pa.Table:
    found = _cells(read, gate)
    return pa.Table.from_pylist([_row(label, found[label]) for label in sorted(found)], schema=SCHEMA)


def _index(read: Admitted, gate: Gate) -> pa.Table:
    return pa.Table.from_pylist(index_rows(index_cells(read.cells, gate.closed)), schema=SCHEMAS["index"])


def _row(label: Label, parts: Sequence[Shown]) -> dict[str, Any]:
    """One row: all that was published of a label, at once or over time."""
    place = place_by_code(label.area) if label.area else None
    facts = [f for part in parts for f in part.facts]
    figures = [figure for f in facts if (figure := figure_of(f)) is not None]
    return {
        "quarter": parse_period(label.period, ()).start,
        "area_level": label.level,
        "area": label.area or None,
        "area_label": place.label if place else None,
        "type": label.type,
        "kind": label.kind or None,
        "substance": label.substance or None,
        "observations": len(facts),
        "documents": len({f.doc_id for f in facts}),
        "sources": sources_of(facts),
        "median": quantile(figures, 0.5) if figures and label.type not in _WITHOUT_MEDIAN else None,
        "unit": label.unit or None,
        "values": len(figures),
        "published_on": max(part.published_on for part in parts),
        "place_lat": place.lat if place else None,
        "place_lon": place.lon if place else None,
        "market": label.market or None,
        "id": print_address(label),
    }
