"""`python -m vigie.readmodel STORE OUT analyst|public DAY [SOURCES] [WAIT] [MEMORY]`: one build in a process of its own, for `files.py`.

Prints the state of the store that it was made of.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from vigie.model.errors import VigieError
from vigie.readmodel.build import build
from vigie.readmodel.files import REFUSED
from vigie.settings import Settings

if __name__ == "__main__":
    store, out, edition, day, sources = (*sys.argv[1:], "")[:5]
    wait, memory = (
        (float(sys.argv[6]), int(sys.argv[7])) if len(sys.argv) > 7 else (0.0, Settings().store_memory_mb)
    )
    try:
        made_of = build(
            Path(store), Path(out), public=edition == "public", today=date.fromisoformat(day),
            settings=Settings(store=Path(store), public_sources=int(sources) if sources else None, store_wait=wait,
                              store_memory_mb=memory),
        )  # fmt: skip
        print(made_of)
    except VigieError as error:
        print(error, file=sys.stderr)
        sys.exit(REFUSED)
