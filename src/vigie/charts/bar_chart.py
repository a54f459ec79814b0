"""Bars, and points with their intervals: values that have names, longest first as they come.

In: Bar records in the order to be shown. Out: Figure. Long names are cut in the drawing and whole in the table.
Left out: values over time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vigie.charts import canvas
from vigie.charts.canvas import altair
from vigie.charts.figure import Column, Figure
from vigie.charts.records import Bar
from vigie.charts.theme import tokens
from vigie.charts.words import Words

STEP = 38  # px a row: the name above, the bar below it
_MOST = 40
_DOWN = 9  # px from the middle of a row to its bar


def bars(
    id: str, title: str, bars: Sequence[Bar], *, lang: str, unit: str = "", note: str = "", most: int = 15
) -> Figure | None:
    """Bars from zero, at most `most`; the table has all. None without a value."""
    return _figure(id, title, bars, lang=lang, unit=unit, note=note, most=most, kind="bars")


def intervals(
    id: str,
    title: str,
    bars: Sequence[Bar],
    *,
    lang: str,
    unit: str = "",
    note: str = "",
    most: int = 15,
    zero: bool = True,
) -> Figure | None:
    """A point for each value and a line over its interval. `zero`: whether the axis starts at zero."""
    return _figure(id, title, bars, lang=lang, unit=unit, note=note, most=most, kind="intervals", zero=zero)


def _figure(
    id_: str,
    title: str,
    bars: Sequence[Bar],
    *,
    lang: str,
    unit: str,
    note: str,
    most: int,
    kind: str,
    zero: bool = True,
) -> Figure | None:
    words = Words(lang)
    if not bars:
        return None
    unit = unit or words["count_unit"]
    names = canvas.unique(bar.name for bar in bars)
    shown = list(zip(names, bars, strict=True))[: min(most, _MOST)]
    rows = [_row(name, bar, words, unit) for name, bar in shown]
    bounded = any("low" in row for row in rows)
    text = words.fill(
        f"alt_{kind}",
        unit=unit,
        values=words.listed(
            f"{name}{words['colon']}{row['value']}" for name, row in zip(names, rows, strict=False)
        ),
    )

    def drawing() -> canvas.Drawing:
        layers = _layers(kind, [name for name, _ in shown], rows, words, unit, zero=zero)
        return canvas.layered(layers, height=STEP * len(shown)), {"figures": rows}

    return canvas.figure(
        id_, title, alt=text, unit=unit,
        drawing=drawing, lang=lang,
        notes=[note, words["note_whisker"] if bounded else "", "" if zero else words["note_start"]],
        columns=[
            Column(name="name", label=words["column_name"]), Column(name="value", label=words["column_value"], unit=unit),
            Column(name="low", label=words["column_low"], unit=unit), Column(name="high", label=words["column_high"], unit=unit),
            Column(name="statements", label=words["column_n"]), Column(name="sources", label=words["column_sources"]),
        ],
        rows=[(name, bar.value, bar.low, bar.high, bar.n, bar.sources) for name, bar in zip(names, bars, strict=True)],
    )  # fmt: skip


def _row(name: str, bar: Bar, words: Words, unit: str) -> dict[str, object]:
    row: dict[str, object] = {
        "name": name, "x": bar.value, "value": words.measure(bar.value, unit), "label": words.number(bar.value),
        "interval": canvas.interval_text(bar.low, bar.high, words), "n": bar.n, "sources": bar.sources,
    }  # fmt: skip
    if bar.low is not None and bar.high is not None:
        row |= {"low": bar.low, "high": bar.high}
    return row


def _layers(
    kind: str, names: Sequence[str], rows: Sequence[dict[str, object]], words: Words, unit: str, *, zero: bool
) -> list[Any]:
    """Names stand over their bars, level with the axis: they may be long, and take no width from the bars."""
    alt = altair()
    t = tokens()
    most = max(
        [float(str(row.get("high", row["x"]))) for row in rows] + [float(str(row["x"])) for row in rows]
    )
    least = min(
        [float(str(row.get("low", row["x"]))) for row in rows] + [float(str(row["x"])) for row in rows]
    )
    # Room at the end for the figures; intervals have theirs in the tooltip and the table too.
    domain: dict[str, Any] = {"domainMax": most + (most - min(0.0, least)) * 0.14} if most > 0 else {}
    whole = all(float(str(row["x"])).is_integer() for row in rows) and most <= 10
    scale = alt.Scale(zero=zero, nice=False, **domain)
    axis = alt.Axis(
        title=unit, titleAnchor="start", tickCount=5, grid=True, domain=False, ticks=False, **({"tickMinStep": 1} if whole else {})
    )  # fmt: skip
    x = alt.X("x:Q", scale=scale, axis=axis)
    y = alt.Y(
        "name:N", sort=None, scale=alt.Scale(domain=list(names), paddingInner=0, paddingOuter=0), axis=None
    )
    base = alt.Chart(alt.NamedData("figures")).encode(y=y)
    tips = canvas.tooltips(
        ("name", words["column_name"]), ("value", words["column_value"]),
        ("interval", f"{words['column_low']} – {words['column_high'].lower()}"), ("n", words["column_n"]), ("sources", words["column_sources"]),
    )  # fmt: skip
    blue, ink = t["series"]["colours"][0], t["colour"]["ink"]
    name = base.mark_text(align="left", baseline="middle", dy=-9, dx=1, limit=canvas.NARROW - 20).encode(
        x=alt.XValue(0), text=alt.Text("name:N")
    )
    whisker = base.transform_filter("isValid(datum.low)").mark_rule(
        strokeWidth=2, color=ink if kind == "bars" else blue, yOffset=_DOWN, y2Offset=_DOWN
    ).encode(x=alt.X("low:Q", axis=axis, scale=scale), x2=alt.X2("high:Q"))  # fmt: skip
    if kind == "bars":
        mark = base.mark_bar(height=13, yOffset=_DOWN, color=blue).encode(x=x, tooltip=tips)
    else:
        mark = base.mark_point(filled=True, size=75, opacity=1, yOffset=_DOWN, color=blue).encode(
            x=x, tooltip=tips
        )
    figure = base.transform_calculate(end="isValid(datum.high) ? datum.high : datum.x").mark_text(
        align="left", baseline="middle", dx=7, dy=_DOWN, color=t["colour"]["quiet"]
    ).encode(x=alt.X("end:Q", axis=axis, scale=scale), text=alt.Text("label:N"))  # fmt: skip
    return [*([mark, whisker] if kind == "bars" else [whisker, mark]), figure, name]
