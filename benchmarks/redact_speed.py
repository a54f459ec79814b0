"""MB of text a second through redaction, on one core. `python benchmarks/redact_speed.py [--profile]`.

Kinds of text: `plain`, the corpus of `extract_speed` of the same pinned hash, without names or contacts; `person`, the
same with persons and contacts in each document; `press`, the annotated articles (tests/gold) and the demonstration
corpus as its readers give it, by language, in documents of about 4 KB; `long`, the same in documents of about 100 KB;
`dense`, nothing but persons and contacts. The first documents load the lists and are not timed. Each document is read
several times and counts with its best: on a machine that others use, that is nearest to the truth.
"""

from __future__ import annotations

import cProfile
import json
import os
import pstats
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from corpus import digest, texts
from extract_speed import HASH, calibration
from vigie.ingest.discovery import discover
from vigie.ingest.reading import read
from vigie.model.document import RawDocument
from vigie.model.errors import VigieError
from vigie.redact import redact
from vigie.text.language import detect

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "src" / "vigie" / "data" / "demo"
WARM = 10
TIMES = 5
PRESS, LONG = 4_000, 100_000  # code points
PERSONAL = (
    "« C'est fini », confie Zélie Fontarel, 34 ans, gérante, que l'on joint au 06 39 98 12 34.",
    "Le docteur Fontarel reçoit au 12 rue des Lilas ; écrire à accueil@exemple.example.",
)


def press() -> Iterator[str]:
    """Articles and messages as they come before redaction."""
    for path in sorted((ROOT / "tests" / "gold").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            yield json.loads(line)["text"]
    for file in discover([DEMO]):
        if file.suffix in (".html", ".txt", ".md", ".eml"):
            try:
                yield from (f"{d.title}\n\n{d.text}" for d in read(file))
            except VigieError:
                continue


def joined(all_texts: list[str], size: int, least: int) -> Iterator[str]:
    """Documents of about `size` code points, at least `least` in all, each of texts of one language."""
    for language in ("fr", "en"):
        own = [text for text in all_texts if detect(text) == language]
        parts: list[str] = []
        made = 0
        while own and made < least:
            for text in own:
                parts.append(text)
                if sum(map(len, parts)) >= size:
                    yield "\n\n".join(parts)
                    made += size
                    parts = []


def seconds(document: RawDocument) -> tuple[float, Counter[str]]:
    """The best of several readings, and what was removed."""
    best = float("inf")
    removed: Counter[str] = Counter()
    for turn in range(TIMES):
        # The redactor remembers the last texts: a copy that differs in one character is read as a new one.
        again = RawDocument(path=document.path, format="text", text=f"{document.text}{' ' * turn}")
        start = time.process_time()  # of the processor: other work on the machine does not count
        removed = Counter(redact(again).redactions)
        best = min(best, time.process_time() - start)
    return best, removed


def main() -> int:
    plain = list(texts(300, 25))
    if digest(plain) != HASH:
        print(f"the corpus is not the pinned one: {digest(plain)}", file=sys.stderr)
        return 1
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    plain = plain[:100]
    real = list(press())
    kinds = {
        "plain": plain[WARM:],
        "person": ["\n\n".join([PERSONAL[0], text, PERSONAL[1]]) for text in plain[WARM:]],
        "press": list(joined(real, PRESS, 1)),
        "long": list(joined(real, LONG, 1)),
        "dense": [" ".join(PERSONAL * 12)] * 5,
    }
    start = time.perf_counter()
    for text in plain[:WARM]:
        redact(RawDocument(path="warm", format="text", text=text))
    print(f"first {WARM} with loading: {time.perf_counter() - start:.2f} s")
    profile = cProfile.Profile() if "--profile" in sys.argv[1:] else None
    if profile:
        profile.enable()
    for name, all_texts in kinds.items():
        total, removed = 0.0, Counter[str]()
        turns = calibration()
        for n, text in enumerate(all_texts):
            best, found = seconds(RawDocument(path=f"{name}-{n}.txt", format="text", text=text))
            total += best
            removed += found
            turns = max(turns, calibration()) if n % 20 == 0 else turns
        size = sum(len(text.encode()) for text in all_texts) / 1e6
        print(
            f"{name}: {size / total:.2f} MB/s in {len(all_texts)} documents of {size * 1000 / len(all_texts):.1f} KB; "
            f"{turns:.0f} million turns/s; removed: {dict(sorted(removed.items()))}"
        )
    if profile:
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)
    return 0


if __name__ == "__main__":
    sys.exit(main())
