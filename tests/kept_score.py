"""What redaction takes of texts that name nobody: figures, dates, references, products, prose.

In: rows of `cases/figures_kept.jsonl`; annotated corpora. Out: counts that add up, and the stretches that were removed.
Left out: what should go (redteam/score.py, names_score.py).
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

FIGURES = Path(__file__).parent / "cases" / "figures_kept.jsonl"
Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One text; `keep` holds the stretches [start, end), code points, of which nothing may go."""

    id: str
    split: str
    lang: str
    family: str
    text: str
    keep: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Counts of stretches to keep and of their characters, white space aside. What cannot be aligned counts as lost."""

    spans: int = 0
    whole: int = 0
    characters: int = 0
    stayed: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(**{name: getattr(self, name) + getattr(other, name) for name in Score.__slots__})

    @property
    def whole_share(self) -> float:
        return self.whole / self.spans if self.spans else 1.0

    @property
    def character_share(self) -> float:
        return self.stayed / self.characters if self.characters else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One row, its score and the stretches that went (all of the text if it could not be aligned)."""

    row: Row
    score: Score
    clean: str
    lost: tuple[Span, ...] = field(default=())


@cache
def rows(path: Path = FIGURES) -> tuple[Row, ...]:
    def row(line: dict[str, Any]) -> Row:
        return Row(**{**line, "keep": tuple((start, end) for start, end in line["keep"])})

    return tuple(row(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines())


def left_of(text: str, name: str) -> tuple[list[bool], str]:
    """For each character of `text` whether it stands after redaction, and the clean text."""
    clean = redact(RawDocument(path=f"{name}.txt", format="text", text=text)).text
    return kept(text, clean) or [False] * len(text), clean


def removed(left: list[bool]) -> tuple[Span, ...]:
    """Stretches that went, in order."""
    out: list[Span] = []
    for at, stays in enumerate(left):
        if stays:
            continue
        if out and out[-1][1] == at:
            out[-1] = (out[-1][0], at + 1)
        else:
            out.append((at, at + 1))
    return tuple(out)


def judge(row: Row) -> Judged:
    """Redact one text through the public interface and say what is left of what must stay."""
    left, clean = left_of(row.text, row.id)
    places = [[i for i in range(*span) if not row.text[i].isspace()] for span in row.keep]
    score = Score(
        spans=len(places),
        whole=sum(all(left[i] for i in span) for span in places),
        characters=sum(map(len, places)),
        stayed=sum(left[i] for span in places for i in span),
    )
    return Judged(row=row, score=score, clean=clean, lost=removed(left))


def total(judged: list[Judged]) -> Score:
    return sum((one.score for one in judged), Score())


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What redaction takes of one annotated document.

    Attributes:
        characters: of title and text.
        gone: characters removed.
        stretches: the text of each stretch removed.
        facts: (type, quote, stretch) of each annotated fact of which a part went.
        annotated: number of facts whose quote stands in the text.
    """

    id: str
    characters: int
    gone: int
    stretches: tuple[str, ...]
    facts: tuple[tuple[str, str, str], ...]
    annotated: int


def taken(path: Path) -> list[Taken]:
    """What redaction takes of a corpus of annotated documents (`title`, `text`, `facts` with their `quote`).

    A quote that stands several times in a document counts where it stands first.
    """
    out: list[Taken] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        text = "\n\n".join(part for part in (document.get("title"), document["text"]) if part)
        left, _ = left_of(text, document["id"])
        lost = removed(left)
        facts: list[tuple[str, str, str]] = []
        annotated = 0
        for fact in document["facts"]:
            at = text.find(fact["quote"])
            if at < 0:
                continue
            annotated += 1
            end = at + len(fact["quote"])
            facts += [(fact["type"], fact["quote"], text[a:b]) for a, b in lost if a < end and at < b]
        out.append(
            Taken(
                id=document["id"],
                characters=len(text),
                gone=left.count(False),
                stretches=tuple(text[a:b] for a, b in lost),
                facts=tuple(facts),
                annotated=annotated,
            )
        )
    return out
