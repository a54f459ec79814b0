"""Figures of a column: plain numbers whole columns at a time, all else by the grammar of amounts.

In: a clean column, and which sign is the decimal one. Out: bounds of each row, and what a cell says beside its number ("1,5 kg",
"80 €/g", "5-10", "< 5"). A bound that is open stays open; an empty cell is no zero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vigie.extract.amounts import amounts, find_money
from vigie.intake.lookup import EMPTY, Flags, Ints
from vigie.intake.normalise import Unit
from vigie.stats.arrays import FloatArray
from vigie.tables.numbers import figures
from vigie.text.normalise import fold

_RANGE = re.compile(r"\s*([^\s–-][^–]*?)\s*(?:–|-| à | to | et )\s*([0-9][0-9.,' \u00a0\u202f]*)\s*(\D*)\s*")
_BOUND = re.compile(r"\s*(<|≤|<=|>|≥|>=)\s*([0-9].*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one cell says that is not a bare number."""

    low: float | None
    high: float | None
    unit: Unit | None = None
    per_value: float | None = None
    per_unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figures:
    """A column of figures.

    Attributes:
        low, high: shape (n,), NaN where there is no bound.
        empty: shape (n,), cells without anything.
        wrong: shape (n,), cells that hold something that is no figure.
        said: shape (n,), position in `words` of what stands beside the number; EMPTY for bare numbers.
        words: what cells say.
    """

    low: FloatArray
    high: FloatArray
    empty: Flags
    wrong: Flags
    said: Ints
    words: tuple[Said, ...]


def figure_column(cells: pa.Array, decimal: str, lang: str) -> Figures:
    """The figures of a clean column; each distinct cell is read once."""
    coded = cells if pa.types.is_dictionary(cells.type) else pc.dictionary_encode(cells)
    values = coded.dictionary
    numbers, wrong = figures(values, decimal)
    low, high = numbers.copy(), numbers.copy()
    said = np.full(len(values), EMPTY, dtype=np.int64)
    words: list[Said] = []
    blank = np.zeros(len(values) + 1, dtype=bool)
    blank[-1] = True
    for n in np.flatnonzero(wrong):
        text = values[int(n)].as_py()
        if not text.strip():
            blank[n], wrong[n] = True, False
            continue
        found = said_in(text, decimal, lang)
        if found is None:
            continue
        wrong[n], said[n] = False, len(words)
        words.append(found)
        low[n] = np.nan if found.low is None else found.low
        high[n] = np.nan if found.high is None else found.high
    index = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return Figures(
        low=np.append(low, np.nan)[index], high=np.append(high, np.nan)[index], empty=blank[index],
        wrong=np.append(wrong, False)[index], said=np.append(said, EMPTY)[index], words=tuple(words),
    )  # fmt: skip


def said_in(text: str, decimal: str, lang: str) -> Said | None:
    """A figure with its words; None for anything else, and for a cell that says two things."""
    for chosen in (lang, "en" if lang == "fr" else "fr"):
        money = find_money(text, chosen)
        if len(money) == 1 and _covers(text, money[0].start, money[0].end):
            m = money[0]
            return Said(
                low=m.low, high=m.high, unit=Unit(code=m.currency, kind="money"), per_value=m.per_value, per_unit=m.per_unit
            )  # fmt: skip
        found = amounts(fold(text), text, chosen)
        if len(found) == 1 and found[0].unit is not None and _covers(text, found[0].start, found[0].end):
            a = found[0]
            return Said(
                low=a.low, high=a.high, unit=Unit(code=a.unit.code, kind=a.unit.kind) if a.unit else None
            )
    if match := _BOUND.fullmatch(text):
        number = _plain(match.group(2), decimal)
        if number is not None:
            return Said(low=None, high=number) if match.group(1)[0] in "<≤" else Said(low=number, high=None)
    if match := _RANGE.fullmatch(text):
        first, last = _plain(match.group(1), decimal), _plain(match.group(2), decimal)
        if first is not None and last is not None and first <= last and match.group(3).strip() in ("", "%"):
            return Said(low=first, high=last)
    return None


def _covers(text: str, start: int, end: int) -> bool:
    """Whether nothing but signs stands outside [start, end)."""
    return not re.search(r"\w", text[:start] + text[end:])


def _plain(text: str, decimal: str) -> float | None:
    number, wrong = figures(pa.array([text.strip()], pa.string()), decimal)
    return None if wrong[0] or np.isnan(number[0]) else float(number[0])
