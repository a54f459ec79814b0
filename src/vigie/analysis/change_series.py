"""What is stored as evenly spaced series of price, purity or counts, for changes of level and trends.

In: an open store, assessed (`vigie.assess`). Out: `Lines`. A period's price or purity is the median over speakers of what each
states; a count is that of independent reports (`counts`). NaN = nothing collected.
Left out, and counted by reason: figures dated more coarsely than the period or in an area that is not known, copies, satire, and
all but what is affirmed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vigie.analysis.counts import read_counts
from vigie.analysis.prices import read_prices
from vigie.stats.arrays import FloatArray
from vigie.store import Store

By: TypeAlias = Literal["week", "month", "quarter"]
Level: TypeAlias = Literal["country", "region", "department"]
Indicator: TypeAlias = Literal["price", "purity", "seizures", "harms", "mentions"]
INDICATORS: tuple[Indicator, ...] = ("price", "purity", "seizures", "harms", "mentions")
COARSE, NOWHERE = "dated more coarsely than the period", "without an area of this level"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Key:
    """Which series. `area` and `substance` are "" where unknown; `name` is that of a user's own table."""

    indicator: str
    substance: str = ""
    area: str = ""
    unit: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lines:
    """Series on one axis.

    Attributes:
        starts: first day of each period, shape (n_times,), datetime64[D].
        values: shape (n_series, n_times), in the unit of the key; NaN = nothing collected.
        figures: shape (n_series, n_times), speakers behind a value, or reports counted.
        left_out: figures that no series holds, by reason.
    """

    by: By
    starts: NDArray[np.datetime64]
    keys: tuple[Key, ...]
    values: FloatArray
    figures: FloatArray
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One stated figure, of one speaker."""

    key: Key
    start: date
    end: date
    value: float
    voice: str = ""


def period_start(day: date, by: By) -> date:
    """First day of the period that holds the day; weeks begin on Monday."""
    if by == "week":
        return day - timedelta(days=day.weekday())
    return date(day.year, day.month if by == "month" else 3 * ((day.month - 1) // 3) + 1, 1)


def period_label(start: date, by: By) -> str:
    """ "2024-W05", "2024-03", "2024-Q1"."""
    if by == "week":
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{start.year}-{start.month:02d}" if by == "month" else f"{start.year}-Q{(start.month + 2) // 3}"


def axis(first: date, last: date, by: By) -> NDArray[np.datetime64]:
    """First days of all periods from one to the other."""
    one, other = period_start(first, by), period_start(last, by)
    if by == "week":
        return np.arange(np.datetime64(one), np.datetime64(other) + 1, 7)
    months = np.arange(np.datetime64(one, "M"), np.datetime64(other, "M") + 1, 1 if by == "month" else 3)
    return months.astype("datetime64[D]")


def lines_of(figures: Iterable[Figure], by: By, left_out: Mapping[str, int]) -> Lines:
    """Median over speakers of the median of each, by key and period."""
    left = Counter(left_out)
    cells: dict[Key, dict[date, dict[str, list[float]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for number, figure in enumerate(figures):
        start = period_start(figure.start, by)
        if start != period_start(figure.end, by):
            left[COARSE] += 1
            continue
        # Who is not known is not thereby one and the same.
        cells[figure.key][start][figure.voice or f"#{number}"].append(figure.value)
    keys = tuple(sorted(cells))
    days = [start for by_start in cells.values() for start in by_start]
    starts = axis(min(days), max(days), by) if days else np.zeros(0, dtype="datetime64[D]")
    at = {start: number for number, start in enumerate(starts.tolist())}
    values = np.full((len(keys), len(starts)), np.nan)
    counted = np.zeros((len(keys), len(starts)))
    for row, key in enumerate(keys):
        for start, voices in cells[key].items():
            values[row, at[start]] = median(median(said) for said in voices.values())
            counted[row, at[start]] = len(voices)
    return Lines(
        by=by, starts=starts, keys=keys, values=values, figures=counted, left_out=dict(sorted(left.items()))
    )


def read_lines(
    store: Store, indicator: Indicator, *, by: By, level: Level = "country", area: str | None = None, substance: str | None = None
) -> Lines:  # fmt: skip
    """Series of one indicator.

    Args:
        area: this area only, with all that lies in it, whatever the level.
        substance: this substance only, by its canonical id.
    """
    if indicator == "price":
        return _prices(store, by, level, area, substance)
    if indicator == "purity":
        return _purities(store, by, level, area, substance)
    return _counts(store, indicator, by, level, area, substance)


def _prices(store: Store, by: By, level: Level, area: str | None, substance: str | None) -> Lines:
    table = read_prices(store, substances=[substance] if substance else ())
    left = Counter(table.left_out)
    found = []
    for price in table.prices:
        of = {"department": price.department, "region": price.region, "country": price.country}
        where = _where([price.place, *of.values()], of[level], area)
        if where is None:
            left[NOWHERE] += 1
        elif not price.unadjusted:
            left["not the price of a retail amount"] += 1
        elif price.start is None or price.end is None:
            left[COARSE] += 1
        else:
            key = Key(indicator="price", substance=price.substance, area=where, unit=f"EUR/{price.unit}")
            found.append(
                Figure(key=key, start=price.start, end=price.end, value=price.eur, voice=price.source)
            )
    return lines_of(found, by, left)


def _where(codes: Sequence[str], of_level: str, area: str | None) -> str | None:
    if area is not None:
        return area if area in codes else None
    return of_level or None


def _purities(store: Store, by: By, level: Level, area: str | None, substance: str | None) -> Lines:
    rows = store.query(
        "SELECT substance, measure, low, high, assertion, satire, copied, speaker, when_start, when_end, place_label, "
        "place_code, place_department, place_region, place_country, source_country FROM facts "
        "LEFT JOIN (SELECT source_id, country AS source_country FROM sources) USING (source_id) "
        "WHERE type = 'purity' AND substance IS NOT NULL ORDER BY id"
    ).to_pylist()
    left: Counter[str] = Counter()
    found = []
    for row in rows:
        if substance is not None and row["substance"] != substance:
            continue
        reason = _unusable(row)
        of: dict[str, str | None] = {
            name: row[f"place_{name}"] for name in ("department", "region", "country")
        }
        if row["place_label"] is None:  # a source that names no place speaks of its country
            of["country"] = of["country"] or row["source_country"]
        where = _where([row["place_code"] or "", *(c or "" for c in of.values())], of[level] or "", area)
        if reason or where is None:
            left[reason or NOWHERE] += 1
            continue
        key = Key(
            indicator="purity", substance=row["substance"], area=where, unit=_UNITS.get(row["measure"], "%")
        )
        found.append(
            Figure(
                key=key,
                start=row["when_start"],
                end=row["when_end"],
                value=(row["low"] + row["high"]) / 2,
                voice=(row["speaker"] or "").strip().lower(),
            )
        )
    return lines_of(found, by, left)


_UNITS = {"thc": "% THC", "mg-per-unit": "mg/unit"}  # measures that are never mixed


def _unusable(row: Mapping[str, Any]) -> str:
    """Why a figure enters no series; "" where it may."""
    if row["assertion"] != "affirmed":
        return "denied, feared, planned or hearsay"
    if row["satire"] or row["copied"]:
        return "satire" if row["satire"] else "copy of a document that counts"
    if row["low"] is None or row["high"] is None:
        return "states only a bound"
    return COARSE if row["when_start"] is None or row["when_end"] is None else ""


def _counts(
    store: Store, indicator: Indicator, by: By, level: Level, area: str | None, substance: str | None
) -> Lines:
    table = read_counts(
        store, by="week" if by == "week" else "month", level=level, area=area, substance=substance
    )
    rows = [n for n, key in enumerate(table.keys) if key.indicator == indicator]
    values, starts = table.counts[rows], table.starts
    if by == "quarter":
        values, starts = _quarters(values, starts)
    keys = tuple(
        Key(indicator=indicator, substance=table.keys[n].substance, area=table.keys[n].area, unit="reports")
        for n in rows
    )
    return Lines(
        by=by,
        starts=starts,
        keys=keys,
        values=values,
        figures=np.nan_to_num(values),
        left_out=dict(table.left_out),
    )


def _quarters(
    values: FloatArray, starts: NDArray[np.datetime64]
) -> tuple[FloatArray, NDArray[np.datetime64]]:
    """Sums of whole quarters: one of which a month is missing or still to come is a gap."""
    days = [period_start(day, "quarter") for day in starts.tolist()]
    unique = sorted(set(days))
    sums = np.full((len(values), len(unique)), np.nan)
    for number, day in enumerate(unique):
        months = [n for n, d in enumerate(days) if d == day]
        if len(months) == 3:
            sums[:, number] = values[:, months].sum(axis=1)
    return sums, np.array(unique, dtype="datetime64[D]")
