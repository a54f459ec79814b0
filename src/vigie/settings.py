"""Settings with their defaults and units; the environment may name another store."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from vigie.model.errors import SettingsError

STORE_VARIABLE = "VIGIE_STORE"
KEY_VARIABLE = "VIGIE_CONTACT_KEY"
COUNT_VARIABLE = "VIGIE_COUNT_CONTACTS"
_YES, _NO = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run may be told.

    Attributes:
        store: the store's file.
        batch_documents: documents committed together; a killed run loses at most one unfinished batch.
        batch_chars: code points committed together, so that long reports do not fill the memory.
        retention_months: how long the redacted full text is kept when no source card says otherwise.
        store_memory_mb: memory that the database may use before it spills to disk, MB.
        store_threads: threads of the database.
        count_contacts: whether keyed marks of contacts are stored, by which reposts can be counted; off unless asked for.
        contact_key: the file of their key; None for the file beside the store (`vigie.contacts.key`).
    """

    store: Path = Path("vigie.duckdb")
    batch_documents: int = 200
    batch_chars: int = 4_000_000
    retention_months: int = 12
    store_memory_mb: int = 256
    store_threads: int = 2
    count_contacts: bool = False
    contact_key: Path | None = None

    def __post_init__(self) -> None:
        for name in ("batch_documents", "batch_chars", "store_memory_mb", "store_threads"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name} must be at least 1")
        if self.retention_months < 0:
            raise SettingsError("retention_months must not be negative")

    @property
    def key_file(self) -> Path:
        """Where the key of contact marks is, or will be."""
        return self.contact_key or self.store.with_suffix(".contacts.key")


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Defaults, with what VIGIE_STORE, VIGIE_COUNT_CONTACTS and VIGIE_CONTACT_KEY say."""
    store, key = environment.get(STORE_VARIABLE, ""), environment.get(KEY_VARIABLE, "")
    count = environment.get(COUNT_VARIABLE, "").strip().lower()
    if count not in _YES + _NO:
        raise SettingsError(f"{COUNT_VARIABLE} is neither yes nor no (set it to 1 or 0)")
    settings = Settings(count_contacts=count in _YES, contact_key=Path(key) if key else None)
    return replace(settings, store=Path(store)) if store else settings
