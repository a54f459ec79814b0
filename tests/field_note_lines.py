"""Facts and remarks of a field note as lines, for tables of cases."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from vigie.extract import read_field_note
from vigie.extract.note import NoteReading
from vigie.model.document import CleanDocument
from vigie.model.observation import (
    EventValue,
    ModalityValue,
    Observation,
    PriceValue,
    PurityValue,
    TrendValue,
)
from vigie.pipeline import Reading, Refusal, clean


@lru_cache(maxsize=64)  # several tests read a note
def note(path: Path) -> CleanDocument:
    """The one document of a file."""
    (item,) = clean(path, Reading())
    assert not isinstance(item, Refusal), item
    return item.document


def reading(path: Path) -> NoteReading:
    return read_field_note(note(path))


def fact_line(fact: Observation) -> str:
    """ "price cocaine powder 60-60 EUR/1 g retail @ Lyon 2025-03-01 month affirmed"."""
    value, what = fact.value, ""
    if isinstance(value, PriceValue):
        what = f"{_n(value.low)}-{_n(value.high)} {value.currency}/{_n(value.per_value)} {value.per_unit} {value.kind}"
    elif isinstance(value, EventValue):
        what = f"{value.kind} {_n(value.low)}"
    elif isinstance(value, ModalityValue):
        what = f"{value.family}:{value.code}"
    elif isinstance(value, TrendValue):
        what = f"{value.indicator} {value.direction}"
    elif isinstance(value, PurityValue):
        what = f"{_n(value.low)} {value.measure}"
    about = " ".join(str(part) for part in (fact.substance, fact.form) if part)
    where = fact.place.label if fact.place else "-"
    return f"{fact.type} {about}: {what} @ {where} {fact.when.start} {fact.when.precision} {fact.assertion}"


def remark_lines(found: NoteReading) -> list[str]:
    """ "price 2: price-currency EUR", without those of empty fields."""
    told = [r for r in found.remarks if r.id not in ("empty", "sure-empty", "effects-text")]
    return [f"{r.field} {r.product or ''}".strip() + f": {r.id} {r.detail}".rstrip() for r in told]


def _n(number: float | None) -> str:
    return "?" if number is None else f"{number:g}"
