"""Figures of a read model as the records of the API: what the pages show, with the same rules.

In: a read model, what was asked. Out: lists of models, in an order that never ranks by price.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vigie.lexicon.gazetteer import gazetteer
from vigie.lexicon.substances import taxonomy
from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Figures, Filters, Group, Level, Step
from vigie.web.api import models as m
from vigie.web.api.asked import KEY, TOPIC_IDS, Asked
from vigie.web.api.problems import Problem
from vigie.web.api.statements import where
from vigie.web.groups import compared
from vigie.web.pages.evidence import figure_address
from vigie.web.pages.price_index import address_of, own_price

_PARTS = {
    "retail": ("substance", "unit", "market"),
    "wholesale": ("substance", "unit", "market"),
    "purity": ("substance", "measure"),
    "seizures": ("substance", "unit"),
    "harms": ("kind", "substance"),
    "ways": ("family", "code"),
    "flows": ("origin", "destination"),
    "trends": ("indicator", "substance"),
}
_NAMED = (
    "substance",
    "unit",
    "measure",
    "kind",
    "family",
    "code",
    "origin",
    "destination",
    "indicator",
    "market",
)
_WAYS = ("up", "down", "stable", "emerging", "peak")
_LEVELS: tuple[Level, ...] = ("department", "region", "country")


def spread(figures: Figures) -> dict[str, Any]:
    return {
        "state": figures.state, "observations": figures.n, "sources": figures.sources, "values": figures.values,
        "median": figures.median, "q1": figures.q1, "q3": figures.q3, "low": figures.low, "high": figures.high,
        "grades": figures.grades or None,
    }  # fmt: skip


def counted(figures: Figures) -> dict[str, Any]:
    """Of statements of several figures: how many, and of how many sources; no value was asked for."""
    return spread(figures) | {"values": None}


def groups(model: ReadModel, asked: Asked) -> list[Group]:
    """Of one topic or of all, most stated first; with a key that group alone."""
    topics = (asked.own["topic"],) if "topic" in asked.own else TOPIC_IDS
    return [
        group
        for topic in topics
        for group in compared(model, asked.filters, topic)
        if asked.key is None or group.key == asked.key
    ]


def figure(model: ReadModel, filters: Filters, group: Group) -> m.Figure:
    """A group with its address, which takes longer than its figures: only what is sent becomes one."""
    named: dict[str, Any] = dict.fromkeys(_NAMED)
    named |= {name: part or None for name, part in zip(_PARTS[group.topic], group.key, strict=False)}
    ways: dict[str, Any] = dict.fromkeys(_WAYS)
    if group.topic == "trends":
        ways = dict.fromkeys(_WAYS, 0) | dict(group.directions)
    address = figure_address(filters, group) or None
    version = model.version(address)[0] if model.public and address else 0
    return m.Figure.model_construct(
        **spread(group.figures), **named, **ways, topic=group.topic, key=KEY.join(group.key), area=filters.area,
        period=filters.period, rating=group.figures.grades if model.public else group.figures.rating, change=group.change,
        change_low=group.change_low, change_high=group.change_high, change_state=group.change_state, address=address, version=version or None,
    )  # fmt: skip


def series(model: ReadModel, asked: Asked) -> list[m.Period]:
    """A figure by periods; without a topic all statements. None is left out between the first and the last."""
    step: Step = asked.own.get("step", "quarter")  # type: ignore[assignment]
    if "topic" in asked.own:
        if asked.key is None:
            raise Problem(
                400,
                "key: needed with topic",
                "add the key of a figure, as /figures gives it",
                parameter="key",
            )
        found = model.series(asked.filters, asked.own["topic"], asked.key, step)
    else:
        types = (asked.own["type"],) if "type" in asked.own else ()
        found = model.counts(asked.filters, types, step)
    told = spread if "topic" in asked.own else counted
    return [m.Period.model_construct(**told(row.figures), period=row.period) for row in found]


def areas(model: ReadModel, asked: Asked) -> list[m.Area]:
    """Areas of which something is said: all statements, most first; with a topic (and key) its figures, in order of code."""
    levels: Sequence[Level] = (asked.own["level"],) if "level" in asked.own else _LEVELS  # type: ignore[assignment]
    rows: list[tuple[str, Level, dict[str, Any]]] = []
    for level in levels:
        if "topic" in asked.own:
            found = model.by_area(asked.filters, asked.own["topic"], asked.key, level)
            told = counted if asked.key is None else spread
            rows += [(row.code, level, told(row.figures)) for row in found]
        else:
            named = [
                (code, n)
                for code, n in model.areas(asked.filters, level)
                if _within(code, asked.filters.area)
            ]
            rows += [(code, level, counted(Figures(n=n)) | {"sources": None}) for code, n in named]
    return [_area(code, level, told_of) for code, level, told_of in rows]


def _within(code: str, area: str | None) -> bool:
    """True for the area that is asked for and what it holds."""
    entry = gazetteer().by_code(code)
    return area in (None, code) or (
        entry is not None and area in (entry.department, entry.region, entry.country)
    )


def _area(code: str, level: Level, told: dict[str, Any]) -> m.Area:
    entry = gazetteer().by_code(code)
    _, lat, lon = where(code)
    return m.Area.model_construct(
        **told, area=code, area_label=entry.label if entry else code, area_level=level, place_lat=lat, place_lon=lon
    )  # fmt: skip


def substances(model: ReadModel, asked: Asked) -> list[m.Substance]:
    """Most stated first."""
    found = []
    for code, n in model.substances(asked.filters):
        entry = taxonomy()[code]
        found.append(
            m.Substance.model_construct(
                substance=code, name_fr=entry.name_fr, name_en=entry.name_en, group=entry.group, parents=list(entry.parents),
                inn=entry.inn, cas=entry.cas, atc=entry.atc, observations=n,
            )
        )  # fmt: skip
    return found


def indices(model: ReadModel, asked: Asked) -> list[m.Index]:
    """By substance, unit, area and quarter. For anyone only those that rest on enough statements of their own, as on the pages."""
    rows = model.indices(asked.filters)
    if model.public:
        rows = [own_price(row) for row in rows if row.price is not None or row.n]
        rows = rows if asked.filters.area else [row for row in rows if "-" not in row.area]
    addresses = [address_of(r) if model.public else "" for r in rows]
    return [
        m.Index.model_construct(
            substance=r.substance, unit=r.unit, area=r.area, period=r.period, price=r.price, low=r.low, high=r.high,
            index=r.index, index_low=r.index_low, index_high=r.index_high, observations=r.n, sources=r.sources, state=r.state,
            address=address or None, version=model.version(address)[0] or None if address else None,
        )
        for r, address in zip(rows, addresses, strict=True)
    ]  # fmt: skip


def coverage(model: ReadModel, asked: Asked) -> list[m.Coverage]:
    """By quarter: statements and their sources; for the analyst also what was read, whatever it said, of the filter's area."""
    read = {quarter: (n, sources) for quarter, n, sources in model.read_by_quarter(asked.filters)}
    return [
        m.Coverage.model_construct(
            period=row.period, state=row.figures.state, observations=row.figures.n, sources=row.figures.sources,
            documents=None if model.public else read.get(row.period, (0, 0))[0],
            publishers=None if model.public else read.get(row.period, (0, 0))[1],
        )
        for row in model.counts(asked.filters, (), "quarter")
    ]  # fmt: skip


def sources(model: ReadModel, asked: Asked) -> list[m.Source | m.PublicSource]:
    """Best grade first; for anyone those of the figures by name, where it may be told."""
    found: list[m.Source | m.PublicSource] = []
    for r in model.sources(asked.filters):
        if model.public:
            found.append(m.PublicSource.model_construct(name=r.name, kind=r.kind, grade=r.grade))
        else:
            found.append(
                m.Source.model_construct(
                    source_id=r.source_id, name=r.name, kind=r.kind, grade=r.grade, country=r.country or None,
                    documents=r.documents, first=r.first, last=r.last, quiet=r.quiet, state=r.state,
                )
            )  # fmt: skip
    return found
