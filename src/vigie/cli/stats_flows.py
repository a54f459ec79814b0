"""The verbs `vigie stats flows` and `vigie stats together`: routes and their change; substances and practices said together."""

from __future__ import annotations

import math
from datetime import date, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import typer

from vigie.cli.app import WRONG_USE
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say
from vigie.cli.stats import FORMAT, StatsFormat, emit, stats_app


class RouteLevel(str, Enum):  # noqa: UP042 - typer reads the values through str
    """The ends of routes."""

    DEPARTMENT = "department"
    REGION = "region"
    COUNTRY = "country"


class HeldBy(str, Enum):  # noqa: UP042
    """What holds two things together."""

    DOCUMENT = "document"
    SOURCE_MONTH = "source-month"


class Family(str, Enum):  # noqa: UP042
    """What stands with a substance."""

    CHANNEL = "channel"
    DELIVERY = "delivery"
    PAYMENT = "payment"
    MARKETING = "marketing"
    ORGANISATION = "organisation"
    PRACTICE = "practice"
    POPULATION = "population"
    SUBSTANCE = "substance"


SINCE = typer.Option(
    None, "--since", metavar="DATE", help="First day of the period (default: a year before its end)."
)
UNTIL = typer.Option(None, "--until", metavar="DATE", help="Last day (default: that of the last document).")
FROM = typer.Option(None, "--since", metavar="DATE", help="First day (default: all).")
TO = typer.Option(None, "--until", metavar="DATE", help="Last day (default: all).")
LEVEL = typer.Option(RouteLevel.COUNTRY, "--level", help="Ends of routes, at the finest.")
BY_SUBSTANCE = typer.Option(False, "--by-substance", help="Each substance by itself.")
LEAST = typer.Option(1, "--least", min=1, help="Independent sources that a row needs in one of its periods.")
FAMILIES = typer.Option([Family.PRACTICE], "--with", help="What stands with a substance (repeatable).")
UNIT = typer.Option(HeldBy.DOCUMENT, "--unit", help="Together in one document, or in one source's month.")
SOURCES = typer.Option(3, "--least", min=1, help="Independent sources that a pair needs.")
FLOW_COLUMNS = (
    *("origin", "origin_name", "destination", "destination_name", "substance", "now", "before", "sources"),
    *("sources_before", "ratio", "low", "high", "p"),
)
PAIR_COLUMNS = (
    *("substance", "with", "units", "expected", "ratio", "with_substance", "with_other", "sources", "g", "p"),
)


@stats_app.command()
def flows(
    since: str | None = SINCE,
    until: str | None = UNTIL,
    level: RouteLevel = LEVEL,
    by_substance: bool = BY_SUBSTANCE,
    least: int = LEAST,
    store: Path | None = STORE,
    format: StatsFormat = FORMAT,
) -> None:
    """Routes from origin to destination, against the period before.

    Counts are months of independent sources that report a route; the ratio of rates has its exact 95 % interval, p is
    adjusted for all routes. Rows are in order of names. For the analyst.

    \b
    Example:
      vigie stats flows --since 2026-01-01 --until 2026-06-30
      vigie stats flows --by-substance --level region --format csv
    """
    first, last = _day("--since", since), _day("--until", until)
    settings = existing(settings_for(store))
    from vigie.analysis.flows import read_flows
    from vigie.assess import assess_if_due
    from vigie.store import Store

    with Store.open(settings.store, settings=settings) as opened:
        assess_if_due(opened)
        if last is None:
            (last,) = opened.column(
                "SELECT max(least(published_end, $1)) FROM documents WHERE NOT satire AND original_id IS NULL AND published_start <= $1",
                [date.today()],
            )
        if last is None:
            raise fail("no dated document in the store", 1)
        start = first or last - timedelta(days=364)
        if start > last:
            raise fail("--since lies after --until", WRONG_USE)
        found = read_flows(opened, since=start, until=last, level=level.value, by_substance=by_substance)
    shown = [r for r in found.routes if max(r.sources, r.sources_before) >= least]
    rows = [
        {
            **{name: getattr(r, name) for name in FLOW_COLUMNS[:9]},
            **{name: _rounded(getattr(r, name)) for name in FLOW_COLUMNS[9:]},
        }
        for r in shown
    ]
    about: dict[str, Any] = {
        name: getattr(found, name).isoformat() for name in ("since", "until", "since_before", "until_before")
    }
    about |= {
        "source_months": found.exposure,
        "source_months_before": found.exposure_before,
        "left_out": dict(found.left_out),
    }
    emit(FLOW_COLUMNS, rows, format, about=about)
    left = ", ".join(f"{reason} {count}" for reason, count in found.left_out.items()) or "none"
    say(
        f"{found.since} to {found.until} ({found.exposure} source-months) against {found.since_before} to "
        f"{found.until_before} ({found.exposure_before}); {len(shown)} of {len(found.routes)} routes; left out: {left}"
    )


@stats_app.command()
def together(
    since: str | None = FROM,
    until: str | None = TO,
    with_: list[Family] = FAMILIES,
    unit: HeldBy = UNIT,
    least: int = SOURCES,
    store: Path | None = STORE,
    format: StatsFormat = FORMAT,
) -> None:
    """Substances and practices that are reported together more than by chance.

    Observed over expected, log-likelihood ratio, and Fisher's exact test adjusted for all pairs; the least likely by
    chance first. For the analyst.

    \b
    Example:
      vigie stats together
      vigie stats together --with substance --with channel --unit source-month
    """
    first, last = _day("--since", since), _day("--until", until)
    if first and last and first > last:
        raise fail("--since lies after --until", WRONG_USE)
    settings = existing(settings_for(store))
    from vigie.analysis.together import read_together
    from vigie.assess import assess_if_due
    from vigie.store import Store

    with Store.open(settings.store, settings=settings) as opened:
        assess_if_due(opened)
        families = [family.value for family in with_]
        found = read_together(opened, since=first, until=last, families=families, unit=unit.value)
    shown = [pair for pair in found.pairs if pair.sources >= least]
    rows = [
        {
            "substance": pair.substance,
            "with": pair.other,
            "units": pair.units,
            "expected": _rounded(pair.expected),
            "ratio": _rounded(pair.ratio),
            "with_substance": pair.with_substance,
            "with_other": pair.with_other,
            "sources": pair.sources,
            "g": _rounded(pair.g),
            "p": _rounded(pair.p),
        }
        for pair in shown
    ]
    emit(PAIR_COLUMNS, rows, format, about={"unit": found.unit, "units": found.units, "tests": found.tests})
    say(
        f"{found.units} units ({found.unit}), {found.tests} pairs tested, {len(found.pairs)} seen, {len(shown)} shown"
    )


def _day(option: str, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise fail(f"{option} {value!r} is no day (2026-01-31)", WRONG_USE) from None


def _rounded(value: float | None) -> float | str | None:
    """Four figures; infinity as a word, since JSON has none."""
    if value is None or math.isinf(value):
        return None if value is None else "inf"
    return float(f"{value:.4g}")
