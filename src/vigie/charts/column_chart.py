"""Columns: counts by period, where a period in which nobody looked is hatched and not a column of height zero.

In: points of one series, or several series that add up (stacked). Out: Figure. Zero is a stroke on the axis.
Left out: shares; values that do not add up (use `lines`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vigie.charts import canvas, line_chart, periods, states
from vigie.charts.canvas import altair
from vigie.charts.figure import Figure
from vigie.charts.records import Point, Series
from vigie.charts.theme import tokens
from vigie.charts.words import Words

HEIGHT = 190  # px
_HALF = 0.36  # of a period


def columns(
    id: str,
    title: str,
    data: Sequence[Point] | Sequence[Series],
    *,
    lang: str,
    unit: str = "",
    note: str = "",
) -> Figure | None:
    """Columns from zero; None where no period has a figure. More than six series become small multiples."""
    words = Words(lang)
    series = _series(data, title)
    if not line_chart.has_figures(series):
        return None
    if len(series) > line_chart.MOST:
        from vigie.charts.panels import multiples  # it draws what is too much for one frame

        return multiples(id, title, series, lang=lang, unit=unit, note=note)
    unit = unit or words["count_unit"]
    names = canvas.unique(one.name for one in series)
    axis = periods.axis_of(p.period for one in series for p in one.points)
    rows, zeros = _stacked(series, names, axis, words, unit)
    shared, single = states.by_period(series, names, axis)
    found = {state for _, state in shared} | {state for _, state, _ in single}
    domain = line_chart.domain_of([{"y": row["y2"]} for row in rows] or [{"y": 0.0}], zero=True)

    def drawing() -> canvas.Drawing:
        whole = all(float(row["y2"]).is_integer() for row in rows)
        layers = _layers(names, axis, words, unit, domain, states.room(single, names), whole=whole)
        data = {"figures": rows, "zeros": zeros}
        if not found:
            return canvas.layered(layers, height=HEIGHT), data
        x = line_chart.x_scale(axis, words, **states.room(single, names))
        behind, signs, more = states.around(shared, single, names, domain, words, x, HEIGHT)
        chart = canvas.layered(
            [*behind, altair().LayerChart(layer=layers), signs], height=HEIGHT, apart=("color", "shape")
        )
        return chart, {**data, **more}

    top = max(rows, key=lambda row: float(row["y2"]), default=None)
    text = words.fill(
        "alt_columns", unit=unit, first=periods.name_of(axis.periods[0], words), last=periods.name_of(axis.periods[-1], words),
        top=f"{top['period']}{words['colon']}{words.number(float(top['y2']))}" if top else words.number(0),
    )  # fmt: skip
    notes = line_chart.series_notes(False, found, {s for _, s, _ in single}, words, zero=True, told=True)
    return canvas.figure(
        id, title, drawing=drawing, lang=lang, alt=text, unit=unit,
        notes=[note, *(n for n in notes if n != words["note_gap"]), words["note_zero_mark"] if zeros else ""],
        columns=line_chart.series_columns(words, unit), rows=line_chart.series_rows(series, names),
    )  # fmt: skip


def _series(data: Sequence[Point] | Sequence[Series], title: str) -> list[Series]:
    points = tuple(one for one in data if isinstance(one, Point))
    series = [one for one in data if isinstance(one, Series)]
    return [*series, *([Series(name=title, points=points)] if points else [])]


def _stacked(
    series: Sequence[Series], names: Sequence[str], axis: periods.Axis, words: Words, unit: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Columns, and strokes for periods whose sum is zero."""
    rows, height, looked = [], dict[int, float](), set[int]()
    for name, one in zip(names, series, strict=True):
        for p in one.points:
            at = axis.index(p.period)
            if p.value is None or p.state not in ("shown", "zero"):
                continue
            looked.add(at)
            foot = height.get(at, 0.0)
            height[at] = foot + max(0.0, p.value)
            if p.value > 0:
                rows.append({
                    "x": at - _HALF, "x2": at + _HALF, "y": foot, "y2": height[at], "series": name,
                    "period": periods.name_of(p.period, words), "value": words.measure(p.value, unit), "n": p.n, "sources": p.sources,
                })  # fmt: skip
    zeros = [{"x": at - _HALF, "x2": at + _HALF, "y": 0} for at in sorted(looked) if height[at] == 0]
    return rows, zeros


def _layers(
    names: Sequence[str],
    axis: periods.Axis,
    words: Words,
    unit: str,
    domain: tuple[float, float],
    room: dict[str, Any],
    *,
    whole: bool,
) -> list[Any]:
    alt = altair()
    colours = list(tokens()["series"]["colours"][: len(names)])
    colour = alt.Color(
        "series:N", sort=None, scale=alt.Scale(domain=list(names), range=colours), legend=canvas.legend(names) if len(names) > 1 else None
    )  # fmt: skip
    x = line_chart.x_scale(axis, words, **room)
    y_axis = canvas.y_axis(unit, **({"tickMinStep": 1} if whole else {}))
    y = alt.Y("y:Q", scale=alt.Scale(domain=list(domain), nice=False), axis=y_axis)
    tips = canvas.tooltips(
        *([("series", words["column_series"])] if len(names) > 1 else []), ("period", words["column_period"]),
        ("value", words["column_value"]), ("n", words["column_n"]), ("sources", words["column_sources"]),
    )  # fmt: skip
    # A hairline of paper between stacked parts: they are told apart without colour.
    column = alt.Chart(alt.NamedData("figures")).mark_rect(
        stroke=tokens()["colour"]["paper"], strokeWidth=0.75 if len(names) > 1 else 0
    )
    zero = alt.Chart(alt.NamedData("zeros")).mark_rule(color=tokens()["colour"]["ink"], strokeWidth=2.5)
    return [
        column.encode(x=x, x2=alt.X2("x2:Q"), y=y, y2=alt.Y2("y2:Q"), color=colour, tooltip=tips),
        zero.encode(x=x, x2=alt.X2("x2:Q"), y=y),
    ]
