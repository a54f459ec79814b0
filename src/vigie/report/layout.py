"""A bulletin as a sequence of blocks, which every page format draws in the same order: prose, tables, figures, notices.

In: blocks as the parts make them. Out: the same, numbered; a figure has its drawing and its numbers as a table.
Left out: what they say; how they look (data/templates/bulletin.*.j2).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias

from vigie import charts
from vigie.charts import Figure
from vigie.report.evidence import Evidence, Row, Table
from vigie.report.words import Words

_PERIOD = re.compile(r"\d{4}-(?:Q[1-4]|\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """Sentences; with a `title` they open a part of a section."""

    kind: ClassVar[str] = "prose"
    lines: tuple[str, ...]
    title: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """Warnings: a title, a sentence, who says it."""

    kind: ClassVar[str] = "notices"
    items: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One figure, drawn; `table` holds its numbers, `share` is that of the width of a printed page that it takes."""

    kind: ClassVar[str] = "picture"
    figure: Figure
    svg: str
    table: Table
    number: int = 0
    share: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two figures side by side, drawn at half a width each."""

    kind: ClassVar[str] = "pair"
    pictures: tuple[Picture, Picture]


Block: TypeAlias = Prose | Notices | Picture | Pair | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One section of the bulletin."""

    id: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(b for b in self.blocks if isinstance(b, Table))

    @property
    def pictures(self) -> tuple[Picture, ...]:
        found: list[Picture] = []
        for block in self.blocks:
            found += (
                block.pictures if isinstance(block, Pair) else [block] if isinstance(block, Picture) else []
            )
        return tuple(found)


def picture(
    figure: Figure | None, words: Words, width: int = charts.draw.WIDTH, share: float = 1.0
) -> list[Picture]:
    """The figure drawn, in a list; none for none."""
    if figure is None:
        return []
    return [Picture(figure=figure, svg=charts.svg(figure, width), table=_numbers(figure, words), share=share)]


def paired(first: Sequence[Picture], second: Sequence[Picture]) -> list[Block]:
    """Side by side, where there are both."""
    if first and second:
        return [Pair(pictures=(first[0], second[0]))]
    return [*first, *second]


def _numbers(figure: Figure, words: Words) -> Table:
    """The numbers behind a figure, as cells; columns in which nothing stands are left out."""
    kept = [
        n
        for n, _ in enumerate(figure.columns)
        if any(row[n] not in (None, "", "shown") for row in figure.rows)
    ]
    text = sum(1 for n in kept if all(isinstance(row[n], str | None) for row in figure.rows))
    kept.sort(key=lambda n: not all(isinstance(row[n], str | None) for row in figure.rows))
    return Table(
        id=f"{figure.id}-figures",
        title=figure.title,
        caption=words["chart_data"],
        columns=tuple(
            figure.columns[n].label + (f" ({figure.columns[n].unit})" if figure.columns[n].unit else "")
            for n in kept
        ),
        rows=tuple(
            Row(id=f"{figure.id}-figures-{k}", cells=tuple(_cell(row[n], words) for n in kept))
            for k, row in enumerate(figure.rows, 1)
        ),
        text_columns=text,
    )


def _cell(value: str | float | None, words: Words) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        if _PERIOD.fullmatch(value):
            return words.quarter(value) if "Q" in value else words.day(value)
        return words[f"state_{value}"] if value in _STATES else value
    return words.number(value) if isinstance(value, int) else words.short(value)


_STATES = frozenset({"shown", "zero", "withheld", "nothing-collected"})


def numbered(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts with their tables and figures numbered in order."""
    tables = pictures = 0
    found = []
    for part in parts:
        blocks: list[Block] = []
        for block in part.blocks:
            if isinstance(block, Table):
                tables += 1
                block = replace(block, number=tables)
            elif isinstance(block, Picture):
                pictures += 1
                block = replace(block, number=pictures)
            elif isinstance(block, Pair):
                one, other = (replace(p, number=pictures + n) for n, p in enumerate(block.pictures, 1))
                pictures += 2
                block = Pair(pictures=(one, other))
            blocks.append(block)
        found.append(replace(part, blocks=tuple(blocks)))
    return tuple(found)
