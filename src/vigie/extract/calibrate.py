"""From the weight of evidence to a probability.

In: the type of an observation and the confidence that its rules give. Out: the share of such observations that were right
on annotated texts, read off a monotone curve (data/taxonomy/calibration.toml, fitted by scripts/fit_calibration.py).
Types without a curve keep the confidence of their rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from vigie.lexicon.terms import data_toml

Knots = Sequence[tuple[float, float]]


@cache
def _curves() -> dict[str, Knots]:
    return {
        name: tuple((x, y) for x, y in knots)
        for name, knots in data_toml("taxonomy", "calibration.toml")["curve"].items()
    }


def calibrated(kind: str, confidence: float) -> float:
    """Probability in [0, 1] that an observation of type `kind` is right in every field."""
    return along(_curves().get(kind, ()), confidence)


def along(knots: Knots, x: float) -> float:
    """The curve at `x`: straight between knots, flat beyond the outer ones, `x` itself without knots."""
    if not knots:
        return x
    if x <= knots[0][0]:
        return knots[0][1]
    for (x0, y0), (x1, y1) in pairwise(knots):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0) if x1 > x0 else y1
    return knots[-1][1]
