"""Trends that figures state without a verb of change: "68 %, contre 52 % il y a quatre ans", "de 66 à 58 euros".

In: Analysis, one scanned sentence, its hits of the trend lexicon. Out: FigureTrend, with what moves: the price or the
purity that was read there, else the subject named nearest. Words: [figures] of data/lexicons/<lang>/trends.toml.
Left out: two figures that no word of time sets apart ("60 euros ici, contre 80 là"), and sums over the year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise

import ahocorasick_rs

from vigie.extract.amounts import Amount
from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.scan import Scan, lexicon_file
from vigie.lexicon.matcher import Hit, flatten
from vigie.model.observation import PriceValue
from vigie.text.normalise import fold
from vigie.text.sentences import Span

_LABEL = 45  # characters after a figure within which a word says of when it is
_BEFORE = 60  # characters before the first figure: "three years ago a gram cost"
_PAIR = 90  # characters between two figures that are compared
_VERB = 60  # characters before "de 66 à 58" within which the verb of change stands
_SUBJECT = 90  # characters between a figure and the subject it counts
_SAME = 0.02  # relative difference that counts as none
_YEARS = range(1950, 2100)
_REACHED = 45  # characters before a figure within which the verb that reached it stands
_OWNED = 16  # characters between a drug and "a encore perdu"
_SUM = re.compile(r"€|euros?\b|£|\$|dollars?\b|pounds?\b|francs?\b|quid\b")
_WHOLE = r"(?!\w)"
_PAST, _NOW = date.min, date.max
_LITERAL = ("past", "now", "more", "less", "risen", "fallen", "only", "lost", "gained", "stays")
_REACHING, _LOSING = frozenset(("risen", "fallen", "only")), frozenset(("lost", "gained"))


@dataclass(frozen=True, slots=True)
class FigureTrend:
    """What two figures, or a figure and a comparison, say; `fact` is the price or purity they state."""

    start: int
    end: int
    indicator: str
    direction: str
    fact: Draft | None


@dataclass(frozen=True, slots=True)
class _Words:
    before: re.Pattern[str]
    plain: re.Pattern[str]
    joined: re.Pattern[str]
    past: re.Pattern[str]
    now: re.Pattern[str]
    opening: re.Pattern[str]
    closing: re.Pattern[str]
    verbs: re.Pattern[str]
    more: re.Pattern[str]
    less: re.Pattern[str]
    stays: re.Pattern[str]
    risen: re.Pattern[str]
    fallen: re.Pattern[str]
    only: re.Pattern[str]
    lost: re.Pattern[str]
    gained: re.Pattern[str]
    literals: ahocorasick_rs.AhoCorasick
    keys: tuple[str, ...]  # of the literals

    def said(self, flat: str, start: int, end: int) -> frozenset[str]:
        """The keys of which a word can stand in [start, end): a quick no for most searches of most sentences."""
        found = self.literals.find_matches_as_indexes(flat[start:end], overlapping=True)
        return frozenset([self.keys[index] for index, _start, _end in found])


@cache
def _words(lang: str) -> _Words:
    data = lexicon_file("trends", lang).get("figures", {})

    def any_of(key: str, before: str = r"\b", after: str = _WHOLE) -> re.Pattern[str]:
        words = sorted((flatten(fold(word)) for word in data.get(key, ())), key=len, reverse=True)
        inner = "|".join(
            re.escape(w[:-1]) + r"\w*" + after
            if w.endswith("*")
            else re.escape(w) + ("" if w.endswith("'") and after == _WHOLE else after)
            for w in words
        )
        return re.compile(f"{before}(?:{inner or '(?!)'})")

    to = "|".join(re.escape(flatten(fold(word))) for word in data.get("reached", ())) or "(?!)"
    reached = rf"(?:{to})\s+(?:\w+\s+){{0,2}}[^\w]?$"
    literals = [
        (flatten(fold(word)).removesuffix("*"), key) for key in _LITERAL for word in data.get(key, ())
    ]
    return _Words(
        before=any_of("against"),
        plain=any_of("against_alone"),
        joined=any_of("joined", r"(?:[,;(]\s?|\b)", r"\s*(?:[a-z']+\s+){0,4}[^\w]*$"),
        past=any_of("past"),
        now=any_of("now"),
        opening=any_of("opening", after=r"\s*$"),
        closing=any_of("closing", r"^[^\d;.]{0,40}\b", r"\s*(?:[a-z']+ ){0,2}[^\w]*$"),
        verbs=any_of("verbs"),
        more=any_of("more"),
        less=any_of("less"),
        risen=any_of("risen", after=r"\w{0,4}\s+(?:\w+\s+){0,1}" + reached),
        fallen=any_of("fallen", after=r"\w{0,4}\s+(?:\w+\s+){0,1}" + reached),
        only=any_of("only", after=r"\s+[^\w]?$"),
        lost=any_of("lost", after=r"\s+(?:\w+\s+){0,2}[^\w]?$"),
        gained=any_of("gained", after=r"\s+(?:\w+\s+){0,2}[^\w]?$"),
        stays=any_of("stays", after=r"\s+(?:[\w']+\s+){0,3}[^\w]?$"),
        literals=ahocorasick_rs.AhoCorasick([literal for literal, _key in literals]),
        keys=tuple(key for _literal, key in literals),
    )


def figure_trends(analysis: Analysis, found: Scan, span: Span, hits: Sequence[Hit]) -> Iterator[FigureTrend]:
    """Trends of one sentence that its figures state."""
    words = _words(analysis.lang)
    said = words.said(found.flat, span.start, span.end)
    figures = [a for a in within(analysis.amounts, span.start, span.end) if not _is_date(analysis, a)]
    for number, (first, second) in enumerate(pairwise(figures)):
        stop = figures[number + 2].start if number + 2 < len(figures) else span.end
        move = _moved(analysis, found, span, first, second, stop, words, said)
        if move is not None:
            yield from _named(analysis, hits, first.start, second.end, move, (first, second))
    for number, figure in enumerate(figures):
        begin = figures[number - 1].end if number else span.start
        kept = "stays" in said and words.stays.search(found.flat, max(begin, figure.start - 40), figure.start)
        if kept:
            yield from _named(analysis, (), figure.start, figure.end, "stable", (figure,))
        elif _rising(found, span, figure, words):
            yield from _named(analysis, hits, figure.start, figure.end, "up", (figure,))
        elif not said.isdisjoint(_REACHING) and (way := _arrived(found, span, figure, words)):
            yield from _named(analysis, (), figure.start, figure.end, way, (figure,))
        elif not said.isdisjoint(_LOSING) and (way := _lost(analysis, found, span, figure, words)):
            yield FigureTrend(figure.start, figure.end, "price", way, None)
    yield from _compared(analysis, found, span, hits, figures, words, said)
    yield from _since(analysis, found, span, figures, words, said)


def _rising(found: Scan, span: Span, figure: Amount, words: _Words) -> bool:
    """Whether what reads as a range is a change: "sont passés de 12 à 30"."""
    head = found.flat[max(span.start, figure.start - _VERB) : figure.start]
    ranged = figure.low is not None and figure.high is not None and figure.low < figure.high
    return ranged and words.opening.search(head) is not None and words.verbs.search(head) is not None


def _arrived(found: Scan, span: Span, figure: Amount, words: _Words) -> str | None:
    """Which way a figure was reached: "est tombée à 30 euros", "has risen to 5", "n'en coûte plus que 40"."""
    head = found.flat[max(span.start, figure.start - _REACHED) : figure.start]
    ways = [("up", words.risen), ("down", words.fallen), ("down", words.only)]
    return next((way for way, pattern in ways if pattern.search(head)), None)


def _lost(analysis: Analysis, found: Scan, span: Span, figure: Amount, words: _Words) -> str | None:
    """Whether a sum is by how much a drug became cheaper or dearer: "la cocaïne a encore perdu cinq euros"."""
    if not _SUM.search(found.flat, figure.start, min(len(found.flat), figure.end + 8)):
        return None
    begin = max(span.start, figure.start - _VERB)
    head = found.flat[begin : figure.start]
    for way, pattern in (("down", words.lost), ("up", words.gained)):
        match = pattern.search(head)
        if match and any(
            m.substance and begin + match.start() - m.end <= _OWNED
            for m in within(analysis.substances, begin, begin + match.start())
        ):
            return way
    return None


def _since(
    analysis: Analysis, found: Scan, span: Span, figures: Sequence[Amount], words: _Words, said: Set[str]
) -> Iterator[FigureTrend]:
    """The same price or purity in the sentence before, at an earlier time: "Il valait 45 en 2020. Il en vaut 30"."""
    index = found.sentence_index(span.start)
    if index == 0 or "now" not in said:
        return
    if not words.now.search(found.flat, span.start, span.end):
        return
    before = found.spans[index - 1]
    told = _when(
        analysis, found, before.start, before.end, words, words.said(found.flat, before.start, before.end)
    )
    if told is None or told == _NOW:
        return
    for later in figures:
        for fact in _facts(analysis, later):
            for earlier in within(analysis.amounts, before.start, before.end):
                same = any(
                    type(f.value) is type(fact.value) and f.substance == fact.substance
                    for f in _facts(analysis, earlier)
                )
                way = _way(earlier, later) if same and _alike(earlier, later) else None
                if way is not None:
                    indicator = "price" if isinstance(fact.value, PriceValue) else "purity"
                    yield FigureTrend(later.start, later.end, indicator, way, fact)
                    return


def _alike(first: Amount, second: Amount) -> bool:
    return first.unit is None or second.unit is None or first.unit == second.unit


def _is_date(analysis: Analysis, amount: Amount) -> bool:
    if amount.unit is None and amount.low is not None and int(amount.low) in _YEARS:
        return True
    around = within(analysis.dates, amount.start - 30, amount.end)
    return any(m.start <= amount.start < m.end for m in around)


def _moved(
    analysis: Analysis,
    found: Scan,
    span: Span,
    first: Amount,
    second: Amount,
    stop: int,
    words: _Words,
    said: Set[str],
) -> str | None:
    """Which way it goes from the earlier to the later of two figures; None where they are not compared."""
    if not _alike(first, second):
        return None
    if second.start - first.end > _PAIR:
        return None
    gap = found.flat[first.end : second.start]
    head = found.flat[max(span.start, first.start - _VERB) : first.start]
    if words.opening.search(head) and words.closing.search(gap) and words.verbs.search(head):
        return _way(first, second)
    before = _when(analysis, found, first.end, second.start, words, said)
    after = _when(analysis, found, second.end, min(stop, second.end + _LABEL), words, said)
    if words.plain.search(gap):
        return _way(second, first)
    if words.before.search(gap):
        return _way(second, first) if after is not None and after != _NOW else None
    if before is None:
        before = _when(analysis, found, max(span.start, first.start - _BEFORE), first.start, words, said)
    if before is None or after is None or before == after:
        return None
    if words.joined.search(gap):
        return _way(first, second) if before < after else _way(second, first)
    return None


def _when(
    analysis: Analysis, found: Scan, start: int, end: int, words: _Words, said: Set[str]
) -> date | None:
    """When a figure holds: a date after it, or a word for the past or for today. `said`: in the sentence."""
    if "now" in said and words.now.search(found.flat, start, end):
        return _NOW
    if "past" in said and words.past.search(found.flat, start, end):
        return _PAST
    dates = within(analysis.dates, start, end)
    return dates[0].start_date if dates else None


def _way(earlier: Amount, later: Amount) -> str | None:
    one, other = _middle(earlier), _middle(later)
    if one is None or other is None:
        return None
    if abs(one - other) <= _SAME * max(abs(one), abs(other)):
        return "stable"
    return "up" if other > one else "down"


def _middle(amount: Amount) -> float | None:
    known = [bound for bound in (amount.low, amount.high) if bound is not None]
    return sum(known) / len(known) if known else None


def _compared(
    analysis: Analysis,
    found: Scan,
    span: Span,
    hits: Sequence[Hit],
    figures: Sequence[Amount],
    words: _Words,
    said: Set[str],
) -> Iterator[FigureTrend]:
    """ "deux fois plus qu'en 2017", "half what it cost in 2020": a comparison with an earlier time."""
    for key, pattern, direction in (("more", words.more, "up"), ("less", words.less, "down")):
        if key not in said:
            continue
        for match in pattern.finditer(found.flat, span.start, span.end):
            when = _when(analysis, found, match.end(), min(span.end, match.end() + _LABEL), words, said)
            if when is None or when == _NOW:
                continue
            near = [a for a in figures if 0 <= match.start() - a.end <= _PAIR] or figures[-1:]
            yield from _named(analysis, hits, match.start(), match.end(), direction, near)


def _named(
    analysis: Analysis, hits: Iterable[Hit], start: int, end: int, direction: str, figures: Sequence[Amount]
) -> Iterator[FigureTrend]:
    """The trend with what moves, where that can be told."""
    subjects = [
        hit
        for hit in hits
        if hit.term.extra.get("role") == "subject" and not hit.term.extra.get("money")
        and hit.start - start >= -_SUBJECT and hit.start <= end + 30
    ]  # fmt: skip
    close = min(subjects, key=lambda h: max(start - h.end, h.start - end, 0), default=None)
    facts = [fact for figure in reversed(figures) for fact in _facts(analysis, figure)]
    if facts:
        indicator = "price" if isinstance(facts[0].value, PriceValue) else "purity"
        yield FigureTrend(start, end, indicator, direction, facts[0])
    elif close is not None:
        yield FigureTrend(min(start, close.start), max(end, close.end), close.term.id, direction, None)


def _facts(analysis: Analysis, figure: Amount) -> Iterator[Draft]:
    for draft in (*analysis.prices, *analysis.purities):
        value = draft.value
        if isinstance(value, PriceValue) and value.kind not in ("retail", "wholesale"):
            continue
        if draft.start < figure.end and draft.end > figure.start:
            yield draft
