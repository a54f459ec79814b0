"""The verb `vigie stats price-index`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vigie.cli.app import WRONG_USE
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say
from vigie.cli.stats import FORMAT, StatsFormat, emit, stats_app

if TYPE_CHECKING:
    from vigie.analysis.prices import PriceTable


class PriceBy(str, Enum):  # noqa: UP042 - typer reads the values through str
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class PriceLevel(str, Enum):  # noqa: UP042
    COUNTRY = "country"
    REGION = "region"
    DEPARTMENT = "department"


class PriceKind(str, Enum):  # noqa: UP042
    TRANSACTED = "transacted"
    VALUATION = "valuation"


class PriceMethod(str, Enum):  # noqa: UP042
    HEDONIC = "hedonic"
    MEDIAN = "median"
    EUDA = "euda"


SUBSTANCE = typer.Option(
    None, "--substance", metavar="ID", help="With its kinds, each by itself; repeat for several."
)
AREA = typer.Option(
    None, "--area", metavar="CODE", help="Show this area and what lies in it; repeat for several."
)
BY = typer.Option(PriceBy.QUARTER, "--by", help="Length of a period.")
LEVEL = typer.Option(PriceLevel.COUNTRY, "--level", help="What an area is.")
KIND = typer.Option(
    PriceKind.TRANSACTED, "--kind", help="Prices paid or asked, or what the police say a seizure is worth."
)
BASE = typer.Option(
    None, "--base", metavar="PERIOD", help="Period that is 100 (default: of each area its first)."
)
DEFLATOR = typer.Option(
    None, "--deflator", metavar="FILE", help="CSV period,index[,area]: prices in euros of the base."
)
ADJUSTED = typer.Option(
    False, "--purity-adjusted", help="Price of a pure gram, from figures with a known purity only."
)
MEAN = typer.Option(False, "--mean", help="Mean price (smearing) instead of the median; hedonic only.")
METHOD = typer.Option(PriceMethod.HEDONIC, "--method", help="How it is worked out.")
POPULATION = typer.Option(
    None, "--population", metavar="FILE", help="CSV area,population[,period]: weights for euda."
)
INPUT = typer.Option(None, "--input", metavar="FILE", help="CSV of your own prices instead of the store.")


@stats_app.command("price-index")
def price_index(
    substance: list[str] | None = SUBSTANCE,
    area: list[str] | None = AREA,
    by: PriceBy = BY,
    level: PriceLevel = LEVEL,
    kind: PriceKind = KIND,
    base: str | None = BASE,
    deflator: Path | None = DEFLATOR,
    purity_adjusted: bool = ADJUSTED,
    mean: bool = MEAN,
    method: PriceMethod = METHOD,
    population: Path | None = POPULATION,
    input: Path | None = INPUT,
    format: StatsFormat = FORMAT,
    store: Path | None = STORE,
) -> None:
    """Price of a standard quantity by substance, area and period, with 95 % intervals; for the analyst.

    Only what is affirmed counts, each document once. One gram (or one piece) is priced, all else held constant: quantity,
    form, kind of source, channel, place. Thin areas are drawn to their like, and say so (pooled). JSON holds the bulk
    discount, what was left out and why.

    \b
    A file for --input has the columns date and price (EUR for one unit) or paid (for all of quantity), and if known
    substance, unit, quantity, area, source, source_kind, form, channel, purity (percent), kind (retail, wholesale, valuation).

    \b
    Example:
      vigie stats price-index --substance cocaine --by quarter --level region
      vigie stats price-index --input prices.csv --by year --method euda --population persons.csv
    """
    if (method is PriceMethod.EUDA) != (population is not None):
        raise fail("--method euda and --population FILE go together", WRONG_USE)
    if mean and method is not PriceMethod.HEDONIC:
        raise fail("--mean is for --method hedonic", WRONG_USE)
    if input is not None and store is not None:
        raise fail("--input and --store contradict each other", WRONG_USE)
    from vigie.analysis.price_files import read_deflator, read_population
    from vigie.analysis.price_index import COLUMNS, Asked, price_indices
    from vigie.analysis.price_periods import days_of, label_of
    from vigie.model.errors import SettingsError

    base = base.strip().upper() if base else None
    if base is not None:
        try:
            known = label_of(*days_of(base), by.value)
        except ValueError:
            known = None
        if known != base:
            raise fail(f"--base {base} is no {by.value} (write 2024, 2024-Q1 or 2024-03)", WRONG_USE)
    asked = Asked(
        by=by.value, level=level.value, method=method.value, areas=tuple(_areas(area or [], level, input)), base=base,
        purity_adjusted=purity_adjusted, mean=mean, deflator=read_deflator(deflator) if deflator else None,
        population=read_population(population) if population else {},
    )  # fmt: skip
    table = _table(substance or [], kind, input, store)
    try:
        found = price_indices(table, asked)
    except SettingsError as error:
        raise fail(str(error), WRONG_USE) from None
    emit(COLUMNS, found.rows, format, about=found.about)
    left = found.about["left_out"]
    assert isinstance(left, dict)
    if left:
        say("left out: " + ", ".join(f"{reason} {count}" for reason, count in left.items()))
    if base and found.rows and all(row.get("index") is None for row in found.rows):
        say(f"no index: no area has a price in {base}, its base")
    if not found.rows:
        say("no row to show (vigie stats price-index --help says what counts)")


def _areas(codes: list[str], level: PriceLevel, input: Path | None) -> list[str]:
    """Codes of areas that hold an area of the level, or are one."""
    from vigie.analysis.price_index import holds
    from vigie.lexicon.gazetteer import gazetteer

    found = []
    for code in codes:
        entry = gazetteer().by_code(code.upper())
        if entry is None and input is None:
            raise fail(f"--area {code} is no known code (FR-69, FR-ARA, FR)", WRONG_USE)
        if entry is not None and not holds(entry, level.value):
            raise fail(
                f"--area {code} is smaller than a {level.value} (add --level department or region)", WRONG_USE
            )
        found.append(entry.code if entry and entry.code else code)
    return found


def _table(substances: list[str], kind: PriceKind, input: Path | None, store: Path | None) -> PriceTable:
    """The figures, of the file or of the store."""
    from dataclasses import replace

    from vigie.analysis.price_files import read_price_file
    from vigie.analysis.prices import read_prices
    from vigie.lexicon.substances import ancestors, taxonomy

    known = taxonomy()
    wanted = {entry for entry in known if ancestors(entry) & set(substances)}
    unknown = [name for name in substances if name not in known]
    if input is not None:
        table = read_price_file(input, kind=kind.value)
        if not substances:
            return table
        wanted |= set(unknown)
        return replace(table, prices=tuple(p for p in table.prices if p.substance in wanted))
    if unknown:
        raise fail(
            f"--substance {unknown[0]} is no known id (vigie lexicon show, docs/data-dictionary.md)",
            WRONG_USE,
        )
    if kinds := sorted(wanted - set(substances)):
        say(
            f"kinds of it are shown too, each by itself, never mixed: {', '.join(kinds[:8])}{'…' if len(kinds) > 8 else ''}"
        )
    from vigie.assess import assess_if_due
    from vigie.store import Store

    settings = existing(settings_for(store))
    with Store.open(settings.store, settings=settings) as opened:
        assess_if_due(opened)
        return read_prices(opened, kind=kind.value, substances=sorted(wanted))
