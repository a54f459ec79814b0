"""`vigie review decide`: values as people write them in forms, and refusals that show one that holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from report_store import Paper, build, flow, said_price
from report_store import Said as Sentence
from vigie.cli import app
from vigie.store import Store

WRITTEN = [
    # id, what is set, the column of the fact that figures use, what it holds
    ("decimal_comma", ["low=12,5", "high=1 200,50"], "low, high", [(12.5, 1200.5)]),
    ("day_first", ["when=11/03/2026"], "CAST(when_start AS VARCHAR), when_precision", [("2026-03-11", "day")]),
    ("french_quarter", ["when=T1 2026"], "CAST(when_end AS VARCHAR), when_precision", [("2026-03-31", "quarter")]),
    ("unknown_date", ["when="], "when_start", [(None,)]),
]  # fmt: skip
REFUSED = [
    # id, fact, what is set, what is said
    ("number", 0, ["low=soixante"], "low: number (low=12,5)"),
    ("date", 0, ["when=hier"], "11/03/2026 (day first)"),
    ("backwards", 0, ["when=2026-03-10/2026-03-04"], "when: order (when="),
    ("substance", 0, ["substance=soixante"], "substance=heroin"),
    ("codes", 0, ["kind=soixante"], "kind: unknown (kind=retail, "),
    ("no_bound", 0, ["low=", "high="], "low or high is needed"),
    ("no_end", 1, ["origin=", "destination="], "origin or destination is needed"),
    ("fields_of_the_new_type", 0, ["type=quantity", "kind=soixante"], "kind: unknown (kind=seized, "),
    ("no_such_type", 0, ["type=soixante"], "type: unknown (type=quantity)"),
    ("of_another_type", 1, ["low=3"], "low: type)"),
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    says = [
        said_price(60, place="INSEE:69123"),
        Sentence(sentence="Venue d'Espagne.", value=flow("ES", None)),
    ]
    file = tmp_path_factory.mktemp("decided") / "vigie.duckdb"
    build(file, [Paper(source="essai", published="2025-03-11", says=says)])
    return file


def decide(path: Path, number: int, fields: list[str]) -> Any:
    given = [part for field in fields for part in ("--set", field)]
    return CliRunner().invoke(
        app, ["review", "decide", f"doc000-{number}", "correct", *given, "--store", str(path)]
    )


LISTED = [
    # id, options, types of facts listed
    ("all", [], {"price", "flow"}),
    ("types", ["--type", "price", "--type", "flow"], {"price", "flow"}),
    ("area", ["--area", "FR-69"], {"price"}),
    ("substance", ["--substance", "cocaine", "--type", "price"], {"price"}),
    ("source", ["--source", "nowhere"], set()),
    ("behind_the_last", ["--offset", "2"], set()),
]


@pytest.mark.parametrize(("options", "types"), [row[1:] for row in LISTED], ids=[row[0] for row in LISTED])
def test_a_part_of_the_queue_is_listed(tmp_path: Path, options: list[str], types: set[str]) -> None:
    says = [
        said_price(60, place="INSEE:69123"),
        Sentence(sentence="Venue d'Espagne.", value=flow("ES", None)),
    ]
    store = build(tmp_path / "vigie.duckdb", [Paper(source="essai", published="2025-03-11", says=says)])
    done = CliRunner().invoke(app, ["review", "list", "--format", "json", *options, "--store", str(store)])
    assert done.exit_code == 0, done.output
    assert {json.loads(line)["type"] for line in done.stdout.splitlines() if line.startswith("{")} == types


@pytest.mark.parametrize(
    ("fields", "columns", "held"), [row[1:] for row in WRITTEN], ids=[row[0] for row in WRITTEN]
)
def test_values_are_read_as_in_the_forms(path: Path, fields: list[str], columns: str, held: Any) -> None:
    done = decide(path, 0, fields)
    assert done.exit_code == 0, done.output
    with Store.open(path, read_only=True) as store:
        rows = store.connection.execute(f"SELECT {columns} FROM observations WHERE type = 'price'").fetchall()
    assert rows == held


@pytest.mark.parametrize(
    ("number", "fields", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_refusal_shows_a_value_that_holds(path: Path, number: int, fields: list[str], said: str) -> None:
    done = decide(path, number, fields)
    assert done.exit_code == 2
    told = " ".join(done.output.split())
    assert said in told
    assert "soixante" not in told and "hier" not in told
