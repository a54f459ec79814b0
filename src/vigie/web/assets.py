"""Files that pages load: style, fonts, the small script and the library that draws charts. Nothing comes from elsewhere.

In: data/web/static, data/design/fonts, `vigie.charts`. Out: name -> Asset. A static site writes them as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from vigie.charts import theme
from vigie.charts.apart import artist

_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "woff2": "font/woff2",
    "svg": "image/svg+xml",
}
LIBRARY = "vega.js"
SHEETS = ("theme.css", "site.css")  # of a page, in order: the first names the colours
ICON = "icon.svg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    body: bytes
    media: str

    @property
    def version(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:10]


def _asset(name: str, body: bytes) -> Asset:
    return Asset(body=body, media=_TYPES[name.rpartition(".")[2]])


@cache
def assets() -> Mapping[str, Asset]:
    """Every file by its name below /static, the library included."""
    own = files("vigie") / "data" / "web" / "static"
    found = {
        entry.name: entry.read_bytes()
        for entry in own.iterdir()
        if entry.name.endswith((".css", ".js", ".svg"))
    }
    found["theme.css"] = theme.css_variables().encode()
    fonts = files("vigie") / "data" / "design" / "fonts"
    if fonts.is_dir():
        found |= {f"fonts/{f.name}": f.read_bytes() for f in fonts.iterdir() if f.name.endswith(".woff2")}
    found[LIBRARY] = artist().javascript()
    return {name: _asset(name, body) for name, body in sorted(found.items())}


@cache
def versions() -> Mapping[str, str]:
    return {name: asset.version for name, asset in assets().items()}


def address_of(name: str) -> str:
    """Where a page served by this process finds a file; another version has another address."""
    version = versions().get(name)
    return f"/static/{name}?v={version}" if version else f"/static/{name}"
