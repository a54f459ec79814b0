"""Dates made of another date: "the third week of next month", "deux jours après le 3 mai", "a week starting tomorrow".

In: folded text and its atoms in order. Out: atoms, some with a `base` that they count from.
The words are looked for only right before a date, or right after it, so that they cost nothing elsewhere.
Left out: what counts from something that is no date ("two days after the raid").
"""

# ruff: noqa: E501 - a pattern is easier to check in one piece

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from vigie.extract.dates_atom import Atom
from vigie.extract.dates_rules import DAY, spaced
from vigie.extract.dates_words import Words, words

_REACH = 72  # code points before a date that may belong to it
_MONTHLY = frozenset({"month", "quarter", "half", "year", "season"})
_YEARLESS = frozenset({"date", "season", "quarter", "half", "holiday", "nth", "day-range", "first-months", "nth-week"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What may stand before a date (each ends there), by kind of the atom that it makes, and after it.

    Attributes:
        opens: what the words before a date must end with for any of them.
        before: kind, words of which one must be there, pattern.
    """

    opens: re.Pattern[str]
    before: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...]
    lasting: re.Pattern[str]
    in_year: re.Pattern[str]


def composed(low: str, atoms: Sequence[Atom], vocabulary: Words) -> list[Atom]:
    """Atoms in order, each with the words around it that make another date of it taken in."""
    patterns = _patterns(vocabulary.lang)
    made: list[Atom] = []
    for index, atom in enumerate(atoms):
        if made and atom.start < made[-1].end:
            continue  # taken in by the one before
        whole = _in_year(low, made, atom, patterns) or atom
        if whole is not atom:
            made.pop()
        for _ in range(2):  # "the first day of the last week of next month"
            taken = _with_words_before(low, whole, patterns, vocabulary)
            if taken is None:
                break
            whole = taken
        while made and made[-1].start >= whole.start:
            made.pop()
        if made and made[-1].end > whole.start:
            whole = atom
        limit = atoms[index + 1].start if index + 1 < len(atoms) else len(low)
        made.append(_lasting(low, whole, limit, patterns, vocabulary))
    return made


def grain(atom: Atom) -> str | None:
    """The unit of the period that an atom names: what can be counted inside it is smaller."""
    match atom.kind:
        case "date":
            return "day" if atom.day else "month" if atom.month else "year"
        case "shift" | "anchor":
            if atom.weekday is not None or atom.day is not None or atom.unit == "day":
                return "day"
            return "month" if atom.month is not None else atom.unit
        case "relative-day" | "holiday" | "weekday" | "weekday-day" | "nth-weekday" | "weekday-week":
            return "day"
        case "nth":
            return "day" if atom.weekday is not None else atom.unit
        case "week-of" | "nth-week" | "iso-week":
            return "week" if atom.unit in (None, "week") else atom.unit
        case "quarter" | "half" | "season" | "decade":
            return atom.kind
        case "offset" | "days-of" | "weekday-of" | "weekday-by" | "nearest" | "day-alone":
            return "day"
    return None


def _with_words_before(low: str, atom: Atom, patterns: _Patterns, vocabulary: Words) -> Atom | None:
    start = max(0, atom.start - _REACH)
    if atom.part is not None or not patterns.opens.search(low, max(start, atom.start - 16), atom.start):
        return None
    head = low[start : atom.start]
    unit = grain(atom)
    for kind, needles, pattern in patterns.before:
        if not _suits(kind, atom, unit) or not any(needle in head for needle in needles):
            continue
        match = pattern.search(low, start, atom.start)
        if match is not None:
            made = _read(kind, match, atom, vocabulary)
            if made is not None:
                return made
    return None


def _suits(kind: str, base: Atom, unit: str | None) -> bool:
    """Whether words of this kind may stand before such a date."""
    match kind:
        case "nth":
            return unit not in (None, "day")
        case "days-of":
            return unit == "month" and base.kind in ("shift", "anchor")
        case "units-of":
            return unit in _MONTHLY
        case "weekday-of":
            return unit == "week" and base.base is None
        case "turn":
            return (
                base.kind == "date" and base.year is None and base.month is not None and base.day is not None
            )
    return unit in ("day", "month", "year")


def _read(kind: str, match: re.Match[str], base: Atom, vocabulary: Words) -> Atom | None:
    """The atom that the words before `base` make of it; None when they do not go with such a date."""
    said = {name: value for name, value in match.groupdict().items() if value}
    unit = grain(base)
    whole = Atom(start=match.start(), end=base.end, kind=kind, base=base)
    deictic = base.kind in ("shift", "anchor")
    match kind:
        case "nth":
            linked = "link" in said or base.kind == "date" or _has_article(match, base)
            number = _ordinal(said, vocabulary)
            if number is None or unit is None or not (linked or (deictic and number > 0)):
                return None
            if said["what"] in vocabulary.meaning["weekday"]:
                weekday = int(vocabulary.reading("weekday", said["what"]))
                return replace(whole, number=number, weekday=weekday) if unit in _MONTHLY else None
            inner = vocabulary.reading("unit", said["what"])
            if inner == "half" and unit == "month":
                return replace(whole, number=number, unit="fortnight")
            return replace(whole, number=number, unit=inner) if _SIZE[inner] < _SIZE.get(unit, 0) else None
        case "days-of":
            day = int(said["d"]) if "d" in said else vocabulary.ordinal(said["dw"])
            day2 = int(said["d2"]) if "d2" in said else None
            if day is None:
                return None
            return replace(whole, day=day, day2=day2) if day2 is None or day < day2 else None
        case "units-of":
            number = vocabulary.number(said["n"])
            if not number:
                return None
            last = said["which"].startswith(("last", "final", "derni"))
            inner = vocabulary.reading("unit", said["what"])
            return replace(whole, number=-number if last else number, unit=inner)
        case "offset":
            amounts = vocabulary.amounts(said["amounts"])
            if not amounts:
                return None
            if "for" in said or said["dir"].startswith(
                ("start", "begin", "commenc", "a compter", "a partir")
            ):
                return replace(whole, kind="span-from", amounts=amounts)
            if unit != "day" and said["dir"] == "from":
                return None
            if said["dir"] == "from" and base.kind == "weekday":
                whole = replace(whole, base=replace(base, coming=True))
            before = said["dir"].startswith(("before", "prior", "avant"))
            return replace(whole, amounts=amounts, shift=-1 if before else 1)
        case "span-to":
            amounts = vocabulary.amounts(said["amounts"]) if "amounts" in said else ((1, said["what"]),)
            return replace(whole, amounts=amounts) if amounts and base.year is not None else None
        case "weekday-by":
            weekday = int(vocabulary.reading("weekday", said["w"]))
            before = said["dir"].startswith(("before", "avant", "precedant"))
            return replace(whole, weekday=weekday, shift=-1 if before else 1) if unit == "day" else None
        case "beside":
            days = (
                int(vocabulary.reading("neighbour", said["b"]))
                if "b" in said
                else -1
                if said["dir"] == "before"
                else 1
            )
            inner = vocabulary.reading("unit", said["what"]) if "what" in said else "day"
            fits = unit == "day" and base.kind not in ("relative-day", "weekday")
            amounts = ((abs(days), inner),)
            return (
                replace(whole, kind="offset", amounts=amounts, shift=1 if days > 0 else -1) if fits else None
            )
        case "weekday-of":
            weekday = int(vocabulary.reading("weekday", said["w"]))
            return replace(whole, weekday=weekday) if "link" in said or base.kind != "iso-week" else None
        case "nearest":
            weekday = int(vocabulary.reading("weekday", said["w"]))
            number = vocabulary.ordinal(said["n"]) if "n" in said else 1
            return replace(whole, weekday=weekday, number=number) if unit == "day" and number else None
        case "weekend-of":
            return whole if unit == "day" else None
        case "turn":
            word = said["sh"]
            shift = 0 if word == "this" else -1 if word in ("last", "past", "previous") else 1
            return replace(base, start=match.start(), shift=shift)
    return None


_SIZE = {
    "day": 1, "weekend": 2, "week": 3, "fortnight": 4, "month": 5, "quarter": 6, "season": 6, "half": 7, "year": 8,
    "decade": 9,
}  # fmt: skip


def _has_article(match: re.Match[str], base: Atom) -> bool:
    """`la première semaine du mois dernier`: the atom holds the article itself."""
    return match.string.startswith(("du ", "au "), base.start)


def _ordinal(said: dict[str, str], vocabulary: Words) -> int | None:
    word = said["n"].removesuffix(said.get("from_end", ""))
    if word.startswith(("last", "final", "derni")):
        return -1
    if word.startswith("avant-derni"):
        return -2
    number = vocabulary.ordinal(word)
    if number is None or "from_end" not in said:
        return number
    return -number


def _in_year(low: str, made: Sequence[Atom], atom: Atom, patterns: _Patterns) -> Atom | None:
    """`le 5 mai de l'an dernier`, `summer of last year`: the first says all but the year, the second only that."""
    if not made or grain(atom) != "year" or atom.kind not in ("shift", "anchor") or atom.part is not None:
        return None
    one = made[-1]
    if one.kind not in _YEARLESS or one.year is not None or one.base is not None or one.shift is not None:
        return None
    if one.start == atom.start or not patterns.in_year.fullmatch(low, one.end, atom.start):
        return None
    return replace(one, end=atom.end, base=atom, vague=False)


def _lasting(low: str, atom: Atom, limit: int, patterns: _Patterns, vocabulary: Words) -> Atom:
    """`from 3 May for ten days`."""
    if atom.kind != "date" or atom.day is None:
        return atom
    match = patterns.lasting.match(low, atom.end, limit)
    amounts = vocabulary.amounts(match["amounts"]) if match else ()
    if not match or not amounts:
        return atom
    return Atom(start=atom.start, end=match.end(), kind="span-from", base=atom, amounts=amounts)


@cache
def _patterns(lang: str) -> _Patterns:
    vocabulary = words(lang)
    return _french(vocabulary) if lang == "fr" else _english(vocabulary)


def _compiled(
    rows: dict[str, str], needles: dict[str, str]
) -> tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...]:
    return tuple(
        (
            kind.partition(" ")[0],
            tuple(needles.get(kind.partition(" ")[0], "").split("|")),
            re.compile(spaced(pattern) + "$"),
        )
        for kind, pattern in rows.items()
    )


# Of these words one stands before the date wherever the pattern matches: cheaper to look for than the pattern.
_NEEDLES_EN = {
    "nth": "day|week|month|quarter|half|fortnight|decade",
    "units-of": "first|last|final",
    "offset": "after|before|from|following|prior|starting|beginning|commencing",
    "span-to": "to|ending|ended",
    "weekday-by": "day",
    "beside": "before|after",
    "nearest": "closest|nearest",
    "weekend-of": "weekend",
    "weekday-of": "day",
}
_NEEDLES_FR = {
    "nth": "jour|semaine|week|quinzaine|mois|mestre|decennie|di|dimanche",
    "units-of": "premi|derni",
    "offset": "avant|apres|suivant|compter|partir",
    "weekday-by": "di|dimanche",
    "beside": "veille|lendemain|jour",
    "weekend-of": "end",
    "weekday-of": "di|dimanche",
}


def _english(v: Words) -> _Patterns:
    f = v.fragments
    number = rf"(?:\d{{1,3}}|(?:twenty|thirty|forty|fifty)[ -]{f['number']}|{f['number']})"
    ordinal = rf"(?:\d{{1,3}}(?:st|nd|rd|th)|(?:twenty|thirty)[ -]{f['ordinal']}|{f['ordinal']})"
    unit = r"(?:(?:business |working )?days?|weeks?|fortnights?|months?|years?|decades?)"
    amounts = rf"(?P<amounts>(?:{number} ?{unit},? (?:and )?){{0,2}}{number} ?{unit})"
    before = {
        "nth": rf"\b(?:the )?(?P<n>last|final|{ordinal}(?P<from_end> last)?) (?P<what>{f['weekday']}|day|week|weekend|fortnight|month|quarter|half|decade)(?P<link> (?:of|in|from))?(?: the| around)? ",
        "days-of range": rf"\b(?:(?:from|between) )?(?:the )?(?P<d>{DAY})(?:st|nd|rd|th)? ?(?:to|until|till|through|thru|and|-) ?(?:the )?(?P<d2>{DAY})(?:st|nd|rd|th)?(?: (?:of|in))?(?: the)? ",
        "days-of": rf"\b(?:the )?(?:(?P<d>{DAY})(?:st|nd|rd|th)?|(?P<dw>{ordinal}))(?: day)? (?:of|in)(?: the)? ",
        "units-of": rf"\b(?:the )?(?P<which>first|last|final) (?P<n>{number}) (?P<what>days|weeks|months|quarters|years) (?:of|in)(?: the)? ",
        "offset": rf"(?:\b(?:(?P<for>for|within)(?: the)? (?:next )?|in ))?(?<![\w.,$£€]){amounts},? (?P<dir>after|before|from|following|prior to|(?:starting|beginning|commencing)(?: from| on)?)(?: the)? ",
        "span-to": rf"\b(?:the )?(?:{amounts}|(?P<what>week|month|quarter|year)) (?:to|ending|ended)(?: in| on)?(?: the)? ",
        "weekday-by": rf"\b(?:the )?(?P<w>{f['weekday']}) (?P<dir>after|before|following) (?:the )?",
        "beside": r"\bthe (?P<what>day|week|month|year) (?P<dir>before|after) (?:the )?",
        "nearest": rf"\b(?:the )?(?:(?P<n>{ordinal}) )?(?:closest|nearest) (?P<w>{f['weekday']}) to (?:the )?",
        "weekend-of": r"\b(?:the )?weekend of (?:the )?",
        "turn": r"\b(?P<sh>next|last|this|coming|past|upcoming|previous) ",
        "weekday-of": rf"\b(?P<w>{f['weekday']}),? (?P<link>of )?(?:the )?",
    }
    return _Patterns(
        opens=re.compile(spaced(rf"(?:\b(?:of|in|from|the|around|to|ending|ended|after|before|following|week|month|weekend|half|quarter|on|starting|beginning|commencing|next|last|this|coming|past|upcoming|previous)|\d|\b{f['weekday']},?) $")),
        before=_compiled(before, _NEEDLES_EN),
        lasting=re.compile(spaced(rf",? for {amounts}\b")),
        in_year=re.compile(spaced(r",? (?:of |in )?")),
    )  # fmt: skip


def _french(v: Words) -> _Patterns:
    f = v.fragments
    number = rf"(?:\d{{1,3}}|(?:vingt|trente|quarante|cinquante|soixante)[ -](?:et[ -])?{f['number']}|{f['number']})"
    ordinal = rf"(?:avant-derni(?:er|ere)|derni(?:er|ere)|\d{{1,2}}(?:er|ere|re|e|eme|nde?)|{f['ordinal']})"
    unit = r"(?:jours?|semaines?|mois|ans?|annees?|decennies?)(?: ouvr(?:es?|ables?))?"
    amounts = rf"(?P<amounts>(?:{number} ?{unit},? (?:et )?){{0,2}}{number} ?{unit})"
    of = r"(?P<link>de la |de l'|de |du |d'|des )(?:mois (?:de |d'))?"
    before = {
        "nth": rf"\b(?:la |le |les |au )?(?P<n>{ordinal}) (?P<what>{f['weekday']}|jour|semaine|week-end|weekend|quinzaine|mois|trimestre|semestre|decennie) (?:{of})?",
        "days-of range": rf"\b(?:(?:du|de|depuis le|les) |entre le )?(?<![\d.,/])(?P<d>{DAY})(?:er|e)? ?(?:au|a|et|et le|jusqu'au|jusqu'a|-) ?(?P<d2>{DAY})(?:er|e)? (?:du |de )?",
        "days-of": rf"\b(?P<d>{DAY})(?:er)? (?:du |de )?",
        "units-of": rf"\b(?:(?:les|des|aux|ces) )?(?P<n>{number}) (?P<which>premieres?|premiers|derniere?s) (?P<what>jours|semaines|mois|trimestres|annees) (?:{of})?",
        "offset": rf"(?:\b(?P<for>pendant|durant|pour) )?(?<![\w.,])(?<!y[ ]a[ ]){amounts},? (?P<dir>avant|apres|suivant|a compter d[eu]|a partir d[eu])(?: le| la| les| l')? ?",
        "weekday-by": rf"\b(?:le )?(?P<w>{f['weekday']}) (?P<dir>avant|apres|suivant|precedant)(?: le| la| les| l')? ?",
        "beside": rf"\b(?:(?:la|le|au) |l')(?P<b>{f['neighbour']}) (?:de la |de l'|de |du |d')",
        "weekend-of": r"\b(?:le )?week-?end (?:de la |de l'|de |du |d')",
        "weekday-of": rf"\b(?P<w>{f['weekday']}),? (?P<link>de la |de |d')?",
    }
    return _Patterns(
        opens=re.compile(spaced(rf"(?:\b(?:de|du|des|de la|le|la|les|avant|apres|suivant|jour|semaine|week-end|weekend|quinzaine|mois|trimestre|semestre) |[dl]'|\d(?:er|e)? |\b{f['weekday']},? )$")),
        before=_compiled(before, _NEEDLES_FR),
        lasting=re.compile(spaced(rf",? (?:pendant|durant|pour) {amounts}\b")),
        in_year=re.compile(spaced(r",? (?:de |d')?")),
    )  # fmt: skip
