"""Draws a bulletin as HTML, Markdown or PDF.

In: a Bulletin. Out: bytes of one file, the same for the same bulletin; nothing is loaded from a network, and no font of the
machine is used. The PDF is tagged (PDF/UA-1). Templates: data/templates/bulletin.*.j2. Left out: what a bulletin says (`bulletin.py`).
"""

from __future__ import annotations

import base64
import re
import tempfile
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vigie.charts.theme import css_variables, font_directory, typst_variables
from vigie.model.errors import MissingExtraError
from vigie.report.evidence import Table
from vigie.report.printed import Printed
from vigie.report.words import Words

if TYPE_CHECKING:
    from vigie.report.bulletin import Bulletin

_TYPST = re.compile(r"[\\#$*_`@<>\[\]~=+\-/'\"&:;{}()^|%]")
# What the fonts of the PDF hold (Inter, and what the typesetter carries): Latin, Greek, Cyrillic, punctuation, signs. Of other
# letters it stops ("could not be displayed"), and of Arabic with controls among it, it may fall over.
_NO_LETTER = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u04ff\u1e00-\u1fff\u2000-\u203f\u2044\u2070-\u20c0\u2100-\u211e\u2122\u2190-\u23ff\u2500-\u25ff]+"
)
_UNSEEN = re.compile("[\u200b-\u200f\u2028-\u202e]+")
_MARKDOWN = re.compile(r"[\\|*_`\[\]#~$]")
_AT_START = re.compile(r"^(\s*)(\d+)([.)])|^(\s*)([-+])(?=\s)")
_LABEL = re.compile(r"[^A-Za-z0-9_-]")
_WIDE = 24  # characters: cells of more are words, which stand to the left
_CHARACTERS = {True: 120, False: 100}  # in a line of a table, small or not
_CROWDED = 10  # columns: of more, letters are smaller still


def printable(text: str) -> str:
    """The text with a white square for each run of letters that no font of the PDF has; controls of direction go."""
    return _NO_LETTER.sub("\N{WHITE SQUARE}", _UNSEEN.sub("", text))


def typst_text(text: object) -> str:
    """Text that typst prints as it is."""
    line = printable(str(text)).replace("\n", " ").replace("\r", " ")
    return _TYPST.sub(lambda m: "\\" + m[0], line)


def typst_string(text: object) -> str:
    return (
        printable(str(text)).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ").replace("\r", " ")
    )


def typst_label(text: object) -> str:
    """A name that typst takes for a label, another for every other text."""
    return "l-" + _LABEL.sub(lambda m: f"_{ord(m[0]):x}_", str(text))


def markdown_text(text: object) -> str:
    """Text that Markdown prints as it is, in one line."""
    line = _MARKDOWN.sub(lambda m: "\\" + m[0], " ".join(str(text).splitlines()))
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _AT_START.sub(lambda m: f"{m[1]}{m[2]}\\{m[3]}" if m[2] else f"{m[4]}\\{m[5]}", line)


def typst_columns(table: Table) -> str:
    """Widths of the columns: figures take what they need, and the longest words share what is left."""
    needs = [
        max([*(len(row.cells[n]) for row in table.rows), len(name)]) + 2
        for n, name in enumerate(table.columns)
    ]
    # What may be broken: words, never a figure or a rating.
    broken = [k for k in range(1, len(needs)) if any(" " in row.cells[k] for row in table.rows)]
    room, shared = 126 if crowded(table) else _CHARACTERS[small(table)], {0}
    for k in sorted(broken, key=lambda k: -needs[k]):
        if sum(n for n_, n in enumerate(needs) if n_ not in shared) <= room - 18 * len(shared):
            break
        shared.add(k)
    left = room - sum(n for k, n in enumerate(needs) if k not in shared)
    parts = {k: needs[k] * left / sum(needs[j] for j in shared) for k in shared}
    # No word is broken, and none runs into the next column: what is short beside a long one takes its longest word.
    texts = {k: [table.columns[k], *(row.cells[k] for row in table.rows)] for k in shared}
    longest = {
        k: 1 + max(len(word) for text in texts[k] for word in text.replace("-", " ").split() or [""])
        for k in shared
    }
    return ", ".join(
        f"{max(1, round(max(parts[k], longest[k]))) if len(shared) > 1 else 1}fr" if k in shared else "auto"
        for k in range(len(needs))
    )


def small(table: Table) -> bool:
    """True for a table of many columns, which is set smaller."""
    return len(table.columns) > 7


def crowded(table: Table) -> bool:
    """True for a table of so many columns that 8 pt do not hold."""
    return len(table.columns) > _CROWDED


def typst_align(table: Table) -> str:
    """Figures to the right, words to the left."""
    return ", ".join("right" if right_of(table, n) else "left" for n, _ in enumerate(table.columns))


def right_of(table: Table, column: int) -> bool:
    """True for a column of figures: those after the first `text_columns`, unless most of their cells are long words."""
    return (
        column >= table.text_columns and max((len(r.cells[column]) for r in table.rows), default=0) <= _WIDE
    )


@cache
def _template(name: str, escape: bool) -> Any:
    """A template made ready, once: it takes longer than a short bulletin."""
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError as error:
        raise MissingExtraError("the bulletin", "report") from error
    environment: Any = Environment(
        autoescape=escape, undefined=StrictUndefined, trim_blocks=False, keep_trailing_newline=True
    )
    environment.filters |= {
        "typ": typst_text, "typstring": typst_string, "typlabel": typst_label, "md": markdown_text,
        "typcolumns": typst_columns, "typalign": typst_align,
    }  # fmt: skip
    environment.globals |= {"right_of": right_of, "small": small, "crowded": crowded}
    return environment.from_string((files("vigie") / "data" / "templates" / name).read_text("utf-8"))


def _render(name: str, bulletin: Bulletin, *, escape: bool, **more: object) -> str:
    words = Words(bulletin.lang)
    numbers = {t.id: t.number for part in bulletin.parts for t in part.tables}
    printed = Printed(bulletin.tight)
    return str(
        _template(name, escape).render(b=bulletin, w=words.all(), numbers=numbers, printed=printed, **more)
    )


def html_page(bulletin: Bulletin) -> bytes:
    return _render(
        "bulletin.html.j2", bulletin, escape=True, variables=css_variables(), fonts=_web_fonts()
    ).encode()


def _web_fonts() -> str:
    """The fonts of the package inside the page; "" where it has none: then the reader's own are used."""
    found = []
    folder = font_directory()
    for file in sorted(folder.glob("*.woff2")) if folder.is_dir() else ():
        if "Italic" in file.stem:  # the page has no slanted text
            continue
        weight = 600 if "SemiBold" in file.stem else 400
        data = base64.b64encode(file.read_bytes()).decode("ascii")
        found.append(
            f"@font-face{{font-family:Inter;font-weight:{weight};src:url(data:font/woff2;base64,{data})}}"
        )
    return "\n".join(found)


def markdown_page(bulletin: Bulletin) -> bytes:
    text = _render("bulletin.md.j2", bulletin, escape=False)
    return (re.sub(r"\n{3,}", "\n\n", text).strip() + "\n").encode()


def pdf_page(bulletin: Bulletin) -> bytes:
    try:
        import typst
    except ImportError as error:
        raise MissingExtraError("the PDF bulletin", "report") from error
    folder = font_directory()
    with tempfile.TemporaryDirectory() as work:
        root = Path(work)
        for part in bulletin.parts:
            for picture in part.pictures:
                (root / f"{picture.figure.id}.svg").write_text(printable(picture.svg), "utf-8")
        source = root / "bulletin.typ"
        text = _render("bulletin.typ.j2", bulletin, escape=False, variables=typst_variables())
        source.write_text(text, "utf-8")
        return bytes(
            typst.compile(
                str(source), root=str(root), format="pdf", pdf_standards=["ua-1"], ignore_system_fonts=True,
                font_paths=[str(folder)] if folder.is_dir() else [],
            )
        )  # fmt: skip
