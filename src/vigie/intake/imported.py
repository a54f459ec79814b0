"""What an import did, and what is told of it.

In: counts as a run makes them. Out: Imported, lines of the rejects file, the commonest unknown values. No text of a cell is told but
what the redactor left of it. Left out: the import itself (`importing.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from vigie.pipeline import Refusal
from vigie.tables.records import Reject
from vigie.text.formulas import defused

_MOST_WORDS = 6
_NAMED = re.compile(r"\b[A-ZÀ-Þ][\w'’]*[\s.-]+(?:\w{1,3}\s+)?[A-ZÀ-Þ][\w'’]*[a-zà-ÿ]")


@dataclass(kw_only=True, slots=True)
class Imported:
    """What a run did; grows as it goes.

    Attributes:
        rows: rows that the files hold.
        new, changed, unchanged, skipped, rejected, kept_out: what became of them; they add up to `rows`.
        parts: observations of stored rows that were left out, with a reject each.
        replaced: earlier rows whose observations went, because their row says something else now.
        documents, observations: stored, the latter by type.
        reasons: (reason, column) -> rejected rows.
        unknown: field -> what no list knows, redacted, with how often.
        refused: files that are no table, or another layout.
        beside: file that was imported before -> its rows that are new now, and stand beside the earlier ones.
    """

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    rejected: int = 0
    kept_out: int = 0
    parts: int = 0
    replaced: int = 0
    documents: int = 0
    observations: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    unknown: dict[str, Counter[str]] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    beside: dict[str, int] = field(default_factory=dict)

    def adds_up(self) -> bool:
        told = self.new + self.changed + self.unchanged + self.skipped + self.rejected + self.kept_out
        return self.rows == told


def rejects_header() -> tuple[str, ...]:
    return ("file", "sheet", "row", "column", "reason", "repair")


def reject_line(found: Reject) -> tuple[str, ...]:
    """A line of the rejects file; it holds no text of a cell, and nothing that a spreadsheet would run."""
    row = "" if found.row is None else str(found.row)
    told = (found.file, found.sheet, row, found.column, found.reason, found.repair)
    return tuple(map(defused, told))


def unknown_told(done: Imported, most: int = 10) -> Iterator[tuple[str, str, int]]:
    """(field, value, rows) of the commonest values that no list knows, redacted.

    Neither sentences nor several words with capitals are shown: a name may be one that the redactor does not know. The rejects
    file says in which rows they stand.
    """
    every = [(times, name, text) for name, texts in done.unknown.items() for text, times in texts.items()]
    for times, name, text in sorted(every, key=lambda e: (-e[0], e[1], e[2]))[:most]:
        size = len(text.split())
        yield name, f"({size} words)" if size > _MOST_WORDS or _NAMED.search(text) else text, times
