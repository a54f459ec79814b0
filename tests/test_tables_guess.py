"""The proposal of a mapping: columns by header and by cells, nobody's name among them, TOML that can be read again."""

from __future__ import annotations

from pathlib import Path

import pytest

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
