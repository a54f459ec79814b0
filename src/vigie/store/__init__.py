"""The store: one DuckDB file of redacted documents, observations and their evidence."""

from vigie.store.store import Store

__all__ = ["Store"]
