"""What was collected, by period and kind of source: so that a hole is not read as a fall.

In: the documents of a store, the gate. Out: Coverage: documents and sources by kind and month (quarter for the public).
The public is told of a kind in a quarter that as many sources published as a figure needs, or that nothing was collected;
what lies between is withheld, and no total stands beside. Recent documents wait as facts do. Departments that were looked at are told to
the analyst alone. Left out: documents without a date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from vigie.charts import State
from vigie.lexicon.gazetteer import gazetteer
from vigie.report.edition import Edition
from vigie.report.evidence import Row, Table
from vigie.report.period import Period, month_of, parse_period, quarter_of, quarters
from vigie.report.public import Admitted, Gate
from vigie.report.words import Words
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
        areas: (last day of publication, area that the source's card names) of its documents.
    """

    periods: tuple[str, ...]
    published: frozenset[str]
    rows: tuple[tuple[str, tuple[Collected, ...]], ...]
    areas: frozenset[tuple[date, str]] = frozenset()


def coverage(store: Store, gate: Gate, until: date, since: date | None = None) -> Coverage:
    """Documents published in the months, or quarters, up to that of `until`; from the first with a document at the earliest."""
    rows = store.query(
        "SELECT d.kind, d.published_start AS first, d.published_end AS last, count(*) AS documents, "
        "coalesce(nullif(trim(s.publisher), ''), nullif(d.source_id, ''), d.outlet) AS speaker, coalesce(s.area, '') AS area "
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
        areas=frozenset((row["last"], row["area"]) for row in rows if row["area"]),
    )


def looked_at(found: Coverage, read: Admitted, gate: Gate, period: Period) -> frozenset[str] | None:
    """Codes of areas of which documents of the period say anything, or that a source of them covers; None for the public, to whom a
    territory without a figure is told in one way, whatever was read."""
    if gate.public:
        return None
    codes = {code for day, area in found.areas if period.holds(day, day) for code in reached(area)}
    for fact in (*read.facts, *read.aside):
        if period.holds(fact.published_end, fact.published_end):
            codes |= {c for c in (fact.place_code, fact.place_department, fact.place_region) if c}
    return frozenset(codes)


def reached(area: str) -> list[str]:
    """The area of a source, what holds it and, of a region, its departments: where its silence says something."""
    entry = gazetteer().by_code(area)
    if entry is None:
        return [area]
    regions = entry.level == "region"
    below = [e.code for e in gazetteer().places("department") if e.region == entry.code] if regions else []
    above = [entry.code, entry.department, entry.region, entry.country]
    return list(dict.fromkeys(code for code in (*above, *below) if code))


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


def coverage_table(found: Coverage, ed: Edition) -> Table:
    """Documents of each kind of source inside the period and the one before, as far as they may be told."""
    words = ed.words

    def inside(cells: Sequence[Collected], period: Period) -> str:
        listed = [c for label, c in zip(found.periods, cells, strict=True) if _lies_in(label, period)]
        if not listed:
            return "–"
        if any(c.documents is None for c in listed):
            return words["state_withheld"]
        return words.number(sum(c.documents or 0 for c in listed))

    rows, withheld = [], []
    for kind, cells in found.rows:
        last = max((n for n, c in enumerate(cells) if c.state == "shown"), default=None)
        if last is None:
            withheld.append(words.of("kinds", kind))
            continue
        rows.append(
            Row(
                id=f"coverage-{kind}",
                cells=(
                    words.of("kinds", kind),
                    *([inside(cells, ed.period), inside(cells, ed.earlier)] if ed.earlier else []),
                    period_name(found.periods[last], words),
                ),
            )
        )
    columns = ("kind", *(["coverage_period", "coverage_before"] if ed.earlier else []), "coverage_last")
    return Table(
        id="coverage-table", title=words["p_coverage"], caption=words["coverage_caption"],
        columns=tuple(words[c] for c in columns), rows=tuple(rows), text_columns=1,
        notes=(words.fill("coverage_withheld", kinds=", ".join(withheld)),) if withheld else (),
    )  # fmt: skip


def coverage_lines(table: Table, ed: Edition) -> tuple[str, ...]:
    """The same in sentences: "presse 23 (22), rapport 0 (2)"."""
    words = ed.words
    if not table.rows or not ed.earlier:  # without an earlier period there is no column of numbers
        return table.notes
    told = [f"{row.cells[0]} {row.cells[1]} ({row.cells[2]})" for row in table.rows]
    return (words.fill("coverage_line", kinds=", ".join(told), earlier=ed.then), *table.notes)


def _lies_in(label: str, period: Period) -> bool:
    part = parse_period(label, ())
    return period.start <= part.start and part.end <= period.end


def period_name(label: str, words: Words) -> str:
    """ "2024-Q3" or "2024-03" in words."""
    return words.quarter(label) if "Q" in label else words.day(label)
