"""What cells of tables mean: words, places, days and figures, alone in their cell."""

from __future__ import annotations

import pyarrow as pa
import pytest

from vigie.intake.days import FIELDS, Days
from vigie.intake.figures import said_in
from vigie.intake.lookup import SEPARATOR
from vigie.intake.normalise import currency, known_word, place, product, unit
from vigie.redact.table import LONGEST, TableRedactor

PRODUCTS = [
    ("slang_alone", "coke", "cocaine"), ("id", "ghb-gbl", "ghb-gbl"), ("registry_number", "50-36-2", "cocaine"),
    ("brackets_say_the_same", "Cannabis Herb (Marijuana)", "cannabis-herb"), ("narrower_of_two", "cocaine (crack)", "crack"),
    ("two_products", "Fentanyl, xylazine", None), ("form_in_the_name", "XTC tablets", "mdma"), ("no_product", "caféine de synthèse", None),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "expected"), [r[1:] for r in PRODUCTS], ids=[r[0] for r in PRODUCTS])
def test_a_product(cell: str, expected: str | None) -> None:
    found = product(cell, "fr")
    assert (found.substance if found else None) == expected


PLACES = [
    ("commune", "Lyon", "", "INSEE:69123"), ("lower_case", "lyon", "", "INSEE:69123"), ("department_number", "69", "", "FR-69"),
    ("insee_number", "69123", "", "INSEE:69123"), ("area_before_town", "Rhône", "", "FR-69"), ("town_in_its_country", "Valence", "Spain", "GN:2509954"),
    ("state_code_in_its_country", "NC", "US", "US-NC"), ("given_name_that_is_a_town", "Charlotte", "", "GN:4460243"),
    ("where_after_a_comma", "Lyon, France", "", "INSEE:69123"), ("official_name", "Iran (Islamic Republic of)", "", "IR"),
    ("turned_round", "Korea, Republic of", "", "KR"), ("the_other_korea", "Korea, Democratic People's Republic of", "", "KP"),
    ("the_larger_congo", "Congo, the Democratic Republic of the", "", "CD"), ("person_named_as_a_town", "Paris Hilton", "", None),
    ("something_was_removed", "Paris [nom]", "", None), ("two_places", "Paris et Lyon", "", None), ("nowhere", "Quelque part", "", None),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "country", "code"), [r[1:] for r in PLACES], ids=[r[0] for r in PLACES])
def test_a_place(cell: str, country: str, code: str | None) -> None:
    found = place(cell, country, lang="fr")
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("Kilograms", "kg"),
        ("comprimés", "pill"),
        ("Tablet(s)", "pill"),
        ("%", "%"),
        ("litres", "l"),
        ("louche", None),
    ],
)
def test_a_unit(cell: str, code: str | None) -> None:
    found = unit(cell, "fr")
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("cell", "code"), [("€", "EUR"), ("USD", "USD"), ("livre sterling", "GBP"), ("XYZ", None)]
)
def test_a_currency(cell: str, code: str | None) -> None:
    assert currency(cell, "fr") == code


DAYS = [
    ("iso", {"date": "2024-03-04 12:00:00"}, "2024-03-04", "2024-03-04", "day"), ("french_order", {"date": "03/04/2025"}, "2025-04-03", "2025-04-03", "day"),
    ("month_in_words", {"date": "mars 2024"}, "2024-03-01", "2024-03-31", "month"), ("of_a_spreadsheet", {"date": "Mar-24"}, "2024-03-01", "2024-03-31", "month"),
    ("bare_year", {"date": "2024"}, "2024-01-01", "2024-12-31", "year"), ("quarter", {"year": "2024", "quarter": "T2"}, "2024-04-01", "2024-06-30", "quarter"),
    ("week_as_statistics_write_it", {"date": "S12 2024"}, "2024-03-18", "2024-03-24", "week"), ("week_after_the_year", {"date": "2024-S12"}, "2024-03-18", "2024-03-24", "week"),
    ("week", {"year": "2024", "week": "12"}, "2024-03-18", "2024-03-24", "week"), ("month_number", {"year": "2024", "month": "3"}, "2024-03-01", "2024-03-31", "month"),
    ("two_ends", {"date_start": "2024-01-01", "date_end": "2024-03-31"}, "2024-01-01", "2024-03-31", "quarter"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "start", "end", "precision"), [r[1:] for r in DAYS], ids=[r[0] for r in DAYS]
)
def test_a_day(cells: dict[str, str], start: str, end: str, precision: str) -> None:
    when = Days("fr", day_first=True).when(SEPARATOR.join(cells.get(n, "") for n in FIELDS))
    assert when is not None and (str(when.start), str(when.end), when.precision) == (start, end, precision)


@pytest.mark.parametrize(
    "cell", ["hier", "45012", "2024-13", "31/02/2025", "12", "1066", "2025-03-05 et 2025-04-01"]
)
def test_no_day(cell: str) -> None:
    assert Days("fr", day_first=True).when(SEPARATOR.join([cell, *[""] * 6])) is None


@pytest.mark.parametrize(
    ("cell", "low", "high"),
    [
        ("5-10", 5.0, 10.0),
        ("< 5", None, 5.0),
        ("1,5 kg", 1.5, 1.5),
        ("80-100 €", 80.0, 100.0),
        ("10 000 comprimés", 10000.0, 10000.0),
    ],
)
def test_a_figure_with_its_words(cell: str, low: float | None, high: float | None) -> None:
    found = said_in(cell, ",", "fr")
    assert found is not None and (found.low, found.high) == (low, high)


@pytest.mark.parametrize("cell", ["[téléphone]", "12 34", "5 kg et 3 g", "N/A", "deux"])
def test_no_figure(cell: str) -> None:
    found = said_in(cell, ",", "fr")
    assert found is None or found.low == 2.0  # "deux" is a number in words, as in a text


CELLS = [
    ("name", "Martin Dupuis", "[nom]"), ("phone", "06 12 34 56 78", "[téléphone]"), ("phone_as_a_number", "612345678", "[téléphone]"),
    ("figure", "12345678", "12345678"), ("thousands", "1 234,5", "1 234,5"), ("day", "2025-03-04", "2025-03-04"),
    ("two_lines", "cocaïne\nde Martin Dupuis", "cocaïne de [nom]"), ("town_with_a_given_name", "Charlotte", "Charlotte"),
    ("prose_is_cut", "mot " * 200, ("mot " * 40).strip() + " …"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "expected"), [r[1:] for r in CELLS], ids=[r[0] for r in CELLS])
def test_a_cell_is_redacted(cell: str, expected: str) -> None:
    clean = (
        TableRedactor("fr")
        .column(pa.array([cell, None, cell]), lambda text: known_word(text, "fr"))
        .cast(pa.string())
        .to_pylist()
    )
    assert clean[1] is None and clean[0] == clean[2]
    assert clean[0] == expected and len(clean[0]) <= LONGEST + 2
