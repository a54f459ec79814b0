"""`vigie stats clusters`, on an invented observatory with one outbreak around Lyon and on tables of cases."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from report_store import Paper, Said, build, event, price
from vigie.cli import app

START, WEEKS = date(2025, 1, 6), 40
LYON, VILLEURBANNE, VENISSIEUX = "INSEE:69123", "INSEE:69266", "INSEE:69259"
AROUND = (LYON, VILLEURBANNE, VENISSIEUX)
ELSEWHERE = (
    "INSEE:13055",
    "INSEE:59350",
    "INSEE:33063",
    "INSEE:44109",
    "INSEE:67482",
    "INSEE:75056",
    "INSEE:35238",
)


def said(kind: str, place: str | None, tag: str) -> Said:
    return Said(sentence=f"Un fait {tag} ici.", value=event(kind, 1), place=place)


def papers() -> list[Paper]:
    """Overdoses anywhere at any time, and eighteen around Lyon in two weeks, each told by three newspapers."""
    random = np.random.default_rng(7)
    found = []
    for week in range(WEEKS):
        for place in (*AROUND, *ELSEWHERE):
            if random.random() < 0.25:
                day = (START + timedelta(days=7 * week + 2)).isoformat()
                found.append(
                    Paper(
                        source=f"s{week % 5}", published=day, says=[said("overdose", place, f"{week}{place}")]
                    )
                )
    for number in range(18):
        day = (START + timedelta(days=7 * (30 + number % 2) + 3)).isoformat()
        place = AROUND[number % 3]
        found += [
            Paper(source=source, published=day, says=[said("overdose", place, f"x{number}{source}")])
            for source in ("alpha", "beta", "gamma")
        ]
    found.append(Paper(source="alpha", published="2025-08-04", says=[said("death", "FR-69", "coarse")]))
    found.append(
        Paper(
            source="alpha",
            published="2025-08-05",
            says=[Said(sentence="Le gramme vaut 60 euros.", value=price(60), place=LYON)],
        )
    )
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield build(tmp_path_factory.mktemp("clusters") / "vigie.duckdb", papers(), today=date(2025, 12, 31))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["stats", "clusters", *arguments], catch_exceptions=True)


def found(store: Path, *arguments: str) -> dict[str, Any]:
    result = run("--store", str(store), "--format", "json", "--replicates", "99", *arguments)
    assert result.exit_code == 0, result.output
    held: dict[str, Any] = json.loads(result.stdout)
    return held


def test_an_outbreak_is_the_first_cluster(store: Path) -> None:
    table = found(store, "--indicator", "harms", "--max-days", "56")
    first = table["rows"][0]
    assert set(first["areas"]) <= set(AROUND) and len(first["areas"]) >= 2
    assert first["names"][0] == "Lyon"
    assert "2025-07-28" <= first["from"] <= "2025-08-04" and first["to"] == "2025-08-17"
    assert first["p"] == 0.01 and first["p_gumbel"] < 0.01
    assert table["left_out"] == {"placed more coarsely than a commune": 1}
    assert [r["rank"] for r in table["rows"]] == list(range(1, len(table["rows"]) + 1))
    assert [r["llr"] for r in table["rows"]] == sorted((r["llr"] for r in table["rows"]), reverse=True)


def test_an_event_that_three_newspapers_tell_is_one_case(store: Path) -> None:
    table = found(
        store, "--indicator", "harms", "--area", "FR-69", "--since", "2025-08-04", "--until", "2025-08-17"
    )
    # Eighteen events around Lyon, and what else happened there in these weeks; told three times they would be 54 and more.
    assert 18 <= table["cases"] <= 24


def test_departments_and_months(store: Path) -> None:
    table = found(store, "--level", "department", "--by", "month", "--indicator", "harms")
    assert table["rows"][0]["areas"][0].startswith("FR-")
    assert table["rows"][0]["from"].endswith("-01")


def test_a_poisson_scan_counts_places_without_a_report_and_says_what_it_is_blind_to(store: Path) -> None:
    result = run(
        "--store",
        str(store),
        "--model",
        "poisson",
        "--level",
        "department",
        "--by",
        "month",
        "--replicates",
        "9",
        "--format",
        "json",
    )
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["places"] > 90
    assert "newspapers" in result.stderr


def test_the_same_seed_gives_the_same_table_and_another_another(store: Path) -> None:
    more = ("--indicator", "harms", "--by", "month")
    one, two, three = (found(store, *more, "--seed", seed)["rows"] for seed in ("1", "1", "2"))
    assert one == two
    assert [r["llr"] for r in one] == [r["llr"] for r in three]
    assert [r["p_gumbel"] for r in one] != [r["p_gumbel"] for r in three]


def test_table_and_csv_hold_the_same_rows(store: Path) -> None:
    more = ("--store", str(store), "--indicator", "harms", "--by", "month", "--replicates", "9")
    sheet = list(csv.DictReader(io.StringIO(run(*more, "--format", "csv").stdout)))
    table = run(*more).stdout.splitlines()
    assert len(sheet) == len(table) - 2 > 0
    assert sheet[0]["areas"].startswith("INSEE:")


def test_a_prospective_scan_only_tells_what_lasts(store: Path) -> None:
    table = found(store, "--indicator", "harms", "--prospective")
    assert {r["to"] for r in table["rows"]} <= {table["to"]}


CASES = """place;lat;lon;date;cases
a;45,7;4,8;2026-01-05;1
a;45,7;4,8;2026-02-02;9
b;45,8;4,9;2026-02-03;8
b;45,8;4,9;2026-01-12;1
c;48,8;2,3;2026-01-06;6
c;48,8;2,3;2026-02-02;1
d;43,3;5,4;2026-01-13;7
d;43,3;5,4;2026-01-26;5
"""


def test_a_file_of_cases(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(CASES, encoding="utf-8")
    result = run(
        "--input", str(path), "--format", "json", "--replicates", "99", "--max-share", "0.6", "--prospective"
    )
    assert result.exit_code == 0, result.output
    table = json.loads(result.stdout)
    assert (table["model"], table["cases"]) == ("permutation", 38)
    assert table["rows"][0]["areas"] == ["a", "b"]
    assert (table["rows"][0]["from"], table["rows"][0]["cases"]) == ("2026-02-02", 17)


def test_a_file_with_inhabitants_or_controls_chooses_its_model(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    for head, model in (("population", "poisson"), ("controls", "bernoulli")):
        lines = [f"p{n},{n},{n % 3},{9 if n < 2 else 1},{100}" for n in range(8)]
        path.write_text("\n".join([f"place,x,y,cases,{head}", *lines]), encoding="utf-8")
        result = run("--input", str(path), "--format", "json", "--replicates", "19")
        assert result.exit_code == 0, result.output
        table = json.loads(result.stdout)
        assert table["model"] == model
        assert table["rows"][0]["areas"] == ["p0", "p1"]
        assert table["rows"][0]["from"] is None


HEAD = "place,lat,lon,date,cases\n"
# id, the file, words of the refusal
REFUSED = [
    ("empty", "", "no lines below the head"),
    ("head_only", HEAD, "no lines below the head"),
    ("no_coordinates", "place,cases\na,3\n", "no column x"),
    ("no_place", "lat,lon\n1,2\n", "no column place"),
    ("words_for_a_number", HEAD + "a,45,4,2026-01-05,many\n", "line 2: column cases is not a number"),
    ("nan", HEAD + "a,45,4,2026-01-05,nan\n", "line 2: column cases is not a number"),
    ("negative", HEAD + "a,45,4,2026-01-05,-3\n", "line 2: column cases is negative"),
    ("too_many", HEAD + "a,45,4,2026-01-05,1e308\n", "line 2: column cases is above 10,000,000"),
    ("no_day", HEAD + "a,45,4,2026-01,3\n", "line 2: column date"),
    ("two_points_for_one_place", HEAD + "a,45,4,2026-01-05,3\na,46,4,2026-01-06,3\n", "line 3: other coordinates"),
    ("place_left_empty", HEAD + ",45,4,2026-01-05,3\n", "line 2: no place"),
    ("a_cell_too_many", HEAD + "a,45,4,2026-01-05,3,4\n", "line 2: 6 cells"),
    ("outside_the_earth", HEAD + "a,145,4,2026-01-05,3\nb,1,1,2026-01-12,3\n", "latitude"),
    ("half_a_case", HEAD + "a,45,4,2026-01-05,2.5\nb,1,1,2026-01-12,3.5\n", "not whole"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "words"), REFUSED, ids=[r[0] for r in REFUSED])
def test_a_file_that_is_no_such_table_is_refused(tmp_path: Path, name: str, text: str, words: str) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(text, encoding="utf-8")
    result = run("--input", str(path))
    assert result.exit_code == 1
    assert words in str(result.exception)
    assert "many" not in str(result.exception)


# id, the file, words on standard error
SILENT = [
    ("one_line", HEAD + "a,45,4,2026-01-05,30\n", "one place"),
    ("too_few", HEAD + "a,45,4,2026-01-05,1\nb,1,1,2026-01-12,1\n", "too few cases"),
]


@pytest.mark.parametrize(("name", "text", "words"), SILENT, ids=[r[0] for r in SILENT])
def test_no_cluster_says_why(tmp_path: Path, name: str, text: str, words: str) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(text, encoding="utf-8")
    result = run("--input", str(path))
    assert result.exit_code == 0
    assert words in result.stderr


# id, arguments, exit code, words
WRONG = [
    ("input_and_store", ("--input", "x.csv", "--area", "FR-69"), 2, "--input"),
    ("unknown_indicator", ("--indicator", "rumours"), 2, "--indicator"),
    ("unknown_substance", ("--substance", "tea"), 2, "--substance"),
    ("unknown_area", ("--area", "XX-1"), 2, "--area"),
    ("no_day", ("--since", "soon"), 2, "--since"),
    ("backwards", ("--since", "2025-06-01", "--until", "2025-01-01"), 2, "--since"),
    ("in_the_future", ("--until", "2999-01-01"), 2, "--until"),
    ("no_controls", ("--model", "bernoulli"), 2, "controls"),
    ("no_days", ("--max-days", "0"), 2, "--max-days"),
]


@pytest.mark.parametrize(("name", "arguments", "code", "words"), WRONG, ids=[w[0] for w in WRONG])
def test_wrong_use_is_named(
    store: Path, name: str, arguments: tuple[str, ...], code: int, words: str
) -> None:
    chosen = arguments if "--input" in arguments else ("--store", str(store), *arguments)
    result = run(*chosen)
    assert (result.exit_code, words in result.stderr) == (code, True)


@pytest.mark.parametrize(
    "arguments", [("--max-share", "0"), ("--max-share", "2"), ("--replicates", "-1"), ("--max-radius", "-5")]
)
def test_a_parameter_outside_its_range_is_refused(store: Path, arguments: tuple[str, str]) -> None:
    result = run("--store", str(store), *arguments)
    assert result.exit_code == 2
    assert arguments[0] in result.stderr


def test_a_store_without_events_says_so(tmp_path: Path) -> None:
    path = build(
        tmp_path / "v.duckdb", [Paper(source="a", published="2025-03-01", says=[said("death", "FR-69", "t")])]
    )
    result = run("--store", str(path))
    assert result.exit_code == 1
    assert "no event to scan" in str(result.exception)
