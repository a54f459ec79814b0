"""Web pages (HTML, XHTML).

In: a saved page. Out: one RawDocument with the main text, title, outlet and publication date; the authors
are names to remove. Left out: advertising, teasers, newsletter boxes, reader comments (html_page.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast, get_args

from vigie.ingest import guard, limits
from vigie.ingest.boilerplate import drop_boilerplate
from vigie.ingest.chatlog import is_chat_page
from vigie.ingest.dateline import find_dateline, parse_date
from vigie.ingest.decode import decode
from vigie.ingest.reader import Blob, Reader
from vigie.model.document import DocKind, RawDocument
from vigie.text.normalise import repair

_TAG = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|div|article|section|main|p|h1|title|table|ul|span)\b",
    re.IGNORECASE,
)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([a-zA-Z0-9_.:-]{2,40})", re.IGNORECASE)


def _sniff(head: bytes) -> bool:
    start = head[:8192].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start[:1] == b"<" and _TAG.search(start) is not None


def _read(blob: Blob) -> Iterator[RawDocument]:
    data = blob.all_bytes(limits.MAX_HTML_BYTES)
    if is_chat_page(data):
        raise blob.refuse("is a chat exported as a page", "export the public channel as JSON (result.json)")
    yield page_document(blob, data, blob.name)


def page_document(
    blob: Blob, data: bytes, path: str, charset: str = "", format_: str = "html"
) -> RawDocument:
    """One page; `charset` is what the server announced. Raises InputRefused."""
    declared = _CHARSET.search(data[:4096])
    text = decode(data, charset or (declared[1].decode("ascii") if declared else ""))
    if text is None:
        raise blob.refuse("not text in a known encoding", "save the page again as UTF-8")
    try:
        pages: list[dict[str, Any]] = list(guard.run("html", text.encode("utf-8", "replace")))
    except guard.GuardError as error:
        raise blob.refuse(error.reason, error.repair) from None
    page = pages[0]
    title, body = " ".join(repair(page["title"]).split()), drop_boilerplate(repair(page["text"]))
    if not body.strip():
        raise blob.refuse("no main text found in the page")
    # Agencies mark their notes as "NewsArticle" too: what a source card says about its pages counts more.
    carded = blob.source is not None and blob.source.kind != "unknown"
    kind = page["kind"] if page["kind"] in get_args(DocKind) and not carded else "unknown"
    return RawDocument(
        path=path,
        format=format_,
        title=title,
        text=body,
        outlet=repair(page["outlet"]),
        published=(parse_date(page["published"]) if page["published"] else None)
        or find_dateline(f"{title}\n\n{body}"),
        kind=cast(DocKind, kind),
        source=blob.source,
        extra_names=tuple(repair(name) for name in page["authors"]),
    )


READER = Reader(name="html", suffixes=(".html", ".htm", ".xhtml"), sniff=_sniff, read=_read)
