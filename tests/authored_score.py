"""Contacts by an author who saw no rule: what of them survives, and what went with them.

In: rows of `cases/contacts_authored.jsonl`. Out: counts that add up, and the stretches lost or left of a row.
Left out: texts of the held half, which only `judge` sees (benchmarks/authored.py prints misses of dev alone).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from redteam.score import kept
from vigie.model.document import RawDocument
from vigie.redact import redact

CONTACTS = Path(__file__).parent / "cases" / "contacts_authored.jsonl"
Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One text; of `spans` everything must go, of `keep` nothing may ([start, end), code points)."""

    id: str
    split: str
    lang: str
    kind: str
    carrier: str
    disguise: str
    text: str
    spans: tuple[Span, ...]
    keep: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Counts. Rows are those with something to remove; of spans only letters and digits count.

    Attributes:
        whole: rows of whose spans no letter or digit is left.
        must, gone: letters and digits of spans, and those that went.
        keeps, stood: spans to keep, and those that stand whole.
    """

    rows: int = 0
    whole: int = 0
    must: int = 0
    gone: int = 0
    keeps: int = 0
    stood: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(**{name: getattr(self, name) + getattr(other, name) for name in Score.__slots__})

    @property
    def recall(self) -> float:
        return self.gone / self.must if self.must else 1.0

    @property
    def whole_share(self) -> float:
        return self.whole / self.rows if self.rows else 1.0

    @property
    def keep_share(self) -> float:
        return self.stood / self.keeps if self.keeps else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One row: its score, its clean text, the spans of which something is left, the keeps of which something went."""

    row: Row
    score: Score
    clean: str
    left: tuple[str, ...]
    lost: tuple[str, ...]


@cache
def rows() -> tuple[Row, ...]:
    def spans(listed: list[list[int]]) -> tuple[Span, ...]:
        return tuple((start, end) for start, end in listed)

    read = []
    for line in CONTACTS.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        item |= {"spans": spans(item["spans"]), "keep": spans(item["keep"])}
        read.append(Row(**item))
    return tuple(read)


def judge(row: Row) -> Judged:
    """The score of one row. A clean text that cannot be laid on the original counts as all left and all lost."""
    clean = redact(RawDocument(path="row.txt", format="text", text=row.text)).text
    stands = kept(row.text, clean)

    def stand(span: Span) -> list[bool]:
        return [stands[i] if stands else True for i in range(*span) if row.text[i].isalnum()]

    must = [letter for span in row.spans for letter in stand(span)]
    lost = [span for span in row.keep if stands is None or not all(stand(span))]
    score = Score(
        rows=int(bool(row.spans)),
        whole=int(bool(row.spans) and not any(must)),
        must=len(must),
        gone=must.count(False),
        keeps=len(row.keep),
        stood=len(row.keep) - len(lost),
    )
    return Judged(
        row=row,
        score=score,
        clean=clean,
        left=tuple(row.text[a:b] for a, b in row.spans if any(stand((a, b)))),
        lost=tuple(row.text[a:b] for a, b in lost),
    )


def total(judged: list[Judged]) -> Score:
    return sum((one.score for one in judged), Score())
