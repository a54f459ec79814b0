"""A table of counts in long form, as series for the detectors.

In: CSV text with the columns count and, where there are any, series, date or week, population. Out: `CountTable`.
A period without a row, or with an empty count, was not collected (NaN); zero is written 0. Left out: adding up of single cases.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from vigie.model.errors import InputRefused
from vigie.stats.arrays import FloatArray
from vigie.stats.reference_periods import MONTHS, WEEKS

_COLUMNS = ("series", "date", "week", "count", "population")
_MISSING = frozenset({"", "na", "nan", "null", "-"})
_ISO_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})$", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})-(\d{2})$")
_MOST = 1e12  # more than any count or population: arithmetic of squares would overflow far above it
_LONGEST = 5000  # periods: a typing error in a year would make millions
Key = date | int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountTable:
    """Series of one length.

    Attributes:
        names: of the series, in order of their names.
        labels: of the periods: ISO day or number, shape (n_times,).
        counts: shape (n_series, n_times); NaN = not collected.
        population: the same shape; None where the table has none.
        dates: first day of each period; None where periods are numbered.
        frequency: periods a year, 52 or 12; None where periods are numbered.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    counts: FloatArray
    population: FloatArray | None
    dates: NDArray[np.datetime64] | None
    frequency: int | None


def read_counts(text: str, name: str) -> CountTable:
    """Read a table.

    Args:
        text: the whole file.
        name: as errors call it.
    Raises:
        InputRefused: names the row and what to do.
    """
    head = text.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    lines = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter)
    try:
        rows = [row for row in lines if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InputRefused(name, "is not a CSV table", "write it as comma-separated text") from error
    if not rows:
        raise InputRefused(name, "is empty", "give a header with the column count, then one row a period")
    header = [cell.strip().lower() for cell in rows[0]]
    if "count" not in header:
        raise InputRefused(
            name, "has no column count", f"name the columns in the first line: {', '.join(_COLUMNS)}"
        )
    if len(set(header)) < len(header):
        raise InputRefused(name, "has two columns of one name", "rename one")
    if len(rows) == 1:
        raise InputRefused(name, "has a header and no rows", "one row a period")
    counts: dict[str, dict[Key, float]] = {}
    persons: dict[str, dict[Key, float]] = {}
    for number, cells in enumerate(rows[1:], start=2):
        if len(cells) > len(header):
            raise InputRefused(
                name, f"row {number} has more cells than the header", "quote text that holds commas"
            )
        row = dict.fromkeys(header, "") | dict(zip(header, (cell.strip() for cell in cells), strict=False))
        series = row.get("series", "")
        seen = counts.setdefault(series, {})
        when = _when(row, len(seen), name, number)
        if when in seen:
            raise InputRefused(
                name, f"row {number} repeats a period of its series", "add the rows of one period up"
            )
        seen[when] = _number(row.get("count", ""), "count", name, number, delimiter)
        if "population" in header:
            persons.setdefault(series, {})[when] = _number(
                row.get("population", ""), "population", name, number, delimiter
            )
    return _aligned(counts, persons if "population" in header else None, name)


def _when(row: Mapping[str, str], number: int, name: str, line: int) -> Key:
    if not {"date", "week"} & row.keys():
        return number  # no column of time: rows stand in order
    text = row.get("date") or row.get("week") or ""
    repair = "2024-03-04, 2024-03 or 2024-W10, or whole numbers"
    try:
        if week := _ISO_WEEK.match(text):
            return date.fromisocalendar(int(week[1]), int(week[2]), 1)
        if month := _MONTH.match(text):
            return date(int(month[1]), int(month[2]), 1)
        return int(text) if text.isdigit() and len(text) < 6 else date.fromisoformat(text)
    except ValueError as error:
        raise InputRefused(name, f"row {line} has no date that can be read", repair) from error


def _number(text: str, column: str, name: str, line: int, delimiter: str) -> float:
    if text.lower() in _MISSING:
        return math.nan
    try:
        value = float(text.replace(",", ".") if delimiter != "," else text)
    except ValueError as error:
        raise InputRefused(
            name, f"row {line} has no number in {column}", "leave it empty where nothing was collected"
        ) from error
    if value < 0 or math.isinf(value):
        raise InputRefused(
            name,
            f"row {line} has a {column} that is negative or infinite",
            "correct the period it belongs to",
        )
    if value > _MOST:
        raise InputRefused(name, f"row {line} has a {column} above {_MOST:.0e}", "correct it")
    return value


def _aligned(
    counts: dict[str, dict[Key, float]], persons: dict[str, dict[Key, float]] | None, name: str
) -> CountTable:
    keys = {key for seen in counts.values() for key in seen}
    days = [key for key in keys if isinstance(key, date)]
    numbers = [key for key in keys if isinstance(key, int)]
    if days and numbers:
        raise InputRefused(name, "has dates in some rows and numbers in others", "use one of the two")
    periods: list[Key]
    if numbers and max(numbers) - min(numbers) > _LONGEST:
        raise InputRefused(
            name, f"spans more than {_LONGEST} periods", "look for a wrong number, or give dates"
        )
    frequency = None
    if days:
        dated, frequency = _calendar(days, name)
        periods = list(dated)
    else:
        periods = list(range(min(numbers), max(numbers) + 1))
    if len(periods) > _LONGEST:
        raise InputRefused(
            name, f"spans {len(periods)} periods (at most {_LONGEST})", "look for a wrong year"
        )
    names = tuple(sorted(counts))
    array = np.array([[counts[s].get(p, math.nan) for p in periods] for s in names])
    population = None
    if persons is not None:
        population = np.array([_filled([persons[s].get(p, math.nan) for p in periods]) for s in names])
        for series, values in zip(names, population, strict=True):
            if not (values > 0).all():
                which = f"series {series}" if series else "the series"
                raise InputRefused(name, f"{which} has a population of zero or none at all", "fill it in")
    return CountTable(
        names=names,
        labels=tuple(str(p) for p in periods),
        counts=array,
        population=population,
        dates=np.array(periods, dtype="datetime64[D]") if days else None,
        frequency=frequency,
    )


def _calendar(days: Iterable[date], name: str) -> tuple[list[date], int]:
    """All periods from the first to the last, and how many a year has."""
    ordered = sorted(days)
    first, last = ordered[0], ordered[-1]
    if (last - first).days > _LONGEST * 7:
        raise InputRefused(name, f"spans {last.year - first.year} years", "look for a wrong year")
    if len(ordered) > 1 and all(day.day == first.day for day in ordered) and first.day <= 28:
        months = (last.year - first.year) * 12 + last.month - first.month
        weekly = all((day - first).days % 7 == 0 for day in ordered)
        if not weekly:
            at = [first.year * 12 + first.month - 1 + k for k in range(months + 1)]
            return [date(k // 12, k % 12 + 1, first.day) for k in at], MONTHS
    odd = next((day for day in ordered if (day - first).days % 7), None)
    if odd is not None:
        raise InputRefused(
            name,
            f"{odd} is neither whole weeks nor whole months after {first}",
            "write the first day of each week, or each month",
        )
    return [first + timedelta(days=7 * k) for k in range((last - first).days // 7 + 1)], WEEKS


def _filled(values: list[float]) -> list[float]:
    """A population that is missing is that of the period before, or the first that is known."""
    known = next((v for v in values if not math.isnan(v)), math.nan)
    found = []
    for value in values:
        known = known if math.isnan(value) else value
        found.append(known)
    return found
