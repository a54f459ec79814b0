"""Whether 12/03/2025 in English is the 12th of March or December 3rd.

In: atoms read month first, the figures and signs of the text, the countries it names. Out: the atoms as the text
writes dates. Figures that can only be read one way decide for the whole text, then the countries and the sign of money;
where nothing speaks no more is kept than the year, and without a year nothing.
Countries that write the month first: data/grammar/date_order.toml.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Literal

from vigie.extract.dates_atom import Atom
from vigie.lexicon.terms import data_toml
from vigie.text.language import detect

Order = Literal["day", "month"]

_SENTENCE_END = re.compile(r"[.!?](?=[ \n]|$)|\n")
_FRENCH = re.compile(
    r"(?<!\w)(?:[ld]'|(?:le|la|les|du|des|un|une|est|dans|par|ont|et)(?!\w))"
)  # a cheap first look
_SENTENCE = 300  # code points on either side in which its ends are looked for


def figures_order(first: int, second: int) -> Literal["day", "month", "open"]:
    """What two figures, the second of which may be the day, say of their order."""
    return "day" if first > 12 >= second else "month" if second > 12 else "open"


def in_order(
    low: str, atoms: Sequence[Atom], lang: str, countries: Callable[[], Iterable[str]]
) -> list[Atom]:
    """The atoms, days and months exchanged where the text puts the day first. `countries`: of each place named."""
    if lang != "en" or not any(atom.figures == "open" for atom in atoms):
        return list(atoms)
    said = {atom.figures for atom in atoms} - {None, "open"}
    order = _likely(low, countries()) if len(said) != 1 else "day" if "day" in said else "month"
    ordered: list[Atom] = []
    for atom in atoms:
        if atom.figures == "open":
            own = "day" if _french(low, atom) else order
            told = _exchanged(atom) if own == "day" else atom if own == "month" else _coarse(atom)
            ordered += [] if told is None else [told]
        else:
            ordered.append(atom)
    return ordered


def _likely(low: str, countries: Iterable[str]) -> Order | None:
    """By the countries named most, else by the sign of money; None where they say nothing or both."""
    named = [country for country in countries if country]
    month = sum(country in _month_first() for country in named)
    if 2 * month != len(named):
        return "month" if 2 * month > len(named) else "day"
    european = "£" in low or "€" in low or "euro" in low
    if european == ("$" in low):
        return None
    return "day" if european else "month"


@cache
def _month_first() -> frozenset[str]:
    return frozenset(data_toml("grammar", "date_order.toml")["month_first"])


def _french(low: str, atom: Atom) -> bool:
    """Whether the sentence of a date is a French one in an English text."""
    start = max(0, atom.start - _SENTENCE)
    for end in _SENTENCE_END.finditer(low, start, atom.start):
        start = end.end()
    stop = _SENTENCE_END.search(low, atom.end, atom.end + _SENTENCE)
    sentence = low[start : stop.start() if stop else atom.end + _SENTENCE]
    return _FRENCH.search(sentence) is not None and detect(sentence) == "fr"


def _exchanged(atom: Atom) -> Atom:
    base = None if atom.base is None else _exchanged(atom.base)
    return replace(atom, month=atom.day, day=atom.month, base=base)


def _coarse(atom: Atom) -> Atom | None:
    """What holds in either order: the day where both figures are one, else the year."""
    if atom.base is None and atom.day == atom.month:
        return atom
    if atom.year is None or (atom.base is not None and atom.base.year != atom.year):
        return None
    return Atom(start=atom.start, end=atom.end, kind="date", year=atom.year)
