"""Names of natural persons removed, by origin: `python benchmarks/names.py [--set first|second|third|fourth] [--split dev|held] [--misses]`.

In: `tests/cases/names_by_origin.jsonl`, `tests/cases/organisations_kept.jsonl`, or another set beside them.
Out: share of mentions of which no letter is left, share of their letters gone, share kept whole of organisations,
places, products, figures and roles; by group, language and context. `--misses` shows what went wrong, of dev only:
rules written against held would spoil it.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from names_score import SETS, Judged, Row, judge, rows, total


def line(label: str, judged: list[Judged]) -> str:
    s = total(judged)
    names = f"{s.mentions:5} {s.recall:7.3f} {s.letter_recall:7.3f}" if s.mentions else " " * 21
    return f"{label:<16} {s.texts:5} {names} {s.keeps:5} {s.kept:6.3f}" + (
        f"  {s.unaligned} not aligned" * bool(s.unaligned)
    )


def table(judged: list[Judged], by: Callable[[Row], str]) -> None:
    groups: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        groups[by(one.row)].append(one)
    for label, members in sorted(groups.items()):
        print(line(f"  {label}", members))


def show(judged: list[Judged]) -> None:
    for one in judged:
        wrong = [f"left: {one.row.text[a:b]}" for a, b in one.missed]
        wrong += [f"lost: {one.row.text[a:b]}" for a, b in one.lost]
        if wrong:
            print(
                f"\n{one.row.id} {one.row.context}  {'; '.join(wrong)}\n  {one.row.text!r}\n  {one.clean!r}"
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--set", choices=tuple(SETS), default="first", help="the second has no held part")
    parser.add_argument("--split", choices=("dev", "held"), default="dev")
    parser.add_argument("--misses", action="store_true", help="show what went wrong (dev only)")
    chosen = parser.parse_args()
    if chosen.misses and chosen.split == "held":
        parser.error("the held half is for scores only: look at the misses of dev")
    persons, others = (
        [judge(row) for row in rows(path) if row.split == chosen.split] for path in SETS[chosen.set]
    )
    if chosen.misses:
        show(persons + others)
    print(f"{chosen.split:<16} texts names removed letters keeps  whole")
    print(line("names", persons))
    table(persons, lambda row: row.group)
    table(persons, lambda row: row.lang)
    table(persons, lambda row: row.context)
    print(line("organisations", others))
    table(others, lambda row: row.lang)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
