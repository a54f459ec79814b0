"""Amounts of product: seized, shipped, possessed, sold, consumed, produced.

In: Analysis. Out: one Draft per mass or count of pieces that is linked to a drug.
Words: data/lexicons/<lang>/quantity_kinds.toml. Cases: tests/test_extract_quantity_purity_event.py.
Left out: what a price is quoted for ("un gramme à 70"), contents of one pill (see purity), packing without a product.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from vigie.extract.amounts import Amount
from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.link import UNIT_SUBSTANCE, Link, link_substance, named_after
from vigie.extract.mentions import QuantityMention
from vigie.extract.quantity_kind import kind_of
from vigie.extract.quantity_not import by_the_hour, is_no_amount, rate
from vigie.lexicon.grammar import grammar, link_words, mass_in_grams
from vigie.lexicon.terms import data_toml
from vigie.model.observation import PriceValue, QuantityKind, QuantityValue

_DRUG_PIECES = frozenset(
    {"pill", "capsule", "blotter", "patch", "ampoule", "plant", "rock", "canister", "dose"}
)
_FORM_OF_PIECE = {
    "pill": "pill",
    "capsule": "capsule",
    "blotter": "blotter",
    "patch": "patch",
    "rock": "rock",
    "plant": "plant",
}
_SMALL_MASS = frozenset({"mg", "µg"})


def extract_quantities(analysis: Analysis) -> Iterator[Draft]:
    """Drafts of quantities, in order of text."""
    mentions = [*analysis.quantities, *_elliptic(analysis)]
    if not mentions:
        return
    denominators = _price_spans(analysis) + [(d.start, d.end) for d in analysis.purities]
    for mention in sorted(mentions, key=lambda m: m.start):
        if any(start <= mention.start and mention.end <= end for start, end in denominators):
            continue
        draft = _judge(analysis, mention)
        if draft is not None:
            yield draft


@cache
def _by_bottle() -> frozenset[str]:
    """Substances that come in bottles and canisters, so that a bare "1 240 bouteilles" may be theirs."""
    return frozenset(data_toml("taxonomy", "retail.toml")["by_bottle"])


def _price_spans(analysis: Analysis) -> list[tuple[int, int]]:
    """Evidence spans of unit prices: a mass inside one is what the price is for."""
    return [
        (d.start, d.end)
        for d in analysis.prices
        if isinstance(d.value, PriceValue) and d.value.per_unit is not None
    ]


def _elliptic(analysis: Analysis) -> list[QuantityMention]:
    """ "3,9 t de résine et 1,2 d'herbe": the second number has the unit of the first."""
    extra = []
    for index, amount in enumerate(analysis.amounts):
        if amount.unit is not None or amount.token.article:
            continue
        piece = _named_piece(analysis, amount)
        if piece is not None:
            extra.append(piece)
            continue
        again = _said_again(analysis, amount, index, extra)
        if again is not None:
            extra.append(again)
            continue
        if index == 0:
            continue
        previous = analysis.amounts[index - 1]
        if previous.unit is None or previous.unit.kind != "mass" or amount.start - previous.end > 40:
            continue
        gap = analysis.folded[previous.end : amount.start]
        named = named_after(analysis, amount.end)
        if (
            re.search(r"(?:,| et| and)[ ]*$", gap)
            and named is not None
            and named.substance
            and named.reason == "named"
        ):
            extra.append(_as_quantity(amount, previous.unit.code))
    return extra


def _said_again(
    analysis: Analysis, amount: Amount, index: int, extra: list[QuantityMention]
) -> QuantityMention | None:
    """ "23 600 comprimés en 2023, contre 9 800 en 2021": a bare number with its own year has the unit before."""
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
    head = analysis.folded[max(sentence.start, amount.start - 12) : amount.start]
    joined = re.search(
        rf"(?:{link_words(analysis.lang, 'compared')}|{link_words(analysis.lang, 'list_lead')})$", head
    )
    dated = re.match(
        rf"[ ]{link_words(analysis.lang, 'in_date')}", analysis.folded[amount.end : amount.end + 14]
    )
    if not joined or not dated or not within(analysis.dates, amount.end, amount.end + 14):
        return None
    if unit in mass_in_grams():
        return _as_quantity(amount, unit)
    known = {u.code for u in grammar(analysis.lang).units.values() if u.kind == "piece"}
    return (
        QuantityMention(start=amount.start, end=amount.end, low=amount.low, high=amount.high, unit=unit)
        if unit in known
        else None
    )


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
        if unit is not None and unit.kind == "piece" and unit.code in _DRUG_PIECES:
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


def _judge(analysis: Analysis, mention: QuantityMention) -> Draft | None:
    sentence = analysis.sentence_at(mention.start)
    mass = mention.unit in mass_in_grams()
    named = named_after(analysis, mention.end)
    bottled = mention.unit in ("bottle", "canister")
    if (
        not mass
        and not bottled
        and mention.unit not in _DRUG_PIECES
        and (named is None or not named.substance)
    ):
        return None
    if mention.unit in ("ml", "cl", "l", "gal") and (named is None or not named.substance):
        return None
    kind_hit = kind_of(analysis, mention)
    if mention.unit in _SMALL_MASS and (kind_hit is None or kind_hit.id not in ("seized", "possessed")):
        return None
    link = _equivalent(analysis, mention) or link_substance(
        analysis,
        mention.start,
        mention.end,
        object_first=kind_hit is not None,
        piece=_FORM_OF_PIECE.get(mention.unit),
        unit=mention.unit,
        product=True,
    )
    if mention.unit in UNIT_SUBSTANCE and link.reason not in ("named", "adjacent"):
        link = Link(*UNIT_SUBSTANCE[mention.unit], "unit", 0.8)
    if bottled and link.reason not in ("named", "adjacent") and link.substance not in _by_bottle():
        return None
    if link.other or (link.substance is None and link.reason != "generic"):
        return None
    direct = link.reason in ("named", "adjacent")
    if is_no_amount(analysis, mention, named=direct):
        return None
    if link.reason not in ("named", "adjacent", "generic", "same") and kind_hit is None:
        return None
    if not mass and mention.unit == "dose" and link.reason not in ("named", "adjacent"):
        return None
    alone = (mention.low, mention.high) == (1.0, 1.0)  # "une trentaine" begins like an article too
    article = alone and re.match(r"(?:une?|an?)\b", analysis.folded[mention.start :]) is not None
    if article and link.reason not in ("named", "adjacent") and (kind_hit is None or kind_hit.id != "seized"):
        return None
    if by_the_hour(analysis, mention):
        return None
    if rate(analysis, mention) and (
        kind_hit is None or (kind_hit.id == "consumed" and mention.unit in ("g", "mg"))
    ):
        return None
    kind: QuantityKind = kind_hit.id if kind_hit is not None else "other"
    units = None if mass else (mention.low if mention.low is not None else mention.high)
    value = QuantityValue(
        kind=kind, low=mention.low, high=mention.high, unit=mention.unit, grams=mention.grams,
        grams_high=mention.grams_high, units=units,
    )  # fmt: skip
    form = link.form or _FORM_OF_PIECE.get(mention.unit)
    end = _quote_end(analysis, mention.end, sentence.end)
    base = 0.93 if link.reason in ("named", "adjacent") else 0.8
    return Draft(
        start=mention.start, end=end, value=value, substance=link.substance, form=form,
        rule=f"quantity.{'mass' if mass else 'count'}@1|kind:{kind}|substance:{link.reason}",
        confidence=min(0.99, base * (0.65 + 0.35 * max(link.weight, 0.5))) if kind_hit else 0.6, anchor=mention.end,
    )  # fmt: skip


def _quote_end(analysis: Analysis, end: int, limit: int) -> int:
    """Widen the evidence over the substance that follows."""
    match = re.match(r"[ ](?:de la |de l'|de |d'|du |of |)", analysis.folded[end : end + 8])
    if match:
        for found in within(analysis.substances, end + match.end(), end + match.end() + 2):
            return min(found.end, limit)
    return end


def _equivalent(analysis: Analysis, mention: QuantityMention) -> Link | None:
    """ "252 sachets d'herbe, soit 312 kg" and "16 paquets de résine pour 86 kg": the same product, said again."""
    head = analysis.folded[max(0, mention.start - 24) : mention.start]
    if not re.search(rf"{link_words(analysis.lang, 'again')}$", head):
        return None
    direct = named_after(analysis, mention.end)
    if direct is not None and direct.substance:
        return None
    sentence = analysis.sentence_at(mention.start)
    before = [m for m in within(analysis.substances, sentence.start, mention.start) if m.substance]
    if not before:
        return None
    return Link(before[-1].substance, before[-1].form, "same", 0.85)
