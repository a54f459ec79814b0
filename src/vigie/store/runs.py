"""Runs: who wrote what with which versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

RunStatus = Literal["running", "done", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What the facts of a run depend on.

    Attributes:
        code: version of Vigie.
        lexicon: hash of lexicons, taxonomies, grammars and gazetteer.
        redactor: version of the redaction rules.
    """

    code: str
    lexicon: str
    redactor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many of each, in one run; `kept_out`: documents not stored because they were purged before."""

    read: int = 0
    new: int = 0
    unchanged: int = 0
    refused: int = 0
    kept_out: int = 0
    observations: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as recorded; times in UTC."""

    run_id: int
    command: str
    status: RunStatus
    started: datetime
    finished: datetime | None
    versions: Versions
    counts: Counts
