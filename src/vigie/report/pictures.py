"""Figures of a bulletin, drawn from what its tables may hold and from nothing else.

In: an Edition. Out: Pictures; none where there is too little to compare. A quarter without a figure stays a gap; of the public
nobody can tell there whether nothing was said or too few said it.
Left out: maps of prices, and any order by price: both would guide a purchase.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from vigie import charts
from vigie.charts import Bar, Point, Series, State
from vigie.report.coverage import Coverage
from vigie.report.disclosure import coarse
from vigie.report.edition import TOPIC, Edition
from vigie.report.evidence import Row, Table
from vigie.report.facts import Fact
from vigie.report.layout import Picture, picture
from vigie.report.period import Period
from vigie.report.public import sources_of
from vigie.report.results import Group, grouped, values
from vigie.report.sentences import capital
from vigie.report.tables import has_half, product_name
from vigie.report.words import Words
from vigie.stats.summary import summarise
from vigie.text.normalise import fold

LEAST_POINTS = 3  # quarters with figures: below, the table says it better
LEAST_BARS = 3
LEAST_SAID = 2  # statements of a bar: what is said once the table says
MOST_PANELS = 9
MOST_BARS = 6
MOST_LEVELS = 6  # panels of prices and purities: two rows
MOST_TIGHT = 3  # panels of a region: one row
MOST_TOPICS_TIGHT = 6
HALF = (
    340  # px of a figure that takes half of the width of a printed page: its letters are those of a whole one
)
_WIDTHS = {1: HALF, 2: 480}  # px by number of panels: one drawn over the whole width would be flat and loud
_FLOWS = 480  # px: a map of the world says little more when larger


def levels(topic: str, second: str, title: str, unit: str, ed: Edition) -> list[Picture]:
    """Medians by quarter of the groups whose second key is `second`, one panel a group, the most stated first."""
    found = []
    for group in ed.groups(topic):
        if group.key[1] == second:
            points = _medians(topic, group, ed)
            if sum(p.value is not None for p in points) >= LEAST_POINTS:
                found.append(Series(name=capital(product_name(group.key, ed.words)), points=points))
    most = MOST_TIGHT if ed.tight else MOST_LEVELS
    banded = any(p.low is not None for one in found[:most] for p in one.points)
    note = _note(
        ed.words["half_note"] if banded else "", ed
    )  # of a band that none of them has nothing is said
    return panels(f"{topic}-quarters", ed.words[title], found, unit=ed.words[unit], note=note, ed=ed)


def panels(
    id_: str,
    title: str,
    series: Sequence[Series],
    *,
    unit: str,
    note: str,
    ed: Edition,
    most: int = MOST_LEVELS,
    tight: int = MOST_TIGHT,
) -> list[Picture]:
    """Small multiples by quarter, as wide in print as their number needs; the title says what the axis is.

    Args:
        most, tight: panels of a country, and of a region or smaller, at most; the first are kept.
    """
    most = tight if ed.tight else most
    found = charts.multiples(
        id_, title, series[:most], lang=ed.words.lang, unit=unit, note=note, named_axis=False
    )
    width = _WIDTHS.get(len(series[:most]), charts.draw.WIDTH)
    return picture(found, ed.words, width, share=width / charts.draw.WIDTH)


def _medians(topic: str, group: Group, ed: Edition) -> tuple[Point, ...]:
    listed = grouped(TOPIC[topic], ed.facts).get(group.key, [])
    points = []
    for quarter in ed.drawn:
        inside = _within(listed, quarter)
        found = summarise(values(TOPIC[topic], inside)) if ed.gate.shows(inside) else None
        points.append(
            Point(period=quarter.label, state=_gap(quarter, ed))
            if found is None
            else Point(
                period=quarter.label, value=found.median, low=found.q1 if has_half(found) else None,
                high=found.q3 if has_half(found) else None, n=found.n,
                sources=sources_of(inside),
            )
        )  # fmt: skip
    return tuple(points)


def _gap(quarter: Period, ed: Edition) -> State:
    """Nothing was read, or no figure: of the public nobody can tell there whether nobody said it or too few did."""
    return "nothing-collected" if quarter.label in ed.unread else "shown"


def _note(text: str, ed: Edition) -> str:
    return f"{text} {ed.words['gap']}".strip() if ed.gate.public else text


def _within(facts: Sequence[Fact], period: Period) -> list[Fact]:
    return [f for f in facts if period.holds(f.when_start, f.when_end)]


def spread_of_prices(ed: Edition) -> list[Picture]:
    """Median and interval of each product sold by the gram, the most stated first."""
    bars = []
    for group in ed.groups("retail"):
        if group.key[1] == "g" and group.summary is not None:
            sure = ed.certain("retail", group)
            limits = sure.median
            bars.append(
                Bar(
                    name=capital(product_name(group.key, ed.words)), value=group.summary.median if sure.centre is None else sure.centre,
                    low=limits.low if limits else None, high=limits.high if limits else None,
                    n=group.summary.n, sources=group.sources,
                )
            )  # fmt: skip
    if len(bars) < LEAST_BARS or (ed.tight and all(bar.low is None for bar in bars)):
        return []
    found = charts.intervals(
        "retail-intervals", ed.words["interval_chart"], bars[:MOST_BARS], lang=ed.words.lang,
        unit=ed.words["interval_unit"], note=ed.words["interval_note"],
    )  # fmt: skip
    return picture(found, ed.words)


def by_topic(ed: Edition) -> list[Picture]:
    """Statements of each topic by quarter, one panel a topic."""
    series = []
    for topic in TOPIC:
        points = counted(ed.of_topic(topic, ed.facts), ed)
        if sum(bool(p.value) for p in points) >= LEAST_POINTS:
            series.append(Series(name=ed.words.of("topics", topic), points=points))
    if ed.tight:  # those of which most is said, in the order of the sections
        told = sorted(series, key=lambda one: -sum(p.value or 0 for p in one.points))[:MOST_TOPICS_TIGHT]
        series = [one for one in series if one in told]
    if not series:
        return []
    return panels(
        "topics-counts", ed.words["topics_chart"], series, unit=ed.words["counts_unit"], note=_note("", ed), ed=ed,
        most=MOST_PANELS, tight=MOST_TOPICS_TIGHT,
    )  # fmt: skip


def counted(facts: Sequence[Fact], ed: Edition) -> tuple[Point, ...]:
    """Statements by quarter; to the analyst none is zero, to the public it is not told from too few."""
    points = []
    for quarter in ed.drawn:
        inside = _within(facts, quarter)
        if inside and ed.gate.shows(inside):
            points.append(
                Point(period=quarter.label, value=len(inside), n=len(inside), sources=sources_of(inside))
            )
        elif ed.gate.public or quarter.label in ed.unread:
            points.append(Point(period=quarter.label, state=_gap(quarter, ed)))
        else:
            points.append(Point(period=quarter.label, value=0, state="zero"))
    return tuple(points)


def ways(ed: Edition) -> list[Picture]:
    """Statements of the ways of selling that are most described."""
    bars = [
        Bar(name=ed.words.way(*g.key), value=len(g.facts), n=len(g.facts), sources=g.sources)
        for g in ed.groups("ways")[:MOST_BARS]
        if len(g.facts) >= LEAST_SAID
    ]
    if len(bars) < LEAST_BARS or (ed.tight and bars[0].n < LEAST_BARS):
        return []
    found = charts.bars(
        "ways-bars", ed.words["ways_chart"], bars, lang=ed.words.lang, unit=ed.words["ways_axis"]
    )
    return picture(found, ed.words)


def collected(found: Coverage, ed: Edition) -> list[Picture]:
    """What was read, as a strip for each kind of source."""
    if not found.periods or ed.tight:
        return []
    stretches = [
        charts.Stretch(
            name=capital(ed.words.of("kinds", kind)),
            cells=tuple((p, c.documents or 0, c.state) for p, c in zip(found.periods, cells, strict=True)),
        )
        for kind, cells in found.rows
    ]
    return picture(
        charts.coverage(
            "coverage",
            ed.words["coverage_chart"],
            stretches,
            lang=ed.words.lang,
            unit=ed.words["documents"].lower(),
        ),
        ed.words,
    )


def department_map(id_: str, title: str, facts: Sequence[Fact], ed: Edition, note: str = "") -> list[Picture]:
    """Statements by department: how many, never at what price. None where fewer than three departments have any.

    A department without any is zero where documents of the period speak of it, else nothing was collected there; to the public it is
    withheld, because none is not told from too few.
    """
    drawn = charts.map_codes("france")
    by_code: dict[str, list[Fact]] = {}
    for fact in facts:
        named = (
            fact.place_code,
            fact.place_department,
            fact.place_region,
        )  # an overseas collectivity is a region of its own
        code = next((c for c in named if c in drawn), None)
        if code:
            by_code.setdefault(code, []).append(fact)
    shown = {code: listed for code, listed in by_code.items() if ed.gate.shows(listed, code)}
    if len(shown) < LEAST_BARS:
        return []
    areas = [
        charts.AreaValue(
            code=code, name=ed.words.area(code), value=len(listed), n=len(listed), sources=sources_of(listed)
        )
        for code, listed in sorted(shown.items())
    ]
    for code in sorted(drawn - set(shown), key=lambda c: fold(ed.words.area(c))):
        state: State = (
            "withheld" if ed.looked is None else "zero" if code in ed.looked else "nothing-collected"
        )
        zero = 0 if state == "zero" else None
        areas.append(charts.AreaValue(code=code, name=ed.words.area(code), value=zero, state=state))
    found = charts.area_map(
        id_, title, areas, which="france", lang=ed.words.lang, unit=ed.words["map_unit"], note=note
    )
    # A map of France is nearly as high as wide.
    return [
        replace(p, table=gathered(p.table, len(shown), ed.words))
        for p in picture(found, ed.words, HALF, share=0.5)
    ]


def gathered(table: Table, first: int, words: Words) -> Table:
    """The table of a map with the areas after the `first` rows in one row for each state: a hundred rows that say the same tell less.

    Its columns are those of `charts.area_map`: code, name, figures, and the state last.
    """
    names: dict[tuple[str, ...], list[str]] = {}
    for row in table.rows[first:]:
        # Of a map "too few sources" would say that there are some.
        cells = tuple(words["map_withheld"] if c == words["state_withheld"] else c for c in row.cells[2:])
        names.setdefault(cells, []).append(row.cells[1])
    rows = [*table.rows[:first]]
    for n, (rest, listed) in enumerate(names.items(), 1):
        count = words.fill("map_areas", n=words.number(len(listed)))
        rows.append(Row(id=f"{table.id}-rest-{n}", cells=(count, ", ".join(listed), *rest)))
    return replace(table, rows=tuple(rows))


def flow_map(ed: Edition) -> list[Picture]:
    """Routes that have both ends; of a region the table says it, on a map of the world it is a point."""
    if ed.tight:
        return []
    pairs: Counter[tuple[str, str]] = Counter()
    names: dict[str, str] = {}
    told: dict[tuple[str, str], list[Fact]] = {}
    for group in ed.groups("flows"):
        for fact in group.facts:
            # A map has countries and departments: what is finer is drawn where it lies.
            ends = (coarse(fact.origin_code) or "", coarse(fact.destination_code) or "")
            if all(ends):
                pairs[ends] += 1
                told.setdefault(ends, []).append(fact)
                names |= {
                    code: label or "" if code == told_code else ed.words.area(code)
                    for code, told_code, label in (
                        (ends[0], fact.origin_code, fact.origin_label),
                        (ends[1], fact.destination_code, fact.destination_label),
                    )
                }
    if not pairs:
        return []
    flows = [
        charts.Flow(
            origin=a, origin_name=ed.words.place(names[a]), destination=b, destination_name=ed.words.place(names[b]), n=n,
            sources=sources_of(told[a, b]),
        )
        for (a, b), n in sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
        if ed.gate.shows(told[a, b])
    ]  # fmt: skip
    return picture(
        charts.flow_map(
            "flows-map", ed.words["flows_chart"], flows, lang=ed.words.lang, unit=ed.words["flows_unit"]
        ),
        ed.words,
        _FLOWS,
        share=_FLOWS / charts.draw.WIDTH,
    )
