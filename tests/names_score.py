"""What redaction leaves of annotated names, and what it takes of what must stay.

In: rows of `cases/names_by_origin.jsonl` and `cases/organisations_kept.jsonl`. Out: counts that add up.
Left out: contacts (tests/redteam), and whether a removed stretch is called a name: it is gone, whatever the placeholder.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from redteam.score import kept
from vigie.model.document import RawDocument
from vigie.redact import redact

CASES = Path(__file__).parent / "cases"
NAMES = CASES / "names_by_origin.jsonl"
ORGANISATIONS = CASES / "organisations_kept.jsonl"
SECOND_NAMES = CASES / "names_second.jsonl"
SECOND_ORGANISATIONS = CASES / "organisations_second.jsonl"
THIRD_NAMES = CASES / "names_third.jsonl"
THIRD_ORGANISATIONS = CASES / "organisations_third.jsonl"
FOURTH_NAMES = CASES / "names_fourth.jsonl"
FOURTH_ORGANISATIONS = CASES / "organisations_fourth.jsonl"
SETS = {
    "first": (NAMES, ORGANISATIONS),
    "second": (SECOND_NAMES, SECOND_ORGANISATIONS),
    "third": (THIRD_NAMES, THIRD_ORGANISATIONS),
    "fourth": (FOURTH_NAMES, FOURTH_ORGANISATIONS),
}
Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One annotated text; spans are [start, end) code points of `text`. `group` and `context` are "" in the second file.

    Attributes:
        template: texts of one template differ only in the names put into it; no template serves both splits.
        names: every personal name, without title or role.
        keep: organisations, places, products, figures, roles: what must stay.
    """

    id: str
    split: str
    lang: str
    template: str
    text: str
    keep: tuple[Span, ...]
    group: str = ""
    context: str = ""
    names: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Counts of mentions, of their letters and of spans to keep. Texts that could not be aligned count as failed."""

    texts: int = 0
    mentions: int = 0
    removed: int = 0
    letters: int = 0
    letters_gone: int = 0
    keeps: int = 0
    whole: int = 0
    unaligned: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(**{name: getattr(self, name) + getattr(other, name) for name in Score.__slots__})

    @property
    def recall(self) -> float:
        """Share of mentions of which no letter is left; 1 where there is none."""
        return self.removed / self.mentions if self.mentions else 1.0

    @property
    def letter_recall(self) -> float:
        return self.letters_gone / self.letters if self.letters else 1.0

    @property
    def kept(self) -> float:
        """Share of spans to keep that stand whole; 1 where there is none."""
        return self.whole / self.keeps if self.keeps else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One row, its score, and the spans that went wrong."""

    row: Row
    score: Score
    clean: str
    missed: tuple[Span, ...] = field(default=())
    lost: tuple[Span, ...] = field(default=())


@cache
def rows(path: Path) -> tuple[Row, ...]:
    def spans(found: list[list[int]]) -> tuple[Span, ...]:
        return tuple((start, end) for start, end in found)

    def row(line: dict[str, Any]) -> Row:
        return Row(**{**line, "keep": spans(line["keep"]), "names": spans(line.get("names", []))})

    return tuple(row(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines())


def judge(row: Row) -> Judged:
    """Redact one text through the public interface and say what is left of its names, what is lost of the rest."""
    clean = redact(RawDocument(path=f"{row.id}.txt", format="text", text=row.text)).text
    left = kept(row.text, clean)

    def letters(span: Span) -> list[int]:
        return [i for i in range(*span) if row.text[i].isalnum()]

    if left is None:
        missed, lost, gone = row.names, row.keep, 0
    else:
        missed = tuple(s for s in row.names if any(left[i] for i in letters(s)))
        lost = tuple(s for s in row.keep if not all(left[i] for i in letters(s)))
        gone = sum(not left[i] for s in row.names for i in letters(s))
    score = Score(
        texts=1,
        mentions=len(row.names),
        removed=len(row.names) - len(missed),
        letters=sum(len(letters(s)) for s in row.names),
        letters_gone=gone,
        keeps=len(row.keep),
        whole=len(row.keep) - len(lost),
        unaligned=int(left is None),
    )
    return Judged(row=row, score=score, clean=clean, missed=missed, lost=lost)


def total(judged: list[Judged]) -> Score:
    return sum((one.score for one in judged), Score())
