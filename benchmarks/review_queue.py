"""How long the queue of the review takes on a store: processor seconds of a second run.

python benchmarks/review_queue.py vigie.duckdb
"""

from __future__ import annotations

import sys
import time

from vigie.review.queue import proposals
from vigie.store import Store


def main(path: str) -> None:
    with Store.open(path, read_only=True) as store:
        proposals(store, limit=1)
        began, used = time.monotonic(), time.process_time()
        found = proposals(store, limit=500)
        print(f"facts: {store.sizes()['observations']}, proposed: {len(found)}")
        print(f"wall: {time.monotonic() - began:.1f} s, processor: {time.process_time() - used:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1])
