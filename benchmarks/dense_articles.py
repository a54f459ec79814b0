"""Milliseconds per article for redaction and for extraction, on one core. `python benchmarks/dense_articles.py [--profile]`.

Articles of 1 to 4 KB made of the annotated texts that may be read (tests/gold): what the pages in scope of an archive cost
(`vigie bulk`), where nearly every sentence is read. `short` is each text by itself. The first documents load the lexicons
and are not timed. Each document is read several times and counts with its best: on a machine that others use, that is
nearest to the truth. A calibration loop of plain Python runs beside it, as in `extract_speed`.
"""

from __future__ import annotations

import cProfile
import dataclasses
import json
import os
import pstats
import random
import sys
import time

from extract_speed import READABLE, ROOT, calibration
from vigie.extract import extract
from vigie.model.document import RawDocument
from vigie.model.period import PartialDate
from vigie.redact import redact

SEED = 20260101
SIZES = (1_000, 2_000, 3_000, 4_000)  # bytes: an article ends with the text that reaches one of them
WARM = 20
TIMES = 5


def texts() -> list[tuple[str, str, str]]:
    """Title, text and language of each annotated text that may be read."""
    rows: list[tuple[str, str, str]] = []
    for name in READABLE:
        for line in (ROOT / "tests" / "gold" / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            rows.append((row.get("title") or "", row["text"], row["lang"]))
    return rows


def articles(rows: list[tuple[str, str, str]], rounds: int = 2) -> list[RawDocument]:
    """Articles of one language each, of the texts in an order of chance, as paragraphs; the title is that of the first."""
    chance = random.Random(SEED)
    made: list[RawDocument] = []
    for lang in ("fr", "en"):
        own = [row for row in rows if row[2] == lang]
        for _ in range(rounds):
            chance.shuffle(own)
            parts: list[tuple[str, str, str]] = []
            for row in own:
                parts.append(row)
                if sum(len(text.encode()) for _, text, _ in parts) >= SIZES[len(made) % len(SIZES)]:
                    made.append(document(len(made), parts[0][0], "\n\n".join(text for _, text, _ in parts)))
                    parts = []
    return made


def document(number: int, title: str, text: str) -> RawDocument:
    return RawDocument(
        path=f"a{number}.txt", format="text", title=title, text=text, published=PartialDate(2025, 3, 11)
    )


def milliseconds(documents: list[RawDocument]) -> tuple[float, float]:
    """The sums of the best of several turns, for redaction and for extraction."""
    best = [[float("inf")] * 2 for _ in documents]
    for turn in range(TIMES):
        for number, one in enumerate(documents):
            # The last texts are remembered: a copy that differs in one character is read as a new one.
            again = dataclasses.replace(one, text=one.text + " " * turn)
            start = time.process_time()  # of the processor: other work on the machine does not count
            clean = redact(again)
            middle = time.process_time()
            extract(clean)
            end = time.process_time()
            best[number] = [min(best[number][0], middle - start), min(best[number][1], end - middle)]
    return 1000 * sum(r for r, _ in best), 1000 * sum(e for _, e in best)


def main() -> int:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    rows = texts()
    kinds = {
        "articles": articles(rows),
        "short": [document(n, title, text) for n, (title, text, _) in enumerate(rows)],
    }
    start = time.process_time()
    for one in kinds["articles"][:WARM] + kinds["articles"][-WARM:]:
        extract(redact(one))
    print(f"first {2 * WARM} with loading: {time.process_time() - start:.2f} s")
    profile = cProfile.Profile() if "--profile" in sys.argv[1:] else None
    for name, documents in kinds.items():
        size = sum(len(one.text.encode()) for one in documents) / 1000 / len(documents)
        turns = calibration()
        if profile:
            profile.enable()
        redaction, extraction = (total / len(documents) for total in milliseconds(documents))
        if profile:
            profile.disable()
        turns = max(turns, calibration())
        print(
            f"{name}: redaction {redaction:.2f} ms, extraction {extraction:.2f} ms an article, "
            f"{(redaction + extraction) / size:.2f} ms a KB; {len(documents)} of {size:.2f} KB; {turns:.0f} million turns/s"
        )
    if profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(60)
    return 0


if __name__ == "__main__":
    sys.exit(main())
