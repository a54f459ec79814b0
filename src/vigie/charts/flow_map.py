"""Map of flows: lines from origin to destination, thicker for more statements.

In: Flow records. Out: Figure. The map is Europe where both ends of all flows lie in it, else the world.
Left out: routes. A line says from where to where, not through which sea.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from vigie.charts import canvas, geometry
from vigie.charts.canvas import altair
from vigie.charts.figure import Column, Figure
from vigie.charts.plane import Spot
from vigie.charts.records import Flow
from vigie.charts.theme import tokens
from vigie.charts.words import Words

MOST = 40
_LABELS = 9
_BENDS = 24  # points of a curve
# Labels are placed for a map 340 px wide, so that they do not meet on a phone; on a wide page they stand further apart.
_UNIT = 340 / geometry.WIDTH
_CHAR, _LINE = 5.6 / _UNIT, 14 / _UNIT
_THIN, _THICK = 1.0, 6.0  # px


def flow_map(
    id: str, title: str, flows: Sequence[Flow], *, lang: str, unit: str = "", note: str = "", which: Literal["", "europe", "world"] = ""
) -> Figure | None:  # fmt: skip
    """Lines of at most 40 flows, the most stated first; the table has all. `which`: "" chooses. None where none can be drawn."""
    words = Words(lang)
    unit = unit or words["statements"]
    name = which or _plan_for(flows)
    ends = [
        (flow, geometry.where(flow.origin, name), geometry.where(flow.destination, name)) for flow in flows
    ]
    drawable = [
        (f, a, b)
        for f, a, b in ends
        if a is not None and b is not None and f.origin != f.destination and f.n > 0
    ]
    if not drawable:
        return None
    drawable = sorted(drawable, key=lambda row: (-row[0].n, row[0].origin, row[0].destination))[:MOST]
    plan = geometry.plan(name)
    most = drawable[0][0].n
    lines = [
        {
            "type": "Feature", "geometry": {"type": "LineString", "coordinates": _curve(a, b)}, "n": flow.n, "sources": flow.sources,
            "name": f"{canvas.clean(flow.origin_name)} → {canvas.clean(flow.destination_name)}", "value": words.measure(flow.n, unit),
            "said": words.number(flow.n),
        }
        for flow, a, b in reversed(drawable)
    ]  # fmt: skip
    text = words.fill(
        "alt_flow_map",
        unit=unit,
        values=words.listed((f"{f['name']}{words['colon']}{f['said']}" for f in reversed(lines)), 5),
    )

    def drawing() -> canvas.Drawing:
        starts = sorted({a for _, a, _ in drawable})
        arrivals = sorted({b for _, _, b in drawable})
        land = [[ring] for outline in plan.outlines.values() for ring in outline.rings]
        data: dict[str, Any] = {
            "land": [{"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": land}}],
            "frames": [{"type": "Feature", "geometry": {"type": "LineString", "coordinates": frame}} for frame in plan.frames],
            "flows": lines,
            "starts": [{"x": x, "y": y} for x, y in starts],
            "ends": [{"x": x, "y": y} for x, y in arrivals],
            "labels": _labels(drawable, plan.height),
        }  # fmt: skip
        return _chart(data, most, unit, words), {name_: part for name_, part in data.items() if part}

    left = len(flows) - len(drawable)
    return canvas.figure(
        id, title, alt=text, unit=unit,
        drawing=drawing, layout={"ratio": round(plan.height / geometry.WIDTH, 4)}, lang=lang,
        notes=[note, words["note_flow"], words.fill("note_flow_left", n=left) if left else ""],
        columns=[
            Column(name="origin_code", label=words["column_origin_code"]), Column(name="origin", label=words["column_origin"]),
            Column(name="destination_code", label=words["column_destination_code"]), Column(name="destination", label=words["column_destination"]),
            Column(name="statements", label=words["column_n"]), Column(name="sources", label=words["column_sources"]),
        ],
        rows=[
            (f.origin, canvas.clean(f.origin_name), f.destination, canvas.clean(f.destination_name), f.n, f.sources) for f in flows
        ],
    )  # fmt: skip


def _plan_for(flows: Sequence[Flow]) -> Literal["europe", "world"]:
    """Europe if it shows as many flows as the world does."""

    def shown(name: str) -> int:
        return sum(
            None not in (geometry.where(f.origin, name), geometry.where(f.destination, name)) for f in flows
        )

    return "europe" if shown("europe") == shown("world") else "world"


def _curve(a: Spot, b: Spot) -> list[list[float]]:
    """A flat curve, bent to the left of its way, so that there and back are two lines."""
    middle = ((a[0] + b[0]) / 2 + (b[1] - a[1]) * 0.18, (a[1] + b[1]) / 2 - (b[0] - a[0]) * 0.18)
    found = []
    for k in range(_BENDS + 1):
        t = k / _BENDS
        u, v, w = (1 - t) ** 2, 2 * t * (1 - t), t * t
        found.append(
            [round(u * a[0] + v * middle[0] + w * b[0], 1), round(u * a[1] + v * middle[1] + w * b[1], 1)]
        )
    return found


def _labels(drawable: Sequence[tuple[Flow, Any, Any]], height: float) -> list[dict[str, Any]]:
    """Names of the places most often named, where they meet neither each other nor the edge."""
    weight: dict[tuple[str, Spot], int] = {}
    for flow, a, b in drawable:
        for name, spot in ((flow.origin_name, a), (flow.destination_name, b)):
            key = (canvas.clean(name), spot)
            weight[key] = weight.get(key, 0) + flow.n
    taken = [(x - 8, y - 8, x + 8, y + 8) for _, (x, y) in weight]
    found: list[dict[str, Any]] = []
    for (name, (x, y)), _ in sorted(weight.items(), key=lambda row: (-row[1], row[0])):
        text = name if len(name) <= 22 else f"{name[:21].rstrip()}…"
        width = len(text) * _CHAR
        for align, left in (("left", x + 14), ("right", x - 14 - width)):
            for dy in (0.0, -_LINE * 0.7, _LINE * 0.7):
                box = (left, y + dy - _LINE / 2, left + width, y + dy + _LINE / 2)
                free = all(box[2] < o[0] or o[2] < box[0] or box[3] < o[1] or o[3] < box[1] for o in taken)
                if free and box[0] >= 0 and box[2] <= geometry.WIDTH and box[1] >= 0 and box[3] <= height:
                    taken.append(box)
                    found.append(
                        {
                            "x": x + (14 if align == "left" else -14),
                            "y": round(y + dy, 1),
                            "text": text,
                            "align": align,
                        }
                    )
                    break
            else:
                continue
            break
        if len(found) == _LABELS:
            break
    return found


def _chart(data: dict[str, Any], most: int, unit: str, words: Words) -> Any:
    alt = altair()
    t = tokens()
    flat = alt.Projection(type="identity")
    few = sorted({1, max(1, round(most / 2)), most})
    legend = canvas.legend(
        [words.number(n) for n in few],
        values=few,
        title=unit,
        offset=8,
        symbolType="stroke",
        symbolStrokeColor=t["series"]["colours"][1],
        format="d",
    )
    width = alt.StrokeWidth(
        "n:Q",
        scale=alt.Scale(
            type="sqrt", domain=[0, most], range=[_THIN if most > 1 else 2, _THICK if most > 1 else 2.5]
        ),
        legend=legend,
    )
    tips = canvas.tooltips(
        ("name", words["alt_flow_tip"]), ("value", unit), ("sources", words["column_sources"])
    )

    def of(name: str) -> Any:
        return alt.Chart(data=alt.NamedData(name), projection=flat)

    def spots(mark: Any) -> Any:
        return mark.encode(longitude=alt.Longitude("x:Q"), latitude=alt.Latitude("y:Q"))

    layers = [
        of("land").mark_geoshape(fill=t["states"]["withheld"], stroke=t["colour"]["paper"], strokeWidth=0.5)
    ]
    if data["frames"]:
        layers.append(of("frames").mark_geoshape(filled=False, stroke=t["colour"]["rule"]))
    orange, ink, paper = t["series"]["colours"][1], t["colour"]["ink"], t["colour"]["paper"]
    line = of("flows").mark_geoshape(filled=False, stroke=orange, opacity=0.75, strokeCap="round")
    end = of("ends").mark_point(filled=True, size=38, color=ink, opacity=1)
    start = of("starts").mark_point(filled=True, size=30, fill=paper, stroke=ink, strokeWidth=1.5, opacity=1)
    layers += [line.encode(strokeWidth=width, tooltip=tips), spots(end), spots(start)]
    for align in ("left", "right"):
        if any(row["align"] == align for row in data["labels"]):
            base = of("labels").transform_filter(f"datum.align === '{align}'")
            look = {"align": align, "baseline": "middle", "fontSize": 11}
            # A halo of paper under the name: lines pass behind it.
            layers.append(
                spots(
                    base.mark_text(**look, stroke=t["colour"]["paper"], strokeWidth=3, strokeJoin="round"),
                ).encode(text=alt.Text("text:N"))
            )
            layers.append(
                spots(base.mark_text(**look, color=t["colour"]["ink"])).encode(text=alt.Text("text:N"))
            )
    return canvas.layered(layers)
