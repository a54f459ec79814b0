"""Draws a bulletin as HTML, Markdown or PDF.

In: a Bulletin. Out: bytes of one file, the same for the same bulletin; nothing is loaded from a network.
Templates: data/templates/bulletin.*.j2. Left out: what a bulletin says (`bulletin.py`).
"""

from __future__ import annotations

import re
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vigie.model.errors import MissingExtraError
from vigie.report.charts import png_of
from vigie.report.words import Words

if TYPE_CHECKING:
    from vigie.report.bulletin import Bulletin

_TYPST = re.compile(r"[\\#$*_`@<>\[\]~=+\-/'\"]")
_MARKDOWN = re.compile(r"[\\|*_`<>\[\]#]")


def typst_text(text: object) -> str:
    """Text that typst prints as it is."""
    return _TYPST.sub(lambda m: "\\" + m[0], " ".join(str(text).split(" ")))


def typst_string(text: object) -> str:
    return str(text).replace("\\", "\\\\").replace('"', '\\"')


def markdown_text(text: object) -> str:
    return _MARKDOWN.sub(lambda m: "\\" + m[0], str(text))


def _render(name: str, bulletin: Bulletin, *, escape: bool) -> str:
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError as error:
        raise MissingExtraError("the bulletin", "report") from error
    environment: Any = Environment(
        autoescape=escape, undefined=StrictUndefined, trim_blocks=False, keep_trailing_newline=True
    )
    environment.filters |= {"typ": typst_text, "typstring": typst_string, "md": markdown_text}
    source = (files("vigie") / "data" / "templates" / name).read_text("utf-8")
    words = Words(bulletin.lang).all()
    return str(environment.from_string(source).render(b=bulletin, w=words))


def html_page(bulletin: Bulletin) -> bytes:
    return _render("bulletin.html.j2", bulletin, escape=True).encode()


def markdown_page(bulletin: Bulletin) -> bytes:
    text = _render("bulletin.md.j2", bulletin, escape=False)
    return (re.sub(r"\n{3,}", "\n\n", text).strip() + "\n").encode()


def pdf_page(bulletin: Bulletin) -> bytes:
    try:
        import typst
    except ImportError as error:
        raise MissingExtraError("the PDF bulletin", "report") from error
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for part in bulletin.parts:
            if part.chart is not None:
                (root / f"{part.chart.id}.png").write_bytes(png_of(part.chart))
        source = root / "bulletin.typ"
        source.write_text(_render("bulletin.typ.j2", bulletin, escape=False), "utf-8")
        return bytes(typst.compile(str(source), root=folder, format="pdf"))
