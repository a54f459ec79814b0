"""Values given to hauls: what was valued, and whether a sum values drugs at all.

In: Analysis, the candidate of a sum and the prices before it. Out: the Link to what is valued (no substance for a haul of
several products). Words: data/grammar/<lang>.toml [link], data/lexicons/<lang>/quantity_kinds.toml.
Left out: values of cars, houses, cash.
"""

from __future__ import annotations

import re
from functools import cache

from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.cues import hits_in
from vigie.extract.link import Link, link_substance
from vigie.extract.mentions import MoneyMention
from vigie.extract.price_asked import question_before
from vigie.extract.price_unit import Candidate
from vigie.lexicon.grammar import alternation, grammar, link_words
from vigie.lexicon.substances import ancestors
from vigie.model.observation import PriceValue
from vigie.text.sentences import Span

_VALUED_BACK = (
    4  # sentences from a haul to the value that is given to it by name ("la cargaison est estimée")
)


def valued(
    analysis: Analysis, candidate: Candidate, reason: str, drafts: list[Draft]
) -> tuple[Link, float] | None:
    """What a sum values, with the weight of the reason; None when it values no haul.

    Needs an amount of product or a seizure word in this sentence or the ones before.
    """
    money, sentence = candidate.money, candidate.sentence
    if (asked := question_before(analysis, sentence)) is not None:
        sentence = Span(asked[0], sentence.end)  # "Ce que vaut la marchandise ? Un million d'euros"
    index = analysis.sentence_index(money.start)
    back = _VALUED_BACK if reason == "valuation" and _drugs_valued(analysis, sentence, money) else 2
    first = analysis.sentences[max(0, index - back)].start if index else sentence.start
    first = max(first, analysis.body_start) if money.start >= analysis.body_start else 0
    masses = within(analysis.quantities, first, sentence.end)
    seized = hits_in(analysis, "quantity_kinds", first, sentence.end)
    here = within(analysis.quantities, sentence.start, sentence.end)
    titled = hits_in(analysis, "quantity_kinds", 0, analysis.body_start)
    if not any(h.term.id == "seized" for h in [*seized, *titled]) and not (masses and reason == "valuation"):
        return None
    if reason == "amount":
        lead = _lump_lead(analysis.lang).search(analysis.folded[max(0, money.start - 16) : money.start])
        if not (here and lead) and not (lead and lead.group().startswith("came")):
            return None
    if not here and not _drugs_valued(analysis, sentence, money) and not _goes_on(analysis, money, drafts):
        return None
    window = sentence if here else _haul_before(analysis, sentence, first)
    marks = [",", ";"]
    if within(analysis.money, sentence.start, money.start):
        marks += [" et ", " and "]  # a list of hauls, each with its value
    clause = max(analysis.folded.rfind(mark, sentence.start, money.start) for mark in marks)
    own = {
        m.substance
        for m in within(analysis.substances, max(clause, sentence.start), money.start)
        if m.substance
    }
    names = {m.substance for m in within(analysis.substances, window.start, money.start) if m.substance}
    if _one_of(analysis.lang, "together").search(analysis.folded[max(clause, sentence.start) : money.start]):
        own = set()
    if len(own) == 1 and within(analysis.quantities, max(clause, sentence.start), money.start):
        names = own  # "412 kg of cocaine (€28.8 million) and 19 kg of ketamine worth €1.1 million"
    if len(names) == 1:
        link = Link(names.pop(), None, "seizure", 0.8)
    elif not names:
        alone = (
            len(here) == 1 and here[0].end <= money.start
        )  # "the 4.75 kilos are worth £160,000": of what they are
        haul = here[0] if alone else money
        carried = link_substance(analysis, haul.start, haul.end, product=True)
        link = (
            carried
            if carried.substance and (alone or carried.reason in ("object", "title", "document"))
            else only_product(analysis)
        )
    else:
        link = Link(_common(names), None, "seizure", 0.7)
    return link, 0.85 if reason == "valuation" else 0.6


@cache
def _lump_lead(lang: str) -> re.Pattern[str]:
    return re.compile(rf"{link_words(lang, 'lump_lead')}$")


def _haul_before(analysis: Analysis, sentence: Span, first: int) -> Span:
    """From the nearest sentence before that holds an amount of product, back to `first`, to the end of `sentence`."""
    if any(m.substance for m in within(analysis.substances, sentence.start, sentence.end)):
        return sentence
    held = within(analysis.quantities, first, sentence.start)
    return Span(max(first, analysis.sentence_at(held[-1].start).start) if held else first, sentence.end)


def _goes_on(analysis: Analysis, money: MoneyMention, drafts: list[Draft]) -> bool:
    """ "The first quarter came to over $5.7 million", right after another haul's value."""
    last = drafts[-1] if drafts else None
    if last is None or not isinstance(last.value, PriceValue) or last.value.kind != "seizure-valuation":
        return False
    return analysis.sentence_index(money.start) - analysis.sentence_index(last.start) <= 1


def second_value(analysis: Analysis, candidate: Candidate, drafts: list[Draft]) -> bool:
    """ "worth £160,000 wholesale and up to £420,000 on the street": another value of the same haul."""
    last = drafts[-1] if drafts else None
    if last is None or last.start < candidate.sentence.start or not isinstance(last.value, PriceValue):
        return False
    amount = candidate.money.low if candidate.money.low is not None else candidate.money.high
    return last.value.kind == "seizure-valuation" and amount is not None and amount >= 1000


def _drugs_valued(analysis: Analysis, sentence: Span, money: MoneyMention) -> bool:
    """Whether a value without an amount of product beside it is that of drugs, not of cars or houses."""
    text = analysis.folded[sentence.start : money.end + 30]
    if _one_of(analysis.lang, "valued_not").search(text) is not None:
        return False
    named = any(m.substance for m in within(analysis.substances, sentence.start, sentence.end))
    return named or _one_of(analysis.lang, "valued").search(text) is not None


@cache
def _one_of(lang: str, key: str) -> re.Pattern[str]:
    return re.compile(rf"\b{alternation(grammar(lang).link[key])}\b")


def _common(names: set[str]) -> str | None:
    """The name that covers all others ("cannabis" beside its resin); None for a haul of several products."""
    for name in sorted(names):
        if all(name in ancestors(other) for other in names):
            return name
    return None


def only_product(analysis: Analysis) -> Link:
    """What a document is about when it names one product only: a fee is charged, or a haul valued, for that."""
    named = {m.substance for m in analysis.products if m.substance}
    common = _common(named) if named else None
    return Link(common, None, "document", 0.6) if common else Link(None, None, "none", 0.7)
