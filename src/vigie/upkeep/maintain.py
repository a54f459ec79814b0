"""Upkeep of a store: what is over goes, what was purged stays out, better redaction reaches what is stored.

In: an open store. Out: an Upkeep with counts. In order: retention periods, notes that wait beside the store, tombstones, identifiers
of persons who asked to be erased, redaction anew (asked for), integrity; then the file is written anew if anything was erased.
Safe to repeat; a run that is stopped is completed by the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from vigie.assess import assess, assess_if_due
from vigie.model.document import RawDocument
from vigie.pipeline import clearing, suppressing, versions
from vigie.redact import REDACTOR_VERSION, again, redact
from vigie.redact.paths import redact_path
from vigie.store import retention, weekly
from vigie.store.beside import forget_copies
from vigie.store.database import utc_now
from vigie.store.erase import erase
from vigie.store.integrity import faults
from vigie.store.review_book import forget_reviews
from vigie.store.reviews_taken import take_in as take_in_reviews
from vigie.store.rows import Row
from vigie.store.runs import Counts
from vigie.store.store import Store
from vigie.store.tombstones import Buried
from vigie.upkeep import contests, notes
from vigie.upkeep.folders import free, reach
from vigie.upkeep.part_texts import Reached, Verdict, clearing_of
from vigie.upkeep.purge import clear
from vigie.upkeep.walk import Tally, walk

_PAGE = 200  # documents compared with the tombstones at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """What a run did, or would do.

    Attributes:
        expired: full texts dropped; `moved`: documents whose day of expiry changed.
        kept_out: documents that hold purged content, erased again.
        cleared: identifiers of persons, replaced.
        redacted: what the present redactor removed; None when not asked for.
        faults: what does not hold together.
        rewritten: whether the file was written anew.
        parts: what was done in folders of `vigie bulk`; None where none was named.
    """

    moved: int
    expired: int
    kept_out: int
    cleared: Tally
    redacted: Tally | None
    faults: list[str] = field(default_factory=list)
    rewritten: bool = False
    parts: Reached | None = None


def maintain(
    store: Store, *, reredact: bool = False, dry_run: bool = False, today: date | None = None,
    tell: Callable[[int], None] | None = None, folders: Sequence[Path] = (),
) -> Upkeep:  # fmt: skip
    """Do all upkeep that is due. A dry run changes nothing; what it counts of one step knows nothing of the steps before.

    `folders`: of `vigie bulk`, whose texts expire, are cleared and are erased as those of the store.
    """
    if not dry_run:
        free(folders)
        forget_copies(store.stands_for)
    run = None if dry_run else store.start_run("maintain", versions())
    moved = retention.apply(store, change=not dry_run)
    expired = retention.over(store, today) if dry_run else store.expire(today)
    if run is not None:
        contests.take_in(store)
        notes.take_in(store)
        take_in_reviews(store, clearing(store))
        contests.expire(store, run, today or date.today())
    held = purged(store)
    if held and run is not None:
        erase(store, run, "tombstones", held, bury=False)
    cleared = Tally()
    due = suppressing(store, due=True)
    if due and run is not None:
        forget_reviews(store.stands_for, None)  # all is in the store, where it is cleared
    for finder in due:
        found = clear(store, finder, run)
        cleared.documents += found.documents
        cleared.mentions += found.mentions
        cleared.elsewhere += found.elsewhere
    if run is not None:
        store.tombstones.applied()
    redacted = None
    if reredact:
        redacted = walk(
            store, again.removals, _tidy, run=None if run is None else (run, "reredact"), tell=tell,
            redactor=REDACTOR_VERSION,
        )  # fmt: skip
    rewritten = run is not None and store.rewrite_pending()
    if run is not None and (
        held or cleared.documents or cleared.elsewhere or (redacted and redacted.documents)
    ):
        assess(store, everything=True)  # what was a copy, or confirmed, may be so no more
    elif run is not None:
        assess_if_due(store)
    if run is not None:
        contests.tell(store)
        take_in_reviews(
            store, clearing(store)
        )  # the file beside the store is told what it does not hold any more
        weekly.mend(store.connection)
    if rewritten:
        store.rewrite()
    parts = None
    if folders:
        again_too = [(again.removals, _tidy)] if reredact else []
        gone = store.column("SELECT doc_id FROM documents WHERE text IS NULL")
        verdict = Verdict(
            tombstones=store.tombstones, stored=store.known, settings=store.settings, clearing=[*clearing_of(store), *again_too],
            expired=frozenset(map(str, gone)), today=today or utc_now().date(),
        )  # fmt: skip
        parts = reach(store, folders, verdict, change=not dry_run)
    if run is not None:
        changed = len(held) + cleared.documents + (redacted.documents if redacted else 0)
        store.finish_run(run, Counts(read=store.sizes()["documents"], new=changed))
    return Upkeep(
        moved=moved, expired=expired, kept_out=len(held), cleared=cleared, redacted=redacted,
        faults=[*faults(store), *(parts.faults if parts else ())], rewritten=rewritten, parts=parts,
    )  # fmt: skip


def purged(store: Store) -> list[str]:
    """Stored documents that are purged content: a copy of the store was restored, or lists of another one were taken over."""
    tombstones = store.tombstones
    if not tombstones.due():
        return []
    ids = [str(i) for i in store.column("SELECT doc_id FROM documents ORDER BY doc_id")]
    found = tombstones.held_ids(ids)
    left = [doc_id for doc_id in ids if doc_id not in found]
    for at in range(0, len(left), _PAGE):
        sql = "SELECT doc_id, text, source_id FROM documents WHERE text IS NOT NULL AND doc_id IN (SELECT unnest(?))"
        rows: list[Row] = store.query(sql, [left[at : at + _PAGE]]).to_pylist()
        found |= tombstones.held([Buried(**row) for row in rows], same=True)
    return sorted(found)


def _tidy(text: str, lang: str, column: str) -> str:
    """A path or an outlet without what the redactor would remove from one."""
    if column == "path":
        return redact_path(text, lang)
    return redact(RawDocument(path="", format="", text="", outlet=text)).outlet
