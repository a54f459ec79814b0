"""What people who had not written the import found wrong with it, each as a case."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigie.intake.imported import Imported, reject_line
from vigie.intake.importing import import_tables
from vigie.model.document import SourceCard
from vigie.model.errors import SettingsError
from vigie.report.public import ANALYST, sources_of
from vigie.store import Store
from vigie.tables.mapping import Mapping, generic
from vigie.tables.records import Reject

PRICES = "substance;low;currency;per_value;per_unit;date;place\n"
PURITY = "substance;low;date;place\n"
HARMS = "event;count;date;place\n"
BY_WEEK = """
[mapping]
id = "by-week"
kind = "harms"
version = 1
title = "Cases by week and department"
[fields.event]
column = "event"
[fields.count]
column = "count"
[fields.date]
column = "date"
[fields.place]
column = "place"
[fields.row_id]
columns = ["date", "place"]
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    with Store.open(tmp_path_factory.mktemp("mended") / "vigie.duckdb") as opened:
        yield opened


def take(store: Store, folder: Path, kind: str, text: str, layout: Mapping | None = None, source: str = "a", name: str = "t.csv") -> Imported:  # fmt: skip
    file = folder / name
    file.write_text(text, "utf-8")
    card = SourceCard(id=source, name=f"Source {source}", grade="B")
    return import_tables(store, [file], layout or generic(kind), source=card)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell",
    ["Cocaïne (non détecté)", "Absence de cocaïne", "Pas de cocaïne", "Cocaïne : négatif", "cocaine not detected", "no cocaine", "cocaïne n.d."],
)  # fmt: skip
def test_what_was_not_found_is_not_found(store: Store, tmp_path: Path, cell: str) -> None:
    done = take(store, tmp_path, "purity", f"{PURITY}{cell};12;2025-03-11;Lyon\n")
    assert (done.new, dict(done.reasons)) == (0, {("unknown-substance", "substance"): 1})


def test_no_unit_that_is_known(store: Store, tmp_path: Path) -> None:
    done = take(store, tmp_path, "prices", PRICES + "cocaine;60;EUR;1;sachette;2025-03-11;Lyon\n" * 2)
    assert (done.new, dict(done.reasons), done.refused) == (0, {("unknown-per-unit", "per_unit"): 2}, [])


@pytest.mark.parametrize("count", ["06.12345678", "06123456.78", "0612.345678", "2,5", "99999999999"])
def test_counts_are_whole_numbers_of_persons(store: Store, tmp_path: Path, count: str) -> None:
    done = take(store, tmp_path, "harms", f"{HARMS}overdose;{count};2025-03-11;Lyon\n")
    assert (done.new, done.rejected) == (0, 1)


def test_a_unit_is_no_message(store: Store, tmp_path: Path) -> None:
    text = generic("wastewater").dump()
    for unit in ("mg - appelez Jean Dupont au 06 12 34 56 78", "06 12 34 56 78", "@kevin69"):
        with pytest.raises(SettingsError, match="unit"):
            said = Mapping.parse(text.replace("[fields.load]", f'[fields.load]\nunit = "{unit}"'), "m.toml")
            take(store, tmp_path, "wastewater", "substance;load;date;place\ncocaine;4;2025;Lyon\n", said)


def test_first_names_and_formulas_say_nothing(store: Store, tmp_path: Path) -> None:
    rows = "".join(
        f"cocaine;{n};2025-03-1{n};Lyon;{who}\n"
        for n, who in enumerate(("Jean-Marc", "=1+1", "ARS Bretagne"), 1)
    )
    done = take(store, tmp_path, "purity", "substance;low;date;place;attribution\n" + rows, source="said")
    assert done.new == 3
    said = store.column("SELECT attribution FROM facts WHERE source_id = 'said' ORDER BY low")
    assert said == [None, None, "ARS Bretagne"]


def test_a_rejects_file_runs_nothing() -> None:
    found = Reject(file="=cmd.csv", sheet="@x", row=1, column="+a", reason="no-figure", repair="-")
    assert [text for text in reject_line(found) if text[:1] in "=@+-"] == []


def test_tables_of_three_publishers_are_three_sources(tmp_path: Path) -> None:
    with Store.open(tmp_path / "v.duckdb") as store:
        for n, source in enumerate("abc"):
            take(
                store,
                tmp_path,
                "prices",
                f"{PRICES}cocaine;{60 + n};EUR;1;g;2025-03-11;Lyon\n",
                source=source,
            )
        facts = ANALYST.read(store).facts
        assert (len(facts), sources_of(facts)) == (3, 3)
        take(store, tmp_path, "prices", PRICES + "cocaine;60;EUR;1;g;2025-03-11;Lyon\n", source="d")
        assert sources_of(ANALYST.read(store).facts) == 3  # the same row once more, published by another


def test_a_file_that_comes_again_beside_itself_is_told(tmp_path: Path) -> None:
    with Store.open(tmp_path / "v.duckdb") as store:
        row = "overdose;{};2025-03-11;Lyon\n"
        assert take(store, tmp_path, "harms", HARMS + row.format(2)).beside == {}
        assert take(store, tmp_path, "harms", HARMS + row.format(2)).beside == {}
        corrected = take(store, tmp_path, "harms", HARMS + row.format(25))
        assert list(corrected.beside.values()) == [1]


def test_an_id_of_two_columns_is_both_of_them(tmp_path: Path) -> None:
    """Rows in another order are the same rows, and one that a later file lacks is not another row's earlier state."""
    layout = Mapping.parse(BY_WEEK, "m.toml")
    rows = ["overdose;3;2025-W10;FR-69\n", "overdose;4;2025-W10;FR-38\n", "overdose;5;2025-W10;FR-42\n"]
    with Store.open(tmp_path / "v.duckdb") as store:
        first = take(store, tmp_path, "harms", HARMS + "".join(rows), layout)
        again = take(store, tmp_path, "harms", HARMS + rows[2] + rows[0], layout)
        assert (first.new, again.unchanged, again.changed, again.replaced) == (3, 2, 0, 0)
        corrected = take(store, tmp_path, "harms", HARMS + "overdose;40;2025-W10;FR-38\n", layout)
        assert (corrected.changed, corrected.replaced) == (1, 1)
        told = store.column("SELECT place_code || low::INTEGER FROM observations ORDER BY 1")
    assert told == ["FR-3840", "FR-425", "FR-693"]
