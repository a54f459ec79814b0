"""Gold facts and predictions in one line each, for the lists of misses.

In: a fact or an observation. Out: its stated fields as `name=value`.
"""

from __future__ import annotations

from dataclasses import asdict

from vigie.evaluate.gold import GoldFact
from vigie.model.observation import FlowValue, Observation


def describe_fact(fact: GoldFact) -> str:
    """The fields that the fact states, in one line."""
    known = asdict(fact)
    return " ".join(
        f"{key}={_short(known[key])}"
        for key in known
        if key not in ("type", "quote", "may", "form") and known[key] is not None
    )


def describe_observation(observation: Observation) -> str:
    """The fields that a prediction states, in one line."""
    value = observation.value
    known: dict[str, object] = {}
    if isinstance(value, FlowValue):
        ends = {"origin": value.origin, "destination": value.destination, "via": value.via}
        known |= {key: place.label for key, place in ends.items() if place is not None}
        known["mode"] = value.mode
    else:
        known |= {
            key: field
            for key, field in asdict(value).items()
            if not key.startswith("eur_") and not (observation.type == "price" and key == "unit")
        }
    known["substance"] = observation.substance
    known["place"] = observation.place.label if observation.place else None
    if observation.when.start is not None and observation.when.basis == "text":
        known["when"] = f"{observation.when.start}/{observation.when.precision}"
    known["assertion"] = observation.assertion
    return " ".join(f"{key}={_short(field)}" for key, field in known.items() if field is not None)


def _short(field: object) -> str:
    return f"{field:g}" if isinstance(field, float) else str(field)
