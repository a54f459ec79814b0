"""A figure drawn: SVG, PNG, CSV, specification.

In: Figure. Out: text or bytes, the same on every machine: the fonts come with the package, and nothing is fetched.
Left out: drawing in a page, which the browser does (`bundle.py`).
"""

from __future__ import annotations

import csv as csv_
import html
import io
import json
import re
from functools import cache
from typing import Any

from vigie.charts.figure import Cell, Figure
from vigie.charts.theme import font_directory
from vigie.model.errors import MissingExtraError
from vigie.text.formulas import defused

WIDTH = 680  # px
VEGA_LITE = "6.4"
PANEL, AXIS, GAP = 185, 66, 14  # px: the narrowest panel wished, its axis, the gap between two
_INNER_ID = re.compile(r'(id="|url\(#|href="#)')


@cache
def converter() -> Any:
    try:
        import vl_convert
    except ImportError as error:
        raise MissingExtraError("charts", "report") from error
    if font_directory().is_dir():
        vl_convert.register_font_directory(str(font_directory()))
    return vl_convert


def sized(figure: Figure, width: int = WIDTH) -> dict[str, Any]:
    """The specification at a fixed width, px. Single charts take it whole; maps take a height in proportion; small
    multiples as many panels side by side as it holds. `bundle.py` does the same in a page."""
    spec: dict[str, Any] = json.loads(figure.spec)
    layout = spec.get("usermeta", {}).get("vigie", {})
    if "panels" in layout:
        wished = int(layout.get("panel", PANEL))
        columns = max(1, min(int(layout["panels"]), (width - AXIS) // (wished + GAP)))
        spec["columns"] = columns
        spec["spec"]["width"] = panel = (width - AXIS - GAP * (columns - 1)) // columns
        spec["facet"]["header"]["labelLimit"] = panel
        return spec
    spec["width"] = width
    if "ratio" in layout:
        spec["height"] = max(120, round(width * float(layout["ratio"])))
    return spec


def svg(figure: Figure, width: int = WIDTH) -> str:
    """One SVG image with its text alternative; ids inside it carry the figure's, so that several stand in one page."""
    text = str(converter().vegalite_to_svg(sized(figure, width), vl_version=VEGA_LITE, allowed_base_urls=[]))
    text = _INNER_ID.sub(rf"\g<1>{figure.id}-", text)
    head = f'<svg role="img" aria-label="{html.escape(figure.alt)}"'
    return text.replace("<svg", head, 1)


def png(figure: Figure, scale: float = 2.0, width: int = WIDTH) -> bytes:
    """A PNG on white, `scale` pixels for each px."""
    spec = sized(figure, width) | {"background": "#ffffff"}
    return bytes(converter().vegalite_to_png(spec, vl_version=VEGA_LITE, scale=scale, allowed_base_urls=[]))


def csv(figure: Figure) -> bytes:
    """The figures behind it: UTF-8, commas, a header of English names; None is an empty cell."""
    out = io.StringIO(newline="")
    writer = csv_.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in figure.columns])
    writer.writerows([_cell(value) for value in row] for row in figure.rows)
    return out.getvalue().encode("utf-8")


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return defused(value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def spec(figure: Figure) -> bytes:
    """The Vega-Lite specification, as it opens in any Vega editor."""
    return figure.spec.encode("utf-8")
