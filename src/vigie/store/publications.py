"""What was shown to anyone: public cells with their facts, the outputs that showed them, alerts that an editor released.

In: rows of report.ledger and report.alerts. Out: the same, read back. Rows are added, and cells marked as withdrawn;
only erasure takes rows away. Left out: who may be shown what (vigie.report.public).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from vigie.model.errors import StoreError
from vigie.store.store import Store


@dataclass(frozen=True, slots=True, order=True)
class CountedFact:
    """One fact of a cell, with its figure as published."""

    doc_id: str
    observation_id: str
    figure: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicCell:
    """A cell as written down; the columns are those of the table (docs/data-dictionary.md).

    Attributes:
        cell_id: 0 before it is written down.
        observations: facts in it when it was published; fewer `facts` mean that some were erased.
    """

    cell_id: int = 0
    published_on: date
    period: str
    area_level: str
    area: str
    market: str
    type: str
    kind: str
    substance: str
    unit: str
    observations: int
    sources: int
    facts: tuple[CountedFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One line of the log of editors; `action` is release, withdraw or reset."""

    entry_id: int
    action: str
    release_id: int
    made_on: date
    editor: str
    role: str
    reason: str


def public_cells(store: Store) -> list[PublicCell]:
    """The cells that stand, in order, with those of their facts whose document is stored."""
    sql = "SELECT f.* FROM public_facts f SEMI JOIN documents d ON d.doc_id = f.doc_id ORDER BY ALL"
    facts: dict[int, list[CountedFact]] = defaultdict(list)
    for batch in store.query(sql).to_batches(
        max_chunksize=10_000
    ):  # of a million facts, few as Python values at a time
        for row in batch.to_pylist():
            facts[row["cell_id"]].append(CountedFact(row["doc_id"], row["observation_id"], row["figure"]))
    sql = "SELECT * EXCLUDE (withdrawn_on) FROM public_cells WHERE withdrawn_on IS NULL ORDER BY cell_id"
    return [
        PublicCell(**row, facts=tuple(sorted(facts[row["cell_id"]]))) for row in store.query(sql).to_pylist()
    ]


def cells_numbered(store: Store, numbers: Collection[int]) -> list[PublicCell]:
    """These cells, standing or not, without their facts."""
    sql = "SELECT * EXCLUDE (withdrawn_on) FROM public_cells WHERE cell_id IN (SELECT unnest(?)) ORDER BY cell_id"
    return [PublicCell(**row, facts=()) for row in store.query(sql, [sorted(numbers)]).to_pylist()]


def withdrawn_cells(store: Store, numbers: Collection[int]) -> set[int]:
    """Those of the cells that stand no more."""
    sql = "SELECT cell_id FROM public_cells WHERE withdrawn_on IS NOT NULL AND cell_id IN (SELECT unnest(?))"
    return {int(number) for number in store.column(sql, [sorted(numbers)])}


def documents_of(store: Store, doc_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Rows of documents by id, without their text, and who speaks in them."""
    sql = (
        "SELECT d.* EXCLUDE (text), coalesce(nullif(trim(s.publisher), ''), nullif(d.source_id, ''), d.outlet) AS speaker "
        "FROM documents d LEFT JOIN sources s ON s.source_id = d.source_id WHERE d.doc_id IN (SELECT unnest(?))"
    )
    return {row["doc_id"]: row for row in store.query(sql, [sorted(set(doc_ids))]).to_pylist()}


def write_down(
    store: Store, day: date, output: str, scope: str, *, new: Sequence[PublicCell], withdrawn: Sequence[int], shown: Sequence[int]
) -> None:  # fmt: skip
    """Write down an output before anybody can see it, in one transaction.

    Args:
        new: cells that it shows first; they are numbered from the next number on, in order.
        withdrawn: numbers of cells that no longer stand.
        shown: numbers of the earlier cells that it can show.
    Raises:
        StoreError: if the store is open for reading only.
    """
    must_write(store)
    (first,) = store.query("SELECT coalesce(max(cell_id), 0) + 1 AS n FROM public_cells").to_pylist()
    numbered = range(first["n"], first["n"] + len(new))
    cells, facts = [], []
    for number, cell in zip(numbered, new, strict=True):
        row = asdict(cell) | {"cell_id": number, "withdrawn_on": None}
        facts += [fact | {"cell_id": number} for fact in row.pop("facts")]
        cells.append(row)
    every = sorted([*shown, *numbered])
    digest = hashlib.sha256(",".join(map(str, every)).encode()).hexdigest()[:16]
    with store.transaction():
        store.insert("public_cells", cells)
        store.insert("public_facts", facts)
        if withdrawn:
            store.connection.execute(
                "UPDATE public_cells SET withdrawn_on = ? WHERE cell_id IN (SELECT unnest(?))",
                [day, list(withdrawn)],
            )
        last = store.query(
            "SELECT digest FROM public_outputs WHERE output = ? AND scope = ? ORDER BY output_id DESC LIMIT 1",
            [output, scope],
        ).to_pylist()
        if not last or last[0]["digest"] != digest:
            (number,) = store.query(
                "SELECT coalesce(max(output_id), 0) + 1 AS n FROM public_outputs"
            ).to_pylist()
            store.insert(
                "public_outputs",
                [
                    {
                        "output_id": number["n"], "written_on": day, "output": output, "scope": scope,
                        "cells": len(every), "digest": digest,
                    }
                ],
            )  # fmt: skip


def must_write(store: Store) -> None:
    """Raise StoreError where nothing can be written down."""
    if store.read_only:
        raise StoreError(
            f"{store.path} is open for reading only, and a public output is written down in it "
            "(open it for writing: end the process that holds it, or check its permissions)"
        )


def decisions(store: Store) -> list[Decision]:
    """The log of editors, in order."""
    rows = store.query("SELECT * FROM alert_releases ORDER BY entry_id").to_pylist()
    return [Decision(**row) for row in rows]


def released_facts(store: Store) -> dict[int, list[tuple[str, str]]]:
    """(doc_id, observation_id) by release."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in store.query("SELECT * FROM alert_facts ORDER BY ALL").to_pylist():
        found[row["release_id"]].append((row["doc_id"], row["observation_id"]))
    return found


def alert_documents(store: Store, kinds: Collection[str]) -> list[str]:
    """Documents of which something may be told at once: those of these kinds, and those behind a release."""
    sql = (
        "SELECT doc_id FROM documents WHERE kind IN (SELECT unnest(?)) "
        "UNION SELECT doc_id FROM alert_facts ORDER BY doc_id"
    )
    return [str(doc_id) for doc_id in store.column(sql, [sorted(kinds)])]


def write_decision(
    store: Store, action: str, *, day: date, editor: str, role: str, reason: str,
    release_id: int = 0, facts: Sequence[tuple[str, str]] = (),
) -> int:  # fmt: skip
    """Add a line to the log; the number of the release. A new release takes the next number."""
    must_write(store)
    (row,) = store.query(
        "SELECT coalesce(max(entry_id), 0) + 1 AS entry, coalesce(max(release_id), 0) + 1 AS release FROM alert_releases"
    ).to_pylist()
    number = int(row["release"]) if action == "release" else release_id
    with store.transaction():
        store.insert(
            "alert_releases",
            [
                {
                    "entry_id": row["entry"], "action": action, "release_id": number, "made_on": day,
                    "editor": editor, "role": role, "reason": reason,
                }
            ],
        )  # fmt: skip
        store.insert(
            "alert_facts", [{"release_id": number, "doc_id": d, "observation_id": o} for d, o in facts]
        )
        if action == "reset":
            store.connection.execute(
                "UPDATE public_cells SET withdrawn_on = ? WHERE withdrawn_on IS NULL", [day]
            )
            for table in ("public_versions", "public_alerts"):  # nobody has read them
                store.connection.execute(f"DELETE FROM {table}")
    return number
