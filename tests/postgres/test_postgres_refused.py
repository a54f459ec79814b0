"""Addresses and servers that will not do, versions that differ, rights: each says the repair, and none a password."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Team
from postgres_samples import add, contents, ids, stored
from postgres_server import IN_ADDRESS, PASSWORD
from typer.testing import CliRunner

from vigie import place
from vigie.cli import main
from vigie.cli.doctor import server as about_server
from vigie.model.errors import StoreError
from vigie.store import Store, schema
from vigie.store import store as opening
from vigie.store.postgres import pull as pulling

SECRETS = (PASSWORD, IN_ADDRESS)
RUNNER = CliRunner()


def test_servers_that_let_nobody_in(team: Team) -> None:
    port = team.server.port
    refusals = {
        f"postgresql://vigie:wrong-{IN_ADDRESS}@127.0.0.1:{port}/team": "does not know this user or password",
        f"postgresql://vigie:{IN_ADDRESS}@127.0.0.1:{port}/nothing": "no such database",
        f"postgresql://vigie:{IN_ADDRESS}@127.0.0.1:1/team": "no server answers there",
        f"postgresql://vigie:{IN_ADDRESS}@host.invalid/team": "no host of that name",
        f"postgresql://vigie:{IN_ADDRESS}@127.0.0.1:{port}/team?sslmode=require": "no safe connection",
        f"postgresql://vigie:{IN_ADDRESS}@127.0.0.1:{port}/team?nonsense=1": "not one that libpq understands",
    }
    for address, words in refusals.items():
        with pytest.raises(StoreError, match=words) as said:
            Store.open(address)
        assert not any(secret in str(said.value) for secret in SECRETS)
    with pytest.raises(StoreError, match="a text, and not a path"):
        Store.open(Path("postgresql://host/team"))


def test_the_password_is_shown_and_written_nowhere(team: Team, capfd: pytest.CaptureFixture[str]) -> None:
    papers = team.folder / "papers"
    papers.mkdir()
    (papers / "a.txt").write_text(
        "Un titre\n\nLe gramme de cocaïne se vend 60 euros à Lyon.", encoding="utf-8"
    )
    for words in (["add", str(papers)], ["add", str(papers)], ["stats", "overview"], ["doctor"]):
        sys.argv = ["vigie", *words, "--store", team.address]
        try:
            main()
        except SystemExit as ended:
            assert not ended.code
    out, err = capfd.readouterr()
    assert "documents: 1 read, 1 new" in err and "0 new, 1 unchanged" in err
    assert "postgresql://127.0.0.1" in out and "brought up" in out
    written = b"".join(f.read_bytes() for f in (team.folder / "one").rglob("*") if f.is_file())
    for secret in SECRETS:
        assert secret not in out + err and secret.encode() not in written
    log = (team.server.folder / "log").read_text(errors="replace")
    assert not any(secret in log for secret in SECRETS) and "60 euros" not in log


def test_without_psycopg_the_extra_is_named(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'vigie\[postgres\]'"):
        Store.open(team.address)


def test_rights(team: Team) -> None:
    with Store.open(team.address) as store:
        add(store, 1)
    team.sql("DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD 'r'")
    reader = f"postgresql://reader:r@127.0.0.1:{team.server.port}/team"
    with pytest.raises(StoreError, match="may not do that"):
        Store.open(reader, read_only=True)
    team.sql("GRANT USAGE ON SCHEMA vigie TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA vigie TO reader")
    assert stored(reader) == ids(1)
    with pytest.raises(StoreError, match="may not do that"), Store.open(reader) as store:
        add(store, 2)
    assert stored(reader) == ids(1)
    team.sql("ALTER ROLE vigie SET default_transaction_read_only = on")
    try:
        with pytest.raises(StoreError, match="takes no changes"), Store.open(team.address) as store:
            add(store, 2)
    finally:
        team.sql("BEGIN READ WRITE; ALTER ROLE vigie RESET default_transaction_read_only; COMMIT")
    team.sql("DROP OWNED BY reader; DROP ROLE reader")


def test_an_older_store_is_brought_up_and_a_newer_one_refused(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = schema.load_migrations()

    def older() -> tuple[schema.Migration, ...]:
        return steps[:-1]

    with monkeypatch.context() as patched:
        for module in (opening, pulling):
            patched.setattr(module, "load_migrations", older)
        with Store.open(team.at("one")) as store:
            store.connection.execute(
                "INSERT INTO sources BY NAME (SELECT 's' AS source_id, 'S' AS name, 'B' AS grade, 'press' AS kind)"
            )
    assert team.sql("SELECT schema FROM vigie.state") == [[str(len(steps) - 1)]]
    with pytest.raises(StoreError, match="has an older schema"):
        Store.open(team.at("two"), read_only=True)
    with Store.open(team.at("two")) as store:
        assert store.column("SELECT source_id FROM sources") == ["s"]
    assert team.sql("SELECT schema FROM vigie.state") == [[str(len(steps))]]
    assert team.sql("SELECT count(*) FROM vigie.schema_migrations") == [[str(len(steps))]]
    assert contents(team.at("one")) == contents(team.at("two"))
    with monkeypatch.context() as patched:
        for module in (opening, pulling):
            patched.setattr(module, "load_migrations", older)
        with pytest.raises(StoreError, match=r"this Vigie knows \d+ \(pip install -U vigie\)"):
            Store.open(team.at("one"))
        with pytest.raises(StoreError, match=r"pip install -U vigie"):
            Store.open(team.at("three"), read_only=True)


REVIEWERS = """
import os, sys
from pathlib import Path
from vigie.accounts.records import Who
from vigie.review import item as items
from vigie.review.book import Book
from vigie.review.records import Choice
from vigie.review.taking import take_in_at
from vigie.settings import Settings
from vigie.store import Store
path, children = Path(sys.argv[1]), []
for at in (1, 2):
    if not (child := os.fork()):
        with Store.open(path, read_only=True, wait=60) as store:
            found = [items.item(store, f"d000{n}-o") for n in (1, 2)]
        with Book.open(path) as book:
            for step in range(2):
                book.decide(Who(id=f"a{at}", role="reviewer", via="session"), found[(at + step) % 2], Choice(verdict="accept"), key=f"{at}-{step}")
        take_in_at(Settings(store=path), 60)
        os._exit(0)
    children.append(child)
sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
"""


def test_two_reviewers_decide_at_once(team: Team) -> None:
    with Store.open(team.at("one")) as store:
        add(store, 1, 2)
    paths = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", REVIEWERS, str(store.path)], capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": paths},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert team.sql("SELECT reviewer, count(*) FROM vigie.review_decisions GROUP BY 1 ORDER BY 1") == [
        ["a1", "2"],
        ["a2", "2"],
    ]
    assert contents(team.at("two")) == contents(team.at("one"))


def test_doctor_tells_of_the_copy(team: Team) -> None:
    path = place.of(team.address)
    assert "holds no store" in about_server(path)[0].found
    with Store.open(team.address) as store:
        add(store, 1)
    (check,) = about_server(path)
    assert check.state == "ok" and "brought up 20" in check.found
    team.server.kill()
    (check,) = about_server(path)
    team.server.start()
    assert check.state == "fault" and "no server answers" in check.found and "brought up 20" in check.found
