"""`vigie stats spread` on a store with known shares."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from report_store import Paper, Said, build, price, way
from vigie.cli import app


def run(*args: object) -> Result:
    return CliRunner().invoke(app, ["stats", "spread", *map(str, args)])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five sources a month over three years: telegram goes from none to nearly all, street stays near half, sms is rare."""
    generator = np.random.default_rng(1)
    papers = []
    for month in range(36):
        share = 1 / (1 + np.exp(-(month - 18) / 4))
        for name in "abcde":
            word = f"{name}{month}"
            said = [
                Said(
                    sentence=f"Gramme {word} u{word} v{word}.", value=price(60.0 + month), place="INSEE:69123"
                )
            ]
            for code, chance in (("telegram", share), ("street", 0.5), ("sms", 0.015)):
                if generator.random() < chance:
                    # Twice in one month by one source: it counts once.
                    said += [
                        Said(
                            sentence=f"Par {code} {word} {n} x{word} y{word}.",
                            value=way(code),
                            place="INSEE:69123",
                        )
                        for n in range(2)
                    ]
            day = date(2022 + month // 12, month % 12 + 1, 9)
            papers.append(Paper(source=name, published=day.isoformat(), says=said))
    return build(tmp_path_factory.mktemp("spread") / "vigie.duckdb", papers)


@pytest.mark.parametrize("by", ["month", "quarter"])
def test_what_spreads_and_what_does_not(store: Path, by: str) -> None:
    result = run("--store", store, "--by", by, "--format", "json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    rows = {row["code"]: row for row in told["rows"]}
    assert list(rows) == sorted(rows)
    assert rows["telegram"]["verdict"] == "spreads"
    if by == "month":
        assert rows["telegram"]["low"] < 3 < rows["telegram"]["high"]  # 12 months of 1/4
        assert rows["telegram"]["onset"].startswith("2022")
        assert rows["telegram"]["of"] == 180
    assert rows["telegram"]["share_first"] < 0.1 < 0.9 < rows["telegram"]["share_last"]
    assert (rows["street"]["verdict"], rows["street"]["onset"]) == ("no growth shown", None)
    assert rows["sms"]["verdict"] == "too few reports"
    assert all(share["reports"] <= share["of"] for share in told["shares"])
    assert max(share["of"] for share in told["shares"]) == 5


def test_areas_substances_and_what_a_store_has_not(store: Path) -> None:
    whole = run("--store", store, "--format", "csv").stdout
    assert (
        run("--store", store, "--area", "FR-69", "--substance", "cocaine", "--format", "csv").stdout == whole
    )
    assert "nothing of the family" in run("--store", store, "--area", "FR-2A").stderr
    assert "nothing of the family" in run("--store", store, "--family", "payment").stderr
    assert run("--store", store, "--area", "XX-99").exit_code == 2
    assert run("--store", store, "--substance", "unheard-of").exit_code == 2
    assert run("--store", store.with_name("none.duckdb")).exit_code == 1


def test_a_ceiling_on_request(store: Path) -> None:
    rows = json.loads(run("--store", store, "--ceiling", "--format", "json").stdout)["rows"]
    assert {row["code"]: row["ceiling"] for row in rows}["telegram"] > 0.7
