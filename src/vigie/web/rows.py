"""Rows of tables as HTML: most of a page by weight, so they are joined here rather than cell by cell in a template.

In: a figure or a table, words, a way from targets to addresses. Out: Markup, every text escaped. End tags of rows and cells are
left out, as HTML allows: a third of the bytes of a large page. Left out: what stands around the rows (`blocks.html.j2`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from markupsafe import Markup
from markupsafe import escape as escaped

from vigie.charts import Figure
from vigie.web.content import Cell, Table, Target
from vigie.web.words import PageWords

NOTHING = "–"


@lru_cache(maxsize=4096)
def _safe(text: str) -> str:
    """Names, periods and states come again in every row."""
    return str(escaped(text))


def figure_rows(figure: Figure, words: PageWords, most: int) -> Markup:
    """The first `most` rows of what is behind a chart; the first column names the row."""
    names = [column.name for column in figure.columns]

    def said(name: str, value: str | float | int | None) -> str:
        if value is None:
            return f"<td class=n>{NOTHING}"
        if isinstance(value, int | float):
            return f"<td class=n>{_safe(words.figures.short(value))}"
        if name == "state":
            return f"<td>{_safe(words.get(f'states.{value}', value))}"
        return f"<td>{_safe(words.period(value) if name == 'period' else value)}"

    columns = []
    for number, (name, column) in enumerate(zip(names, zip(*figure.rows[:most], strict=True), strict=False)):
        told = {value: said(name, value) for value in set(column)}
        if not number:
            told = {value: f"<tr><th scope=row>{cell.partition('>')[2]}" for value, cell in told.items()}
        columns.append([told[value] for value in column])
    return Markup("\n".join(map("".join, zip(*columns, strict=True))))


def table_rows(table: Table, href: Callable[[Target], str], *, hushed: bool) -> Markup:
    """The rows of a table; unless `hushed`, with the roles that a table keeps when a phone shows its rows as cards."""
    head = "<th scope=row>" if hushed else "<th scope=row role=rowheader>"
    heads = [head]
    for number, name in enumerate(table.columns):
        if number:
            figure = " class=n" if number >= table.text_columns else ""
            role = "" if hushed else f' role=cell data-column="{_safe(name)}"'
            heads.append(f"<td{figure}{role}>")
    lines = []
    for row in table.rows:
        place = f' id="{_safe(row.id)}"' if row.id else ""
        parts = [f"<tr{place}>" if hushed else f"<tr{place} role=row>"]
        for start, cell in zip(heads, row.cells, strict=True):
            parts += (start, _cell(cell, href))
        lines.append("".join(parts))
    return Markup("\n".join(lines))


def _cell(cell: Cell, href: Callable[[Target], str]) -> str:
    lang = f' lang="{_safe(cell.lang)}"' if cell.lang else ""
    text = _safe(cell.text)
    url = href(cell.target) if cell.target else ""
    if url:
        text = f'<a href="{escaped(url)}"{lang}>{text}</a>'
    elif lang:
        text = f"<span{lang}>{text}</span>"
    return f"{text} <span class=sub>{_safe(cell.sub)}</span>" if cell.sub else text
