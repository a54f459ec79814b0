"""What the overview counts, kept as sums by week, area and substance, and brought up to date with each writing.

In: the connection of a store, inside the transaction that writes, replaces or erases documents. Out: rows of `overview_pending`
(what came, and with a minus what went), folded into the tables of sums at the end of a run (`fold`). Every question adds up both, so that
it is exact at any moment, also after a kill. Nothing is counted anew but for an older store (`fill`).
Left out: what is asked of them (`overview.py`); near-copies of single sentences, which no sum can tell.

A new writer of documents or observations calls `enter` (or `enter_rows`) after it wrote, and `leave` before it changes or removes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from vigie.store.database import Connection

VERSION = 1  # of what is counted: another one is filled anew
FOLD_FROM = 20_000  # pending rows: fewer are as soon added up by each question as folded once
_MERGE_FROM = (
    4  # rows of a period are merged once one in so many is new: each row is then merged a few times in all
)
_BULK = 500_000  # observations given at once: they go straight into the sums
_SLICE = 2_000_000  # observations counted at a time when a store is filled: what the windows over them take in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """A table of sums.

    Attributes:
        keys: its columns that tell rows apart.
        measures: column -> what a pending row gives to it, times included.
        where: which pending rows belong to it.
        slot: SQL of the part in which rows are merged together.
    """

    name: str
    keys: tuple[str, ...]
    measures: Mapping[str, str]
    where: str
    slot: str = "period"


_AREA = ("department", "region", "country")
_SPOKEN = ("source_id", "outlet")
_PUBLISHED = ("published_start", "published_end")
_COUNTED = {"counted": "CASE WHEN counted THEN times ELSE 0 END", "statements": "times"}
_FACT, _PRICE = "what = 'fact'", "what = 'fact' AND counted AND eur IS NOT NULL"
_MONTH = "coalesce(left(published_start::VARCHAR, 7), '')"
TABLES = (
    Sums(name="overview_facts", keys=("week", "period", *_AREA, "substance", "type"), measures=_COUNTED, where=_FACT),
    Sums(
        name="overview_sources", keys=("period", *_AREA, "substance", *_SPOKEN), measures={"counted": "times"},
        where=f"{_FACT} AND counted",
    ),
    Sums(
        name="overview_area_sources", keys=("period", *_AREA, *_SPOKEN), measures={"counted": "times"}, where=f"{_FACT} AND counted",
    ),
    Sums(
        name="overview_substance_sources", keys=("period", "substance", *_SPOKEN), measures={"counted": "times"},
        where=f"{_FACT} AND counted",
    ),
    Sums(
        name="overview_prices", keys=("period", "country", "substance", "kind", "unit", "eur"), measures={"counted": "times"},
        where=_PRICE,
    ),
    Sums(
        name="overview_area_prices", keys=("period", *_AREA, "substance", "kind", "unit", "eur"), measures={"counted": "times"},
        where=_PRICE,
    ),
    Sums(
        name="overview_documents", keys=(*_PUBLISHED, *_SPOKEN, "kind", "grade", "lang"),
        measures={"documents": "times", "copies": "CASE WHEN counted THEN times ELSE 0 END"}, where="what = 'document'", slot=_MONTH,
    ),
    Sums(name="overview_published", keys=(*_PUBLISHED, "substance", "type"), measures=_COUNTED, where=_FACT, slot=_MONTH),
)  # fmt: skip
NAMED = {table.name: table for table in TABLES}

# What makes a document say a thing once, as `vigie.report.facts` has it: all of it but the place. Rows of a table are each a statement.
_ONCE = (
    "hash(CASE WHEN d.document_kind = 'table' THEN o.id END, o.type, o.substance, o.kind, o.when_start, o.when_end, o.low, o.high, "
    "o.unit, o.eur_per_unit, o.measure, o.family, o.code, o.indicator, o.direction, o.origin_label, o.destination_label)"
)
_FACTS_FROM = (
    *("id", "doc_id", "type", "substance", "kind", "when_start", "when_end", "low", "high", "unit", "eur_per_unit"),
    *("measure", "family", "code", "indicator", "direction", "origin_label", "destination_label", "assertion"),
    *("span_start", "span_end", "place_code", "place_level", "place_department", "place_region", "place_country"),
)  # fmt: skip
_DOCUMENTS_FROM = (
    *("doc_id", "kind", "grade", "lang", "source_id", "outlet", "published_start", "published_end", "satire"),
    "original_id",
)
READ = {"documents": _DOCUMENTS_FROM, "observations": _FACTS_FROM}  # columns that what is counted depends on


def _held(level: str) -> str:
    """A department that is the place itself holds the place."""
    return (
        f"coalesce(CASE WHEN o.place_level = '{level}' AND o.place_code <> '' THEN o.place_code ELSE o.place_{level} END, '') "
        f"AS {level}"
    )


_SAME = "o.when_start <= o.when_end AND {0}(o.when_start) = {0}(o.when_end)"
_ROWS = f"""
WITH d AS (
    SELECT d.doc_id, d.kind AS document_kind, d.grade, d.lang, coalesce(d.satire, false) AS satire, d.published_start, d.published_end,
        d.original_id IS NOT NULL AS copy, d.source_id AS own_id, CASE WHEN d.source_id = '' THEN d.outlet ELSE '' END AS own_outlet,
        CASE WHEN d.original_id IS NULL THEN d.source_id ELSE coalesce(g.source_id, '') END AS source_id,
        CASE WHEN d.original_id IS NULL THEN CASE WHEN d.source_id = '' THEN d.outlet ELSE '' END
            WHEN coalesce(g.source_id, '') = '' THEN coalesce(g.outlet, '') ELSE '' END AS outlet
    FROM ({{documents}}) d LEFT JOIN documents g ON g.doc_id = d.original_id
), f AS (
    SELECT o.doc_id, o.id, o.span_start, o.span_end, o.assertion = 'affirmed' AND NOT d.satire AS affirmed, {_ONCE} AS once,
        o.place_code AS placed,
        CASE WHEN o.when_start <= o.when_end AND date_trunc('week', o.when_start) = date_trunc('week', o.when_end)
            THEN date_trunc('week', o.when_start)::DATE END AS week,
        CASE WHEN NOT coalesce({_SAME.format("year")}, false) THEN ''
            WHEN {_SAME.format("month")} THEN left(o.when_start::VARCHAR, 7)
            WHEN {_SAME.format("quarter")} THEN left(o.when_start::VARCHAR, 4) || '-Q' || quarter(o.when_start)
            ELSE left(o.when_start::VARCHAR, 4) END AS period,
        {_held("department")}, {_held("region")}, {_held("country")}, coalesce(o.substance, '') AS substance, o.type,
        CASE WHEN o.type = 'price' THEN coalesce(o.kind, '') ELSE '' END AS kind,
        CASE WHEN o.type = 'price' THEN coalesce(o.unit, '') ELSE '' END AS unit, CASE WHEN o.type = 'price' THEN o.eur_per_unit END AS eur,
        d.source_id, d.outlet, d.published_start, d.published_end
    FROM ({{observations}}) o JOIN d ON d.doc_id = o.doc_id
), n AS (SELECT *, {{judged}} AS counted FROM f)
SELECT {{sign}} AS times, 'fact' AS what, week, period, department, region, country, substance, type, kind, unit,
    CASE WHEN counted THEN eur END AS eur, counted, source_id, outlet, published_start, published_end, '' AS grade, '' AS lang
FROM n
UNION ALL BY NAME
SELECT {{sign}} AS times, 'document' AS what, NULL AS week, '' AS period, '' AS department, '' AS region, '' AS country,
    '' AS substance, '' AS type, document_kind AS kind, '' AS unit, NULL AS eur, copy AS counted, own_id AS source_id,
    own_outlet AS outlet, published_start, published_end, grade, lang
FROM d WHERE doc_id IN ({{fresh}})
"""  # fmt: skip
# What a document says twice counts once, with its place where it has one; rows of tables are each a statement.
_JUDGED = (
    "affirmed AND row_number() OVER (PARTITION BY affirmed, doc_id, once, placed ORDER BY span_start, span_end, id) = 1 "
    "AND (placed IS NOT NULL OR NOT bool_or(placed IS NOT NULL) OVER (PARTITION BY affirmed, doc_id, once))"
)
_INSERT = "INSERT INTO overview_pending BY NAME "
_ALL = {"observations": "SELECT * FROM observations", "documents": "SELECT * FROM documents"}
_CHOSEN = {
    "observations": "SELECT * FROM observations WHERE doc_id IN (SELECT doc_id FROM overview_chosen)",
    "documents": "SELECT * FROM documents WHERE doc_id IN (SELECT doc_id FROM overview_chosen)",
    "fresh": "SELECT doc_id FROM overview_chosen",
}


def enter(connection: Connection, doc_ids: Collection[str]) -> None:
    """Count stored documents with all their observations; those that are not stored count nothing."""
    _add(connection, doc_ids, 1)


def leave(connection: Connection, doc_ids: Collection[str], *, copies: bool = True) -> list[str]:
    """Count them no more; their ids, and with `copies` those of their copies, which speak for them: `enter` them once they changed."""
    ids = sorted(set(doc_ids))
    if copies and ids:
        sql = "SELECT doc_id FROM documents WHERE original_id IN (SELECT unnest(?))"
        ids = sorted({*ids, *(row[0] for row in connection.execute(sql, [ids]).fetchall())})
    _add(connection, ids, -1)
    return ids


@contextmanager
def changing(connection: Connection, doc_ids: Collection[str], *, copies: bool = True) -> Iterator[None]:
    """Around a change of stored documents that keep their ids, or go, within one transaction."""
    left = leave(connection, doc_ids, copies=copies)
    yield
    enter(connection, left)


def enter_rows(
    connection: Connection,
    *,
    documents: pa.Table,
    observations: pa.Table,
    fresh: Collection[str] | None = None,
) -> None:
    """Count rows that were just written, without looking for them in the store.

    Args:
        documents: all that the observations belong to, with their columns as they are stored.
        observations: a column that is not given is empty.
        fresh: documents that are new; None for all of them. Of the others only the observations given come in.
    """
    given = {"documents": (documents, _DOCUMENTS_FROM), "observations": (observations, _FACTS_FROM)}
    parts = {}
    for name, (rows, columns) in given.items():
        there = [column for column in columns if column in rows.column_names]
        connection.register(f"overview_{name}_given", rows.select(there))
        parts[name] = (
            f"SELECT {', '.join(columns)} FROM ((SELECT {', '.join(columns)} FROM {name} LIMIT 0) "
            f"UNION ALL BY NAME SELECT * FROM overview_{name}_given)"
        )
    new = documents["doc_id"] if fresh is None else pa.array(sorted(fresh), pa.string())
    connection.register("overview_fresh", pa.table({"doc_id": new}))
    tables = pc.all(pc.equal(documents["kind"], "table")).as_py()
    sql = _ROWS.format(
        **parts, sign=1, judged="affirmed" if tables else _JUDGED, fresh="SELECT doc_id FROM overview_fresh"
    )
    try:
        if observations.num_rows < _BULK:
            connection.execute(_INSERT + sql)
        else:
            _take(connection, sql)
    finally:
        for name in ("overview_documents_given", "overview_observations_given", "overview_fresh"):
            connection.unregister(name)


def fold(connection: Connection, *, everything: bool = False) -> None:
    """Bring the tables of sums up to date, in one transaction of its own; with `everything` however little there is, and so that no row tells of
    what went."""
    pending = _count(connection, "overview_pending")
    if not everything and pending < FOLD_FROM:
        return
    connection.execute("BEGIN")
    try:
        if pending >= FOLD_FROM or any(_count(connection, name) for name in NAMED):
            _fold(connection, everything=everything)
        else:  # a small store: all that there is waits, and what came and went is one row
            _collapse(connection)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def fill_if_due(connection: Connection) -> None:
    """Fill the tables of a store that has them since now, or in which they count something else."""
    found = connection.execute("SELECT version FROM overview_state").fetchall()
    if found != [(VERSION,)]:
        fill(connection)


def fill(connection: Connection) -> None:
    """Work all out from what is stored, in one transaction. Memory: that of `_SLICE` observations."""
    connection.execute("BEGIN")
    try:
        for name in ("overview_state", "overview_pending", *NAMED):
            connection.execute(f"DELETE FROM {name}")
        slices = max(1, -(-_count(connection, "observations") // _SLICE))
        for number in range(slices if _count(connection, "documents") else 0):
            part = f"WHERE hash(doc_id) % {slices} = {number}"
            rows = {name: f"{sql} {part}" for name, sql in _ALL.items()}
            fresh = f"SELECT doc_id FROM documents {part}"
            sql = _ROWS.format(**rows, sign=1, judged=_JUDGED, fresh=fresh)
            if slices == 1 and _count(connection, "observations") < FOLD_FROM:
                connection.execute(_INSERT + sql)
            else:
                _take(connection, sql)
        connection.execute("INSERT INTO overview_state VALUES (?)", [VERSION])
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def mend(connection: Connection) -> None:
    """Work all out again where it is no count of what is stored: somebody changed the file by hand."""
    if differing(connection):
        fill(connection)


def filled(connection: Connection) -> bool:
    """Whether the tables may be asked."""
    return bool(connection.execute("SELECT version FROM overview_state").fetchall() == [(VERSION,)])


def now(name: str) -> str:
    """SQL of a table of sums as it stands, pending rows included; rows of one key are to be summed."""
    table = NAMED[name]
    keys = ", ".join(table.keys)
    sums = ", ".join(f"({sql})::BIGINT AS {column}" for column, sql in table.measures.items())
    return (
        f"(SELECT {keys}, {', '.join(table.measures)} FROM {name} "
        f"UNION ALL SELECT {keys}, {sums} FROM overview_pending WHERE {table.where})"
    )


def differing(connection: Connection) -> list[str]:
    """Tables that do not hold what a count of all that is stored gives; for `vigie doctor`. Nothing is changed."""
    counted = _ROWS.format(**_ALL, sign=1, judged=_JUDGED, fresh="SELECT doc_id FROM documents")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE overview_counted AS {counted}")
    found = []
    for table in TABLES:
        keys, measures = ", ".join(table.keys), list(table.measures)
        less = ", ".join(f"-({sql}) AS {column}" for column, sql in table.measures.items())
        sums = " OR ".join(f"sum({column}) <> 0" for column in measures)
        sql = (
            f"SELECT EXISTS (SELECT 1 FROM (SELECT {keys}, {', '.join(measures)} FROM {now(table.name)} UNION ALL "
            f"SELECT {keys}, {less} FROM temp.overview_counted WHERE {table.where}) GROUP BY {keys} HAVING {sums})"
        )
        if connection.execute(sql).fetchall()[0][0]:
            found.append(table.name)
    connection.execute("DROP TABLE temp.overview_counted")
    return found


def _add(connection: Connection, doc_ids: Collection[str], sign: int) -> None:
    if not doc_ids:
        return
    connection.register("overview_chosen", pa.table({"doc_id": pa.array(sorted(set(doc_ids)), pa.string())}))
    try:
        connection.execute(_INSERT + _ROWS.format(**_CHOSEN, sign=sign, judged=_JUDGED))
    finally:
        connection.unregister("overview_chosen")


def _take(connection: Connection, sql: str) -> None:
    """Rows straight into the sums."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE overview_taken AS {sql}")
    _fold(connection, "temp.overview_taken")
    connection.execute("DROP TABLE temp.overview_taken")


def _fold(connection: Connection, taken: str = "overview_pending", *, everything: bool = False) -> None:
    for table in TABLES:
        keys = ", ".join(table.keys)
        sums = ", ".join(f"sum({sql}) AS {column}" for column, sql in table.measures.items())
        some = " OR ".join(f"{column} <> 0" for column in table.measures)
        connection.execute(  # what comes in the first rows of its period is merged as it comes
            f"INSERT INTO {table.name} BY NAME SELECT *, {table.slot} NOT IN (SELECT DISTINCT {table.slot} FROM {table.name}) AS merged "
            f"FROM (SELECT {keys}, {sums} FROM {taken} WHERE {table.where} GROUP BY {keys}) WHERE {some}"
        )
        _merge(connection, table, everything=everything)
    connection.execute(f"DELETE FROM {taken}")


def _collapse(connection: Connection) -> None:
    """One pending row a key."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE overview_merged AS SELECT sum(times)::INTEGER AS times, * EXCLUDE (times) FROM overview_pending "
        "GROUP BY ALL HAVING sum(times) <> 0"
    )
    connection.execute("DELETE FROM overview_pending")
    connection.execute("INSERT INTO overview_pending BY NAME SELECT * FROM overview_merged")
    connection.execute("DROP TABLE temp.overview_merged")


def _merge(connection: Connection, table: Sums, *, everything: bool) -> None:
    """One row a key again, in the periods in which many rows are new; with `everything` also where something went."""
    lost = " OR ".join(f"min({column}) < 0" for column in table.measures) if everything else "false"
    slots = (
        f"SELECT {table.slot} AS slot FROM {table.name} GROUP BY slot "
        f"HAVING count_if(NOT merged) > 0 AND (count_if(NOT merged) * {_MERGE_FROM} >= count_if(merged) OR {lost})"
    )
    chosen = [row[0] for row in connection.execute(slots).fetchall()]
    if not chosen:
        return
    keys = ", ".join(table.keys)
    sums = ", ".join(f"sum({column})::BIGINT AS {column}" for column in table.measures)
    some = " OR ".join(f"sum({column}) <> 0" for column in table.measures)
    part = f"{table.slot} IN (SELECT unnest(?))"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE overview_merged AS SELECT {keys}, {sums}, true AS merged FROM {table.name} WHERE {part} "
        f"GROUP BY {keys} HAVING {some}",
        [chosen],
    )
    connection.execute(f"DELETE FROM {table.name} WHERE {part}", [chosen])
    connection.execute(f"INSERT INTO {table.name} BY NAME SELECT * FROM overview_merged")
    connection.execute("DROP TABLE temp.overview_merged")


def _count(connection: Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])
