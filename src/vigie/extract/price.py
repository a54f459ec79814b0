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
from vigie.extract.currency import province_after, to_eur
from vigie.extract.elliptic import elliptic_prices
from vigie.extract.link import (
    UNIT_SUBSTANCE,
    Link,
    compared_with,
    found_in_fakes,
    link_substance,
    named_after,
)
from vigie.extract.nearness import word_of
from vigie.extract.price_asked import asked_unit, asked_worth, worth_said
from vigie.extract.price_carry import assumed_gram, carried_unit, model_price
from vigie.extract.price_kind import bought_to_sell, kind_of
from vigie.extract.price_lists import as_listed, explained_next, over_places
from vigie.extract.price_lots import as_portion, without_lot
from vigie.extract.price_nouns import names_unit, units_named
from vigie.extract.price_unit import Candidate, with_unit
from vigie.extract.price_words import any_of
from vigie.extract.respective import ordered_before, respective_link, told_apart
from vigie.extract.valuation import only_product, second_value, valued
from vigie.lexicon.grammar import alternation, grammar, mass_in_grams
from vigie.lexicon.terms import data_toml
from vigie.model.observation import PriceKind, PriceValue

_FEES = frozenset({"min-order", "delivery-fee", "deposit"})
_BULK_GRAMS = 100.0  # from here on a mass is bought to be sold again


def extract_prices(analysis: Analysis) -> Iterator[Draft]:
    """Drafts of prices, in order of text."""
    found = analysis.amounts
    mentions = money_mentions(analysis.folded, analysis.lang, found, lambda at: _countries(analysis, at))
    french = any(m.currency == "FRF" for m in mentions)
    if french and any(place.place.country == "CH" or place.place.code == "CH" for place in analysis.places):
        mentions = [replace(m, currency="CHF") if m.currency == "FRF" else m for m in mentions]
    if any(m.currency == "XPF" for m in mentions):  # "120 000 francs Pacifique … pour 10 000 francs"
        mentions = [replace(m, currency="XPF") if m.currency == "FRF" else m for m in mentions]
    mentions = [as_portion(analysis, without_lot(analysis, m)) for m in as_listed(analysis, mentions)]
    mentions = told_apart(
        analysis, sorted([*mentions, *elliptic_prices(analysis, found, mentions)], key=lambda m: m.start)
    )
    drafts: list[Draft] = []
    for index, money in enumerate(mentions):
        candidate = with_unit(analysis, money, mentions, index)
        told = over_places(analysis, money, mentions, drafts) or explained_next(analysis, money)
        if told is not None and kind_of(analysis, candidate)[0] not in _FEES:
            per_value, per_unit, link, kind = told
            candidate = replace(candidate, per_value=per_value, per_unit=per_unit, unit_reason="list")
            drafts.append(_draft(analysis, candidate, kind, link, "list", 0.8))
            continue
        draft = _judge(analysis, candidate, drafts)
        if draft is not None:
            own = respective_link(analysis, mentions, money.start)
            if own is not None:
                rule = draft.rule.rsplit("|", 1)[0] + f"|substance:{own.reason}"
                draft = replace(draft, substance=own.substance, form=own.form, rule=rule)
            drafts.append(draft)
    yield from drafts


def _countries(analysis: Analysis, offset: int) -> Iterator[str]:
    """Countries whose money a bare "$" at `offset` may be: of a province written in the sentence, then of the places."""
    sentence = analysis.sentence_at(offset)
    for place in within(analysis.places, sentence.start, sentence.end):
        if country := province_after(analysis.folded, place.end, analysis.lang):
            yield country
    yield from analysis.countries_near(offset)


def _judge(analysis: Analysis, candidate: Candidate, drafts: list[Draft]) -> Draft | None:
    """The price draft, or None when the amount is not the price of a drug."""
    candidate = asked_unit(analysis, candidate)
    money = candidate.money
    previous = model_price(analysis, candidate, drafts)
    worth = worth_said(analysis, candidate)
    in_sentence = previous is not None and previous.start >= candidate.sentence.start
    if candidate.per_unit is None and in_sentence and not worth:
        candidate = carried_unit(
            analysis, candidate, previous
        )  # "le kilo est passé de 30 000 à 24 000 euros"
    kind, reason = kind_of(analysis, candidate)
    if kind is None or candidate.unit_reason == "bundle":
        return None
    if kind in _FEES:
        if (
            money.high is None
        ):  # the "minimum" of "commande minimum 50 euros" says the kind, it bounds nothing
            candidate = replace(candidate, money=replace(money, high=money.low))
        elif money.low is None:  # nor does "en dessous de 50 euros, pas de déplacement"
            candidate = replace(candidate, money=replace(money, low=money.high))
        plain = replace(candidate, per_value=None, per_unit=None, unit_reason="lump")
        spans = ((0, analysis.body_start), (candidate.sentence.start, candidate.sentence.end))
        told = any(m.substance for span in spans for m in within(analysis.substances, *span))
        charged = (
            only_product(analysis) if told else Link(None, None, "none", 0.7)
        )  # of an order, whatever is in it
        return _draft(analysis, plain, kind, charged, reason, 0.7)
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
    if kind == "retail" and candidate.per_unit is None and second_value(analysis, candidate, drafts):
        kind, reason = "seizure-valuation", "valuation"
    if kind == "seizure-valuation" and reason == "amount" and asked_worth(analysis, candidate):
        reason = "valuation"
    if kind == "seizure-valuation" and reason == "amount" and second_value(analysis, candidate, drafts):
        reason = "valuation"
    if kind == "seizure-valuation" and reason == "amount" and _sold(analysis, candidate):
        again = carried_unit(
            analysis, candidate, previous
        )  # "à Paris, il se revend 35 000 euros": the kilo, still
        if again.unit_reason == "carried":
            candidate, kind, reason = again, "retail", "unit"
    if kind == "seizure-valuation":
        haul = valued(analysis, candidate, reason, drafts)
        plain = replace(candidate, per_value=None, per_unit=None, unit_reason="lump")
        return _draft(analysis, plain, kind, haul[0], reason, haul[1]) if haul else None
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
    if candidate.per_unit in ("pill", "capsule"):
        link = found_in_fakes(analysis, link)
    if candidate.per_unit == "pill" and _usual_piece(link) == "blotter":
        candidate = replace(candidate, per_unit="blotter")  # "LSD £5 a tab"
    if candidate.per_unit == "g" and candidate.unit_reason == "carried" and _usual_piece(link) == "blotter":
        candidate = replace(candidate, per_unit="blotter")  # "la kétamine à 30 euros ; les buvards, 7"
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
    if kind == "retail" and link.substance == "cbd" and _in_a_shop(analysis, candidate):
        kind, reason = "other", "legal"
    if kind == "retail" and bought_to_sell(analysis, candidate):
        kind, reason = "wholesale", "resold"
    if kind == "retail" and _in_bulk(candidate) and link.substance not in by_bottle():
        kind = "wholesale"
    return _draft(
        analysis, candidate, kind, link, reason, 0.9 if candidate.unit_reason in ("said", "before") else 0.7
    )


def _sold(analysis: Analysis, candidate: Candidate) -> bool:
    """Whether a verb of sale stands before a sum in its sentence."""
    hits = hits_in(analysis, "price_context", candidate.sentence.start, candidate.money.start)
    return bool(hits) and hits[-1].term.id in ("retail", "change")


def _price_link(analysis: Analysis, candidate: Candidate) -> Link:
    money = candidate.money
    if (ordered := ordered_before(analysis, money.start)) is not None:
        return ordered
    after = named_after(analysis, money.end)
    if after is not None and after.substance:
        return after
    if candidate.unit_end is not None:
        after_unit = named_after(analysis, candidate.unit_end)
        if after_unit is not None and after_unit.substance:
            return after_unit
    if candidate.per_unit in UNIT_SUBSTANCE:
        return Link(*UNIT_SUBSTANCE[candidate.per_unit], "unit", 0.8)
    if word_of(analysis.lang, "compared", "$").search(
        analysis.folded[max(0, money.start - 16) : money.start]
    ):
        other = compared_with(analysis, money.start)
        if other is not None and candidate.unit_reason in ("carried", "said"):
            return other
    if (mild := _legal_hemp(analysis, candidate)) is not None:
        return mild
    piece = "pill" if candidate.per_unit in ("pill", "capsule") else None
    unit = (
        candidate.per_unit
        if candidate.unit_reason in ("said", "before", "ahead", "subject", "buys")
        else None
    )
    if unit in mass_in_grams() and _in_canister(analysis.lang).search(
        analysis.folded, money.start - 24, money.end
    ):
        unit = "canister"  # "25 euros la bonbonne de 600 grammes"
    link = link_substance(analysis, money.start, money.end, piece=piece, unit=unit, product=True)
    if link.other:
        link = link_substance(analysis, money.start, money.start, piece=piece, unit=unit, product=True)
    return link


@cache
def _in_canister(lang: str) -> re.Pattern[str]:
    words = [s for s, u in grammar(lang).units.items() if u.code == "canister"]
    return re.compile(rf"\b{alternation(words)}s?\b")


def _in_a_shop(analysis: Analysis, candidate: Candidate) -> bool:
    """Whether the sentence says that the sale is an open one."""
    sentence = analysis.folded[candidate.sentence.start : candidate.sentence.end]
    return _legal_sale(analysis.lang).search(sentence) is not None


@cache
def _legal_sale(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{any_of(lang, 'legal_sale')}\b")


def _legal_hemp(analysis: Analysis, candidate: Candidate) -> Link | None:
    """ "un recours au cannabidiol, vendu 6 euros le gramme": CBD as the product, not as a content ("20 % de CBD")."""
    near = within(analysis.substances, candidate.sentence.start, candidate.money.start)
    named = [m for m in near if m.substance and m.end <= candidate.money.start]
    if not named or named[-1].substance != "cbd":
        return None
    head = analysis.folded[max(0, named[-1].start - 16) : named[-1].start]
    return (
        None
        if re.search(r"%|\b(?:taux|teneur|content|level)\b", head)
        else Link("cbd", named[-1].form, "sentence", 0.8)
    )


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
    if not names_unit(analysis, start, candidate.money.start):
        return False
    known, count, others = units_named(analysis, start, candidate.money.start)
    lasts: list[tuple[int, bool] | None] = analysis.once((_of_something_else, start), list)
    for match in known[len(lasts) : count]:
        lasts.append(_thing_named(analysis, match.end()) or (lasts[-1] if lasts else None))
    later = (_thing_named(analysis, match.end()) for match in reversed(others))
    last = next(filter(None, later), lasts[count - 1] if count else None)
    if last is None or not last[1]:
        return False
    return not any(m.substance for m in within(analysis.substances, last[0], candidate.money.end + 12))


def _thing_named(analysis: Analysis, end: int) -> tuple[int, bool] | None:
    """Where a unit ends, if it says what it is of, and whether that is no drug."""
    named = named_after(analysis, end)
    return (end, named.other) if named is not None and (named.other or named.substance) else None


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
