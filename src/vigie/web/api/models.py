"""What the API answers with. The fields of observations and documents are those of the contract (docs/data-dictionary.md); figures have the
names of the open data.

In: nothing. Out: pydantic models, from which JSON, the columns of tables and the OpenAPI document are made. Unknown is null, never 0.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from vigie.model.observation import (
    EventValue,
    FlowMode,
    LoadValue,
    ModalityValue,
    PriceValue,
    PurityValue,
    QuantityValue,
    TrendValue,
)
from vigie.model.period import Basis, Precision
from vigie.model.place import Level

Topic = Literal["retail", "wholesale", "purity", "seizures", "harms", "ways", "flows", "trends"]
ObservationType = Literal["price", "quantity", "purity", "event", "modality", "trend", "flow", "load"]
State = Literal["shown", "zero", "withheld", "nothing-collected"]
Grade = Literal["A", "B", "C", "D", "E", "F"]
Count = Annotated[int, Field(ge=0)]


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class Place(Record):
    """Where; never finer than the commune."""

    name: str | None = Field(description="as written in the text")
    label: str | None = Field(description="canonical name")
    code: str | None = Field(description="INSEE:69266, FR-69, FR-ARA, ES or GN:id")
    level: Level | None
    lat: float | None = Field(description="degrees, WGS 84")
    lon: float | None = Field(description="degrees, WGS 84")


class When(Record):
    start: date | None
    end: date | None = Field(description="last day, inclusive")
    precision: Precision | None
    basis: Basis | None = Field(description="null in the public edition: the period is that of a public cell")


class Flow(Record):
    origin: Place | None = None
    destination: Place | None = None
    via: Place | None = None
    mode: FlowMode = "unknown"


Value = PriceValue | QuantityValue | PurityValue | EventValue | ModalityValue | TrendValue | LoadValue | Flow


class Quoted(Record):
    """A statement that may be quoted, of an official publication: place and time are those of its public cell."""

    type: ObservationType
    quote: str = Field(description="the words that state it")
    sentence: str | None = Field(description="redacted sentence around it")
    quote_start: Count | None = Field(description="sentence[quote_start:quote_end] is the quote")
    quote_end: Count | None
    substance: str | None = Field(description="canonical id")
    place: Place | None
    when: When
    attribution: str | None = Field(description="organisation or role that says so, never a person")
    title: str
    outlet: str
    published: str | None = Field(description="ISO date as precise as it is known")
    document_kind: str
    grade: str = Field(description="reliability of the source, A to F")
    lang: str


class Observation(Quoted):
    """One dated, placed, sourced fact, as `vigie extract` prints it, with its sentence and document."""

    id: str
    doc_id: str
    start: Count | None = Field(description="first code point of the quote in the document's text")
    end: Count | None
    form: str | None
    assertion: Literal["affirmed", "negated", "hypothetical", "planned", "reported"]
    confidence: float | None = Field(description="estimated probability that it is right")
    rule: str
    value: Value | None = Field(description="fields by type")
    source_id: str | None
    credibility: int | None = Field(description="Admiralty credibility, 1 to 6")
    review: str | None = Field(
        description="accepted, corrected, split, relinked or kept by a person who read it again; null where nobody did"
    )
    satire: bool = Field(description="of a publication whose news is invented: in no figure")


class DocumentRow(Record):
    """One document of a list."""

    doc_id: str
    title: str
    published: str | None
    kind: str
    grade: str
    lang: str
    outlet: str
    source_id: str
    copy_of: str | None = Field(description="doc_id of the document that it repeats")
    observation_count: Count


class Document(DocumentRow):
    """One document with its observations in the order of the text."""

    text: str | None = Field(description="redacted text; null once it expired, or without the scope `export`")
    redactions: dict[str, int] = Field(description="how many spans were removed, by kind")
    observations: list[Observation]


class Spread(Record):
    """What a figure says; its unit is that of the figure."""

    state: State
    observations: Count = Field(description="statements, each document's once")
    sources: Count | None = Field(
        description="independent sources of them; null where statements are only counted"
    )
    values: Count | None = Field(description="statements that give a figure; null where none is asked for")
    median: float | None
    q1: float | None
    q3: float | None
    low: float | None
    high: float | None
    grades: str | None = Field(description="grades of the sources, best to worst: B–C")


class Figure(Spread):
    """One figure: what its address names, what it says, its change against the period before."""

    topic: Topic
    key: str = Field(description="what is counted, as the parameter `key` takes it")
    substance: str | None
    unit: str | None
    measure: str | None
    kind: str | None
    family: str | None
    code: str | None
    origin: str | None
    destination: str | None
    indicator: str | None
    market: str | None
    area: str | None
    period: str | None
    rating: str = Field(description="grades and, for the analyst, credibility")
    change: float | None = Field(
        description="relative to the period before: of prices and purities the shift between the figures of sources (Hodges-Lehmann), "
        "else, or without an interval, new median / old one - 1"
    )
    change_low: float | None = Field(
        description="95 % interval of change; null where the sources are too few for one"
    )
    change_high: float | None
    change_state: Literal["known", "not-enough-data", "zero-base", "none"]
    up: Count | None
    down: Count | None
    stable: Count | None
    emerging: Count | None
    peak: Count | None
    address: str | None = Field(
        description="stable address, to be cited; null where no public figure can have it"
    )
    version: int | None = Field(description="of what stands at the address, public edition")


class Period(Spread):
    """A figure, or all statements, in one period."""

    period: str


class Area(Spread):
    """Statements, or a figure, of one area."""

    area: str
    area_label: str
    area_level: Literal["department", "region", "country"]
    place_lat: float | None
    place_lon: float | None


class Substance(Record):
    """One substance of the taxonomy that statements name."""

    substance: str
    name_fr: str
    name_en: str
    group: str
    parents: list[str]
    inn: str | None
    cas: str | None
    atc: str | None
    observations: Count


class Index(Record):
    """A price index of one product, area and quarter: euros for one unit, 95 % intervals."""

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
    observations: Count
    sources: Count
    state: str
    address: str | None
    version: Count | None


class Signal(Record):
    """What an alert of the analyst rests on: one indicator in some periods."""

    indicator: str
    period_start: date
    periods: Count
    observed: float | None
    expected: float | None
    upper: float | None
    p: float
    method: str


class Decision(Record):
    made_on: date
    action: str
    role: str
    reason: str


class Alert(Record):
    """An alert: an official warning, one that an editor released, or one of the analyst."""

    id: str
    kind: Literal["rise", "silence", "silence-area", "warning", "release"]
    substance: str | None
    area: str | None
    started: date
    last: date
    alert_grade: int | None = Field(description="1 low to 4 very high; null where nobody graded it")
    likelihood: str | None
    impact: str | None
    status: str
    version: Count
    official: bool
    title: str | None
    summary: str | None
    source: str | None
    grade: str | None = Field(description="reliability of who warns")
    persons: int | None
    saved: bool
    speakers: Count
    corrections: list[str]


class AlertWhole(Alert):
    """An alert with what it rests on, for the analyst."""

    signals: list[Signal]
    decisions: list[Decision]
    evidence: list[Observation]


class PublicAlert(Alert):
    """An alert with the sentences that may be quoted."""

    evidence: list[Quoted]


class PublicSource(Record):
    """Who is behind the figures, where they may be named."""

    name: str
    kind: str
    grade: str


class Source(Record):
    """A source and its rhythm."""

    source_id: str
    name: str
    kind: str
    grade: str
    country: str | None
    documents: Count
    first: date | None
    last: date | None
    quiet: bool = Field(description="it stopped, by its own rhythm")
    state: State


class Coverage(Record):
    """What was read of one quarter: a fall of it is no fall of the market."""

    period: str
    state: State
    observations: Count
    sources: Count = Field(description="independent sources of the observations")
    documents: Count | None = Field(description="published in the quarter; null in the public edition")
    publishers: Count | None = Field(description="sources with a document in it; null in the public edition")


class Link(Record):
    name: str
    href: str
    formats: list[str]


class Root(Record):
    """What is offered here, and of what state."""

    edition: Literal["public", "analyst"]
    stamp: str = Field(description="changes with the data")
    built_on: date
    first: date | None
    last: date | None
    left_out: list[str] = Field(description="what was not worked out because the store is too large")
    documents: Count | None
    observations: Count
    sources: Count
    substances: Count
    resources: list[Link]


T = TypeVar("T", bound=Record)


class Page(Record, Generic[T]):
    """A part of a list."""

    items: list[T]
    total: Count = Field(description="rows of the whole list")
    next: str | None = Field(description="cursor of the next page; null on the last one")


class Point(Record):
    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float] = Field(description="longitude, latitude")


class Feature(Record, Generic[T]):
    type: Literal["Feature"] = "Feature"
    geometry: Point | None
    properties: T


class Features(Record, Generic[T]):
    """The same part as GeoJSON (RFC 7946)."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Feature[T]]
    total: Count
    next: str | None


class Refusal(BaseModel):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    parameter: str | None = None
    repair: str | None = None
    offered: list[str] | None = None
