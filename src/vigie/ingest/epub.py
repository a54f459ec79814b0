"""E-books (EPUB).

In: an EPUB. Out: one RawDocument with the chapters in the order of the spine; title, publisher and date from
the package; the creators are names to remove. Left out: the table of contents, images.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from vigie.ingest import limits
from vigie.ingest.archive import SIGNATURE, Archive
from vigie.ingest.blocks import html_text
from vigie.ingest.decode import decode
from vigie.ingest.office import finish, real_title
from vigie.ingest.reader import Blob, Reader
from vigie.ingest.safexml import field_text, parse_xml
from vigie.model.document import RawDocument

_CHAPTER_TYPES = ("application/xhtml+xml", "text/html")


def _sniff(head: bytes) -> bool:
    return head.startswith(SIGNATURE) and b"application/epub+zip" in head[:200]


def _read(blob: Blob) -> Iterator[RawDocument]:
    with Archive(blob) as archive:
        container = parse_xml(archive.read("META-INF/container.xml"), blob)
        root = next(
            (str(e.get("full-path")) for e in container.iter("{*}rootfile") if e.get("full-path")), ""
        )
        package = parse_xml(archive.read(root), blob)
        lines: list[str] = []
        for name in _chapters(package, posixpath.dirname(root)):
            if name in archive.names:
                lines += _chapter(archive.read(name))
    meta = package.find("{*}metadata")
    fields = {
        n: field_text(meta, n) if meta is not None else [] for n in ("title", "date", "creator", "publisher")
    }
    yield finish(
        blob,
        "epub",
        lines,
        title=real_title(" ".join(fields["title"][:1])),
        dates=fields["date"],
        people=fields["creator"],
        outlet=" ".join(fields["publisher"][:1])[:100],
    )


def _chapters(package: etree._Element, folder: str) -> list[str]:
    """Members of the spine, in reading order; each once."""
    items = {
        item.get("id"): item
        for item in package.iterfind("{*}manifest/{*}item")
        if item.get("media-type") in _CHAPTER_TYPES and "nav" not in (item.get("properties") or "").split()
    }
    spine = [
        items[ref.get("idref")]
        for ref in package.iterfind("{*}spine/{*}itemref")
        if ref.get("idref") in items
    ]
    names = [posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or ""))) for item in spine]
    return list(dict.fromkeys(names))[: limits.MAX_CHAPTERS]


def _chapter(data: bytes) -> list[str]:
    text = decode(data)
    if not text or not text.strip():
        return []
    return [*html_text(text).split("\n"), ""]


READER = Reader(name="epub", suffixes=(".epub",), sniff=_sniff, read=_read, binary=True)
