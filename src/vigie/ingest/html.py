"""Web pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.ingest import limits
from vigie.ingest.dateline import find_dateline, parse_date
from vigie.ingest.decode import decode_repaired
from vigie.ingest.reader import Blob, Reader
from vigie.model.document import RawDocument
from vigie.text.normalise import repair

_TAG = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|div|article|p|h1|title|script|table)\b", re.IGNORECASE
)


def _sniff(head: bytes) -> bool:
    start = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start[:1] == b"<" and _TAG.search(start[:4096]) is not None


def _read(blob: Blob) -> Iterator[RawDocument]:
    import trafilatura

    text = decode_repaired(blob.all_bytes(limits.MAX_HTML_BYTES))
    if text is None:
        raise blob.refuse("not text in a known encoding", "save the page again")
    page = trafilatura.bare_extraction(text, include_comments=False, include_tables=True, with_metadata=True)
    if page is None or not page.text:
        raise blob.refuse("no main text found in the page")
    body = repair(page.text)
    title = repair(page.title or "")
    yield RawDocument(
        path=blob.name,
        format="html",
        title=title,
        text=body,
        outlet=page.sitename or "",
        published=(parse_date(page.date) if page.date else None) or find_dateline(body),
        source=blob.source,
    )


READER = Reader(name="html", suffixes=(".html", ".htm", ".xhtml"), sniff=_sniff, read=_read)
