"""What a stretch of text says of a date, before it is placed in time.

In: nothing. Out: the record Atom, which rules make, words around them complete, and `dates_resolve` places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """What a stretch of text says of a date, before it is placed in time. None = not said.

    Attributes:
        kind: name of the rule that read it.
        number: of the quarter or half, or how many units.
        shift: -1, 0, +1 units from the reference or the anchor.
        part: "start", "middle" or "end" of the period.
        name: a season, a holiday or the offset of a relative day.
        day2, year2: the last day or year of a range.
        base: the date that this one counts from ("two weeks after 3 May").
        amounts: how many of which units, where there may be several ("a month and two days ago").
        coming: the tense of the sentence: a date without a year, month or week lies ahead (True) or behind.
        figures: of a day and a month in English figures, which stands first: said by the figures, or open.
        vague: the words are read only where nothing speaks against it ("the 27th", a holiday without a cue).
    """

    start: int
    end: int
    kind: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    number: int | None = None
    unit: str | None = None
    shift: int | None = None
    part: str | None = None
    name: str | None = None
    day2: int | None = None
    year2: int | None = None
    base: Atom | None = None
    amounts: tuple[tuple[int, str], ...] = ()
    coming: bool = False
    vague: bool = False
    figures: Literal["day", "month", "open"] | None = None
