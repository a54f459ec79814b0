"""Rows of tables as HTML: every text escaped, figures aligned, roles that cards keep."""

from __future__ import annotations

import pytest
from lxml import html

from vigie.charts import Column, Figure
from vigie.web.content import Cell, Row, Table, to
from vigie.web.rows import figure_rows, table_rows
from vigie.web.words import page_words

HOSTILE = "<script>x</script>\"'&"


def test_what_is_behind_a_chart() -> None:
    columns = (Column(name="series", label="s"), Column(name="period", label="p"), Column(name="value", label="v"), Column(name="state", label="t"))  # fmt: skip
    rows = (
        (HOSTILE, "2025-Q1", 1234.5, "shown"),
        ("b", "2025-Q2", None, "nothing-collected"),
        ("c", "2025", 0, "zero"),
    )
    figure = Figure(
        id="f", title="", alt="", note="", unit="", columns=columns, rows=rows, make_spec=lambda: "{}"
    )
    words = page_words("fr")
    made = figure_rows(figure, words, 2)
    table = html.fromstring(f"<table><tbody>{made}</tbody></table>")
    cells = [[cell.text_content().strip() for cell in row] for row in table.iter("tr")]
    assert cells[0] == [HOSTILE, "T1 2025", words.figures.short(1234.5), words["states.shown"]]
    assert cells[1][2] == "–"
    assert len(cells) == 2
    assert [cell.get("class") for cell in table.iter("td")][:3] == [None, "n", None]
    assert "<script" not in made


@pytest.mark.parametrize("hushed", [False, True])
def test_a_table(hushed: bool) -> None:
    row = Row(
        id='a"b',
        cells=(
            Cell(text=HOSTILE, target=to("prices"), lang="en"),
            Cell(text="1", sub=HOSTILE),
            Cell(text="x", lang="de"),
        ),
    )
    table = Table(id="t", caption="", columns=("A", 'B"', "C"), rows=(row,), text_columns=1)
    made = table_rows(table, lambda target: f'/{target.page}?a=1&b="', hushed=hushed)
    found = html.fromstring(f"<table><tbody>{made}</tbody></table>").find(".//tr")
    assert found is not None
    assert found.get("id") == 'a"b'
    assert [cell.text_content().strip() for cell in found] == [HOSTILE, f"1 {HOSTILE}", "x"]
    assert [cell.get("data-column") for cell in found] == ([None] * 3 if hushed else [None, 'B"', "C"])
    assert [cell.get("role") for cell in found] == ([None] * 3 if hushed else ["rowheader", "cell", "cell"])
    link = found.find(".//a")
    assert link is not None
    assert (link.get("href"), link.get("lang")) == ('/prices?a=1&b="', "en")
    assert "<script" not in made
