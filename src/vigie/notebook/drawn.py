"""Rows as charts: the builders of `vigie.charts`, as the pages call them.

In: an Arrow table of `observatory.py`, a language. Out: a Figure, or None where there is nothing to draw. A period without rows
inside a series is "nothing collected", never zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import pyarrow as pa

from vigie import charts
from vigie.analysis.price_periods import between
from vigie.charts import Flow, Point, Series
from vigie.charts.figure import Figure
from vigie.lexicon.terms import data_toml
from vigie.report.period import month_of, quarter_of
from vigie.report.words import Words
from vigie.stats.summary import quantile

MOST_PANELS = 9
_LEAST_POINTS = 2  # one point alone is no course


@cache
def _said(lang: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = data_toml("templates", "notebook.toml")[lang]
    return found


def facts_by_quarter(table: pa.Table, lang: str) -> Figure | None:
    """Columns: statements by the quarter that they speak of."""
    days = [d for d in table.column("when_start").to_pylist() if d is not None]
    return _columns("observations", [quarter_of(d).label for d in days], "unit_facts", lang)


def documents_by_month(table: pa.Table, lang: str) -> Figure | None:
    """Columns: documents by month of publication."""
    days = [d for d in table.column("published_start").to_pylist() if d is not None]
    return _columns("documents", [month_of(d).label for d in days], "unit_documents", lang)


def cells_by_quarter(table: pa.Table, lang: str) -> Figure | None:
    """Columns: public statements by quarter. A quarter without cells may hold statements that are withheld."""
    counts: dict[str, int] = defaultdict(int)
    for row in table.select(["quarter", "observations"]).to_pylist():
        counts[quarter_of(row["quarter"]).label] += row["observations"]
    return _counted("cells", counts, "unit_facts", lang, gap="withheld")


def price_medians(table: pa.Table, lang: str) -> Figure | None:
    """Panels: median and quartiles of each product by quarter, those with most figures."""
    held: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in table.to_pylist():
        label = _quarter(row["start"], row["end"])
        if label:
            held[row["substance"], row["unit"]][label].append(row)
    series = []
    for product in sorted(held, key=lambda p: (-sum(map(len, held[p].values())), p)):
        points = {
            label: Point(
                period=label, value=quantile(values, 0.5), low=quantile(values, 0.25), high=quantile(values, 0.75),
                n=len(values), sources=len({r["source"] for r in rows}),
            )
            for label, rows in held[product].items() if (values := [r["eur"] for r in rows])
        }  # fmt: skip
        series.append(Series(name=_product(*product, lang), points=_whole(points, "nothing-collected")))
    return _panels("prices", series, "unit_euro", lang)


def index_lines(table: pa.Table, lang: str) -> Figure | None:
    """Panels: the price of each product and area with its 95 % interval."""
    return _index(table, lang, "period")


def public_index_lines(table: pa.Table, lang: str) -> Figure | None:
    """The same of public price indices."""
    quarters = [quarter_of(day).label for day in table.column("quarter").to_pylist()]
    renamed = table.append_column("period", pa.array(quarters, pa.string()))
    return _index(renamed, lang, "period")


def _index(table: pa.Table, lang: str, column: str) -> Figure | None:
    held: dict[tuple[str, str, str], dict[str, Point]] = defaultdict(dict)
    areas = set(table.column("area").to_pylist())
    for row in table.to_pylist():
        value = row.get("price", row.get("median"))
        held[row["substance"], row["unit"].removeprefix("EUR/"), row["area"]][row[column]] = Point(
            period=row[column], value=value, low=row["low"], high=row["high"], n=row.get("n", row.get("observations")) or 0,
            sources=row["sources"], state="shown" if value is not None else "withheld",
        )  # fmt: skip
    words, series = Words(lang), []
    for (substance, unit, area), points in held.items():
        name = _product(substance, unit, lang) + (f", {words.area(area)}" if len(areas) > 1 else "")
        series.append(Series(name=name, points=_whole(points, "nothing-collected")))
    return _panels("price_index", series, "unit_euro", lang, title="price")


def count_lines(table: pa.Table, lang: str) -> Figure | None:
    """Panels: independent reports by period of each indicator, substance and area, those with most."""
    words = Words(lang)
    held: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in table.to_pylist():
        held[row["indicator"], row["substance"] or "", row["area"]].append(row)
    names = _said(lang)["indicators"]
    series = []
    for indicator, substance, area in sorted(
        held, key=lambda k: (-sum(r["reports"] or 0 for r in held[k]), k)
    ):
        parts = (
            names.get(indicator, indicator),
            words.substance(substance) if substance else "",
            words.area(area),
        )
        points = [
            Point(
                period=month_of(r["start"]).label, value=None if r["reports"] is None else float(r["reports"]), n=int(r["reports"] or 0),
                state="nothing-collected" if r["reports"] is None else "shown" if r["reports"] else "zero",
            )
            for r in held[indicator, substance, area]
        ]  # fmt: skip
        if len({p.period for p in points}) == len(points):  # weeks have no axis of their own
            series.append(Series(name=", ".join(p for p in parts if p), points=tuple(points)))
    return _panels("counts", series, "unit_reports", lang)


def route_map(table: pa.Table, lang: str) -> Figure | None:
    """A world map: routes between two countries."""
    words = Words(lang)
    flows = [
        Flow(
            origin=r["origin"], origin_name=words.area(r["origin"]), destination=r["destination"],
            destination_name=words.area(r["destination"]), n=r["now"], sources=r["sources"],
        )
        for r in table.to_pylist() if r["origin"] and r["destination"] and r["now"]
    ]  # fmt: skip
    if not flows:
        return None
    return charts.flow_map("flows", _said(lang)["flows"], flows, lang=lang, unit=_said(lang)["unit_routes"])


def _product(substance: str, unit: str, lang: str) -> str:
    words = Words(lang)
    return f"{words.substance(substance)}, {words.of('units', unit)}"


def _quarter(start: date | None, end: date | None) -> str:
    if start is None or end is None:
        return ""
    found = quarter_of(start)
    return found.label if found.holds(start, end) else ""


def _columns(id: str, labels: Iterable[str], unit: str, lang: str) -> Figure | None:
    counts: dict[str, int] = defaultdict(int)
    for label in labels:
        counts[label] += 1
    return _counted(id, counts, unit, lang, gap="zero")


def _counted(id: str, counts: Mapping[str, int], unit: str, lang: str, *, gap: Any) -> Figure | None:
    if not counts:
        return None
    points = {label: Point(period=label, value=float(n), n=n) for label, n in counts.items()}
    said = _said(lang)
    return charts.columns(id, said[id], _whole(points, gap), lang=lang, unit=said[unit])


def _whole(points: Mapping[str, Point], gap: Any) -> tuple[Point, ...]:
    """Every period from the first to the last; those without a point say why."""
    if not points:
        return ()
    first, last = min(points), max(points)
    by: Any = "quarter" if "-Q" in first else "month" if "-" in first else "year"
    empty = 0.0 if gap == "zero" else None
    return tuple(
        points.get(label) or Point(period=label, value=empty, state=gap) for label in between(first, last, by)
    )


def _panels(id: str, series: Sequence[Series], unit: str, lang: str, title: str = "") -> Figure | None:
    drawn = [s for s in series if sum(p.value is not None for p in s.points) >= _LEAST_POINTS][:MOST_PANELS]
    said = _said(lang)
    if not drawn:
        return None
    build = charts.lines if len(drawn) == 1 else charts.multiples
    return build(id, said[title or id], drawn, lang=lang, unit=said[unit])
