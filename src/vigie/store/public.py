"""What anyone may see: counts and medians of cells, never a sentence, a document or a source.

In: a store. Out: one row for each quarter x area x type x kind x substance that passes the rules. A cell of a
department that fails them is pooled with the other failing cells of its region, then of its country; what
still fails is left out. No totals stand beside the cells, so that none can be subtracted from them. Only what
is affirmed and dated to the quarter or finer counts. Left out: checking successive exports against each
other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

import pyarrow as pa

from vigie.lexicon.gazetteer import gazetteer, place_by_code
from vigie.store.database import utc_now
from vigie.store.store import Store

SOURCES_NEEDED = 3  # independent sources behind a cell
DELAY = timedelta(days=14)  # after the quarter's end, and after the document's publication
PERSONS_NEEDED = 5  # where a cell speaks of people
INHABITANTS_NEEDED = 10_000  # the same
PEOPLE_EVENTS = frozenset({"arrest", "death", "hospitalisation", "overdose", "poisoning", "sentence"})
PEOPLE_CODES = frozenset(
    {
        "practice:chemsex",
        "population:minors",
        "population:msm",
        "population:prisoners",
        "delivery:prison-throw",
        "organisation:minor-courier",
    }
)

COLUMNS = {
    "quarter": "First day of the quarter that the facts speak of",
    "area_level": "department; region or country for what its parts may not show alone; none without a place",
    "area": "ISO 3166 code; empty where no place is known",
    "area_label": "Name of the area",
    "type": "price, quantity, purity, event, modality, trend, flow",
    "kind": "Kind, measure of purity, family:code of a modality, indicator:direction of a trend",
    "substance": "Canonical id; empty if none is named",
    "observations": "Affirmed statements counted",
    "documents": "Documents that hold them",
    "sources": "Independent sources of these documents (at least 3)",
    "median": "Median of the stated values: prices in euros for one unit, masses in grams, purity as stated",
    "unit": "Unit of the median",
    "values": "Statements that give such a value",
    "place_lat": "Middle of the area, degrees, WGS 84",
    "place_lon": "Middle of the area, degrees, WGS 84",
}
_TYPES = {
    "quarter": pa.date32(),
    "median": pa.float64(),
    "place_lat": pa.float64(),
    "place_lon": pa.float64(),
}
_TYPES |= {name: pa.int64() for name in ("observations", "documents", "sources", "values")}
_SCHEMA = pa.schema([(name, _TYPES.get(name, pa.string())) for name in COLUMNS])

# One row a statement. A source is the source card, else the outlet; documents that name neither count as one
# source.
_STATEMENTS = """
SELECT date_trunc('quarter', when_start)::DATE AS quarter,
    CASE WHEN place_level = 'department' THEN place_code ELSE place_department END AS department,
    CASE WHEN place_level = 'region' THEN place_code ELSE place_region END AS region,
    CASE WHEN place_level = 'country' THEN place_code ELSE place_country END AS country,
    type, substance, doc_id,
    lower(strip_accents(trim(coalesce(nullif(source_id, ''), outlet)))) AS source,
    coalesce(sentence, quote) AS sentence,
    CASE type WHEN 'purity' THEN measure WHEN 'modality' THEN family || ':' || code
        WHEN 'trend' THEN indicator || ':' || direction WHEN 'flow' THEN mode ELSE kind END AS kind,
    CASE type WHEN 'price' THEN eur_per_unit WHEN 'quantity' THEN grams
        WHEN 'purity' THEN (coalesce(low, high) + coalesce(high, low)) / 2 END AS figure,
    CASE type WHEN 'price' THEN 'EUR/' || unit WHEN 'quantity' THEN 'g'
        WHEN 'purity' THEN CASE measure WHEN 'mg-per-unit' THEN 'mg' ELSE '%' END END AS unit,
    CASE WHEN type = 'event' AND unit = 'person' THEN low END AS persons
FROM facts
WHERE assertion = 'affirmed' AND when_precision IN ('day', 'week', 'month', 'quarter')
    AND date_trunc('quarter', when_start) = date_trunc('quarter', when_end)
    AND date_trunc('quarter', when_start) + INTERVAL 3 MONTH <= ?
    AND coalesce(published_end, stored_on) <= ?
ORDER BY ALL
"""
_LEVELS = ("department", "region", "country", "none")


@dataclass(frozen=True, slots=True)
class Statement:
    """One affirmed, dated statement. `areas`: its codes by level, "" where unknown."""

    quarter: date
    areas: tuple[str, str, str, str]
    type: str
    kind: str | None
    substance: str | None
    doc_id: str
    source: str
    sentence: str
    figure: float | None
    unit: str | None
    persons: float | None


Independent = Callable[[Sequence[str], Sequence[str]], int]  # (sources, their sentences) -> how many


def count_names(sources: Sequence[str], _sentences: Sequence[str]) -> int:
    """Sources by name alone, where nothing knows copies of one dispatch from each other."""
    return len(set(sources))


def cells(store: Store, *, as_of: date | None = None, independent: Independent = count_names) -> pa.Table:
    """The public cells, by quarter, area and substance: never by value.

    Args:
        as_of: the day from which the delay counts; today when None.
        independent: how many sources speak for themselves (vigie.stats.summary.independent_sources).
    """
    latest = (as_of or utc_now().date()) - DELAY
    statements = [_statement(row) for row in store.query(_STATEMENTS, [latest, latest]).to_pylist()]
    found = _publish(statements, independent)
    rows = sorted(found, key=lambda row: [str(row[name] or "") for name in COLUMNS])
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def _statement(row: dict[str, Any]) -> Statement:
    areas = (row.pop("department") or "", row.pop("region") or "", row.pop("country") or "", "")
    return Statement(**row | {"source": row["source"] or ""}, areas=areas)


def _publish(statements: Iterable[Statement], independent: Independent) -> Iterator[dict[str, Any]]:
    """Try each level in turn with what the finer one did not publish."""
    left = list(statements)
    for index, level in enumerate(_LEVELS):
        found: dict[tuple[Any, ...], list[Statement]] = defaultdict(list)
        waiting: list[Statement] = []
        for s in left:
            area = s.areas[index]
            # "none" is for statements without any place: a pool of places of the world would mean nothing.
            if (area and level != "none") or (level == "none" and not any(s.areas)):
                found[s.quarter, area, s.type, s.kind, s.substance, s.unit].append(s)
            else:
                waiting.append(s)
        for key, cell in found.items():
            sources = _sources(cell, independent)
            if sources >= SOURCES_NEEDED and _protects(cell, key[1], key[2], key[3]):
                yield _row(level, key, cell, sources, independent)
            else:
                waiting += cell
        left = waiting


def _sources(cell: Sequence[Statement], independent: Independent) -> int:
    return independent([s.source for s in cell], [s.sentence for s in cell])


def _protects(cell: Sequence[Statement], area: str, type_: str, kind: str | None) -> bool:
    """False where a cell speaks of too few people, or of people of too small an area."""
    if (type_ == "event" and kind in PEOPLE_EVENTS) or (type_ == "modality" and kind in PEOPLE_CODES):
        entry = gazetteer().by_code(area) if area else None
        inhabitants = entry.population if entry else 0
        # Several sources may tell of the same persons: the largest count stated is the safe one.
        persons = max((s.persons or 0 for s in cell), default=0)
        return persons >= PERSONS_NEEDED and inhabitants >= INHABITANTS_NEEDED
    return True


def _row(
    level: str, key: tuple[Any, ...], cell: Sequence[Statement], sources: int, independent: Independent
) -> dict[str, Any]:
    quarter, area, type_, kind, substance, unit = key
    place = place_by_code(area) if area else None
    with_figure = [s for s in cell if s.figure is not None]
    # A median speaks for its sources as the cell does.
    telling = _sources(with_figure, independent) >= SOURCES_NEEDED
    return {
        "quarter": quarter,
        "area_level": level,
        "area": area or None,
        "area_label": place.label if place else None,
        "type": type_,
        "kind": kind,
        "substance": substance,
        "observations": len(cell),
        "documents": len({s.doc_id for s in cell}),
        "sources": sources,
        "median": median(s.figure for s in with_figure if s.figure is not None) if telling else None,
        "unit": unit if telling else None,
        "values": len(with_figure) if telling else None,
        "place_lat": place.lat if place else None,
        "place_lon": place.lon if place else None,
    }
