"""A table in a notebook: as Arrow, Polars or pandas, with its chart.

In: an Arrow table, how to draw it. Out: `Rows`. Unknown is null, never zero.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from vigie.charts.figure import Figure
from vigie.model.errors import MissingExtraError, SeriesError
from vigie.notebook.drawing import Drawing

if TYPE_CHECKING:
    import pandas
    import polars

_SHOWN = 10  # rows in a notebook's cell
_WIDEST = 80  # characters of a cell there

Draw = Callable[[pa.Table, str], Figure | None]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A table and what it is.

    Attributes:
        name: of the method that gave it.
        table: the Arrow table, shape (n_rows, n_columns).
        lang: language of its chart.
        left_out: what is in no row, by reason, in counts.
        about: what else a reader must know (method, base, notes).
    """

    name: str
    table: pa.Table
    lang: str = "fr"
    draw: Draw | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    about: Mapping[str, object] = field(default_factory=dict)

    def arrow(self) -> pa.Table:
        """The Arrow table itself."""
        return self.table

    def polars(self) -> polars.DataFrame:
        """A Polars data frame. Raises MissingExtraError without Polars."""
        try:
            import polars
        except ImportError as error:
            raise MissingExtraError("Polars tables", "notebook") from error
        found = polars.from_arrow(self.table)
        assert isinstance(found, polars.DataFrame)
        return found

    def pandas(self) -> pandas.DataFrame:
        """A pandas data frame: dates as `datetime64`, unknown as NaN, NaT or None. Raises MissingExtraError without pandas."""
        try:
            import pandas  # noqa: F401
        except ImportError as error:
            raise MissingExtraError("pandas tables", "notebook") from error
        return self.table.to_pandas(date_as_object=False)

    def chart(self, *, lang: str | None = None) -> Drawing:
        """The chart of these rows, as on the pages.

        Raises:
            SeriesError: where there is no chart of such rows, or nothing to draw.
            MissingExtraError: without what draws.
        """
        if self.draw is None:
            raise SeriesError(f"{self.name}: there is no chart of such rows (use .polars() or .pandas())")
        figure = self.draw(self.table, lang or self.lang)
        if figure is None:
            raise SeriesError(
                f"{self.name}: nothing to draw in {len(self)} rows (a line needs figures; ask for more with fewer filters)"
            )
        return Drawing(figure)

    @property
    def columns(self) -> list[str]:
        return list(self.table.column_names)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for batch in self.table.to_batches(1000):
            yield from batch.to_pylist()

    def __repr__(self) -> str:
        return (
            f"Rows({self.name!r}, {len(self)} rows, {len(self.columns)} columns: {', '.join(self.columns)})"
        )

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        rows = "".join(
            "<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row.values()) + "</tr>"
            for row in self.table.slice(0, _SHOWN).to_pylist()
        )
        more = f"<p>{len(self)} × {len(self.columns)}</p>"
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return html.escape(text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…")
