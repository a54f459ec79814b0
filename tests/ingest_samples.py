"""Makers of real files for the reader tests. All content is invented."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, FrameBreak, PageTemplate, Paragraph

from vigie.ingest import guard, worker

FACT = "Le gramme de cocaïne se vend 50 euros à Villefictive, selon une note de la préfecture que nous avons lue."
MORE = (
    "Les saisies ont atteint 12 kg au premier trimestre, contre 8 kg un an plus tôt dans tout le département."
)
LAST = "La baisse tient à l'abondance de l'offre, explique l'observatoire régional, qui suit ce marché depuis vingt ans."


def page(body: str, head: str = "", lang: str = "fr") -> str:
    return f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'


def article(*paragraphs: str) -> str:
    return f"<article>{''.join(f'<p>{p}</p>' for p in paragraphs or (FACT, MORE, LAST))}</article>"


def zipped(members: Mapping[str, bytes | str], stored: Iterable[str] = ("mimetype",)) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def odt(body: str, meta: str = "", prolog: str = "") -> bytes:
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f'<?xml version="1.0"?>{prolog}<office:document-content {ODF}><office:body><office:text>'
            f"{body}</office:text></office:body></office:document-content>",
            "meta.xml": f"<office:document-meta {ODF}><office:meta>{meta}</office:meta></office:document-meta>",
        }
    )


def epub(chapters: Mapping[str, str], meta: str = "", container: str = "OEBPS/content.opf") -> bytes:
    items = "".join(
        f'<item id="c{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(chapters)
    )
    refs = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            f'<rootfile full-path="{container}"/></rootfiles></container>',
            "OEBPS/content.opf": '<package xmlns="http://www.idpf.org/2007/opf" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>{meta}</metadata><manifest>{items}'
            '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/></manifest>'
            f'<spine><itemref idref="nav"/>{refs}</spine></package>',
            "OEBPS/nav.xhtml": "<html><body><p>Table des matières</p></body></html>",
            **{f"OEBPS/{name}": text for name, text in chapters.items()},
        }
    )


def response(
    url: str, body: bytes, *, status: str = "200 OK", kind: str = "text/html; charset=utf-8"
) -> bytes:
    http = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-01-05T00:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{abs(hash(url)) % 10**12:012d}>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def warc(*records: bytes, packed: bool = False) -> bytes:
    info = b"WARC/1.0\r\nWARC-Type: warcinfo\r\nWARC-Date: 2026-01-05T00:00:00Z\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    return b"".join(gzip.compress(r) if packed else r for r in (info, *records))


def report_pdf(
    paragraphs: Iterable[str], *, columns: int = 2, title: str = "", foot: str = "Page {}", **meta: Any
) -> bytes:
    """A laid-out report: headline, columns, running head, page numbers."""
    buffer = io.BytesIO()
    width, height = A4

    def furniture(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(60, height - 40, f"Observatoire fictif - Bulletin {canvas.getPageNumber()}")
        canvas.drawRightString(width - 60, 30, foot.format(canvas.getPageNumber()))

    column = (width - 120 - 20 * (columns - 1)) / columns

    def frames(top: float) -> list[Frame]:
        return [Frame(60 + n * (column + 20), 60, column, height - top) for n in range(columns)]

    document = BaseDocTemplate(buffer, pagesize=A4, **meta)
    head = [Frame(60, height - 140, width - 120, 80)] if title else []
    document.addPageTemplates(
        [
            PageTemplate(
                "first",
                [*head, *frames(210 if title else 120)],
                onPage=furniture,
                autoNextPageTemplate="rest",
            ),
            PageTemplate("rest", frames(120), onPage=furniture),
        ]
    )
    styles = getSampleStyleSheet()
    body = ParagraphStyle("body", parent=styles["BodyText"], alignment=4)
    story: list[Any] = [Paragraph(title, styles["Title"]), FrameBreak()] if title else []
    story += [Paragraph(text, body) for text in paragraphs]
    document.build(story)
    return buffer.getvalue()


def drawn_pdf(
    lines: Iterable[tuple[float, float, str]], size: float = 11, pages: int = 1, **meta: str
) -> bytes:
    """Lines set at x, y (points from the lower left corner), the same on each page."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, **meta)
    placed = list(lines)
    for _ in range(pages):
        canvas.setFont("Helvetica", size)
        for x, y, text in placed:
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def run_here(
    job: str, data: bytes, options: dict[str, Any] | None = None, *, seconds: float = 0.0
) -> Iterator[Any]:
    """guard.run without its child: the same request and the same frames, in this process."""
    answers = io.BytesIO()
    worker.serve({"job": job, "options": options or {}}, data, answers)
    answers.seek(0)
    while "item" in (answer := json.loads(guard.read_frame(answers))):
        yield answer["item"]
    if "refused" in answer:
        raise guard.GuardError(*answer["refused"])
