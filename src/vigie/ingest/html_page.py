"""The main text of a web page, without its furniture. Runs in the guarded child.

In: the page as text. Out: one Page as a dict, or InputRefused. Taken out before the text is looked for:
reader comments, newsletter boxes, links to other articles, advertising (words in
data/ingest/furniture.toml). The main text is trafilatura's; a page too short for it gives all the text that
is not furniture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import lxml.html
from lxml.html import HtmlElement

from vigie.ingest import limits
from vigie.ingest.blocks import block_text
from vigie.ingest.dateline import find_dateline
from vigie.ingest.html_meta import page_meta
from vigie.lexicon.terms import data_toml
from vigie.model.errors import InputRefused

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_OPEN_ENDED = """
area base br col embed hr img input link meta param source track wbr p li dt dd tr td th thead tbody tfoot
option html head body path use circle rect
"""
_UNCLOSED = frozenset(_OPEN_ENDED.split())
_KEEP = "self::html or self::body or self::main or self::h1 or .//h1 or .//*[@itemprop='articleBody']"
_FURNITURE_TAGS = (
    "//nav | //form | //button | //iframe | //noscript | //dialog | //select | //script | //style"
)
_LARGE = 0.4  # share of the page's text above which a box is not a box
_HEAD_CHARS = 400  # after the headline
_MAX_SIBLING = 5_000  # characters of a part that is no longer a head
_MIN_FALLBACK = 40  # characters; below, the page says nothing


def parse(data: bytes, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The page as {"title","outlet","published","kind","authors","text"}."""
    text = data.decode("utf-8", "replace")
    check_depth(text)
    tree = _tree(text)
    told = _told(tree)
    prune(tree)
    body = _main_text(tree)
    if not body:
        raise InputRefused("", "no main text found in the page", "save the article as text")
    yield {**told, "text": without_title(body, told["title"])}


def check_depth(text: str) -> None:
    """Raises InputRefused for a page on which parsers would take minutes."""
    if text.count("<") > limits.MAX_HTML_DEPTH and depth(text) > limits.MAX_HTML_DEPTH:
        raise InputRefused(
            "", f"nested more than {limits.MAX_HTML_DEPTH} levels deep", "save the page as text"
        )


def about(text: str) -> dict[str, Any]:
    """What a page says about itself, without its main text: the fields of `parse` but "text". For bulk work, which takes the text
    in another way; `check_depth` comes first.
    """
    return _told(_tree(text))


def _told(tree: HtmlElement) -> dict[str, Any]:
    meta = page_meta(tree)
    return {
        "title": meta.title,
        "outlet": meta.outlet,
        "published": meta.published or _stated_date(tree),
        "kind": meta.kind,
        "authors": meta.authors,
    }


def main_text(text: str) -> str:
    """The main text as `parse` takes it, without its last resorts, which take 0.2 s where there is little; "" where there is none."""
    tree = _tree(text)
    prune(tree)
    return _main_text(tree, fast=True)


def _tree(text: str) -> HtmlElement:
    # huge_tree lifts libxml2's limit of 256 levels, past which it drops text without a word; the depth is
    # checked above, and time and memory are bounded by the child process.
    parser = lxml.html.HTMLParser(
        encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True
    )
    tree = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    if tree is None:
        raise InputRefused("", "no page in it", "save the page again")
    return tree


def _stated_date(tree: HtmlElement) -> str:
    """The date that the page shows beside its headline, which often stands outside the main text."""
    node = next(tree.iter("h1"), None)
    lines = [" ".join(node.text_content().split()), ""] if node is not None else []
    seen = 0
    while node is not None and seen < _HEAD_CHARS:
        for sibling in node.itersiblings():
            if seen >= _HEAD_CHARS or _length(sibling) > _MAX_SIBLING:  # the article begins
                break
            lines.append(block_text(sibling))
            seen += len(lines[-1])
        node = node.getparent()
    found = find_dateline("\n".join(lines))
    return str(found) if found else ""


def _main_text(tree: HtmlElement, *, fast: bool = False) -> str:
    import trafilatura

    page = trafilatura.bare_extraction(
        tree, include_comments=False, include_tables=True, with_metadata=False, as_dict=False, fast=fast
    )
    text = getattr(page, "text", None) or ""
    if text:
        return str(text)
    body = tree.find("body")
    text = block_text(body if body is not None else tree)
    return text if len(text) >= _MIN_FALLBACK else ""


def without_title(text: str, title: str) -> str:
    """The title is a field of its own: once is enough for what it states."""
    first, _, rest = text.partition("\n")
    same = title and " ".join(first.split()).casefold().strip("# ") == title.casefold()
    return rest.strip() if same and rest.strip() else text


@cache
def _furniture() -> tuple[tuple[str, ...], tuple[str, ...]]:
    table = data_toml("ingest", "furniture.toml")
    return tuple(f" {w} " for w in table["comments"]["words"]), tuple(
        f" {w} " for w in table["boxes"]["words"]
    )


def prune(tree: HtmlElement) -> None:
    """Take furniture out of the tree."""
    for element in tree.xpath(_FURNITURE_TAGS):
        if not element.xpath("boolean(.//h1)"):
            _drop(element)
    comments, boxes = _furniture()
    total = max(1, _length(tree))
    for element in tree.xpath("//*[@class or @id]"):
        names = f"{element.get('class', '')} {element.get('id', '')}"
        label = f" {' '.join(_WORDS.findall(names)).lower()} "
        is_comments = any(w in label for w in comments)
        if not is_comments and not any(w in label for w in boxes):
            continue
        if element.xpath(f"boolean({_KEEP})"):
            continue
        if is_comments or _length(element) < _LARGE * total:
            _drop(element)


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _length(element: HtmlElement) -> int:
    return int(element.xpath("string-length(string())"))


def depth(text: str) -> int:
    """Deepest nesting of tags that are always closed; cheap, and without building a tree."""
    open_tags = deepest = 0
    for match in _TAG.finditer(text):
        if match[2].lower() in _UNCLOSED:
            continue
        open_tags = max(0, open_tags - 1) if match[1] else open_tags + 1
        deepest = max(deepest, open_tags)
    return deepest
