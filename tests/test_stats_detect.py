"""`vigie stats detect`: tables of counts to verdicts, and what is said of tables that cannot be read."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from vigie.analysis.count_table import read_counts
from vigie.cli import app
from vigie.model.errors import InputRefused, SeriesError

RUNNER = CliRunner()


def weekly(n: int = 320, *, jump: int = 60, series: tuple[str, ...] = ("",)) -> str:
    """A table of about 9 cases a week whose last week holds `jump`."""
    lines = ["series,date,count"]
    rng = np.random.default_rng(1)
    for name in series:
        for week, count in enumerate(rng.poisson(9, n).tolist()):
            lines.append(
                f"{name},{date(2019, 1, 7) + timedelta(days=7 * week)},{jump if week == n - 1 else count}"
            )
    return "\n".join(lines) + "\n"


def run(tmp_path: Path, text: str, *options: str) -> dict[str, object]:
    path = tmp_path / "counts.csv"
    path.write_text(text, encoding="utf-8")
    result = RUNNER.invoke(app, ["stats", "detect", str(path), "--format", "json", *options])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    "method", ["farrington-flexible", "farrington", "ears", "cdc", "rki", "bayes", "outbreakp"]
)
def test_every_method_sees_a_jump(tmp_path: Path, method: str) -> None:
    found = run(tmp_path, weekly(), "--method", method, "--last", "1")
    (row,) = found["rows"]  # type: ignore[misc]
    assert row["verdict"] == "given"
    assert row["alarm"] == "yes"
    assert row["observed"] >= 60  # four weeks together in CDC


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_what_spreadsheets_save_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "counts.csv"
    path.write_bytes(weekly(series=("Réunion",)).encode(encoding))
    found = RUNNER.invoke(app, ["stats", "detect", str(path), "--last", "1", "--format", "json"])
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)["rows"][0]["series"] == "Réunion"


def test_no_verdict_has_no_figure(tmp_path: Path) -> None:
    zeros = "date,count\n" + "".join(f"{date(2019, 1, 7) + timedelta(days=7 * w)},0\n" for w in range(320))
    (row,) = run(tmp_path, zeros, "--last", "1")["rows"]  # type: ignore[misc]
    assert (row["verdict"], row["alarm"]) == ("few", "no")
    assert (row["expected"], row["upper"], row["score"]) == (None, None, None)


def test_series_are_told_apart(tmp_path: Path) -> None:
    rows = run(tmp_path, weekly(series=("b", "a")), "--last", "2")["rows"]
    assert [(r["series"], r["period"]) for r in rows] == [  # type: ignore[attr-defined]
        ("a", "2025-02-10"), ("a", "2025-02-17"), ("b", "2025-02-10"), ("b", "2025-02-17"),
    ]  # fmt: skip


def test_parameters_reach_the_method(tmp_path: Path) -> None:
    strict = run(tmp_path, weekly(jump=17), "--last", "1", "--param", "alpha=0.0001", "--param", "power=none")
    loose = run(tmp_path, weekly(jump=17), "--last", "1", "--param", "alpha=0.1", "--param", "left_out=none")
    assert strict["rows"][0]["upper"] > loose["rows"][0]["upper"]  # type: ignore[index]
    assert strict["parameters"] == {"alpha": 0.0001, "power": "none", "frequency": 52}


def test_standard_input_and_alarms_only() -> None:
    result = RUNNER.invoke(
        app, ["stats", "detect", "-", "--format", "csv", "--alarms", "--last", "1"], input=weekly()
    )
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 2


TABLES = [
    # id, text, (names, labels, counts, frequency)
    ("weeks_with_a_gap", "date,count\n2024-01-01,3\n2024-01-15,4\n", ([""], ["2024-01-01", "2024-01-08", "2024-01-15"], [[3, None, 4]], 52)),
    ("iso_weeks", "week;count\n2020-W53;1\n2021-W01;2\n", ([""], ["2020-12-28", "2021-01-04"], [[1, 2]], 52)),
    ("months", "date,count\n2024-01,1\n2024-03,2\n", ([""], ["2024-01-01", "2024-02-01", "2024-03-01"], [[1, None, 2]], 12)),
    ("numbers", "week,count\n3,1\n5,2\n", ([""], ["3", "4", "5"], [[1, None, 2]], None)),
    ("no_time", "count\n1\n\n2\n", ([""], ["0", "1"], [[1, 2]], None)),
    ("empty_is_not_zero", "series,week,count\na,1,\na,2,0\n", (["a"], ["1", "2"], [[None, 0]], None)),
    ("french_sheet", "\ufeffSeries;Week;Count\nLyon;1;2,5\n", (["Lyon"], ["1"], [[2.5]], None)),
    ("series_of_unequal_length", "series,week,count\na,1,1\nb,2,2\n", (["a", "b"], ["1", "2"], [[1, None], [None, 2]], None)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), [t[1:] for t in TABLES], ids=[t[0] for t in TABLES])
def test_table(text: str, wanted: tuple[list[str], list[str], list[list[float | None]], int | None]) -> None:
    found = read_counts(text, "t.csv")
    names, labels, counts, frequency = wanted
    assert (list(found.names), list(found.labels), found.frequency) == (names, labels, frequency)
    np.testing.assert_array_equal(found.counts, np.array(counts, dtype=float))


def test_population_is_carried_forward() -> None:
    found = read_counts("week,count,population\n1,1,\n2,1,100\n3,1,\n4,1,200\n", "t.csv")
    assert found.population is not None
    assert found.population.tolist() == [[100, 100, 100, 200]]


BAD = [
    ("empty", "", "empty"),
    ("header_only", "date,count\n", "no rows"),
    ("no_count", "date,cases\n2024-01-01,3\n", "no column count"),
    ("negative", "week,count\n1,2\n2,-2\n", "row 3"),
    ("words", "week,count\n1,three\n", "row 2"),
    ("no_date", "date,count\nMonday,3\n", "row 2"),
    ("twice", "date,count\n2024-01-01,3\n2024-01-01,4\n", "row 3 repeats"),
    ("odd_days", "date,count\n2024-01-01,3\n2024-01-04,4\n", "2024-01-04"),
    ("two_ways", "week,count\n2024-W01,3\n7,4\n", "numbers"),
    ("wrong_year", "date,count\n0202-01-07,3\n2024-01-01,4\n", "years"),
    ("no_population", "week,count,population\n1,2,0\n", "population"),
    ("empty_date", "date,count\n2024-01-01,3\n,4\n", "row 3 has no date"),
    ("no_cell_of_date", "count,date\n3\n", "row 2 has no date"),
    ("huge", "week,count\n1,1e308\n", "row 2 has a count above"),
    ("too_many_cells", "week,count\n1,2,3\n", "row 2"),
]


@pytest.mark.parametrize(("text", "says"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_refused(text: str, says: str) -> None:
    with pytest.raises(InputRefused, match=says) as refused:
        read_counts(text, "t.csv")
    assert str(refused.value).startswith("t.csv: ")
    assert refused.value.repair


@pytest.mark.parametrize(
    ("options", "code"),
    [(["--method", "nothing"], 2), (["--param", "foo=1"], 2), (["--param", "years"], 2), (["--param", "years=-1"], 1), (["--param", "years=x"], 2),
     (["--param", "years=1.5"], 2), (["--param", "years=true"], 2), (["--param", "few_periods=inf"], 2), (["--param", "alpha=nan"], 2),
     (["--param", "reweight=inf"], 2), (["--param", "left_out=1e308"], 2), (["--param", "power=3"], 1),
     (["--method", "glr", "--param", "mean=abc"], 2), (["--method", "cusum", "--param", "mean=true"], 2)],
    ids=str,
)  # fmt: skip
def test_wrong_use(tmp_path: Path, options: list[str], code: int) -> None:
    path = tmp_path / "counts.csv"
    path.write_text(weekly(20), encoding="utf-8")
    result = RUNNER.invoke(app, ["stats", "detect", str(path), *options])
    if code == 2:
        assert result.exit_code == 2
    else:
        assert isinstance(result.exception, SeriesError)


def test_nothing_above_the_limit_is_said(tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_text(weekly(20), encoding="utf-8")
    result = RUNNER.invoke(app, ["stats", "detect", str(path), "--alarms"])
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no period is above its limit" in result.stderr


def test_a_name_that_a_spreadsheet_would_compute(tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_text("series,date,count\n=1+1,2024-01-01,3\n", encoding="utf-8")
    result = RUNNER.invoke(app, ["stats", "detect", str(path), "--format", "csv"])
    assert result.stdout.splitlines()[1].startswith("'=1+1,")
