"""`vigie stats changepoints` on tables and stores: what it says, what it leaves out, what it refuses."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from report_store import Paper, Said, build, price, purity, seized
from vigie.analysis.change_series import period_label, period_start
from vigie.cli import app
from vigie.model.errors import InputRefused

MONDAY = date(2022, 1, 3)


def run(*args: object) -> Result:
    return CliRunner().invoke(app, ["stats", "changepoints", *map(str, args)])


def weekly(values: np.ndarray, name: str = "", start: date = MONDAY) -> str:
    """Lines of a table; NaN = an empty value."""
    return "".join(
        f"{name},{start + timedelta(weeks=n)},{'' if np.isnan(v) else f'{v:g}'}\n"
        for n, v in enumerate(values)
    )


def noisy(seed: int, n: int = 120, step: float = 0.0) -> np.ndarray:
    values = 60 + np.random.default_rng(seed).standard_t(3, n)
    values[n // 2 :] += step
    return np.round(values, 2)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    values = noisy(1, step=6)
    values[[3, 4, 58, 70]] = np.nan
    parts = [
        weekly(values, "stepped"),
        weekly(noisy(2), "steady"),
        weekly(np.full(40, 60.0), "constant"),
        weekly(noisy(3)[:6], "short"),
        weekly(noisy(4) + np.arange(120) / 10, "rising"),
    ]
    path = tmp_path / "series.csv"
    path.write_text("series,date,value\n" + "".join(parts), "utf-8")
    return path


def test_a_table_as_json(table: Path) -> None:
    result = run("--input", table, "--format", "json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    rows = {row["series"]: row for row in told["rows"]}
    stepped = rows["stepped"]
    assert stepped["verdict"] == "change"
    at = date.fromisoformat(stepped["date"])
    assert abs((at - (MONDAY + timedelta(weeks=60))).days) <= 21
    assert stepped["period"] == period_label(at, "week")
    assert stepped["earliest"] <= stepped["period"] <= stepped["latest"]
    assert stepped["change_pct"] == pytest.approx(10, abs=2)
    assert stepped["figures"] == 116
    assert (rows["steady"]["verdict"], rows["constant"]["verdict"], rows["short"]["verdict"]) == (
        "no change",
        "does not vary",
        "too few figures",
    )
    trends = {row["series"]: row for row in told["trends"]}
    assert trends["rising"]["verdict"] == "up"
    assert trends["rising"]["slope_per_year"] == pytest.approx(5.2, rel=0.15)
    assert trends["rising"]["low"] < 5.2 < trends["rising"]["high"]
    assert trends["steady"]["verdict"] == "no trend shown"
    assert trends["constant"]["verdict"] == "does not vary"
    assert told["series_judged"] == 3
    assert told["expected_false"] > 0


def test_nothing_that_could_be_judged_is_said(tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text("series,date,value\n" + weekly(noisy(1, n=4), "short"), encoding="utf-8")
    result = run("--input", path)
    assert result.exit_code == 0 and result.stdout == ""
    assert "no series has enough figures" in result.stderr and "judged changed" not in result.stderr


def test_tables_show_what_has_a_verdict_and_count_the_rest(table: Path) -> None:
    result = run("--input", table)
    assert "steady" in result.stdout and "short" not in result.stdout
    assert "1 series have too few figures" in result.stderr
    assert "series judged changed" in result.stderr
    trends = run("--input", table, "--trend")
    assert "slope_per_year" in trends.stdout
    sheet = list(csv.DictReader(io.StringIO(run("--input", table, "--format", "csv").stdout)))
    assert {row["series"] for row in sheet} == {"stepped", "steady", "constant", "short", "rising"}


@pytest.mark.parametrize(
    "args",
    [("--penalty", "bic", "--cost", "l2"), ("--method", "pelt"), ("--method", "binseg"), ("--method", "exact"), ("--penalty", "8")],
    ids=lambda a: " ".join(a),
)  # fmt: skip
def test_the_methods_of_ruptures(table: Path, args: tuple[str, ...]) -> None:
    result = run("--input", table, "--format", "json", *args)
    assert result.exit_code == 0, result.output
    rows = [row for row in json.loads(result.stdout)["rows"] if row["series"] == "stepped"]
    dates = [date.fromisoformat(row["date"]) for row in rows if row["date"]]
    assert any(abs((day - (MONDAY + timedelta(weeks=60))).days) <= 21 for day in dates)
    assert all(row["probability"] is None for row in rows)


DATES = [
    ("weeks_of_a_year", "week", [f"2023-W{n:02d}" for n in range(1, 41)]),
    ("months", "month", [f"20{20 + n // 12}-{n % 12 + 1:02d}" for n in range(40)]),
    ("quarters", "quarter", [f"20{10 + n // 4}-Q{n % 4 + 1}" for n in range(40)]),
    ("first_days_of_months", "month", [f"20{20 + n // 12}-{n % 12 + 1:02d}-01" for n in range(40)]),
]


@pytest.mark.parametrize(("by", "dates"), [d[1:] for d in DATES], ids=[d[0] for d in DATES])
def test_the_period_is_read_from_the_dates(tmp_path: Path, by: str, dates: list[str]) -> None:
    values = noisy(1, n=40, step=8)
    path = tmp_path / "a.csv"
    path.write_text(
        "date;value\n"
        + "".join(f"{day};{str(v).replace('.', ',')}\n" for day, v in zip(dates, values, strict=True)),
        "utf-8",
    )
    told = json.loads(run("--input", path, "--format", "json").stdout)
    assert {row["by"] for row in told["rows"]} == {by}
    assert [row["verdict"] for row in told["rows"]] == ["change"]
    assert told["rows"][0]["series"] == "series"


HEAD = "series,date,value\n"
REFUSED = [
    ("empty_file", "", "no column date"),
    ("head_only", HEAD, "no lines below the head"),
    ("no_value_column", "date,price\n2024-01-01,3\n", "no column value"),
    ("text_for_a_number", HEAD + "a,2024-01-01,secret-word\n", "line 2: column value is not a number"),
    ("too_large", HEAD + "a,2024-01-01,1e308\n", "line 2: column value is above"),
    ("infinite", HEAD + "a,2024-01-01,inf\n", "line 2: column value is not a number"),
    ("no_date", HEAD + "a,soon,3\n", "line 2: column date"),
    ("no_such_day", HEAD + "a,2024-02-31,3\n", "line 2: column date"),
    ("only_gaps", HEAD + "a,2024-01-01,\na,2024-01-08,NA\n", "no line holds a value"),
    ("a_wrong_year", HEAD + "a,0224-01-01,3\na,2024-01-08,4\n", "correct the year"),
    ("too_many_cells", HEAD + "a,2024-01-01,3,9\n", "line 2: more cells than columns"),
]


@pytest.mark.parametrize(("text", "said"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_is_no_table_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, "utf-8")
    result = run("--input", path)
    assert isinstance(result.exception, InputRefused)
    assert said in str(result.exception) and "secret-word" not in str(result.exception)


def test_values_below_zero(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEAD + weekly(noisy(5) - 60, "a"), "utf-8")
    assert "values are below zero: taken as they are" in run("--input", path).stderr
    refused = run("--input", path, "--indicator", "price")
    assert isinstance(refused.exception, InputRefused)
    assert "value below zero" in str(refused.exception)


def test_counts_and_prices_of_a_table(tmp_path: Path) -> None:
    generator = np.random.default_rng(7)
    counts = np.concatenate([generator.poisson(2, 60), generator.poisson(9, 60)]).astype(float)
    rare = generator.poisson(0.1, 120).astype(float)
    path = tmp_path / "a.csv"
    path.write_text(HEAD + weekly(counts, "often") + weekly(rare, "rare"), "utf-8")
    told = json.loads(run("--input", path, "--indicator", "seizures", "--format", "json").stdout)
    often, seldom = (next(r for r in told["rows"] if r["series"] == n) for n in ("often", "rare"))
    assert often["verdict"] == "change"
    assert often["before"] == pytest.approx(2, abs=0.6)  # means, not medians: half a report is a level
    assert seldom["verdict"] == "too few reports"


def test_hundreds_of_series(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEAD + "".join(weekly(noisy(n, 30), f"s{n:04d}") for n in range(200)), "utf-8")
    told = json.loads(run("--input", path, "--format", "json").stdout)
    assert told["series_judged"] == 200
    assert sum(row["verdict"] == "change" for row in told["rows"]) <= 4


WRONG = [
    ("seasonal_weeks", ("--seasonal",), "--seasonal is for"),
    ("penalty", ("--penalty", "guess"), "--penalty: "),
    ("negative_penalty", ("--penalty=-3",), "--penalty: "),
    ("jumps_has_no_penalty", ("--method", "jumps", "--penalty", "bic"), "--cost and --penalty"),
    ("substance_of_a_table", ("--substance", "cocaine"), "--input goes without"),
    ("two_indicators", ("--indicator", "price", "--indicator", "purity"), "one indicator"),
]


@pytest.mark.parametrize(("args", "said"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_wrong_use(table: Path, args: tuple[str, ...], said: str) -> None:
    result = run("--input", table, *args)
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr


# A store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Monthly papers of three sources over three years: cocaine goes from 70 to 50 EUR/g in 2023-07, purity from 60 to 80."""
    generator = np.random.default_rng(3)
    papers = []
    for month in range(36):
        day = date(2022 + month // 12, month % 12 + 1, 12)
        late = month >= 18
        for name in "abc":
            amount = round((50.0 if late else 70.0) + generator.normal(0, 1.5), 1)
            share = round((80.0 if late else 60.0) + generator.normal(0, 2), 1)
            word = f"{name}{month}"
            papers.append(
                Paper(
                    source=name,
                    published=day.isoformat(),
                    says=[
                        Said(
                            sentence=f"Gramme {word} u{word} v{word}.",
                            value=price(amount),
                            place="INSEE:69123",
                        ),
                        Said(
                            sentence=f"Pureté {word} x{word} y{word}.",
                            value=purity(share),
                            place="INSEE:69123",
                        ),
                        Said(
                            sentence=f"Saisie {word} q{word} z{word}.",
                            value=seized(1000.0 + month),
                            place="INSEE:69123",
                        ),
                    ],
                )
            )
    return build(tmp_path_factory.mktemp("changes") / "vigie.duckdb", papers)


@pytest.mark.parametrize(
    ("indicator", "before", "after"), [("price", 70, 50), ("purity", 60, 80)], ids=["price", "purity"]
)
def test_a_store_that_changes(store: Path, indicator: str, before: float, after: float) -> None:
    result = run("--store", store, "--indicator", indicator, "--substance", "cocaine", "--format", "json")
    assert result.exit_code == 0, result.output
    (row,) = json.loads(result.stdout)["rows"]
    assert (row["verdict"], row["substance"], row["area"], row["by"]) == ("change", "cocaine", "FR", "month")
    assert row["period"] in ("2023-06", "2023-07", "2023-08")
    assert row["before"] == pytest.approx(before, abs=2)
    assert row["after"] == pytest.approx(after, abs=2)


@pytest.mark.parametrize("by", ["week", "month", "quarter"])
def test_every_indicator_and_period(store: Path, by: str) -> None:
    result = run("--store", store, "--by", by, "--format", "json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert {row["indicator"] for row in told["rows"]} >= {"price", "purity", "seizures"}
    assert len(told["trends"]) == len({row["series"] for row in told["rows"]})


def test_areas_and_what_a_store_has_not(store: Path) -> None:
    assert "no series" in run("--store", store, "--area", "FR-2A").stderr
    assert run("--store", store, "--area", "XX-99").exit_code == 2
    assert run("--store", store, "--substance", "unheard-of").exit_code == 2
    assert run("--store", store.with_name("none.duckdb")).exit_code == 1


PERIODS = [
    (date(2024, 1, 31), "week", date(2024, 1, 29), "2024-W05"),
    (date(2024, 12, 31), "week", date(2024, 12, 30), "2025-W01"),
    (date(2024, 12, 31), "month", date(2024, 12, 1), "2024-12"),
    (date(2024, 12, 31), "quarter", date(2024, 10, 1), "2024-Q4"),
]


@pytest.mark.parametrize(("day", "by", "start", "label"), PERIODS, ids=[f"{p[1]}-{p[3]}" for p in PERIODS])
def test_periods(day: date, by: str, start: date, label: str) -> None:
    assert period_start(day, by) == start  # type: ignore[arg-type]
    assert period_label(start, by) == label  # type: ignore[arg-type]
