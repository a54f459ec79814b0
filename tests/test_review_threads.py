"""Decisions that several threads of one process take in at once are stored once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest

from store_samples import VERSIONS, document, observation
from vigie.accounts.records import LOCAL
from vigie.review import item as items
from vigie.review.book import Book
from vigie.review.records import Choice
from vigie.review.taking import take_in
from vigie.store import Store
from vigie.store.rows import Entry
from vigie.store.runs import Counts

THREADS = 3


def test_threads_store_a_decision_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "vigie.duckdb"
    with Store.open(path) as store:
        made = document()
        run = store.start_run("add", VERSIONS)
        store.write(run, [Entry(document=made, observations=(observation(made),), source=None)])
        store.finish_run(run, Counts())
        (name,) = store.column("SELECT id FROM observations")
        with Book.open(path) as book:
            book.decide(LOCAL, items.item(store, name), Choice(verdict="accept"), key="one")
        begun, read, meeting = Barrier(THREADS), Barrier(THREADS), Store.transaction

        def late(
            self: Store,
        ) -> Any:  # those who are not kept apart have all read what waits when the first writes
            with suppress(BrokenBarrierError):
                read.wait(0.3)
            return meeting(self)

        monkeypatch.setattr(Store, "transaction", late)

        def taken(_: int) -> int:
            with Store.open(path) as mine:
                begun.wait(20)
                return take_in(mine).decisions

        with ThreadPoolExecutor(THREADS) as pool:
            counts = list(pool.map(taken, range(THREADS)))
        assert sorted(counts) == [0] * (THREADS - 1) + [1]
        assert store.column("SELECT decision_id FROM review_decisions GROUP BY ALL HAVING count(*) > 1") == []
        assert len(store.column("SELECT decision_id FROM review_decisions")) == 1
