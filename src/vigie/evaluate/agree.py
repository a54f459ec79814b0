"""When a prediction says the same as a gold fact.

In: one GoldFact, one Observation. Out: yes or no at a level, and the fields that differ. The levels:
- value: the figures, the currency of a price, the measure of a purity; the codes of modality, trend and flow.
- link (prices): value, substance and what the amount buys.
- strict: value, substance, unit, kind, assertion class, and place and date where the gold states them.
Left out: offsets and quotes, because redaction moves the former and authors choose the latter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from vigie.evaluate.gold import GoldFact
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
from vigie.text.normalise import fold

Level = Literal["value", "link", "strict"]
Related = Callable[[str, str], bool]
_TOLERANCE = 1e-6
_FINENESS = {"day": 0, "week": 1, "month": 2, "quarter": 3, "year": 4}
_PREFIX_PRECISION = {4: "year", 7: "month", 10: "day"}


@dataclass(frozen=True, slots=True)
class Agreement:
    """The fields that differ at each level; a level with none is agreed."""

    value: tuple[str, ...]
    link: tuple[str, ...]
    strict: tuple[str, ...]

    def at(self, level: Level) -> bool:
        return not self.differing(level)

    def differing(self, level: Level) -> tuple[str, ...]:
        match level:
            case "value":
                return self.value
            case "link":
                return self.value + self.link
            case "strict":
                return self.value + self.link + self.strict


def compare(fact: GoldFact, observation: Observation, related: Related) -> Agreement:
    """Compare one fact with one observation of the same type; of another type nothing agrees."""
    if fact.type != observation.type:
        return Agreement(("type",), (), ())
    return Agreement(
        tuple(_value(fact, observation)),
        tuple(_link(fact, observation, related)),
        tuple(_strict(fact, observation)),
    )


def _value(fact: GoldFact, observation: Observation) -> list[str]:
    value = observation.value
    match value:
        case PriceValue():
            return _differ(
                amount=same_bounds(fact, value.low, value.high), currency=fact.currency == value.currency
            )
        case QuantityValue() | EventValue():
            return _differ(amount=same_bounds(fact, value.low, value.high))
        case PurityValue():
            return _differ(
                amount=same_bounds(fact, value.low, value.high), measure=fact.measure == value.measure
            )
        case ModalityValue():
            return _differ(code=(fact.family, fact.code) == (value.family, value.code))
        case TrendValue():
            return _differ(
                indicator=fact.indicator == value.indicator, direction=fact.direction == value.direction
            )
        case FlowValue():
            return _differ(
                origin=_same_end(fact.origin, value.origin),
                destination=_same_end(fact.destination, value.destination),
            )
        case LoadValue():
            return _differ(amount=same_bounds(fact, value.low, value.high))


def _link(fact: GoldFact, observation: Observation, related: Related) -> list[str]:
    value = observation.value
    differing = _differ(substance=same_substance(fact, observation.substance, related))
    if isinstance(value, PriceValue):
        differing += _differ(
            per_value=_per_value(fact.per_value, fact.per_unit)
            == _per_value(value.per_value, value.per_unit),
            per_unit=fact.per_unit == value.per_unit,
        )
    return differing


def _strict(fact: GoldFact, observation: Observation) -> list[str]:
    value = observation.value
    differing = _differ(
        assertion=assertion_class(fact.assertion) == assertion_class(observation.assertion),
        place=fact.place is None or place_named(fact.place, observation.place),
        when=fact.when is None or when_agrees(fact.when, observation.when),
    )
    match value:
        case QuantityValue():
            differing += _differ(
                unit=fact.unit == value.unit or _close(fact.grams, value.grams), kind=fact.kind == value.kind
            )
        case PriceValue() | EventValue():
            differing += _differ(kind=fact.kind == value.kind)
        case FlowValue():
            differing += _differ(
                via=fact.via is None or _same_end(fact.via, value.via),
                mode=fact.mode in (None, "unknown", value.mode),
            )
        case _:
            pass
    return differing


def _differ(**agrees: bool) -> list[str]:
    return [name for name, agree in agrees.items() if not agree]


def same_bounds(fact: GoldFact, low: float | None, high: float | None) -> bool:
    """Low and high agree; an open bound may equal the other bound."""
    gold_low = fact.high if fact.low is None else fact.low
    gold_high = fact.low if fact.high is None else fact.high
    found_low = high if low is None else low
    found_high = low if high is None else high
    if gold_low is None or found_low is None:
        return gold_low is None and found_low is None
    return _close(gold_low, found_low) and _close(gold_high, found_high)


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return False
    return abs(one - other) <= _TOLERANCE * max(abs(one), abs(other))


def _per_value(value: float | None, unit: str | None) -> float | None:
    """`80 € le gramme` buys one gram, whether or not the 1 is written."""
    return 1.0 if value is None and unit is not None else value


def same_substance(fact: GoldFact, substance: str | None, related: Related) -> bool:
    """The same, or one is an ancestor of the other. An event may name more than the annotator did."""
    if fact.substance is None:
        return substance is None or fact.type not in ("price", "quantity", "purity")
    return substance is not None and (fact.substance == substance or related(fact.substance, substance))


def assertion_class(assertion: str) -> str:
    """Affirmed, negated, and everything that the text does not vouch for."""
    return assertion if assertion in ("affirmed", "negated") else "uncertain"


def place_named(name: str, place: Place | None) -> bool:
    """Whether `place` is the one called `name`: as written, by its label or by its code."""
    if place is None:
        return False
    return fold(name) in {fold(known) for known in (place.name, place.label, place.code) if known}


def _same_end(name: str | None, place: Place | None) -> bool:
    return place is None if name is None else place_named(name, place)


def when_agrees(prefix: str, when: When) -> bool:
    """A period as fine as the gold or finer, beginning inside it ("2018-07-12" agrees with gold "2018")."""
    if when.start is None or when.precision is None or len(prefix) not in _PREFIX_PRECISION:
        return False
    if _FINENESS[when.precision] > _FINENESS[_PREFIX_PRECISION[len(prefix)]]:
        return False
    return when.start.isoformat().startswith(prefix)
