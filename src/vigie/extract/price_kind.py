"""What an amount of money is: a retail or wholesale price, a valuation, a fee, a wage, or nothing of the market.

In: Analysis and Candidate. Out: a PriceKind with the cue that decided, or None. Words: price_context.toml.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from vigie.extract.analysis import Analysis, within
from vigie.extract.cues import hits_in, nearest
from vigie.extract.currency import to_eur
from vigie.extract.link import named_after
from vigie.extract.price_asked import least_order
from vigie.extract.price_unit import BLOCKING, Candidate
from vigie.extract.price_words import any_of
from vigie.lexicon.matcher import Hit
from vigie.model.observation import PriceKind

_BREAK = re.compile(r"[,;.()]")
_FEE = re.compile(r"[ ](?:fee|surcharge)\b")
_OF = re.compile(r"[ ](?:worth )?of[ ]")
_ELSEWHERE = frozenset(
    {"carried", "sentence", "ahead", "subject"}
)  # units that do not stand at the sum itself
_LUMP = 5_000.0  # EUR: the least that a seizure is valued at without a valuation word


def kind_of(analysis: Analysis, candidate: Candidate) -> tuple[PriceKind | None, str]:
    """What the money is: a kind of price with the cue's id, or None."""
    money, sentence = candidate.money, candidate.sentence
    tail = hits_in(analysis, "price_context", money.end, min(money.end + 22, sentence.end))
    head_start = max(sentence.start, money.start - 90)
    head = [h for h in hits_in(analysis, "price_context", head_start, money.start) if h.start < money.start]
    said = candidate.per_unit is not None and candidate.per_unit != "unit"
    head = [
        h
        for h in head
        if h.term.id != "earner" and not (said and _rate(analysis, h)) and not _times(analysis, h)
    ]
    gap_money = [m for m in analysis.money if head_start <= m.start and m.end <= money.start]
    last_money = gap_money[-1].end if gap_money else head_start
    said_before = gap_money[-1].end if gap_money else 0
    near_head = [
        h for h in head if h.start >= last_money and not _of_last(analysis, h, said_before, money.start)
    ]
    has_unit = candidate.per_unit is not None and candidate.per_unit != "unit"
    if not has_unit and _plain_fee(analysis, candidate):
        return "delivery-fee", "delivery-fee"
    if not has_unit and least_order(analysis, candidate):
        return "min-order", "min-order"
    if not has_unit and _worth_of(analysis, candidate):
        return "seizure-valuation", "valuation"
    for hit in tail:
        between = analysis.folded[money.end : hit.start]
        if _BREAK.search(between):
            break
        said = candidate.unit_reason in ("said", "before")
        if hit.term.id == "change" and (candidate.unit_reason == "said" or hit.start - money.end > 2):
            continue  # "£20 a gram, cheaper than a drink" is a price, "£10 cheaper" is none
        if hit.term.id in BLOCKING and not (hit.term.id == "turnover" and has_unit):
            if hit.term.id == "wage" or (hit.term.id == "turnover" and _earner(analysis, near_head)):
                return ("wage", "wage") if _earner(analysis, near_head) else (None, hit.term.id)
            return None, hit.term.id
        if hit.term.id == "wholesale" and not said and not has_unit and _large(analysis, candidate):
            return "seizure-valuation", "valuation"
        small = has_unit and not _large(analysis, candidate)  # "le flacon en vaut quinze à la revente"
        if hit.term.id == "valuation" and _of_next(analysis, hit):
            continue  # "bought for £18,500 is worth £29,000 by the time it lands"
        if hit.term.id == "valuation" and hit.start - money.end < 12 and not small:
            return "seizure-valuation", "valuation"
        if hit.term.id in ("min-order", "delivery-fee", "deposit") and hit.start - money.end < 4:
            return _fee(hit.term.id), hit.term.id
        if hit.term.id in ("wholesale", "other") and (has_unit or hit.term.id == "other"):
            return ("wholesale" if hit.term.id == "wholesale" else "other"), hit.term.id
    near_head = [h for h in near_head if not (h.term.id == "change" and _first_of_two(analysis, candidate))]
    if near_head:
        closest = near_head[-1]
        ids = [h.term.id for h in near_head]
        if closest.term.id == "wage" and not (has_unit and candidate.unit_reason == "before"):
            return "wage", "wage"
        right_before = candidate.unit_reason in _ELSEWHERE and _right_before(analysis, closest, money.start)
        if closest.term.id in BLOCKING and (not has_unit or right_before):
            return None, closest.term.id
        if "bribe" in ids:
            return None, "bribe"
        if (
            "thing" in ids
            and candidate.unit_reason not in ("said", "before")
            and "retail" not in ids[: ids.index("thing")]
        ):
            return None, "thing"  # "le test revient à 12 euros"
        if closest.term.id == "min-order" and not has_unit and _free_but(analysis, closest, money.start):
            return "delivery-fee", "delivery-fee"
        for special in ("min-order", "delivery-fee", "deposit"):
            carried = candidate.unit_reason in _ELSEWHERE and closest.term.id == special
            if special in ids and (not has_unit or carried):
                return _fee(special), special
        if "fine" in ids and has_unit:
            return "other", "fine"
        if "valuation" in ids and "turnover" in ids and not has_unit:
            return None, "turnover"
        if "valuation" in ids and not has_unit:
            return "seizure-valuation", "valuation"
        if "other" in ids and (has_unit or "retail" in ids):
            return "other", "other"
        if "wholesale" in ids and has_unit:
            return "wholesale", "wholesale"
    if has_unit:
        context = {h.term.id for h in head}
        if "other" in context and candidate.unit_reason == "said":
            return "other", "other"
        if "fine" in context and candidate.unit_reason == "said":
            return "other", "fine"
        return "retail", "unit"
    blocked = nearest(analysis, "price_context", money.start, money.end, before=60, after=0, ids=BLOCKING)
    if (
        blocked is not None
        and blocked.start >= max(sentence.start, last_money)
        and not any(h.term.id == "retail" for h in near_head)
    ):
        return None, blocked.term.id
    if _large(analysis, candidate):
        return "seizure-valuation", "amount"
    return "retail", "amount"


def _free_but(analysis: Analysis, hit: Hit, start: int) -> bool:
    """ "livraison gratuite en ville, 15 euros au-delà": what it costs where it is not free."""
    said = analysis.folded[hit.start : hit.end]
    free = re.search(r"\b(?:gratuite|offerte|free)\b", said) is not None
    gap = analysis.folded[hit.end : start]
    return free and re.fullmatch(r"[^,;.]{3,40},[ ](?:but |mais )?", gap) is not None


def _right_before(analysis: Analysis, hit: Hit, start: int) -> bool:
    """Whether a word stands right before a sum, but for an adverb: "a perdu vingt euros", "ne rapportait jamais moins de"."""
    if analysis.folded[max(0, hit.start - 3) : hit.start] == "en ":
        return False  # "le kilo, acheté 1 000 euros, en rapporte 5 000"
    if "marche" in analysis.folded[hit.start : hit.end] or "market" in analysis.folded[hit.start : hit.end]:
        return False  # "quand le marché noir en exige 12"
    return (
        hit.end <= start
        and re.fullmatch(r"(?:[ ][a-z']+){0,3}[ ]?", analysis.folded[hit.end : start]) is not None
    )


def _first_of_two(analysis: Analysis, candidate: Candidate) -> bool:
    """ "a reculé de 70 à 58 euros": the first end of a change is a price, no difference."""
    money = candidate.money
    after = within(analysis.money, money.end, money.end + 8)
    joint = analysis.folded[money.end : after[0].start] if after else ""
    return (
        joint.strip() in ("a", "to")
        and re.search(r"\b(?:de|from) $", analysis.folded[max(0, money.start - 6) : money.start]) is not None
    )


def _of_next(analysis: Analysis, hit: Hit) -> bool:
    """Whether a word of value stands right before a sum, and so is said of that one."""
    after = within(analysis.money, hit.end, hit.end + 12)
    return bool(after) and _BREAK.search(analysis.folded, hit.end, after[0].start) is None


def _plain_fee(analysis: Analysis, candidate: Candidate) -> bool:
    """ "a $60 minimum, a $10 fee west of the river": a fee without more, where an order is spoken of."""
    money, sentence = candidate.money, candidate.sentence
    if not _FEE.match(analysis.folded, money.end, money.end + 12):
        return False
    said = hits_in(analysis, "price_context", sentence.start, sentence.end)
    return any(h.term.id in ("min-order", "delivery-fee") for h in said)


def _worth_of(analysis: Analysis, candidate: Candidate) -> bool:
    """ "seized €58,000 of drugs": a sum right before what was taken is its value."""
    money, sentence = candidate.money, candidate.sentence
    if _OF.match(analysis.folded, money.end, money.end + 10) is None:
        return False
    named = named_after(analysis, money.end)
    taken = hits_in(analysis, "quantity_kinds", sentence.start, money.start)
    known = named is not None and not named.other and (named.substance or named.reason == "generic")
    return bool(known) and bool(taken) and taken[-1].term.id == "seized"


def _large(analysis: Analysis, candidate: Candidate) -> bool:
    """Whether a sum is such as hauls are valued at."""
    money = candidate.money
    amount = money.low if money.low is not None else money.high or 0.0
    eur = to_eur(amount, money.currency, analysis.reference)[0]
    return eur is not None and eur >= _LUMP


def _rate(analysis: Analysis, hit: Hit) -> bool:
    """ "vendu 50 grammes par mois, à 70 euros le gramme": a rate said before a sum is not that of the sum."""
    return (
        hit.term.id in ("wage", "turnover")
        and _per_time(analysis.lang).match(analysis.folded, hit.start) is not None
    )


@cache
def _per_time(lang: str) -> re.Pattern[str]:
    return re.compile(rf"{any_of(lang, 'per_time')}(?!\w)")


def _times(analysis: Analysis, hit: Hit) -> bool:
    """ "sept fois plus cher, 35 000 euros", "cheaper at £40": a comparison before a sum; the sum is no difference."""
    return (
        hit.term.id == "change"
        and _compared(analysis.lang).fullmatch(analysis.folded, hit.start, hit.end) is not None
    )


@cache
def _compared(lang: str) -> re.Pattern[str]:
    return re.compile(any_of(lang, "dearer"))


def _of_last(analysis: Analysis, hit: Hit, last_money: int, start: int) -> bool:
    """ "achetée 12 euros en pharmacie, revendue 60": the words right after a sum are said of that sum."""
    fees = ("min-order", "delivery-fee", "deposit")
    if hit.term.id not in ("other", "wholesale", "cash", "stock", "thing", *fees) or last_money <= 0:
        return False
    said = analysis.folded[last_money : hit.start]
    return len(said) < 22 and not re.search(r"[,;.:(]", said) and "," in analysis.folded[hit.end : start]


def bought_to_sell(analysis: Analysis, candidate: Candidate) -> bool:
    """ "achetés 1 euro pièce aux Pays-Bas, ils partaient à 8": the first is what a seller pays."""
    money, sentence = candidate.money, candidate.sentence
    start = money.start if candidate.unit_start is None else min(money.start, candidate.unit_start)
    head = analysis.folded[max(sentence.start, start - 80) : start]
    if _word(analysis.lang, "supplied").search(head):
        return True
    bought = _word(analysis.lang, "bought").search(head)
    rest = analysis.folded[money.end : min(sentence.end, money.end + 120)]
    sold = _word(analysis.lang, "resold").search(rest) if bought is not None else None
    return sold is not None and bool(within(analysis.money, money.end + sold.end(), sentence.end))


@cache
def _word(lang: str, key: str) -> re.Pattern[str]:
    return re.compile(rf"\b{any_of(lang, key)}(?!\w)")


def _fee(identifier: str) -> PriceKind:
    return (
        "min-order"
        if identifier == "min-order"
        else "delivery-fee"
        if identifier == "delivery-fee"
        else "deposit"
    )


def _earner(analysis: Analysis, head: Sequence[Hit]) -> bool:
    return any(h.term.id == "wage" for h in head)
