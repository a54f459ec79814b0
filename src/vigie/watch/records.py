"""What a round of watching did, as records. Nothing here holds an address, a title or text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposited:
    """What became of documents that were handed to the store: ids that are new in it, facts written, refusals in words."""

    new: frozenset[str]
    observations: int = 0
    refused: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class SourceRound:
    """One source in one round; it grows while the round goes on.

    Attributes:
        asked: feeds asked; unchanged: of these, those that had nothing new by their validators; failed: reason -> feeds.
        announced: entries read; new: of these, for the first time; aside: not of this source's subject or too old.
        fetched: documents got; stored: new in the store; known: in the store already; refused, postponed: reason -> documents.
        waiting: documents queued for a later round. notes: "more", "damaged", "moved", "parts" (files missing).
    """

    source: str
    asked: int = 0
    unchanged: int = 0
    announced: int = 0
    new: int = 0
    aside: int = 0
    fetched: int = 0
    stored: int = 0
    known: int = 0
    waiting: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    postponed: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """All sources of one round.

    Attributes:
        stopped: it was asked to stop before all was done.
        store_busy: documents that could not be stored because another process held the store; they are asked again.
        observations: facts in what was stored.
        next_due: seconds since 1970 at which there is something to do; None if never.
    """

    sources: tuple[SourceRound, ...]
    stopped: bool = False
    store_busy: int = 0
    observations: int = 0
    next_due: float | None = None

    @property
    def troubled(self) -> bool:
        """Whether somebody should look."""
        return self.store_busy > 0 or any(s.failed or s.refused for s in self.sources)
