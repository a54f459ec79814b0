"""What anyone may see of a store, in a notebook: only what a public output wrote down before.

In: a store, through the public gate. Out: `PublicEdition`: public cells and price indices as `Rows`. What could be shown but was not
written down yet is counted in `waiting`: `vigie export DIR` writes it down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from vigie.notebook import drawn
from vigie.notebook.rows import Rows
from vigie.readmodel.records import Filters
from vigie.report.open_data import written_down
from vigie.report.period import parse_period
from vigie.store import Store


@dataclass(frozen=True, kw_only=True)
class PublicEdition:
    """Public figures of one day.

    Attributes:
        day: from which the delay of 14 days counts.
        waiting: cells that could be shown and that no public output has shown yet; they are in no table here.
    """

    day: date
    waiting: int
    lang: str
    _cells: pa.Table
    _index: pa.Table

    def cells(
        self,
        *,
        type: str | None = None,
        substance: str | None = None,
        area: str | None = None,
        period: str | None = None,
    ) -> Rows:
        """Counts and medians by quarter, area, type, kind and substance; columns in docs/data-dictionary.md.

        Args:
            type: price, quantity, purity, event, modality, trend or flow.
            substance, area, period: as on the public pages ("cocaine", "FR-69", "2025-Q1"); an area has its own rows only.
        """
        found = _kept(self._cells, substance, area, period)
        if type is not None:
            found = found.filter(pc.equal(found["type"], type))
        return Rows(name="public cells", table=found, lang=self.lang, draw=drawn.cells_by_quarter)

    def price_index(
        self, *, substance: str | None = None, area: str | None = None, period: str | None = None
    ) -> Rows:
        """Median prices with 95 % intervals (EUR for one unit) and an index (base quarter = 100)."""
        found = _kept(self._index, substance, area, period)
        return Rows(name="public price index", table=found, lang=self.lang, draw=drawn.public_index_lines)


def public_edition(store: Store, lang: str, as_of: date | None) -> PublicEdition:
    """The public figures that were written down, by the rules of a day."""
    day = as_of or date.today()
    found = written_down(store, as_of=day)
    return PublicEdition(day=day, waiting=found.waiting, lang=lang, _cells=found.cells, _index=found.index)


def _kept(table: pa.Table, substance: str | None, area: str | None, period: str | None) -> pa.Table:
    given = {"substance": substance or "", "area": area or "", "period": period or ""}
    asked = Filters.parse(given, public=True)
    for column, value in (("substance", asked.substance), ("area", asked.area)):
        if value is not None:
            table = table.filter(pc.fill_null(pc.equal(table[column], value), False))
    if asked.period is not None:
        span = parse_period(asked.period, ())
        inside = pc.and_(
            pc.greater_equal(table["quarter"], pa.scalar(span.start)),
            pc.less_equal(table["quarter"], pa.scalar(span.end)),
        )
        table = table.filter(inside)
    return table
