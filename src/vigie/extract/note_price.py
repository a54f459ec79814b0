"""The price field of a field note: "60 € le g, 100 les 2", "le pochon à 20", "60-70", "2 for £15".

In: the value of the field and what the note says of money. Out: prices as said, with their spans, and what the writer is told.
The grammar of amounts is that of texts (`vigie.extract.amounts`); a bare figure is read as the money of the place, because the field
asks for nothing else. Left out: which substance, place and time (`vigie.extract.note`); prices of another time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from vigie.extract.amounts import Amount, amounts, money_mentions
from vigie.extract.mentions import MoneyMention
from vigie.lexicon.grammar import alternation, grammar, mass_in_grams
from vigie.lexicon.note_fields import words
from vigie.model.observation import PriceKind
from vigie.text.normalise import fold

_SPLIT = re.compile(
    r";|\n|\(|\)|,(?=\s)|\s(?:puis|then|sinon)\s|\s/\s|(?<=[a-z])\s(?:ou|or|et|and)\s(?=[£$€]?\d[\d.,]*\s?[€£]?\s(?:le|la|les|pour|for|a|each)\b)"
)
_RANGE = re.compile(r"\s*(?:-|–|à|a|to|et|and|ou|or)\s*")
_FOR = re.compile(r"\s*(?:les|pour|for|x|=|:)\s*")
_COUNT = re.compile(r"(?:\b(?:les|pour|for|par)|x)\s?(?P<n>\d{1,3})(?![\d.,]*\d)\b")
_COUNT_BEFORE = re.compile(r"(?<![\d.,])(?P<n>\d{1,3})\s?(?:pour|for|x|=|:)\s?$")
_DIGIT = re.compile(r"\d")
_EURO = re.compile(r"(?<=\d)e(?![\w/])")  # "60e" in a price field is no ordinal
_WIDEST = 5  # times the low figure that the high one of a range of bare figures may be: "0,8 à 50" is an amount and its price
_SIGN = " €"  # put behind a bare figure so that the grammar reads it; its currency is then replaced


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One price as said.

    Attributes:
        start, end: of the words that say it, in the value.
        per_value, per_unit: what it buys; "unit" for a piece of an unsaid kind; None where nothing is said.
        assumed: its currency was not said.
    """

    start: int
    end: int
    low: float | None
    high: float | None
    currency: str
    kind: PriceKind = "retail"
    per_value: float | None = None
    per_unit: str | None = None
    assumed: bool = False


def prices_in(value: str, lang: str, currency: str | None) -> tuple[list[Said], list[str]]:
    """Prices of a price field in order, and remark ids.

    Args:
        currency: ISO 4217 code of a bare figure; None where nothing tells it, so that it is not read.
    """
    found: list[Said] = []
    told: list[str] = []
    for start, end in _clauses(value):
        clause = _EURO.sub("€", value[start:end])
        folded = fold(clause)
        if _has(folded, "past") and _DIGIT.search(clause):
            told.append("price-past")
            continue
        said = list(_of_clause(clause, folded, lang, currency, found[-1] if found else None))
        if not said and _has(folded, "free"):
            told.append("price-free")
        elif not said and _DIGIT.search(clause):
            told.append(
                "price-no-currency" if currency is None and not _money(clause, lang) else "price-part-unread"
            )
        if said and _left(clause, folded, lang, said):
            told.append("price-part-unread")
        found += [replace(one, start=one.start + start, end=one.end + start) for one in said]
    if not found and not told:
        told.append("price-unread")
    if not found and told == ["price-part-unread"]:
        told = ["price-unread"]
    return found, list(dict.fromkeys(told))


def _left(clause: str, folded: str, lang: str, said: Sequence[Said]) -> bool:
    """Whether a bare figure of a clause went into no price: "60 € le g 100 les 2", "la boulette de 0,2"."""
    used = {number for one in said for number in (one.low, one.high, one.per_value)}
    bare = [
        a for a in amounts(folded, clause, lang) if a.unit is None and _DIGIT.match(clause, a.token.start)
    ]
    return any(not {a.low, a.high} <= used | {None} for a in bare)


def _clauses(value: str) -> Iterator[tuple[int, int]]:
    at = 0
    for match in [*_SPLIT.finditer(value), None]:
        stop = match.start() if match else len(value)
        piece = value[at:stop]
        if piece.strip():
            yield at + len(piece) - len(piece.lstrip()), at + len(piece.rstrip())
        at = match.end() if match else stop


def _has(folded: str, group: str) -> bool:
    return _words(group).search(folded) is not None


@cache
def _words(group: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){alternation([fold(w) for w in words()['price'][group]])}(?!\w)")


def _money(clause: str, lang: str) -> bool:
    return any(a.unit is not None and a.unit.kind == "money" for a in amounts(fold(clause), clause, lang))


def _of_clause(
    clause: str, folded: str, lang: str, currency: str | None, before: Said | None
) -> Iterator[Said]:
    grown = _respoken(clause, lang)
    assumed = not _money(grown, lang)
    folded = fold(grown)
    if assumed:
        spot = _bare_money(grown, folded, lang)
        if spot is None or currency is None:
            return
        grown = f"{grown[:spot]}{_SIGN}{grown[spot:]}"
        folded = fold(grown)
    every = amounts(folded, grown, lang)
    mentions = money_mentions(folded, lang, every)
    for index, money in enumerate(mentions):
        low = mentions[index - 1].end if index else 0
        high = mentions[index + 1].start if index + 1 < len(mentions) else len(grown)
        per = (money.per_value, money.per_unit)
        if per[1] is None:
            per = _measured(folded, every, lang, money, low, high, before)
        if per[1] == "unit" and per[0] != 1 and before is not None and before.per_unit:
            per = (per[0], before.per_unit)  # "60 le g, 100 les 2"
        kind = _kind(folded, per)
        bounds = (money.low, money.high)
        if kind in ("delivery-fee", "min-order"):  # "minimum" says the kind, it bounds nothing
            bounds = (money.low or money.high, money.high or money.low)
        said = Said(
            start=0, end=len(clause), low=bounds[0], high=bounds[1],
            currency=currency or money.currency if assumed else money.currency, kind=kind,
            per_value=None if kind in ("delivery-fee", "min-order") else per[0],
            per_unit=None if kind in ("delivery-fee", "min-order") else per[1], assumed=assumed,
        )  # fmt: skip
        if len(mentions) > 1 and len(grown) == len(clause):  # "1g 60e 5g 250e": each has its own words
            said = replace(
                said, start=low + _blank(grown, low, high), end=min(len(clause), max(money.end, low))
            )
        if said.end > said.start:
            before = said
            yield said


def _respoken(clause: str, lang: str) -> str:
    """The clause with the words of the street for sums and packings ("tenner", "képa") as the grammar knows them."""
    said = words()["price"]["said"].get(lang, {})
    folded = fold(clause)
    for match in reversed([*_spoken(lang).finditer(folded)]):
        clause = clause[: match.start()] + said[match.group()] + clause[match.end() :]
    return clause


@cache
def _spoken(lang: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){alternation(words()['price']['said'].get(lang, {'-': ''}))}(?!\w)")


def _blank(text: str, low: int, high: int) -> int:
    piece = text[low:high]
    return len(piece) - len(piece.lstrip(" ,:"))


def _bare_money(clause: str, folded: str, lang: str) -> int | None:
    """Where the bare figure that is the money ends; None where no figure is, or no one can tell which."""
    bare = [a for a in amounts(folded, clause, lang) if a.unit is None and not a.token.article]
    bare = [a for a in bare if _DIGIT.match(clause, a.token.start)]
    if not bare:
        return None
    if len(bare) == 1:
        low, high = bare[0].low, bare[0].high
        return None if low and high and high > _WIDEST * low else bare[0].end
    if len(bare) == 2:
        gap = clause[bare[0].end : bare[1].start]
        if _RANGE.fullmatch(gap):
            low, high = bare[0].low or 0.0, bare[1].high or 0.0
            return bare[1].end if low <= high <= _WIDEST * low else None
        if _FOR.fullmatch(gap):  # "2 pour 50", "50 les 2": the larger is the money
            return max(bare, key=lambda a: a.low or a.high or 0.0).end
    return None


def _measured(
    folded: str, every: list[Amount], lang: str, money: MoneyMention, low: int, high: int, before: Said | None
) -> tuple[float | None, str | None]:
    """What a sum buys, said before it, else behind it."""
    for start, end in ((low, money.start), (money.end, high)):
        for amount in every:
            sized = amount.unit is not None and amount.unit.kind in ("mass", "volume", "piece")
            if start <= amount.start and amount.end <= end and sized and amount.unit and amount.low:
                return amount.low, amount.unit.code
        match = _unit(lang).search(folded, start, end)
        if match and not folded.startswith("'", match.end()):
            g = grammar(lang)
            word = " ".join(match["u"].split())
            part = 0.5 if match["half"] else 1.0
            if word in g.portions:
                return g.portions[word] * part, "g"
            return part, g.units[word].code
    if _HALF.search(folded, low, high):
        return 0.5, before.per_unit if before and before.per_unit else "unit"
    bare = [
        a
        for a in every
        if a.unit is None and a.low and a.low == a.high and low <= a.start and a.end <= money.start
    ]
    if bare and _FOR.fullmatch(folded, bare[-1].end, money.start):  # "two for £18"
        return bare[-1].low, before.per_unit if before and before.per_unit else "unit"
    count = _COUNT.search(folded, money.end, high) or _COUNT_BEFORE.search(folded[low : money.start])
    if count:
        return float(count["n"]), before.per_unit if before and before.per_unit else "unit"
    return None, None


@cache
def _unit(lang: str) -> re.Pattern[str]:
    g = grammar(lang)
    units = [s for s, u in g.units.items() if u.kind in ("mass", "volume", "piece")]
    return re.compile(
        rf"(?<![\w.,])(?P<half>(?:demi|half)[ -](?:a )?)?(?P<u>{alternation([*units, *g.portions])})(?!\w)"
    )


_HALF = re.compile(r"(?<!\w)(?:demie?|half)(?!\w)")


def _kind(folded: str, per: tuple[float | None, str | None]) -> PriceKind:
    if _has(folded, "delivery"):
        return "delivery-fee"
    if _has(folded, "minimum"):
        return "min-order"
    grams = mass_in_grams().get(per[1] or "")
    bulk = grams is not None and grams * (per[0] or 1.0) >= words()["price"]["bulk_grams"]
    return "wholesale" if bulk or _has(folded, "wholesale") else "retail"
