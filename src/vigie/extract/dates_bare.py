"""Bare years, months, weekdays and day/month figures: dates only where what stands around them says so.

In: folded text and where years, months or weekdays stand in it. Out: Atoms. "En 2013" is a year; "2013 euros", "loi n° 2013-60" are not.
Months and weekdays with one meaning count alone; "mars", "mai", "may" need a cue before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from vigie.extract.dates_atom import Atom
from vigie.extract.dates_calendar import full_year
from vigie.extract.dates_order import figures_order
from vigie.extract.dates_words import Words, words

_YEAR = re.compile(r"(?<![\w.,/°#'$£€])(?<!\d-)(?:1[89]|20)\d\d(?![\w/°]|[-.,]\d| ?[€$£%]|[ \n]\d{3}(?!\d))")
_NUMBERED = re.compile(r"(?:n°|\bno\.?|\bnumero|\bloi|\bdecret|\barticle|\bref\w*\.?|\btel\w*\.?) ?:? ?$")
_PAIR = re.compile(r"[ \n]?(?:et|a|ou|and|to|or|-)[ \n]?\d(?:[\d .]*\d)?")
_MONEY = re.compile(r"[ \n]?[€$£%]")
_CLOSES = re.compile(r"[ \n]?[)\]]")
_OPENS = re.compile(r"[(\[][^()\[\]\n]{0,60}$")
_WEAK_OK = re.compile(
    r"[ \n]?(?:[.,;:!?)»\"\]–-]|$|\n|(?:et|ou|a|au|aux|en|pour|par|selon|sur|dans|mais|qui|que|dont|avec|sont|"
    r"ont|est|etait|avait|avaient|etaient|fut|furent|a ete|ne|n'|contre|soit|"
    r"ou|il|elle|ils|and|or|to|in|at|by|from|with|as|the|was|were|is|are|has|had|"
    r"which|when)\b)"
)
_LIST = re.compile(
    r"[ \n]?(?:,|,? ?(?:et|ou|puis|and|or|then)|/|,? ?(?:et|and) (?:en|in))[ \n]?(?:en |in )?$"
)
_YEAR_BEFORE = re.compile(
    r"(?<![\d.,])(?:19|20)\d\d[ \n](?:et|ou|a|au|and|or|to|until)[ \n]$"
)  # "entre mai 2015 et 2018"
_LIST_LENGTH = 40  # more than the longest joint of a list
_DAY_MONTH = re.compile(
    r"(?<![\w.,/:-])(\d\d?)([/.-])(\d\d?)(?![\w/%€]|[-.,:]\d| ?(?:%|€|\$|£|h\b|heures?\b))"
)
_DAY_CUE = re.compile(
    r"(?:\b(?:le|du|au|des?|on|since|until|by|before|after|from|depuis le|this|next|last|sur|back)|"
    r"\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|\w+day))[ \n]{1,3}$"
)


_DAY_JOIN = re.compile(r"[ \n]?(?:au|a|to|until|through|et|and)[ \n](?:le )?")
_OTHER_WEEK = re.compile(r"\b(?:following|second|third|fourth)[ \n]$")


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Cues:
    """Compiled cues of one language, each to be searched at the end of the text before a candidate."""

    year: re.Pattern[str]
    year_after: re.Pattern[str]
    weak: re.Pattern[str]
    month: re.Pattern[str]
    never: re.Pattern[str]
    count: re.Pattern[str]
    months: re.Pattern[str]
    weekdays: re.Pattern[str]
    article: re.Pattern[str]


@cache
def _cues(lang: str) -> _Cues:
    f = words(lang).fragments
    article = r"(?:le|les|l'annee|l'an|annee|d'|the|the year|of the year)?"
    return _Cues(
        year=re.compile(rf"\b(?:{f['cue:year']}|{f['part']})[ \n-]{{1,2}}{article}[ \n]?$"),
        year_after=re.compile(rf"[ \n](?:\w+[ \n])?{f.get('cue:year-after', '(?!)')}\b"),
        weak=re.compile(rf"(?<!plus )(?<!moins )(?<!pres )(?<!more )(?<!less )\b{f['cue:year-weak']}[ \n]$"),
        month=re.compile(rf"(?:\b{f['cue:month']}[ \n-]|\bd'){article}[ \n]?$"),
        never=re.compile(rf"\b{f['never']}[ \n](?:\d\d?[ -])?$"),
        count=re.compile(rf"[ \n](?:de )?{f['count']}\b"),
        months=re.compile(
            rf"(?<![\w'-]){f['month']}(?![\w'-])|(?<=\bd'){f['month']}\b|(?<=mi-){f['month']}\b|"
            rf"\b{f['month']}(?=-{f['month']}\b)|(?<=[a-z]-){f['month']}(?![\w'-])"
        ),
        weekdays=re.compile(rf"(?<![\w-]){f['weekday']}(?![\w-])"),
        article=re.compile(r"\b(?:le|du|les|des|au|aux|un)[ \n]$"),
    )


def never_before(low: str, start: int, lang: str) -> bool:
    """Whether the words before make it a street, a law or something that recurs."""
    return _cues(lang).never.search(low, max(0, start - 24), start) is not None


def _at(pattern: re.Pattern[str], low: str, spans: Sequence[Span]) -> Iterator[re.Match[str]]:
    """The matches that begin where one of the spans does, not overlapping."""
    last = 0
    for start, _end in spans:
        if start >= last and (match := pattern.match(low, start)):
            last = match.end()
            yield match


def bare_years(low: str, spans: Sequence[Span], lang: str, latest: int) -> Iterator[Atom]:
    """Four-digit years up to `latest` that a cue, a list or brackets make a date."""
    cues = _cues(lang)
    previous = -1
    for match in _at(_YEAR, low, spans):
        year, at = int(match.group()), match.start()
        before = max(0, at - 40)
        if year > latest or cues.count.match(low, match.end()) or _NUMBERED.search(low, max(0, at - 16), at):
            continue
        counts = cues.year.search(low, before, at) is not None
        counts = counts or cues.year_after.match(low, match.end()) is not None
        if not counts and previous >= 0:
            counts = at - previous <= _LIST_LENGTH and _LIST.fullmatch(low, previous, at) is not None
        if not counts:
            counts = _YEAR_BEFORE.search(low, before, at) is not None
        if not counts and _CLOSES.match(low, match.end()):
            counts = _OPENS.search(low, max(0, at - 62), at) is not None
        pair = _PAIR.match(low, match.end())
        if pair and (cues.count.match(low, pair.end()) or _MONEY.match(low, pair.end())):
            pass  # "de 2000 à 2010 euros"
        elif not counts and year >= 1950 and year % 500:
            counts = (
                cues.weak.search(low, before, at) is not None and _WEAK_OK.match(low, match.end()) is not None
            )
        if counts:
            previous = match.end()
            yield Atom(start=at, end=match.end(), kind="date", year=year)


def bare_months(text: str, low: str, spans: Sequence[Span], lang: str) -> Iterator[Atom]:
    """Months without day and year."""
    cues, vocabulary = _cues(lang), words(lang)
    previous = -1
    for match in _at(cues.months, low, spans):
        word = match.group()
        if (
            low[match.start() - 1 : match.start()] == "-"
            and low[max(0, match.start() - 3) : match.start()] != "mi-"
            and previous != match.start() - 1
        ):
            continue
        previous = match.end()
        cued = cues.month.search(low, max(0, match.start() - 24), match.start()) is not None
        capital = text[match.start()].isupper()
        if word not in vocabulary.bare and not (
            cued and _ambiguous_counts(low, match.start(), capital, lang)
        ):
            continue
        if lang == "fr" and capital and not cued and _inside_sentence(low, match.start()):
            continue  # a name: French months are written small
        yield Atom(
            start=match.start(), end=match.end(), kind="date", month=int(vocabulary.reading("month", word))
        )


def _ambiguous_counts(low: str, at: int, capital: bool, lang: str) -> bool:
    """`de Mars` may be the planet; `of march`, `to march`, `and may` are verbs unless written as names."""
    before = low[max(0, at - 12) : at]
    if lang == "fr":
        return not capital or not before.endswith("de ")
    return (
        capital
        or re.search(r"\b(?:in|since|last|next|until|during|early|late|mid|between|from)[ -]$", before)
        is not None
    )


_ENTRY = re.compile(r"(?:(?:le|the|on)[ ])?(\d\d?) ?([/. -]) ?(\d\d?)(?: ?[/. -] ?((?:19|20)?\d\d))?\.?")
LONGEST_ENTRY = 24  # code points of a text that is nothing else than figures


def whole_entry(low: str, vocabulary: Words) -> list[Atom]:
    """A text that is nothing but a date as written on a form: "10/10", "le 24 12 14", "fri."."""
    text = low.strip()
    start = low.find(text)
    weekday = vocabulary.meaning["weekday"].get(text.rstrip("."))
    if weekday is not None:
        return [Atom(start=start, end=start + len(text), kind="weekday", weekday=int(weekday))]
    match = _ENTRY.fullmatch(text)
    if match is None:
        return []
    first, second = int(match[1]), int(match[3])
    day, month = (first, second) if vocabulary.lang == "fr" or match[2] == "." else (second, first)
    if month > 12 >= day:
        day, month = month, day
    year = match[4] and (full_year(int(match[4])) if len(match[4]) == 2 else int(match[4]))
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return []
    return [Atom(start=start, end=start + len(text), kind="date", year=year or None, month=month, day=day)]


def _inside_sentence(low: str, at: int) -> bool:
    before = low[max(0, at - 3) : at].rstrip(" ")
    return bool(before) and before[-1] not in '.!?:\n"-•(|'


def bare_weekdays(low: str, spans: Sequence[Span], lang: str) -> Iterator[Atom]:
    """Weekdays alone; those with an article recur ("le lundi"), as do plurals."""
    cues, vocabulary = _cues(lang), words(lang)
    for match in _at(cues.weekdays, low, spans):
        if lang == "fr" and cues.article.search(low, max(0, match.start() - 4), match.start()):
            continue
        if _OTHER_WEEK.search(low, max(0, match.start() - 11), match.start()):
            continue
        if match.group() in ("sun", "sat", "wed", "mar", "fri", "mon", "mer"):
            continue  # words of their own; with a day or a month the grammar reads them
        weekday = int(vocabulary.reading("weekday", match.group()))
        yield Atom(start=match.start(), end=match.end(), kind="weekday", weekday=weekday)


def day_months(low: str, start: int, end: int, lang: str) -> Iterator[Atom]:
    """`le 22/04`: a day and a month in figures, after a cue, or where the figures can be nothing else."""
    previous = -1
    for match in _DAY_MONTH.finditer(low, start, end):
        first, separator, second = int(match[1]), match[2], int(match[3])
        day, month = (first, second) if lang == "fr" else (second, first)
        if month > 12 >= day:
            day, month = month, day
        if not (1 <= month <= 12 and 1 <= day <= 31):
            continue
        cued = _DAY_CUE.search(low, max(0, match.start() - 14), match.start()) is not None
        cued = cued or (previous >= 0 and _DAY_JOIN.fullmatch(low, previous, match.start()) is not None)
        both = len(match[1]) == 2 and len(match[3]) == 2
        clear = separator == "/" and day > 12 and match.group() != "24/7"
        clear = clear and (first > 12 or (both and lang == "en"))
        if (cued and separator != "-") or clear or (cued and lang == "en"):
            previous = match.end()
            figures = figures_order(first, second) if lang == "en" else None
            yield Atom(
                start=match.start(), end=match.end(), kind="date", month=month, day=day, figures=figures
            )
