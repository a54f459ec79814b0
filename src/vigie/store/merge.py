"""Another store merged into this one: the same content once, with who wrote it, what was decided on it, and what must not come back.

In: an open store (a copy that takes its place when all is done: `vigie.upkeep.replacing`), a copy of the other one at the same schema.
Out: rows, and counts. What this store holds stays as it is; of the other come documents that are not here with all that belongs to them,
cards that are not here, decisions of reviewers on documents of either, lists of what was purged, and what was shown to the public. Merging
the same store again changes nothing. Left out: facts of a document that both hold (`vigie add --reextract` brings them up to date);
marks of contacts under a key that is not at hand, which no request of a person could reach; accounts.

What was shown by either counts for what may be shown: a public cell of the other store comes with its facts, which can then stand in no new
cell. Where it holds a fact that a cell of this store shows, it comes as a cell of which facts were erased: nothing of it is shown, and its
other facts wait, until enough new ones came for the same figure (`vigie.report.ledger`).
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vigie.store import reviews, weekly
from vigie.store.copying import text
from vigie.store.database import Connection
from vigie.store.review_book import COLUMNS, reviews_file
from vigie.store.reviews_taken import stored
from vigie.store.rows import Row
from vigie.store.store import Store
from vigie.store.tombstones import Buried, Tombstones

_OTHER = "other"
_PAGE = 500  # texts compared with what was purged at a time
_FILL_FROM = 50_000  # documents: of more, the overview is counted anew as a whole
_LABEL = (
    "published_on",
    "period",
    "area_level",
    "area",
    "market",
    "type",
    "kind",
    "substance",
    "unit",
    "observations",
    "sources",
)
Fact = tuple[str, str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a merge did.

    Attributes:
        documents_read: of the other store. documents: that came, with `observations`; `known`: that were here already.
        kept_out: documents of the other that were purged here.
        decisions: of reviewers, that came. sources: cards that came.
        cells: public cells that came; `overlapping`: of these, those that wait because this store shows some of their facts.
        marks_left: marks of contacts left out, as their key is not at hand.
    """

    documents_read: int
    documents: int
    known: int
    kept_out: int
    observations: int
    sources: int
    decisions: int
    cells: int
    overlapping: int
    marks_left: int


@contextmanager
def _attached(store: Store, other: Path) -> Iterator[Connection]:
    db = store.connection
    db.execute(f"ATTACH {text(str(other))} AS {_OTHER} (READ_ONLY)")
    try:
        yield db
    finally:
        db.execute("DROP TABLE IF EXISTS temp.merge_documents")
        db.execute("DROP TABLE IF EXISTS temp.merge_runs")
        db.execute(f"DETACH DATABASE IF EXISTS {_OTHER}")


def merge_other(
    store: Store, other: Path, *, key_ids: Collection[str], waiting: Sequence[Row] = ()
) -> Merged:
    """Merge in one transaction.

    Args:
        key_ids: keys of contacts that are at hand.
        waiting: decisions beside the other store that it had not taken in (`waiting_decisions`).
    Raises:
        StoreError: if a batch is refused.
    """
    with Store.open(other, read_only=True, settings=store.settings, stands_for=other) as opened:
        stones = opened.tombstones.dump()
    with _attached(store, other) as db, store.transaction():
        store.tombstones.load(stones)
        read = _number(db, f"SELECT count(*) FROM {_OTHER}.documents")
        kept_out = _choose(db)
        new = [
            str(r[0])
            for r in db.execute("SELECT doc_id FROM temp.merge_documents ORDER BY doc_id").fetchall()
        ]
        _runs(db)
        sources = _changed(
            db,
            "sources",
            f"SELECT * FROM {_OTHER}.sources s WHERE source_id NOT IN (SELECT source_id FROM sources) AND source_id IN "
            f"(SELECT source_id FROM {_OTHER}.documents SEMI JOIN temp.merge_documents USING (doc_id))",
        )
        observations = _documents(db)
        marks_left = _marks(db, key_ids)
        _table_rows(db)
        if len(new) < _FILL_FROM:
            weekly.enter(db, new)
        decisions = _decisions(store, waiting)
        _alerts(db)
        cells, overlapping = _ledger(store, db)
        if new:
            # What came is cleared of who asked here to be erased, as what was here was: `maintain` does it.
            db.execute("UPDATE main.suppressions SET applied = false")
    if len(new) >= _FILL_FROM:
        weekly.fill(store.connection)
    return Merged(
        documents_read=read, documents=len(new), known=read - len(new) - kept_out, kept_out=kept_out, observations=observations,
        sources=sources, decisions=decisions, cells=cells, overlapping=overlapping, marks_left=marks_left,
    )  # fmt: skip


def merge_ledger(store: Store, other: Path) -> None:
    """Only what the other store showed to the public, with its logs, in one transaction: what was shown cannot be taken back by a restore.

    Where the other store goes on from what this one showed (a backup of it is restored), its account stands as a whole.
    """
    with _attached(store, other) as db, store.transaction():
        ahead = f"(SELECT cell_id, {', '.join(_LABEL)} FROM {_OTHER}.public_cells)"
        if _number(
            db,
            f"SELECT count(*) FROM (SELECT cell_id, {', '.join(_LABEL)} FROM main.public_cells EXCEPT FROM {ahead})",
        ):
            _ledger(store, db)
            return
        for table in ("public_cells", "public_facts", "public_outputs", "public_versions", "public_alerts"):
            db.execute(f"DELETE FROM main.{table}")
            _changed(db, table, f"SELECT * FROM {_OTHER}.{table}")
        _releases(db)
        db.execute(
            "CREATE OR REPLACE TEMP TABLE merge_addresses AS SELECT DISTINCT address FROM main.public_versions"
        )
        _addressed(store, db)


def waiting_decisions(path: Path) -> list[Row]:
    """Decisions beside a store that it has not taken in; nothing of the file is changed."""
    file = reviews_file(path)
    if not file.exists():
        return []
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=30)) as db:
            db.row_factory = sqlite3.Row
            sql = f"SELECT {', '.join(COLUMNS)} FROM decisions WHERE taken = 0 ORDER BY n"
            return [stored(dict(row)) for row in db.execute(sql)]
    except sqlite3.Error:
        return []  # no such file of ours, or none that can be read: what is in the store comes


def _number(db: Connection, sql: str) -> int:
    return int(db.execute(sql).fetchall()[0][0])


def _changed(db: Connection, table: str, sql: str) -> int:
    """Insert by names; how many rows."""
    return int(db.execute(f"INSERT INTO main.{table} BY NAME {sql}").fetchall()[0][0])


def _choose(db: Connection) -> int:
    """`merge_documents`: those of the other store that come. How many were purged here."""
    db.execute(
        f"CREATE TEMP TABLE merge_documents AS SELECT doc_id FROM {_OTHER}.documents WHERE doc_id NOT IN (SELECT doc_id FROM documents)"
    )
    stones, held = Tombstones(db), set[str]()
    if stones.count:
        ids = [
            str(row[0])
            for row in db.execute("SELECT doc_id FROM temp.merge_documents ORDER BY doc_id").fetchall()
        ]
        for at in range(0, len(ids), _PAGE):
            page = ids[at : at + _PAGE]
            held |= stones.held_ids(page)
            sql = f"SELECT doc_id, text, source_id FROM {_OTHER}.documents WHERE text IS NOT NULL AND doc_id IN (SELECT unnest(?))"
            held |= stones.held(
                [Buried(doc_id=d, text=t, source_id=s) for d, t, s in db.execute(sql, [page]).fetchall()]
            )
        db.execute("DELETE FROM temp.merge_documents WHERE doc_id IN (SELECT unnest(?))", [sorted(held)])
    return len(held)


def _runs(db: Connection) -> None:
    """The runs that wrote what comes: known ones by all that was noted of them, the others under new numbers."""
    same = ("command", "started", "finished", "code_version", "lexicon_version", "redactor_version")
    known = " AND ".join(f"s.{name} IS NOT DISTINCT FROM r.{name}" for name in same)
    db.execute(
        "CREATE TEMP TABLE merge_runs AS WITH needed AS ("
        f"SELECT unnest([run_id, extracted_run]) AS run_id FROM {_OTHER}.documents SEMI JOIN temp.merge_documents USING (doc_id)), "
        f"r AS (SELECT r.*, (SELECT min(s.run_id) FROM main.runs s WHERE {known}) AS here FROM {_OTHER}.runs r SEMI JOIN needed USING (run_id)) "
        "SELECT run_id AS old, coalesce(here, (SELECT coalesce(max(run_id), 0) FROM main.runs) + "
        "row_number() OVER (PARTITION BY here IS NULL ORDER BY run_id))::INTEGER AS new, here IS NULL AS fresh FROM r"
    )
    _changed(
        db,
        "runs",
        f"SELECT r.* REPLACE (m.new AS run_id, CASE status WHEN 'running' THEN 'interrupted' ELSE status END AS status) "
        f"FROM {_OTHER}.runs r JOIN temp.merge_runs m ON m.old = r.run_id WHERE m.fresh",
    )


def _documents(db: Connection) -> int:
    """Documents with what belongs to them; how many observations. A copy of what does not come is a copy of nothing."""
    there = "(SELECT doc_id FROM temp.merge_documents UNION SELECT doc_id FROM main.documents)"
    run = "coalesce((SELECT new FROM temp.merge_runs WHERE old = {}), 0)"
    _changed(
        db,
        "documents",
        f"SELECT d.* REPLACE ({run.format('d.run_id')} AS run_id, {run.format('d.extracted_run')} AS extracted_run, "
        f"CASE WHEN d.original_id IN {there} THEN d.original_id END AS original_id, "
        f"CASE WHEN d.original_id IN {there} THEN d.copied END AS copied) "
        f"FROM {_OTHER}.documents d SEMI JOIN temp.merge_documents USING (doc_id)",
    )
    counts = {
        table: _changed(
            db, table, f"SELECT * FROM {_OTHER}.{table} SEMI JOIN temp.merge_documents USING (doc_id)"
        )
        for table in ("observations", "evidence", "redactions", "machine_observations", "review_states")
    }
    return counts["observations"]


def _marks(db: Connection, key_ids: Collection[str]) -> int:
    """Marks under keys that are at hand, of documents that came and of those that have none; how many were left out."""
    theirs = (
        f"{_OTHER}.contact_marks c WHERE doc_id IN (SELECT doc_id FROM documents) AND NOT EXISTS "
        "(FROM main.contact_marks m WHERE m.doc_id = c.doc_id)"
    )
    left = _number(db, f"SELECT count(*) FROM {theirs} AND NOT list_contains({_texts(key_ids)}, key_id)")
    _changed(db, "contact_marks", f"SELECT * FROM {theirs} AND list_contains({_texts(key_ids)}, key_id)")
    return left


def _texts(words: Collection[str]) -> str:
    return f"[{', '.join(text(word) for word in sorted(words))}]::VARCHAR[]"


def _table_rows(db: Connection) -> None:
    """Which rows of tables are stored, or were purged: under the salt of the other store, which came with its lists."""
    last = _number(db, "SELECT coalesce(max(import_id), 0) FROM imported_rows")
    _changed(
        db,
        "imported_rows",
        f"SELECT i.* REPLACE (i.import_id + {last} AS import_id) FROM {_OTHER}.imported_rows i WHERE "
        "(doc_id IS NULL OR doc_id IN (SELECT doc_id FROM temp.merge_documents)) AND NOT EXISTS (FROM main.imported_rows m "
        "WHERE m.mark = i.mark AND m.content = i.content AND m.doc_id IS NOT DISTINCT FROM i.doc_id)",
    )


def _decisions(store: Store, waiting: Sequence[Row]) -> int:
    """Decisions of reviewers on documents of either; the final ones are applied. How many came."""
    known = "decision_id NOT IN (SELECT decision_id FROM review_decisions) AND doc_id IN (SELECT doc_id FROM documents)"
    sql = f"SELECT * FROM {_OTHER}.review_decisions WHERE {known} ORDER BY decided_at, decision_id"
    rows: list[Row] = store.query(sql).to_pylist()
    here = {row["decision_id"] for row in rows} | set(
        store.column("SELECT decision_id FROM review_decisions")
    )
    there = store.known({row["doc_id"] for row in waiting})
    rows += [row for row in waiting if row["doc_id"] in there and row["decision_id"] not in here]
    store.insert("review_decisions", rows)
    if changed := sorted({row["doc_id"] for row in rows if row["final"]}):
        reviews.again(store, changed)
    return len(rows)


def _alerts(db: Connection) -> None:
    """Alerts of the analyst that are not here, with their evidence and log."""
    fresh = (
        f"(SELECT alert_id FROM {_OTHER}.analyst_alerts WHERE alert_id NOT IN (SELECT alert_id FROM main.analyst_alerts) "
        "AND (doc_id IS NULL OR doc_id IN (SELECT doc_id FROM main.documents)))"
    )
    db.execute(f"CREATE OR REPLACE TEMP TABLE merge_alerts AS {fresh}")
    for table in ("analyst_alerts", "analyst_signals", "analyst_evidence"):
        held = "AND (doc_id IS NULL OR doc_id IN (SELECT doc_id FROM main.documents))"
        _changed(
            db,
            table,
            f"SELECT * FROM {_OTHER}.{table} WHERE alert_id IN (SELECT alert_id FROM temp.merge_alerts) {held}",
        )
    _log(db, "analyst_decisions", "entry_id", "alert_id IN (SELECT alert_id FROM temp.merge_alerts)")
    db.execute("DROP TABLE temp.merge_alerts")


def _log(db: Connection, table: str, key: str, where: str = "true", source: str = "") -> None:
    """Lines of a log that are not here, under new numbers."""
    names = [
        str(r[0])
        for r in db.execute(f"SELECT column_name FROM (DESCRIBE main.{table})").fetchall()
        if r[0] != key
    ]
    same = " AND ".join(f"m.{name} IS NOT DISTINCT FROM o.{name}" for name in names)
    last = _number(db, f"SELECT coalesce(max({key}), 0) FROM main.{table}")
    _changed(
        db,
        table,
        f"SELECT ({last} + row_number() OVER (ORDER BY o.{key}))::INTEGER AS {key}, {', '.join(f'o.{name}' for name in names)} "
        f"FROM {source or f'{_OTHER}.{table}'} o WHERE {where} AND NOT EXISTS (FROM main.{table} m WHERE {same})",
    )


# What was shown to the public


def _ledger(store: Store, db: Connection) -> tuple[int, int]:
    """Cells, releases, versions, notes; how many cells came, and how many of these wait."""
    numbers, came, overlapping = _cells(store, db)
    _log(db, "public_outputs", "output_id")
    _releases(db)
    _versions(store, db, numbers)
    _addressed(store, db)
    return came, overlapping


def _cells(store: Store, db: Connection) -> tuple[dict[int, int], int, int]:
    """Cells of the other store that are not here; their numbers here by those there, how many came, how many of these wait."""
    mine, mine_facts = _read_cells(store, "main")
    theirs, their_facts = _read_cells(store, _OTHER)
    shown: dict[tuple[str, str], set[int]] = defaultdict(set)  # standing cells of this store by fact
    by_label: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for number, row in mine.items():
        by_label[tuple(row[name] for name in _LABEL)].append(number)
        if row["withdrawn_on"] is None:
            for doc_id, fact, _ in mine_facts[number]:
                shown[doc_id, fact].add(number)
    numbers, cells, facts, overlapping = dict[int, int](), list[Row](), list[Row](), 0
    last = max(mine, default=0)
    taken: set[int] = set()
    for number, row in theirs.items():
        own = their_facts[number]
        twin = next(
            (
                n
                for n in by_label[tuple(row[name] for name in _LABEL)]
                if n not in taken and all(f in mine_facts[n] or shown[f[0], f[1]] - {n} for f in own)
            ),
            None,
        )
        if twin is not None:
            taken.add(twin)
            numbers[number] = twin
            continue
        last += 1
        numbers[number] = last
        left = own if row["withdrawn_on"] is not None else {f for f in own if not shown[f[0], f[1]]}
        overlapping += len(left) < len(own)
        cells.append(row | {"cell_id": last})
        facts += [
            {"cell_id": last, "doc_id": d, "observation_id": o, "figure": figure}
            for d, o, figure in sorted(left, key=str)
        ]
    store.insert("public_cells", cells)
    store.insert("public_facts", facts)
    return numbers, len(cells), overlapping


def _read_cells(store: Store, where: str) -> tuple[dict[int, Row], dict[int, set[Fact]]]:
    """Cells by number, and their facts of documents that are stored here."""
    facts: dict[int, set[Fact]] = defaultdict(set)
    sql = f"SELECT cell_id, doc_id, observation_id, figure FROM {where}.public_facts SEMI JOIN main.documents USING (doc_id)"
    for cell, doc_id, observation, figure in store.connection.execute(sql).fetchall():
        facts[cell].add((doc_id, observation, figure))
    rows = store.query(f"SELECT * FROM {where}.public_cells ORDER BY cell_id").to_pylist()
    return {row["cell_id"]: row for row in rows}, facts


def _releases(db: Connection) -> None:
    """Alerts that an editor released, under new numbers, with their facts that are stored."""
    told = "action, made_on, editor, role, reason"
    here = {
        tuple(r[1:]): r[0]
        for r in db.execute(
            f"SELECT release_id, {told} FROM main.alert_releases WHERE action = 'release'"
        ).fetchall()
    }
    last = _number(db, "SELECT coalesce(max(release_id), 0) FROM main.alert_releases")
    numbers: dict[int, int] = {}
    sql = f"SELECT release_id, {told} FROM {_OTHER}.alert_releases WHERE action = 'release' ORDER BY entry_id"
    for release, *line in db.execute(sql).fetchall():
        if tuple(line) not in here:
            last += 1
            here[tuple(line)] = last
        numbers[release] = here[tuple(line)]
    _mapping(db, "merge_releases", numbers)
    mapped = (
        f"(SELECT r.* REPLACE (coalesce(m.new, r.release_id) AS release_id) FROM {_OTHER}.alert_releases r "
        "LEFT JOIN temp.merge_releases m ON m.old = r.release_id)"
    )
    _log(db, "alert_releases", "entry_id", source=mapped)
    _changed(
        db,
        "alert_facts",
        f"SELECT DISTINCT m.new AS release_id, f.observation_id, f.doc_id FROM {_OTHER}.alert_facts f JOIN temp.merge_releases m "
        "ON m.old = f.release_id SEMI JOIN main.documents d ON d.doc_id = f.doc_id WHERE NOT EXISTS (FROM main.alert_facts a WHERE "
        "a.release_id = m.new AND a.observation_id = f.observation_id AND a.doc_id = f.doc_id)",
    )


def _mapping(db: Connection, name: str, numbers: dict[int, int]) -> None:
    db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT unnest(?::INTEGER[]) AS old, unnest(?::INTEGER[]) AS new",
               [list(numbers), list(numbers.values())])  # fmt: skip


def _versions(store: Store, db: Connection, numbers: dict[int, int]) -> None:
    """Versions of addresses that only the other store showed. Of an address that both showed, what this store told of it goes on."""
    sql = f"SELECT * FROM {_OTHER}.public_versions WHERE address NOT IN (SELECT address FROM main.public_versions) ORDER BY address, version"
    rows = store.query(sql).to_pylist()
    for row in rows:
        for name in ("gained", "lost"):
            row[name] = " ".join(
                str(numbers[int(cell)]) for cell in row[name].split() if int(cell) in numbers
            )
    db.execute(
        "CREATE OR REPLACE TEMP TABLE merge_addresses AS SELECT unnest(?::VARCHAR[]) AS address",
        [sorted({r["address"] for r in rows})],
    )
    store.insert("public_versions", rows)


def _addressed(store: Store, db: Connection) -> None:
    """Versions of alerts, corrections, and notes with their answers; addresses of released alerts have their number here."""
    mapped = "coalesce((SELECT 'alert/r' || new FROM temp.merge_releases WHERE 'alert/r' || old = x.address), x.address) AS address"
    _changed(
        db,
        "public_alerts",
        f"SELECT * FROM (SELECT x.* REPLACE ({mapped}) FROM {_OTHER}.public_alerts x) o "
        "WHERE address NOT IN (SELECT address FROM main.public_alerts)",
    )
    # Numbers of versions are those of the other store: a correction comes with the versions it speaks of.
    own = "(o.address LIKE 'alert/%' OR o.address IN (SELECT address FROM temp.merge_addresses))"
    _log(
        db,
        "corrections",
        "entry_id",
        own,
        source=f"(SELECT x.* REPLACE ({mapped}) FROM {_OTHER}.corrections x)",
    )
    known = dict(db.execute("SELECT receipt_digest, contest_id FROM main.contests").fetchall())
    notes = store.query(
        f"SELECT x.* REPLACE ({mapped}) FROM {_OTHER}.contests x ORDER BY contest_id"
    ).to_pylist()
    last, numbers, fresh = max(known.values(), default=0), dict[int, int](), list[Row]()
    for row in notes:
        if row["receipt_digest"] not in known:
            last += 1
            known[row["receipt_digest"]] = last
            fresh.append(row | {"contest_id": last})
        numbers[row["contest_id"]] = known[row["receipt_digest"]]
    store.insert("contests", fresh)
    _mapping(db, "merge_contests", numbers)
    answers = f"(SELECT a.* REPLACE (m.new AS contest_id) FROM {_OTHER}.contest_answers a JOIN temp.merge_contests m ON m.old = a.contest_id)"
    _log(db, "contest_answers", "entry_id", source=answers)
    for table in ("merge_releases", "merge_contests", "merge_addresses"):
        db.execute(f"DROP TABLE temp.{table}")
