"""What the PDF of a bulletin holds of its tables and sentences: a bounded number, with how many it leaves out.

In: a Bulletin. Out: Printed. Bounds and their reasons: data/taxonomy/bulletin_print.toml.
Left out: figures: none is worked out again; the other formats, which hold everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from vigie.lexicon.terms import data_toml
from vigie.report.evidence import Evidence, Row, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A figure with the sentences printed of it; `more` stand in the HTML page only."""

    table: Table
    row: Row
    sentences: tuple[Evidence, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Printed:
    """Bounds of a bulletin: `tight` is that of a region or smaller."""

    tight: bool

    def rows(self, table: Table) -> tuple[Row, ...]:
        """The rows in print: those of which most is said, where rows tell it, else the first; in the order of the table."""
        bounds = data_toml("taxonomy", "bulletin_print.toml")["rows"][self._kind]
        most = bounds.get(table.id, bounds["groups" if table.id.startswith("substances-") else "other"])
        # To leave one row out saves nothing: the line that says so takes its place.
        if len(table.rows) <= most + 1:
            return table.rows
        ranked = sorted(range(len(table.rows)), key=lambda n: (-table.rows[n].said, n))
        return tuple(table.rows[n] for n in sorted(ranked[:most]))

    def table(self, table: Table, absent: str) -> Table:
        """The table in print, with a dash for `absent`, which stands below once where it stood in a row."""
        rows = self.rows(table)
        said = any(absent in row.cells for row in rows)
        dashed = tuple(
            replace(row, cells=tuple("–" if cell == absent else cell for cell in row.cells)) for row in rows
        )
        notes = (f"– : {absent}", *table.notes) if said else table.notes
        return replace(table, rows=dashed, notes=notes)

    def quoted(self, tables: Iterable[Table]) -> list[Quoted]:
        """The sentences in print, of best grade first and then the latest, for the first figures of each table."""
        bounds = data_toml("taxonomy", "bulletin_print.toml")["sentences"][self._kind]
        found = []
        for table in tables:
            told = [row for row in self.rows(table) if row.evidence]
            for row in told[: bounds.get(table.id, 0)]:
                best = sorted(row.evidence, key=lambda e: e.grade or "F")[: bounds["figure"]]
                found.append(
                    Quoted(table=table, row=row, sentences=tuple(best), more=len(row.evidence) - len(best))
                )
        return found

    @property
    def _kind(self) -> str:
        return "region" if self.tight else "country"
