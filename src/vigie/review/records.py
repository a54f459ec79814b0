"""Records of the review: what is proposed, what is seen, what is decided.

In: nothing. Out: frozen records. An observation is named by the id that the extractor gave it (its root), whatever was decided since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from vigie.model.errors import VigieError
from vigie.model.observation import Observation

Verdict = Literal["accept", "correct", "reject", "split", "relink"]
Round = Literal["single", "first", "second", "adjudication"]
Drawn = Literal["ranked", "random", "asked"]
State = Literal["open", "waiting", "disagreement", "accepted", "corrected", "rejected", "split", "relinked"]


class ReviewError(VigieError):
    """A decision cannot be taken: who may not, what was decided already, a field outside the contract.

    Attributes:
        problems: field -> what is wrong with it, as codes of data/review/words (never what was typed); empty where no field is at fault.
        code: what is wrong in one word: "invalid", "unknown", "decided", "not-yours", "role", "sent".
    """

    def __init__(
        self, message: str, *, code: str = "invalid", problems: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.problems = code, dict(problems or {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a fact is proposed.

    Attributes:
        code: "uncertain" (number: confidence), "threshold" (number: sources of the figure, which falls below k without it), "share" (its part
            of a figure, 0-1), "shift" (relative change of a figure without it), "late" (number: days between its document and
            the day on which it begins), "random" (drawn by chance), "asked".
        figure: what figure: "price|cocaine|retail|g|FR-69|2026-Q1"; "" for none.
    """

    code: str
    number: float | None = None
    figure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A fact to be read again.

    Attributes:
        score: expected change of figures if it is read: (1 - confidence) × effect, 0-1.
        effect: 0-1; see `vigie.review.queue`.
        why: best reason first.
        drawn: "random" for the share that is drawn by chance, of which precision is estimated.
        draw: its random number, 0-1, the same for ever: the sample drawn by chance is what has the lowest.
        substance, places, source, outlet: by which a part of the queue is chosen, as the extractor read them: canonical id; codes of the place and
            of what contains it; id of the source card, or the outlet where there is none; its name. "" for what is not said.
    """

    observation_id: str
    doc_id: str
    type: str
    confidence: float
    effect: float
    score: float
    why: tuple[Reason, ...]
    drawn: Drawn
    draw: float
    substance: str = ""
    places: tuple[str, ...] = ()
    source: str = ""
    outlet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A stretch of redacted text and where it begins in the document; marks are offsets in `text`."""

    start: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a reviewer sees of one fact.

    Attributes:
        observation: what the extractor read.
        current: what figures use now: the same, what a final decision made of it, () where it was rejected.
        state: state of the last final decision; "open" without one.
        before, sentence, after: redacted text around; before and after are None where the full text has expired or there is none.
        quote_start, quote_end: the quote in `sentence.text`.
        others: other facts of the same sentence that figures use.
        late: days between the publication and the day on which the fact begins, where nobody could know so far ahead; 0 else.
        path: as stored; text_kept: whether offsets outside the sentence can be chosen.
    """

    observation: Observation
    current: tuple[Observation, ...]
    state: str
    before: Sentence | None
    sentence: Sentence
    after: Sentence | None
    quote_start: int
    quote_end: int
    others: tuple[Observation, ...]
    late: int
    doc_id: str
    title: str
    published: str | None
    published_on: date | None
    outlet: str
    source_id: str
    kind: str
    grade: str
    lang: str
    text_kept: bool

    @property
    def observation_id(self) -> str:
        return self.observation.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a reviewer says of an item.

    Attributes:
        after: of correct and relink one mapping of changed fields, of split two or more, each a whole set of changes from the extractor's
            fact; () of accept and reject. Fields (all optional, text as a form gives it or typed): substance, form, place (code), when
            ("2026", "2026-03", "2026-03-11", "" for unknown), assertion, attribution, start, end (offsets of the document), and by type:
            kind, low, high, currency, per_value, per_unit (price), unit (quantity, event), measure (purity), family, code (modality; also
            "family:code" as `modality`), indicator, direction (trend), origin, destination, via (codes), mode (flow). `type`: another type,
            not from or to load: bounds are taken over, codes of the new type have to be given. relink
            may change substance, form, place, when and attribution only.
        why: free text; redacted before it is kept; may be "" for accept.
    """

    verdict: Verdict
    after: tuple[Mapping[str, Any], ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision as it was made. Nothing of it is ever changed.

    Attributes:
        observation_id, doc_id, type: of the extractor's fact.
        decided_at: UTC.
        reviewer: id of an account, never a name. role: that it had then.
        before: what the extractor read; after: what should stand in its place ((before,) for accept, () for reject).
        why: redacted.
        final: figures use it (until a later final decision on the same fact).
        drawn: how the fact came to be read.
    """

    decision_id: str
    observation_id: str
    doc_id: str
    type: str
    decided_at: datetime
    reviewer: str
    role: str
    round: Round
    verdict: Verdict
    before: Observation
    after: tuple[Observation, ...]
    why: str
    final: bool
    drawn: Drawn = "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A fact on which the two blind reviewers differ, for a third to decide.

    Attributes:
        fields: what differs: "verdict", "substance", "value", "place", "when", "assertion", "attribution", "form", "span".
    """

    observation_id: str
    doc_id: str
    type: str
    first: Decision
    second: Decision
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one reviewer may know of one fact, blind to the others.

    Attributes:
        state: "open": may decide; "waiting": this reviewer decided, another one is to; "disagreement": to be adjudicated; else the state of
            the final decision. Before the reviewer has decided nothing of the others' is told: it reads "open".
        mine: their own last decision; None before.
        final: the decision that figures use, once there is one; None to a reviewer who may still decide blind.
    """

    state: State
    mine: Decision | None = None
    final: Decision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the review is.

    Attributes:
        queued: facts in the queue. open: of these without any decision. waiting: decided by one of two. disagreements: to be adjudicated.
        decided: with a final decision. mine: decisions of the one who asks. pending: decisions that are not yet in the store.
    """

    queued: int
    open: int
    waiting: int
    disagreements: int
    decided: int
    mine: int = 0
    pending: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a store is reviewed (data/review/review.toml says why; `Book.configure` changes it).

    Attributes:
        reviewers: 1: every decision is final; 2: blind pairs.
        share_double: with two, the part of facts that both read, 0-1; the others are final at once.
        third: whether the one who adjudicates must be neither of the two.
    """

    reviewers: int = 1
    share_double: float = 1.0
    third: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A proposal as the queue of the book holds it, for a page.

    Attributes:
        standing: of the one who asks (see Standing.state).
    """

    proposal: Proposal
    standing: State = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kappa:
    """Agreement of two blind reviewers beyond chance.

    Attributes:
        field: "verdict", "right" (accepted or not), or a field of the fact (changed or left).
        pairs: facts that both read. agreed: share on which they agree. value: Cohen's kappa; None where it is not defined (all in one class).
        low, high: 95 % interval; None with it, or with too few.
    """

    field: str
    pairs: int
    agreed: float
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """How often facts of a type are right as they were extracted, from the sample drawn by chance.

    Attributes:
        type: "" for all types together (each weighted by how many facts it has).
        facts: in the store. sampled: drawn by chance and decided. right: of these accepted. waiting: drawn before the last one decided, and not
            yet decided.
        value, low, high: share right and its exact 95 % interval; None without a sample.
    """

    type: str
    facts: int
    sampled: int
    right: int
    waiting: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """How much is reviewed: `n` of `m` facts of a type ("" for all), and what became of them."""

    type: str
    n: int
    m: int
    states: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What the page on agreement tells.

    Attributes:
        verdicts: (verdict of the first, verdict of the second) -> facts.
        adjudicated: disagreements that were decided; open: those that were not.
    """

    kappas: tuple[Kappa, ...]
    precision: tuple[Precision, ...]
    reviewed: tuple[Reviewed, ...]
    verdicts: Mapping[tuple[str, str], int]
    adjudicated: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What `take_in` did.

    Attributes:
        decisions: copied into the store. applied: final ones among them. lapsed: on documents that are no more.
    """

    decisions: int
    applied: int
    lapsed: int
