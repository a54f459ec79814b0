"""The public JSON form of documents and observations (docs/data-dictionary.md). Names here are renamed by nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from vigie.model.document import CleanDocument
from vigie.model.observation import FlowValue, Observation
from vigie.model.period import When
from vigie.model.place import Place

Json = dict[str, Any]


def place_json(place: Place | None) -> Json | None:
    """{"name","label","code","level","lat","lon"} or None."""
    if place is None:
        return None
    return {key: getattr(place, key) for key in ("name", "label", "code", "level", "lat", "lon")}


def when_json(when: When) -> Json:
    """{"start","end","precision","basis"}; ISO dates."""
    return {
        "start": when.start.isoformat() if when.start else None,
        "end": when.end.isoformat() if when.end else None,
        "precision": when.precision,
        "basis": when.basis,
    }


def value_json(observation: Observation) -> Json:
    value = observation.value
    if isinstance(value, FlowValue):
        return {
            "origin": place_json(value.origin),
            "destination": place_json(value.destination),
            "via": place_json(value.via),
            "mode": value.mode,
        }
    return asdict(value)


def observation_json(observation: Observation) -> Json:
    return {
        "id": observation.id,
        "type": observation.type,
        "start": observation.start,
        "end": observation.end,
        "quote": observation.quote,
        "substance": observation.substance,
        "form": observation.form,
        "place": place_json(observation.place),
        "when": when_json(observation.when),
        "assertion": observation.assertion,
        "attribution": observation.attribution,
        "confidence": round(observation.confidence, 3),
        "rule": observation.rule,
        "value": value_json(observation),
    }


def document_json(document: CleanDocument, observations: Iterable[Observation]) -> Json:
    return {
        "doc_id": document.doc_id,
        "path": document.path,
        "lang": document.lang,
        "title": document.title,
        "published": str(document.published) if document.published else None,
        "kind": document.kind,
        "grade": document.grade,
        "text": document.text,
        "redactions": dict(document.redactions),
        "observations": [observation_json(o) for o in observations],
    }
