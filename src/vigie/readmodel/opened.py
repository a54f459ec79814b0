"""An open read-model file: what all its questions share.

In: a file of `build.py`. Out: rows under filters, answers that are kept, cursors of threads. Left out: the questions
(`figures.py`, `texts.py`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import duckdb
import numpy as np
from numpy.typing import NDArray

from vigie.model.errors import SettingsError, StoreError
from vigie.readmodel.records import (
    GRADES,
    Filters,
    Step,
)
from vigie.readmodel.rhythm import Rhythm
from vigie.readmodel.schema import VERSION, number_of, period_of
from vigie.readmodel.told import Ints, Told
from vigie.report.period import parse_period
from vigie.report.results import TOPICS

Key = tuple[str, ...]
Result = TypeVar("Result")
TOPIC_OF = {topic.id: (number, topic) for number, topic in enumerate(TOPICS, 1)}
_REMEMBERED = 1_000  # answers kept in memory: the charts of a page ask what the page asked
_RECORDS = 50_000  # of all these answers together: a group takes some 700 bytes, and a list of figures may have thousands
# MB of the database once the arrays are read: answers are as quick with 40, the rest would be blocks kept of what nobody asks again. To set it also
# makes the database's allocator give back what reading the arrays took, 100 MB of a million statements.
_READING_MB = 64
_YEARS_BACK = 30  # of a series: a date read as 1700 must not make a chart of centuries


class Opened:
    """One open file; safe to use from many threads. Use as a context manager."""

    def __init__(self, connection: Any, path: Path) -> None:
        self._db, self.path = connection, path
        self._local = threading.local()
        self._cursors: list[Any] = []
        self._lock = threading.Lock()
        self._answers: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._records = 0  # of these answers
        about = dict(self._rows("SELECT name, value FROM about"))
        if about.get("version") != str(VERSION):
            raise StoreError(
                f"{path} is of another version of Vigie (delete it: it is made anew from the store)"
            )
        self.public: bool = about["public"] == "yes"
        self.built_on: date = date.fromisoformat(about["built_on"])
        self.stamp: str = about["stamp"]
        self.left_out: tuple[str, ...] = tuple(about["left_out"].split())
        self.first: date | None = date.fromisoformat(about["first"]) if about["first"] else None
        self.last: date | None = date.fromisoformat(about["last"]) if about["last"] else None
        named: dict[str, dict[str, int]] = {}
        for family, number, name in self._rows("SELECT family, number, name FROM names"):
            named.setdefault(family, {})[name] = number
        self._areas, self._substances = named.get("area", {}), named.get("substance", {})
        self._markets, self._langs = named.get("market", {"": 0}), named.get("lang", {})
        self._codes = {number: code for code, number in self._areas.items()}
        self._substance_of = {number: name for name, number in self._substances.items()}
        self._market_of = {number: code for code, number in self._markets.items()}
        self._key_of: dict[int, tuple[str, str]] = {}
        self._keys: dict[tuple[int, str, str], int] = {}
        for number, topic, one, two in self._rows("SELECT number, topic, one, two FROM keys"):
            self._key_of[number] = (one, two)
            self._keys[topic, one, two] = number
        self._told = Told(self._cursor())
        self._read = self._arrays(
            "SELECT area, coalesce(month, -1) AS month, coalesce(quarter, -1) AS quarter, coalesce(year, -1) AS year, grade, "
            "coalesce(n.number, 0) AS lang FROM collected c LEFT JOIN names n ON n.family = 'lang' AND n.name = c.lang ORDER BY area"
        )
        self._papers = self._arrays(
            "SELECT d.number, coalesce(month, -1) AS month, coalesce(quarter, -1) AS quarter, coalesce(year, -1) AS year, "
            "ascii(grade) - 65 AS grade, coalesce(n.number, 0) AS lang, fresh, first_ord, coalesce(published_start - DATE '0001-01-01' + 1, 0) "
            "AS first, coalesce(published_end - DATE '0001-01-01' + 1, 0) AS last "
            "FROM documents d LEFT JOIN names n ON n.family = 'lang' AND n.name = d.lang ORDER BY d.number"
        )
        self._rhythm = Rhythm(self._cursor())
        self._span = self._first_and_last()

    @classmethod
    def open(cls, path: Path | str, *, memory_mb: int = 200, threads: int = 2) -> Self:
        """Open a file. Raises StoreError with the repair if there is none, or it is of another version."""
        where = Path(path)
        if not where.is_file():
            raise StoreError(f"no pages at {where} (vigie serve makes them from the store)")
        config: dict[str, Any] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": f"{memory_mb}MB",
            "threads": str(threads),
            "allocator_flush_threshold": "16MB",  # beyond that its allocator gives back what a query took
            "temp_directory": "",
        }
        try:
            found = cls(duckdb.connect(str(where), read_only=True, config=config), where)
            found._db.execute(f"SET memory_limit = '{min(memory_mb, _READING_MB)}MB'")
            return found
        except duckdb.Error as error:
            raise StoreError(
                f"{where} cannot be read ({type(error).__name__}): delete it, it is made anew from the store"
            ) from None

    def close(self) -> None:
        """Close the file, with the cursors of all threads: each would keep it and its memory."""
        with self._lock:
            for cursor in self._cursors:
                cursor.close()
            self._cursors.clear()
        self._answers.clear()
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _several(self, rows: Ints) -> NDArray[Any]:
        """Of each key whether its rows name more than one market (`vigie.report.markets`)."""
        markets = len(self._markets)
        size = max(self._key_of, default=0) + 1
        there = np.zeros(size * markets, dtype=bool)
        there[
            self._told.columns["key"][rows].astype(np.int64) * markets + self._told.columns["market"][rows]
        ] = True
        return np.asarray(np.count_nonzero(there.reshape(size, markets)[:, 1:], axis=1) > 1)

    def _chosen_documents(self, f: Filters, *, by_facts: bool, published: bool) -> Ints:
        """Documents as places in `_papers`, latest first."""
        papers = self._papers
        kept = np.ones(len(papers["number"]), dtype=bool)
        if f.grade:
            kept &= papers["grade"] <= GRADES.index(f.grade)
        if f.lang:
            kept &= papers["lang"] == self._langs.get(f.lang, -1)
        if published and f.period:
            column, number = number_of(f.period)
            kept &= papers[column] == number
        if by_facts:
            told, within = (
                self._told,
                self._conditions(f.replace(grade=None, lang=None), period=not published),
            )
            spoken = np.zeros(len(kept), dtype=bool)
            if within is not None:
                rows = told.choose(told.stretch(), **within)
                if self.public:
                    ords = told.columns["ord"][rows]
                    spoken[np.searchsorted(papers["first_ord"], ords[ords >= 0], side="right") - 1] = True
                else:
                    spoken[told.columns["doc"][rows] - 1] = True
            kept &= spoken
        return np.flatnonzero(kept)

    def _conditions(self, f: Filters, *, period: bool = True) -> dict[str, Any] | None:
        """The filters as numbers of the file; None where nothing of it is in the file."""
        found: dict[str, Any] = {}
        for name, asked, numbers in (
            ("substance", f.substance, self._substances), ("area", f.area, self._areas), ("lang", f.lang, self._langs),
        ):  # fmt: skip
            if asked:
                if asked not in numbers:
                    return None
                found[name] = numbers[asked]
        if f.grade:
            found["grade"] = GRADES.index(f.grade)
        if period and f.period:
            found["period"] = f.period
        return found

    def _of_key(self, f: Filters, topic: str, key: Key | None, *, exact: bool) -> Ints | None:
        """Rows of one group; with `exact` a key without its market has none where markets are told apart."""
        number, kind = topic_of(topic)
        told, within = self._told, self._conditions(f)
        if within is None:
            return None
        if key is None:
            return told.choose(told.stretch(number), **within)
        held = self._keys.get((number, key[0], key[1])) if len(key) in (2, 3) else None
        if held is None or (len(key) == 3 and (not kind.by_market or key[2] not in self._markets)):
            return None
        stretch = told.stretch(number, held)
        rows = told.choose(stretch, **within)
        if len(key) == 3:
            return np.asarray(rows[told.columns["market"][rows] == self._markets[key[2]]])
        if exact and kind.by_market:
            within.pop("period", None)
            markets = np.bincount(told.columns["market"][told.choose(stretch, **within)])
            if np.count_nonzero(markets[1:]) > 1:
                return None
        return rows

    def _read_under(self, f: Filters, period: str | None, part: slice = slice(None)) -> NDArray[np.bool_]:
        """What was read, whatever it said, of the grade, language and period; of a part of the rows."""
        kept = np.ones(len(self._read["area"][part]), dtype=bool)
        if f.grade:
            kept &= self._read["grade"][part] <= GRADES.index(f.grade)
        if f.lang:
            kept &= self._read["lang"][part] == self._langs.get(f.lang, -1)
        if period:
            column, number = number_of(period)
            kept &= self._read[column][part] == number
        return kept

    def _first_and_last(self) -> tuple[int, int] | None:
        """Months of the first and the last statement, neither after the last publication nor long before it."""
        latest = self.last or self.built_on
        most = latest.year * 12 + latest.month - 1
        months = []
        for column, size in (("month", 1), ("quarter", 3), ("year", 12)):
            numbers = self._told.columns[column][: self._told.counted]
            for number in np.unique(numbers[numbers >= 0]).astype(np.int64).tolist():
                months += [number * size, min(number * size + size - 1, most)]
        kept = [m for m in months if most - 12 * _YEARS_BACK <= m <= most]
        return (min(kept), max(kept)) if kept else None

    def _periods(self, step: Step, within: str | None) -> list[str]:
        if within is not None:
            asked = parse_period(within, ())
            first, last = (
                asked.start.year * 12 + asked.start.month - 1,
                asked.end.year * 12 + asked.end.month - 1,
            )
        elif self._span is not None:
            first, last = self._span
        else:
            return []
        size = {"month": 1, "quarter": 3, "year": 12}[step]
        return [period_of(step, number) for number in range(first // size, last // size + 1)]

    def forget(self) -> None:
        """Answers that are kept in memory are worked out anew when they are asked for."""
        with self._lock:
            self._answers.clear()
            self._records = 0

    def _once(self, question: tuple[Any, ...], answer: Callable[[], Result]) -> Result:
        """An answer that was given before, or a new one."""
        with self._lock:
            if question in self._answers:
                self._answers.move_to_end(question)
                return cast(Result, self._answers[question])
        found = answer()
        with self._lock:
            self._records += _weight(found) - _weight(self._answers.pop(question, None))
            self._answers[question] = found
            while len(self._answers) > _REMEMBERED or self._records > _RECORDS:
                self._records -= _weight(self._answers.popitem(last=False)[1])
        return found

    def _cursor(self) -> Any:
        """A cursor of this thread: one connection may not be asked by two."""
        cursor = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._db.cursor()
            with self._lock:
                self._cursors.append(cursor)
        return cursor

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        return list(self._cursor().execute(sql, list(values)).fetchall())

    def _picked(self, columns: str, table: str, number: str, wanted: Sequence[int]) -> list[Any]:
        """Rows of a table by their numbers, in order. By a join: `IN` reads every row between the first and the last, texts included."""
        sql = f"SELECT {columns} FROM {table} JOIN (SELECT unnest(?::INTEGER[]) AS wanted) ON wanted = {number} ORDER BY {number}"
        return self._rows(sql, [list(dict.fromkeys(wanted))]) if wanted else []

    def _arrays(self, sql: str) -> dict[str, NDArray[Any]]:
        return {
            name: np.ma.getdata(values) for name, values in self._cursor().execute(sql).fetchnumpy().items()
        }

    def _named(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        cursor = self._cursor().execute(sql, list(values))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _weight(answer: Any) -> int:
    """Records of an answer, near enough to bound what many take."""
    return len(answer) if isinstance(answer, list | tuple | dict | set) else answer is not None


def topic_of(topic: str) -> tuple[int, Any]:
    if topic not in TOPIC_OF:
        raise SettingsError(f"no topic of that name (write {', '.join(TOPIC_OF)})")
    return TOPIC_OF[topic]
