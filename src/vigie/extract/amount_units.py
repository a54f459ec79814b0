"""The unit of one number: what touches it before ("$5", "RM 42") or after ("5 kg", "5 dollars and 20 cents", "20 (kg)").

In: NumberTokens in order. Out: one Amount each. Words: data/grammar/<lang>.toml, currencies.toml.
A word that is also another word counts as a currency only as the grammar says: in capitals, after figures, of ten or more.
Three figures after a separator are thousands where the unit has no thousandths (money, pieces), whatever the language.
Left out: ranges and bounds (`vigie.extract.amounts`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from vigie.extract.amount_patterns import Patterns
from vigie.extract.numbers import NumberToken
from vigie.lexicon.currencies import CurrencyWords, currency_words
from vigie.lexicon.grammar import Grammar, Unit

_MILLION = 1_000_000
_CAREFUL_FROM = 10  # "3 marks" may be at school, "30 marks" are money
_LITRE = re.compile(r" ?(?:/|le|par|per|a|au)? ?(?:l|litre|liter|gallon)\b")
_CENTS = re.compile(r"[€$£](\d\d)(?![\d.,]?\d)")  # "2€50"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """Numbers with their unit and bounds; `unit` None for a bare number.

    Attributes:
        doubt: the separator of thousands or decimals could be read otherwise.
    """

    start: int
    end: int
    low: float | None
    high: float | None
    unit: Unit | None
    token: NumberToken
    doubt: bool = False


def attach_all(
    tokens: list[NumberToken], folded: str, text: str, p: Patterns, g: Grammar
) -> Iterator[Amount]:
    """Each token with its unit; a token inside the amount before it is dropped ("2€50", "5 dollars and 20 cents")."""
    words = currency_words(g.lang)
    end = 0
    held: Amount | None = None
    for token in tokens:
        if token.start < end:
            continue
        amount = _attach(token, folded, text, end, p, g, words)
        if amount.unit is not None:
            end = amount.end
        if held is not None and amount.start >= held.end:
            whole = _with_part(held, amount, folded, p, words) if held.unit is not None else None
            if whole is not None:
                held, end = whole, whole.end
                continue
            yield held
        held = amount
    if held is not None:
        yield held


def _attach(
    token: NumberToken, folded: str, text: str, used: int, p: Patterns, g: Grammar, words: CurrencyWords
) -> Amount:
    """The token with the unit that touches it. `used`: where the amount before ends."""
    bare = Amount(
        start=token.start, end=token.end, low=token.value, high=token.value, unit=None, token=token,
        doubt=token.doubt,
    )  # fmt: skip
    at = token.start
    near = folded[at - 2 : at - 1] if at > 1 and folded[at - 1] == " " else folded[at - 1 : at] if at else ""
    before = _prefix(token, folded, text, p, words) if near in p.prefix_ends else None
    if before is not None and before[0] >= used:
        return _prefixed(bare, *before, folded, text, p, g, words)
    if folded[token.end : token.end + 1] in p.signs and not token.words:
        cents = _CENTS.match(folded, token.end)
        if cents:
            value = token.value + int(cents[1]) / 100
            unit = g.units[folded[token.end]]
            return replace(bare, end=cents.end(), low=value, high=value, unit=unit)
    two = folded[token.end : token.end + 4].lstrip(" \n-({")[:2]
    if two not in p.unit_openings and (two[:1] not in p.short_units or two[1:].isalnum()):
        return bare if token.value >= 1 else _portion(bare, folded, p)
    after = p.suffix.match(folded, token.end)
    if after:
        found = _suffixed(bare, after, folded, text, p, g, words)
        if found is not None:
            return found
    following = folded[token.end : token.end + 3]
    if following.startswith((" (", " {", "(", "{")):
        bracketed = p.bracketed.match(folded, token.end)
        if bracketed:
            return replace(bare, end=bracketed.end(), unit=g.units[_surface(bracketed)])
    piece = p.adjective_piece.match(folded, token.end)
    if piece:
        unit = g.units[" ".join(piece["unit"].split())]
        return _read_for(replace(bare, end=piece.end(), unit=unit), folded, "")
    if following[:1] in " ef":
        letter = p.letter.match(folded, token.end)
        if letter and letter["unit"] in g.context_currencies and not token.words:
            return replace(bare, end=letter.end(), unit=g.context_currencies[letter["unit"]])
        pounds = p.pounds.match(folded, token.end)
        if pounds and _means_money(token, pounds.end(), folded, p):
            return replace(bare, end=pounds.end(), unit=Unit("money", "GBP"))
        of_a_thing = pounds and p.of.match(folded, pounds.end())
        if pounds and (of_a_thing or "pound" in pounds[0]):  # an English word in French is money, or a mass
            unit = Unit("mass", "lb") if of_a_thing else Unit("money", "GBP")
            return replace(bare, end=pounds.end(), unit=unit)
    return _portion(bare, folded, p)


def _prefix(
    token: NumberToken, folded: str, text: str, p: Patterns, words: CurrencyWords
) -> tuple[int, str] | None:
    """Where the currency before the token begins, and its surface."""
    at = token.start
    if at == 0:
        return None
    stop = at - 1 if folded[at - 1] == " " else at
    last = folded[stop - 1 : stop]
    if not last or last not in p.prefix_ends:
        return None
    if last.isalpha() and folded[folded.rfind(" ", 0, stop) + 1 : stop].lstrip("('\"[") not in p.prefix_words:
        return None
    match = p.prefix.search(folded, max(0, at - 32), at)
    if match is None:
        return None
    surface = " ".join(match["unit"].split())
    last_word = surface.rpartition(" ")[2]
    if last_word in words.before_words:
        if token.words or not p.no_noun.match(folded, token.end):
            return None
    elif surface.isalpha() and surface not in p.plain_codes and not text[match.start()].isupper():
        return None
    return match.start(), surface


def _prefixed(
    bare: Amount, start: int, surface: str, folded: str, text: str, p: Patterns, g: Grammar, words: CurrencyWords
) -> Amount:  # fmt: skip
    """ "$5", "£2m", "US$ 4.7 billion", "$20 Canadian", "$10 dollars"."""
    noun = surface if surface in words.shared else ""
    token, unit = bare.token, Unit("money", words.before[surface], noun=noun)
    scale, end = 1.0, token.end
    short = p.short.match(folded[token.end : token.end + 6])
    if short and token.multiplier == 1:
        scale, end = float(g.short_multipliers[short["short"]]), token.end + short.end()
        token = multiplied(token, scale)
    again = p.suffix.match(folded, end) if folded[end : end + 1] in (" ", "d", "e", "u") else None
    if again and not again["pct"] and not again["short"]:
        said = g.units[_surface(again)]
        narrower = surface == "$" and again["unit"] in words.dollars
        if said.kind == "money" and said.scale == 1.0 and (said.code == unit.code or narrower):
            unit, end = said, again.end()
    if surface == "$" and end == token.end:
        country = p.country.match(folded, end)
        if country:
            unit, end = Unit("money", words.dollars[country["country"]]), country.end()
    found = replace(bare, start=start, end=end, low=token.value, high=token.value, unit=unit, token=token)
    return _read_for(found, folded, surface)


def multiplied(token: NumberToken, scale: float) -> NumberToken:
    """The token with a multiplier that stands in its unit: "10k", "5 M€"; a range shares it."""
    return replace(
        token, value=token.value * scale, multiplier=scale, base=token.value, other=None, doubt=False
    )


def _surface(match: re.Match[str]) -> str:
    return " ".join(match["unit"].split())


def _suffixed(
    bare: Amount, after: re.Match[str], folded: str, text: str, p: Patterns, g: Grammar, words: CurrencyWords
) -> Amount | None:
    """ "5 kg", "2 k€", "un gramme et demi", "361 million pounds"; None if what follows is no unit here."""
    token = bare.token
    if after["pct"]:
        return replace(bare, end=after.end(), unit=g.units["%"])
    surface = _surface(after)
    unit = g.units[surface]
    glued = after.start("unit") == token.end
    if len(surface) == 1 and surface.isalpha() and glued and text[token.end].isupper():
        return bare  # "5G" is a network and "4L" a car
    if surface in words.short_parts and not glued:
        return bare  # "50p" is money, "50 p" a page
    if token.article and unit.kind == "money" and not surface[0].isalpha():
        return bare  # "a $300 million contract"
    if (
        token.article
        and unit.kind == "money"
        and surface in words.before
        and _figure_next(folded, after.end())
    ):
        return bare  # "a US$ 4.7 billion contract"
    end = after.end()
    if unit.kind == "money" and not _may_be_money(token, surface, after, text, words):
        if not surface.startswith("$ "):
            return None
        surface, unit, end = "$", g.units["$"], after.start("unit") + 1  # "20 $ à Lyon" is no A$
    scale = unit.scale
    if after["short"]:
        if unit.kind != "money":
            return bare
        token = multiplied(token, float(g.short_multipliers[after["short"].strip()]))
    extra = 0.0
    half = p.half_after.match(folded, end)
    whole_coins = unit.kind == "money" and scale == 1.0 and token.multiplier == 1
    if half and (unit.kind in ("mass", "volume") or whole_coins):  # "trente-cinq euros et demi"
        extra, end = 0.5, half.end()
    if surface in g.context_currencies and _means_money(token, end, folded, p):
        unit = g.context_currencies[surface]
    value = token.value * scale + extra
    found = Amount(
        start=token.start, end=end, low=value, high=value, unit=unit, token=token, doubt=token.doubt
    )
    return found if token.other is None else _read_for(found, folded, surface)


def _figure_next(folded: str, at: int) -> bool:
    return folded[at : at + 2].lstrip(" ")[:1].isdigit()


def _may_be_money(
    token: NumberToken, surface: str, after: re.Match[str], text: str, words: CurrencyWords
) -> bool:
    """Whether a surface that is a word of everyday language is a currency here."""
    if surface in words.careful:
        return not token.words and (token.grouped or token.value >= _CAREFUL_FROM)
    if surface in words.capitals:
        start, end = after.span("unit")
        around = text[max(0, token.start - 24) : token.start] + text[end : end + 24]
        return text[start:end].isupper() and not (any(map(str.isalpha, around)) and around.isupper())
    return True


def _means_money(token: NumberToken, end: int, folded: str, p: Patterns) -> bool:
    """Whether "pounds" (French "livres") are money: millions of them, a price before, or what they buy after."""
    following = folded[end : end + 4]
    if following.startswith((" of ", " de ", " d'")):
        return False
    if token.multiplier >= _MILLION:
        return True
    money_after = p.per.match(folded, end)
    if money_after and money_after.end() > end + 1:
        return True
    return p.pound.search(folded, max(0, token.start - 30), token.start) is not None


def _read_for(amount: Amount, folded: str, surface: str) -> Amount:
    """The reading of the separator that the unit allows: money and pieces have no thousandths ("3,200 euros")."""
    token, unit = amount.token, amount.unit
    if token.other is None or unit is None:
        return amount
    if unit.kind not in ("money", "piece"):
        return amount
    if not token.grouped:
        whole = token.other
        rate = unit.kind == "money" and (token.value < 2 and not surface.endswith("s"))  # "1,085 dollar"
        if rate or (unit.kind == "money" and _LITRE.match(folded, amount.end)):
            return replace(amount, doubt=False)
        token = replace(token, value=whole, base=whole, grouped=True)
        return replace(amount, low=whole, high=whole, token=token, doubt=False)
    return replace(amount, doubt=False)


def _with_part(held: Amount, amount: Amount, folded: str, p: Patterns, words: CurrencyWords) -> Amount | None:
    """ "13 dollars and 45 cents", "2 euros 50", "3 ringgit 50 sen" as one amount; None if they are two."""
    unit, part = held.unit, amount.token
    if unit is not None and unit.kind == "mass":
        return _with_thousandths(held, amount, folded, p)
    if unit is None or unit.kind != "money" or unit.scale != 1.0 or held.low is None:
        return None
    gap = folded[held.end : amount.start]
    if len(gap) > 5 or gap.strip() not in ("", "and", "et", "&"):
        return None
    if part.value >= 100 or part.value != int(part.value) or part.article or part.multiplier != 1:
        return None
    if held.token.value * 100 % 100 and held.token.multiplier == 1:
        return None
    end = amount.end
    if amount.unit is None:
        sub = p.part_after.match(folded, amount.end)
        if sub:
            end = sub.end()
        elif not _bare_part(held, amount, gap.strip(), folded, p):
            return None
    elif amount.unit.kind != "money" or amount.unit.scale != 0.01:
        return None
    value = held.low + part.value / 100
    return replace(held, end=end, low=value, high=value)


def _with_thousandths(held: Amount, amount: Amount, folded: str, p: Patterns) -> Amount | None:
    """ "3 kilos 200", "deux tonnes deux cents", "4 kilos 8": hundreds after a unit are thousandths of it, one figure tenths."""
    unit, part = held.unit, amount.token
    if unit is None or unit.code not in ("kg", "t") or held.low is None or held.low != int(held.low):
        return None
    if amount.unit is not None or part.article or folded[held.end : amount.start] != " ":
        return None
    if part.value in range(100, 1000, 5):
        value = held.low + part.value / 1000
    elif part.value in range(1, 10) and p.tenths:
        value = held.low + part.value / 10
    else:
        return None
    if not p.part_end.match(folded, amount.end):
        return None
    return replace(held, end=amount.end, low=value, high=value)


def _bare_part(held: Amount, amount: Amount, joiner: str, folded: str, p: Patterns) -> bool:
    """Whether a bare number after an amount is its cents: "15 dollars and 15", "20 euros 50", not "20 euros 3 fois"."""
    part = amount.token
    if not p.part_end.match(folded, amount.end):
        return False
    if held.end == held.token.end or joiner == "":
        # after a sign before ("$20 43", "$20 and fifty"), and without "and": two figures, or words
        return part.words or (joiner == "" and amount.end - amount.start == 2)
    return p.opener.search(folded, max(0, held.start - 12), held.start) is None and (
        part.words or amount.end - amount.start == 2
    )


def _portion(bare: Amount, folded: str, p: Patterns) -> Amount:
    """ "un zéro-sept", "un 0,7": a portion of less than a gram, named by its weight."""
    token = bare.token
    if not 0 < token.value < 1 or folded[token.start] not in "z0":
        return bare
    article = p.portion.search(folded, max(0, token.start - 8), token.start)
    if article is None or not p.no_noun.match(folded, token.end):
        return bare
    return replace(bare, start=article.start(), unit=Unit("mass", "g"))
