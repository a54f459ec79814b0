"""Does `vigie redact --audit` see what is left? `python benchmarks/audit.py [--every N] [--split dev|held]`.

In: the contacts of `tests/redteam` and the names of `tests/cases/names_by_origin.jsonl`, of the held-out half, and the demonstration
corpus. Out: of texts that were not redacted at all, the share of contacts and names that the audit points at; of contacts that the
redactor leaves in part, the share of texts it flags; of texts in which nothing is left, the share with a false alarm.
Left out: what was missed, which would spoil the held-out half.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.redteam.generate import generate
from tests.redteam.score import judge

from names_score import NAMES, rows
from vigie.pipeline import Cleaned, Reading, clean, inputs
from vigie.redact.audit import leftovers
from vigie.text.language import detect


def seen(text: str, start: int, end: int, lang: str) -> bool:
    return any(item.start < end and start < item.end for item in leftovers(text, lang))


def share(label: str, hits: int, of: int) -> None:
    print(f"{label:<62} {hits:>6} of {of:>6}  {hits / of if of else float('nan'):.3f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--every", type=int, default=20, help="take every N-th generated contact")
    parser.add_argument("--split", choices=("dev", "held"), default="held")
    given = parser.parse_args()
    kinds: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    left, flagged, whole, alarms = 0, 0, 0, 0
    for case in islice(generate(1, given.split), 0, None, given.every):
        count = kinds[case.kind.split("-")[0]]
        for start, end in case.spans:
            count[0] += seen(case.text, start, end, case.lang)
            count[1] += 1
        score, text = judge(case)
        found = any(item.severity != "low" for item in leftovers(text, case.lang))
        if score.case_recall < 1:
            left, flagged = left + 1, flagged + found
        else:
            whole, alarms = whole + 1, alarms + found
    share(
        "contacts, not redacted: pointed at",
        sum(k[0] for k in kinds.values()),
        sum(k[1] for k in kinds.values()),
    )
    for kind, (hits, of) in sorted(kinds.items()):
        share(f"  {kind}", hits, of)
    share("texts in which the redactor left part of a contact: flagged", flagged, left)
    share("texts in which nothing of the contact is left: flagged", alarms, whole)
    names = [(row.text, a, b) for row in rows(NAMES) if row.split == given.split for a, b in row.names]
    share("names, not redacted: pointed at", sum(seen(t, a, b, detect(t)) for t, a, b in names), len(names))
    demo = Path(__file__).parents[1] / "src/vigie/data/demo"
    texts = [c.document for p in inputs([demo]) for c in clean(p, Reading()) if isinstance(c, Cleaned)]
    share(
        "documents of the demonstration: flagged",
        sum(bool(leftovers(d.text, d.lang)) for d in texts),
        len(texts),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
