"""Prices told by the shape of the text: lists over places, and a sum alone that the next sentence explains.

In: Analysis, the sums, the prices before. Out: what a sum buys and of which product, or None.
Examples: "In Leeds a gram of cocaine is £60 and one of ketamine £25; in York, £70 and £30"; "Ten dollars. That is what a
gram of heroin has cost since May." Words: data/grammar/prices.toml.
Left out: lists of different lengths; a list that names its products again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.cues import hits_in
from vigie.extract.link import Link
from vigie.extract.mentions import MoneyMention
from vigie.extract.price_lots import portion_noun, portion_weight
from vigie.extract.price_nouns import unit_before
from vigie.extract.price_unit import BLOCKING, unit_of
from vigie.extract.price_words import leading
from vigie.model.observation import PriceKind, PriceValue
from vigie.text.sentences import Span

Told = tuple[float | None, str | None, Link, PriceKind]


def as_listed(analysis: Analysis, mentions: Sequence[MoneyMention]) -> list[MoneyMention]:
    """The sums without the unit of the next one ("1 g : 60 € / 5 g : 250 €"); "down from $15 to $20" as the range it is."""
    kept: list[MoneyMention] = []
    for money in mentions:
        last = kept[-1] if kept else None
        if last is not None and last.end <= money.start:
            gap = analysis.folded[last.end : money.start]
            if last.per_unit is not None and _OPENS.fullmatch(gap):
                slash = analysis.folded.rfind("/", last.start, last.end)
                if slash > last.start:
                    kept[-1] = replace(last, end=slash, per_value=None, per_unit=None)
            elif gap == " to " and _fallen(analysis, last, money):
                kept[-1] = replace(
                    money, start=last.start, low=last.low, per_value=money.per_value or last.per_value,
                    per_unit=money.per_unit or last.per_unit,
                )  # fmt: skip
                continue
        kept.append(money)
    return kept


def _fallen(analysis: Analysis, low: MoneyMention, high: MoneyMention) -> bool:
    """Whether what fell is said to come from the lower of two sums: then they are the ends of a range."""
    if analysis.lang != "en" or low.low is None or high.low is None or low.currency != high.currency:
        return False
    head = analysis.folded[max(0, low.start - 12) : low.start]
    return (
        low.low < high.low and low.low == low.high and high.low == high.high and head.endswith("down from ")
    )


_OPENS = re.compile(r"[ ]?[:=][ ]?")


def over_places(
    analysis: Analysis, money: MoneyMention, mentions: Sequence[MoneyMention], drafts: Sequence[Draft]
) -> Told | None:
    """What the sum buys that stands in the same place of the sentence's first list; None outside such lists."""
    sentence = analysis.sentence_at(money.start)
    if not drafts or drafts[-1].start < sentence.start or money.per_unit is not None:
        return None
    own = _segment(analysis, sentence, money.start)
    if own.start == sentence.start:
        return None
    figures = [m for m in mentions if own.start <= m.start < own.end]
    begin = figures[0].start
    scoped = within(analysis.places, own.start, begin)
    dated = within(analysis.dates, own.start, begin)
    if len(figures) < 2 or not (scoped or dated) or any(m.per_unit for m in figures):
        return None
    if analysis.products_in(own.start, own.end):
        return None
    first = _segment(analysis, sentence, sentence.start)
    models = [d for d in drafts if first.start <= (d.anchor or d.end) - 1 < first.end]
    if len(models) != len(figures) or len([m for m in mentions if first.start <= m.start < first.end]) != len(
        figures
    ):
        return None
    model = models[[m.start for m in figures].index(money.start)]
    if not isinstance(model.value, PriceValue) or model.value.per_unit is None:
        return None
    link = Link(model.substance, model.form, "respective", 0.85)
    return model.value.per_value, model.value.per_unit, link, model.value.kind


def _segment(analysis: Analysis, sentence: Span, offset: int) -> Span:
    """The stretch between semicolons that holds `offset`."""
    start = analysis.folded.rfind(";", sentence.start, offset) + 1 or sentence.start
    end = analysis.folded.find(";", offset, sentence.end)
    return Span(start, end if end >= 0 else sentence.end)


def explained_next(analysis: Analysis, money: MoneyMention) -> Told | None:
    """What a sum that is a sentence of its own buys, where the next one says "that is what a gram of … costs"."""
    sentence = analysis.sentence_at(money.start)
    if sentence.end - sentence.start > money.end - money.start + 6:
        return None
    index = analysis.sentence_index(money.start)
    if index + 1 >= len(analysis.sentences):
        return None
    after = analysis.sentences[index + 1]
    head = _that_is(analysis.lang).match(analysis.folded, after.start)
    if head is None or any(
        h.term.id in BLOCKING - {"change"} for h in hits_in(analysis, "price_context", after.start, after.end)
    ):
        return None
    named = analysis.products_in(after.start, after.end)
    unit = unit_before(analysis.lang).search(analysis.folded, head.end() - 1, after.end)
    portion = (
        portion_noun().search(analysis.folded, head.end() - 1, after.end) if analysis.lang == "en" else None
    )
    if not named or (unit is None and portion is None):
        return None
    if portion is not None and (unit is None or portion.start() <= unit.start()):
        bought: tuple[str, float] = ("g", portion_weight(portion))
    elif unit is not None:
        bought = unit_of(analysis, unit)
    link = Link(named[0].substance, named[0].form, "object", 0.8)
    return bought[1], bought[0], link, "retail"


@cache
def _that_is(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[\"]?{leading(lang, 'that_is')}")
