"""From a folder to a store, open data and a demonstration, through the command."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from vigie.cli import app, doctor
from vigie.store import Store
from vigie.store.schema import load_migrations

ARTICLE = (
    "2024-0{n}-11\n\nNote {n}\n\nÀ Lyon, le gramme de cocaïne se vend {n}0 €. Appelez le 01 99 00 12 34.\n"
)


def run(*args: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(a) for a in args], input=stdin)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three articles and one that cannot be read, in a working folder of its own."""
    monkeypatch.delenv("VIGIE_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    articles = tmp_path / "articles"
    articles.mkdir()
    for n in (5, 6, 7):
        (articles / f"{n}.txt").write_text(ARTICLE.format(n=n), encoding="utf-8")
    return articles


def fingerprint(where: Path) -> dict[str, str]:
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(where.iterdir())}


def test_add_tells_what_it_did(folder: Path) -> None:
    (folder / "noise.bin").write_bytes(bytes(range(256)) * 20)
    result = run("add", folder, "https://news.example/a")
    assert (result.exit_code, result.stdout) == (1, "")
    said = result.stderr
    assert "documents: 3 read, 3 new, 0 unchanged, 2 refused" in said
    assert "noise.bin" in said and "https://news.example/…: addresses are not fetched" in said
    assert "price 3" in said and "phone 3" in said
    assert "01 99 00" not in said and "cocaïne" not in said
    assert Path("vigie.duckdb").is_file()


def test_documents_dated_after_today_are_told(folder: Path) -> None:
    assert "after today" not in run("add", folder).stderr
    for n in range(2):
        text = ARTICLE.format(n=n + 1).replace("2024-", f"{date.today().year + 4}-")
        (folder / f"tard-{n}.txt").write_text(text, encoding="utf-8")
    result = run("add", folder)
    assert result.exit_code == 0
    (line,) = [line for line in result.stderr.splitlines() if "after today" in line]
    assert line.startswith("2 documents are dated after today: ") and line.endswith(" (check their date)")
    assert all(f"tard-{n}.txt" in line for n in range(2)) and "5.txt" not in line


def test_the_summary_as_json(folder: Path) -> None:
    result = run("add", folder, "--store", "x.duckdb", "--format", "json")
    assert result.exit_code == 0
    summary = json.loads(result.stdout)
    assert summary["documents"] == {"read": 3, "new": 3, "unchanged": 0, "refused": []}
    assert summary["observations"]["price"] == 3 and summary["redactions"] == {"phone": 3}
    assert summary["changes"] == {}


def test_adding_again_leaves_every_byte_of_an_export(folder: Path) -> None:
    formats = [f"--format={name}" for name in ("csv", "jsonl", "parquet", "geojson")]
    for turn in ("one", "two"):
        assert run("add", folder).exit_code == 0
        # A public export is written down in the store, which the full one holds.
        assert run("export", f"public-{turn}", *formats).exit_code == 0
        assert run("export", f"full-{turn}", "--full", *formats).exit_code == 0
    assert fingerprint(Path("full-one")) == fingerprint(Path("full-two"))
    assert fingerprint(Path("public-one")) == fingerprint(Path("public-two"))


def test_add_reads_standard_input_and_a_named_store(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_STORE", "named.duckdb")
    text = (folder / "5.txt").read_text("utf-8")
    assert "3 read, 3 new" in run("add", folder).stderr
    assert "1 read, 0 new, 1 unchanged" in run("add", "-", stdin=text).stderr
    assert Path("named.duckdb").is_file() and not Path("vigie.duckdb").exists()
    assert run("add", folder, "--store", "other.duckdb").exit_code == 0
    assert Path("other.duckdb").is_file()
    monkeypatch.setattr("vigie.ingest.limits.MAX_FILE_BYTES", 4)
    assert "more than 4 bytes" in run("add", "-", stdin=text).stderr


def test_a_source_card_beside_the_documents_is_kept(folder: Path) -> None:
    (folder / "source.toml").write_text(
        'id = "quai"\nname = "Quai"\nkind = "press"\ngrade = "B"\nlegal_basis = "open"\n'
    )
    assert run("add", folder).exit_code == 0
    with Store.open("vigie.duckdb", read_only=True) as store:
        assert store.table("sources").column("source_id").to_pylist() == ["quai"]
        assert set(store.documents().column("source_id").to_pylist()) == {"quai"}
        assert set(store.documents().column("grade").to_pylist()) == {"B"}


def test_reextract_shows_what_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("add", folder)
    result = run("add", "--reextract")
    assert result.exit_code == 0 and "no observation changed" in result.stderr
    monkeypatch.setattr("vigie.extract.extract", lambda document: [])
    result = run("add", "--reextract")
    assert "3 extracted again, 3 changed" in result.stderr
    row = next(line for line in result.stderr.splitlines() if line.startswith("price"))
    assert row.split() == ["price", "0", "3", "0"]
    monkeypatch.undo()
    monkeypatch.chdir(folder.parent)
    changes = json.loads(run("add", "--reextract", "--format", "json").stdout)["changes"]
    assert changes["price"] == {"gained": 3, "lost": 0, "changed": 0}

    def crash(_document: object) -> Any:
        raise ValueError("cocaïne")

    monkeypatch.setattr("vigie.extract.extract", crash)
    result = run("add", "--reextract")
    assert (
        result.exit_code == 1 and "unexpected ValueError" in result.stderr and "cocaïne" not in result.stderr
    )


def test_only_a_full_export_holds_sentences(folder: Path) -> None:
    run("add", folder)
    public, full = run("export", "public"), run("export", "full", "--full")
    assert public.exit_code == full.exit_code == 0
    assert [Path(line).name for line in public.stdout.splitlines()] == [
        "cells.csv", "index.csv", "data-dictionary.csv", "README.md", "datapackage.json",
    ]  # fmt: skip
    assert "gramme de cocaïne".encode() not in b"".join(f.read_bytes() for f in Path("public").iterdir())
    assert "do not publish" in full.stderr
    with Path("full/evidence.csv").open(encoding="utf-8", newline="") as stream:
        assert "gramme de cocaïne" in next(csv.DictReader(stream))["sentence"]


def test_a_store_in_use_is_told_in_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_WAIT", "0")
    run("add", folder)
    script = (
        "import sys; from vigie.store import Store\n"
        "with Store.open('vigie.duckdb'): print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdin is not None
        assert other.stdout.readline() == "open\n"
        result = subprocess.run(
            [sys.executable, "-m", "vigie.cli", "add", str(folder)],
            capture_output=True,
            text=True,
            timeout=120,
        )
        other.stdin.close()
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("vigie: vigie.duckdb is open in another process")
    assert result.stderr.count("\n") == 1


def test_a_run_stopped_by_hand_says_how_to_go_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_document: object) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("vigie.extract.extract", stop)
        result = run("add", folder)
    assert (result.exit_code, result.stdout) == (130, "") and "the same command completes it" in result.stderr
    assert "3 read, 3 new" in run("add", folder).stderr


# doctor


def checked(*args: str) -> tuple[int, dict[str, dict[str, str]]]:
    result = run("doctor", "--format", "json", *args)
    found = [json.loads(line) for line in result.stdout.splitlines()]
    return result.exit_code, {check["name"]: check for check in found}


def test_doctor_finds_all_well(folder: Path) -> None:
    run("add", folder)
    code, found = checked()
    assert code == 0, [check for check in found.values() if check["state"] == "fault"]
    assert {
        "python",
        "vigie",
        "duckdb",
        "data/lexicons",
        "lexicons fr",
        "lexicons en",
        "readers",
        "store",
    } <= set(found)
    assert "documents 3" in found["store"]["found"] and "html" in found["readers"]["found"]
    shown = run("doctor").stdout
    assert "duckdb" in shown and f"schema {len(load_migrations())}" in shown


def test_doctor_without_a_store_says_how_to_make_one(folder: Path) -> None:
    code, found = checked("--store", "none.duckdb")
    assert (code, found["store"]["state"]) == (0, "note") and "vigie add" in found["store"]["repair"]
    assert not Path("none.duckdb").exists()


def test_doctor_finds_what_is_wrong(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("add", folder)
    with Store.open("vigie.duckdb") as store:
        store._db.execute("DELETE FROM evidence")
        store._db.execute("UPDATE runs SET status = 'interrupted'")
    monkeypatch.setattr("vigie.extract.extract", lambda document: [])
    result = run("doctor")
    assert result.exit_code == 1
    for said in ("observations without a sentence: 3", "runs stopped before their end: 1", "found nothing"):
        assert said in result.stdout

    def crash(_document: object) -> Any:
        raise ValueError

    monkeypatch.setattr("vigie.extract.extract", crash)
    Path("vigie.duckdb").write_bytes(b"x" * 5000)
    code, found = checked()
    assert code == 1 and "not a Vigie store" in found["store"]["found"]
    assert found["lexicons fr"] | {"state": "", "found": ""} == {
        "name": "lexicons fr", "state": "", "found": "", "repair": "vigie lexicon check",
    }  # fmt: skip


REQUIREMENTS = [
    "typer>=0.12",
    "absent-package>=1",
    "absent-extra>=1; extra == 'report'",
    "ruff; extra == 'dev'",
]


def test_doctor_gives_the_command_for_what_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.metadata, "requires", lambda _name: REQUIREMENTS)
    found = {check.name: check for check in doctor.packages()}
    assert set(found) == {"vigie", "typer", "absent-package", "absent-extra"}
    assert (found["absent-package"].state, found["absent-package"].repair) == (
        "fault",
        "pip install 'absent-package>=1'",
    )
    assert (found["absent-extra"].state, found["absent-extra"].repair) == (
        "note",
        "pip install 'vigie[report]'",
    )

    def none(_name: str) -> Any:
        raise doctor.metadata.PackageNotFoundError

    monkeypatch.setattr(doctor.metadata, "requires", none)
    assert [check.state for check in doctor.packages()] == ["fault"]


class Entry(SimpleNamespace):
    """A line of a package's record."""

    def as_posix(self) -> str:
        return str(self.name)

    def locate(self) -> Path:
        return Path(self.path)


def test_doctor_compares_data_files_with_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b"abc")
    right = SimpleNamespace(mode="sha256", value="ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0")
    record = [
        Entry(name="vigie/data/a.toml", path=file, hash=right),
        Entry(name="vigie/data/b.toml", path=tmp_path / "missing", hash=right),
        Entry(name="vigie/cli/app.py", path=tmp_path / "missing", hash=right),
        Entry(name="vigie/data/c.toml", path=file, hash=None),
    ]
    monkeypatch.setattr(doctor.metadata, "files", lambda _name: record)
    assert list(doctor.recorded_files()) == [("vigie/data/a.toml", True), ("vigie/data/b.toml", False)]
    altered = [check for check in doctor.data_files() if check.state == "fault"]
    assert [check.name for check in altered] == ["vigie/data/b.toml"]


# eval

GOLD = {
    "id": "g1", "lang": "fr", "title": "", "published": "2024-03-11", "text": "Le gramme de cocaïne se vend 80 € à Lyon.",
    "facts": [
        {"type": "price", "quote": "80 €", "assertion": "affirmed", "may": False, "kind": "retail", "low": 80, "high": 80,
         "currency": "EUR", "per_value": 1, "per_unit": "g", "substance": "cocaine", "place": "Lyon", "when": None}
    ],
}  # fmt: skip


def test_eval_scores_and_compares(folder: Path) -> None:
    gold = Path("gold.jsonl")
    gold.write_text(json.dumps(GOLD) + "\n", encoding="utf-8")
    result = run("eval", gold, "--format", "json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["documents"] == 1 and report["lines"]
    Path("before.json").write_text(result.stdout)
    shown = run("eval", gold, "--against", "before.json", "--verbose").stdout
    assert "price" in shown and "no change" in shown
    Path("wrong.json").write_text("{}")
    for wrong in ("none.json", "wrong.json"):
        assert run("eval", gold, "--against", wrong).exit_code == 2
    assert run("eval", "none.jsonl").exit_code != 0


def test_eval_reads_a_folder_of_whole_articles(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = SimpleNamespace(table=lambda verbose: f"table {verbose}", to_json=lambda: {"documents": 3})
    monkeypatch.setattr("vigie.evaluate.evaluate_examples", lambda path: report)
    assert run("eval", folder).stdout == "table False\n"
    assert run("eval", folder, "--format", "json").stdout == '{"documents": 3}\n'
