"""Statements on their way into a read-model file: from the view `facts` of a store, or from the cells of the gate.

In: rows named as in docs/data-dictionary.md. Out: the temporary table `raw`, with what figures need as numbers, and of each kind of
statement its topic, key and market. Left out: texts, which go from `incoming` into the file (`build.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

import pyarrow as pa

from vigie.readmodel.schema import inside
from vigie.report.facts import Fact
from vigie.report.markets import market_of
from vigie.report.results import TOPICS
from vigie.report.rules import rules

# What makes a document say a thing once (`vigie.report.facts`): all of it but the place. Rows of a table are each a statement.
ONCE = (
    "hash(CASE WHEN document_kind = 'table' THEN address END, type, substance, kind, when_start, when_end, low, high, unit, "
    "eur_per_unit, measure, family, code, indicator, direction, origin_label, destination_label)"
)
_KIND = (
    "type, kind, substance, unit, measure, family, code, indicator, origin_label, destination_label, eur_per_unit IS NOT NULL AS eur, "
    "grams IS NOT NULL AS mass, units IS NOT NULL AS counted_units, coalesce(low, 0) <> 0 AS some"
)
_MARKET = ", ".join(
    f"CASE WHEN type = 'price' THEN {name} END AS {name}"
    for name in (
        "place_code",
        "place_department",
        "place_region",
        "place_country",
        "place_level",
        "source_country",
    )
)
_SHAPE = (
    "hash(type, kind, substance, unit, measure, family, code, indicator, origin_label, destination_label, eur_per_unit IS NOT NULL, "
    "grams IS NOT NULL, units IS NOT NULL, coalesce(low, 0) <> 0, CASE WHEN type = 'price' THEN hash(place_code, place_department, "
    "place_region, place_country, place_level, place_label IS NOT NULL, source_country) END)"
)


def _held(level: str) -> str:
    return f"CASE WHEN i.place_level = '{level}' AND i.place_code <> '' THEN i.place_code ELSE i.place_{level} END AS {level}"


# In narrow steps: a window over rows with their texts would take several times the memory. A department that is the place itself holds
# the place, as `vigie.report.disclosure` has it. What a document says twice counts once (`vigie.report.facts`).
INCOMING = f"""
CREATE TEMP TABLE keyed AS
SELECT doc::INTEGER AS doc, hash(address) AS id, affirmed, {ONCE} AS once, CASE WHEN place_code IS NOT NULL THEN hash(place_code) END AS placed,
    span_start::INTEGER AS span_start, span_end::INTEGER AS span_end FROM incoming;
CREATE TEMP TABLE numbered AS
SELECT doc, id, (row_number() OVER (ORDER BY doc, span_start, span_end, id) - 1)::INTEGER AS ord,
    affirmed AND row_number() OVER (PARTITION BY affirmed, doc, once, placed ORDER BY span_start, span_end, id) = 1
        AND (placed IS NOT NULL OR NOT bool_or(placed IS NOT NULL) OVER (PARTITION BY affirmed, doc, once)) AS counted
FROM keyed;
DROP TABLE keyed;
CREATE TEMP TABLE raw AS
SELECT n.ord, i.doc::INTEGER AS doc, i.address, i.doc_id, i.speaker, i.place_code, {_held("department")}, {_held("region")}, {_held("country")},
    {inside("month", "i.when_start", "i.when_end")} AS month, {inside("quarter", "i.when_start", "i.when_end")} AS quarter,
    {inside("year", "i.when_start", "i.when_end")} AS year,
    list_position(['price', 'quantity', 'purity', 'event', 'modality', 'trend', 'flow'], i.type)::UTINYINT AS type,
    coalesce(list_position(['up', 'down', 'stable', 'emerging', 'peak'], i.direction), 0)::UTINYINT AS direction,
    i.eur_per_unit, i.grams, i.units, i.low, i.high, 0::INTEGER AS alike, i.rank::INTEGER AS first, i.grade, i.credibility, i.lang, i.substance,
    n.counted, i.fresh, i.review IS NOT NULL AS reviewed, i.quotable, hash(coalesce(nullif(i.sentence, ''), i.quote)) AS said, i.shape
FROM (SELECT *, {_SHAPE} AS shape FROM incoming) i JOIN numbered n ON n.doc = i.doc AND n.id = hash(i.address);
DROP TABLE numbered;
CREATE TEMP TABLE shapes AS
SELECT DISTINCT ON (shape) {_SHAPE} AS shape, {_KIND}, {_MARKET}, place_label FROM incoming ORDER BY shape;
"""

_BLANK: dict[str, Any] = dict.fromkeys(f.name for f in fields(Fact))
_AT_ONCE = 10_000  # rows as Python values at a time


def shape_of(row: Mapping[str, Any]) -> tuple[str, tuple[str, str] | None, str]:
    """(topic, key, market) of every statement of a kind; ("", None, market) where no topic counts it."""
    names = (
        *(
            "type",
            "kind",
            "substance",
            "unit",
            "measure",
            "family",
            "code",
            "indicator",
            "origin_label",
            "destination_label",
        ),
        *(
            "place_code",
            "place_department",
            "place_region",
            "place_country",
            "place_level",
            "place_label",
            "source_country",
        ),
    )
    fact = Fact(
        **_BLANK
        | {name: row[name] for name in names}
        | {
            "source_country": row["source_country"] or "",
            "eur_per_unit": 1.0 if row["eur"] else None,
            "grams": 1.0 if row["mass"] else None,
            "units": 1.0 if row["counted_units"] else None,
            "low": 1.0 if row["some"] else None,
        }
    )
    market = market_of(fact) if fact.type == "price" else ""
    for topic in TOPICS:
        key = topic.key(fact)
        if key is not None:
            return topic.id, (key[0], key[1]), market
    return "", None, market


_TEXTS = (
    *(
        "address",
        "doc_id",
        "type",
        "substance",
        "place_label",
        "place_code",
        "place_level",
        "place_department",
        "place_region",
    ),
    *(
        "place_country",
        "when_precision",
        "attribution",
        "kind",
        "unit",
        "measure",
        "family",
        "code",
        "indicator",
        "direction",
    ),
    *(
        "origin_label",
        "destination_label",
        "quote",
        "sentence",
        "title",
        "named",
        "lang",
        "published",
        "source_id",
        "source_country",
    ),
    *("document_kind", "grade", "speaker", "stated", "review"),
)
_SCHEMA = pa.schema(
    [pa.field(name, pa.string()) for name in _TEXTS]
    + [pa.field(n, pa.float64()) for n in ("low", "high", "eur_per_unit", "grams", "units")]
    + [pa.field(n, pa.date32()) for n in ("when_start", "when_end", "published_end")]
    + [
        pa.field(n, pa.int32())
        for n in ("doc", "span_start", "span_end", "credibility", "quote_start", "quote_end", "rank")
    ]
    + [pa.field(n, pa.bool_()) for n in ("affirmed", "fresh", "quotable")]
)


def public_rows(facts: Sequence[Fact]) -> pa.Table:
    """What the gate admitted as rows. Nothing of a statement that may not be quoted reaches a table of the file but its numbers.

    Each fact is a document of its own here: the gate said already what a document says once.
    """
    tables, rows = [], []
    latest_first = sorted(facts, key=lambda f: (-(f.published_end or date.min).toordinal(), f.doc_id, f.id))
    by_day = {key: rank for rank, key in enumerate(sorted({_published(f) for f in facts}))}
    for number, fact in enumerate(latest_first, 1):
        told = {name: getattr(fact, name) for name in _SCHEMA.names if name in _BLANK}
        quoted = fact.document_kind in rules().quoted
        rows.append(
            told
            | {
                "address": fact.id, "named": fact.outlet, "speaker": fact.voice, "rank": by_day[_published(fact)],
                "stated": "affirmed", "doc": number,
                "span_start": fact.quote_start or 0, "span_end": fact.quote_end or 0, "affirmed": True, "fresh": False, "quotable": quoted,
            }
        )  # fmt: skip
        if len(rows) == _AT_ONCE:
            tables.append(pa.Table.from_pylist(rows, schema=_SCHEMA))
            rows = []
    return pa.concat_tables([*tables, pa.Table.from_pylist(rows, schema=_SCHEMA)])


def _published(fact: Fact) -> tuple[date, str]:
    """Who comes first where sentences are copied."""
    return fact.published_end or date.max, fact.doc_id
