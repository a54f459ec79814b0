"""Numbers in digits and words, one token each, before ranges and units.

In: folded text and a grammar. Out: NumberToken in order.
A separator before exactly three digits may group thousands or open decimals: `parse_digits` decides by the language, the
document's other numbers decide where the language does not, and a token that could be read otherwise says so (`other`).
Left out: ordinals, vague plurals ("des dizaines"); fractions and powers without a unit (`vigie.extract.number_forms`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import ahocorasick_rs

from vigie.extract.number_words import read_words
from vigie.lexicon.currencies import currency_words
from vigie.lexicon.grammar import Grammar, alternation, grammar

_DIGITS = re.compile(
    r"(?:\d{1,2}(?:,\d\d)+,\d{3}(?!\d)|\d{1,3}(?:[ .,'’]\d{3})+(?![\d])(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d+)?)"
    r"(?!\d)(?!(?:er|ere|eme|e|nd|nde|th|st|rd)\b(?! ?(?:le|la|l'|les|par|/)))"
)
_FIGURES = re.compile(
    r"[\d½¼¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞](?:(?<=\d)\d+)?"
)  # opens with a plain set: the scan is then a fast one
_LETTERS = re.compile(r"[a-z]+")
_VULGAR = {char: unicodedata.numeric(char) for char in "½¼¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"}
_LIST = re.compile(r"\d{1,2}(?:,\d{1,2}){2,}(?!\d)")
_SLASHED = re.compile(r"(1|3(?=/4))/([2-58]|10)(?=[ -]?(?:de |d'|of )?[a-z])")
_ARTICLE = {"fr": re.compile("une? "), "en": re.compile("an? ")}
_SINGULAR = re.compile(r" ?(?:millions?|milliards?|(?:tonne|kilo|gramme|litre)\b)")
_PRONOUN = re.compile(r"\b(?:this|that|which|no|each|every|any|some|the|another|only) $")
_PLUS = {"quarter": 0.25, "quart": 0.25, "quarters": 0.25, "quarts": 0.25}
_DECIMALS = re.compile(r"(?<![\d.,])\d+([.,])\d{1,2}(?![\d.,/-]*\d)")


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
        other: what the digits would mean if their separator were the other kind; None where that is excluded.
        doubt: the other reading is a real possibility.
    """

    start: int
    end: int
    value: float
    base: float
    multiplier: float
    grouped: bool
    article: bool
    words: bool
    other: float | None = None
    doubt: bool = False


@cache
def _words(lang: str) -> re.Pattern[str]:
    """A number that opens with a word."""
    g = grammar(lang)
    word = alternation(g.numbers)
    joiner = r"(?:[ -](?:et|and)[ -]|[ ]?-[ ]?|[ \n]{1,2})"
    more = alternation(w for w in g.numbers if w not in ("a", "an"))
    collective = alternation(list(g.collectives) + [c + "s" for c in g.collectives])
    part = alternation(form for name in g.fractions for form in (name, name + "s"))
    if lang == "fr":
        article, of_unit = r"(?:une?)", r"(?:[ ]de(?=[ ])|[ ]d(?='))"
    else:
        article, of_unit = (
            r"(?:an?)",
            r"(?:[ -](?:of )?(?:an?|one)(?=[ ])|[ ]of(?=[ ])|[ ]de(?=[ ])|[ ]d(?='))",
        )
    return re.compile(
        rf"\b(?:(?:{article} )?(?P<half>{alternation(g.fractions)}){of_unit}?(?=[ '-])"
        rf"|(?P<partn>{more})[ -](?P<part>{part})(?=[ ](?:d'|de |of |mil|bil|p(?:er)? ?cent|pour)){of_unit}?"  # "trois quarts de kilo"
        rf"|(?P<coll>(?:{article} +|(?P<colln>{word}) )?(?P<collw>{collective}))\b"
        rf"|(?P<words>{word}(?:{joiner}{more})*)\b(?!['’]))"
    )


@cache
def _multiplied(lang: str) -> re.Pattern[str]:
    """What may follow the figure: "et demi", "million", "and a half million"."""
    g = grammar(lang)
    plus = rf"[ ]{alternation(g.words['half_after'])}\b"
    quarter = r"[ ](?:and a quarter|et quart)\b(?! (?:of|des?|d')\b)|[ ](?:and three quarters|et trois quarts)\b(?! (?:of|des?|d')\b)"
    return re.compile(
        rf"(?P<dozen>[ ]{{0,2}}-?{alternation([form for c in g.collectives for form in (c, c + 's')])}\b)?"
        rf"(?P<plus>{plus}(?! (?:of|des?|d')\b)|{quarter})?"
        rf"(?P<mult>(?:[ \n]?-?(?:de |d'|of an? )?{alternation(g.multipliers)}\b)*)"
        rf"(?P<plus_after>(?<=[a-z])(?:{plus}|{quarter}))?"
    )


@cache
def _tail_openings(lang: str) -> frozenset[str]:
    """First two letters of all that may follow a figure as part of the number: most figures have none after them."""
    g = grammar(lang)
    after = [*g.multipliers, *g.collectives, *g.numbers, "virgule", "point", "de ", "d'", "of "]
    return frozenset(word[:2] for word in [*after, *(half.split()[0] for half in g.words["half_after"])])


@cache
def _after_article(lang: str) -> frozenset[str]:
    """First two letters of what makes a number of an article: "un million", "une dizaine", "a quarter"."""
    g = grammar(lang)
    words = [*g.numbers, *g.multipliers, *g.collectives, *g.fractions]
    return frozenset([*(word[:2] for word in words), "et", "  "])


@cache
def _continued(lang: str) -> re.Pattern[str]:
    """ "2 millions 500 000", "3 hundred and 21", "4 thousand 3 hundred"."""
    multiplier = alternation(grammar(lang).multipliers)
    return re.compile(
        rf"[ ](?P<and>(?:and|et)[ ])?(?:(?P<n>\d{{1,3}}(?:[ .,]\d{{3}})*)(?![.,]?\w)(?:[ ](?P<mult>{multiplier})\b)?"
        rf"|(?P<words>{alternation(w for w in grammar(lang).numbers if w not in ('a', 'an', 'un', 'une'))}(?:[ -][a-z]+)*))"
    )


@cache
def _spoken(lang: str) -> re.Pattern[str]:
    """The decimals of a spoken number: "point seven five", "virgule cinquante-deux", and "zéro-sept"."""
    g = grammar(lang)
    word = alternation(w for w, v in g.numbers.items() if v < 100 and w not in ("a", "an", "un", "une"))
    tail = rf"(?:\d+|{word}(?:[ -]{word})*)\b"
    return re.compile(rf"[ ](?:virgule|point)[ ](?P<tail>{tail})|-(?P<glued>{word}(?:-{word})?)\b(?![ -]?\d)")


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
    if not _either(raw):
        return float(f"{head}.{tail}"), False
    decimal = last == "," or _SINGULAR.match(following) is not None if lang == "fr" else last == "."
    return (float(f"{head}.{tail}"), False) if decimal else (float(head + tail), True)


def _either(raw: str) -> bool:
    """Whether the digits may be read both ways: "3.200", not "0.125", "1234.500" or "1.234.500"."""
    head, mark, tail = raw[:-4], raw[-4:-3], raw[-3:]
    return mark in (".", ",") and tail.isdigit() and head.isdigit() and head != "0" and len(head) <= 3


@lru_cache(maxsize=16)
def _decimal_mark(folded: str) -> str | None:
    """The decimal sign of the document, if all its numbers with one or two decimals agree on one."""
    marks = {match[1] for match in _DECIMALS.finditer(folded)}
    return marks.pop() if len(marks) == 1 else None


def number_tokens(folded: str, lang: str, start: int = 0, end: int | None = None) -> list[NumberToken]:
    """All number tokens of [start, end), in order."""
    tokens: list[NumberToken] = []
    stop, last = len(folded) if end is None else end, start
    tails = _tail_openings(lang)
    for at in _openings(folded, lang, start, stop):
        if at < last:
            continue
        char = folded[at]
        token = (
            _figures(folded, at, stop, lang, last)
            if char.isdigit()
            else _plain(at, at + 1, _VULGAR[char])
            if char in _VULGAR
            else _in_words(folded, at, stop, lang, last)
        )
        if token is None:
            continue
        end = token.end
        if folded[end : end + 4].lstrip(" \n-")[:2] in tails or token.multiplier >= 1000:
            token = _with_tail(token, folded, stop, lang)
        last = token.end
        tokens.append(token)
    return tokens


def _plain(start: int, end: int, value: float, *, words: bool = False, scale: float = 1.0) -> NumberToken:
    return NumberToken(start, end, value, value / scale, scale, False, False, words)


def _figures(folded: str, at: int, stop: int, lang: str, last: int) -> NumberToken | None:
    """The number in digits that begins at `at`; None inside a word or the rest of another number.

    `last` is where the number before ended: a list ("22,24,26") goes on there.
    """
    before = folded[at - 1] if at else " "
    first = at
    if before.isalnum() or before == "_":
        if not _after_code(folded, at, lang):
            return None
    elif before in ".," and at > 1:
        if folded[at - 2].isdigit() and not (at - 1 == last and before == "," and lang == "en"):
            return None
        if folded[at - 2] in " (\n$€£" and before == ".":
            first = at - 1  # ".5 g"
    elif before in ".,":
        first = at - 1
    if first < at:
        digits = _FIGURES.match(folded, at, stop)
        assert digits is not None
        return _plain(first, digits.end(), float(f"0.{digits[0]}"))
    if before == "," and at - 1 == last:
        return _plain(at, _end_of_digits(folded, at), float(folded[at : _end_of_digits(folded, at)]))
    listed = _LIST.match(folded, at, stop) if lang == "en" else None
    if listed and not re.fullmatch(r"\d{1,3}(?:,\d{3})+", listed[0]):
        length = folded.index(",", at)
        return _plain(at, length, float(folded[at:length]))  # "exercises 22,24,26"
    part = _SLASHED.match(folded, at, stop) if before != "/" else None
    if part and int(part[1]) < int(part[2]):
        return _plain(at, part.end(), int(part[1]) / int(part[2]))  # "1/2 gramme"
    match = _DIGITS.match(folded, at, stop)
    if match is None:
        return None
    raw = match[0]
    if raw.isdigit():
        value, after_raw = float(raw), match.end()
        if folded[after_raw : after_raw + 1] in _VULGAR:  # "2½"
            value, after_raw = value + _VULGAR[folded[after_raw]], after_raw + 1
        return NumberToken(at, after_raw, value, value, 1.0, False, False, False)
    after = folded[match.end() : match.end() + 12]
    value, grouped = parse_digits(raw, lang, after)
    if not _either(raw) or (lang == "fr" and _SINGULAR.match(after)):
        return NumberToken(at, match.end(), value, value, 1.0, grouped, False, False)
    whole, decimal = float(raw[:-4] + raw[-3:]), float(f"{raw[:-4]}.{raw[-3:]}")
    mark = _decimal_mark(folded)
    doubt = mark is None and lang == "fr" and grouped
    if mark is not None and (mark == raw[-4]) == grouped:  # the document's other numbers say the contrary
        value, grouped, doubt = (decimal, False, True) if grouped else (whole, True, True)
    other = decimal if grouped else whole
    return NumberToken(at, match.end(), value, value, 1.0, grouped, False, False, other, doubt)


def _end_of_digits(folded: str, at: int) -> int:
    while folded[at : at + 1].isdigit():
        at += 1
    return at


def _after_code(folded: str, at: int, lang: str) -> bool:
    """Whether the letters that touch the digits are a currency: "USD115"."""
    first = at
    while first and at - first < 4 and folded[first - 1].isalpha():
        first -= 1
    if first and folded[first - 1].isalnum():
        return False
    return folded[first:at] in currency_words(lang).glued


def _in_words(folded: str, at: int, stop: int, lang: str, last: int) -> NumberToken | None:
    """The number that opens with the word at `at`; None for the rest of a compound that is no number."""
    if at and folded[at - 1] == "-" and at - 1 != last and folded[at : at + 4] not in ("demi", "half"):
        return None
    article = _ARTICLE[lang].match(folded, at, stop)
    if article and folded[article.end() : article.end() + 2] not in _after_article(lang):
        return NumberToken(at, article.end() - 1, 1.0, 1.0, 1.0, False, True, True)
    match = _words(lang).match(folded, at, stop)
    if match is None:
        return None
    g = grammar(lang)
    if match["half"] is not None:
        return _plain(at, match.end(), g.fractions[match["half"]], words=True)
    if match["partn"] is not None:
        part = g.fractions.get(match["part"]) or g.fractions[match["part"].removesuffix("s")]
        return _plain(at, match.end(), g.numbers[match["partn"]] * part, words=True)
    if match["coll"] is not None:
        name = match["collw"]
        unit = g.collectives.get(name) or g.collectives[name.removesuffix("s")]
        if name not in g.collectives and match["colln"] is None:
            return None  # "des dizaines", "dozens": no figure
        count = parse_words(match["colln"], g) if match["colln"] else 1.0
        return _plain(at, match.end(), count * unit, words=True)
    spans = [(m.start(), m.end()) for m in _LETTERS.finditer(folded, at, match.end("words"))]
    read = read_words([folded[a:b] for a, b in spans], g.numbers, lang)
    if read is None:
        return None
    end = spans[read.used - 1][1]
    alone = read.used == 1 and folded[at:end] in ("un", "une", "a", "an")
    if lang == "en" and folded[at:end] == "one" and _PRONOUN.search(folded, max(0, at - 8), at):
        return None
    return NumberToken(at, end, read.value, read.value / read.scale, read.scale, False, alone, True)


def _with_tail(token: NumberToken, folded: str, stop: int, lang: str) -> NumberToken:
    """The token with its decimals in words, its halves, its multiplier and what goes on after it."""
    following = folded[token.end : token.end + 1]
    if token.multiplier >= 1000 and folded[token.end : token.end + 2].strip(" ").isdigit():
        return _go_on(token, folded, stop, lang)  # "deux millions 500 000"
    if folded[token.end : token.end + 4].lstrip(" \n-")[:2] not in _tail_openings(lang):
        return token
    g = grammar(lang)
    if token.base == 0 or following == " ":
        spoken = _spoken(lang).match(folded, token.end, stop)
        if (
            spoken
            and not token.article
            and (
                spoken["tail"]
                or (token.words and token.value == 0 and folded[token.start - 1 : token.start] != "-")
            )
        ):
            token = _decimals(token, spoken, g)
    match = _multiplied(lang).match(folded, token.end, stop)
    if match is None or match.end() == token.end:
        return token
    dozen = (match["dozen"] or "").strip(" -")
    base, scale = token.value, token.multiplier
    if dozen:
        if token.words and token.value >= 1:
            return token
        base *= g.collectives.get(dozen) or g.collectives[dozen.removesuffix("s")]
    multiplier = 1.0
    for name in _LETTERS.findall(match["mult"]):
        multiplier *= g.multipliers.get(name, 1)
    if match["plus"]:
        half = _PLUS.get(match["plus"].split()[-1], 0.5) * (3 if " t" in match["plus"][3:] else 1)
        if scale >= 1000:  # "one billion and a half million"
            base, multiplier = base + half * multiplier if multiplier > 1 else base + half * scale, 1.0
        else:
            base += half
    if multiplier > 1 or match["plus"] or dozen:
        token = NumberToken(
            token.start, match.end("mult"), base * multiplier, base, multiplier, token.grouped,
            token.article and multiplier == 1, token.words, None if multiplier > 1 else token.other,
            token.doubt and multiplier == 1,
        )  # fmt: skip
    if match["plus_after"] and token.multiplier >= 1000:
        half = _PLUS.get(match["plus_after"].split()[-1], 0.5) * (3 if " t" in match["plus_after"][3:] else 1)
        base = token.base + half
        return replace(token, end=match.end(), value=base * token.multiplier, base=base)
    return _go_on(token, folded, stop, lang) if token.multiplier >= 100 and not token.words else token


def _decimals(token: NumberToken, spoken: re.Match[str], g: Grammar) -> NumberToken:
    """ "deux virgule cinquante-deux", "nought point nought three", "zéro-sept"."""
    tail = spoken["tail"] or spoken["glued"]
    if not tail[0].isdigit():
        words, digits = re.split(r"[ -]+", tail), ""
        while words:
            read = read_words(words, g.numbers, g.lang)
            if read is None:
                break
            digits += str(int(read.value))
            words = words[read.used :]
        tail = digits
    value = float(f"{int(token.value)}.{tail}")
    return NumberToken(token.start, spoken.end(), value, value, 1.0, False, False, token.words)


def _go_on(token: NumberToken, folded: str, stop: int, lang: str) -> NumberToken:
    """ "2 millions 500 000", "4 thousand 3 hundred": smaller numbers that belong to one in figures."""
    g = grammar(lang)
    match = _continued(lang).match(folded, token.end, stop)
    if match is None:
        return token
    end = match.end()
    if match["words"]:
        spans = [(m.start(), m.end()) for m in _LETTERS.finditer(folded, match.start("words"), match.end())]
        read = read_words([folded[a:b] for a, b in spans], g.numbers, lang)
        if read is None or read.value < 100:
            return token
        more, end = read.value, spans[read.used - 1][1]
    else:
        more = float(re.sub(r"\D", "", match["n"])) * (g.multipliers[match["mult"]] if match["mult"] else 1)
        joined = match["and"] is not None and lang == "en" and token.multiplier <= 1000
        if not (match["mult"] or joined or (more >= 1000 and not match["and"])):
            return token
    if not 0 < more < token.multiplier:
        return token
    going = replace(
        token, end=end, value=token.value + more, base=token.value + more, multiplier=1.0, other=None
    )
    if match["mult"] and g.multipliers[match["mult"]] >= 100:
        return _go_on(replace(going, multiplier=float(g.multipliers[match["mult"]])), folded, stop, lang)
    return going


def parse_words(words: str, g: Grammar) -> float:
    """Value of a number in words: "quatre-vingt-dix-sept" = 97, "two hundred and five" = 205."""
    read = read_words(_LETTERS.findall(words), g.numbers, g.lang)
    return read.value if read else 0.0
