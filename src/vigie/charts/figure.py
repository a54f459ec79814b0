"""A figure: what it shows, how to read it, the numbers behind it, and the Vega-Lite text that draws it.

In: nothing. Out: Figure and Column. Left out: drawing (`draw.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

Cell = str | float | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the figures: `name` is the CSV header, `label` is in the reader's language."""

    name: str
    label: str
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One chart or map. A page shows title, note and table at once; the specification is made when it is asked for.

    Attributes:
        alt: what it shows, in words; note: how to read it (band, hatch, dots), "" if there is nothing to say.
        columns, rows: the figures behind it, raw; None is unknown, never zero.
        make_spec: makes `spec`; takes no part in comparisons.
    """

    id: str
    title: str
    alt: str
    note: str
    unit: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    make_spec: Callable[[], str] = field(compare=False, repr=False)

    @cached_property
    def spec(self) -> str:
        """Vega-Lite as JSON with its data inside; "<", ">" and "&" are escaped, so that it may stand in HTML.

        Raises: MissingExtraError without the packages of the extra "report".
        """
        return self.make_spec()
