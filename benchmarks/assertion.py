"""What is denied, supposed, planned or hearsay, against annotated sentences.

Use: `python benchmarks/assertion.py [tests/gold/assertions.jsonl] [--split dev|test] [--misses]`. Form and guide of the
file: tests/gold/README.md. Three readings of the same sentences:

- fact: the assertion that the cues give the annotated span (`vigie parse assertion`);
- sentence: the kinds of cues that stand in the sentence against the assertions of its facts;
- extract: the assertion of the observations that overlap the span (`vigie extract`); a span without any is not counted.

Misses are shown for the dev half only: the test half is for scores.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from vigie.extract import extract
from vigie.extract.assertion import assertion_of, find_assertion_cues
from vigie.model.document import RawDocument
from vigie.redact import redact

CLASSES = ("negated", "hypothetical", "planned", "reported")
GOLD = Path(__file__).parent.parent / "tests" / "gold" / "assertions.jsonl"
Row = dict[str, Any]


def by_fact(row: Row) -> Iterator[tuple[str, str, str]]:
    """(gold, found, span) of each annotated span."""
    cues = find_assertion_cues(row["text"], row["lang"])
    for fact in row["facts"]:
        yield fact["assertion"], assertion_of(cues, fact["start"], fact["end"]), fact["quote"]


def by_sentence(row: Row) -> Iterator[tuple[str, str, str]]:
    """One pair for each kind that the sentence holds or is said to hold."""
    gold = {fact["assertion"] for fact in row["facts"]} - {"affirmed"}
    found = {str(cue.kind) for cue in find_assertion_cues(row["text"], row["lang"])}
    for kind in sorted(gold | found):
        yield kind if kind in gold else "affirmed", kind if kind in found else "affirmed", kind


def by_extract(row: Row) -> Iterator[tuple[str, str, str]]:
    """(gold, found, span) of each annotated span that an observation overlaps."""
    raw = RawDocument(path="gold:" + row["id"], format="gold", text=row["text"], kind="press")
    found = extract(redact(raw))
    for fact in row["facts"]:
        over = [o.assertion for o in found if o.start < fact["end"] and o.end > fact["start"]]
        if over:
            right = all(assertion == fact["assertion"] for assertion in over)
            other = next((a for a in over if a != fact["assertion"]), fact["assertion"])
            yield fact["assertion"], fact["assertion"] if right else other, fact["quote"]


READINGS = {"fact": by_fact, "sentence": by_sentence, "extract": by_extract}


def table(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A line for each class: gold, precision, recall, F1; the last, "not affirmed", takes the four together."""
    counted = Counter(pairs)
    groups = [(name, {name}) for name in CLASSES] + [("not affirmed", set(CLASSES))]
    for name, group in groups:
        right = sum(n for (gold, found), n in counted.items() if gold in group and found in group)
        stated = sum(n for (gold, _), n in counted.items() if gold in group)
        said = sum(n for (_, found), n in counted.items() if found in group)
        precision, recall = right / said if said else 0.0, right / stated if stated else 0.0
        f1 = 2 * right / (stated + said) if stated + said else 0.0
        yield f"    {name:<14}{stated:>5}{precision:>9.3f}{recall:>9.3f}{f1:>9.3f}"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("gold", nargs="?", type=Path, default=GOLD)
    options.add_argument("--split", choices=("dev", "test"))
    options.add_argument("--reading", choices=tuple(READINGS))
    options.add_argument("--misses", action="store_true", help="list those of the dev half")
    chosen = options.parse_args()
    rows = [json.loads(line) for line in chosen.gold.read_text(encoding="utf-8").splitlines()]
    for name, reading in READINGS.items():
        if chosen.reading not in (None, name):
            continue
        print(f"{name}")
        for split in ("dev", "test"):
            if chosen.split not in (None, split):
                continue
            found = [(row, *pair) for row in rows if row["split"] == split for pair in reading(row)]
            print(f"  {split:<16}{'gold':>5}{'P':>9}{'R':>9}{'F1':>9}")
            print("\n".join(table((gold, said) for _, gold, said, _ in found)))
            if chosen.misses and split == "dev":
                for row, gold, said, span in found:
                    if gold != said:
                        print(f"  {row['id']} {gold} found {said}: {span!r} in: {row['text']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
