"""Raises the floors of tests/gold/floor.toml to what this version reaches.

In: the project's own gold. Out: the file, or with `--check` the floors that lie more than twice SLACK under what is measured.
A floor is the F1 measured, less SLACK, rounded down to a hundredth: room for a rule that trades one fact for another, none for a
step back. A floor never goes down unless `--lower` says so: then the changelog says why.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

from vigie.evaluate import evaluate, load_floors
from vigie.evaluate.report import Report

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "tests/gold/floor.toml"
GOLD = (ROOT / "src/vigie/data/demo/gold.jsonl", *sorted((ROOT / "tests/gold").glob("press_*.jsonl")))
SLACK = 0.01
HEAD = """# The least F1 that this version may have on the project's own gold: `vigie eval GOLD --floor tests/gold/floor.toml`.
# Written by scripts/fit_floors.py; held in CI by tests/test_quality_floor.py. Floors hold what was reached: they are no aim.
"""


def reached(report: Report) -> dict[tuple[str, str], float]:
    """The floor of each type and level that the gold holds."""
    return {
        (line.type, line.level): max(0.0, math.floor((line.f1 - SLACK) * 100) / 100)
        for line in report.lines
        if line.support and line.f1 is not None
    }


def main(*, check: bool, lower: bool) -> int:
    known = load_floors(TARGET) if TARGET.exists() else {}
    parts, slack = [HEAD], []
    for path in GOLD:
        before = known.get(path.name, {})
        now = reached(evaluate(path, bootstrap=0))
        slack += [
            f"{path.name} {' '.join(key)}: floor {before.get(key, 0.0)}, could be {floor}"
            for key, floor in now.items()
            if floor > before.get(key, 0.0) + 2 * SLACK
        ]
        floors = now if lower else {key: max(floor, before.get(key, 0.0)) for key, floor in now.items()}
        lines = [f"{type_}.{level} = {floor:.2f}" for (type_, level), floor in floors.items()]
        parts.append("\n".join([f'["{path.name}"]', *lines]) + "\n")
    if check:
        print("\n".join(slack) or "floors are where they should be")
        return int(bool(slack))
    TARGET.write_text("\n".join(parts), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:], lower="--lower" in sys.argv[1:]))
