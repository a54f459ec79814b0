"""A store replaced as a whole: by a backup, or by itself with another store merged in.

In: the path of a store, a backup or other stores. Out: the new store in its place, and what was done. All work is done on a copy beside the
store, which takes its place in one step when nothing is left to do: a stop at any moment leaves the store as it was, or as it is to
be. What was purged, from either, is erased from the copy before, and what is shown, cleared or kept out stays so (`upkeep.maintain`).
What is put back beside a restored store, or stayed there, is held against it in the end: it may quote what was purged since.
Left out: what is in a backup (`vigie.store.backup`); which rows meet which (`vigie.store.merge`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from vigie.model.errors import StoreError
from vigie.pipeline import clearing, key_id_of, versions
from vigie.settings import Settings
from vigie.store import turn
from vigie.store.backup import STORE, Manifest, put_beside, read_manifest, verify
from vigie.store.beside import forget_copies
from vigie.store.copying import forced
from vigie.store.database import check, connect
from vigie.store.merge import Merged, merge_ledger, merge_other, waiting_decisions
from vigie.store.reviews_taken import take_in as take_in_reviews
from vigie.store.runs import Counts
from vigie.store.store import Store, brought_up, whole_turn
from vigie.upkeep import contests, notes
from vigie.upkeep.maintain import Upkeep, maintain


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did.

    Attributes:
        manifest: of the backup. upkeep: what was purged since and kept out, what had expired.
        listed: entries of what was purged that the backup did not know of.
        beside: names of what was put back beside the store; what stood there stayed.
    """

    manifest: Manifest
    upkeep: Upkeep
    listed: int
    beside: list[str]


def restore(place: Path, settings: Settings, *, anyway: bool = False, today: date | None = None) -> Restored:
    """Put a backup in the place of the store.

    What was purged from the present store stays purged, and what it showed to the public still counts for what may be shown.

    Args:
        anyway: also where the present store cannot be read, so that nobody knows what was purged since.
    Raises:
        StoreError: if the backup is damaged, a run goes on, or the present store cannot be read; nothing is changed then.
    """
    faults, path = verify(place, settings), settings.store
    if faults:
        raise StoreError(
            f"{place} is damaged: {'; '.join(faults[:5])} (nothing was changed; use another backup)"
        )
    check(path, read_only=False)
    with whole_turn(path, settings), _copy(path, place / STORE, settings) as fresh:
        if turn.live_runs(path):
            raise StoreError(f"a run goes on in {path} (wait for its end, or stop it, and run again)")
        with Store.open(fresh, settings=settings, stands_for=path) as store:
            before = _present(
                path, fresh.with_name(f"{path.resolve().name}.present"), settings, anyway=anyway
            )
            try:
                listed = 0
                if before is not None:
                    with Store.open(before, settings=settings, stands_for=before) as present:
                        stones = present.tombstones.dump()
                    listed = store.tombstones.load(stones)
                    merge_ledger(store, before)
                done = maintain(store, today=today)
                store.tombstones.due_again()  # of what is put back: also where this is stopped before its end
            finally:
                _remove(before)
        with suppress(FileNotFoundError):
            path.resolve().with_name(f"{path.resolve().name}.wal").unlink()  # of the store that goes
        _swap(fresh, path)
        beside = put_beside(place, path)
        with Store.open(path, settings=settings) as store:
            done = replace(done, faults=maintain(store, today=today).faults)
    return Restored(manifest=read_manifest(place), upkeep=done, listed=listed, beside=beside)


def merge(
    others: Sequence[Path], settings: Settings, *, today: date | None = None
) -> list[tuple[Merged, Upkeep]]:
    """Merge other stores into the store, one after the other; they stay as they are. Safe to repeat.

    Raises:
        StoreError: if one of them cannot be read, or is the store itself; nothing is changed of that merge then.
    """
    path = settings.store
    for other in others:
        brought_up(other, settings, settings.store_wait)
        check(other, read_only=True)
        if path.exists() and other.samefile(path):
            raise StoreError(f"{other} is the store itself (name another one)")
    found = []
    for other in others:
        with whole_turn(path, settings):
            with Store.open(
                path, settings=settings
            ) as store:  # what waits beside it is taken in where it stands
                contests.take_in(store)
                notes.take_in(store)
                take_in_reviews(store, clearing(store))
            with _copy(path, path, settings) as fresh, _brought_up(other, path, settings) as theirs:
                with Store.open(fresh, settings=settings, stands_for=path) as store:
                    run = store.start_run("merge", versions())
                    done = merge_other(
                        store, theirs, key_ids=_key_ids(store), waiting=waiting_decisions(other)
                    )
                    upkeep = maintain(store, today=today)
                    store.finish_run(
                        run, Counts(read=done.documents_read, new=done.documents, unchanged=done.known, kept_out=done.kept_out,
                                    observations=done.observations)
                    )  # fmt: skip
                    if upkeep.faults:
                        raise StoreError(
                            f"{other} could not be merged: {upkeep.faults[0]} (the store is as it was; see vigie doctor --store {other})"
                        )
                _swap(fresh, path)
            found.append((done, upkeep))
    return found


def _key_ids(store: Store) -> set[str]:
    """Keys of contacts that are at hand here."""
    return {
        key_id_of(store.settings.key_file),
        *store.column("SELECT DISTINCT key_id FROM contact_marks"),
    } - {""}


@contextmanager
def _copy(path: Path, source: Path, settings: Settings) -> Iterator[Path]:
    """A copy of `source` beside the store, gone in the end unless it was moved."""
    fresh = path.resolve().with_name(f"{path.resolve().name}.replacing")
    _remove(fresh)
    try:
        _copied(source, fresh, settings)
        yield fresh
    finally:
        _remove(fresh)


@contextmanager
def _brought_up(other: Path, path: Path, settings: Settings) -> Iterator[Path]:
    """A copy of another store at the present schema: the other one is not touched, whatever it was written by."""
    copy = path.resolve().with_name(f"{path.resolve().name}.merging")
    _remove(copy)
    try:
        with turn.turn(other, "r", settings.store_wait):
            _copied(other, copy, settings)
        Store.open(copy, settings=replace(settings, store_wait=0), stands_for=copy).close()
        yield copy
    finally:
        _remove(copy)


def _present(path: Path, copy: Path, settings: Settings, *, anyway: bool) -> Path | None:
    """A copy of the present store, for its lists and what it showed; None where there is none."""
    if not path.exists():
        return None
    _remove(copy)
    try:
        _copied(path, copy, settings)
        Store.open(copy, settings=settings, stands_for=copy).close()
    except StoreError as error:
        _remove(copy)
        if anyway:
            return None
        raise StoreError(
            f"the present store cannot be read, so that nobody knows what was purged since the backup: {error} "
            "(add --anyway, and afterwards: vigie purge --import-tombstones FILE, if you have the list)"
        ) from None
    return copy


def _copied(source: Path, target: Path, settings: Settings) -> None:
    """The bytes of a store's file, and of its log; nobody writes it meanwhile, also who stands in no line."""
    held = connect(source, read_only=True, settings=settings)
    try:
        for end in ("", ".wal"):
            one, other = (path.with_name(f"{path.name}{end}") for path in (source.resolve(), target))
            if one.exists():
                shutil.copyfile(one, other)
                other.chmod(0o600)
    except OSError as error:
        raise StoreError(
            f"{source} could not be copied ({error.strerror}): see that the disk has room"
        ) from None
    finally:
        held.close()


def _swap(fresh: Path, path: Path) -> None:
    """The last step. What was made of the store goes first: it may hold what is no more."""
    forget_copies(path)
    try:
        forced(fresh)
        fresh.replace(path.resolve())
        forced(path.resolve().parent)
    except OSError as error:
        raise StoreError(f"{path} could not be replaced ({error.strerror}); it is as it was") from None


def _remove(path: Path | None) -> None:
    if path is not None:
        for one in (path, path.with_name(f"{path.name}.wal")):
            one.unlink(missing_ok=True)
