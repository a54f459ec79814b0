"""What of a case survives redaction.

In: a case. Out: its score and the clean text. The clean text is the original with `[word]` placeholders in it: it is
laid on the original piece by piece, in order, so that every character left has its place. Left out: what should not
have gone besides figures (the benchmarks of the extractors see it).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from vigie.model.document import RawDocument
from vigie.redact import redact

from .generate import Case

_PLACEHOLDER = re.compile(r"\[[^\W\d_][^\[\]\n\d]{1,30}\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Counts, which add up. Only letters and digits count, of what must go (`must`) and of what stays (`stay`)."""

    cases: int = 0
    whole: int = 0
    must: int = 0
    gone: int = 0
    stay: int = 0
    stayed: int = 0
    unaligned: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            cases=self.cases + other.cases,
            whole=self.whole + other.whole,
            must=self.must + other.must,
            gone=self.gone + other.gone,
            stay=self.stay + other.stay,
            stayed=self.stayed + other.stayed,
            unaligned=self.unaligned + other.unaligned,
        )

    @property
    def character_recall(self) -> float:
        return self.gone / self.must if self.must else 1.0

    @property
    def case_recall(self) -> float:
        return self.whole / self.cases if self.cases else 1.0

    @property
    def keep_share(self) -> float:
        return self.stayed / self.stay if self.stay else 1.0


def kept(original: str, clean: str) -> list[bool] | None:
    """For each character of `original`, whether it still stands in `clean`; None if the two cannot be laid together.

    A placeholder stands for a stretch of at least one character. Of several ways to lay them, the one that takes the
    fewest characters for removed beside what the text itself shows in brackets: bracketed words of the original
    are read as themselves where they can be.
    """
    cuts: list[str] = []  # kept text and placeholders by turns
    last = 0
    for found in _PLACEHOLDER.finditer(clean):
        cuts += [clean[last : found.start()], found[0]]
        last = found.end()
    cuts.append(clean[last:])
    goals = tuple(cuts)

    @cache
    def lay(piece: int, at: int) -> tuple[tuple[int, int], ...] | None:
        """Stretches of the original kept from `at` on, by the pieces from `piece` on."""
        if piece == len(goals):
            return () if at == len(original) else None
        text = goals[piece]
        if piece % 2 == 0:
            if not original.startswith(text, at):
                return None
            rest = lay(piece + 1, at + len(text))
            return None if rest is None else ((at, at + len(text)), *rest)
        if original.startswith(text, at) and (rest := lay(piece + 1, at + len(text))) is not None:
            return ((at, at + len(text)), *rest)
        follows = goals[piece + 1]
        if piece + 1 == len(goals) - 1:
            ends = [len(original) - len(follows)]
        elif follows:
            ends = [m.start() for m in re.finditer(f"(?={re.escape(follows)})", original[at + 1 :])]
            ends = [at + 1 + end for end in ends]
        else:
            ends = list(range(at + 1, len(original) + 1))
        for end in ends:
            if end > at and (rest := lay(piece + 1, end)) is not None:
                return rest
        return None

    stretches = lay(0, 0)
    if stretches is None:
        return None
    out = [False] * len(original)
    for start, end in stretches:
        out[start:end] = [True] * (end - start)
    return out


def judge(case: Case) -> tuple[Score, str]:
    """The score of one case and its clean text."""
    document = redact(RawDocument(path="case.txt", format="text", text=case.text))
    left = kept(case.text, document.text)
    unaligned = left is None
    if left is None:  # counted as nothing removed and nothing kept
        left = [any(a <= i < b for a, b in case.spans) for i in range(len(case.text))]

    def held(spans: tuple[tuple[int, int], ...]) -> list[bool]:
        return [left[i] for a, b in spans for i in range(a, b) if case.text[i].isalnum()]

    must, stay = held(case.spans), held(case.keep)
    score = Score(
        cases=1,
        whole=int(not any(must)),
        must=len(must),
        gone=must.count(False),
        stay=len(stay),
        stayed=stay.count(True),
        unaligned=int(unaligned),
    )
    return score, document.text
