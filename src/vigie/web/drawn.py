"""Figures of what a read model answers: series, maps, strips. A gap stays a gap, and "nothing collected" is no zero.

In: ReadModel, Filters, groups. Out: Chart blocks; none where there is nothing to draw. Left out: the drawing (`vigie.charts`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Literal

from vigie import charts
from vigie.charts import AreaValue, Bar, Figure, Flow, Point, Series, Stretch
from vigie.lexicon.gazetteer import gazetteer, key
from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import (
    AreaFigures,
    Figures,
    Filters,
    Group,
    IndexRow,
    PeriodFigures,
    SourceRow,
    Step,
)
from vigie.report.period import quarter_of
from vigie.web.content import Chart
from vigie.web.groups import name_of
from vigie.web.words import PageWords

MOST_LINES = 6
WHOLE, HALF = 1120, 540  # px of a chart over the page, and of one that stands beside another
MOST_PANELS = 9
_WORTH_A_LINE = 2  # periods with a figure: one point alone is no course
_LEAST_OF_BAND = 4  # figures: the middle half of fewer is no spread


def chart(figure: Figure | None, width: int = 720) -> tuple[Chart, ...]:
    return (Chart(figure=figure, width=width),) if figure is not None else ()


def _point(row: PeriodFigures, size: float = 1.0, *, count: bool = False) -> Point:
    found = row.figures

    def scaled(value: float | None) -> float | None:
        return None if value is None else value * size

    if count:
        value = float(found.n) if found.state in ("shown", "zero") else None
        return Point(period=row.period, value=value, n=found.n, sources=found.sources, state=found.state)
    spread = (
        found.q1 is not None
        and found.q3 is not None
        and found.q1 != found.q3
        and found.values >= _LEAST_OF_BAND
    )
    return Point(
        period=row.period,
        value=scaled(found.median),
        low=scaled(found.q1) if spread else None,
        high=scaled(found.q3) if spread else None,
        n=found.n,
        sources=found.sources,
        # A quarter with statements of which none gives a figure has no point, and is no gap of collection.
        state=found.state,
    )


def scale_of(group: Group) -> float:
    return 1000.0 if group.topic == "wholesale" and group.key[1] == "g" else 1.0


def series_of(
    model: ReadModel, filters: Filters, groups: Iterable[Group], words: PageWords, step: Step = "quarter"
) -> list[Series]:
    """One series a group, in their order; those with too few periods are left to the table."""
    found = []
    for group in groups:
        rows = model.series(filters.replace(period=None), group.topic, group.key, step)
        points = tuple(_point(row, scale_of(group)) for row in rows)
        if sum(p.value is not None for p in points) >= _WORTH_A_LINE:
            found.append(
                Series(name=words.name(name_of(group.topic, group.key, words)), points=_trimmed(points))
            )
    return found


def _trimmed(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Without the years before the first figure: an archive may begin long before."""
    first = next((n for n, p in enumerate(points) if p.value is not None), 0)
    return points[max(0, first - 1) :]


def lines(
    id: str, title: str, series: Sequence[Series], words: PageWords, unit: str = "", band: str = "half"
) -> tuple[Chart, ...]:
    if not series:
        return ()
    shown = series[:MOST_LINES]
    return chart(charts.lines(id, title, shown, lang=words.lang, unit=unit, note=_band(shown, words, band)))


def panels(
    id: str, title: str, series: Sequence[Series], words: PageWords, unit: str = "", band: str = "half"
) -> tuple[Chart, ...]:
    """Small multiples; one series is a line chart. `band`: what the band is, a key of `band.` in the words."""
    if len(series) < 2:
        return lines(id, title, series, words, unit, band)
    shown = series[:MOST_PANELS]
    return chart(
        charts.multiples(id, title, shown, lang=words.lang, unit=unit, note=_band(shown, words, band)), WHOLE
    )


def _band(series: Sequence[Series], words: PageWords, band: str) -> str:
    return words[f"band.{band}"] if any(p.low is not None for one in series for p in one.points) else ""


def counted(
    id: str, title: str, rows: Sequence[PeriodFigures], words: PageWords, width: int = 720, note: str = ""
) -> tuple[Chart, ...]:
    """Columns of statements by period."""
    points = tuple(_point(row, count=True) for row in rows)
    first = next((n for n, p in enumerate(points) if p.value), None)
    if first is None:
        return ()
    shown = points[max(0, first - 1) :]
    drawn = charts.columns(id, title, shown, lang=words.lang, unit=words["units.statements"], note=note)
    return chart(drawn, width)


def incomplete(model: ReadModel, words: PageWords) -> str:
    """That the last quarter was not read to its end; to the public, who has no days, that it may not have been; "" where it was."""
    if model.last is None:
        return ""
    quarter = quarter_of(model.last)
    name = words.period(quarter.label)
    if model.public:
        return words.fill("course.may_be", quarter=name)
    if model.last >= quarter.end:
        return ""
    return words.fill("course.until", quarter=name, day=words.figures.day(model.last.isoformat()))


def collected(id: str, model: ReadModel, words: PageWords, width: int = 720) -> tuple[Chart, ...]:
    """Documents read by quarter of publication, without which a fall of collection looks like one of the market; not for the public."""
    points = tuple(
        Point(
            period=q,
            value=float(n) if n else None,
            n=n,
            sources=sources,
            state="shown" if n else "nothing-collected",
        )
        for q, n, sources in model.read_by_quarter(Filters())
    )
    if not points:
        return ()
    found = charts.columns(
        id, words["charts.documents"], points, lang=words.lang, unit=words["units.documents"],
        note=incomplete(model, words),
    )  # fmt: skip
    return chart(found, width)


def bars(id: str, title: str, groups: Sequence[Group], words: PageWords) -> tuple[Chart, ...]:
    """How often each is described."""
    values = [
        Bar(
            name=words.name(name_of(g.topic, g.key, words)),
            value=float(g.figures.n),
            n=g.figures.n,
            sources=g.figures.sources,
        )
        for g in groups
    ]
    return chart(charts.bars(id, title, values, lang=words.lang, unit=words["units.statements"]))


def area_map(
    id: str,
    title: str,
    rows: Sequence[AreaFigures],
    words: PageWords,
    which: Literal["france", "europe", "world"] = "france",
    width: int = 720,
) -> tuple[Chart, ...]:
    """How many statements speak of each area: never a price, which would rank places by cheapness."""
    if not any(row.figures.n for row in rows):
        return ()
    values = [
        AreaValue(
            code=row.code, name=words.figures.place(row.name), value=_count(row.figures), n=row.figures.n,
            sources=row.figures.sources, state=row.figures.state,
        )
        for row in rows
    ]  # fmt: skip
    return chart(
        charts.area_map(id, title, values, which=which, lang=words.lang, unit=words["units.statements"])
    )


def _count(found: Figures) -> float | None:
    return float(found.n) if found.state in ("shown", "zero") else None


@cache
def territories() -> tuple[tuple[str, str], ...]:
    """Code and label of what the map of France draws: departments, and overseas collectivities, which are regions of their own."""
    found = ((code, gazetteer().by_code(code)) for code in sorted(charts.map_codes("france")))
    return tuple((code, entry.label if entry else code) for code, entry in found)


@lru_cache(maxsize=4096)
def country_of(label: str) -> tuple[str, str] | None:
    """(code, label) of the country of a place by its label; None where the gazetteer does not know it, or knows several."""
    held = gazetteer()
    entry = held.area(label)
    if entry is None:
        named = [e for e in held.find(key(label)) if e.label == label]
        # A country is meant by its name, whatever villages share it; other names in two countries mean neither.
        named = [e for e in named if e.level == "country"] or named
        found = {e.country or e.code: e for e in named}
        entry = next(iter(found.values())) if len(found) == 1 else None
    if entry is None or not (entry.country or entry.code):
        return None
    return _country(entry.country or str(entry.code))


def _country(code: str) -> tuple[str, str] | None:
    country = gazetteer().by_code(code)
    return (str(country.code), country.label) if country is not None and country.code else None


def _stated_country(model: ReadModel, filters: Filters, group: Group, end: int) -> tuple[str, str] | None:
    """The country of an end whose name is that of several places, as the statements understood it; the public has no such statements."""
    facts, _ = model.facts(filters, "flows", group.key, 1)
    place = json.loads(facts[0].value or "{}").get(("origin", "destination")[end]) if facts else None
    code = place.get("country") or place.get("code") if isinstance(place, dict) else None
    return _country(code) if code else None


def flow_map(
    id: str, title: str, model: ReadModel, filters: Filters, groups: Sequence[Group], words: PageWords
) -> tuple[Chart, ...]:
    """Routes between countries; those whose ends lie in one country, or are not stated, are in the table only."""
    ends: dict[tuple[str, str], list[Group]] = {}
    names: dict[str, str] = {}
    lost = 0
    for group in groups:
        if not all(group.key[:2]):
            continue
        found = [
            country_of(end) or _stated_country(model, filters, group, n)
            for n, end in enumerate(group.key[:2])
        ]
        if not (found[0] and found[1]):
            lost += 1
        elif found[0] != found[1]:
            names |= dict((found[0], found[1]))
            ends.setdefault((found[0][0], found[1][0]), []).append(group)
    flows = [
        Flow(
            origin=a, origin_name=words.figures.place(names[a]), destination=b,
            destination_name=words.figures.place(names[b]), n=sum(g.figures.n for g in held),
            sources=max(g.figures.sources for g in held),
        )
        for (a, b), held in ends.items()
    ]  # fmt: skip
    if not flows:
        return ()
    note = words.fill("flows.lost", n=lost) if lost else ""
    return chart(
        charts.flow_map(id, title, flows, lang=words.lang, unit=words["units.statements"], note=note), WHOLE
    )


def coverage(id: str, title: str, sources: Sequence[SourceRow], words: PageWords) -> tuple[Chart, ...]:
    """Documents by source and month; a month before a source began, or after it stopped, is "nothing collected"."""
    named = [s for s in sources if s.months]
    if not named:
        return ()
    stretches = [
        Stretch(
            name=s.name or s.source_id or words.figures["unnamed"],
            cells=tuple((month, n, "shown" if n else "nothing-collected") for month, n in s.months),
        )
        for s in named
    ]
    return chart(charts.coverage(id, title, stretches, lang=words.lang, unit=words["units.documents"]), WHOLE)


def index_lines(
    id: str, title: str, rows: Sequence[IndexRow], words: PageWords, *, areas: bool
) -> tuple[Chart, ...]:
    """Price indices with their 95 % intervals, one panel a product."""
    held: dict[tuple[str, str, str], list[IndexRow]] = {}
    for row in rows:
        held.setdefault((row.substance, row.unit, row.area), []).append(row)
    series = []
    for (substance, unit, area), found in held.items():
        name = (
            f"{words.figures.substance(substance)}, {words.fill('per', unit=words.figures.of('units', unit))}"
        )
        points = tuple(
            Point(
                period=r.period, value=r.price, low=r.low, high=r.high, n=r.n, sources=r.sources,
                state="shown" if r.price is not None else "nothing-collected" if not r.n else "withheld",
            )
            for r in found
        )  # fmt: skip
        if sum(p.value is not None for p in points) >= _WORTH_A_LINE:
            series.append(
                Series(
                    name=words.name(f"{name}, {words.figures.area(area)}" if areas else name), points=points
                )
            )
    return panels(id, title, series, words, words["units.euro"], "interval")
