"""What an evaluation found: figures by type, and the facts behind them.

In: counts and outcomes from `score`. Out: a Report as text and as JSON; `comparison` sets it beside an earlier one.
Quotes stand in it because gold texts are the project's own; no other text is ever evaluated this way.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import groupby
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
    """Predictions whose confidence lies in [low, high): how many, and how many are right in every field.

    Attributes:
        stated: mean confidence of these predictions, to be held against `share`.
        least, most: 95 % Wilson interval of the share that is right.
    """

    low: float
    high: float
    predicted: int
    right: int
    stated: float
    least: float
    most: float

    @property
    def share(self) -> float:
        return self.right / self.predicted


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldScore:
    """Of the facts of a type whose value was found: in how many the field is right, where the gold states it."""

    type: str
    field: str
    stated: int
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionScore:
    """One assertion among the facts whose value was found, all types together.

    `uncertain` holds hypothetical, planned and reported together, as the strict level does.
    """

    assertion: str
    gold: int
    predicted: int
    right: int

    @property
    def f1(self) -> float | None:
        return 2 * self.right / (self.gold + self.predicted) if self.gold + self.predicted else None


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
    fields: tuple[FieldScore, ...]
    assertions: tuple[AssertionScore, ...]
    outcomes: tuple[Outcome, ...]

    def line(self, type_: str, level: str) -> Line:
        """The scores of one type at one level. Raises KeyError when there are none."""
        for line in self.lines:
            if (line.type, line.level) == (type_, level):
                return line
        raise KeyError(f"{type_} {level}")

    @property
    def calibration_error(self) -> float | None:
        """Expected calibration error: mean distance of stated confidence and share right, weighted by bin."""
        total = sum(c.predicted for c in self.calibration)
        return sum(c.predicted * abs(c.share - c.stated) for c in self.calibration) / total if total else None

    def to_json(self) -> dict[str, Any]:
        """Plain values; `comparison.compare` reads them back."""
        return {**asdict(self), "calibration_error": self.calibration_error}

    def figures(self) -> dict[str, Any]:
        """`to_json` without the facts behind the figures: nothing that a rule could be drawn from."""
        plain = self.to_json()
        del plain["outcomes"], plain["substances"]["missed"]
        return plain

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
            f"confidence {c.low:.1f} to {c.high:.1f}: {c.right} of {c.predicted} right; stated {c.stated:.3f}, "
            f"right {c.share:.3f} ({c.least:.3f} to {c.most:.3f})"
            for c in self.calibration
        ]
        if self.calibration_error is not None:
            rows.append(f"expected calibration error {self.calibration_error:.3f}")
        rows += ["", "of the facts whose value was found, right:"]
        rows += [
            f"{type_:<9}" + ", ".join(f"{f.field} {f.right} of {f.stated}" for f in fields)
            for type_, fields in groupby(self.fields, key=lambda f: f.type)
        ]
        rows += [
            f"assertion {a.assertion:<13}{a.gold:>5} in the gold{a.predicted:>5} predicted{a.right:>5} right  "
            f"F1{_figure(a.f1)}"
            for a in self.assertions
        ]
        if verbose:
            rows += [
                f"{o.verdict:<8}{o.level:<7}{o.doc_id} {o.type}: {o.detail} | {o.quote}"
                for o in self.outcomes
                if o.verdict in ("missed", "wrong")
            ]
            rows += [f"missed  substance {missed}" for missed in self.substances.missed]
        return "\n".join(rows)


def _row(line: Line) -> str:
    interval = "" if line.low is None or line.high is None else f"  {line.low:.3f} to {line.high:.3f}"
    return (
        f"{line.type:<9}{line.level:<8}{line.support:>5}{line.tp:>5}{line.fp:>5}{line.fn:>5}"
        f"{_figure(line.precision)}{_figure(line.recall)}{_figure(line.f1)}{interval}"
    )


def _figure(value: float | None) -> str:
    return f"{'–':>7}" if value is None else f"{value:>7.3f}"
