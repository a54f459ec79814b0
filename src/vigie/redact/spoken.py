"""Telephone numbers in words: `zéro six douze trente-quatre…`, `oh seven seven double oh nine…`.

In: folded text. Out: removals of kind "phone".
Left out: words that do not add up to nine figures, so that "six ou sept grammes" stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from vigie.redact.spans import Removal
from vigie.redact.words import words_at

_UNITS = ["zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"]
_TEENS = ["dix", "onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"]
_TENS = {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70, "huitante": 80,
         "octante": 80, "nonante": 90, "quatre-vingt": 80, "quatre-vingts": 80}  # fmt: skip
_ENGLISH = {"zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
            "seven": "7", "eight": "8", "nine": "9", "double": "D", "triple": "T",
            "hundred": "00", "thousand": "000", "nought": "0", "naught": "0"}  # fmt: skip


def _french() -> dict[str, str]:
    table = {word: str(n) for n, word in enumerate(_UNITS)}
    table["une"] = "1"
    table["zeros"] = "0"
    table |= {word: str(n) for n, word in enumerate(_TEENS, 10)}
    for name, tens in _TENS.items():
        table[name] = str(tens)
        for n, unit in enumerate(_UNITS[1:], 1):
            table[f"{name}-{unit}"] = str(tens + n)
        table[f"{name}-et-un"] = str(tens + 1)
        if tens in (60, 80):
            for n, teen in enumerate(_TEENS):
                table[f"{name}-{teen}"] = str(tens + 10 + n)
    table["soixante-et-onze"] = "71"
    return table


def _english() -> dict[str, str]:
    teens = [
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ]
    tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    units = [word for word, figure in _ENGLISH.items() if figure in set("123456789")]
    table = {word: str(n) for n, word in enumerate(teens, 10)}
    for n, name in enumerate(tens, 2):
        table[name] = f"{n}0"
        table |= {f"{name}-{unit}": f"{n}{m}" for m, unit in enumerate(units, 1)}
    return table


FRENCH = _french()
ENGLISH = {**_ENGLISH, **_english()}
UNITS = tuple(
    dict.fromkeys(w for w, n in {**FRENCH, **_ENGLISH}.items() if n in set("123456789"))
)  # 1 to 9, both languages
_FRENCH = FRENCH
_WORDS = sorted({*_FRENCH, *_ENGLISH, "o"}, key=len, reverse=True)
_NUMBER = "(?:" + "|".join(re.escape(w).replace(r"\-", r"[\s\-]") for w in _WORDS) + r"|\d{1,4})"
_SERIES = re.compile(
    rf"(?<![\w+])(?:(?:plus\s|\+\s?)?{_NUMBER})(?![\w])(?:[\s\-.,/;:…·*]{{1,4}}{_NUMBER}(?!\w)){{3,16}}"
)
_TOKEN = re.compile(_NUMBER + r"(?!\w)")
_WHOLE = re.compile(rf"(?<!\w){_NUMBER}(?!\w)")
# Where such a number begins; the long pattern is tried only there.
OPENING_WORDS = (
    "zero", "oh", "double", "triple", "six", "sept", "plus", "one", "two", "three", "four", "five", "seven", "eight", "nine",
    "deux", "trois", "quatre", "cinq", "huit", "neuf", "vingt", "trente", "quarante", "cinquante", "soixante", "quatre-vingt",
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)  # fmt: skip
_OPENING_FIGURES = (
    re.compile(r"0(?<![\w+].)(?:\d?[\s\-.,]{1,2}(?=[a-z])|\d[\s.\-]\d\d[\s.\-](?=[a-z]))"),
    re.compile(r"\+(?<![\w+].)\s?(?=[a-z])"),
)
# What follows the first word of a series: another number, or the first word of one.
_NEXT = re.compile(r"[\s\-.,/;:…·*]{1,4}(\w+)")
_FIRSTS = frozenset(word.split("-")[0] for word in _WORDS)
MIN_FIGURES = 9


def find_spoken_numbers(folded: str) -> Iterator[Removal]:
    """Removals of kind "phone"."""
    done = 0
    openings = [start for start, _ in opening_words(folded)]
    openings += [m.start() for pattern in _OPENING_FIGURES for m in pattern.finditer(folded)]
    for opening in sorted(openings):
        match = _SERIES.match(folded, opening) if opening >= done else None
        if not match:
            continue
        words = [w.strip() for w in _TOKEN.findall(match.group())]
        spelled = sum(not w.isdigit() for w in words)
        if spelled < 2:
            continue
        figures = _figures(words)
        opens = figures[:1] == "0" or match.group().startswith(("plus", "+"))
        if len(figures) >= (MIN_FIGURES if opens else MIN_FIGURES + 1) and (opens or spelled >= 5):
            done = match.end()
            yield Removal(match.start(), match.end(), "phone")


def in_figures(folded: str) -> str:
    """The figures of a number that is written in words, or in words and figures; "" with fewer than two words."""
    words = [found.group() for found in _WHOLE.finditer(folded)]
    return _figures(words) if sum(not word.isdigit() for word in words) >= 2 else ""


@lru_cache(maxsize=8)
def opening_words(folded: str) -> tuple[tuple[int, int], ...]:
    """Where a word stands with which a number begins, and the number goes on; two finders ask for them."""
    return tuple(span for span in words_at(folded, OPENING_WORDS) if goes_on(folded, span[1]))


def goes_on(folded: str, end: int) -> bool:
    """Whether a number in words or digits follows, as it does within every series."""
    word = _NEXT.match(folded, end)
    return word is not None and (word.group(1) in _FIRSTS or word.group(1).isdecimal())


def _figures(words: list[str]) -> str:
    out = ""
    repeat = 1
    for word in words:
        key = re.sub(r"\s", "-", word)
        value = word if word.isdigit() else _FRENCH.get(key) or _ENGLISH.get(key) or "0"
        if value in ("D", "T"):
            repeat = 2 if value == "D" else 3
            continue
        out += value * repeat
        repeat = 1
    return out
