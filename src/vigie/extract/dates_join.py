"""Atoms placed one after the other, and the two ends of a span made one.

In: folded text, its atoms in order. Out: DateMentions.
"De juin à septembre 2019" is one span; "fin mai" is the end of May; "un an plus tôt" counts from the date before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

from vigie.extract.dates_atom import Atom
from vigie.extract.dates_calendar import Period, coarser, period_around
from vigie.extract.dates_resolve import beyond_reference, resolve
from vigie.extract.dates_tense import Sense
from vigie.extract.dates_words import Words, words
from vigie.extract.mentions import DateMention
from vigie.model.period import Precision

_LIST_OF = 12  # dates of a list that takes its year from the last of them
_ANCHOR_REACH = 600  # code points after which "un an plus tôt" no longer counts from a date


@dataclass(frozen=True, slots=True)
class _Joints:
    parts: tuple[str, ...]  # of which one is in every `part`: cheaper to look for than the pattern
    part: re.Pattern[str]
    opens: re.Pattern[str]
    opens_pair: re.Pattern[str]
    to: re.Pattern[str]
    pair: re.Pattern[str]
    listed: re.Pattern[str]


@cache
def _joints(lang: str) -> _Joints:
    part = words(lang).fragments["part"]
    if lang == "fr":
        article = r"(?:le |la |l'|les |mois de |mois d'|l'annee |d'|fin |debut |la fin |mi-)?"
        return _Joints(
            parts=("debut", "fin", "mi-", "milieu", "commenc", "mi "),
            part=re.compile(
                rf"\b(?P<part>{part})[ \n'-]{{1,2}}(?:le |la |l'|l'annee |mois de |mois d'|annee )?$"
            ),
            opens=re.compile(rf"\b(?:de|du|d'|depuis|des) ?{article}$"),
            opens_pair=re.compile(rf"\bentre {article}$"),
            to=re.compile(rf",? ?(?:a|au|a la|jusqu'a|jusqu'au|jusqu'en|jusqu'a la|-|–|/|~) ?{article}"),
            pair=re.compile(rf" et {article}"),
            listed=re.compile(r"(?:,| et| ou|, puis| puis) (?:en |le |au |du )?"),
        )
    article = r"(?:the |the year |end of |late |early |mid-?)?"
    return _Joints(
        parts=("end", "early", "earlier", "begin", "start", "mid", "late", "latter"),
        part=re.compile(
            rf"\b(?P<part>{part})[ \n-]{{1,2}}(?:in |the |the year |year |of |month of |the month of )?$"
        ),
        opens=re.compile(rf"\bfrom {article}$"),
        opens_pair=re.compile(rf"\bbetween {article}$"),
        to=re.compile(rf",? ?(?:to|until|till|through|thru|up to|-|–|~) ?{article}"),
        pair=re.compile(rf" and {article}"),
        listed=re.compile(r"(?:,|,? and| or) (?:in |on )?(?:the )?"),
    )


def place_in_order(
    low: str,
    atoms: Sequence[Atom],
    vocabulary: Words,
    reference: date | None,
    known: Precision,
    sense: Sense,
) -> list[DateMention]:
    """Place the atoms, each after the one before it, and join those that are the two ends of one span."""
    joints = _joints(vocabulary.lang)
    mentions: list[DateMention] = []
    anchor: Period | None = None
    anchor_end = -_ANCHOR_REACH
    index = 0
    whole = _log_of_a_week(low, [_with_part(low, atom, joints, vocabulary) for atom in atoms], reference)
    while index < len(atoms):
        atom = whole[index]
        index += 1
        if beyond_reference(atom, known):
            continue
        start, end = atom.start, atom.end
        near = anchor if atom.start - anchor_end < _ANCHOR_REACH else None
        if atom.kind == "day-alone" and sense == "press" and (near is None or near.precision != "day"):
            continue  # "le 17" may be a telephone number; after "le 12 mars" it is a day
        if near is None and sense == "plain" and reference is not None and known == "day":
            near = Period(reference, reference, "day", True)
            if atom.kind == "anchor" and atom.weekday is not None:
                atom = replace(atom, kind="weekday-week")
        period = resolve(atom, reference, near)
        if index < len(atoms):
            other = whole[index]
            joined = _join(low, atom, other, joints, reference) if _end_to_end(atom, other) else None
            if joined is not None:
                period, end = joined, other.end
                start = _opening(low, atom, joints)
                index += 1
        if atom.kind == "date" and atom.year is None and index < len(atoms) and end == atom.end:
            period = _in_list(low, whole, index - 1, joints, reference) or period
        alone = end == atom.end
        if period is None or (alone and (atom.kind == "now" or (atom.vague and sense == "press"))):
            continue
        if sense == "press" and period.first == period.last:  # "three weeks ago": never finer than the words
            period = replace(period_around(period.first, period.precision), relative=period.relative)
        anchor, anchor_end = period, end
        mentions.append(
            DateMention(
                start=start,
                end=end,
                start_date=period.first,
                end_date=period.last,
                precision=period.precision,
                relative=period.relative,
            )
        )
    return mentions


def _log_of_a_week(low: str, atoms: list[Atom], reference: date | None) -> list[Atom]:
    """`Monday: … Tuesday: …`: each day of such a list comes after the one before it."""
    days = [
        i for i, atom in enumerate(atoms) if atom.kind == "weekday" and low[atom.end : atom.end + 1] == ":"
    ]
    if len(days) < 2 or reference is None:
        return atoms
    following = resolve(atoms[days[-1]], reference, None)
    for i in reversed(days[:-1]):
        if following is None:
            break
        at = replace(atoms[i], coming=False)
        day = resolve(at, following.first - timedelta(days=1), None)
        if day is not None:
            atoms[i] = Atom(
                start=at.start,
                end=at.end,
                kind="date",
                year=day.first.year,
                month=day.first.month,
                day=day.first.day,
            )
        following = day
    return atoms


def _with_part(low: str, atom: Atom, joints: _Joints, vocabulary: Words) -> Atom:
    """Take in the `fin`, `mid-` or `the beginning of` before an atom."""
    if atom.part is not None or atom.day is not None:
        return atom
    head = low[max(0, atom.start - 40) : atom.start]
    match = None
    for stem in joints.parts:
        if stem in head:
            match = joints.part.search(low, max(0, atom.start - 40), atom.start)
            break
    if match is None:
        return atom
    return replace(atom, start=match.start(), part=vocabulary.reading("part", match["part"]))


def _in_list(
    low: str, atoms: Sequence[Atom], index: int, joints: _Joints, reference: date | None
) -> Period | None:
    """`en janvier, février et mars 2020`: those of a list take the year that only the last one says."""
    one = atoms[index]
    for before, other in pairwise(atoms[index : index + _LIST_OF]):
        if other.kind != "date" or other.month is None or (one.day is None) != (other.day is None):
            return None
        if not joints.listed.fullmatch(low[before.end : other.start]):
            return None
        if other.year is not None:
            return resolve(replace(one, year=other.year), reference, None)
    return None


_IN_YEARS = frozenset({"iso-week", "quarter", "half"})
_ENDS = frozenset(
    {
        "date",
        "day-range",
        "years",
        "quarter",
        "season",
        "relative-day",
        "weekday",
        "weekday-day",
        "shift",
        "half",
        "now",
        "holiday",
        "iso-week",
        "ago",
        "ahead",
        "offset",
        "nth",
        "nth-week",
        "nth-weekday",
        "weekday-week",
        "weekday-of",
        "day-alone",
        "deictic",
        "anchor",
    }
)


def _end_to_end(one: Atom, other: Atom) -> bool:
    return one.kind in _ENDS and other.kind in _ENDS and other.start - one.end <= 24


def _opening(low: str, atom: Atom, joints: _Joints) -> int:
    for pattern in (joints.opens_pair, joints.opens):
        match = pattern.search(low, max(0, atom.start - 24), atom.start)
        if match:
            return match.start()
    return atom.start


def _told_by(end: Atom) -> bool:
    """Whether the last day of a span tells which week the weekday at its beginning is of."""
    return end.kind in ("weekday-week", "weekday-of") or (end.kind == "weekday" and not end.coming)


def _join(low: str, one: Atom, other: Atom, joints: _Joints, reference: date | None) -> Period | None:
    """The span from one date to another; the end without a year takes that of the other end."""
    between = low[one.end : other.start]
    relative = one.year is None and other.year is None
    before = max(0, one.start - 24)
    if joints.to.fullmatch(between):
        opened = joints.opens.search(low, before, one.start) or joints.opens_pair.search(
            low, before, one.start
        )
        alike = one.kind == other.kind == "date" and (one.day is None) == (other.day is None)
        days = ("now", "relative-day")
        alike = alike or (
            other.kind in days and (one.kind in days or one.day is not None or one.year is not None)
        )
        alike = alike or one.kind == other.kind == "iso-week"
        if not opened and not alike:
            return None
    elif not (joints.pair.fullmatch(between) and joints.opens_pair.search(low, before, one.start)):
        return None
    if one.kind == other.kind == "weekday" and between.strip() in ("au", "through", "to"):
        return None  # opening hours
    if one.year is None and other.year is not None and (one.month is not None or one.kind in _IN_YEARS):
        backwards = other.month is not None and (one.month, one.day or 0) > (other.month, other.day or 31)
        one = replace(one, year=other.year - backwards)
    elif other.year is None and one.year is not None and other.month is not None:
        other = replace(other, year=one.year + (one.month is not None and one.month > other.month))
    if one.year is None and other.year is None and one.shift is None and one.month and other.month:
        last = resolve(other, reference, None)
        if last is not None:
            backwards = (one.month, one.day or 0) > (last.last.month, last.last.day)
            one = replace(one, year=last.last.year - backwards)
    if one.kind == "weekday" and _told_by(other) and reference is not None:
        ended = resolve(other, reference, None)  # "dans la nuit de mardi à mercredi": both are past
        first = None if ended is None else resolve(one, ended.first, None)
    else:
        first = resolve(one, reference, None)
    if other.kind == "weekday" and first is not None:  # "from next Monday to Friday"
        last = resolve(replace(other, coming=True), first.first, None)
    else:
        last = resolve(other, reference, None)
    if first is None or last is None:
        return None
    if first.first > last.last and one.year is None and one.month is not None:
        earlier = resolve(replace(one, year=first.first.year - 1), reference, None)
        first = earlier if earlier is not None else first
    if first.first > last.last:
        return None
    return Period(
        first.first,
        last.last,
        coarser(first.precision, last.precision),
        first.relative or last.relative or relative,
    )
