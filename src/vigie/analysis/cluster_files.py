"""Tables of cases that a user brings, for a scan.

In: a CSV file (comma, semicolon or tab; UTF-8 or Windows-1252; decimal comma where the comma does not part columns).
Out: `CaseMap`. A file with one wrong cell is refused whole, with line, column and repair.
Messages name the column and the line, never what stands in a cell.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite
from pathlib import Path

import numpy as np

from vigie.analysis.cluster_periods import By, Calendar
from vigie.analysis.sheet import read_sheet
from vigie.model.errors import InputRefused
from vigie.stats.arrays import FloatArray

COLUMNS = ("place", "name", "lat", "lon", "x", "y", "date", "cases", "population", "controls")
# More persons than there are; and each case is drawn anew in each replicate, so that more would take hours.
_MOST = {"cases": 10**7, "controls": 10**11, "population": 10**11}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseMap:
    """Cases by place and period.

    Attributes:
        codes, names: shape (n_places,).
        coordinates: shape (n_places, 2): latitude, longitude with `sphere`, else x, y.
        cases: shape (n_places, n_periods).
        population: shape (n_places,), or None. `controls`: shape of `cases`, or None.
        calendar: the periods; None for a table without dates.
        left_out: facts that are not counted, by reason.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    coordinates: FloatArray
    sphere: bool
    cases: FloatArray
    population: FloatArray | None
    controls: FloatArray | None
    calendar: Calendar | None
    left_out: Mapping[str, int]


def read_case_file(path: Path, *, by: By) -> CaseMap:
    """Cases of a file.

    Columns: `place` (a code or a label), `lat` and `lon` in degrees or `x` and `y`; and if known `date` (2026-03-11, or
    2026-03 with months), `cases` (1 where there is no such column: one line is one case), `name`, `population` (one for
    each place), `controls` (persons who are no case, by place and date). Lines of one place and date are added up.
    Raises:
        InputRefused: for a file that is no such table.
    """
    rows = list(_rows(path))
    columns = set(rows[0][1])
    sphere = {"lat", "lon"} <= columns
    across = ("lat", "lon") if sphere else ("x", "y")
    for needed in ("place", *across):
        if needed not in columns:
            raise InputRefused(
                str(path), f"no column {needed}", f"the first line names: {', '.join(COLUMNS)}"
            )
    places: dict[str, int] = {}
    names: list[str] = []
    points: list[tuple[float, float]] = []
    people: list[float] = []
    found: list[tuple[int, date | None, float, float]] = []
    for line, row in rows:
        code = row["place"]
        if not code:
            raise InputRefused(str(path), f"line {line}: no place", "fill it or remove the line")
        point = (_number(path, line, across[0], row), _number(path, line, across[1], row))
        persons = _number(path, line, "population", row) if "population" in columns else 0.0
        place = places.setdefault(code, len(places))
        if place == len(points):
            points.append(point)
            people.append(persons)
            names.append(row.get("name", "") or code)
        elif points[place] != point or people[place] != persons:
            raise InputRefused(
                str(path),
                f"line {line}: other coordinates or another population than the place had before",
                "give each place one of each",
            )
        when = _day(path, line, row["date"], by) if "date" in columns else None
        cases = _number(path, line, "cases", row) if "cases" in columns else 1.0
        controls = _number(path, line, "controls", row) if "controls" in columns else 0.0
        for column, value in (("cases", cases), ("controls", controls), ("population", persons)):
            if value < 0:
                raise InputRefused(str(path), f"line {line}: column {column} is negative", "correct it")
            if value > _MOST[column]:
                raise InputRefused(
                    str(path), f"line {line}: column {column} is above {_MOST[column]:,}", "correct it"
                )
        found.append((place, when, cases, controls))
    days = [when for _, when, _, _ in found if when is not None]
    calendar = Calendar.of(min(days), max(days), by) if days else None
    shape = (len(places), len(calendar) if calendar else 1)
    counts, free = np.zeros(shape), np.zeros(shape)
    for place, when, cases, controls in found:
        at = calendar.position(when) if calendar and when else 0
        counts[place, at] += cases
        free[place, at] += controls
    return CaseMap(
        codes=tuple(places),
        names=tuple(names),
        coordinates=np.array(points),
        sphere=sphere,
        cases=counts,
        population=np.array(people) if "population" in columns else None,
        controls=free if "controls" in columns else None,
        calendar=calendar,
        left_out={},
    )


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, cells by column); columns that are not known are not looked at."""
    text, delimiter = read_sheet(path)
    sheet = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    any_line = False
    try:
        names = [name.strip().lower() for name in next(sheet, [])]
        known = [name for name in names if name in COLUMNS]
        if len(set(known)) < len(known):
            raise InputRefused(str(path), "a column stands twice", "keep one")
        for cells in sheet:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(names):
                raise InputRefused(
                    str(path),
                    f"line {sheet.line_num}: {len(cells)} cells, {len(names)} columns",
                    "complete it, or quote cells that hold the delimiter",
                )
            any_line = True
            row = {name: cell.strip() for name, cell in zip(names, cells, strict=True) if name in COLUMNS}
            if delimiter != ",":
                row |= {name: row[name].replace(",", ".") for name in row.keys() - {"place", "name", "date"}}
            yield sheet.line_num, row
    except csv.Error as error:
        raise InputRefused(
            str(path), f"line {sheet.line_num}: not a CSV line", "save it as CSV in UTF-8"
        ) from error
    if not any_line:
        raise InputRefused(str(path), "no lines below the head", f"columns: {', '.join(COLUMNS)}")


def _number(path: Path, line: int, column: str, row: Mapping[str, str]) -> float:
    text = row.get(column, "").replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise InputRefused(
            str(path), f"line {line}: column {column} is not a number", "fill it or remove the line"
        )
    return value


def _day(path: Path, line: int, text: str, by: By) -> date:
    try:
        return date.fromisoformat(text + "-01" if by == "month" and len(text) == 7 else text)
    except ValueError:
        wanted = "write 2026-03-11" + (" or 2026-03" if by == "month" else " (or --by month)")
        raise InputRefused(str(path), f"line {line}: column date", wanted) from None
