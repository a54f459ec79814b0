"""What stands beside the figures in a read-model file: alerts, sources that stopped, new words, price indices.

In: an open store; for the public the gate and what it admitted. Out: rows of the file's tables. Thresholds below keep a build short:
what is left out because a store is too large is named in `left_out`, and the verbs `vigie stats` still work it out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

import pyarrow as pa

from vigie.feeds.public_alerts import public_alerts
from vigie.feeds.records import PublicAlert
from vigie.feeds.versions import record
from vigie.lexicon.gazetteer import gazetteer
from vigie.model.errors import SeriesError, StoreError
from vigie.readmodel.version import code_version
from vigie.report.corrections import versions_told
from vigie.report.facts import Fact, as_facts, source_lines
from vigie.report.open_index import index_cells, index_rows
from vigie.report.period import quarter_of
from vigie.report.public import Admitted, Gate, public_gate
from vigie.report.rules import rules
from vigie.report.words import Words
from vigie.stats.prices import PriceState
from vigie.store import Store
from vigie.store.publications import released_facts
from vigie.store.watchlist import AlertDecision

LANGUAGES = ("fr", "en")
# Measured on 2 cores: each of these stays under about ten seconds below its bound.
MOST_FOR_ALERTS = 60_000  # statements of a store in which unsaved alerts are looked for
MOST_FOR_TERMS = 4_000  # documents that are read for new words
MOST_FOR_INDICES = 20_000  # prices behind indices
MOST_FOR_TRIANGLES = (
    400_000  # rows (a measure, substance, place, source and month each) of every kind of source side by side
)
TERMS_KEPT = 100
RECENT_DAYS = 182
CONTEXTS = 3
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """Rows by table.

    Attributes:
        columns: of tables that may be large, by their names: as they come from the store.
        areas: source id -> code of the area that its card names.
        alert_facts: (alert, document, observation).
        first, last: days of publication.
        stamp: changes with the version of the code that made it.
        left_out: why something is missing, in codes: "alerts terms indices".
    """

    tables: Mapping[str, Rows]
    columns: Mapping[str, pa.Table] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)
    alert_facts: Sequence[tuple[str, str, str]] = ()
    first: date | None = None
    last: date | None = None
    stamp: str = ""
    left_out: str = ""


def public_extras(store: Store, gate: Gate, read: Admitted, day: date) -> Extras:
    """Official warnings and released alerts, and the sources of cells by name where they may be named."""
    record(store, gate, read=read)  # what anyone is shown is remembered, so that its withdrawal can be told
    alerts, feed = _for_anyone(store, gate, read)
    places: dict[tuple[str, ...], list[Fact]] = {}
    for fact in read.facts:
        where = (fact.place_code, fact.place_department, fact.place_region, fact.place_country, _label(fact))
        places.setdefault(tuple(part or "" for part in where), []).append(fact)
    named = {
        (line.name, line.kind, line.grade, *where)
        for where, facts in places.items()
        for line in source_lines(facts)
    }
    days = read.days
    return Extras(
        tables={
            "alerts": alerts,
            "feed": feed,
            "named": sorted(named),
            "indices": _public_indices(gate, read),
            "versions": _versions(store),
        },
        # The first and the last day are each that of one document: quarters only.
        first=quarter_of(days[0]).start if days else None,
        last=quarter_of(days[-1]).end if days else None,
        stamp=code_version(),
    )


def _versions(store: Store) -> Rows:
    """(address, version, line in French, in English) of the figures and price indices that stand."""
    french, english = (versions_told(store, Words(lang)) for lang in LANGUAGES)
    return [
        (a, n, line, english[a][1]) for a, (n, line) in french.items() if a.startswith(("figure/", "index/"))
    ]


def _public_indices(gate: Gate, read: Admitted) -> Rows:
    """Medians of whole public cells of quarters that are over, retail only, as open data have them (`report/open_index.py`)."""
    rows: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for r in index_rows(index_cells(read.cells, gate.closed)):
        if r["kind"] != "retail":
            continue
        period = quarter_of(r["quarter"]).label
        key = (r["substance"], r["unit"].removeprefix("EUR/"), r["area"], period)
        told = ("median", "low", "high", "index", "index_low", "index_high", "observations", "sources")
        rows.setdefault(key, (*key, *(r[name] for name in told), PriceState.ESTIMATED.label))
    return [rows[key] for key in sorted(rows)]


def _label(fact: Fact) -> str:
    """The period of the cell."""
    start = fact.when_start or date.min
    return str(start.year) if fact.when_precision == "year" else f"{start.year}-Q{(start.month + 2) // 3}"


def analyst_extras(store: Store, day: date) -> Extras:
    """Saved alerts, or those found in a small store; warnings; sources; new words; price indices."""
    first, last = (
        store.query(
            # A document dated to a day to come, by mistake, is no last publication; one of the year that runs is.
            "SELECT min(published_start) AS a, max(least(published_end, $1)) AS b FROM documents WHERE published_start <= $1",
            [day],
        )
        .to_pylist()[0]
        .values()
    )
    left: list[str] = []
    alerts, behind = _of_the_analyst(store, left, day)
    public, feed = _for_anyone(store, public_gate(day), _told_at_once(store))
    rows = alerts + [(len(alerts) + n, *row[1:]) for n, row in enumerate(public)]
    return Extras(
        columns=_triangles(store, left),
        tables={
            "alerts": rows,
            "feed": feed,
            "sources": _sources(store, last),
            "terms": _terms(store, left),
            "indices": _indices(store, left),
        },
        areas={r["source_id"]: r["area"].upper() for r in store.table("sources").to_pylist() if r["area"]},
        alert_facts=behind,
        first=first,
        last=last,
        stamp=code_version(),
        left_out=" ".join(left),
    )


def _triangles(store: Store, left: list[str]) -> Mapping[str, pa.Table]:
    """What triangulation is made from, by month; of a page the one substance and area that are asked for are worked out."""
    from vigie.analysis.triangle_rows import read_observed_within

    seen = read_observed_within(store, most=MOST_FOR_TRIANGLES)
    if seen is None:
        left.append("triangulation")
        return {}
    # Sources of one publisher are one there, by the publisher's name without capitals and accents: as it is written is for the reader.
    names = store.query(
        "SELECT lower(strip_accents(trim(publisher))) AS source, min(trim(publisher)) AS name FROM sources "
        "WHERE trim(publisher) <> '' GROUP BY 1 ORDER BY 1"
    )
    return {
        "triangle_rows": seen.rows,
        "triangle_read": seen.read,
        "triangle_tables": seen.tables,
        "triangle_names": names,
    }


def _told_at_once(store: Store) -> Admitted:
    """Statements of warnings, and those that an editor released: what alerts for anyone are made of."""
    released = sorted({observation for facts in released_facts(store).values() for _, observation in facts})
    # Which they are is found first, on few columns: whole rows of a large store do not fit the memory of its database.
    table = store.query(
        "SELECT * FROM facts WHERE (id, doc_id) IN (SELECT (o.id, o.doc_id) FROM observations o JOIN documents d USING (doc_id) "
        "WHERE o.assertion = 'affirmed' AND (o.id IN (SELECT unnest(?)) OR (d.kind IN (SELECT unnest(?)) AND "
        "(d.kind = 'warning' OR (o.type = 'event' AND o.kind = 'warning'))))) ORDER BY doc_id, span_start, id",
        [released, sorted(rules().quoted)],
    )
    affirmed, _ = as_facts(store, table)
    quoted = tuple(f for f in affirmed if f.document_kind in rules().quoted)
    return Admitted(facts=(), aside=(), official=quoted, days=(), every=tuple(affirmed))


def _for_anyone(store: Store, gate: Gate, read: Admitted) -> tuple[Rows, Rows]:
    """Alerts that anyone may see, in each language, as rows of `alerts` and of `feed`."""
    alerts: Rows = []
    feed: Rows = []
    for lang in LANGUAGES:
        for alert in public_alerts(store, gate, lang, read=read):
            record = json.dumps(_row_of(alert), ensure_ascii=False, sort_keys=True)
            alerts.append(
                (
                    len(alerts), alert.identifier, lang, alert.substance or "", alert.area or "", _holding(alert.area or ""), alert.first_published,
                    alert.updated, record,
                )
            )  # fmt: skip
            feed.append((lang, len(feed), json.dumps(alert.as_json(), ensure_ascii=False, sort_keys=True)))
    return alerts, feed


def _holding(area: str) -> list[str]:
    """The area and what holds it."""
    entry = gazetteer().by_code(area) if area else None
    holders = (entry.department, entry.region, entry.country) if entry else ()
    return list(dict.fromkeys(code for code in (area, *holders) if code))


def _row_of(alert: PublicAlert) -> dict[str, Any]:
    return {
        "alert_id": alert.identifier, "kind": "warning" if alert.official else "release", "substance": alert.substance or "",
        "area": alert.area or "", "started": alert.first_published.isoformat(), "last": alert.updated.isoformat(), "grade": None,
        "likelihood": "", "impact": "", "status": alert.status, "version": alert.version, "official": alert.official,
        "title": alert.title, "summary": alert.note or alert.summary, "source": alert.source, "lang": alert.lang,
        "source_grade": alert.grade, "persons": alert.persons, "corrections": [c.note for c in alert.corrections],
    }  # fmt: skip


def _of_the_analyst(store: Store, left: list[str], day: date) -> tuple[Rows, list[tuple[str, str, str]]]:
    from vigie.store.watchlist import alert_log, saved_alerts, signals_of

    rows: Rows = []
    behind: list[tuple[str, str, str]] = []
    silent = _silent(store)
    for saved in saved_alerts(store):
        told = signals_of(store, saved.alert_id)
        signals = [{k: v for k, v in asdict(s).items() if k != "facts"} for s in told]
        for signal in signals:
            signal["period_start"] = signal["period_start"].isoformat()
        _keep(
            rows, saved.alert_id, saved.kind, saved.substance, saved.area, saved.started, saved.last_alarm, saved.grade,
            saved.likelihood, saved.impact, saved.status, saved.speakers, True, signals, silent.get(saved.doc_id or "", ""),
            _log(alert_log(store, saved.alert_id)),
        )  # fmt: skip
        behind += [(saved.alert_id, *fact) for s in told for fact in s.facts]
    if rows:
        return rows, _once(behind)
    (count,) = store.column("SELECT count(*) FROM observations")
    if count > MOST_FOR_ALERTS:
        left.append("alerts")
        return rows, behind
    return _found_now(store, day)


def _silent(store: Store) -> dict[str, str]:
    """Of the last document of each source that fell silent the source."""
    sql = "SELECT doc_id, coalesce(nullif(source_id, ''), outlet) AS source FROM documents SEMI JOIN analyst_alerts USING (doc_id)"
    return {row["doc_id"]: row["source"] for row in store.query(sql).to_pylist()}


def _found_now(store: Store, day: date) -> tuple[Rows, list[tuple[str, str, str]]]:
    """What `vigie stats alerts` would find today; nothing is saved."""
    from vigie.analysis.alerts import find_alerts
    from vigie.analysis.counts import last_day

    rows: Rows = []
    behind: list[tuple[str, str, str]] = []
    try:
        alerts = find_alerts(store, until=last_day(store, day)).alerts
    except (StoreError, SeriesError):
        return rows, behind  # no dated document
    for a in alerts:
        if not a.open:
            continue
        signals = [
            {
                "indicator": e.indicator, "period_start": e.period.isoformat(), "periods": e.span, "observed": e.observed,
                "expected": e.expected, "upper": e.upper, "p": e.p, "method": e.method,
            }
            for e in a.evidence
        ]  # fmt: skip
        grading = a.grading
        _keep(
            rows, a.alert_id, a.kind, a.substance, a.area, a.start, a.last, grading.grade, grading.likelihood or "",
            grading.impact or "", "new", a.speakers, False, signals, a.source, [],
        )  # fmt: skip
        behind += [(a.alert_id, *fact) for e in a.evidence for fact in e.facts]
    return rows, _once(behind)


def _log(lines: Sequence[AlertDecision]) -> list[dict[str, Any]]:
    return [
        {"made_on": line.made_on.isoformat(), "action": line.action, "role": line.role, "reason": line.reason}
        for line in lines
    ]


def _once(behind: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    return list(dict.fromkeys(behind))


def _keep(
    rows: Rows, alert_id: str, kind: str, substance: str, area: str, started: date, last: date, grade: int, likelihood: str,
    impact: str, status: str, speakers: int, saved: bool, signals: list[dict[str, Any]], source: str,
    decisions: list[dict[str, Any]],
) -> None:  # fmt: skip
    record = {
        "alert_id": alert_id, "kind": kind, "substance": substance, "area": area, "started": started.isoformat(),
        "last": last.isoformat(), "grade": grade, "likelihood": likelihood, "impact": impact, "status": status, "version": 1,
        "official": False, "title": "", "summary": "", "source": source, "lang": "", "speakers": speakers, "saved": saved,
        "signals": signals, "decisions": decisions,
    }  # fmt: skip
    rows.append(
        (
            len(rows),
            alert_id,
            "",
            substance,
            area,
            _holding(area),
            started,
            last,
            json.dumps(record, sort_keys=True),
        )
    )


def _sources(store: Store, last: date | None) -> Rows:
    """Cards, and outlets without one; which of them stopped."""
    from vigie.analysis.quiet import read_quiet

    silent = {s.source for s in read_quiet(store, last).sources} if last else set()
    rows = store.query(
        "SELECT source_id, coalesce(nullif(name, ''), source_id) AS name, coalesce(kind, 'unknown') AS kind, coalesce(grade, 'F') AS grade, "
        "coalesce(country, '') AS country, coalesce(area, '') AS area FROM sources UNION ALL "
        "SELECT outlet, outlet, mode(kind), mode(grade), '', '' FROM documents WHERE source_id = '' GROUP BY outlet ORDER BY 1"
    ).to_pylist()
    seen: dict[str, tuple[Any, ...]] = {}
    for r in rows:
        seen.setdefault(r["source_id"], (*r.values(), r["source_id"] in silent))
    return list(seen.values())


def _terms(store: Store, left: list[str]) -> Rows:
    from vigie.analysis.term_texts import held, texts
    from vigie.analysis.terms import find_terms

    (count,) = store.column("SELECT count(*) FROM documents WHERE text IS NOT NULL")
    if count > MOST_FOR_TERMS:
        left.append("terms")
        return []
    found = []
    for lang in LANGUAGES:
        there = held(store, lang, "month")
        if there.last is None:
            continue
        since = there.last - timedelta(days=RECENT_DAYS)
        try:
            terms = find_terms(partial(texts, store, lang, "month"), lang=lang, since=since, until=there.last)
        except SeriesError:
            continue  # too few documents to compare with
        found += list(terms.candidates)
    found.sort(key=lambda c: (-c.score, c.term))
    return [
        (
            number,
            json.dumps(
                {
                    "term": c.term, "count": c.documents, "sources": c.sources, "score": round(c.score, 3),
                    "since": c.first_seen.isoformat(), "like": c.nearest[0] if c.nearest else "",
                    "substance": next((n.partition("/")[2] for n in c.nearest if n.startswith("substance/")), ""),
                    "contexts": [e.sentence for e in c.evidence[:CONTEXTS]],
                },
                ensure_ascii=False,
            ),
        )
        for number, c in enumerate(found[:TERMS_KEPT])
    ]  # fmt: skip


def _indices(store: Store, left: list[str]) -> Rows:
    """By quarter, at three levels; an area that is one at several levels (an overseas territory) once."""
    from vigie.analysis.price_index import Asked, Level, price_indices
    from vigie.analysis.prices import read_prices

    (count,) = store.column("SELECT count(*) FROM observations WHERE type = 'price'")
    if count > MOST_FOR_INDICES:
        left.append("indices")
        return []
    table = read_prices(store)
    levels: tuple[Level, ...] = ("country", "region", "department")
    rows: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for level in levels:
        for r in price_indices(table, Asked(by="quarter", level=level)).rows:
            key = (r["substance"], r["unit"], r["area"], r["period"])
            figures = ("price", "low", "high", "index", "index_low", "index_high", "n", "sources", "state")
            rows.setdefault(key, (*key, *(r.get(name) for name in figures)))
    return [rows[key] for key in sorted(rows)]
