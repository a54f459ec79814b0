"""Coverage: when each source, or kind of source, was collected, as strips shaded by how much.

In: Stretch records. Out: Figure. White with a stroke is "collected, nothing found"; hatched is "nothing collected".
Left out: what was collected.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vigie.charts import canvas, line_chart, periods, steps
from vigie.charts.canvas import altair
from vigie.charts.figure import Column, Figure
from vigie.charts.records import Stretch
from vigie.charts.theme import tokens
from vigie.charts.words import Words

ROW = 36  # px: the name, the strip below it
MOST = 40
_TOP, _FOOT = 0.47, 0.9  # of a row


def coverage(
    id: str, title: str, stretches: Sequence[Stretch], *, lang: str, unit: str = "", note: str = ""
) -> Figure | None:
    """A strip for each stretch, at most 40 (the table has all); None where there is no cell."""
    words = Words(lang)
    stretches = [one for one in stretches if one.cells]
    if not stretches:
        return None
    unit = unit or words["count_unit"]
    names = canvas.unique(one.name for one in stretches)
    drawn = list(zip(names, stretches, strict=True))[:MOST]
    axis = periods.axis_of(period for one in stretches for period, _, _ in one.cells)
    shades = steps.steps_of(
        [n for _, one in drawn for _, n, state in one.cells if state == "shown" and n > 0], words
    )
    cells: list[dict[str, Any]] = []
    strokes: list[dict[str, Any]] = []
    dots: list[dict[str, Any]] = []
    zeros: list[dict[str, Any]] = []
    found: set[str] = set()
    for row, (name, one) in enumerate(drawn):
        for period, count, said in one.cells:
            at = axis.index(period)
            state = "zero" if said == "shown" and count <= 0 else said
            found.add(state)
            label = steps.label_of(count, shades) if state == "shown" else words[f"state_{state}"]
            cells.append({
                "x": at - 0.46, "x2": at + 0.46, "y": row + _TOP, "y2": row + _FOOT, "class": label, "series": name,
                "period": periods.name_of(period, words), "value": words.measure(count, unit) if state == "shown" else label,
            })  # fmt: skip
            if state == "nothing-collected":
                strokes += _hatch(at, row)
            elif state == "withheld":
                dots += [
                    {"x": at + dx, "y": row + (_TOP + _FOOT) / 2 + dy}
                    for dx, dy in ((-0.2, 0.08), (0.2, -0.08))
                ]
            elif state == "zero":
                zeros.append({"x": at - 0.2, "x2": at + 0.2, "y": row + (_TOP + _FOOT) / 2})
    text = words.fill(
        "alt_coverage", first=periods.name_of(axis.periods[0], words), last=periods.name_of(axis.periods[-1], words),
        unit=unit, names=words.listed(names),
    )  # fmt: skip
    data: dict[str, Any] = {
        "cells": cells, "strokes": strokes, "dots": dots, "zeros": zeros,
        "names": [{"y": row + 0.2, "text": name} for row, (name, _) in enumerate(drawn)],
        "legend": canvas.legend_rows(found - {"shown"}, words),
    }  # fmt: skip

    def drawing() -> canvas.Drawing:
        layers = _layers(data, shades, axis, len(drawn), found, words, unit)
        return canvas.layered(layers, height=ROW * len(drawn)), {
            name: part for name, part in data.items() if part
        }

    return canvas.figure(
        id, title, alt=text, unit=unit,
        drawing=drawing, lang=lang,
        notes=[
            note, words["note_nothing"] if "nothing-collected" in found else "",
            words["note_withheld"] if "withheld" in found else "", words["note_zero_cell"] if "zero" in found else "",
        ],
        columns=[
            Column(name="name", label=words["column_name"]), Column(name="period", label=words["column_period"]),
            Column(name="count", label=words["column_count"], unit=unit), Column(name="state", label=words["column_state"]),
        ],
        # Nothing was counted where nothing was collected or shown: the table does not say zero.
        rows=[
            (name, period, count if state in ("shown", "zero") else None, state)
            for name, one in zip(names, stretches, strict=True) for period, count, state in one.cells
        ],
    )  # fmt: skip


def _hatch(at: int, row: int) -> list[dict[str, Any]]:
    """Three slanting strokes inside a cell."""
    left, right, top, foot = at - 0.46, at + 0.46, row + _TOP, row + _FOOT
    middle_x, middle_y = (left + right) / 2, (top + foot) / 2
    ends = [(left, middle_y, middle_x, top), (left, foot, right, top), (middle_x, foot, right, middle_y)]
    return [{"x": x, "y": y, "x2": x2, "y2": y2} for x, y, x2, y2 in ends]


def _layers(
    data: dict[str, Any], shades: Sequence[steps.Step], axis: periods.Axis, rows: int, found: set[str], words: Words, unit: str
) -> list[Any]:  # fmt: skip
    alt = altair()
    t = tokens()
    paper = t["colour"]["paper"]
    plain = [(words[f"state_{state}"], paper) for state in sorted(found - {"shown"})]
    fills = [(step.label, step.colour) for step in shades]
    legend = (
        canvas.legend(
            [label for label, _ in fills],
            values=[label for label, _ in fills],
            symbolType="square",
            symbolStrokeColor=t["colour"]["edge"],
            symbolStrokeWidth=0.75,
            title=unit,
            offset=8,
        )
        if fills
        else None
    )
    fill = alt.Fill(
        "class:N", scale=alt.Scale(domain=[label for label, _ in fills + plain], range=[colour for _, colour in fills + plain]), legend=legend
    )  # fmt: skip
    x = line_chart.x_scale(axis, words)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[rows, 0], nice=False, zero=False), axis=None)
    tips = canvas.tooltips(
        ("series", words["column_name"]), ("period", words["column_period"]), ("value", unit)
    )

    def of(name: str) -> Any:
        return alt.Chart(alt.NamedData(name))

    layers = [
        of("cells").mark_rect(stroke=t["colour"]["edge"], strokeWidth=0.5)
        .encode(x=x, x2=alt.X2("x2:Q"), y=y, y2=alt.Y2("y2:Q"), fill=fill, tooltip=tips),
        of("names").mark_text(align="left", baseline="middle", limit=canvas.NARROW - 10).encode(x=alt.XValue(0), y=y, text=alt.Text("text:N")),
    ]  # fmt: skip
    if data["strokes"]:
        layers.append(
            of("strokes")
            .mark_rule(color=t["colour"]["edge"], strokeWidth=0.8)
            .encode(x=x, x2=alt.X2("x2:Q"), y=y, y2=alt.Y2("y2:Q"))
        )
    if data["dots"]:
        layers.append(of("dots").mark_circle(size=7, color=t["colour"]["quiet"], opacity=1).encode(x=x, y=y))
    if data["zeros"]:
        layers.append(
            of("zeros")
            .mark_rule(color=t["colour"]["ink"], strokeWidth=1.5)
            .encode(x=x, x2=alt.X2("x2:Q"), y=y)
        )
    if data["legend"]:
        layers.append(canvas.state_layer(found - {"shown"}, words, offset=8))
    return layers
