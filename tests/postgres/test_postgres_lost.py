"""Processes, connections and servers that end at the worst moment: what was told as done is there, and nothing of what was not is half there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import Team
from postgres_samples import add, contents, ids, stored

from store_samples import VERSIONS, document
from vigie import place
from vigie.model.errors import StoreError
from vigie.settings import Settings
from vigie.store import Store
from vigie.store.postgres import session
from vigie.store.postgres.link import Link, LostError
from vigie.store.postgres.push import OvertakenError
from vigie.store.postgres.session import bring_up

HERE = Path(__file__).resolve().parent
PATHS = os.pathsep.join([str(HERE), str(HERE.parent), *sys.path])

# One child for each moment: it stores one document that it tells of, and is killed while it stores another.
KILLED = """
import os, signal, sys
from postgres_samples import add
from vigie.store import Store
from vigie.store.postgres import link, push, working

def die(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)

def within(run):
    return lambda self, sql, parameters=None: die() if "INSERT INTO vigie.pushes" in sql else run(self, sql, parameters)

for at, moment in enumerate(("sending", "within", "after", "base", "unmark"), 1):
    if not (child := os.fork()):
        with Store.open(sys.argv[1]) as store:
            add(store, 10 * at)
            print("told", 10 * at, flush=True)
            if moment == "sending":
                push._send = die
            elif moment == "within":
                link.Link.run = within(link.Link.run)
            elif moment == "after":
                push._base = die
            elif moment == "base":
                working.Working.keep = die
            else:
                working.Working.unmark = die
            add(store, 10 * at + 1)
        os._exit(3)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
"""
WRITER = """
import os, sys
from postgres_samples import add
from vigie.model.errors import StoreError
from vigie.store import Store
children = []
for writer in range(8):
    if not (child := os.fork()):
        os.environ["VIGIE_COPIES"] = os.path.join(sys.argv[2], "one" if writer % 2 else "two")
        for number in range(2):
            try:
                with Store.open(sys.argv[1], wait=60) as store:
                    add(store, 100 * (writer + 1) + 2 * number, 100 * (writer + 1) + 2 * number + 1)
            except StoreError as error:
                print("refused", str(error), flush=True)
                continue
            print("told", 100 * (writer + 1) + 2 * number, 100 * (writer + 1) + 2 * number + 1, flush=True)
        os._exit(0)
    children.append(child)
sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
"""


def test_a_client_killed_at_any_moment_loses_only_what_it_had_not_told(team: Team) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, team.at("one")], capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": PATHS},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:5] == [f"told {10 * at}" for at in range(1, 6)]
    told = ids(10, 20, 30, 40, 50)
    there = stored(team.at("two"))
    assert there == told | ids(31, 41, 51)  # the server had these when their process was killed
    assert contents(team.at("one")) == contents(team.at("two"))


def test_eight_writers_and_a_server_that_is_killed(team: Team) -> None:
    with Store.open(team.at("one")):
        pass
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, team.address, str(team.folder)], stdout=subprocess.PIPE, text=True,
        stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": PATHS},
    )  # fmt: skip
    assert process.stdout is not None
    told, refused = set[str](), []
    for count, line in enumerate(process.stdout):
        word, *rest = line.split()
        if word == "told":
            told |= ids(*map(int, rest))
        else:
            refused.append(line)
        if count == 4:
            team.server.kill()
            time.sleep(0.5)
            team.server.start()
    assert process.wait(60) == 0
    every = {f"d{100 * (w + 1) + n:04}" for w in range(8) for n in range(4)}
    there = stored(team.at("three"))
    assert told <= there <= every
    assert len(told) + 2 * len(refused) == len(every)
    half = (
        "SELECT count(*) FROM vigie.documents d WHERE (SELECT count(*) FROM vigie.observations o WHERE o.doc_id = d.doc_id) <> 1 "
        "OR (SELECT count(*) FROM vigie.evidence e WHERE e.doc_id = d.doc_id) <> 1 "
        "OR (SELECT count(*) FROM vigie.redactions r WHERE r.doc_id = d.doc_id) <> 2"
    )
    assert team.sql(half) == [["0"]]
    with Store.open(team.at("two")) as store:  # run again, it completes
        missing = sorted(every - store.known(every))
        if missing:
            add(store, *(int(doc_id[1:]) for doc_id in missing))
    assert stored(team.at("one")) == every
    assert contents(team.at("one")) == contents(team.at("two"))


@contextmanager
def lost_after_commit(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The server commits, and its answer is lost, once."""
    whole, lost = Link.transaction, []

    @contextmanager
    def transaction(self: Link, **more: Any) -> Iterator[None]:
        with whole(self, **more):
            yield
        if not more and not lost:
            lost.append(1)
            self.close()
            raise LostError("lost")

    with monkeypatch.context() as patched:
        patched.setattr(Link, "transaction", transaction)
        yield lost


def test_a_commit_whose_answer_is_lost_is_asked_for(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(team.address) as store:
        add(store, 1)
        before = team.version()
        with lost_after_commit(monkeypatch) as lost:
            add(store, 2)
        assert lost and team.version() == before + 1
        add(store, 3)
    assert stored(team.at("two")) == ids(1, 2, 3)
    assert team.sql("SELECT count(*) FROM vigie.documents") == [["3"]]


def cut(team: Team) -> None:
    """End every connection to the database."""
    team.server.sql(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{team.database}' AND pid <> pg_backend_pid()"
    )


def test_a_connection_that_was_cut_comes_again(team: Team) -> None:
    with Store.open(team.address) as store:
        run = store.start_run("add", VERSIONS)
        cut(team)
        add(store, 1)
        cut(team)
        assert store.breathe() is False
        assert run in store._session.live_runs()  # type: ignore[union-attr]
    assert stored(team.at("two")) == ids(1)


def test_a_server_that_went_says_what_is_lost(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "COME_AGAIN", 0.5)
    gone = pytest.raises(StoreError, match=r"nothing that was not yet told as done was kept \(run again\)")
    with gone as said, Store.open(team.address) as store:
        add(store, 1)
        team.server.kill()
        add(store, 2)
    assert "s3cr3t" not in str(said.value)
    assert "no server answers there" in str(said.value)
    team.server.start()
    assert stored(team.address) == ids(1)  # the copy forgot it too
    with Store.open(team.address) as store:
        add(store, 2)
    assert contents(team.at("two")) == contents(team.at("one"))


def test_who_was_overtaken_sends_nothing(team: Team) -> None:
    other = place.of(team.at("two"))
    with pytest.raises(StoreError, match="written by somebody else"), Store.open(team.at("one")) as store:
        add(store, 1)
        store.connection.execute("UPDATE documents SET title = 'Mon titre'")
        cut(team)
        with Store.open(other) as faster:
            add(faster, 2)
        with pytest.raises(OvertakenError):
            store.settle()
    assert stored(team.at("one")) == ids(1, 2)
    assert team.sql("SELECT count(*) FROM vigie.documents WHERE title = 'Mon titre'") == [["0"]]


def test_a_store_that_nobody_closed_is_made_anew(team: Team) -> None:
    store = Store.open(team.address)
    add(store, 1)
    store.connection.execute("UPDATE documents SET title = 'Jamais dit'")
    store._db.close()
    del store
    with Store.open(team.address) as again:
        assert again.column("SELECT title FROM documents") == [document(1).title]


def test_copies_with_a_mark_are_not_read(team: Team) -> None:
    with Store.open(team.address) as store:
        add(store, 1)
        path = store.path
    mark = path.with_name("vigie.duckdb.server") / "dirty"
    assert not mark.exists()
    mark.touch()
    bring_up(path, Settings(), 0)
    assert not mark.exists()
    assert stored(path) == ids(1)
