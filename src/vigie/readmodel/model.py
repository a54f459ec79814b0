"""Reads a read-model file: every question of a page is a method that takes the filters.

In: a file of `build.py`. Out: records. Left out: words; the gate, which was passed when the file was made.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar, cast

import duckdb

from vigie.feeds.records import PublicAlert
from vigie.lexicon.gazetteer import gazetteer
from vigie.model.errors import SettingsError, StoreError
from vigie.readmodel.queries import Where, figures, in_area, in_period, medians
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
from vigie.readmodel.schema import VERSION, number_of, period_of
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
        latest = self.last or self.built_on
        most = latest.year * 12 + latest.month - 1
        self._span = self._rows(
            "SELECT min(a), max(b) FROM (SELECT coalesce(month, quarter * 3, year * 12) AS a, "
            "least(coalesce(month, quarter * 3 + 2, year * 12 + 11), ?) AS b FROM told WHERE counted) WHERE a BETWEEN ? AND ?",
            [most, most - 12 * _YEARS_BACK, most],
        )[0]

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
        where = self._where(f)
        if where is None:
            return Totals(
                documents=0, observations=0, sources=0, substances=0, first=None, last=None, new_documents=0, new_observations=0
            )  # fmt: skip
        n, sources, substances, fresh = self._rows(
            "SELECT count(*)::INTEGER, count(DISTINCT voice)::INTEGER, count(DISTINCT nullif(substance, 0))::INTEGER, "
            f"(count(*) FILTER (fresh))::INTEGER FROM told WHERE counted AND {where}",
            where.values,
        )[0]
        (aside,) = self._rows(
            f"SELECT count(*)::INTEGER FROM told WHERE NOT counted AND {where}", where.values
        )[0]
        documents, first, last, new = 0, self.first, self.last, 0
        if not self.public:
            chosen = self._documents_where(
                f, by_facts=bool(f.substance or f.area or f.period), published=False
            )
            documents, first, last, new = self._rows(
                "SELECT count(*)::INTEGER, min(published_start), max(published_end), (count(*) FILTER (fresh))::INTEGER "
                f"FROM documents WHERE {chosen}",
                chosen.values,
            )[0]
        return Totals(
            documents=documents, observations=n, sources=sources, substances=substances, first=first, last=last,
            new_documents=new, new_observations=fresh, aside=aside,
        )  # fmt: skip

    def groups(self, f: Filters, topic: str) -> list[Group]:
        """The groups of a topic, most stated first, as in the bulletin: each against the period before."""
        return list(self._once(("groups", f, topic), lambda: self._groups(f, topic)))

    def _groups(self, f: Filters, topic: str) -> list[Group]:
        number, kind = _topic(topic)
        everything = self._where(f, period=False)
        if everything is None:
            return []
        told = everything.also("topic = ?", number)
        market = self._market_column(f, number) if kind.by_market else "-1"
        by = ["key", "market"]
        found = self._figures(in_period(told, f.period), by, market)
        earlier = parse_period(f.period, ()).previous() if f.period else None
        before: dict[tuple[Any, ...], tuple[int, float]] = {}
        if earlier is not None:
            sql, values = medians(in_period(told, earlier.label), by, market)
            before = {tuple(row[:-2]): (row[-2], row[-1]) for row in self._rows(sql, values)}
        directions = self._directions(in_period(told, f.period)) if topic == "trends" else {}
        groups = []
        for named, figure in found.items():
            key: Key = self._key_of[named[0]]
            if named[1] >= 0:
                key = (*key, self._market_of[named[1]])
            ratio, state = _change(figure, before.get(named), earlier is not None)
            groups.append(
                Group(
                    topic=topic, key=key, figures=figure, change=ratio, change_state=state, directions=directions.get(named[0], ()),
                )
            )  # fmt: skip
        return sorted(groups, key=lambda g: (-g.figures.n, g.key))

    def _directions(self, where: Where) -> dict[int, tuple[tuple[str, int], ...]]:
        found: dict[int, dict[int, int]] = {}
        sql = f"SELECT key, direction, count(*)::INTEGER FROM told WHERE counted AND {where} GROUP BY ALL"
        for key, direction, n in self._rows(sql, where.values):
            found.setdefault(key, {})[direction] = n
        return {
            key: tuple((name, counts[n]) for n, name in enumerate(_DIRECTIONS, 1) if n in counts)
            for key, counts in found.items()
        }

    def series(self, f: Filters, topic: str, key: Key, step: Step = "quarter") -> list[PeriodFigures]:
        """One group over time, from the first period of the store to the last (or within the filter's), none left out.

        Where the bulletin tells markets apart, only a key with its market has figures: ask for a key that `groups` gave.
        """
        return list(self._once(("series", f, topic, key, step), lambda: self._series(f, topic, key, step)))

    def _series(self, f: Filters, topic: str, key: Key, step: Step) -> list[PeriodFigures]:
        where = self._of_key(f, topic, key, exact=True)
        return self._over_time(f, where, step)

    def counts(self, f: Filters, types: Sequence[str], step: Step) -> list[PeriodFigures]:
        """Statements of these types over time, none left out; no types: all of them."""
        chosen = tuple(types)
        return list(self._once(("counts", f, chosen, step), lambda: self._counts(f, chosen, step)))

    def _counts(self, f: Filters, types: Sequence[str], step: Step) -> list[PeriodFigures]:
        where = self._where(f)
        if where is not None and types:
            where = where.also(
                "type IN (SELECT unnest(?))", [_TYPES.index(t) + 1 for t in types if t in _TYPES]
            )
        return [
            PeriodFigures(period=p.period, figures=_without_values(p.figures))
            for p in self._over_time(f, where, step)
        ]

    def _over_time(self, f: Filters, where: Where | None, step: Step) -> list[PeriodFigures]:
        if step not in _STEPS:
            raise SettingsError(f"no step of that name (write {', '.join(_STEPS)})")
        periods = self._periods(step, f.period)
        if not periods:
            return []
        found: dict[tuple[Any, ...], Figures] = {}
        if where is not None:
            numbers = [number_of(p)[1] for p in periods]
            inside = where.also(f"{step} >= ?", min(numbers)).also(f"{step} <= ?", max(numbers))
            found = self._figures(inside, [step])
        collected = self._collected(f, step)
        return [
            PeriodFigures(
                period=p,
                figures=found.get((number_of(p)[1],))
                or Figures(state=self._empty(number_of(p)[1] in collected)),
            )
            for p in periods
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
        where = self._of_key(f, topic, key, exact=False)
        found: dict[tuple[Any, ...], Figures] = {}
        if where is not None:
            found = self._figures(where.also(f"{level} > 0"), [level])
        by_code = {self._codes[number]: figure for (number,), figure in found.items()}
        if key is None:
            by_code = {code: _without_values(figure) for code, figure in by_code.items()}
        if not self.public:
            for code in self._areas_collected(f, level):
                by_code.setdefault(code, Figures(state="zero"))
        return [AreaFigures(code=code, name=_label(code), figures=by_code[code]) for code in sorted(by_code)]

    def _areas_collected(self, f: Filters, level: Level) -> list[str]:
        """Areas of a level of which documents of the period speak, or that a source covers."""
        where = in_period(self._read(f), f.period)
        area = f.area
        codes = []
        for (number,) in self._rows(
            f"SELECT DISTINCT area FROM collected WHERE area > 0 AND {where}", where.values
        ):
            entry = gazetteer().by_code(self._codes[number])
            if entry is not None and entry.level == level and (
                area is None or area in (entry.code, entry.department, entry.region, entry.country)
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
        where = self._where(f) if topic is None else self._of_key(f, topic, key, exact=True)
        if where is None:
            return [], 0
        where = where.also("ord >= 0")
        if topic is not None:
            where = where.also("counted")
        (total,) = self._rows(f"SELECT count(*)::INTEGER FROM told WHERE {where}", where.values)[0]
        chosen = self._rows(
            f"SELECT ord FROM told WHERE {where} ORDER BY ord LIMIT ? OFFSET ?",
            [*where.values, min(max(limit, 0), _MOST_ROWS), max(offset, 0)],
        )
        return self._evidence([row[0] for row in chosen]), total

    def fact(self, address: str) -> FactRow | None:
        """One statement by its address; None if there is none (or the public may not read it)."""
        found = self._rows("SELECT ord FROM addresses WHERE address = ? ORDER BY ord LIMIT 1", [address])
        return self._evidence([found[0][0]])[0] if found else None

    def _evidence(self, ords: Sequence[int]) -> list[FactRow]:
        if not ords:
            return []
        rows = self._named(
            "SELECT * EXCLUDE (ord) FROM evidence WHERE ord >= ? AND ord <= ? AND ord IN (SELECT unnest(?)) ORDER BY ord",
            [min(ords), max(ords), list(ords)],
        )
        return [FactRow(**row) for row in rows]

    def documents(self, f: Filters, limit: int = 50, offset: int = 0) -> tuple[list[DocumentRow], int]:
        """Documents, latest first, and how many in all; a period keeps those published in it, a substance or an area
        those that speak of it. Public: official publications only."""
        rows, total = self._once(("documents", f, limit, offset), lambda: self._documents(f, limit, offset))
        return list(rows), total

    def _documents(self, f: Filters, limit: int, offset: int) -> tuple[list[DocumentRow], int]:
        where = self._documents_where(f, by_facts=bool(f.substance or f.area), published=True)
        (total,) = self._rows(f"SELECT count(*)::INTEGER FROM documents WHERE {where}", where.values)[0]
        rows = self._named(
            f"{_DOCUMENT} WHERE {where} ORDER BY number LIMIT ? OFFSET ?",
            [*where.values, min(max(limit, 0), _MOST_ROWS), max(offset, 0)],
        )
        return [DocumentRow(**row) for row in rows], total

    def _documents_where(self, f: Filters, *, by_facts: bool, published: bool) -> Where:
        where = Where()
        if f.grade:
            where = where.also("grade <= ?", f.grade)
        if f.lang:
            where = where.also("lang = ?", f.lang)
        if published:
            where = in_period(where, f.period)
        if not by_facts:
            return where
        told = self._where(f.replace(grade=None, lang=None), period=not published)
        if told is None:
            return where.also("false")
        if self.public:
            return where.also(
                "first_ord IN (SELECT d.first_ord FROM documents d JOIN evidence e USING (doc_id) JOIN told ON told.ord = e.ord "
                f"WHERE {told})",
                *told.values,
            )
        return where.also(f"number IN (SELECT doc FROM told WHERE counted AND {told})", *told.values)

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
            facts=tuple(self._evidence(range(first, first + row.observations))),
            redactions=json.loads(redactions or "{}"),
        )

    # Alerts, sources, words

    def alerts(self, f: Filters, *, lang: str = "fr") -> list[AlertRow]:
        """Alerts, latest first, without their evidence. Official warnings and releases in words of `lang`."""
        where = Where(("lang IN ('', ?)",), (lang,))
        if f.substance:
            where = where.also("substance = ?", f.substance)
        rows = self._rows(
            f"SELECT area, started, last, record FROM alerts WHERE {where} ORDER BY last DESC, position",
            where.values,
        )
        period = parse_period(f.period, ())
        return [
            _alert(json.loads(record))
            for area, started, last, record in rows
            if _within(area, f.area)
            and (f.period is None or (started <= period.end and last >= period.start))
        ]

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

    def feed(self, lang: str = "fr") -> list[PublicAlert]:
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
        where = in_period(Where(), f.period)
        if f.grade:
            where = where.also("grade <= ?", f.grade)
        if f.lang:
            where = where.also("lang = ?", f.lang)
        rows = self._rows(
            "WITH d AS (SELECT source_id, sum(documents)::INTEGER AS n, min(first) AS first, max(last) AS last, "
            "list((month, documents)) FILTER (month IS NOT NULL) AS months FROM source_months "
            f"WHERE {where} GROUP BY source_id) "
            "SELECT s.source_id, s.name, s.kind, s.grade, s.country, s.area, s.quiet, coalesce(d.n, 0), d.first, d.last, d.months "
            "FROM sources s LEFT JOIN d USING (source_id) ORDER BY s.grade, s.name, s.source_id",
            where.values,
        )
        found = []
        for source_id, name, kind, grade, country, area, quiet, n, first, last, months in rows:
            if (f.area and not _within(area or country, f.area)) or (
                (f.grade or f.lang or f.period) and not n
            ):
                continue
            found.append(
                SourceRow(
                    source_id=source_id, name=name, kind=kind, grade=grade, country=country, documents=n, first=first,
                    last=last, months=_filled(months or []), quiet=quiet, state="shown" if n else "nothing-collected",
                )
            )  # fmt: skip
        return found

    def _named_sources(self, f: Filters) -> list[SourceRow]:
        where = Where()
        if f.area:
            where = where.also("(place = ? OR department = ? OR region = ? OR country = ?)", *[f.area] * 4)
        if f.period:
            where = where.also("(period = ? OR starts_with(period, ?))", f.period, f"{f.period}-")
        rows = self._rows(
            f"SELECT DISTINCT grade, name, kind FROM named WHERE {where} ORDER BY grade, name, kind",
            where.values,
        )
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
            for grade, name, kind in rows
        ]

    def terms(self, limit: int = 50) -> list[TermRow]:
        """Words that may be new, likeliest first; none for the public."""
        rows = self._rows("SELECT record FROM terms ORDER BY position LIMIT ?", [max(limit, 0)])
        return [_term(json.loads(row[0])) for row in rows]

    # What can be asked for

    def substances(self, f: Filters) -> list[tuple[str, int]]:
        """(id, statements), most stated first; the filter's own substance is left aside."""
        where = self._where(f.replace(substance=None))
        if where is None:
            return []
        rows = self._once(
            ("substances", f.replace(substance=None)),
            lambda: self._rows(
                f"SELECT substance, count(*)::INTEGER FROM told WHERE counted AND substance > 0 AND {where} GROUP BY 1",
                where.values,
            ),
        )
        return sorted(((self._substance_of[s], n) for s, n in rows), key=lambda found: (-found[1], found[0]))

    def areas(self, f: Filters, level: Level | None = None) -> list[tuple[str, int]]:
        """(code, statements) of departments, regions and countries, most stated first; the filter's own area is left aside."""
        asked = f.replace(area=None)
        where = self._where(asked)
        if where is None:
            return []

        def read() -> dict[str, int]:
            found: dict[str, int] = {}
            for column in (level,) if level else _LEVELS:
                sql = f"SELECT {column}, count(*)::INTEGER FROM told WHERE counted AND {column} > 0 AND {where} GROUP BY 1"
                for number, n in self._rows(sql, where.values):
                    found[self._codes[number]] = max(n, found.get(self._codes[number], 0))
            return found

        found = self._once(("areas", asked, level), read)
        return sorted(found.items(), key=lambda item: (-item[1], item[0]))

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
        where = Where()
        if f.substance:
            where = where.also("substance = ?", f.substance)
        if f.area:
            where = where.also("area = ?", f.area)
        if f.period:
            where = where.also("(period = ? OR starts_with(period, ?))", f.period, f"{f.period}-")
        rows = [
            IndexRow(**row)
            for row in self._named(f"SELECT * FROM indices WHERE {where} ORDER BY ALL", where.values)
        ]
        return rows if f.area else [row for row in rows if _is_market(row.area)]

    # How

    def _where(self, f: Filters, *, period: bool = True) -> Where | None:
        """Conditions on `told`; None where nothing of it is in the file."""
        where = Where()
        if f.substance:
            if f.substance not in self._substances:
                return None
            where = where.also("substance = ?", self._substances[f.substance])
        if f.area:
            if f.area not in self._areas:
                return None
            where = in_area(where, self._areas[f.area])
        if f.grade:
            where = where.also("grade <= ?", GRADES.index(f.grade))
        if f.lang:
            if f.lang not in self._langs:
                return None
            where = where.also("lang = ?", self._langs[f.lang])
        return in_period(where, f.period) if period else where

    def _of_key(self, f: Filters, topic: str, key: Key | None, *, exact: bool) -> Where | None:
        """Conditions of one group; with `exact` a key without its market has nothing where markets are told apart."""
        number, kind = _topic(topic)
        where = self._where(f)
        if where is None:
            return None
        where = where.also("topic = ?", number)
        if key is None:
            return where
        held = self._keys.get((number, *key[:2])) if len(key) in (2, 3) else None
        if held is None:
            return None
        where = where.also("key = ?", held)
        if len(key) == 3:
            return (
                where.also("market = ?", self._markets[key[2]])
                if kind.by_market and key[2] in self._markets
                else None
            )
        if exact and kind.by_market:
            several = self._several(self._where(f, period=False), number)
            return None if held in several else where
        return where

    def _several(self, everything: Where | None, topic: int) -> list[int]:
        """Keys whose statements name more than one market (`vigie.report.markets`), in whatever period."""
        if everything is None:
            return []
        where = everything.also("topic = ?", topic)
        sql = (
            f"SELECT key FROM markets WHERE {where} GROUP BY key HAVING count(DISTINCT nullif(market, 0)) > 1"
        )
        return [row[0] for row in self._rows(sql, where.values)]

    def _market_column(self, f: Filters, topic: int) -> str:
        """SQL of the market of a group: -1 where its statements are of one market, so that it is not told apart."""
        several = self._several(self._where(f, period=False), topic)
        listed = ", ".join(str(int(key)) for key in several)
        return f"CASE WHEN key IN ({listed}) THEN market ELSE -1 END" if several else "-1"

    def _figures(
        self, where: Where, by: Sequence[str], market: str = "market"
    ) -> dict[tuple[Any, ...], Figures]:
        sql, values = figures(where, by, market)
        size = len(by)
        return {tuple(row[:size]): self._figure(row[size:]) for row in self._rows(sql, values)}

    def _figure(self, row: Sequence[Any]) -> Figures:
        n, sources, best, worst, most, least, values, low, high, quartiles = row
        grades = "–".join(dict.fromkeys((GRADES[best], GRADES[worst])))
        credibility = "–".join(dict.fromkeys((str(most), str(least)))) if most and not self.public else ""
        q1, median, q3 = quartiles or (None, None, None)
        return Figures(
            n=n, sources=sources, grades=grades, rating=f"{grades}/{credibility}" if credibility else grades, values=values,
            low=low, high=high, q1=q1, median=median, q3=q3,
        )  # fmt: skip

    def _read(self, f: Filters) -> Where:
        """Conditions on `collected`: what was read, whatever it said."""
        where = Where()
        if f.grade:
            where = where.also("grade <= ?", GRADES.index(f.grade))
        return where.also("lang = ?", f.lang) if f.lang else where

    def _collected(self, f: Filters, step: Step) -> set[int]:
        """Numbers of the periods of which something was read; for the public of those between the first and the last cell."""
        if self.public:
            return {number_of(p)[1] for p in self._periods(step, None)}
        area = self._areas.get(f.area, -1) if f.area else 0
        where = self._read(f).also("area = ?", area).also(f"{step} IS NOT NULL")
        return {
            row[0] for row in self._rows(f"SELECT DISTINCT {step} FROM collected WHERE {where}", where.values)
        }

    def _empty(self, collected: bool) -> State:
        if not collected:
            return "nothing-collected"
        return "withheld" if self.public else "zero"

    def _periods(self, step: Step, within: str | None) -> list[str]:
        if within is not None:
            asked = parse_period(within, ())
            first, last = (
                asked.start.year * 12 + asked.start.month - 1,
                asked.end.year * 12 + asked.end.month - 1,
            )
        elif self._span[0] is not None:
            first, last = self._span
        else:
            return []
        size = {"month": 1, "quarter": 3, "year": 12}[step]
        return [period_of(step, number) for number in range(first // size, last // size + 1)]

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


def _without_values(figure: Figures) -> Figures:
    """Prices of several things have no median."""
    return Figures(
        n=figure.n, sources=figure.sources, grades=figure.grades, rating=figure.rating, state=figure.state
    )


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


def _filled(months: Sequence[tuple[int, int]]) -> tuple[tuple[str, int], ...]:
    counts: dict[int, int] = {}
    for month, n in months:
        counts[month] = counts.get(month, 0) + n
    if not counts:
        return ()
    return tuple((period_of("month", m), counts.get(m, 0)) for m in range(min(counts), max(counts) + 1))


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


def _term(record: Mapping[str, Any]) -> TermRow:
    return TermRow(
        **dict(record) | {"since": date.fromisoformat(record["since"]), "contexts": tuple(record["contexts"])}
    )
