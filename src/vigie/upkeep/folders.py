"""Folders of `vigie bulk` brought in line with a store: what is purged there, cleared there or over there goes from their parts too.

In: an open store, folders, a `Verdict`. Out: a `Reached`. The parts of an archive are written under new names beside the old ones; the
account that names them takes the place of the one before in one step, and the old parts go: whoever stops it leaves parts of before or of
after, never a mixture, and the same call goes on. The lists of the store are left in the folder first (`vigie.bulk.kept_out`), so that no
later run of `vigie bulk` brings anything back. Left out: names of archives, which are the owner's own; they are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path

from vigie.bulk import kept_out
from vigie.bulk.account import Account
from vigie.bulk.folder import ACCOUNTS, Folder, writing
from vigie.bulk.tally import AuditId, Tally
from vigie.bulk.workplace import alive, places, workplace
from vigie.model.errors import StoreError
from vigie.pipeline import finders
from vigie.redact.subject import Finder
from vigie.store.part_rows import PartDocument, read_rows
from vigie.store.parts import PartFile, PartWriter
from vigie.store.rows import Row
from vigie.store.store import Store
from vigie.upkeep.part_texts import Reached, Verdict, clear_card, content

_BATCH = 200  # documents compared with the lists at a time


def reach(
    store: Store, paths: Sequence[Path], verdict: Verdict, *, change: bool, finder: Finder | None = None
) -> Reached:
    """Do, or with `change` false count, what the verdict says in every folder.

    Args:
        finder: of who asks now, for a count; else the lists of the store say who asked.

    Raises StoreError for what is no folder of `vigie bulk`, one in which a run goes on, and one that cannot be written.
    """
    clearing = [finder] if finder is not None else finders(store.tombstones)
    whole = Reached()
    for path in paths:
        folder = _folder(path, busy=change)
        reached = Reached(folders=1)
        with ExitStack() as stack:
            if change:
                with writing(folder.root):
                    work = stack.enter_context(workplace(folder.root))
                if store.tombstones.count or clearing or (folder.root / kept_out.FILE).exists():
                    folder.leave(kept_out.FILE, kept_out.packed(store.tombstones))
            for account, day in _accounts(folder, reached):
                try:
                    found = _look(folder, account, day, verdict, clearing)
                except StoreError as error:
                    reached.faults.append(f"{folder.root}/{account.key}: {error}")
                    continue
                if found.archives and change:
                    _write(folder, account, day, verdict, clearing, work)
                reached.add(found)
        if change:
            folder.finish()
        whole.add(reached)
    return whole


def free(paths: Sequence[Path]) -> None:
    """Raises StoreError for what is no folder of `vigie bulk`, and for one in which a run goes on: before anything is changed."""
    for path in paths:
        _folder(path, busy=True)


def bury(
    store: Store, paths: Sequence[Path], chosen: Callable[[PartDocument, date], bool], *, everywhere: bool
) -> int:
    """Keep the content of documents of the folders out of the store from now on; how many. Those that it holds are its own to bury."""
    many = 0
    for path in paths:
        folder = _folder(path, busy=True)
        for account, day in _accounts(folder, Reached()):
            for batch in _batches(folder, account):
                found = {d.document["doc_id"]: d for d in batch if chosen(d, day)}
                known = store.known(found.keys()) | store.tombstones.held_ids([*found])
                with store.transaction():
                    rest = [content(d) for doc_id, d in found.items() if doc_id not in known]
                    many += store.tombstones.bury(rest, everywhere=everywhere)
    return many


def _folder(path: Path, *, busy: bool) -> Folder:
    folder = Folder(path)
    if folder.job() is None:
        raise StoreError(f"{path}: no folder of vigie bulk (it has no job.json)")
    if busy and any(alive(place) for place in places(path)):
        raise StoreError(
            f"{path}: a run goes on in it (wait for its end, or stop it, and give the same command again)"
        )
    return folder


def _accounts(folder: Folder, reached: Reached) -> Iterator[tuple[Account, date]]:
    """Archives whose files are what was written, with the day on which each was read; the others become faults."""
    for key in folder.listed():
        account = folder.account(key)
        if account is None:
            reached.faults.append(f"{folder.root}/{ACCOUNTS}/{key}.json: damaged")
        elif bad := folder.faults(account):
            reached.faults += [f"{folder.root}: {name}: not what was written" for name in bad]
        else:
            yield account, folder.day(key)


def _batches(folder: Folder, account: Account) -> Iterator[list[PartDocument]]:
    for part in account.parts():
        rows = read_rows(
            {table: folder.path(file) for table, file in part.items()},
            {table: file.rows for table, file in part.items()},
        )
        while batch := list(islice(rows, _BATCH)):
            yield batch


def _look(
    folder: Folder, account: Account, day: date, verdict: Verdict, clearing: Sequence[Finder]
) -> Reached:
    """What would be done in one archive; `archives` is 1 where its files would be other ones."""
    found, cards = Reached(), dict[str, Row]()
    for batch in _batches(folder, account):
        verdict.of(batch, day, found)
        cards.update((d.card["source_id"], d.card) for d in batch if d.card is not None)
    if verdict.samples_end(_source(folder), day):
        found.sample = len(account.tally.audit)
    found.named = int(any(finder.find(account.name) for finder in clearing))
    moved = any(clear_card(card, clearing) != card for card in cards.values())
    found.archives = int(moved or not found.nothing)
    return found


def _write(
    folder: Folder, account: Account, day: date, verdict: Verdict, clearing: Sequence[Finder], work: Path
) -> None:
    """Put what the verdict leaves of an archive in its place."""
    revised = _Revised(verdict, day, clearing)
    numbers = [int(file.name.partition(".")[0].rpartition("-")[2]) for file in account.files]
    rows = int((folder.job() or {}).get("plan", {}).get("rows_per_part", 1))
    with writing(folder.root), PartWriter(work, account.key, rows, max(numbers, default=-1) + 1) as writer:
        for batch in _batches(folder, account):
            writer.write(revised.tables(batch))
        files = writer.finish()
    sample = [] if verdict.samples_end(_source(folder), day) else account.tally.audit
    folder.revised(work, revised.account(account, files, sample), account)


def _source(folder: Folder) -> str:
    """The source of the whole job; "" where each page says its own."""
    return str(((folder.job() or {}).get("plan") or {}).get("source", ""))


class _Revised:
    """An archive as it is written again, with what changes in its counts."""

    def __init__(self, verdict: Verdict, day: date, clearing: Sequence[Finder]) -> None:
        self.verdict, self.day, self.clearing = verdict, day, clearing
        self.reached, self.doubles, self.seen = Reached(), 0, set[str]()
        self.lost = Counter[str]()

    def tables(self, batch: Sequence[PartDocument]) -> dict[str, list[Row]]:
        """Rows of each table that stay of a batch."""
        found: dict[str, list[Row]] = {
            "documents": [], "observations": [], "evidence": [], "redactions": [], "sources": []
        }  # fmt: skip
        cards: dict[str, Row] = {}
        for old, new in zip(batch, self.verdict.of(batch, self.day, self.reached), strict=True):
            self.lost.update(row["type"] for row in old.observations)
            if new is None:
                continue
            if new.document["doc_id"] in self.seen:  # another text until now
                self.doubles += 1
                continue
            self.seen.add(new.document["doc_id"])
            self.lost.subtract(row["type"] for row in new.observations)
            found["documents"].append(new.document)
            found["observations"] += new.observations
            found["evidence"] += new.evidence
            found["redactions"] += new.redactions
            if new.card is not None:
                cards[new.card["source_id"]] = clear_card(new.card, self.clearing)
        found["sources"] = [*cards.values()]
        return found

    def account(self, before: Account, files: Sequence[PartFile], sample: Sequence[AuditId]) -> Account:
        """The account of what was written: what went counts as purged, or as the same text again."""
        tally = Tally.from_json(before.tally.to_json())
        tally.kept -= self.reached.documents + self.doubles
        tally.rejected.update({"purged": self.reached.documents, "repeated": self.doubles})
        tally.observations = tally.observations - self.lost
        tally.audit = list(sample)
        return replace(before, tally=tally, files=tuple(files))
