"""A store in a notebook: `vigie.open(path)` gives tables and the same charts as the pages, for reading only.

In: the path of a store. Out: `Observatory`, whose methods give `Rows` (Arrow, Polars, pandas, a chart). Nothing is written; no network.
Left out: publishing. What `Observatory.public()` shows was written down by a public output before.
"""

from vigie.notebook.drawing import Drawing
from vigie.notebook.evidence import Evidence
from vigie.notebook.observatory import Observatory, open_store
from vigie.notebook.public import PublicEdition
from vigie.notebook.rows import Rows

__all__ = ["Drawing", "Evidence", "Observatory", "PublicEdition", "Rows", "open_store"]
