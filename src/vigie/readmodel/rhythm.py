"""How much was read of each source over time, as arrays in memory: SQL over sixty thousand rows for each page would take longer than the page.

In: `sources` and `source_months` of a file, filters as numbers. Out: documents of each source by month, and of all by quarter. Left out: what
the documents say (`told.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.readmodel.schema import number_of, period_of
from vigie.readmodel.told import Ints, small

_NEVER = date.max.toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A source as it stands in the file."""

    source_id: str
    name: str
    kind: str
    grade: str
    country: str
    area: str
    quiet: bool


class Rhythm:
    """The arrays; sources have the places of `cards`, best grade first."""

    def __init__(self, connection: Any) -> None:
        cards = "SELECT source_id, name, kind, grade, country, area, quiet FROM sources ORDER BY grade, name, source_id"
        names = tuple(Card.__dataclass_fields__)
        self.cards = [
            Card(**dict(zip(names, row, strict=True))) for row in connection.execute(cards).fetchall()
        ]
        found = connection.execute(
            f"SELECT c.place, coalesce(m.month, -1) AS month, coalesce(m.quarter, -1) AS quarter, coalesce(m.year, -1) AS year, "
            "ascii(m.grade) - 65 AS grade, coalesce(n.number, 0) AS lang, m.documents, "
            f"coalesce(m.first - DATE '0001-01-01' + 1, {_NEVER}) AS first, coalesce(m.last - DATE '0001-01-01' + 1, 0) AS last "
            "FROM source_months m JOIN (SELECT source_id, row_number() OVER (ORDER BY grade, name, source_id) - 1 AS place FROM sources) c "
            "USING (source_id) LEFT JOIN names n ON n.family = 'lang' AND n.name = m.lang ORDER BY c.place"
        ).fetchnumpy()
        self._columns: dict[str, NDArray[Any]] = {
            name: small(np.ma.getdata(values)) for name, values in found.items()
        }
        months = self._columns["month"]
        known = months[months >= 0]
        self._first = int(known.min()) // 3 * 3 if len(known) else 0  # month of the first quarter
        self._many = (int(known.max()) // 3 * 3 + 3 - self._first) if len(known) else 0
        self._named = [period_of("month", number) for number in range(self._first, self._first + self._many)]

    def choose(self, *, grade: int | None = None, lang: int | None = None, period: str | None = None) -> Ints:
        """Rows under these filters, given as numbers of the file; by source."""
        columns = self._columns
        kept = np.ones(len(columns["place"]), dtype=bool)
        if grade is not None:
            kept &= columns["grade"] <= grade
        if lang is not None:
            kept &= columns["lang"] == lang
        if period is not None:
            column, number = number_of(period)
            kept &= columns[column] == number
        return np.flatnonzero(kept)

    def told(self, rows: Ints) -> list[tuple[int, date | None, date | None]]:
        """(documents, first day, last day) of each source; no day where none is known."""
        place, size = self._columns["place"][rows], len(self.cards)
        documents = np.bincount(place, self._columns["documents"][rows], size).astype(np.int64)
        first, last = np.full(size, _NEVER), np.zeros(size, dtype=np.int64)
        np.minimum.at(first, place, self._columns["first"][rows])
        np.maximum.at(last, place, self._columns["last"][rows])
        return [
            (n, None if a == _NEVER else date.fromordinal(a), date.fromordinal(b) if b else None)
            for n, a, b in zip(documents.tolist(), first.tolist(), last.tolist(), strict=True)
        ]

    def months(self, rows: Ints) -> list[tuple[tuple[str, int], ...]]:
        """(month, documents) of each source from its first month to its last, none left out."""
        table = self._table(rows)
        if not table.size:
            return [()] * len(self.cards)
        first, last = _ends(table)
        return [
            tuple(zip(self._named[a : b + 1], counts[a : b + 1], strict=True)) if counts[a] else ()
            for a, b, counts in zip(first.tolist(), last.tolist(), table.tolist(), strict=True)
        ]

    def quarters(self, rows: Ints, sources: Ints) -> list[tuple[str, int, int]]:
        """(quarter, documents, sources with some) of these sources: every quarter between the first and the last of one of them."""
        table = self._table(rows)[sources]
        if not table.size:
            return []
        table = table.reshape(len(table), -1, 3).sum(axis=2)
        table = table[table.any(axis=1)]
        first, last = _ends(table)
        steps = np.bincount(first, minlength=table.shape[1] + 1) - np.bincount(
            last + 1, minlength=table.shape[1] + 1
        )
        within = np.flatnonzero(np.cumsum(steps)[:-1] > 0)
        documents, spoken = table.sum(axis=0), np.count_nonzero(table, axis=0)
        return [
            (period_of("quarter", self._first // 3 + q), int(documents[q]), int(spoken[q]))
            for q in within.tolist()
        ]

    def _table(self, rows: Ints) -> NDArray[np.int64]:
        """Documents by source and month."""
        month = self._columns["month"][rows].astype(np.int64)
        rows = rows[month >= 0]
        at = self._columns["place"][rows].astype(np.int64) * self._many + month[month >= 0] - self._first
        found = np.bincount(at, self._columns["documents"][rows], len(self.cards) * self._many)
        return found.astype(np.int64).reshape(len(self.cards), self._many)


def _ends(table: NDArray[np.int64]) -> tuple[Ints, Ints]:
    """First and last column of each row that is not zero; of a row of zeros the first and the last of all."""
    there = table > 0
    return np.argmax(there, axis=1), there.shape[1] - 1 - np.argmax(there[:, ::-1], axis=1)
