"""Figures of events that stand after their noun, and the second figure of a comparison.

In: Analysis and where an event was read. Out: Persons, in order ("47 hospitalisations en 2024, contre 19 en 2022": 19;
"les décès sont passés de 12 à 31": 12 and 31; "dont 3 mortels" is an event of its own, read by `vigie.extract.event`).
Words: [<lang>.tally] of data/grammar/persons.toml.
Left out: a number with another noun ("contre 19 euros"); percentages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from vigie.extract.amounts import Amount
from vigie.extract.analysis import Analysis, within
from vigie.extract.persons import Persons, whole_number
from vigie.lexicon.grammar import alternation, plurals
from vigie.lexicon.terms import data_toml
from vigie.text.sentences import Span

_TIME_ASIDE = re.compile(r",[ ][^,;:.]{2,36},")  # "a démantelé, fin mai, deux laboratoires"
_NEXT = 110  # code points from a figure to the one it is compared with


@dataclass(frozen=True, slots=True)
class _Words:
    compared: re.Pattern[str]
    also: re.Pattern[str]
    became: re.Pattern[str]
    change: re.Pattern[str]
    changed: re.Pattern[str]
    trebled: re.Pattern[str]
    onward: re.Pattern[str]
    ranging: re.Pattern[str]
    alone: re.Pattern[str]
    again: re.Pattern[str]
    counted: re.Pattern[str]
    that_is: re.Pattern[str]
    brought: re.Pattern[str]


@cache
def _words(lang: str) -> _Words:
    data = data_toml("grammar", "persons.toml")[lang]["tally"]
    end = r"(?=[ ]*(?:[.,;:)!?»\"]|$|\n)"
    time = rf"[ ]\(?{alternation(data['time'])}"
    return _Words(
        compared=re.compile(rf"(?<!\w){alternation(data['compared'])}[ ]\(?$"),
        also=re.compile(rf"(?:(?:,|(?<!\w){alternation(data['also'])})[ ]|\()$"),
        became=re.compile(rf"\b{alternation(data['reached'])}[ ]$"),
        change=re.compile(
            rf"\b{alternation(data['change'])}\w{{0,5}}(?:(?:[ ][a-z]+)?[ ]?|[ ][a-z ]{{0,40}}[ ]?\b{alternation(data['lead'])}[ ])$"
        ),
        changed=re.compile(rf"\b{alternation(data['change'])}\w{{0,5}}[ ]"),
        trebled=re.compile(rf"\b{alternation(data['trebled'])}\w{{0,3}}\b[^.;:%]*$"),
        onward=re.compile(rf"[^.;:]{{0,40}}[ ]{alternation(data['onward'])}[ ]"),
        ranging=re.compile(rf"[ ]?[,(]?[ ]?(?:{alternation(data['ranging'])}[ ])?"),
        alone=re.compile(rf"{end}|{time}\b)"),
        again=re.compile(rf"(?<!\w){alternation(data['again'])}[ ]$"),
        counted=re.compile(rf"(?:[ ]{alternation(data['counted'])})?{end}|{time}\b)"),
        that_is=re.compile(rf",[ ]{alternation(data['that_is'])}[ ]$"),
        brought=re.compile(
            rf"\b{alternation(data['change'])}\w{{0,5}}[ ][^,.;:]{{0,60}},[ ]{alternation(data['onward'])}[ ]$"
        ),
    )


def later(analysis: Analysis, end: int, sentence: Span) -> list[Persons]:
    """The bare figures that go on from an event read up to `end`, in order."""
    words = _words(analysis.lang)
    found: list[Persons] = []
    for amount in within(analysis.amounts, end, sentence.end):
        if amount.start - end > _NEXT or (amount.unit is not None and amount.unit.kind != "percent"):
            break  # "… pour 8 euros contre 10": the next figure goes on from this one
        if not whole_number(analysis, amount):
            continue
        gap = analysis.folded[end : amount.start]
        if words.again.search(gap) and words.counted.match(analysis.folded, amount.token.end):
            found.append(_one(amount))
            end = amount.token.end
            continue
        if re.search(r"[.;:]", gap):
            break
        follows = words.compared.search(gap) and words.alone.match(analysis.folded, amount.token.end)
        goes_on = words.also.search(gap) and _dated(analysis, amount.token.end)
        if not (follows or goes_on):
            break
        found.append(_one(amount))
        end = amount.token.end
    return found


def ranging(analysis: Analysis, end: int, sentence: Span) -> list[Persons]:
    """The range that spells out a mean read up to `end`: "78%, ranging from 40 to 95"."""
    for amount in within(analysis.amounts, end, min(sentence.end, end + 40)):
        if amount.unit is not None or amount.low == amount.high or None in (amount.low, amount.high):
            return []
        gap = analysis.folded[end : amount.start]
        return [_one(amount)] if _words(analysis.lang).ranging.fullmatch(gap) else []
    return []


def changes(analysis: Analysis, head: str) -> bool:
    """Whether a verb of change stands in `head`, before a "from … to"."""
    return _words(analysis.lang).trebled.search(head) is not None


def stands_alone(analysis: Analysis, end: int) -> bool:
    """Whether no noun follows a figure: the clause ends there, or a time or a place follows."""
    return _words(analysis.lang).alone.match(analysis.folded, end) is not None


def _dated(analysis: Analysis, end: int) -> bool:
    """Whether a time stands right after a figure ("93 en 2023")."""
    return any(d.end > end for d in within(analysis.dates, end, end + 8))


def after_noun(analysis: Analysis, end: int, sentence: Span) -> list[Persons]:
    """The figures that a noun reaches: "les décès ont atteint 54", "sont passés de 12 à 31", "décès : 12"."""
    words = _words(analysis.lang)
    for amount in within(analysis.amounts, end, min(sentence.end, end + _NEXT)):
        if not whole_number(analysis, amount):
            continue
        head = analysis.folded[end : amount.start]
        alone = words.alone.match(analysis.folded, amount.token.end)
        if words.brought.search(head) and alone:
            return [_one(amount), *later(analysis, amount.token.end, sentence)]
        if words.again.search(head) and words.counted.match(analysis.folded, amount.token.end):
            return [_one(amount)]
        if words.that_is.search(head) and "," not in head[:-6]:
            return [_one(amount)]
        if re.fullmatch(r"[ ]?[a-z' -]{0,24},[ ]", head) and _dated(analysis, amount.token.end):
            return [_one(amount), *_onward_aside(analysis, amount.token.end, sentence)]
        ranged = amount.low != amount.high and words.changed.search(head) is not None
        if re.search(r"[.;(]" if ranged else r"[.;,(]", head):
            tail = head.rsplit(",", 1)[-1]  # "ont doublé, passant de 40 à 82"
            if "," not in head or re.search(r"[.;(]", head) or not words.change.search(tail):
                return []
        changes = ranged or words.change.search(head) is not None
        if not (changes or words.became.search(head) or head.endswith(": ")):
            return []
        if not alone and not (
            changes and not ranged and words.onward.match(analysis.folded, amount.token.end)
        ):
            return []
        figures = _split(analysis, amount) if changes else [_one(amount)]
        return figures + _onward(analysis, amount.token.end, sentence)
    return []


def _onward(analysis: Analysis, end: int, sentence: Span) -> list[Persons]:
    """ "… de 41 en 2023 à 16": the figure a change leads to."""
    onward = _words(analysis.lang).onward.match(analysis.folded, end)
    if onward is None:
        return later(analysis, end, sentence)
    for amount in within(analysis.amounts, end, min(sentence.end, onward.end() + 20)):
        if amount.token.start >= onward.end() and whole_number(analysis, amount):
            return _split(analysis, amount) if amount.start - onward.end() < 20 else []
    return []


def _onward_aside(analysis: Analysis, end: int, sentence: Span) -> list[Persons]:
    """ "Les décès, 48 en 2022, sont passés à 57": the figure that the verb after the aside leads to."""
    words = _words(analysis.lang)
    for amount in within(analysis.amounts, end, min(sentence.end, end + _NEXT)):
        if not whole_number(analysis, amount):
            continue
        head = analysis.folded[end : amount.start]
        led = words.change.search(head) or words.became.search(head)
        return [_one(amount)] if led and words.alone.match(analysis.folded, amount.token.end) else []
    return []


def _split(analysis: Analysis, amount: Amount) -> list[Persons]:
    """A range that tells a change ("de 12 à 31") is two figures."""
    start, end = amount.start, amount.token.end
    if amount.low is None or amount.high is None or amount.low == amount.high:
        return [_one(amount)]
    return [Persons(start, end, amount.low, amount.low), Persons(start, end, amount.high, amount.high)]


def _one(amount: Amount) -> Persons:
    return Persons(amount.start, amount.token.end, amount.low, amount.high)


def sites(analysis: Analysis, start: int, end: int, sentence: Span) -> list[Persons]:
    """ "démantelé onze laboratoires", "onze laboratoires ont été démantelés": places and networks, two or more."""
    noun = _site(analysis.lang)
    for amount in within(analysis.amounts, max(sentence.start, start - 60), min(sentence.end, end + 50)):
        match = noun.match(analysis.folded, amount.token.end)
        if match is None or not whole_number(analysis, amount) or (amount.low or amount.high or 0) < 2:
            continue
        gap = (
            analysis.folded[end : amount.start]
            if amount.start >= end
            else analysis.folded[match.end() : start]
        )
        if not re.search(r"[.;:,]", _TIME_ASIDE.sub(" ", gap)):
            return [Persons(amount.start, match.end(), amount.low, amount.high)]
    return []


@cache
def _site(lang: str) -> re.Pattern[str]:
    data = data_toml("grammar", "persons.toml")[lang]["tally"]
    return re.compile(rf"[ ](?:(?:de |d')|\w+[ ])??{alternation(plurals(data['sites']))}\b")
