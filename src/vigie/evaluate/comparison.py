"""What a change of the rules gained and lost between two runs over the same gold.

In: the JSON of an earlier Report, a Report. Out: Comparison: the outcomes that moved, and the paired difference of
each F1 with its interval. One F1 hides both what was gained and what was lost.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from vigie.evaluate.judge import Tally
from vigie.evaluate.report import Outcome, Report

_SEED = 20260101
_POSITION = {"matched": 0, "wrong": 1, "missed": 2}
_Tallies = Mapping[str, list[int]]  # by document: TP, FP, FN


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """F1 of one type at one level before and after.

    Attributes:
        low, high: 95 % bootstrap interval of the difference, the same documents drawn for both runs.
    """

    type: str
    level: str
    before: float
    after: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Outcomes that moved, and the figures that moved with them."""

    changes: tuple[Change, ...]
    gained: tuple[Outcome, ...]
    lost: tuple[Outcome, ...]
    newly_wrong: tuple[Outcome, ...]
    no_longer_wrong: tuple[Outcome, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    def table(self) -> str:
        """One line a figure and an outcome that moved; "no change" when nothing did."""
        rows = [
            f"{c.type:<9}{c.level:<8}{c.before:.3f} to {c.after:.3f}, {c.after - c.before:+.3f} "
            f"({c.low:+.3f} to {c.high:+.3f})"
            for c in self.changes
        ]
        groups = (
            ("gained", self.gained),
            ("lost", self.lost),
            ("newly wrong", self.newly_wrong),
            ("no longer wrong", self.no_longer_wrong),
        )
        rows += [
            f"{name}: {o.level} {o.doc_id} {o.type}: {o.detail} | {o.quote}"
            for name, group in groups
            for o in group
        ]
        return "\n".join(rows) or "no change"


def compare(earlier: Mapping[str, Any], report: Report, *, bootstrap: int = 1000) -> Comparison:
    """Compare with `Report.to_json()` of an earlier run over the same gold.

    Raises:
        KeyError, TypeError: when `earlier` is no such report.
        ValueError: when it is of another gold file.
    """
    if (earlier["gold"], earlier["documents"]) != (report.gold, report.documents):
        raise ValueError(f"of {earlier['documents']} documents of {earlier['gold']}")
    before = [Outcome(**outcome) for outcome in earlier["outcomes"]]
    return Comparison(
        changes=tuple(_changes(before, report.outcomes, bootstrap)),
        gained=_only(report.outcomes, before, "matched"),
        lost=_only(before, report.outcomes, "matched"),
        newly_wrong=_only(report.outcomes, before, "wrong"),
        no_longer_wrong=_only(before, report.outcomes, "wrong"),
    )


def _only(these: Sequence[Outcome], those: Sequence[Outcome], verdict: str) -> tuple[Outcome, ...]:
    known = {(o.level, o.key) for o in those if o.verdict == verdict}
    return tuple(o for o in these if o.verdict == verdict and (o.level, o.key) not in known)


def _changes(before: Sequence[Outcome], after: Sequence[Outcome], bootstrap: int) -> list[Change]:
    old, new = _tallies(before), _tallies(after)
    found = []
    for key in [k for k in {**old, **new} if old.get(k) != new.get(k)]:
        one, other = old.get(key, {}), new.get(key, {})
        ids = sorted({*one, *other})
        draw = random.Random(_SEED)
        differences = sorted(
            _f1(other, sample) - _f1(one, sample)
            for sample in (draw.choices(ids, k=len(ids)) for _ in range(bootstrap))
        ) or [0.0]
        last = len(differences) - 1
        found.append(
            Change(
                type=key[0],
                level=key[1],
                before=_f1(one, ids),
                after=_f1(other, ids),
                low=differences[round(0.025 * last)],
                high=differences[round(0.975 * last)],
            )
        )
    return found


def _tallies(outcomes: Sequence[Outcome]) -> dict[tuple[str, str], dict[str, list[int]]]:
    """By type and level, then by document; documents without an outcome weigh nothing in F1."""
    found: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(dict)
    for outcome in outcomes:
        if outcome.verdict in _POSITION:
            tally = found[outcome.type, outcome.level].setdefault(outcome.doc_id, [0, 0, 0])
            tally[_POSITION[outcome.verdict]] += 1
    return found


def _f1(tallies: _Tallies, ids: Sequence[str]) -> float:
    """F1 over these documents; 0 when they hold neither fact nor prediction."""
    rows = [tallies[i] for i in ids if i in tallies]
    return Tally(*(sum(row[n] for row in rows) for n in range(3))).f1 or 0.0
