"""KB of plain text a second through extraction, on one core. `python benchmarks/extract_speed.py [--stages] [KIND …]`.

Kinds of text: `sparse`, press of which one sentence in twenty speaks of drugs (`sparse.py`), spread over nearly all its
articles; `clustered`, the same share in one article of twenty, as an agency's wire has them; `quarter`, one in four
(`corpus.py`); `press`, the annotated articles that may be read (tests/gold and the demonstration), each as it stands:
nearly every sentence is in scope; `whole`, `sparse` as files through `vigie extract`, start and redaction included.

Both invented corpora are pinned by their hash, so that figures of two versions compare. The first documents load the
lexicons and are not timed. Each document is read several times and counts with its best: on a machine that others use,
that is nearest to the truth. A calibration loop of plain Python runs beside it: the ratio of the two holds across
machines better than KB/s does. `--stages` prints the share of time that each stage takes without those it calls.
"""

from __future__ import annotations

import dataclasses
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any

import vigie.extract
from corpus import digest, texts
from sparse import sparse_texts
from vigie.extract import extract
from vigie.extract.analysis import Analysis
from vigie.model.document import CleanDocument
from vigie.model.period import PartialDate

ROOT = Path(__file__).resolve().parents[1]
HASH = "fc83323605323dc450f01e40cacdeac4b6befd5706305ce4fabc52282821f790"
SPARSE_HASH = "0705d546cd1f96e671bb05c090e7e493c48418e7a20df0e56ee91f310b3929b1"
WARM = 10
TIMES = 5
READABLE = ("press_blind", "press_dev", "press_open")  # the other sets are measured with, never read
FINDERS = (
    "scan", "find_substances", "find_places", "find_dates", "amounts", "money_mentions", "quantity_mentions",
    "find_assertion_cues", "find_attributions", "named_modalities", "sentences", "fold",
)  # fmt: skip


def documents(all_texts: Iterable[str], lang: str = "fr") -> list[CleanDocument]:
    return [document(n, text, lang) for n, text in enumerate(all_texts)]


def document(number: int, text: str, lang: str, title: str = "") -> CleanDocument:
    return CleanDocument(
        doc_id=f"b{number}", path=f"b{number}", format="text", kind="press", grade="C", lang=lang, title=title,
        published=PartialDate(2025, 3, 11), outlet="", text=f"{title}\n\n{text}" if title else text,
    )  # fmt: skip


def clustered() -> list[CleanDocument]:
    """One article of twenty speaks of drugs, in nine sentences of ten."""
    mixed = [*sparse_texts(380, share=0.0), *sparse_texts(20, share=0.9)]
    return [document(n, text, lang) for n, (text, lang) in enumerate(mixed)]


def press() -> list[CleanDocument]:
    """The annotated articles, with their titles."""
    files = [ROOT / "tests" / "gold" / f"{name}.jsonl" for name in READABLE]
    files.append(ROOT / "src" / "vigie" / "data" / "demo" / "gold.jsonl")
    rows = [json.loads(line) for f in files if f.exists() for line in f.read_text("utf-8").splitlines()]
    return [document(n, row["text"], row["lang"], row.get("title") or "") for n, row in enumerate(rows)]


def calibration() -> float:
    """Million turns of an empty loop in a second of the processor."""
    start = time.process_time()
    for _ in range(3_000_000):
        pass
    return 3 / (time.process_time() - start)


def seconds(chosen: list[CleanDocument]) -> tuple[float, float, Counter[str]]:
    """The sum of the best of several readings of each, the calibration beside it, and what was found."""
    best = [float("inf")] * len(chosen)
    found: Counter[str] = Counter()
    turns = 0.0
    for turn in range(TIMES):
        turns = max(turns, calibration())
        for number, one in enumerate(chosen):
            # The last texts are remembered: a copy that differs in one character is read as a new one.
            again = dataclasses.replace(one, text=one.text + " " * turn)
            start = time.process_time()  # of the processor: other work on the machine does not count
            observations = extract(again)
            best[number] = min(best[number], time.process_time() - start)
            if turn == 0:
                found.update(o.type for o in observations)
    return sum(best), turns, found


def whole(chosen: list[CleanDocument]) -> tuple[float, float]:
    """Processor seconds of `vigie extract` over the texts as files, and the calibration beside it."""
    with tempfile.TemporaryDirectory() as folder:
        for one in chosen:
            (Path(folder) / f"{one.doc_id}.txt").write_text(one.text, "utf-8")
        turns = calibration()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "vigie.cli", "extract", folder, "--format", "jsonl"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, turns


def stages(chosen: list[CleanDocument]) -> dict[str, float]:
    """Share of the time by stage, each without the stages it calls."""
    spent: defaultdict[str, float] = defaultdict(float)
    running: list[tuple[str, float]] = []

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            if running:
                outer, since = running.pop()
                spent[outer] += time.perf_counter() - since
                running.append((outer, 0.0))
            running.append((name, time.perf_counter()))
            try:
                result = function(*args, **kwargs)
                return list(result) if hasattr(result, "__next__") else result
            finally:
                own, since = running.pop()
                now = time.perf_counter()
                spent[own] += now - since
                if running:
                    running[-1] = (running[-1][0], now)

        return run

    module = sys.modules[Analysis.__module__]
    kept = {name: getattr(module, name) for name in FINDERS}
    extractors, coordinate, finish = (
        vigie.extract.EXTRACTORS, vigie.extract.coordinate, vigie.extract.finish,
    )  # fmt: skip
    vigie.extract.EXTRACTORS = tuple((name, timed(name, one)) for name, one in extractors)
    vigie.extract.coordinate = timed("coordinate", coordinate)
    vigie.extract.finish = timed("finish", finish)
    for name, function in kept.items():
        setattr(module, name, timed(name, function))
    reading = timed("extract", extract)
    try:
        for one in chosen:
            reading(dataclasses.replace(one, text=one.text + " " * TIMES))
    finally:
        vigie.extract.EXTRACTORS = extractors
        vigie.extract.coordinate, vigie.extract.finish = coordinate, finish
        for name, function in kept.items():
            setattr(module, name, function)
    total = sum(spent.values())
    return {name: share / total for name, share in sorted(spent.items(), key=lambda item: -item[1])}


def main() -> int:
    plain, mixed = list(texts(300, 25)), list(sparse_texts(400))
    for name, made, pinned in (("quarter", plain, HASH), ("sparse", [t for t, _ in mixed], SPARSE_HASH)):
        if digest(made) != pinned:
            print(f"{name}: the corpus is not the pinned one: {digest(made)}", file=sys.stderr)
            return 1
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    sparse = [document(n, text, lang) for n, (text, lang) in enumerate(mixed)]
    kinds = {"sparse": sparse, "clustered": clustered(), "quarter": documents(plain), "press": press()}
    asked = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    for name, chosen in kinds.items():
        if asked and name not in asked:
            continue
        start = time.perf_counter()
        for one in chosen[:WARM] + chosen[-WARM:]:
            extract(one)
        warm = time.perf_counter() - start
        spent, turns, found = seconds(chosen)
        size = sum(len(one.text.encode()) for one in chosen) / 1000
        print(
            f"{name}: {size / spent:.0f} KB/s, {size / spent / turns:.1f} KB/s for each of {turns:.0f} million turns/s; "
            f"{len(chosen)} texts, {size:.0f} KB; first with loading {warm:.1f} s; {dict(sorted(found.items()))}"
        )
        if "--stages" in sys.argv:
            shares = [f"{stage} {100 * share:.1f} %" for stage, share in stages(chosen).items()]
            print(f"  {', '.join(shares)}")
    if not asked or "whole" in asked:
        spent, turns = whole(sparse)
        size = sum(len(one.text.encode()) for one in sparse) / 1000
        print(
            f"whole: {size / spent:.0f} KB/s, {size / spent / turns:.1f} KB/s for each of {turns:.0f} million turns/s; "
            f"`vigie extract` of {len(sparse)} files, {spent:.1f} s of the processor"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
