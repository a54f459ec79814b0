"""Contacts by an author who saw no rule: `python benchmarks/authored.py [--split dev|held] [--misses] [--kind K]`.

In: `tests/cases/contacts_authored.jsonl`. Out: character recall (letters and digits of what must go), share of rows of which
nothing is left, share of stretches to keep that stand whole; by kind, by carrier and language, by disguise.
`--misses` shows what stayed and what was wrongly lost, of dev only: rules written against held would spoil it.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from authored_score import Judged, Row, judge, rows, total


def line(label: str, judged: list[Judged]) -> str:
    s = total(judged)
    return f"{label:<26} {s.rows:5} {s.must:6}  {s.recall:.4f}  {s.whole_share:.3f}  {s.keeps:5}  {s.keep_share:.4f}"


def table(judged: list[Judged], by: Callable[[Row], str]) -> None:
    groups: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        groups[by(one.row)].append(one)
    print()
    for label, members in sorted(groups.items()):
        print(line(f"  {label}", members))


def show(judged: list[Judged]) -> None:
    for one in judged:
        if one.left or one.lost:
            print(
                f"\n{one.row.id} {one.row.kind} {one.row.disguise}  left: {list(one.left)}  lost: {list(one.lost)}"
            )
            print(f"  {one.row.text!r}\n  {one.clean!r}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--split", choices=("dev", "held"), default="dev")
    parser.add_argument("--kind", help="one kind only")
    parser.add_argument("--misses", action="store_true", help="show what stayed and what was lost (dev only)")
    given = parser.parse_args()
    if given.misses and given.split == "held":
        parser.error("the held half is kept for scores: look at the misses of dev")
    judged = [judge(row) for row in rows() if row.split == given.split and given.kind in (None, row.kind)]
    if not judged:
        parser.error(f"no kind {given.kind!r}: one of {', '.join(sorted({row.kind for row in rows()}))}")
    if given.misses:
        show(judged)
    print(f"{given.split:<26}  rows   must  recall  whole  keeps   whole")
    print(line("all", judged))
    for by in (lambda r: r.kind, lambda r: f"{r.carrier}, {r.lang}", lambda r: r.disguise):
        table(judged, by)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
