"""The receipt of an erasure: what was done, in counts and salted ids, and what is beyond Vigie's reach.

It names nobody and quotes nothing. A salted id can be compared by who holds the store and knows the document, and
by nobody else. Left out: the identifiers of a request, ids of documents, paths, titles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from vigie.store.runs import Versions
from vigie.upkeep.part_texts import Reached

# What an erasure does not reach. The receipt says so, because who asked for it must hear of it.
BEYOND = (
    "exports, open data and public cells already written",
    "bulletins, pages and feeds already published",
    "backups and copies of the store elsewhere (bring them up to date: vigie purge --export-tombstones, "
    "then --import-tombstones and vigie maintain on the copy)",
    "folders of vigie bulk that were not named (vigie purge --parts DIR, vigie maintain --parts DIR)",
    "the original files, and their publisher",
    "blocks of the disk that the earlier file occupied, snapshots of the file system",
)
# Marks are compared with the key only; who asked must hear that they were not.
MARKS_UNREAD = (
    "marks of counted contacts, because their key was not at hand (repeat with VIGIE_CONTACT_KEY, "
    "or delete all marks: vigie key rotate)"
)
NAMED = "names of {} archives that hold an identifier (rename them, and read them into a new folder)"
UNREAD = "{} damaged files of folders of vigie bulk (remove them, or run the same vigie bulk command again, which keeps out what was purged)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an erasure did.

    Attributes:
        made: UTC.
        kind: source, document, before or subject.
        documents: salted ids of the documents erased, in order.
        changed: salted ids, from before the change, of the documents in which mentions were replaced.
        rows: rows removed or changed, by table.
        mentions: spans replaced, by kind.
        facts_changed, facts_dropped: facts whose quote lost words; facts that went with their quote.
        identifiers: how many identifiers a request gave.
        tombstones: content and identifiers kept out from now on, by list.
        copies: other names that the old file has on this disk (hard links): its bytes are still there.
        marks_unread: contacts are counted in the store, and the key that tells whose they are was not there.
        parts: what was done in folders of `vigie bulk`; None where none was named.
    """

    made: datetime
    kind: str
    documents: tuple[str, ...]
    rows: Mapping[str, int]
    versions: Versions
    changed: tuple[str, ...] = ()
    mentions: Mapping[str, int] | None = None
    facts_changed: int = 0
    facts_dropped: int = 0
    identifiers: int = 0
    tombstones: Mapping[str, int] | None = None
    copies: int = 0
    marks_unread: bool = False
    parts: Reached | None = None

    def to_json(self) -> dict[str, Any]:
        """As it is written down."""
        record = asdict(replace(self, parts=None))
        record["parts"] = None if self.parts is None else parts_json(self.parts)
        record["made"] = f"{self.made.isoformat()}Z"
        record["file_rewritten"] = True
        record["not_reached"] = [*BEYOND, *([MARKS_UNREAD] if self.marks_unread else []), *beyond(self.parts)]
        return {"form": "vigie-erasure-receipt", "version": 1} | record


def parts_json(parts: Reached) -> dict[str, Any]:
    """What was done in folders, in counts: no id, no name."""
    told = asdict(parts)
    del told["erased"]
    return told | {"mentions": dict(parts.mentions), "faults": len(parts.faults)}


def beyond(parts: Reached | None) -> list[str]:
    """What of folders was not reached."""
    if parts is None:
        return []
    counts = ((NAMED, parts.named), (UNREAD, len(parts.faults)))
    return [words.format(count) for words, count in counts if count]
