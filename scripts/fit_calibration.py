"""Fits the curves of data/taxonomy/calibration.toml: how often observations of a given raw confidence are right.

In: tests/gold/press_final.jsonl and press_held.jsonl, by two authors, whose misses nobody who writes rules has read: on texts that
rules were tuned on every confidence would come out too high. Only counts are taken from them. Out: the file, or with `--show` the
bins alone. Method: predictions sorted by raw confidence in bins of at least 12, the share right in each with one success and one
failure added, made monotone by pooling adjacent violators (Ayer et al. 1955). tests/gold/press_fourth_held.jsonl is not read: it is
where calibration is checked.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from itertools import groupby
from pathlib import Path

from vigie.evaluate.gold import load_gold
from vigie.evaluate.judge import judge
from vigie.evaluate.run import extract_document
from vigie.extract import calibrate
from vigie.lexicon.substances import related

ROOT = Path(__file__).parent.parent
GOLD = (ROOT / "tests/gold/press_final.jsonl", ROOT / "tests/gold/press_held.jsonl")
TARGET = ROOT / "src/vigie/data/taxonomy/calibration.toml"
TYPES = ("price", "quantity", "purity", "event")  # what the gold annotates exhaustively
SMALLEST = 12


def graded() -> dict[str, list[tuple[float, bool]]]:
    """(raw confidence, right in every field) of each prediction, by type."""
    calibrate._curves = dict  # type: ignore[assignment]  # the raw confidence is what is fitted
    found: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for path in GOLD:
        for document in load_gold(path):
            predictions = list(extract_document(document))
            for kind in TYPES:
                facts = [f for f in document.facts if f.type == kind]
                judged = judge(facts, [o for o in predictions if o.type == kind], "strict", related)
                found[kind] += [
                    (o.confidence, v == "matched") for o, v in judged.predictions if v in ("matched", "wrong")
                ]
    return found


def curve(points: list[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Knots (mean raw confidence, share right), monotone."""
    blocks: list[list[float]] = []  # sum of confidence, right, count; equal confidences stay in one block
    for same, group in groupby(sorted(points), key=lambda p: round(p[0], 4)):
        part = [right for _, right in group]
        block = [same * len(part), float(sum(part)), float(len(part))]
        if blocks and blocks[-1][2] < SMALLEST:
            blocks[-1] = [a + b for a, b in zip(blocks[-1], block, strict=True)]
        else:
            blocks.append(block)
    if len(blocks) > 1 and blocks[-1][2] < SMALLEST:
        last = blocks.pop()
        blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    pooled: list[list[float]] = []
    for block in blocks:
        pooled.append(block)
        while len(pooled) > 1 and _share(pooled[-2]) > _share(pooled[-1]):
            upper = pooled.pop()
            pooled[-1] = [a + b for a, b in zip(pooled[-1], upper, strict=True)]
    return [(round(b[0] / b[2], 3), round(_share(b), 3)) for b in pooled]


def _share(block: list[float]) -> float:
    return (block[1] + 1) / (block[2] + 2)


def main(show: bool) -> int:
    points = graded()
    lines = [
        "# Written by scripts/fit_calibration.py from the project's annotated texts; edit the script, not this file.",
        "# curve.TYPE: [raw confidence, share right in every field], in order.",
        "version = 1",
        "[curve]",
    ]
    for kind in TYPES:
        knots = curve(points[kind])
        lines.append(f"{kind} = {[list(k) for k in knots]}  # {len(points[kind])} predictions")
    text = "\n".join(lines) + "\n"
    if show:
        print(text)
    else:
        TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--show" in sys.argv[1:]))
