"""A fact field by field, in words, and where another reading of it differs.

In: Observation, PageWords. Out: rows of label and text. Left out: the whole fact as one line (`facts.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
)
from vigie.model.period import When
from vigie.model.place import Place
from vigie.web.words import PageWords

_NAMED = frozenset(
    {
        "type",
        "kind",
        "measure",
        "family",
        "code",
        "indicator",
        "direction",
        "mode",
        "substance",
        "form",
        "assertion",
    }
)  # names of codes, which begin a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One field. `changed`: another reading says something else than the machine."""

    name: str
    label: str
    text: str
    changed: bool = False


def rows_of(fact: Observation, words: PageWords, *, against: Observation | None = None) -> tuple[Row, ...]:
    """Every field of a fact; against another, what differs is marked and the machine's own figures are left out."""
    before = {row.name: row.text for row in _rows(against, words)} if against else {}
    own = ("confidence",) if against else ()
    return tuple(
        Row(
            name=row.name,
            label=row.label,
            text=row.text,
            changed=bool(against) and before.get(row.name) != row.text,
        )
        for row in _rows(fact, words)
        if row.name not in own
    )


def changes(before: Observation, after: Observation, words: PageWords) -> tuple[str, ...]:
    """Names of the fields that differ."""
    return tuple(row.label for row in rows_of(after, words, against=before) if row.changed)


def _rows(fact: Observation, words: PageWords) -> Iterator[Row]:
    nobody = words["review.nobody"]

    def row(name: str, text: str, label: str = "") -> Row:
        said = words.name(text) if name in _NAMED else text
        return Row(name=name, label=label or words[f"review.field.{name}"], text=said or nobody)

    yield row("type", words.get(f"types.{fact.type}", fact.type))
    for name, label, text in _VALUE[type(fact.value)](fact.value, words):
        yield row(name, text, label)
    figures = words.figures
    yield row("substance", figures.substance(fact.substance) if fact.substance else "")
    if fact.form:
        yield row("form", words.get(f"review.form.{fact.form}", fact.form))
    yield row("place", place_said(fact.place, words))
    yield row("when", when_said(fact.when, words))
    yield row("assertion", words.get(f"assertions.{fact.assertion}", fact.assertion))
    if fact.attribution:
        yield row("attribution", fact.attribution)
    yield row("quote", fact.quote)
    yield row("confidence", figures.percent(round(100 * fact.confidence)), words["review.confidence"])


def place_said(place: Place | None, words: PageWords) -> str:
    if place is None:
        return ""
    label = words.figures.place(place.label)
    return f"{label} ({place.code})" if place.code else label


def when_said(when: When, words: PageWords) -> str:
    """A date no more precise than it is, with what it rests on."""
    if when.start is None or when.end is None:
        return ""
    quarter = f"{when.start.year}-Q{(when.start.month + 2) // 3}"
    text = {
        "year": str(when.start.year), "month": words.figures.day(f"{when.start:%Y-%m}"), "quarter": words.figures.quarter(quarter),
        "day": words.figures.day(when.start.isoformat()),
    }.get(when.precision or "", "")  # fmt: skip
    days = (when.end - when.start).days
    if not text or days > {"day": 0, "month": 30, "quarter": 92, "year": 365}.get(when.precision or "", 0):
        ends = [words.figures.day(day.isoformat()) for day in (when.start, when.end)]
        text = " – ".join(dict.fromkeys(ends))
    return f"{text} ({words['review.basis_document']})" if when.basis == "document" else text


def amount(low: float | None, high: float | None, words: PageWords) -> str:
    """ "50–60", "≥ 50", "≤ 60"; "" where the text gives no figure."""
    exact = words.figures.number
    if low is None and high is None:
        return ""
    if high is None and low is not None:
        return f"≥\u00a0{exact(low, 4)}"
    if low is None and high is not None:
        return f"≤\u00a0{exact(high, 4)}"
    assert low is not None and high is not None
    return exact(low, 4) if low == high else f"{exact(low, 4)}–{exact(high, 4)}"


_Rows = Iterator[tuple[str, str, str]]


def _price(value: PriceValue, words: PageWords) -> _Rows:
    figures = words.figures
    yield "kind", "", words.get(f"price_kinds.{value.kind}", value.kind)
    yield "amount", words["review.amount"], f"{amount(value.low, value.high, words)}\u00a0{value.currency}"
    if value.per_unit:
        many = figures.number(value.per_value, 4) if value.per_value else ""
        yield "bought", words["review.bought"], f"{many}\u00a0{unit_said(value.per_unit, words)}".strip()
    if value.eur_per_unit is not None and value.unit:
        each = f"{figures.euro(value.eur_per_unit)}\u00a0/\u00a0{unit_said(value.unit, words)}"
        yield "euros", words["review.euros"], each


def _quantity(value: QuantityValue, words: PageWords) -> _Rows:
    yield "kind", "", words.get(f"quantity_kinds.{value.kind}", value.kind)
    said = f"{amount(value.low, value.high, words)}\u00a0{unit_said(value.unit, words, many=True)}"
    yield "amount", words["review.amount"], said
    if value.grams is not None and value.unit != "g":
        yield "grams", words["review.grams"], words.figures.number(value.grams, 2)


def _purity(value: PurityValue, words: PageWords) -> _Rows:
    yield "measure", "", words.figures.of("measures", value.measure)
    unit = "mg" if value.measure == "mg-per-unit" else "%"
    yield "content", words["review.content"], f"{amount(value.low, value.high, words)}\u00a0{unit}"


def _event(value: EventValue, words: PageWords) -> _Rows:
    yield "kind", "", words.figures.of("events", value.kind)
    said = amount(value.low, value.high, words)
    if said:
        unit = unit_said(value.unit, words, many=True) if value.unit else ""
        yield "count", words["review.count_of"], f"{said}\u00a0{unit}".strip()


def _modality(value: ModalityValue, words: PageWords) -> _Rows:
    yield "family", "", words.figures.of("families", value.family)
    yield "code", "", words.figures.way(value.family, value.code)


def _trend(value: TrendValue, words: PageWords) -> _Rows:
    yield "indicator", "", words.figures.of("indicators", value.indicator)
    yield "direction", "", words.get(f"directions.{value.direction}", value.direction)


def _flow(value: FlowValue, words: PageWords) -> _Rows:
    yield "origin", "", place_said(value.origin, words)
    yield "destination", "", place_said(value.destination, words)
    if value.via:
        yield "via", "", place_said(value.via, words)
    yield "mode", "", words.get(f"modes.{value.mode}", words["unknown"])


def _load(value: LoadValue, words: PageWords) -> _Rows:
    yield "amount", words["review.amount"], f"{amount(value.low, value.high, words)}\u00a0{value.unit}"


_VALUE: Mapping[type, Callable[[Any, PageWords], _Rows]] = {
    PriceValue: _price, QuantityValue: _quantity, PurityValue: _purity, EventValue: _event, ModalityValue: _modality,
    TrendValue: _trend, FlowValue: _flow, LoadValue: _load,
}  # fmt: skip


def unit_said(unit: str, words: PageWords, *, many: bool = False) -> str:
    named = words.get(f"review.unit.{unit}") or words.figures.of("units", unit)
    return words.figures.of("plurals", unit) if many and words.figures.of("plurals", unit) != unit else named


def listed(texts: Sequence[str]) -> str:
    return ", ".join(text[:1].lower() + text[1:] for text in texts)
