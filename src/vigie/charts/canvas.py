"""What all charts share: Altair charts turned into one text, widths, legends that fit a phone, signs of states.

In: an Altair chart whose data have names, and those data. Out: Vega-Lite JSON, the same text for the same figures.
Left out: drawing (`draw.py`); what each chart shows (its own module).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from vigie.charts.figure import Cell, Column, Figure
from vigie.charts.records import State
from vigie.charts.theme import tokens, vega_config
from vigie.charts.words import Words
from vigie.model.errors import MissingExtraError

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
NARROW = 330  # px inside a page of 360 px
_CHAR = 6.9  # px, the mean width of a letter of 12 px
_SYMBOL = 30  # px, a legend's symbol with its gaps
_SQUARE = "M-1,-1L1,-1L1,1L-1,1L-1,-1"
# Signs of states in legends, as outlines in a square from -1 to 1.
SIGNS: Mapping[str, str] = {
    "nothing-collected": f"{_SQUARE}M-1,0L0,-1M-1,1L1,-1M0,1L1,0",
    "withheld": f"{_SQUARE}M-0.55,-0.4L-0.25,-0.4M0.25,-0.4L0.55,-0.4M-0.55,0.4L-0.25,0.4M0.25,0.4L0.55,0.4",
    "zero": "M-1,0L1,0",
    "no-figure": _SQUARE,
}
Drawing = tuple[Any, Mapping[str, Sequence[Mapping[str, object]]]]
_ID = re.compile(r"[^A-Za-z0-9_-]+")
_HTML = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}
_CONTROL = dict.fromkeys([*range(32), *range(127, 160), 0x2028, 0x2029], " ")


def altair() -> Any:
    """The module; MissingExtraError where it is not installed."""
    try:
        import altair as alt
    except ImportError as error:
        raise MissingExtraError("charts", "report") from error
    return alt


def finished(
    chart: Any,
    data: Mapping[str, Sequence[Mapping[str, object]]],
    *,
    lang: str,
    alt: str,
    layout: Mapping[str, object],
) -> str:
    """The specification as text. `layout` says how it takes a width: see `draw.sized`.

    Altair would name data by a hash of them and charts by a counter; data are named here, and charts have no names.
    """
    spec = chart.to_dict(validate=False)
    spec |= {
        "$schema": SCHEMA,
        "config": vega_config(lang),
        "datasets": {name: list(rows) for name, rows in data.items()},
        "background": "transparent",
        "padding": 4,
        "description": alt,
        "usermeta": {"vigie": dict(layout)},
    }
    return json.dumps(
        spec, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).translate(_HTML)


def layered(layers: Sequence[Any], *, height: int | None = None, apart: Sequence[str] = ()) -> Any:
    """Layers in one frame as wide as its container; `apart`: channels of which each layer has a scale of its own.

    Made in one call: each method of an Altair chart copies the whole chart.
    """
    alt = altair()
    more: dict[str, Any] = {} if height is None else {"height": height}
    if apart:
        more["resolve"] = alt.Resolve(scale=alt.ScaleResolveMap(**dict.fromkeys(apart, "independent")))
    return alt.LayerChart(
        layer=list(layers), width="container", autosize=alt.AutoSizeParams(type="fit-x", contains="padding"), **more
    )  # fmt: skip


def figure(
    id_: str,
    title: str,
    *,
    drawing: Callable[[], Drawing],
    layout: Mapping[str, object] | None = None,
    lang: str,
    alt: str,
    notes: Iterable[str],
    unit: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
) -> Figure:
    """A figure whose specification waits until it is asked for: `drawing` gives the chart and its data by name."""

    def make() -> str:
        chart, data = drawing()
        return finished(chart, data, lang=lang, alt=alt, layout=layout or {})

    return Figure(
        id=_ID.sub("-", id_).strip("-") or "figure",
        title=clean(title),
        alt=alt,
        note=" ".join(note for note in notes if note),
        unit=unit,
        columns=tuple(columns),
        rows=tuple(tuple(row) for row in rows),
        make_spec=make,
    )


def clean(text: str) -> str:
    """One line without control characters, which SVG may not hold."""
    return (
        " ".join(text.translate(_CONTROL).replace("\ufffe", " ").replace("\uffff", " ").split(" ")).strip()
        or "–"
    )


def unique(names: Iterable[str]) -> list[str]:
    """Cleaned names, each told apart from the ones before it: a scale needs distinct values."""
    found: list[str] = []
    for name in map(clean, names):
        number, told = 1, name
        while told in found:
            number += 1
            told = f"{name} ({number})"
        found.append(told)
    return found


def legend_columns(names: Sequence[str]) -> int:
    """Columns of a legend that fit a phone; the same on a wide page, where they take one line more."""
    widest = max((len(name) for name in names), default=0) * _CHAR + _SYMBOL
    return max(1, min(len(names), int(NARROW // widest)))


def legend(names: Sequence[str], **more: Any) -> Any:
    look: dict[str, Any] = {
        "title": None, "orient": "top", "direction": "horizontal", "columns": legend_columns(names), "symbolSize": 90,
        "offset": 28, "rowPadding": 3, "symbolOpacity": 1,
    }  # fmt: skip
    return altair().Legend(**(look | more))


def y_axis(unit: str, **more: Any) -> Any:
    """The vertical axis; its unit stands over it, level, where it takes no width."""
    more = {"tickCount": 5} | more
    return altair().Axis(
        title=unit, titleAngle=0, titleAlign="left", titleAnchor="start", titleX=0, titleY=-12, **more
    )


def state_layer(states: Iterable[State | str], words: Words, *, offset: int = 28) -> Any:
    """A layer that draws nothing and puts the signs of these states in the legend."""
    alt = altair()
    found = sorted(set(states))
    labels = [words[f"state_{state}"] for state in found]
    colour = tokens()["colour"]["quiet"]
    return (
        alt.Chart(alt.NamedData("legend"))
        .mark_point(opacity=0, filled=False)
        .encode(
            shape=alt.Shape(
                "label:N",
                scale=alt.Scale(domain=labels, range=[SIGNS[state] for state in found]),
                legend=legend(
                    labels,
                    offset=offset,
                    labelLimit=NARROW - 20,
                    symbolStrokeColor=colour,
                    symbolFillColor="transparent",
                    symbolStrokeWidth=1,
                ),
            )
        )
    )


def legend_rows(states: Iterable[State | str], words: Words) -> list[dict[str, object]]:
    return [{"label": words[f"state_{state}"]} for state in sorted(set(states))]


def tooltips(*fields: tuple[str, str]) -> list[Any]:
    """Plain text: field and its title."""
    alt = altair()
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in fields]


def interval_text(low: float | None, high: float | None, words: Words) -> str:
    if low is None or high is None:
        return "–"
    return f"{words.number(low)} – {words.number(high)}"
