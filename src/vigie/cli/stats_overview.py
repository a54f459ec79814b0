"""The verb `vigie stats overview`: what a store holds, at once whatever its size. For the analyst."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vigie.cli.app import WRONG_USE
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say, table, terminal_width, write
from vigie.cli.stats import FORMAT, StatsFormat, emit, stats_app

if TYPE_CHECKING:
    from vigie.store import Store
    from vigie.store.overview import Chosen, Counted, Dated, Level, Price, Source, Totals, Week

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
    "substances",
    "copies",
    "label",
    "substance",
    "kind",
    "country",
)
LEVELS = ("department", "region", "country")
_PLURAL = {"department": "Departments", "region": "Regions", "country": "Countries"}
_FINENESS = {"longer": "(longer than a week)", "undated": "(no date, or across years)"}
_ASIDE = "aside: denied, feared, announced, rumoured, satire, or said twice by a document"
_UNREACHED = "* of the whole store: --substance, --area and --period do not reach documents"
_NAME = 36  # columns of a source's name: with its figures a line stays under 80


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
    Figures of documents are of the whole store, whatever is chosen. Parts of CSV and JSON with an empty name are of what names none.

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
        chosen = Chosen(substance=substance, area=area, period=asked or None)
        found = read(opened, chosen, level.value, top)
    if format is StatsFormat.TABLE:
        write(text_of(found, top, terminal_width()))
    else:
        since = _day(found.totals.new_since)
        about = {"substance": substance, "area": area, "period": asked or None, "new_since": since}
        emit(COLUMNS, rows_of(found, top), format, about=about)
    if not found.totals.statements:
        say("nothing of what is chosen is stored")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that the verb prints; prices are one more than are shown."""

    chosen: Chosen
    level: Level
    totals: Totals
    substances: Sequence[Counted]
    areas: Sequence[Counted]
    weeks: Sequence[Week]
    dated: Sequence[Dated]
    prices: Sequence[Price]
    sources: Sequence[Source]


def read(store: Store, chosen: Chosen, level: Level, top: int) -> Found:
    """Ask the store all of it. Raises StoreError where its sums are not filled."""
    from vigie.store import overview as of

    return Found(
        chosen=chosen, level=level, totals=of.totals(store, chosen), substances=of.by_substance(store, chosen),
        areas=of.by_area(store, chosen, level, placed=False), weeks=of.by_week(store, chosen), dated=of.by_fineness(store, chosen),
        prices=of.prices(store, chosen, most=top + 1 if top else None), sources=of.sources(store),
    )  # fmt: skip


def rows_of(found: Found, top: int) -> list[Mapping[str, object]]:
    """Lines in parts: total, new, substance, area, week, longer, undated, price, source; `top` of each, 0 for all."""
    from vigie.store.overview import NEW_DAYS

    most, totals = top or None, found.totals
    rows: list[Mapping[str, object]] = [
        {"part": "total", "name": "", "statements": totals.statements, "aside": totals.aside, "sources": totals.sources,
         "substances": totals.substances, "documents": totals.documents, "copies": totals.copies, "first": _day(totals.first),
         "last": _day(totals.last)},
        {"part": "new", "name": f"{NEW_DAYS} days", "statements": totals.new_statements, "documents": totals.new_documents,
         "first": _day(totals.new_since)},
    ]  # fmt: skip
    parts = [("substance", found.substances)] if found.chosen.substance is None else []
    for part, listed in (*parts, (found.level, found.areas)):
        rows += [
            {"part": part, "name": line.name, "statements": line.statements, "aside": line.aside, "sources": line.sources,
             "label": _label(line.name) if part == found.level else None}
            for line in _first(listed, top)
        ]  # fmt: skip
    rows += [
        {"part": "week", "name": w.monday.isoformat(), "statements": w.statements, "aside": w.aside, "documents": w.documents}
        for w in found.weeks[-top:]
    ]  # fmt: skip
    rows += [
        {"part": d.fineness, "name": "", "statements": d.statements, "aside": d.aside} for d in _coarse(found)
    ]
    rows += [
        {"part": "price", "name": " ".join(n for n in (p.substance, p.kind, p.country) if n), "statements": p.n, "median": p.median,
         "q1": p.q1, "q3": p.q3, "unit": f"EUR/{p.unit}", "substance": p.substance, "kind": p.kind, "country": p.country or None}
        for p in found.prices[:most]
    ]  # fmt: skip
    rows += [
        {"part": "source", "name": s.name, "documents": s.documents, "copies": s.copies, "first": _day(s.first), "last": _day(s.last)}
        for s in found.sources[:most]
    ]  # fmt: skip
    return rows


def text_of(found: Found, top: int, width: int | None) -> str:
    """A small table a part with its own columns; statements of each part add up to all of them."""
    totals, chosen, most = found.totals, found.chosen, top or None
    star = "*" if chosen.substance or chosen.area or chosen.period else ""
    counted = ("statements", "aside", "sources")
    country = () if chosen.area else ("country",)

    def part(title: str, header: Sequence[str], rows: Sequence[Sequence[object]], note: str = "") -> str:
        drawn = table(header, rows, widest=_NAME, width=width) if rows else "(none)\n"
        return f"{title}\n{drawn}{note}".rstrip("\n") + "\n"

    new = f"New: published since {totals.new_since}, the last 30 days of the store"
    told = totals.new_statements
    parts = [
        part(
            "Statements", (*counted, "substances"), [(totals.statements, totals.aside, totals.sources, totals.substances)], _ASIDE
        ),
        part(
            f"Documents{star}", ("documents", "copies", "published from", "to"),
            [(totals.documents, totals.copies, _said(totals.first), _said(totals.last))], star and _UNREACHED,
        ),
        part(
            new if totals.new_since else "New: no document has a day of publication", ("statements", f"documents{star}"),
            [("(not kept)" if told is None else told, totals.new_documents)] if totals.new_since else (),
            "new statements are not kept by area or period" if told is None else "",
        ),
    ]  # fmt: skip
    if chosen.substance is None:
        lines, rest = _cut(found.substances, top)
        rows = [(s.name or "(none named)", s.statements, s.aside, s.sources) for s in lines]
        parts.append(part("Substances", ("substance", *counted), [*rows, *rest]))
    lines, rest = _cut(found.areas, top)
    areas: list[Sequence[object]] = [
        (a.name or "(in none)", _label(a.name), a.statements, a.aside, a.sources) for a in lines
    ]
    areas += [(name, None, *figures) for name, *figures in rest]
    prices = [
        (p.substance, p.kind or "(unknown)", *([p.country or "(unknown)"] if country else []), p.n, *map(_euros, (p.median, p.q1, p.q3)),
         p.unit or "(unknown)")
        for p in found.prices[:most]
    ]  # fmt: skip
    sources = [
        (s.name or "(unknown)", s.documents, s.copies, _said(s.first), _said(s.last))
        for s in found.sources[:most]
    ]
    if left := found.sources[len(sources) :]:
        sources.append(
            (f"({len(left)} others)", sum(s.documents for s in left), sum(s.copies for s in left), "", "")
        )
    parts += [
        part(_PLURAL[found.level], (found.level, "name", *counted), areas),
        part(
            "Weeks that statements speak of, by Monday", ("week", "statements", "aside", f"published{star}"), _weeks(found, top),
            f"published{star}: documents published in that week",
        ),
        part(
            "Prices in EUR for one unit", ("substance", "kind", *country, "n", "median", "q1", "q3", "unit"), prices,
            "there are more: --top 0 lists all" if len(found.prices) > len(prices) else "",
        ),
        part(f"Sources of documents{star}", ("source", "documents", "copies", "first", "last"), sources),
    ]  # fmt: skip
    return "\n".join(parts)


def _weeks(found: Found, top: int) -> list[Sequence[object]]:
    """The last weeks, the sum of those before, and what no week holds."""
    late = found.weeks[-top:]
    rows: list[Sequence[object]] = []
    if early := found.weeks[: len(found.weeks) - len(late)]:
        sums = (
            sum(w.statements for w in early),
            sum(w.aside for w in early),
            sum(w.documents for w in early),
        )
        rows.append((f"({len(early)} before)", *sums))
    rows += [(w.monday.isoformat(), w.statements, w.aside, w.documents) for w in late]
    return rows + [(_FINENESS[d.fineness], d.statements, d.aside, None) for d in _coarse(found)]


def _coarse(found: Found) -> list[Dated]:
    return [d for d in found.dated if d.fineness != "week"]


def _first(lines: Sequence[Counted], top: int) -> list[Counted]:
    """The first that name something, then what names none."""
    named = [line for line in lines if line.name]
    return [*named[: top or None], *(line for line in lines if not line.name)]


def _cut(lines: Sequence[Counted], top: int) -> tuple[list[Counted], list[tuple[object, ...]]]:
    """Those that are shown, and a line with the sum of the others; their sources would not add up."""
    shown = _first(lines, top)
    names = {line.name for line in shown}
    left = [line for line in lines if line.name not in names]
    rest = (f"({len(left)} others)", sum(x.statements for x in left), sum(x.aside for x in left), None)
    return shown, [rest] if left else []


def _label(code: str) -> str | None:
    """Name of an area; None for "" and for codes that the gazetteer lacks."""
    from vigie.lexicon.gazetteer import place_by_code

    place = place_by_code(code) if code else None
    return place.label if place else None


def _euros(value: float) -> str:
    """To the cent; below it, to three figures."""
    return f"{value:.2f}" if value >= 0.1 else f"{value:.3g}"


def _said(day: date | None) -> str:
    return day.isoformat() if day else "(unknown)"


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
