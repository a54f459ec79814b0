"""Everything that the API offers: the visible tuple RESOURCES.

A resource is a name, its parameters in each edition, the model of its rows, the formats it has, and what answers it. How to add one: a
function `(model, asked) -> rows` and a line here; documentation and checks of parameters follow by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from vigie.readmodel.model import ReadModel
from vigie.web.api import figures, lists
from vigie.web.api import models as m
from vigie.web.api.asked import ANALYST_FILTERS, FILTERS, PAGED, Asked
from vigie.web.api.lists import Held, Listed
from vigie.web.api.media import Format
from vigie.web.api.statements import alert, alert_whole, document_fields, observation

TABLE: tuple[Format, ...] = ("json", "csv", "parquet")
PLACED: tuple[Format, ...] = ("json", "geojson", "csv", "parquet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One list, and its single rows where they have addresses.

    Attributes:
        public: False for a list of the analyst's edition only.
        own: parameters that are no filters; `analyst_own` those of that edition alone; `needed` those without which it gives nothing.
        filters: False for a list whose own parameters are all it has.
        model, public_model: of a row.
        one: `(model, id, whole) -> row or None`; whole: whether texts may be taken away.
        one_model, one_public: of a single row.
    """

    name: str
    summary: str
    rows: Callable[[ReadModel, Asked], Listed]
    model: type[m.Record]
    public_model: type[m.Record] | None = None
    public: bool = True
    filters: tuple[str, ...] = FILTERS
    analyst_filters: tuple[str, ...] = ANALYST_FILTERS
    own: tuple[str, ...] = ()
    analyst_own: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    formats: tuple[Format, ...] = TABLE
    one: Callable[[ReadModel, str, bool], m.Record | None] | None = None
    one_model: type[m.Record] | None = None
    one_public: type[m.Record] | None = None
    id: str = "id"

    def parameters(self, *, public: bool) -> tuple[str, ...]:
        chosen = self.filters if public else self.analyst_filters
        return (*chosen, *self.own, *(() if public else self.analyst_own), *PAGED)

    def row(self, *, public: bool) -> type[m.Record]:
        return self.public_model or self.model if public else self.model

    def single(self, *, public: bool) -> type[m.Record]:
        found = (self.one_public or self.one_model) if public else self.one_model
        assert found is not None
        return found


def _held(make: Callable[[ReadModel, Asked], Sequence[m.Record]]) -> Callable[[ReadModel, Asked], Listed]:
    return lambda model, asked: Held(make(model, asked))


def _figures(model: ReadModel, asked: Asked) -> Listed:
    return Held(figures.groups(model, asked), lambda group: figures.figure(model, asked.filters, group))


def _alerts(model: ReadModel, asked: Asked) -> Sequence[m.Record]:
    return [alert(row) for row in model.alerts(asked.filters, lang=asked.own.get("words", "fr"))]


def _alert(model: ReadModel, id: str, whole: bool) -> m.Record | None:
    found = model.alert(id)
    return None if found is None else alert_whole(found, public=model.public)


def _observation(model: ReadModel, id: str, whole: bool) -> m.Record | None:
    found = None if model.public else model.fact(id)
    return None if found is None else observation(found)


def _document(model: ReadModel, id: str, whole: bool) -> m.Record | None:
    found = None if model.public else model.document(id)
    if found is None:
        return None
    return m.Document.model_construct(
        **document_fields(found.row), text=found.text if whole else None, redactions=dict(found.redactions),
        observations=[observation(row) for row in found.facts],
    )  # fmt: skip


RESOURCES: tuple[Resource, ...] = (
    Resource(
        name="figures", summary="Figures: medians, spreads and counts with their independent sources, most stated first",
        rows=_figures, model=m.Figure, own=("topic", "key"),
    ),
    Resource(
        name="series", summary="A figure by month, quarter or year; without a topic all statements",
        rows=_held(figures.series), model=m.Period, own=("topic", "key", "step"), analyst_own=("type",),
    ),
    Resource(
        name="areas", summary="Areas of which something is said, with their figures",
        rows=_held(figures.areas), model=m.Area, own=("topic", "key", "level"), formats=PLACED,
    ),
    Resource(
        name="substances", summary="Substances that statements name, most stated first",
        rows=_held(figures.substances), model=m.Substance, filters=FILTERS[1:], analyst_filters=ANALYST_FILTERS[1:],
    ),
    Resource(
        name="indices", summary="Price indices by quarter, with 95 % intervals", rows=_held(figures.indices), model=m.Index,
    ),
    Resource(
        name="evidence", summary="The sentences behind a figure; in the public edition those of official publications",
        rows=lists.statements, model=m.Observation, public_model=m.Quoted, own=("topic", "key"), needed=("topic",), formats=PLACED,
    ),
    Resource(
        name="alerts", summary="Alerts, latest first", rows=_held(_alerts), model=m.Alert, analyst_filters=FILTERS, own=("words",),
        one=_alert, one_model=m.AlertWhole, one_public=m.PublicAlert,
    ),
    Resource(
        name="sources", summary="Sources behind the figures", rows=_held(figures.sources), model=m.Source,
        public_model=m.PublicSource, filters=("area", "period"), analyst_filters=("area", "period", "grade", "lang"),
    ),
    Resource(
        name="coverage", summary="What was read, and what was said, by quarter", rows=_held(figures.coverage), model=m.Coverage,
    ),
    Resource(
        name="observations", summary="Dated, placed, sourced facts, latest first", rows=lists.statements, model=m.Observation,
        public=False, analyst_own=("type", "since"), formats=PLACED, one=_observation, one_model=m.Observation,
    ),
    Resource(
        name="documents", summary="Documents, latest first; a single one with its observations and text", rows=lists.documents,
        model=m.DocumentRow, public=False, analyst_own=("since",), one=_document, one_model=m.Document, id="doc_id",
    ),
)  # fmt: skip


def offered(*, public: bool) -> tuple[Resource, ...]:
    return tuple(r for r in RESOURCES if r.public or not public)


def root(model: ReadModel, base: str) -> m.Root:
    """What stands at the address of the API."""
    from vigie.readmodel.records import Filters

    totals = model.totals(Filters())
    links: list[Any] = [
        m.Link(name=r.name, href=f"{base}/{r.name}", formats=list(r.formats))
        for r in offered(public=model.public)
    ]
    return m.Root(
        edition="public" if model.public else "analyst", stamp=model.stamp, built_on=model.built_on, first=totals.first,
        last=totals.last, left_out=list(model.left_out), documents=None if model.public else totals.documents,
        observations=totals.observations, sources=totals.sources, substances=totals.substances, resources=links,
    )  # fmt: skip
