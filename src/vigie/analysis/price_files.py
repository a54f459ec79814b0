"""Tables that a user brings: prices of their own, a deflator, populations.

In: CSV files (comma, semicolon or tab; UTF-8 or Windows-1252; decimal comma where the comma does not part columns).
Out: `PriceTable`, `Deflator`, populations. A file with one wrong cell is refused whole, with line, column and repair.
Left out: XLSX. Messages name the column and the line, never what stands in a cell.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite
from pathlib import Path

from vigie.analysis.price_periods import days_of, figure_at
from vigie.analysis.prices import NONE, Kind, Price, PriceTable
from vigie.analysis.sheet import read_sheet
from vigie.lexicon.gazetteer import gazetteer
from vigie.model.errors import InputRefused

PRICE_COLUMNS = (
    "price", "paid", "date", "substance", "unit", "quantity", "area", "source", "source_kind", "form", "channel", "purity", "kind",
)  # fmt: skip
_KINDS: dict[str, tuple[Kind, bool]] = {
    "": ("transacted", True), "retail": ("transacted", True), "transacted": ("transacted", True),
    "wholesale": ("transacted", False), "valuation": ("valuation", False), "seizure-valuation": ("valuation", False),
}  # fmt: skip


def read_price_file(path: Path, *, kind: Kind = "transacted") -> PriceTable:
    """Prices of a file.

    Columns: `date` (2024, 2024-Q1, 2024-03 or a day) and `price` (EUR for one unit) or `paid` (EUR for all of `quantity`);
    and if they are known `substance`, `unit` (g), `quantity` (1, in units), `area` (a code of Vigie, or any label of yours;
    without that column all is one area, "all"), `source` (who said it), `source_kind`, `form`, `channel`, `purity` (percent),
    `kind` (retail, wholesale, valuation).
    Raises:
        InputRefused: for a file that is no such table.
    """
    left: Counter[str] = Counter()
    found: list[Price] = []
    for line, row in _rows(path, ("date",), ("price", "paid"), PRICE_COLUMNS):
        price, paid = _number(path, line, "price", row), _number(path, line, "paid", row)
        quantity = _number(path, line, "quantity", row)
        purity = _number(path, line, "purity", row)
        if purity is not None and purity > 100:
            raise InputRefused(str(path), f"line {line}: purity above 100", "give percent")
        said = row.get("kind", "").lower()
        if said not in _KINDS:
            raise InputRefused(
                str(path), f"line {line}: column kind", f"write one of {', '.join(k for k in _KINDS if k)}"
            )
        of_kind, unadjusted = _KINDS[said]
        if of_kind != kind:
            left["of the other kind"] += 1
            continue
        amount = 1.0 if quantity is None else quantity
        eur = price if price is not None else paid / amount if paid is not None else None
        if eur is None:
            left["without a price"] += 1
            continue
        start, end = _days(path, line, "date", row)
        place, department, region, country = _area(row.get("area", "all"))
        found.append(
            Price(
                substance=row.get("substance", "") or "all", kind=kind, unadjusted=unadjusted, eur=eur,
                unit=row.get("unit", "") or "g", quantity=amount, start=start, end=end, place=place, department=department,
                region=region, country=country, source=row.get("source", "").lower(), source_kind=row.get("source_kind", "") or NONE,
                form=row.get("form", "") or NONE, channel=row.get("channel", "") or NONE, purity=purity,
            )
        )  # fmt: skip
    return PriceTable(prices=tuple(found), left_out=dict(sorted(left.items())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deflator:
    """A price index by area ("" = everywhere) and period."""

    name: str
    tables: Mapping[str, Mapping[str, float]]

    def factor(self, area: str, period: str, base: str) -> float:
        """What a price of the period is multiplied with to stand in euros of the base.

        Raises:
            InputRefused: if the table has no figure for one of them.
        """
        table = self.tables.get(area) or self.tables.get(area.split("-")[0]) or self.tables.get("")
        found = [figure_at(table, label) if table else None for label in (base, period)]
        for label, figure in zip((base, period), found, strict=True):
            if figure is None:
                raise InputRefused(
                    self.name, f"no figure for {label}" + (f" of {area}" if area else ""), "add a line to it"
                )
        assert found[0] is not None and found[1] is not None
        return found[0] / found[1]


def read_deflator(path: Path) -> Deflator:
    """Columns `period`, `index` and, for indices of countries, `area`. Raises InputRefused for a file that is no such table."""
    tables: dict[str, dict[str, float]] = {}
    for line, row in _rows(path, ("period", "index"), (), ("period", "index", "area")):
        index = _number(path, line, "index", row)
        if index is None:
            raise InputRefused(str(path), f"line {line}: no index", "fill it or remove the line")
        _days(path, line, "period", row)
        table, period = tables.setdefault(row.get("area", "").upper(), {}), row["period"].upper()
        if period in table:
            raise InputRefused(str(path), f"line {line}: that period stands twice", "keep one of them")
        table[period] = index
    return Deflator(name=str(path), tables=tables)


def read_population(path: Path) -> dict[str, dict[str, float]]:
    """area -> period ("" = always) -> persons. Columns `area`, `population` and, if it varies, `period`."""
    found: dict[str, dict[str, float]] = {}
    for line, row in _rows(path, ("area", "population"), (), ("area", "population", "period")):
        persons = _number(path, line, "population", row)
        if persons is None or not row["area"]:
            raise InputRefused(
                str(path), f"line {line}: no area or no population", "fill it or remove the line"
            )
        period = row.get("period", "").upper()
        if period:
            _days(path, line, "period", row)
        if period in found.setdefault(row["area"].upper(), {}):
            raise InputRefused(
                str(path), f"line {line}: that area stands twice", "keep one line (or give periods)"
            )
        found[row["area"].upper()][period] = persons
    return found


def _rows(
    path: Path, needed: tuple[str, ...], one_of: tuple[str, ...], known: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, cells by column) of a table whose head has the columns needed; other columns are not looked at."""
    text, delimiter = read_sheet(path)
    sheet = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [name.strip().lower() for name in next(sheet, [])]
        missing = [name for name in needed if name not in names]
        if one_of and not set(one_of) & set(names):
            missing.append(" or ".join(one_of))
        if missing:
            raise InputRefused(
                str(path),
                f"no column {', '.join(missing)}",
                f"the first line names the columns: {', '.join(known)}",
            )
        if twice := sorted({name for name in names if name in known and names.count(name) > 1}):
            raise InputRefused(str(path), f"column {', '.join(twice)} stands twice", "keep one")
        count = 0
        for cells in sheet:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(names):
                raise InputRefused(
                    str(path),
                    f"line {sheet.line_num}: more cells than columns",
                    "quote cells that hold the delimiter",
                )
            count += 1
            row = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name in known}
            if delimiter != ",":
                row |= {name: row[name].replace(",", ".") for name in _NUMBERS & row.keys()}
            yield (
                sheet.line_num,
                {name: row.get(name, "") for name in (set(names) & set(known)) | set(needed)},
            )
    except csv.Error as error:
        raise InputRefused(
            str(path), f"line {sheet.line_num}: not a CSV line", "save it as CSV in UTF-8"
        ) from error
    if not count:
        raise InputRefused(str(path), "no lines below the head", "give at least one")


_NUMBERS = {"price", "paid", "quantity", "purity", "index", "population"}


def _number(path: Path, line: int, column: str, row: Mapping[str, str]) -> float | None:
    """None for an empty cell; anything else that is no number above zero is refused."""
    text = row.get(column, "").replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise InputRefused(
            str(path), f"line {line}: column {column} is not a number", "leave it empty where it is unknown"
        ) from None
    if not isfinite(value) or value <= 0:
        raise InputRefused(
            str(path), f"line {line}: column {column} is not above zero", "leave it empty where it is unknown"
        )
    return value


def _days(path: Path, line: int, column: str, row: Mapping[str, str]) -> tuple[date, date]:
    try:
        return days_of(row[column])
    except ValueError:
        raise InputRefused(
            str(path), f"line {line}: column {column}", "write 2024, 2024-Q1, 2024-03 or 2024-03-11"
        ) from None


def _area(code: str) -> tuple[str, str, str, str]:
    """(code, department, region, country); a label that is no code of Vigie is an area of its own at every level."""
    entry = gazetteer().by_code(code.upper()) if code else None
    if entry is None or entry.code is None:
        return code, "", "", ""
    of = {entry.level: entry.code}
    return (
        entry.code, entry.department or of.get("department", ""), entry.region or of.get("region", ""),
        entry.country or of.get("country", ""),
    )  # fmt: skip
