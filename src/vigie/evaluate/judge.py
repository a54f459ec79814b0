"""The verdict on each fact and each prediction of one type, in one document, at one level.

In: gold facts, observations. Out: Judged, with its counts.
Rules: one prediction answers at most one fact (maximum matching). A `may` fact costs nothing when it is
missed and excuses the prediction that matches it. A prediction that matches nothing is wrong if it is a
price, a quantity, a purity, or an event that counts two persons or more (seizures aside); of the rest the
gold does not hold all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vigie.evaluate.agree import Level, Related, compare
from vigie.evaluate.gold import GoldFact
from vigie.evaluate.matching import maximum_matching
from vigie.evaluate.report import Verdict
from vigie.model.observation import EventValue, Observation

EXHAUSTIVE = ("price", "quantity", "purity")


@dataclass(frozen=True, slots=True)
class Tally:
    """Facts found, wrong predictions and facts missed, in one document or in many."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    @property
    def f1(self) -> float | None:
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else None


@dataclass(frozen=True, slots=True)
class Judged:
    """One document, one type, one level: the verdict on each fact and on each prediction."""

    facts: tuple[tuple[GoldFact, Verdict], ...]
    predictions: tuple[tuple[Observation, Verdict | None], ...]  # None: neither right nor wrong

    @property
    def tally(self) -> Tally:
        verdicts = [verdict for _fact, verdict in self.facts]
        wrong = sum(verdict == "wrong" for _observation, verdict in self.predictions)
        return Tally(verdicts.count("matched"), wrong, verdicts.count("missed"))


def judge(
    facts: Sequence[GoldFact], predictions: Sequence[Observation], level: Level, related: Related
) -> Judged:
    """Match facts and predictions of one type in one document."""
    ordered = sorted(facts, key=lambda fact: fact.may)  # the facts that must be found are served first
    edges = [
        [i for i, observation in enumerate(predictions) if compare(fact, observation, related).at(level)]
        for fact in ordered
    ]
    given = maximum_matching(edges)
    answers: dict[int, Verdict] = {}
    verdicts: list[tuple[GoldFact, Verdict]] = []
    for fact, prediction in zip(ordered, given, strict=True):
        if prediction is None:
            verdicts.append((fact, "excused" if fact.may else "missed"))
            continue
        answers[prediction] = "excused" if fact.may else "matched"
        verdicts.append((fact, answers[prediction]))
    return Judged(
        tuple(verdicts),
        tuple(
            (observation, answers.get(i, "wrong" if counts_when_wrong(observation) else None))
            for i, observation in enumerate(predictions)
        ),
    )


def counts_when_wrong(observation: Observation) -> bool:
    """Whether a prediction that matches nothing is an error: the gold holds all facts of its kind."""
    if observation.type in EXHAUSTIVE:
        return True
    value = observation.value
    if not isinstance(value, EventValue) or value.kind == "seizure" or value.unit not in (None, "person"):
        return False
    return max(value.low or 0, value.high or 0) >= 2
