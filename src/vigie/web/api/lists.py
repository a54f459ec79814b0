"""Lists of the API by pages: what stands in memory, and what is read from the file from a place on.

In: a read model, what was asked. Out: Part, and batches of all rows. Left out: formats (`tables.py`, `answers.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from vigie.readmodel.model import ReadModel
from vigie.web.api import cursors
from vigie.web.api.asked import Asked
from vigie.web.api.models import Record
from vigie.web.api.statements import document_row, observation, quoted

BATCH = 2_000  # rows at a time of a whole list: some 4 MB as records


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A page: `next` is the cursor of the one after it, None on the last."""

    items: Sequence[Record]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Rows, the place of the last of them and its anchor, and whether others follow."""

    rows: Sequence[Record]
    last: int
    anchor: str = ""
    more: bool


class Listed(Protocol):
    """A list that can be read from a place on."""

    total: int

    def begin(self, place: cursors.Place, stamp: str) -> int:
        """The place after which to go on. Raises Problem 410."""

    def after(self, place: int, many: int) -> Stretch:
        """So many rows after a place."""


class Held:
    """A list in memory; its places are those of its rows.

    Args:
        rows: records, or what `made` makes records of: of a list only those of the page that is asked for.
    """

    def __init__(self, rows: Sequence[Any], made: Callable[[Any], Record] | None = None) -> None:
        self.rows, self.total, self._made = rows, len(rows), made

    def begin(self, place: cursors.Place, stamp: str) -> int:
        if place.stamp != stamp:
            raise cursors.gone()
        return place.after

    def after(self, place: int, many: int) -> Stretch:
        first = max(place + 1, 0)
        found = self.rows[first : first + many]
        last = first + len(found) - 1
        rows = found if self._made is None else [self._made(row) for row in found]
        return Stretch(rows=rows, last=last, more=last + 1 < self.total)


class Stored:
    """A list of places of the file, in order."""

    def __init__(
        self, places: Any, read: Callable[[Any], list[Record]], anchor: Callable[[Record], str] | None,
        find: Callable[[str], int | None],
    ) -> None:  # fmt: skip
        self.places, self.total = places, len(places)
        self._read, self._anchor, self._find = read, anchor, find

    def begin(self, place: cursors.Place, stamp: str) -> int:
        if place.stamp == stamp:
            return place.after
        found = self._find(place.anchor) if place.anchor else None
        if found is None:
            raise cursors.gone()
        return found

    def after(self, place: int, many: int) -> Stretch:
        first = int(np.searchsorted(self.places, place, side="right"))
        chosen = self.places[first : first + many]
        rows = self._read(chosen)
        last = int(chosen[-1]) if len(chosen) else place
        anchor = self._anchor(rows[-1]) if self._anchor and rows else ""
        return Stretch(rows=rows, last=last, anchor=anchor, more=first + len(chosen) < self.total)


def statements(model: ReadModel, asked: Asked) -> Listed:
    """Statements, latest first: of a figure those that it counts. To anyone only what may be quoted, and no id."""
    types = (asked.own["type"],) if "type" in asked.own else ()
    places = model.statements(
        asked.filters, topic=asked.own.get("topic"), key=asked.key, types=types, since=asked.since
    )
    if model.public:
        return Stored(
            places, lambda chosen: [quoted(row) for row in model.statements_at(chosen)], None, lambda _: None
        )
    return Stored(
        places, lambda chosen: [observation(row) for row in model.statements_at(chosen)],
        lambda row: str(getattr(row, "id", "")), model.place_of_statement,
    )  # fmt: skip


def documents(model: ReadModel, asked: Asked) -> Listed:
    """Documents, latest first."""
    return Stored(
        model.documents_listed(asked.filters, since=asked.since),
        lambda chosen: [document_row(row) for row in model.documents_at(chosen)],
        lambda row: str(getattr(row, "doc_id", "")), model.place_of_document,
    )  # fmt: skip


def page(listed: Listed, asked: Asked, question: str, stamp: str, many: int) -> Part:
    """The page that the cursor asks for, or the first. Raises Problem 400 or 410."""
    begin = listed.begin(cursors.read(asked.cursor, question), stamp) if asked.cursor else -1
    found = listed.after(begin, many)
    following = cursors.Place(after=found.last, anchor=found.anchor, stamp=stamp)
    return Part(
        items=found.rows,
        total=listed.total,
        next=cursors.written(following, question) if found.more else None,
    )


def batches(listed: Listed) -> Iterator[Sequence[Record]]:
    """All rows, some at a time."""
    place, more = -1, True
    while more:
        found = listed.after(place, BATCH)
        place, more = found.last, found.more
        yield found.rows
