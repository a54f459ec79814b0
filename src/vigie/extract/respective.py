"""Lists told apart by "respectivement": the first figure is of the first product, the second of the second.

In: Analysis and money mentions. Out: the mentions, a pair that reads as a range split in two; and, for a figure of such a
list, the product in the same place of the list before it ("l'héroïne et la cocaïne se vendent respectivement 20 et 60
euros"; "cocaine and heroin cost $60 and $40 respectively").
Left out: lists of places or dates told apart in this way; lists of different lengths.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from vigie.extract.analysis import Analysis
from vigie.extract.link import Link
from vigie.extract.mentions import MoneyMention
from vigie.extract.price_words import any_of, leading, verbs_of_price
from vigie.lexicon.grammar import link_words
from vigie.text.sentences import Span

_ORDINAL = 40  # code points from "la seconde" to its figure


def told_apart(analysis: Analysis, mentions: Sequence[MoneyMention]) -> list[MoneyMention]:
    """The mentions in order; "20 et 60 euros" is two where the sentence tells its figures apart."""
    ranged = any(m.low is not None and m.high is not None and m.low != m.high for m in mentions)
    if not ranged or _mark(analysis.lang).search(analysis.folded) is None:
        return list(mentions)
    split: list[MoneyMention] = []
    for mention in mentions:
        pair = _pair(analysis, mention) if _told(analysis, analysis.sentence_at(mention.start)) else None
        split += pair if pair is not None else [mention]
    return split


def _pair(analysis: Analysis, mention: MoneyMention) -> list[MoneyMention] | None:
    """The two figures of a mention that was read as a range of "et"."""
    if mention.low is None or mention.high is None or mention.low == mention.high:
        return None
    text = analysis.folded[mention.start : mention.end]
    joint = re.search(rf"[ \n]{link_words(analysis.lang, 'and_words')}", text)
    if joint is None or re.match(r"(?:entre|between)\b", text):
        return None
    cut = mention.start + joint.start()
    return [
        replace(mention, end=cut, high=mention.low),
        replace(mention, start=mention.start + joint.end(), low=mention.high),
    ]


def respective_link(analysis: Analysis, mentions: Sequence[MoneyMention], start: int) -> Link | None:
    """The product of the figure at `start` in a list told apart; None outside such a list."""
    sentence = analysis.sentence_at(start)
    if not _told(analysis, sentence):
        return None
    figures = [m.start for m in mentions if sentence.start <= m.start < sentence.end]
    named = analysis.products_in(sentence.start, figures[0] if figures else start)
    distinct = list({m.substance: m for m in named}.values())
    if start not in figures or len(distinct) != len(figures) or len(figures) < 2:
        return None
    product = distinct[figures.index(start)]
    return Link(product.substance, product.form, "respective", 0.9)


def _told(analysis: Analysis, sentence: Span) -> bool:
    return _mark(analysis.lang).search(analysis.folded, sentence.start, sentence.end) is not None


@cache
def _mark(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{any_of(lang, 'respectively')}\b")


def ordered_before(analysis: Analysis, start: int) -> Link | None:
    """The product that an ordinal before a figure means: "de la résine et de la cocaïne … la première à 4 euros, la seconde à 60".

    Of the two that the nearest sentence names, this one or one of the two before.
    """
    sentence = analysis.sentence_at(start)
    said = _ordinal(analysis.lang).search(analysis.folded, max(sentence.start, start - _ORDINAL), start)
    if said is None:
        return None
    place = 0 if said["first"] else 1
    index = analysis.sentence_index(start)
    for back in range(3):
        if index < back:
            break
        span = analysis.sentences[index - back]
        named = analysis.products_in(span.start, min(span.end, said.start()))
        distinct = list({m.substance: m for m in named}.values())
        if len(distinct) == 2:
            return Link(distinct[place].substance, distinct[place].form, "ordinal", 0.8)
        if distinct:
            break
    return None


@cache
def _ordinal(lang: str) -> re.Pattern[str]:
    first, second = any_of(lang, "first_named"), any_of(lang, "second_named")
    led = rf"[ ](?:{link_words(lang, 'at')}|{leading(lang, 'priced_verb')}|{verbs_of_price(lang)})"
    return re.compile(rf"\b(?:(?P<first>{first})|{second}),?{led}(?:[a-z']+[ ])?$")
