"""The bounds of data/watch/limits.toml as records."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from vigie.lexicon.terms import data_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one request (seconds, bytes) and of the pace of requests to one host (seconds)."""

    connect_seconds: float
    read_seconds: float
    total_seconds: float
    feed_bytes: int
    page_bytes: int
    document_bytes: int
    rules_bytes: int
    redirects: int
    most_addresses: int
    least_seconds: float
    rules_seconds: float
    rules_hours: float
    retry_base_seconds: float
    retry_most_seconds: float
    retry_after_most_seconds: float
    attempts: int


@cache
def limits() -> Limits:
    """As the data file says."""
    table = limits_table()
    return Limits(**table["request"], **table["pace"])


def limits_table() -> dict[str, Any]:
    """All of the file, by section."""
    return dict(data_toml("watch", "limits.toml"))
