"""A user's own series: CSV with the columns date and value, and series where there are several.

In: a file (comma, semicolon or tab; UTF-8 or Windows-1252; decimal comma where the comma does not part columns).
Out: `Lines`. An empty value is a gap, as is a period without a line. Several values of one period give their median.
Messages name line and column, never what stands in a cell.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from math import isfinite
from pathlib import Path
from statistics import median

from vigie.analysis.change_series import By, Figure, Key, Lines, lines_of
from vigie.analysis.price_periods import days_of
from vigie.analysis.sheet import read_sheet
from vigie.model.errors import InputRefused

_WEEK = re.compile(r"(\d{4})-?W(\d{2})", re.IGNORECASE)
_GAPS = {"", "na", "nan", "null", "none", "-"}
_LARGEST = 1e100  # squares and their sums overflow above it
_MOST = 20_000  # periods of a series: a wrong year (0024, 20224) would ask for millions


def read_table(path: Path, *, by: By | None, indicator: str, unit: str = "") -> tuple[Lines, int]:
    """The series of a file, and how many of its values are below zero.

    Args:
        by: length of a period; None = read from the dates: most of them a week apart, a month, or more.
        indicator: what the values are; "" unknown. With one, values below zero are refused.
    Raises:
        InputRefused: for a file that is no such table, with the line and the repair.
    """
    figures: list[Figure] = []
    below = 0
    for line, name, day, cell in _cells(path):
        start, end = _days(path, line, day)
        value = _value(path, line, cell)
        if value is None:
            continue
        if value < 0:
            if indicator:
                raise InputRefused(
                    str(path),
                    f"line {line}: value below zero",
                    f"no {indicator} is; leave it empty where nothing was collected",
                )
            below += 1
        figures.append(
            Figure(key=Key(indicator=indicator, unit=unit, name=name), start=start, end=end, value=value)
        )
    if not figures:
        raise InputRefused(str(path), "no line holds a value", "give dates and values")
    chosen = by or _spacing(figures)
    first, last = min(f.start for f in figures), max(f.end for f in figures)
    if (last - first).days > _MOST * 7:
        raise InputRefused(str(path), f"dates from {first} to {last}", "correct the year that is wrong")
    return lines_of(figures, chosen, {}), below


def _cells(path: Path) -> list[tuple[int, str, str, str]]:
    """(line, series, date, value) of each line that is not empty."""
    text, delimiter = read_sheet(path)
    sheet = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found = []
    try:
        names = [name.strip().lower() for name in next(sheet, [])]
        for name in ("date", "value"):
            if names.count(name) != 1:
                raise InputRefused(
                    str(path),
                    f"{'no' if name not in names else 'more than one'} column {name}",
                    "the first line names the columns: series (if there are several), date, value",
                )
        for cells in sheet:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(names):
                raise InputRefused(
                    str(path),
                    f"line {sheet.line_num}: more cells than columns",
                    "quote cells that hold the delimiter",
                )
            row = dict(zip(names, (cell.strip() for cell in cells), strict=False))
            value = row.get("value", "")
            found.append(
                (
                    sheet.line_num,
                    row.get("series", ""),
                    row.get("date", ""),
                    value.replace(",", ".") if delimiter != "," else value,
                )
            )
    except csv.Error:
        raise InputRefused(
            str(path), f"line {sheet.line_num}: not a CSV line", "save it as CSV in UTF-8"
        ) from None
    if not found:
        raise InputRefused(str(path), "no lines below the head", "give at least one")
    return found


def _days(path: Path, line: int, text: str) -> tuple[date, date]:
    try:
        if week := _WEEK.fullmatch(text):
            monday = date.fromisocalendar(int(week[1]), int(week[2]), 1)
            return monday, monday + timedelta(days=6)
        return days_of(text.upper())
    except ValueError:
        raise InputRefused(
            str(path),
            f"line {line}: column date",
            "write 2024-03-11, 2024-W11, 2024-03 or 2024-Q1",
        ) from None


def _value(path: Path, line: int, text: str) -> float | None:
    """None for a gap."""
    text = text.replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
    if text.lower() in _GAPS:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("inf")
    if not isfinite(value):
        raise InputRefused(
            str(path),
            f"line {line}: column value is not a number",
            "leave it empty where nothing was collected",
        )
    if abs(value) > _LARGEST:
        raise InputRefused(
            str(path),
            f"line {line}: column value is above {_LARGEST:.0e}",
            "correct it, or use a larger unit",
        )
    return value


def _spacing(figures: list[Figure]) -> By:
    """From the length of what dates name, or the days between neighbours of one series."""
    length = median((figure.end - figure.start).days for figure in figures)
    days: dict[Key, list[int]] = defaultdict(list)
    for figure in figures:
        days[figure.key].append(figure.start.toordinal())
    steps = [b - a for known in days.values() for a, b in pairwise(sorted(set(known)))]
    usual = max(float(length), median(steps) if steps else 7.0)
    return "week" if usual < 21 else "month" if usual < 75 else "quarter"
