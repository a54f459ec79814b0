"""Rows of imported tables as series: cases by week or month, and figures that were measured.

In: an open store. Out: TableCounts (harms and seizures) and rows of figures (purity, retail price, load). A row counts by its
figure (cases), once; series of different tables and kinds are never added up: each is an indicator "death@source/mapping".
Coverage comes from the dates of the rows (`vigie.stats.rows_collected`), so that a table needs no document beside it, and one
that ends is a gap, not a fall. Kinds that count: data/taxonomy/alerts.toml, `tables`.
Left out, and counted by reason: rows without a date or dated more coarsely than the period, rows without a place.
Known weakness: a row that states the same cases as another (a total beside its parts) counts again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vigie.lexicon.terms import data_toml
from vigie.stats.arrays import FloatArray
from vigie.stats.rows_collected import collected
from vigie.store import Store

By: TypeAlias = Literal["week", "month"]
PRECISE = {"week": ("day", "week"), "month": ("day", "week", "month")}
MEASURED = ("load", "purity", "price")  # not cases: compared by level (`levels.py`)
OLDEST = 30  # years: one mistyped century must not make an axis of it
FEW = 8  # days with rows, below which the steps of a table are not known
UNFINISHED = "row of a table in a {by} that it does not tell to its end"
# A week belongs to the month (quarter, year) that holds its Thursday, as ISO 8601 has it of years; all else to that of its first day.
MIDDLE = "f.when_start + CASE WHEN f.when_precision = 'week' THEN 3 ELSE 0 END"
ELSEWHERE = "row of a table without a place in the area"
Cell: TypeAlias = tuple[str, str, str]  # substance, area, "death@source"
Wanted: TypeAlias = tuple[str, str, str, date, date]
# What tells one table from another: its card, or without one the name of the file, and the mapping that read it ("table.harms@1|emergencies"):
# one card may have several tables, and the end of one is no fall of another.
STREAM = (
    "coalesce(nullif(f.source_id, ''), nullif(f.outlet, ''), 'table') || CASE WHEN f.rule LIKE 'table.%|%' "
    "THEN '/' || regexp_extract(f.rule, '[|](.*)$', 1) ELSE '' END"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TableCounts:
    """Cases of rows.

    Attributes:
        cells: which series, in order.
        counts: cases, shape (n_cells, n_times); NaN = nothing collected by that table.
        rows: rows behind them; left_out: rows that no series holds, by reason.
    """

    cells: tuple[Cell, ...]
    counts: FloatArray
    rows: int
    left_out: Mapping[str, int]


def kind_of(indicator: str) -> tuple[str, str]:
    """("death", "source") of "death@source"; ("harms", "") of an indicator of texts."""
    kind, _, stream = indicator.partition("@")
    return kind, stream


def table_days(store: Store, today: date) -> tuple[date, date] | None:
    """First and last day of which rows of tables tell, none after `today`; None without dated rows.

    A single week of rows after a hole in its table ends nothing: one mistyped date would close every alert. Two weeks are believed.
    """
    weeks = store.query(
        f"SELECT {STREAM} AS stream, CAST(date_trunc('week', least(f.when_end, ?)) AS DATE) AS week, min(f.when_start) AS first, "
        "max(least(f.when_end, ?)) AS last, count(*) AS n FROM facts f WHERE f.document_kind = 'table' AND f.when_basis <> 'unknown' "
        "AND f.when_precision IN ('day', 'week', 'month') "
        f"AND f.when_start BETWEEN CAST(? AS DATE) - INTERVAL {OLDEST} YEAR AND ? GROUP BY ALL ORDER BY ALL",
        [today] * 4,
    ).to_pylist()
    by_stream: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for r in weeks:
        by_stream[r["stream"]].append(r)
    for told in by_stream.values():
        n = np.full((told[-1]["week"] - told[0]["week"]).days // 7 + 1, np.nan)
        n[[(r["week"] - told[0]["week"]).days // 7 for r in told]] = [r["n"] for r in told]
        if n.size > 1 and not collected(n)[-2]:
            told.pop()
    kept = [r for told in by_stream.values() for r in told]
    return (min(r["first"] for r in kept), max(r["last"] for r in kept)) if kept else None


def table_sql(by: By, level: str, area: str | None, until: date) -> tuple[str, list[Any]]:
    """Common table expressions: `judged`, every row that may count with the reason for which it does not; `told`, what counts.

    A row that names no place of the level counts in the smallest that holds it: a national series is one of the country.
    """
    harms, seizures = (data_toml("taxonomy", "alerts.toml")["tables"][name] for name in ("harms", "seizures"))
    kinds = ", ".join(f"'{kind}'" for kind in (*harms, *seizures))
    if area is not None:
        code = area.replace("'", "''")
        placed = f"CASE WHEN '{code}' IN (f.place_code, f.place_department, f.place_region, f.place_country) THEN '{code}' END"
    else:
        above = {"department": "f.place_department, f.place_region, ", "region": "f.place_region, "}.get(
            level, ""
        )
        placed = f"coalesce({above}f.place_country)"
    precise = ", ".join(f"'{p}'" for p in PRECISE[by])
    sql = f"""
    WITH rows_read AS (
        SELECT f.id, f.doc_id, f.span_start AS line, coalesce(f.substance, '') AS substance, {placed} AS area, f.place_code,
            {STREAM} AS stream, lower(strip_accents(trim(coalesce(f.speaker, '')))) AS voice, f.grade, f.document_kind, f.kind,
            CASE f.type WHEN 'event' THEN f.kind ELSE f.type END || '@' || {STREAM} AS indicator,
            CASE f.type WHEN 'price' THEN f.eur_per_unit WHEN 'event' THEN coalesce(f.low, f.high, 1)
                ELSE (coalesce(f.low, f.high) + coalesce(f.high, f.low)) / 2 END AS figure,
            f.when_start, f.when_end, f.when_precision, f.when_basis, f.published_start,
            CAST(date_trunc('{by}', {MIDDLE}) AS DATE) AS period
        FROM facts f
        WHERE f.document_kind = 'table' AND f.assertion = 'affirmed' AND (
            f.type = 'event' AND f.kind IN ({kinds})
            OR f.type = 'load' AND f.substance IS NOT NULL
            OR f.type = 'purity' AND f.measure = 'purity' AND f.substance IS NOT NULL
            OR f.type = 'price' AND f.kind = 'retail' AND f.unit = 'g' AND f.substance IS NOT NULL)
    ), judged AS (
        SELECT *, CASE
            WHEN when_start IS NULL OR when_basis = 'unknown' THEN 'row of a table without a date'
            WHEN when_precision NOT IN ({precise}) THEN 'row of a table dated more coarsely than the {by}'
            WHEN greatest(when_start, coalesce(published_start, when_start)) > ? THEN 'row of a table of a later day'
            WHEN when_start < ? - INTERVAL {OLDEST} YEAR THEN 'row of a table older than {OLDEST} years'
            WHEN figure IS NULL THEN 'row of a table without a figure'
            WHEN area IS NULL THEN '{ELSEWHERE}'
            ELSE '' END AS reason
        FROM rows_read
    ), told AS (SELECT * FROM judged WHERE reason = '')
    """
    return sql, [until, until]


def read_table_counts(
    store: Store, starts: NDArray[np.datetime64], until: date, *, by: By, level: str, area: str | None, substance: str | None,
) -> TableCounts:  # fmt: skip
    """Cases of every substance, area and table, on the axis `starts`."""
    if not store.column("SELECT count(*) FROM documents WHERE kind = 'table'")[0]:
        return TableCounts(cells=(), counts=np.zeros((0, len(starts))), rows=0, left_out={})
    sql, values = table_sql(by, level, area, until)
    every = store.query(
        # Two facts of one kind in one row (deaths with two substances named as one) are one row: the larger stands.
        f"{sql}, once AS (SELECT substance, area, indicator, period, doc_id, line, max(figure) AS figure "
        f"FROM judged WHERE reason IN ('', '{ELSEWHERE}') GROUP BY ALL) "
        "SELECT substance, area, indicator, period, sum(figure) AS cases, count(*) AS rows, bool_or(figure = 0) AS zero FROM once "
        f"WHERE split_part(indicator, '@', 1) NOT IN {MEASURED} GROUP BY ALL ORDER BY ALL",
        values,
    ).to_pylist()
    left = {
        r["reason"]: int(r["n"])
        for r in store.query(
            f"{sql} SELECT reason, count(*) AS n FROM judged WHERE reason <> '' GROUP BY reason ORDER BY reason",
            values,
        ).to_pylist()
    }
    at = {start: n for n, start in enumerate(starts.tolist())}
    begun = _begun(store, sql, values, by)
    for r in every:
        if begun.get(r["indicator"]) == r["period"]:
            left[UNFINISHED.format(by=by)] = left.get(UNFINISHED.format(by=by), 0) + int(r["rows"])
    rows = [r for r in every if r["period"] in at and begun.get(r["indicator"]) != r["period"]]
    chosen = [r for r in rows if r["area"] is not None and (substance is None or r["substance"] == substance)]
    # A series of nothing but zeros is no series to judge, as for texts.
    cells = sorted({(r["substance"], r["area"], r["indicator"]) for r in chosen if r["cases"] > 0})
    place = {cell: n for n, cell in enumerate(cells)}
    counts = np.zeros((len(cells), len(starts)))
    for r in chosen:
        cell = (r["substance"], r["area"], r["indicator"])
        if cell in place:
            counts[place[cell], at[r["period"]]] += float(r["cases"])
    counts[~_covered(rows, cells, at)] = np.nan
    return TableCounts(
        cells=tuple(cells), counts=counts, rows=int(sum(r["rows"] for r in chosen)), left_out=left
    )


def _begun(store: Store, sql: str, values: Sequence[Any], by: By) -> dict[str, date]:
    """Of each table whose rows end inside a period, that period: its cases are not all told yet.

    A table may end as many days early as three of its usual steps are long: weeks may be dated by their Monday.
    """
    ends = store.query(
        f"{sql} SELECT indicator, max(period) AS period, max(when_end) AS last, "
        f"CASE WHEN bool_and(when_precision = 'week') THEN 3 WHEN count(DISTINCT when_start) >= {FEW} "
        "THEN ceil(3.0 * (max(when_start) - min(when_start)) / (count(DISTINCT when_start) - 1)) ELSE 31 END AS slack "
        f"FROM judged WHERE reason IN ('', '{ELSEWHERE}') GROUP BY indicator",
        values,
    ).to_pylist()
    return {
        r["indicator"]: r["period"]
        for r in ends
        if r["last"] + timedelta(days=int(r["slack"])) < period_end(r["period"], by)
    }


def period_end(start: date, by: By) -> date:
    """Last day of the period that begins on `start`."""
    if by == "week":
        return start + timedelta(days=6)
    return (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _covered(
    rows: Sequence[Mapping[str, Any]], cells: Sequence[Cell], at: Mapping[date, int]
) -> NDArray[np.bool_]:
    """Of each cell the periods in which its table was kept, shape (n_cells, n_times)."""
    nothing = partial(np.full, len(at), np.nan)
    whole: dict[str, FloatArray] = defaultdict(nothing)
    near: dict[tuple[str, str], FloatArray] = defaultdict(nothing)
    own: dict[Cell, set[int]] = defaultdict(set)
    zeros: set[str] = set()
    for r in rows:
        t = at[r["period"]]
        for told in (
            whole[r["indicator"]],
            near[r["indicator"], r["area"] or ""],
        ):  # "": outside of the area that is asked for
            told[t] = np.nan_to_num(told[t]) + float(r["cases"])
        own[r["substance"], r["area"], r["indicator"]].add(t)
        if r["zero"]:
            zeros.add(r["indicator"])
    everywhere = {indicator: collected(told) for indicator, told in whole.items()}
    found = np.zeros((len(cells), len(at)), dtype=bool)
    for n, (substance, area, indicator) in enumerate(cells):
        seen = np.flatnonzero(np.isfinite(near[indicator, area]))
        mine = own[substance, area, indicator]
        if indicator in zeros:
            # A table that writes its zeros says of every period whether it was kept; what it did not name yet was at zero.
            found[n, [t for t in seen.tolist() if t in mine or t < min(mine)]] = True
        else:
            here = collected(near[indicator, area])
            # Before its first and after its last case an area is still covered by a table that goes on.
            here[: seen[0]], here[seen[-1] + 1 :] = True, True
            found[n] = everywhere[indicator] & here
    return found


def read_rows(
    store: Store, wanted: Sequence[Wanted], *, by: By, level: str, area: str | None, until: date
) -> list[list[dict[str, Any]]]:
    """The rows behind counts: for each (substance, area, indicator, first period, last period) its facts, as `counts.read_reports` has them,
    with `cases`, the figure, and `line`, which tells the rows of one document apart. Rows that state a zero are none."""
    found: list[list[dict[str, Any]]] = [[] for _ in wanted]
    if not wanted:
        return found
    sql, values = table_sql(by, level, area, until)
    asked = "(SELECT unnest(?) AS n, unnest(?) AS s, unnest(?) AS a, unnest(?) AS i, unnest(?) AS since, unnest(?) AS upto)"
    columns: list[list[Any]] = [list(range(len(wanted))), *([w[k] for w in wanted] for k in range(5))]
    query = (
        f"{sql} SELECT w.n, t.id, t.doc_id, t.line, t.period, t.voice, t.grade, t.document_kind, t.kind, t.figure AS persons, "
        f"t.figure AS cases, t.indicator FROM told t JOIN {asked} w ON t.substance = w.s AND t.area = w.a AND t.indicator = w.i "
        "AND t.period BETWEEN w.since AND w.upto WHERE t.figure > 0 ORDER BY w.n, t.period, t.doc_id, t.line, t.id"
    )
    for row in store.query(query, [*values, *columns]).to_pylist():
        found[row.pop("n")].append(row)
    return found
