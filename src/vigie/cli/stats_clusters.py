"""The verb `vigie stats clusters`."""

from __future__ import annotations

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
    from vigie.analysis.cluster_files import CaseMap
    from vigie.analysis.clusters import Asked
    from vigie.stats.scan_likelihood import Model


class ScanModel(str, Enum):  # noqa: UP042 - typer reads the values through str
    POISSON = "poisson"
    BERNOULLI = "bernoulli"
    PERMUTATION = "permutation"


class ScanBy(str, Enum):  # noqa: UP042
    WEEK = "week"
    MONTH = "month"


class ScanLevel(str, Enum):  # noqa: UP042
    COMMUNE = "commune"
    DEPARTMENT = "department"


MODEL = typer.Option(
    None, "--model", help="Default: permutation; of a file, what its columns allow (population, controls)."
)
INDICATOR = typer.Option(
    None,
    "--indicator",
    metavar="ID",
    help="harms, seizures, warnings, trends or mentions; repeat for several.",
)
SUBSTANCE = typer.Option(None, "--substance", metavar="ID", help="One substance (default: any).")
AREA = typer.Option(None, "--area", metavar="CODE", help="Only what lies in FR-69, FR-ARA, FR…")
LEVEL = typer.Option(ScanLevel.COMMUNE, "--level", help="What a place is.")
BY = typer.Option(ScanBy.WEEK, "--by", help="Length of a period.")
SINCE = typer.Option(None, "--since", metavar="DATE", help="First day of the study.")
UNTIL = typer.Option(
    None, "--until", metavar="DATE", help="Last day of the study (default: that of the last document)."
)
SHARE = typer.Option(
    None, "--max-share", metavar="SHARE", help="Largest share of the cases or the population (0.5)."
)
RADIUS = typer.Option(None, "--max-radius", metavar="KM", help="Largest radius (default: no limit).")
DAYS = typer.Option(None, "--max-days", metavar="DAYS", help="Longest cluster (default: half of the study).")
PROSPECTIVE = typer.Option(
    False, "--prospective", help="Only clusters that are still there in the last period."
)
REPLICATES = typer.Option(None, "--replicates", metavar="N", help="Monte Carlo replicates (999).")
SEED = typer.Option(1, "--seed", metavar="N", help="The same seed gives the same p-values.")
INPUT = typer.Option(None, "--input", metavar="FILE", help="CSV of your own cases instead of the store.")


@stats_app.command()
def clusters(
    model: ScanModel | None = MODEL,
    indicator: list[str] | None = INDICATOR,
    substance: str | None = SUBSTANCE,
    area: str | None = AREA,
    level: ScanLevel = LEVEL,
    by: ScanBy = BY,
    since: str | None = SINCE,
    until: str | None = UNTIL,
    max_share: float | None = SHARE,
    max_radius: float | None = RADIUS,
    max_days: int | None = DAYS,
    prospective: bool = PROSPECTIVE,
    replicates: int | None = REPLICATES,
    seed: int = SEED,
    input: Path | None = INPUT,
    format: StatsFormat = FORMAT,
    store: Path | None = STORE,
) -> None:
    """Clusters of events in space and time (Kulldorff's scan), the most likely first; for the analyst.

    From a store, events are counted once however many speakers tell them, and the permutation model asks whether a place has
    more than its share of a period: where newspapers are does not matter then, which a population cannot mend.

    \b
    A file for --input has the columns place, lat and lon (degrees) or x and y, and if known date, cases (without it, a
    line is a case), name, population (of the place), controls.

    \b
    Example:
      vigie stats clusters --indicator harms --substance nitazenes --prospective
      vigie stats clusters --input cases.csv --model poisson --max-share 0.1
    """
    if input is not None and (
        store or indicator or substance or area or since or until or level is not ScanLevel.COMMUNE
    ):
        raise fail("--input holds its own cases: leave out what chooses them in a store", WRONG_USE)
    from vigie.analysis.cluster_files import read_case_file
    from vigie.analysis.clusters import COLUMNS, no_verdict, rows_of, rules, scan_cases
    from vigie.model.errors import SeriesError
    from vigie.stats.scan import Scan
    from vigie.stats.scan_windows import Windows

    rule = rules()["scan"]
    chosen: Model
    if input is not None:
        found = read_case_file(input, by=by.value)
        chosen = model.value if model else _fitting(found)
    else:
        chosen = model.value if model else "permutation"
        if chosen == "bernoulli":
            raise fail("--model bernoulli needs controls: give them with --input", WRONG_USE)
        asked = _asked(indicator, substance, area, level, by, since, until, everywhere=chosen == "poisson")
        found = _read(asked, store)
    periods = _periods(found, max_days, rule["study_share"])
    try:
        scan = Scan(
            model=chosen,
            windows=Windows(
                max_share=rule["max_share"] if max_share is None else max_share,
                max_radius=max_radius,
                sphere=found.sphere,
            ),
            max_periods=periods,
            prospective=prospective,
            min_cases=rule["min_cases"],
            replicates=rule["replicates"] if replicates is None else replicates,
            seed=seed,
            most=rule["most"],
        )
    except SeriesError as error:
        name, _, reason = str(error).partition(":")
        raise fail(f"--{name.replace('_', '-')}:{reason}", WRONG_USE) from None
    scanned = scan_cases(found, scan)
    rows = rows_of(found, scanned)
    if format is not StatsFormat.JSON:
        rows = [row | {name: _listed(row[name]) for name in ("names", "areas")} for row in rows]
    columns = [name if found.sphere or name != "radius_km" else "radius" for name in COLUMNS]
    calendar = found.calendar
    about: dict[str, object] = {
        "model": chosen,
        "verdict": scanned.verdict,
        "cases": scanned.total_cases,
        "places": len(found.codes),
        "from": calendar.starts[0].isoformat() if calendar else None,
        "to": calendar.last_day(len(calendar) - 1).isoformat() if calendar else None,
        "replicates": len(scanned.maxima),
        "seed": seed,
        "left_out": dict(found.left_out),
    }
    emit(columns, rows, format, about=about)
    if found.left_out:
        say("left out: " + ", ".join(f"{reason} {count}" for reason, count in found.left_out.items()))
    if why := no_verdict(scanned):
        say(f"no cluster: {why}")
    elif chosen == "poisson" and input is None:
        say("reports follow newspapers, not inhabitants: compare with --model permutation")


def _fitting(found: CaseMap) -> Model:
    """The model that the columns of a file are made for."""
    if found.population is not None:
        return "poisson"
    return "bernoulli" if found.controls is not None else "permutation"


def _asked(
    indicator: list[str] | None,
    substance: str | None,
    area: str | None,
    level: ScanLevel,
    by: ScanBy,
    since: str | None,
    until: str | None,
    *,
    everywhere: bool,
) -> Asked:
    from vigie.analysis.clusters import Asked, rules
    from vigie.analysis.counts import indicators
    from vigie.lexicon.gazetteer import gazetteer
    from vigie.lexicon.substances import taxonomy

    unknown = sorted(set(indicator or ()) - set(indicators()))
    if unknown:
        raise fail(f"--indicator {unknown[0]} is none of {', '.join(indicators())}", WRONG_USE)
    if substance is not None and substance not in taxonomy():
        raise fail(f"--substance {substance} is no known id (vigie lexicon show WORD)", WRONG_USE)
    entry = gazetteer().by_code(area.upper()) if area else None
    if area and (entry is None or entry.code is None):
        raise fail(f"--area {area} is no known code (FR-69, FR-ARA, FR)", WRONG_USE)
    first, last = _day("--since", since), _day("--until", until)
    if first and last and first > last:
        raise fail("--since lies after --until", WRONG_USE)
    if last and last > date.today():  # years of nothing would be scanned
        raise fail("--until lies in the future", WRONG_USE)
    return Asked(
        level=level.value,
        by=by.value,
        indicators=tuple(indicator or rules()["counting"]["indicators"]),
        substance=substance,
        area=entry.code if entry else None,
        since=first,
        until=last,
        everywhere=everywhere,
    )


def _read(asked: Asked, store: Path | None) -> CaseMap:
    from vigie.analysis.clusters import read_cases
    from vigie.assess import assess_if_due
    from vigie.store import Store

    settings = existing(settings_for(store))
    with Store.open(settings.store, settings=settings) as opened:
        assess_if_due(opened)
        return read_cases(opened, asked)


def _periods(found: CaseMap, days: int | None, share: float) -> int | None:
    if found.calendar is None:
        return None
    if days is None:
        return max(1, int(len(found.calendar) * share))
    if days < 1:
        raise fail("--max-days is at least 1", WRONG_USE)
    return found.calendar.periods_in(days)


def _day(option: str, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise fail(f"{option} {value!r} is no day (2026-01-31)", WRONG_USE) from None


def _listed(values: object) -> str:
    return " · ".join(map(str, values)) if isinstance(values, list) else ""
