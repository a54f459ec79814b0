"""Small multiples: one panel a series, all on one scale, so that shapes compare and nothing is crowded.

In: Series. Out: Figure. States are drawn in each panel as in `lines`. Left out: panels with scales of their own, which invite
false comparisons.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vigie.charts import canvas, line_chart, periods, states
from vigie.charts.canvas import altair
from vigie.charts.figure import Figure
from vigie.charts.records import Series
from vigie.charts.theme import tokens
from vigie.charts.words import Words

HEIGHT = 96  # px
LOW = 76
NARROW = 138  # px of a panel where four in a line save one
MOST = 24
_LONG = 24  # characters that the narrowest panel holds in a line of its heading
# A longer name stands in two lines, broken at the first space from its middle on. Names are data of it, never part of the expression.
_FROM = "floor(length(datum.label) / 2) - 6"
_BREAK = f"indexof(slice(datum.label, {_FROM}), ' ')"
_IN_TWO = (
    f"length(datum.label) > {_LONG} && {_BREAK} >= 0 ? [slice(datum.label, 0, {_FROM} + {_BREAK}), "
    f"slice(datum.label, {_FROM} + {_BREAK} + 1)] : datum.label"
)
_FOURS = (4, 7, 8)  # panels that fill fewer lines by four than by three


def multiples(
    id: str,
    title: str,
    series: Sequence[Series],
    *,
    lang: str,
    unit: str = "",
    note: str = "",
    zero: bool = True,
    named_axis: bool = True,
) -> Figure | None:
    """One panel a series, at most 24 (the table has all); None where no period of any has a figure.

    Args:
        named_axis: False where the title says what the periods are: panels are lower then, and none repeats the name.
    """
    words = Words(lang)
    if not line_chart.has_figures(series):
        return None
    unit = unit or words["count_unit"]
    names = canvas.unique(one.name for one in series)
    axis = periods.axis_of(p.period for one in series for p in one.points)
    found = {
        p.state for one in series[:MOST] for p in one.points if p.state in ("withheld", "nothing-collected")
    }
    text = words.fill(
        "alt_multiples", unit=unit, first=periods.name_of(axis.periods[0], words),
        last=periods.name_of(axis.periods[-1], words), names=words.listed(names),
    )  # fmt: skip

    def drawing() -> canvas.Drawing:
        marks = line_chart.mark_rows(series[:MOST], names[:MOST], axis, words, unit)
        domain = line_chart.domain_of(marks, zero=zero)
        rows = _rows(series[:MOST], names[:MOST], axis, marks, domain)
        return _panels(axis, words, unit, domain, named_axis), {"figures": rows}

    layout: dict[str, float] = {"panels": len(names[:MOST])}
    if not named_axis and len(names) in _FOURS:
        layout["panel"] = NARROW
    return canvas.figure(
        id, title, drawing=drawing, layout=layout, lang=lang, alt=text, unit=unit,
        columns=line_chart.series_columns(words, unit), rows=line_chart.series_rows(series, names),
        notes=[note, *line_chart.series_notes(line_chart.has_bands(series[:MOST]), found, set(), words, zero=zero, told=bool(note))],
    )  # fmt: skip


def _rows(
    series: Sequence[Series],
    names: Sequence[str],
    axis: periods.Axis,
    marks: Sequence[dict[str, Any]],
    domain: tuple[float, float],
) -> list[dict[str, Any]]:
    """Figures, and what is drawn where there are none, each with the number of its panel."""
    rows: list[dict[str, Any]] = [row | {"kind": "mark"} for row in marks]
    for name, one in zip(names, series, strict=True):
        shared, _ = states.by_period([one], [name], axis)
        nothing = [i for i, state in shared if state == "nothing-collected"]
        withheld = [i for i, state in shared if state == "withheld"]
        drawn = [
            *(row | {"kind": "wash"} for row in states.washes([i for i, _ in shared], domain)),
            *(row | {"kind": "hatch"} for row in states.hatch(nothing, domain)),
            *(row | {"kind": "dot"} for row in states.dots(withheld, domain)),
        ]
        rows += [row | {"series": name} for row in drawn]
    order = {name: number for number, name in enumerate(names)}
    return [row | {"order": order[str(row["series"])]} for row in rows]


def _panels(
    axis: periods.Axis, words: Words, unit: str, domain: tuple[float, float], named_axis: bool
) -> Any:
    """All layers take one data set, told apart by `kind`: a panel can only be cut from one."""
    alt = altair()
    t = tokens()
    untitled: dict[str, Any] = {} if named_axis else {"title": None}
    colour = t["series"]["colours"][0]
    scale = alt.Scale(domain=list(domain), nice=False, zero=False)
    y, low = (
        alt.Y(f"{field}:Q", scale=scale, axis=alt.Axis(title=None, tickCount=3)) for field in ("y", "low")
    )

    def only(test: str) -> Any:
        return alt.Chart().transform_filter(test).encode(x=line_chart.x_scale(axis, words, **untitled))

    marks = "datum.kind === 'mark'"
    band = only(f"{marks} && isValid(datum.low) && !datum.alone").mark_area(opacity=0.2, color=colour)
    whisker = only(f"{marks} && isValid(datum.low) && datum.alone").mark_rule(
        opacity=0.55, strokeWidth=2, color=colour
    )
    hatches = only("datum.kind === 'hatch'").mark_rule(color=t["states"]["nothing"], strokeWidth=1)
    dots = only("datum.kind === 'dot'").mark_point(filled=True, color=t["colour"]["edge"], size=4, opacity=1)
    point = only(marks).mark_point(filled=True, size=22, opacity=1, color=colour)
    layers = [
        only("datum.kind === 'wash'")
        .mark_rect(color=t["colour"]["wash"])
        .encode(y=y, x2=alt.X2("x2:Q"), y2=alt.Y2("y2:Q")),
        hatches.encode(y=y, x2=alt.X2("x2:Q"), y2=alt.Y2("y2:Q")),
        dots.encode(y=y),
        band.encode(y=low, y2=alt.Y2("high:Q"), detail=alt.Detail("run:N")),
        whisker.encode(y=low, y2=alt.Y2("high:Q")),
        only(marks).mark_line(strokeWidth=1.75, color=colour).encode(y=y, detail=alt.Detail("run:N")),
        point.encode(y=y, tooltip=line_chart.tips(words)),
    ]
    header = alt.Header(
        title=unit, titleAnchor="start", titleOrient="top", labelAnchor="start", labelOrient="top", labelPadding=4, labelExpr=_IN_TWO
    )  # fmt: skip
    # By number: a list of names would become an expression, in which a name must not stand.
    facet = alt.Facet("series:N", sort=alt.EncodingSortField(field="order", op="min"), header=header)
    return alt.FacetChart(
        data=alt.NamedData("figures"), spec=alt.LayerChart(layer=layers, height=HEIGHT if named_axis else LOW), facet=facet, columns=3, spacing=14,
        resolve=alt.Resolve(axis=alt.AxisResolveMap(x="independent")),
    )  # fmt: skip
