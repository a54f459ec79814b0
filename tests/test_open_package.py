"""The open data package is one that others can read: valid, whole, the same in each format, and the same twice."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from frictionless import Package

from report_store import Paper, Said, build, event, flow, price, purity, said_price, seized, trend, way
from vigie.lexicon.terms import data_toml
from vigie.report.open_data import write_open_data
from vigie.report.open_index import outward
from vigie.stats.order import Interval, median_interval
from vigie.store import Store
from vigie.store.describe import stored_tables
from vigie.store.export import FORMATS, export_full
from vigie.store.public import TABLES, WORDS

DAY = date(2026, 3, 31)
NAMES = "abcdefgh"
AROUND = (74.01, 60.0, 70.5, 66.0, 62.3, 64.0, 68.0, 58.77)


def papers() -> list[Paper]:
    """Eight sources in two quarters and two departments of one region, and what has no place."""
    found = []
    for quarter, (month, more) in enumerate((("02", 0.0), ("05", 10.0))):
        for number, name in enumerate(NAMES):
            said = [
                said_price(AROUND[number] + more, place="INSEE:69123"),
                Said(sentence=f"{name}{month} à Grenoble.", value=price(90 + number), place="INSEE:38185"),
                Said(sentence=f"{name}{month} sans lieu.", value=way("telegram")),
                Said(sentence=f"{name}{month} six morts.", value=event("death", 6), place="INSEE:69123"),
                Said(sentence=f"{name}{month} pureté.", value=purity(70), place="FR"),
                Said(sentence=f"{name}{month} saisie.", value=seized(1000), place="FR-ARA"),
                Said(sentence=f"{name}{month} baisse.", value=trend("down"), place="ES"),
                Said(sentence=f"{name}{month} route.", value=flow("ES", "FR")),
                Said(sentence=f"{name}{month} à Cayenne.", value=price(9), place="INSEE:97302"),
            ]
            # Grenoble is told of by three sources only, in the first quarter.
            kept = [s for s in said if "Grenoble" not in s.sentence or (number < 3 and quarter == 0)]
            found.append(Paper(source=name, published=f"2025-{month}-03", says=kept, title=f"=Titre {name}"))
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("package") / "s.duckdb", papers())


@pytest.fixture(scope="module")
def public(store: Path) -> Path:
    folder = store.with_name("public")
    with Store.open(store) as opened:
        write_open_data(opened, folder, FORMATS, as_of=DAY)
    return folder


@pytest.fixture(scope="module")
def full(store: Path, public: Path) -> Path:
    folder = store.with_name("full")
    with Store.open(store, read_only=True) as opened:
        export_full(opened, folder, FORMATS)
    return folder


def rows(folder: Path, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(folder / f"{table}.parquet").to_pylist()
    return found


@pytest.mark.parametrize("edition", ["public", "full"])
def test_the_package_is_valid(edition: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(edition)
    report = Package(str(folder / "datapackage.json")).validate()
    assert [(t.name, [e.message for e in t.errors]) for t in report.tasks if not t.valid] == []
    assert report.valid
    listed = json.loads((folder / "datapackage.json").read_text("utf-8"))["resources"]
    beside = {"data-dictionary.csv", "datapackage.json", "README.md"}
    assert {r["path"] for r in listed} == {f.name for f in folder.iterdir()} - beside


def test_a_changed_cell_makes_it_invalid(public: Path, tmp_path: Path) -> None:
    """Else the test above would prove nothing."""
    for file in public.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    data = (tmp_path / "cells.csv").read_text("utf-8")
    (tmp_path / "cells.csv").write_text(data.replace(",price,", ",prize,", 1), "utf-8")
    report = Package(str(tmp_path / "datapackage.json")).validate()
    found = {e.type for t in report.tasks for e in t.errors}
    assert {"hash-count", "constraint-error"} <= found


def test_a_lost_document_breaks_a_foreign_key(full: Path, tmp_path: Path) -> None:
    for file in full.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    lines = (tmp_path / "documents.csv").read_text("utf-8").splitlines(keepends=True)
    (tmp_path / "documents.csv").write_text("".join(lines[:1] + lines[2:]), "utf-8")
    package = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    for resource in package["resources"]:
        resource.pop("hash"), resource.pop("bytes")
    (tmp_path / "datapackage.json").write_text(json.dumps(package), "utf-8")
    report = Package(str(tmp_path / "datapackage.json")).validate()
    broken = {t.name for t in report.tasks for e in t.errors if e.type == "foreign-key"}
    assert "observations" in broken


@pytest.mark.parametrize("table", TABLES)
def test_every_format_holds_the_same(public: Path, table: str) -> None:
    expected = rows(public, table)
    assert expected
    lines = [json.loads(line) for line in (public / f"{table}.jsonl").read_text("utf-8").splitlines()]
    features = json.loads((public / f"{table}.geojson").read_text("utf-8"))["features"]
    with (public / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        plain = list(csv.DictReader(stream))
    ids = [row["id"] for row in expected]
    assert [row["id"] for row in lines] == [row["id"] for row in plain] == ids
    assert [f["properties"]["id"] for f in features] == ids
    for name in ("observations", "documents", "sources"):
        total = sum(row[name] for row in expected)
        assert sum(row[name] for row in lines) == sum(int(row[name]) for row in plain) == total
        assert sum(f["properties"][name] for f in features) == total


def test_counts_of_the_full_export_agree(full: Path) -> None:
    count = len(rows(full, "observations"))
    features = json.loads((full / "observations.geojson").read_text("utf-8"))["features"]
    lines = (full / "observations.jsonl").read_text("utf-8").splitlines()
    assert len(features) == len(lines) == count
    assert {f["geometry"] is None for f in features} == {True, False}


def test_geojson_follows_rfc_7946(public: Path) -> None:
    """Longitude before latitude, no coordinate system, a geometry member in every feature, null without a place."""
    for table in TABLES:
        found = json.loads((public / f"{table}.geojson").read_text("utf-8"))
        assert set(found) == {"type", "features"} and found["type"] == "FeatureCollection"
        for feature in found["features"]:
            assert feature["type"] == "Feature" and set(feature) == {"type", "id", "geometry", "properties"}
            geometry, area = feature["geometry"], feature["properties"]["area"]
            assert feature["id"] == feature["properties"]["id"]
            assert (geometry is None) == (area is None)
            if area == "FR-69":
                assert geometry["type"] == "Point"
                assert geometry["coordinates"] == pytest.approx([4.6, 45.9], abs=0.6)


def test_no_public_place_is_finer_than_a_department(public: Path) -> None:
    for table in TABLES:
        assert {row["area_level"] for row in rows(public, table)} <= {
            "department", "region", "country", "market", "none",
        }  # fmt: skip
        text = (public / f"{table}.csv").read_text("utf-8")
        assert "INSEE:" not in text and "Lyon" not in text


def test_the_same_store_gives_the_same_bytes(store: Path, public: Path, tmp_path: Path) -> None:
    with Store.open(store) as opened:
        for export in (write_open_data, export_full):
            for turn in ("one", "two"):
                day = {"as_of": DAY} if export is write_open_data else {}
                export(opened, tmp_path / export.__name__ / turn, FORMATS, **day)  # type: ignore[operator]
    for kind in ("write_open_data", "export_full"):
        one, two = ({f.name: f.read_bytes() for f in (tmp_path / kind / t).iterdir()} for t in ("one", "two"))
        assert one == two and len(one) > 5
    assert {f.name: f.read_bytes() for f in public.iterdir()} == {
        f.name: f.read_bytes() for f in (tmp_path / "write_open_data" / "two").iterdir()
    }


def test_text_that_a_spreadsheet_would_compute_is_defused(full: Path) -> None:
    with (full / "documents.csv").open(encoding="utf-8", newline="") as stream:
        titles = {row["title"] for row in csv.DictReader(stream)}
    assert titles == {f"'=Titre {name}" for name in NAMES}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_public_column_is_explained_in_both_languages(public: Path, lang: str) -> None:
    said = {c.name: getattr(c, lang) for t in TABLES.values() for c in t.columns}
    assert all(said.values())
    readme = (public / "README.md").read_text("utf-8")
    assert [text for text in said.values() if text.replace("|", "\\|") not in readme] == []


def test_every_stored_column_is_explained_in_both_languages(store: Path) -> None:
    """English: COMMENT of data/schema; French: data/templates/columns.fr.toml and open_data.toml."""
    with Store.open(store, read_only=True) as opened:
        tables = stored_tables(opened)
    assert [(t.name, c.name) for t in tables.values() for c in t.columns if not (c.en and c.fr)] == []
    assert [name for name in tables if name not in WORDS["full"]["table"]] == []
    written = data_toml("templates", "columns.fr.toml")
    known = {t.name: {c.name for c in t.columns} for t in tables.values()}
    assert [(t, c) for t in written for c in written[t] if c not in known.get(t, ())] == []


def test_parquet_says_what_its_columns_mean(public: Path) -> None:
    schema = pq.read_schema(public / "cells.parquet")
    assert schema.field("median").metadata[b"description"].startswith(b"Median of the stated values")
    assert schema.metadata[b"title_fr"] == b"Cellules publiques"


# The index


def test_the_index_joins_whole_cells(public: Path) -> None:
    """Of the market what its departments and regions show, and nothing else."""
    cells = [r for r in rows(public, "cells") if r["type"] == "price" and r["substance"] == "cocaine"]
    index = rows(public, "index")
    spring = [r for r in index if r["quarter"] == date(2025, 4, 1)]
    assert {(r["area_level"], r["area"]) for r in spring} == {
        ("market", "FR"), ("market", "FR-973"), ("region", "FR-ARA"), ("department", "FR-69"),
    }  # fmt: skip
    for quarter in (date(2025, 1, 1), date(2025, 4, 1)):
        parts = [c for c in cells if c["quarter"] == quarter and c["market"] == "FR"]
        (whole,) = [r for r in index if r["quarter"] == quarter and r["area"] == "FR"]
        assert whole["observations"] == sum(c["observations"] for c in parts)
        assert whole["cells"] == len(parts)


def test_the_index_has_intervals_or_says_none(public: Path) -> None:
    index = {(r["quarter"].month, r["area"]): r for r in rows(public, "index")}
    first, second = index[1, "FR-69"], index[4, "FR-69"]
    assert (first["index"], first["index_low"], first["base"]) == (100.0, None, date(2025, 1, 1))
    assert (first["median"], first["low"], first["high"]) == (65.0, 58.0, 75.0)
    assert second["index"] == pytest.approx(100 * 75 / 65, abs=0.1)
    assert second["index_low"] < 100 < second["index"] < second["index_high"]
    three = index[1, "FR-38"]
    assert (three["observations"], three["low"], three["high"]) == (3, None, None)


def test_no_bound_is_the_price_of_one_source(public: Path) -> None:
    """The least and the largest price of a row are those of one source each."""
    text = "".join((public / f"index.{form}").read_text("utf-8") for form in ("csv", "jsonl", "geojson"))
    exact = median_interval([*AROUND])
    assert exact is not None and (exact.low, exact.high) == (58.77, 74.01)
    assert "58.77" not in text and "74.01" not in text


@pytest.mark.parametrize(
    ("bounds", "widened"),
    [
        ((58.77, 74.01), (58.0, 75.0)),
        ((0.123, 0.301), (0.12, 0.31)),
        ((1234.0, 1300.0), (1200.0, 1300.0)),
        ((7.0, 7.0), (7.0, 7.0)),
        ((0.3, 9.99), (0.3, 10.0)),
    ],
)
def test_bounds_are_rounded_outward(
    bounds: tuple[float, float], widened: tuple[float | None, float | None]
) -> None:
    assert outward(Interval(low=bounds[0], high=bounds[1], level=0.95)) == widened
    assert outward(None) == (None, None)


@pytest.mark.parametrize(
    ("sources", "interval"),
    [
        pytest.param("abcdabcdabcd", (None, None), id="twelve prices of four sources"),
        pytest.param("abcdef", (40.0, 65.0), id="six sources"),
        pytest.param("abcdefffffff", (40.0, 61.0), id="one of six speaks seven times"),
    ],
)
def test_an_interval_is_of_independent_sources(
    tmp_path: Path, sources: str, interval: tuple[float | None, float | None]
) -> None:
    stated = [
        Paper(source=name, published="2025-02-03", says=[said_price(40.0 + 5 * n, place="INSEE:69123")])
        for n, name in enumerate(sources)
    ]
    if "fff" in sources:  # its median is 60.5
        amounts = (40.0, 45.0, 50.0, 55.0, 58.0, 60.0, 60.1, 60.2, 60.5, 60.7, 60.8, 60.9)
        stated = [
            Paper(source=name, published="2025-02-03", says=[said_price(amount, place="INSEE:69123")])
            for name, amount in zip(sources, amounts, strict=True)
        ]
    with Store.open(build(tmp_path / "s.duckdb", stated)) as opened:
        write_open_data(opened, tmp_path / "out", FORMATS, as_of=DAY)
    (row,) = [r for r in rows(tmp_path / "out", "index") if r["area"] == "FR-69"]
    assert (row["observations"], row["sources"]) == (len(sources), len(set(sources)))
    assert (row["low"], row["high"]) == interval
