"""The overview says from its sums what the pages say from every statement."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from report_store import build
from test_weekly import papers
from vigie.cli import app
from vigie.cli.stats_overview import read, text_of
from vigie.readmodel import Filters
from vigie.readmodel.build import build as make
from vigie.readmodel.model import ReadModel
from vigie.store import Store, overview, weekly
from vigie.store.overview import Chosen

TODAY = date(2026, 1, 15)
ASKED = (
    Chosen(), Chosen(substance="cocaine"), Chosen(area="FR-69"), Chosen(area="FR"), Chosen(area="FR-ARA", substance="cocaine"),
    Chosen(period="2025"), Chosen(period="2025-Q1"), Chosen(period="2025-03", area="FR"), Chosen(period="2024", substance="heroin"),
    Chosen(area="ES"), Chosen(substance="ketamine"),
)  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("overview") / "s.duckdb", papers(7, 150))


@pytest.fixture(scope="module")
def model(path: Path) -> Iterator[ReadModel]:
    made = path.with_name("model.duckdb")
    make(path, made, public=False, today=TODAY)
    with ReadModel.open(made) as found:
        yield found


@pytest.fixture(scope="module")
def store(path: Path, model: ReadModel) -> Iterator[Store]:
    with Store.open(path) as opened:
        yield opened


@pytest.mark.parametrize("chosen", ASKED, ids=str)
@pytest.mark.parametrize("folded", [False, True], ids=["pending", "folded"])
def test_the_overview_is_that_of_the_pages(
    store: Store, model: ReadModel, chosen: Chosen, folded: bool
) -> None:
    if folded and not store.column("SELECT count(*) FROM overview_facts")[0]:
        weekly._fold(store.connection, everything=True)
    filters = Filters(substance=chosen.substance, area=chosen.area, period=chosen.period)
    page, found = model.totals(filters), overview.totals(store, chosen, TODAY)
    assert (found.statements, found.aside, found.sources, found.substances) == (
        page.observations, page.aside, page.sources, page.substances,
    )  # fmt: skip
    if found.new_statements is not None:
        assert found.new_statements == page.new_observations
    for row in overview.by_area(store, chosen) if chosen.area is None else ():
        same = model.totals(filters.replace(area=row.name))
        assert (row.statements, row.sources) == (same.observations, same.sources)
    for row in overview.by_substance(store, chosen):
        if row.name and chosen.substance is None:
            same = model.totals(filters.replace(substance=row.name))
            assert (row.statements, row.aside, row.sources) == (same.observations, same.aside, same.sources)


def test_documents_are_those_of_the_pages(store: Store, model: ReadModel) -> None:
    page, found = model.totals(Filters()), overview.totals(store, today=TODAY)
    assert (found.documents, found.new_documents, found.first, found.last) == (
        page.documents, page.new_documents, page.first, page.last,
    )  # fmt: skip
    assert found.copies == store.column("SELECT count(original_id) FROM documents")[0] > 0
    listed = overview.sources(store)
    assert sum(s.documents for s in listed) == found.documents
    assert {s.name: s.documents for s in listed} == {s.name: s.documents for s in model.sources(Filters())}


@pytest.mark.parametrize(
    "chosen", [Chosen(area="FR-69"), Chosen(area="FR-69", period="2025"), Chosen(area="ES")], ids=str
)
def test_medians_are_exact(store: Store, model: ReadModel, chosen: Chosen) -> None:
    groups = model.groups(Filters(area=chosen.area, period=chosen.period), "retail")
    page = {
        (*g.key[:2],): (
            g.figures.values,
            g.figures.low,
            g.figures.q1,
            g.figures.median,
            g.figures.q3,
            g.figures.high,
        )
        for g in groups
    }
    found = {
        (p.substance, p.unit): (p.n, p.low, p.q1, p.median, p.q3, p.high)
        for p in overview.prices(store, chosen)
        if p.kind == "retail"
    }
    assert page and found.keys() == page.keys()
    for key, figures in page.items():
        assert found[key] == pytest.approx(figures)


def test_the_most_stated_prices_are_the_first(store: Store) -> None:
    every = overview.prices(store)
    assert len(every) > 4 and overview.prices(store, most=3) == every[:3]


def test_weeks_add_up(store: Store) -> None:
    weeks = overview.by_week(store)
    assert [w.monday for w in weeks] == sorted({w.monday for w in weeks}) and all(
        w.monday.weekday() == 0 for w in weeks
    )
    (dated,) = store.column(
        "SELECT count(*) FROM observations WHERE date_trunc('week', when_start) = date_trunc('week', when_end)"
    )
    assert sum(w.statements + w.aside for w in weeks) == dated


@pytest.mark.parametrize("chosen", ASKED, ids=str)
def test_every_part_adds_up_to_all(store: Store, chosen: Chosen) -> None:
    total = overview.totals(store, chosen, TODAY)
    weeks, dated = overview.by_week(store, chosen), overview.by_fineness(store, chosen)
    parts: tuple[Sequence[overview.Dated | overview.Counted | overview.Week], ...] = (
        dated, overview.by_substance(store, chosen), overview.by_area(store, chosen, "region", placed=False),
        [*weeks, *(d for d in dated if d.fineness != "week")],
    )  # fmt: skip
    for part in parts:
        assert (sum(r.statements for r in part), sum(r.aside for r in part)) == (
            total.statements,
            total.aside,
        )


def test_what_no_week_holds_is_told(store: Store) -> None:
    within = "date_trunc('{0}', when_start) = date_trunc('{0}', when_end)"
    week, year = within.format("week"), within.format("year")
    (undated,) = store.column(
        f"SELECT count(*) FROM observations WHERE NOT coalesce({week}, false) AND NOT coalesce({year}, false)"
    )
    found = {d.fineness: d.statements + d.aside for d in overview.by_fineness(store)}
    assert found["longer"] and found.get("undated", 0) == undated


def test_new_is_counted_from_a_day(store: Store) -> None:
    since = overview.totals(store, today=TODAY).new_since
    (last,) = store.column(f"SELECT max(published_end) FROM documents WHERE published_end <= DATE '{TODAY}'")
    assert since is not None and (last - since).days == overview.NEW_DAYS - 1


@pytest.mark.parametrize("top", [0, 2])
@pytest.mark.parametrize("chosen", [Chosen(), Chosen(area="FR-69", period="2025")], ids=str)
def test_the_tables_fit_80_columns_and_add_up(store: Store, chosen: Chosen, top: int) -> None:
    found = read(store, chosen, "department", top)
    text = text_of(found, top, None)
    assert max(map(len, text.splitlines())) <= 80
    sections = {part.split("\n", 1)[0]: part.rstrip().split("\n")[1:] for part in text.split("\n\n")}
    for title in ("Substances", "Departments", "Weeks that statements speak of, by Monday"):
        header, _, *lines = sections[title]
        at, end = header.index("statements"), header.index("aside")
        told = sum(int(line[at:end]) for line in lines if "documents" not in line)
        assert told == found.totals.statements, title
    reached = "Documents*" not in sections
    assert reached is ("* of the whole store" not in text) is (chosen == Chosen())
    assert f"since {found.totals.new_since}" in text and "aside: denied" in text


def test_the_verb(path: Path, store: Store) -> None:
    store.close()
    run = CliRunner().invoke(
        app, ["stats", "overview", "--area", "fr-69", "--format", "json", "--store", str(path)]
    )
    found = json.loads(run.stdout)
    assert found["area"] == "FR-69" and {row["part"] for row in found["rows"]} > {
        "total",
        "new",
        "substance",
        "department",
        "source",
    }
    assert found["new_since"] == next(row["first"] for row in found["rows"] if row["part"] == "new")
    for wrong in (["--area", "INSEE:69123"], ["--substance", "nothing"], ["--period", "lately"]):
        refused = CliRunner().invoke(app, ["stats", "overview", *wrong, "--store", str(path)])
        assert refused.exit_code == 2 and re.search(wrong[0], refused.stderr)
