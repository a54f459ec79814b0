"""The verb `vigie stats overview`: what a store holds, at once whatever its size. For the analyst."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vigie.cli.app import WRONG_USE
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say
from vigie.cli.stats import FORMAT, StatsFormat, emit, stats_app

if TYPE_CHECKING:
    from vigie.store import Store
    from vigie.store.overview import Chosen, Level

COLUMNS = (
    "part",
    "name",
    "statements",
    "aside",
    "sources",
    "documents",
    "median",
    "q1",
    "q3",
    "unit",
    "first",
    "last",
)
LEVELS = ("department", "region", "country")


class OverviewLevel(str, Enum):  # noqa: UP042 - typer reads the values through str
    DEPARTMENT = "department"
    REGION = "region"
    COUNTRY = "country"


SUBSTANCE = typer.Option(None, "--substance", metavar="ID", help="Of this substance: cocaine.")
AREA = typer.Option(
    None, "--area", metavar="CODE", help="Of this area, with what lies in it: FR-69, FR-ARA, FR."
)
PERIOD = typer.Option(
    None, "--period", metavar="PERIOD", help="What speaks of a time inside it: 2026, 2026-Q1, 2026-03."
)
LEVEL = typer.Option(OverviewLevel.DEPARTMENT, "--level", help="Areas that are told apart.")
TOP = typer.Option(
    10,
    "--top",
    min=0,
    metavar="N",
    help="Lines of each part, most stated first (weeks: the last); 0 for all.",
)


@stats_app.command()
def overview(
    substance: str | None = SUBSTANCE, area: str | None = AREA, period: str | None = PERIOD, level: OverviewLevel = LEVEL,
    top: int = TOP, format: StatsFormat = FORMAT, store: Path | None = STORE,
) -> None:  # fmt: skip
    """Statements by substance, area and week, medians of prices, documents by source; for the analyst.

    Answers from sums that every writing keeps up to date, so that a store of any size answers at once. A statement counts once a
    document; a source is a publisher, and a copy speaks for its original. Prices are euros for one unit, by country where no area is named.

    \b
    Example:
      vigie stats overview
      vigie stats overview --substance cocaine --area FR-ARA --period 2026-Q1 --format json
    """
    from vigie.assess import assess_if_due
    from vigie.lexicon.gazetteer import place_by_code
    from vigie.lexicon.substances import taxonomy
    from vigie.model.errors import SettingsError
    from vigie.report.period import parse_period
    from vigie.store import Store
    from vigie.store.overview import Chosen

    area = area and area.upper()
    place = place_by_code(area) if area else None
    if area is not None and (place is None or place.level not in LEVELS):
        raise fail(f"--area {area} is no department, region or country (FR-69, FR-ARA, FR)", WRONG_USE)
    if substance is not None and substance not in taxonomy():
        raise fail(
            f"--substance {substance} is no known id (vigie lexicon show, docs/data-dictionary.md)", WRONG_USE
        )
    try:
        asked = parse_period(period, ()).label if period else None
    except SettingsError as error:
        raise fail(f"--period: {error}", WRONG_USE) from None
    settings = existing(settings_for(store))
    with Store.open(settings.store, settings=settings) as opened:
        assess_if_due(opened)
        rows = overview_rows(
            opened, Chosen(substance=substance, area=area, period=asked or None), level.value, top
        )
    emit(COLUMNS, rows, format, about={"substance": substance, "area": area, "period": asked or None})
    if not rows[0]["statements"]:
        say("nothing of what is chosen is stored")


def overview_rows(store: Store, chosen: Chosen, level: Level, top: int) -> list[Mapping[str, object]]:
    """Lines of the overview, in parts: total, new, substance, area, week, price, source."""
    from vigie.store import overview as of

    most = top or None
    totals = of.totals(store, chosen)
    rows: list[Mapping[str, object]] = [
        {"part": "total", "name": "", "statements": totals.statements, "aside": totals.aside, "sources": totals.sources,
         "documents": totals.documents, "first": _day(totals.first), "last": _day(totals.last)},
        {"part": "new", "name": f"{of.NEW_DAYS} days", "statements": totals.new_statements, "documents": totals.new_documents},
    ]  # fmt: skip
    parts = [("substance", of.by_substance(store, chosen)[:most])] if chosen.substance is None else []
    for part, listed in (*parts, (level, of.by_area(store, chosen, level)[:most])):
        rows += [
            {
                "part": part,
                "name": line.name,
                "statements": line.statements,
                "aside": line.aside,
                "sources": line.sources,
            }
            for line in listed
        ]
    rows += [
        {
            "part": "week",
            "name": week.monday.isoformat(),
            "statements": week.statements,
            "aside": week.aside,
            "documents": week.documents,
        }
        for week in of.by_week(store, chosen)[-top:]
    ]
    rows += [
        {
            "part": "price", "name": " ".join(n for n in (p.substance, p.kind, p.country) if n), "statements": p.n, "median": p.median,
            "q1": p.q1, "q3": p.q3, "unit": f"EUR/{p.unit}",
        }
        for p in of.prices(store, chosen, most=most)
    ]  # fmt: skip
    rows += [
        {
            "part": "source",
            "name": s.name,
            "documents": s.documents,
            "first": _day(s.first),
            "last": _day(s.last),
        }
        for s in of.sources(store)[:most]
    ]
    return rows


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
