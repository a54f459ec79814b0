"""Numbers in digits and words, one token each, before ranges and units.

In: folded text and a grammar. Out: NumberToken in order.
Left out: ordinals, fractions other than a half and a quarter, vague plurals ("des dizaines").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import ahocorasick_rs

from vigie.lexicon.grammar import Grammar, alternation, grammar

_DIGITS = (
    r"(?<![\w])(?<![\d][.,])(?:\d{1,3}(?:[ .,'’]\d{3})+(?![\d])(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d+)?)"
    r"(?!(?:er|ere|eme|e|nd|nde|th|st|rd)\b(?! ?(?:le|la|l'|les|par|/)))"
)
_FIGURES = re.compile(r"[\d½¼¾](?:(?<=\d)\d+)?")  # opens with a plain set: the scan is then a fast one
_LETTERS = re.compile(r"[a-z]+")
_VULGAR = {"½": 0.5, "¼": 0.25, "¾": 0.75}


@dataclass(frozen=True, slots=True)
class NumberToken:
    """One number.

    Attributes:
        value: as said, multiplier included ("4 millions" = 4e6).
        base: value before the multiplier; lets "10 à 20 millions" share it.
        multiplier: 1 when none is said.
        grouped: digits were grouped by thousands ("33 000"), which "28 et 33 000" shares.
        article: "un", "a": a number only if a unit follows.
        words: written in words.
    """

    start: int
    end: int
    value: float
    base: float
    multiplier: float
    grouped: bool
    article: bool
    words: bool


@cache
def _pattern(lang: str) -> re.Pattern[str]:
    g = grammar(lang)
    word = alternation(g.numbers)
    joiner = r"(?:[ -](?:et|and)[ -]|[ -])"
    more = alternation(w for w in g.numbers if w not in ("a", "an"))
    plus_half = alternation(g.words["half_after"])
    collective = alternation(list(g.collectives) + [c + "s" for c in g.collectives])
    half = alternation(g.fractions)
    article = r"(?:un|une)" if lang == "fr" else r"(?:an?)"
    of_unit = (
        r"(?:[ -](?:of )?an?(?=[ ])|[ ]de(?=[ ])|[ ]d(?='))"
        if lang == "en"
        else r"(?:[ ]de(?=[ ])|[ ]d(?='))"
    )
    half_form = rf"(?:{article} )?(?P<fraction>{half}){of_unit}?(?=[ '-])"
    multiplier = alternation(g.multipliers)
    return re.compile(
        rf"(?:(?P<digits>{_DIGITS})|(?P<vulgar>[½¼¾])"
        rf"|\b(?P<half>{half_form})"
        rf"|\b(?P<coll>(?:{article} |(?P<colln>{word}) )?(?P<collw>{collective}))\b"
        rf"|(?<![\w-])(?P<words>{word}(?:{joiner}{more})*)\b(?!['’]))"
        rf"(?P<plus>[ ]{plus_half}(?=[ ]\w))?"
        rf"(?P<mult>(?:[ \n]?(?:de |d')?\b{multiplier}\b)*)"
    )


@cache
def _openers(lang: str) -> ahocorasick_rs.AhoCorasick:
    """Finds the words a number in words may begin with: faster than trying the pattern at every place."""
    g = grammar(lang)
    collectives = {form for c in g.collectives for form in (c, c + "s")}
    words = sorted(word for word in {*g.numbers, *collectives, *g.fractions} if word.isalpha())
    return ahocorasick_rs.AhoCorasick(words, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)


def _openings(folded: str, lang: str, start: int, stop: int) -> list[int]:
    """Where a number may begin in [start, stop): at figures, and at whole words that open one."""
    found = [match.start() for match in _FIGURES.finditer(folded, start, stop)]
    piece, size = folded[start:stop], stop - start
    for _index, first, end in _openers(lang).find_matches_as_indexes(piece):
        if (first == 0 or not piece[first - 1].isalnum()) and (end == size or not piece[end].isalnum()):
            found.append(start + first)
    found.sort()
    return found


def parse_digits(raw: str, lang: str, following: str = "") -> tuple[float, bool]:
    """Value of a number in digits, and whether its separator grouped thousands.

    One separator before exactly three digits is ambiguous. French reads a comma as decimal and a point as thousands,
    unless what follows is a multiplier or a singular "tonne", "kilo" ("1.117 milliard", "1.508 tonne"); English
    reads a comma as thousands and a point as decimal.
    """
    if raw.isdigit():
        return float(raw), False
    text = raw.replace("’", "'")
    separators = [c for c in text if not c.isdigit()]
    kinds = set(separators)
    last = separators[-1]
    tail = text.rsplit(last, 1)[1]
    if kinds & {" ", "'"} and last in " '":
        return float(re.sub(r"\D", "", text)), True
    if len(kinds) > 1:
        head = re.sub(r"\D", "", text[: -len(tail) - 1])
        return float(f"{head}.{tail}"), True
    if len(separators) > 1:
        return float(re.sub(r"\D", "", text)), True
    head = text[: -len(tail) - 1]
    if len(tail) != 3 or head == "0" or len(head) > 3:
        return float(f"{head}.{tail}"), False
    decimal = (
        last == "," or re.match(r" ?(?:millions?|milliards?|(?:tonne|kilo|gramme)\b)", following) is not None
        if lang == "fr"
        else last == "."
    )
    return (float(f"{head}.{tail}"), False) if decimal else (float(head + tail), True)


def parse_words(words: str, g: Grammar) -> float:
    """Value of a number in words: "quatre-vingt-dix-sept" = 97, "two hundred and five" = 205."""
    total = current = 0
    for word in re.split(r"[ -]+", words):
        value = g.numbers.get(word)
        if value is None:  # "et", "and"
            continue
        if value == 20 and current % 100 == 4 and g.lang == "fr":
            current += 76
        elif value == 100:
            current = max(1, current) * 100
        elif value >= 1000:
            total += max(1, current) * value
            current = 0
        else:
            current += value
    return float(total + current)


def number_tokens(folded: str, lang: str, start: int = 0, end: int | None = None) -> list[NumberToken]:
    """All number tokens of [start, end), in order."""
    g = grammar(lang)
    tokens: list[NumberToken] = []
    stop = len(folded) if end is None else end
    pattern, last = _pattern(lang), start
    for at in _openings(folded, lang, start, stop):
        if at < last:
            continue
        match = pattern.match(folded, at, stop)
        if match is None:
            continue
        last = match.end()
        grouped = article = words = False
        if match["digits"] is not None:
            base, grouped = parse_digits(
                match["digits"], lang, folded[match.end("digits") : match.end("digits") + 12]
            )
        elif match["vulgar"] is not None:
            base = _VULGAR[match["vulgar"]]
        elif match["half"] is not None:
            base, words = g.fractions[match["fraction"]], True
        elif match["coll"] is not None:
            name = match["collw"]
            unit = g.collectives.get(name) or g.collectives[name.removesuffix("s")]
            if name not in g.collectives and match["colln"] is None:
                continue  # "des dizaines", "dozens": no figure
            base, words = float(unit) * (parse_words(match["colln"], g) if match["colln"] else 1.0), True
        else:
            base, words = parse_words(match["words"], g), True
            article = match["words"] in ("un", "une", "a", "an")
        if match["plus"]:
            base += 0.5
        multiplier = 1.0
        if match["mult"]:
            for name in _LETTERS.findall(match["mult"]):
                multiplier *= g.multipliers.get(name, 1)
        tokens.append(
            NumberToken(
                match.start(),
                match.end(),
                base * multiplier,
                base,
                multiplier,
                grouped,
                article and multiplier == 1,
                words,
            )
        )
    return tokens
