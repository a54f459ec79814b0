"""Charts of a bulletin: lines and bars that start at zero, each with its figures in a table.

In: Series or bars. Out: Chart records with SVG for pages; PNG for print; the same bytes for the same figures.
Colours are those of Okabe and Ito (2008), told apart with any colour vision; shape and dash repeat them.
Left out: maps; anything drawn for a quarter in which nothing may be shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vigie.model.errors import MissingExtraError
from vigie.report.results import Point, Section
from vigie.report.tables import Row, Table
from vigie.report.words import Words

COLOURS = ("#0072B2", "#D55E00", "#009E73")
SHAPES = ("circle", "square", "triangle-up")
INK, RULE = "#1d2733", "#d5dbe1"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
PNG_SCALE = 2.5
_VEGA_LITE = "5.8"
_ID = re.compile(r'(id="|url\(#|href="#)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One drawing. `alt` says in words what it shows; `table` holds the figures; `spec` draws it again."""

    id: str
    title: str
    alt: str
    svg: str
    spec: str
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One series of a line chart."""

    name: str
    points: tuple[Point, ...]


def line_chart(id_: str, lines: Sequence[Line], words: Words) -> Chart | None:
    """Medians by quarter; None when no line has two quarters that can be shown."""
    shown = [line for line in lines if sum(p.median is not None for p in line.points) >= 2]
    if not shown:
        return None
    quarters = _trimmed(shown)
    rows = []
    for line in shown:
        run = 0
        for point in line.points:
            if point.median is None:
                run += 1  # a gap stays a gap: the line does not run through quarters without figures
            elif point.quarter in quarters:
                rows.append({"x": point.quarter, "y": point.median, "series": line.name, "run": run})
    letter = words.quarter("0-Q")[0]
    names = [line.name for line in shown]
    series = {"field": "series", "type": "nominal", "sort": None}
    legend = {"title": None, "orient": "top", "symbolSize": 80, "offset": 12}
    # The same domain in both scales: only then does one legend show colour and shape together.
    colour = series | {"scale": {"domain": names, "range": list(COLOURS[: len(names)])}, "legend": legend}
    shape = series | {"scale": {"domain": names, "range": list(SHAPES[: len(names)])}, "legend": legend}
    encoding = {
        "x": {
            "field": "x",
            "type": "ordinal",
            "scale": {"domain": quarters},
            "axis": {
                "title": None,
                "labelAngle": 0,
                "labelOverlap": "greedy",
                "labelExpr": f"'{letter}' + slice(datum.value, 6) + ' ' + slice(datum.value, 0, 4)",
            },
        },
        "y": {
            "field": "y",
            "type": "quantitative",
            "scale": {"zero": True, "nice": True},
            "axis": {"title": words[f"{id_}_axis"], "titleAnchor": "end", "tickCount": 5},
        },
    }
    spec = _base(rows) | {
        "height": 230,
        "encoding": encoding,
        "layer": [
            {
                "mark": {"type": "line", "strokeWidth": 2},
                "encoding": {"color": colour, "detail": {"field": "run"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 64, "opacity": 1},
                "encoding": {"color": colour, "shape": shape},
            },
        ],
    }
    return _chart(
        id_, spec, ", ".join(line.name for line in shown), _line_table(id_, shown, quarters, words), words
    )


def bar_chart(id_: str, section: Section, words: Words, most: int = 12) -> Chart | None:
    """Statements of the most described ways of selling; None where a chart would compare fewer than three."""
    groups = section.groups[:most]
    if len(groups) < 3:
        return None
    bars = [(words.way(*g.key), len(g.facts)) for g in groups]
    spec = _base([{"x": count, "y": name} for name, count in bars]) | {
        "height": {"step": 22},
        "mark": {"type": "bar", "color": COLOURS[0], "height": {"band": 0.7}},
        "encoding": {
            "y": {
                "field": "y",
                "type": "nominal",
                "sort": None,
                "axis": {"title": None, "labelLimit": 220, "domain": False, "ticks": False},
            },
            "x": {
                "field": "x",
                "type": "quantitative",
                "scale": {"zero": True},
                "axis": {"title": words[f"{id_}_axis"], "tickMinStep": 1, "tickCount": 6, "format": "d"},
            },
        },
    }
    table = Table(
        id=f"{id_}-chart",
        title=words[f"{id_}_chart"],
        caption=words["chart_data"],
        columns=(words["way"], words["statements"]),
        rows=tuple(
            Row(id=f"{id_}-{n}", cells=(name, words.number(count))) for n, (name, count) in enumerate(bars, 1)
        ),
    )
    return _chart(id_, spec, ", ".join(name for name, _ in bars), table, words)


def _trimmed(lines: Sequence[Line]) -> list[str]:
    """Quarters from the first to the last with a figure."""
    known = [n for line in lines for n, p in enumerate(line.points) if p.median is not None]
    return [p.quarter for p in lines[0].points[min(known) : max(known) + 1]]


def _line_table(id_: str, lines: Sequence[Line], quarters: Sequence[str], words: Words) -> Table:
    by_quarter = [{p.quarter: p for p in line.points} for line in lines]

    def cell(point: Point) -> str:
        if point.median is None:
            return "–"
        basis = (
            words.count("statement", point.n), words.count("source", point.sources), words.rated(point.rating),
        )  # fmt: skip
        return f"{words.short(point.median)} ({', '.join(part for part in basis if part)})"

    return Table(
        id=f"{id_}-chart",
        title=words[f"{id_}_chart"],
        caption=f"{words['chart_data']} ({words[f'{id_}_axis']})",
        columns=(words["quarter"], *(line.name for line in lines)),
        rows=tuple(
            Row(id=f"{id_}-{q}", cells=(words.quarter(q), *(cell(points[q]) for points in by_quarter)))
            for q in quarters
        ),
    )


def _base(rows: Sequence[Mapping[str, object]]) -> dict[str, Any]:
    text = {"labelFont": FONT, "titleFont": FONT, "labelColor": INK, "titleColor": INK}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": list(rows)},
        "width": 680,
        "background": None,
        "padding": 4,
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "axis": text
            | {
                "gridColor": RULE,
                "domainColor": RULE,
                "tickColor": RULE,
                "labelFontSize": 11,
                "titleFontSize": 11,
                "titleFontWeight": "normal",
            },
            "axisX": {"grid": False},
            "legend": text | {"labelFontSize": 12},
        },
    }


def _chart(id_: str, spec: Mapping[str, Any], series: str, table: Table, words: Words) -> Chart:
    text = json.dumps(spec, ensure_ascii=False)
    svg = str(_converter().vegalite_to_svg(text, vl_version=_VEGA_LITE))
    return Chart(
        id=id_,
        title=words[f"{id_}_chart"],
        alt=words.fill(f"{id_}_alt", series=series),
        # Several drawings stand in one page: their inner ids must differ.
        svg=_ID.sub(rf"\g<1>{id_}-", svg),
        spec=text,
        table=table,
    )


def png_of(chart: Chart) -> bytes:
    """The drawing for print. Fonts are drawn into it: a page description may lack them."""
    return bytes(_converter().vegalite_to_png(chart.spec, vl_version=_VEGA_LITE, scale=PNG_SCALE))


def _converter() -> Any:
    try:
        import vl_convert
    except ImportError as error:
        raise MissingExtraError("the bulletin", "report") from error
    return vl_convert
