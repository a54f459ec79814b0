"""Tables that say who speaks for themselves: prints of texts, copies, satire, credibility.

In: an open store; prints and verdicts from `vigie.assess`. Out: pairs of documents that may be copies, statements to be
judged; the columns `satire`, `original_id`, `copied` of documents and `credibility*`, `corroborated` of observations.
Work grows with the hashes stored, not with pairs of documents: each hash leads to the first document that holds it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from vigie.store import weekly
from vigie.store.database import Connection
from vigie.store.store import Store, _Transaction
from vigie.text.fingerprint import Print

_PAGE = 500  # texts held at a time
_MOST_ORIGINALS = 5  # documents that one document is compared with
_HINT = 0.1  # share of its sampled hashes from which two texts are compared: well below every threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A document that may be a copy (`spun`: a reworded one), and the earlier one that holds `share` of its sampled hashes."""

    copy: str
    original: str
    spun: bool
    share: float


def forget_stale(store: Store) -> None:
    """Drop prints whose text is gone or changed, and copies whose original is gone: they are compared again."""
    with _writing(store) as db:
        orphans = (
            "SELECT doc_id FROM documents WHERE original_id IS NOT NULL "
            "AND original_id NOT IN (SELECT doc_id FROM documents)"
        )
        db.execute(
            "DELETE FROM prints WHERE NOT EXISTS (FROM documents d WHERE d.doc_id = prints.doc_id "
            f"AND d.text IS NOT NULL AND md5(d.text) = prints.of_text) OR doc_id IN ({orphans})"
        )
        alone = store.column(orphans)
        if alone:
            with weekly.changing(db, alone, copies=False):
                db.execute(
                    f"UPDATE documents SET original_id = NULL, copied = NULL WHERE doc_id IN ({orphans})"
                )


def unprinted(store: Store) -> Iterator[list[tuple[str, str]]]:
    """(id, text) of documents without a print, page by page; prints may be written between two pages."""
    while True:
        sql = (
            "SELECT doc_id, text FROM documents ANTI JOIN prints USING (doc_id) "
            "WHERE text IS NOT NULL AND kind <> 'table' ORDER BY doc_id LIMIT ?"
        )
        page = [(row["doc_id"], row["text"]) for row in store.query(sql, [_PAGE]).to_pylist()]
        if not page:
            return
        yield page


def write_prints(store: Store, found: Mapping[str, Print]) -> None:
    table = pa.table(
        {
            "doc_id": list(found),
            "runs": pa.array([list(p.runs) for p in found.values()], pa.list_(pa.uint32())),
            "pairs": pa.array([list(p.pairs) for p in found.values()], pa.list_(pa.uint32())),
        }
    )
    with _writing(store, table) as db:
        db.execute(
            "INSERT INTO prints BY NAME SELECT i.*, md5(d.text) AS of_text "
            "FROM incoming i JOIN documents d USING (doc_id)"
        )


def pairs(
    store: Store,
    new: Collection[str],
    relays: Sequence[str],
    spun_kinds: Sequence[str],
    signed: Sequence[str] = (),
) -> list[Pair]:
    """Pairs worth comparing in which one of `new` stands.

    Originals are the earliest; of one day an agency, what no agency signed, the best graded, the longest; `relays` come last.
    A hash leads to the first document that holds it and to the one published just before: of a stock phrase the first is of
    long ago.

    Args:
        signed: what stands in a text that an agency signed, whatever its case.
    """
    sql = f"""
        WITH rank AS (
            SELECT doc_id, kind, published_start, len({{column}}) AS size, {{column}} AS hashes, row_number() OVER (
                ORDER BY list_contains($relays, kind), published_start NULLS LAST, kind <> 'agency', signed, grade, chars DESC, doc_id) AS n
            FROM (SELECT *, $signed <> '' AND regexp_matches(coalesce(text, ''), $signed) AS signed FROM documents)
            JOIN prints USING (doc_id)),
        each AS (
            SELECT n, published_start, unnest(hashes) AS hash FROM rank),
        near AS (
            SELECT n, hash, min(n) OVER (PARTITION BY hash) AS head,
                lag(n) OVER (PARTITION BY hash ORDER BY published_start NULLS LAST, n) AS before
            FROM each),
        told AS (
            SELECT n AS copy, head AS original, hash FROM near WHERE head < n
            UNION SELECT greatest(n, before), least(n, before), hash FROM near WHERE before IS NOT NULL),
        shared AS (
            SELECT copy, original, count(*) AS hashes FROM told GROUP BY copy, original)
        SELECT c.doc_id AS doc_id, o.doc_id AS original, shared.hashes / c.size AS share,
            list_contains($spun, c.kind) AS spun
        FROM shared JOIN rank c ON c.n = shared.copy JOIN rank o ON o.n = shared.original
        WHERE shared.hashes >= {_HINT} * c.size {{kinds}}
            AND (list_contains($new, c.doc_id) OR list_contains($new, o.doc_id))
        QUALIFY row_number() OVER (PARTITION BY c.doc_id ORDER BY share DESC, o.doc_id) <= {_MOST_ORIGINALS}
        ORDER BY doc_id, share DESC, original
    """
    found: list[Pair] = []
    pattern = f"(?i)(?:{'|'.join(re.escape(form) for form in signed)})" if signed else ""
    for column, kinds in (("runs", ""), ("pairs", "AND list_contains($spun, c.kind)")):
        values = {"relays": list(relays), "new": sorted(new), "spun": list(spun_kinds), "signed": pattern}
        rows = _named(store, sql.format(column=column, kinds=kinds), values).to_pylist()
        found += [
            Pair(copy=r["doc_id"], original=r["original"], spun=r["spun"], share=r["share"]) for r in rows
        ]
    return found


def due(store: Store) -> bool:
    """Whether an observation has no verdict, or a text no print."""
    sql = (
        "SELECT EXISTS (FROM observations WHERE credibility IS NULL) OR EXISTS "
        "(FROM documents d WHERE d.text IS NOT NULL AND d.kind <> 'table' AND NOT EXISTS (FROM prints p WHERE p.doc_id = d.doc_id))"
    )
    return bool(store.column(sql)[0])


def texts(store: Store, ids: Collection[str]) -> dict[str, str]:
    sql = "SELECT doc_id, text FROM documents WHERE text IS NOT NULL AND doc_id IN (SELECT unnest(?))"
    return {row["doc_id"]: row["text"] for row in store.query(sql, [sorted(ids)]).to_pylist()}


def copies(store: Store) -> dict[str, tuple[str, str]]:
    """Document -> (original, near or spun), of all copies."""
    sql = "SELECT doc_id, original_id, copied FROM documents WHERE original_id IS NOT NULL"
    return {r["doc_id"]: (r["original_id"], r["copied"]) for r in store.query(sql).to_pylist()}


def write_copies(store: Store, found: Mapping[str, tuple[str, str] | None]) -> None:
    """Set what each of these documents is a copy of; None: of nothing."""
    table = pa.table(
        {
            "doc_id": pa.array(list(found), pa.string()),
            "original": pa.array([c[0] if c else None for c in found.values()], pa.string()),
            "how": pa.array([c[1] if c else None for c in found.values()], pa.string()),
        }
    )
    with _writing(store, table) as db:
        others = store.column(
            "SELECT doc_id FROM documents d JOIN incoming i USING (doc_id) WHERE d.original_id IS DISTINCT FROM i.original"
        )
        with weekly.changing(db, others, copies=False):
            db.execute(
                "UPDATE documents SET original_id = i.original, copied = i.how "
                "FROM incoming i WHERE documents.doc_id = i.doc_id"
            )


def mark_satire(store: Store, outlets: Collection[str]) -> set[str]:
    """Set `satire` by card, by name of outlet (folded) and of what copies it; the documents that changed."""
    outlet = "regexp_replace(lower(strip_accents(trim(outlet))), '^www\\.', '')"
    sql = f"""
        WITH own AS (
            SELECT doc_id, coalesce(s.satire, false) OR list_contains($outlets, {outlet}) AS satire
            FROM documents d LEFT JOIN sources s ON s.source_id = d.source_id),
        said AS (
            SELECT d.doc_id, o.satire OR coalesce(g.satire, false) AS satire
            FROM documents d JOIN own o USING (doc_id) LEFT JOIN own g ON g.doc_id = d.original_id)
        SELECT doc_id FROM said JOIN documents d USING (doc_id) WHERE coalesce(d.satire, false) <> said.satire
    """
    changed = {row["doc_id"] for row in _named(store, sql, {"outlets": sorted(outlets)}).to_pylist()}
    if changed:
        with _writing(store) as db, weekly.changing(db, changed, copies=False):
            db.execute(
                "UPDATE documents SET satire = NOT coalesce(satire, false) WHERE doc_id IN (SELECT unnest(?))",
                [sorted(changed)],
            )
    return changed


def subjects(store: Store, changed: Collection[str], *, everything: bool) -> list[tuple[str, str, int, bool]]:
    """(type, substance or "", observations, whether one has no verdict or is of a document that changed)."""
    sql = (
        "SELECT type, coalesce(substance, '') AS substance, count(*) AS size, "
        "bool_or(? OR credibility IS NULL OR list_contains(?, doc_id)) AS dirty "
        f"FROM observations WHERE {_STATED} GROUP BY ALL ORDER BY ALL"
    )
    rows = store.query(sql, [everything, sorted(changed)]).to_pylist()
    return [(row["type"], row["substance"], row["size"], row["dirty"]) for row in rows]


# Rows of tables are judged as they are stored (store/table_rows.py): they copy nobody, and a million of them is no market of witnesses.
_STATED = "doc_id NOT IN (SELECT doc_id FROM documents WHERE kind = 'table')"
_COLUMNS = (
    "f.id, f.doc_id, f.type, f.substance, f.place_code, f.place_level, f.place_department, f.place_region, "
    "f.place_country, f.when_start, f.when_end, f.assertion, f.attribution, f.confidence, f.kind, f.low, f.high, f.unit, "
    "f.eur_low, f.eur_high, f.eur_per_unit, f.grams, f.grams_high, f.units, f.measure, f.family, f.code, f.indicator, "
    "f.direction, f.origin_code, f.destination_code, f.sentence, f.source_id, f.outlet, f.document_kind, f.grade, "
    "f.satire, f.copied, f.original_id, f.original_source, f.speaker, s.country AS source_country"
)


def statements(store: Store, type_: str, substances: Collection[str]) -> list[dict[str, Any]]:
    """Rows of the view `facts` of one type and some substances ("" for none named)."""
    sql = (
        f"SELECT {_COLUMNS} FROM facts f LEFT JOIN sources s ON s.source_id = f.source_id "
        "WHERE f.type = ? AND f.document_kind <> 'table' AND coalesce(f.substance, '') IN (SELECT unnest(?)) ORDER BY f.doc_id, f.id"
    )
    rows: list[dict[str, Any]] = store.query(sql, [type_, sorted(substances)]).to_pylist()
    return rows


def write_verdicts(store: Store, rows: Sequence[tuple[str, str, int, str, int]]) -> None:
    """(document, observation, credibility, rule, corroborated): those that differ from what is stored are set."""
    names = ("doc_id", "id", "credibility", "rule", "corroborated")
    table = pa.table(dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {})
    if not rows:
        return
    with _writing(store, table) as db:
        db.execute(
            "UPDATE observations SET credibility = i.credibility, credibility_rule = i.rule, corroborated = i.corroborated "
            "FROM incoming i WHERE observations.doc_id = i.doc_id AND observations.id = i.id AND "
            "(observations.credibility_rule IS DISTINCT FROM i.rule OR observations.corroborated IS DISTINCT FROM i.corroborated "
            "OR observations.credibility IS DISTINCT FROM i.credibility)"
        )


@contextmanager
def _writing(store: Store, incoming: pa.Table | None = None) -> Iterator[Connection]:
    """The connection inside one transaction; `incoming` can be named in its statements."""
    db = store._db
    if incoming is not None:
        db.register("incoming", incoming)
    try:
        with _Transaction(db):
            yield db
    finally:
        if incoming is not None:
            db.unregister("incoming")


def _named(store: Store, sql: str, values: Mapping[str, Any]) -> pa.Table:
    return store._db.sql(sql, params=dict(values)).to_arrow_table()
