"""The demonstration end to end, bulletins and lexicons, through the command."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pypdfium2
import pytest
from typer.testing import CliRunner, Result

from vigie.cli import app
from vigie.cli.lexicon import entry_text
from vigie.lexicon.terms import Term
from vigie.model.errors import MissingExtraError
from vigie.store import Store
from vigie.store.integrity import faults


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(app, [str(a) for a in args])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("work")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return folder, run("demo")


def test_the_demo_makes_a_store_bulletins_and_open_data(demo: tuple[Path, Result]) -> None:
    folder, result = demo
    assert result.exit_code == 0, result.output
    written = [folder / line for line in result.stdout.splitlines()]
    assert all(path.is_file() and path.stat().st_size > 0 for path in written)
    names = {path.name for path in written}
    assert {
        "vigie.duckdb",
        "bulletin-public.html",
        "bulletin-public.pdf",
        "bulletin-analyst.html",
        "cells.csv",
    } <= names
    assert "0 refused" in result.stderr and "vigie add ./my-articles" in result.stderr
    with Store.open(folder / "vigie-demo" / "vigie.duckdb", read_only=True) as store:
        assert store.sizes()["documents"] >= 60
        assert faults(store) == []
        assert {"price", "quantity", "purity", "event", "modality"} <= set(
            store.observations().column("type").to_pylist()
        )


@pytest.mark.slow  # each of its verbs repeats itself in the tests of that verb
def test_the_demo_repeats_itself(demo: tuple[Path, Result], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, first = demo
    monkeypatch.chdir(folder)
    cells = folder / "vigie-demo" / "open-data" / "cells.csv"
    before = hashlib.sha256(cells.read_bytes()).hexdigest()
    again = run("demo")
    assert again.exit_code == 0 and again.stdout == first.stdout
    assert ", 0 new," in again.stderr
    assert hashlib.sha256(cells.read_bytes()).hexdigest() == before


def test_the_demo_does_without_the_packages_of_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(*_args: object, **_options: object) -> list[Path]:
        raise MissingExtraError("the bulletin", "report")

    monkeypatch.setattr("vigie.report.bulletin.write_bulletin", absent)
    result = run("demo", "--out", tmp_path / "d")
    assert result.exit_code == 0
    assert "pip install 'vigie[report]'" in result.stderr and "bulletin-public" not in result.output


def test_a_bulletin_is_written_in_the_formats_asked_for(demo: tuple[Path, Result], tmp_path: Path) -> None:
    store = demo[0] / "vigie-demo" / "vigie.duckdb"
    result = run(
        "bulletin", "--store", store, "--out", tmp_path, "--format", "html", "--format", "md", "--lang", "en"
    )
    assert result.exit_code == 0, result.output
    assert [Path(line).name for line in result.stdout.splitlines()] == [
        "bulletin-public.html",
        "bulletin-public.md",
    ]
    result = run(
        "bulletin", "--store", store, "--out", tmp_path, "--format", "html", "--analyst", "--period", "2025-Q1",
        "--area", "FR-69",
    )  # fmt: skip
    assert [Path(line).name for line in result.stdout.splitlines()] == ["bulletin-analyst.html"]


def test_lexicons_can_be_shown() -> None:
    result = run("lexicon", "show", "cocaïne", "--lang", "fr", "--format", "json")
    assert result.exit_code == 0
    entries = [json.loads(line) for line in result.stdout.splitlines()]
    assert "cocaine" in {entry["id"] for entry in entries} and {entry["lang"] for entry in entries} == {"fr"}
    assert "cocaine  [en, strong" in run("lexicon", "show", "cocaine").stdout
    nothing = run("lexicon", "show", "qwertyuiop")
    assert (nothing.exit_code, nothing.stdout) == (1, "") and "no entry" in nothing.stderr
    assert run("lexicon", "show", "cocaine", "--lang", "de").exit_code == 2


def test_an_entry_is_printed_with_its_proof() -> None:
    term = Term(
        id="cocaine", surface=("coke",), status="ambiguous", source="s", hit=("De la [coke]",), miss=("Un Coke",),
        note="why", extra={"form": "powder"},
    )  # fmt: skip
    assert entry_text("fr", term).splitlines() == [
        "cocaine  [fr, ambiguous, source s]",
        "  surfaces: coke",
        "  form: powder",
        "  hit:  De la [coke]",
        "  miss: Un Coke",
        "  note: why",
    ]


BROKEN = """
[[term]]
id = "cocaine"
surface = ["coke"]
status = "strong"
source = "nowhere"
hit = ["Rien ici."]
"""


def test_lexicons_can_be_checked(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "lexicons" / "fr"
    folder.mkdir(parents=True)
    (folder / "substances.toml").write_text(BROKEN, encoding="utf-8")
    result = run("lexicon", "check", "--data", tmp_path / "data")
    assert result.exit_code == 1
    assert "lexicons/fr/substances.toml" in result.stdout and "problems" in result.stderr
    first = run("lexicon", "check", "--data", tmp_path / "data", "--format", "json").stdout.splitlines()[0]
    assert set(json.loads(first)) == {"file", "entry", "message", "repair"}
    assert run("lexicon", "check", "--data", tmp_path / "none").exit_code == 2


def test_a_sound_lexicon_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigie.lexicon.check.check_lexicons", lambda data, finders: [])
    result = run("lexicon", "check")
    assert (result.exit_code, result.stdout) == (0, "") and "all entries hold" in result.stderr


@pytest.mark.parametrize(("area", "least", "most"), [("", 10, 14), ("FR", 10, 14), ("FR-ARA", 4, 6)])
def test_an_analyst_reads_a_bulletin_at_one_sitting(
    demo: tuple[Path, Result], tmp_path: Path, area: str, least: int, most: int
) -> None:
    store = demo[0] / "vigie-demo" / "vigie.duckdb"
    result = run(
        "bulletin", "--analyst", "--store", store, "--out", tmp_path, "--format", "pdf", "--period", "2025",
        *(("--area", area) if area else ()),
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert least <= len(pypdfium2.PdfDocument(tmp_path / "bulletin-analyst.pdf")) <= most
