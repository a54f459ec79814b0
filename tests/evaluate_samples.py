"""Short ways to write gold facts and predictions in the tests of the scoring."""

from __future__ import annotations

from datetime import date
from typing import Any

from vigie.evaluate.gold import GoldDocument, GoldFact, parse_fact
from vigie.model.observation import (
    EventValue,
    FlowValue,
    ModalityValue,
    Observation,
    PriceValue,
    PurityValue,
    QuantityValue,
    TrendValue,
    Value,
)
from vigie.model.period import UNKNOWN_WHEN, PartialDate, When
from vigie.model.place import Place

PLACES = {
    "Lyon": Place(name="Lyon", label="Lyon", code="INSEE:69123", level="commune"),
    "lyonnais": Place(name="lyonnais", label="Lyon", code="INSEE:69123", level="commune"),
    "Espagne": Place(name="Espagne", label="Espagne", code="ES", level="country"),
    "Antilles": Place(name="Antilles", label="Antilles", code=None, level="area"),
}
_VALUES = {
    "price": PriceValue,
    "quantity": QuantityValue,
    "purity": PurityValue,
    "event": EventValue,
    "modality": ModalityValue,
    "trend": TrendValue,
    "flow": FlowValue,
}
_DEFAULTS: dict[str, dict[str, Any]] = {
    "price": {
        "kind": "retail",
        "low": 80.0,
        "high": 80.0,
        "currency": "EUR",
        "per_value": 1.0,
        "per_unit": "g",
    },
    "quantity": {"kind": "seized", "low": 5.0, "high": 5.0, "unit": "kg", "grams": 5000.0},
    "purity": {"low": 70.0, "high": 70.0, "measure": "purity"},
    "event": {"kind": "arrest", "low": 3.0, "high": 3.0},
    "modality": {"family": "channel", "code": "telegram"},
    "trend": {"indicator": "price", "direction": "down"},
    "flow": {"origin": "Espagne", "destination": "Lyon"},
}
_OWN = ("substance", "assertion", "place", "when", "confidence", "quote", "start")


def gold(type_: str, **fields: Any) -> GoldFact:
    """A gold fact of the type: the defaults of this module, changed by `fields`."""
    substance = {"substance": "cocaine"} if type_ in ("price", "quantity", "purity") else {}
    record = {"type": type_, "quote": "q", "assertion": "affirmed", "may": False}
    return parse_fact({**record, **substance, **_DEFAULTS[type_], **fields})


def found(type_: str, **fields: Any) -> Observation:
    """A prediction of the type, equal to `gold(type_)` unless `fields` change it."""
    values = {**_DEFAULTS[type_], **{k: v for k, v in fields.items() if k not in _OWN}}
    if type_ == "flow":
        values = {k: PLACES.get(v) if k != "mode" else v for k, v in values.items()}
    value: Value = _VALUES[type_](**values)
    default = "cocaine" if type_ in ("price", "quantity", "purity") else None
    place = fields.get("place")
    return Observation(
        id="o",
        doc_id="d",
        start=fields.get("start", 0),
        end=fields.get("start", 0) + 1,
        quote=fields.get("quote", "q"),
        substance=fields.get("substance", default),
        form=None,
        place=PLACES[place] if isinstance(place, str) else None,
        when=when(fields.get("when")),
        assertion=fields.get("assertion", "affirmed"),
        attribution=None,
        confidence=fields.get("confidence", 0.9),
        rule="r",
        value=value,
    )


def when(text: str | None) -> When:
    """ "2018-07", or "1990..1993" for a span of years; None = unknown."""
    if text is None:
        return UNKNOWN_WHEN
    if ".." in text:
        first, last = text.split("..")
        return When(date(int(first), 1, 1), date(int(last), 12, 31), "year", "text")
    return When.of(PartialDate.parse(text), "text")


def document(*facts: GoldFact, id: str = "d") -> GoldDocument:
    return GoldDocument(id=id, lang="fr", title="Titre", published=None, text="Texte.", facts=facts)


def related(one: str, other: str) -> bool:
    """A small taxonomy: crack and freebase under cocaine."""
    families = {"crack": "cocaine", "freebase": "cocaine"}
    return one == other or families.get(one) == other or families.get(other) == one
