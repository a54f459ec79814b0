"""Ready mappings on small invented files of the same columns: what each row gives, and that a file of another layout is told.

The rows are invented; the columns are those of the public files that the mappings name.
"""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from vigie.intake.days import Days
from vigie.tables.mapping import layout
from vigie.tables.pick import absent, pick
from vigie.tables.read import read
from vigie.tables.records import Block, Reject

UNC = (
    "sampleid,program,location,county,state,full_state,date_collect,expectedsubstance,sensations,overdose_notes,date_complete,"
    "lab_fentanyl_any,lab_xylazine_any,lab_meth_any,lab_cocaine_any,lab_mdma,lab_tramadol,lab_gabapentin,lab_carfentanil_any,"
    "lab_benzos_any,lab_nitazenes_any,lab_synthetic_cannabinoids_any,lab_substituted_cathinones_any\n"
    '"901","redacted","Testville","Test County","NC","North Carolina",15Oct2021,"heroin; fentanyl","weird","told by a friend",11Feb2022,1,1,0,0,0,0,0,0,0,0,0,0\n'
    '"902","redacted","Testville","Test County","NC","North Carolina",,"unknown","","",12Feb2022,0,0,0,0,0,0,0,0,0,0,0,0\n'
)
UNC_DETAIL = (
    "sampleid,substance,abundance,method,date_complete,primary,trace,lab_null,lab_fentanyl\n"
    '"901","fentanyl","","GCMS",11feb2022,1,0,,1\n"901","xylazine","trace","GCMS",11feb2022,0,1,,0\n'
    '"902","no compounds of interest detected","","GCMS",12feb2022,1,0,1,0\n'
)
NYC = (
    '"yr_mo","Total_Lab_Fent_Pos","Total_Lab_Xyl_Pos","Total_Lab_Med_Pos","Total_Lab","Pct_Lab_Fent_Pos","Pct_Lab_Xyl_Pos","Pct_Lab_Med_Pos"\n'
    "May 2025,8,3,,10,80,30,\n"
)
WATER = (
    '"Year","Metabolite","Site ID","Country","City","Wednesday","Thursday","Friday","Saturday","Sunday","Monday","Tuesday","Weekday mean","Weekend mean","Daily mean"\n'
    '2024,"MDMA","XX001","BE","Testville (2)",1,2,3,4,5,6,7,2,5,4.001\n2024,"MDMA","XX002","BE","Otherville",,,,,,,,,,\n'
)
IDS_CSV = (
    "Region,Country obtained / Departure Country,Destination Country,Producing Country,Seizure Date,Drug Name,Amount,Drug Unit\n"
    'Europe,"Korea, Republic of",Belgium,Unknown,03/25/2014,Cocaine,1.5,Kilogram\n'
)
IDS_OLD = ["COUNTRY_OF_SEIZURE", "DRUG_NAME", "AMOUNT_OF_DRUG", "DRUG_UNIT", "DEPARTURE_COUNTRY", "DESTINATION_COUNTRY", "PRODUCING_COUNTRY"]  # fmt: skip

CASES = [
    # layout, text of a CSV, or rows of a workbook by sheet with its merged cells, rows skipped, observations
    ("unc-samples", UNC, [3], [
        (2, {"substance": "fentanyl", "date": "15Oct2021", "place": "North Carolina", "country": "US", "row_id": "901", "attribution": "UNC Street Drug Analysis Lab"}),
        (2, {"substance": "xylazine", "date": "15Oct2021", "place": "North Carolina", "country": "US", "row_id": "901", "attribution": "UNC Street Drug Analysis Lab"})]),
    ("unc-lab-detail", UNC_DETAIL, [4], [
        (2, {"substance": "fentanyl", "date": "11feb2022", "country": "US", "row_id": "901|fentanyl|GCMS", "attribution": "UNC Street Drug Analysis Lab"}),
        (3, {"substance": "xylazine", "date": "11feb2022", "country": "US", "row_id": "901|xylazine|GCMS", "attribution": "UNC Street Drug Analysis Lab"})]),
    ("nyc-drug-checking", NYC, [], [
        (2, {"substance": "fentanyl", "count": "8", "samples": "10", "expected": "opioids", "date": "May 2025", "place": "New York City", "country": "US", "row_id": "May 2025", "attribution": "NYC Health Department"}),
        (2, {"substance": "xylazine", "count": "3", "samples": "10", "expected": "opioids", "date": "May 2025", "place": "New York City", "country": "US", "row_id": "May 2025", "attribution": "NYC Health Department"})]),
    ("euda-wastewater", WATER, [3], [
        (2, {"substance": "MDMA", "load": "4.001", "year": "2024", "place": "Testville", "country": "BE", "row_id": "2024|MDMA|XX001", "attribution": "SCORE/EUDA"})]),
    ("unodc-ids", {"2014": ([IDS_OLD, ["Belgium", "Cocaine HCL", 2, "Kilogram", "Unknown", "Unknown", "Peru"]], [])}, [], [
        (2, {"substance": "Cocaine HCL", "quantity": "2", "unit": "Kilogram", "count": "1", "year": "2014", "country": "Belgium", "origin": "Peru", "attribution": "UNODC"})]),
    ("euda-prices-cannabis", {"2009": ([
        ["Country", "Cannabis resin (1 gram)", None, None, None, None, None, "Herbal cannabis (1 gram)", None, None, None, None, None],
        [None, *(["Sample size", "Min.", "Max.", "Mean", "Median", "Mode"] * 2)],
        ["Testland-A(1)", ":", 4, 12, 7.5, ":", ":", ":", 2, 3, ":", ":", ":"],
        ["Otherland", ":", ":", ":", ":", ":", ":", ":", ":", ":", ":", ":", ":"]], ["A1:A2", "B1:G1", "H1:M1"])}, [4], [
        (3, {"substance": "cannabis-resin", "low": "7.5", "high": "7.5", "currency": "EUR", "per_value": "1", "per_unit": "g", "price_kind": "retail", "year": "2009", "country": "Testland", "attribution": "EUDA"}),
        (3, {"substance": "cannabis-herb", "low": "2", "high": "3", "currency": "EUR", "per_value": "1", "per_unit": "g", "price_kind": "retail", "year": "2009", "country": "Testland", "attribution": "EUDA"})]),
    ("euda-purity-heroin", {"2010": ([
        ["Country", "Heroin (undistinguished)", None, None, None, None, None, "Brown heroin", None, None, None, None, None, "White heroin", None, None, None, None, None],
        [None, *(["Sample size", "Min.", "Max.", "Mean", "Median", "Mode"] * 3)],
        ["Testland", ":", ":", ":", ":", ":", ":", 10, 1, 60, 20, 18, ":", ":", ":", ":", ":", ":", ":"]], ["A1:A2", "B1:G1", "H1:M1", "N1:S1"])}, [], [
        (3, {"substance": "heroin", "low": "20", "high": "20", "measure": "purity", "year": "2010", "country": "Testland", "attribution": "EUDA"})]),
    ("euda-purity-synthetic", {"2010": ([
        ["Country", "Amphetamine (percentage)", None, None, None, None, None, "Methamphetamine (percentage)", None, None, None, None, None, "Ecstasy (mg of MDMA base per unit)", None, None, None, None, None],
        [None, *(["Sample size", "Min.", "Max.", "Mean", "Median", "Mode"] * 3)],
        ["Testland", 3, 1, 9, ":", 5, ":", ":", ":", ":", ":", ":", ":", 9, 20, 90, 60, ":", ":"]], ["A1:A2", "B1:G1", "H1:M1", "N1:S1"])}, [], [
        (3, {"substance": "amphetamine", "low": "5", "high": "5", "measure": "purity", "year": "2010", "country": "Testland", "attribution": "EUDA"}),
        (3, {"substance": "mdma", "form": "pill", "low": "60", "high": "60", "measure": "mg-per-unit", "year": "2010", "country": "Testland", "attribution": "EUDA"})]),
]  # fmt: skip


def write(path: Path, content: str | dict) -> Path:
    if isinstance(content, str):
        path = path.with_suffix(".csv")
        path.write_text(content, encoding="utf-8")
        return path
    path = path.with_suffix(".xlsx")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, (rows, merged) in content.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for cells in merged:
            sheet.merge_cells(cells)
    book.save(path)
    return path


@pytest.mark.parametrize(("name", "content", "skipped", "expected"), CASES, ids=[c[0] for c in CASES])
def test_a_ready_mapping_reads_its_layout(
    tmp_path: Path, name: str, content: str | dict, skipped: list[int], expected: list[tuple[int, dict]]
) -> None:
    mapping = layout(name)
    left, found = [], []
    for part in read(
        write(tmp_path / "file", content),
        header=mapping.header,
        delimiter=mapping.delimiter,
        columns=mapping.columns(),
    ):
        assert not isinstance(part, Reject), part
        assert isinstance(part, Block) and absent(mapping, part.sheet) == ()
        picked = pick(mapping, part)
        left += part.rows[picked.skipped].tolist()
        for group in picked.groups:
            for at, line in zip(group.index, group.table.to_pylist(), strict=True):
                found.append((int(part.rows[at]), {k: v for k, v in line.items() if v is not None}))
    assert left == skipped
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_ids_of_the_download_with_words_for_names_of_columns(tmp_path: Path) -> None:
    """The CSV of 2011-2015 has no sheet to take a year from, and UN names of countries."""
    mapping = layout("unodc-ids")
    (block,) = read(write(tmp_path / "ids", IDS_CSV), columns=mapping.columns())
    assert isinstance(block, Block)
    (group,) = pick(mapping, block).groups
    (line,) = group.table.to_pylist()
    assert (line["date"], line["origin"], line["destination"]) == ("03/25/2014", "KR", "Belgium")
    assert (line["quantity"], line["year"], line["country"]) == ("1.5", None, None)


@pytest.mark.parametrize("name", [c[0] for c in CASES])
def test_a_file_of_another_layout_is_not_taken_for_this_one(tmp_path: Path, name: str) -> None:
    (block,) = read(write(tmp_path / "other", "a,b\n1,2\n"))
    assert isinstance(block, Block)
    assert absent(layout(name), block.sheet)


def test_no_ready_mapping_reads_what_people_wrote() -> None:
    free = {
        "sensations",
        "sensation_notes",
        "texture_notes",
        "overdose_notes",
        "overdose",
        "od",
        "program",
        "lat",
        "lon",
        "location",
        "expectedsubstance",
    }
    for name in ("unc-samples", "unc-lab-detail"):
        assert not free & set(layout(name).columns())


@pytest.mark.parametrize(
    ("cell", "day_first", "first", "precision"),
    [
        ("15Oct2021", True, "2021-10-15", "day"),  # UNC, written by Stata
        ("11feb2022", True, "2022-02-11", "day"),
        ("May 2025", False, "2025-05-01", "month"),  # New York City
        ("03/25/2014", False, "2014-03-25", "day"),  # UNODC
    ],
)
def test_dates_as_the_public_layouts_write_them(
    cell: str, day_first: bool, first: str, precision: str
) -> None:
    when = Days("en", day_first=day_first).period(cell)
    assert when is not None and (str(when.start), when.precision) == (first, precision)
