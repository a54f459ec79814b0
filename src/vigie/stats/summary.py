"""Summaries of a handful of figures: centre, spread, change, independent sources.

In: sequences of numbers or texts. Out: frozen results, with "not enough data" as a state of its own.
Left out: indices over time and their intervals; anything that reads a store.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import floor
from typing import Literal

LEAST_FOR_CHANGE = 3  # figures in each period: with fewer, one odd statement is the whole change
NEAR_COPY = 0.5  # share of word triples that two sentences have in common
SHORT_SENTENCE = 8  # words: below, two newsrooms may well write the same sentence by themselves
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Centre and spread of `n` figures, in their own unit."""

    n: int
    low: float
    q1: float
    median: float
    q3: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Change of the median.

    Attributes:
        ratio: new median / old median - 1, no unit; None unless state is "known".
        state: why there is no ratio: too few figures in a period, or an old median of zero.
    """

    ratio: float | None
    state: Literal["known", "not-enough-data", "zero-base"]


def quantile(values: Sequence[float], share: float) -> float:
    """Linear interpolation between order statistics.

    Args:
        values: at least one figure, any order.
        share: 0 to 1.
    Source: Hyndman and Fan (1996), definition 7, the default of R; biased for skewed data of few figures.
    """
    if not values or not 0 <= share <= 1:
        raise ValueError("a quantile needs figures and a share between 0 and 1")
    ordered = sorted(values)
    at = (len(ordered) - 1) * share
    below = floor(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (at - below)


def summarise(values: Sequence[float]) -> Summary | None:
    """Median, quartiles and range; None without figures."""
    if not values:
        return None
    return Summary(
        n=len(values),
        low=min(values),
        q1=quantile(values, 0.25),
        median=quantile(values, 0.5),
        q3=quantile(values, 0.75),
        high=max(values),
    )


def change(now: Sequence[float], before: Sequence[float], least: int = LEAST_FOR_CHANGE) -> Change:
    """How the median moved; says so when either period has fewer than `least` figures."""
    if len(now) < least or len(before) < least:
        return Change(ratio=None, state="not-enough-data")
    old = quantile(before, 0.5)
    if old == 0:
        return Change(ratio=None, state="zero-base")
    return Change(ratio=quantile(now, 0.5) / old - 1, state="known")


def speakers(sources: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Of each text who speaks for themselves in it: near-copies of one sentence are the first one's.

    Args:
        sources: who speaks in each text (of a copied document the source of its original); "" = unknown, and all
            that is unknown counts as one.
        texts: shape (len(sources),), the sentence of each, in order of publication.
    Known weakness: a story that a newsroom rewrote from one dispatch in words of its own still counts twice.
    """
    first = list(range(len(texts)))  # of each text, the first that says it

    def root(number: int) -> int:
        while first[number] != number:
            number = first[number]
        return number

    triples = [_triples(text) for text in texts]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, found in enumerate(triples):
        shared: dict[int, int] = defaultdict(int)
        for triple in found:
            for other in holders[triple]:
                shared[other] += 1
            holders[triple].append(number)
        for other, count in shared.items():
            if count >= NEAR_COPY * len(found | triples[other]):
                one, two = sorted((root(number), root(other)))
                first[two] = one
    return [sources[root(number)] for number in range(len(texts))]


def independent_sources(sources: Sequence[str], texts: Sequence[str]) -> int:
    """How many sources speak for themselves; arguments as of `speakers`."""
    return len(set(speakers(sources, texts)))


def near_copies(one: str, other: str) -> bool:
    """True for two sentences that are too much alike to be written twice."""
    first, second = _triples(one), _triples(other)
    return bool(first) and len(first & second) >= NEAR_COPY * len(first | second)


@lru_cache(maxsize=20_000)  # a sentence is compared with many others
def _triples(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    if len(words) < SHORT_SENTENCE:
        return frozenset()
    return frozenset(zip(words, words[1:], words[2:], strict=False))
