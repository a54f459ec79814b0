"""What leaves for the public: cells with enough sources, late enough, never a sentence."""

from __future__ import annotations

import csv
import dataclasses
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from store_samples import LYON, PRICE, SPAIN, TODAY, VERSIONS, card, document, observation
from vigie.assess import assess_if_due
from vigie.model.errors import StoreError
from vigie.model.observation import EventValue, ModalityValue, PriceValue, Value
from vigie.model.period import PartialDate, When
from vigie.model.place import Place
from vigie.report.open_data import cells, write_open_data
from vigie.store import Store
from vigie.store.export import FORMATS, export_full
from vigie.store.rows import Entry
from vigie.store.runs import Counts

LATER = date(2024, 12, 31)
OUTLETS = ("La Gazette", "Le Phare", "The Ledger", "Radio Quai")
ANNECY = dataclasses.replace(LYON, name="Annecy", label="Annecy", code="INSEE:74010", department="FR-74")
SAINT_PIERRE = Place(  # 5,790 inhabitants
    name="Saint-Pierre", label="Saint-Pierre-et-Miquelon", code="FR-PM", level="region", region="FR-PM"
)


def price(euros: float) -> PriceValue:
    return PriceValue(
        kind="retail", low=euros, high=euros, currency="EUR", per_value=1, per_unit="g", eur_low=euros,
        eur_high=euros, eur_per_unit=euros, unit="g",
    )  # fmt: skip


def store_of(tmp_path: Path, *statements: dict[str, Any]) -> Store:
    """A document a statement; `outlet`, `published` and `source_id` are the document's."""
    entries = []
    for number, fields in enumerate(statements):
        own = {k: fields.pop(k) for k in ("outlet", "published", "source_id", "text") if k in fields}
        d = document(number, **{"outlet": OUTLETS[number % 4]} | own)
        entries.append(Entry(document=d, observations=[observation(d, fields.pop("value", PRICE), **fields)]))
    store = Store.open(tmp_path / "s.duckdb")
    run = store.start_run("add", VERSIONS)
    store.write(run, entries, today=TODAY)
    store.finish_run(run, Counts(new=len(entries)))
    return store


def found(store: Store, as_of: date = LATER) -> list[dict[str, Any]]:
    return [dict(row) for row in cells(store, as_of=as_of).to_pylist()]


def same(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [dict(fields) for _ in range(count)]


def test_a_cell_says_count_and_median(tmp_path: Path) -> None:
    store = store_of(tmp_path, *[{"value": price(e)} for e in (50.0, 60.0, 100.0)])
    (row,) = found(store)
    assert (row["quarter"], row["area_level"], row["area"], row["area_label"]) == (
        date(2024, 1, 1), "department", "FR-69", "Rhône",
    )  # fmt: skip
    assert (row["type"], row["kind"], row["substance"]) == ("price", "retail", "cocaine")
    assert (row["observations"], row["documents"], row["sources"]) == (3, 3, 3)
    assert (row["median"], row["unit"], row["values"]) == (60.0, "EUR/g", 3)


KEPT_BACK = [
    ("two_sources", [{"outlet": o} for o in ("A", "B", "A")]),
    ("one_outlet_spelt_twice", [{"outlet": o} for o in ("Écho", "echo ", "B")]),
    ("unknown_outlets_count_as_one", [{"outlet": o} for o in ("", "", "B")]),
    ("negated", same(3, assertion="negated")),
    ("rumoured", same(3, assertion="reported")),
    ("known_to_the_year_only", same(3, when=When.of(PartialDate(2024), "text"))),
    ("undated", same(3, when=When(None, None, None, "unknown"))),
    ("astride_two_quarters", same(3, when=When(date(2024, 3, 28), date(2024, 4, 3), "week", "text"))),
]


@pytest.mark.parametrize(("_name", "statements"), KEPT_BACK, ids=[row[0] for row in KEPT_BACK])
def test_what_is_kept_back(tmp_path: Path, _name: str, statements: list[dict[str, Any]]) -> None:
    assert found(store_of(tmp_path, *statements)) == []


def test_a_copied_sentence_is_one_source(tmp_path: Path) -> None:
    """Four outlets carry one dispatch of more than eight words."""
    copy = "La préfecture indique que le gramme se vend désormais 80 € dans toute la ville de Lyon."
    statements = same(4, text=f"Un titre\n\n{copy}")
    assert found(store_of(tmp_path, *statements)) == []


def test_a_source_card_stands_before_the_outlet(tmp_path: Path) -> None:
    store = store_of(tmp_path, *[{"outlet": o, "source_id": "one"} for o in "abc"])
    assert found(store) == []


def test_a_source_card_stands_for_a_missing_outlet(tmp_path: Path) -> None:
    store = store_of(tmp_path, *[{"outlet": "", "source_id": s} for s in "abc"])
    assert [row["sources"] for row in found(store)] == [3]


@pytest.mark.parametrize(
    ("as_of", "count"), [(date(2024, 4, 14), 0), (date(2024, 4, 15), 1), (date(2024, 3, 31), 0)]
)
def test_a_quarter_waits_fourteen_days(tmp_path: Path, as_of: date, count: int) -> None:
    assert len(found(store_of(tmp_path, *same(3)), as_of)) == count


def test_a_document_waits_fourteen_days(tmp_path: Path) -> None:
    statements = same(3)
    statements[0]["published"] = PartialDate(2024, 6, 10)
    store = store_of(tmp_path, *statements)
    assert found(store, date(2024, 6, 23)) == []
    assert len(found(store, date(2024, 6, 24))) == 1


def test_failing_departments_are_pooled_in_their_region(tmp_path: Path) -> None:
    places = (LYON, LYON, ANNECY)
    (row,) = found(store_of(tmp_path, *[{"place": p} for p in places]))
    assert (row["area_level"], row["area"], row["observations"]) == ("region", "FR-ARA", 3)


def test_a_region_holds_only_what_its_departments_could_not_show(tmp_path: Path) -> None:
    statements = [{"place": LYON} for _ in range(3)] + [{"place": ANNECY} for _ in range(2)]
    rows = found(store_of(tmp_path, *statements))
    assert [(row["area"], row["observations"]) for row in rows] == [("FR-69", 3)]


def test_places_are_not_pooled_with_the_unplaced(tmp_path: Path) -> None:
    rows = found(store_of(tmp_path, *[{"place": p} for p in (SPAIN, SPAIN, None)]))
    assert rows == []
    other = tmp_path / "other"
    other.mkdir()
    (row,) = found(store_of(other, *[{"place": None} for _ in range(3)]))
    assert (row["area_level"], row["area"], row["place_lat"]) == ("none", None, None)


def people(count: float | None) -> EventValue:
    return EventValue(kind="overdose", low=count, high=count, unit=None if count is None else "person")


PEOPLE: list[tuple[str, Value, Place, int]] = [
    ("no_count", people(None), LYON, 0),
    ("four_persons", people(4), LYON, 0),
    ("five_persons", people(5), LYON, 1),
    ("small_territory", people(5), SAINT_PIERRE, 0),
    ("seizure_is_not_about_people", EventValue(kind="seizure"), LYON, 1),
    ("minors", ModalityValue(family="population", code="minors"), LYON, 0),
    ("postal", ModalityValue(family="delivery", code="postal"), LYON, 1),
]


@pytest.mark.parametrize(("_name", "value", "place", "count"), PEOPLE, ids=[row[0] for row in PEOPLE])
def test_people_need_five_persons_and_an_area(
    tmp_path: Path, _name: str, value: Value, place: Place, count: int
) -> None:
    store = store_of(tmp_path, *[{"value": value, "place": place} for _ in range(3)])
    assert len(found(store)) == count


def test_a_median_of_one_source_is_not_shown(tmp_path: Path) -> None:
    unknown = PriceValue(kind="retail", low=5, high=5, currency="XXX", unit="g", eur_note="no rate")
    values = [price(50.0), unknown, unknown]
    assert found(store_of(tmp_path, *[{"value": v} for v in values])) == []


def test_statements_without_a_value_are_counted_apart(tmp_path: Path) -> None:
    """Beside them a count of values would be a second figure, of fewer sources."""
    unknown = PriceValue(kind="retail", low=5, high=5, currency="XXX", unit="g", eur_note="no rate")
    values = [price(50.0), price(60.0), price(70.0), unknown, unknown, unknown]
    rows = found(
        store_of(tmp_path, *[{"value": v, "outlet": o} for v, o in zip(values, "abcabc", strict=True)])
    )
    assert [(row["unit"], row["observations"], row["values"], row["median"]) for row in rows] == [
        (None, 3, 0, None), ("EUR/g", 3, 3, 60.0),
    ]  # fmt: skip


def test_areas_are_ordered_by_code_never_by_price(tmp_path: Path) -> None:
    statements = [{"place": p, "value": price(e)} for p, e in [(ANNECY, 10.0)] * 3 + [(LYON, 90.0)] * 3]
    assert [row["area"] for row in found(store_of(tmp_path, *statements))] == ["FR-69", "FR-74"]


def test_the_public_export_holds_no_text(tmp_path: Path) -> None:
    store = store_of(tmp_path, *same(3))
    assess_if_due(store)
    files = write_open_data(store, tmp_path / "out", FORMATS, as_of=LATER)
    assert sorted(f.name for f in files) == [
        "README.md", "cells.csv", "cells.geojson", "cells.jsonl", "cells.parquet", "data-dictionary.csv", "datapackage.json",
        "index.csv", "index.geojson", "index.jsonl", "index.parquet",
    ]  # fmt: skip
    for file in files:
        content = file.read_bytes()
        assert not any(
            word.encode() in content
            for word in (
                "Gazette",
                "80 €",
                "d0000",
                "Un titre",
                *(["phrase"] if "cells" in file.name else []),
            )
        )
    geo = json.loads((tmp_path / "out" / "cells.geojson").read_text())
    assert geo["features"][0]["properties"]["area"] == "FR-69"
    assert geo["features"][0]["geometry"]["type"] == "Point"
    assert pq.read_table(tmp_path / "out" / "cells.parquet").num_rows == 1


def test_an_empty_store_exports_its_form(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.duckdb") as store:
        for export in (write_open_data, export_full):
            export(store, tmp_path / export.__name__, FORMATS)
    assert json.loads((tmp_path / "export_full" / "observations.geojson").read_text())["features"] == []
    assert (tmp_path / "write_open_data" / "cells.csv").read_text().startswith("quarter,area_level,")


def test_the_full_export_holds_everything_and_explains_it(tmp_path: Path) -> None:
    d = document(title="=cmd()", text="=cmd()\n\nà 80 €.")
    with Store.open(tmp_path / "s.duckdb") as store:
        run = store.start_run("add", VERSIONS)
        store.write(run, [Entry(document=d, observations=[observation(d)], source=card())], today=TODAY)
        store.finish_run(run, Counts(new=1))
        files = export_full(store, tmp_path / "out", FORMATS)
        sizes = store.sizes()
    assert len(files) == len(sizes) * 3 + 3 and all(f.is_file() for f in files)
    out = tmp_path / "out"
    assert {f.name for f in out.iterdir()} == {f.name for f in files}  # no half-written file stays
    for name, rows in sizes.items():
        assert pq.read_table(out / f"{name}.parquet").num_rows == rows
        assert len((out / f"{name}.jsonl").read_text("utf-8").splitlines()) == rows
    with (out / "documents.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert row["title"] == "'=cmd()"  # a spreadsheet would compute it
    assert "apostrophe" in (out / "data-dictionary.csv").read_text("utf-8")
    line = json.loads((out / "observations.jsonl").read_text("utf-8"))
    assert line["value"]["eur_per_unit"] == 80 and line["when_start"] == "2024-03-01"
    (feature,) = json.loads((out / "observations.geojson").read_text("utf-8"))["features"]
    assert feature["geometry"]["coordinates"] == [4.83, 45.76]
    assert feature["properties"]["sentence"] == "à 80 €."
    with (out / "data-dictionary.csv").open(encoding="utf-8", newline="") as stream:
        explained = {(r["table"], r["column"]) for r in csv.DictReader(stream) if r["meaning"]}
    for name in sizes:
        assert {(name, column) for column in pq.read_schema(out / f"{name}.parquet").names} <= explained


def test_an_export_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Store.open(tmp_path / "s.duckdb") as store, pytest.raises(StoreError, match="cannot be written"):
        write_open_data(store, tmp_path / "file" / "out", ["csv"])
