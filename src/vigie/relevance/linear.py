"""The linear classifier: a weighted sum of the features, as a probability.

In: PageText. Out: a calibrated probability, and the reasons for it. Weights: data/relevance/linear.json, written by
scripts/train_relevance.py. docs/relevance.md has the table of weights and what they get wrong.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from vigie.lexicon.terms import data_text
from vigie.model.errors import LexiconError
from vigie.relevance.features import names, names_nothing, vectors
from vigie.relevance.page import PageText

FILE = "linear.json"
_REPAIR = "run scripts/train_relevance.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What one feature did to the verdict on one page.

    Attributes:
        name: of the feature ("near:seizure").
        value: of the feature in this page.
        weight: added to the log-odds; above zero speaks for relevance.
    """

    name: str
    value: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """Weights of the features. Thread-safe; keeps nothing of a page.

    Attributes:
        id: "linear@3", the name and version of the weights.
        threshold: from this probability a page is in scope (chosen for recall, see docs/relevance.md).
        bias: log-odds of a page whose features are all at their mean.
        names, weights, means, scales: of the features, in one order.
        used: positions of the features that have a weight.
        bound: a feature counts at most so many scales from its mean, so that an odd page is not decided by one.
    """

    id: str
    threshold: float
    bias: float
    names: tuple[str, ...]
    weights: tuple[float, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    used: tuple[int, ...]
    bound: float

    def score(self, page: PageText) -> float:
        """Probability that the page is in scope, in [0, 1]; 0 where it names no drug."""
        return max(self._judge(found) for found in vectors(page))

    def scores(self, pages: Sequence[PageText]) -> list[float]:
        """The same of several pages, in order."""
        return [self.score(page) for page in pages]

    def explain(self, page: PageText) -> list[Reason]:
        """What each feature did, the strongest first; features that did nothing are left out. Holds no text."""
        found = max(vectors(page), key=self._judge)
        parts = zip(self.names, found, self._parts(found), strict=True)
        reasons = [Reason(name=n, value=round(v, 3), weight=round(w, 3)) for n, v, w in parts if round(w, 3)]
        return sorted(reasons, key=lambda reason: (-abs(reason.weight), reason.name))

    def _judge(self, found: Sequence[float]) -> float:
        return 0.0 if names_nothing(found) else _logistic(self.bias + sum(self._parts(found)))

    def _parts(self, found: Sequence[float]) -> list[float]:
        """What each feature adds to the log-odds."""
        bound = self.bound
        parts = [0.0] * len(found)
        for at in self.used:
            value = (found[at] - self.means[at]) / self.scales[at]
            parts[at] = self.weights[at] * (bound if value > bound else -bound if value < -bound else value)
        return parts


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -500 else 0.0


@cache
def linear() -> Linear:
    """The classifier that comes with Vigie. Raises LexiconError if its file does not fit the features."""
    try:
        return from_json(json.loads(data_text("relevance", FILE)))
    except (ValueError, KeyError, TypeError) as error:
        raise LexiconError(
            f"data/relevance/{FILE}: cannot be read ({type(error).__name__}): {_REPAIR}"
        ) from None


def from_json(data: dict[str, Any]) -> Linear:
    """A classifier from its JSON form. Raises LexiconError if its features are others than those of features.py."""
    rows = data["features"]
    found = tuple(row["name"] for row in rows)
    if found != names():
        wrong = sorted(set(found) ^ set(names())) or ["their order"]
        raise LexiconError(f"data/relevance/{FILE}: features differ ({', '.join(wrong[:5])}): {_REPAIR}")
    return Linear(
        id=f"linear@{data['version']}",
        threshold=float(data["threshold"]),
        bias=float(data["bias"]),
        names=found,
        weights=tuple(float(row["weight"]) for row in rows),
        means=tuple(float(row["mean"]) for row in rows),
        scales=tuple(float(row["scale"]) for row in rows),
        used=tuple(at for at, row in enumerate(rows) if row["weight"]),
        bound=float(data["bound"]),
    )
