"""What an amount of money buys: said after it, before it, later in the sentence, or carried from the price before.

In: Analysis and a money mention. Out: Candidate with per_value, per_unit and the reason.
Words: data/grammar/<lang>.toml [link]; substances sold by the gram: data/taxonomy/retail.toml.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from vigie.extract.amount_patterns import patterns
from vigie.extract.analysis import Analysis, within
from vigie.extract.cues import hits_in
from vigie.extract.link import named_after
from vigie.extract.mentions import MoneyMention, QuantityMention
from vigie.extract.price_lots import lot_after, lot_before, number, portion_of
from vigie.extract.price_nouns import names_unit, unit_before
from vigie.extract.price_words import any_of, leading
from vigie.lexicon.grammar import alternation, grammar, link_words, mass_in_grams
from vigie.model.observation import PriceKind
from vigie.text.sentences import Span

_COUNTED = re.compile(
    r"(?:\d|\b(?:hundred|thousand|million|dozens? of|cents?|mille|millions?|milliers? de|centaines? de|dizaines? de))[ ]?$"
)
_MOST = 50  # amounts of money looked back over: more than any sentence holds before one
BLOCKING = frozenset({"wage", "fine", "cash", "turnover", "stock", "change", "thing", "bribe"})


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
def _short_gap(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ ]*(?:{link_words(lang, 'short_gap')})?[\"(]?[ ]*$")


@cache
def _container(lang: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<c>{alternation(grammar(lang).link['containers'])})s? (?:de |d'|of )$")


@cache
def _piece_after(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ ]\(?(?P<u>{piece_words(lang)})(?!\w)")


def with_unit(analysis: Analysis, money: MoneyMention, mentions: list[MoneyMention], index: int) -> Candidate:
    """The candidate with what it buys: said after, said before, or carried inside the sentence."""
    sentence = analysis.sentence_at(money.start)
    candidate = Candidate(money=money, sentence=sentence, per_value=money.per_value, per_unit=money.per_unit)
    if money.per_unit in ("mg", "µg") and (
        piece := _sized_piece(analysis.lang).match(analysis.folded, money.end)
    ):
        code = grammar(analysis.lang).units[piece["u"]].code
        return replace(
            candidate, per_value=1.0, per_unit=code, unit_reason="said"
        )  # "50p for a 300 mg capsule"
    if money.per_unit and money.per_unit != "unit":
        return replace(candidate, unit_reason="said")
    if money.per_unit == "unit" and _one_of_it(analysis.lang).search(analysis.folded, money.start, money.end):
        money = replace(money, per_unit=None)  # "£35 for half a gram, £60 for one"
        candidate = replace(candidate, money=money, per_unit=None)
    if not money.per_unit and (size := _sized_thing(analysis.lang).match(analysis.folded, money.end)):
        return replace(
            candidate, per_value=number(size["n"], analysis.lang), per_unit="g", unit_reason="said"
        )
    english = analysis.lang == "en" and not money.per_unit
    after = (
        _piece_after(analysis.lang).match(analysis.folded[money.end : money.end + 24]) if english else None
    )
    if after:
        return replace(
            candidate, per_value=1.0, per_unit=grammar("en").units[after["u"]].code, unit_reason="said"
        )
    if analysis.lang == "en" and not money.per_unit and index + 1 < len(mentions):
        then = mentions[index + 1]  # "down from £50 to £35 a gram": the unit is said once for both
        head = analysis.folded[max(sentence.start, money.start - 6) : money.start]
        both = analysis.folded[money.end : then.start] == " to " and re.search(r"\bfrom $", head)
        if both and then.per_unit and then.per_unit != "unit":
            return replace(candidate, per_value=then.per_value, per_unit=then.per_unit, unit_reason="said")
    floor = _floor(mentions, index, sentence.start)
    best: re.Match[str] | None = None
    if names_unit(analysis, floor, money.start):
        for match in unit_before(analysis.lang).finditer(analysis.folded, floor, money.start):
            if _unit_fits(analysis, match, money):
                best = match
    bought = _bought_for(analysis, money, sentence)
    if bought is not None and best is None:
        return replace(candidate, per_value=bought.low, per_unit=bought.unit, unit_reason="buys")
    lot = lot_before(analysis.lang).search(
        analysis.folded[max(sentence.start, money.start - 16) : money.start]
    )
    if lot is not None and not money.per_unit and index and mentions[index - 1].start >= sentence.start:
        value = number(lot["n"], analysis.lang)
        if value > 1:
            return replace(candidate, per_value=value, per_unit="unit", unit_reason="lot")
    if best is None and not money.per_unit and (portion := portion_of(analysis, money, floor)) is not None:
        return portion_candidate(candidate, *portion)
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
    if best is not None and _bundled(analysis, best, floor):
        return replace(candidate, unit_reason="bundle")
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
def _sized_piece(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ -](?P<u>{piece_words(lang)})(?!\w)")


@cache
def _sized_thing(lang: str) -> re.Pattern[str]:
    """ "le ballon de 0,8", "the bag of 0.7 grams": something sold by its weight, whatever it is called."""
    article, of = (r"(?:le |la |l'|les )", "de") if lang == "fr" else (r"(?:an? |the |per )", "of")
    return re.compile(
        rf"[ ]{article}[\"]?[ ]?[a-z]{{3,}}[ ]?[\"]?[ ]{of}[ ](?P<n>\d?\d[.,]\d{{1,2}})(?![\d%])(?![ ]?(?:mg|ml|cl|l|kg|oz|%|pour|per)\b)"
    )


@cache
def _one_of_it(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ ]{any_of(lang, 'one_of_it')}$")


def _bundled(analysis: Analysis, unit: re.Match[str], floor: int) -> bool:
    """ "two grams and six pills, £150": one price for different things is no price of either."""
    if analysis.lang != "en" or not unit["num"]:
        return False
    around = within(analysis.quantities, max(floor, unit.start() - 40), unit.start())
    gap = analysis.folded[around[-1].end : unit.start()] if around else ""
    return re.fullmatch(r"(?: of [a-z' -]{2,24})? (?:and|plus|with) ", gap) is not None


def _floor(mentions: Sequence[MoneyMention], index: int, start: int) -> int:
    """Where the last amount of money before this one ends, if it ends in the sentence that begins at `start`."""
    best = start
    for mention in reversed(mentions[max(0, index - _MOST) : index]):
        best = max(best, mention.end)
    return best


def portion_candidate(candidate: Candidate, value: float, unit: str, said: int) -> Candidate:
    """The candidate as the price of a part; `said` is where its words begin, or end when they follow the sum."""
    money = candidate.money
    if said > money.end:
        return replace(
            candidate, money=replace(money, end=said), per_value=value, per_unit=unit, unit_reason="said"
        )
    return replace(candidate, per_value=value, per_unit=unit, unit_reason="portion", unit_start=said)


def _bought_for(analysis: Analysis, money: MoneyMention, sentence: Span) -> QuantityMention | None:
    """ "Pour 100 euros, le client reçoit deux grammes de kétamine": what the amount buys stands after it."""
    head = analysis.folded[sentence.start : money.start]
    if _only_for(analysis.lang).fullmatch(head) is None:
        return None
    after = within(analysis.quantities, money.end, min(money.end + 60, sentence.end))
    named = [q for q in after if q.low == q.high and q.unit not in ("mg", "µg", "t", "parcel")]
    return named[0] if named and not within(analysis.money, money.end, named[0].start) else None


@cache
def _only_for(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[\"(]*{link_words(lang, 'for')}")


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
    if not blocked and _apposed_to(analysis, match, gap, money):
        return True
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
            r"\b(?:les|the|pour|for)[ ]$", analysis.folded[max(0, match.start() - 5) : match.start()]
        ):
            return True  # "les 200 grammes de résine se négocient 500 euros"
        boxed = _container(analysis.lang).search(analysis.folded[max(0, match.start() - 20) : match.start()])
        sizes = kind == "mass" and _sizes_one(analysis, match.start())
        return short or (retail and (match["num"] in g.link["one"] or boxed is not None or sizes))
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
    gaps = "piece_gap" if kind == "piece" else "each_gap" if match["u"].endswith("s") else None
    if gaps == "each_gap" and _COUNTED.search(analysis.folded[max(0, match.start() - 12) : match.start()]):
        return False  # "cent grammes"
    if (
        gaps == "each_gap"
        and retail
        and not blocked
        and kind == "mass"
        and match["num"] is None
        and len(gap) < 40
    ):
        return (
            re.search(rf"[ ]{link_words(analysis.lang, 'at')}$", gap) is not None
        )  # "with pounds bought in Ohio for $1,400"
    return gaps is not None and re.fullmatch(rf"[ ]*{leading(analysis.lang, gaps)}(?:de )?", gap) is not None


def _apposed_to(analysis: Analysis, match: re.Match[str], gap: str, money: MoneyMention) -> bool:
    """ "un gramme de cocaïne, 70 euros, à un numéro", "quelques grammes, à 20 euros": a price said beside what it buys.

    Not in a list of what was found ("un gramme de cocaïne, 70 euros, un couteau").
    """
    if match["ind"] and re.match(r"(?:quelques|plusieurs)\b", match["ind"]):
        return re.fullmatch(r",[ ]a[ ]", gap) is not None
    one = match["num"] in grammar(analysis.lang).link["one"]
    if not one or re.fullmatch(r"[ ](?:de |d'|of )[^,;.:()\d]{2,28},[ ]", gap) is None:
        return False
    rest = _more_found(analysis.lang).match(analysis.folded, money.end)
    sentence = analysis.sentence_at(money.start)
    taken = hits_in(analysis, "quantity_kinds", sentence.start, money.start)
    return rest is None and not any(h.term.id in ("seized", "possessed") for h in taken)


@cache
def _more_found(lang: str) -> re.Pattern[str]:
    articles = (
        r"une?|des|du|de la|de l|plusieurs|quelques" if lang == "fr" else r"an?|the|some|several|his|her"
    )
    return re.compile(rf"[ ]?,[ ](?:{articles}|\d)\b|[ ]?,?[ ](?:et|and)\b")


def _sizes_one(analysis: Analysis, start: int) -> bool:
    """ "la boulette de cocaïne de 0,4 gramme": a mass that is the size of one thing sold, whatever it is called."""
    head = analysis.folded[max(0, start - 60) : start]
    return _one_of(analysis.lang).search(head) is not None


@cache
def _one_of(lang: str) -> re.Pattern[str]:
    one = r"(?:une?|la|le|l'|du|chaque)" if lang == "fr" else r"(?:an?|the|each|per)"
    of = r"(?:de |d'|a )" if lang == "fr" else r"(?:of |weighing )"
    return re.compile(
        rf"\b{one}[ ]?[a-z-]{{3,}}(?:[ ](?:de la |de l'|de |d'|of )[a-z0-9' -]{{2,24}}?)?[ ]{of}$"
    )


def unit_of(analysis: Analysis, match: re.Match[str]) -> tuple[str, float]:
    g = grammar(analysis.lang)
    unit = g.units[" ".join(match["u"].split())]
    value = number(match["num"], analysis.lang) if match["num"] else 1.0
    part = _part_of(analysis.lang).search(analysis.folded, max(0, match.start() - 16), match.start())
    if part is not None and value == 1.0:
        return unit.code, {"eighth": 0.125, "sixteenth": 0.0625, "tenth": 0.1}[part["p"]]
    if match["half"]:
        value *= next((v for word, v in g.fractions.items() if match["half"].startswith(word)), 1.0)
    sized = patterns(analysis.lang).sized.match(analysis.folded, match.end())
    product = None if sized else _product_of.match(analysis.folded, match.end())
    if product is not None:  # "la barrette de résine de 2 grammes"
        sized = patterns(analysis.lang).sized.match(analysis.folded, product.end())
    if sized and unit.kind == "piece" and unit.code not in g.link["sized_pieces"]:
        return g.units[sized["u"]].code, number(sized["n"], analysis.lang)
    if match["num"] and unit.kind == "piece":
        container = _container(analysis.lang).search(
            analysis.folded[max(0, match.start() - 20) : match.start()]
        )
        if container:
            return g.units[container["c"]].code, 1.0
    return unit.code, value


@cache
def _part_of(lang: str) -> re.Pattern[str]:
    return re.compile(r"\b(?P<p>eighth|sixteenth|tenth)[ ]of[ ]$" if lang == "en" else r"(?!)")


_product_of = re.compile(
    r"[ ](?:de la |de l'|de |d'|of )[a-z' -]{3,20}?(?=[ ](?:de|of) [\w.,]+ ?(?:g|gr|grammes?|grams?)\b)"
)
