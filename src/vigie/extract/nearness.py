"""How far a place or a date stands from a fact, in what reading it costs.

In: Analysis, the span of a fact and that of a mention. Out: a cost; longer over commas, semicolons and comparisons, shorter
right after the fact. Words: data/grammar/<lang>.toml [link].
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter

from vigie.extract.analysis import Analysis, S, within
from vigie.lexicon.grammar import link_words

_START = attrgetter("start")
_PAUSE = re.compile(r"[,;.:]")
NEAR_AFTER = 26  # code points: "53 euros dans le Nord"


@cache
def word_of(lang: str, key: str, tail: str = "") -> re.Pattern[str]:
    """A pattern of the link words `key`."""
    return re.compile(rf"\b{link_words(lang, key)}{tail}")


def cost(analysis: Analysis, start: int, end: int, mention_start: int, mention_end: int) -> float:
    """Distance between a span and a mention, longer over commas and semicolons, shorter right after the span."""
    if mention_start >= end:
        gap = analysis.folded[end:mention_start]
        base = (
            float(len(gap))
            if mention_start - end <= NEAR_AFTER and not _PAUSE.search(gap)
            else len(gap) + 45.0
        )
        base += 40.0 * sum(a.unit is not None for a in within(analysis.amounts, end, mention_start))
    elif mention_end <= start:
        gap = analysis.folded[mention_end:start]
        base = float(len(gap)) + 8.0
    else:
        return 0.0
    if word_of(analysis.lang, "compared").search(gap):
        base += 60.0  # "40 € le gramme (contre 60 en 2015)"
    return base + 60.0 * gap.count(";") + 14.0 * gap.count(",") + 8.0 * gap.count("(")


def cheapest(
    mentions: Sequence[S], start: int, end: int, serves: Callable[[S], bool], price: Callable[[S], float]
) -> S | None:
    """Of the mentions that serve, the cheapest to reach from [start, end), the first of equals; None if none serves.

    Args:
        mentions: in order of text.
        price: no less than the distance in code points, a fifth of it up to `NEAR_AFTER` + 14 behind the span:
            so that what is further away than the best one costs need not be asked.
    """
    best: tuple[float, int, int] | None = None
    longest = max((m.end - m.start for m in mentions), default=0)
    after = bisect_left(mentions, start, key=_START)
    for numbers in (range(after - 1, -1, -1), range(after, len(mentions))):
        for number in numbers:
            mention = mentions[number]
            gap = max(start - longest - mention.start, mention.start - end)
            if best is not None and gap > NEAR_AFTER + 14 and gap > best[0]:
                break
            if serves(mention):
                one = (price(mention), mention.start, number)
                best = one if best is None else min(best, one)
    return mentions[best[2]] if best is not None else None


def compares(analysis: Analysis, start: int, end: int) -> bool:
    """ "aurait chuté à 25 000 euros, contre 32 000 en 2021": what is compared with is stated plainly."""
    return word_of(analysis.lang, "compared").search(analysis.folded[start:end] + " ") is not None
