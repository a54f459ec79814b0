"""Prices stated in text.

In: Analysis. Out: one Draft per amount of money that is the price of a drug, or the value given to a seizure.
Words: data/lexicons/<lang>/price_context.toml; grammar of amounts: data/grammar. Cases: tests/test_extract_price.py.
Left out: salaries of strangers to the market, fines, cash found, turnover, budgets, stock quotes; prices implied by
a total and a count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from vigie.extract.amounts import money_mentions
from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.cues import hits_in
from vigie.extract.currency import to_eur
from vigie.extract.elliptic import elliptic_prices
from vigie.extract.link import UNIT_SUBSTANCE, Link, compared_with, link_substance, named_after, products
from vigie.extract.mentions import MoneyMention
from vigie.extract.price_carry import assumed_gram, carried_unit, model_price
from vigie.extract.price_kind import bought_to_sell, kind_of
from vigie.extract.price_unit import Candidate, as_portion, unit_before, with_unit
from vigie.extract.respective import respective_link, told_apart
from vigie.lexicon.grammar import alternation, grammar, link_words, mass_in_grams
from vigie.lexicon.substances import ancestors
from vigie.lexicon.terms import data_toml
from vigie.model.observation import PriceKind, PriceValue
from vigie.text.sentences import Span

_VALUED_BACK = (
    4  # sentences from a haul to the value that is given to it by name ("la cargaison est estimée")
)
_BULK_GRAMS = 100.0  # from here on a mass is bought to be sold again


def extract_prices(analysis: Analysis) -> Iterator[Draft]:
    """Drafts of prices, in order of text."""
    found = analysis.amounts
    mentions = money_mentions(analysis.folded, analysis.lang, found, analysis.countries_near)
    french = any(m.currency == "FRF" for m in mentions)
    if french and any(place.place.country == "CH" or place.place.code == "CH" for place in analysis.places):
        mentions = [replace(m, currency="CHF") if m.currency == "FRF" else m for m in mentions]
    mentions = [as_portion(analysis, m) for m in mentions]
    mentions = told_apart(
        analysis, sorted([*mentions, *elliptic_prices(analysis, found, mentions)], key=lambda m: m.start)
    )
    drafts: list[Draft] = []
    for index, money in enumerate(mentions):
        draft = _judge(analysis, with_unit(analysis, money, mentions, index), drafts)
        if draft is not None:
            own = respective_link(analysis, mentions, money.start)
            if own is not None:
                rule = draft.rule.rsplit("|", 1)[0] + f"|substance:{own.reason}"
                draft = replace(draft, substance=own.substance, form=own.form, rule=rule)
            drafts.append(draft)
    yield from drafts


def _judge(analysis: Analysis, candidate: Candidate, drafts: list[Draft]) -> Draft | None:
    """The price draft, or None when the amount is not the price of a drug."""
    money = candidate.money
    previous = model_price(analysis, candidate, drafts)
    if candidate.per_unit is None and previous is not None and previous.start >= candidate.sentence.start:
        candidate = carried_unit(
            analysis, candidate, previous
        )  # "le kilo est passé de 30 000 à 24 000 euros"
    kind, reason = kind_of(analysis, candidate)
    if kind is None:
        return None
    if kind in ("min-order", "delivery-fee", "deposit"):
        if (
            money.high is None
        ):  # the "minimum" of "commande minimum 50 euros" says the kind, it bounds nothing
            candidate = replace(candidate, money=replace(money, high=money.low))
        plain = replace(candidate, per_value=None, per_unit=None, unit_reason="lump")
        return _draft(analysis, plain, kind, _only_product(analysis), reason, 0.7)
    if kind == "wage":
        earners = [
            h
            for h in hits_in(analysis, "price_context", candidate.sentence.start, money.start)
            if h.term.id == "earner"
        ]
        if not earners:
            return None
        named = [m for m in within(analysis.substances, candidate.sentence.start, money.start) if m.substance]
        who = Link(named[-1].substance, None, "sentence", 0.7) if named else Link(None, None, "none", 0.6)
        return _draft(analysis, candidate, kind, who, reason, 0.6)
    if kind == "retail" and candidate.per_unit is None and _second_value(analysis, candidate, drafts):
        kind, reason = "seizure-valuation", "valuation"
    if kind == "seizure-valuation" and reason == "amount" and _second_value(analysis, candidate, drafts):
        reason = "valuation"
    if kind == "seizure-valuation" and reason == "amount" and _sold(analysis, candidate):
        again = carried_unit(
            analysis, candidate, previous
        )  # "à Paris, il se revend 35 000 euros": the kilo, still
        if again.unit_reason == "carried":
            candidate, kind, reason = again, "retail", "unit"
    if kind == "seizure-valuation":
        return _valuation(analysis, candidate, reason, drafts)
    if candidate.per_unit is None or candidate.per_unit == "unit":
        candidate = carried_unit(analysis, candidate, previous)
    if _of_something_else(analysis, candidate):
        return None
    link = _price_link(analysis, candidate)
    if link.other:
        if candidate.per_unit in mass_in_grams():
            return None
        link = replace(link, other=False)
    if link.substance is None and link.reason != "generic":
        return None
    if candidate.per_unit == "pill" and _usual_piece(link) == "blotter":
        candidate = replace(candidate, per_unit="blotter")  # "LSD £5 a tab"
    if candidate.per_unit == "unit" and candidate.unit_reason != "lot":
        candidate = replace(candidate, per_unit=_usual_piece(link) or "unit")
    if candidate.per_unit == "unit" and candidate.unit_reason == "lot":
        return None  # "three for £110" of something that no price named
    if candidate.unit_reason == "unknown":
        return _draft(analysis, candidate, kind, link, reason, 0.6)
    if candidate.per_unit is None:
        candidate = assumed_gram(analysis, candidate, link)
        if candidate.per_unit is None:
            return None
    if kind == "retail" and bought_to_sell(analysis, candidate):
        kind, reason = "wholesale", "resold"
    if kind == "retail" and _in_bulk(candidate) and link.substance not in by_bottle():
        kind = "wholesale"
    return _draft(
        analysis, candidate, kind, link, reason, 0.9 if candidate.unit_reason in ("said", "before") else 0.7
    )


def _valuation(analysis: Analysis, candidate: Candidate, reason: str, drafts: list[Draft]) -> Draft | None:
    """A value given to a seizure: needs an amount of product or a seizure word in this or the previous sentence."""
    money, sentence = candidate.money, candidate.sentence
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
        lead = re.search(
            rf"{link_words(analysis.lang, 'lump_lead')}$",
            analysis.folded[max(0, money.start - 16) : money.start],
        )
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
    together = rf"\b{alternation(grammar(analysis.lang).link['together'])}\b"
    if re.search(together, analysis.folded[max(clause, sentence.start) : money.start]):
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
            else _only_product(analysis)
        )
    else:
        link = Link(_common(names), None, "seizure", 0.7)
    plain = replace(candidate, per_value=None, per_unit=None, unit_reason="lump")
    return _draft(analysis, plain, "seizure-valuation", link, reason, 0.85 if reason == "valuation" else 0.6)


def _haul_before(analysis: Analysis, sentence: Span, first: int) -> Span:
    """From the nearest sentence before that holds an amount of product, back to `first`, to the end of `sentence`."""
    if any(m.substance for m in within(analysis.substances, sentence.start, sentence.end)):
        return sentence
    held = within(analysis.quantities, first, sentence.start)
    return Span(max(first, analysis.sentence_at(held[-1].start).start) if held else first, sentence.end)


def _sold(analysis: Analysis, candidate: Candidate) -> bool:
    """Whether a verb of sale stands before a sum in its sentence."""
    hits = hits_in(analysis, "price_context", candidate.sentence.start, candidate.money.start)
    return bool(hits) and hits[-1].term.id in ("retail", "change")


def _goes_on(analysis: Analysis, money: MoneyMention, drafts: list[Draft]) -> bool:
    """ "The first quarter came to over $5.7 million", right after another haul's value."""
    last = drafts[-1] if drafts else None
    if last is None or not isinstance(last.value, PriceValue) or last.value.kind != "seizure-valuation":
        return False
    return analysis.sentence_index(money.start) - analysis.sentence_index(last.start) <= 1


def _second_value(analysis: Analysis, candidate: Candidate, drafts: list[Draft]) -> bool:
    """ "worth £160,000 wholesale and up to £420,000 on the street": another value of the same haul."""
    last = drafts[-1] if drafts else None
    if last is None or last.start < candidate.sentence.start or not isinstance(last.value, PriceValue):
        return False
    amount = candidate.money.low if candidate.money.low is not None else candidate.money.high
    return last.value.kind == "seizure-valuation" and amount is not None and amount >= 1000


def _drugs_valued(analysis: Analysis, sentence: Span, money: MoneyMention) -> bool:
    """Whether a value without an amount of product beside it is that of drugs, not of cars or houses."""
    text = analysis.folded[sentence.start : money.end + 30]
    other = re.search(rf"\b{alternation(grammar(analysis.lang).link['valued_not'])}\b", text)
    if other is not None:
        return False
    named = any(m.substance for m in within(analysis.substances, sentence.start, sentence.end))
    return named or re.search(rf"\b{alternation(grammar(analysis.lang).link['valued'])}\b", text) is not None


def _common(names: set[str]) -> str | None:
    """The name that covers all others ("cannabis" beside its resin); None for a haul of several products."""
    for name in sorted(names):
        if all(name in ancestors(other) for other in names):
            return name
    return None


def _only_product(analysis: Analysis) -> Link:
    """What a document is about when it names one product only: a fee is charged, or a haul valued, for that."""
    named = {m.substance for m in products(analysis.substances) if m.substance}
    common = _common(named) if named else None
    return Link(common, None, "document", 0.6) if common else Link(None, None, "none", 0.7)


def _price_link(analysis: Analysis, candidate: Candidate) -> Link:
    money = candidate.money
    after = named_after(analysis, money.end)
    if after is not None and after.substance:
        return after
    if candidate.unit_end is not None:
        after_unit = named_after(analysis, candidate.unit_end)
        if after_unit is not None and after_unit.substance:
            return after_unit
    if candidate.per_unit in UNIT_SUBSTANCE:
        return Link(*UNIT_SUBSTANCE[candidate.per_unit], "unit", 0.8)
    against = rf"\b{link_words(analysis.lang, 'compared')}$"
    if re.search(against, analysis.folded[max(0, money.start - 16) : money.start]):
        other = compared_with(analysis, money.start)
        if other is not None and candidate.unit_reason in ("carried", "said"):
            return other
    piece = "pill" if candidate.per_unit in ("pill", "capsule") else None
    unit = (
        candidate.per_unit
        if candidate.unit_reason in ("said", "before", "ahead", "subject", "buys")
        else None
    )
    link = link_substance(analysis, money.start, money.end, piece=piece, unit=unit, product=True)
    if link.other:
        link = link_substance(analysis, money.start, money.start, piece=piece, unit=unit, product=True)
    return link


@cache
def by_bottle() -> frozenset[str]:
    """Substances that come in bottles and canisters: a bare "1 240 bouteilles" may be theirs, 600 g are one piece."""
    return frozenset(data_toml("taxonomy", "retail.toml")["by_bottle"])


def _in_bulk(candidate: Candidate) -> bool:
    grams = mass_in_grams().get(candidate.per_unit or "")
    return grams is not None and grams * (candidate.per_value or 1.0) >= _BULK_GRAMS


def _usual_piece(link: Link) -> str | None:
    """The piece a product comes in, for "10 euros pièce"."""
    pieces: dict[str, str] = data_toml("taxonomy", "retail.toml")["piece"]
    return pieces.get(link.form or "") or pieces.get(link.substance or "")


def _of_something_else(analysis: Analysis, candidate: Candidate) -> bool:
    """ "La tonne de saccharose vaut …, soit … le gramme": the sentence prices a product that is no drug."""
    start = candidate.sentence.start
    last = None
    for match in unit_before(analysis.lang).finditer(analysis.folded, start, candidate.money.start):
        named = named_after(analysis, match.end())
        if named is not None and (named.other or named.substance):
            last = (match.end(), named.other)
    if last is None or not last[1]:
        return False
    return not any(m.substance for m in within(analysis.substances, last[0], candidate.money.end + 12))


def _draft(
    analysis: Analysis, candidate: Candidate, kind: PriceKind, link: Link, reason: str, base: float
) -> Draft:
    money = candidate.money
    low_eur, note = (
        to_eur(money.low, money.currency, analysis.reference) if money.low is not None else (None, None)
    )
    high_eur, note2 = (
        to_eur(money.high, money.currency, analysis.reference) if money.high is not None else (None, None)
    )
    per_unit, per_value = candidate.per_unit, candidate.per_value
    eur_per_unit = unit = None
    if per_unit and per_value:
        bounds = [b for b in (low_eur, high_eur) if b is not None]
        grams = mass_in_grams().get(per_unit)
        unit = "g" if grams else per_unit
        if bounds:
            eur_per_unit = round(sum(bounds) / len(bounds) / (per_value * (grams or 1.0)), 6)
    value = PriceValue(
        kind=kind, low=money.low, high=money.high, currency=money.currency, per_value=per_value, per_unit=per_unit,
        eur_low=low_eur, eur_high=high_eur, eur_per_unit=eur_per_unit, unit=unit, eur_note=note or note2,
    )  # fmt: skip
    start, end = money.start, money.end
    if candidate.unit_start is not None:
        start = candidate.unit_start
    name = "per_unit" if per_unit else "lump"
    return Draft(
        start=min(start, money.start), end=end, value=value, substance=link.substance, form=link.form,
        rule=f"price.{name}@1|kind:{reason}|unit:{candidate.unit_reason or 'none'}|substance:{link.reason}",
        confidence=min(0.99, base * (0.6 + 0.4 * link.weight)), anchor=money.end,
    )  # fmt: skip
