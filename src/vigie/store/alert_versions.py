"""Versions of public alerts, as rows of the store.

In: rows of vigie.feeds.versions. Out: the same, read back. Rows are added; erasure clears their hash (`corrections.forget`).
Left out: which alerts are public (`vigie.feeds.public_alerts`), versions of figures (`corrections.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from vigie.store.publications import must_write
from vigie.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertVersion:
    """A row of `public_alerts` (docs/data-dictionary.md)."""

    address: str
    version: int
    since: date
    first_published: date
    official: bool
    shown: bool
    digest: str


def alert_versions(store: Store) -> dict[str, list[AlertVersion]]:
    """The versions of each address, in order."""
    found: dict[str, list[AlertVersion]] = {}
    for row in store.query("SELECT * FROM public_alerts ORDER BY address, version").to_pylist():
        found.setdefault(row["address"], []).append(AlertVersion(**row))
    return found


def add_alert_versions(store: Store, versions: Sequence[AlertVersion]) -> None:
    """Write versions down, in one transaction. Raises StoreError if the store is open for reading only."""
    must_write(store)
    if versions:
        with store.transaction():
            store.insert("public_alerts", [asdict(version) for version in versions])
