"""What was purged and must not come back into a folder of results: `OUT/purged.json`, which every worker asks before it writes a page.

In: the lists of a store (`Tombstones.dump`), left here by `vigie purge --parts` and `vigie maintain --parts`. Out: pages without the
identifiers of who asked to be erased, and whether a page was purged. Salted hashes only; the file is its owner's alone.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from vigie.model.document import CleanDocument, SourceCard
from vigie.model.errors import StoreError
from vigie.pipeline import cleared_card, finders
from vigie.redact.subject import cleared
from vigie.store.schema import load_migrations, migrate
from vigie.store.tombstones import Tombstones, read_file

FILE = "purged.json"


class KeptOut:
    """The lists of one folder, in memory."""

    def __init__(self, listed: str) -> None:
        """Raises StoreError for a text that holds no such lists."""
        connection = duckdb.connect(":memory:")
        migrate(connection, load_migrations())
        self._tombstones = Tombstones(connection)
        self._tombstones.load(read_file(listed))
        self._finders = finders(self._tombstones)

    @classmethod
    def of(cls, root: Path) -> KeptOut | None:
        """Of a folder; None where nothing was purged. Raises StoreError if the list cannot be read: nobody may write past it."""
        try:
            return cls((root / FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError, StoreError) as error:
            reason = str(error) if isinstance(error, StoreError) else type(error).__name__
            raise StoreError(
                f"{root / FILE}: {reason}; run vigie maintain --parts {root} on the store that was purged, which writes it anew"
            ) from None

    def cleared(self, document: CleanDocument) -> CleanDocument:
        """The document without the identifiers of who asked to be erased."""
        for finder in self._finders:
            document = cleared(document, finder)
        return document

    def card(self, card: SourceCard | None) -> SourceCard | None:
        """The card without them: the publisher may be who asked."""
        for finder in self._finders:
            card = None if card is None else cleared_card(card, finder)
        return card

    def holds(self, document: CleanDocument) -> bool:
        """Whether it, or a text it holds most of, was purged."""
        return self._tombstones.holds(document)


def packed(tombstones: Tombstones) -> bytes:
    """The lists of a store as they lie in a folder: the same bytes for the same lists."""
    return json.dumps(tombstones.dump(), sort_keys=True).encode() + b"\n"
