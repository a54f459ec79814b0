"""Pages of lines to running text.

In: pages of lines in reading order. Out: paragraphs. Running heads, running feet and page numbers go; words
broken at the end of a line are joined; paragraphs go on over lines, columns and pages.
Left out: footnotes, which stay where the page has them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from statistics import median

_MARGIN_LINES = 3  # lines at the top and at the foot of a page that may be furniture
_MARGIN_SHARE = 0.14  # of the page's height: nothing further in is a running head
_REPEATED_SHARE = 0.4  # of the pages (left and right pages may differ)
_FURNITURE_GAP = 2.5  # of the size: lines of one running head stand closer
_NUMBER = re.compile(r"\d{1,9}")
_MAX_NUMBERS = 4  # in one running head; the others must stand still
_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|p\.|pg\.?)\s*)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:/|\||sur|of|de)\s*\d{1,4})?\W*",
    re.IGNORECASE,
)
_BULLET = re.compile(
    r"\s*(?:[\u2022\u25aa\u25a0\u25cf\u25e6\u2023\u25ba>\u2713\uf0b7*]|[-\u2013\u2014]\s|\d{1,2}[.)]\s)"
)
_END = re.compile(r"[.!?:;\u2026][\"»”’)\]]*$")
_BROKEN_WORD = re.compile(r"([^\W\d_]+)[-\u2010]$")
_Form = tuple[int, str, tuple[int, ...], tuple[int, ...]]
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)+|[^\W_]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its box in points, on a page `height` high."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    height: float

    @property
    def in_margin(self) -> bool:
        edge = _MARGIN_SHARE * self.height
        return self.bottom > self.height - edge or self.top < edge


def without_furniture(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """Pages without running heads and feet, and without page numbers."""
    counts: Counter[_Form] = Counter()
    for number, lines in enumerate(pages):
        counts.update({form for line in _margin(lines) for form in _forms(line, number)})
    least = max(2, _REPEATED_SHARE * len(pages))
    kept = []
    for number, lines in enumerate(pages):
        marked = {
            id(line)
            for line in _margin(lines)
            if _PAGE_NUMBER.fullmatch(line.text) or any(counts[f] >= least for f in _forms(line, number))
        }
        gone = _from_the_edge(lines, marked)
        kept.append([line for line in lines if id(line) not in gone])
    return kept


def _margin(lines: list[Line]) -> list[Line]:
    """Lines near the upper and lower edge of a page."""
    ordered = sorted(lines, key=lambda line: -line.top)
    edges = {id(line): line for line in (*ordered[:_MARGIN_LINES], *ordered[-_MARGIN_LINES:])}
    return [line for line in edges.values() if line.in_margin]


def _from_the_edge(lines: list[Line], marked: set[int]) -> set[int]:
    """The marked lines that stand at the edge, or close to one that does: the text begins after a wider gap,
    and a line of it that happens to repeat stays."""
    gone: set[int] = set()
    ordered = sorted(lines, key=lambda line: -line.top)
    for inward in (ordered, ordered[::-1]):
        last: Line | None = None
        for line in inward:
            gap = 0.0 if last is None else max(last.bottom - line.top, line.bottom - last.top)
            if id(line) not in marked or gap > _FURNITURE_GAP * line.size:
                break
            gone.add(id(line))
            last = line
    return gone


def _forms(line: Line, page: int) -> Iterator[_Form]:
    """The line as it would read on page 0 if some of its numbers counted pages and the others stood still.

    "Bulletin 7 - page 3" repeats as a head. "Prix du gramme : 60 €" on one page and "70 €" on another does
    not, and stays: a fact sheet opens each page so.
    """
    text = " ".join(line.text.split()).casefold()
    numbers = [int(n) for n in _NUMBER.findall(text)[:_MAX_NUMBERS]]
    words = _NUMBER.sub("#", text, count=_MAX_NUMBERS)
    for counts_pages in product((0, 1), repeat=len(numbers)):
        yield (
            round(line.top),
            words,
            counts_pages,
            tuple(n - page * moves for n, moves in zip(numbers, counts_pages, strict=True)),
        )


def paragraphs(pages: Sequence[list[Line]]) -> list[str]:
    """Running text; words broken at a line's end are whole again."""
    flat = [line for page in pages for line in page]
    if not flat:
        return []
    size = median(line.size for line in flat)
    words = Counter(w.casefold() for line in flat for w in _WORD.findall(line.text))
    found = [flat[0].text.strip()]
    for previous, line in pairwise(flat):
        if _starts_paragraph(previous, line, size, found[-1]):
            found.append(line.text.strip())
        else:
            found[-1] = _joined(found[-1], line.text.strip(), words)
    return [p for p in found if p]


def _starts_paragraph(previous: Line, line: Line, size: float, before: str) -> bool:
    if _BULLET.match(line.text) or " | " in line.text or " | " in previous.text:
        return True
    if abs(line.size - previous.size) > 0.12 * max(size, 1.0):
        return True
    opens = line.text[:1].isupper() or line.text[:1] in '«"“(' or line.text[:1].isdigit()
    ends = _END.search(before) is not None
    if line.top > previous.bottom:  # a new column or page: the sentence tells
        return ends and opens
    if previous.bottom - line.top > 0.9 * line.size:
        return ends or opens
    if ends and opens:
        return previous.right < line.right - 3 * line.size or line.left > previous.left + 0.8 * line.size
    return False


def _joined(before: str, after: str, words: Counter[str]) -> str:
    broken = _BROKEN_WORD.search(before)
    if broken and after[:1].isalpha() and after[:1].islower():
        tail = _WORD.match(after)
        second = tail.group() if tail else ""
        whole, compound = f"{broken[1]}{second}".casefold(), f"{broken[1]}-{second}".casefold()
        # "porte-|monnaie" keeps its hyphen where the document writes it so elsewhere.
        if words[compound] > words[whole]:
            return before + after
        return before[:-1] + after
    if before.endswith(("-", "\u2010")) and not before.endswith((" -", " \u2010")):
        return before + after
    return f"{before} {after}"
