"""Amounts of product told without their unit: "3,9 t de résine et 1,2 d'herbe", "contre 38 en 2023", "84 million of them".

In: Analysis. Out: QuantityMentions. Left out: numbers that follow no amount of a product.
"""

from __future__ import annotations

import re
from functools import cache

from vigie.extract.amounts import Amount
from vigie.extract.analysis import Analysis, within
from vigie.extract.cues import hits_in
from vigie.extract.link import named_after
from vigie.extract.mentions import QuantityMention
from vigie.extract.tallies import changes, stands_alone
from vigie.lexicon.grammar import alternation, grammar, link_words, mass_in_grams
from vigie.lexicon.terms import data_toml

DRUG_PIECES = frozenset(
    {"pill", "capsule", "blotter", "patch", "ampoule", "plant", "rock", "canister", "dose"}
)
_COUNTED = frozenset({"pill", "capsule", "blotter", "patch", "ampoule"})  # pieces that "of them" may take up
_FEW = 20  # fewer "of them" may be persons
_SAID = 40  # code points from "them" to what befell them
_OF_PERSONS = frozenset(
    {"arrest", "sentence", "death", "hospitalisation", "overdose", "poisoning", "violence"}
)
_LISTED = 40  # code points from an amount to the next of a list
_THEM = 300  # code points from a number of "them" back to their noun


def elliptic(analysis: Analysis) -> list[QuantityMention]:
    """ "3,9 t de résine et 1,2 d'herbe": the second number has the unit of the first."""
    extra = []
    for index, amount in enumerate(analysis.amounts):
        if amount.unit is not None or amount.token.article:
            continue
        piece = _named_piece(analysis, amount) or _of_them(analysis, amount)
        if piece is not None:
            extra.append(piece)
            continue
        again = _said_again(analysis, amount, index, extra)
        if again is not None:
            extra.append(again)
            continue
        listed = _listed(analysis, amount, index, extra)
        if listed is not None:
            extra.append(listed)
    return extra


def _listed(
    analysis: Analysis, amount: Amount, index: int, extra: list[QuantityMention]
) -> QuantityMention | None:
    """ "3,9 t de résine et 1,2 d'herbe", "38 tonnes, dont 31 de cocaïne et 6,4 de résine", "(70 tonnes) … (49)": a
    mass whose unit an amount before it has."""
    if index == 0:
        return None
    previous = analysis.amounts[index - 1]
    unit = previous.unit.code if previous.unit is not None and previous.unit.kind == "mass" else None
    if previous.unit is None and extra and extra[-1].start == previous.start and extra[-1].grams is not None:
        unit = extra[-1].unit  # the list goes on
    if unit is None or analysis.sentence_index(previous.start) != analysis.sentence_index(amount.start):
        return None
    folded = analysis.folded
    if all(
        folded[a.start - 1 : a.start] == "(" and folded[a.end : a.end + 1] == ")" for a in (previous, amount)
    ):
        return _as_quantity(amount, unit)
    if amount.start - previous.end > _LISTED or not _list_goes_on(analysis.lang).search(
        folded[previous.end : amount.start]
    ):
        return None
    named = named_after(analysis, amount.end)
    if named is None or not named.substance or named.reason != "named":
        return None
    return _as_quantity(amount, unit)


@cache
def _list_goes_on(lang: str) -> re.Pattern[str]:
    words = data_toml("grammar", "persons.toml")[lang]
    return re.compile(
        rf"(?:,|[ ](?:et|and)|[ ,(]{alternation([*words['among'], *words['carrier']['part']])})[ ]*$"
    )


def _said_again(
    analysis: Analysis, amount: Amount, index: int, extra: list[QuantityMention]
) -> QuantityMention | None:
    """ "23 600 comprimés en 2023, contre 9 800 en 2021": a bare number with its own year, or after a comparison, has
    the unit before."""
    sentence = analysis.sentence_at(amount.start)
    before = [
        a
        for a in analysis.amounts[max(0, index - 4) : index]
        if a.start >= sentence.start and a.unit is not None
    ]
    unit = before[-1].unit.code if before and before[-1].unit is not None else None
    if extra and extra[-1].start >= sentence.start and (not before or extra[-1].start > before[-1].start):
        unit = extra[-1].unit
    if unit is None or unit == "unit":
        return None
    head = analysis.folded[max(sentence.start, amount.start - 20) : amount.start]
    joins, compares, dates = _words(analysis.lang)
    joined = joins.search(head)
    compared = compares.search(head)
    dated = dates.match(analysis.folded[amount.end : amount.end + 14])
    with_date = bool(dated) and bool(within(analysis.dates, amount.end, amount.end + 14))
    last = before[-1] if before else None
    gap = analysis.folded[last.end : amount.start] if last is not None else ""
    led = _to(analysis.lang).fullmatch(gap) if stands_alone(analysis, amount.token.end) else None
    if led and last is not None and changes(analysis, analysis.folded[sentence.start : last.start]):
        compared = joined = led  # "fell from 12 tonnes to 9"
    if not joined or not (with_date or (compared and stands_alone(analysis, amount.token.end))):
        return None
    if unit in mass_in_grams():
        return _as_quantity(amount, unit)
    known = {u.code for u in grammar(analysis.lang).units.values() if u.kind == "piece"}
    return (
        QuantityMention(start=amount.start, end=amount.end, low=amount.low, high=amount.high, unit=unit)
        if unit in known
        else None
    )


@cache
def _words(lang: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What joins a number to the one before, what compares it, what opens its year."""
    compared = link_words(lang, "compared")
    return (
        re.compile(rf"(?:{compared}|{link_words(lang, 'list_lead')})$"),
        re.compile(rf"(?<!\w){compared}$"),
        re.compile(rf"[ ]{link_words(lang, 'in_date')}"),
    )


@cache
def _to(lang: str) -> re.Pattern[str]:
    return re.compile(r"[ ](?:[a-z' -]{0,24})to[ ]" if lang == "en" else r"[ ](?:[a-z' -]{0,24})a[ ]")


def _named_piece(analysis: Analysis, amount: Amount) -> QuantityMention | None:
    """ "400 buprenorphine tablets": the product stands between the number and the piece."""
    named = [m for m in within(analysis.substances, amount.end, amount.end + 2) if m.substance]
    if not named:
        return None
    units = grammar(analysis.lang).units
    word = re.match(r"[ ]?([a-z]+)", analysis.folded[named[0].end : named[0].end + 16])
    inside = analysis.folded[named[0].start : named[0].end].rsplit(" ", 1)[-1]
    for surface, end in (
        (word[1] if word else "", named[0].end + (word.end() if word else 0)),
        (inside, named[0].end),
    ):
        unit = units.get(surface)
        if unit is not None and unit.kind == "piece" and unit.code in DRUG_PIECES:
            return QuantityMention(
                start=amount.start, end=end, low=amount.low, high=amount.high, unit=unit.code
            )
    return None


def _as_quantity(amount: Amount, unit: str) -> QuantityMention:
    factor = mass_in_grams()[unit]
    base = amount.low if amount.low is not None else amount.high
    return QuantityMention(
        start=amount.start, end=amount.end, low=amount.low, high=amount.high, unit=unit,
        grams=base * factor if base is not None else None,
        grams_high=amount.high * factor if amount.high is not None else None,
    )  # fmt: skip


def _of_them(analysis: Analysis, amount: Amount) -> QuantityMention | None:
    """ "84 million of them", "ils en ont saisi 12 000": the pieces named before."""
    value = amount.low if amount.low is not None else amount.high
    if value is None or value < _FEW:
        return None
    after, before = _them(analysis.lang)
    them = after.match(analysis.folded, amount.token.end)
    head = analysis.folded[max(0, amount.start - 40) : amount.start]
    if them is None and not (before.search(head) and stands_alone(analysis, amount.token.end)):
        return None
    told = hits_in(analysis, "events", amount.start - 12, amount.token.end + _SAID)
    if any(hit.term.id in _OF_PERSONS for hit in told):
        return None  # "trente d'entre eux ont été interpellés"
    mass = _mass_before(analysis, amount.start) if them is None else None
    if mass is not None:
        return _as_quantity(amount, mass)
    least = max(analysis.body_start, amount.start - _THEM)
    named = list(_pieces(analysis.lang).finditer(analysis.folded, least, amount.start))
    if not named:
        return None
    unit = grammar(analysis.lang).units[named[-1].group()]
    end = them.end() if them else amount.end
    return QuantityMention(start=amount.start, end=end, low=amount.low, high=amount.high, unit=unit.code)


def _mass_before(analysis: Analysis, start: int) -> str | None:
    """The unit of the last amount of the sentence, where that is a mass: "dix-sept kilos en 2014 ; elle en a pris 96"."""
    sentence = analysis.sentence_at(start)
    known = [q for q in within(analysis.quantities, sentence.start, start) if q.end <= start]
    return known[-1].unit if known and known[-1].unit in mass_in_grams() else None


@cache
def _them(lang: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    data = data_toml("grammar", "persons.toml")[lang]
    return (
        re.compile(rf"[ ]{alternation(data['of_them'])}\b"),
        re.compile(rf"\ben (?:{alternation(data['be'])}[ ])(?:\w+ )?$" if lang == "fr" else r"(?!)"),
    )


@cache
def _pieces(lang: str) -> re.Pattern[str]:
    surfaces = [s for s, u in grammar(lang).units.items() if u.kind == "piece" and u.code in _COUNTED]
    return re.compile(rf"\b{alternation(surfaces)}\b")
