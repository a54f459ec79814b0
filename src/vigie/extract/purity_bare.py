"""Contents without their unit, which go on from one read before: "78 % pour la cocaïne et 19 pour l'héroïne".

In: Analysis, the Draft of a content and the rest of its clause. Out: Drafts. Words: data/grammar/contents.toml.
Left out: the second figure of a comparison, the range around a mean (`vigie.extract.tallies`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    for amount in within(analysis.amounts, draft.end, min(rest.end, draft.end + 4 * _REACH)):
        top = amount.high if amount.high is not None else amount.low
        if amount.start - end > _REACH or amount.unit is not None or top is None or amount.token.article:
            return
        if value.measure != "mg-per-unit" and top > 100:
            return
        if within(analysis.dates, amount.start, amount.end):
            return
        found = _product(analysis, amount, end)
        if found is None and not _goes_on(analysis, amount, end):
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
    listed = re.fullmatch(r"[^;.:]{0,24}(?:,| et| and| puis| then)[ ]", gap) is not None
    return listed and _told(analysis.lang).match(analysis.folded, amount.token.end) is not None


@cache
def _for(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ ]{words(lang, 'for')}[ ]?")


@cache
def _to(lang: str) -> re.Pattern[str]:
    return re.compile(rf",?[ ](?:{words(lang, 'to')}[ ])?")


@cache
def _again(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{words(lang, 'again')}[ ]$")


@cache
def _told(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ ]{words(lang, 'told')}(?:[ ]|(?<='))[a-z']")
