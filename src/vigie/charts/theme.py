"""The visual language as each medium takes it: tokens, CSS variables, Typst variables, Vega's configuration.

In: data/design/tokens.toml. Out: mappings and text. Left out: layout of pages and of the PDF.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from vigie.charts.words import Words

TEXT = 12  # px; labels at 360 px wide stay legible, and 12 px is 9 pt in print
SMALL = 11


@cache
def tokens() -> Mapping[str, Any]:
    """data/design/tokens.toml, read once; it cannot be changed."""
    text = (files("vigie") / "data" / "design" / "tokens.toml").read_text("utf-8")
    frozen: Mapping[str, Any] = _frozen(tomllib.loads(text))
    return frozen


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value


def font_directory() -> Path:
    """Where the fonts lie, for vl-convert and Typst."""
    return Path(str(files("vigie") / "data" / "design" / "fonts"))


def font_family() -> str:
    type_ = tokens()["type"]
    return f"{type_['family']}, {type_['fallback']}".replace("'", "")


def _variables() -> dict[str, str]:
    t = tokens()
    found = dict(t["colour"])
    for group in ("series", "sequential", "grades"):
        found |= {f"{group}-{n}": colour for n, colour in enumerate(t[group]["colours"], 1)}
    return found | {f"state-{name}": colour for name, colour in t["states"].items()}


def css_variables() -> str:
    """`:root{--ink:#1d2733;…}`; sizes in rem."""
    t = tokens()
    parts = [f"--{name}:{value}" for name, value in _variables().items()]
    parts.append(f"--font:'{t['type']['family']}',{t['type']['fallback']}")
    parts += [f"--text-{name}:{size}rem" for name, size in t["type"]["scale"].items()]
    parts += [f"--line-{name}:{size}" for name, size in t["type"]["line"].items()]
    parts += [f"--weight-{name}:{size}" for name, size in t["type"]["weight"].items()]
    parts.append(f"--measure:{t['type']['measure']}rem")
    parts += [f"--space-{n}:{size}rem" for n, size in enumerate(t["space"]["steps"], 1)]
    return ":root{" + ";".join(parts) + "}"


def typst_variables() -> str:
    """`#let ink = rgb("#1d2733")`, one a line; sizes relative to a body of 10 pt."""
    t = tokens()
    lines = [f'#let {name} = rgb("{value}")' for name, value in _variables().items()]
    lines += [f"#let text-{name} = {size * 10:g}pt" for name, size in t["type"]["scale"].items()]
    lines += [f"#let space-{n} = {size * 10:g}pt" for n, size in enumerate(t["space"]["steps"], 1)]
    lines.append(f'#let font-family = "{t["type"]["family"]}"')
    return "\n".join(lines) + "\n"


def vega_config(lang: str) -> dict[str, Any]:
    """Vega-Lite's `config`: font, colours, number format. Marks carry no roles of their own: the figure has one
    text alternative and a table, which a screen reader reads better than three hundred marks."""
    colour = tokens()["colour"]
    label = {"labelFont": font_family(), "labelColor": colour["quiet"], "labelFontSize": TEXT}
    title = {
        "titleFont": font_family(),
        "titleColor": colour["quiet"],
        "titleFontSize": TEXT,
        "titleFontWeight": "normal",
    }
    return {
        "aria": False,
        "mark": {
            "aria": False
        },  # Vega-Lite hands the first on to the view alone; groups of marks would stay without a name
        "font": font_family(),
        "locale": {
            "number": {
                k: list(v) if isinstance(v, tuple | list) else v for k, v in Words(lang).locale().items()
            }
        },
        "view": {"stroke": None},
        "axis": label
        | title
        | {
            "gridColor": colour["rule"],
            "domainColor": colour["edge"],
            "tickColor": colour["edge"],
            "tickSize": 4,
            "labelPadding": 4,
            "labelLimit": 220,
            "titlePadding": 8,
        },
        "axisX": {"grid": False},
        "axisY": {"domain": False, "ticks": False},
        "legend": label
        | title
        | {
            "labelColor": colour["ink"],
            "labelLimit": 280,
            "symbolStrokeWidth": 2,
            "layout": {"top": {"direction": "vertical", "anchor": "start", "margin": 4}},
        },
        "header": label | title | {"labelColor": colour["ink"], "labelFontWeight": 600},
        "text": {"font": font_family(), "fontSize": TEXT, "color": colour["ink"]},
    }
