"""Prices stated in text.

In: Analysis. Out: one Draft per amount of money that is the price of a drug, or the value given to a seizure.
Words: data/lexicons/<lang>/price_context.toml; grammar of amounts: data/grammar. Cases: tests/cases/price.toml.
Left out: salaries of strangers to the market, fines, cash found, turnover, budgets, stock quotes; prices implied by
a total and a count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from vigie.extract.amounts import money_mentions
from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.cues import hits_in, nearest
from vigie.extract.currency import to_eur
from vigie.extract.elliptic import elliptic_prices
from vigie.extract.link import Link, link_substance, named_after
from vigie.extract.mentions import MoneyMention
from vigie.lexicon.grammar import alternation, grammar, mass_in_grams
from vigie.model.observation import PriceKind, PriceValue
from vigie.text.sentences import Span

_BLOCKING = frozenset({"wage", "fine", "cash", "turnover", "stock"})
_NEUTRAL = frozenset({"retail", "wholesale", "valuation", "other", "min-order", "delivery-fee", "deposit"})
_SAME_SCALE = (
    8.0  # a price without unit takes the unit of a neighbour at most this many times dearer or cheaper
)
_LUMP = 5_000.0  # EUR: the least that a seizure is valued at without a valuation word
_WHOLESALE_UNITS = frozenset({"kg", "t", "q", "lb"})
_POWDER_RANGE = (4.0, 250.0)  # EUR: a retail price without any unit is one of a gram only inside


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """An amount of money on its way to a price."""

    money: MoneyMention
    sentence: Span
    per_value: float | None = None
    per_unit: str | None = None
    unit_end: int | None = None  # end of a unit that stands before the amount
    unit_reason: str = ""
    kind: PriceKind | None = None


def extract_prices(analysis: Analysis) -> Iterator[Draft]:
    """Drafts of prices, in order of text."""
    found = analysis.amounts
    mentions = money_mentions(analysis.folded, analysis.lang, found)
    mentions = sorted([*mentions, *elliptic_prices(analysis, found, mentions)], key=lambda m: m.start)
    previous: tuple[PriceValue, Draft] | None = None
    for index, money in enumerate(mentions):
        candidate = _with_unit(analysis, money, mentions, index)
        draft = _judge(analysis, candidate, previous[1] if previous else None)
        if draft is None:
            continue
        assert isinstance(draft.value, PriceValue)
        previous = (draft.value, draft)
        yield draft


@cache
def _unit_before(lang: str) -> re.Pattern[str]:
    g = grammar(lang)
    unit = alternation(
        [s for s, u in g.units.items() if u.kind in ("piece", "mass", "volume") and len(s) > 1] + ["g"]
    )
    numeral = alternation(w for w, v in g.numbers.items() if v < 100)
    if lang == "fr":
        article = rf"(?:(?P<def>\b(?:le|la|du|au|par|chaque|a la|de la|les)[ ]|\b(?:a )?l')|(?P<num>{numeral}|\d+(?:[.,]\d+)?)[ ]?|(?P<ind>\b(?:des|de|du|en)[ ]|\bd'))"
        return re.compile(rf"{article}(?P<half>demi(?:e)?[ -])?(?P<u>{unit})(?![\w'])")
    article = rf"(?:(?P<def>\b(?:the|a|an|per|each|every)[ ])|(?P<num>{numeral}|\d+(?:[.,]\d+)?)[ -]?|(?P<ind>\b(?:in|of|with|for)[ ]|\b))"
    return re.compile(
        rf"{article}(?P<half>half[ -](?:an? )?)?(?:(?:single|small|street)[ ])?(?P<u>{unit})(?![\w'])"
    )


_SHORT_GAP = re.compile(
    r"[ ]*(?:,|:|=|-|a|at|for|pour|contre|est a|etait a|coute|vaut|revient a|costs?|is|was|goes for|sells for|,? a|->|→)?[ ]*[\"(]?[ ]*$"
)
_CONTAINER = re.compile(
    r"(?P<c>boite|plaquette|paquet|sachet|flacon|box|pack|blister|bottle|bag)s? (?:de |d'|of )$"
)


def _with_unit(
    analysis: Analysis, money: MoneyMention, mentions: list[MoneyMention], index: int
) -> _Candidate:
    """The candidate with what it buys: said after, said before, or carried inside the sentence."""
    sentence = analysis.sentence_at(money.start)
    candidate = _Candidate(money=money, sentence=sentence, per_value=money.per_value, per_unit=money.per_unit)
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
    for match in _unit_before(analysis.lang).finditer(analysis.folded, floor, money.start):
        if _unit_fits(analysis, match, money):
            best = match
    if best is not None:
        code, value = _unit_of(analysis, best)
        if money.per_unit == "unit" and code in mass_in_grams():
            return replace(candidate, unit_reason="said")
        per_value = money.per_value if money.per_unit == "unit" else value
        return replace(
            candidate, per_value=per_value, per_unit=code, unit_end=best.end(), unit_reason="before"
        )
    return candidate


@cache
def _piece_words(lang: str) -> str:
    return alternation([s for s, u in grammar(lang).units.items() if u.kind == "piece" and u.code != "unit"])


def _unit_fits(analysis: Analysis, match: re.Match[str], money: MoneyMention) -> bool:
    """Whether a unit noun before an amount is what the amount buys."""
    gap = analysis.folded[match.end() : money.start]
    if len(gap) > 110 or ";" in gap:
        return False
    short = _SHORT_GAP.match(gap) is not None
    named = named_after(analysis, match.end())
    cue = hits_in(analysis, "price_context", match.end(), money.start)
    retail = any(h.term.id in ("retail", "other") for h in cue)
    blocked = any(h.term.id in _BLOCKING | {"valuation"} for h in cue)
    if named is not None and named.substance is not None:
        of = re.match(r"[ ]*(?:de |d'|of )?[^,;.]{0,30}$", gap)
        short = short or (of is not None and len(gap) < 34)
    g = grammar(analysis.lang)
    kind = g.units[" ".join(match["u"].split())].kind
    if match["num"] is not None:
        value = _number(match["num"], analysis.lang)
        if value > 100 or (kind == "mass" and g.units[match["u"]].code in ("kg", "t") and value > 1):
            return False
        return short or (retail and not blocked and match["num"] in ("un", "une", "one", "1"))
    if match["def"]:
        plural = match["def"].strip() in ("les",)
        return not blocked and (short or retail or len(gap) < 60) and not plural
    return kind == "piece" and re.fullmatch(r"[ ]*(?:a|at|for|de|pour|:|,)[ ]*(?:de )?", gap) is not None


def _unit_of(analysis: Analysis, match: re.Match[str]) -> tuple[str, float]:
    g = grammar(analysis.lang)
    unit = g.units[" ".join(match["u"].split())]
    value = _number(match["num"], analysis.lang) if match["num"] else 1.0
    if match["half"]:
        value *= 0.5
    if match["num"] and unit.kind == "piece":
        container = _CONTAINER.search(analysis.folded[max(0, match.start() - 20) : match.start()])
        if container:
            return g.units[container["c"]].code, 1.0
    return unit.code, value


def _number(raw: str, lang: str) -> float:
    words = grammar(lang).numbers
    return float(words[raw]) if raw in words else float(raw.replace(",", "."))


def _judge(analysis: Analysis, candidate: _Candidate, previous: Draft | None) -> Draft | None:
    """The price draft, or None when the amount is not the price of a drug."""
    money = candidate.money
    kind, reason = _kind(analysis, candidate)
    if kind is None:
        return None
    if kind in ("min-order", "delivery-fee", "deposit"):
        link = link_substance(analysis, money.start, money.end)
        return _draft(analysis, candidate, kind, Link(None, None, link.reason, link.weight), reason, 0.7)
    if kind == "wage":
        earners = [h for h in hits_in(analysis, "price_context", candidate.sentence.start, money.start) if h.term.id == "earner"]
        if not earners:
            return None
        named = [m for m in within(analysis.substances, candidate.sentence.start, money.start) if m.substance]
        who = Link(named[-1].substance, None, "sentence", 0.7) if named else Link(None, None, "none", 0.6)
        return _draft(analysis, candidate, kind, who, reason, 0.6)
    if kind == "seizure-valuation":
        return _valuation(analysis, candidate, reason)
    if candidate.per_unit is None or candidate.per_unit == "unit":
        candidate = _carried_unit(analysis, candidate, previous)
    if _of_something_else(analysis, candidate):
        return None
    link = _price_link(analysis, candidate)
    if link.other:
        if candidate.per_unit in mass_in_grams():
            return None
        link = replace(link, other=False)
    if link.substance is None and link.reason != "generic":
        return None
    if candidate.per_unit is None:
        candidate = _assumed_gram(analysis, candidate, link)
        if candidate.per_unit is None:
            return None
    if kind == "retail" and candidate.per_unit in _WHOLESALE_UNITS:
        kind = "wholesale"
    return _draft(
        analysis, candidate, kind, link, reason, 0.9 if candidate.unit_reason in ("said", "before") else 0.7
    )


def _kind(analysis: Analysis, candidate: _Candidate) -> tuple[PriceKind | None, str]:
    """What the money is: a kind of price with the cue's id, or None."""
    money, sentence = candidate.money, candidate.sentence
    tail = hits_in(analysis, "price_context", money.end, min(money.end + 22, sentence.end))
    head_start = max(sentence.start, money.start - 90)
    head = [h for h in hits_in(analysis, "price_context", head_start, money.start) if h.end <= money.start]
    head = [h for h in head if h.term.id != "earner"]
    gap_money = [m for m in analysis.money if head_start <= m.start and m.end <= money.start]
    last_money = gap_money[-1].end if gap_money else head_start
    near_head = [h for h in head if h.start >= last_money]
    has_unit = candidate.per_unit is not None and candidate.per_unit != "unit"
    for hit in tail:
        between = analysis.folded[money.end : hit.start]
        if re.search(r"[,;.()]", between):
            break
        if hit.term.id in _BLOCKING and not (hit.term.id == "turnover" and has_unit):
            if hit.term.id == "wage" or (hit.term.id == "turnover" and _earner(analysis, near_head)):
                return ("wage", "wage") if _earner(analysis, near_head) else (None, hit.term.id)
            return None, hit.term.id
        if hit.term.id == "valuation" and hit.start - money.end < 12:
            return "seizure-valuation", "valuation"
        if hit.term.id in ("wholesale", "other"):
            return ("wholesale" if hit.term.id == "wholesale" else "other"), hit.term.id
    if near_head:
        closest = near_head[-1]
        ids = [h.term.id for h in near_head]
        if closest.term.id == "wage" and not (has_unit and candidate.unit_reason == "before"):
            return "wage", "wage"
        if closest.term.id in _BLOCKING and not has_unit:
            return None, closest.term.id
        for special in ("min-order", "delivery-fee", "deposit"):
            if special in ids:
                return special, special
        if "fine" in ids and has_unit:
            return "other", "fine"
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
    blocked = nearest(analysis, "price_context", money.start, money.end, before=60, after=0, ids=_BLOCKING)
    if (
        blocked is not None
        and blocked.start >= max(sentence.start, last_money)
        and not any(h.term.id == "retail" for h in near_head)
    ):
        return None, blocked.term.id
    eur = to_eur(
        money.low if money.low is not None else money.high or 0.0, money.currency, analysis.reference
    )[0]
    if eur is not None and eur >= _LUMP:
        return "seizure-valuation", "amount"
    return "retail", "amount"


def _earner(analysis: Analysis, head: list[object]) -> bool:
    return any(getattr(h, "term").id == "wage" for h in head)


def _valuation(analysis: Analysis, candidate: _Candidate, reason: str) -> Draft | None:
    """A value given to a seizure: needs an amount of product or a seizure word in this or the previous sentence."""
    money, sentence = candidate.money, candidate.sentence
    index = analysis.sentence_index(money.start)
    first = analysis.sentences[max(0, index - 2)].start if index else sentence.start
    first = max(first, analysis.body_start) if money.start >= analysis.body_start else 0
    masses = [q for q in within(analysis.quantities, first, sentence.end)]
    seized = hits_in(analysis, "quantity_kinds", first, sentence.end)
    here = [q for q in within(analysis.quantities, sentence.start, sentence.end)]
    if not any(h.term.id == "seized" for h in seized) and not (masses and reason == "valuation"):
        return None
    if reason == "amount":
        lead = re.search(
            r"(?:pour|for|came to|a total of|soit|,)[ ]*$",
            analysis.folded[max(0, money.start - 16) : money.start],
        )
        if not (here and lead) and not (lead and lead.group().startswith("came")):
            return None
    window = sentence if here else Span(first, sentence.end)
    names = {m.substance for m in within(analysis.substances, window.start, money.start) if m.substance}
    if len(names) == 1:
        link = Link(names.pop(), None, "seizure", 0.8)
    elif not names:
        carried = link_substance(analysis, money.start, money.end)
        link = (
            carried
            if carried.substance and carried.reason in ("object", "title", "document")
            else Link(None, None, "none", 0.7)
        )
    else:
        link = Link(_common(names, analysis), None, "seizure", 0.7)
    plain = replace(candidate, per_value=None, per_unit=None, unit_reason="lump")
    return _draft(analysis, plain, "seizure-valuation", link, reason, 0.85 if reason == "valuation" else 0.6)


def _common(names: set[str], analysis: Analysis) -> str | None:
    """One family that covers all names ("cannabis" for resin and herb), else None."""
    from vigie.lexicon.substances import parents

    for name in sorted(names):
        if all(other == name or name in parents(other) for other in names):
            return name
    return None


def _carried_unit(analysis: Analysis, candidate: _Candidate, previous: Draft | None) -> _Candidate:
    """The unit of a later noun in the sentence, or of the price before, when the amounts are of one scale."""
    money, sentence = candidate.money, candidate.sentence
    ahead = None
    for match in _unit_before(analysis.lang).finditer(analysis.folded, money.end, sentence.end):
        if match["def"] and match["def"].strip() in (
            "le",
            "la",
            "du",
            "au",
            "l'",
            "a l'",
            "a",
            "the",
            "per",
            "an",
            "a la",
        ):
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


def _assumed_gram(analysis: Analysis, candidate: _Candidate, link: Link) -> _Candidate:
    """ "se vend 60 à 100 euros" without a unit: a gram for what is sold by the gram, said so in the rule."""
    money = candidate.money
    retail = nearest(
        analysis, "price_context", money.start, money.end, before=40, after=0, ids=frozenset({"retail"})
    )
    low = to_eur(money.low or money.high or 0.0, money.currency, analysis.reference)[0] or 0.0
    if (
        retail is None
        or link.substance not in _SOLD_BY_GRAM
        or not _POWDER_RANGE[0] * 3 <= low <= _POWDER_RANGE[1]
    ):
        return candidate
    between = analysis.folded[retail.end : money.start]
    if len(between) > 25 or re.search(r"[,;]", between):
        return candidate
    return replace(candidate, per_value=1.0, per_unit="g", unit_reason="assumed")


_SOLD_BY_GRAM = frozenset(
    {
        "cocaine",
        "heroin",
        "ketamine",
        "amphetamine",
        "methamphetamine",
        "3-mmc",
        "4-mmc",
        "tuci",
        "cathinones",
    }
)


def _of_something_else(analysis: Analysis, candidate: _Candidate) -> bool:
    """ "La tonne de saccharose vaut …, soit … le gramme": the sentence prices a product that is no drug."""
    start = candidate.sentence.start
    last = None
    for match in _unit_before(analysis.lang).finditer(analysis.folded, start, candidate.money.start):
        named = named_after(analysis, match.end())
        if named is not None and (named.other or named.substance):
            last = (match.end(), named.other)
    if last is None or not last[1]:
        return False
    return not any(m.substance for m in within(analysis.substances, last[0], candidate.money.end + 12))


def _price_link(analysis: Analysis, candidate: _Candidate) -> Link:
    money = candidate.money
    after = named_after(analysis, money.end)
    if after is not None and after.substance:
        return after
    if candidate.unit_end is not None:
        after_unit = named_after(analysis, candidate.unit_end)
        if after_unit is not None and after_unit.substance:
            return after_unit
    if candidate.per_unit == "rock":
        return Link("crack", "rock", "unit", 0.8)
    link = link_substance(analysis, money.start, money.end)
    if link.other:
        link = link_substance(analysis, money.start, money.start)
    return link


def _draft(
    analysis: Analysis, candidate: _Candidate, kind: PriceKind, link: Link, reason: str, base: float
) -> Draft:
    money = candidate.money
    low_eur, note = (
        to_eur(money.low, money.currency, analysis.reference) if money.low is not None else (None, None)
    )
    high_eur, note2 = (
        to_eur(money.high, money.currency, analysis.reference) if money.high is not None else (None, None)
    )
    per_unit, per_value = candidate.per_unit, candidate.per_value
    eur_per_unit = unit = None
    if per_unit and per_value:
        bounds = [b for b in (low_eur, high_eur) if b is not None]
        grams = mass_in_grams().get(per_unit)
        unit = "g" if grams else per_unit
        if bounds:
            eur_per_unit = round(sum(bounds) / len(bounds) / (per_value * (grams or 1.0)), 6)
    value = PriceValue(
        kind=kind, low=money.low, high=money.high, currency=money.currency, per_value=per_value, per_unit=per_unit,
        eur_low=low_eur, eur_high=high_eur, eur_per_unit=eur_per_unit, unit=unit, eur_note=note or note2,
    )  # fmt: skip
    start, end = money.start, money.end
    if candidate.unit_end is not None:
        start = analysis.folded.rfind(" ", 0, max(0, candidate.unit_end - 12)) + 1
        start = max(start, candidate.sentence.start)
    name = "per_unit" if per_unit else "lump"
    return Draft(
        start=min(start, money.start), end=end, value=value, substance=link.substance, form=link.form,
        rule=f"price.{name}@1|kind:{reason}|unit:{candidate.unit_reason or 'none'}|substance:{link.reason}",
        confidence=min(0.99, base * (0.6 + 0.4 * link.weight)), anchor=money.end,
    )  # fmt: skip
