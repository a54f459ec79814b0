"""The verbs `vigie stats`: what they share. Each analysis registers its own verb in a module beside this one."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from enum import Enum

import typer

from vigie.cli.app import app
from vigie.cli.output import table, terminal_width, write
from vigie.text.formulas import defused

stats_app = typer.Typer(
    help="Analyses of what the store or a table of figures holds; for the analyst.\n\nExample: vigie stats price-index",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(stats_app, name="stats")


class StatsFormat(str, Enum):  # noqa: UP042 - typer reads the values through str
    """How analyses print."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


FORMAT = typer.Option(StatsFormat.TABLE, "--format", help="How to print.")


def emit(
    columns: Sequence[str],
    rows: Sequence[Mapping[str, object]],
    format: StatsFormat,
    *,
    about: Mapping[str, object] | None = None,
) -> None:
    """Print rows: aligned, as CSV, or as one JSON object {**about, "rows": [...]}. None is empty, null in JSON."""
    if format is StatsFormat.JSON:
        found = {**(about or {}), "rows": [{name: row.get(name) for name in columns} for row in rows]}
        write(json.dumps(found, ensure_ascii=False, allow_nan=False) + "\n")
    elif format is StatsFormat.CSV:
        sheet = io.StringIO()
        writer = csv.writer(sheet, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([[_cell(row.get(name)) for name in columns] for row in rows])
        write(sheet.getvalue())
    else:
        write(table(columns, [[row.get(name) for name in columns] for row in rows], width=terminal_width()))


def _cell(value: object) -> object:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front, as in `vigie export`."""
    if value is None:
        return ""
    return defused(value) if isinstance(value, str) else value
