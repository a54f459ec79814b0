"""The record of a public alert: what feeds, pages, digests and drafts show of it, and nothing else.

In: what `public_alerts.py` lets out. Out: PublicAlert, as JSON and back. Left out: the store (a page without one reads the JSON).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

Status = Literal["current", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a reader of an earlier version has to know, in the language of the alert."""

    version: int
    day: date
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAlert:
    """One alert that anyone may read without delay.

    Attributes:
        address: "alert/w-…" of an official warning, "alert/r3" of what an editor released; stays the same for good.
        version: 1 when it was first shown; one more each time that what it says changes, or that it is withdrawn.
        status: "withdrawn" once nobody may rely on it: it then has a note, and neither summary nor evidence.
        first_published, updated: days; of a warning the first is that of its publication.
        title, summary: one line each, of the official text or made of codes and figures.
        note: what a reader of an earlier version has to know; "" if nothing.
        area, area_name: department, region or country; None and "" without a place.
        substance, substance_name: canonical id; None and "" where none is named.
        kind: what happened (death, overdose, warning…) or "purity".
        persons: how many it touched at least; None where it does not say.
        grade: reliability of the source, "A" or "A–C"; "" once withdrawn.
        source: who published it; of a release the role that decided.
        lang: language of the words around it.
        evidence, evidence_lang: the official sentence and its language; "" of a release.
    """

    address: str
    version: int
    status: Status
    first_published: date
    updated: date
    title: str
    summary: str
    note: str
    area: str | None
    area_name: str
    substance: str | None
    substance_name: str
    kind: str
    persons: int | None
    grade: str
    official: bool
    source: str
    lang: str
    evidence: str
    evidence_lang: str
    corrections: tuple[Correction, ...] = ()

    @property
    def identifier(self) -> str:
        """The address without its slash, for file names and ids: "w-1f0c52aa90b3", "r3"."""
        return self.address.partition("/")[2]

    def as_json(self) -> dict[str, Any]:
        """The alert as JSON has it; days are ISO dates."""
        row = asdict(self)
        row["corrections"] = [c | {"day": c["day"].isoformat()} for c in row["corrections"]]
        return row | {
            "first_published": self.first_published.isoformat(),
            "updated": self.updated.isoformat(),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> PublicAlert:
        """What `as_json` gave."""
        days = {name: date.fromisoformat(row[name]) for name in ("first_published", "updated")}
        corrections = tuple(
            Correction(version=c["version"], day=date.fromisoformat(c["day"]), note=c["note"])
            for c in row["corrections"]
        )
        return cls(**{**row, **days, "corrections": corrections})
