"""Observations: dated, placed, sourced facts. The JSON names are the project's public contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vigie.model.period import When
from vigie.model.place import Place

Assertion = Literal["affirmed", "negated", "hypothetical", "planned", "reported"]
PriceKind = Literal[
    "retail", "wholesale", "min-order", "delivery-fee", "deposit", "seizure-valuation", "wage", "other"
]
QuantityKind = Literal["seized", "shipped", "possessed", "sold", "consumed", "produced", "other"]
PurityMeasure = Literal["purity", "thc", "mg-per-unit"]
EventKind = Literal[
    "seizure", "arrest", "dismantling", "overdose", "death", "hospitalisation", "poisoning", "sentence", "warning",
    "regulation", "violence",
]  # fmt: skip
Indicator = Literal["price", "purity", "availability", "use", "harm", "violence", "modality"]
Direction = Literal["up", "down", "stable", "emerging", "peak"]
FlowMode = Literal["post", "road", "sea", "air", "rail", "unknown"]
LOAD_UNIT = "mg/1000/day"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceValue:
    """An amount of money.

    Attributes:
        low, high: in `currency`; equal for a point value; None = open bound.
        per_value, per_unit: what the amount buys, as said (2, "g"); None for a lump sum.
        eur_low, eur_high: converted at the day's rate; None with `eur_note` where no rate is known.
        eur_per_unit: mean of the bounds in EUR for one `unit` (g for masses, else per_unit).
        unit: canonical unit of eur_per_unit.
    """

    kind: PriceKind
    low: float | None
    high: float | None
    currency: str
    per_value: float | None = None
    per_unit: str | None = None
    eur_low: float | None = None
    eur_high: float | None = None
    eur_per_unit: float | None = None
    unit: str | None = None
    eur_note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityValue:
    """An amount of product: `grams` for masses (low bound; `grams_high` the high one), `units` for counts."""

    kind: QuantityKind
    low: float | None
    high: float | None
    unit: str
    grams: float | None = None
    grams_high: float | None = None
    units: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PurityValue:
    """Content: percent for "purity" and "thc", milligrams for "mg-per-unit"."""

    low: float | None
    high: float | None
    measure: PurityMeasure


@dataclass(frozen=True, slots=True, kw_only=True)
class EventValue:
    """Something that happened; `low`/`high` count `unit` (mostly "person"), None when the text gives no count."""

    kind: EventKind
    low: float | None = None
    high: float | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModalityValue:
    """A way of selling, delivering, paying, marketing, organising or using (see data/taxonomy/modalities.toml)."""

    family: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendValue:
    indicator: Indicator
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowValue:
    origin: Place | None
    destination: Place | None
    via: Place | None = None
    mode: FlowMode = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadValue:
    """What waste water carries of a product: `low`/`high` in `unit`, milligrams for 1,000 inhabitants and day.

    Attributes:
        population: inhabitants served by the works that was sampled; None if the table does not say.
    """

    low: float | None
    high: float | None
    unit: str = LOAD_UNIT
    population: float | None = None


Value = (
    PriceValue | QuantityValue | PurityValue | EventValue | ModalityValue | TrendValue | FlowValue | LoadValue
)
TYPE_OF_VALUE: dict[type, str] = {
    PriceValue: "price",
    QuantityValue: "quantity",
    PurityValue: "purity",
    EventValue: "event",
    ModalityValue: "modality",
    TrendValue: "trend",
    FlowValue: "flow",
    LoadValue: "load",
}
OBSERVATION_TYPES = tuple(TYPE_OF_VALUE.values())
TEXT_TYPES = tuple(
    t for t in OBSERVATION_TYPES if t != "load"
)  # what sentences state; loads come from tables only


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One fact read in one document. Corrections are new rows.

    Attributes:
        id: stable for the same document, span, rule and value.
        start, end: evidence [start, end), code points of CleanDocument.text; `quote` is that slice.
        substance: canonical id (data/taxonomy/substances.toml) or None.
        form: resin, herb, powder, pill, rock, liquid, blotter, patch... or None.
        attribution: organisation or role that says so, never a person's name; None if the document itself.
        confidence: probability that the fact is right, 0-1.
        rule: rule id and version, "price.per_unit@1", with the reason of each link after "|".
    """

    id: str
    doc_id: str
    start: int
    end: int
    quote: str
    substance: str | None
    form: str | None
    place: Place | None
    when: When
    assertion: Assertion
    attribution: str | None
    confidence: float
    rule: str
    value: Value

    @property
    def type(self) -> str:
        return TYPE_OF_VALUE[type(self.value)]
