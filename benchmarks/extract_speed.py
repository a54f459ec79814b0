"""KB of plain text a second through extraction, on one core. `python benchmarks/extract_speed.py`.

The corpus is generated; its hash is pinned, so that figures of two versions compare. The first documents warm the
lexicons up and are not timed. A calibration loop of plain Python runs beside it: the ratio of the two holds across
machines better than KB/s does.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter

from corpus import digest, texts
from vigie.extract import extract
from vigie.model.document import CleanDocument
from vigie.model.period import PartialDate

HASH = "fc83323605323dc450f01e40cacdeac4b6befd5706305ce4fabc52282821f790"
WARM = 10


def documents(all_texts: list[str]) -> list[CleanDocument]:
    return [
        CleanDocument(
            doc_id=f"b{n}", path=f"b{n}", format="text", kind="press", grade="C", lang="fr", title="",
            published=PartialDate(2025, 3, 11), outlet="", text=text,
        )
        for n, text in enumerate(all_texts)
    ]  # fmt: skip


def calibration() -> float:
    """Million turns a second of an empty loop."""
    start = time.perf_counter()
    for _ in range(3_000_000):
        pass
    return 3 / (time.perf_counter() - start)


def main() -> int:
    all_texts = list(texts(300, 25))
    if digest(all_texts) != HASH:
        print(f"the corpus is not the pinned one: {digest(all_texts)}", file=sys.stderr)
        return 1
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    chosen = documents(all_texts)
    start = time.perf_counter()
    for document in chosen[:WARM]:
        extract(document)
    warm = time.perf_counter() - start
    found: Counter[str] = Counter()
    size = sum(len(d.text.encode()) for d in chosen[WARM:]) / 1000
    start = time.process_time()
    for document in chosen[WARM:]:
        found.update(o.type for o in extract(document))
    seconds = time.process_time() - start
    print(f"corpus: {len(chosen) - WARM} texts, {size:.0f} KB; first {WARM} with loading: {warm:.2f} s")
    print(f"extraction: {size / seconds:.0f} KB/s, {1000 * seconds / (len(chosen) - WARM):.1f} ms a document")
    print(f"calibration: {calibration():.0f} million turns/s; observations: {dict(sorted(found.items()))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
