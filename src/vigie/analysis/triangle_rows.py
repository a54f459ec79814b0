"""What is stored of every substance, area and kind of source, by month or week: what triangulation is made from.

In: an open store, assessed. Out: Observed: columns of statements and of what was read, small enough to stand in a file of pages.
One row is one measure, substance, place, source and period. Copies, satire and all but what is affirmed are left out; of trends what is reported
counts too. A fact whose date is coarser than the period is left out; a week
is one of the month that holds its Thursday (ISO 8601), so that a quarter has the same weeks by month and by week.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import pyarrow as pa

from vigie.analysis.table_counts import MIDDLE, STREAM
from vigie.lexicon.terms import data_toml
from vigie.store import Store

By: TypeAlias = Literal["week", "month"]
# figure: cases of a table, reports of texts (three of one source at the most), the middle of levels, the direction that a source states.
ROWS = {
    "measure": pa.string(), "substance": pa.string(), "place": pa.string(), "department": pa.string(), "region": pa.string(),
    "country": pa.string(), "source": pa.string(), "period": pa.date32(), "figure": pa.float64(), "n": pa.int64(), "zero": pa.bool_(),
}  # fmt: skip
READ = {
    "source": pa.string(),
    "area": pa.string(),
    "country": pa.string(),
    "period": pa.date32(),
    "documents": pa.int64(),
}
_AT_A_TIME = 150_000  # statements: a store of any size is read in the memory that its database has by default
_MOST_REPORTS = 3  # of one source in one period, as data/taxonomy/alerts.toml has it


# first, last: days of which its rows tell; slack: days by which a table that goes on may end before a period does.
TABLES = {
    "measure": pa.string(),
    "source": pa.string(),
    "first": pa.date32(),
    "last": pa.date32(),
    "slack": pa.int64(),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observed:
    """Columns of ROWS, READ and TABLES."""

    by: By
    rows: pa.Table
    read: pa.Table
    tables: pa.Table


def read_observed(store: Store, *, by: By = "month") -> Observed:
    """All that is stored of every substance and area."""
    found = read_observed_within(store, most=None, by=by)
    assert found is not None
    return found


def read_observed_within(store: Store, *, most: int | None, by: By = "month") -> Observed | None:
    """The same; None where it has more rows than `most`, known before they are all fetched."""
    (statements,) = store.column("SELECT count(*) FROM observations")
    shares = 1 + int(statements) // _AT_A_TIME

    def taken(sql: str, columns: Mapping[str, pa.DataType]) -> pa.Table:
        return store.query(sql).select(list(columns)).cast(pa.schema(columns.items()))

    rows: list[pa.Table] = []
    for share in range(shares):
        # No group reaches beyond one substance and place.
        rows.append(
            taken(_told_sql(by, f"hash(f.substance, f.place_code) % {shares} = {share}") + _ROWS, ROWS)
        )
        if most is not None and sum(part.num_rows for part in rows) > most:
            return None
    tables = [
        taken(
            _told_sql(by, f"f.document_kind = 'table' AND hash({STREAM}) % {shares} = {share}") + _TABLES,
            TABLES,
        )
        for share in range(shares)
    ]
    return Observed(
        by=by, rows=_ordered(rows), read=taken(_READ.format(by=by), READ), tables=_ordered(tables)
    )


def _ordered(parts: Sequence[pa.Table]) -> pa.Table:
    whole = pa.concat_tables(parts)
    return whole.sort_by([(name, "ascending") for name in whole.column_names])


def _told_sql(by: By, chosen: str) -> str:
    """`chosen`: which statements, as a condition."""
    tables: Mapping[str, Any] = data_toml("taxonomy", "alerts.toml")["tables"]
    harms, seizures = (", ".join(f"'{k}'" for k in tables[name]) for name in ("harms", "seizures"))
    voice = "lower(strip_accents(trim(coalesce(f.speaker, ''))))"
    return f"""
    WITH papers AS (
        -- Not the view `facts`: its joins carry the sentences of a million statements, which nothing here asks for. Speakers as in the view.
        SELECT d.doc_id, d.source_id, d.outlet, d.kind AS document_kind, d.published_start, d.published_end, s.country AS source_country,
            CASE WHEN d.original_id IS NULL THEN coalesce(nullif(trim(s.publisher), ''), nullif(d.source_id, ''), d.outlet)
                ELSE coalesce(nullif(trim(gs.publisher), ''), nullif(g.source_id, ''), g.outlet, '') END AS speaker
        FROM documents d LEFT JOIN sources s ON s.source_id = d.source_id
            LEFT JOIN documents g ON g.doc_id = d.original_id LEFT JOIN sources gs ON gs.source_id = g.source_id
        WHERE NOT coalesce(d.satire, false) AND d.copied IS NULL
    ), told AS (
        SELECT f.substance, coalesce(f.place_code, '') AS place, coalesce(f.place_department, '') AS department,
            coalesce(f.place_region, '') AS region,
            coalesce(f.place_country, CASE WHEN f.place_code IS NULL THEN upper(f.source_country) END, '') AS country, f.doc_id, f.span_start AS line,
            f.document_kind = 'table' AS tabled, CASE WHEN f.document_kind = 'table' THEN {STREAM} ELSE {voice} END AS source,
            CASE WHEN f.when_basis <> 'unknown'
                AND (f.when_precision = 'week' OR date_trunc('{by}', f.when_start) = date_trunc('{by}', f.when_end))
                THEN CAST(date_trunc('{by}', {MIDDLE}) AS DATE) END AS stated,
            CASE WHEN date_trunc('{by}', f.published_start) = date_trunc('{by}', f.published_end)
                THEN CAST(date_trunc('{by}', f.published_start) AS DATE) END AS published,
            f.assertion = 'affirmed' AS affirmed,
            CASE WHEN f.type = 'price' AND f.kind = 'retail' AND f.unit = 'g' THEN 'price'
                WHEN f.type = 'purity' AND f.measure = 'purity' THEN 'purity' WHEN f.type = 'load' THEN 'load'
                WHEN f.type = 'event' AND f.kind IN ({harms}, {seizures}) THEN f.kind
                WHEN f.type = 'quantity' AND f.kind = 'seized' THEN 'seized'
                WHEN f.type = 'trend' THEN 'words.' || f.indicator ELSE '' END AS what,
            CASE f.type WHEN 'price' THEN f.eur_per_unit WHEN 'event' THEN coalesce(f.low, f.high, 1)
                WHEN 'trend' THEN CASE f.direction WHEN 'up' THEN 1 WHEN 'emerging' THEN 1 WHEN 'down' THEN -1 ELSE 0 END
                ELSE (coalesce(f.low, f.high) + coalesce(f.high, f.low)) / 2 END AS figure, f.when_start, f.when_end, f.when_precision
        FROM (SELECT o.*, p.* EXCLUDE (doc_id) FROM observations o JOIN papers p ON p.doc_id = o.doc_id) f
        WHERE f.substance IS NOT NULL AND f.assertion IN ('affirmed', 'reported') AND {chosen}
    ), measured AS (
        SELECT *, CASE WHEN tabled THEN CASE what WHEN 'price' THEN 'prices.price' WHEN 'purity' THEN 'drug-checking.purity'
                WHEN 'load' THEN 'wastewater.load' WHEN 'seized' THEN NULL WHEN '' THEN NULL
                ELSE CASE WHEN what IN ({seizures}) THEN 'seizures.' ELSE 'harms.' END || what END
            WHEN what LIKE 'words.%' THEN what WHEN what IN ('price', 'purity') THEN 'text.' || what
            WHEN what IN ({harms}) THEN 'text.harms' WHEN what IN ({seizures}, 'seized') THEN 'text.seizures' END AS measure,
            coalesce(stated, CASE WHEN NOT tabled THEN published END) AS period
        FROM told WHERE (affirmed OR what LIKE 'words.%')
    )
    """


_ROWS = f"""
    , cases AS (  -- two facts of one kind in one row of a table are one row: the larger stands
        SELECT measure, substance, place, department, region, country, source, period, doc_id, line, max(figure) AS figure
        FROM measured WHERE tabled AND figure IS NOT NULL AND (measure LIKE 'harms.%' OR measure LIKE 'seizures.%') GROUP BY ALL
    ), every AS (
        SELECT measure, substance, place, department, region, country, source, period, sum(figure) AS figure, count(*) AS n,
            bool_or(figure = 0) AS zero FROM cases GROUP BY ALL
        UNION ALL SELECT measure, substance, place, department, region, country, source, period, median(figure), count(*), false
        FROM measured WHERE figure > 0 AND measure IN ('text.price', 'text.purity', 'prices.price', 'drug-checking.purity', 'wastewater.load')
        GROUP BY ALL
        UNION ALL SELECT measure, substance, place, department, region, country, source, period, sign(sum(figure)), count(*), false
        FROM measured WHERE measure LIKE 'words.%' GROUP BY ALL
        UNION ALL SELECT measure, substance, place, department, region, country, source, period,
            least(count(DISTINCT doc_id), {_MOST_REPORTS}), count(*), false
        FROM measured WHERE measure IN ('text.harms', 'text.seizures') AND figure IS NOT NULL GROUP BY ALL
        UNION ALL SELECT 'text.mentions', substance, place, department, region, country, source, coalesce(published, stated), 1, count(*), false
        FROM measured WHERE NOT tabled GROUP BY ALL
    )
    SELECT measure, substance, place, department, region, country, source, period, CAST(figure AS DOUBLE) AS figure, n, zero
    FROM every WHERE measure IS NOT NULL AND period IS NOT NULL
"""
_TABLES = """
    SELECT measure, source, min(when_start) AS first, max(when_end) AS last,
        CASE WHEN bool_and(when_precision = 'day') AND count(DISTINCT when_start) > 1
            THEN CAST(ceil(3.0 * (max(when_start) - min(when_start)) / (count(DISTINCT when_start) - 1)) AS BIGINT)
            WHEN bool_and(when_precision = 'week') THEN 3 ELSE 6 END AS slack
    FROM measured WHERE tabled AND measure IS NOT NULL AND period IS NOT NULL GROUP BY ALL
"""


_READ = """
    SELECT lower(strip_accents(trim(coalesce(nullif(trim(s.publisher), ''), nullif(d.source_id, ''), d.outlet, '')))) AS source,
        upper(coalesce(s.area, '')) AS area, upper(coalesce(s.country, '')) AS country,
        CAST(date_trunc('{by}', published_start) AS DATE) AS period, count(*) AS documents
    FROM documents d LEFT JOIN sources s ON s.source_id = d.source_id
    WHERE NOT coalesce(d.satire, false) AND d.copied IS NULL AND d.kind <> 'table'
        AND date_trunc('{by}', published_start) = date_trunc('{by}', published_end)
    GROUP BY ALL ORDER BY ALL
"""
