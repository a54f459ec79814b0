"""What a match of the date grammar says.

In: a match, the kind of its rule, the vocabulary. Out: an Atom, or None when the words cannot be a date.
"""

from __future__ import annotations

import re
from dataclasses import replace

from vigie.extract.dates_calendar import full_year
from vigie.extract.dates_resolve import Atom
from vigie.extract.dates_words import Words


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
