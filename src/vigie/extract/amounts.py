"""Amounts: money, masses, volumes, counts of pieces, percentages, plain numbers. One mechanism for all.

In: text and language. Out: mentions of one kind, in order. Words: data/grammar/<lang>.toml.
A number token takes the unit that touches it; two amounts joined by "à", "-", "ou", "entre … et" become one range;
bounds ("plus de", "up to") open one side. A change ("passe de 66 à 58 euros") stays two amounts.
Left out: bare numbers that only a neighbour's unit explains (`vigie.extract.elliptic`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from vigie.extract.amount_patterns import Patterns, may_be_bounded, patterns
from vigie.extract.amount_units import Amount, attach_all, multiplied
from vigie.extract.mentions import MoneyMention, NumberMention, PercentMention, QuantityMention
from vigie.extract.numbers import number_tokens
from vigie.lexicon.currencies import currency_of
from vigie.lexicon.grammar import Grammar, grammar, mass_in_grams
from vigie.text.normalise import fold

__all__ = ["Amount", "amounts"]

_LINK = re.compile(r"(?:\w+://|www\.)\S+")
S = TypeVar("S", Amount, NumberMention)
_MINUS = re.compile(r"(?:(?<![\w%)])-|(?<!\w)(?:minus|negative|moins) )$")
_LOOK_BACK = 32  # the longest bound with its spaces


def amounts(folded: str, text: str, lang: str) -> list[Amount]:
    """All amounts of a text, ranges joined, in order. Bare articles ("un", "a") without a unit are dropped."""
    p = patterns(lang)
    g = grammar(lang)
    atoms = list(attach_all(number_tokens(folded, lang), folded, text, p, g))
    joined: list[Amount] = []
    index = 0
    while index < len(atoms):
        first = atoms[index]
        second = atoms[index + 1] if index + 1 < len(atoms) else None
        pair = _join(first, second, folded, p, g) if second is not None else None
        if pair is not None:
            joined.append(pair)
            index += 2
        else:
            if second is not None and first.unit is None and second.unit is not None:
                first = _share(first, second, folded, p)
            joined.append(first)
            index += 1
    return outside_links(
        [_bounded(a, folded, p) for a in joined if a.unit is not None or not a.token.article], folded
    )


def outside_links(found: list[S], folded: str) -> list[S]:
    """What does not stand inside a link: "%20" of an address is no percentage."""
    if "://" not in folded and "www." not in folded:
        return found
    links = [match.span() for match in _LINK.finditer(folded)]
    return [m for m in found if not any(first <= m.start < last for first, last in links)]


def _join(first: Amount, second: Amount, folded: str, p: Patterns, g: Grammar) -> Amount | None:
    """One range, or None when the two are not one."""
    gap = folded[first.end : second.start]
    if len(gap) > 24 or (first.token.article and second.unit is None):
        return None
    match = p.join.match(gap)
    if not match or match.end() != len(gap):
        return None
    unit = second.unit or first.unit
    if first.unit is not None and second.unit is not None and first.unit.code != second.unit.code:
        return _join_masses(first, second, match["word"], folded, p)
    if first.unit is not None and second.unit is None and first.unit.kind != "money":
        return None
    word = match["word"]
    head = folded[max(0, first.start - 40) : first.start]
    opened = p.opener.search(head)
    if first.unit is not None and second.unit is None:
        between = opened is not None and word in ("et", "and") and opened["word"] in ("entre", "between")
        if first.end > first.token.end and not between:
            return (
                None  # "70 euros ou 2": the unit stands after the first number, the second is another thing
            )
        short = p.short.match(folded[second.end : second.end + 6])
        if short:  # "$5-10k"
            token = multiplied(second.token, float(g.short_multipliers[short["short"]]))
            second = replace(
                second, end=second.end + short.end(), low=token.value, high=token.value, token=token
            )
    if word in ("et", "and"):
        if unit is None or (
            not (opened and opened["word"] in ("entre", "between")) and not _plain_pair(first, second)
        ):
            return None
    elif word in ("a", "to", "jusqu'a", "au") and p.change.search(head):
        return None
    low, high = first.low, second.high
    if low is None or high is None:
        return None
    if first.token.multiplier == 1 and second.token.multiplier > 1 and low <= second.token.base:
        low *= second.token.multiplier
    elif (
        second.token.grouped
        and not first.token.grouped
        and low < 1000
        and high % 1000 == 0
        and low < high / 1000
        and second.token.multiplier == 1
    ):
        low *= 1000  # "28 et 33 000 euros"
    if unit is not None and unit.scale != 1.0 and first.unit is None:
        low *= unit.scale
    if low > high and word not in ("ou", "or"):
        return None
    if first.token.words and not second.token.words and high > 20 * max(low, 1):
        return None  # "deux à 120": two for 120
    if unit is None and word in ("ou", "or", "-"):
        return None
    start = opened.start() + max(0, first.start - 40) if opened else first.start
    return Amount(
        start=start,
        end=second.end,
        low=min(low, high),
        high=max(low, high),
        unit=unit,
        token=second.token,
        doubt=first.doubt or second.doubt,
    )


def _join_masses(first: Amount, second: Amount, word: str, folded: str, p: Patterns) -> Amount | None:
    """ "entre 800 grammes et 1,5 kilo": a range whose ends have units of their own, told in that of the second."""
    if first.unit is None or second.unit is None or {first.unit.kind, second.unit.kind} != {"mass"}:
        return None
    head = folded[max(0, first.start - 40) : first.start]
    opened = p.opener.search(head)
    if opened is None or p.change.search(head) or first.low is None or second.high is None:
        return None
    if word in ("et", "and") and opened["word"] not in ("entre", "between"):
        return None
    grams = mass_in_grams()
    low = first.low * grams[first.unit.code] / grams[second.unit.code]
    if low >= second.high:
        return None
    return replace(second, start=opened.start() + max(0, first.start - 40), low=low)


def _plain_pair(first: Amount, second: Amount) -> bool:
    """ "141 et 150 mg": the first number has no unit of its own and is the lower."""
    return first.unit is None and not first.token.article and (first.low or 0) < (second.high or 0)


def _share(first: Amount, second: Amount, folded: str, p: Patterns) -> Amount:
    """ "de 66 à 58 euros": the first number borrows the unit of the second."""
    gap = folded[first.end : second.start]
    match = p.join.match(gap)
    if match and match.end() == len(gap) and match["word"] in ("a", "to") and second.unit is not None:
        head = folded[max(0, first.start - 40) : first.start]
        if p.opener.search(head) or p.change.search(head):
            return replace(first, unit=second.unit)
    return first


def _bounded(amount: Amount, folded: str, p: Patterns) -> Amount:
    """Open one side where a bound stands before or after; widen the span over it."""
    head = folded[max(0, amount.start - _LOOK_BACK) : amount.start]
    base = max(0, amount.start - _LOOK_BACK)
    sides = (("low", p.low), ("high", p.high), ("near", p.near)) if may_be_bounded(head, p) else ()
    found = [(match.start(), side) for side, bound in sides if (match := bound.search(head))]
    if found:
        at, side = min(found)  # the longest: "never more than" is a ceiling, "more than" a floor
        if head.startswith("plus que", at) and p.only.search(folded, max(0, base + at - 24), base + at):
            return amount  # "ne vaut plus que 50 euros"
        if side == "low" and p.never.search(folded, max(0, base + at - 28), base + at):
            side = "high"  # "n'a jamais dépassé 20 euros"
        amount = replace(amount, start=base + at)
        if side == "near":
            inner = folded[max(0, amount.start - _LOOK_BACK) : amount.start]
            side = "low" if p.low.search(inner) else "high" if p.high.search(inner) else side
        if amount.low != amount.high or side == "near":
            return amount
        return replace(amount, high=None) if side == "low" else replace(amount, low=None)
    if amount.unit is not None and amount.low == amount.high:
        if p.low_after.match(folded, amount.end):
            return replace(amount, high=None)
        if p.high_after.match(folded, amount.end):
            return replace(amount, low=None)
    return amount


def find_money(text: str, lang: str) -> list[MoneyMention]:
    """Amounts of money with the unit they buy when it touches them ("80 € le gramme", "£50 per gram")."""
    folded = fold(text)
    return money_mentions(folded, lang, amounts(folded, text, lang))


def money_mentions(
    folded: str, lang: str, found: list[Amount], countries: Callable[[int], Iterable[str]] | None = None
) -> list[MoneyMention]:
    """`find_money` on amounts already found. `countries`: those named around an offset, nearest first.

    They tell whose francs or pesos a bare name means.
    """
    p, g = patterns(lang), grammar(lang)
    mentions: list[MoneyMention] = []
    shared_end = -1  # end of an amount whose unit stands after the next one ("de 66 à 58 euros le gramme")
    for amount in found:
        if amount.unit is None or amount.unit.kind != "money":
            continue
        code = amount.unit.code
        if amount.unit.noun and countries is not None:
            code = currency_of(amount.unit.noun, countries(amount.start), lang) or code
        per_value, per_unit, end = per_unit_after(folded, amount.end, p, g)
        if mentions and per_unit and not mentions[-1].per_unit and mentions[-1].end == shared_end:
            mentions[-1] = replace(mentions[-1], per_value=per_value, per_unit=per_unit)
        shared_end = (
            amount.end if amount.end == amount.token.end and amount.start == amount.token.start else -1
        )
        mentions.append(
            MoneyMention(
                start=amount.start, end=end, low=amount.low, high=amount.high, currency=code,
                per_value=per_value, per_unit=per_unit,
            )
        )  # fmt: skip
    return mentions


def per_unit_after(folded: str, end: int, p: Patterns, g: Grammar) -> tuple[float | None, str | None, int]:
    """What an amount that ends at `end` buys: (2.0, "g", new end) for "les 2 g"; (None, None, end) if unsaid."""
    match = p.per.match(folded, end)
    if not match or match.end() <= end:
        return None, None, end
    if match["each"]:
        return 1.0, "unit", match.end()
    groups = match.groupdict()
    if groups.get("pair"):
        return _numeral(groups["pair"], g), "unit", match.end()
    if (
        g.lang == "en"
        and not groups["n"]
        and not groups["half"]
        and folded[end : match.start("u")].strip() == ""
    ):
        return None, None, end  # "£50 bags" is read by the price linker, not as a rate
    sized = p.sized.match(folded, match.end())
    surface = " ".join(match["u"].split())
    if surface in g.portions:
        if (name := f"{groups['n']} {surface}") in g.portions:
            return g.portions[name], "g", match.end()  # "an eight ball" is no eight of them
        count = _numeral(groups["n"], g) if groups["n"] else 1.0
        return count * _fraction(groups["half"], g) * g.portions[surface], "g", match.end()
    piece = g.units[surface]
    if sized and piece.kind == "piece" and piece.code not in g.link["sized_pieces"]:
        return _numeral(sized["n"], g), g.units[sized["u"]].code, sized.end()
    value = _numeral(groups["n"], g) if groups["n"] else 1.0
    return value * _fraction(groups["half"], g), piece.code, match.end()


def _fraction(raw: str | None, g: Grammar) -> float:
    """ "demi-", "quarter of a ": the part of a unit; 1 when none is said."""
    return next((value for word, value in g.fractions.items() if raw and raw.startswith(word)), 1.0)


def _numeral(raw: str, g: Grammar) -> float:
    if raw in g.fractions:
        return g.fractions[raw]
    return float(g.numbers[raw]) if raw in g.numbers else float(raw.replace(",", "."))


def find_quantities(text: str, lang: str) -> list[QuantityMention]:
    """Masses, volumes and counts of pieces ("près de 12 kg", "252 sachets")."""
    folded = fold(text)
    return quantity_mentions(amounts(folded, text, lang))


def quantity_mentions(found: list[Amount]) -> list[QuantityMention]:
    """`find_quantities` on amounts already found."""
    mentions = []
    for amount in found:
        if amount.unit is None or amount.unit.kind not in ("mass", "volume", "piece"):
            continue
        if amount.unit.code == "unit" or (amount.token.article and amount.unit.kind == "piece"):
            continue
        factor = mass_in_grams().get(amount.unit.code) if amount.unit.kind == "mass" else None
        low, high = amount.low, amount.high
        base = low if low is not None else high
        mentions.append(
            QuantityMention(
                start=amount.start, end=amount.end, low=low, high=high, unit=amount.unit.code,
                grams=base * factor if factor is not None and base is not None else None,
                grams_high=high * factor if factor is not None and high is not None else None,
                ambiguous=amount.doubt,
            )
        )  # fmt: skip
    return mentions


def find_percents(text: str, lang: str) -> list[PercentMention]:
    """Percentages ("5 à 7 %", "22 to 25 percent", "-3 %")."""
    folded = fold(text)
    return [_signed(m, folded) for m in percent_mentions(amounts(folded, text, lang))]


def _signed(mention: PercentMention, folded: str) -> PercentMention:
    """A percentage below zero, where its sign or word stands before: "-3 %", "minus five percent"."""
    sign = _MINUS.search(folded, max(0, mention.start - 10), mention.start)
    if sign is None or mention.low is None or mention.low != mention.high:
        return mention
    return replace(mention, start=sign.start(), low=-mention.low, high=-mention.low)


def percent_mentions(found: list[Amount]) -> list[PercentMention]:
    """`find_percents` on amounts already found."""
    return [
        PercentMention(start=a.start, end=a.end, low=a.low, high=a.high)
        for a in found
        if a.unit is not None and a.unit.kind == "percent"
    ]
