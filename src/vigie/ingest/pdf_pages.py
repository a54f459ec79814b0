"""Lines of a PDF in reading order. Runs in the guarded child, one page at a time.

In: the bytes of a PDF. Out: first its metadata and page count, then one item a page: its size and its lines
[text, left, right, top, bottom, size], in points, top > bottom. Left out: images, annotations, form fields.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from vigie.ingest import limits
from vigie.ingest.pdf_layout import Segment, in_reading_order
from vigie.model.errors import InputRefused

_GAP = 1.8  # of the size of the letters: a wider gap is a gutter or a cell border
_PIECE = re.compile(r"\s+|[^\s\0]+")
_HYPHENS = {0x02: "-", 0xAD: "-", 0xFFFE: "-"}  # what the library gives for a hyphen at the end of a line
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
    """Runs of words on one line without a wide gap, in the order of the file."""
    textpage = page.get_textpage()
    segments: list[Segment] = []
    current: Segment | None = None
    for word in _words(textpage):
        if word is None:
            current = None
        elif current is not None and _continues(current, word):
            current.text += f" {word.text}" if word.spaced else word.text
            current.widen(word.left, word.right, word.bottom, word.top)
        else:
            size = max(word.size, word.top - word.bottom, 1.0)
            current = Segment(word.text, word.left, word.right, word.top, word.bottom, size)
            segments.append(current)
    textpage.close()
    return segments


@dataclass(slots=True)
class _Word(Segment):
    spaced: bool = True  # a space stands before it


def _words(textpage: Any) -> Iterator[_Word | None]:
    """Words with their boxes; None where the file ends a line. Only the outer letters are measured: asking for
    each letter's box takes most of the time of a page.
    """
    box = _Boxes(textpage.raw)
    text = _text(textpage)
    spaced = False
    for match in _PIECE.finditer(text):
        piece = match.group()
        if piece.isspace():
            spaced = True
            if "\n" in piece or "\r" in piece:
                yield None
            continue
        yield from box.words(piece.translate(_HYPHENS), match.start(), spaced)
        spaced = False


def _text(textpage: Any) -> str:
    """The text of a page, with one code point for each of its characters."""
    count = min(textpage.count_chars(), _MAX_CHARS)
    text: str = textpage.get_text_range(0, count) if count else ""
    if len(text) == count:
        return text
    codes = (pdfium_c.FPDFText_GetUnicode(textpage.raw, n) for n in range(count))
    return "".join(chr(code) if 0 < code < 0x110000 else "\0" for code in codes)


class _Boxes:
    """Asks for boxes without making four new numbers each time."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._numbers = tuple(ctypes.c_double() for _ in range(4))

    def of(self, index: int) -> tuple[float, float, float, float]:
        """Left, right, bottom, top of one letter."""
        left, right, bottom, top = self._numbers
        pdfium_c.FPDFText_GetCharBox(self._handle, index, left, right, bottom, top)
        return left.value, right.value, bottom.value, top.value

    def words(self, text: str, first: int, spaced: bool) -> Iterator[_Word]:
        """The word of the letters from `first` on; single letters where they are set here and there."""
        left, right, bottom, top = self.of(first)
        size = pdfium_c.FPDFText_GetFontSize(self._handle, first)
        if len(text) > 1:
            left2, right2, bottom2, top2 = self.of(first + len(text) - 1)
            limit = _GAP * max(size, top - bottom) * len(text)
            if not (bottom2 <= top and top2 >= bottom and -limit < right2 - left < limit):
                for n, letter in enumerate(text):
                    yield from self.words(letter, first + n, spaced and n == 0)
                return
            left, right, bottom, top = (
                min(left, left2),
                max(right, right2),
                min(bottom, bottom2),
                max(top, top2),
            )
        yield _Word(text, left, right, top, bottom, size, spaced)


def _continues(line: Segment, word: _Word) -> bool:
    same_line = word.bottom <= line.top and word.top >= line.bottom
    return same_line and -_GAP * line.size <= word.left - line.right <= _GAP * line.size
