"""A store kept at a point and put back: whole or refused, without keys, without what was purged since, and with what was shown since."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from importlib import resources
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from erasure_samples import in_bytes, somewhere
from report_store import _empty, build
from store_samples import VERSIONS, card, document, observation
from test_store_merge import TODAY, papers
from vigie.accounts.records import Who
from vigie.cli import app
from vigie.cli.doctor import stored
from vigie.model.errors import StoreError
from vigie.report.open_data import write_open_data
from vigie.review.book import Book
from vigie.review.item import item
from vigie.review.records import Choice
from vigie.review.taking import take_in
from vigie.settings import Settings
from vigie.store import Store
from vigie.store.backup import MANIFEST, STORE, backup, put_beside, verify
from vigie.store.erase import Selection, erase
from vigie.store.publications import public_cells
from vigie.store.review_book import reviews_file
from vigie.store.rows import Entry
from vigie.store.snapshot import publish
from vigie.upkeep.maintain import maintain
from vigie.upkeep.purge import Subject, plan, plan_subject, purge, purge_subject
from vigie.upkeep.replacing import restore

ANNE = Who(id="a1", role="reviewer", via="session")
SECRETS = (b"hash of a cookie".hex(), b"hash of a browser".hex(), b"key of this file".hex())
WORD = "Ornithorynque"  # in the text of one document, which is purged


def run(*args: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in args], catch_exceptions=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with all that may stand beside one."""
    folder = tmp_path_factory.mktemp("made")
    path = folder / "v.duckdb"
    path.write_bytes(_empty())
    with Store.open(path) as store:
        number = store.start_run("add", VERSIONS)
        documents = [document(n) for n in range(3)]
        documents.append(document(9, text=f"Un titre\n\n{WORD} : le gramme se vend 80 € à Lyon."))
        store.write(
            number, [Entry(document=d, observations=[observation(d)], source=card()) for d in documents]
        )
    for name, file in (
        ("notes", "in/a.json"),
        ("outbox", "b.json"),
        ("desk", "other.key"),
        ("pages", "p.duckdb"),
    ):
        target = folder / f"v.duckdb.{name}" / file
        target.parent.mkdir(parents=True, mode=0o700)
        target.write_text("{}")
    with sqlite3.connect(folder / "v.duckdb.desk" / "accounts.sqlite3") as db:
        schema = resources.files("vigie").joinpath("data", "accounts", "schema.sql").read_text("utf-8")
        db.executescript(f"{schema}; INSERT INTO accounts (id, name, folded, role, created_at) VALUES ('a', 'a', 'a', 'reader', 0);"
                         f"INSERT INTO sessions VALUES (x'{SECRETS[0]}', 'h', 'a', x'00', 0, 0);"
                         f"INSERT INTO devices VALUES (x'{SECRETS[1]}', 'a', 0); INSERT INTO meta VALUES ('secret', x'{SECRETS[2]}')")  # fmt: skip
    (folder / "v.contacts.key").write_text("vigie contact key 1\n" + "0" * 64 + "\n")
    (folder / "vigie.toml").write_text("[retention]\ndefault_months = 600\n")
    backup(path, folder / "point", settings=Settings(store=path))
    return folder


def test_what_is_kept_and_what_is_not(made: Path) -> None:
    names = {f.relative_to(made / "point").as_posix() for f in (made / "point").rglob("*") if f.is_file()}
    assert names == {
        MANIFEST, STORE, "beside/notes/in/a.json", "beside/desk/accounts.sqlite3", "beside/vigie.toml",
    }  # fmt: skip
    assert {oct(f.stat().st_mode & 0o777) for f in (made / "point").rglob("*") if f.is_file()} == {"0o600"}
    with sqlite3.connect(made / "point" / "beside" / "desk" / "accounts.sqlite3") as db:
        counts = (
            "SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM meta WHERE length(value) = 32)"
        )
        assert db.execute(counts).fetchall() == [(1, 1)]
    copied = (made / "point" / "beside" / "desk" / "accounts.sqlite3").read_bytes()
    assert not [name for name in SECRETS if bytes.fromhex(name) in copied]
    kept = backup(made / "v.duckdb", made / "keyed", keys=True, settings=Settings(store=made / "v.duckdb"))
    assert {f.name for f in kept.files} >= {"keys/contacts.key", "beside/desk/other.key"}
    copied = (made / "keyed" / "beside" / "desk" / "accounts.sqlite3").read_bytes()
    assert [bytes.fromhex(name) in copied for name in SECRETS] == [False, False, True]
    with pytest.raises(StoreError, match="is there already"):
        backup(made / "v.duckdb", made / "point")


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def _turned(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def _less(file: Path) -> None:
    with duckdb.connect(str(file)) as db:
        db.execute("DELETE FROM redactions")
    told = json.loads((file.parent / MANIFEST).read_text())
    (file.parent / MANIFEST).write_text(json.dumps(told | {"store": "other"}))


def _linked(file: Path) -> None:
    """The same bytes, elsewhere."""
    file.symlink_to(file.rename(file.parents[2] / "elsewhere.toml"))


DAMAGE = [
    ("a byte", STORE, _turned),
    ("cut", STORE, _cut),
    ("gone", "beside/vigie.toml", Path.unlink),
    ("added", "beside/more", lambda file: file.write_text("x")),
    ("added under a known name", f"beside/{MANIFEST}", lambda file: file.write_text("{}")),
    ("a link", "beside/notes/in/link", lambda file: file.symlink_to("a.json")),
    ("a linked folder", "beside/watch", lambda file: file.symlink_to(file.parent / "notes")),
    ("a link that leads nowhere", "keys", lambda file: file.symlink_to("nowhere")),
    ("a link in its place", "beside/vigie.toml", _linked),
    ("account", MANIFEST, _cut),
    ("account changed", STORE, _less),
]


@pytest.mark.parametrize(("name", "spoil"), [d[1:] for d in DAMAGE], ids=[d[0] for d in DAMAGE])
def test_a_damaged_backup_is_refused_and_doctor_tells(
    made: Path, tmp_path: Path, name: str, spoil: object
) -> None:
    shutil.copytree(made / "point", tmp_path / "point")
    assert verify(tmp_path / "point") == []
    spoil(tmp_path / "point" / name)  # type: ignore[operator]
    with pytest.raises(StoreError, match="damaged"):
        restore(tmp_path / "point", Settings(store=tmp_path / "v.duckdb"))
    assert not (tmp_path / "v.duckdb").exists()


FORGED = [
    ("outbox", "beside/outbox/b.json"),
    ("out of it", "beside/desk/../../../b.json"),
    ("above", "/b.json"),
]


@pytest.mark.parametrize("name", [f[1] for f in FORGED], ids=[f[0] for f in FORGED])
def test_only_what_a_backup_keeps_is_put_back(made: Path, tmp_path: Path, name: str) -> None:
    """The sums have no key: who can write the folder can name other files in it."""
    place, folder = tmp_path / "point", tmp_path / "here"
    folder.mkdir()
    shutil.copytree(made / "point", place)
    (place / "beside" / "notes" / "in").chmod(0o755)
    content = (place / "beside" / "vigie.toml").read_bytes()
    if ".." not in name and not name.startswith("/"):
        (place / name).parent.mkdir()
        (place / name).write_bytes(content)
    told = json.loads((place / MANIFEST).read_text())
    (like,) = [f for f in told["files"] if f["name"] == "beside/vigie.toml"]
    told["files"].append(like | {"name": name})
    del told["sum"]
    told["sum"] = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    (place / MANIFEST).write_text(json.dumps(told))
    if name.startswith("beside/outbox"):
        put_beside(place, folder / "v.duckdb")
        assert {f.name for f in folder.iterdir()} == {"v.duckdb.notes", "v.duckdb.desk", "vigie.toml"}
        assert {f.stat().st_mode & 0o777 for f in folder.rglob("*") if f.is_dir()} == {0o700}
        assert {f.stat().st_mode & 0o777 for f in folder.rglob("*") if f.is_file()} == {0o600}
    else:
        with pytest.raises(StoreError, match="damaged"):
            put_beside(place, folder / "v.duckdb")
        assert not list(folder.iterdir())


def test_doctor_looks_at_backups(made: Path, tmp_path: Path) -> None:
    found = {
        place: run("doctor", "--backup", place, "--store", tmp_path / "none", "--format", "json")
        for place in (made / "point", tmp_path)
    }
    told = {
        p: [c for c in map(json.loads, r.stdout.splitlines()) if c["name"] == "backup"]
        for p, r in found.items()
    }
    assert [c["state"] for c in told[made / "point"]] == ["ok"] and "4 documents" in told[made / "point"][0][
        "found"
    ]
    assert [c["state"] for c in told[tmp_path]] == ["fault"] and found[tmp_path].exit_code == 1


def test_what_was_purged_since_stays_purged(made: Path, tmp_path: Path) -> None:
    """The snapshot goes with the purge; the backup brings back all but what was purged."""
    path = tmp_path / "v.duckdb"
    restore(made / "point", Settings(store=path))
    assert {p.name for p in tmp_path.iterdir()} == {
        "v.duckdb",
        "v.duckdb.notes",
        "v.duckdb.desk",
        "vigie.toml",
    }
    publish(path)
    assert "v.duckdb" in in_bytes(tmp_path / "v.duckdb.sql", WORD)
    assert run("purge", "--document", "d0009", "--yes", "--store", path).exit_code == 0
    assert somewhere(tmp_path, path, WORD) == []
    assert not (tmp_path / "v.duckdb.sql").exists()
    result = run("restore", made / "point", "--store", path)
    assert result.exit_code == 2 and "--yes" in result.stderr
    result = run("restore", made / "point", "--store", path, "--yes")
    assert result.exit_code == 0 and "1 documents kept out" in result.stderr
    assert somewhere(tmp_path, path, WORD) == []
    with Store.open(path) as store:
        assert store.sizes()["documents"] == 3 and store.tombstones.count == 1
        store.start_run("add", VERSIONS)
        with pytest.raises(StoreError, match="a run goes on"):
            restore(made / "point", Settings(store=path))


def test_a_present_store_that_cannot_be_read_is_not_passed_over(made: Path, tmp_path: Path) -> None:
    path = tmp_path / "v.duckdb"
    content = bytearray((made / "v.duckdb").read_bytes())
    content[0:8192] = content[8192:16384]
    path.write_bytes(content[:8] + b"DUCK" + content[12:])
    with pytest.raises(StoreError, match="nobody knows what was purged"):
        restore(made / "point", Settings(store=path))
    assert restore(made / "point", Settings(store=path), anyway=True).upkeep.faults == []
    assert {p.name for p in tmp_path.iterdir()} == {
        "v.duckdb",
        "v.duckdb.notes",
        "v.duckdb.desk",
        "vigie.toml",
    }


def test_what_was_shown_since_still_counts(tmp_path: Path) -> None:
    """A cell that was published after the backup stands, though the backup knows nothing of it."""
    path = build(tmp_path / "v.duckdb", papers(1))
    settings = Settings(store=path, retention_months=600)
    backup(path, tmp_path / "point", settings=settings)
    with Store.open(path) as store:
        write_open_data(store, tmp_path / "out", ["csv"], as_of=TODAY)
        before = public_cells(store)
        erase(store, 1, "document", ["doc001"])
        after = public_cells(store)
    assert [len(c.facts) for c in before] == [5] and [len(c.facts) for c in after] == [4]
    restore(tmp_path / "point", settings, today=TODAY)
    with Store.open(path, read_only=True) as store:
        assert public_cells(store) == after and store.sizes()["documents"] == 4


# What reviewers decided, which quotes what they read

PERSON = "Zibeline Ventriloque"


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three documents, decisions taken in on two of them, and a backup of that."""
    folder = tmp_path_factory.mktemp("reviewed")
    path = folder / "v.duckdb"
    path.write_bytes(_empty())
    with Store.open(path) as store:
        papers = [
            document(n, text=f"Un titre\n\n{who} : le gramme se vend 80 € à Lyon.")
            for n, who in ((1, PERSON), (2, "Rien"), (9, WORD))
        ]
        store.write(
            store.start_run("add", VERSIONS),
            [Entry(document=d, observations=[observation(d)], source=card()) for d in papers],
        )
        for number in (1, 9):
            decide(store, number)
    backup(path, folder / "point", settings=Settings(store=path))
    return folder


def decide(store: Store, number: int) -> None:
    with Book.open(store.path) as book:
        book.decide(ANNE, item(store, f"d{number:04}-o"), Choice(verdict="accept"), key=f"k{number}")
    take_in(store)


def standing(path: Path) -> dict[str, tuple[list[str], list[str]]]:
    """Per table: observations that were decided, by the store and by the book."""
    with Store.open(path, read_only=True) as store, sqlite3.connect(reviews_file(path)) as book:
        sql = "SELECT observation_id FROM {} ORDER BY 1"
        return {
            "decided": (
                store.column(sql.format("review_decisions")),
                [row[0] for row in book.execute(sql.format("decisions"))],
            )
        }


def test_what_is_put_back_beside_holds_nothing_that_was_purged(reviewed: Path, tmp_path: Path) -> None:
    """The book of the backup quotes a document and a person that were purged since."""
    path = tmp_path / "v.duckdb"
    settings = Settings(store=path)
    restore(reviewed / "point", settings)
    assert {f.name for f in tmp_path.iterdir()} == {"v.duckdb", "v.duckdb.desk"}
    with Store.open(path) as store:
        chosen = Selection(documents=("d0009",))
        purge(store, plan(store, chosen), chosen)
    with Store.open(path) as store:
        subject = Subject([PERSON])
        purge_subject(store, subject, plan_subject(store, subject, whole=False))
    for word in (WORD, PERSON):
        assert somewhere(tmp_path, path, word) == []
    shutil.rmtree(path.with_name("v.duckdb.desk"))
    assert restore(reviewed / "point", settings).beside == ["v.duckdb.desk"]
    for word in (WORD, PERSON):
        assert somewhere(tmp_path, path, word) == []
    mine, told = standing(path)["decided"]
    assert len(mine) == 1 and mine == told


def test_a_decision_made_after_the_backup_is_not_lost(reviewed: Path, tmp_path: Path) -> None:
    """It was acknowledged and taken in by the store that a backup takes the place of; the book beside it stays."""
    path = tmp_path / "v.duckdb"
    restore(reviewed / "point", Settings(store=path))
    with Store.open(path) as store:
        decide(store, 2)
    with duckdb.connect(str(path)) as db:
        db.execute("DELETE FROM review_decisions WHERE observation_id = 'd0002-o'")
    (found,) = [c for c in stored(path) if c.name == "reviews"]
    assert found.state == "fault" and found.found.endswith(": 1")
    restore(reviewed / "point", Settings(store=path))
    assert standing(path)["decided"] == (["d0001-o", "d0002-o", "d0009-o"],) * 2
    assert not [c for c in stored(path) if c.name == "reviews"]


def test_upkeep_looks_for_what_the_book_quotes_of_no_document(reviewed: Path, tmp_path: Path) -> None:
    path = tmp_path / "v.duckdb"
    restore(reviewed / "point", Settings(store=path))
    kept = reviews_file(path).read_bytes()
    with Store.open(path) as store:
        chosen = Selection(documents=("d0009",))
        purge(store, plan(store, chosen), chosen)
    reviews_file(path).write_bytes(kept)
    found = [c for c in stored(path) if c.name == "reviews"]
    assert [(c.state, c.repair) for c in found] == [("fault", "vigie maintain")] and "quote" in found[0].found
    with Store.open(path) as store:
        maintain(store)
    assert somewhere(tmp_path, path, WORD) == [] and not [c for c in stored(path) if c.name == "reviews"]


def test_what_a_kill_left_beside_goes_with_the_next_writer(made: Path, tmp_path: Path) -> None:
    """Copies hold what may be purged; what else stands beside the store stays."""
    path = tmp_path / "v.duckdb"
    shutil.copy(made / "v.duckdb", path)
    left = [
        *(f"v.duckdb.{work}" for work in ("replacing", "replacing.wal", "merging", "present", "replacing.rewriting")),
        *(".v.duckdb.desk.restoring", "v.duckdb.merging.turns"),
    ]  # fmt: skip
    stays = ("v.duckdb.desk", "other.duckdb.replacing", "v.duckdb.replacing-notes", ".v.duckdb.restoring")
    for name in (*left[:5], *stays):
        (tmp_path / name).write_text(WORD)
    for name in left[5:]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text(WORD)
    (tmp_path / "v.duckdb.tmp").symlink_to(tmp_path / "v.duckdb.desk")
    told = {c.found.split(" was left")[0] for c in stored(path) if c.state == "fault"}
    assert told == {str(tmp_path / name) for name in left}
    Store.open(path).close()
    assert {f.name for f in tmp_path.iterdir()} == {"v.duckdb", *stays}


def test_what_a_killed_backup_left_goes_with_the_next_there(made: Path, tmp_path: Path) -> None:
    """A copy that nobody knows of would keep what is purged. What another process is making, and what is no copy of ours, stays."""
    killed = (
        "import os, signal, sys; from pathlib import Path; from vigie.store import backup\n"
        "backup._beside = lambda *a, **k: (print('begun', flush=True), {then})\n"
        "backup.backup(sys.argv[1], Path(sys.argv[2]))"
    )
    store, begin = str(made / "v.duckdb"), [sys.executable, "-c"]
    kill = killed.format(then="os.kill(os.getpid(), signal.SIGKILL)")
    subprocess.run([*begin, kill, store, str(tmp_path / "monday")], check=False, timeout=60)
    (left,) = tmp_path.iterdir()
    assert (left / STORE).exists()
    others = (".other.12.part", ".empty.13.part", ".file.14.part")
    for name in others[:2]:
        (tmp_path / name).mkdir()
    for name in (f"{others[0]}/text", others[2]):
        (tmp_path / name).write_text("a")
    (tmp_path / ".link.15.part").symlink_to(made / "point")
    wait = killed.format(then="sys.stdin.read()")
    with subprocess.Popen(
        [*begin, wait, store, str(tmp_path / "made-now")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as busy:  # fmt: skip
        assert busy.stdin is not None and busy.stdout is not None
        assert busy.stdout.readline() == "begun\n"
        assert not left.exists()
        backup(store, tmp_path / "tuesday", settings=Settings(store=made / "v.duckdb"))
        busy.stdin.close()
    assert busy.returncode == 0 and verify(tmp_path / "made-now") == [] and verify(made / "point") == []
    kept = {"tuesday", "made-now", ".link.15.part", *others}
    assert {f.name for f in tmp_path.iterdir()} == kept


def test_nothing_is_left_where_the_disk_is_full(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("vigie.store.backup.forced", full)
    with pytest.raises(StoreError, match="No space left"):
        backup(made / "v.duckdb", tmp_path / "point", settings=Settings(store=made / "v.duckdb"))
    assert list(tmp_path.iterdir()) == []
