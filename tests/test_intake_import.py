"""Tables into a store: what rows become, what is told of the others, and what happens the second time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from vigie.intake.imported import Imported, unknown_told
from vigie.intake.importing import import_tables
from vigie.model.document import SourceCard
from vigie.model.observation import EventValue, FlowValue, LoadValue, PriceValue, PurityValue, QuantityValue
from vigie.model.period import PartialDate
from vigie.pipeline import reextract
from vigie.settings import Settings
from vigie.store import Store
from vigie.store.erase import Selection, erase, select
from vigie.store.export import export_full
from vigie.store.integrity import faults
from vigie.tables.mapping import Mapping, generic, layout
from vigie.tables.records import Reject
from vigie.upkeep.maintain import maintain

CARD = SourceCard(
    id="observatoire-fictif", name="Observatoire fictif", kind="report", grade="B", country="FR"
)
OTHER = replace(CARD, id="autre-observatoire")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An empty store, copied by every test: migrations are paid once."""
    path = tmp_path_factory.mktemp("intake") / "empty.duckdb"
    with Store.open(path):
        pass
    return path.read_bytes()


@pytest.fixture
def path(empty: bytes, tmp_path: Path) -> Path:
    found = tmp_path / "s.duckdb"
    found.write_bytes(empty)
    return found


def written(folder: Path, text: str, name: str = "table.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def run(
    path: Path, file: Path, mapping: Mapping, source: SourceCard | None = CARD, tell: Callable[[Reject], None] | None = None,
    **more: Any,
) -> Imported:  # fmt: skip
    with Store.open(path, settings=Settings(store=path)) as store:
        done = import_tables(store, [file], mapping, source=source, tell=tell, **more)
        assert faults(store) == []
    assert done.adds_up() and done.refused == []
    return done


def facts(path: Path) -> list[dict[str, Any]]:
    with Store.open(path, read_only=True) as store:
        return store.query("SELECT * FROM facts ORDER BY span_start, type").to_pylist()  # type: ignore[no-any-return]


ROWS = [
    # id, kind, header and row, the values of its observations
    ("price", "prices", "produit;prix;monnaie;per_value;unité;date\ncocaïne;120;EUR;2;g;2025-03", [
        PriceValue(kind="retail", low=120.0, high=120.0, currency="EUR", per_value=2.0, per_unit="g", eur_low=120.0, eur_high=120.0, eur_per_unit=60.0, unit="g")]),
    ("price_range_in_the_cell", "prices", "produit;prix;date\nhéroïne;30-40 €;2025-03", [
        PriceValue(kind="retail", low=30.0, high=40.0, currency="EUR", eur_low=30.0, eur_high=40.0)]),
    ("price_of_a_kilogram", "prices", "substance;low;high;currency;per_unit;date;price_kind\ncocaine;30000;35000;EUR;kg;2025;wholesale", [
        PriceValue(kind="wholesale", low=30000.0, high=35000.0, currency="EUR", per_value=1.0, per_unit="kg", eur_low=30000.0, eur_high=35000.0, eur_per_unit=32.5, unit="g")]),
    ("legal_rate", "prices", "produit;prix;monnaie;date\ncocaïne;65,5957;FRF;1998-03-02", [
        PriceValue(kind="retail", low=65.5957, high=65.5957, currency="FRF", eur_low=10.0, eur_high=10.0)]),
    ("purity", "purity", "produit;pureté;date\ncocaïne;65,5;2025-03-04", [PurityValue(low=65.5, high=65.5, measure="purity")]),
    ("presence_only", "purity", "substance;date\nxylazine;2025-03-04", [PurityValue(low=None, high=None, measure="purity")]),
    ("per_unit", "purity", "substance;low;measure;date\nMDMA;210;mg per tablet;2025-03-04", [PurityValue(low=210.0, high=210.0, measure="mg-per-unit")]),
    ("seizure_of_a_day", "seizures", "produit;quantité;unité;date\nrésine;1,5;kg;2025-03-04", [
        EventValue(kind="seizure", low=1.0, high=1.0, unit="seizure"),
        QuantityValue(kind="seized", low=1.5, high=1.5, unit="kg", grams=1500.0, grams_high=1500.0)]),
    ("sum_of_a_year_is_no_seizure", "seizures", "produit;quantité;date\nherbe;3 kg;2024", [
        QuantityValue(kind="seized", low=3.0, high=3.0, unit="kg", grams=3000.0, grams_high=3000.0)]),
    ("seizures_counted", "seizures", "produit;nombre de saisies;date\ncocaïne;12;2024", [EventValue(kind="seizure", low=12.0, high=12.0, unit="seizure")]),
    ("pieces", "seizures", "produit;quantité;unité;nombre;date\necstasy;300;comprimés;1;2025-03", [
        EventValue(kind="seizure", low=1.0, high=1.0, unit="seizure"), QuantityValue(kind="seized", low=300.0, high=300.0, unit="pill", units=300.0)]),
    ("harm", "harms", "événement;nombre;produit;date;lieu\ndécès;4;héroïne;2025-03;Lyon", [EventValue(kind="death", low=4.0, high=4.0, unit="person")]),
    ("zero_is_a_count", "harms", "event;count;date\noverdose;0;2025-03", [EventValue(kind="overdose", low=0.0, high=0.0, unit="person")]),
    ("small_counts_withheld", "harms", "event;count;date\noverdose;< 5;2025-03", [EventValue(kind="overdose", low=None, high=5.0, unit="person")]),
    ("load", "wastewater", "substance;load;population;date\ncocaine;412,5;180000;2025-W12", [LoadValue(low=412.5, high=412.5, population=180000.0)]),
]  # fmt: skip


@pytest.fixture(scope="module")
def became(empty: bytes, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Id of a row -> its values, all imported into one store."""
    folder = tmp_path_factory.mktemp("rows")
    path = folder / "s.duckdb"
    path.write_bytes(empty)
    with Store.open(path) as store:
        for kind in dict.fromkeys(row[1] for row in ROWS):
            files = [written(folder, text + "\n", f"{name}.csv") for name, of, text, _ in ROWS if of == kind]
            done = import_tables(store, files, generic(kind), source=CARD)  # type: ignore[arg-type]
            assert done.adds_up() and done.new == done.rows == len(files)
        titles = {
            r["doc_id"]: r["title"].split(", ")[1]
            for r in store.query("SELECT doc_id, title FROM documents").to_pylist()
        }
        found = store.records(list(titles))
        assert faults(store) == []
    return {
        titles[doc_id].removesuffix(".csv"): sorted(repr(o.value) for o in every)
        for doc_id, every in found.items()
    }


@pytest.mark.parametrize(("name", "expected"), [(r[0], r[3]) for r in ROWS], ids=[r[0] for r in ROWS])
def test_a_row_becomes(became: dict[str, list[str]], name: str, expected: list[object]) -> None:
    assert became[name] == sorted(map(repr, expected))


def test_where_when_and_who_of_a_row(path: Path, tmp_path: Path) -> None:
    table = "produit;événement;nombre;date;lieu;organisme\nhéroïne;décès;2;T1 2025;Rhône;Agence fictive de santé\n"
    run(path, written(tmp_path, table, "registre.csv"), generic("harms"))
    (fact,) = facts(path)
    assert (fact["place_code"], fact["place_region"], fact["place_country"]) == ("FR-69", "FR-ARA", "FR")
    assert (fact["when_start"], fact["when_end"], fact["when_precision"]) == (
        date(2025, 1, 1),
        date(2025, 3, 31),
        "quarter",
    )
    assert (fact["attribution"], fact["rule"], fact["document_kind"]) == (
        "Agence fictive de santé",
        "table.harms@1|generic-harms",
        "table",
    )
    assert fact["sentence"] == fact["quote"] == (
        "ligne 2 : événement : death; nombre : 2; produit : héroïne; date : T1 2025; lieu : Rhône; selon : Agence fictive de santé"
    )  # fmt: skip
    assert fact["title"] == "Observatoire fictif, registre.csv, lignes 2–2"
    assert (fact["credibility"], fact["credibility_rule"]) == (3, "single")


def test_a_route_of_a_seizure(path: Path, tmp_path: Path) -> None:
    table = "produit;quantité;date;lieu;provenance;transport\ncocaïne;2 kg;2025-03-04;Le Havre;Brésil;mer\n"
    run(path, written(tmp_path, table), generic("seizures"))
    with Store.open(path, read_only=True) as store:
        ((flow,),) = [
            [o.value for o in every if o.type == "flow"]
            for every in store.records(store.column("SELECT doc_id FROM documents")).values()
        ]
    assert (
        isinstance(flow, FlowValue)
        and flow.origin is not None
        and (flow.origin.code, flow.destination, flow.mode) == ("BR", None, "sea")
    )


BAD = [
    # id, kind, row under "produit;prix;monnaie;unité;date;lieu", reason
    ("product", "savon;20;EUR;g;2025;Paris", "unknown-substance"),
    ("no_product", ";20;EUR;g;2025;Paris", "no-substance"),
    ("two_products", "cocaïne et héroïne;20;EUR;g;2025;Paris", "unknown-substance"),
    ("figure", "cocaïne;beaucoup;EUR;g;2025;Paris", "no-figure"),
    ("number_of_a_telephone", "cocaïne;0612345678;EUR;g;2025;Paris", "no-figure"),
    ("negative", "cocaïne;-20;EUR;g;2025;Paris", "negative-figure"),
    ("no_price", "cocaïne;;EUR;g;2025;Paris", "no-price"),
    ("currency", "cocaïne;20;coquillages;g;2025;Paris", "unknown-currency"),
    ("no_currency", "cocaïne;20;;g;2025;Paris", "no-currency"),
    ("unit", "cocaïne;20;EUR;louche;2025;Paris", "unknown-per-unit"),
    ("date", "cocaïne;20;EUR;g;jadis;Paris", "unknown-date"),
    ("day_that_is_none", "cocaïne;20;EUR;g;31/02/2025;Paris", "unknown-date"),
    ("no_date", "cocaïne;20;EUR;g;;Paris", "no-date"),
    ("place", "cocaïne;20;EUR;g;2025;Tombouctou-sur-Loire", "unknown-place"),
]


def test_what_is_not_known_is_rejected_with_its_row_column_and_reason(path: Path, tmp_path: Path) -> None:
    table = (
        "produit;prix;monnaie;unité;date;lieu\n"
        + "\n".join(row for _, row, _ in BAD)
        + "\ncrack;20;EUR;g;2025;Paris\n"
    )
    told: list[Reject] = []
    done = run(path, written(tmp_path, table), generic("prices"), tell=told.append)
    assert [(r.row, r.reason) for r in told] == [(n, reason) for n, (_, _, reason) in enumerate(BAD, 2)]
    assert (done.rejected, done.new, done.rows) == (len(BAD), 1, len(BAD) + 1)
    assert all(r.repair and r.column for r in told)
    shown = {value for _, value, _ in unknown_told(done)}
    assert {"savon", "coquillages", "jadis"} <= shown
    assert not any("0612345678" in value for value in shown)


def test_persons_in_cells_reach_nothing(path: Path, tmp_path: Path) -> None:
    """Cells of columns that are read; a name of a column and of a file too."""
    table = (
        "produit;prix;monnaie;date;lieu;organisme\n"
        "coke de Martin Dupuis 06 12 34 56 78;60;EUR;2025;Paris;Martin Dupuis\n"
        "Martin Dupuis;60;EUR;2025;Paris;\n"
        "Zébulon Tartempion;60;EUR;2025;Paris;\n"
        "cocaïne;60;EUR;2025;06 12 34 56 78;\n"
        "cocaïne;60;EUR;2025;Paris;contact@boutique.example\n"
    )
    told: list[Reject] = []
    done = run(path, written(tmp_path, table, "Martin_Dupuis.csv"), generic("prices"), tell=told.append)
    said = repr((told, list(unknown_told(done)), done.reasons, facts(path)))
    with Store.open(path, read_only=True) as store:
        said += repr(store.query("SELECT * FROM documents").to_pylist()) + repr(
            store.query("FROM imported_rows").to_pylist()
        )
    assert not any(word in said for word in ("Dupuis", "Tartempion", "06 12", "boutique.example"))
    assert done.new == 1 and [f["attribution"] for f in facts(path)] == [None]


def test_the_same_file_again_changes_nothing(path: Path, tmp_path: Path) -> None:
    """Row by row: two equal rows are two, and a later file that holds them and one more adds one."""
    row = "cocaïne;60;EUR;g;2025-03;Lyon"
    head = "produit;prix;monnaie;unité;date;lieu\n"
    first = written(tmp_path, head + f"{row}\n{row}\nhéroïne;30;EUR;g;2025-03;Lyon\n")
    assert run(path, first, generic("prices")).new == 3
    before = facts(path)
    again = run(path, first, generic("prices"))
    assert (again.new, again.unchanged) == (0, 3)
    assert facts(path) == before
    later = written(tmp_path, head + f"{row}\ncrack;10;EUR;g;2025-04;Lyon\n{row}\n{row}\n", "later.csv")
    more = run(path, later, generic("prices"))
    assert (more.new, more.unchanged) == (2, 2)
    elsewhere = run(path, first, generic("prices"), OTHER)
    assert (elsewhere.new, elsewhere.unchanged) == (3, 0)


def test_a_row_with_an_id_that_says_something_else_is_replaced(path: Path, tmp_path: Path) -> None:
    head = "id;produit;pureté;date\n"
    run(path, written(tmp_path, head + "A1;cocaïne;60;2025-03\nA2;cocaïne;70;2025-03\n"), generic("purity"))
    done = run(
        path, written(tmp_path, head + "A1;cocaïne;65;2025-03\nA2;cocaïne;70;2025-03\n"), generic("purity")
    )
    assert (done.changed, done.unchanged, done.replaced) == (1, 1, 1)
    assert sorted(f["low"] for f in facts(path)) == [65.0, 70.0]
    said = repr(facts(path))
    assert "A1" not in said


def test_a_run_that_was_stopped_is_completed(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was committed stays, the next run adds the rest, and nothing is stored twice."""
    monkeypatch.setattr("vigie.intake.importing.GROUP", 40)
    monkeypatch.setattr("vigie.tables.records.BLOCK_ROWS", 40)
    table = "event;count;date\n" + "".join(f"overdose;{n};2025-03\n" for n in range(100))
    file = written(tmp_path, table)

    def stop(rows: int) -> None:
        raise KeyboardInterrupt

    with Store.open(path, settings=Settings(store=path)) as store, pytest.raises(KeyboardInterrupt):
        import_tables(store, [file], generic("harms"), source=CARD, progress=stop)
    there = len(facts(path))
    done = run(path, file, generic("harms"))
    assert (done.new, done.unchanged) == (100 - there, there)
    assert sorted(f["low"] for f in facts(path)) == list(range(100))


def test_long_tables_are_documents_of_a_thousand_rows(path: Path, tmp_path: Path) -> None:
    table = "event;count;date\n" + "".join(f"overdose;{n};2025-03\n" for n in range(1001))
    done = run(path, written(tmp_path, table), generic("harms"))
    assert (done.documents, done.new) == (2, 1001)
    with Store.open(path, read_only=True) as store:
        assert store.column("SELECT title FROM documents ORDER BY chars DESC") == [
            f"Observatoire fictif, table.csv, lignes {rows}" for rows in ("2–1001", "1002–1002")
        ]


ROUND = [
    ("prices", "produit;prix;high;monnaie;per_value;unité;forme;date;lieu\ncocaïne;60;70;USD;1;g;poudre;2025-03-04;Lyon\nherbe;5;;EUR;;;;T1 2025;FR-13\n"),
    ("purity", "produit;pureté;date;lieu\ncocaïne;65,5;2025-03;Lyon\nxylazine;;2024;FR\nkétamine;< 1;2025-03;Lyon\nmdma;> 90;2025-03;Lyon\n"),
    ("seizures", "produit;quantité;unité;nombre de saisies;date;lieu\nrésine;1,5;t;3;2025-03-04;Le Havre\necstasy;300;comprimés;1;2025-02;ES\n"),
    ("harms", "événement;nombre;produit;date;lieu\ndécès;4;héroïne;2025-03-12;Paris\noverdose;0;;2025-W12;Occitanie\n"),
    ("wastewater", "produit;charge;population;date;lieu\ncocaïne;412,5;180000;2025-03-04;Nantes\n"),
]  # fmt: skip


def test_what_is_exported_comes_back(path: Path, empty: bytes, tmp_path: Path) -> None:
    """Every field of every observation but those of its own document."""
    second = tmp_path / "second.duckdb"
    second.write_bytes(empty)
    with Store.open(path) as store:
        for kind, table in ROUND:
            done = import_tables(store, [written(tmp_path, table, f"{kind}.csv")], generic(kind), source=CARD)  # type: ignore[arg-type]
            assert done.rejected == 0
        export_full(store, tmp_path / "out", ["csv"])
    with Store.open(second) as store:
        for kind, _ in ROUND:
            done = import_tables(
                store, [tmp_path / "out" / "observations.csv"], layout(f"vigie-{kind}"), source=CARD
            )
            assert done.rejected == 0 and done.adds_up() and done.new

    def told(where: Path) -> list[str]:
        own = ("id", "doc_id", "span_start", "span_end", "quote", "sentence", "sentence_start", "sentence_end", "quote_start", "quote_end",
               "title", "rule", "place_name", "lang", "stored_on")  # fmt: skip
        return sorted(
            repr({k: v for k, v in f.items() if k not in own and k != "value"}) for f in facts(where)
        )

    assert told(second) == told(path) and len(told(path)) == 13


@pytest.fixture
def stored(path: Path, tmp_path: Path) -> tuple[Path, Path]:
    table = "produit;prix;monnaie;unité;date;lieu\n" + "".join(
        f"cocaïne;{40 + n};EUR;g;2025-0{1 + n % 9};Charlotte\n" for n in range(30)
    )
    file = written(tmp_path, table)
    run(path, file, generic("prices"))
    return path, file


def test_extracting_again_redacting_again_and_upkeep_leave_tables_alone(stored: tuple[Path, Path]) -> None:
    path, _ = stored
    before = facts(path)
    with Store.open(path, settings=Settings(store=path)) as store:
        reextract(store)
        maintain(store, reredact=True)
        assert faults(store) == []
    assert facts(path) == before


def test_purged_rows_stay_out_and_others_of_the_same_words_do_not(
    stored: tuple[Path, Path], tmp_path: Path
) -> None:
    path, file = stored
    with Store.open(path, settings=Settings(store=path)) as store:
        erase(store, 1, "source", select(store, Selection(source=CARD.id)))
        store.rewrite()
        assert faults(store) == []
        assert store.column(
            "SELECT count(*) FROM imported_rows WHERE doc_id IS NOT NULL OR content <> ''"
        ) == [0]
    assert facts(path) == []
    done = run(path, file, generic("prices"))
    assert (done.kept_out, done.new) == (30, 0)
    more = written(tmp_path, file.read_text(encoding="utf-8") + "cocaïne;99;EUR;g;2025-10;Lyon\n", "more.csv")
    done = run(path, more, generic("prices"))
    assert (done.kept_out, done.new) == (30, 1)


def test_a_mapping_that_is_corrected_replaces_what_its_rows_said(path: Path, tmp_path: Path) -> None:
    """The unit was wrong: the same cells give another content."""
    text = generic("seizures").dump()
    kg = Mapping.parse(text.replace("[fields.quantity]", '[fields.quantity]\nunit = "kg"'), "kg.toml")
    file = written(tmp_path, "produit;quantité;date\nrésine;5;2025-03-04\n")
    grams = Mapping.parse(text.replace("[fields.quantity]", '[fields.quantity]\nunit = "g"'), "g.toml")
    run(path, file, kg)
    done = run(path, file, grams)
    assert (done.changed, done.replaced) == (1, 1)
    assert [f["grams"] for f in facts(path) if f["type"] == "quantity"] == [5.0]


def test_a_date_that_the_table_has_not_is_that_of_its_publication(path: Path, tmp_path: Path) -> None:
    run(
        path,
        written(tmp_path, "event;count;date\noverdose;3;2025-03\n"),
        generic("harms"),
        published=PartialDate(2025, 6),
    )
    (fact,) = facts(path)
    assert (fact["published"], fact["when_start"]) == ("2025-06", date(2025, 3, 1))


def test_another_layout_rejects_its_rows_and_says_which_columns_it_lacks(path: Path, tmp_path: Path) -> None:
    told: list[Reject] = []
    done = run(path, written(tmp_path, "a;b\n1;2\n3;4\n"), generic("harms"), tell=told.append)
    assert (done.rejected, told[0].reason, told[0].rows) == (2, "columns-missing", 2)
