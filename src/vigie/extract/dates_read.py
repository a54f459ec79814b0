"""What a match of the date grammar says.

In: a match, the kind of its rule, the vocabulary. Out: an Atom, or None when the words cannot be a date.
"""

from __future__ import annotations

import re
from dataclasses import replace

from vigie.extract.dates_atom import Atom
from vigie.extract.dates_calendar import full_year
from vigie.extract.dates_order import figures_order
from vigie.extract.dates_words import Words


def read(match: re.Match[str], kind: str, vocabulary: Words) -> Atom | None:
    """What a match says; None when its words say nothing that can be a date ("14 ans", the 35th of May)."""
    said = {name.split("_")[0]: value for name, value in match.groupdict().items() if value}
    start, end = next(
        (match.span(n) for n in ("x", "x_2") if n in match.groupdict() and match[n]), match.span()
    )
    year = int(said["y"]) if "y" in said else full_year(int(said["yy"])) if "yy" in said else None
    if "yw" in said:
        year = spoken_year(said["yw"], vocabulary)
        said_to_be = "m" in said or match.group().startswith(("year", "annee"))
        if year is None or (year % 100 == 0 and not said_to_be):
            return None  # "en mille morceaux"
    month = int(said["mn"]) if "mn" in said else None
    if "m" in said:
        month = int(vocabulary.reading("month", said["m"]))
    day = int(said["d"]) if "d" in said else None
    if "dw" in said and kind != "decade":
        day = vocabulary.ordinal(said["dw"])
        if day is None or not 1 <= day <= 31:
            return None
    figures = None
    if kind == "date" and vocabulary.lang == "en" and "mn" in said and "d" in said and _month_leads(match):
        figures = figures_order(int(said["mn"]), int(said["d"]))
    if kind != "figures-range" and month is not None and day is not None and month > 12 >= day:
        month, day = day, month
    weekday = int(vocabulary.reading("weekday", said["w"])) if "w" in said else None
    number = vocabulary.number(said["n"]) if "n" in said else None
    if "q" in said:
        last = 4 if kind == "quarter" else 2
        number = last if said["q"] == "dernier" else vocabulary.ordinal(said["q"])
    if kind in ("nth-weekday", "nth-week", "nth"):
        number = (
            -1
            if said["n"].startswith(("last", "dern"))
            else vocabulary.ordinal(said["n"].removesuffix(" last"))
        )
        if number and said["n"].endswith(" last"):
            number = -number
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
        unit=vocabulary.reading("unit", re.sub(r"^(?:l'|cette )", "", unit))
        if unit
        else "day"
        if "b" in said
        else None,
        shift=_shift(said, vocabulary),
        part=vocabulary.reading("part", said["part"]) if "part" in said else None,
        name=_name(said, vocabulary),
        day2=int(said["d2"]) if "d2" in said else vocabulary.ordinal(said["dw2"]) if "dw2" in said else None,
        amounts=vocabulary.amounts(said["amounts"]) if "amounts" in said else (),
        vague="vague" in said,
        figures=figures,
        year2=int(said["y2"]) if "y2" in said else None,
    )
    return _checked(atom, said, vocabulary)


def _month_leads(match: re.Match[str]) -> bool:
    """Whether the figure of the month stands first; after a year it always does."""
    groups = match.groupdict()
    year = match.start("y") if groups.get("y") else len(match.string)
    return match.start("mn") < match.start("d") and match.start("mn") < year


def _checked(atom: Atom, said: dict[str, str], vocabulary: Words) -> Atom | None:
    """Readings that one pattern leaves open."""
    match atom.kind:
        case "season-years":
            following = (atom.year or 0) + 1
            if "y" not in said or following % 100 != int(said["yy"]):
                return None
            return replace(atom, year=int(said["y"]), year2=following)
        case "season" if said.get("sh", "").startswith(("prece", "suiv", "d'")):
            return replace(atom, unit="season")
        case "weekday" if "n" in said:
            return replace(atom, number={8: 1, 15: 2}.get(atom.number or 0))
        case "shift" if "twice" in said:
            return replace(atom, shift=2 if "after" in said["twice"] else -2)
        case "feast-weekend":
            return Atom(start=atom.start, end=atom.end, kind="weekend-of", base=replace(atom, kind="holiday"))
        case "figures-range":
            return _figures_range(atom, said, vocabulary)
        case "day-alone" if atom.day2 is not None and atom.day is not None and atom.day2 <= atom.day:
            return None
        case "last-units" if "amounts" in said and not atom.amounts:
            return None
        case "ago" | "ahead" | "span-ahead" if not atom.amounts:
            return None
        case "shift" if (
            atom.weekday is not None
            and vocabulary.lang == "en"
            and said.get("sh") in ("next", "following", "previous")
        ):
            return replace(atom, kind="weekday-week")  # that of next week, however near another is
        case "weekday-count" if said.get("back"):
            return replace(atom, shift=-1)
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
    "thousands": 2000, "thousand-and-tens": 2010,
    "vingt": 1920, "trente": 1930, "quarante": 1940, "cinquante": 1950, "soixante": 1960,
    "soixante-dix": 1970,
    "quatre-vingt": 1980, "quatre-vingts": 1980, "quatre-vingt-dix": 1990,
}  # fmt: skip


def _figures_range(atom: Atom, said: dict[str, str], vocabulary: Words) -> Atom | None:
    """`28/2-1/3`, `5/1-5/7/2020`: two days in figures; the base is the last one."""
    month = int(vocabulary.reading("month", said["m2"]) if "m2" in said else said["mn2"])
    if "d2" not in said:  # "Nov-Feb 2017"
        last = Atom(start=atom.start, end=atom.end, kind="date", year=atom.year, month=month)
        year = None if atom.year is None else atom.year - ((atom.month or 0) > month)
        return replace(atom, year=year, base=last) if month != atom.month else None
    day = int(said["d2"])
    if atom.month is None or atom.day is None:
        return None
    english = vocabulary.lang == "en" and "mn2" in said
    if said.get("sep", "/").strip() != "/" and "y2" not in said:
        return None  # "between 1.1 and 1.3"
    if not ("m2" in said or "open" in said or "y2" in said or max(atom.day, day) > 12):
        return None
    figures = figures_order(max(month, atom.month), max(day, atom.day))
    if figures == "day":
        day, month, atom = month, day, replace(atom, day=atom.month, month=atom.day)
    last = Atom(
        start=atom.start, end=atom.end, kind="date", year=atom.year2 or atom.year, month=month, day=day
    )
    backwards = ((atom.month or 0), (atom.day or 0)) > (month, day)
    year = atom.year if atom.year is not None else last.year - backwards if last.year is not None else None
    return replace(atom, year=year, day2=None, year2=None, base=last, figures=figures if english else None)


def _shift(said: dict[str, str], vocabulary: Words) -> int | None:
    if "b" in said:
        return int(vocabulary.reading("neighbour", said["b"]))
    word = " ".join((said.get("sh") or said.get("rel") or "").split())
    if not word:
        return None
    for kind in ("shift", "anchor"):
        if word in vocabulary.meaning[kind]:
            return int(vocabulary.meaning[kind][word])
    if word in ("the coming", "this coming"):
        return 1
    if word == "this past":
        return -1
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


def spoken_year(text: str, vocabulary: Words) -> int | None:
    """Year in words: "nineteen eighty six", "two thousand and eighteen", "mille neuf cent dix"; None if it is none."""
    words = [w for w in re.split(r"[ \n-]+", text) if w not in ("and", "et", "oh", "o")]
    total, current = 0, 0
    for index, word in enumerate(words):
        if word in ("thousand", "mille", "mil"):
            total, current = 1000 * (current or 1), 0
        elif word in ("hundred", "cent", "cents"):
            current = 100 * (current or 1)
        else:
            value = vocabulary.number(word)
            if value is None:
                return None
            if index == 1 and current in (16, 17, 18, 19, 20) and value < 100 and total == 0:
                current *= 100  # "nineteen" of "nineteen eighty"
            current = (
                current + value if word not in ("vingt", "vingts") or current % 100 != 4 else current + 76
            )
    year = total + current
    return year if 1000 <= year <= 2100 else None
