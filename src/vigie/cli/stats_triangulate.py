"""The verb `vigie stats triangulate`: texts, prices, drug checking, seizures, harms and waste water side by side. For the analyst."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from vigie.cli.app import WRONG_USE
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say
from vigie.cli.stats import FORMAT, StatsFormat, emit, stats_app

if TYPE_CHECKING:
    from vigie.analysis.triangle_panels import Sight
    from vigie.analysis.triangulate import Triangulation

COLUMNS = (
    "family", "measure", "state", "level", "n", "sources", "collected", "before", "change_pct", "low_pct", "high_pct", "p", "p_holm",
    "move",
)  # fmt: skip


class TriangleBy(str, Enum):  # noqa: UP042 - typer reads the values through str
    MONTH = "month"
    WEEK = "week"


class TriangleLang(str, Enum):  # noqa: UP042
    FR = "fr"
    EN = "en"


SUBSTANCE = typer.Option(..., "--substance", metavar="ID", help="The substance: cocaine.")
AREA = typer.Option(
    None, "--area", metavar="CODE", help="With what lies in it: FR-69, FR-ARA, FR (default: the country of which most is told)."
)  # fmt: skip
PERIOD = typer.Option(
    None, "--period", help="2025-Q1, 2025-03 or 2025 (default: the last quarter that is over)."
)
BY = typer.Option(TriangleBy.MONTH, "--by", help="Steps of the series that are compared and led.")
LANG = typer.Option(
    TriangleLang.EN, "--lang", help="Language of the table and its sentences; JSON and CSV keep their codes."
)


@stats_app.command()
def triangulate(
    substance: str = SUBSTANCE, area: str | None = AREA, period: str | None = PERIOD, by: TriangleBy = BY, lang: TriangleLang = LANG,
    format: StatsFormat = FORMAT, store: Path | None = STORE,
) -> None:  # fmt: skip
    """One substance, area and period seen by every kind of source: levels, changes, agreements, contradictions, leads and lags.

    A contradiction is named only where both changes are established (95 %, Holm over all lines). Nothing collected is
    never a zero, and a source that stops is never a fall. JSON holds the pairs, the leads and when each source was kept.

    \b
    Example:
      vigie stats triangulate --substance cocaine --area FR-69
      vigie stats triangulate --substance cocaine --period 2025-Q3 --format json
    """
    from vigie.analysis.triangle_panels import Sight
    from vigie.analysis.triangle_rows import read_observed
    from vigie.analysis.triangulate import triangulate as seen
    from vigie.assess import assess_if_due
    from vigie.lexicon.gazetteer import place_by_code
    from vigie.lexicon.substances import taxonomy
    from vigie.report.period import parse_period
    from vigie.report.words import Words
    from vigie.store import Store

    area = area and area.upper()
    if area is not None and place_by_code(area) is None:
        raise fail(f"--area {area} is no known code (FR-69, FR-ARA, FR)", WRONG_USE)
    if substance not in taxonomy():
        raise fail(
            f"--substance {substance} is no known id (vigie lexicon show, docs/data-dictionary.md)", WRONG_USE
        )
    asked = parse_period(period, ()) if period else None
    if asked is not None and asked.kind == "all":
        raise fail("--period is a year, a quarter or a month (2025, 2025-Q1, 2025-03)", WRONG_USE)
    settings = existing(settings_for(store))
    with Store.open(settings.store, settings=settings) as opened:
        assess_if_due(opened)
        sight = Sight(read_observed(opened, by=by.value))
    if sight.last is None:
        raise fail("the store holds nothing dated (add some: vigie add PATH, vigie import KIND FILE)", 1)
    chosen, end, span = area or sight.country(), *_span(asked, sight)
    if chosen is None:
        raise fail("nothing stored has a place: name the area (--area FR)", 1)
    found = seen(sight, substance, chosen, end, span)  # type: ignore[arg-type]
    words = Words(lang.value)
    if format is not StatsFormat.TABLE:
        emit(COLUMNS, [_row(line) for line in found.lines], format, about=_about(found, words))
        return
    heads = [words.of("tri_verb", name) for name in COLUMNS]
    emit(heads, [_named(_row(line), words) for line in found.lines], format)
    _say(found, words)


def _span(asked: Any, sight: Sight) -> tuple[Any, str]:
    from vigie.report.triangulation import latest_quarter

    if asked is not None:
        return asked.end, asked.kind
    assert sight.last is not None
    return latest_quarter(sight.last), "quarter"


def _row(line: Any) -> dict[str, Any]:
    """A line as printed; None where it is not known."""
    return {
        "family": line.family, "measure": line.measure, "state": line.state, "level": _short(line.level), "n": line.n,
        "sources": line.sources, "collected": f"{line.kept}/{line.of}", "before": f"{line.kept_before}/{line.of}",
        "change_pct": _percent(line.change), "low_pct": _percent(line.low), "high_pct": _percent(line.high), "p": _short(line.p),
        "p_holm": _short(line.p_holm), "move": line.move,
    }  # fmt: skip


def _named(row: dict[str, Any], words: Any) -> dict[str, Any]:
    """A row for a reader: columns and codes in words, by the heads of the table."""
    groups = {"family": "tri_families", "measure": "tri_measures", "state": "tri_states", "move": "tri_moves"}
    return {words.of("tri_verb", k): words.of(groups[k], v) if k in groups else v for k, v in row.items()}


def _about(found: Triangulation, words: Any) -> dict[str, Any]:
    from vigie.report.triangulation import lead_text, pair_text

    return {
        "substance": found.substance, "area": found.area, "start": str(found.start), "end": str(found.end), "before": str(found.before),
        "by": found.by, "complete": found.complete,
        "pairs": [
            {"rule": p.rule, "one": p.one, "other": p.other, "relation": p.relation, "text": pair_text(p, found, words)}
            for p in found.pairs
        ],
        "leads": [
            {
                "one": lead.one, "other": lead.other, "verdict": lead.verdict.name.lower(), "pairs": lead.pairs,
                "lag": lead.best.lag if lead.best else None, "earliest": lead.earliest, "latest": lead.latest,
                "r": _short(lead.best.r) if lead.best else None, "low": _short(lead.best.low) if lead.best else None,
                "high": _short(lead.best.high) if lead.best else None, "p_holm": _short(lead.best.p_holm) if lead.best else None,
                "text": lead_text(lead, found.by, words),
            }
            for lead in found.leads
        ],
        "steps": [str(day) for day in found.steps],
        "coverage": [
            {"source": c.source, "family": c.family, "first": str(c.first), "last": str(c.last), "counts": list(c.counts)}
            for c in found.coverage
        ],
    }  # fmt: skip


def _say(found: Triangulation, words: Any) -> None:
    from vigie.report.triangulation import contradictions, lead_text, pair_text

    what, where = words.substance(found.substance), words.area(found.area)
    days = {"start": found.start, "end": found.end, "before": found.before}
    say(words.fill("tri_head", what=what, where=where, **days))
    named = contradictions(found, words)
    for text in named or (words["tri_no_contradiction"],):
        say(text)
    for pair in found.pairs:
        if pair.relation == "agreement":
            say(pair_text(pair, found, words))
    for lead in found.leads:
        if lead.best is not None:
            say(lead_text(lead, found.by, words))
    gaps = [c for c in found.coverage if any(n is None for n in c.counts)]
    if gaps:
        listed = ", ".join(words.fill("tri_gap", source=c.source, last=c.last) for c in gaps)
        say(words.fill("tri_gaps", colon=words["colon"], listed=listed))
    if not found.complete:
        say(words["tri_open"])


def _percent(value: float | None) -> float | None:
    return None if value is None else float(f"{100 * value:.4g}")


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
