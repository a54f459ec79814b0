"""Field by field: of the facts whose value was found, which of their fields are right.

In: gold facts and predictions of each document. Out: FieldScore by type and field, AssertionScore by assertion.
The strict level asks for all fields at once; this tells which of them fails, and gives negation and hypothesis the
figures that other systems publish for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from vigie.evaluate.agree import Related, assertion_class, compare
from vigie.evaluate.gold import GoldFact
from vigie.evaluate.matching import maximum_matching
from vigie.evaluate.report import AssertionScore, FieldScore
from vigie.model.observation import TEXT_TYPES, Observation

_ASSERTIONS = ("affirmed", "negated", "uncertain", "hypothetical", "planned", "reported")
_STATED_ONLY = ("place", "when", "via", "mode")  # judged where the gold states them
# of each type, the fields beside its value
_FIELDS = {
    "price": ("substance", "per_value", "per_unit", "kind", "place", "when"),
    "quantity": ("substance", "unit", "kind", "place", "when"),
    "purity": ("substance", "place", "when"),
    "event": ("kind", "place", "when"),
    "modality": ("substance", "place", "when"),
    "trend": ("substance", "place", "when"),
    "flow": ("substance", "via", "mode", "when"),
}
Pair = tuple[GoldFact, Observation]


def pairs(facts: Sequence[GoldFact], predictions: Sequence[Observation], related: Related) -> list[Pair]:
    """Facts that must be found with the prediction that has their value; what agrees in every field first."""
    left = [fact for fact in facts if not fact.may]
    spare = list(predictions)
    found: list[Pair] = []
    for level in ("strict", "value"):
        edges = [[i for i, o in enumerate(spare) if compare(fact, o, related).at(level)] for fact in left]
        given = maximum_matching(edges)
        found += [(fact, spare[i]) for fact, i in zip(left, given, strict=True) if i is not None]
        left = [fact for fact, i in zip(left, given, strict=True) if i is None]
        spare = [o for i, o in enumerate(spare) if i not in set(given)]
    return found


def field_scores(found: Iterable[Pair], related: Related) -> tuple[FieldScore, ...]:
    """How often each field is right, in the order of types and fields."""
    stated: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    for fact, observation in found:
        agreement = compare(fact, observation, related)
        differing = {*agreement.link, *agreement.strict}
        for name in _FIELDS[fact.type]:
            if name in _STATED_ONLY and getattr(fact, name) is None:
                continue
            stated[fact.type, name] += 1
            right[fact.type, name] += name not in differing
    return tuple(
        FieldScore(type=type_, field=name, stated=stated[type_, name], right=right[type_, name])
        for type_ in TEXT_TYPES
        for name in _FIELDS[type_]
        if stated[type_, name]
    )


def assertion_scores(found: Iterable[Pair]) -> tuple[AssertionScore, ...]:
    """Gold, predicted and right counts of each assertion that occurs."""
    in_gold: Counter[str] = Counter()
    predicted: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for fact, observation in found:
        one, other = _labels(fact.assertion), _labels(observation.assertion)
        in_gold.update(one)
        predicted.update(other)
        right.update(one & other)
    return tuple(
        AssertionScore(assertion=name, gold=in_gold[name], predicted=predicted[name], right=right[name])
        for name in _ASSERTIONS
        if in_gold[name] or predicted[name]
    )


def _labels(assertion: str) -> set[str]:
    return {assertion, assertion_class(assertion)}
