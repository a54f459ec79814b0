"""Questions about what is read: statements, documents, alerts, sources, words, price indices.

In: filters, addresses. Out: records. Left out: figures (`figures.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, cached_property
from itertools import islice
from typing import Any

import numpy as np

from vigie.analysis.triangle_panels import Sight
from vigie.analysis.triangle_rows import Observed
from vigie.analysis.triangulate import Triangulation, triangulate
from vigie.feeds.records import PublicAlert
from vigie.lexicon.gazetteer import gazetteer
from vigie.readmodel.opened import Key, Opened
from vigie.readmodel.records import (
    GRADES,
    AlertRow,
    DecisionRow,
    Document,
    DocumentRow,
    FactRow,
    Filters,
    IndexRow,
    SignalRow,
    SourceRow,
    TermRow,
)
from vigie.readmodel.schema import FACT, period_of
from vigie.readmodel.told import Ints
from vigie.report.period import parse_period
from vigie.report.triangulation import latest_quarter

MOST_ROWS = 500  # of a list at a time
DOCUMENT = (
    "doc_id",
    "title",
    "outlet",
    "published",
    "kind",
    "grade",
    "lang",
    "observations",
    "copy_of",
    "source_id",
)


class TextQuestions(Opened):
    """What can be read, and what stands beside the figures."""

    def sight(self) -> Sight | None:
        """Every kind of source by month, to be asked of a substance and area; None where the file has none (the public edition, or a store
        that is too large)."""
        return self._once(("sight",), self._sight)

    def _sight(self) -> Sight | None:
        def taken(name: str) -> Any:
            return self._cursor().sql(f"SELECT * FROM {name}").to_arrow_table()

        if self.public or "triangulation" in self.left_out:
            return None
        return Sight(
            Observed(
                by="month",
                rows=taken("triangle_rows"),
                read=taken("triangle_read"),
                tables=taken("triangle_tables"),
            )
        )

    def triangulation(self, f: Filters) -> Triangulation | None:
        """All measures of the filter's substance, in its area (else the country of which most is told) and period (else the last quarter
        that is over); None without a substance, a sight or anything dated. Grade and language are left aside."""
        return self._once(("triangulation", f), lambda: self._triangulation(f))

    def _triangulation(self, f: Filters) -> Triangulation | None:
        sight = self.sight()
        if sight is None or sight.last is None or f.substance is None:
            return None
        area = f.area or sight.country()
        period = parse_period(f.period, ()) if f.period else None
        if area is None:
            return None
        end, span = (period.end, period.kind) if period else (latest_quarter(sight.last), "quarter")
        return triangulate(sight, f.substance, area, end, span)  # type: ignore[arg-type]

    def publishers(self) -> dict[str, str]:
        """Names of publishers as they are written, by how `triangulation` tells sources apart; none for the public."""
        return dict(
            self._once(("publishers",), lambda: self._rows("SELECT source, name FROM triangle_names"))
        )

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
        rows = self._chosen(f, topic, key)
        if rows is None:
            return [], 0
        ords = self._told.columns["ord"][rows]
        if self.public:
            ords = ords[ords >= 0]
        first = max(offset, 0)
        last = min(first + min(max(limit, 0), MOST_ROWS), len(ords))
        if first >= last:
            return [], len(ords)
        latest = np.partition(ords, last - 1)[:last] if last < len(ords) else ords
        return self._evidence(np.sort(latest)[first:last].tolist()), len(ords)

    def _chosen(self, f: Filters, topic: str | None, key: Key | None) -> Ints | None:
        """Rows of a figure, or without a topic of the filters alone; None where the filters name what is not there."""
        if topic is not None:
            return self._of_key(f, topic, key, exact=True)
        within = self._conditions(f)
        return None if within is None else self._told.choose(slice(0, self._told.size), **within)

    def reviewed(self, f: Filters, topic: str | None = None, key: Key | None = None) -> tuple[int, int]:
        """How many of these statements a person read again, and how many there are."""
        rows = self._chosen(f, topic, key)
        return (
            (0, 0)
            if rows is None
            else (int(np.count_nonzero(self._told.columns["reviewed"][rows])), len(rows))
        )

    def fact(self, address: str) -> FactRow | None:
        """One statement by its address; None if there is none (or the public may not read it)."""
        found = self._rows("SELECT ord FROM addresses WHERE address = ? ORDER BY ord LIMIT 1", [address])
        return self._evidence([found[0][0]])[0] if found else None

    def _evidence(self, ords: Sequence[int]) -> list[FactRow]:
        return [fact_of(json.loads(row[0])) for row in self._picked("record", "evidence", "ord", ords)]

    def documents(self, f: Filters, limit: int = 50, offset: int = 0) -> tuple[list[DocumentRow], int]:
        """Documents, latest first, and how many in all; a period keeps those published in it, a substance or an area
        those that speak of it. Public: official publications only."""
        rows, total = self._once(("documents", f, limit, offset), lambda: self._documents(f, limit, offset))
        return list(rows), total

    def _documents(self, f: Filters, limit: int, offset: int) -> tuple[list[DocumentRow], int]:
        papers = self._chosen_documents(f, by_facts=bool(f.substance or f.area), published=True)
        page = papers[max(offset, 0) :][: min(max(limit, 0), MOST_ROWS)]
        rows = self._picked(", ".join(DOCUMENT), "documents", "number", self._papers["number"][page].tolist())
        return [document_of(row) for row in rows], len(papers)

    def document(self, doc_id: str) -> Document | None:
        """A document with its statements in the order of the text; None if there is none (or the public may not read it)."""
        found = self._rows("SELECT number FROM document_ids WHERE doc_id = ?", [doc_id])
        if not found:
            return None
        number = found[0][0]
        row = document_of(self._picked(", ".join(DOCUMENT), "documents", "number", [number])[0])
        (first,) = self._rows("SELECT first_ord FROM documents WHERE number = ?", [number])[0]
        texts = self._rows("SELECT text, redactions FROM texts WHERE number = ?", [number])
        text, redactions = texts[0] if texts else (None, None)
        return Document(
            row=row,
            text=text,
            facts=tuple(self._evidence(list(range(first, first + row.observations))[:MOST_ROWS])),
            redactions=json.loads(redactions or "{}"),
        )

    def alerts(self, f: Filters, *, lang: str = "fr") -> list[AlertRow]:
        """Alerts, latest first (the latest 500), without their evidence. Official warnings and releases in words of `lang`."""
        period = parse_period(f.period, ()) if f.period else None
        found = (
            alert
            for alert in self._alerts(lang).get(f.area or "", ())
            if (not f.substance or alert.substance == f.substance)
            and (period is None or (alert.started <= period.end and alert.last >= period.start))
        )
        return list(islice(found, MOST_ROWS))

    def _alerts(self, lang: str) -> dict[str, list[AlertRow]]:
        """Latest first, by each area that holds them; all by ""."""
        sql = "SELECT record, within FROM alerts WHERE lang IN ('', ?) ORDER BY last DESC, position"

        def answer() -> dict[str, list[AlertRow]]:
            found: dict[str, list[AlertRow]] = {"": []}
            for record, within in self._rows(sql, [lang]):
                alert = _alert(json.loads(record))
                for area in dict.fromkeys(("", *(within or ()))):
                    found.setdefault(area, []).append(alert)
            return found

        return self._once(("alerts", lang), answer)

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
        return _alert(json.loads(rows[0][0]), tuple(self._evidence(ords[:MOST_ROWS])))

    def version(self, address: str, lang: str = "fr") -> tuple[int, str]:
        """Number of the version that stands at the address of a public figure, and since when, in words; (0, "") for none."""
        found = self._versions.get(address)
        return (found[0], found[1] if lang == "fr" else found[2]) if found else (0, "")

    @cached_property
    def _versions(self) -> dict[str, tuple[int, str, str]]:
        """Of every address; a page asks for a hundred of them. Few differ: each is held once."""
        held: dict[tuple[int, str, str], tuple[int, str, str]] = {}
        rows = self._rows("SELECT address, version, fr, en FROM versions")
        return {address: held.setdefault(told := (int(n), fr, en), told) for address, n, fr, en in rows}

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
        rows = self._rhythm_of(f)
        told, months = self._rhythm.told(rows), self._rhythm.months(rows)
        found = []
        for at in self._cards_in(f.area):
            card, (n, first, last) = self._rhythm.cards[at], told[at]
            if (f.grade or f.lang or f.period) and not n:
                continue
            found.append(
                SourceRow(
                    source_id=card.source_id, name=card.name, kind=card.kind, grade=card.grade, country=card.country, documents=n,
                    first=first, last=last, months=months[at], quiet=card.quiet, state="shown" if n else "nothing-collected",
                )
            )  # fmt: skip
        return found

    def read_by_quarter(self, f: Filters) -> list[tuple[str, int, int]]:
        """(quarter, documents read, their sources) of the sources of the filters, whatever was said; nothing for the public."""
        asked = f.replace(substance=None)

        def answer() -> list[tuple[str, int, int]]:
            return self._rhythm.quarters(
                self._rhythm_of(asked), np.array(self._cards_in(asked.area), dtype=np.int64)
            )

        return [] if self.public else list(self._once(("read", asked), answer))

    def _rhythm_of(self, f: Filters) -> Ints:
        grade = GRADES.index(f.grade) if f.grade else None
        return self._rhythm.choose(
            grade=grade, lang=self._langs.get(f.lang, -1) if f.lang else None, period=f.period
        )

    def _cards_in(self, area: str | None) -> list[int]:
        """Places of the sources that cover the area or a part of it, or lie in it."""
        return [n for n, c in enumerate(self._rhythm.cards) if not area or _within(c.area or c.country, area)]

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
        sql = "SELECT record FROM terms ORDER BY position"
        found = self._once(("terms",), lambda: [_term(json.loads(row[0])) for row in self._rows(sql)])
        return found[: max(limit, 0)]

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
        return [
            row
            for row in self._indices
            if (not f.substance or row.substance == f.substance)
            and (row.area == f.area if f.area else _is_market(row.area))
            and (not f.period or row.period == f.period or row.period.startswith(f"{f.period}-"))
        ]

    @cached_property
    def _indices(self) -> list[IndexRow]:
        return [IndexRow(**row) for row in self._named("SELECT * FROM indices ORDER BY ALL")]

    def index_keys(self) -> list[tuple[str, str, str]]:
        """(substance, unit, area) of every price index, in order."""
        return sorted({(row.substance, row.unit, row.area) for row in self._indices})


def _within(code: str, area: str | None) -> bool:
    if area is None or code == area:
        return True
    entry = gazetteer().by_code(code) if code else None
    return entry is not None and area in (entry.department, entry.region, entry.country)


@cache
def _is_market(code: str) -> bool:
    entry = gazetteer().by_code(code)
    return entry is None or entry.level not in ("department", "region") or code.startswith(("FR-97", "FR-98"))


def document_of(row: Sequence[Any]) -> DocumentRow:
    """Of the columns DOCUMENT."""
    return DocumentRow(**dict(zip(DOCUMENT, row, strict=True)))


@cache
def _month(number: int) -> str:
    return period_of("month", number)


def _alert(record: Mapping[str, Any], evidence: tuple[FactRow, ...] = ()) -> AlertRow:
    values = dict(record)
    signals = tuple(
        SignalRow(**s | {"period_start": date.fromisoformat(s["period_start"])})
        for s in values.pop("signals", ())
    )
    for name in ("started", "last"):
        values[name] = date.fromisoformat(values[name])
    decisions = tuple(
        DecisionRow(**d | {"made_on": date.fromisoformat(d["made_on"])}) for d in values.pop("decisions", ())
    )
    values["corrections"] = tuple(values.get("corrections", ()))
    return AlertRow(**values, evidence=evidence, signals=signals, decisions=decisions)


def fact_of(record: Sequence[Any]) -> FactRow:
    values = dict(zip(FACT, record, strict=True))
    for name in ("when_start", "when_end"):
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    return FactRow(**values)


def _term(record: Mapping[str, Any]) -> TermRow:
    return TermRow(
        **dict(record) | {"since": date.fromisoformat(record["since"]), "contexts": tuple(record["contexts"])}
    )
