"""Numbers in words, French and English, as people say telephone numbers.

In: groups of digits. Out: words. Left out: numbers above 99.
"""

from __future__ import annotations

from random import Random

from .kinds import Lang

_FR = [
    "zéro",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
]
_EN = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
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
_FR_TENS = {2: "vingt", 3: "trente", 4: "quarante", 5: "cinquante", 6: "soixante", 8: "quatre-vingt"}
_EN_TENS = {
    2: "twenty",
    3: "thirty",
    4: "forty",
    5: "fifty",
    6: "sixty",
    7: "seventy",
    8: "eighty",
    9: "ninety",
}


def french(n: int) -> str:
    if n < 17:
        return _FR[n]
    if n < 20:
        return f"dix-{_FR[n - 10]}"
    tens, unit = divmod(n, 10)
    if tens in (7, 9):
        join = " et " if n == 71 else "-"
        return f"{_FR_TENS[tens - 1]}{join}{french(10 + unit)}"
    if unit == 0:
        return "quatre-vingts" if n == 80 else _FR_TENS[tens]
    return f"{_FR_TENS[tens]}{' et ' if unit == 1 and tens != 8 else '-'}{_FR[unit]}"


def english(n: int) -> str:
    if n < 20:
        return _EN[n]
    tens, unit = divmod(n, 10)
    return _EN_TENS[tens] + (f"-{_EN[unit]}" if unit else "")


def digit(c: str, lang: Lang, r: Random) -> str:
    if c == "0" and lang == "en":
        return r.choice(("oh", "zero"))
    return (_FR if lang == "fr" else _EN)[int(c)]


def group(text: str, lang: Lang, r: Random) -> str:
    """One group as it is said: two digits as one number in French (a leading zero aloud), digit by digit else."""
    if lang == "fr" and len(text) == 2:
        return f"zéro {_FR[int(text[1])]}" if text[0] == "0" else french(int(text))
    return " ".join(digit(c, lang, r) for c in text)


def doubled(text: str, lang: Lang, r: Random) -> str | None:
    """Digit by digit, with "double" before a pair; None where no pair stands."""
    out, i, found = [], 0, False
    while i < len(text):
        if text[i : i + 1] == text[i + 1 : i + 2]:
            out.append("double " + digit(text[i], lang, r))
            i, found = i + 2, True
        else:
            out.append(digit(text[i], lang, r))
            i += 1
    return " ".join(out) if found else None
