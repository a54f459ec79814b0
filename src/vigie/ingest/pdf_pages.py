"""Lines of a PDF in reading order. Runs in the guarded child, one page at a time.

In: the bytes of a PDF. Out: first its metadata and page count, then one item a page: its size and its lines
[text, left, right, top, bottom, size], in points, top > bottom. Left out: images, annotations, form fields.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from vigie.ingest import limits
from vigie.ingest.pdf_layout import Segment, in_reading_order
from vigie.model.errors import InputRefused

_GAP = 1.8  # of the size of the letters: a wider gap is a gutter or a cell border
_MAX_CHARS = 200_000  # of one page; a dense newspaper page holds 25,000


def pages(data: bytes, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Metadata, then pages."""
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise InputRefused("", "is encrypted", "save it without a password") from None
        raise InputRefused("", "broken PDF", "save or export it again") from None
    count = len(pdf)
    if count > limits.MAX_PDF_PAGES:
        raise InputRefused("", f"has more than {limits.MAX_PDF_PAGES} pages", "split it into its documents")
    yield {"pages": count, "meta": {k: v for k, v in pdf.get_metadata_dict().items() if isinstance(v, str)}}
    gutters: list[float] = []
    for number in range(count):
        try:
            page = pdf[number]
        except pdfium.PdfiumError:
            yield {"broken": True}
            continue
        width, height = page.get_size()
        lines = in_reading_order(_segments(page), hints=gutters)
        yield {"width": width, "height": height, "lines": [line.row() for line in lines]}
        page.close()


def _segments(page: Any) -> list[Segment]:
    """Runs of letters on one line without a wide gap, in the order of the file."""
    textpage = page.get_textpage()
    handle = textpage.raw
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    segments: list[Segment] = []
    current: Segment | None = None
    space = False
    total = min(textpage.count_chars(), _MAX_CHARS)
    for index in range(total):
        code = pdfium_c.FPDFText_GetUnicode(handle, index)
        if code in (10, 13):
            current, space = None, False
            continue
        if code in (9, 32, 0xA0):
            space = True
            continue
        char = "-" if code in (0x02, 0xFFFE, 0xAD) else chr(code) if 0 < code < 0x110000 else ""
        pdfium_c.FPDFText_GetCharBox(handle, index, left, right, bottom, top)
        x0, x1, y0, y1 = left.value, right.value, bottom.value, top.value
        if not char or (code < 32 and code != 2):
            continue
        size = pdfium_c.FPDFText_GetFontSize(handle, index) if current is None or space else current.size
        if current is not None and _continues(current, x0, y0, y1, size):
            current.text += (" " if space else "") + char
            current.widen(x0, x1, y0, y1)
        else:
            current = Segment(char, x0, x1, y1, y0, max(size, y1 - y0, 1.0))
            segments.append(current)
        space = False
    textpage.close()
    return segments


def _continues(line: Segment, x0: float, y0: float, y1: float, size: float) -> bool:
    same_line = y0 <= line.top and y1 >= line.bottom
    return same_line and -_GAP * line.size <= x0 - line.right <= _GAP * line.size
