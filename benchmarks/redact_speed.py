"""MB of plain press text a second through redaction, on one core. `python benchmarks/redact_speed.py [--profile]`.

The corpus is the one of `extract_speed`, of the same pinned hash. It holds neither names nor contacts, as most press
text; the second figure is for the same texts with one of each in every document, which are then read again around
the placeholders. The first documents load the lists and are not timed.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import statistics
import sys
import time
from collections import Counter

from corpus import digest, texts
from extract_speed import HASH, calibration
from vigie.model.document import RawDocument
from vigie.redact import redact

WARM = 10
SLICE = 10  # documents; on a machine that others use, the best slice is nearest to the truth
PERSONAL = (
    "« C'est fini », confie Zélie Fontarel, 34 ans, gérante, que l'on joint au 06 39 98 12 34.",
    "Le docteur Fontarel reçoit au 12 rue des Lilas ; écrire à accueil@exemple.example.",
)


def documents(all_texts: list[str]) -> list[RawDocument]:
    return [RawDocument(path=f"b{n}", format="text", text=text) for n, text in enumerate(all_texts)]


def measure(chosen: list[RawDocument]) -> tuple[list[float], Counter[str]]:
    """Megabytes a second of processor time in each slice of the documents, slowest first; removals by kind."""
    removed: Counter[str] = Counter()
    speeds = []
    for low in range(0, len(chosen), SLICE):
        part = chosen[low : low + SLICE]
        size = sum(len(d.text.encode()) for d in part) / 1e6
        start = time.process_time()
        for document in part:
            removed.update(redact(document).redactions)
        speeds.append(size / (time.process_time() - start))
    return sorted(speeds), removed


def main() -> int:
    all_texts = list(texts(300, 25))
    if digest(all_texts) != HASH:
        print(f"the corpus is not the pinned one: {digest(all_texts)}", file=sys.stderr)
        return 1
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    plain = documents(all_texts)
    personal = documents(["\n\n".join([PERSONAL[0], text, PERSONAL[1]]) for text in all_texts])
    start = time.perf_counter()
    for document in plain[:WARM]:
        redact(document)
    print(f"first {WARM} with loading: {time.perf_counter() - start:.2f} s")
    profile = cProfile.Profile() if "--profile" in sys.argv[1:] else None
    if profile:
        profile.enable()
    for name, chosen in (("plain", plain[WARM:]), ("with a person", personal[WARM:])):
        speeds, removed = measure(chosen)
        print(
            f"{name}: {statistics.median(speeds):.2f} MB/s (median slice), {speeds[-1]:.2f} (best); "
            f"removed: {dict(sorted(removed.items()))}"
        )
    print(f"calibration: {calibration():.0f} million turns/s")
    if profile:
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)
    return 0


if __name__ == "__main__":
    sys.exit(main())
