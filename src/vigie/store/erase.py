"""Erasing documents, and changing stored ones, everywhere they are referred to.

In: an open store and ids. Out: rows removed or changed, by table, with the mark that the file must be written
anew (`erasures.rewritten`); the caller then calls `Store.rewrite`. Each call is one transaction: what is erased,
what keeps it out, and that mark come together or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from vigie.model.errors import StoreError
from vigie.store import reviews, weekly
from vigie.store.beside import forget_copies, forget_undelivered
from vigie.store.corrections import forget, readdress, warning_address
from vigie.store.database import Connection
from vigie.store.links import DERIVED, Link, links
from vigie.store.review_book import forget_reviews
from vigie.store.rewrite import record
from vigie.store.rows import Row
from vigie.store.store import Store
from vigie.store.tombstones import Buried, Suppression, Tombstones

# What is purged because of its source or its age may stand in another source; what is purged for itself may not.
_OF_A_SOURCE = ("source", "before")
_PAGE = 500  # documents whose texts are read at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which documents: of a source, these ids, published before a day. What is given narrows the choice.

    Attributes:
        before: of documents published, to the last day of what is known, before it; undated ones by the day they were stored.
    """

    source: str | None = None
    documents: tuple[str, ...] = ()
    before: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A stored document as it will be.

    Attributes:
        old_id: the id it has.
        document: new values of its columns; `doc_id` among them.
        observations, evidence: all its rows, as they will be.
        renamed: old id -> new id of the observations that stay.
        removed: spans removed now, by kind: added to its counts.
        machine, decisions: its rows of machine_observations and review_decisions, as they will be; `renamed` holds their observations too.
    """

    old_id: str
    document: Row
    observations: Sequence[Row]
    evidence: Sequence[Row]
    renamed: Mapping[str, str]
    removed: Mapping[str, int] = field(default_factory=dict)
    machine: Sequence[Row] = ()
    decisions: Sequence[Row] = ()


def select(store: Store, selection: Selection) -> list[str]:
    """Ids of the documents chosen, in order. Raises StoreError for a source or an id that is not stored."""
    where, values = [], list[Any]()
    if selection.source is not None:
        where.append("source_id = ?")
        values.append(selection.source)
        known = "SELECT source_id FROM sources UNION SELECT source_id FROM documents"
        if selection.source not in store.column(known):
            raise StoreError(f"no source {selection.source} in the store (its id stands in its card)")
    if selection.documents:
        missing = sorted(set(selection.documents) - store.known(selection.documents))
        if missing:
            raise StoreError(
                f"not in the store: {', '.join(missing)} (ids stand in exports and in the bulletin's evidence)"
            )
        where.append("doc_id IN (SELECT unnest(?))")
        values.append(list(selection.documents))
    if selection.before is not None:
        where.append("coalesce(published_end, stored_on) < ?")
        values.append(selection.before)
    if not where:
        raise StoreError("nothing is chosen")
    sql = f"SELECT doc_id FROM documents WHERE {' AND '.join(where)} ORDER BY doc_id"
    return [str(doc_id) for doc_id in store.column(sql, values)]


def count_rows(store: Store, doc_ids: Collection[str]) -> dict[str, int]:
    """Rows that an erasure would remove or shorten, by table; nothing is changed."""
    return _sum(_going(store.connection, doc_ids, change=False))


def erase(
    store: Store, run_id: int, kind: str, doc_ids: Collection[str], *,
    bury: bool = True, card: str | None = None, suppress: Sequence[Suppression] = (),
) -> dict[str, int]:  # fmt: skip
    """Remove documents with all that refers to them; rows removed by table.

    Args:
        bury: keep their content out from now on.
        card: a source whose card goes too.
        suppress: identifiers to clear from what is added later.
    Raises:
        StoreError: if the files of its pages cannot be deleted; nothing is erased then.
    """
    forget_copies(store.stands_for)
    forget_undelivered(store.stands_for, _alerts(store, doc_ids))
    forget_reviews(store.stands_for, doc_ids)
    db = store.connection
    with store.transaction(), weekly.changing(db, doc_ids):
        tombstones = Tombstones(db)
        tombstones.suppress(suppress)
        ids = sorted(doc_ids)
        for at in range(0, len(ids) if bury else 0, _PAGE):
            tombstones.bury(_contents(db, ids[at : at + _PAGE]), everywhere=kind not in _OF_A_SOURCE)
        if bury or kind == "tombstones":
            _keep_rows_out(db, ids)
        _bequeath(db, ids)
        found = _sum(_going(db, ids, change=True))
        forget(db, ids)
        if card is not None:
            db.execute("DELETE FROM sources WHERE source_id = ?", [card])
        record(db, run_id, kind, documents=len(ids))
    return found


def revise(store: Store, run_id: int, kind: str, revisions: Sequence[Revision]) -> int:
    """Change stored documents in one transaction; how many became the same as another and were dropped for it."""
    db, taken = store.connection, store.known([r.document["doc_id"] for r in revisions])
    kept: dict[str, Revision] = {}
    doubles: list[str] = []
    for r in revisions:
        new = r.document["doc_id"]
        if new != r.old_id and (new in taken or new in kept):
            doubles.append(r.old_id)
        else:
            kept[new] = r
    chosen = list(kept.values())
    forget_undelivered(store.stands_for, _alerts(store, [r.old_id for r in revisions]))
    forget_reviews(
        store.stands_for, [r.old_id for r in revisions]
    )  # the next `take_in` tells it of the decisions as they are then
    with store.transaction():
        counted = weekly.leave(db, [r.old_id for r in revisions])
        _bequeath(db, doubles)
        _sum(_going(db, doubles, change=True))
        _rename(db, chosen)
        reviews.revised(
            store,
            [str(r.document["doc_id"]) for r in chosen],
            [r.machine for r in chosen],
            [r.decisions for r in chosen],
        )
        store.update_documents([r.old_id for r in chosen], [r.document for r in chosen])
        store.insert("observations", [row for r in chosen for row in r.observations])
        store.insert("evidence", [row for r in chosen for row in r.evidence])
        _count_removed(store, chosen)
        now = {r.old_id: str(r.document["doc_id"]) for r in chosen}
        weekly.enter(db, [now.get(i, i) for i in counted if i not in doubles])
        forget(db, doubles)
        readdress(db, {r.old_id: str(r.document["doc_id"]) for r in chosen})
        mentions = sum(sum(r.removed.values()) for r in revisions)
        record(db, run_id, kind, documents=len(revisions), mentions=mentions)
    return len(doubles)


def _alerts(store: Store, doc_ids: Collection[str]) -> list[str]:
    """Addresses of the public alerts that may speak of these documents."""
    sql = "SELECT DISTINCT release_id FROM alert_facts WHERE doc_id IN (SELECT unnest(?)) ORDER BY release_id"
    released = [f"alert/r{number}" for number in store.column(sql, [list(doc_ids)])]
    return [*map(warning_address, doc_ids), *released]


def _keep_rows_out(db: Connection, doc_ids: Sequence[str]) -> None:
    """Rows of tables that are erased stay out by their salted hash alone: a table imported again holds them in other documents."""
    db.execute(
        "INSERT INTO imported_rows SELECT DISTINCT mark, '' AS content, NULL AS doc_id, NULL AS row_number, import_id FROM imported_rows "
        "WHERE doc_id IN (SELECT unnest(?))",
        [list(doc_ids)],
    )


def _contents(db: Connection, doc_ids: Sequence[str]) -> list[Buried]:
    """Of an expired document what is left: its title and the sentences of its facts."""
    sql = (
        # All tables of one kind share most of their words: their rows are known one by one, and no sketch is made.
        "SELECT doc_id, source_id, CASE WHEN kind = 'table' THEN '' ELSE "
        "coalesce(text, title || chr(10) || coalesce((SELECT string_agg(DISTINCT sentence, chr(10)) "
        "FROM evidence e WHERE e.doc_id = d.doc_id), '')) END FROM documents d WHERE doc_id IN (SELECT unnest(?))"
    )
    return [Buried(doc_id=d, text=t, source_id=s) for d, s, t in db.execute(sql, [list(doc_ids)]).fetchall()]


def _going(db: Connection, doc_ids: Collection[str], *, change: bool) -> Iterator[tuple[str, int]]:
    """(table, rows) of all that refers to the documents or to their observations; with `change` it goes.

    A row that holds a list of them loses them from the list only: what it says of others stays.
    """
    documents = list(doc_ids)
    if not documents:
        return
    ids = {"document": documents, "observation": _facts(db, documents)}
    rows: dict[str, list[Link]] = {}
    for link in links(db):
        if link.own and not link.many:
            rows.setdefault(link.table, []).append(link)
            continue
        where = f"list_has_any({link.column}, ?)" if link.many else f"{link.column} IN (SELECT unnest(?))"
        if link.own:
            yield link.table, _count(db, link.table, where, [ids[link.to]])
        less = f"list_filter({link.column}, lambda i: NOT list_contains(?, i))" if link.many else "NULL"
        if change:
            values = [ids[link.to]] * (2 if link.many else 1)
            db.execute(f"UPDATE {link.table} SET {link.column} = {less} WHERE {where}", values)
    for table, named in sorted(rows.items()):
        if table == "observations":  # by their document
            named = [link for link in named if link.column == "doc_id"]
        where = " OR ".join(f"{link.column} IN (SELECT unnest(?))" for link in named)
        values = [ids[link.to] for link in named]
        yield table, _count(db, table, where, values)
        if change:
            db.execute(f"DELETE FROM {table} WHERE {where}", values)


def _count(db: Connection, table: str, where: str, values: Sequence[Any]) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table} WHERE {where}", list(values)).fetchall()[0][0])


def _bequeath(db: Connection, going: Sequence[str]) -> None:
    """What rests on documents that go: the earliest of their copies becomes the original of the others, so that these
    do not count as sources of their own; facts of the same subjects lose their verdict, which `assess` works out again.
    """
    ids = list(going)
    db.execute(
        "UPDATE documents SET original_id = h.head FROM (SELECT original_id AS old, "
        "arg_min(doc_id, (coalesce(published_start, DATE '9999-12-31'), doc_id)) AS head FROM documents "
        "WHERE original_id IN (SELECT unnest($1)) AND doc_id NOT IN (SELECT unnest($1)) GROUP BY original_id) h "
        "WHERE documents.original_id = h.old AND documents.doc_id NOT IN (SELECT unnest($1))",
        [ids],
    )
    db.execute("UPDATE documents SET original_id = NULL, copied = NULL WHERE original_id = doc_id")
    db.execute(
        "UPDATE observations SET credibility = NULL WHERE (type, coalesce(substance, '')) IN "
        "(SELECT (type, coalesce(substance, '')) FROM observations WHERE doc_id IN (SELECT unnest($1)))",
        [ids],
    )


def _facts(db: Connection, documents: Sequence[str]) -> list[str]:
    sql = "SELECT id FROM observations WHERE doc_id IN (SELECT unnest(?))"
    return [row[0] for row in db.execute(sql, [list(documents)]).fetchall()]


def _sum(found: Iterable[tuple[str, int]]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for table, rows in found:
        counts[table] += rows
    return {table: rows for table, rows in sorted(counts.items()) if rows}


def _rename(db: Connection, revisions: Sequence[Revision]) -> None:
    """Give every reference its new id; drop references to facts that are no more, and the rows written again."""
    documents = {r.old_id: str(r.document["doc_id"]) for r in revisions}
    facts = {old: new for r in revisions for old, new in r.renamed.items()}
    lost = sorted(set(_facts(db, list(documents))) - set(facts))
    for table in ("observations", "evidence"):
        db.execute(f"DELETE FROM {table} WHERE doc_id IN (SELECT unnest(?))", [list(documents)])
    for link in links(db):
        if link.table in ("observations", "evidence") or (link.table == "documents" and link.own):
            continue
        if link.table in DERIVED:
            db.execute(
                f"DELETE FROM {link.table} WHERE {link.column} IN (SELECT unnest(?))", [list(documents)]
            )
            continue
        new = documents if link.to == "document" else facts
        changed = {old: name for old, name in new.items() if old != name}
        for old, name in changed.items() if link.many else ():
            swapped = f"list_transform({link.column}, lambda i: CASE WHEN i = ? THEN ? ELSE i END)"
            where = f"list_contains({link.column}, ?)"
            db.execute(f"UPDATE {link.table} SET {link.column} = {swapped} WHERE {where}", [old, name, old])
        if not link.many:
            db.execute(
                f"UPDATE {link.table} SET {link.column} = m.new FROM (SELECT unnest(?) AS old, unnest(?) AS new) m "
                f"WHERE {link.column} = m.old",
                [list(changed), list(changed.values())],
            )
        if link.to == "observation" and not link.many:
            db.execute(f"DELETE FROM {link.table} WHERE {link.column} IN (SELECT unnest(?))", [lost])


def _count_removed(store: Store, revisions: Sequence[Revision]) -> None:
    """Add what was removed now to the counts by kind."""
    db = store.connection
    counts: Counter[tuple[str, str]] = Counter()
    ids = [str(r.document["doc_id"]) for r in revisions]
    sql = "SELECT doc_id, kind, removed FROM redactions WHERE doc_id IN (SELECT unnest(?))"
    for doc_id, kind, removed in db.execute(sql, [ids]).fetchall():
        counts[doc_id, kind] += removed
    for r in revisions:
        for kind, removed in r.removed.items():
            counts[str(r.document["doc_id"]), kind] += removed
    db.execute("DELETE FROM redactions WHERE doc_id IN (SELECT unnest(?))", [ids])
    store.insert(
        "redactions", [{"doc_id": d, "kind": k, "removed": n} for (d, k), n in sorted(counts.items())]
    )
