"""Plain numbers as mathematics writes them: below zero, fractions, powers, "10k". For `vigie parse number`.

In: text and language. Out: NumberMention in order; a number glued to the name of a unit ("29km") is none.
Extraction reads amounts and leaves these alone: in the press "-5" follows a dash, and "un sur trois" counts people.
Words: data/grammar/<lang>.toml, [denominators].
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from vigie.extract.amounts import amounts, outside_links
from vigie.extract.mentions import NumberMention
from vigie.extract.number_words import JOINERS, read_words
from vigie.extract.numbers import NumberToken, number_tokens
from vigie.lexicon.grammar import Grammar, alternation, grammar
from vigie.text.normalise import fold

_NUMBER = r"(?:\d+(?:[.,]\d+)?)"
_POWER = re.compile(
    rf"(?<![\w.,])(?P<base>{_NUMBER})(?:\^(?P<sign>[+-]*)(?P<power>{_NUMBER})"
    rf"|(?:e|[ ]?[x×*][ ]?10\^)(?P<ten>[+-]?\d+))(?![\w^])"
)
_SHORT = re.compile(r"[ ]{0,2}(?P<short>mil|mln|bn|[kbgm])(?![\w])")
_SCALE = {"k": 1e3, "mil": 1e6, "mln": 1e6, "m": 1e6, "b": 1e9, "bn": 1e9, "g": 1e9}
_SLASH = re.compile(r"(?<![\d/])(?<!\d-)(?P<n>\d{1,3})/(?P<d>\d{1,3})(?![\d/-])")
_OVER = {
    "fr": re.compile(r" sur "),
    "en": re.compile(r" over | out of (?:every )?"),
}
_SIGN = re.compile(r"(?:(?<![\w%)-])-|(?<!\w)(?:minus|negative|(?<!au )(?<!du )(?<!ou )moins) )$")
_LETTER = re.compile(r"[^\W\d_]|µ")


def find_numbers(text: str, lang: str) -> list[NumberMention]:
    """Plain numbers, ranges and bounds, with or without a noun after them."""
    folded = fold(text)
    tokens = number_tokens(folded, lang)
    wide = [(t.start, t.end) for t in tokens]
    forms = (
        list(_powers(folded))
        + list(_fractions(folded, tokens, grammar(lang)))
        + list(_over(folded, tokens, lang))
    )
    taken: list[NumberMention] = []
    for form in sorted(forms, key=lambda m: (m.start, -m.end)):
        if any(start <= form.start and form.end <= end for start, end in wide):
            continue  # "two thirds of a million" is one token
        if not taken or form.start >= taken[-1].end:
            taken.append(form)
    plain = [
        mention
        for mention in _plain(folded, text, lang)
        if not any(form.start < mention.end and mention.start < form.end for form in taken)
    ]
    found = sorted([*taken, *plain], key=lambda m: m.start)
    return [_signed(m, folded) for m in outside_links(found, folded)]


def _plain(folded: str, text: str, lang: str) -> Iterator[NumberMention]:
    """Numbers and ranges as amounts read them, with "10k" and "1.2b"; without what is glued to letters."""
    for amount in amounts(folded, text, lang):
        token = amount.token
        low, high, end = amount.low, amount.high, token.end
        if token.multiplier != 1 and amount.end > token.end and not token.words and token.value > token.base:
            end = amount.end if amount.unit is None else end  # the range took the "k"
        if amount.unit is not None and amount.unit.scale != 1.0:
            low, high = (None if v is None else v / amount.unit.scale for v in (low, high))
        if not token.words:
            short = _SHORT.match(folded, token.end)
            scale = _short_scale(short, text, token) if short else 1.0
            if short and scale != 1.0 and token.multiplier == 1:
                low, high = (None if v is None else v * scale for v in (low, high))
                end = short.end()
            elif _LETTER.match(folded, token.end) and token.multiplier == 1:
                continue  # "180ml", "29km"
        start = (
            amount.start
            if amount.unit is None or amount.start >= token.start
            else _figures_start(amount.start, token)
        )
        yield NumberMention(start=start, end=max(end, token.end), low=low, high=high)


def _figures_start(start: int, token: NumberToken) -> int:
    """Where the number of a range or of "$20" begins."""
    return min(max(start, 0), token.start)


def _short_scale(short: re.Match[str], text: str, token: NumberToken) -> float:
    """What "k", "b" stand for; 1 for a unit of its own: "5G" is a network, "48m" a length."""
    name = short["short"]
    capital = text[short.start("short")].isupper()
    spaced = short.start("short") > token.end
    if name == "g" and not (capital and (token.value >= 10 or token.value != int(token.value))):
        return 1.0
    if name in ("m", "b") and (spaced or (name == "m" and not capital)):
        return 1.0
    return _SCALE[name]


def _signed(mention: NumberMention, folded: str) -> NumberMention:
    sign = _SIGN.search(folded, max(0, mention.start - 12), mention.start)
    if sign is None or mention.low is None or mention.low != mention.high:
        return mention
    return NumberMention(start=sign.start(), end=mention.end, low=-mention.low, high=-mention.low)


def _powers(folded: str) -> Iterator[NumberMention]:
    """ "1.1^23", "12,32e+14", "1.3x10^6"."""
    if "^" not in folded and not re.search(r"\de[+-]?\d", folded):
        return
    for match in _POWER.finditer(folded):
        base = float(match["base"].replace(",", "."))
        if match["ten"] is not None:
            power, value = float(match["ten"]), 0.0
            if abs(power) > 300:
                continue
            value = base * 10.0**power
        else:
            power = float(match["power"].replace(",", ".")) * (-1) ** match["sign"].count("-")
            if base == 0 or abs(power) > 300 or base > 1e6:
                continue
            value = base**power
        yield NumberMention(start=match.start(), end=match.end(), low=value, high=value)


def _over(folded: str, tokens: list[NumberToken], lang: str) -> Iterator[NumberMention]:
    """ "4/5", "un sur trois", "two out of five hundred"."""
    for match in _SLASH.finditer(folded):
        if int(match["n"]) < int(match["d"]) <= 100:
            value = int(match["n"]) / int(match["d"])
            yield NumberMention(start=match.start(), end=match.end(), low=value, high=value)
    for first, second in pairwise(tokens):
        if second.value and _OVER[lang].fullmatch(folded, first.end, second.start):
            value = first.value / second.value
            yield NumberMention(start=first.start, end=second.end, low=value, high=value)


@cache
def _fraction(lang: str) -> re.Pattern[str]:
    g = grammar(lang)
    parts = [form for name in g.denominators for form in (name, name + "s")]
    return re.compile(
        rf"(?<![\w-])(?P<count>(?:(?:{alternation(g.numbers)}|et|and|\d+)(?:[ ]*-[ ]*|[ ]+))+)(?P<part>{alternation(parts)})(?!\w)"
    )


def _fractions(folded: str, tokens: list[NumberToken], g: Grammar) -> Iterator[NumberMention]:
    """ "three fifths", "cent trois et deux tiers", "nine million and five ninths"."""
    del tokens
    for match in _fraction(g.lang).finditer(folded):
        words = re.findall(r"[a-z]+|\d+", match["count"])
        while words and words[0] in JOINERS:
            words = words[1:]
        if not words:
            continue
        part = match["part"]
        hyphen = match["count"].rstrip(" ").endswith("-")
        value = _mixed(words, part, hyphen, g)
        if value is None:
            continue
        first = re.compile(rf"\b{words[0]}\b").search(folded, match.start())
        assert first is not None
        one = words in (["un"], ["une"], ["a"], ["an"], ["one"])
        if one and not re.match(r" (?:de|d'|du|des|of)\b|[ ]*(?:$|[.,;:!?)])", folded[match.end() :]):
            continue  # "un cinquième homme", "a third man"
        yield NumberMention(start=first.start(), end=match.end(), low=value, high=value)


def _mixed(words: list[str], part: str, hyphen: bool, g: Grammar) -> float | None:
    """The value of counted parts, with the whole number before "and": "one hundred and three and two thirds"."""
    joints = [i for i, word in enumerate(words) if word in JOINERS]
    if joints and words[joints[-1] + 1 :]:
        whole = _number(words[: joints[-1]], g)
        parts = _parts(words[joints[-1] + 1 :], part, hyphen, g)
        if whole is not None and parts is not None and parts < 1:
            value, scale = whole
            return value + parts * (scale if scale >= 1e6 else 1.0)
    return _parts([word for word in words if word not in JOINERS], part, hyphen, g)


def _parts(words: list[str], part: str, hyphen: bool, g: Grammar) -> float | None:
    below = g.denominators.get(part) or g.denominators[part.removesuffix("s")]
    count = words
    last = g.numbers.get(words[-1], 0)
    if 20 <= last <= 90 and below < 10 and (len(words) > 1 or hyphen):
        if len(words) == 1:
            return None  # "twenty-fifth" alone is an ordinal
        below, count = below + last, words[:-1]
    if below == 1:
        return None
    number = _number(count, g)
    return None if number is None else number[0] / below


def _number(words: list[str], g: Grammar) -> tuple[float, float] | None:
    """A whole number in words or figures and the million it ends with."""
    if len(words) == 1 and words[0].isdigit():
        return float(words[0]), 1.0
    read = read_words(words, g.numbers, g.lang)
    if read is None or read.used < len(words):
        return None
    return read.value, read.scale
