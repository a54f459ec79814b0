"""What was reported, as counts by week or month: indicator x substance x area, and what was collected.

In: an open store, assessed (`vigie.assess`). Out: CountSeries. Indicators and how often one speaker counts:
data/taxonomy/alerts.toml. Copies, spun copies and satire do not count; a report counts in one indicator only. Cases of imported tables
stand beside them as series of their own, "death@source" (`table_counts.py`): a store of tables alone is enough.
Left out, and counted by reason: what is denied or feared, facts dated more coarsely than the period, facts without an
area of the level. Known weakness: two reports of one event by two speakers are two reports (`incidents.py` counts events).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vigie.analysis.table_counts import PRECISE, kind_of, read_rows, read_table_counts, table_days
from vigie.analysis.table_counts import By as By
from vigie.lexicon.gazetteer import gazetteer
from vigie.lexicon.terms import data_toml
from vigie.model.errors import StoreError
from vigie.stats.arrays import FloatArray
from vigie.store import Store

Level: TypeAlias = Literal["department", "region", "country"]
Offset: TypeAlias = Literal["none", "documents", "speakers"]
Dates: TypeAlias = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Key:
    """Which series. `substance` is "" for harms, warnings and seizures that name none; `indicator` is an id of the rules, or "death@source"
    for the cases of a table."""

    substance: str
    area: str
    indicator: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountSeries:
    """Counts and what was collected.

    Attributes:
        by: the period.
        until: last day that is counted; the last period may be partial.
        starts: first day of each period, shape (n_times,), datetime64[D]; weeks begin on Monday.
        keys: which series, shape (n_series,), in order.
        counts: independent reports, or cases of a table, shape (n_series, n_times); NaN = nothing was collected on the area in that
            period (by that table).
        areas: codes, shape (n_areas,).
        documents: documents read from speakers that cover the area, shape (n_areas, n_times); 0 = nothing collected.
        speakers: how many speakers would be expected to speak of the area in the period, by their own past and by who
            published in it, shape (n_areas, n_times).
        counted: facts behind the counts.
        left_out: facts that are not counted, by reason.
    """

    by: By
    until: date
    starts: Dates
    keys: tuple[Key, ...]
    counts: FloatArray
    areas: tuple[str, ...]
    documents: FloatArray
    speakers: FloatArray
    counted: int
    left_out: Mapping[str, int]

    def population(self, offset: Offset) -> FloatArray | None:
        """Persons at risk for the detectors: here, chances to be reported; shape of `counts`, 1 where nothing was collected."""
        if offset == "none":
            return None
        by_area = self.documents if offset == "documents" else self.speakers
        place = {area: n for n, area in enumerate(self.areas)}
        found = by_area[[place[key.area] for key in self.keys]] if self.keys else self.counts
        tables = np.array([bool(kind_of(key.indicator)[1]) for key in self.keys], dtype=bool)
        return np.where(np.isfinite(self.counts) & (found > 0) & ~tables[:, None], found, 1.0)


@cache
def rules() -> Mapping[str, Any]:
    """data/taxonomy/alerts.toml."""
    return data_toml("taxonomy", "alerts.toml")


def indicators() -> tuple[str, ...]:
    """Ids of what is counted, the first that a report states being the one it counts in."""
    return tuple(entry["id"] for entry in rules()["indicator"])


def last_day(store: Store, today: date | None = None) -> date | None:
    """The latest day up to today on which something was published, or of which rows of tables tell; None for a store without either.

    A document dated to a year to come says nothing of when sources stopped.
    """
    day = today or date.today()
    (found,) = store.column(
        "SELECT max(published_start) FROM documents WHERE published_start = published_end AND published_start <= ? AND kind <> 'table'",
        [day],
    )
    told = table_days(store, day)
    return max([d for d in (found, told and told[1]) if isinstance(d, date)], default=None)


def read_counts(
    store: Store, *, by: By = "week", level: Level = "department", area: str | None = None,
    substance: str | None = None, until: date | None = None,
) -> CountSeries:  # fmt: skip
    """Counts of all cells that hold a report or a case up to `until` (default: `last_day`).

    Args:
        area: this area only (a commune, department, region or country, with all that lies in it), whatever the level.
        substance: this substance only, by its canonical id.
    Raises:
        StoreError: if the store holds no dated document and no dated row up to `until`.
    """
    until = until or last_day(store)
    began = store.column(
        "SELECT min(published_start) FROM documents WHERE published_start = published_end AND published_start <= ? AND kind <> 'table'",
        [until],
    )[0]
    told = table_days(store, until) if until else None
    first = min([d for d in (began, told and told[0]) if isinstance(d, date)], default=None)
    if until is None or first is None:
        raise StoreError(
            "the store holds no document with a day of publication"
            + (f" up to {until}" if until else "")
            + ", and no dated row of a table (add some: vigie add PATH, vigie import KIND FILE)"
        )
    starts = periods(first, until, by)
    at = {start: n for n, start in enumerate(starts.tolist())}
    sql, values = facts_sql(by, level, area, until)
    reports = (
        f"{sql} SELECT substance, area, indicator, period, sum(least(reports, most)) AS counted, sum(facts) AS facts "
        "FROM (SELECT substance, area, indicator, period, voice, any_value(most) AS most, "
        "count(DISTINCT doc_id) AS reports, count(*) AS facts FROM told "
        "GROUP BY substance, area, indicator, period, voice) GROUP BY substance, area, indicator, period"
    )
    rows = [r for r in store.query(reports, values).to_pylist() if r["period"] in at]
    chosen = [r for r in rows if substance is None or r["substance"] == substance]
    keys = sorted({Key(substance=r["substance"], area=r["area"], indicator=r["indicator"]) for r in chosen})
    where = {key: n for n, key in enumerate(keys)}
    counts = np.zeros((len(keys), len(starts)))
    for r in chosen:
        counts[
            where[Key(substance=r["substance"], area=r["area"], indicator=r["indicator"])], at[r["period"]]
        ] += float(r["counted"])
    areas = tuple(sorted({key.area for key in keys}))
    documents, speakers = _collected(store, by, until, at, areas, sql, values)
    if keys:
        place = {code: n for n, code in enumerate(areas)}
        counts[documents[[place[key.area] for key in keys]] == 0] = np.nan
    left = {
        r["reason"]: int(r["n"])
        for r in store.query(
            f"{sql} SELECT reason, count(*) AS n FROM judged WHERE reason <> '' GROUP BY reason ORDER BY reason",
            values,
        ).to_pylist()
    }
    before = store.query(
        f"{sql} SELECT count(*) AS n FROM told WHERE period < ?", [*values, starts[0].item()]
    ).to_pylist()
    if before[0]["n"]:
        left["dated before anything was collected"] = int(before[0]["n"])
    tables = read_table_counts(store, starts, until, by=by, level=level, area=area, substance=substance)
    keys += [Key(substance=s, area=a, indicator=i) for s, a, i in tables.cells]
    extra = [code for code in sorted({a for _, a, _ in tables.cells}) if code not in areas]
    nothing = np.zeros((len(extra), len(starts)))
    return CountSeries(
        by=by, until=until, starts=starts, keys=tuple(keys), counts=np.concatenate([counts, tables.counts]),
        areas=(*areas, *extra), documents=np.concatenate([documents, nothing]), speakers=np.concatenate([speakers, nothing]),
        counted=int(sum(r["facts"] for r in chosen)) + tables.rows, left_out=left | dict(tables.left_out),
    )  # fmt: skip


def periods(first: date, last: date, by: By) -> Dates:
    """First days of the periods from that of `first` to that of `last`."""
    if by == "month":
        months = np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + 1)
        return months.astype("datetime64[D]")
    one, other = (np.datetime64(d, "D") - (d.isoweekday() - 1) for d in (first, last))
    return np.arange(one, other + 1, 7)


def read_reports(
    store: Store,
    counts: CountSeries,
    wanted: Sequence[tuple[Key, date, date]],
    *,
    level: Level,
    area: str | None,
) -> list[list[dict[str, Any]]]:
    """The facts behind counts: for each (key, first period, last period) its facts, in order of period and document.

    Each has `id`, `doc_id`, `period`, `voice`, `grade`, `document_kind`, `kind` and `persons` (as stated, else None); those of tables also
    `line` and `cases`.
    """
    if not wanted:
        return []
    sql, values = facts_sql(counts.by, level, area, counts.until)
    asked = "(SELECT unnest(?) AS n, unnest(?) AS s, unnest(?) AS a, unnest(?) AS i, unnest(?) AS since, unnest(?) AS upto)"
    columns: list[list[Any]] = [
        list(range(len(wanted))), [k.substance for k, *_ in wanted], [k.area for k, *_ in wanted],
        [k.indicator for k, *_ in wanted], [since for _, since, _ in wanted], [upto for *_, upto in wanted],
    ]  # fmt: skip
    of_tables = [n for n, (key, *_) in enumerate(wanted) if kind_of(key.indicator)[1]]
    asked_rows = [
        (k.substance, k.area, k.indicator, since, upto) for k, since, upto in (wanted[n] for n in of_tables)
    ]
    rows = read_rows(store, asked_rows, by=counts.by, level=level, area=area, until=counts.until)
    found: list[list[dict[str, Any]]] = [[] for _ in wanted]
    for n, said in zip(of_tables, rows, strict=True):
        found[n] = said
    query = (
        f"{sql} SELECT w.n, t.id, t.doc_id, t.period, t.voice, t.grade, t.document_kind, t.kind, t.persons, t.indicator "
        "FROM told t "
        f"JOIN {asked} w ON t.substance = w.s AND t.area = w.a AND t.indicator = w.i "
        "AND t.period BETWEEN w.since AND w.upto ORDER BY w.n, t.period, t.doc_id, t.id"
    )
    for row in store.query(query, [*values, *columns]).to_pylist():
        found[row.pop("n")].append(row)
    return found


def facts_sql(by: By, level: Level, area: str | None, until: date) -> tuple[str, list[Any]]:
    """Common table expressions: `judged`, every fact with the reason for which it is left out; `told`, what counts."""
    if area is not None:
        code = area.replace("'", "''")
        placed = f"CASE WHEN '{code}' IN (f.place_code, f.place_department, f.place_region, f.place_country) THEN '{code}' END"
    elif level == "country":  # a national source that names no place speaks of its country
        placed = "coalesce(f.place_country, CASE WHEN f.place_code IS NULL THEN nullif(s.country, '') END)"
    else:
        placed = {"department": "f.place_department", "region": "f.place_region"}[level]
    ranks, most, names = [], [], []
    for n, entry in enumerate(rules()["indicator"]):
        said = f"f.assertion IN {_listed(entry['assertions'])}"
        kinds = [
            f"f.type = '{type_}' AND f.{column} IN {_listed(entry[name])}"
            for type_, column, name in (
                ("event", "kind", "events"), ("quantity", "kind", "quantities"), ("trend", "direction", "directions"),
            )
            if name in entry
        ]  # fmt: skip
        if "documents" in entry:
            kinds.append(f"f.document_kind IN {_listed(entry['documents'])}")
        what = "f.substance IS NOT NULL" if entry.get("anything") else f"({' OR '.join(kinds)})"
        ranks.append(f"WHEN {said} AND {what} THEN {n}")
        most.append(f"WHEN {n} THEN {entry['most']}")
        names.append(f"WHEN {n} THEN '{entry['id']}'")
    events = len([e for e in rules()["indicator"] if "events" in e])
    sql = f"""
    WITH ranked AS (
        SELECT f.*, {placed} AS area, {_voice("f.speaker")} AS voice,
            CASE {" ".join(ranks)} END AS rank
        FROM facts f LEFT JOIN sources s ON s.source_id = f.source_id
        WHERE f.document_kind <> 'table'  -- cases are no reports: `table_counts.py`
    ), dated AS (
        SELECT * REPLACE (coalesce(substance, '') AS substance),
            CASE WHEN unit IS NULL OR unit = 'person' THEN CASE WHEN type = 'event' THEN low END END AS persons,
            type IN ('event', 'quantity') AND rank < {events} AND when_basis <> 'unknown' AND when_start IS NOT NULL AS own,
            CASE WHEN type IN ('event', 'quantity') AND rank < {events} AND when_basis <> 'unknown' AND when_start IS NOT NULL
                THEN CASE WHEN when_precision IN {_listed(PRECISE[by])} THEN when_start END
                WHEN date_trunc('{by}', published_start) = date_trunc('{by}', published_end) THEN published_start
            END AS day
        FROM ranked
    ), judged AS (
        SELECT *, CAST(date_trunc('{by}', day) AS DATE) AS period, CASE
            WHEN coalesce(satire, false) THEN 'satire'
            WHEN copied IS NOT NULL THEN 'copy of a document that counts'
            WHEN rank IS NULL THEN 'denied, feared, planned or without a substance'
            WHEN day IS NULL AND own THEN 'dated more coarsely than the {by}'
            WHEN day IS NULL THEN 'in a document without a day of publication'
            WHEN coalesce(published_start, day) > ? THEN 'published later'
            WHEN day > least(?, coalesce(published_end, ?)) THEN 'dated after its publication'
            WHEN area IS NULL THEN 'without an area of this level'
            ELSE '' END AS reason
        FROM dated
    ), told AS (
        SELECT * REPLACE (CASE rank {" ".join(names)} END AS indicator), CASE rank {" ".join(most)} END AS most
        FROM judged WHERE reason = ''
        QUALIFY rank = min(rank) OVER (PARTITION BY doc_id, substance, area)
    )
    """
    return sql, [until, until, until]


def _listed(values: Iterable[str]) -> str:
    """Codes of the taxonomy as a list of SQL."""
    return "(" + ", ".join("'" + v.replace("'", "''") + "'" for v in values) + ")"


def _voice(column: str) -> str:
    """Who speaks, however it is spelt."""
    return f"lower(strip_accents(trim(coalesce({column}, ''))))"


def _collected(
    store: Store,
    by: By,
    until: date,
    at: Mapping[date, int],
    areas: Sequence[str],
    sql: str,
    values: Sequence[Any],
) -> tuple[FloatArray, FloatArray]:
    """Documents read on each area, and speakers expected to speak of it, shape (n_areas, n_times)."""
    speaker = "coalesce(nullif(trim(s.publisher), ''), nullif(d.source_id, ''), d.outlet)"
    read = (
        f"SELECT {_voice(speaker)} AS voice, upper(coalesce(s.area, '')) AS area, upper(coalesce(s.country, '')) AS country, "
        f"CAST(date_trunc('{by}', published_start) AS DATE) AS period, count(*) AS n "
        "FROM documents d LEFT JOIN sources s ON s.source_id = d.source_id "
        "WHERE NOT coalesce(d.satire, false) AND d.copied IS NULL AND d.kind <> 'table' AND published_start <= ? "
        f"AND date_trunc('{by}', published_start) = date_trunc('{by}', published_end) GROUP BY ALL"
    )
    desks: dict[tuple[str, str, str], dict[int, int]] = defaultdict(dict)
    for r in store.query(read, [until]).to_pylist():
        if r["period"] in at:
            desks[r["voice"], r["area"], r["country"]][at[r["period"]]] = r["n"]
    told: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    spoke = f"{sql} SELECT DISTINCT area, voice, period FROM told"
    for r in store.query(spoke, values).to_pylist():
        if r["period"] in at:
            told[r["area"]][r["voice"]].add(at[r["period"]])
    documents = np.zeros((len(areas), len(at)))
    speakers = np.zeros((len(areas), len(at)))
    for n, area in enumerate(areas):
        local = {desk: covers(desk[1], desk[2], area) for desk in desks}
        voices: dict[str, tuple[bool, dict[int, int]]] = {}
        for desk, near in local.items():
            # A speaker that covers another area and speaks of this one was read for it then.
            weeks = (
                desks[desk] if near else {t: c for t, c in desks[desk].items() if t in told[area][desk[0]]}
            )
            if weeks:
                was_near, sum_ = voices.get(desk[0], (False, {}))
                voices[desk[0]] = (
                    was_near or (near and bool(desk[1])),
                    {t: sum_.get(t, 0) + weeks.get(t, 0) for t in sum_.keys() | weeks.keys()},
                )
        active = np.zeros((len(voices), len(at)), dtype=bool)
        said = np.zeros((len(voices), len(at)), dtype=bool)
        near_by = np.zeros(len(voices), dtype=bool)
        for v, (voice, (near, weeks)) in enumerate(sorted(voices.items())):
            near_by[v] = near
            documents[n, list(weeks)] += list(weeks.values())
            active[v, list(weeks)] = True
            said[v, [t for t in told[area][voice] if t in weeks]] = True
        speakers[n] = expected_speakers(active, said, near_by)
    return documents, speakers


def expected_speakers(
    active: NDArray[np.bool_], said: NDArray[np.bool_], near: NDArray[np.bool_]
) -> FloatArray:
    """How many of those who published would be expected to speak of the area, each by its own past.

    Args:
        active, said: shape (n_speakers, n_times): published anything; spoke of the area.
        near: shape (n_speakers,): a speaker of the area, not of the whole country.
    Returns:
        shape (n_times,); 0 where nobody published. A time is worked out from what stands before it.
    """
    lag, prior = rules()["speakers"]["lag"], float(rules()["speakers"]["prior"])

    def before(found: NDArray[np.bool_]) -> FloatArray:
        total = np.zeros((found.shape[0], found.shape[1] + lag))
        total[:, lag:] = np.cumsum(found, axis=1)
        return np.concatenate([np.zeros((found.shape[0], 1)), total[:, : found.shape[1] - 1]], axis=1)

    published, spoke = before(active), before(said)
    expected = np.zeros(active.shape[1])
    for group in (near, ~near):
        if group.any():
            mean = (spoke[group].sum(axis=0) + 0.5) / (published[group].sum(axis=0) + 1.0)
            share = (spoke[group] + prior * mean) / (published[group] + prior)
            expected += (share * active[group]).sum(axis=0)
    return expected


@cache
def chain(code: str) -> tuple[str, ...]:
    """The area and what contains it, smallest first."""
    entry = gazetteer().by_code(code)
    if entry is None:
        return (code,)
    listed = (code, entry.department, entry.region, entry.country)
    return tuple(dict.fromkeys(c for c in listed if c))


@cache
def covers(card_area: str, card_country: str, area: str) -> bool:
    """Whether a source with this card is read for the area: without an area on its card it covers its country, and without
    a country everything."""
    if card_area:
        return card_area in chain(area) or area in chain(card_area)
    return not card_country or card_country in chain(area)
