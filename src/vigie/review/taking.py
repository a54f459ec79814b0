"""Decisions into the store: copied, and applied where they are final.

In: an open store. Out: counts. Safe to repeat, and safe to be stopped: what was copied is told by its id. Left out: the rules by which a
decision is matched with what a newer extractor reads (`vigie.store.reviews`).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import RLock

from vigie.assess import assess_if_due
from vigie.model.errors import StoreError, VigieError
from vigie.pipeline import clearing
from vigie.review.book import Book
from vigie.review.queue import refill
from vigie.review.records import Taken
from vigie.settings import Settings
from vigie.store import Store, reviews_taken, weekly
from vigie.store.review_book import reviews_file

_taking = RLock()  # turns keep processes apart; within one, threads may have the same store open, and would each copy what waits


def take_in(store: Store) -> Taken:
    """Copy the decisions that wait, apply the final ones, and judge anew what they bore out. Raises StoreError."""
    with _taking:
        found = reviews_taken.take_in(store, clearing(store))
        if found.applied:
            assess_if_due(store)
            weekly.fold(store.connection)
    return Taken(decisions=found.decisions, applied=found.applied, lapsed=found.lapsed)


def take_in_at(settings: Settings, wait: float) -> Taken:
    """The same as `take_in` for a store that is opened for it. Raises StoreError if no turn comes within `wait` seconds."""
    with Store.open(settings.store, settings=settings, wait=wait) as store:
        return take_in(store)


def refill_from(copy: Path, store_path: Path | str) -> int:
    """A new queue in the book of a store, made of a copy of it, so that the store itself is left alone; how many facts.

    Nothing is made where nobody reviews.
    """
    if not reviews_file(store_path).exists():
        return 0
    with Store.open(copy, read_only=True) as store, Book.open(store_path) as book:
        return refill(store, book)


def refill_apart(copy: Path, store_path: Path | str) -> None:
    """The same in a process of its own: of a million facts it takes processor time and memory that a server needs for its pages.

    Raises StoreError.
    """
    if not reviews_file(store_path).exists():
        return
    command = [sys.executable, "-m", "vigie.review.taking", str(copy), str(store_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] if done.returncode == 1 else []
        raise StoreError(
            reason[0] if reason else f"the queue of {store_path} could not be made (the process was stopped)"
        )


if __name__ == "__main__":
    try:
        refill_from(Path(sys.argv[1]), sys.argv[2])
    except VigieError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
