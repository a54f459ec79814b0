"""`vigie stats events`: rows, filters, sentences of one event."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from report_store import Paper, Said, build, event
from vigie.cli import app
from vigie.model.observation import QuantityValue


def run(*args: object) -> Result:
    return CliRunner().invoke(app, ["stats", "events", *map(str, args)])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 or 15 kg of cocaine in Lyon on 4 March, told by three; two deaths in Grenoble in May, told by one."""
    papers = [
        Paper(source=name, published="2025-03-05", title=f"Titre {name}", says=[
            Said(sentence=f"{name}a saisie {name}b {name}c {name}d.", value=QuantityValue(kind="seized", low=grams, high=grams, unit="g", grams=grams, grams_high=grams), place=place, when="2025-03-04")])
        for name, grams, place in (("a", 12_000, "INSEE:69123"), ("b", 12_000, "FR-69"), ("c", 15_000, "INSEE:69123"))
    ]  # fmt: skip
    deaths = Said(
        sentence="Deux morts ici.", value=event("death", 2), substance="fentanyl", place="INSEE:38185"
    )
    papers.append(Paper(source="d", published="2025-05-02", says=[deaths]))
    return build(tmp_path_factory.mktemp("events") / "vigie.duckdb", papers)


def rows(store: Path, *args: object) -> list[dict[str, object]]:
    result = run("--store", store, "--format", "json", *args)
    assert result.exit_code == 0, result.output
    found: list[dict[str, object]] = json.loads(result.stdout)["rows"]
    return found


def test_an_event_with_its_sources_figures_and_evidence(store: Path) -> None:
    first, second = rows(store)
    assert (first["kinds"], first["substances"], first["place"], first["from"]) == (
        ["seizure"],
        ["cocaine"],
        "INSEE:69123",
        "2025-03-04",
    )
    assert (first["sources"], first["documents"], first["copies"], first["differ"]) == (3, 3, 0, True)
    assert first["figures"] == [
        {"what": "seized", "substance": "cocaine", "unit": "g", "best": 12_000.0, "low": 12_000.0, "high": 15_000.0,
         "sources_best": 2, "sources": 3, "superseded": [], "differ": [{"value": 15_000.0, "sources": 1}]}
    ]  # fmt: skip
    evidence = first["evidence"]
    assert isinstance(evidence, list)
    assert {e["doc_id"]: e["observation_id"] for e in evidence} == {
        f"doc00{n}": f"doc00{n}-0" for n in range(3)
    }
    assert (second["kinds"], second["place"], second["differ"]) == (["death"], "INSEE:38185", False)


FILTERS = [
    ("area", ["--area", "FR-69"], ["seizure"]),
    ("area_in_lower_case", ["--area", "fr-ara"], ["seizure", "death"]),
    ("commune", ["--area", "INSEE:38185"], ["death"]),
    ("substance", ["--substance", "cocaine"], ["seizure"]),
    ("a_kind_of_it", ["--substance", "opioids"], ["death"]),
    ("kind", ["--kind", "death"], ["death"]),
    ("since", ["--since", "2025-04-01"], ["death"]),
    ("until", ["--until", "2025-04-01"], ["seizure"]),
    ("period", ["--period", "2025-Q2"], ["death"]),
    ("latest", ["--period", "latest"], ["seizure", "death"]),
    ("least", ["--least", "2"], ["seizure"]),
    ("contradicted", ["--contradicted"], ["seizure"]),
]


@pytest.mark.parametrize(("_name", "args", "kinds"), FILTERS, ids=[f[0] for f in FILTERS])
def test_filters(store: Path, _name: str, args: list[str], kinds: list[str]) -> None:
    assert [row["kinds"] for row in rows(store, *args)] == [[kind] for kind in kinds]


def test_table_and_csv_say_the_figures_in_words(store: Path) -> None:
    result = run("--store", store, "--format", "csv")
    (first, _) = csv.DictReader(io.StringIO(result.stdout))
    assert first["figures"] == "seized cocaine 12 kg (12 to 15; 2 of 3 sources)"
    assert "2 of 2 events" in result.stderr
    assert "12 kg" in run("--store", store).stdout


def test_one_event_opens_to_its_sentences(store: Path) -> None:
    (first, _) = rows(store)
    shown = rows(store, "--show", first["id"])
    assert [row["sentence"] for row in shown] == [f"{n}a saisie {n}b {n}c {n}d." for n in "abc"]
    assert [row["observation_id"] for row in shown] == ["doc000-0", "doc001-0", "doc002-0"]


WRONG = [
    ("area", ["--area", "XX-1"], "no known code", 2),
    ("substance", ["--substance", "coke"], "no known id", 2),
    ("kind", ["--kind", "theft"], "none of", 2),
    ("day", ["--since", "May"], "no day", 2),
    ("order", ["--since", "2025-02-01", "--until", "2025-01-01"], "after --until", 2),
    ("both", ["--period", "2025", "--since", "2025-01-01"], "leave out", 2),
    ("show", ["--show", "e_0"], "no event", 1),
]


@pytest.mark.parametrize(("_name", "args", "reason", "code"), WRONG, ids=[w[0] for w in WRONG])
def test_wrong_use(store: Path, _name: str, args: list[str], reason: str, code: int) -> None:
    result = run("--store", store, *args)
    assert (result.exit_code, reason in result.stderr) == (code, True), result.stderr
