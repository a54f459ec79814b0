"""Decisions of reviewers from the file beside a store into the store, and back where only the store has them.

In: an open store with its file of decisions. Out: rows of `review_decisions`, the final ones applied; a file that names what the store holds and
nothing else. Safe to repeat after a stop. Left out: applying them (`reviews.py`); the file itself (`review_book.py`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from vigie.store.review_book import COLUMNS, documents_of, forget_reviews, open_reviews, refused, reviews_file
from vigie.store.reviews import _rows, again
from vigie.store.rows import Row

if TYPE_CHECKING:
    from vigie.store.store import Store

_AT_ONCE = 2_000  # decisions copied in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What `take_in` did: decisions copied into the store; facts on which a new final one stands; decisions on documents that are no more."""

    decisions: int
    applied: int
    lapsed: int


def take_in(store: Store, clear: Callable[[str], str]) -> TakenIn:
    """Copy decisions from the file beside the store, apply those that are final, and tell the file of those that it has not. Safe to repeat.

    What the file holds of documents that are not stored goes: it quotes them.
    What a store took in, in whose place a backup was put since, is taken in again.

    Args:
        clear: clears a reason of persons who asked to be erased (`vigie.pipeline.clearing`).
    Raises:
        StoreError: if the file cannot be read or the store is open for reading only.
    """
    if not reviews_file(store.path).exists():
        return TakenIn(decisions=0, applied=0, lapsed=0)
    db, copied, applied, lapsed = open_reviews(store.path), 0, 0, 0
    try:
        db.executemany(
            "UPDATE decisions SET taken = 0 WHERE decision_id = ?", [(i,) for i in _lost(store, db)]
        )
        while True:
            rows = [
                dict(r)
                for r in db.execute("SELECT * FROM decisions WHERE taken = 0 ORDER BY n LIMIT ?", (_AT_ONCE,))
            ]
            if not rows:
                break
            known = store.known({row["doc_id"] for row in rows})
            ids = [row["decision_id"] for row in rows]
            there = set(
                store.column(
                    "SELECT decision_id FROM review_decisions WHERE decision_id IN (SELECT unnest(?))", [ids]
                )
            )
            fresh = [row for row in rows if row["doc_id"] in known and row["decision_id"] not in there]
            lapsed += sum(row["doc_id"] not in known for row in rows)
            with store.transaction():
                store.insert("review_decisions", [stored(row) | {"why": clear(row["why"])} for row in fresh])
                changed = sorted({row["doc_id"] for row in fresh if row["final"]})
                if changed:
                    again(store, changed)
            copied, applied = copied + len(fresh), applied + sum(bool(row["final"]) for row in fresh)
            store.settle()
            db.executemany("UPDATE decisions SET taken = 1 WHERE decision_id = ?", [(i,) for i in ids])
        _tell(store, db)
        gone = _gone(store, db)
    except sqlite3.Error as error:
        raise refused(store.path, error) from None
    finally:
        db.close()
    if gone:
        forget_reviews(store.path, gone)
    return TakenIn(decisions=copied, applied=applied, lapsed=lapsed)


def _gone(store: Store, db: Any) -> set[str]:
    """Documents that the file names and the store does not hold: purged, or never there."""
    named = documents_of(db)
    return named - store.known(named)


def _lost(store: Store, db: Any) -> list[str]:
    """Decisions that a store took in, of documents that are stored, and that the store does not hold."""
    taken = dict(db.execute("SELECT decision_id, doc_id FROM decisions WHERE taken = 1").fetchall())
    held, known = (
        set(store.column("SELECT decision_id FROM review_decisions")),
        store.known(set(taken.values())),
    )
    return [name for name, doc_id in taken.items() if name not in held and doc_id in known]


def astray(store: Store) -> dict[str, int]:
    """What does not go together in the store and the file beside it, with how many; `take_in` mends it. Raises StoreError."""
    if not reviews_file(store.path).exists():
        return {}
    db = open_reviews(store.path)
    try:
        found = {
            "documents that reviewers' decisions quote and that are not stored": len(_gone(store, db)),
            "decisions of reviewers that the store had and has not": len(_lost(store, db)),
        }
    except sqlite3.Error as error:
        raise refused(store.path, error) from None
    finally:
        db.close()
    return {what: count for what, count in found.items() if count}


def stored(row: Mapping[str, Any]) -> Row:
    found = {name: row[name] for name in COLUMNS}
    return found | {"decided_at": datetime.fromisoformat(row["decided_at"]), "final": bool(row["final"])}


def _tell(store: Store, db: Any) -> None:
    """Decisions that came with another store, or whose document has another id now, into the file: reviewers are asked by what is in it."""
    there = {row[0] for row in db.execute("SELECT decision_id FROM decisions")}
    missing = [
        i
        for i in store.column("SELECT decision_id FROM review_decisions ORDER BY decided_at, decision_id")
        if i not in there
    ]
    marks = ", ".join("?" * (len(COLUMNS) + 1))
    for at in range(0, len(missing), _AT_ONCE):
        rows = _rows(
            store.connection,
            "SELECT * FROM review_decisions WHERE decision_id IN (SELECT unnest(?)) ORDER BY decided_at, decision_id",
            [missing[at : at + _AT_ONCE]],
        )
        values = [(*(_told(row[name]) for name in COLUMNS), 1) for row in rows]
        db.executemany(
            f"INSERT OR IGNORE INTO decisions ({', '.join(COLUMNS)}, taken) VALUES ({marks})", values
        )


def _told(value: Any) -> Any:
    return (
        value.isoformat() if isinstance(value, datetime) else int(value) if isinstance(value, bool) else value
    )
