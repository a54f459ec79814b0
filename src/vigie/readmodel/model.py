"""Reads a read-model file: every question of a page is a method that takes the filters.

In: a file of `build.py`. Out: records. Left out: words; the gate, which was passed when the file was made.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar, cast

import duckdb
import numpy as np
from numpy.typing import NDArray

from vigie.feeds.records import PublicAlert
from vigie.lexicon.gazetteer import gazetteer
from vigie.model.errors import SettingsError, StoreError
from vigie.readmodel.records import (
    GRADES,
    AlertRow,
    AreaFigures,
    ChangeState,
    Document,
    DocumentRow,
    FactRow,
    Figures,
    Filters,
    Group,
    IndexRow,
    Level,
    PeriodFigures,
    SignalRow,
    SourceRow,
    State,
    Step,
    TermRow,
    Totals,
)
from vigie.readmodel.schema import FACT, VERSION, number_of, period_of
from vigie.readmodel.told import Ints, Told, dense
from vigie.report.period import parse_period
from vigie.report.results import TOPICS
from vigie.stats.summary import LEAST_FOR_CHANGE

Key = tuple[str, ...]
Result = TypeVar("Result")
_TOPICS = {topic.id: (number, topic) for number, topic in enumerate(TOPICS, 1)}
_TYPES = ("price", "quantity", "purity", "event", "modality", "trend", "flow")
_DIRECTIONS = ("up", "down", "stable", "emerging", "peak")
_LEVELS: tuple[Level, ...] = ("department", "region", "country")
_REMEMBERED = 1_000  # answers kept in memory: the charts of a page ask what the page asked
_MOST_ROWS = 500  # of a list at a time
_STEPS: tuple[Step, ...] = ("month", "quarter", "year")
_YEARS_BACK = 30  # of a series: a date read as 1700 must not make a chart of centuries


class ReadModel:
    """One open file; safe to use from many threads. Use as a context manager.

    Attributes:
        public: whether it is the edition for anyone.
        built_on: day for which it was built; the public delay counts from it.
        stamp: changes with what the file holds: for ETags and caches.
        left_out: what was not worked out because the store is too large: "alerts", "terms", "indices".
        path: the file.
    """

    def __init__(self, connection: Any, path: Path) -> None:
        self._db, self.path = connection, path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._answers: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
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
        self._span = self._first_and_last()

    @classmethod
    def open(cls, path: Path | str, *, memory_mb: int = 200, threads: int = 2) -> ReadModel:
        """Open a file. Raises StoreError with the repair if there is none, or it is of another version."""
        where = Path(path)
        if not where.is_file():
            raise StoreError(f"no pages at {where} (vigie serve makes them from the store)")
        config: dict[str, Any] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": f"{memory_mb}MB",
            "threads": str(threads),
            "temp_directory": "",
        }
        try:
            return cls(duckdb.connect(str(where), read_only=True, config=config), where)
        except duckdb.Error as error:
            raise StoreError(
                f"{where} cannot be read ({type(error).__name__}): delete it, it is made anew from the store"
            ) from None

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> ReadModel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Figures

    def totals(self, f: Filters) -> Totals:
        """What is counted under the filters; a period keeps the statements that speak of it."""
        return self._once(("totals", f), lambda: self._totals(f))

    def _totals(self, f: Filters) -> Totals:
        told, within = self._told, self._conditions(f)
        if within is None:
            return Totals(
                documents=0, observations=0, sources=0, substances=0, first=None, last=None, new_documents=0, new_observations=0
            )  # fmt: skip
        rows = told.choose(told.stretch(), **within)
        aside = told.choose(slice(told.counted, told.size), **within)
        documents, first, last, new = 0, self.first, self.last, 0
        if not self.public:
            papers = self._chosen_documents(
                f, by_facts=bool(f.substance or f.area or f.period), published=False
            )
            documents, new = len(papers), int(np.count_nonzero(self._papers["fresh"][papers]))
            days = self._papers["first"][papers], self._papers["last"][papers]
            known = days[0] > 0
            first, last = (None, None)
            if known.any():
                first, last = (
                    date.fromordinal(int(days[0][known].min())),
                    date.fromordinal(int(days[1][known].max())),
                )
        substances = told.columns["substance"][rows]
        return Totals(
            documents=documents, observations=len(rows), sources=told.voices_of(rows),
            substances=len(np.flatnonzero(np.bincount(substances, minlength=1)[1:])), first=first, last=last, new_documents=new,
            new_observations=int(np.count_nonzero(told.columns["fresh"][rows])), aside=len(aside),
        )  # fmt: skip

    def groups(self, f: Filters, topic: str) -> list[Group]:
        """The groups of a topic, most stated first, as in the bulletin: each against the period before."""
        return list(self._once(("groups", f, topic), lambda: self._groups(f, topic)))

    def _groups(self, f: Filters, topic: str) -> list[Group]:
        number, kind = _topic(topic)
        told, within = self._told, self._conditions(f, period=False)
        if within is None:
            return []
        rows = told.choose(told.stretch(number), **within)
        codes = told.columns["key"][rows].astype(np.int64)
        markets, several = len(self._markets), np.zeros(0, dtype=bool)
        if kind.by_market:
            several = self._several(rows)
            codes = codes * markets + np.where(several[codes], told.columns["market"][rows], 0)
        named, labels = dense(codes)
        now = self._inside(rows, f.period)
        found = told.figures(rows[now], labels[now], len(named), public=self.public)
        earlier = parse_period(f.period, ()).previous() if f.period else None
        before = {}
        if earlier is not None:
            then = self._inside(rows, earlier.label)
            before = told.spread(rows[then], labels[then], len(named))
        ways = self._directions(rows[now], labels[now], len(named)) if topic == "trends" else {}
        groups = []
        for label, figure in found.items():
            held, market = divmod(int(named[label]), markets) if kind.by_market else (int(named[label]), 0)
            key: Key = self._key_of[held]
            if kind.by_market and several[held]:
                key = (*key, self._market_of[market])
            old = before.get(label)
            ratio, state = _change(figure, old and (old[0], old[3]), earlier is not None)
            groups.append(
                Group(
                    topic=topic,
                    key=key,
                    figures=figure,
                    change=ratio,
                    change_state=state,
                    directions=ways.get(label, ()),
                )
            )
        return sorted(groups, key=lambda g: (-g.figures.n, g.key))

    def _directions(self, rows: Ints, labels: Ints, size: int) -> dict[int, tuple[tuple[str, int], ...]]:
        many = len(_DIRECTIONS) + 1
        codes = labels * many + self._told.columns["direction"][rows]
        table = np.bincount(codes, minlength=size * many).reshape(size, many).tolist()
        return {
            label: tuple((name, counts[n]) for n, name in enumerate(_DIRECTIONS, 1) if counts[n])
            for label, counts in enumerate(table)
        }

    def _several(self, rows: Ints) -> NDArray[Any]:
        """Of each key whether its rows name more than one market (`vigie.report.markets`)."""
        markets = len(self._markets)
        size = max(self._key_of, default=0) + 1
        there = np.zeros(size * markets, dtype=bool)
        there[
            self._told.columns["key"][rows].astype(np.int64) * markets + self._told.columns["market"][rows]
        ] = True
        return np.asarray(np.count_nonzero(there.reshape(size, markets)[:, 1:], axis=1) > 1)

    def series(self, f: Filters, topic: str, key: Key, step: Step = "quarter") -> list[PeriodFigures]:
        """One group over time, from the first period of the store to the last (or within the filter's), none left out.

        Where the bulletin tells markets apart, only a key with its market has figures: ask for a key that `groups` gave.
        """
        return list(
            self._once(
                ("series", f, topic, key, step),
                lambda: self._over_time(f, self._of_key(f, topic, key, exact=True), step, True),
            )
        )

    def counts(self, f: Filters, types: Sequence[str], step: Step) -> list[PeriodFigures]:
        """Statements of these types over time, none left out; no types: all of them."""
        chosen = tuple(_TYPES.index(t) + 1 for t in types if t in _TYPES)

        def answer() -> list[PeriodFigures]:
            within = self._conditions(f)
            rows = None if within is None else self._told.choose(self._told.stretch(), types=chosen, **within)
            return self._over_time(f, rows, step, False)

        return list(self._once(("counts", f, chosen, step), answer))

    def _over_time(self, f: Filters, rows: Ints | None, step: Step, values: bool) -> list[PeriodFigures]:
        if step not in _STEPS:
            raise SettingsError(f"no step of that name (write {', '.join(_STEPS)})")
        periods = self._periods(step, f.period)
        if not periods:
            return []
        first = number_of(periods[0])[1]
        found: dict[int, Figures] = {}
        if rows is not None and len(rows):
            labels = self._told.columns[step][rows].astype(np.int64) - first
            inside = (labels >= 0) & (labels < len(periods))
            found = self._told.figures(
                rows[inside], labels[inside], len(periods), public=self.public, values=values
            )
        collected = self._collected(f, step)
        return [
            PeriodFigures(
                period=p, figures=found.get(n) or Figures(state=self._empty(first + n in collected))
            )
            for n, p in enumerate(periods)
        ]

    def by_area(
        self, f: Filters, topic: str, key: Key | None, level: Level = "department"
    ) -> list[AreaFigures]:
        """One group (or the whole topic: counts only) by area, in order of code. Only areas with something to say:
        "shown", and "zero" where documents were collected that say nothing of it. Others: nothing collected; for the public "withheld"."""
        return list(
            self._once(("by_area", f, topic, key, level), lambda: self._by_area(f, topic, key, level))
        )

    def _by_area(self, f: Filters, topic: str, key: Key | None, level: Level) -> list[AreaFigures]:
        if level not in _LEVELS:
            raise SettingsError(f"no level of that name (write {', '.join(_LEVELS)})")
        rows = self._of_key(f, topic, key, exact=False)
        by_code: dict[str, Figures] = {}
        if rows is not None and len(rows):
            labels = self._told.columns[level][rows].astype(np.int64)
            size = int(labels.max()) + 1
            found = self._told.figures(rows, labels, size, public=self.public, values=key is not None)
            by_code = {self._codes[number]: figure for number, figure in found.items() if number > 0}
        if not self.public:
            for code in self._areas_collected(f, level):
                by_code.setdefault(code, Figures(state="zero"))
        return [AreaFigures(code=code, name=_label(code), figures=by_code[code]) for code in sorted(by_code)]

    def _areas_collected(self, f: Filters, level: Level) -> list[str]:
        """Areas of a level of which documents of the period speak, or that a source covers."""
        kept = self._read_under(f, f.period)
        codes = []
        for number in np.unique(self._read["area"][kept]).tolist():
            entry = gazetteer().by_code(self._codes[number]) if number else None
            if entry is not None and entry.level == level and (
                f.area is None or f.area in (entry.code, entry.department, entry.region, entry.country)
            ):  # fmt: skip
                codes.append(self._codes[number])
        return codes

    # Statements and documents

    def facts(
        self, f: Filters, topic: str | None = None, key: Key | None = None, limit: int = 50, offset: int = 0
    ) -> tuple[list[FactRow], int]:
        """Statements, latest first, and how many there are in all.

        With a topic those that its figures count; without, also those that no figure counts. Public: only what may be
        quoted; the total is of these."""
        rows, total = self._once(
            ("facts", f, topic, key, limit, offset), lambda: self._facts(f, topic, key, limit, offset)
        )
        return list(rows), total

    def _facts(
        self, f: Filters, topic: str | None, key: Key | None, limit: int, offset: int
    ) -> tuple[list[FactRow], int]:
        rows: Ints | None
        if topic is None:
            within = self._conditions(f)
            rows = None if within is None else self._told.choose(slice(0, self._told.size), **within)
        else:
            rows = self._of_key(f, topic, key, exact=True)
        if rows is None:
            return [], 0
        ords = self._told.columns["ord"][rows]
        if self.public:
            ords = ords[ords >= 0]
        first = max(offset, 0)
        last = min(first + min(max(limit, 0), _MOST_ROWS), len(ords))
        if first >= last:
            return [], len(ords)
        latest = np.partition(ords, last - 1)[:last] if last < len(ords) else ords
        return self._evidence(np.sort(latest)[first:last].tolist()), len(ords)

    def fact(self, address: str) -> FactRow | None:
        """One statement by its address; None if there is none (or the public may not read it)."""
        found = self._rows("SELECT ord FROM addresses WHERE address = ? ORDER BY ord LIMIT 1", [address])
        return self._evidence([found[0][0]])[0] if found else None

    def _evidence(self, ords: Sequence[int]) -> list[FactRow]:
        if not ords:
            return []
        sql = f"SELECT record FROM evidence WHERE ord IN ({_marks(ords)}) ORDER BY ord"
        return [_fact(json.loads(row[0])) for row in self._rows(sql, list(ords))]

    def documents(self, f: Filters, limit: int = 50, offset: int = 0) -> tuple[list[DocumentRow], int]:
        """Documents, latest first, and how many in all; a period keeps those published in it, a substance or an area
        those that speak of it. Public: official publications only."""
        rows, total = self._once(("documents", f, limit, offset), lambda: self._documents(f, limit, offset))
        return list(rows), total

    def _documents(self, f: Filters, limit: int, offset: int) -> tuple[list[DocumentRow], int]:
        papers = self._chosen_documents(f, by_facts=bool(f.substance or f.area), published=True)
        page = papers[max(offset, 0) :][: min(max(limit, 0), _MOST_ROWS)]
        numbers = self._papers["number"][page].tolist()
        if not numbers:
            return [], len(papers)
        rows = self._named(f"{_DOCUMENT} WHERE number IN ({_marks(numbers)}) ORDER BY number", numbers)
        return [DocumentRow(**row) for row in rows], len(papers)

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

    def document(self, doc_id: str) -> Document | None:
        """A document with its statements in the order of the text; None if there is none (or the public may not read it)."""
        found = self._rows("SELECT number FROM document_ids WHERE doc_id = ?", [doc_id])
        if not found:
            return None
        number = found[0][0]
        row = DocumentRow(**self._named(f"{_DOCUMENT} WHERE number = ?", [number])[0])
        (first,) = self._rows("SELECT first_ord FROM documents WHERE number = ?", [number])[0]
        texts = self._rows("SELECT text, redactions FROM texts WHERE number = ?", [number])
        text, redactions = texts[0] if texts else (None, None)
        return Document(
            row=row,
            text=text,
            facts=tuple(self._evidence(list(range(first, first + row.observations))[:_MOST_ROWS])),
            redactions=json.loads(redactions or "{}"),
        )

    # Alerts, sources, words

    def alerts(self, f: Filters, *, lang: str = "fr") -> list[AlertRow]:
        """Alerts, latest first (the latest 500), without their evidence. Official warnings and releases in words of `lang`."""
        where, values = ["lang IN ('', ?)"], list[Any]((lang,))
        if f.substance:
            where.append("substance = ?")
            values.append(f.substance)
        if f.area:
            where.append("list_contains(within, ?)")
            values.append(f.area)
        if f.period:
            period = parse_period(f.period, ())
            where.append("started <= ? AND last >= ?")
            values += [period.end, period.start]
        sql = f"SELECT record FROM alerts WHERE {' AND '.join(where)} ORDER BY last DESC, position LIMIT {_MOST_ROWS}"
        return [_alert(json.loads(row[0])) for row in self._rows(sql, values)]

    def alert(self, alert_id: str, *, lang: str = "fr") -> AlertRow | None:
        """One alert with its evidence and signals; None if there is none."""
        rows = self._rows(
            "SELECT record FROM alerts WHERE alert_id = ? AND lang IN ('', ?)", [alert_id, lang]
        )
        if not rows:
            return None
        ords = [
            row[0]
            for row in self._rows("SELECT ord FROM alert_facts WHERE alert_id = ? ORDER BY ord", [alert_id])
        ]
        return _alert(json.loads(rows[0][0]), tuple(self._evidence(ords[:_MOST_ROWS])))

    def public_alerts(self, lang: str = "fr") -> list[PublicAlert]:
        """Alerts for anyone as feeds write them (`vigie.feeds`), latest first."""
        rows = self._rows("SELECT record FROM feed WHERE lang = ? ORDER BY position", [lang])
        return [PublicAlert.from_json(json.loads(row[0])) for row in rows]

    def sources(self, f: Filters) -> list[SourceRow]:
        """Sources, best grade first. Analyst: of the grade, language and area, with their documents of the period. Public: of
        the figures of the area and period, by name where it may be told."""
        return list(self._once(("sources", f.replace(substance=None)), lambda: self._sources(f)))

    def _sources(self, f: Filters) -> list[SourceRow]:
        if self.public:
            return self._named_sources(f)
        where, values = ["true"], list[Any]()
        for condition, value in (("grade <= ?", f.grade), ("lang = ?", f.lang)):
            if value:
                where.append(condition)
                values.append(value)
        if f.period:
            column, number = number_of(f.period)
            where.append(f"{column} = ?")
            values.append(number)
        sql = (
            "SELECT source_id, sum(documents)::INTEGER, min(first), max(last), list(month) FILTER (month IS NOT NULL), "
            f"list(documents) FILTER (month IS NOT NULL) FROM source_months WHERE {' AND '.join(where)} GROUP BY source_id"
        )
        seen = {row[0]: row[1:] for row in self._rows(sql, values)}
        found = []
        for source_id, name, kind, grade, country, area, quiet in self._rows(
            "SELECT source_id, name, kind, grade, country, area, quiet FROM sources ORDER BY grade, name, source_id"
        ):
            n, first, last, months, documents = seen.get(source_id, (0, None, None, None, None))
            if (f.area and not _within(area or country, f.area)) or (
                (f.grade or f.lang or f.period) and not n
            ):
                continue
            found.append(
                SourceRow(
                    source_id=source_id, name=name, kind=kind, grade=grade, country=country, documents=n, first=first,
                    last=last, months=_filled(months or (), documents or ()), quiet=quiet, state="shown" if n else "nothing-collected",
                )
            )  # fmt: skip
        return found

    def _named_sources(self, f: Filters) -> list[SourceRow]:
        where, values = ["true"], list[Any]()
        if f.area:
            where.append("? IN (place, department, region, country)")
            values.append(f.area)
        if f.period:
            where.append("(period = ? OR starts_with(period, ?))")
            values += [f.period, f"{f.period}-"]
        sql = f"SELECT DISTINCT grade, name, kind FROM named WHERE {' AND '.join(where)} ORDER BY grade, name, kind"
        return [
            SourceRow(
                source_id="",
                name=name,
                kind=kind,
                grade=grade,
                country="",
                documents=0,
                first=None,
                last=None,
            )
            for grade, name, kind in self._rows(sql, values)
        ]

    def terms(self, limit: int = 50) -> list[TermRow]:
        """Words that may be new, likeliest first; none for the public."""
        rows = self._rows("SELECT record FROM terms ORDER BY position LIMIT ?", [max(limit, 0)])
        return [_term(json.loads(row[0])) for row in rows]

    # What can be asked for

    def substances(self, f: Filters) -> list[tuple[str, int]]:
        """(id, statements), most stated first; the filter's own substance is left aside."""
        return list(
            self._once(
                ("substances", f.replace(substance=None)),
                lambda: self._named_counts(f.replace(substance=None)),
            )
        )

    def _named_counts(self, f: Filters) -> list[tuple[str, int]]:
        within = self._conditions(f)
        if within is None:
            return []
        rows = self._told.choose(self._told.stretch(), **within)
        counts = np.bincount(self._told.columns["substance"][rows], minlength=1)
        found = [(self._substance_of[s], int(counts[s])) for s in np.flatnonzero(counts).tolist() if s]
        return sorted(found, key=lambda item: (-item[1], item[0]))

    def areas(self, f: Filters, level: Level | None = None) -> list[tuple[str, int]]:
        """(code, statements) of departments, regions and countries, most stated first; the filter's own area is left aside."""
        asked = f.replace(area=None)

        def answer() -> list[tuple[str, int]]:
            within = self._conditions(asked)
            if within is None:
                return []
            rows = self._told.choose(self._told.stretch(), **within)
            found: dict[str, int] = {}
            for column in (level,) if level in _LEVELS else _LEVELS:
                counts = np.bincount(self._told.columns[column][rows], minlength=1)
                for number in np.flatnonzero(counts).tolist():
                    if number:
                        found[self._codes[number]] = max(
                            int(counts[number]), found.get(self._codes[number], 0)
                        )
            return sorted(found.items(), key=lambda item: (-item[1], item[0]))

        return list(self._once(("areas", asked, level), answer))

    def periods(self, step: Step = "quarter") -> list[str]:
        """Every period from the first statement to the last one, in order: 30 years back from the last publication at most."""
        return self._periods(step, None)

    def languages(self) -> list[tuple[str, int]]:
        """(language, documents), most first; none for the public."""
        if self.public:
            return []
        return self._rows("SELECT lang, count(*)::INTEGER FROM documents GROUP BY lang ORDER BY 2 DESC, 1")

    def indices(self, f: Filters) -> list[IndexRow]:
        """Price indices by quarter, in order of substance, unit, area and period; see `build.py` for what they rest on.

        Without an area those of countries and overseas territories. None with a grade or language: they rest on all sources."""
        if f.grade or f.lang:
            return []
        where, values = ["true"], list[Any]()
        for condition, value in (("substance = ?", f.substance), ("area = ?", f.area)):
            if value:
                where.append(condition)
                values.append(value)
        if f.period:
            where.append("(period = ? OR starts_with(period, ?))")
            values += [f.period, f"{f.period}-"]
        sql = f"SELECT * FROM indices WHERE {' AND '.join(where)} ORDER BY ALL"
        rows = [IndexRow(**row) for row in self._named(sql, values)]
        return rows if f.area else [row for row in rows if _is_market(row.area)]

    # How

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

    def _inside(self, rows: Ints, period: str | None) -> Any:
        """Which of the rows lie in the period."""
        if period is None:
            return slice(None)
        column, number = number_of(period)
        return self._told.columns[column][rows] == number

    def _of_key(self, f: Filters, topic: str, key: Key | None, *, exact: bool) -> Ints | None:
        """Rows of one group; with `exact` a key without its market has none where markets are told apart."""
        number, kind = _topic(topic)
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
            if self._several(told.choose(stretch, **within))[held]:
                return None
        return rows

    def _read_under(self, f: Filters, period: str | None) -> NDArray[np.bool_]:
        """What was read, whatever it said, of the grade, language and period."""
        kept = np.ones(len(self._read["area"]), dtype=bool)
        if f.grade:
            kept &= self._read["grade"] <= GRADES.index(f.grade)
        if f.lang:
            kept &= self._read["lang"] == self._langs.get(f.lang, -1)
        if period:
            column, number = number_of(period)
            kept &= self._read[column] == number
        return kept

    def _collected(self, f: Filters, step: Step) -> set[int]:
        """Numbers of the periods of which something was read; for the public of those between the first and the last cell."""
        if self.public:
            return {number_of(p)[1] for p in self._periods(step, None)}
        kept = self._read_under(f, None) & (
            self._read["area"] == (self._areas.get(f.area, -1) if f.area else 0)
        )
        return set(np.unique(self._read[step][kept]).tolist())

    def _empty(self, collected: bool) -> State:
        if not collected:
            return "nothing-collected"
        return "withheld" if self.public else "zero"

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

    def _once(self, question: tuple[Any, ...], answer: Callable[[], Result]) -> Result:
        """An answer that was given before, or a new one."""
        with self._lock:
            if question in self._answers:
                self._answers.move_to_end(question)
                return cast(Result, self._answers[question])
        found = answer()
        with self._lock:
            self._answers[question] = found
            while len(self._answers) > _REMEMBERED:
                self._answers.popitem(last=False)
        return found

    def _cursor(self) -> Any:
        """A cursor of this thread: one connection may not be asked by two."""
        cursor = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._db.cursor()
        return cursor

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        return list(self._cursor().execute(sql, list(values)).fetchall())

    def _arrays(self, sql: str) -> dict[str, NDArray[Any]]:
        return {
            name: np.ma.getdata(values) for name, values in self._cursor().execute(sql).fetchnumpy().items()
        }

    def _named(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        cursor = self._cursor().execute(sql, list(values))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_DOCUMENT = "SELECT doc_id, title, outlet, published, kind, grade, lang, observations, copy_of, source_id FROM documents"


def _topic(topic: str) -> tuple[int, Any]:
    if topic not in _TOPICS:
        raise SettingsError(f"no topic of that name (write {', '.join(_TOPICS)})")
    return _TOPICS[topic]


def _change(
    now: Figures, before: tuple[int, float] | None, compared: bool
) -> tuple[float | None, ChangeState]:
    """As `vigie.stats.summary.change`."""
    if not compared:
        return None, "none"
    if before is None or before[0] < LEAST_FOR_CHANGE or now.values < LEAST_FOR_CHANGE or now.median is None:
        return None, "not-enough-data"
    return (None, "zero-base") if before[1] == 0 else (now.median / before[1] - 1, "known")


def _label(code: str) -> str:
    entry = gazetteer().by_code(code)
    return entry.label if entry else code


def _within(code: str, area: str | None) -> bool:
    if area is None or code == area:
        return True
    entry = gazetteer().by_code(code) if code else None
    return entry is not None and area in (entry.department, entry.region, entry.country)


def _is_market(code: str) -> bool:
    entry = gazetteer().by_code(code)
    return entry is None or entry.level not in ("department", "region") or code.startswith(("FR-97", "FR-98"))


def _marks(values: Sequence[int]) -> str:
    return ", ".join("?" * len(values))


@cache
def _month(number: int) -> str:
    return period_of("month", number)


def _filled(months: Sequence[int], documents: Sequence[int]) -> tuple[tuple[str, int], ...]:
    """(month, documents) from the first month to the last, none left out."""
    counts: dict[int, int] = {}
    for month, n in zip(months, documents, strict=True):
        counts[month] = counts.get(month, 0) + n
    if not counts:
        return ()
    return tuple((_month(m), counts.get(m, 0)) for m in range(min(counts), max(counts) + 1))


def _alert(record: Mapping[str, Any], evidence: tuple[FactRow, ...] = ()) -> AlertRow:
    values = dict(record)
    signals = tuple(
        SignalRow(**s | {"period_start": date.fromisoformat(s["period_start"])})
        for s in values.pop("signals", ())
    )
    for name in ("started", "last"):
        values[name] = date.fromisoformat(values[name])
    values["corrections"] = tuple(values.get("corrections", ()))
    return AlertRow(**values, evidence=evidence, signals=signals)


def _fact(record: Sequence[Any]) -> FactRow:
    values = dict(zip(FACT, record, strict=True))
    for name in ("when_start", "when_end"):
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    return FactRow(**values)


def _term(record: Mapping[str, Any]) -> TermRow:
    return TermRow(
        **dict(record) | {"since": date.fromisoformat(record["since"]), "contexts": tuple(record["contexts"])}
    )
