"""The proposal of a mapping: columns by header and by cells, nobody's name among them, TOML that can be read again."""

from __future__ import annotations

from pathlib import Path

import pytest

import malformed_tables as made
from vigie.intake.guessing import proposed
from vigie.model.errors import InputRefused, SettingsError
from vigie.tables.mapping import Mapping

# Telephone numbers of the ranges kept for fiction; all names are invented.
CASES = [
    # id, kind, CSV, field -> column (or "=constant"), words that must not stand in the proposal
    ("french_samples", "purity",
     "N° échantillon;Nom du patient;Date de collecte;Produit annoncé;Substance trouvée;Teneur (%);Forme;Commune;Téléphone;Remarques;Vu par\n"
     "E1;Camille Exemple;12/03/2025;cocaïne;cocaïne;65,5;poudre;Lyon;06 39 98 01 02;trouvé par terre;Alix Fictif\n"
     "E2;Dominique Fictive;25/03/2025;MDMA;kétamine;80,1;poudre;Paris;06 39 98 01 03;;Alix Fictif\n",
     {"row_id": "N° échantillon", "date": "Date de collecte", "expected": "Produit annoncé", "substance": "Substance trouvée", "low": "Teneur (%)", "form": "Forme", "place": "Commune"},
     ["Exemple", "Fictif", "06 39", "par terre"]),
    ("english_seizures", "seizures",
     "case_id,seizure date,drug_name,amount,drug unit,departure country,destination country,officer\n"
     "1,03/25/2024,cocaine,1.5,kg,Peru,Spain,Alex Sample\n2,03/26/2024,heroin,2,kg,Turkey,France,Alex Sample\n",
     {"row_id": "case_id", "date": "seizure date", "substance": "drug_name", "quantity": "amount", "unit": "drug unit", "origin": "departure country", "destination": "destination country"},
     ["Alex"]),
    ("prices_with_their_unit_in_the_header", "prices", "Mois;Produit;Prix (€/g);Ville\n2025-03;cocaïne;60;Lyon\n2025-04;cannabis;8;Lille\n",
     {"date": "Mois", "substance": "Produit", "low": "Prix (€/g)", "place": "Ville", "currency": "=EUR", "per_value": "=1", "per_unit": "=g"}, []),
    ("harms_by_week", "harms", "année;semaine;département;type;nombre\n2025;12;Rhône;surdose;3\n2025;13;Nord;surdose;0\n",
     {"year": "année", "week": "semaine", "place": "département", "event": "type", "count": "nombre"}, []),
    ("departments_by_their_numbers", "harms", "semaine;departement;motif;substance;nombre\n2025-S12;69;surdose;cocaïne;3\n2025-S13;2A;surdose;héroïne;1\n2025-S14;01;intoxication;MDMA;2\n",
     {"date": "semaine", "place": "departement", "event": "motif", "substance": "substance", "count": "nombre"}, []),
    ("communes_by_their_codes", "harms", "date;commune;événement;nombre\n2025-01-02;69123;surdose;3\n2025-01-03;75056;surdose;4\n",
     {"date": "date", "place": "commune", "event": "événement", "count": "nombre"}, []),
    ("wastewater", "wastewater", "Year,Metabolite,City,Country,Daily mean\n2024,MDMA,Lyon,FR,12.5\n2024,cocaine,Lille,FR,300.25\n",
     {"year": "Year", "substance": "Metabolite", "place": "City", "country": "Country", "load": "Daily mean"}, []),
    ("a_header_that_its_cells_contradict", "harms", "date,count,event,produit\n2025-01-01,2,death,12\n2025-01-02,3,death,14\n",
     {"date": "date", "count": "count", "event": "event"}, []),
    ("sold_as_is_not_found", "purity", "Produit attendu;Substance trouvée;Teneur;Date\nkétamine;2C-B;n.d.;02/04/2025\nspeed;amphétamine;12,5 %;03/04/2025\n",
     {"expected": "Produit attendu", "substance": "Substance trouvée", "low": "Teneur", "date": "Date"}, []),
    ("advertised_alone_is_not_found", "purity", "date,advertised drug,found\n2025-04-02,ketamine,2C-B\n", {"date": "date", "expected": "advertised drug", "substance": "found"}, []),
    ("overdoses_by_the_header", "harms", "date;nombre de surdoses;ville\n2025-04-02;3;Brest\n",
     {"date": "date", "count": "nombre de surdoses", "place": "ville", "event": "=overdose"}, []),
    ("amounts_with_their_unit", "seizures", "jour;produit;Quantité\n02/04/2025;kétamine;7,5 kg\n03/04/2025;LSD;640 g\n",
     {"date": "jour", "substance": "produit", "quantity": "Quantité"}, []),
    ("months_and_the_highest_price", "prices", "Mois;Produit;Prix mini;Prix maxi;Devise;Pour\n04/2025;kétamine;20;30;EUR;1 g\n05/2025;LSD;8;12;EUR;1 g\n",
     {"date": "Mois", "substance": "Produit", "low": "Prix mini", "high": "Prix maxi", "currency": "Devise", "per_value": "Pour"}, []),
    ("plants_and_inhabitants", "wastewater", "Site;Jour;Molécule;Charge;Population raccordée\nSTEP Brest Zone;02/04/2025;MDMA;12,5;130\u202f000\n",
     {"place": "Site", "date": "Jour", "substance": "Molécule", "load": "Charge", "population": "Population raccordée"}, []),
    ("a_long_list_of_results", "purity", "Date;Résultat\n02/04/2025;Kétamine (non détecté) + Paracétamol (12,5 %) + Cocaïne (traces) + LSD\n03/04/2025;LSD\n",
     {"date": "Date", "substance": "Résultat"}, []),
    ("persons_under_a_harmless_header", "harms", "date,n,event,substance\n2025-01-01,1,death,Camille Exemple\n2025-01-02,1,death,Alix Fictif\n",
     {"date": "date", "count": "n", "event": "event"}, ["Camille", "Alix"]),
    ("a_place_that_is_a_person", "harms", "date,n,event,lieu\n2025-01-01,1,death,Lyon\n2025-01-02,1,death,Paris Exemple\n",
     {"date": "date", "count": "n", "event": "event"}, ["Exemple"]),
    ("a_contact_in_a_header", "harms", "date;n;event;place 06 39 98 01 02\n2025-01-01;1;death;Lyon\n", {"date": "date", "count": "n", "event": "event"}, ["06 39"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text", "fields", "absent"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_columns_are_proposed_and_nobody_is(
    tmp_path: Path, kind: str, text: str, fields: dict[str, str], absent: list[str]
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    toml, remarks = proposed(path, kind)
    mapping = Mapping.parse(toml, "proposed.toml")
    found = {
        n: f"={f.value}" if f.value is not None else f.columns[0]
        for n, f in mapping.observe[0].fields.items()
    }
    assert found == fields
    assert remarks and not [word for word in absent if word in toml or word in " ".join(remarks)]


def test_order_of_days_and_decimal_signs_are_read_from_the_cells(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("date,drug,price,currency\n03/25/2025,cocaine,60.5,USD\n", encoding="utf-8")
    mapping = Mapping.parse(proposed(path, "prices")[0], "x")
    assert (mapping.day_first, mapping.decimal, mapping.lang) == (False, ".", "en")
    path.write_text("date;produit;prix;devise\n25/03/2025;cocaïne;60,5;EUR\n", encoding="utf-8")
    mapping = Mapping.parse(proposed(path, "prices")[0], "x")
    assert (mapping.day_first, mapping.decimal, mapping.lang) == (True, ",", "fr")


def test_what_the_file_does_not_tell_is_left_to_be_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("date;produit;prix\n25/03/2025;cocaïne;60\n", encoding="utf-8")
    toml, remarks = proposed(path, "prices")
    assert "# [fields.currency]" in toml and any("currency" in r for r in remarks)
    with pytest.raises(SettingsError, match="currency"):
        Mapping.parse(toml, "proposed.toml")


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("date;produit;prix\n", encoding="utf-8")
    with pytest.raises(InputRefused):
        proposed(path, "prices")


def test_headers_that_tell_a_substance_or_an_event_give_a_block_each(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "Date;Kétamine / Surdoses;Kétamine / Décès;MDMA / Surdoses;Taux\n02/04/2025;3;0;1;0,4\n",
        encoding="utf-8",
    )
    toml, remarks = proposed(path, "harms")
    told = [
        (o.fields["substance"].value, o.fields["event"].value, o.fields["count"].columns)
        for o in Mapping.parse(toml, "x").observe
    ]
    assert told == [
        ("Kétamine", "overdose", ("Kétamine / Surdoses",)),
        ("Kétamine", "death", ("Kétamine / Décès",)),
        ("MDMA", "overdose", ("MDMA / Surdoses",)),
    ]
    assert any("« Taux »" in r for r in remarks)


def test_remarks_name_words_and_totals_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "date;produit;événement;nombre\n02/04/2025;zorblax;surdose;1\n02/04/2025;kétamine;surdose;1\n02/04/2025;06 39 98 01 02;surdose;1\n"
        + "03/04/2025;LSD;surdose;1\n" * 20
        + ";Ensemble;;23\n",
        encoding="utf-8",
    )
    toml, remarks = proposed(path, "harms")
    assert [(t.column, t.equals) for t in Mapping.parse(toml, "x").skip] == [("produit", ("ensemble",))]
    assert any("« zorblax »" in r for r in remarks) and not any("06 39" in r for r in remarks)


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("surdoses_2025", "overdose"),
        ("Décès", "death"),
        ("passages urgences", "hospitalisation"),
        ("t", None),
    ],
)
def test_the_event_comes_from_the_file_or_is_asked_for(tmp_path: Path, name: str, event: str | None) -> None:
    path = tmp_path / f"{name}.csv"
    path.write_text("date;produit;nombre\n02/04/2025;LSD;1\n", encoding="utf-8")
    toml, _ = proposed(path, "harms")
    if event:
        assert Mapping.parse(toml, "x").observe[0].fields["event"].value == event
    else:
        assert '# value = "…"  # death, overdose, hospitalisation, poisoning' in toml


def test_the_sheet_that_is_asked_for_is_looked_at(tmp_path: Path) -> None:
    book = tmp_path / "t.xlsx"
    sheets = {
        "Prix": [["produit", "prix"], ["LSD", "8"]],
        "Surdoses": [["date", "nombre"], ["2025-04-02", "1"]],
    }
    book.write_bytes(
        made.workbook(
            {
                n: made.sheet_xml("".join(made.text_row(at, r) for at, r in enumerate(rows, 1)))
                for n, rows in sheets.items()
            }
        )
    )
    toml, _ = proposed(book, "harms", sheet="Surdoses")
    mapping = Mapping.parse(toml, "x")
    assert (mapping.sheet, mapping.observe[0].fields["event"].value) == ("Surdoses", "overdose")
