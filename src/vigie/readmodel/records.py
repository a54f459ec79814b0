"""What the read model answers with, and the filters of every question.

In: rows of a read-model file; parameters of a URL. Out: frozen records of plain values, in no language but that of the
documents. Left out: words and numbers as a reader sees them (the pages); what may be shown to whom (`build.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from vigie.readmodel.filters import GRADES as GRADES
from vigie.readmodel.filters import NO_FILTERS as NO_FILTERS
from vigie.readmodel.filters import Filters as Filters

State = Literal["shown", "zero", "withheld", "nothing-collected"]
ChangeState = Literal["known", "not-enough-data", "zero-base", "none"]
Step = Literal["month", "quarter", "year"]
Level = Literal["department", "region", "country"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One figure and what it rests on.

    Attributes:
        n: statements, each document's once.
        sources: independent sources of them.
        grades: of the sources, best to worst: "B–C".
        rating: the same with credibility, for the analyst: "B–C/1–3".
        state: "shown"; "zero" (collected, and nothing said); "withheld" (the public may see none: too few, or none);
            "nothing-collected" (no document of that time and area).
        values: statements that give a figure; `median` to `high` are of these, None without any. Unit: that of the group.
    """

    n: int = 0
    sources: int = 0
    grades: str = ""
    rating: str = ""
    state: State = "shown"
    values: int = 0
    median: float | None = None
    q1: float | None = None
    q3: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Relative changes (0.1 = 10 % more): the median of all shifts of logarithms, and its 95 % interval."""

    ratio: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of `vigie.report.results`: `key` as there.

    `change` is relative to the period before. Of prices and purities it is that of bulletins: the shift between the figures of sources with
    its 95 % interval, `change_low` to `change_high`, or where no interval exists the new median / the old one - 1, as of other topics.

    Attributes:
        medians: the new median / the old one - 1, where it is known.
        sources_before: independent sources of the period before.
        moved: works the shift out when it is asked for: of hundreds of groups a page shows some.
        directions: those of trends, (direction, statements), in the order up, down, stable, emerging, peak; () for other topics.
    """

    topic: str
    key: tuple[str, ...]
    figures: Figures
    medians: float | None = None
    change_state: ChangeState = "none"
    sources_before: int = 0
    moved: Callable[[], Shift | None] | None = field(default=None, compare=False, repr=False)
    directions: tuple[tuple[str, int], ...] = ()

    @property
    def change(self) -> float | None:
        found = self.moved() if self.moved else None
        return found.ratio if found else self.medians

    @property
    def change_low(self) -> float | None:
        found = self.moved() if self.moved else None
        return found.low if found else None

    @property
    def change_high(self) -> float | None:
        found = self.moved() if self.moved else None
        return found.high if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodFigures:
    """Figures of one month, quarter or year ("2025-03", "2025-Q1", "2025")."""

    period: str
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaFigures:
    """Figures of one area; `name` is the canonical label of the gazetteer."""

    code: str
    name: str
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """One statement with its evidence. Public: only of official publications, with the place and time of its cell.

    Attributes:
        address: id of the observation.
        text: its words in the document, the quote.
        sentence, quote_start, quote_end: sentence[quote_start:quote_end] is the quote; None without one.
        value: JSON of the contract (docs/data-dictionary.md); "{}" in the public edition.
        assertion: affirmed, or why it is in no figure: negated, hypothetical, planned, reported, satire.
        span_start, span_end: the quote in the document's text, code points; None, like all that follows, for the public.
        told: `assertion` as the text has it, of satire too.
        review: accepted, corrected, split, relinked or kept, by a person who read it again; None where nobody did.
    """

    address: str
    doc_id: str
    type: str
    text: str
    sentence: str | None
    quote_start: int | None
    quote_end: int | None
    lang: str
    title: str
    outlet: str
    published: str | None
    grade: str
    credibility: int | None
    confidence: float | None
    rule: str
    substance: str | None
    place_label: str | None
    place_code: str | None
    when_start: date | None
    when_end: date | None
    when_precision: str | None
    value: str
    attribution: str | None
    assertion: str
    form: str | None = None
    document_kind: str = ""
    span_start: int | None = None
    span_end: int | None = None
    place_name: str | None = None
    place_level: str | None = None
    place_lat: float | None = None
    place_lon: float | None = None
    when_basis: str | None = None
    source_id: str | None = None
    told: str | None = None
    review: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """One document; `published` as precise as it is known; `copy_of` is the document that it repeats."""

    doc_id: str
    title: str
    outlet: str
    published: str | None
    kind: str
    grade: str
    lang: str
    observations: int
    copy_of: str | None = None
    source_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document whole; `text` None once it expired, and always for the public."""

    row: DocumentRow
    text: str | None
    facts: tuple[FactRow, ...]
    redactions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source and its rhythm.

    Attributes:
        name: "" where the public may not know it.
        months: (month, documents) from its first month to its last, none left out; () for the public.
        quiet: it stopped, by its own rhythm, on the last day of publication of the store.
        state: "shown", or "nothing-collected" for a source card without documents.
    """

    source_id: str
    name: str
    kind: str
    grade: str
    country: str
    documents: int
    first: date | None
    last: date | None
    months: tuple[tuple[str, int], ...] = ()
    quiet: bool = False
    state: State = "shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRow:
    """What an alert of the analyst rests on: one indicator in `periods` periods (docs/data-dictionary.md)."""

    indicator: str
    period_start: date
    periods: int
    observed: float | None
    expected: float | None
    upper: float | None
    p: float
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """A line of an alert's log: `action` is open, regrade, confirm or close; `role` never a name, "automatic" for a run by itself."""

    made_on: date
    action: str
    role: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """An alert: of the analyst, or one that anyone may see (official, or released by an editor).

    Attributes:
        alert_id: the analyst's id; "w-…" of an official warning, "r3" of a release.
        kind: rise, silence, silence-area (analyst); warning, release (anyone).
        grade: 1 low to 4 very high; None where nobody graded it.
        likelihood, impact, status: codes; "" where there are none.
        title, summary: in words; "" for an alert of the analyst, which the pages put into words.
        source: who warns; "" for the analyst's.
        source_grade: reliability of who warns, "A" or "A–C"; persons: how many it touched at least.
        corrections: what a reader of an earlier version has to know, latest last.
        saved: False for what was found while the file was built, and nobody saved.
        decisions: the log of a saved alert of the analyst, earliest first.
    """

    alert_id: str
    kind: str
    substance: str
    area: str
    started: date
    last: date
    grade: int | None
    likelihood: str
    impact: str
    status: str
    version: int
    official: bool
    title: str
    summary: str
    source: str
    evidence: tuple[FactRow, ...] = ()
    signals: tuple[SignalRow, ...] = ()
    lang: str = ""
    saved: bool = True
    speakers: int = 0
    source_grade: str = ""
    persons: int | None = None
    corrections: tuple[str, ...] = ()
    decisions: tuple[DecisionRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRow:
    """A word that may be new; `like` is the known name it stands where that one stands ("" without one)."""

    term: str
    count: int
    sources: int
    score: float
    since: date | None
    like: str
    substance: str
    contexts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """A price index of one product, area and quarter (`vigie.analysis.price_index`): EUR for one `unit`, 95 % intervals.

    Attributes:
        index: 100 in the first quarter of the area.
        state: a label of `vigie.stats.prices.PriceState`.
    """

    substance: str
    unit: str
    area: str
    period: str
    price: float | None
    low: float | None
    high: float | None
    index: float | None
    index_low: float | None
    index_high: float | None
    n: int
    sources: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What is counted under some filters.

    Attributes:
        documents, new_documents: 0 for the public, who may not know which statements stand in one document.
        observations: affirmed statements, each document's once.
        sources: publishers; copies are not told apart here.
        first, last: days of publication.
        new_documents, new_observations: of the last 30 days before the last day of publication of the store.
        aside: denied, feared, planned, rumoured or satire: in no figure.
    """

    documents: int
    observations: int
    sources: int
    substances: int
    first: date | None
    last: date | None
    new_documents: int
    new_observations: int
    aside: int = 0
