"""A statement about several things is one statement about each of them.

In: Analysis and observations of ways of selling and of trends. Out: those observations, repeated over the substances
and the places that the sentence coordinates ("à Paris, Lille ou Rennes"; "la cocaïne et la MDMA"), and over the
substances of a next sentence that takes the way of selling up again ("ce système concerne aussi la MDMA").
Left out: prices and quantities, which the text gives once; a comparison ("contre") coordinates nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import TypeVar

from vigie.extract.analysis import Analysis, Draft, Spanned, within
from vigie.lexicon.grammar import link_words
from vigie.model.observation import ModalityValue, TrendValue
from vigie.model.place import Place
from vigie.text.sentences import Span

_MOST = 24  # repetitions of one statement; a longer list is a table, not a sentence
_CARRIED_FAMILIES = frozenset({"channel", "delivery", "organisation"})
S = TypeVar("S", bound=Spanned)


def coordinate(analysis: Analysis, drafts: Sequence[Draft]) -> Iterator[Draft]:
    """The drafts, in order, each followed by its repetitions."""
    for draft in drafts:
        if not isinstance(draft.value, ModalityValue | TrendValue):
            yield draft
            continue
        sentence = analysis.sentence_at(draft.start)
        substances = _substances(analysis, sentence, draft.substance)
        places = _places(analysis, sentence, draft)
        if len(substances) == 1 and len(places) == 1 and places[0] is draft.place:
            yield draft  # as most are: nothing is repeated
            continue
        repeated = [
            replace(draft, substance=substance, place=place) for substance in substances for place in places
        ]
        yield from repeated[:_MOST]
    yield from _taken_up(analysis, drafts)


def _substances(analysis: Analysis, sentence: Span, substance: str | None) -> Sequence[str | None]:
    """The draft's own substance and those coordinated with it."""
    for group in _groups(
        analysis, [m for m in within(analysis.substances, sentence.start, sentence.end) if m.substance]
    ):
        names = list(dict.fromkeys(m.substance for m in group))
        if substance in names:
            return names
    return [substance]


def _places(analysis: Analysis, sentence: Span, draft: Draft) -> Sequence[Place | None]:
    """The first list of places of the sentence, or the draft's own (None = let the resolver find it)."""
    if draft.place is not None:
        return [draft.place]
    for group in _groups(analysis, within(analysis.places, sentence.start, sentence.end)):
        distinct = list({m.place.code: m.place for m in group}.values())
        if len(distinct) > 1:
            return distinct
    return [None]


def _groups(analysis: Analysis, mentions: Sequence[S]) -> list[list[S]]:
    """Runs of mentions joined by commas and conjunctions."""
    joint = _joint(analysis.lang)
    groups: list[list[S]] = [[m] for m in mentions[:1]]
    for first, second in pairwise(mentions):
        if joint.fullmatch(analysis.folded, first.end, second.start):
            groups[-1].append(second)
        else:
            groups.append([second])
    return groups


@cache
def _joint(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ \n]*{link_words(lang, 'and_words')}(?:{link_words(lang, 'list_articles')})?[(\"]?")


@cache
def _this_way(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{link_words(lang, 'this_way')}")


def _matches_after(
    analysis: Analysis, pattern: re.Pattern[str], drafts: Sequence[Draft]
) -> Iterator[re.Match[str]]:
    """Matches that begin in a sentence right after one of the drafts, in order of text."""
    sentences = analysis.sentences
    for index in sorted({analysis.sentence_index(draft.start) + 1 for draft in drafts}):
        if index < len(sentences):
            last = index + 1 == len(sentences)
            end = len(analysis.text) if last else sentences[index + 1].start
            yield from pattern.finditer(analysis.folded, sentences[index].start, end)


def _taken_up(analysis: Analysis, drafts: Sequence[Draft]) -> Iterator[Draft]:
    ways = [
        draft
        for draft in drafts
        if isinstance(draft.value, ModalityValue) and draft.value.family in _CARRIED_FAMILIES
    ]
    for match in _matches_after(analysis, _this_way(analysis.lang), ways):
        sentence = analysis.sentence_at(match.start())
        index = analysis.sentence_index(match.start())
        before = analysis.sentences[index - 1]
        names = dict.fromkeys(
            m.substance for m in within(analysis.substances, sentence.start, sentence.end) if m.substance
        )
        for draft in ways:
            if not before.start <= draft.start < before.end:
                continue
            for name in names:
                yield Draft(
                    start=match.start(), end=match.start() + len(match.group().rstrip()), value=draft.value, substance=name,
                    rule="modality.taken_up@1|substance:sentence", confidence=0.7,
                )  # fmt: skip
