"""Rows as records: what the store was given is what it gives back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from vigie.model.document import CleanDocument
from vigie.model.observation import (
    EventValue,
    FlowValue,
    LoadValue,
    ModalityValue,
    Observation,
    PriceValue,
    PurityValue,
    QuantityValue,
    TrendValue,
    Value,
)
from vigie.model.period import PartialDate, When
from vigie.model.place import Place

Row = Mapping[str, Any]
_PLACE_FIELDS = ["name", "label", "code", "level", "lat", "lon", "department", "region", "country"]
_VALUES: dict[str, type] = {
    "price": PriceValue,
    "quantity": QuantityValue,
    "purity": PurityValue,
    "event": EventValue,
    "modality": ModalityValue,
    "trend": TrendValue,
    "load": LoadValue,
}


def document_record(row: Row, redactions: Mapping[str, int]) -> CleanDocument:
    """A stored document. Its text must not have expired."""
    return CleanDocument(
        doc_id=row["doc_id"],
        path=row["path"],
        format=row["format"],
        kind=row["kind"],
        grade=row["grade"],
        lang=row["lang"],
        title=row["title"],
        published=PartialDate.parse(row["published"]) if row["published"] else None,
        outlet=row["outlet"],
        text=row["text"],
        redactions=dict(redactions),
        source_id=row["source_id"],
        redactor=row["redactor"],
    )


def observation_record(row: Row) -> Observation:
    place = {name: row[f"place_{name}"] for name in _PLACE_FIELDS} if row["place_name"] else None
    return Observation(
        id=row["id"],
        doc_id=row["doc_id"],
        start=row["span_start"],
        end=row["span_end"],
        quote=row["quote"],
        substance=row["substance"],
        form=row["form"],
        place=_place(place),
        when=When(row["when_start"], row["when_end"], row["when_precision"], row["when_basis"]),
        assertion=row["assertion"],
        attribution=row["attribution"],
        confidence=row["confidence"],
        rule=row["rule"],
        value=_value(row["type"], json.loads(row["value"])),
    )


def _place(fields: Row | None) -> Place | None:
    return Place(**fields) if fields else None


def _value(kind: str, fields: Row) -> Value:
    if kind == "flow":
        ends = {end: _place(fields[end]) for end in ("origin", "destination", "via")}
        return FlowValue(**ends, mode=fields["mode"])
    return cast(Value, _VALUES[kind](**fields))
