"""Amounts whose currency only a neighbour says: "un gramme à 70, deux à 120", "contre 60 pour la cocaïne".

In: Analysis, all amounts, the money mentions found. Out: more MoneyMention, with the unit they buy where it is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from vigie.extract.amounts import Amount
from vigie.extract.analysis import Analysis, within
from vigie.extract.mentions import MoneyMention
from vigie.lexicon.grammar import alternation, grammar, link_words

_DEFAULT_CURRENCY = {"fr": "EUR"}
_SCALE = 8.0


@dataclass(frozen=True, slots=True)
class _Words:
    list: re.Pattern[str]
    at: re.Pattern[str]
    pour: re.Pattern[str]
    date_next: re.Pattern[str]
    place_next: re.Pattern[str]
    now: re.Pattern[str]
    compared: re.Pattern[str]
    after_compared: re.Pattern[str]


@cache
def _words(lang: str) -> _Words:
    near = alternation(grammar(lang).bounds["near"])
    determiner = f"(?:{link_words(lang, 'determiners')})?"
    return _Words(
        list=re.compile(rf"(?:(?<!\w)|(?=[,;(])){link_words(lang, 'list_lead')}(?:{near}[ ]*)?$"),
        at=re.compile(rf"[ ]*{link_words(lang, 'at')}$"),
        pour=re.compile(rf"[ ]{link_words(lang, 'for')}{determiner}[\"]?[ ]?"),
        date_next=re.compile(rf"[ ]{link_words(lang, 'in_date')}"),
        now=re.compile(rf"[ ]{alternation(grammar(lang).link['now'])}\b"),
        compared=re.compile(rf"\b{link_words(lang, 'compared')}(?:{near}[ ]*)?$"),
        after_compared=re.compile(rf"(?:[ ]{link_words(lang, 'after_compared')}|[ ]?(?:[.,;:)]|$))"),
        place_next=re.compile(rf"[ ]{link_words(lang, 'in_place')}{determiner}"),
    )


def elliptic_prices(analysis: Analysis, found: list[Amount], money: list[MoneyMention]) -> list[MoneyMention]:
    """Money mentions made of bare numbers, in order."""
    extra: list[MoneyMention] = []
    words = _words(analysis.lang)
    for index, amount in enumerate(found):
        if amount.unit is not None or amount.low is None or amount.token.article or amount.low >= 10_000:
            continue
        unit = _unit_at(analysis, found, index, extra)
        if unit is not None:
            extra.append(unit)
            continue
        sentence = analysis.sentence_at(amount.start)
        before = [m for m in within(money, sentence.start, amount.start) if m.end <= amount.start]
        if not before or not words.list.search(analysis.folded[max(0, amount.start - 30) : amount.start]):
            continue
        model = before[-1]
        reference = model.low if model.low is not None else model.high
        if not reference or not 1 / _SCALE <= amount.low / reference <= _SCALE:
            continue
        compared = words.compared.search(
            analysis.folded, max(sentence.start, amount.start - 30), amount.start
        )
        if _explained(analysis, amount.end) or (
            compared and words.after_compared.match(analysis.folded, amount.end)
        ):
            extra.append(
                MoneyMention(
                    start=amount.start,
                    end=amount.end,
                    low=amount.low,
                    high=amount.high,
                    currency=model.currency,
                )
            )
    return extra


def _explained(analysis: Analysis, end: int) -> bool:
    """Whether what follows a bare number says what it is the price of: a substance, a year, a place."""
    folded, words = analysis.folded, _words(analysis.lang)
    if match := words.pour.match(folded, end):
        return any(m.substance for m in within(analysis.substances, match.end(), match.end() + 2))
    if match := words.date_next.match(folded, end):
        return bool(within(analysis.dates, end, match.end() + 12))
    if within(analysis.dates, end, end + 2) or words.now.match(folded, end):
        return True
    if match := words.place_next.match(folded, end):
        return bool(within(analysis.places, end, match.end() + 4))
    return False


def _unit_at(
    analysis: Analysis, found: list[Amount], index: int, extra: list[MoneyMention]
) -> MoneyMention | None:
    """ "un gramme à 70" or, after it, "deux à 120"."""
    if index == 0:
        return None
    amount, previous = found[index], found[index - 1]
    if previous.low is None or amount.low is None or previous.end > amount.start:
        return None
    if (
        not _words(analysis.lang).at.match(analysis.folded[previous.end : amount.start])
        or previous.low > 100
        or amount.low < 2
    ):
        return None
    if (
        previous.unit is not None
        and previous.unit.kind in ("mass", "piece")
        and previous.unit.code not in ("t", "unit")
    ):
        unit, currency = previous.unit.code, _currency(analysis)
    elif (
        previous.unit is None
        and extra
        and amount.start - extra[-1].end < 30
        and extra[-1].per_unit
        and _counts(analysis, previous)
    ):
        unit, currency = extra[-1].per_unit, extra[-1].currency
    else:
        return None
    if currency is None or amount.low <= previous.low:
        return None
    return MoneyMention(
        start=previous.start, end=amount.end, low=amount.low, high=amount.high, currency=currency,
        per_value=previous.low, per_unit=unit,
    )  # fmt: skip


def _counts(analysis: Analysis, amount: Amount) -> bool:
    """Whether a bare number counts the unit said before ("deux à 120")."""
    return (
        amount.low is not None
        and amount.low <= 50
        and (
            amount.token.words
            or analysis.folded[amount.start : amount.end] in grammar(analysis.lang).numbers
            or amount.low <= 20
        )
    )


def _currency(analysis: Analysis) -> str | None:
    """The only currency of the document, else the usual one of the language."""
    currencies = {m.currency for m in analysis.money}
    if len(currencies) == 1:
        return currencies.pop()
    return None if currencies else _DEFAULT_CURRENCY.get(analysis.lang)
