"""OpenDocument texts (ODT).

In: an ODT. Out: one RawDocument: headings, paragraphs, lists, tables as rows `a | b`, notes at the end; the
authors are names to remove. Left out: tracked deletions, comments, headers and footers, images.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from vigie.ingest.archive import SIGNATURE, Archive
from vigie.ingest.office import finish, real_title
from vigie.ingest.reader import Blob, Reader
from vigie.ingest.safexml import attribute, field_text, local_name, parse_xml
from vigie.model.document import RawDocument

_SKIP = frozenset(
    {
        "annotation",
        "tracked-changes",
        "note-citation",
        "bookmark",
        "soft-page-break",
        "forms",
        "sequence-decls",
    }
)
_MAX_SPACES = 100  # of one <text:s>: a hostile file asks for a billion


def _sniff(head: bytes) -> bool:
    return head.startswith(SIGNATURE) and b"application/vnd.oasis.opendocument.text" in head[:200]


def _read(blob: Blob) -> Iterator[RawDocument]:
    with Archive(blob) as archive:
        root = parse_xml(archive.read("content.xml"), blob)
        meta = parse_xml(archive.read("meta.xml"), blob) if "meta.xml" in archive.names else None
    notes: list[str] = []
    title, lines = "", []
    for body in root.iterfind("{*}body/{*}text"):
        for is_title, line in _blocks(body, notes):
            if is_title and not title:
                title = line
            else:
                lines.append(line)
    yield finish(
        blob,
        "odt",
        [*lines, *notes],
        title=title or (real_title(" ".join(field_text(meta, "title"))) if meta is not None else ""),
        dates=field_text(meta, "date", "creation-date") if meta is not None else (),
        people=field_text(meta, "creator", "initial-creator") if meta is not None else (),
    )


def _blocks(parent: etree._Element, notes: list[str]) -> Iterator[tuple[bool, str]]:
    """(is a title, text) of each paragraph and table row, in order; notes are put aside."""
    for child in parent:
        name = local_name(child)
        if name in ("p", "h"):
            yield attribute(child, "style-name").lower() in ("title", "titre"), _text(child, notes)
        elif name == "table-row":
            cells = [" ".join(line for _, line in _blocks(cell, notes) if line) for cell in child]
            yield False, " | ".join(" ".join(cell.split()) for cell in cells if cell.strip())
        elif name and name not in _SKIP:
            yield from _blocks(child, notes)


def _text(paragraph: etree._Element, notes: list[str]) -> str:
    """Text of a paragraph; what stands in a frame inside it comes where the frame is anchored."""
    pieces = [paragraph.text or ""]
    stack: list[etree._Element | str] = list(reversed(paragraph))
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            pieces.append(item)
            continue
        if item.tail:
            stack.append(item.tail)
        name = local_name(item)
        if name == "s":
            count = attribute(item, "c")
            pieces.append(" " * min(int(count) if count.isdecimal() and len(count) < 6 else 1, _MAX_SPACES))
        elif name == "tab":
            pieces.append("\t")
        elif name == "line-break":
            pieces.append("\n")
        elif name == "note":
            notes.extend(line for body in item.iterfind("{*}note-body") for _, line in _blocks(body, []))
        elif name not in _SKIP:
            stack.extend(reversed(item))
            if item.text:
                stack.append(item.text)
    return "".join(pieces).strip()


READER = Reader(name="odt", suffixes=(".odt", ".ott"), sniff=_sniff, read=_read, binary=True)
