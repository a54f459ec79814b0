"""Values in a few steps of one hue: what maps and strips shade with.

In: values. Out: (upper end, label, colour) of each step. Left out: a scale without steps (nobody reads a shade off it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vigie.charts.theme import tokens
from vigie.charts.words import Words

MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Values up to `top` that no step before holds."""

    top: float
    label: str
    colour: str


def steps_of(values: Sequence[float], words: Words) -> list[Step]:
    """At most five, with as many distinct values in each as can be; a label says what was seen, "3 – 12"."""
    distinct = sorted(set(values))
    count = min(MOST, len(distinct))
    found: list[tuple[float, str]] = []
    for k in range(count):
        part = distinct[len(distinct) * k // count : len(distinct) * (k + 1) // count]
        low, high = words.number(part[0]), words.number(part[-1])
        found.append((part[-1], low if low == high else f"{low} – {high}"))
    # Steps that read alike after rounding are one.
    found = [pair for i, pair in enumerate(found) if i + 1 == len(found) or pair[1] != found[i + 1][1]]
    colours = tokens()["sequential"]["colours"][1:]
    spread = [colours[(len(colours) - 1) * k // max(1, len(found) - 1)] for k in range(len(found))]
    if len(found) == 1:
        spread = [colours[2]]
    return [
        Step(top=top, label=label, colour=colour) for (top, label), colour in zip(found, spread, strict=True)
    ]


def label_of(value: float, steps: Sequence[Step]) -> str:
    return next(step.label for step in steps if value <= step.top)
