"""Walking the stored documents and revising them, in batches of one transaction each.

In: an open store and what finds spans to remove. Out: counts. A run that is stopped half-way has done some of the
documents; the next finds nothing in these and does the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from vigie.store import reviews
from vigie.store.erase import Revision
from vigie.store.erase import revise as write
from vigie.store.rows import Row
from vigie.store.store import Store
from vigie.upkeep.revising import Find, Revised, Tidy, by_document, locate, revise, tidied_columns

_PAGE = 200  # documents worked on in one transaction


@dataclass(kw_only=True, slots=True)
class Tally:
    """What a walk found; grows as it goes.

    Attributes:
        documents: with something to remove.
        mentions: spans removed, by kind; in path and outlet they are not counted.
        facts_changed, facts_dropped: whose quote has other words now; whose whole quote was removed.
        doubles: documents that became the same as another, and went.
        elsewhere: rows of other tables that held one.
    """

    read: int = 0
    documents: int = 0
    mentions: Counter[str] = field(default_factory=Counter)
    facts_changed: int = 0
    facts_dropped: int = 0
    doubles: int = 0
    elsewhere: int = 0


def walk(
    store: Store, find: Find, tidy: Tidy, *, run: tuple[int, str] | None, tell: Callable[[int], None] | None = None,
    redactor: str | None = None, touched: list[str] | None = None, among: Sequence[str] | None = None,
) -> Tally:  # fmt: skip
    """Revise every document in which something is found.

    Args:
        run: number and kind of the erasure; None counts and changes nothing.
        redactor: version to note on the documents changed; None leaves theirs.
        among: the only documents looked at; None for all.
        touched: receives the ids of the documents, as they are before.
    """
    tally, ids = Tally(), among
    if ids is None:
        ids = [str(i) for i in store.column("SELECT doc_id FROM documents ORDER BY doc_id")]
    for at in range(0, len(ids), _PAGE):
        chosen: list[Revision] = []
        tally.read += len(ids[at : at + _PAGE])
        for made in _page(store, ids[at : at + _PAGE], find, tidy, redactor):
            _count(tally, made)
            if touched is not None:
                touched.append(made.revision.old_id)
            chosen.append(made.revision)
        if chosen and run is not None:
            tally.doubles += write(store, *run, chosen)
        if tell is not None:
            tell(tally.read)
    return tally


def _page(
    store: Store, ids: Sequence[str], find: Find, tidy: Tidy, redactor: str | None
) -> Iterator[Revised]:
    """The documents with something to remove. Facts are read of these only: in most there is nothing."""
    documents = _rows(store, "documents", ids)
    gone = [d["doc_id"] for d in documents if d["text"] is None]
    expired = by_document(_rows(store, "evidence", gone))
    aside = by_document(
        [p.proof for p in reviews.pairs_of(*reviews.aside(store.connection, gone)) if p.proof] if gone else []
    )
    hits = []
    for document in documents:
        left = [*expired.get(document["doc_id"], []), *aside.get(document["doc_id"], [])]
        found = locate(document, left, find)
        columns = tidied_columns(document, tidy)
        if found or columns:
            hits.append((document, found, columns))
    chosen = [document["doc_id"] for document, _, _ in hits]
    facts, proofs = (by_document(_rows(store, table, chosen)) for table in ("observations", "evidence"))
    machine, decisions = map(by_document, reviews.aside(store.connection, chosen)) if chosen else ({}, {})
    for document, found, columns in hits:
        doc_id = document["doc_id"]
        own = (facts.get(doc_id, []), proofs.get(doc_id, []))
        made = revise(
            document, *own, found, columns, redactor or document["redactor"],
            machine=machine.get(doc_id, []), decisions=decisions.get(doc_id, []),
        )  # fmt: skip
        yield made


def _rows(store: Store, table: str, doc_ids: Sequence[str]) -> list[Row]:
    if not doc_ids:
        return []
    sql = f"SELECT * FROM {table} WHERE doc_id IN (SELECT unnest(?)) ORDER BY ALL"
    rows: list[Row] = store.query(sql, [list(doc_ids)]).to_pylist()
    return rows


def _count(tally: Tally, made: Revised) -> None:
    tally.documents += 1
    tally.mentions.update(made.revision.removed)
    tally.facts_changed += made.changed
    tally.facts_dropped += made.dropped
