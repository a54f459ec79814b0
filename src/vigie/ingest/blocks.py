"""All the text of a tree of HTML, one line per block: for pages without an article (e-mail, e-book chapters).

In: an HTML element. Out: text; table rows as `a | b`, list items with a dash. Left out: scripts, styles,
what the page hides, alternative text of images.
"""

from __future__ import annotations

import re

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

_NO_TEXT = "script style head template noscript svg object iframe select button form nav input textarea"
_OWN_LINE = """
address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer
h1 h2 h3 h4 h5 h6 header hr html li main ol p pre section summary table tbody tfoot thead tr ul
"""
_SKIP = frozenset(_NO_TEXT.split())
_BLOCK = frozenset(_OWN_LINE.split())
_CELL = frozenset({"td", "th"})
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|max-height\s*:\s*0(?![.\d])"
)
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
_CELL_MARK = "\x1f"


def html_text(page: str) -> str:
    """Text of a whole page, "" for a page without an element."""
    parser = lxml.html.HTMLParser(
        encoding="utf-8", huge_tree=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = lxml.html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # nothing but comments and blanks
        return ""
    return block_text(root)


def block_text(root: HtmlElement) -> str:
    """Text of `root` and below, without recursion (a hostile tree is deep)."""
    pieces: list[str] = []
    hidden: HtmlElement | None = None
    for event, element in _events(root):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if hidden is None and (tag in _SKIP or not tag or _is_hidden(element)):
                hidden = element
            if hidden is not None:
                continue
            if tag in _BLOCK or tag == "br":
                pieces.append("\n")
            if tag == "li":
                pieces.append("- ")
            pieces.append(_SPACE.sub(" ", element.text or "") if tag != "pre" else element.text or "")
            continue
        if hidden is element:
            hidden = None
            pieces.append(_tail(element, root))
            continue
        if hidden is None:
            pieces.append(_CELL_MARK if tag in _CELL else "\n" if tag in _BLOCK else "")
            pieces.append(_tail(element, root))
    return _lines("".join(pieces))


def _events(root: HtmlElement):  # type: ignore[no-untyped-def]  # lxml's walker has no useful type
    from lxml import etree

    return etree.iterwalk(root, events=("start", "end"))


def _tail(element: HtmlElement, root: HtmlElement) -> str:
    return "" if element is root else _SPACE.sub(" ", element.tail or "")


def _is_hidden(element: HtmlElement) -> bool:
    return element.get("hidden") is not None or bool(_HIDDEN.search((element.get("style") or "").lower()))


def _lines(text: str) -> str:
    lines = []
    for line in text.split("\n"):
        cells = [" ".join(cell.split()) for cell in line.split(_CELL_MARK)]
        filled = " | ".join(cell for cell in cells if cell)
        if filled not in ("", "-"):
            lines.append(filled)
    return "\n".join(lines)
