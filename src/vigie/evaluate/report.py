"""What an evaluation found: figures by type, and the facts behind them.

In: counts and outcomes from `score`. Out: a Report as text, as JSON, and compared with an earlier one.
Quotes stand in it because gold texts are the project's own; no other text is ever evaluated this way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Verdict = Literal["matched", "missed", "wrong", "excused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Scores of one type at one level.

    Attributes:
        support: gold facts that had to be found.
        tp, fp, fn: facts found, predictions that match nothing, facts missed.
        precision: None where predictions that match nothing are not held against the extractor.
        low, high: 95 % bootstrap interval of F1 over documents; None without gold facts.
    """

    type: str
    level: str
    support: int
    tp: int
    fp: int
    fn: int
    precision: float | None
    recall: float | None
    f1: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One gold fact found or missed, or one prediction that is wrong, at one level.

    Attributes:
        key: the same in every run over the same gold, so that two reports can be compared.
        detail: what was expected or predicted, and which fields differ from the nearest candidate.
    """

    level: str
    verdict: Verdict
    type: str
    doc_id: str
    quote: str
    key: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Predictions whose confidence lies in [low, high): how many, and how many are right in every field."""

    low: float
    high: float
    predicted: int
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubstanceRecall:
    """Substances of the gold facts of each document, and how many some prediction of it names."""

    expected: int
    found: int
    missed: tuple[str, ...]

    @property
    def recall(self) -> float | None:
        return self.found / self.expected if self.expected else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The evaluation of one gold file."""

    gold: str
    documents: int
    bootstrap: int
    lines: tuple[Line, ...]
    substances: SubstanceRecall
    calibration: tuple[Calibration, ...]
    outcomes: tuple[Outcome, ...]

    def line(self, type_: str, level: str) -> Line:
        """The scores of one type at one level. Raises KeyError when there are none."""
        for line in self.lines:
            if (line.type, line.level) == (type_, level):
                return line
        raise KeyError(f"{type_} {level}")

    def to_json(self) -> dict[str, Any]:
        """Plain values; `compare` reads them back."""
        return asdict(self)

    def table(self, *, verbose: bool = False) -> str:
        """Figures as text, one line a type and level; `verbose` adds the misses and wrong predictions."""
        head = f"{'type':<9}{'level':<8}" + "".join(f"{name:>5}" for name in ("gold", "TP", "FP", "FN"))
        head += "".join(f"{name:>7}" for name in ("P", "R", "F1")) + "  95 % interval"
        rows = [f"{self.documents} documents of {self.gold}", head, "-" * len(head)]
        rows += [_row(line) for line in self.lines]
        rows.append(
            f"substances: {self.substances.found} of {self.substances.expected} named (recall "
            f"{_figure(self.substances.recall).strip()})"
        )
        rows += [
            f"confidence {c.low:.1f} to {c.high:.1f}: {c.right} of {c.predicted} right"
            for c in self.calibration
        ]
        if verbose:
            rows += [
                f"{o.verdict:<8}{o.level:<7}{o.doc_id} {o.type}: {o.detail} | {o.quote}"
                for o in self.outcomes
                if o.verdict in ("missed", "wrong")
            ]
            rows += [f"missed  substance {missed}" for missed in self.substances.missed]
        return "\n".join(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a change of the rules gained and lost; one F1 hides both."""

    gained: tuple[Outcome, ...]
    lost: tuple[Outcome, ...]
    newly_wrong: tuple[Outcome, ...]
    no_longer_wrong: tuple[Outcome, ...]

    def table(self) -> str:
        """One line an outcome, in groups; "no change" when nothing moved."""
        groups = (
            ("gained", self.gained),
            ("lost", self.lost),
            ("newly wrong", self.newly_wrong),
            ("no longer wrong", self.no_longer_wrong),
        )
        rows = [
            f"{name}: {o.level} {o.doc_id} {o.type}: {o.detail} | {o.quote}"
            for name, group in groups
            for o in group
        ]
        return "\n".join(rows) or "no change"


def compare(earlier: Mapping[str, Any], report: Report) -> Comparison:
    """Compare with `Report.to_json()` of an earlier run over the same gold."""
    before = [Outcome(**outcome) for outcome in earlier["outcomes"]]
    return Comparison(
        gained=_only(report.outcomes, before, "matched"),
        lost=_only(before, report.outcomes, "matched"),
        newly_wrong=_only(report.outcomes, before, "wrong"),
        no_longer_wrong=_only(before, report.outcomes, "wrong"),
    )


def _only(these: Sequence[Outcome], those: Sequence[Outcome], verdict: Verdict) -> tuple[Outcome, ...]:
    known = {(o.level, o.key) for o in those if o.verdict == verdict}
    return tuple(o for o in these if o.verdict == verdict and (o.level, o.key) not in known)


def _row(line: Line) -> str:
    interval = "" if line.low is None or line.high is None else f"  {line.low:.3f} to {line.high:.3f}"
    return (
        f"{line.type:<9}{line.level:<8}{line.support:>5}{line.tp:>5}{line.fp:>5}{line.fn:>5}"
        f"{_figure(line.precision)}{_figure(line.recall)}{_figure(line.f1)}{interval}"
    )


def _figure(value: float | None) -> str:
    return f"{'–':>7}" if value is None else f"{value:>7.3f}"
