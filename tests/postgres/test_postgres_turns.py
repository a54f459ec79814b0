"""Turns at a server: who waits is told, who reads does not wait, a long run lets others in, and runs of other machines go on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
from conftest import Team
from postgres_samples import add, ids, stored

from store_samples import VERSIONS, document, observation
from vigie import place
from vigie.cli import output
from vigie.model.errors import StoreError
from vigie.settings import Settings
from vigie.store import Store, turn
from vigie.store.database import BusyError
from vigie.store.postgres import session
from vigie.store.postgres.link import TURN
from vigie.store.rows import Entry
from vigie.store.runs import Counts
from vigie.store.store import settle_open
from vigie.web.follow import Follower


@contextmanager
def held(team: Team) -> Iterator[Any]:
    """The turn, of a process on another machine."""
    with psycopg.connect(team.address, autocommit=True, application_name="vigie 77 of elsewhere") as other:
        other.execute("SELECT pg_advisory_lock(%s, 0)", [TURN])
        yield other


def test_who_waits_is_told_and_who_reads_does_not_wait(
    team: Team, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store.open(team.address) as store:
        add(store, 1)
    with held(team):
        with pytest.raises(BusyError, match=r"process 77 of elsewhere .*VIGIE_WAIT"):
            Store.open(team.address, wait=0)
        assert capsys.readouterr().err == ""
        with pytest.raises(BusyError, match="for 1 seconds now"):
            Store.open(team.address, wait=1)
        told = capsys.readouterr().err
        assert told.count("waiting for process 77 of elsewhere to be done with postgresql://127.0.0.1") == 1
        assert stored(team.at("two")) == ids(1)
    Store.open(team.at("one"), wait=0).close()


def test_the_turn_comes(team: Team) -> None:
    Store.open(team.address).close()
    with held(team) as other:
        Thread(target=lambda: (time.sleep(0.7), other.execute("SELECT pg_advisory_unlock_all()"))).start()
        with Store.open(team.address, wait=30) as store:
            add(store, 1)
    assert stored(team.at("two")) == ids(1)


def test_a_long_run_sends_and_lets_others_in(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "SLICE", 0.0)
    monkeypatch.setattr(turn, "WORTH", 0.0)
    monkeypatch.setattr(session, "SEND", 1e9)
    other, seen = place.of(team.at("two")), []

    def beside() -> None:
        with Store.open(other, wait=60) as store:
            seen.append(
                (store.column("SELECT doc_id FROM documents"), [(r.run_id, r.status) for r in store.runs()])
            )
            add(store, 2)

    with Store.open(team.at("one"), wait=60) as store:
        run = store.start_run("add", VERSIONS)
        first = document(1)
        store.write(run, [Entry(document=first, observations=[observation(first)], source=None)])
        assert store.breathe() is False  # nobody waits
        assert team.sql("SELECT to_regclass('vigie.documents')") == [[""]] or stored(other) == set()
        thread = Thread(target=beside)
        thread.start()
        while not store.awaited:
            assert thread.is_alive()
        assert store.breathe() is True
        thread.join(60)
        assert store.known(["d0001", "d0002"]) == ids(1, 2)
        store.finish_run(run, Counts(new=1))
    assert seen == [(["d0001"], [(1, "running")])]  # it goes on elsewhere: not interrupted
    with Store.open(team.address) as store:
        assert [(r.run_id, r.status) for r in store.runs()] == [(1, "done"), (2, "done")]
        store.start_run("add", VERSIONS)
    with Store.open(other) as store:
        assert store.runs()[-1].status == "interrupted"


def test_a_long_run_sends_now_and_then(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "SEND", 0.0)
    monkeypatch.setattr(session, "WORTH", 0.0)
    with Store.open(team.address) as store:
        run = store.start_run("add", VERSIONS)
        store.write(run, [Entry(document=document(1), observations=[], source=None)])
        store.breathe()
        assert team.sql("SELECT doc_id FROM vigie.documents") == [["d0001"]]


def test_nothing_is_told_before_it_is_there(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "_before", [])
    output.before_words(settle_open)
    with Store.open(team.address) as store:
        add(store, 1)
        store.connection.execute("UPDATE documents SET title = 'Dit'")
        output.say("done")
        assert team.sql("SELECT title FROM vigie.documents") == [["Dit"]]
        store.connection.execute("UPDATE documents SET title = 'Écrit'")
        output.write("done\n")
        assert team.sql("SELECT title FROM vigie.documents") == [["Écrit"]]


def test_one_process_may_open_it_twice(team: Team) -> None:
    with Store.open(team.address) as store, Store.open(team.address) as again:
        add(store, 1)
        add(again, 2)
        store.close()
        add(again, 3)
    assert stored(team.at("two")) == ids(1, 2, 3)


def test_pages_follow_the_server(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(team.at("one")) as store:
        add(store, 1)
    stored(team.at("two"))
    path, told = team.copy("two"), list[str]()
    follower = Follower(Settings(store=path), public=False, models=None, told=told.append)  # type: ignore[arg-type]
    before = follower._look()
    follower._bring_up()
    assert follower._look() == before
    with Store.open(team.at("one")) as store:
        add(store, 2)
    follower._bring_up()  # too soon
    assert follower._look() == before
    follower._server_at = 0.0
    follower._bring_up()
    assert follower._look() != before
    monkeypatch.setattr("vigie.web.follow.brought_up", lambda *_: (_ for _ in ()).throw(StoreError("gone")))
    for _ in range(3):
        follower._server_at = 0.0
        follower._bring_up()
    assert told == ["pages: of the copy of this machine (gone)"]
    assert Path(path).exists()
