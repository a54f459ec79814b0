"""What the page on agreement tells, in words: how much is reviewed, precision by kind of fact, kappa, each with its interval.

In: Agreement. Out: rows for the template; shares and kappas stand on a line from 0 to 1. Left out: the method (`vigie.review.agreement`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vigie.review.records import Agreement
from vigie.web.words import PageWords


def figures_of(found: Agreement, words: PageWords) -> dict[str, Any]:
    figures = words.figures
    whole = next((one for one in found.reviewed if not one.type), None)

    def kind(type_: str) -> str:
        return words.name(words.get(f"types.{type_}", type_)) if type_ else words["review.all_types"]

    def share(n: int, m: int) -> str:
        return f"{figures.number(n)}\u00a0/\u00a0{figures.number(m)}"

    def interval(low: float | None, high: float | None, say: Callable[[float], str]) -> str:
        return (
            words.fill("review.interval", low=say(low), high=say(high))
            if low is not None and high is not None
            else "–"
        )

    def states(counts: Mapping[str, int]) -> str:
        return ", ".join(
            f"{words.get(f'review.state.{name}', name)} {figures.number(n)}"
            for name, n in counts.items()
            if n
        )

    def percent(value: float) -> str:
        return figures.percent(round(100 * value, 1))

    def two(value: float) -> str:
        return f"{value:.2f}".replace("-", "−").replace(".", figures["decimal"])

    return {
        "reviewed": {
            "text": words.fill("review.reviewed_of", done=figures.number(whole.n), all=figures.number(whole.m)) + "." if whole else "",
            "rows": [
                {"name": kind(one.type), "share": share(one.n, one.m), "states": states(one.states) or "–"}
                for one in found.reviewed if one.type
            ],
        },
        "precision": [
            {
                "name": kind(one.type), "sampled": figures.number(one.sampled), "right": figures.number(one.right),
                "value": one.value, "low": one.low, "high": one.high, "interval": interval(one.low, one.high, percent),
                "value_text": percent(one.value) if one.value is not None else "–",
            }
            for one in found.precision if one.sampled
        ],
        "kappas": [
            {
                "name": words.get(f"review.kappa_of.{one.field}") or words.get(f"review.field.{one.field}", one.field),
                "pairs": figures.number(one.pairs), "agreed": percent(one.agreed),
                "value": _unit(one.value), "low": _unit(one.low), "high": _unit(one.high), "interval": interval(one.low, one.high, two),
                "value_text": two(one.value) if one.value is not None else "–",
            }
            for one in found.kappas if one.pairs
        ],
        "disputes": words.fill(
            "review.disputes_of", settled=figures.number(found.adjudicated), open=figures.number(found.open)
        ),
    }  # fmt: skip


def _unit(value: float | None) -> float | None:
    """A kappa, from -1 to 1, as a place on a line from 0 to 1: chance stands in the middle."""
    return None if value is None else (value + 1) / 2
