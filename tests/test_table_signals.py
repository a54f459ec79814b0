"""Imported tables as signals: a store that holds nothing but a table, holes in it, tables beside texts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from report_store import Paper, Said, build, event, price, purity
from vigie.analysis.alerts import find_alerts
from vigie.analysis.counts import CountSeries, Key, last_day, read_counts, read_reports
from vigie.cli import app
from vigie.model.errors import SeriesError, StoreError
from vigie.model.observation import LoadValue
from vigie.stats.rows_collected import collected
from vigie.store import Store

MONDAY, WEEKS = date(2024, 1, 1), 90
RISE = range(80, 84)
RHONE, ISERE = "FR-69", "FR-38"


def day(week: int, more: int = 0) -> str:
    return (MONDAY + timedelta(days=7 * week + more)).isoformat()


def line(n: int, value: object, when: str, *, substance: str | None = "cocaine", place: str = RHONE) -> Said:
    return Said(
        sentence=f"ligne {n} : {value!r} {when} {place}.",
        value=value,
        when=when,
        substance=substance,
        place=place,
    )  # type: ignore[arg-type]


def table(
    rows: Sequence[Said], source: str = "centre-antipoison", published: str = "", rule: str = "test@1"
) -> list[Paper]:
    """Rows as `vigie import` stores them: documents of kind table, without a day of publication, some hundred rows each."""
    return [
        Paper(
            source=source,
            published=published,
            says=rows[n : n + 100],
            kind="table",
            title=f"t.csv, lignes {n}",
            grade="A",
            rule=rule,
        )
        for n in range(0, len(rows), 100)
    ]


def poisonings(
    weeks: Sequence[int], *, area: str = RHONE, rise: bool = True, mean: float = 6, seed: int = 3
) -> list[Said]:
    """One row a week and area with its count, zeros written."""
    rng = np.random.default_rng(seed)
    return [
        line(w, event("poisoning", float(rng.poisson(4 * mean if rise and w in RISE else mean))), day(w), place=area) for w in weeks
    ]  # fmt: skip


def counted(path: Path, papers: list[Paper], **options: object) -> CountSeries:
    with Store.open(build(path / "s.duckdb", papers), read_only=True) as store:
        return read_counts(store, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds a poison centre's weeks in two departments, and nothing else."""
    rows = poisonings(range(WEEKS)) + poisonings(range(WEEKS), area=ISERE, rise=False, seed=5)
    return build(tmp_path_factory.mktemp("alone") / "s.duckdb", table(rows))


def test_a_table_alone_gives_an_alert_with_its_rows(alone: Path) -> None:
    with Store.open(alone, read_only=True) as store:
        assert last_day(store, date(2026, 1, 1)) == MONDAY + timedelta(days=7 * (WEEKS - 1))
        found = find_alerts(store, until=None)
    rises = [a for a in found.alerts if a.kind == "rise"]
    assert [(a.substance, a.area, a.indicators) for a in rises] == [
        ("cocaine", RHONE, ("poisoning@centre-antipoison",))
    ]
    (alert,) = rises
    assert alert.start >= MONDAY + timedelta(days=7 * RISE[0]) and alert.last <= MONDAY + timedelta(
        days=7 * (RISE[-1] + 4)
    )
    assert all(e.facts for e in alert.evidence) and alert.speakers == 1
    assert alert.case is not None and alert.case.persons > 20 and "poisoning" in alert.case.harms
    assert found.series == 2 and found.cells == 2  # series judged, not rows


def test_a_second_table_of_the_card_that_ended_hides_no_alert(tmp_path: Path) -> None:
    """Many cases a week until the rise of the other: added up, they would hide it."""
    other = [line(w, event("poisoning", 40.0), day(w)) for w in range(RISE[0])]
    papers = [
        *table(poisonings(range(WEEKS)), rule="table.harms@1|calls"),
        *table(other, rule="table.harms@1|wards"),
    ]
    with Store.open(build(tmp_path / "s.duckdb", papers), read_only=True) as store:
        (alert,) = [a for a in find_alerts(store).alerts if a.kind == "rise"]
    assert alert.indicators == ("poisoning@centre-antipoison/calls",)


LATER = [
    ("another_table_begins_the_week", table([line(1, event("overdose", 1), day(WEEKS))], "other"), True),
    ("mistyped_row", table([line(1, event("poisoning", 1), day(WEEKS + 40))]), True),
    (
        "table_that_goes_on",
        table([line(w, event("overdose", 1), day(w)) for w in range(WEEKS + 4)], "other"),
        True,
    ),
    ("long_after", table([line(w, event("overdose", 1), day(w)) for w in range(WEEKS + 40)], "other"), False),
]


@pytest.mark.parametrize(("_name", "more", "is_open"), LATER, ids=[c[0] for c in LATER])
def test_what_is_dated_later_blinds_no_table(
    tmp_path: Path, _name: str, more: list[Paper], is_open: bool
) -> None:
    with Store.open(
        build(tmp_path / "s.duckdb", [*table(poisonings(range(WEEKS))), *more]), read_only=True
    ) as store:
        found = find_alerts(store)
    (alert,) = [a for a in found.alerts if a.kind == "rise"]
    assert (alert.open, alert.last) == (is_open, MONDAY + timedelta(days=7 * (RISE[-1] + 3)))
    assert found.cells > 0 and found.series > 0 and found.false_per_month > 0


def test_a_week_that_is_not_over_is_no_week_of_its_table(tmp_path: Path) -> None:
    """A case a day until Tuesday: the two are no fall, and are told."""
    rows = [line(n, event("poisoning", 1.0), day(0, n)) for n in range(7 * 20 + 2)]
    found = counted(tmp_path, table(rows))
    np.testing.assert_array_equal(found.counts[0], [7.0] * 20 + [np.nan])
    assert found.left_out == {"row of a table in a week that it does not tell to its end": 2}


def test_rows_count_their_figure_once(tmp_path: Path) -> None:
    """The count of a row, not the row; two facts of one kind in one row are the larger; no cap for one source."""
    rows = [line(n, event("death", c), day(w)) for n, (w, c) in enumerate([(0, 5), (0, 7), (1, 0), (2, 12)])]
    twice = Said(sentence=rows[0].sentence, value=event("death", 3), when=rows[0].when, place=RHONE)
    found = counted(tmp_path, table(rows))
    key = Key(substance="cocaine", area=RHONE, indicator="death@centre-antipoison")
    assert found.keys == (key,) and found.counts.tolist() == [[12.0, 0.0, 12.0]]
    assert twice.sentence == rows[0].sentence
    assert found.population("speakers").tolist() == [[1.0, 1.0, 1.0]]  # type: ignore[union-attr]
    with Store.open(tmp_path / "s.duckdb") as store:
        store.connection.execute("UPDATE observations SET span_start = 1, span_end = 2 WHERE low IN (5, 7)")
        again = read_counts(store)
        reports = read_reports(
            store, again, [(key, MONDAY, MONDAY + timedelta(days=14))], level="department", area=None
        )
    assert again.counts.tolist() == [[7.0, 0.0, 12.0]]
    assert sorted(r["cases"] for r in reports[0]) == [5, 7, 12]  # a zero is no report


HOLES = [
    # cases by period (None: no row) and what was kept
    ("every_week", [5, 6, 4, 5, 7], [1, 1, 1, 1, 1]),
    ("one_week_missing_of_many_cases", [40, 52, None, 47, 44, 51, 39], [1, 1, 0, 1, 1, 1, 1]),
    ("a_quiet_week_of_few_cases", [1, None, 1, 1, None, 2, 1], [1, 1, 1, 1, 1, 1, 1]),
    ("a_year_of_rare_cases", [1] + [None] * 9 + [1] + [None] * 12 + [1], [1] * 24),
    ("a_hole_of_months_in_a_steady_table", [3] * 20 + [None] * 9 + [2] * 20, [1] * 20 + [0] * 9 + [1] * 20),
    ("two_holes", [9] * 10 + [None] * 4 + [9] * 10 + [None] * 4 + [9] * 10, [1] * 10 + [0] * 4 + [1] * 10 + [0] * 4 + [1] * 10),
    ("before_and_after_nothing_is_known", [None, None, 4, 5, 4, None, None], [0, 0, 1, 1, 1, 0, 0]),
    ("written_zeros", [0, 0, 3, 0], [1, 1, 1, 1]),
    ("nothing", [None, None], [0, 0]),
    ("one_row", [None, 3, None], [0, 1, 0]),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "cases", "kept"), HOLES, ids=[h[0] for h in HOLES])
def test_a_hole_is_not_a_quiet_time(_name: str, cases: list[float | None], kept: list[int]) -> None:
    assert collected([np.nan if c is None else c for c in cases]).astype(int).tolist() == kept


@pytest.mark.parametrize(
    "wrong", [[-1.0, 2.0], [[1.0], [2.0]], ["x"]], ids=["negative", "two_series", "words"]
)
def test_no_cases_are_refused(wrong: object) -> None:
    with pytest.raises(SeriesError):
        collected(wrong)  # type: ignore[arg-type]


def test_holes_are_seldom_seen_where_there_are_none() -> None:
    """The rule promises one false hole in a hundred tables of any length."""
    rng = np.random.default_rng(9)
    wrong = 0
    for mean in (0.1, 0.3, 3.0):
        for _ in range(200):
            told = rng.poisson(rng.gamma(3, mean / 3, 104)).astype(float)
            there = np.flatnonzero(told)
            kept = collected(np.where(told == 0, np.nan, told))
            wrong += not kept[there[0] : there[-1] + 1].all()
    assert wrong <= 8  # of 600; 6 are promised


def test_a_hole_in_a_table_is_a_gap_in_its_series_and_no_alert_after_it(tmp_path: Path) -> None:
    weeks = [w for w in range(WEEKS) if w not in range(40, 60)]
    path = build(tmp_path / "s.duckdb", table(poisonings(weeks, rise=False, mean=12)))
    with Store.open(path, read_only=True) as store:
        found = read_counts(store)
        alerts = find_alerts(store).alerts
    assert (
        np.isnan(found.counts[0, 40:60]).all()
        and np.isfinite(found.counts[0, :40]).all()
        and np.isfinite(found.counts[0, 60:]).all()
    )
    after = MONDAY + timedelta(days=7 * 58)
    assert [a for a in alerts if a.kind == "rise" and a.start >= after] == []


def test_a_table_that_begins_or_ends_beside_texts_changes_no_count_of_texts(tmp_path: Path) -> None:
    """Added up, a table of ten cases a week that begins would look like an outbreak, and one that ends like its end."""
    texts = [
        Paper(source=s, published=day(w, n), says=[line(100 * w + n, event("overdose", 1), day(w, n))], title=f"t{w}{s}")
        for w in range(22) for n, s in enumerate(("alpha", "beta")) if (w + n) % 3 == 0
    ]  # fmt: skip
    rows = [line(w, event("overdose", 10), day(w)) for w in range(10, 20)]
    (tmp_path / "a").mkdir()
    without, found = counted(tmp_path / "a", texts), counted(tmp_path, [*texts, *table(rows)])
    harms = Key(substance="cocaine", area=RHONE, indicator="harms")
    np.testing.assert_array_equal(
        found.counts[found.keys.index(harms)], without.counts[without.keys.index(harms)]
    )
    cases = found.counts[
        found.keys.index(Key(substance="cocaine", area=RHONE, indicator="overdose@centre-antipoison"))
    ]
    assert (
        cases[10:20].tolist() == [10.0] * 10
        and np.isnan(cases[:10]).all()
        and np.isnan(cases[20:]).all()
        and len(cases) > 20
    )
    assert found.documents.shape[1] == without.documents.shape[1]


def test_tables_are_told_apart_and_a_national_series_is_one_of_the_country(tmp_path: Path) -> None:
    rows = [line(w, event("hospitalisation", 3), day(w), place="FR") for w in range(4)]
    other = [line(w, event("hospitalisation", 2), day(w), place="INSEE:69123") for w in range(4)]
    found = counted(tmp_path, table(rows) + table(other, source="urgences"))
    assert {(k.area, k.indicator): found.counts[n].tolist() for n, k in enumerate(found.keys)} == {
        ("FR", "hospitalisation@centre-antipoison"): [3.0] * 4,
        (RHONE, "hospitalisation@urgences"): [2.0] * 4,
    }


LEFT_OUT = [
    ("coarser", line(1, event("death", 3), "2024-02"), "row of a table dated more coarsely than the week"),
    ("a_year", line(1, event("death", 3), "2024"), "row of a table dated more coarsely than the week"),
    ("a_mistyped_century", line(1, event("death", 3), "1924-01-09"), "row of a table older than 30 years"),
    ("no_figure", line(1, LoadValue(low=None, high=None), day(1)), "row of a table without a figure"),
]


@pytest.mark.parametrize(("_name", "row", "reason"), LEFT_OUT, ids=[c[0] for c in LEFT_OUT])
def test_rows_that_cannot_count_are_counted_by_reason(
    tmp_path: Path, _name: str, row: Said, reason: str
) -> None:
    found = counted(
        tmp_path, table([line(0, event("death", 1), day(0)), row, line(2, event("death", 1), day(2))])
    )
    assert (
        found.left_out == {reason: 1}
        and np.nansum(found.counts) == 2
        and found.counts[0, :3].tolist() == [1, 0, 1]
    )


def test_months_take_what_weeks_leave(tmp_path: Path) -> None:
    rows = [line(n, event("death", n + 1), f"2024-{n + 1:02d}") for n in range(6)]
    found = counted(tmp_path, table(rows), by="month")
    assert found.counts.tolist() == [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]] and found.until == date(2024, 6, 30)
    with Store.open(tmp_path / "s.duckdb", read_only=True) as store:
        by_week = read_counts(store)
        assert by_week.keys == () and by_week.left_out == {
            "row of a table dated more coarsely than the week": 6
        }


def load(mg: float) -> LoadValue:
    return LoadValue(low=mg, high=mg)


@pytest.mark.parametrize("kind", ["load", "purity"])
def test_a_measured_series_alone_gives_an_alert(tmp_path: Path, kind: str) -> None:
    """Waste water of one town and a drug-checking service: figures, no cases, and no document beside them."""
    rng = np.random.default_rng(2)
    figures = 300 + 30 * rng.standard_normal(WEEKS)
    figures[84:88] = 500
    made = load if kind == "load" else (lambda mg: purity(mg / 10))
    rows = [line(w, made(float(f)), day(w, 2)) for w, f in enumerate(figures)]
    with Store.open(build(tmp_path / "s.duckdb", table(rows, source="mesures")), read_only=True) as store:
        found = find_alerts(store)
    rises = [a for a in found.alerts if a.kind == "rise"]
    assert [(a.area, a.indicators) for a in rises] == [(RHONE, (f"{kind}@mesures",))]
    (evidence,) = rises[0].evidence[:1]
    assert (
        evidence.observed == pytest.approx(500 if kind == "load" else 50, rel=0.2)
        and len(evidence.facts) >= 3
    )


def test_a_works_that_is_no_longer_measured_is_no_change(tmp_path: Path) -> None:
    """Two works, one at 900, one at 200: when the low one stops the median of all doubles, and nothing rose."""
    rng = np.random.default_rng(4)
    rows = [
        line(2 * w + n, load(float(level * (1 + 0.05 * rng.standard_normal()))), day(w, 2), place=place)
        for w in range(WEEKS) for n, (level, place) in enumerate(((900, "INSEE:69123"), (200, "INSEE:69266"))) if n == 0 or w < 84
    ]  # fmt: skip
    with Store.open(build(tmp_path / "s.duckdb", table(rows, source="mesures")), read_only=True) as store:
        rises = [a for a in find_alerts(store).alerts if a.kind == "rise"]
    assert [a for a in rises if a.start >= MONDAY + timedelta(days=7 * 83)] == []


def test_prices_of_texts_and_tables_are_compared_apart(tmp_path: Path) -> None:
    """A table of wholesale-like prices that begins is no fall of what texts say."""
    texts = [Paper(source=f"s{n % 5}", published=day(w, n), says=[line(10 * w + n, price(80 + n), day(w, n))], title=f"x{w}{n}")
             for w in range(24) for n in range(2)]  # fmt: skip
    rows = [line(w, price(40), day(w)) for w in range(20, 24)]
    with Store.open(build(tmp_path / "s.duckdb", texts + table(rows)), read_only=True) as store:
        assert [a for a in find_alerts(store).alerts if a.kind == "rise"] == []


def test_a_store_without_dated_rows_says_what_to_do(tmp_path: Path) -> None:
    path = build(
        tmp_path / "s.duckdb",
        table([Said(sentence="ligne 1.", value=event("death", 1), when="2024", place=RHONE)]),
    )
    with Store.open(path, read_only=True) as store, pytest.raises(StoreError, match="vigie import"):
        read_counts(store)


def test_import_then_alerts_on_a_store_with_no_other_document(tmp_path: Path) -> None:
    """The verbs, from a file: `vigie import harms`, then `vigie stats alerts` and `vigie stats triangulate`."""
    rng = np.random.default_rng(1)
    counts = rng.poisson([30 if w in RISE else 6 for w in range(WEEKS)])
    lines = [
        "date,event,count,substance,place",
        *(f"{day(w)},poisoning,{c},cocaine,Rhône" for w, c in enumerate(counts)),
    ]
    (tmp_path / "harms.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (tmp_path / "card.toml").write_text(
        'id = "capv"\nname = "Centre antipoison fictif"\nkind = "agency"\ngrade = "A"\ncountry = "FR"\n',
        "utf-8",
    )
    run, store = CliRunner(), ["--store", str(tmp_path / "s.duckdb")]
    taken = run.invoke(
        app, ["import", "harms", str(tmp_path / "harms.csv"), "--source", str(tmp_path / "card.toml"), *store]
    )
    assert taken.exit_code == 0, taken.output
    found = json.loads(run.invoke(app, ["stats", "alerts", "--format", "json", *store]).stdout)
    (alert,) = found["alerts"] if "alerts" in found else found["rows"]
    assert (alert["substance"], alert["area"], alert["indicators"]) == (
        "cocaine",
        RHONE,
        ["poisoning@capv/generic-harms"],
    )
    seen = json.loads(
        run.invoke(app, ["stats", "triangulate", "--substance", "cocaine", "--format", "json", *store]).stdout
    )
    (cases,) = [r for r in seen["rows"] if r["family"] == "harms"]
    assert cases["state"] == "shown" and [c["source"] for c in seen["coverage"]] == ["capv/generic-harms"]
