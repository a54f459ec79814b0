"""A mapping proposed for a file: `vigie import KIND FILE --guess`.

In: a file and the kind of its table. Out: the mapping as TOML, with examples that the redactor has cleaned, and remarks. It is a proposal: a
person reads it before it is used. Left out: how columns are told apart (`vigie.tables.guess`).
"""

from __future__ import annotations

from pathlib import Path

from vigie.model.errors import VigieError


def proposed(path: Path, kind: str) -> tuple[str, list[str]]:
    """The mapping as TOML, and remarks. Raises InputRefused for a file that is no table."""
    raise VigieError(
        f"no mapping is guessed yet for {kind}: copy one of data/tables/layouts ({path.suffix or 'no suffix'})"
    )
