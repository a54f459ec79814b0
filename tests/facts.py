"""Helpers for tests of extraction: a clean document from text, and observations as short tuples."""

from __future__ import annotations

from vigie.extract import extract
from vigie.model.document import CleanDocument
from vigie.model.observation import (
    EventValue,
    Observation,
    PriceValue,
    PurityValue,
    QuantityValue,
)
from vigie.model.period import PartialDate


def document(text: str, *, lang: str = "fr", title: str = "", published: str | None = None) -> CleanDocument:
    """A document that never held personal data: tests of extraction need no redactor."""
    return CleanDocument(
        doc_id="d_test",
        path="test.txt",
        format="text",
        kind="press",
        grade="B",
        lang=lang,
        title=title,
        published=PartialDate.parse(published) if published else None,
        outlet="",
        text=f"{title}\n\n{text}" if title else text,
    )


def observations(text: str, kind: str, **options: str) -> list[Observation]:
    return [o for o in extract(document(text, **options)) if o.type == kind]  # type: ignore[arg-type]


def price(o: Observation) -> tuple[object, ...]:
    value = o.value
    assert isinstance(value, PriceValue)
    return (value.kind, o.substance, value.low, value.high, value.currency, value.per_value, value.per_unit)


def quantity(o: Observation) -> tuple[object, ...]:
    value = o.value
    assert isinstance(value, QuantityValue)
    return (value.kind, o.substance, value.low, value.high, value.unit)


def purity(o: Observation) -> tuple[object, ...]:
    value = o.value
    assert isinstance(value, PurityValue)
    return (o.substance, value.low, value.high, value.measure)


def event(o: Observation) -> tuple[object, ...]:
    value = o.value
    assert isinstance(value, EventValue)
    return (value.kind, o.substance, value.low, o.assertion)
