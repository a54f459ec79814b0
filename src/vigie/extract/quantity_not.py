"""Masses and counts beside a drug that are no amount of it: sizes of pieces, lots a price is asked for, other goods, rates.

In: Analysis and a mention. Out: yes or no. Words: data/grammar/prices.toml.
"""

from __future__ import annotations

import re
from functools import cache

from vigie.extract.analysis import Analysis
from vigie.extract.mentions import QuantityMention
from vigie.extract.price_unit import piece_words
from vigie.extract.price_words import any_of, leading, price_words
from vigie.lexicon.grammar import alternation, grammar, link_words, mass_in_grams
from vigie.model.observation import PriceValue

_DEAL = 1.0  # grams: no more is in one deal of hard drugs


def is_no_amount(analysis: Analysis, mention: QuantityMention, *, named: bool) -> bool:
    """Whether a mention is no amount of a product; `named` when the product stands right after it."""
    if _size_of_piece(analysis, mention) or _lot_taken(analysis, mention):
        return True
    if _in_piece(analysis, mention):
        return True
    if _in_volume(analysis, mention) or _unit_of_trade(analysis, mention) or _typical(analysis, mention):
        return True
    return not named and _of_another(analysis, mention)


def _size_of_piece(analysis: Analysis, mention: QuantityMention) -> bool:
    """ "14 plaquettes de résine de 100 grammes": a mass that sizes pieces counted before it is no amount of its own."""
    if mention.unit not in mass_in_grams():
        return False
    head = analysis.folded[max(0, mention.start - 48) : mention.start]
    if _pieces_of(analysis.lang).search(head) is not None:
        return True
    deal = (mention.grams or 0) <= _DEAL
    return deal and _points_of(analysis.lang).search(head) is not None


@cache
def _points_of(lang: str) -> re.Pattern[str]:
    """ "in points of a tenth of a gram", "en sachets de 0,2 g": what one deal weighs."""
    return re.compile(rf"\b(?:{piece_words(lang)}|points?|doses?)\"?[ ]{link_words(lang, 'sized')}$")


@cache
def _pieces_of(lang: str) -> re.Pattern[str]:
    of = link_words(lang, "sized")
    number = alternation([w for w, v in grammar(lang).numbers.items() if v > 1])
    return re.compile(
        rf"(?:\d|\b{number})[ ](?:{piece_words(lang)})(?:[ ]{of}(?:la |l')?[a-z' -]{{3,24}}?)?[ ]{of}$"
    )


def _lot_taken(analysis: Analysis, mention: QuantityMention) -> bool:
    """ "à 20 euros si l'on prend cinq grammes": the amount that a price is asked for."""
    head = analysis.folded[max(0, mention.start - 26) : mention.start]
    if _taken(analysis.lang).search(head) is None:
        return False
    index = analysis.sentence_index(mention.start)
    return any(
        isinstance(d.value, PriceValue) and analysis.sentence_index(d.start) == index for d in analysis.prices
    )


@cache
def _taken(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{leading(lang, 'lot_taken')}$")


def _of_another(analysis: Analysis, mention: QuantityMention) -> bool:
    """ "un vol de cuivre de 1,2 tonne": the mass of a thing that is no drug."""
    head = analysis.folded[max(0, mention.start - 40) : mention.start]
    match = _sized(analysis.lang).search(head)
    if match is None or match["w"] in price_words(analysis.lang, "no_drug_nouns_known"):
        return False
    at = max(0, mention.start - 40) + match.start("w")
    known = (
        match["w"] in grammar(analysis.lang).units
        or match["w"].rstrip("s") in grammar(analysis.lang).link["generic"]
    )
    return not known and not any(m.start <= at < m.end for m in analysis.substances)


@cache
def _sized(lang: str) -> re.Pattern[str]:
    of = link_words(lang, "sized")
    return re.compile(rf"[a-z][ ]{of}(?P<w>[a-z-]{{3,}})[ ]{of}$")


def _in_volume(analysis: Analysis, mention: QuantityMention) -> bool:
    """ "2 mg per millilitre": a concentration."""
    return _per_volume(analysis.lang).match(analysis.folded, mention.end) is not None


@cache
def _per_volume(lang: str) -> re.Pattern[str]:
    return re.compile(
        r"[ ]?(?:/|(?:par|per|au|a|dans un|in a)[ ])[ ]?(?:milli|centi)?(?:lit(?:re|er)s?|[mc]?l)\b"
    )


def _in_piece(analysis: Analysis, mention: QuantityMention) -> bool:
    """ "3 to 4 milligrams of bromazolam per bar": the content of one piece."""
    if mention.unit not in ("mg", "µg"):
        return False
    return _per_piece(analysis.lang).match(analysis.folded, mention.end, mention.end + 48) is not None


@cache
def _per_piece(lang: str) -> re.Pattern[str]:
    return re.compile(
        rf"[^,;:.]{{0,36}}[ ](?:par|per|a|each|in each|dans chaque)[ ](?:{piece_words(lang)})\b"
    )


def _unit_of_trade(analysis: Analysis, mention: QuantityMention) -> bool:
    """ "le prix d'un gramme", "on achète au dixième de gramme", "sur un kilo, il gagne": what is counted by, not held."""
    value = mention.low if mention.low is not None else mention.high
    if value is None or value > 1:
        return False
    head = analysis.folded[max(0, mention.start - 24) : mention.start]
    if _counted_by(analysis.lang).search(head) is not None:
        return True
    return value == 1 and _quoted(analysis, mention)


def _quoted(analysis: Analysis, mention: QuantityMention) -> bool:
    """ "A kilo of cocaine bought in Antwerp for £18,500 is worth £29,000": one unit that the prices of its sentence are for."""
    sentence = analysis.sentence_at(mention.start)
    opens = re.fullmatch(
        r"[^\w]*(?:(?:and|but|et|mais|or|aujourd'hui|today|now)[ ,]+)?",
        analysis.folded[sentence.start : mention.start],
    )
    return opens is not None and any(
        isinstance(d.value, PriceValue) and d.value.per_unit == mention.unit and d.value.per_value == 1.0
        for d in analysis.prices
        if sentence.start <= d.start < sentence.end
    )


@cache
def _counted_by(lang: str) -> re.Pattern[str]:
    if lang == "en":
        return re.compile(r"\b(?:(?:price|cost|value|worth) (?:of|for)|by the|per|on|out of)[ ]$")
    return re.compile(
        r"\b(?:(?:prix|cout|tarif|valeur) (?:d'|de |du |pour )|au |a la |sur |pour le prix d')$"
    )


def _typical(analysis: Analysis, mention: QuantityMention) -> bool:
    """ "chaque passeur transporte en moyenne 2 kilos": what one carries as a rule is no amount that was there."""
    sentence = analysis.sentence_at(mention.start)
    first = max(sentence.start, mention.start - 60)
    return _each(analysis.lang).search(analysis.folded, first, mention.start) is not None


@cache
def _each(lang: str) -> re.Pattern[str]:
    if lang == "en":
        return re.compile(r"\b(?:each|every) (?:mule|courier|trip|passenger|runner|dealer)\b[^.;:]*$")
    return re.compile(r"\bchaque (?:passeur|mule|voyage|voyageur|passager|livreur|trajet)\b[^.;:]*$")


def by_the_hour(analysis: Analysis, mention: QuantityMention) -> bool:
    """A press that makes 15,000 pills an hour: what could be made, not what was."""
    return _per_hour(analysis.lang).match(analysis.folded[mention.end : mention.end + 14]) is not None


@cache
def _per_hour(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ ]{any_of(lang, 'per_hour')}")


def rate(analysis: Analysis, mention: QuantityMention) -> bool:
    return _rate(analysis.lang).match(analysis.folded[mention.end : mention.end + 56]) is not None


@cache
def _rate(lang: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:[ ](?:de |d'|of )[^,;:.\d]{{2,28}}?)?[ ]{alternation(grammar(lang).link['rate'])}\b"
    )
