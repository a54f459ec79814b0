"""What was collected, by period and kind of source: so that a hole is not read as a fall.

In: the documents of a store, the gate. Out: Coverage: documents and sources by kind and month (quarter for the public).
The public is told of a kind in a quarter that as many sources published as a figure needs, or that nothing was collected;
what lies between is withheld, and no total stands beside. Recent documents wait as facts do. Left out: areas: a document has
none; documents without a date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from vigie.charts import State
from vigie.report.period import Period, month_of, quarter_of, quarters
from vigie.report.public import Gate
from vigie.store import Store

MONTHS = 24
QUARTERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """Documents of one kind in one period; None of both where they are withheld."""

    documents: int | None
    sources: int | None
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What was collected.

    Attributes:
        periods: labels in order; rows: kind of document -> one Collected a period.
        published: quarters in which something was published, of the whole store.
    """

    periods: tuple[str, ...]
    published: frozenset[str]
    rows: tuple[tuple[str, tuple[Collected, ...]], ...]


def coverage(store: Store, gate: Gate, until: date, since: date | None = None) -> Coverage:
    """Documents published in the months, or quarters, up to that of `until`; from the first with a document at the earliest."""
    rows = store.query(
        "SELECT d.kind, d.published_start AS first, d.published_end AS last, count(*) AS documents, "
        "coalesce(nullif(trim(s.publisher), ''), nullif(d.source_id, ''), d.outlet) AS speaker "
        "FROM documents d LEFT JOIN sources s ON s.source_id = d.source_id "
        "WHERE d.published_start IS NOT NULL AND d.published_end IS NOT NULL GROUP BY ALL"
    ).to_pylist()
    step = quarter_of if gate.public else month_of
    found: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    days: list[date] = []
    for row in rows:
        inside = step(row["first"])
        # A year is no month; what is too recent waits.
        if row["last"] > inside.end or (gate.latest is not None and row["last"] > gate.latest):
            continue
        found[row["kind"], inside.label].append((row["speaker"] or "", row["documents"]))
        days.append(row["first"])
    until = min(until, max(days, default=until))
    periods = [p for p in _periods(min(days, default=until), until, gate) if since is None or p.end >= since]
    labels = [p.label for p in periods if gate.closed(p)]
    kinds = sorted({kind for kind, label in found if label in labels})
    return Coverage(
        periods=tuple(labels),
        published=frozenset(quarter_of(day).label for day in days),
        rows=tuple(
            (kind, tuple(_cell(found.get((kind, label), []), gate) for label in labels)) for kind in kinds
        ),
    )


def _cell(speakers: Sequence[tuple[str, int]], gate: Gate) -> Collected:
    if not speakers:
        return Collected(documents=0, sources=0, state="nothing-collected")
    sources = len({speaker for speaker, _ in speakers})
    if sources < gate.least_sources:
        return Collected(documents=None, sources=None, state="withheld")
    return Collected(documents=sum(n for _, n in speakers), sources=sources, state="shown")


def _periods(first: date, until: date, gate: Gate) -> list[Period]:
    if first > until:
        return []
    held = quarters(first, until)
    if gate.public:
        return held[-QUARTERS:]
    months = [month_of(date(q.start.year, q.start.month + n, 1)) for q in held for n in range(3)]
    return [m for m in months if m.end >= first and m.start <= until][-MONTHS:]
