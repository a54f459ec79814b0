"""`vigie stats terms` and `vigie lexicon suggest`, as a user runs them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from report_store import Paper, Said, build, way
from test_terms import EVERYDAY, NEW, PAPERS
from vigie.cli import app


def run(*args: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in args])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of seven sources; "zorbiline" in five of them at the end."""
    papers = []
    for month in range(24):
        for n, source in enumerate(PAPERS):
            # Figures and words of its own in each document: what is copied counts once.
            day = f"{2024 + month // 12}-{month % 12 + 1:02d}-{2 + 3 * n:02d}"
            own = f"Note {month}{n} de {source}, ligne {month * 31 + n} : " + " ".join(
                f"mot{month}x{n}x{k}" for k in range(30)
            )
            said = [EVERYDAY[(month + n + k) % len(EVERYDAY)] for k in range(2)]
            if month == 22 and n < 5:
                said.append(NEW["a substance"][2][n])
            papers.append(
                Paper(
                    source=source,
                    published=day,
                    says=[Said(sentence=t, value=way("telegram")) for t in (*said, own)],
                )
            )
    return build(tmp_path_factory.mktemp("terms") / "a.duckdb", papers)


def test_a_table_for_the_analyst(store: Path) -> None:
    done = run("stats", "terms", "--store", store, "--since", "2025-09-01")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].split()[:5] == ["term", "lang", "kind", "score", "documents"]
    assert lines[2].split()[:3] == ["zorbiline", "fr", "substance"]
    assert "fr: " in done.stderr and "en: no dated text in the store" in done.stderr


def test_json_and_csv_say_the_same(store: Path) -> None:
    asked = ("stats", "terms", "--store", store, "--since", "2025-09-01", "--lang", "fr", "--format")
    told = json.loads(run(*asked, "json").stdout)
    rows = list(csv.DictReader(io.StringIO(run(*asked, "csv").stdout)))
    assert [r["term"] for r in rows] == [r["term"] for r in told["rows"]]
    first = told["rows"][0]
    assert (first["term"], first["documents"], first["sources"], first["before"]) == ("zorbiline", 5, 5, 0)
    assert first["burst_from"] == "2025-11-01" and first["first_seen"] == "2025-11-02"
    (about,) = told["languages"]
    assert about["documents"] == 7 * 24 and about["since"] == "2025-09-01"


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--since", "hier"], 2, "--since 'hier' is no day"),
        (["--since", "2025-09-01", "--until", "2025-01-01"], 2, "--since lies after --until"),
        (["--lang", "de"], 2, "--lang is one of fr, en"),
        (["--since", "2030-01-01", "--until", "2030-12-31"], 1, "no text in fr from 2030-01-01"),
        (["--since", "2020-01-01"], 1, "nothing to compare with"),
        (["--lang", "en"], 1, "en: no dated text in the store"),
    ],
)
def test_wrong_use_says_the_repair(store: Path, options: list[str], code: int, says: str) -> None:
    done = run("stats", "terms", "--store", store, *options)
    assert (done.exit_code, says in done.stderr) == (code, True), done.stderr
    assert done.stdout == ""


def test_no_store_is_named(tmp_path: Path) -> None:
    done = run("stats", "terms", "--store", tmp_path / "none.duckdb")
    assert done.exit_code == 1 and "no store at" in done.stderr


def test_an_empty_store_has_nothing_to_search(tmp_path: Path) -> None:
    done = run("stats", "terms", "--store", build(tmp_path / "a.duckdb", []))
    assert done.exit_code == 1 and "nothing to search" in done.stderr


def test_kinds_are_chosen(store: Path) -> None:
    asked = ("stats", "terms", "--store", store, "--since", "2025-09-01", "--lang", "fr", "--format", "json")
    kinds = {
        r["kind"] for r in json.loads(run(*asked, "--kind", "slang", "--kind", "modality").stdout)["rows"]
    }
    assert kinds <= {"slang", "modality"}


def test_drafts_are_written_checked_and_not_overwritten(store: Path, tmp_path: Path) -> None:
    asked = (
        "lexicon",
        "suggest",
        "--store",
        store,
        "--since",
        "2025-09-01",
        "--out",
        tmp_path / "drafts",
        "--top",
        "1",
    )
    done = run(*asked)
    assert done.exit_code == 0, done.output
    written = [Path(line) for line in done.stdout.splitlines()]
    page = tmp_path / "drafts" / "lexicons" / "fr" / "substances.toml"
    assert page in written and all(path.is_file() for path in written)
    assert 'surface = ["zorbiline"]' in page.read_text("utf-8")
    checked = run("lexicon", "check", "--data", tmp_path / "drafts")
    assert checked.exit_code == 1 and "is a draft" in checked.stdout
    again = run(*asked)
    assert again.exit_code == 1 and "may hold your work" in again.stdout + again.stderr + str(again.exception)
    mended = page.read_text("utf-8").replace("draft = true\n", "").replace('"to-choose"', '"cathinones"')
    mended = mended.replace('source = ""', 'source = "note"').replace(
        "hit = []", 'hit = ["Un gramme de [zorbiline]."]'
    )
    page.write_text(mended, "utf-8")
    (tmp_path / "drafts" / "references.toml").write_text('[note]\ntitle = "Note"\n', "utf-8")
    assert run("lexicon", "check", "--data", tmp_path / "drafts").exit_code == 0


def test_no_candidate_writes_nothing(tmp_path: Path) -> None:
    papers = [
        Paper(
            source=s, published=f"2025-0{n}-01", says=[Said(sentence=f"{t} {s} {n}", value=way("telegram"))]
        )
        for n, (s, t) in enumerate(zip("abcdefgh", EVERYDAY, strict=False), 1)
    ]
    path = build(tmp_path / "a.duckdb", papers)
    done = run("lexicon", "suggest", "--store", path, "--since", "2025-07-01", "--out", tmp_path / "out")
    assert done.exit_code == 0 and "nothing written" in done.stderr and not (tmp_path / "out").exists()
