"""What stands at the addresses of price indices, for their versions (`versions.py`).

In: the public cells of a gate, the cells that written versions count. Out: the addresses whose cells moved, and what stands there now.

An index is the median of its quarter against that of the first quarter of its series, so that it counts the cells of both: what two versions
differ by is made of whole cells here too, and what an erasure takes of the first quarter it takes of every index that rests on it.
Left out: how an index is made (`open_index.py`); causes, and what is written down (`versions.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vigie.report.ledger import Shown, label_of_cell
from vigie.report.open_index import Series, address_of, index_cells, rows_of, series_of
from vigie.report.period import Period, quarter_of
from vigie.store import Store
from vigie.store.corrections import Values, below, cells_told
from vigie.store.publications import cells_numbered

START = "index/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Indices of which a cell came or went.

    Attributes:
        now: by address the cells that are counted, and what is shown.
        asked: those addresses, and those of the same series where something was shown before.
        standing: every cell that some index counts now.
    """

    now: Mapping[str, tuple[frozenset[int], Values]]
    asked: frozenset[str]
    standing: frozenset[int]


def moved_indices(
    store: Store, cells: Mapping[int, Shown], closed: Callable[[Period], bool], *, everything: bool
) -> Moved:
    """What changed since versions were last written. `cells`: by number; `everything`: as if every cell had moved."""
    numbers = {id(cell): n for n, cell in cells.items()}
    kept = {numbers[id(cell)]: cell for cell in index_cells(cells.values(), closed)}
    told = cells_told(store, START)
    moved = (kept.keys() | told) if everything else (kept.keys() ^ told)
    touched = {series for n in moved & kept.keys() for series in series_of(kept[n].label)}
    gone = cells_numbered(store, moved - kept.keys())
    touched |= {series for cell in gone for series in series_of(label_of_cell(cell))}
    now = _standing(kept, touched)
    starts = {address_of(series, "").removesuffix("all") for series in touched}
    return Moved(now=now, asked=frozenset(now) | frozenset(below(store, starts)), standing=frozenset(kept))


def _standing(kept: Mapping[int, Shown], touched: set[Series]) -> dict[str, tuple[frozenset[int], Values]]:
    held: dict[Series, dict[str, dict[int, Shown]]] = defaultdict(lambda: defaultdict(dict))
    for n, cell in kept.items():
        for series in touched.intersection(series_of(cell.label)):
            held[series][cell.label.period][n] = cell
    found: dict[str, tuple[frozenset[int], Values]] = {}
    for series in sorted(held):
        periods = held[series]
        rows = rows_of(series, {p: [c for _, c in sorted(parts.items())] for p, parts in periods.items()})
        for row in rows:
            counted = {*periods[quarter_of(row["quarter"]).label], *periods[quarter_of(row["base"]).label]}
            found.setdefault(row["id"], (frozenset(counted), _values(row)))
    return found


def _values(row: Mapping[str, Any]) -> Values:
    parts = [f"index {row['index']}", f"base {quarter_of(row['base']).label}"]
    if row["index_low"] is not None:
        parts[1:1] = [f"low {row['index_low']}", f"high {row['index_high']}"]
    return Values(
        observations=row["observations"], sources=row["sources"], low=row["low"], median=row["median"], high=row["high"],
        parts=", ".join(parts),
    )  # fmt: skip


def index_parts(values: Values) -> dict[str, str]:
    """{"index": "104.3", "base": "2023-Q1"} of what is shown, with "low" and "high" where an interval is."""
    return dict(part.split(" ", 1) for part in (values.parts or "").split(", ") if " " in part)
