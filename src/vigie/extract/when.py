"""When a fact holds: the nearest date of its sentence, else of the title, else the publication date.

In: Analysis, the span of a fact, its sentence and its value. Out: When, with its basis. A date is left out that only
serves a comparison, that another figure after a break takes ("quand il en coûtait 30 il y a dix ans"), or that "now"
sets apart ("£60 in 2019 and now costs £80"). The two figures of a change ("de 66 à 58 euros entre 2021 et 2024") take the
two ends of its span; its one date is that of the new figure, or of the old one after "since".
"""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import date
from functools import cache, lru_cache
from operator import attrgetter
from typing import Literal

from vigie.extract.amount_patterns import patterns
from vigie.extract.amounts import Amount
from vigie.extract.analysis import Analysis, within
from vigie.extract.clauses import breaks
from vigie.extract.dates_calendar import period_around
from vigie.extract.mentions import DateMention
from vigie.extract.nearness import cheapest, compares, cost, word_of
from vigie.extract.price_words import any_of
from vigie.lexicon.grammar import alternation, grammar, link_words
from vigie.model.observation import (
    EventValue,
    PriceValue,
    PurityValue,
    QuantityValue,
    TrendValue,
    Value,
)
from vigie.model.period import UNKNOWN_WHEN, When
from vigie.text.sentences import Span

_PAUSE = re.compile(r"[,;:.]")
_SINCE = {"fr": re.compile(r"\bdepuis\b"), "en": re.compile(r"\bsince\b")}
_JOINT = 24  # the longest between two figures of a change
_OPENS = 14  # code points: "Période du 1er au 31 juillet"
_OPENING = 4  # sentences of the body that may tell when what follows was gathered
_LONG = ("month", "quarter", "year")
_WEEKS = 27  # days
_OWN = 30  # code points from a figure to the date that is its own


def when_of(analysis: Analysis, start: int, end: int, sentence: Span, value: Value) -> When:
    """The time of a fact at [start, end)."""
    known = told(analysis, sentence.start, sentence.end)
    side = _side_of_change(analysis, end, sentence) if isinstance(value, PriceValue | PurityValue) else None

    def serves(m: DateMention) -> bool:
        if m.start < end and m.end > start and m.end - m.start > 40:
            return False
        if isinstance(value, PriceValue) and side != "old" and _since(analysis, m):
            return False  # "trente euros, sans bouger depuis 2019" is a price of today
        if _other_side(analysis, start, end, m) or _of_another(analysis, start, end, m):
            return False
        # "15 €, contre 30 il y a deux ans" is a fall of today
        return not (isinstance(value, TrendValue) and compares(analysis, start, max(start, m.start)))

    best = cheapest(known, start, end, serves, lambda m: cost(analysis, start, end, m.start, m.end))
    if best is not None:
        alone = side == "old" and not any(m is not best and serves(m) for m in known)
        return _from_mention(best) if side is None else _of_change(analysis, best, side, alone=alone)
    if isinstance(value, EventValue | QuantityValue):
        index = analysis.sentence_index(sentence.start)
        if index > 0:
            previous = analysis.sentences[index - 1]
            carried = told(
                analysis, max(previous.start, analysis.body_start), max(previous.start, previous.end)
            )
            days = [m for m in carried if m.precision == "day"]
            if days and previous.start >= analysis.body_start:
                return _from_mention(days[-1])
            goes_on = "\n" not in analysis.text[previous.end : sentence.start]
            if goes_on and len(carried) == 1 and carried[0].precision in ("week", "month"):
                return _from_mention(carried[0])
        framed = _frame(analysis, index)
        if framed is not None:
            return _from_mention(framed)
    if isinstance(value, PriceValue | PurityValue):
        surveyed = _survey(analysis, sentence, "contents" if isinstance(value, PurityValue) else "prices")
        if surveyed is not None:
            return _from_mention(surveyed)
    title = [m for m in within(analysis.dates, 0, analysis.body_start) if not m.relative]
    if title:
        return _from_mention(title[0])
    if analysis.document.published is not None:
        return When.of(analysis.document.published, "document")
    return UNKNOWN_WHEN


def _frame(analysis: Analysis, index: int) -> DateMention | None:
    """The date that opens the paragraph of sentence `index` ("En 2020, les États membres ont saisi …"), where no other
    comes in between."""
    first = index
    while first > 0 and analysis.sentences[first - 1].start >= analysis.body_start:
        if "\n" in analysis.text[analysis.sentences[first - 1].end : analysis.sentences[first].start]:
            break
        first -= 1
    if first == index:
        return None
    opening = analysis.sentences[first]
    found = told(analysis, opening.start, opening.end)
    if not found or found[0].start - opening.start > _OPENS or found[0].relative:
        return None
    others = [m for m in told(analysis, opening.end, analysis.sentences[index].start) if not m.relative]
    return None if others or len(found) > 2 else found[0]


def _survey(analysis: Analysis, sentence: Span, of: str) -> DateMention | None:
    """The time that samples or prices were gathered in: "Entre octobre et décembre, nous avons analysé 160 produits".

    Of the first sentences of the body; where several tell one, none is taken.
    """
    found = analysis.once((_survey, of), lambda: _surveys(analysis, of))
    return found[0] if len(found) == 1 and found[0].end <= sentence.start else None


def _surveys(analysis: Analysis, of: str) -> list[DateMention]:
    """The spans of a month or more beside a word of gathering, one for each sentence that has one."""
    found = []
    first = analysis.sentence_index(analysis.body_start)
    for sentence in analysis.sentences[first : first + _OPENING]:
        if _gathered(analysis.lang, of).search(analysis.folded, sentence.start, sentence.end) is None:
            continue
        spans = [m for m in told(analysis, sentence.start, sentence.end) if m.precision in _LONG or _long(m)]
        found += spans[:1]
    return found


def _long(mention: DateMention) -> bool:
    """Whether a date covers four weeks or more."""
    return (mention.end_date - mention.start_date).days >= _WEEKS


@cache
def _gathered(lang: str, of: str) -> re.Pattern[str]:
    return re.compile(rf"\b{any_of(lang, 'gathered_' + of)}(?!\w)")


def _side_of_change(analysis: Analysis, end: int, sentence: Span) -> Literal["old", "new"] | None:
    """Which figure of "est passé de 66 à 58 euros" ends at `end`; None where it is of no change."""
    figures = within(analysis.amounts, sentence.start, sentence.end)
    here = bisect_left(figures, end, key=attrgetter("start")) - 1
    if here < 0:
        return None
    if here + 1 < len(figures) and _changes(analysis, figures[here], figures[here + 1]):
        return "old"
    return "new" if here and _changes(analysis, figures[here - 1], figures[here]) else None


def _changes(analysis: Analysis, old: Amount, new: Amount) -> bool:
    """Whether two amounts are the ends of a change."""
    folded, known = analysis.folded, patterns(analysis.lang)
    if old.unit is None or new.unit is None or old.unit.kind != new.unit.kind:
        return False
    joint = known.join.match(folded[old.end : new.start]) if new.start - old.end <= _JOINT else None
    if joint is None or joint["word"] not in ("a", "to"):
        return False
    return known.change.search(folded, max(0, old.start - 40), old.start) is not None


def _of_change(analysis: Analysis, mention: DateMention, side: Literal["old", "new"], *, alone: bool) -> When:
    """What the date of a change says of one of its figures. `alone`: the sentence has no other."""
    said = analysis.folded[mention.start : mention.end]
    first = period_around(mention.start_date, mention.precision)
    if mention.end_date > first.last and _two_ends(analysis.lang).search(said, 1):
        if side == "old":
            return When(first.first, first.last, mention.precision, "text")
        last = period_around(mention.end_date, mention.precision)
        return When(last.first, last.last, mention.precision, "text")
    if alone and side == "old" and not _since(analysis, mention):
        return (
            UNKNOWN_WHEN  # "a chuté de 66 à 58 euros en 2024": the 66 are of an earlier day, not said which
        )
    return _from_mention(mention)


@cache
def _two_ends(lang: str) -> re.Pattern[str]:
    """What stands between the two ends of a span: "entre 2021 et 2024", "2021-2024"."""
    return re.compile(rf"\b{link_words(lang, 'span_joint')}\b|\d ?[-–/] ?\d")


def _other_side(analysis: Analysis, start: int, end: int, mention: DateMention) -> bool:
    """Whether a comparison stands between a span and a date: "55 € à Lyon, contre 70 € en 2023" is not of 2023."""
    gap = (end, mention.start) if mention.start >= end else (mention.end, start)
    if gap[0] >= gap[1]:
        return False
    if (
        mention.end <= start
    ):  # "onze en 2024, contre quatorze en 2023, et saisi 1,7 million": 2023 is of the fourteen
        figures = within(analysis.amounts, max(0, mention.start - _OWN), mention.start)
        if figures and compares(analysis, max(0, figures[-1].start - 12), figures[-1].start):
            return not (start <= figures[-1].start < end)
        return _aside(analysis.lang).search(analysis.folded, *gap) is None and compares(analysis, *gap)
    return compares(analysis, *gap)


@cache
def _aside(lang: str) -> re.Pattern[str]:
    """A comparison that is over: ", contre quatorze en 2023, "."""
    return re.compile(rf"\b{link_words(lang, 'compared')}[^,;.]*,")


def _of_another(analysis: Analysis, start: int, end: int, mention: DateMention) -> bool:
    """Whether a date is that of another figure, which a break or a "now" sets apart from the fact."""
    figures = within(analysis.amounts, max(0, mention.start - _OWN), mention.start)
    owner = figures[-1] if figures else None
    if owner is None or _PAUSE.search(analysis.folded, owner.end, mention.start):
        return False
    if mention.start >= end and owner.start >= end:
        opened = analysis.folded.rfind("(", end, owner.start)
        if opened >= 0 and ")" not in analysis.folded[opened : mention.start]:
            return True  # "Kétamine : 35 €, en baisse (40 € en 2022)"
        return breaks(analysis.folded, Span(end, owner.start), analysis.lang)
    if mention.end <= start and owner.end <= start:
        return _now(analysis.lang).search(analysis.folded, mention.end, start) is not None
    return False


@cache
def _now(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{alternation(grammar(lang).link['now'])}\b")


def _since(analysis: Analysis, mention: DateMention) -> bool:
    """Whether a date says since when something holds."""
    head = analysis.folded[max(0, mention.start - 12) : mention.end]
    return _SINCE["fr" if analysis.lang == "fr" else "en"].search(head) is not None


def _compared(analysis: Analysis, mention: DateMention) -> bool:
    """Whether a date only serves a comparison ("+15 % par rapport à 2019")."""
    head = analysis.folded[max(0, mention.start - 24) : mention.start]
    return word_of(analysis.lang, "not_when", "$").search(head) is not None


@lru_cache(maxsize=64)  # many facts of one sentence ask
def told(analysis: Analysis, start: int, end: int) -> list[DateMention]:
    """The dates of [start, end) that serve more than a comparison."""
    return [m for m in within(analysis.dates, start, end) if not _compared(analysis, m)]


def _from_mention(mention: DateMention) -> When:
    start: date = mention.start_date
    return When(start, mention.end_date, mention.precision, "text")
