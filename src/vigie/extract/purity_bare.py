"""Contents without their unit, which go on from one read before: "78 % pour la cocaïne et 19 pour l'héroïne".

In: Analysis, the Draft of a content and the rest of its clause. Out: Drafts. Words: data/grammar/contents.toml.
Left out: the second figure of a comparison, the range around a mean (`vigie.extract.tallies`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from vigie.extract.amounts import Amount
from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.mentions import SubstanceMention
from vigie.extract.purity_holds import words
from vigie.extract.tallies import stands_alone
from vigie.model.observation import PurityMeasure, PurityValue
from vigie.text.sentences import Span

_REACH = 60  # code points from one figure to the next
_THC_PRODUCTS = frozenset({"cannabis", "cannabis-herb", "cannabis-resin", "cannabis-oil"})


def bare_contents(analysis: Analysis, draft: Draft, rest: Span) -> Iterator[Draft]:
    """Drafts of bare figures after `draft`, in order."""
    value = draft.value
    if not isinstance(value, PurityValue):
        return
    end = draft.end
    spread = _spread(analysis, draft, rest)
    if spread is not None:
        yield spread
        end = spread.end
    for said in within(analysis.amounts, end, min(rest.end, draft.end + 4 * _REACH)):
        amount = _as_extreme(analysis, said)
        top = amount.high if amount.high is not None else amount.low
        if amount.start - end > _REACH or amount.unit is not None or top is None or amount.token.article:
            return
        if value.measure != "mg-per-unit" and top > 100:
            return
        if within(analysis.dates, amount.start, amount.end):
            return
        found = _product(analysis, amount, end)
        extreme = amount is not said or _extreme(analysis.lang).search(analysis.folded, end, amount.start)
        if found is None and not extreme and not _goes_on(analysis, amount, end):
            return
        substance = found.substance if found is not None else draft.substance
        measure: PurityMeasure = value.measure
        if measure != "mg-per-unit":
            measure = "thc" if substance in _THC_PRODUCTS else "purity"
        yield Draft(
            start=amount.start, end=amount.token.end, substance=substance,
            form=found.form if found is not None else draft.form,
            value=PurityValue(low=amount.low, high=amount.high, measure=measure),
            rule=draft.rule.split("|")[0] + "|figure:bare", confidence=0.7,
        )  # fmt: skip
        end = amount.token.end


def _spread(analysis: Analysis, draft: Draft, rest: Span) -> Draft | None:
    """The range around a mean: "69% (range 12–91)", "72 %, de 18 à 94 selon les échantillons"."""
    value = draft.value
    match = _spread_after(analysis.lang).match(analysis.folded, draft.end, rest.end)
    if match is None or not isinstance(value, PurityValue):
        return None
    low, high = (float(match[side].replace(",", ".")) for side in ("low", "high"))
    mean = value.low if value.low is not None else value.high
    if mean is None or not low <= mean <= high or (value.measure != "mg-per-unit" and high > 100):
        return None
    return Draft(
        start=match.start("low"), end=match.end("high"), substance=draft.substance, form=draft.form,
        value=PurityValue(low=low, high=high, measure=value.measure),
        rule=draft.rule.split("|")[0] + "|figure:spread", confidence=0.75,
    )  # fmt: skip


@cache
def _spread_after(lang: str) -> re.Pattern[str]:
    level = "(?:en moyenne |en mediane |de moyenne )?" if lang == "fr" else "(?:on average |average )?"
    figure = r"\d{1,3}(?:[.,]\d{1,2})?"
    lead = rf"[ ]?{level}(?:[(,]|\bwith)[ ]?(?:{words(lang, 'spread')}[ ]?)"
    return re.compile(
        rf"{lead}(?P<low>{figure})(?:[ ]?-[ ]?|[ ](?:a|et|to|and)[ ])(?P<high>{figure})(?![\w.,]\d|\d)"
    )


def _as_extreme(analysis: Analysis, amount: Amount) -> Amount:
    """ "minimum 31", read as a floor, is the least that was measured."""
    lead = analysis.folded[amount.start : amount.token.start]
    if amount.unit is None and lead and _extreme(analysis.lang).fullmatch(lead):
        return replace(amount, low=amount.token.value, high=amount.token.value)
    tail = analysis.folded[amount.token.end : amount.token.end + 10]
    if (amount.low is None or amount.high is None) and re.match(r"[ ]?[,;)]", tail):
        head = analysis.folded[max(0, amount.token.start - 24) : amount.token.start]
        if _extreme(analysis.lang).search(head):
            return replace(amount, low=amount.token.value, high=amount.token.value)
    return amount


@cache
def _extreme(lang: str) -> re.Pattern[str]:
    of = "(?:de |a |: )?" if lang == "fr" else "(?:of |at |: )?"
    return re.compile(rf"(?<!\w){words(lang, 'extreme')}[ ]{of}$")


def _product(analysis: Analysis, amount: Amount, end: int) -> SubstanceMention | None:
    """The product that a bare figure names: "ketamine at 81", "19 pour l'héroïne"."""
    leads = _for(analysis.lang).match(analysis.folded, amount.token.end)
    if leads is not None:
        at = leads.end()
        after = [m for m in analysis.products_in(at - 2, at + 2) if m.end > at]
        return after[0] if after else None
    before = analysis.products_in(end, amount.start)
    if not before or not stands_alone(analysis, amount.token.end):
        return None
    return before[-1] if _to(analysis.lang).fullmatch(analysis.folded, before[-1].end, amount.start) else None


def _goes_on(analysis: Analysis, amount: Amount, end: int) -> bool:
    """Whether a bare figure is of the same product: "il en contenait 3,1", "74 % en rue, 85 au port"."""
    gap = analysis.folded[end : amount.start]
    if _again(analysis.lang).search(gap) and stands_alone(analysis, amount.token.end):
        return True
    listed = re.fullmatch(r"[^;.:]{0,40}(?:,| et| and| puis| then)[ ]", gap) is not None
    if listed and _for_a(analysis.lang).match(analysis.folded, amount.token.end):
        return True
    return listed and _told(analysis.lang).match(analysis.folded, amount.token.end) is not None


@cache
def _for(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ ]{words(lang, 'for')}[ ]?")


@cache
def _for_a(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ ]{words(lang, 'for_a')}[ ]")


@cache
def _to(lang: str) -> re.Pattern[str]:
    return re.compile(rf",?[ ](?:{words(lang, 'to')}[ ])?")


@cache
def _again(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{words(lang, 'again')}[ ]$")


@cache
def _told(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ ]{words(lang, 'told')}(?:[ ]|(?<='))[a-z']")
