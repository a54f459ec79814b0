"""Statements, documents and alerts of a read model as the records of the API.

In: rows of the read model. Out: models of `models.py`. The public edition gets `Quoted`, which has no place for an id, a rule or a value.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, cast

from vigie.lexicon.gazetteer import gazetteer
from vigie.model.observation import (
    EventValue,
    LoadValue,
    ModalityValue,
    PriceValue,
    PurityValue,
    QuantityValue,
    TrendValue,
)
from vigie.readmodel.records import AlertRow, DocumentRow, FactRow
from vigie.web.api import models as m

_VALUES: Mapping[str, Callable[..., Any]] = {
    "price": PriceValue, "quantity": QuantityValue, "purity": PurityValue, "event": EventValue, "modality": ModalityValue,
    "trend": TrendValue, "load": LoadValue,
}  # fmt: skip
_PLACE = tuple(m.Place.model_fields)


def observation(row: FactRow) -> m.Observation:
    """For the analyst."""
    # Every part is of a record that was checked when it was stored: to check it again would take most of the time of an answer.
    return m.Observation.model_construct(
        **_quoted(row),
        id=row.address, doc_id=row.doc_id, start=row.span_start, end=row.span_end, form=row.form,
        assertion=row.told or row.assertion, confidence=None if row.confidence is None else round(row.confidence, 3),
        rule=row.rule, value=_value(row), source_id=row.source_id or None, credibility=row.credibility or None,
        review=row.review,
        satire=row.assertion == "satire",
    )  # fmt: skip


def quoted(row: FactRow) -> m.Quoted:
    """For anyone."""
    return m.Quoted.model_construct(**_quoted(row))


def _quoted(row: FactRow) -> dict[str, Any]:
    return {
        "type": row.type, "quote": row.text, "sentence": row.sentence, "quote_start": row.quote_start, "quote_end": row.quote_end,
        "substance": row.substance, "place": _place(row), "when": m.When.model_construct(
            start=row.when_start, end=row.when_end, precision=row.when_precision, basis=row.when_basis
        ),
        "attribution": row.attribution, "title": row.title, "outlet": row.outlet, "published": row.published,
        "document_kind": row.document_kind, "grade": row.grade, "lang": row.lang,
    }  # fmt: skip


def _place(row: FactRow) -> m.Place | None:
    if row.place_label is None and row.place_code is None and row.place_name is None:
        return None
    level, lat, lon = row.place_level, row.place_lat, row.place_lon
    if level is None and row.place_code:
        level, lat, lon = where(row.place_code)
    return m.Place.model_construct(
        name=row.place_name, label=row.place_label, code=row.place_code or None, level=level, lat=lat, lon=lon
    )


@cache
def where(code: str) -> tuple[Any, float | None, float | None]:
    """(level, latitude, longitude) of the middle of an area."""
    entry = gazetteer().by_code(code)
    return (entry.level, entry.lat, entry.lon) if entry else (None, None, None)


def _value(row: FactRow) -> Any:
    """The value by the fields of its type; None for a row without one."""
    told = json.loads(row.value or "{}")
    if not told:
        return None
    if row.type == "flow":
        ends: dict[str, Any] = {name: _end(told.get(name)) for name in ("origin", "destination", "via")}
        return m.Flow.model_construct(**ends, mode=told.get("mode") or "unknown")
    make = _VALUES[row.type]
    names = make.__dataclass_fields__  # type: ignore[attr-defined]
    return make(**{name: told[name] for name in names if name in told})


def _end(place: Any) -> m.Place | None:
    if not isinstance(place, dict):
        return None
    return m.Place.model_construct(**{name: place.get(name) for name in _PLACE})


def document_row(row: DocumentRow) -> m.DocumentRow:
    return m.DocumentRow.model_construct(**document_fields(row))


def document_fields(row: DocumentRow) -> dict[str, Any]:
    return {
        "doc_id": row.doc_id, "title": row.title, "published": row.published or None, "kind": row.kind, "grade": row.grade,
        "lang": row.lang, "outlet": row.outlet, "source_id": row.source_id, "copy_of": row.copy_of, "observation_count": row.observations,
    }  # fmt: skip


def alert_fields(row: AlertRow) -> dict[str, Any]:
    return {
        "id": row.alert_id, "kind": row.kind, "substance": row.substance or None, "area": row.area or None, "started": row.started,
        "last": row.last, "alert_grade": row.grade, "likelihood": row.likelihood or None, "impact": row.impact or None,
        "status": row.status, "version": row.version, "official": row.official, "title": row.title or None,
        "summary": row.summary or None, "source": row.source or None, "grade": row.source_grade or None, "persons": row.persons,
        "saved": row.saved, "speakers": row.speakers, "corrections": list(row.corrections),
    }  # fmt: skip


def alert(row: AlertRow) -> m.Alert:
    return m.Alert.model_validate(alert_fields(row))


def alert_whole(row: AlertRow, *, public: bool) -> m.Alert:
    """An alert with its evidence: for anyone the sentences that may be quoted."""
    if public:
        return m.PublicAlert.model_validate(
            alert_fields(row) | {"evidence": [quoted(fact) for fact in row.evidence]}
        )
    signals = [m.Signal(**{name: getattr(s, name) for name in m.Signal.model_fields}) for s in row.signals]
    decisions = [
        m.Decision(**{name: getattr(d, name) for name in m.Decision.model_fields}) for d in row.decisions
    ]
    return m.AlertWhole(
        **alert_fields(row),
        signals=signals,
        decisions=decisions,
        evidence=cast("list[m.Observation]", [observation(fact) for fact in row.evidence]),
    )
