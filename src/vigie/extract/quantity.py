"""Amounts of product: seized, shipped, possessed, sold, consumed, produced.

In: Analysis. Out: one Draft per mass or count of pieces that is linked to a drug.
Words: data/lexicons/<lang>/quantity_kinds.toml. Cases: tests/test_extract_quantity_purity_event.py.
Left out: what a price is quoted for ("un gramme à 70"), contents of one pill (see purity), packing without a product.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.link import UNIT_SUBSTANCE, Link, link_substance, named_after
from vigie.extract.mentions import QuantityMention
from vigie.extract.nearness import word_of
from vigie.extract.quantity_elliptic import DRUG_PIECES, elliptic
from vigie.extract.quantity_kind import WEAK, KindHit, kind_of
from vigie.extract.quantity_not import by_the_hour, is_no_amount, rate
from vigie.extract.tallies import changes, stands_alone
from vigie.lexicon.grammar import link_words, mass_in_grams
from vigie.lexicon.terms import data_toml
from vigie.model.observation import PriceValue, QuantityKind, QuantityValue

_AMBIGUOUS = 0.6  # weight of a figure whose separator may be read both ways
_FORM_OF_PIECE = {
    "pill": "pill",
    "capsule": "capsule",
    "blotter": "blotter",
    "patch": "patch",
    "rock": "rock",
    "plant": "plant",
}
_OF = re.compile(r"[ ](?:de la |de l'|de |d'|du |of |)")
_CHANGED = 60  # code points from a verb of change to its two figures
_RELATIVE = frozenset({"which", "it", "them", "this", "that", "these", "laquelle", "celle-ci", "celui-ci"})
_FEW_BAGS = 5  # fewer may be shopping bags
_SMALL_MASS = frozenset({"mg", "µg"})


def extract_quantities(analysis: Analysis) -> Iterator[Draft]:
    """Drafts of quantities, in order of text."""
    mentions = [*analysis.quantities, *elliptic(analysis)]
    if not mentions:
        return
    denominators = _price_spans(analysis) + [(d.start, d.end) for d in analysis.purities]
    for mention in sorted(mentions, key=lambda m: m.start):
        priced = any(start <= mention.start and mention.end <= end for start, end in denominators)
        if priced and not _habit(analysis, mention):
            continue
        draft = _judge(analysis, mention)
        if draft is not None:
            yield from _apart(analysis, draft)


def _habit(analysis: Analysis, mention: QuantityMention) -> bool:
    """ "He goes through an ounce of weed every fortnight, at £280 a time": what is used, with what it costs."""
    if not rate(analysis, mention):
        return False
    hit = kind_of(analysis, mention)
    return hit is not None and hit.id == "consumed" and hit.at < mention.start


@cache
def _by_bottle() -> frozenset[str]:
    """Substances that come in bottles and canisters, so that a bare "1 240 bouteilles" may be theirs."""
    return frozenset(data_toml("taxonomy", "retail.toml")["by_bottle"])


def _apart(analysis: Analysis, draft: Draft) -> list[Draft]:
    """A change told as a range is two amounts: "les saisies sont passées de 12 à 23 tonnes"."""
    value = draft.value
    if (
        not isinstance(value, QuantityValue)
        or value.low is None
        or value.high is None
        or value.low == value.high
    ):
        return [draft]
    head = analysis.folded[max(analysis.sentence_at(draft.start).start, draft.start - _CHANGED) : draft.start]
    opened = re.search(r"\b(?:de|d'|from) ?$", head) or re.match(
        r"(?:de|d'|from)\b", analysis.folded[draft.start :]
    )
    if opened is None or not changes(analysis, head):
        return [draft]
    first = replace(value, high=value.low, grams_high=value.grams)
    last = replace(
        value, low=value.high, grams=value.grams_high, units=None if value.units is None else value.high
    )
    return [replace(draft, value=v) for v in (first, last)]


def _price_spans(analysis: Analysis) -> list[tuple[int, int]]:
    """Evidence spans of unit prices: a mass inside one is what the price is for."""
    return [
        (d.start, d.end)
        for d in analysis.prices
        if isinstance(d.value, PriceValue) and d.value.per_unit is not None
    ]


def _judge(analysis: Analysis, mention: QuantityMention) -> Draft | None:
    sentence = analysis.sentence_at(mention.start)
    mass = mention.unit in mass_in_grams()
    named = named_after(analysis, mention.end)
    bottled = mention.unit in ("bottle", "canister")
    if (
        not mass
        and not bottled
        and mention.unit not in DRUG_PIECES
        and (named is None or not named.substance)
        and not _bagged(analysis, mention, named)
    ):
        return None
    if mention.unit in ("ml", "cl", "l", "gal") and (named is None or not named.substance):
        return None
    kind_hit = kind_of(analysis, mention)
    if mention.unit in _SMALL_MASS and (kind_hit is None or kind_hit.id not in ("seized", "possessed")):
        return None
    link = (
        _equivalent(analysis, mention)
        or _as_compared(analysis, mention)
        or _linked(analysis, mention, kind_hit)
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
    if rate(analysis, mention) and (kind_hit is None or (kind_hit.id == "consumed" and mention.unit == "mg")):
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
    sure = min(0.99, base * (0.65 + 0.35 * max(link.weight, 0.5))) if kind_hit else 0.6
    read = "|separator:ambiguous" if mention.ambiguous else ""  # "3.200 kg" where no other figure decides
    return Draft(
        start=mention.start, end=end, value=value, substance=link.substance, form=form,
        rule=f"quantity.{'mass' if mass else 'count'}@1|kind:{kind}|substance:{link.reason}{read}",
        confidence=sure * (_AMBIGUOUS if read else 1.0), anchor=mention.end,
    )  # fmt: skip


def _bagged(analysis: Analysis, mention: QuantityMention, named: Link | None) -> bool:
    """ "Officers recovered 118 deal bags": packing that was seized, of what the text speaks of."""
    if mention.unit != "bag" or named is not None or (mention.low or mention.high or 0) < _FEW_BAGS:
        return False
    hit = kind_of(analysis, mention)
    return (
        hit is not None
        and hit.id == "seized"
        and hit.sense not in WEAK
        and stands_alone(analysis, mention.end)
    )


def _quote_end(analysis: Analysis, end: int, limit: int) -> int:
    """Widen the evidence over the substance that follows."""
    match = _OF.match(analysis.folded, end, end + 8)
    if match:
        for found in within(analysis.substances, match.end(), match.end() + 2):
            return min(found.end, limit)
    return end


def _equivalent(analysis: Analysis, mention: QuantityMention) -> Link | None:
    """ "252 sachets d'herbe, soit 312 kg" and "16 paquets de résine pour 86 kg": the same product, said again."""
    head = analysis.folded[max(0, mention.start - 24) : mention.start]
    if not _again(analysis.lang).search(head):
        return None
    direct = named_after(analysis, mention.end)
    if direct is not None and direct.substance:
        return None
    sentence = analysis.sentence_at(mention.start)
    before = [m for m in within(analysis.substances, sentence.start, mention.start) if m.substance]
    if not before:
        return None
    return Link(before[-1].substance, before[-1].form, "same", 0.85)


def _linked(analysis: Analysis, mention: QuantityMention, kind_hit: KindHit | None) -> Link:
    """The product of an amount by syntax and discourse."""
    link = link_substance(
        analysis,
        mention.start,
        mention.end,
        object_first=kind_hit is not None,
        piece=_FORM_OF_PIECE.get(mention.unit),
        unit=mention.unit,
        product=True,
    )
    return _meant(analysis, mention, link)


def _as_compared(analysis: Analysis, mention: QuantityMention) -> Link | None:
    """ "plus de neuf tonnes de stupéfiants, contre 5,4 tonnes en 2022": the product of the amount compared."""
    sentence = analysis.sentence_at(mention.start)
    head = analysis.folded[max(sentence.start, mention.start - 24) : mention.start]
    if (
        not word_of(analysis.lang, "compared", "$").search(head)
        or named_after(analysis, mention.end) is not None
    ):
        return None
    before = [m for m in within(analysis.quantities, sentence.start, mention.start) if m.unit == mention.unit]
    if not before or before[-1].end > mention.start:
        return None
    named = named_after(analysis, before[-1].end)
    return named if named is not None and named.reason == "generic" else None


@cache
def _again(lang: str) -> re.Pattern[str]:
    return re.compile(rf"{link_words(lang, 'again')}$")


def _meant(analysis: Analysis, mention: QuantityMention, link: Link) -> Link:
    """The product that "20 kilos of the drug" and "1.6 tonnes of which" go on from."""
    relative = link.other and link.reason.removeprefix("other:") in _RELATIVE
    if not relative and not (link.reason == "generic" and _the_drug(analysis, mention.end)):
        return link
    carried = link_substance(analysis, mention.start, mention.start, unit=mention.unit)
    if carried.substance is None:
        return Link(None, None, "generic", 0.6) if not relative else link
    return Link(carried.substance, carried.form, "same", 0.75)


def _the_drug(analysis: Analysis, end: int) -> bool:
    """Whether one product, named before, is meant: "the drug", no "drugs"."""
    return _anaphor(analysis.lang).match(analysis.folded, end) is not None


@cache
def _anaphor(lang: str) -> re.Pattern[str]:
    if lang == "en":
        return re.compile(r"[ ]of (?:the|this|that) (?:drug|substance|product|powder|narcotic)\b")
    return re.compile(
        r"[ ](?:de (?:la|cette) (?:drogue|marchandise|substance|poudre)|d[ue] (?:ce )?(?:produit|stupefiant))\b(?! stup| de )"
    )
