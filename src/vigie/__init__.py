"""Vigie: an observatory of drug markets for public health.

`vigie.open(path)` gives a store's tables and charts in a notebook (docs/guide.md); everything else is the command `vigie`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from vigie.notebook import Observatory

__version__ = "0.1.0"


def open(store: Path | str | None = None, *, lang: Literal["fr", "en"] = "fr") -> Observatory:
    """Open a store for reading: tables as Arrow, Polars or pandas, and the charts of the pages.

    Args:
        store: the file; None for VIGIE_STORE, or `vigie.duckdb` in this folder.
        lang: language of charts.
    Raises:
        StoreError: if it is missing, open for writing elsewhere, or of a newer Vigie; the message says the repair.
    """
    from vigie.notebook import open_store  # heavy: `vigie --help` must stay quick

    return open_store(store, lang=lang)
