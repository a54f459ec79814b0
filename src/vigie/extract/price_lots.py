"""Parts and lots: "un quart à 20", "an eighth is £35", "70 pour deux", "£10 or three for £25".

In: Analysis and a sum. Out: how much it buys, of what was priced ("unit") or in ounces. Words: data/grammar/prices.toml.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from vigie.extract.analysis import Analysis, within
from vigie.extract.mentions import MoneyMention
from vigie.extract.numbers import parse_digits
from vigie.extract.price_words import any_of, leading
from vigie.lexicon.grammar import alternation, grammar, link_words
from vigie.lexicon.terms import data_toml


def portion_of(analysis: Analysis, money: MoneyMention, floor: int) -> tuple[float, str, int] | None:
    """ "un quart à 20", "an eighth sells for £35": how much, of which unit ("unit" = of what was priced), said how far."""
    named = _portion(analysis.lang).search(analysis.folded, floor, money.start)
    if named is not None:
        return grammar(analysis.lang).fractions[named["p"]], "unit", named.start()
    weighed = _weighed(analysis, money, floor)
    if weighed is not None:
        return weighed
    slang = _slang(analysis.lang)
    if not slang:
        return None
    slang_after, slang_before = _slang_portion(analysis.lang)
    after = slang_after.match(analysis.folded, money.end)
    before = slang_before.search(analysis.folded, floor, money.start)
    gap = analysis.folded[before.end() : money.start] if before else ""
    if before is not None and (len(gap) > 60 or re.search(r"[;:]", gap)):
        before = None
    found = after or before
    return (slang[found["p"]], "oz", found.start() if found is before else found.end()) if found else None


@cache
def _slang(lang: str) -> dict[str, float]:
    """Ounces by the word for a part of one."""
    return dict(data_toml("grammar", "prices.toml")[lang].get("portions", {}))


@cache
def _slang_portion(lang: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Such a word after a sum, and before one."""
    word = rf"(?P<p>{alternation(_slang(lang))})(?!\w)"
    return (
        re.compile(rf"[ ](?:an?|per|for an?|the)[ ]{word}(?:[ ]of an (?:ounce|oz))?"),
        re.compile(rf"\b(?:an?|the|per|each|every)[ ]{word}(?! of an? )"),
    )


def _weighed(analysis: Analysis, money: MoneyMention, floor: int) -> tuple[float, str, int] | None:
    """ "an eight ball is $70", "a point costs $20", "balls, $150": a portion known by its weight, before its sum."""
    head = analysis.folded[floor : money.start]
    if analysis.lang != "en" or not any(word.split()[-1] in head for word in ("point", "ball", "teen")):
        return None
    last = None
    for match in portion_noun().finditer(head):
        last = match
    if last is None or _portion_gap().fullmatch(head, last.end()) is None:
        return None
    around = within(analysis.substances, floor + last.start(), money.start)
    named = [m for m in around if m.end > floor + last.end()]
    if head.startswith(" of ", last.end()) and not named:
        return None  # "a ball of string costs $5"
    return portion_weight(last), "g", floor + last.start()


def portion_weight(match: re.Match[str]) -> float:
    """The grams of a match of `portion_noun`."""
    portions = grammar("en").portions
    word = match["p"] if match["p"] in portions else match["p"].removesuffix("s")
    return portions[word] * (0.5 if match["half"] else 1.0)


@cache
def portion_noun() -> re.Pattern[str]:
    """ "a point", "per eight-ball", "a half ball": English portions known by their weight."""
    one = r"(?:an?|one|the|per|each|every|by the|for an?)"
    return re.compile(
        rf"\b{one}[ ](?P<half>half[ -])?(?P<p>{alternation(grammar('en').portions)}s?)(?![\w'])"
    )


@cache
def _portion_gap() -> re.Pattern[str]:
    """Between a portion and its sum: "of meth", a verb of price, "was still". No other noun counts there."""
    verbs = f"{leading('en', 'priced_verb')}|{leading('en', 'piece_gap')}|is[ ]|was[ ]|runs[ ]|has cost[ ]|will cost[ ]|sets you back[ ]"
    adverbs = rf"(?:{leading('en', 'priced_adverb')}|was[ ]|been[ ])"
    of = r"(?:[ ](?:of|in)[ ][a-z' -]{2,24}?)?"
    return re.compile(rf"{of},?[ ](?:{adverbs}){{0,2}}(?:{verbs})?(?:{adverbs}){{0,2}}|{of}[ ]?[,:(][ ]?")


def without_lot(analysis: Analysis, money: MoneyMention) -> MoneyMention:
    """ "£10 or three for £25", read as a range, is £10: the second number counts what the next sum buys."""
    if money.per_unit == "t" and re.search(r"[\da-z] at$", analysis.folded[money.start : money.end]):
        money = replace(
            money, end=money.end - 3, per_value=None, per_unit=None
        )  # "£10 at the time": no tonne
    if money.low is None or money.high is None or money.low == money.high:
        return money
    tail = _or_lot(analysis.lang).search(analysis.folded, money.start, money.end)
    if tail is None or _for_sum(analysis.lang).match(analysis.folded, money.end) is None:
        return money
    count = number(tail["n"], analysis.lang)
    sums = [bound for bound in (money.low, money.high) if bound != count]
    return replace(money, low=sums[0], high=sums[0], end=tail.start()) if len(sums) == 1 else money


@cache
def _or_lot(lang: str) -> re.Pattern[str]:
    words = alternation(w for w, v in grammar(lang).numbers.items() if 1 < v < 100)
    return re.compile(rf"[ ](?:ou|or)[ ](?P<n>{words}|\d{{1,2}})$")


@cache
def _for_sum(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ ]{link_words(lang, 'at')}[€£$]?\d")


def as_portion(analysis: Analysis, money: MoneyMention) -> MoneyMention:
    """ "un quart à 20 euros", read as a range from a quarter to 20, is 20 for a quarter of what was priced."""
    if money.low is None or money.high is None or money.low >= 1.0 or money.high < 2.0:
        return money
    head = _portion_at(analysis.lang).match(analysis.folded, money.start, money.end)
    if head is None or grammar(analysis.lang).fractions[head["p"]] != money.low:
        return money
    return replace(money, low=money.high, per_value=money.low, per_unit="unit")


@cache
def _portion_at(lang: str) -> re.Pattern[str]:
    return re.compile(rf"(?:une? |an? )?(?P<p>{any_of(lang, 'portion')})[ ]{link_words(lang, 'at')}")


@cache
def _portion(lang: str) -> re.Pattern[str]:
    return re.compile(
        rf"\b(?:une? |le |an? |the )?(?P<p>{any_of(lang, 'portion')})[ ]?(?:{link_words(lang, 'at')}|{link_words(lang, 'short_gap')})$"
    )


@cache
def lot_after(lang: str) -> re.Pattern[str]:
    """ "70 pour deux", "150 les cinq", "£120 for five": several of what was priced before, and nothing more."""
    words = alternation(w for w, v in grammar(lang).numbers.items() if 1 < v < 1000)
    ends = rf"(?=[ ]?(?:[.,;:)!?\"]|$)|{alternation(grammar(lang).link['pause'])}\b)"
    return re.compile(rf"[ ]{leading(lang, 'lot_lead')}(?P<n>{words}|\d{{1,3}}){ends}")


@cache
def lot_before(lang: str) -> re.Pattern[str]:
    """ "three for £25" after a price for one."""
    numeral = alternation(w for w, v in grammar(lang).numbers.items() if 1 < v < 100)
    return re.compile(rf"(?<![\w.,])(?P<n>{numeral}|\d{{1,2}})[ ]{link_words(lang, 'for')}$")


def number(raw: str, lang: str) -> float:
    """The value of a numeral in digits or in one word."""
    words = grammar(lang).numbers
    return float(words[raw]) if raw in words else parse_digits(raw.rstrip(".,"), lang)[0]
