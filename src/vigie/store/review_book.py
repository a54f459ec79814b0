"""The file of review decisions beside a store: opening it, and forgetting what is erased.

In: the path of a store. Out: an open SQLite file, `vigie.duckdb.desk/reviews.sqlite3`, made on first use for the owner alone. Decisions stand
there as they are made, because the process that answers reviewers may not hold the store open; `vigie.store.reviews_taken.take_in` copies them.
Nothing is changed in a decision: the file refuses it. Left out: who may decide what (`vigie.review.book`).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Sequence
from pathlib import Path

from vigie.model.errors import StoreError
from vigie.sqlite_file import make_private, refusal, transaction

_TABLES = """
CREATE TABLE IF NOT EXISTS decisions (
    n INTEGER PRIMARY KEY AUTOINCREMENT, decision_id TEXT NOT NULL UNIQUE, form_key TEXT, observation_id TEXT NOT NULL,
    doc_id TEXT NOT NULL, type TEXT NOT NULL, decided_at TEXT NOT NULL, reviewer TEXT NOT NULL, role TEXT NOT NULL, round TEXT NOT NULL,
    verdict TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, why TEXT NOT NULL, final INTEGER NOT NULL, drawn TEXT NOT NULL,
    taken INTEGER NOT NULL DEFAULT 0, UNIQUE (reviewer, form_key)
);
CREATE INDEX IF NOT EXISTS decisions_of ON decisions (observation_id);
CREATE INDEX IF NOT EXISTS decisions_waiting ON decisions (taken) WHERE taken = 0;
CREATE TRIGGER IF NOT EXISTS decisions_stay BEFORE UPDATE OF decision_id, form_key, observation_id, doc_id, type, decided_at, reviewer, role,
    round, verdict, before, after, why, final, drawn ON decisions BEGIN SELECT raise(ABORT, 'a decision is never changed'); END;
CREATE TABLE IF NOT EXISTS queue (
    position INTEGER PRIMARY KEY, observation_id TEXT NOT NULL UNIQUE, doc_id TEXT NOT NULL, type TEXT NOT NULL, confidence REAL NOT NULL,
    effect REAL NOT NULL, score REAL NOT NULL, why TEXT NOT NULL, drawn TEXT NOT NULL, draw REAL NOT NULL,
    substance TEXT NOT NULL DEFAULT '', places TEXT NOT NULL DEFAULT '[]', source TEXT NOT NULL DEFAULT '', outlet TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS leases (
    observation_id TEXT NOT NULL, doc_id TEXT NOT NULL, reviewer TEXT NOT NULL, until REAL NOT NULL, PRIMARY KEY (observation_id, reviewer)
);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
COLUMNS = (
    *(
        "decision_id",
        "observation_id",
        "doc_id",
        "type",
        "decided_at",
        "reviewer",
        "role",
        "round",
        "verdict",
    ),
    *("before", "after", "why", "final", "drawn"),
)
_LATER = {  # of the queue: columns that files of earlier versions have not
    "substance": "''",
    "places": "'[]'",
    "source": "''",
    "outlet": "''",
}
QUEUE = (
    *(
        "position",
        "observation_id",
        "doc_id",
        "type",
        "confidence",
        "effect",
        "score",
        "why",
        "drawn",
        "draw",
    ),
    *_LATER,
)
_OF_DOCUMENTS = ("decisions", "queue", "leases")
_WAIT = 30.0  # seconds for another process to end its transaction
_READERS = 10.0  # seconds for readers of the old bytes to be done


def reviews_file(path: Path | str) -> Path:
    """`vigie.duckdb.desk/reviews.sqlite3` beside `vigie.duckdb`, or beside what a link of that name points to."""
    target = Path(path).resolve()
    return target.with_name(f"{target.name}.desk") / "reviews.sqlite3"


def open_reviews(path: Path | str) -> sqlite3.Connection:
    """The file, made if need be; each statement is a transaction of its own unless BEGIN says otherwise. Raises StoreError."""
    file, db = reviews_file(path), None
    try:
        make_private(file)
        db = sqlite3.connect(file, isolation_level=None, timeout=_WAIT, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")  # what is acknowledged is on the disk
        db.execute("PRAGMA secure_delete = ON")
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'settings'").fetchall():
            db.executescript(f"BEGIN IMMEDIATE; {_TABLES} COMMIT;")
        elif _lacking(db):
            with transaction(db):
                for name in _lacking(db):  # another process may have been quicker
                    db.execute(f"ALTER TABLE queue ADD COLUMN {name} TEXT NOT NULL DEFAULT {_LATER[name]}")
    except (OSError, sqlite3.Error) as error:
        if db is not None:
            db.close()
        raise refused(path, error) from None
    return db


def _lacking(db: sqlite3.Connection) -> list[str]:
    held = {row[1] for row in db.execute("PRAGMA table_info(queue)")}
    return [name for name in _LATER if name not in held]


def refused(path: Path | str, error: Exception) -> StoreError:
    """What to tell of an error with the file beside a store."""
    return refusal(
        reviews_file(path),
        "the file of decisions",
        "restore it from a backup, or move it away: what is in the store stays",
        error,
    )


def decisions_wait(path: Path | str) -> bool:
    """Whether decisions wait to be taken into the store, which is not opened. Raises StoreError."""
    if not reviews_file(path).exists():
        return False
    db = open_reviews(path)
    try:
        return bool(db.execute("SELECT EXISTS (SELECT 1 FROM decisions WHERE taken = 0)").fetchone()[0])
    except sqlite3.Error as error:
        raise refused(path, error) from None
    finally:
        db.close()


def documents_of(db: sqlite3.Connection) -> set[str]:
    """Documents that anything in the file names."""
    return {row[0] for table in _OF_DOCUMENTS for row in db.execute(f"SELECT DISTINCT doc_id FROM {table}")}


def forget_reviews(
    path: Path | str, doc_ids: Collection[str] | None, *, column: str = "doc_id", tables: Sequence[str] = _OF_DOCUMENTS
) -> int:  # fmt: skip
    """Delete what names these documents, or all but the settings (None), with its bytes; how many decisions.

    Args:
        column, tables: what the ids are of, if not of documents.
    Raises:
        StoreError: if some of it may stay.
    """
    file = reviews_file(path)
    if not file.exists() or (doc_ids is not None and not doc_ids):
        return 0
    db = open_reviews(path)
    try:
        db.execute("BEGIN IMMEDIATE")
        gone = 0
        if doc_ids is not None:
            db.execute("CREATE TEMP TABLE gone (doc_id TEXT PRIMARY KEY)")
            db.executemany("INSERT INTO gone VALUES (?)", [(doc_id,) for doc_id in set(doc_ids)])
        where = "" if doc_ids is None else f" WHERE {column} IN (SELECT doc_id FROM temp.gone)"
        for table in tables:
            found = db.execute(f"DELETE FROM {table}{where}").rowcount
            gone += found if table == "decisions" else 0
        db.execute("COMMIT")
        _empty_log(db, file)
    except sqlite3.Error as error:
        raise StoreError(
            f"{file} may hold what is erased and could not be cleared ({type(error).__name__}): stop vigie serve, then run again"
        ) from None
    finally:
        db.close()
    return gone


def forget_decisions(path: Path | str, decision_ids: Collection[str]) -> int:
    """Delete decisions that hold no more, with their bytes; how many. Raises StoreError as `forget_reviews`."""
    return forget_reviews(path, decision_ids, column="decision_id", tables=("decisions",))


def _empty_log(db: sqlite3.Connection, file: Path) -> None:
    """Into the file with all that its log holds: deleted rows are zeros there, and stand in the log no more."""
    until = time.monotonic() + _READERS
    while db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        if time.monotonic() > until:
            raise StoreError(
                f"{file} is being read, so that what is erased stays in its log: stop vigie serve, then run again"
            )
        time.sleep(0.05)
