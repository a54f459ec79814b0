"""What redaction must not take: `python benchmarks/kept.py [--split dev|held] [--misses] [--corpus FILE...]`.

In: `tests/cases/figures_kept.jsonl`; with `--corpus`, annotated documents (JSON lines with `text` and `facts`) instead.
Out: share of the stretches to keep that stand whole, and of their characters, by family; of a corpus, the share of
characters removed and the annotated facts of which a part went. `--misses` shows what went, of dev only, and never of
`press_final.jsonl`: rules written against held, or against that file, would spoil them.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from kept_score import Judged, Row, judge, rows, taken, total

UNSEEN = {"press_final.jsonl"}


def line(label: str, judged: list[Judged]) -> str:
    s = total(judged)
    return (
        f"{label:<16} {s.spans:5} {s.whole:5} {s.whole_share:7.3f} {s.characters:6} {s.character_share:8.4f}"
    )


def table(judged: list[Judged], by: Callable[[Row], str]) -> None:
    groups: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        groups[by(one.row)].append(one)
    for label, members in sorted(groups.items()):
        print(line(f"  {label}", members))


def figures(split: str, misses: bool) -> None:
    judged = [judge(row) for row in rows() if row.split == split]
    for one in judged:
        if misses and one.lost:
            lost = "; ".join(one.row.text[a:b] for a, b in one.lost)
            print(f"\n{one.row.id}  lost: {lost}\n  {one.row.text!r}\n  {one.clean!r}")
    print(f"{split:<16} spans whole   share  chars    share")
    print(line("all", judged))
    table(judged, lambda row: row.lang)
    table(judged, lambda row: row.family)


def corpus(path: Path, misses: bool) -> None:
    documents = taken(path)
    characters, gone = sum(one.characters for one in documents), sum(one.gone for one in documents)
    facts = Counter(kind for one in documents for kind, _, _ in one.facts)
    print(
        f"{path.name}: {len(documents)} documents, {gone} of {characters} characters removed ({gone / characters:.3%}) in "
        f"{sum(len(one.stretches) for one in documents)} stretches; {facts.total()} of "
        f"{sum(one.annotated for one in documents)} facts touched {dict(facts) or ''}"
    )
    if not misses:
        return
    for one in documents:
        for stretch in one.stretches:
            print(f"  {one.id}  removed: {stretch!r}")
        for kind, quote, stretch in one.facts:
            print(f"  {one.id}  {kind} {quote!r} lost {stretch!r}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--split", choices=("dev", "held"), default="dev")
    parser.add_argument("--misses", action="store_true", help="show what was removed (dev only)")
    parser.add_argument("--corpus", nargs="+", type=Path, help="annotated documents to redact instead")
    chosen = parser.parse_args()
    if chosen.misses and (
        any(path.name in UNSEEN for path in chosen.corpus) if chosen.corpus else chosen.split == "held"
    ):
        parser.error("kept for scores only: look at the misses of dev")
    if chosen.corpus:
        for path in chosen.corpus:
            corpus(path, chosen.misses)
    else:
        figures(chosen.split, chosen.misses)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
