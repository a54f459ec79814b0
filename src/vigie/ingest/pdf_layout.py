"""Reading order of the pieces of a page.

In: segments (runs of letters on one line, without a wide gap). Out: lines, column by column. A gutter is a
place that few segments cross, with running text on both sides; what crosses it (a headline, a wide table)
separates the bands above and below. Cells of a table, which are short, stay on their row as `a | b`.
Left out: text set at an angle, which comes where the file has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

_MIN_LINES = 4  # in each column
_MIN_CHARS = 18  # median length of a column's lines; cells of a table are shorter
_MAX_CROSSING = 0.35  # share of segments that may cross a gutter
_MIN_OVERLAP = 0.4  # of the shorter column's height that stands beside the other
_MAX_COLUMNS = 6
_ALIGNED = 3.0  # points within which edges are the same
_FIGURE_CHARS = 15
_MIN_ROWS = 3  # of a table inside running text


@dataclass(slots=True)
class Segment:
    """Text with its box in points; `top` > `bottom`."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float

    def widen(self, left: float, right: float, bottom: float, top: float) -> None:
        self.left, self.right = min(self.left, left), max(self.right, right)
        self.bottom, self.top = min(self.bottom, bottom), max(self.top, top)

    def row(self) -> list[str | float]:
        return [
            self.text, round(self.left, 1), round(self.right, 1), round(self.top, 1), round(self.bottom, 1),
            round(self.size, 1),
        ]  # fmt: skip


def in_reading_order(
    segments: list[Segment], *, columns: int = _MAX_COLUMNS, hints: list[float] | None = None
) -> list[Segment]:
    """Lines, each column from top to bottom.

    `hints`: gutters of the page before, on which a last page with three lines in a column relies; the
    gutters of this page replace them.
    """
    known = list(hints or ())
    found: list[float] = []
    ordered = _ordered(segments, columns, known, found)
    if hints is not None and found:
        hints[:] = found
    return ordered


def _ordered(segments: list[Segment], columns: int, known: list[float], found: list[float]) -> list[Segment]:
    gutter = find_gutter(segments) if columns > 1 else None
    if gutter is not None:
        found.append(gutter)
    else:
        gutter = next((x for x in known if _divides(segments, x)), None) if columns > 1 else None
    if gutter is None:
        return _lines(segments)
    spanning = sorted((s for s in segments if s.left < gutter < s.right), key=lambda s: -s.top)
    spanning = [line for line in _lines(spanning) if line.text]
    edges = [line.bottom for line in spanning]
    ordered: list[Segment] = []
    rest = [s for s in segments if not s.left < gutter < s.right]
    for number in range(len(edges) + 1):
        floor = edges[number] if number < len(edges) else float("-inf")
        band = [s for s in rest if (s.top + s.bottom) / 2 > floor]
        rest = [s for s in rest if (s.top + s.bottom) / 2 <= floor]
        for side in ([s for s in band if s.right <= gutter], [s for s in band if s.left >= gutter]):
            ordered.extend(_ordered(side, columns - 1, known, found))
        if number < len(edges):
            ordered.append(spanning[number])
    return ordered


def find_gutter(segments: list[Segment]) -> float | None:
    """The x that best separates two columns of running text; None on a page of one column."""
    if len(segments) < 2 * _MIN_LINES:
        return None
    starts = sorted({round(s.left) for s in segments})
    best: tuple[float, float] | None = None
    for start in starts:
        x = start - 0.5
        left = [s for s in segments if s.right <= x]
        right = [s for s in segments if s.left >= x]
        crossing = len(segments) - len(left) - len(right)
        if min(len(left), len(right)) < _MIN_LINES or crossing > _MAX_CROSSING * len(segments):
            continue
        if min(_typical(left), _typical(right)) < _MIN_CHARS or _overlap(left, right) < _MIN_OVERLAP:
            continue
        score = crossing - 0.01 * min(len(left), len(right))
        if best is None or score < best[0]:
            best = (score, x)
    return best[1] if best else None


def _divides(segments: list[Segment], x: float) -> bool:
    """Whether a gutter of the page before also holds here: nothing crosses it, and the left side is running
    text.
    """
    left = [s for s in segments if s.right <= x]
    right = [s for s in segments if s.left >= x]
    if not left or not right or len(left) + len(right) < len(segments) - 2:  # head and foot may cross
        return False
    return _typical(left) >= _MIN_CHARS


def _typical(segments: list[Segment]) -> float:
    return median(len(s.text) for s in segments)


def _overlap(left: list[Segment], right: list[Segment]) -> float:
    low = max(min(s.bottom for s in left), min(s.bottom for s in right))
    high = min(max(s.top for s in left), max(s.top for s in right))
    heights = [max(s.top for s in side) - min(s.bottom for s in side) for side in (left, right)]
    return (high - low) / max(1.0, min(heights))


def _lines(segments: list[Segment]) -> list[Segment]:
    """Segments of one column joined along their row, from top to bottom."""
    if not segments:
        return []
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: (-(s.top + s.bottom) / 2, s.left)):
        if rows and _same_row(rows[-1][0], segment):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    ordered = [sorted(row, key=lambda s: s.left) for row in rows]
    edges = [_edges(row) for row in ordered]
    tabular = _tabular(ordered)
    none: set[tuple[str, int]] = set()
    above, below = [none, *edges[:-1]], [*edges[1:], none]
    return [_join(row, above[n] | below[n] if tabular[n] else none) for n, row in enumerate(ordered)]


def _tabular(rows: list[list[Segment]]) -> list[bool]:
    """Whether each row stands in a run of rows with gaps: a lone one is a justified line with wide spaces."""
    marks = [len(row) > 1 for row in rows]
    if all(marks) and len(rows) > 1:
        return marks
    tabular = [False] * len(rows)
    start = 0
    for n in range(len(rows) + 1):
        if n == len(rows) or not marks[n]:
            if n - start >= _MIN_ROWS:
                tabular[start:n] = [True] * (n - start)
            start = n + 1
    return tabular


def _edges(row: list[Segment]) -> set[tuple[str, int]]:
    """Where the later segments of a row start, and where its later figures end."""
    starts = {("start", round(s.left / _ALIGNED)) for s in row[1:]}
    return starts | {("end", round(s.right / _ALIGNED)) for s in row[1:] if _is_figure(s)}


def _is_figure(segment: Segment) -> bool:
    return len(segment.text) <= _FIGURE_CHARS and any(c.isdigit() for c in segment.text)


def _same_row(one: Segment, other: Segment) -> bool:
    shared = min(one.top, other.top) - max(one.bottom, other.bottom)
    return shared > 0.5 * min(one.top - one.bottom, other.top - other.bottom)


def _join(row: list[Segment], borders: set[tuple[str, int]]) -> Segment:
    """One line of a row. A gap is a cell border where a row near by has text that starts there, or figures
    that end there (`borders`); elsewhere it is the wide space of a justified line.
    """
    first = row[0]
    line = Segment(first.text, first.left, first.right, first.top, first.bottom, first.size)
    for segment in row[1:]:
        cell = bool(_edges([first, segment]) & borders)
        line.text += (" | " if cell else " ") + segment.text
        line.widen(segment.left, segment.right, segment.bottom, segment.top)
        line.size = max(line.size, segment.size)
    return line
