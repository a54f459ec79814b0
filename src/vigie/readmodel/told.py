"""All statements of a file as arrays in memory: about 60 bytes each, so that any figure of a million is a matter of milliseconds.

In: the table `told` of a file. Out: figures of groups of rows, exact for any filters. Rows stand by topic, key and value, those that no
figure counts last: the rows of a topic, or of a key, are one stretch, and their values are in order, so that a quantile is a look-up.
Left out: SQL (planning one statement takes longer than this), texts.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.readmodel.records import GRADES, Figures
from vigie.readmodel.schema import number_of

Ints = NDArray[Any]  # whole numbers of any size
Places = ("place", "department", "region", "country")
# NULL is -1 of a period, NaN of a value.
_COLUMNS = """
    place, department, region, country, coalesce(month, -1) AS month, coalesce(quarter, -1) AS quarter, coalesce(year, -1) AS year,
    topic, key, market, substance, type, direction, coalesce(value, 'NaN'::DOUBLE) AS value, voice, alike, first,
    grade, credibility, lang, counted, fresh, reviewed, doc, ord
"""
_CREDIBILITY = 7  # 0 unknown, 1 to 6
_FEW = 8  # an area, a substance or a period with at most this part of all rows is looked at by itself
_KEPT = 2  # rows of these that are kept, for each row of the file: 16 bytes of a statement


class Told:
    """The arrays; `counted` first rows are those that figures may count."""

    def __init__(self, connection: Any) -> None:
        found = connection.execute(f"SELECT {_COLUMNS} FROM told ORDER BY rowid").fetchnumpy()
        columns = {name: small(np.ma.getdata(values)) for name, values in found.items()}
        self.columns: dict[str, NDArray[Any]] = columns
        self.counted = int(np.count_nonzero(columns.pop("counted")))
        self.size = len(columns["key"])
        self.voices = int(columns["voice"].max()) + 1 if self.size else 1
        self._rows_of: OrderedDict[tuple[str, int | str], Ints | None] = OrderedDict()
        self._held = 0  # rows of these
        self._lock = threading.Lock()
        self._topics: dict[int, tuple[int, int]] = {}
        self._stretches: dict[tuple[int, int], tuple[int, int]] = {}
        topic = columns.pop("topic")[: self.counted]
        for number in np.unique(topic).tolist():
            first, last = np.searchsorted(topic, np.array([number, number + 1], dtype=topic.dtype)).tolist()
            self._topics[number] = (first, last)
            # Looked up, not searched for: numbers of another size would have the whole column copied each time.
            keys, starts = np.unique(columns["key"][first:last], return_index=True)
            ends = [*(starts[1:] + first).tolist(), last]
            for key, start, end in zip(keys.tolist(), (starts + first).tolist(), ends, strict=True):
                self._stretches[number, key] = (start, end)

    def stretch(self, topic: int | None = None, key: int | None = None) -> slice:
        """The rows of a topic, or of one of its keys; of all that counts without."""
        if topic is None:
            return slice(0, self.counted)
        if key is None:
            return slice(*self._topics.get(topic, (0, 0)))
        return slice(*self._stretches.get((topic, key), (0, 0)))

    def choose(
        self, within: slice, *, area: int | None = None, substance: int | None = None, period: str | None = None,
        grade: int | None = None, lang: int | None = None, types: tuple[int, ...] = (),
    ) -> Ints:  # fmt: skip
        """Rows of the stretch under these filters, given as numbers of the file."""
        few, done = self._few(area, substance, period)
        if few is not None:
            few = few[slice(*np.searchsorted(few, [within.start, within.stop]).tolist())]
        at: Any = within if few is None else few
        kept: NDArray[np.bool_] | None = None
        tests = []
        if area is not None and done != "area":
            tests.append(self._in_area(area, at))
        if substance is not None and done != "substance":
            tests.append(self.columns["substance"][at] == substance)
        if period is not None and done != "period":
            column, number = number_of(period)
            tests.append(self.columns[column][at] == number)
        if grade is not None:
            tests.append(self.columns["grade"][at] <= grade)
        if lang is not None:
            tests.append(self.columns["lang"][at] == lang)
        if types:
            tests.append(np.isin(self.columns["type"][at], types))
        for test in tests:
            kept = test if kept is None else kept & test
        if kept is None:
            return np.arange(within.start, within.stop) if few is None else few
        return np.asarray(np.flatnonzero(kept) + within.start) if few is None else few[kept]

    def _in_area(self, area: int, at: Any) -> NDArray[np.bool_]:
        held = self.columns["place"][at] == area
        for level in Places[1:]:
            held |= self.columns[level][at] == area
        return np.asarray(held)

    def _few(self, area: int | None, substance: int | None, period: str | None) -> tuple[Ints | None, str]:
        """All rows of the area, the substance or the period, whichever has fewest, and of which; (None, "") where none keeps few of them.

        They are found once: a page asks of one department, or one product, twenty times, and each time a part of the whole would be read.
        """
        fewest: tuple[Ints | None, str] = (None, "")
        for what, asked in (("area", area), ("substance", substance), ("period", period)):
            rows = None if asked is None else self._rows_with(what, asked)
            if rows is not None and (fewest[0] is None or len(rows) < len(fewest[0])):
                fewest = rows, what
        return fewest

    def _rows_with(self, what: str, asked: int | str) -> Ints | None:
        """None where they are not few."""
        key = (what, asked)
        with self._lock:
            if key in self._rows_of:
                self._rows_of.move_to_end(key)
                return self._rows_of[key]
        if isinstance(asked, str):
            column, number = number_of(asked)
            held = self.columns[column] == number
        else:
            held = (
                self._in_area(asked, slice(0, self.size))
                if what == "area"
                else self.columns["substance"] == asked
            )
        found = np.flatnonzero(held)
        rows = found if len(found) * _FEW <= self.size else None
        with self._lock:
            before, self._rows_of[key] = self._rows_of.get(key), rows
            self._held += _length(rows) - _length(before)
            while self._held > _KEPT * self.size:
                self._held -= _length(self._rows_of.popitem(last=False)[1])
        return rows

    def figures(
        self, rows: Ints, labels: Ints, size: int, *, public: bool, values: bool = True
    ) -> dict[int, Figures]:
        """Figures of each label that has rows.

        Args:
            rows: in order; those of one label have their values in order (of one key, or of a part of one).
            labels: of each row, 0 to size - 1.
            values: whether quartiles are asked for.
        Source: quantiles of definition 7 of Hyndman and Fan (1996); of a family of near-copies the earliest speaks for all.
        """
        if not len(rows):
            return {}
        counts = np.bincount(labels, minlength=size)
        told = np.flatnonzero(counts)
        sources = self.sources(rows, labels, size)
        best, worst = _ends(labels, self.columns["grade"][rows], size, len(GRADES))
        most, least = _ends(labels, self.columns["credibility"][rows], size, _CREDIBILITY, skip=1)
        spread = self.spread(rows, labels, size) if values else {}
        found: dict[int, Figures] = {}
        for label in told.tolist():
            grades = "–".join(dict.fromkeys((GRADES[best[label]], GRADES[worst[label]])))
            rating = grades
            if not public and least[label] > 0:
                rating += "/" + "–".join(dict.fromkeys((str(most[label]), str(least[label]))))
            m, low, q1, median, q3, high = spread.get(label, (0, None, None, None, None, None))
            found[label] = Figures(
                n=int(counts[label]), sources=int(sources[label]), grades=grades, rating=rating, values=m, low=low, q1=q1,
                median=median, q3=q3, high=high,
            )  # fmt: skip
        return found

    def sources(self, rows: Ints, labels: Ints, size: int) -> Ints:
        """Independent sources of each label."""
        voice, alike = self.columns["voice"][rows], self.columns["alike"][rows]
        copies = np.flatnonzero(alike)
        if len(copies):
            order = copies[np.lexsort((self.columns["first"][rows[copies]], alike[copies], labels[copies]))]
            same = (labels[order][1:] == labels[order][:-1]) & (alike[order][1:] == alike[order][:-1])
            heads = order[np.r_[True, ~same]]
            own = np.flatnonzero(alike == 0)
            spoken = np.concatenate([own, heads])
            voice, labels = voice[spoken], labels[spoken]
        pairs = labels.astype(np.int64) * self.voices + voice
        if size * self.voices <= 1 << 23:
            there = np.zeros(size * self.voices, dtype=bool)
            there[pairs] = True
            return np.asarray(np.count_nonzero(there.reshape(size, self.voices), axis=1))
        return np.bincount(np.unique(pairs) // self.voices, minlength=size)

    def spread(
        self, rows: Ints, labels: Ints, size: int
    ) -> dict[int, tuple[int, float, float, float, float, float]]:
        """(values, low, first quartile, median, third quartile, high) of each label that has values."""
        value = self.columns["value"][rows]
        known = ~np.isnan(value)
        value, labels = value[known], labels[known]
        if not len(value):
            return {}
        if np.any(labels[1:] < labels[:-1]):
            value = value[np.argsort(labels, kind="stable")]
        counts = np.bincount(labels, minlength=size)
        starts = np.cumsum(counts) - counts
        told = np.flatnonzero(counts)
        n, start = counts[told], starts[told]
        quartiles = []
        for share in (0.25, 0.5, 0.75):
            at = (n - 1) * share
            below = np.floor(at).astype(np.int64)
            above = np.minimum(below + 1, n - 1)
            low, high = value[start + below], value[start + above]
            quartiles.append(low + (high - low) * (at - below))
        table = [n, value[start], *quartiles, value[start + n - 1]]
        return {
            label: (int(row[0]), *(float(x) for x in row[1:]))  # type: ignore[misc]
            for label, row in zip(told.tolist(), zip(*(c.tolist() for c in table), strict=True), strict=True)
        }

    def voices_of(self, rows: Ints) -> int:
        """Publishers behind the rows; near-copies are not told apart."""
        return int(np.count_nonzero(np.bincount(self.columns["voice"][rows]))) if len(rows) else 0


def _length(rows: Ints | None) -> int:
    return 0 if rows is None else len(rows)


def dense(codes: Ints) -> tuple[Ints, Ints]:
    """(values that occur, in order; for each code its place among them); codes are from 0 on and not large."""
    there = np.bincount(codes) > 0 if len(codes) else np.zeros(0, dtype=bool)
    numbers = np.cumsum(there) - 1
    return np.flatnonzero(there), numbers[codes] if len(codes) else codes


def _ends(labels: Ints, codes: Ints, size: int, many: int, skip: int = 0) -> tuple[list[int], list[int]]:
    """The least and the largest code of each label; codes below `skip` say nothing (then 0 and 0)."""
    table = np.bincount(labels.astype(np.int64) * many + codes, minlength=size * many).reshape(size, many) > 0
    table[:, :skip] = False
    first = np.argmax(table, axis=1)
    last = np.where(table.any(axis=1), many - 1 - np.argmax(table[:, ::-1], axis=1), 0)
    return first.tolist(), last.tolist()


def small(values: NDArray[Any]) -> NDArray[Any]:
    """The same numbers in as few bytes as hold them."""
    if values.dtype.kind == "i" and len(values):
        least, most = int(values.min()), int(values.max())
        for kind in (np.int8, np.int16, np.int32):
            if least >= np.iinfo(kind).min and most <= np.iinfo(kind).max:
                return values.astype(kind)
    return values
