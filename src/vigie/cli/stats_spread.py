"""The verb `vigie stats spread`: shares of ways of selling, paying or using over time. For the analyst."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import typer

from vigie.cli.app import WRONG_USE
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say
from vigie.cli.stats import FORMAT, StatsFormat, emit, stats_app


class SpreadOf(str, Enum):  # noqa: UP042 - typer reads the values through str
    CHANNEL = "channel"
    DELIVERY = "delivery"
    PAYMENT = "payment"
    MARKETING = "marketing"
    ORGANISATION = "organisation"
    PRACTICE = "practice"
    POPULATION = "population"


class SpreadBy(str, Enum):  # noqa: UP042
    MONTH = "month"
    QUARTER = "quarter"


FAMILY = typer.Option(SpreadOf.CHANNEL, "--family", help="Family of the codes.")
BY = typer.Option(SpreadBy.MONTH, "--by", help="Length of a period.")
AREA = typer.Option(
    None, "--area", metavar="CODE", help="Of this area, with what lies in it: FR-69, FR-ARA, FR."
)
SUBSTANCE = typer.Option(None, "--substance", metavar="ID", help="In documents that speak of it: cocaine.")
CEILING = typer.Option(False, "--ceiling", help="Estimate the share at which a spread ends.")


@stats_app.command()
def spread(
    family: SpreadOf = FAMILY, by: SpreadBy = BY, area: str | None = AREA, substance: str | None = SUBSTANCE,
    ceiling: bool = CEILING, format: StatsFormat = FORMAT, store: Path | None = STORE,
) -> None:  # fmt: skip
    """Shares of sale channels (or another family) over time, with a logistic curve; for the analyst.

    A source counts once a period. Growth of the odds a year with its 95 % interval, doubling time, and the onset (a tenth
    of the ceiling). A code that cannot be judged says why. JSON holds the shares by period.

    \b
    Example:
      vigie stats spread
      vigie stats spread --family delivery --by quarter --format json
    """
    from vigie.analysis.spread import COLUMNS, read_spread
    from vigie.assess import assess_if_due
    from vigie.lexicon.gazetteer import place_by_code
    from vigie.lexicon.substances import taxonomy
    from vigie.store import Store

    area = area and area.upper()
    if area is not None and place_by_code(area) is None:
        raise fail(f"--area {area} is no known code (FR-69, FR-ARA, FR)", WRONG_USE)
    if substance is not None and substance not in taxonomy():
        raise fail(
            f"--substance {substance} is no known id (vigie lexicon show, docs/data-dictionary.md)", WRONG_USE
        )
    settings = existing(settings_for(store))
    with Store.open(settings.store, settings=settings) as opened:
        assess_if_due(opened)
        found = read_spread(
            opened, family=family.value, by=by.value, area=area, substance=substance, ceiling=ceiling
        )
    emit(
        COLUMNS,
        found.rows,
        format,
        about={"family": family.value, "by": by.value, "shares": list(found.shares)},
    )
    if not found.rows:
        say(f"nothing of the family {family.value} is stored")
