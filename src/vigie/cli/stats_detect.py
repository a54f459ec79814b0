"""`vigie stats detect`: unusual counts in a table, by any of the detectors."""

from __future__ import annotations

import math
import sys
from dataclasses import MISSING, Field, fields
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import typer

from vigie.cli.app import WRONG_USE
from vigie.cli.output import fail, say
from vigie.cli.stats import FORMAT, StatsFormat, emit, stats_app
from vigie.model.errors import InputRefused, SeriesError

if TYPE_CHECKING:
    from vigie.stats.alarms import Detector

FILE = typer.Argument(
    None, metavar="FILE", help="CSV: count; series, date or week, population if any. - = standard input."
)
METHOD = typer.Option(
    "farrington-flexible", "--method", metavar="ID", help="The detector; --methods lists them."
)
PARAM = typer.Option([], "--param", metavar="NAME=VALUE", help="A parameter of the method, repeatable.")
LAST = typer.Option(None, "--last", metavar="N", min=1, help="Judge only the last N periods.")
ALARMS = typer.Option(False, "--alarms", help="Print only what is above its limit.")
METHODS = typer.Option(False, "--methods", help="List the methods and their parameters, and stop.")
_LARGEST = 10**6  # of a parameter: windows in periods, limits in standard deviations
COLUMNS = ("series", "period", "observed", "expected", "upper", "alarm", "score", "verdict")


@stats_app.command()
def detect(
    file: str | None = FILE, method: str = METHOD, param: list[str] = PARAM,
    last: int | None = LAST, alarms: bool = ALARMS, methods: bool = METHODS, format: StatsFormat = FORMAT,
) -> None:  # fmt: skip
    """Find unusual counts in a table of weeks or months.

    A row for each series and period: what was observed, what was expected, the largest count that would not surprise.
    An empty count was not collected; zero is 0. The verdict says why a period was not judged.

    \b
    Example:
      vigie stats detect weekly.csv --last 8
      vigie stats detect weekly.csv --param levels=10 --param left_out=26 --param threshold=nbPlugin
      vigie stats detect - --method ears --param variant=C2 --format csv < weekly.csv
    """
    from vigie.stats.detectors import DETECTORS

    known = dict(DETECTORS)
    if methods:
        listed = [
            {"method": name, "parameter": f.name, "default": None if f.default is MISSING else str(f.default)}
            for name in known
            for f in _fields(known[name])
        ]
        emit(("method", "parameter", "default"), listed, format)
        return
    if file is None:
        raise fail("give a table: vigie stats detect FILE (or --methods)", WRONG_USE)
    if method not in known:
        raise fail(f"--method {method}: one of {', '.join(known)}", WRONG_USE)
    given = _given(param, known[method])
    from vigie.analysis.count_table import read_counts

    name = "standard input" if file == "-" else file
    table = read_counts(_text(file, name), name)
    if table.frequency is not None and "frequency" in _names(known[method]):
        given.setdefault("frequency", table.frequency)
    try:
        detector = known[method](**given)
    except TypeError as error:
        raise SeriesError(f"{method}: a parameter is of the wrong kind ({', '.join(param)})") from error
    n = table.counts.shape[1]
    at = range(max(0, n - last), n) if last else None
    found = detector.scan(table.counts, population=table.population, dates=table.dates, at=at)
    from vigie.stats.alarms import Verdict

    rows = []
    for i, series in enumerate(table.names):
        for j, time in enumerate(found.times.tolist()):
            if alarms and not found.alarm[i, j]:
                continue
            row: dict[str, object] = {"series": series or None, "period": table.labels[time]}
            for column in ("observed", "expected", "upper", "score"):
                value = float(getattr(found, column)[i, j])
                row[column] = value if math.isfinite(value) else None
            if row["expected"] is None and row["upper"] is None and found.verdict[i, j] != Verdict.GIVEN:
                row["score"] = None  # no verdict, no figure
            row["alarm"] = "yes" if found.alarm[i, j] else "no"
            row["verdict"] = Verdict(int(found.verdict[i, j])).name.lower()
            rows.append(row)
    if not rows:
        say("no period is above its limit" if alarms else "no period to judge")
    emit(COLUMNS, rows, format, about={"method": found.method, "parameters": given})


def _text(file: str, name: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except IsADirectoryError as error:
        raise InputRefused(name, "is a folder", "give one CSV file") from error
    if data[:4] == b"PK\x03\x04":
        raise InputRefused(name, "is a spreadsheet", "save it as CSV")
    from vigie.analysis.sheet import sheet_text

    return sheet_text(data)[0]


def _fields(detector: type[Detector]) -> list[Field[Any]]:
    return [f for f in fields(detector) if f.init]  # type: ignore[arg-type]


def _names(detector: type[Detector]) -> list[str]:
    return [f.name for f in _fields(detector)]


def _given(param: list[str], detector: type[Detector]) -> dict[str, Any]:
    """Parameters as typed: numbers, true and false are read as such, and none where the default is none."""
    found: dict[str, Any] = {}
    kinds = get_type_hints(detector)
    optional = {f.name for f in _fields(detector) if f.default is None}
    for text in param:
        name, sign, value = text.partition("=")
        if not sign or name not in _names(detector):
            raise fail(f"--param {text}: NAME=VALUE with one of {', '.join(_names(detector))}", WRONG_USE)
        value = value.strip()
        found[name] = None if value.lower() == "none" and name in optional else _value(value)
        _check(text, found[name], kinds[name])
    return found


def _check(text: str, value: object, kind: Any) -> None:
    """A value that is no whole number, number or yes/no where its detector needs one would only fail deep inside."""
    if value is None:
        return
    allowed = set(get_args(kind)) or {kind}
    if allowed <= {int, NoneType}:
        if type(value) is not int or abs(value) > _LARGEST:
            raise fail(f"--param {text}: a whole number, at most {_LARGEST}", WRONG_USE)
    elif allowed <= {bool}:
        if type(value) is not bool:
            raise fail(f"--param {text}: true or false", WRONG_USE)
    elif allowed & {float} and (
        not isinstance(value, (int, float)) or isinstance(value, bool) or not abs(value) <= _LARGEST
    ):
        raise fail(f"--param {text}: a number, at most {_LARGEST}", WRONG_USE)


def _value(text: str) -> object:
    words = {"true": True, "false": False, "yes": True, "no": False}
    if text.lower() in words:
        return words[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
