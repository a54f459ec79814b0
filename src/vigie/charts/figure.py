"""A figure: what it shows, how to read it, the numbers behind it, and the Vega-Lite text that draws it.

In: nothing. Out: Figure and Column. Left out: drawing (`draw.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

Cell = str | float | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the figures: `name` is the CSV header, `label` is in the reader's language."""

    name: str
    label: str
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One chart or map.

    Attributes:
        alt: what it shows, in words; note: how to read it (band, hatch, dots), "" if there is nothing to say.
        columns, rows: the figures behind it, raw; None is unknown, never zero.
        spec: Vega-Lite as JSON with its data inside; "<", ">" and "&" are escaped, so that it may stand in HTML.
    """

    id: str
    title: str
    alt: str
    note: str
    unit: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    spec: str
