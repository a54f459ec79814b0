"""What is purged leaves tables and bytes, does not come back, and a kill at any moment loses nothing."""

from __future__ import annotations

import json
import os
import random
import shutil
import stat
import string
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from erasure_samples import in_bytes, in_tables, somewhere
from store_samples import TODAY, VERSIONS, card, document, observation
from vigie.cli import app
from vigie.model.document import CleanDocument
from vigie.model.errors import StoreError
from vigie.store import Store, weekly
from vigie.store.erase import Selection
from vigie.store.integrity import faults
from vigie.store.links import links
from vigie.store.rows import Entry
from vigie.upkeep.purge import plan, purge

CHANCE = random.Random(20260101)


def token() -> str:
    """Letters that no compression shortens and no other text holds."""
    return "".join(CHANCE.choices(string.ascii_letters, k=28))


def planted(number: int, secret: str, **fields: Any) -> CleanDocument:
    """A document with a word of its own in title, text, path and outlet, and in the sentence of its fact."""
    filler = " ".join(token() for _ in range(40))
    text = f"Titre {secret}\n\nLe gramme {secret} se vend 80 € à Lyon. {filler} {secret}."
    base = {
        "text": text,
        "title": f"Titre {secret}",
        "path": f"{secret}.txt",
        "outlet": f"La Gazette {secret}",
    }
    return document(number, **base | fields)


SECRETS = [token() for _ in range(6)]


def fill(path: Path, documents: list[CleanDocument], sources: dict[int, Any] | None = None) -> None:
    """Documents stored without compression, so that a search in the bytes means something."""
    with Store.open(path) as store:
        store.connection.execute("PRAGMA force_compression='uncompressed'")
        run = store.start_run("add", VERSIONS)
        entries = [
            Entry(document=d, observations=[observation(d)], source=(sources or {}).get(n))
            for n, d in enumerate(documents)
        ]
        store.write(run, entries, today=TODAY)
        store.connection.execute("UPDATE runs SET status = 'done'")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Six documents; the first two from a source with a card."""
    where = tmp_path / "folder" / "store.duckdb"
    where.parent.mkdir()
    days = [(2023, 1, 5), (2024, 1, 5), (2024, 6, 5), (2024, 12, 5), (2025, 1, 5), (2025, 6, 5)]
    from vigie.model.period import PartialDate

    documents = [planted(n, s, published=PartialDate(*days[n])) for n, s in enumerate(SECRETS)]
    fill(where, documents, {0: card(), 1: card()})
    for secret in SECRETS:
        assert in_bytes(where.parent, secret) == ["store.duckdb"]
        assert len(in_tables(where, secret)) >= 5
    return where


CHOICES = [
    ("document", Selection(documents=("d0002",)), [2]),
    ("documents", Selection(documents=("d0002", "d0005")), [2, 5]),
    ("source", Selection(source="gazette"), [0, 1]),
    ("before", Selection(before=date(2024, 6, 5)), [0, 1]),
    ("source_before", Selection(source="gazette", before=date(2024, 1, 1)), [0]),
    ("all", Selection(before=date(2030, 1, 1)), [0, 1, 2, 3, 4, 5]),
]


@pytest.mark.parametrize(("_name", "selection", "gone"), CHOICES, ids=[c[0] for c in CHOICES])
def test_no_byte_of_what_is_purged_stays(
    path: Path, _name: str, selection: Selection, gone: list[int]
) -> None:
    with Store.open(path) as store:
        receipt = purge(store, plan(store, selection), selection)
        assert receipt.rows["documents"] == receipt.rows["observations"] == len(gone)
    for number, secret in enumerate(SECRETS):
        assert bool(somewhere(path.parent, path, secret)) == (number not in gone), number
        assert in_bytes(path.parent, f"d{number:04}") == [] or number not in gone
    assert [p.name for p in path.parent.iterdir()] == ["store.duckdb"]
    with Store.open(path, read_only=True) as store:
        assert faults(store) == []
        assert not store.rewrite_pending()
        assert store.sizes()["sources"] == (0 if selection == Selection(source="gazette") else 1)


def test_the_fresh_file_is_the_same_store(path: Path) -> None:
    def described(store: Store) -> list[Any]:
        asked = (
            "SELECT table_name, comment FROM duckdb_tables() ORDER BY ALL",
            "SELECT table_name, column_name, data_type, is_nullable, column_default, comment FROM duckdb_columns() "
            "WHERE NOT internal ORDER BY ALL",
            "SELECT table_name, constraint_text FROM duckdb_constraints() ORDER BY ALL",
            "SELECT view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY ALL",
            "SELECT * FROM documents ORDER BY ALL",
            "SELECT * FROM observations ORDER BY ALL",
        )
        return [store.query(sql).to_pylist() for sql in asked]

    path.chmod(0o640)
    with Store.open(path) as store:
        before = described(store)
        store.rewrite()
        assert described(store) == before
        assert sum(row["comment"] is not None for row in before[1]) > 100
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_store_behind_a_link_is_written_anew_where_it_is(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.duckdb"
    link.symlink_to(path)
    with Store.open(link) as store:
        selection = Selection(documents=("d0000",))
        purge(store, plan(store, selection), selection)
    assert link.is_symlink() and somewhere(path.parent, path, SECRETS[0]) == []


def test_other_names_of_the_file_are_told(path: Path) -> None:
    os.link(path, path.with_name("again.duckdb"))
    with Store.open(path) as store:
        selection = Selection(documents=("d0000",))
        assert purge(store, plan(store, selection), selection).copies == 1


def test_every_table_that_names_a_document_is_erased_from(path: Path) -> None:
    """Tables that a later migration adds are found by their columns; an id that stays anywhere is a fault."""
    with Store.open(path) as store:
        db = store.connection
        db.execute("CREATE TABLE seen (release_id INTEGER, doc_id VARCHAR, note VARCHAR)")
        db.execute("CREATE TABLE pairs (left_doc_id VARCHAR, right_doc_id VARCHAR)")
        db.execute("CREATE TABLE judged (observation_id VARCHAR, verdict VARCHAR)")
        db.execute("CREATE TABLE sets (name VARCHAR, doc_ids VARCHAR[], observation_ids VARCHAR[])")
        db.execute("INSERT INTO seen VALUES (1, 'd0000', 'a'), (2, 'd0001', 'b')")
        db.execute("INSERT INTO pairs VALUES ('d0003', 'd0000'), ('d0003', 'd0004')")
        db.execute("INSERT INTO judged VALUES ('d0000-o', 'right'), ('d0001-o', 'wrong')")
        db.execute("INSERT INTO sets VALUES ('s', ['d0000', 'd0001'], ['d0000-o', 'd0001-o'])")
        db.execute(
            "UPDATE documents SET original_id = 'd0000', copied = 'near' WHERE doc_id IN ('d0002', 'd0003')"
        )
        selection = Selection(documents=("d0000",))
        purge(store, plan(store, selection), selection)
        assert store.column("SELECT release_id FROM seen") == [2]
        assert store.column("SELECT left_doc_id FROM pairs") == ["d0003"]
        assert store.column("SELECT verdict FROM judged") == ["wrong"]
        assert store.query("SELECT * FROM sets").to_pylist() == [
            {"name": "s", "doc_ids": ["d0001"], "observation_ids": ["d0001-o"]}
        ]
        assert store.sizes()["documents"] == 5
        heads = store.query(
            "SELECT doc_id, original_id, copied FROM documents WHERE doc_id IN ('d0002', 'd0003') ORDER BY ALL"
        )
        assert [tuple(row.values()) for row in heads.to_pylist()] == [
            ("d0002", None, None), ("d0003", "d0002", "near"),
        ]  # fmt: skip
        assert store.column("SELECT count(*) FROM observations WHERE credibility IS NULL") == [0]
    assert in_tables(path, "d0000") == [] and in_bytes(path.parent, "d0000") == []


def test_columns_that_name_documents_are_all_known(tmp_path: Path) -> None:
    """Filled by hand with one id, every text column of the schema that a purge leaves it in is named here, with its reason."""
    left = {  # no reference to a document, whatever it holds
        "runs", "schema_migrations", "sources", "erasures", "erasure_salts", "tombstones", "suppressions",
        "public_cells", "public_outputs", "alert_releases",
        "public_versions", "contests", "contest_answers", "corrections", "public_alerts",  # emptied by store.corrections.forget (test_corrections)
        "overview_state", "overview_pending", *weekly.NAMED,  # counts of what is stored (test_weekly)
    }  # fmt: skip
    with Store.open(tmp_path / "s.duckdb") as store:
        tables = set(store.column("SELECT table_name FROM duckdb_tables()"))
        named = {link.table for link in links(store.connection)}
    assert tables - named <= left, (
        "a new table: give it a doc_id or observation_id column, or say here why it needs none"
    )


def test_a_choice_of_nothing_stored_is_refused(path: Path) -> None:
    with Store.open(path) as store:
        for selection, words in (
            (Selection(source="none"), "no source none"),
            (Selection(documents=("d0000", "d9")), "not in the store: d9"),
        ):
            with pytest.raises(StoreError, match=words):
                plan(store, selection)
        assert store.sizes()["documents"] == 6


def test_the_receipt_holds_counts_and_salted_ids_only(path: Path) -> None:
    with Store.open(path) as store:
        selection = Selection(source="gazette")
        receipt = purge(store, plan(store, selection), selection)
        text = json.dumps(receipt.to_json(), ensure_ascii=False)
        assert [store.tombstones.salted(d) for d in ("d0000", "d0001")] == list(receipt.documents)
        assert store.tombstones.count == 2
    for word in (*SECRETS, "d0000", "d0001", "Gazette", "gazette"):
        assert word not in text
    assert receipt.to_json()["not_reached"]


# A kill at any moment

SCRIPT = """
import os, signal, sys
from pathlib import Path
from vigie.store import Store, erase, rewrite, store as module
from vigie.store.erase import Selection
from vigie.upkeep.purge import plan, purge

moment = sys.argv[2]
def die(*_a, **_k):
    os.kill(os.getpid(), signal.SIGKILL)
def before(owner, name):
    setattr(owner, name, die)
def after(owner, name):
    whole = getattr(owner, name)
    def then(*a, **k):
        whole(*a, **k)
        die()
    setattr(owner, name, then)
steps = {
    "erasing": lambda: before(erase, "record"),
    "committed": lambda: after(module._Transaction, "__exit__"),
    "rewriting": lambda: before(rewrite, "_copy"),
    "copied": lambda: after(rewrite, "_copy"),
    "forced": lambda: before(Path, "replace"),
    "replaced": lambda: after(Path, "replace"),
    "rewritten": lambda: before(Store, "finish_run"),
}
with Store.open(sys.argv[1]) as store:
    selection = Selection(documents=("d0002",))
    planned = plan(store, selection)
    steps[moment]()
    purge(store, planned, selection)
"""
MOMENTS = ("erasing", "committed", "rewriting", "copied", "forced", "replaced", "rewritten")
OFTEN = ("erasing", "copied", "replaced")  # before the rows go, before and after the file does


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize(
    "moment", [m if m in OFTEN else pytest.param(m, marks=pytest.mark.slow) for m in MOMENTS]
)
def test_a_killed_purge_is_repeated_or_completed(path: Path, moment: str) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(path), moment], capture_output=True, text=True)
    assert done.returncode == -9, done.stderr
    with Store.open(path) as store:  # completes what was committed
        assert faults(store) == []
        ids = store.column("SELECT doc_id FROM documents ORDER BY ALL")
        assert len(ids) == (6 if moment == "erasing" else 5)
        assert not store.rewrite_pending()
        if moment == "erasing":
            assert store.tombstones.count == 0
            selection = Selection(documents=("d0002",))
            purge(store, plan(store, selection), selection)
        assert store.tombstones.holds(planted(2, SECRETS[2])) is True
        assert store.tombstones.holds(planted(7, token())) is False
    assert somewhere(path.parent, path, SECRETS[2]) == []
    assert all(in_tables(path, SECRETS[n]) for n in (0, 1, 3, 4, 5))
    assert [p.name for p in path.parent.iterdir()] == ["store.duckdb"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_purge_killed_by_the_clock_leaves_a_whole_store(path: Path) -> None:
    """Wherever the clock strikes: the store opens, and one more purge ends what is left of it."""
    script = SCRIPT.replace("steps[moment]()", "print('go', flush=True)")
    outcomes = set()
    for delay in (0.02, 0.1, 0.3):
        copy = path.parent.parent / f"{delay}" / "store.duckdb"
        copy.parent.mkdir()
        shutil.copy(path, copy)
        with subprocess.Popen(
            [sys.executable, "-c", script, str(copy), "-"], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None and process.stdout.readline() == b"go\n"
            try:
                process.wait(delay)
            except subprocess.TimeoutExpired:
                process.kill()
        with Store.open(copy) as store:
            assert faults(store) == []
            outcomes.add(store.sizes()["documents"])
            if store.known(["d0002"]):
                purge(store, plan(store, Selection(documents=("d0002",))), Selection(documents=("d0002",)))
        assert somewhere(copy.parent, copy, SECRETS[2]) == []
    assert outcomes <= {5, 6}


def test_a_disk_that_is_full_loses_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    selection = Selection(documents=("d0002",))
    with Store.open(path) as store:
        with monkeypatch.context() as patch:
            patch.setattr("vigie.store.rewrite.forced", full)
            with pytest.raises(StoreError, match=r"No space left.*vigie maintain"):
                purge(store, plan(store, selection), selection)
        assert store.sizes()["documents"] == 5 and store.rewrite_pending()
    assert [p.name for p in path.parent.iterdir()] == ["store.duckdb"]
    Store.open(path).close()
    assert somewhere(path.parent, path, SECRETS[2]) == []


# The command

FILLER = (
    "dit un habitant du quartier", "selon une association de la ville", "raconte une infirmière de nuit", "note le rapport annuel",
)  # fmt: skip


def article(number: int) -> str:
    """A note whose words are its own."""
    words = " ".join(f"mot{number}{letter}" for letter in string.ascii_lowercase)
    said = FILLER[number % len(FILLER)]
    return f"2024-0{number}-11\n\nNote {number}\n\nÀ Lyon, le gramme de cocaïne se vend {number}0 €, {said} quart{number}.\n\n{words}\n"


def run(*args: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(a) for a in args], input=stdin)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("VIGIE_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    articles = tmp_path / "articles"
    articles.mkdir()
    for n in range(3, 7):
        (articles / f"{n}.txt").write_text(article(n), encoding="utf-8")
    assert run("add", articles).exit_code == 0
    return articles


def ids() -> list[str]:
    with Store.open("vigie.duckdb", read_only=True) as store:
        return [str(i) for i in store.column("SELECT doc_id FROM documents ORDER BY published")]


def test_what_was_purged_is_kept_out_of_add(folder: Path) -> None:
    gone = ids()[0]
    result = run("purge", "--document", gone, "--yes")
    assert result.exit_code == 0
    receipt = json.loads(result.stdout)
    assert receipt["rows"]["documents"] == 1 and gone not in result.stdout + result.stderr
    result = run("add", folder, "--format", "json")
    summary = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (
        summary["documents"]["new"] == 0
        and summary["documents"]["unchanged"] == 3
        and summary["kept_out"] == 1
    )
    assert "kept out, purged earlier: 1" in run("add", folder).stderr
    edited = folder / "edited.txt"
    edited.write_text(
        (folder / "3.txt").read_text("utf-8").replace("Note 3", "Une note") + "\nFin.\n", "utf-8"
    )
    assert json.loads(run("add", edited, "--format", "json").stdout)["kept_out"] == 1
    with Store.open("vigie.duckdb", read_only=True) as store:
        assert [r.counts.kept_out for r in store.runs() if r.command == "add"] == [0, 1, 1, 1]


def test_a_restored_copy_is_brought_up_to_date(folder: Path) -> None:
    gone = ids()[0]
    shutil.copy("vigie.duckdb", "copy.duckdb")
    assert run("purge", "--document", gone, "--yes").exit_code == 0
    assert run("purge", "--export-tombstones", "list.json").exit_code == 0
    assert stat.S_IMODE(Path("list.json").stat().st_mode) == 0o600
    Path("copy.duckdb").replace("vigie.duckdb")
    assert in_tables(Path("vigie.duckdb"), "quart3")
    result = run("purge", "--import-tombstones", "list.json")
    assert result.exit_code == 0 and "1 new entries" in result.stderr
    assert "0 new entries" in run("purge", "--import-tombstones", "list.json").stderr
    result = run("maintain", "--format", "json")
    assert result.exit_code == 0 and json.loads(result.stdout)["kept_out"] == 1
    assert in_tables(Path("vigie.duckdb"), "quart3") == [] and gone not in ids()
    assert json.loads(run("maintain", "--format", "json").stdout)["kept_out"] == 0
    assert json.loads(run("add", folder, "--format", "json").stdout)["kept_out"] == 1


MEANWHILE: list[tuple[str, int, list[bool], int, int, list[str]]] = [
    # id, day of a note that is added while one thinks, answers, times asked, status of the end, notes that stay
    ("what_stays", 9, [True], 1, 0, ["5", "6", "9"]),
    ("what_goes_too_and_is_agreed_to", 2, [True, True], 2, 0, ["5", "6"]),
    ("what_goes_too_and_is_not", 2, [True, False], 2, 1, ["2", "3", "4", "5", "6"]),
    ("nothing", 0, [False], 1, 1, ["3", "4", "5", "6"]),
]


@pytest.mark.parametrize(
    ("new", "answers", "asked", "status", "stay"), [m[1:] for m in MEANWHILE], ids=[m[0] for m in MEANWHILE]
)
def test_others_work_while_somebody_thinks_and_what_was_agreed_to_is_done(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    new: int,
    answers: list[bool],
    asked: int,
    status: int,
    stay: list[str],
) -> None:
    """The question stands for minutes: the store is not held meanwhile, and what came into it is no part of the answer."""
    monkeypatch.setenv("VIGIE_WAIT", "1")
    left = list(answers)

    def confirmed() -> bool:
        if new and len(left) == len(answers):
            (folder / f"{new}.txt").write_text(article(new), encoding="utf-8")
            added = subprocess.run(
                [sys.executable, "-m", "vigie.cli", "add", str(folder)], capture_output=True, timeout=60
            )
            assert added.returncode == 0, added.stderr
        return left.pop(0)

    monkeypatch.setattr("vigie.cli.erasing._confirmed", confirmed)
    result = run("purge", "--before", "2024-05-01")
    assert (result.exit_code, len(answers) - len(left)) == (status, asked)
    assert ("changed meanwhile" in result.stderr) is (asked > 1)
    with Store.open("vigie.duckdb", read_only=True) as store:
        assert [str(p)[6:7] for p in store.column("SELECT published FROM documents ORDER BY 1")] == stay


DAMAGED = [
    ("no_json", "nothing", "not a list"),
    ("another", "[1]", "not a list"),
    ("form", '{"form": "x"}', "not a list"),
    ("salt", '{"form": "vigie-tombstones", "version": 1, "salts": {"a": "00"}, "tombstones": [], "suppressions": []}', "damaged"),
    ("nested", "[" * 100_000, "not a list"),
    ("field", '{"form": "vigie-tombstones", "version": 1, "salts": {}, "tombstones": [["a"]], "suppressions": []}', "damaged"),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "text", "reason"), DAMAGED, ids=[d[0] for d in DAMAGED])
def test_a_list_of_another_form_is_refused(folder: Path, _name: str, text: str, reason: str) -> None:
    Path("list.json").write_text(text)
    result = run("purge", "--import-tombstones", "list.json")
    assert result.exit_code != 0 and reason in str(result.exception)


WRONG_USE = [
    ("nothing", []),
    ("two", ["--source", "a", "--subject-request"]),
    ("whole", ["--source", "a", "--whole-documents"]),
    ("unanswered", ["--subject-request"]),
    ("no_store", ["--source", "a", "--store", "none.duckdb"]),
    ("dry_list", ["--export-tombstones", "x", "--dry-run"]),
    ("empty_source", ["--source", "", "--yes"]),  # a variable of a script that is not set
    ("list_over_the_store", ["--export-tombstones", "vigie.duckdb"]),
    ("list_in_no_folder", ["--export-tombstones", "none/x"]),
    ("receipt_in_no_folder", ["--before", "2024-05-01", "--yes", "--receipt", "none/x"]),
]


@pytest.mark.parametrize(("_name", "args"), WRONG_USE, ids=[w[0] for w in WRONG_USE])
def test_wrong_use(folder: Path, _name: str, args: list[str]) -> None:
    before = Path("vigie.duckdb").read_bytes()
    assert run("purge", *args, stdin="Ada Exemple\n").exit_code == 2
    assert Path("vigie.duckdb").read_bytes() == before


# id, column of a suppression, a value that no list has
WRONG_MARKS = [
    ("mark", 1, "x"),
    ("form", 2, "letters"),
    ("words", 3, 10**9),
    ("words_below_none", 3, -1),
    ("kind", 4, "street"),
    ("day", 5, "2024-13-01"),
]


@pytest.mark.parametrize(("_name", "column", "value"), WRONG_MARKS, ids=[w[0] for w in WRONG_MARKS])
def test_a_damaged_entry_is_refused_before_it_harms(
    folder: Path, _name: str, column: int, value: object
) -> None:
    assert run("purge", "--subject-request", "--yes", stdin="Ada Exemple\n").exit_code == 0
    assert run("purge", "--export-tombstones", "list.json").exit_code == 0
    listed = json.loads(Path("list.json").read_text("utf-8"))
    listed["suppressions"][0][column] = value
    Path("list.json").write_text(json.dumps(listed), "utf-8")
    result = run("purge", "--import-tombstones", "list.json", "--store", "vigie.duckdb")
    assert result.exit_code != 0 and "damaged" in str(result.exception)


def test_a_list_may_be_written_again(folder: Path) -> None:
    for _ in range(2):
        assert run("purge", "--export-tombstones", "list.json").exit_code == 0


def test_a_dry_run_and_a_refusal_change_nothing(folder: Path) -> None:
    before = Path("vigie.duckdb").read_bytes()
    result = run("purge", "--before", "2024-05-01", "--dry-run")
    assert result.exit_code == 0 and "to erase: 2 documents" in result.stderr and result.stdout == ""
    assert run("purge", "--before", "2024-05-01").exit_code == 2  # nobody can be asked
    assert len(ids()) == 4 and Path("vigie.duckdb").read_bytes() == before
    assert "nothing to erase" in run("purge", "--before", "1990-01-01", "--yes").stderr


def test_the_receipt_as_a_file(folder: Path) -> None:
    result = run("purge", "--before", "2024-05-01", "--yes", "--receipt", "receipt.json")
    assert result.exit_code == 0 and result.stdout == ""
    assert stat.S_IMODE(Path("receipt.json").stat().st_mode) == 0o600
    assert len(json.loads(Path("receipt.json").read_text("utf-8"))["documents"]) == 2
    assert run("purge", "--before", "2024-06-01", "--yes", "--receipt", "receipt.json").exit_code == 2
    assert len(ids()) == 2


def test_runs_of_purges_are_recorded(folder: Path) -> None:
    run("purge", "--before", "2024-05-01", "--yes")
    with Store.open("vigie.duckdb", read_only=True) as store:
        last = store.runs()[-1]
        assert (last.command, last.status, last.counts.new) == ("purge", "done", 2)
        (row,) = store.query("SELECT kind, documents, rewritten FROM erasures").to_pylist()
        assert (row["kind"], row["documents"]) == ("before", 2) and row["rewritten"] is not None


def test_salts_differ_between_stores(tmp_path: Path) -> None:
    salted = set()
    for name in ("a", "b"):
        with Store.open(tmp_path / f"{name}.duckdb") as store:
            salted.add(store.tombstones.salted("d1"))
            assert store.tombstones.salted("d1") in salted
    assert len(salted) == 2
