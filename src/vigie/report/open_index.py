"""Price indices that anyone may see: median prices of whole public cells, with intervals.

In: public cells, as the gate lets them out. Out: one row for each quarter x area x kind x substance x unit. A row is a union of whole
cells, so that what two rows differ by may be shown too. A market (country or overseas territory) and a region join the
cells within them; a department has its own. Nothing is smoothed or borrowed: a quarter without a cell has no row.
Interval: that of the bulletin, order statistics (`stats.order`) of one figure for each independent source, none below six sources;
rounded outward to two figures, so that no bound is the price one source stated. Known weakness: as of every median, the mix of places and
amounts may change; the analyst's hedonic index holds it constant, but needs amounts that public facts do not carry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil, floor, log10
from typing import Any

from vigie.lexicon.gazetteer import place_by_code
from vigie.report.addresses import Index, print_address
from vigie.report.certainty import by_source
from vigie.report.disclosure import Label
from vigie.report.ledger import Shown
from vigie.report.markets import is_overseas
from vigie.report.period import Period, parse_period
from vigie.report.public import sources_of
from vigie.stats.order import Interval, median_interval
from vigie.stats.summary import quantile

Series = tuple[str, str, str, str, str]  # kind, substance, unit, level, area
_JOINT = 0.975  # of each of two intervals, so that both hold with 95 %


def index_rows(cells: Iterable[Shown]) -> list[dict[str, Any]]:
    """Rows in order of kind, substance, unit, area and quarter: never of price.

    Args:
        cells: public cells of quarters that are over; others than of prices are passed by.
    """
    found: dict[Series, dict[str, list[Shown]]] = defaultdict(lambda: defaultdict(list))
    for cell in cells:
        for series in series_of(cell.label):
            found[series][cell.label.period].append(cell)
    return [row for series in sorted(found) for row in rows_of(series, found[series])]


def index_cells(cells: Iterable[Shown], closed: Callable[[Period], bool]) -> list[Shown]:
    """Those of which indices are made, in the order given: of prices of a known place, of quarters that are `closed`."""
    return [
        cell
        for cell in cells
        if "-Q" in cell.label.period
        and cell.label.level != "all"
        and series_of(cell.label)
        and closed(parse_period(cell.label.period, ()))
    ]


def series_of(label: Label) -> list[Series]:
    """The indices that count cells of a label; none where it is of no price."""
    if label.type != "price" or not label.unit or not label.substance or not label.market:
        return []
    return [(label.kind, label.substance, label.unit, level, area) for level, area in _areas(label)]


def address_of(series: Series, period: str) -> str:
    """The stable address of an index in a quarter, "2025-Q1"."""
    kind, substance, unit, _, area = series
    return print_address(
        Index(substance=substance, unit=unit.removeprefix("EUR/"), area=area, period=period, kind=kind)
    )


def _areas(label: Label) -> list[tuple[str, str]]:
    """What a cell is a part of: its market, and within it its region and department."""
    place = place_by_code(label.area)
    areas = [("market", label.market)]
    if label.level in ("department", "region") and not is_overseas(label.area, label.market):
        region = label.area if label.level == "region" else place.region if place else None
        areas += [("region", region)] if region else []
        areas += [("department", label.area)] if label.level == "department" else []
    return areas


def rows_of(series: Series, periods: Mapping[str, Sequence[Shown]]) -> list[dict[str, Any]]:
    """The rows of one index, by quarter; the first quarter is the base of all."""
    kind, substance, unit, level, area = series
    place = place_by_code(area)
    by_start = sorted(
        ((parse_period(n, ()), cells) for n, cells in periods.items()), key=lambda p: p[0].start
    )
    rows: list[dict[str, Any]] = []
    first: tuple[Period, list[float], float] | None = None
    for period, cells in by_start:
        facts = [f for cell in cells for f in cell.facts]
        values = [f.eur_per_unit for f in facts if f.eur_per_unit is not None]
        voices = by_source(facts, lambda f: f.eur_per_unit)
        median = quantile(values, 0.5)
        first = first or (period, voices, median)
        base, at_base, of_base = first
        low, high = outward(median_interval(voices))
        ratio = (None, None) if period == base else outward(_ratio(voices, at_base))
        rows.append(
            {
                "quarter": period.start, "area_level": level, "area": area, "area_label": place.label if place else None,
                "kind": kind, "substance": substance, "unit": unit, "median": median, "low": low, "high": high,
                "index": round(100 * median / of_base, 1), "index_low": ratio[0], "index_high": ratio[1],
                "base": base.start, "observations": len(facts), "documents": len({f.doc_id for f in facts}),
                "sources": sources_of(facts), "cells": len(cells),
                "place_lat": place.lat if place else None, "place_lon": place.lon if place else None,
                "id": address_of(series, period.label),
            }
        )  # fmt: skip
    return rows


def _ratio(voices: list[float], base: list[float]) -> Interval | None:
    """Percent, both ends; None where one of the two medians has no interval."""
    now, then = median_interval(voices, _JOINT), median_interval(base, _JOINT)
    if now is None or then is None or then.low <= 0:
        return None
    return Interval(
        low=100 * now.low / then.high, high=100 * now.high / then.low, level=now.level + then.level - 1
    )


def outward(found: Interval | None) -> tuple[float | None, float | None]:
    """The interval widened to bounds of two significant figures; None where there is none."""
    if found is None:
        return None, None
    return _step(found.low, floor), _step(found.high, ceil)


def _step(value: float, to: Any) -> float:
    if value == 0:
        return 0.0
    unit = floor(log10(abs(value))) - 1
    # Through a decimal text: 0.1 * 3 would print as 0.30000000000000004.
    return float(f"{to(round(value / 10.0**unit, 9))}e{unit}")
