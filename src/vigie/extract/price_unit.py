"""What an amount of money buys: said after it, before it, later in the sentence, or carried from the price before.

In: Analysis and a money mention. Out: Candidate with per_value, per_unit and the reason.
Words: data/grammar/<lang>.toml [link]; substances sold by the gram: data/taxonomy/retail.toml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.cues import hits_in, nearest
from vigie.extract.currency import to_eur
from vigie.extract.link import Link, named_after
from vigie.extract.mentions import MoneyMention
from vigie.lexicon.grammar import alternation, grammar, link_words, mass_in_grams
from vigie.lexicon.terms import data_toml
from vigie.model.observation import PriceKind, PriceValue
from vigie.text.sentences import Span

BLOCKING = frozenset({"wage", "fine", "cash", "turnover", "stock"})
_SAME_SCALE = (
    8.0  # a price without unit takes the unit of a neighbour at most this many times dearer or cheaper
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An amount of money on its way to a price."""

    money: MoneyMention
    sentence: Span
    per_value: float | None = None
    per_unit: str | None = None
    unit_start: int | None = None  # a unit that stands before the amount
    unit_end: int | None = None
    unit_reason: str = ""
    kind: PriceKind | None = None


@cache
def unit_before(lang: str) -> re.Pattern[str]:
    g = grammar(lang)
    unit = alternation(
        [s for s, u in g.units.items() if u.kind in ("piece", "mass", "volume") and len(s) > 1] + ["g"]
    )
    numeral = alternation(w for w, v in g.numbers.items() if v < 100)
    if lang == "fr":
        article = (
            r"(?:(?P<def>\b(?:le|la|du|au|par|chaque|a la|de la|les)[ ]|\b(?:a )?l')|"
            rf"(?P<num>{numeral}|\d+(?:[.,]\d+)?)[ ]?|(?P<ind>\b(?:des|de|du|en)[ ]|\bd'))"
        )
        return re.compile(rf"{article}(?P<half>demi(?:e)?[ -])?(?P<u>{unit})(?![\w'])")
    article = rf"(?:(?P<def>\b(?:the|a|an|per|each|every)[ ])|(?P<num>{numeral}|\d+(?:[.,]\d+)?)[ -]?|(?P<ind>\b(?:in|of|with|for)[ ]|\b))"
    return re.compile(
        rf"{article}(?P<half>half[ -](?:an? )?)?(?:(?:single|small|street)[ ])?(?P<u>{unit})(?![\w'])"
    )


@cache
def _short_gap(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ ]*(?:{link_words(lang, 'short_gap')})?[\"(]?[ ]*$")


@cache
def _container(lang: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<c>{alternation(grammar(lang).link['containers'])})s? (?:de |d'|of )$")


def with_unit(analysis: Analysis, money: MoneyMention, mentions: list[MoneyMention], index: int) -> Candidate:
    """The candidate with what it buys: said after, said before, or carried inside the sentence."""
    sentence = analysis.sentence_at(money.start)
    candidate = Candidate(money=money, sentence=sentence, per_value=money.per_value, per_unit=money.per_unit)
    if money.per_unit and money.per_unit != "unit":
        return replace(candidate, unit_reason="said")
    after = re.match(
        rf"[ ]\(?(?P<u>{_piece_words(analysis.lang)})(?!\w)", analysis.folded[money.end : money.end + 24]
    )
    if after and not money.per_unit and analysis.lang == "en":
        return replace(
            candidate, per_value=1.0, per_unit=grammar("en").units[after["u"]].code, unit_reason="said"
        )
    floor = max((m.end for m in mentions[:index] if m.end > sentence.start), default=sentence.start)
    best: re.Match[str] | None = None
    for match in unit_before(analysis.lang).finditer(analysis.folded, floor, money.start):
        if _unit_fits(analysis, match, money):
            best = match
    if best is not None:
        code, value = _unit_of(analysis, best)
        if money.per_unit == "unit" and code in mass_in_grams():
            return replace(candidate, unit_reason="said")
        per_value = money.per_value if money.per_unit == "unit" else value
        return replace(
            candidate, per_value=per_value, per_unit=code, unit_start=best.start(), unit_end=best.end(), unit_reason="before"
        )  # fmt: skip
    return candidate


@cache
def _piece_words(lang: str) -> str:
    return alternation([s for s, u in grammar(lang).units.items() if u.kind == "piece" and u.code != "unit"])


def _unit_fits(analysis: Analysis, match: re.Match[str], money: MoneyMention) -> bool:
    """Whether a unit noun before an amount is what the amount buys."""
    gap = analysis.folded[match.end() : money.start]
    if len(gap) > 110 or ";" in gap:
        return False
    short = _short_gap(analysis.lang).match(gap) is not None
    named = named_after(analysis, match.end())
    cue = hits_in(analysis, "price_context", match.end(), money.start)
    retail = any(h.term.id in ("retail", "other") for h in cue)
    blocked = any(h.term.id in BLOCKING | {"valuation"} for h in cue)
    if named is not None and named.substance is not None:
        of = re.match(r"[ ]*(?:de |d'|of )?[^,;.]{0,30}$", gap)
        short = short or (of is not None and len(gap) < 34)
    g = grammar(analysis.lang)
    kind = g.units[" ".join(match["u"].split())].kind
    if match["num"] is not None:
        value = _number(match["num"], analysis.lang)
        if value > 100 or (kind == "mass" and g.units[match["u"]].code in ("kg", "t") and value > 1):
            return False
        boxed = _container(analysis.lang).search(analysis.folded[max(0, match.start() - 20) : match.start()])
        return short or (retail and not blocked and (match["num"] in g.link["one"] or boxed is not None))
    if match["def"]:
        plural = match["def"].strip() in ("les",)
        return not blocked and (short or retail or len(gap) < 60) and not plural
    return (
        kind == "piece"
        and re.fullmatch(rf"[ ]*{link_words(analysis.lang, 'piece_lead')}(?:de )?", gap) is not None
    )


def _unit_of(analysis: Analysis, match: re.Match[str]) -> tuple[str, float]:
    g = grammar(analysis.lang)
    unit = g.units[" ".join(match["u"].split())]
    value = _number(match["num"], analysis.lang) if match["num"] else 1.0
    if match["half"]:
        value *= 0.5
    if match["num"] and unit.kind == "piece":
        container = _container(analysis.lang).search(
            analysis.folded[max(0, match.start() - 20) : match.start()]
        )
        if container:
            return g.units[container["c"]].code, 1.0
    return unit.code, value


def _number(raw: str, lang: str) -> float:
    words = grammar(lang).numbers
    return float(words[raw]) if raw in words else float(raw.replace(",", "."))


def carried_unit(analysis: Analysis, candidate: Candidate, previous: Draft | None) -> Candidate:
    """The unit of a later noun in the sentence, or of the price before, when the amounts are of one scale."""
    money, sentence = candidate.money, candidate.sentence
    ahead = None
    for match in unit_before(analysis.lang).finditer(analysis.folded, money.end, sentence.end):
        if match["def"] and match["def"].strip() in grammar(analysis.lang).link["definite"]:
            ahead = match
            break
    retail = nearest(
        analysis,
        "price_context",
        money.start,
        money.end,
        before=90,
        after=40,
        ids=frozenset({"retail", "other", "wholesale"}),
    )
    if (
        ahead is not None
        and ahead.start() - money.end < 70
        and not within(analysis.money, money.end, ahead.start())
    ):
        code, value = _unit_of(analysis, ahead)
        return replace(candidate, per_value=candidate.per_value or value, per_unit=code, unit_reason="ahead")
    if previous is not None and isinstance(previous.value, PriceValue) and previous.value.per_unit:
        close = analysis.sentence_index(money.start) - analysis.sentence_index(previous.start) <= 2
        same = analysis.sentence_index(money.start) == analysis.sentence_index(previous.start)
        if (
            close
            and (same or retail is not None or _listed(analysis, money))
            and _same_scale(analysis, money, previous.value)
        ):
            return replace(
                candidate,
                per_value=candidate.per_value or previous.value.per_value,
                per_unit=previous.value.per_unit,
                unit_reason="carried",
            )
    if ahead is not None and retail is not None:
        code, value = _unit_of(analysis, ahead)
        return replace(candidate, per_value=candidate.per_value or value, per_unit=code, unit_reason="ahead")
    return candidate


def _listed(analysis: Analysis, money: MoneyMention) -> bool:
    """ "53 euros dans le Nord, 61 euros en Corse": an amount followed by a place goes on with the price before."""
    return bool(within(analysis.places, money.end, money.end + 18))


def _same_scale(analysis: Analysis, money: MoneyMention, value: PriceValue) -> bool:
    amount = money.low if money.low is not None else money.high
    other = value.low if value.low is not None else value.high
    if not amount or not other:
        return False
    a = to_eur(amount, money.currency, analysis.reference)[0] or amount
    b = to_eur(other, value.currency, analysis.reference)[0] or other
    return 1 / _SAME_SCALE <= a / b <= _SAME_SCALE


def assumed_gram(analysis: Analysis, candidate: Candidate, link: Link) -> Candidate:
    """ "se vend 60 à 100 euros" without a unit: a gram for what is sold by the gram, said so in the rule."""
    money, by_gram = candidate.money, data_toml("taxonomy", "retail.toml")
    sold = nearest(
        analysis, "price_context", money.start, money.end, before=40, after=0, ids=frozenset({"retail"})
    )
    low = to_eur(money.low or money.high or 0.0, money.currency, analysis.reference)[0] or 0.0
    in_range = by_gram["range_eur"][0] <= low <= by_gram["range_eur"][1]
    if sold is None or link.substance not in by_gram["by_gram"] or not in_range:
        return candidate
    between = analysis.folded[sold.end : money.start]
    if len(between) > 25 or re.search(r"[,;]", between):
        return candidate
    return replace(candidate, per_value=1.0, per_unit="g", unit_reason="assumed")
