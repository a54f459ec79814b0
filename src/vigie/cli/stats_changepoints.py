"""The verb `vigie stats changepoints`: when a level changed, by how much, how sure; and slow trends. For the analyst."""

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
    from vigie.analysis.change_series import Lines
    from vigie.stats.segmentation import Segmenter


class ChangeBy(str, Enum):  # noqa: UP042 - typer reads the values through str
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class ChangeLevel(str, Enum):  # noqa: UP042
    COUNTRY = "country"
    REGION = "region"
    DEPARTMENT = "department"


class ChangeOf(str, Enum):  # noqa: UP042
    PRICE = "price"
    PURITY = "purity"
    SEIZURES = "seizures"
    HARMS = "harms"
    MENTIONS = "mentions"


class ChangeMethod(str, Enum):  # noqa: UP042
    JUMPS = "jumps"
    PELT = "pelt"
    BINSEG = "binseg"
    EXACT = "exact"


class ChangeCost(str, Enum):  # noqa: UP042
    L1 = "l1"
    L2 = "l2"
    RANK = "rank"
    NORMAL = "normal"
    POISSON = "poisson"


SUBSTANCE = typer.Option(None, "--substance", metavar="ID", help="This substance only: cocaine, 3-mmc.")
AREA = typer.Option(
    None, "--area", metavar="CODE", help="This area only, with what lies in it: FR-69, FR-ARA, FR."
)
LEVEL = typer.Option(ChangeLevel.COUNTRY, "--level", help="What an area is.")
INDICATOR = typer.Option(None, "--indicator", help="What is measured (default: all); repeat for several.")
BY = typer.Option(None, "--by", help="Length of a period (default: month; of --input, that of its dates).")
METHOD = typer.Option(
    None, "--method", help="jumps (default): for heavy tails and gaps; the others are by ruptures."
)
COST = typer.Option(None, "--cost", help="For pelt, binseg, exact (default: l1).")
PENALTY = typer.Option(
    None,
    "--penalty",
    metavar="RULE",
    help="For pelt, binseg, exact: robust (default), aic, bic, mbic, or a number.",
)
TREND = typer.Option(False, "--trend", help="Print the trends instead of the changes; JSON holds both.")
SEASONAL = typer.Option(False, "--seasonal", help="Trends compare each month or quarter with itself only.")
INPUT = typer.Option(None, "--input", metavar="FILE", help="CSV of your own series instead of the store.")


@stats_app.command()
def changepoints(
    substance: str | None = SUBSTANCE, area: str | None = AREA, level: ChangeLevel = LEVEL,
    indicator: list[ChangeOf] | None = INDICATOR, by: ChangeBy | None = BY, method: ChangeMethod | None = METHOD,
    cost: ChangeCost | None = COST, penalty: str | None = PENALTY, trend: bool = TREND, seasonal: bool = SEASONAL,
    input: Path | None = INPUT, format: StatsFormat = FORMAT, store: Path | None = STORE,
) -> None:  # fmt: skip
    """Find changes of level and trends of price, purity and counts; for the analyst.

    A change has its first period, the periods between which it lies (95 %), the levels and a probability. A series
    without any says why: no change, too few figures, does not vary. What was not collected is a gap, never a zero.

    \b
    A file for --input has the columns date (2024-03-11, 2024-W11, 2024-03, 2024-Q1) and value (empty = a gap), and
    series where it holds several.

    \b
    Example:
      vigie stats changepoints --substance cocaine --indicator price
      vigie stats changepoints --input weekly.csv --format json
      vigie stats changepoints --trend --by quarter
    """
    if input is not None and (store is not None or substance or area):
        raise fail("--input goes without --store, --substance and --area", WRONG_USE)
    if input is not None and indicator and len(indicator) > 1:
        raise fail("--input holds one indicator", WRONG_USE)
    if (cost or penalty) and method is ChangeMethod.JUMPS:
        raise fail("--cost and --penalty are for --method pelt, binseg or exact", WRONG_USE)
    segmenter = _segmenter(method, cost, penalty)
    from vigie.analysis.changes import COLUMNS, FEW, TREND_COLUMNS, judge

    tables = _tables(substance, area, level, indicator or [], by, input, store)
    if seasonal and any(lines.by == "week" for lines in tables):
        raise fail("--seasonal is for --by month or quarter", WRONG_USE)
    found = [judge(lines, segmenter=segmenter, seasonal=seasonal) for lines in tables]
    changes = [row for one in found for row in one.changes]
    trends = [row for one in found for row in one.trends]
    judged, expected = sum(one.judged for one in found), sum(one.expected_false or 0.0 for one in found)
    left: dict[str, int] = {}
    for lines in tables:
        for reason, count in lines.left_out.items():
            left[reason] = left.get(reason, 0) + count
    about = {
        "method": segmenter.method if segmenter else "jumps",
        "series_judged": judged,
        "expected_false": None if segmenter else round(expected, 2),
        "left_out": left,
        ("changes" if trend else "trends"): changes if trend else trends,
    }
    columns: tuple[str, ...] = TREND_COLUMNS if trend else COLUMNS
    rows = trends if trend else changes
    if format is StatsFormat.TABLE:
        shown = [row for row in rows if row["verdict"] != FEW]
        if few := len(rows) - len(shown):
            say(f"{few} series have too few figures for a verdict: not shown (CSV and JSON list them)")
        rows = shown
        columns = tuple(name for name in columns if any(row.get(name) is not None for row in rows))
    emit(columns, rows, format, about=about)
    if left:
        say("left out: " + ", ".join(f"{reason} {count}" for reason, count in sorted(left.items())))
    if not changes:
        say("no series of that kind (vigie stats changepoints --help says what counts)")
    elif not (judged or trend):
        say("no series has enough figures for a verdict")
    elif not trend and segmenter is None:
        said = len({row["series"] for row in changes if row["verdict"] == "change"})
        say(f"{said} of {judged} series judged changed; if none had, about {expected:.2g} would be said to")


def _segmenter(method: ChangeMethod | None, cost: ChangeCost | None, penalty: str | None) -> Segmenter | None:
    """None for our own method. --cost or --penalty alone ask for pelt."""
    if method is ChangeMethod.JUMPS or not (method or cost or penalty):
        return None
    from typing import cast

    from vigie.model.errors import SeriesError
    from vigie.stats.segmentation import PenaltyRule, Segmenter

    rule: PenaltyRule | float = "robust"
    if penalty is not None:
        try:
            rule = float(penalty)
        except ValueError:
            rule = cast("PenaltyRule", penalty.lower())
    try:
        return Segmenter(
            method="pelt" if method is None else method.value,
            cost=cost.value if cost else "l1",
            penalty=rule,
            least=5,
        )
    except SeriesError as error:
        raise fail(f"--penalty: {error}", WRONG_USE) from None


def _tables(
    substance: str | None, area: str | None, level: ChangeLevel, indicator: list[ChangeOf], by: ChangeBy | None,
    input: Path | None, store: Path | None,
) -> list[Lines]:  # fmt: skip
    """Series of the file or of the store, a table for each indicator."""
    from vigie.analysis.change_series import INDICATORS, read_lines

    if input is not None:
        from vigie.analysis.change_files import read_table

        lines, below = read_table(
            input, by=by.value if by else None, indicator=indicator[0].value if indicator else ""
        )
        if below:
            say(f"{below} values are below zero: taken as they are (with --indicator they would be refused)")
        return [lines]
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
        return [
            read_lines(
                opened,
                name,
                by=by.value if by else "month",
                level=level.value,
                area=area,
                substance=substance,
            )
            for name in ([one.value for one in indicator] or INDICATORS)
        ]
