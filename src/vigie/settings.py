"""Settings with their defaults and units; the environment may name another store."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vigie.model.errors import SettingsError

STORE_VARIABLE = "VIGIE_STORE"


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
    """

    store: Path = Path("vigie.duckdb")
    batch_documents: int = 200
    batch_chars: int = 4_000_000
    retention_months: int = 12
    store_memory_mb: int = 256
    store_threads: int = 2

    def __post_init__(self) -> None:
        for name in ("batch_documents", "batch_chars", "store_memory_mb", "store_threads"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name} must be at least 1")
        if self.retention_months < 0:
            raise SettingsError("retention_months must not be negative")


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Defaults, with the store that VIGIE_STORE names."""
    store = environment.get(STORE_VARIABLE, "")
    return Settings(store=Path(store)) if store else Settings()
