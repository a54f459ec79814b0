"""Dates stated in text.

In: text, its language, the reference date that relative expressions count from. Out: DateMention, in order.
Words: data/lexicons/<lang>/dates.toml; grammar: `dates_rules`; placing in time: `dates_resolve`.
The text is scanned once for words and figures near which a date may stand; the grammar runs only around them.
Left out: times of day, durations, ages, recurring dates, half-open spans ("since 2012" is 2012).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from vigie.extract.dates_bare import bare_months, bare_weekdays, bare_years, day_months, never_before
from vigie.extract.dates_resolve import (
    Atom,
    Period,
    beyond_reference,
    coarser,
    full_year,
    period_around,
    resolve,
)
from vigie.extract.dates_rules import rules
from vigie.extract.dates_words import Words, words
from vigie.extract.mentions import DateMention
from vigie.model.period import Precision
from vigie.text.normalise import fold

_MARGINS = {
    "month": (44, 30),
    "weekday": (18, 40),
    "season": (24, 18),
    "holiday": (12, 14),
    "day": (6, 4),
    "unit": (44, 36),
    "year": (26, 22),
    "figures": (16, 18),
    "quarter": (6, 18),
    "decade": (18, 6),
}  # fmt: skip - code points before and after a trigger that the rules needing it may read
_NUMBER = re.compile(r"[0-9]+")
_FIGURES = re.compile(r"[ \n]?[/.-][ \n]?\d")
_DECADE = re.compile(r" ?'?s\b")
_ANCHOR_REACH = 400
_LATEST = 2100  # of a bare year when there is no reference
_YEARS_AHEAD = 10


Span = tuple[int, int]


def find_dates(text: str, lang: str, reference: date | None, known: Precision = "day") -> list[DateMention]:
    """Dates of `text`; those that need a reference or an earlier date only when it is known.

    Args:
        reference: the day that relative expressions count from.
        known: how precisely the reference is known. With "month" or "year" it stands for any day of that month
            or year, and what counts in days or weeks ("hier", "lundi") is not placed.
    """
    if reference is not None and known in ("month", "quarter", "year"):
        reference = period_around(reference, known).last
    vocabulary = words(lang)
    low = fold(text)
    atoms = list(_atoms(text, low, _triggers(low, vocabulary), vocabulary, reference))
    return _mentions(low, _chosen(atoms), vocabulary, reference, known)


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


def _number_kind(low: str, start: int, end: int) -> str | None:
    """Whether a number may be a year, the figure of a quarter ("t2") or of a decade ("90s")."""
    if end - start == 4 and low[start : start + 2] in ("18", "19", "20"):
        return "year"
    if end - start == 1 and start and low[start - 1] in "tqhs":
        return "quarter"
    return "decade" if low[end - 1] == "0" and _DECADE.match(low, end) else None


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
    text: str, low: str, triggers: dict[str, list[Span]], vocabulary: Words, reference: date | None
) -> Iterator[Atom]:
    """Everything that any rule reads; overlaps are settled later."""
    lang = vocabulary.lang
    known: dict[frozenset[str], list[Span]] = {}

    def windows(kinds: frozenset[str]) -> list[Span]:
        if kinds not in known:
            known[kinds] = _windows(triggers, kinds, len(low))
        return known[kinds]

    for rule in rules(lang):
        for start, end in windows(rule.needs):
            for match in rule.pattern.finditer(low, start, end):
                atom = read(match, rule.kind, vocabulary)
                if atom is not None and not never_before(low, atom.start, lang) and not _is_name(text, atom):
                    yield atom
    latest = reference.year + _YEARS_AHEAD if reference else _LATEST
    bare: list[Atom] = []
    for start, end in windows(frozenset({"year"})):
        bare += bare_years(low, start, end, lang, latest)
    for start, end in windows(frozenset({"month"})):
        bare += bare_months(text, low, start, end, lang)
    for start, end in windows(frozenset({"weekday"})):
        bare += bare_weekdays(low, start, end, lang)
    for start, end in windows(frozenset({"figures"})):
        bare += day_months(low, start, end, lang)
    yield from (atom for atom in bare if not never_before(low, atom.start, lang))


def _is_name(text: str, atom: Atom) -> bool:
    """`le 11-Septembre`: the name of an event, with hyphen and capital; `this may`: a verb."""
    if (
        atom.kind == "shift"
        and atom.month is not None
        and re.search(r"\b(?:may|march)$", text[atom.start : atom.end])
    ):
        return True  # "this may" is a verb, "this May" a month
    if atom.kind != "date" or atom.day is None or atom.year is not None:
        return False
    return re.fullmatch(r"\d\d?-[A-Z]\w+", text[atom.start : atom.end]) is not None


def read(match: re.Match[str], kind: str, vocabulary: Words) -> Atom | None:
    """What a match says; None when its words say nothing that can be a date ("14 ans", the 35th of May)."""
    said = {name.split("_")[0]: value for name, value in match.groupdict().items() if value}
    start, end = match.span("x") if "x" in said else match.span()
    year = int(said["y"]) if "y" in said else full_year(int(said["yy"])) if "yy" in said else None
    month = int(said["mn"]) if "mn" in said else None
    if "m" in said:
        month = int(vocabulary.reading("month", said["m"]))
    day = int(said["d"]) if "d" in said else None
    if "dw" in said and kind != "decade":
        day = vocabulary.ordinal(said["dw"])
    if month is not None and day is not None and month > 12 >= day:
        month, day = day, month
    weekday = int(vocabulary.reading("weekday", said["w"])) if "w" in said else None
    number = vocabulary.number(said["n"]) if "n" in said else None
    if "q" in said:
        number = vocabulary.ordinal(said["q"])
    if kind in ("nth-weekday", "nth-week"):
        number = -1 if said["n"].startswith(("last", "dern")) else vocabulary.ordinal(said["n"])
    if ("n" in said or "q" in said) and number is None:
        return None
    unit = said.get("u")
    atom = Atom(
        start=start,
        end=end,
        kind=kind,
        year=year,
        month=month,
        day=day,
        weekday=weekday,
        number=number,
        unit=vocabulary.reading("unit", re.sub(r"^(?:l'|cette )", "", unit)) if unit else None,
        shift=_shift(said, vocabulary),
        part=vocabulary.reading("part", said["part"]) if "part" in said else None,
        name=_name(said, vocabulary),
        day2=int(said["d2"]) if "d2" in said else None,
        year2=int(said["y2"]) if "y2" in said else None,
    )
    return _checked(atom, said, vocabulary)


def _checked(atom: Atom, said: dict[str, str], vocabulary: Words) -> Atom | None:
    """Readings that one pattern leaves open."""
    match atom.kind:
        case "season-years":
            following = (atom.year or 0) + 1
            if "y" not in said or following % 100 != int(said["yy"]):
                return None
            return replace(atom, year=int(said["y"]), year2=following)
        case "day-range":
            if atom.day is None or atom.day2 is None or atom.day2 <= atom.day:
                return None
        case "decade" if atom.year is None:
            word = said.get("dw", "").replace(" ", "-")
            decade = _DECADES.get(word) or int(vocabulary.meaning.get("decade", {}).get(word, 0))
            return replace(atom, year=decade) if decade else None
        case "decade":
            return replace(atom, year=(atom.year or 0) // 10 * 10) if (atom.year or 0) % 10 == 0 else None
    return atom


_DECADES = {
    "vingt": 1920, "trente": 1930, "quarante": 1940, "cinquante": 1950, "soixante": 1960,
    "soixante-dix": 1970,
    "quatre-vingt": 1980, "quatre-vingts": 1980, "quatre-vingt-dix": 1990,
}  # fmt: skip


def _shift(said: dict[str, str], vocabulary: Words) -> int | None:
    word = " ".join((said.get("sh") or said.get("rel") or "").split())
    if not word:
        return None
    for kind in ("shift", "anchor"):
        if word in vocabulary.meaning[kind]:
            return int(vocabulary.meaning[kind][word])
    last = word.removeprefix("de ").removeprefix("of ")
    if last.startswith(("derni", "pass", "last", "previous")) or last.endswith(
        ("dernier", "derniere", "passe")
    ):
        return -1
    if last.startswith(("prochain", "next", "following", "suivant")):
        return 1
    return 0


def _name(said: dict[str, str], vocabulary: Words) -> str | None:
    for group, kind in (("s", "season"), ("h", "holiday"), ("r", "day")):
        if group in said:
            return vocabulary.reading(kind, said[group])
    return None


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


@dataclass(frozen=True, slots=True)
class _Joints:
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
        part=re.compile(rf"\b(?P<part>{part})[ \n-]{{1,2}}(?:in |the |the year |year |of )?$"),
        opens=re.compile(rf"\bfrom {article}$"),
        opens_pair=re.compile(rf"\bbetween {article}$"),
        to=re.compile(rf",? ?(?:to|until|till|through|thru|up to|-|–|~) ?{article}"),
        pair=re.compile(rf" and {article}"),
        listed=re.compile(r"(?:,|,? and| or) (?:in |on )?(?:the )?"),
    )


def _mentions(
    low: str, atoms: Sequence[Atom], vocabulary: Words, reference: date | None, known: Precision
) -> list[DateMention]:
    """Place the atoms, each after the one before it, and join those that are the two ends of one span."""
    joints = _joints(vocabulary.lang)
    mentions: list[DateMention] = []
    anchor: Period | None = None
    anchor_end = -_ANCHOR_REACH
    index = 0
    while index < len(atoms):
        atom = _with_part(low, atoms[index], joints, vocabulary)
        index += 1
        if beyond_reference(atom, known):
            continue
        start, end = atom.start, atom.end
        near = anchor if atom.start - anchor_end < _ANCHOR_REACH else None
        period = resolve(atom, reference, near)
        if index < len(atoms):
            other = _with_part(low, atoms[index], joints, vocabulary)
            joined = _join(low, atom, other, joints, reference) if _end_to_end(atom, other) else None
            if joined is not None:
                period, end = joined, other.end
                start = _opening(low, atom, joints)
                index += 1
        if atom.kind == "date" and atom.year is None and index < len(atoms) and end == atom.end:
            period = _in_list(low, atom, atoms[index], joints, reference) or period
        if period is None:
            continue
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


def _with_part(low: str, atom: Atom, joints: _Joints, vocabulary: Words) -> Atom:
    """Take in the `fin`, `mid-` or `the beginning of` before an atom."""
    if atom.part is not None or atom.day is not None:
        return atom
    match = joints.part.search(low, max(0, atom.start - 40), atom.start)
    if match is None:
        return atom
    return replace(atom, start=match.start(), part=vocabulary.reading("part", match["part"]))


def _in_list(low: str, one: Atom, other: Atom, joints: _Joints, reference: date | None) -> Period | None:
    """`en janvier et février 2020`: the first of a list takes the year that only the last one says."""
    if other.kind != "date" or other.year is None or (one.day is None) != (other.day is None):
        return None
    if other.month is None or not joints.listed.fullmatch(low[one.end : other.start]):
        return None
    return resolve(replace(one, year=other.year), reference, None)


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


def _join(low: str, one: Atom, other: Atom, joints: _Joints, reference: date | None) -> Period | None:
    """The span from one date to another; the end without a year takes that of the other end."""
    between = low[one.end : other.start]
    before = max(0, one.start - 24)
    if joints.to.fullmatch(between):
        opened = joints.opens.search(low, before, one.start) or joints.opens_pair.search(
            low, before, one.start
        )
        alike = one.kind == other.kind == "date" and (one.day is None) == (other.day is None)
        if not opened and not alike:
            return None
    elif not (joints.pair.fullmatch(between) and joints.opens_pair.search(low, before, one.start)):
        return None
    if one.kind == other.kind == "weekday" and between.strip() in ("au", "through", "to"):
        return None  # opening hours
    if one.year is None and other.year is not None and one.month is not None:
        backwards = other.month is not None and (one.month, one.day or 0) > (other.month, other.day or 31)
        one = replace(one, year=other.year - backwards)
    elif other.year is None and one.year is not None and other.month is not None:
        other = replace(other, year=one.year + (one.month is not None and one.month > other.month))
    first, last = resolve(one, reference, None), resolve(other, reference, None)
    if first is None or last is None:
        return None
    if first.first > last.last and one.year is None and one.month is not None:
        earlier = resolve(replace(one, year=first.first.year - 1), reference, None)
        first = earlier if earlier is not None else first
    if first.first > last.last:
        return None
    return Period(
        first.first, last.last, coarser(first.precision, last.precision), first.relative or last.relative
    )
