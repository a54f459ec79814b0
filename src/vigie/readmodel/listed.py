"""Questions that go through long lists: statements and documents from a place on, latest first, and all of them in batches.

In: filters, a place. Out: places of rows, and the rows of some. A list is kept once it was asked for, so that its next page is a
look-up. Left out: lists by page number (`texts.py`), figures.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from vigie.readmodel.figures import TYPES
from vigie.readmodel.opened import Key, Opened
from vigie.readmodel.records import DocumentRow, FactRow, Filters
from vigie.readmodel.texts import DOCUMENT, document_of, fact_of
from vigie.readmodel.told import Ints

_KEPT_BYTES = 24 << 20  # of lists in memory: six of a million rows
_DENSE = 8  # rows read for one that is wanted: below that a stretch is read whole


class ListQuestions(Opened):
    """Lists in one order: a place is the number of a row in the file, smaller is later in time."""

    _lists: OrderedDict[tuple[Any, ...], Ints] | None = None

    def statements(
        self, f: Filters, *, topic: str | None = None, key: Key | None = None, types: Sequence[str] = (),
        since: date | None = None,
    ) -> Ints:  # fmt: skip
        """Places of statements in order, latest first.

        With a topic those that its figures count. Public: only what may be quoted.

        Args:
            types: of these types only; () for all.
            since: of documents published on that day or later; not for the public, whose file has no days.
        """
        return self._kept(
            ("statements", f, topic, key, tuple(types), since),
            lambda: self._statements(f, topic, key, types, since),
        )

    def _statements(
        self, f: Filters, topic: str | None, key: Key | None, types: Sequence[str], since: date | None
    ) -> Ints:
        told, rows = self._told, None
        if topic is None:
            within = self._conditions(f)
            codes = tuple(TYPES.index(t) + 1 for t in types)
            if within is not None:
                rows = told.choose(slice(0, told.size), types=codes, **within)
        else:
            rows = self._of_key(f, topic, key, exact=True)
        if rows is None:
            return np.zeros(0, dtype=np.int32)
        if since is not None and not self.public:
            published = self._papers["first"][told.columns["doc"][rows] - 1]
            rows = rows[published >= since.toordinal()]
        ords = told.columns["ord"][rows]
        if self.public:
            ords = ords[ords >= 0]
        return np.asarray(np.sort(ords))

    def documents_listed(self, f: Filters, *, since: date | None = None) -> Ints:
        """Places of documents in order, latest first; filters as `documents`."""
        return self._kept(("documents", f, since), lambda: self._documents_listed(f, since))

    def _documents_listed(self, f: Filters, since: date | None) -> Ints:
        papers = self._chosen_documents(f, by_facts=bool(f.substance or f.area), published=True)
        if since is not None:
            papers = papers[self._papers["first"][papers] >= since.toordinal()]
        return np.asarray(self._papers["number"][papers])

    def place_of_statement(self, address: str) -> int | None:
        """The place of a statement; None where it is no longer there."""
        found = self._rows("SELECT min(ord) FROM addresses WHERE address = ?", [address])
        return None if found[0][0] is None else int(found[0][0])

    def place_of_document(self, doc_id: str) -> int | None:
        found = self._rows("SELECT number FROM document_ids WHERE doc_id = ?", [doc_id])
        return int(found[0][0]) if found else None

    def statements_at(self, places: Ints) -> list[FactRow]:
        """Statements of these places, which are in order."""
        return [fact_of(json.loads(row[1])) for row in self._at("record", "evidence", "ord", places)]

    def documents_at(self, places: Ints) -> list[DocumentRow]:
        """Documents of these places, which are in order."""
        return [document_of(row[1:]) for row in self._at(", ".join(DOCUMENT), "documents", "number", places)]

    def _at(self, columns: str, table: str, number: str, places: Ints) -> list[Any]:
        """Rows of these places, with the place in front."""
        columns = f"{number}, {columns}"
        if len(places) and int(places[-1]) - int(places[0]) < _DENSE * len(places):
            wanted = set(places.tolist())
            sql = f"SELECT {columns} FROM {table} WHERE {number} BETWEEN ? AND ? ORDER BY {number}"
            return [row for row in self._rows(sql, [int(places[0]), int(places[-1])]) if row[0] in wanted]
        return self._picked(columns, table, number, places.tolist())

    def _kept(self, question: tuple[Any, ...], answer: Any) -> Ints:
        """A list that was made before, or a new one, within a bound of bytes."""
        with self._lock:
            if self._lists is None:
                self._lists = OrderedDict()
            found = self._lists.get(question)
            if found is not None:
                self._lists.move_to_end(question)
                return found
        made: Ints = answer()
        with self._lock:
            self._lists[question] = made
            while sum(kept.nbytes for kept in self._lists.values()) > _KEPT_BYTES and len(self._lists) > 1:
                self._lists.popitem(last=False)
        return made
