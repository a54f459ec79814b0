"""Periods without a figure, drawn so that none is taken for zero: a hatch where nothing was collected, dots where too
few sources allow no figure, a small sign at the foot where that holds for one series of several.

In: series and their axis. Out: a layer on a scale of its own, from 0 (foot) to 1 (top), and its data.
Left out: areas of maps (`hatching.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from vigie.charts import canvas
from vigie.charts.canvas import altair
from vigie.charts.periods import Axis
from vigie.charts.records import Series, State
from vigie.charts.theme import tokens
from vigie.charts.words import Words

ROW = 10  # px between two files of signs
STRIPES = 7  # in the height of the frame
SLASH = "M-.6,1L.6,-1"


def by_period(
    series: Sequence[Series], names: Sequence[str], axis: Axis
) -> tuple[list[tuple[int, State]], list[tuple[int, State, str]]]:
    """(index, state) that every series shares, and (index, state, series) of the others."""
    at: dict[int, dict[str, State]] = {}
    for name, one in zip(names, series, strict=True):
        for p in one.points:
            if p.state in ("withheld", "nothing-collected"):
                at.setdefault(axis.index(p.period), {})[name] = p.state
    shared: list[tuple[int, State]] = []
    single: list[tuple[int, State, str]] = []
    for index, of in sorted(at.items()):
        kinds = set(of.values())
        if len(of) == len(names) and len(kinds) == 1:
            shared.append((index, kinds.pop()))
        else:
            single += [(index, state, name) for name, state in of.items()]
    return shared, single


def hatch(indices: Iterable[int], domain: tuple[float, float]) -> list[dict[str, object]]:
    """Slanting strokes across the columns at these indices; those of neighbours join."""
    step = 1 / STRIPES
    strokes: list[tuple[float, float, float, float]] = []
    for i in indices:
        for k in range(STRIPES):
            foot, top = k * step, (k + 1) * step
            strokes += [
                (i - 0.5, i + 0.5, foot, top),
                (i - 0.5, i, foot + step / 2, top),
                (i, i + 0.5, foot, foot + step / 2),
            ]
    return [{"x": x, "x2": x2, "y": _at(y, domain), "y2": _at(y2, domain)} for x, x2, y, y2 in strokes]


def dots(indices: Iterable[int], domain: tuple[float, float]) -> list[dict[str, object]]:
    """Two files of dots in the columns at these indices."""
    step = 1 / (2 * STRIPES)
    return [
        {"x": i + (-0.22 if k % 2 else 0.22), "y": _at((k + 0.5) * step, domain)}
        for i in indices
        for k in range(2 * STRIPES)
    ]


def washes(indices: Iterable[int], domain: tuple[float, float]) -> list[dict[str, object]]:
    return [{"x": i - 0.5, "x2": i + 0.5, "y": domain[0], "y2": domain[1]} for i in indices]


def _at(share: float, domain: tuple[float, float]) -> float:
    return round(domain[0] + share * (domain[1] - domain[0]), 6)


def around(
    shared: Sequence[tuple[int, State]],
    single: Sequence[tuple[int, State, str]],
    names: Sequence[str],
    domain: tuple[float, float],
    words: Words,
    x: Any,
    height: int,
) -> tuple[list[Any], Any, dict[str, list[dict[str, object]]]]:
    """Layers that stand behind the figures; their part of the legend; their data.

    `height`: of the frame, px; `x`: the position of a period, as the figures have it; `domain`: the ends of the vertical axis.
    """
    alt = altair()
    t = tokens()
    found = {state for _, state in shared} | {state for _, state, _ in single}
    data: dict[str, list[dict[str, object]]] = {
        "washes": washes([i for i, _ in shared], domain),
        "hatches": hatch([i for i, state in shared if state == "nothing-collected"], domain),
        "dots": dots([i for i, state in shared if state == "withheld"], domain),
        "feet": [
            {
                "x": i,
                "series": name,
                "shape": state,
                "row": below(single, names).index(name),
                "said": words[f"state_{state}"],
            }
            for i, state, name in single
        ],
        "legend": canvas.legend_rows(found, words),
    }
    y = alt.Y("y:Q", scale=alt.Scale(domain=list(domain), nice=False, zero=False))
    wash, hatches, dot, foot = (
        alt.Chart(alt.NamedData(name)).encode(x=x) for name in ("washes", "hatches", "dots", "feet")
    )
    behind = []
    if shared:
        behind.append(
            wash.mark_rect(color=t["colour"]["wash"]).encode(x2=alt.X2("x2:Q"), y=y, y2=alt.Y2("y2:Q"))
        )
    if data["hatches"]:
        stroke = hatches.mark_rule(color=t["states"]["nothing"], strokeWidth=1)
        behind.append(stroke.encode(x2=alt.X2("x2:Q"), y=y, y2=alt.Y2("y2:Q")))
    if data["dots"]:
        behind.append(dot.mark_point(filled=True, color=t["colour"]["edge"], size=5, opacity=1).encode(y=y))
    signs = alt.Scale(domain=["nothing-collected", "withheld"], range=[SLASH, "circle"])
    tips = canvas.tooltips(("series", words["column_series"]), ("said", words["column_state"]))
    for row, name in enumerate(below(single, names)):
        # Under the frame, in a file for each series: inside it an open circle would be read as a value.
        mark = foot.transform_filter(f"datum.row === {row}").mark_point(
            filled=False, size=24, strokeWidth=1.5, opacity=1, color=t["series"]["colours"][names.index(name)]
        )  # fmt: skip
        shape = alt.Shape("shape:N", scale=signs, legend=None)
        behind.append(mark.encode(y=alt.YValue(height + 8 + ROW * row), shape=shape, tooltip=tips))
    return behind, canvas.state_layer(found, words), data


def below(single: Sequence[tuple[int, State, str]], names: Sequence[str]) -> list[str]:
    """Series that have signs of their own, in their order."""
    having = {name for _, _, name in single}
    return [name for name in names if name in having]


def room(single: Sequence[tuple[int, State, str]], names: Sequence[str]) -> dict[str, Any]:
    """By how much the horizontal axis is moved down for the signs, as an argument of the axis."""
    rows = len(below(single, names))
    return {"offset": 5 + ROW * rows} if rows else {}
