"""What the finders find: spans with a meaning, before any link between them.

Every finder is a pure function `find_…(text, lang, …) -> list[Mention]`, offsets in code points of `text`, in order,
not overlapping within one kind. `vigie parse KIND` prints them as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from vigie.model.observation import Assertion
from vigie.model.period import Precision
from vigie.model.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberMention:
    """A number or a range; an open bound is None ("plus de 7" = 7, None)."""

    start: int
    end: int
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyMention:
    """An amount of money with what it buys when the text says so next to it."""

    start: int
    end: int
    low: float | None
    high: float | None
    currency: str
    per_value: float | None = None
    per_unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityMention:
    """A mass, volume or count of pieces; grams only for masses.

    `ambiguous`: the point or comma in the figure may group thousands or open decimals, and nothing in the text decides.
    """

    start: int
    end: int
    low: float | None
    high: float | None
    unit: str
    grams: float | None = None
    grams_high: float | None = None
    ambiguous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentMention:
    start: int
    end: int
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMention:
    """A period, both ends inclusive; `relative` when it was resolved against a reference date."""

    start: int
    end: int
    start_date: date
    end_date: date
    precision: Precision
    relative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceMention:
    start: int
    end: int
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class SubstanceMention:
    """A substance named; `strong` is False where an ambiguous word counted only thanks to its context.

    `substance` is None for a form that names no substance ("ce produit", "pilules"). `misspelt`: written almost like its name.
    """

    start: int
    end: int
    substance: str | None
    form: str | None = None
    strong: bool = True
    misspelt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ModalityMention:
    start: int
    end: int
    family: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionCue:
    """A cue and the stretch of text [scope_start, scope_end) whose facts it governs."""

    start: int
    end: int
    kind: Assertion
    scope_start: int
    scope_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionMention:
    """Who says it: `source` is the organisation or role as a label ("OFDT", "police"), never a person."""

    start: int
    end: int
    source: str
    scope_start: int
    scope_end: int
