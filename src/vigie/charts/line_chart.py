"""Lines over time, each with the band of its uncertainty.

In: Series. Out: Figure. A gap stays a gap: no line runs through periods without a figure. Periods in which nothing was
collected are hatched over the whole height, those withheld are dotted; where that holds for some series only, a small
sign stands at the foot. Left out: smoothing; more than six lines in one frame (they become small multiples).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from vigie.charts import canvas, periods, states
from vigie.charts.canvas import altair
from vigie.charts.figure import Column, Figure
from vigie.charts.records import Series
from vigie.charts.theme import tokens
from vigie.charts.words import Words

MOST = 6
HEIGHT = 230  # px


def lines(
    id: str,
    title: str,
    series: Sequence[Series],
    *,
    lang: str,
    unit: str = "",
    note: str = "",
    zero: bool = True,
) -> Figure | None:
    """One line a series; None where no period of any has a figure. `zero`: whether the axis starts at zero."""
    words = Words(lang)
    if not has_figures(series):
        return None
    if len(series) > MOST:
        from vigie.charts.panels import multiples  # it is made of this module's parts

        return multiples(id, title, series, lang=lang, unit=unit, note=note, zero=zero)
    unit = unit or words["count_unit"]
    names = canvas.unique(one.name for one in series)
    axis = periods.axis_of(p.period for one in series for p in one.points)
    shared, single = states.by_period(series, names, axis)
    found = {state for _, state in shared} | {state for _, state, _ in single}

    def drawing() -> canvas.Drawing:
        marks = mark_rows(series, names, axis, words, unit)
        domain = domain_of(marks, zero=zero)
        layers = frame(axis, names, words, unit, domain, states.room(single, names))
        if not found:
            return canvas.layered(layers, height=HEIGHT), {"figures": marks}
        x = x_scale(axis, words, **states.room(single, names))
        behind, signs, rows = states.around(shared, single, names, domain, words, x, HEIGHT)
        # Scales of their own: a sign of a state is no series; the legend of series says colour and shape at once.
        chart = canvas.layered(
            [*behind, altair().LayerChart(layer=layers), signs], height=HEIGHT, apart=("color", "shape")
        )
        return chart, {"figures": marks, **rows}

    text = words.fill(
        "alt_lines", unit=unit, first=periods.name_of(axis.periods[0], words),
        last=periods.name_of(axis.periods[-1], words), names=words.listed(names),
    )  # fmt: skip
    return canvas.figure(
        id, title, drawing=drawing, lang=lang, alt=text, unit=unit, columns=series_columns(words, unit), rows=series_rows(series, names),
        notes=[note, *series_notes(has_bands(series), found, {s for _, s, _ in single}, words, zero=zero, told=bool(note))],
    )  # fmt: skip


def has_figures(series: Sequence[Series]) -> bool:
    return any(p.value is not None for one in series for p in one.points)


def has_bands(series: Sequence[Series]) -> bool:
    return any(
        p.value is not None and p.low is not None and p.high is not None for one in series for p in one.points
    )


def mark_rows(
    series: Sequence[Series], names: Sequence[str], axis: periods.Axis, words: Words, unit: str
) -> list[dict[str, object]]:
    """One row for each figure; `run` changes at every gap, `alone` says that a run is one period long."""
    rows: list[dict[str, object]] = []
    for name, one in zip(names, series, strict=True):
        points = sorted((p for p in one.points if p.value is not None), key=lambda p: axis.index(p.period))
        run, before, mine = 0, None, []
        for p in points:
            at = axis.index(p.period)
            if before is not None and at != before + 1:
                run += 1
            before = at
            assert p.value is not None
            row: dict[str, object] = {
                "x": at, "y": p.value, "series": name, "run": run, "period": periods.name_of(p.period, words),
                "value": words.measure(p.value, unit), "n": p.n, "sources": p.sources, "interval": canvas.interval_text(p.low, p.high, words),
            }  # fmt: skip
            if p.low is not None and p.high is not None:
                row |= {"low": p.low, "high": p.high}
            mine.append(row)
        length: dict[object, int] = {}
        for row in mine:
            length[row["run"]] = length.get(row["run"], 0) + 1
        rows += [row | {"alone": length[row["run"]] == 1} for row in mine]
    return rows


def x_scale(axis: periods.Axis, words: Words, **more: Any) -> Any:
    """Position of a period: its number, so that hatches can be drawn between two."""
    alt = altair()
    return alt.X(
        "x:Q",
        scale=alt.Scale(domain=[-0.5, len(axis.periods) - 0.5], nice=False, zero=False),
        axis=alt.Axis(
            values=axis.ticks(), labelExpr=axis.label_expression(words), labelOverlap="greedy",
            labelFlush=False, **({"title": words[f"axis_{axis.kind}"]} | more),
        ),
    )  # fmt: skip


def domain_of(marks: Sequence[dict[str, Any]], *, zero: bool) -> tuple[float, float]:
    """Ends of the axis, on a round step; they are set here so that hatches reach from foot to top."""
    values = [float(row[key]) for row in marks for key in ("y", "low", "high") if key in row]
    low, high = min(values), max(values)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        low, high = (0.0, 1.0) if low == 0 else (low - abs(low) * 0.1, high + abs(high) * 0.1)
    size = 10 ** math.floor(math.log10((high - low) / 5))
    step = next(size * k for k in (1, 2, 5, 10) if size * k * 5 >= (high - low) * 0.999)
    return round(math.floor(low / step + 1e-9) * step, 10), round(math.ceil(high / step - 1e-9) * step, 10)


def frame(
    axis: periods.Axis,
    names: Sequence[str],
    words: Words,
    unit: str,
    domain: tuple[float, float],
    room: dict[str, Any],
) -> list[Any]:
    """Bands, lines and points in one frame."""
    alt = altair()
    look = tokens()["series"]
    count = len(names)
    shown = canvas.legend(names) if count > 1 else None

    def scaled(kind: Any, values: Sequence[Any], key: Any) -> Any:
        return kind(
            "series:N", sort=None, scale=alt.Scale(domain=list(names), range=list(values)), legend=key
        )

    colour = scaled(alt.Color, look["colours"][:count], shown)
    shape = scaled(alt.Shape, look["shapes"][:count], shown)
    dash = scaled(alt.StrokeDash, [list(dash) or [1, 0] for dash in look["dashes"][:count]], None)
    scale = alt.Scale(domain=list(domain), nice=False, zero=False)
    y, low = (alt.Y(f"{field}:Q", scale=scale, axis=canvas.y_axis(unit)) for field in ("y", "low"))
    base = alt.Chart(alt.NamedData("figures")).encode(x=x_scale(axis, words, **room), color=colour)
    band = base.transform_filter("isValid(datum.low) && !datum.alone").mark_area(opacity=0.2)
    whisker = base.transform_filter("isValid(datum.low) && datum.alone").mark_rule(
        opacity=0.55, strokeWidth=2
    )
    point = base.mark_point(
        filled=True, size=55, opacity=1, stroke=tokens()["colour"]["paper"], strokeWidth=1
    )
    return [
        band.encode(y=low, y2=alt.Y2("high:Q"), detail=alt.Detail("run:N")),
        whisker.encode(y=low, y2=alt.Y2("high:Q")),
        base.mark_line(strokeWidth=2).encode(y=y, strokeDash=dash, detail=alt.Detail("run:N")),
        point.encode(y=y, shape=shape, tooltip=tips(words)),
    ]


def tips(words: Words) -> list[Any]:
    """What a point tells under the cursor."""
    return canvas.tooltips(
        ("series", words["column_series"]),
        ("period", words["column_period"]),
        ("value", words["column_value"]),
        ("interval", f"{words['column_low']} – {words['column_high'].lower()}"),
        ("n", words["column_n"]),
        ("sources", words["column_sources"]),
    )


def series_notes(
    bands: bool,
    found: set[Any],
    single: set[Any],
    words: Words,
    *,
    zero: bool,
    told: bool,
) -> list[str]:
    """How to read it, in the order in which one asks. `bands`: whether any is drawn; `told`: a note of the caller says what they are."""
    return [
        words["note_band"] if bands and not told else "",
        words["note_gap"] if found else "",
        words["note_nothing"] if "nothing-collected" in found else "",
        words["note_withheld"] if "withheld" in found else "",
        words["note_series_nothing"] if "nothing-collected" in single else "",
        words["note_series_withheld"] if "withheld" in single else "",
        "" if zero else words["note_start"],
    ]


def series_columns(words: Words, unit: str) -> list[Column]:
    return [
        Column(name="series", label=words["column_series"]),
        Column(name="period", label=words["column_period"]),
        Column(name="value", label=words["column_value"], unit=unit),
        Column(name="low", label=words["column_low"], unit=unit),
        Column(name="high", label=words["column_high"], unit=unit),
        Column(name="statements", label=words["column_n"]),
        Column(name="sources", label=words["column_sources"]),
        Column(name="state", label=words["column_state"]),
    ]


def series_rows(series: Sequence[Series], names: Sequence[str]) -> list[tuple[Any, ...]]:
    return [
        (name, p.period, p.value, p.low, p.high, p.n, p.sources, p.state)
        for name, one in zip(names, series, strict=True)
        for p in one.points
    ]
