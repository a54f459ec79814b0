"""PDF.

In: a PDF with a text layer. Out: one RawDocument: text in reading order, title from the page or the
metadata, date from the text or the metadata; the author field is a name to remove. Left out: scans without a
text layer (refused). The parser runs in the guarded child, with a time limit a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

from vigie.ingest import guard, limits
from vigie.ingest.dateline import find_dateline, parse_date, parse_pdf_date
from vigie.ingest.html_meta import person_names
from vigie.ingest.office import MAX_TITLE, real_title
from vigie.ingest.pdf_flow import Line, paragraphs, without_furniture
from vigie.ingest.reader import Blob, Reader
from vigie.model.document import RawDocument
from vigie.model.period import PartialDate
from vigie.text.normalise import repair

_HEADS_SEEN = 20  # pages whose running heads are asked for a date
_LARGER = 1.2  # than the text: a title


def _sniff(head: bytes) -> bool:
    return b"%PDF-" in head[:1024]


def _read(blob: Blob) -> Iterator[RawDocument]:
    data = blob.all_bytes(limits.MAX_FILE_BYTES)
    pages: list[list[Line]] = []
    meta: dict[str, str] = {}
    chars = 0
    try:
        for item in guard.run("pdf", data):
            if "meta" in item:
                meta = item["meta"]
            elif "lines" in item:
                pages.append(_lines(item))
                chars += sum(len(line.text) for line in pages[-1])
                if chars > limits.MAX_TEXT_CHARS:
                    raise blob.refuse("holds too much text", "split it into its documents")
    except guard.GuardError as error:
        raise blob.refuse(error.reason, error.repair) from None
    if not chars:
        raise blob.refuse("holds no text, only images", "recognise its text first (OCR) and save it again")
    whole, pages = pages, without_furniture(pages)
    title, pages = _title(pages, meta.get("Title", ""))
    text = repair("\n\n".join(paragraphs(pages)))
    if not text.strip():
        raise blob.refuse("holds no text beside running heads and page numbers")
    yield RawDocument(
        path=blob.name,
        format="pdf",
        title=title,
        text=text,
        published=find_dateline(f"{title}\n\n{text}")
        or _head_date(whole, pages)
        or parse_pdf_date(meta.get("CreationDate", "")),
        source=blob.source,
        extra_names=tuple(person_names(repair(meta.get("Author", "")))),
    )


def _lines(item: dict[str, Any]) -> list[Line]:
    # Faces without a known encoding come out as lone surrogates; they are no text.
    lines = []
    for text, left, right, top, bottom, size in item["lines"]:
        clean = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
        lines.append(Line(clean, left, right, top, bottom, size, item["height"]))
    return lines


def _head_date(whole: list[list[Line]], kept: list[list[Line]]) -> PartialDate | None:
    """The date in the running heads and feet, where every page has the same ("Bulletin n° 12 - Mars 2024")."""
    found: set[PartialDate] = set()
    for before, after in zip(whole[:_HEADS_SEEN], kept, strict=False):
        stays = {id(line) for line in after}
        for line in before:
            date = parse_date(line.text) if id(line) not in stays else None
            if date is not None and date.month is not None:
                found.add(date)
    return found.pop() if len(found) == 1 else None


def _title(pages: list[list[Line]], declared: str) -> tuple[str, list[list[Line]]]:
    """The largest text of the first page that has any, else the title of the metadata; pages without it."""
    declared = real_title(declared)
    sizes = [line.size for page in pages for line in page for _ in range(1 + len(line.text) // 20)]
    first = next((n for n, page in enumerate(pages) if page), None)
    if first is None:
        return declared, pages
    largest = max(line.size for line in pages[first])
    block = [line for line in pages[first] if line.size >= 0.95 * largest]
    found = " ".join(" ".join(line.text for line in block).split())
    fits = 3 < len(found) <= MAX_TITLE and sum(c.isalpha() for c in found) > len(found) / 2
    if largest < _LARGER * median(sizes) or not fits:
        return declared, pages
    if declared and declared.casefold() != found.casefold() and found.casefold() in declared.casefold():
        found = declared
    kept = [line for line in pages[first] if line.size < 0.95 * largest]
    return repair(found), [kept if n == first else page for n, page in enumerate(pages)]


READER = Reader(name="pdf", suffixes=(".pdf",), sniff=_sniff, read=_read, binary=True)
