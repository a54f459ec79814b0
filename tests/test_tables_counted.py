"""Rows of an imported table that are alike are as many statements, in bulletins, pages and price indices alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigie.analysis.prices import read_prices
from vigie.intake.importing import import_tables
from vigie.readmodel.build import build
from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters
from vigie.report.public import ANALYST
from vigie.store import Store
from vigie.tables.mapping import generic

ROWS = 5


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("counted")
    table = folder / "prix.csv"
    row = "cocaine;60;EUR;1;g;2025-03-11;Lyon\n"
    table.write_text("substance;low;currency;per_value;per_unit;date;place\n" + row * ROWS, "utf-8")
    path = folder / "vigie.duckdb"
    with Store.open(path) as opened:
        done = import_tables(opened, [table], generic("prices"))
        assert (done.new, done.rejected) == (ROWS, 0)
    return path


def test_facts_of_bulletins(store: Path) -> None:
    with Store.open(store, read_only=True) as opened:
        assert len(ANALYST.read(opened).facts) == ROWS


def test_rows_of_price_indices(store: Path) -> None:
    with Store.open(store, read_only=True) as opened:
        found = read_prices(opened)
    assert (len(found.prices), found.left_out) == (ROWS, {})


def test_figures_of_pages(store: Path) -> None:
    file = store.with_name("model.duckdb")
    build(store, file, public=False)
    with ReadModel.open(file) as model:
        assert model.totals(Filters()).observations == ROWS
        assert [g.figures.n for g in model.groups(Filters(), "retail")] == [ROWS]
        assert [g.figures.sources for g in model.groups(Filters(), "retail")] == [1]
