"""What the reader gives, cell by cell: what a spreadsheet shows, numbers of rows, and the same by every path through it."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import malformed_tables as made
from vigie.tables import delimited
from vigie.tables.limits import Limits
from vigie.tables.read import read
from vigie.tables.records import Block, Reject, TableRefused

LIMITS = Limits(rows=5_000)


def rows(
    path: Path, **options: object
) -> tuple[dict[tuple[str, int], dict[str, str]], list[tuple[int | None, str, str, int]]]:
    """Cells that are not empty by sheet and row; rejects as (row, column, reason, rows)."""
    found, rejects = {}, []
    for part in read(path, limits=LIMITS, **options):  # type: ignore[arg-type]
        if isinstance(part, Block):
            for number, row in zip(part.rows, part.table.to_pylist(), strict=True):
                found[part.sheet.name, int(number)] = {k: v for k, v in row.items() if v is not None}
        else:
            assert isinstance(part, Reject)
            rejects.append((part.row, part.column, part.reason, part.rows))
    return found, sorted(rejects, key=str)


def sheet(cells: str, **more: object) -> bytes:
    return made.workbook(
        {"S": made.sheet_xml(made.text_row(1, ["a", "b", "c"]) + f'<row r="2">{cells}</row>')}, **more
    )  # type: ignore[arg-type]


SHOWN = [
    # id, cells of the row, what is read
    ("text_with_breaks", '<c r="A2" t="inlineStr"><is><t> a\nb </t></is></c>', {"a": "a b"}),
    ("whole", made.number_cell("A2", "12.0"), {"a": "12"}),
    ("floating", made.number_cell("A2", "0.10000000000000001"), {"a": "0.1"}),
    ("three_decimals_are_no_thousands", made.number_cell("A2", "1.234"), {"a": "1.2340"}),
    ("percent", made.number_cell("A2", "0.655", 3), {"a": "65.5 %"}),
    ("day", made.number_cell("A2", "45356", 1), {"a": "2024-03-05"}),
    ("day_and_hour", made.number_cell("A2", "45356.5", 1), {"a": "2024-03-05"}),
    ("only_the_month_is_shown", made.number_cell("A2", "45356", 2), {"a": "2024-03"}),
    ("hour", made.number_cell("A2", "0.5", 4), {"a": "12:00:00"}),
    ("before_the_day_that_never_was", made.number_cell("A2", "59", 1), {"a": "1900-02-28"}),
    ("after_the_day_that_never_was", made.number_cell("A2", "61", 1), {"a": "1900-03-01"}),
    ("saved_value_of_a_formula", made.number_cell("A2", "7", 0, "<f>A1+1</f>"), {"a": "7"}),
    ("true", made.number_cell("A2", "1", 0, "", "b"), {"a": "TRUE"}),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "expected"), [c[1:] for c in SHOWN], ids=[c[0] for c in SHOWN])
@pytest.mark.parametrize("plain", [True, False], ids=["plain", "parsed"])
def test_a_cell_is_read_as_it_is_shown(
    tmp_path: Path, cells: str, expected: dict[str, str], plain: bool
) -> None:
    """By the pattern of plain sheets and by the parser, which a comment in the sheet asks for."""
    path = tmp_path / "t.xlsx"
    path.write_bytes(sheet(cells if plain else cells + "<!-- -->"))
    assert rows(path) == ({("S", 2): expected}, [])


def test_the_calendar_of_1904(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(sheet(made.number_cell("A2", "43894", 1), props='<workbookPr date1904="1"/>'))
    assert rows(path)[0] == {("S", 2): {"a": "2024-03-05"}}


def test_headers_over_two_rows_and_cells_merged_downwards(tmp_path: Path) -> None:
    top = made.text_row(1, ["lieu", "Cocaïne", "", "Héroïne"]) + made.text_row(2, ["", "n", "g", "n"])
    body = (
        made.text_row(3, ["Lyon", "1", "2", "3"])
        + made.text_row(4, ["", "4", "5", "6"])
        + made.text_row(5, ["Lille", "7", "8", "9"])
    )
    merged = (
        '<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/><mergeCell ref="A3:A4"/></mergeCells>'
    )
    path = tmp_path / "t.xlsx"
    path.write_bytes(made.workbook({"S": made.sheet_xml(top + body, after=merged)}))
    found, rejects = rows(path)
    assert rejects == [] and [n for _, n in found] == [3, 4, 5]
    assert found["S", 4] == {"lieu": "Lyon", "Cocaïne / n": "4", "Cocaïne / g": "5", "Héroïne / n": "6"}


def test_a_faulty_cell_names_its_row_and_column(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(sheet(made.number_cell("A2", "1") + made.number_cell("B2", "", 0, "<f>A1</f>")))
    assert rows(path) == ({}, [(2, "b", "formula-without-value", 1)])
    assert rows(path, columns=["A"]) == ({("S", 2): {"a": "1"}}, [])


def test_rows_of_text_have_the_numbers_of_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        'Prix\n\ndate;prix;lieu\n2024;1,5;"Saint\nÉtienne"\n\n2025;2;Lyon\n2026;3\n', encoding="utf-8"
    )
    assert rows(path) == (
        {
            ("", 4): {"date": "2024", "prix": "1,5", "lieu": "Saint Étienne"},
            ("", 6): {"date": "2025", "prix": "2", "lieu": "Lyon"},
        },
        [(7, "", "broken-row", 1)],
    )


def test_columns_that_share_a_name_or_have_none(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("prix;prix;;prix (2)\n1;2;3;4\n", encoding="utf-8")
    assert list(rows(path)[0]["", 2]) == ["prix", "prix (2)", "column 3", "prix (2) (2)"]


def test_parquet_and_json_as_a_person_writes(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(
        pa.table(
            {
                "n": [1.234, None],
                "jour": [date(2024, 3, 5), None],
                "l": [["a", "b"], None],
                "r": [{"p": True}, {"p": None}],
            }
        ),
        path,
    )
    assert rows(path)[0] == {("", 1): {"n": "1.2340", "jour": "2024-03-05", "l": "a; b", "r.p": "TRUE"}}
    path.write_text(
        '{"n": 1.234, "l": ["a", "b"], "r": {"p": true}, "x": null}\n{"n": 2.0}\n', encoding="utf-8"
    )
    assert rows(path)[0] == {("", 1): {"n": "1.2340", "l": "a; b", "r.p": "TRUE"}, ("", 2): {"n": "2"}}


TEXTS = [
    c
    for maker in made.MAKERS[: made.MAKERS.index(made.sheets_plain)]
    for c in maker()
    if not c.refused and len(c.data) < 20_000
]


@pytest.mark.parametrize("case", TEXTS, ids=[c.name for c in TEXTS])
def test_text_is_read_alike_in_one_stretch_and_in_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: made.Case
) -> None:
    """Where the stretches of a file end changes nothing, so neither does which of them are plain."""
    path = tmp_path / "t.csv"
    path.write_bytes(case.data)
    whole = rows(path, **case.options)
    monkeypatch.setattr(delimited, "_CHUNK", 50)
    assert rows(path, **case.options) == whole


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableRefused, match="cannot be opened"):
        list(read(tmp_path / "none.csv"))
    with pytest.raises(TableRefused, match="cannot be opened"):
        list(read(tmp_path))


def test_blocks_are_bounded(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    text = io.StringIO()
    text.write("a,b\n")
    text.writelines(f"{n},x\n" for n in range(120_000))
    path.write_text(text.getvalue())
    blocks = [b for b in read(path) if isinstance(b, Block)]
    assert [b.table.num_rows for b in blocks] == [50_000, 50_000, 20_000]
    assert [b.first_row for b in blocks] == [2, 50_002, 100_002]
