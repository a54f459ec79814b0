"""Invented documents and observations for the tests of the store."""

from __future__ import annotations

from datetime import date
from typing import Any

from vigie.model.document import CleanDocument, SourceCard
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
from vigie.model.period import PartialDate, When
from vigie.model.place import Place
from vigie.store.runs import Versions

VERSIONS = Versions(code="0.0", lexicon="abc", redactor="r1")
RHONE = {"department": "FR-69", "region": "FR-ARA", "country": "FR"}
LYON = Place(name="à Lyon", label="Lyon", code="INSEE:69123", level="commune", lat=45.76, lon=4.83, **RHONE)
SPAIN = Place(name="d'Espagne", label="Espagne", code="ES", level="country", lat=40.0, lon=-4.0)
MARCH = When.of(PartialDate(2024, 3), "text")
TEXT = "Un titre\n\nLe gramme se vend 80 € à Lyon. Une autre phrase."
PRICE = PriceValue(
    kind="retail", low=80.0, high=80.0, currency="EUR", per_value=1.0, per_unit="g", eur_low=80.0,
    eur_high=80.0, eur_per_unit=80.0, unit="g",
)  # fmt: skip
VALUES: tuple[Value, ...] = (
    PRICE,
    PriceValue(kind="other", low=None, high=5.0, currency="XXX", eur_note="no rate"),
    QuantityValue(kind="seized", low=2.0, high=None, unit="kg", grams=2000.0),
    PurityValue(low=60.0, high=70.0, measure="purity"),
    EventValue(kind="overdose", low=3.0, high=3.0, unit="person"),
    ModalityValue(family="delivery", code="postal"),
    TrendValue(indicator="price", direction="up"),
    FlowValue(origin=SPAIN, destination=LYON, via=None, mode="road"),
    FlowValue(origin=None, destination=None),
)


def document(number: int = 1, **fields: Any) -> CleanDocument:
    """A document whose id follows from `number`."""
    base: dict[str, Any] = {
        "doc_id": f"d{number:04}", "path": f"{number}.txt", "format": "text", "kind": "press", "grade": "B",
        "lang": "fr", "title": "Un titre", "published": PartialDate(2024, 3, 11), "outlet": "La Gazette",
        "text": TEXT, "redactions": {"phone": 2, "name": 1}, "source_id": "", "redactor": "r1",
    }  # fmt: skip
    return CleanDocument(**base | fields)


def observation(of: CleanDocument, value: Value = PRICE, name: str = "o", **fields: Any) -> Observation:
    """An observation on "80 €" of `of`."""
    start = of.text.index("80 €")
    base: dict[str, Any] = {
        "id": f"{of.doc_id}-{name}", "doc_id": of.doc_id, "start": start, "end": start + 4, "quote": "80 €",
        "substance": "cocaine", "form": None, "place": LYON, "when": MARCH, "assertion": "affirmed",
        "attribution": None, "confidence": 0.9, "rule": "price.per_unit@1", "value": value,
    }  # fmt: skip
    return Observation(**base | fields)


def card(**fields: Any) -> SourceCard:
    return SourceCard(**{"id": "gazette", "name": "La Gazette", "grade": "B", "retention_months": 3} | fields)


TODAY = date(2024, 5, 31)
