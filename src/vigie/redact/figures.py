"""Figures that are nobody's number, though they look like one: axes, lists, sums, dates, pages, ratios, references.

In: text and the removals that the finders propose. Out: those removals without the telephone and card numbers of which
all digits lie in such figures. What proves itself (a sum that comes out, a step that repeats, years that follow each other)
stays even after a word like "appels"; the rest only where no such word stands before it.
Left out: what is masked before a number is looked for (`phones`); pairs of figures in a table that make a number by chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from vigie.redact.phones import called
from vigie.redact.spans import Removal

_KINDS = frozenset(["phone", "card"])
_HOUR = re.compile(r"(?<![\w.])(?:0?[1-9]|1[0-2])\.[ap]m\Z")  # "back at 9.am" is no address in Armenia
_BEFORE, _AFTER = 60, 120  # code points around a removal in which its list may go on
_LONGEST = 400  # code points of a word that the stretch takes along whole; without an end, figures without blanks take a square
_NUMBER = r"(?:[-+−]?(?:0|[1-9]\d{0,5})(?:[.,]\d{1,3})?)"
_RUN = re.compile(
    rf"[-+−0-9](?<![\w.,+/(-].)(?:(?<=[-+−])(?:0|[1-9]\d{{0,5}})|(?<=0)|(?<=[1-9])\d{{0,5}})(?:[.,]\d{{1,3}})?(?P<head>)"
    rf"(?:(?P<by>[ \u00a0\u202f\n]|, |\s?; |-|–|\s-\s|\s–\s|\s?/\s?){_NUMBER}(?![\w]|[.,]\d))"
    rf"(?:(?P=by){_NUMBER}(?![\w]|[.,]\d)){{1,40}}(?!\w|[.,/]\d)"
)
_PAIRS = re.compile(r"\d(?<![\w.,+-].)\d(?:, \d\d(?!\d)){5,40}(?:,? (?:et|and|ou|or) \d\d(?!\d))?(?![\w])")
_CODES = re.compile(r"\d(?<![\w.,+-].)\d{4}(?:(?:, |,? (?:et|and|ou|or) )\d{5}(?!\d)){2,40}(?![\w])")
_SUM = re.compile(
    r"(?<![\w.,])(\d{1,9})\s?([*x×+/÷-])\s?(\d{1,9})\s?=\s?(\d{1,12})(?!\w|[.,]\d)", re.IGNORECASE
)
_DATE = re.compile(
    r"[0-9](?<![\w.,/-].)(?:(?<=[1-9])|(?<=0)[1-9]|(?<=[12])\d|(?<=3)[01])([/.-])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d(?![\w/]|[.,-]\d)"
)
_MONTH = re.compile(
    r"[0-9](?<![\w.,/-].)(?:(?<=[1-9])|(?<=0)[1-9]|(?<=1)[0-2])/(?:19|20)\d\d(?: \d{1,3}(?=\s?[;,.)|]|$))?(?![\w/]|[.,]\d)"
)
_CLOCK = re.compile(r"\d(?<![\w:.].)(?:(?<=[01])\d|(?<=2)[0-3])?[:h][0-5]\d(?![\d:]|[.,]\d)")
_HOURS = re.compile(
    r"[0-2](?<![\w.,+(-].)(?:(?<=[01])\d|(?<=2)[0-3])[0-5][05]\s?[-–]\s?(?:[01]\d|2[0-3])[0-5][05](?![\w-]|[.,]\d)"
)
_PAGES = re.compile(r"(?:[):,]\s?|\bpp?\.\s?)(\d{4})[-–](\d{4})(?!\w|[.,-]\d)")
_FEW_PAGES = 200
_RATIO = re.compile(r"1(?<![\w:.,].)(?::\d{1,3}(?!\d)){2,6}(?![:\w])")
_QUARTER = re.compile(r"[QT](?<!\w.)[1-4](?:[ :]{1,2}\d{1,6}(?:[.,]\d{1,2})?)?(?![\w])")
_FRACTION = re.compile(r"0(?<![\w.,].)[.,]\d{3}(?: \d{3}){1,4}(?!\w|[ .,]\d)")
_SIGNED = re.compile(r"[+-](?<![\w.,].)\d{1,2}[.,]\d{1,2}\s?\([+-]\d{1,2}\)\s?\d{1,5}(?!\w|[.,]\d)")
_REFERENCE = re.compile(
    r"(?i)(?<!\w)(?:arxiv|ecli|doi|pmid|pmcid|isbn|issn|nct|prospero|cas|inchi(?:key)?|finess|nor)\s?[:=]?\s?"
    r"(?=[\w.:/()-]*\d)[\w.:/();-]{4,80}|(?<![\w.])10\.\d{4,5}/[\w.:/();-]{3,80}"
)
# "E-2025-0417", "SI 2023/1417": samples, statutory instruments, files by year.
_FILE = re.compile(r"(?<![\w/-])[A-Z]{1,5}[-/ .]{1,2}(?:19|20)\d\d[-/]\d{2,6}(?![\w/-])")
_YEARS_AND_COUNTS = re.compile(
    r"[12](?<![\w.,+-].)(?:(?<=1)9|(?<=2)0)\d\d(?: \d{1,6}(?!\d)){3,60}(?!\w|[.,]\d)"
)
# What no match of these does without.
_REFERENCE_WORDS = (
    "arxiv", "ecli", "doi", "pmid", "pmcid", "isbn", "issn", "nct", "prospero", "cas", "inchi", "finess", "nor",
)  # fmt: skip
_OTHERS = (
    (_CODES, (", ", " et ", " and ", " ou ", " or ")),
    (_MONTH, ("/",)),
    (_HOURS, ("-", "–")),
    (_RATIO, ("1:",)),
    (_FRACTION, ("0.", "0,")),
    (_SIGNED, ("(",)),
    (_FILE, ("-", "/")),
)
_PHONE = re.compile(r"0[1-9]\d{8}")
# Years and amounts in words: "two thousand and nineteen, twenty twenty".
_THOUSANDS = re.compile(r"\w+ thousand(?: and)?\W|(?:nineteen|twenty)[ -](?:\w+ty|\w+teen)\W")


def spare(text: str, folded: str, found: list[Removal]) -> list[Removal]:
    """The removals without those numbers that are figures of something."""
    told: dict[tuple[int, int], bool] = {}  # one number is often found in several ways

    def figures(item: Removal) -> bool:
        span = item.start, item.end
        if span not in told:
            told[span] = _is_figures(text, folded, item)
        return told[span]

    return [
        item
        for item in found
        if not (item.kind in _KINDS and figures(item))
        and not (item.kind in ("email", "url") and _HOUR.search(folded, item.start, item.end))
    ]


def _is_figures(text: str, folded: str, item: Removal) -> bool:
    digits = [n for n in range(item.start, item.end) if text[n].isdecimal()]
    if not digits:
        return _THOUSANDS.match(folded, item.start, item.end) is not None and not called(folded, item.start)
    low, high = max(0, item.start - _BEFORE), min(len(text), item.end + _AFTER)
    word = text[max(0, low - _LONGEST) : low]
    if word and not word[-1].isspace():
        low -= len(word.split()[-1])
    around = text[low:high]
    runs = list(_RUN.finditer(text, low, high))
    stretches = list(_proven(text, low, high, around, runs))
    if not called(folded, item.start):
        stretches += _likely(text, low, high, around, runs)
    return bool(stretches) and all(any(a <= n < b for a, b in stretches) for n in digits)


def _proven(
    text: str, low: int, high: int, around: str, runs: list[re.Match[str]]
) -> Iterator[tuple[int, int]]:
    """Sums that come out, even steps, years and what was counted in them, dates, references.

    `around` is the stretch itself: a pattern is tried only where what it cannot do without stands in it.
    """
    if "=" in around:
        for match in _SUM.finditer(text, low, high):
            if _comes_out(match):
                yield match.span()
    for match in runs:
        if _is_even(match):
            yield match.span()
    dates: list[tuple[int, int]] = []
    if "19" in around or "20" in around:
        for match in _YEARS_AND_COUNTS.finditer(text, low, high):
            if _alternates(match.group()):
                yield match.span()
        dates = [match.span() for match in _DATE.finditer(text, low, high)]
        yield from dates
    plain = around.casefold().replace("ı", "i")  # the pattern passes over case
    if "10." in around or any(word in plain for word in _REFERENCE_WORDS):
        yield from (match.span() for match in _REFERENCE.finditer(text, low, high))
    if dates:
        yield from (match.span() for match in _CLOCK.finditer(text, low, high))


def _likely(
    text: str, low: int, high: int, around: str, runs: list[re.Match[str]]
) -> Iterator[tuple[int, int]]:
    """Lists of decimals, of round or of rising figures, of codes; pages, months, quarters, ratios."""
    for match in runs:
        if _is_list(match):
            yield match.span()
    for match in _PAIRS.finditer(text, low, high) if ", " in around else ():
        values = [int(n) for n in re.findall(r"\d\d", match.group())]
        if all(a < b for a, b in pairwise(values)):
            yield match.span()
    for match in _PAGES.finditer(text, low, high) if "-" in around or "–" in around else ():
        if 0 < int(match.group(2)) - int(match.group(1)) < _FEW_PAGES:
            yield match.span()
    if "Q" in around or "T" in around:
        quarters = [match.span() for match in _QUARTER.finditer(text, low, high)]
        if len(quarters) > 1:
            yield from quarters
    for pattern, needed in _OTHERS:
        if any(sign in around for sign in needed):
            yield from (match.span() for match in pattern.finditer(text, low, high))


def _comes_out(match: re.Match[str]) -> bool:
    one, sign, other, result = int(match[1]), match[2].lower(), int(match[3]), int(match[4])
    if sign in "*x×":
        return one * other == result
    if sign in "/÷":
        return other > 0 and one == other * result
    return result == (one + other if sign == "+" else one - other)


def _values(match: re.Match[str]) -> list[str]:
    """The numbers of a list as they are written; a dash between two of them is no sign."""
    first, rest = (
        match.string[match.start() : match.start("head")],
        match.string[match.end("head") : match.end()],
    )
    parts = [first, *re.findall(f"{re.escape(match['by'])}({_NUMBER})", rest)]
    return [part.replace("−", "-").replace(",", ".") for part in parts]


def _is_even(match: re.Match[str]) -> bool:
    """One step throughout, as on an axis; a number spelled figure by figure may do that by itself."""
    words = _values(match)
    if len(words) < (3 if all("." in word for word in words) else 4) or all(len(word) == 1 for word in words):
        return False
    values = [Decimal(word) for word in words]
    steps = {b - a for a, b in pairwise(values)}
    return len(steps) == 1 and 0 not in steps


def _is_list(match: re.Match[str]) -> bool:
    words = _values(match)
    if _PHONE.fullmatch(re.sub(r"\D", "", match.group())):
        return False
    decimals = {len(word.partition(".")[2]) for word in words}
    if len(decimals) == 1 and 0 not in decimals:
        return True
    if any(len(word) > 4 for word in words) and not all(word.endswith("00") for word in words):
        return False
    values = [Decimal(word) for word in words]
    if all(value % 10 == 0 and value for value in values):
        return True
    rising = all(a < b for a, b in pairwise(values)) or all(a > b for a, b in pairwise(values))
    return rising and len(words) >= 6 and not all(len(word) == 1 for word in words)


def _alternates(run: str) -> bool:
    """Every other figure is the year after the one before: 2001 1805 2002 1697 2003 1543."""
    years = [int(n) for n in run.split()[::2]]
    return len(years) > 1 and all(b - a == 1 for a, b in pairwise(years))
