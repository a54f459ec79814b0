"""Purges: documents go, with all that refers to them; persons' identifiers go out of the documents that stay.

In: an open store and a choice, or identifiers. Out: a Receipt. When it is returned, no byte of what was erased is
in the store's file; a purge that is stopped is completed by the next opening of the store, or was not begun.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vigie.assess import assess
from vigie.pipeline import clearing, versions
from vigie.redact.keyfile import load_key
from vigie.redact.marks import Marker
from vigie.redact.subject import Finder, Mark, marks_of
from vigie.store.database import utc_now
from vigie.store.erase import Selection, count_rows, erase, select
from vigie.store.links import texts
from vigie.store.review_book import forget_reviews
from vigie.store.reviews import again
from vigie.store.reviews_taken import take_in as take_in_reviews
from vigie.store.rewrite import record
from vigie.store.runs import Counts
from vigie.store.store import Store
from vigie.store.tombstones import Suppression, keyed
from vigie.upkeep.contests import take_in, tell
from vigie.upkeep.folders import bury, free, reach
from vigie.upkeep.part_texts import Reached, Verdict, clearing_of, found_by, holds
from vigie.upkeep.receipt import Receipt
from vigie.upkeep.revising import tidied
from vigie.upkeep.walk import Tally, walk
from vigie.watch.state import WatchState

# Tables whose texts hold whole observations: of what is decided, and of what was read before.
_HOLD_FACTS = ("review_decisions", "machine_observations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a purge would do.

    Attributes:
        doc_ids: documents that go.
        rows: rows that go with them, by table.
        changes: what would be replaced in documents that stay; None for a purge of documents.
        touched: documents that hold an identifier, in order.
        elsewhere: rows of other tables that hold an identifier.
        parts: what would be done in folders of `vigie bulk`; None where none was named.
    """

    kind: str
    doc_ids: tuple[str, ...]
    rows: dict[str, int]
    changes: Tally | None = None
    touched: tuple[str, ...] = ()
    elsewhere: int = 0
    parts: Reached | None = None


def plan(store: Store, selection: Selection, folders: Sequence[Path] = ()) -> Plan:
    """Which documents a purge would erase. Raises StoreError for a choice that names nothing, neither stored nor in the folders."""
    kind = "source" if selection.source is not None else "document" if selection.documents else "before"
    parts = reach(store, folders, _verdict(store, selection), change=False) if folders else None
    stored = selection if parts is None else _stored(store, selection, parts)
    ids = [] if stored is None else select(store, stored)
    return Plan(kind=kind, doc_ids=tuple(ids), rows=count_rows(store, ids), parts=parts)


def _stored(store: Store, selection: Selection, parts: Reached) -> Selection | None:
    """What of a choice is looked for in the store, where folders may hold the rest; None for nothing."""
    sources = "SELECT source_id FROM sources UNION SELECT source_id FROM documents"
    if selection.source in parts.erased.values() and selection.source not in store.column(sources):
        return None
    there = store.known(selection.documents)
    gone = set(selection.documents) - there
    if gone - parts.erased.keys() - store.tombstones.held_ids(sorted(gone)):
        return selection
    return replace(selection, documents=tuple(sorted(there))) if there or not gone else None


def _verdict(store: Store, selection: Selection) -> Verdict:
    """What folders lose by a purge: what is chosen, and whatever the lists of the store keep out."""
    return Verdict(
        tombstones=store.tombstones,
        stored=store.known,
        settings=store.settings,
        selection=selection,
        clearing=clearing_of(store),
    )


def purge(store: Store, chosen: Plan, selection: Selection, folders: Sequence[Path] = ()) -> Receipt:
    """Erase the documents of a plan and keep their content out. The card of a source goes with its last document.

    Documents of the folders that no store has are kept out like the others.
    """
    free(folders)
    run = store.start_run("purge", versions())
    take_in(store)
    take_in_reviews(store, clearing(store))
    asked = _verdict(store, selection)
    bury(store, folders, lambda d, day: asked.chosen(d.document, day), everywhere=chosen.kind == "document")
    only = [] if chosen.parts is None else [*chosen.parts.erased]
    salted = tuple(store.tombstones.salted(i) for i in sorted({*chosen.doc_ids, *only}))
    card = selection.source if selection.before is None and not selection.documents else None
    rows = erase(store, run, chosen.kind, chosen.doc_ids, card=card)
    assess(store)  # what was a copy, or confirmed, may be so no more
    tell(store)
    if card is not None and (state := WatchState.existing(store.path)) is not None:
        with state:  # what was announced of it and waits
            state.forget_addresses(card)
    copies = other_names(store)
    store.rewrite()
    parts = reach(store, folders, _verdict(store, selection), change=True) if folders else None
    store.finish_run(run, Counts(read=len(salted), new=len(salted)))
    return Receipt(
        made=utc_now(), kind=chosen.kind, documents=salted, rows=rows, versions=versions(),
        tombstones={"documents": len(salted)}, copies=copies, parts=parts,
    )  # fmt: skip


def other_names(store: Store) -> int:
    """Hard links of the store's file: the old bytes stay under those names."""
    return max(0, store.path.stat().st_nlink - 1)


class Subject:
    """The identifiers of one request. They are held in memory for the request only; nothing prints them."""

    def __init__(self, identifiers: Sequence[str]) -> None:
        """Raises IdentifierError if one is too short to look for."""
        self.count = len(identifiers)
        self._identifiers = tuple(identifiers)
        self.marks: list[Mark] = [mark for text in identifiers for mark in marks_of(text)]
        self.finder = Finder(self.marks)

    def __repr__(self) -> str:
        return f"Subject({self.count} identifiers)"

    def contact_marks(self, marker: Marker) -> set[str]:
        """The marks under which their contacts are counted."""
        return {mark for identifier in self._identifiers for mark in marker.of_identifier(identifier)}

    def suppressions(self, salt: bytes) -> list[Suppression]:
        """As they are kept: salted hashes."""
        return [
            Suppression(mark=keyed(m.key, salt), form=m.form, words=m.words, kind=m.kind) for m in self.marks
        ]


def plan_subject(store: Store, subject: Subject, *, whole: bool, folders: Sequence[Path] = ()) -> Plan:
    """What a request of a person would do: replace mentions, or with `whole` erase the documents that hold them."""
    touched: list[str] = []
    found = _walk(store, subject.finder, None, touched)
    elsewhere = sum(rows for _, rows in _elsewhere(store, subject.finder, change=False))
    ids = tuple(touched) if whole else ()
    rows = count_rows(store, ids)
    asked = Verdict(
        tombstones=store.tombstones,
        stored=store.known,
        settings=store.settings,
        clearing=[found_by(subject.finder)],
        whole=whole,
    )
    parts = reach(store, folders, asked, change=False, finder=subject.finder) if folders else None
    return Plan(
        kind="subject", doc_ids=ids, rows=rows, changes=found, touched=tuple(touched), elsewhere=elsewhere, parts=parts
    )  # fmt: skip


def purge_subject(
    store: Store, subject: Subject, chosen: Plan, *, whole: bool = False, folders: Sequence[Path] = ()
) -> Receipt:
    """Do what the plan says, and clear the identifiers from whatever is added later.

    Args:
        whole: also in the folders, documents go instead of their mentions.

    Marks of the contacts go too, where the key is at hand. Raises SettingsError, before anything is changed, if it cannot be trusted.
    """
    free(folders)
    key = store.settings.key_file
    keyed_here = os.path.lexists(key)
    marks = subject.contact_marks(Marker(load_key(key))) if keyed_here else set()
    unread = not keyed_here and store.query("SELECT 1 FROM contact_marks LIMIT 1").num_rows > 0
    run, tombstones = store.start_run("purge", versions()), store.tombstones
    take_in(store)
    take_in_reviews(store, clearing(store))
    forget_reviews(store.stands_for, None)  # all is in the store, where it is cleared
    touched = chosen.touched
    if whole:
        bury(store, folders, lambda d, _day: holds(d, subject.finder), everywhere=True)
    salted = tuple(tombstones.salted(doc_id) for doc_id in touched)
    suppressed = subject.suppressions(tombstones.salt())
    rows = erase(store, run, "subject", chosen.doc_ids, suppress=suppressed)
    found = Tally() if whole else _walk(store, subject.finder, run, among=touched)
    for table, changed in _elsewhere(store, subject.finder, change=True):
        rows[table] = rows.get(table, 0) + changed
    if forgotten := store.forget_marks(marks):
        rows["contact_marks"] = rows.get("contact_marks", 0) + forgotten
    tombstones.applied()
    take_in_reviews(store, clearing(store))
    assess(store)  # what was a copy, or confirmed, may be so no more
    tell(store)
    copies = other_names(store)
    store.rewrite()
    parts = reach(store, folders, _verdict(store, Selection()), change=True) if folders else None
    store.finish_run(run, Counts(read=len(touched), new=len(touched)))
    return Receipt(
        made=utc_now(), kind="subject", documents=salted if whole else (), changed=() if whole else salted,
        rows=rows, versions=versions(), mentions=dict(found.mentions), facts_changed=found.facts_changed,
        facts_dropped=found.facts_dropped, identifiers=subject.count,
        tombstones={"documents": len(salted) if whole else 0, "identifiers": subject.count}, copies=copies,
        marks_unread=unread, parts=parts,
    )  # fmt: skip


def _walk(
    store: Store,
    finder: Finder,
    run: int | None,
    touched: list[str] | None = None,
    among: Sequence[str] | None = None,
) -> Tally:
    return walk(
        store, lambda text, _lang, _edge: finder.find(text), tidied(finder.find),
        run=None if run is None else (run, "subject"), touched=touched, among=among,
    )  # fmt: skip


def clear(store: Store, finder: Finder, run: int | None) -> Tally:
    """Clear what a finder finds from documents and other tables; None counts only."""
    found = _walk(store, finder, run)
    found.elsewhere = sum(rows for _, rows in _elsewhere(store, finder, change=False))
    if run is not None and found.elsewhere:
        record(
            store.connection, run, "subject", mentions=found.elsewhere
        )  # first: a stop leaves no bytes behind
        _elsewhere(store, finder, change=True)
    return found


def _elsewhere(store: Store, finder: Finder, *, change: bool) -> list[tuple[str, int]]:
    """(table, rows) of identifiers in other tables: the publisher of a card, the reason of a decision."""
    tidy = tidied(finder.find)
    found = []
    for table, column in texts(store.connection):
        held = [
            v
            for v in store.column(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL")
            if finder.find(v)
        ]
        if held:
            (rows,) = store.column(
                f"SELECT count(*) FROM {table} WHERE {column} IN (SELECT unnest(?))", [held]
            )
            found.append((table, int(rows)))
        for value in held if change else ():
            with store.transaction():
                named = f"FROM {table} WHERE {column} = ?"
                decided = (
                    store.column(f"SELECT DISTINCT doc_id {named}", [value]) if table in _HOLD_FACTS else []
                )
                store.connection.execute(
                    f"UPDATE {table} SET {column} = ? WHERE {column} = ?", [tidy(value, "en", column), value]
                )
                if decided:  # what reviewers wrote stands among the observations too
                    again(store, [str(doc_id) for doc_id in decided])
    return found
