"""The redactor against generated disguises: `python benchmarks/redteam.py [--split dev|held] [--misses N] [--kind K]`.

In: the cases of `tests/redteam`. Out: character recall (letters and digits of what must go that no longer stand in the
output at their place), case recall (contacts of which none is left), the share kept of figures that must stay; by kind
and by disguise, worst first. `--misses` shows texts, of DEV only.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.redteam.generate import Case, generate
from tests.redteam.score import Score, judge


def table(scores: dict[str, Score], title: str, rows: int) -> None:
    worst = sorted(scores.items(), key=lambda item: item[1].character_recall)
    print(f"\n{title:<20} cases  character  whole")
    for name, score in worst[:rows]:
        print(f"{name:<20} {score.cases:>5}     {score.character_recall:.4f}  {score.case_recall:.3f}")


def show(cases: Iterable[Case], most: int) -> None:
    for case in cases:
        score, clean = judge(case)
        if score.case_recall < 1 or score.keep_share < 1:
            print(f"{case.id}\n  {case.text!r}\n  {clean!r}")
            most -= 1
            if most <= 0:
                return


def main() -> int:
    parser = argparse.ArgumentParser(description="The redactor against generated disguises")
    parser.add_argument("--split", choices=("dev", "held"), default="dev")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per-cell", type=int, default=1)
    parser.add_argument("--kind", help="one kind only")
    parser.add_argument("--rows", type=int, default=100, help="lines of each table")
    parser.add_argument("--misses", type=int, default=0, metavar="N", help="show N misses (DEV only)")
    given = parser.parse_args()
    if given.misses and given.split != "dev":
        parser.error("misses of the HELD split are not shown: it would no longer be held out")
    cases = [c for c in generate(given.seed, given.split, given.per_cell) if given.kind in (None, c.kind)]
    if not cases:
        parser.error(f"no kind {given.kind!r}: see KINDS in tests/redteam/kinds.py")
    if given.misses:
        show(cases, given.misses)
        return 0
    kinds: dict[str, Score] = defaultdict(Score)
    disguises: dict[str, Score] = defaultdict(Score)
    total = Score()
    for case in cases:
        score, _ = judge(case)
        total += score
        kinds[case.kind] += score
        disguises[case.disguise] += score
    print(
        f"{given.split}: {total.cases} cases, {len(kinds)} kinds, {len(disguises)} disguises\n"
        f"character recall {total.character_recall:.4f}, case recall {total.case_recall:.4f}, "
        f"figures kept {total.keep_share:.4f}; not aligned {total.unaligned}"
    )
    table(kinds, "kind", given.rows)
    table(disguises, "disguise", given.rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
