"""The header of a sheet: where it stands, over how many rows, and names that are each other's.

In: the first rows as lists of text, the merged cells. Out: Header. Titles and notes above a header are no rows of the table.
Left out: files without any header (`header = 0` in the mapping numbers their columns).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from vigie.tables.cells import Row

LOOK_ROWS = 60  # rows in which a header is looked for
_MAX_NAME = 200
_MAX_SPANS = 500
_NUMBER = re.compile(r"[+-]?[\d\s.,'%]+|[\d]{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
_YEAR = re.compile(r"(?:19|20)\d\d")
Span = tuple[
    int, int, int, int
]  # first row, first column, last row, last column; rows as numbered, columns from 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Attributes:
    row: number of its last row; 0 where there is none.
    names: one per column, unique, none empty.
    """

    row: int
    names: tuple[str, ...]


def find_header(
    rows: Sequence[tuple[int, Row]],
    spans: Sequence[Span] = (),
    fixed: int | None = None,
    *,
    whole: bool = False,
) -> Header | None:
    """The header among the first rows; None if no row looks like one.

    Args:
        fixed: its last row, 0 for none.
        whole: columns without a name at its end count too, as in text, where every row has them.
    """
    at = _fixed(rows, fixed) if fixed is not None else _likely(rows)
    if fixed == 0:
        width = max((_width(cells) for _, cells in rows), default=0)
        return Header(row=0, names=unique([""] * width)) if width else None
    if at is None:
        return None
    levels = [rows[at]]
    if fixed is None:
        while at + 1 < len(rows) and len(levels) < 4 and _continues(levels[-1], rows[at + 1], spans):
            at += 1
            levels.append(rows[at])
    first = at - len(levels) + 1
    while first > 0 and len(levels) < 4 and _groups(rows[first - 1], levels[0], spans):
        first -= 1
        levels.insert(0, rows[first])
    width = len(levels[-1][1]) if whole else max(_width(cells) for _, cells in levels)
    return Header(row=levels[-1][0], names=_join(levels, spans, width))


def unique(names: Sequence[str]) -> tuple[str, ...]:
    """Names without blanks around, none empty ("column 3"), none twice ("x (2)")."""
    taken: dict[str, int] = {}
    used: set[str] = set()
    result = []
    for at, name in enumerate(names, 1):
        plain = " ".join(name.split())[:_MAX_NAME] or f"column {at}"
        count = taken.get(plain, 0) + 1
        label = plain if count == 1 else f"{plain} ({count})"
        while label in used:
            count += 1
            label = f"{plain} ({count})"
        taken[plain] = count
        used.add(label)
        result.append(label)
    return tuple(result)


def _fixed(rows: Sequence[tuple[int, Row]], fixed: int) -> int | None:
    return next((at for at, (number, _) in enumerate(rows) if number == fixed), None)


def _likely(rows: Sequence[tuple[int, Row]]) -> int | None:
    filled = [_filled(cells) for _, cells in rows]
    # Titles and notes fill one cell; a table has at least two columns, or nothing else in the sheet.
    counts = Counter(n for n in filled if n > 1) or Counter(n for n in filled if n)
    if not counts:
        return None
    typical = max(counts, key=lambda n: (counts[n], -n))
    enough = max(min(2, typical), 0.6 * typical)
    for at, (_, cells) in enumerate(rows):
        if filled[at] >= enough and _names(cells):
            return at
    return None


def _names(cells: Row) -> bool:
    """Whether most of the cells are names: no figures, no dates; years may head columns."""
    texts = [cell.strip() for cell in cells if cell and cell.strip()]
    words = [t for t in texts if not _NUMBER.fullmatch(t)]
    years = [t for t in texts if _YEAR.fullmatch(t)]
    return bool(words) and len(words) + len(years) > 0.5 * len(texts)


def _continues(level: tuple[int, Row], below: tuple[int, Row], spans: Sequence[Span]) -> bool:
    """Whether the row below a header row belongs to it: merged cells say so, else names that repeat under gaps."""
    number, cells = level
    if below[0] != number + 1 or not _names(below[1]):
        return False
    over = [s for s in spans if s[0] <= number <= s[2] and (s[3] > s[1] or s[2] > number)]
    if over:
        return any(s[2] > number for s in over) or any(
            s[2] == number and _distinct(below[1], s[1], s[3]) for s in over
        )
    names = [(c or "").strip() for c in below[1]]
    gaps = [at for at in range(1, len(names)) if names[at] and not _at(cells, at) and names[at - 1]]
    repeats = len([n for n in names if n]) > len({n for n in names if n})
    alike = len(cells) == len(below[1])
    return bool(gaps) and repeats and alike and not any(_NUMBER.fullmatch(n) for n in names if n)


def _distinct(cells: Row, first: int, last: int) -> bool:
    """Whether every column under a merged group has its own name: a data row would rarely fill them all with words."""
    names = [_at(cells, at) for at in range(first, last + 1)]
    return all(names) and len(set(names)) == len(names) and not any(_NUMBER.fullmatch(n) for n in names)


def _groups(above: tuple[int, Row], level: tuple[int, Row], spans: Sequence[Span]) -> bool:
    """Whether the row above a header row names groups of its columns."""
    number, cells = above
    if level[0] != number + 1 or _filled(cells) < 2 or not _names(cells):
        return False
    if any(s[0] <= number <= s[2] and s[3] > s[1] for s in spans):
        return True
    names = [(c or "").strip() for c in level[1] if c and c.strip()]
    return len(names) > len(set(names)) and _filled(cells) < len(names)


def _join(levels: Sequence[tuple[int, Row]], spans: Sequence[Span], width: int) -> tuple[str, ...]:
    parts: list[list[str]] = [[] for _ in range(width)]
    # Merged cells of these rows only, and no more than a person merges: each column is compared with each.
    spans = [s for s in spans if s[0] <= levels[-1][0] and s[2] >= levels[0][0]][:_MAX_SPANS]
    for depth, (number, cells) in enumerate(levels):
        last = depth == len(levels) - 1
        group = ""
        for at in range(width):
            own = _at(cells, at)
            span = next((s for s in spans if s[0] <= number <= s[2] and s[1] <= at <= s[3]), None)
            if own:
                group = own
            elif span is None and spans:
                group = ""
            # The last level names columns; the ones above name groups, which reach over the gaps to their right.
            name = own if last else group
            if span is not None and number > span[0]:  # the lower part of a cell merged downwards
                name = ""
            if not last and not own and not any(_at(c, at) for _, c in levels[depth + 1 :]):
                name = ""
            if name and name not in parts[at]:
                parts[at].append(name)
    return unique([" / ".join(p) for p in parts])


def _at(cells: Row, at: int) -> str:
    return (cells[at] or "").strip() if at < len(cells) else ""


def _filled(cells: Row) -> int:
    return sum(1 for cell in cells if cell and cell.strip())


def _width(cells: Row) -> int:
    return max((at + 1 for at, cell in enumerate(cells) if cell and cell.strip()), default=0)
