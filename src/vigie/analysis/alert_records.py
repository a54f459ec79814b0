"""An alert, what it rests on, and all alerts of a run.

In: nothing. Out: the records that `vigie.analysis.alerts` gives and the verbs print. Left out: what is kept of them
(`vigie.store.watchlist`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from vigie.analysis.counts import By
from vigie.stats.grading import Case, Grading

Kind: TypeAlias = Literal["rise", "silence", "silence-area"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One indicator in one period of an alert.

    Attributes:
        period: first day of the period; with `span` the last of so many that are summed.
        observed, expected, upper: reports, percent or euros for one gram; None where the method gives none.
        p: probability of as much without cause.
        method: id of the detector.
        facts: (document, observation) of what was observed: each opens to its sentence.
    """

    indicator: str
    period: date
    span: int
    observed: float | None
    expected: float | None
    upper: float | None
    p: float
    method: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert for the analyst.

    Attributes:
        alert_id: the same in every run that sees its first period.
        kind: rise; silence (of a source); silence-area (of all sources of an area).
        substance: "" for a silence, and for harms that name none.
        area: code; "" for a source that covers no area of its own.
        start, last: first day of the first and the last period with an alarm; of a silence the last day of publication
            and the day that is asked about.
        open: whether the last alarm is recent.
        p, level: smallest p-value of the episode and the level it had to pass.
        q: that p adjusted for all cells judged in the same period (Benjamini and Hochberg); of a silence its p.
        indicators: those that signal, strongest first; for a silence those that are silent with it.
        speakers: independent speakers behind the evidence.
        source: of a silence: id of the card, or outlet.
        doc_id: of a silence: its last document.
        case: of a rise: what its grade rests on.
        words: new words that stand beside it (`vigie.analysis.alert_words`).
    """

    alert_id: str
    kind: Kind
    substance: str
    area: str
    start: date
    last: date
    open: bool
    p: float
    level: float
    q: float
    grading: Grading
    indicators: tuple[str, ...]
    speakers: int
    evidence: tuple[Evidence, ...]
    source: str = ""
    doc_id: str = ""
    case: Case | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All alerts of a run, highest grade first.

    Attributes:
        cells: substances x areas with a verdict in a period of which an alert would still be open; `series` of them.
        sources: sources with a rhythm to be judged by.
        false_per_month: false alarms to be expected in a month of the whole run, rises and silences, at most.
        left_out: facts that no count holds, by reason.
    """

    by: By
    until: date
    alerts: tuple[Alert, ...]
    cells: int
    series: int
    sources: int
    false_per_month: float
    counted: int
    left_out: dict[str, int]
