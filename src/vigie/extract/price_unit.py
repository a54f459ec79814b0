"""What an amount of money buys: said after it, before it, later in the sentence, or carried from the price before.

In: Analysis and a money mention. Out: Candidate with per_value, per_unit and the reason.
Words: data/grammar/<lang>.toml [link]; substances sold by the gram: data/taxonomy/retail.toml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from vigie.extract.amount_patterns import patterns
from vigie.extract.analysis import Analysis, within
from vigie.extract.cues import hits_in
from vigie.extract.link import named_after
from vigie.extract.mentions import MoneyMention, QuantityMention
from vigie.extract.numbers import parse_digits
from vigie.extract.price_words import leading
from vigie.lexicon.grammar import alternation, grammar, link_words, mass_in_grams
from vigie.model.observation import PriceKind
from vigie.text.sentences import Span

BLOCKING = frozenset({"wage", "fine", "cash", "turnover", "stock", "change"})


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
    unsold = ("mg", "µg", "cg", "parcel")  # "le comprimé de 8 mg", "par colis": nobody buys by them
    retail = [s for s, u in g.units.items() if u.kind in ("piece", "mass", "volume") and u.code not in unsold]
    unit = alternation([s for s in retail if len(s) > 1] + ["g"])
    numeral = alternation(w for w, v in g.numbers.items() if v < 100)
    adjective = alternation(g.piece_adjectives)
    fraction = rf"{alternation(g.fractions)}[ -](?:of )?(?:an? |de |d')?"
    if lang == "fr":
        article = (
            r"(?:(?P<def>\b(?:le|la|du|au|par|chaque|a la|de la|les)[ ]|\b(?:a )?l')|"
            rf"(?P<num>(?<![\w.,]){numeral}|(?<![\w.,])\d[\d.,]*)[ ]?|"
            r"(?P<ind>\b(?:des|de|du|en|quelques|plusieurs|certains|leurs|ses)[ ]|\bd'|(?<![\w'])))"
        )
        return re.compile(rf"{article}(?P<half>{fraction})?(?:{adjective}[ ])?(?P<u>{unit})(?![\w'])")
    article = (
        r"(?:(?P<def>\b(?:the|a|an|per|each|every)[ ])|"
        rf"(?P<num>(?<![\w.,]){numeral}|(?<![\w.,])\d[\d.,]*)[ -]?|(?P<ind>\b(?:in|of|with|for)[ ]|\b))"
    )
    return re.compile(rf"{article}(?P<half>{fraction})?(?:(?:single|small|street)[ ])?(?P<u>{unit})(?![\w'])")


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
        rf"[ ]\(?(?P<u>{piece_words(analysis.lang)})(?!\w)", analysis.folded[money.end : money.end + 24]
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
    bought = _bought_for(analysis, money, sentence)
    if bought is not None and best is None:
        return replace(candidate, per_value=bought.low, per_unit=bought.unit, unit_reason="buys")
    lot = re.search(
        _lot_before(analysis.lang), analysis.folded[max(sentence.start, money.start - 16) : money.start]
    )
    if lot is not None and not money.per_unit and index and mentions[index - 1].start >= sentence.start:
        value = number(lot["n"], analysis.lang)
        if value > 1:
            return replace(candidate, per_value=value, per_unit="unit", unit_reason="lot")
    several = lot_after(analysis.lang).match(analysis.folded, money.end)
    if (
        several is not None
        and not money.per_unit
        and best is None
        and index
        and mentions[index - 1].start >= sentence.start
    ):
        return replace(
            candidate, per_value=number(several["n"], analysis.lang), per_unit="unit", unit_reason="lot"
        )
    if best is not None:
        code, value = unit_of(analysis, best)
        if money.per_unit == "unit" and code in mass_in_grams():
            return replace(candidate, unit_reason="said")
        per_value = money.per_value if money.per_unit == "unit" else value
        return replace(
            candidate, per_value=per_value, per_unit=code, unit_start=best.start(), unit_end=best.end(), unit_reason="before"
        )  # fmt: skip
    return candidate


@cache
def lot_after(lang: str) -> re.Pattern[str]:
    """ "70 pour deux", "150 les cinq", "£120 for five": several of what was priced before, and nothing more."""
    words = alternation(w for w, v in grammar(lang).numbers.items() if 1 < v < 1000)
    ends = rf"(?=[ ]?(?:[.,;:)!?\"]|$)|{alternation(grammar(lang).link['pause'])}\b)"
    return re.compile(rf"[ ]{leading(lang, 'lot_lead')}(?P<n>{words}|\d{{1,3}}){ends}")


def _bought_for(analysis: Analysis, money: MoneyMention, sentence: Span) -> QuantityMention | None:
    """ "Pour 100 euros, le client reçoit deux grammes de kétamine": what the amount buys stands after it."""
    head = analysis.folded[sentence.start : money.start]
    if re.fullmatch(rf"[\"(]*{link_words(analysis.lang, 'for')}", head) is None:
        return None
    after = within(analysis.quantities, money.end, min(money.end + 60, sentence.end))
    named = [q for q in after if q.low == q.high and q.unit not in ("mg", "µg", "t", "parcel")]
    return named[0] if named and not within(analysis.money, money.end, named[0].start) else None


@cache
def _lot_before(lang: str) -> re.Pattern[str]:
    """ "three for £25" after a price for one."""
    numeral = alternation(w for w, v in grammar(lang).numbers.items() if 1 < v < 100)
    return re.compile(rf"(?<![\w.,])(?P<n>{numeral}|\d{{1,2}})[ ]{link_words(lang, 'for')}$")


@cache
def piece_words(lang: str) -> str:
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
    if blocked and match["def"] and named is not None and named.substance and len(gap) < 48:
        blocked = any(h.term.id in BLOCKING for h in cue)  # "le kilo de cocaïne est estimé à 29 000 euros"
    if named is not None and named.substance is not None:
        of = re.match(r"[ ]*(?:de |d'|of )?(?!.*\b(?:et|and|ou|or)\b)[^,;.]{0,30}$", gap)
        short = short or (of is not None and len(gap) < 34)
    g = grammar(analysis.lang)
    kind = g.units[" ".join(match["u"].split())].kind
    sized = rf"[ ]{piece_words(analysis.lang)}\b"  # "a 5 ml dose costs": the mass sizes the piece
    if match["half"] and not match["num"]:
        return not blocked and (short or retail)
    if match["num"] is not None:
        head = analysis.folded[max(0, match.start() - 14) : match.start()]
        if (
            kind == "piece"
            and retail
            and not blocked
            and re.search(rf"\b{link_words(analysis.lang, 'bundles')}$", head)
        ):
            return True
        if kind != "piece" and retail and not blocked and re.match(sized, gap) and len(gap) < 40:
            return True
        value = number(match["num"], analysis.lang)
        if value > (1000 if kind == "mass" else 100) or (
            kind == "mass" and g.units[match["u"]].code in ("kg", "t") and value > 1
        ):
            return False
        if blocked:
            return False
        if retail and re.search(
            r"\b(?:les|the)[ ]$", analysis.folded[max(0, match.start() - 4) : match.start()]
        ):
            return True  # "les 200 grammes de résine se négocient 500 euros"
        boxed = _container(analysis.lang).search(analysis.folded[max(0, match.start() - 20) : match.start()])
        return short or (retail and not blocked and (match["num"] in g.link["one"] or boxed is not None))
    if match["def"]:
        plural = match["def"].strip() in ("les",)
        return not blocked and (short or retail or len(gap) < 60) and not plural
    if (
        kind == "piece"
        and named is not None
        and named.substance is not None
        and retail
        and not blocked
        and len(gap) < 40
    ):
        return True  # "wraps of heroin went for £10"
    return (
        kind == "piece"
        and re.fullmatch(rf"[ ]*{link_words(analysis.lang, 'piece_lead')}(?:de )?", gap) is not None
    )


def unit_of(analysis: Analysis, match: re.Match[str]) -> tuple[str, float]:
    g = grammar(analysis.lang)
    unit = g.units[" ".join(match["u"].split())]
    value = number(match["num"], analysis.lang) if match["num"] else 1.0
    if match["half"]:
        value *= next((v for word, v in g.fractions.items() if match["half"].startswith(word)), 1.0)
    sized = patterns(analysis.lang).sized.match(analysis.folded, match.end())
    if sized and unit.kind == "piece" and unit.code not in g.link["sized_pieces"]:
        return g.units[sized["u"]].code, number(sized["n"], analysis.lang)
    if match["num"] and unit.kind == "piece":
        container = _container(analysis.lang).search(
            analysis.folded[max(0, match.start() - 20) : match.start()]
        )
        if container:
            return g.units[container["c"]].code, 1.0
    return unit.code, value


def number(raw: str, lang: str) -> float:
    """The value of a numeral in digits or in one word."""
    words = grammar(lang).numbers
    return float(words[raw]) if raw in words else parse_digits(raw.rstrip(".,"), lang)[0]
