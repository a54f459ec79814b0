"""Maps: areas shaded by a figure, each state drawn in its own way.

In: AreaValue records. Out: Figure. Areas without a figure are never shaded: hatched where nothing was collected, dotted where
too few sources allow none, white for zero, light grey where the data say nothing of them.
Left out: bubbles; a scale of colours that runs without steps (nobody can read a shade off it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from vigie.charts import canvas, geometry, plane, steps
from vigie.charts.canvas import altair
from vigie.charts.figure import Column, Figure
from vigie.charts.records import AreaValue
from vigie.charts.theme import tokens
from vigie.charts.words import Words

Which = Literal["france", "europe", "world"]


def area_map(
    id: str,
    title: str,
    values: Sequence[AreaValue],
    *,
    lang: str,
    unit: str = "",
    note: str = "",
    which: Which = "france",
) -> Figure | None:
    """One shade a step of values. `which`: "france" (by department, or by region if the codes are those of regions, with the
    overseas territories as insets), "europe" or "world". None where no area of the map is named."""
    words = Words(lang)
    plan_name = _plan_for(values, which)
    plan = geometry.plan(plan_name)
    by_code = {value.code: value for value in values if value.code in plan.outlines}
    if not by_code:
        return None
    unit = unit or words["count_unit"]
    shades = steps.steps_of(
        [v.value for v in by_code.values() if v.state == "shown" and v.value is not None], words
    )
    found = {_state(by_code.get(code)) for code in plan.outlines}
    shown = sorted(
        (v for v in by_code.values() if v.value is not None and v.state == "shown"),
        key=lambda v: -float(v.value or 0),
    )
    text = _alt(
        shown,
        words,
        unit,
        {s: [v.name for v in by_code.values() if _state(v) == s] for s in ("withheld", "nothing-collected")},
    )

    def drawing() -> canvas.Drawing:
        data = _data(plan, by_code, found, shades, words, unit)
        return _chart(data, shades, found, words, unit), {name: part for name, part in data.items() if part}

    outside = [v.name for v in values if v.code not in plan.outlines]
    return canvas.figure(
        id, title, alt=text, unit=unit,
        drawing=drawing, layout={"ratio": round(plan.height / geometry.WIDTH, 4)}, lang=lang,
        notes=[
            note,
            words["note_nothing"] if "nothing-collected" in found else "",
            words["note_withheld"] if "withheld" in found else "",
            words["note_zero_area"] if "zero" in found else "",
            words["note_no_figure"] if "no-figure" in found else "",
            words["note_insets"] if plan.labels else "",
            words.fill("note_outside", names=words.listed(outside)) if outside else "",
        ],
        columns=[
            Column(name="code", label=words["column_code"]), Column(name="area", label=words["column_area"]),
            Column(name="value", label=words["column_value"], unit=unit), Column(name="statements", label=words["column_n"]),
            Column(name="sources", label=words["column_sources"]), Column(name="state", label=words["column_state"]),
        ],
        rows=[
            # Nobody counted where nobody looked, nor is told of what is withheld.
            (v.code, canvas.clean(v.name), v.value, *((v.n, v.sources) if v.state in ("shown", "zero") else (None, None)), v.state)
            for v in values
        ],
    )  # fmt: skip


def _plan_for(values: Sequence[AreaValue], which: Which) -> str:
    """Regions where more of the codes are regions than departments."""
    if which != "france":
        return which
    regions, departments = geometry.codes("regions"), geometry.codes("france")
    return (
        "regions"
        if sum(v.code in regions for v in values) > sum(v.code in departments for v in values)
        else "france"
    )


def _state(value: AreaValue | None) -> str:
    if value is None or (value.state == "shown" and value.value is None):
        return "no-figure"
    return value.state


def _data(
    plan: geometry.Plan,
    by_code: Mapping[str, AreaValue],
    found: set[str],
    shades: Sequence[steps.Step],
    words: Words,
    unit: str,
) -> dict[str, list[dict[str, Any]]]:
    """What is drawn, by the name of its layer."""
    rows, hatches, dots = [], list[tuple[plane.Spot, plane.Spot]](), list[plane.Spot]()
    for code, outline in sorted(plan.outlines.items()):
        value = by_code.get(code)
        state = _state(value)
        if state == "nothing-collected":
            hatches += plane.strokes(outline.rings, plan.step)
        elif state == "withheld":
            dots += plane.dots(outline.rings, plan.step)
        rows.append(_row(code, outline, value, state, shades, words, unit))
    return {
        "areas": rows,
        "hatches": _lines(hatches),
        "dots": [{"x": x, "y": y} for x, y in dots],
        "frames": [
            {"type": "Feature", "geometry": {"type": "LineString", "coordinates": frame}}
            for frame in plan.frames
        ],
        "labels": [{"x": x, "y": y, "text": words.inset(key)} for key, (x, y) in plan.labels],
        "legend": canvas.legend_rows(found & {"withheld", "nothing-collected"}, words),
    }


def _row(
    code: str, outline: geometry.Outline, value: AreaValue | None, state: str, shades: Sequence[steps.Step], words: Words, unit: str
) -> dict[str, Any]:  # fmt: skip
    figure = value.value if value is not None and state == "shown" else None
    label = words[f"state_{state}"] if figure is None else steps.label_of(figure, shades)
    return {
        "type": "Feature",
        # Holes run the other way round, so that they stay open though every ring stands as a polygon.
        "geometry": {"type": "MultiPolygon", "coordinates": [[ring] for ring in outline.rings]},
        "class": label,
        "name": canvas.clean(value.name) if value else code,
        "value": words.measure(value.value, unit)
        if value and value.value is not None
        else words[f"state_{state}"],
        "n": value.n if value else 0,
        "sources": value.sources if value else 0,
    }


def _lines(strokes: Sequence[tuple[plane.Spot, plane.Spot]]) -> list[dict[str, Any]]:
    if not strokes:
        return []
    return [
        {
            "type": "Feature",
            "geometry": {"type": "MultiLineString", "coordinates": [list(s) for s in strokes]},
        }
    ]


def _chart(
    data: Mapping[str, Sequence[Any]], shades: Sequence[steps.Step], found: set[str], words: Words, unit: str
) -> Any:
    alt = altair()
    t = tokens()
    fills = [(step.label, step.colour) for step in shades]
    fills += [(words[f"state_{s}"], t["states"]["zero"]) for s in ("zero",) if s in found]
    fills += [(words["state_no-figure"], t["states"]["withheld"]) for _ in "x" if "no-figure" in found]
    plain = [
        (words[f"state_{s}"], t["colour"]["paper"]) for s in ("nothing-collected", "withheld") if s in found
    ]
    legend = canvas.legend([label for label, _ in fills], values=[label for label, _ in fills], symbolType="square",
        symbolStrokeColor=t["colour"]["edge"], symbolStrokeWidth=0.75, title=unit, offset=8) if fills else None  # fmt: skip
    plane_ = alt.Projection(type="identity")
    scale = alt.Scale(
        domain=[label for label, _ in fills + plain], range=[colour for _, colour in fills + plain]
    )
    tips = canvas.tooltips(
        ("name", words["column_area"]),
        ("value", unit),
        ("n", words["column_n"]),
        ("sources", words["column_sources"]),
    )

    def of(name: str) -> Any:
        return alt.Chart(data=alt.NamedData(name), projection=plane_)

    layers = [
        of("areas").mark_geoshape(stroke=t["colour"]["edge"], strokeWidth=0.5)
        .encode(fill=alt.Fill("class:N", scale=scale, legend=legend), tooltip=tips),
    ]  # fmt: skip
    if data["hatches"]:
        layers.append(of("hatches").mark_geoshape(filled=False, stroke=t["colour"]["edge"], strokeWidth=0.6))
    if data["dots"]:
        dot = of("dots").mark_circle(size=5, color=t["colour"]["quiet"], opacity=1)
        layers.append(dot.encode(longitude=alt.Longitude("x:Q"), latitude=alt.Latitude("y:Q")))
    if data["frames"]:
        layers.append(of("frames").mark_geoshape(filled=False, stroke=t["colour"]["rule"], strokeWidth=1))
    if data["labels"]:
        label = of("labels").mark_text(align="left", baseline="top", fontSize=10, color=t["colour"]["quiet"])
        layers.append(
            label.encode(
                longitude=alt.Longitude("x:Q"), latitude=alt.Latitude("y:Q"), text=alt.Text("text:N")
            )
        )
    if data["legend"]:
        layers.append(
            canvas.state_layer([s for s in ("withheld", "nothing-collected") if s in found], words, offset=8)
        )
    return canvas.layered(layers)


def _alt(shown: Sequence[AreaValue], words: Words, unit: str, states: Mapping[str, Sequence[str]]) -> str:
    if shown:
        most = (f"{canvas.clean(v.name)}{words['colon']}{words.number(v.value or 0)}" for v in shown)
        text = words.fill("alt_area_map", unit=unit, values=words.listed(most, 5))
    else:
        text = words["alt_area_map_none"]
    said = [
        f"{words[f'state_{s}']}{words['colon']}{words.listed(map(canvas.clean, names), 5)}"
        for s, names in states.items()
        if names
    ]
    return " ".join([text, *([words.fill("alt_states", values="; ".join(said))] if said else [])])
