"""Dates stated in text.

In: text, its language, the reference date that relative expressions count from. Out: DateMention, in order.
Words: data/lexicons/<lang>/dates.toml; grammar: `dates_rules`; placing in time: `dates_resolve`.
The text is scanned once for words and figures near which a date may stand; the grammar runs only around them.
Left out: times of day, durations, ages, recurring dates, half-open spans ("since 2012" is 2012).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from operator import itemgetter

from vigie.extract.dates_atom import Atom
from vigie.extract.dates_bare import (
    LONGEST_ENTRY,
    bare_months,
    bare_weekdays,
    bare_years,
    day_months,
    never_before,
    whole_entry,
)
from vigie.extract.dates_calendar import period_around
from vigie.extract.dates_compose import composed
from vigie.extract.dates_join import place_in_order
from vigie.extract.dates_order import in_order
from vigie.extract.dates_read import read
from vigie.extract.dates_rules import plan
from vigie.extract.dates_tense import Sense, in_tense
from vigie.extract.dates_words import Words, words
from vigie.extract.mentions import DateMention
from vigie.model.period import Precision
from vigie.text.normalise import fold

_MARGINS = {
    "month": (44, 40),
    "weekday": (18, 40),
    "season": (24, 18),
    "holiday": (12, 14),
    "day": (6, 4),
    "unit": (44, 36),
    "year": (26, 22),
    "figures": (16, 18),
    "quarter": (6, 18),
    "decade": (18, 6),
    "neighbour": (10, 16),
    "now": (12, 8),
    "year-word": (16, 64),
    "ordinal": (20, 20),
    "weekdays": (16, 12),
    "nth-day": (20, 34),
    "stamp": (1, 1),
    "fiscal": (5, 1),
}  # fmt: skip - code points before and after a trigger that the rules needing it may read
_NUMBER = re.compile(r"[0-9][0-9]*")  # opens with a plain set: the scan is then a fast one
_FIGURES = re.compile(r"[ \n]?[/.-][ \n]?\d")
_DECADE = re.compile(r" ?'?s\b")
_VERB_MONTH = re.compile(r"\b(?:may|march)$")
_EVENT_NAME = re.compile(r"\d\d?-[A-Z]\w+")
_LATEST = 2100  # of a bare year when there is no reference
_YEARS_AHEAD = 10


Span = tuple[int, int]


def find_dates(
    text: str,
    lang: str,
    reference: date | None,
    known: Precision = "day",
    sense: Sense = "press",
    countries: Callable[[], Iterable[str]] | None = None,
) -> list[DateMention]:
    """Dates of `text`; those that need a reference or an earlier date only when it is known.

    Args:
        reference: the day that relative expressions count from.
        known: how precisely the reference is known. With "month" or "year" it stands for any day of that month
            or year, and what counts in days or weeks ("hier", "lundi") is not placed.
        sense: "press": a report of what happened before it was published; what it counts in weeks or months is
            that whole week or month, and what may be no date is left. "plain": a text of which nothing is known; a
            date without a year lies ahead unless the sentence tells of the past, and what is counted is that day.
        countries: that of each place named, to tell in English whether 12/03 is in March; asked for only then. Without
            it the month stands first.
    """
    if reference is not None and known in ("month", "quarter", "year"):
        reference = period_around(reference, known).last
    vocabulary = words(lang)
    low = fold(text)
    atoms = _chosen(list(_atoms(text, low, _triggers(low, vocabulary), vocabulary, reference, sense)))
    if sense == "plain" and not atoms and len(low) < LONGEST_ENTRY:
        atoms = whole_entry(low, vocabulary)
    if countries is not None:
        atoms = in_order(low, atoms, vocabulary.lang, countries)
    if not atoms:
        return []
    atoms = in_tense(low, composed(low, atoms, vocabulary), vocabulary, sense)
    return place_in_order(low, atoms, vocabulary, reference, known, sense)


def _triggers(low: str, vocabulary: Words) -> dict[str, list[Span]]:
    """Where the words and figures of dates stand, by kind, in order."""
    found: dict[str, list[Span]] = {}
    size = len(low)
    for index, start, end in vocabulary.triggers.find_matches_as_indexes(low, overlapping=True):
        if (start and low[start - 1].isalnum()) or (end < size and low[end].isalnum()):
            continue
        found.setdefault(vocabulary.trigger_kinds[index], []).append((start, end))
    for match in _NUMBER.finditer(low):
        kind = _number_kind(low, match.start(), match.end())
        if kind:
            found.setdefault(kind, []).append(match.span())
        if _FIGURES.match(low, match.end()):
            found.setdefault("figures", []).append(match.span())
    return found


_ORDINAL_ENDS = frozenset({"st", "nd", "rd", "th"})
_ARTICLES = ("the ", " le ", " du ", "\nle ")


def _number_kind(low: str, start: int, end: int) -> str | None:
    """Whether a number may be a year, a day ("the 4th"), the figure of a quarter ("t2") or of a decade ("90s")."""
    size = end - start
    if size == 4:
        return "year" if low[start : start + 2] in ("18", "19", "20") else None
    if size > 2:
        return "stamp" if size == 8 and low.startswith("20", start) else None
    if low[end - 1] == "0" and _DECADE.match(low, end):
        return "decade"
    if low[end : end + 2] in _ORDINAL_ENDS or low.startswith(_ARTICLES, start - 4 if start > 4 else 0):
        return "nth-day"
    if start < 5 and low.startswith(("le ", "du ")):
        return "nth-day"
    before = low[start - 1] if start else ""
    if size == 1 and before and before in "tqhs":
        return "quarter"
    return "fiscal" if size == 2 and low[max(0, start - 4) : start].rstrip(" '").endswith("cy") else None


def _windows(triggers: dict[str, list[Span]], kinds: frozenset[str], size: int) -> list[Span]:
    """The stretches that rules needing any of `kinds` may read, merged where they touch."""
    spans: list[Span] = []
    for kind in kinds & triggers.keys():
        before, after = _MARGINS[kind]
        spans += [(start - before, end + after) for start, end in triggers[kind]]
    spans.sort()
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((max(0, start), end))
    return [(start, min(end, size)) for start, end in merged]


def _atoms(
    text: str,
    low: str,
    triggers: dict[str, list[Span]],
    vocabulary: Words,
    reference: date | None,
    sense: Sense,
) -> Iterator[Atom]:
    """Everything that any rule reads, in the order of the rules; overlaps are settled later."""
    lang = vocabulary.lang
    found: list[tuple[int, Atom]] = []
    for needs, gates in plan(lang):
        if needs.isdisjoint(triggers):
            continue
        spans = [(start, end, low[start:end]) for start, end in _windows(triggers, needs, len(low))]
        pieces = "\0".join([piece for _start, _end, piece in spans])  # most words stand in none of them
        for at, numbered in gates:
            stretches = spans
            if at.wider is not None:
                if not at.opens(pieces):
                    continue
                stretches = [span for span in spans if at.opens(span[2])]
            for number, rule in numbered:
                if rule.plain and sense == "press":
                    continue
                for start, end, _piece in stretches:
                    for match in rule.pattern.finditer(low, start, end):
                        atom = read(match, rule.kind, vocabulary)
                        if atom and not never_before(low, atom.start, lang) and not _is_name(text, atom):
                            found.append((number, atom))
    yield from (atom for _number, atom in sorted(found, key=itemgetter(0)))
    latest = reference.year + _YEARS_AHEAD if reference else _LATEST
    bare = [
        *bare_years(low, triggers.get("year", ()), lang, latest),
        *bare_months(text, low, triggers.get("month", ()), lang),
        *bare_weekdays(low, triggers.get("weekday", ()), lang),
    ]
    for start, end in _windows(triggers, frozenset({"figures"}), len(low)) if "figures" in triggers else ():
        bare += day_months(low, start, end, lang)
    yield from (atom for atom in bare if not never_before(low, atom.start, lang))


def _is_name(text: str, atom: Atom) -> bool:
    """`le 11-Septembre`: the name of an event, with hyphen and capital; `this may`: a verb."""
    if atom.kind == "shift" and atom.month is not None and _VERB_MONTH.search(text[atom.start : atom.end]):
        return True  # "this may" is a verb, "this May" a month
    if atom.kind != "date" or atom.day is None or atom.year is not None:
        return False
    return _EVENT_NAME.fullmatch(text[atom.start : atom.end]) is not None


def _chosen(atoms: Sequence[Atom]) -> list[Atom]:
    """The longest where atoms overlap; in order."""
    starts: list[int] = []
    kept: list[Atom] = []
    for atom in sorted(atoms, key=lambda a: (a.start - a.end, a.start)):
        place = bisect_right(starts, atom.start)
        before_ends = place == 0 or kept[place - 1].end <= atom.start
        if before_ends and (place == len(kept) or atom.end <= kept[place].start):
            starts.insert(place, atom.start)
            kept.insert(place, atom)
    return kept
