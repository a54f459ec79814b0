"""What a clause around a sum says of it: the unit a question asked for, the least that is delivered, what a haul is worth.

In: Analysis and a Candidate. Out: the Candidate with the unit, or whether the sum is such. Words: data/grammar/prices.toml.
Left out: questions further back than the sentence before.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from vigie.extract.analysis import Analysis
from vigie.extract.cues import hits_in
from vigie.extract.price_nouns import names_unit, unit_before
from vigie.extract.price_unit import Candidate, unit_of
from vigie.extract.price_words import any_of
from vigie.lexicon.grammar import grammar
from vigie.text.sentences import Span

_WORTH = 100_000.0  # of a currency: more than a kilo costs
_REACH = 48  # code points from a sum to what is not done below it


def asked_unit(analysis: Analysis, candidate: Candidate) -> Candidate:
    """ "Que vaut un kilo ? – 22 000 euros à la sortie du port": the unit of the question, of the first sum answered."""
    question = question_before(analysis, candidate.sentence)
    if question is None or candidate.per_unit is not None:
        return candidate
    begin, end = question
    if not names_unit(analysis, begin, end):
        return candidate
    if any(candidate.sentence.start <= m.start < candidate.money.start for m in analysis.money):
        return candidate  # the first sum answers, the others go on with it
    one = grammar(analysis.lang).link["one"]
    units = [
        m
        for m in unit_before(analysis.lang).finditer(analysis.folded, begin, end)
        if m["def"] or m["num"] in one
    ]
    if not units:
        return candidate
    code, value = unit_of(analysis, units[-1])
    return replace(candidate, per_value=value, per_unit=code, unit_reason="before")


def question_before(analysis: Analysis, sentence: Span) -> tuple[int, int] | None:
    """Where the question lies that a sentence answers, when it asks for a price."""
    index = analysis.sentence_index(sentence.start)
    if not index:
        return None
    before = analysis.sentences[index - 1]
    asks = "?" in analysis.folded[max(before.start, before.end - 4) : sentence.start + 3]
    if not asks or _asks(analysis.lang).search(analysis.folded, before.start, before.end) is None:
        return None
    return before.start, before.end


@cache
def _asks(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{any_of(lang, 'asks')}(?!\w)")


def least_order(analysis: Analysis, candidate: Candidate) -> bool:
    """ "En dessous de 50 euros, pas de déplacement": the least that is brought."""
    money = candidate.money
    tail = analysis.folded[money.end : money.end + _REACH]
    if _then(analysis.lang).match(tail) is None:
        return False
    start = candidate.sentence.start
    head = analysis.folded[max(start, money.start - 20) : money.start + 20]
    return _below(analysis.lang).search(head) is not None


@cache
def _then(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ ]?[,:;][ ]{any_of(lang, 'min_then')}(?!\w)")


@cache
def _below(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{any_of(lang, 'min_lead')}[ ]")


def asked_worth(analysis: Analysis, candidate: Candidate) -> bool:
    """ "Ce que vaut la marchandise ? … Un million d'euros": whether the sentences before ask what a haul is worth."""
    index = analysis.sentence_index(candidate.sentence.start)
    for back in (1, 2):
        if index < back:
            return False
        asked = question_before(analysis, analysis.sentences[index - back + 1])
        if asked is not None:
            return any(h.term.id == "valuation" for h in hits_in(analysis, "price_context", *asked))
    return False


def worth_said(analysis: Analysis, candidate: Candidate) -> bool:
    """ "le chargement représente trois millions": a sum that no unit price reaches, right after a word of value."""
    money = candidate.money
    if (money.low or money.high or 0.0) < _WORTH:
        return False
    hits = hits_in(analysis, "price_context", max(candidate.sentence.start, money.start - 24), money.start)
    return bool(hits) and hits[-1].term.id == "valuation"
