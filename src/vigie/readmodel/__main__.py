"""`python -m vigie.readmodel STORE OUT analyst|public DAY [SOURCES] [WAIT]`: one build in a process of its own, for `files.py`.

Prints the state of the store that it was made of.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from vigie.model.errors import VigieError
from vigie.readmodel.build import build
from vigie.settings import Settings

if __name__ == "__main__":
    store, out, edition, day, sources = (*sys.argv[1:], "")[:5]
    wait = float(sys.argv[6]) if len(sys.argv) > 6 else 0.0
    try:
        made_of = build(
            Path(store), Path(out), public=edition == "public", today=date.fromisoformat(day),
            settings=Settings(store=Path(store), public_sources=int(sources) if sources else None, store_wait=wait),
        )  # fmt: skip
        print(made_of)
    except VigieError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
