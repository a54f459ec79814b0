"""Events as many documents tell them: one record for a seizure or a death, with its sources and its figures.

In: an open store, assessed (`vigie.assess`). Out: Incidents, in order of their days. A report (`incident_reports.py`) is what one
document tells of an event; reports of one event are found by `incident_links.py`; what its figures are is said by
`incident_figures.py`. An agency and those who print it are one speaker, and so are copies and their original.
Left out, and counted by reason: satire, what is denied, feared or planned, totals of a year. Known weakness: two events of one
kind in one place within days, told without figures, are one.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from vigie.analysis.incident_figures import FigureLine, figure_lines
from vigie.analysis.incident_links import group_reports
from vigie.analysis.incident_reports import Report, Spot, agency_names, broader, reports_of, rules
from vigie.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where an event is told: an observation of a document. `voice`: who speaks, folded; `copy`: it repeats another document."""

    doc_id: str
    observation_id: str
    voice: str
    copy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One event.

    Attributes:
        id: stable while its first report stays in the store.
        kinds: kinds of event told of it, in the order of data/stats/events.toml.
        substances: ids, without those of which another one is a kind.
        place: code, "" where none is known; `place_name`, `place_level` beside it.
        start, end: the days on which it was; `stated`: some text says so (else they end at the first publication).
        documents, copies: how many tell it, and how many of these repeat another one.
        speakers: independent ones; `voices`: their names as the store has them, folded.
        published_first, published_last: days of publication.
    """

    id: str
    family: str
    kinds: tuple[str, ...]
    substances: tuple[str, ...]
    place: str
    place_name: str
    place_level: str
    areas: tuple[str, ...]
    start: date
    end: date
    stated: bool
    documents: int
    copies: int
    speakers: int
    voices: tuple[str, ...]
    published_first: date
    published_last: date
    figures: tuple[FigureLine, ...]
    evidence: tuple[Evidence, ...]

    @property
    def day(self) -> date:
        """The day that says in which period it is counted: where no text gives one, that of the first publication."""
        return self.start if self.stated else self.end

    def within(self, area: str | None) -> bool:
        return area is None or area == self.place or area in self.areas

    def of(self, substance: str | None) -> bool:
        """Whether it is about the substance or a kind of it."""
        return substance is None or any(substance in broader(s) for s in self.substances)

    @property
    def contradictions(self) -> tuple[FigureLine, ...]:
        """Figures on which independent speakers differ."""
        return tuple(line for line in self.figures if line.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidents:
    """All events of a store, and the facts that were left out, by reason."""

    incidents: tuple[Incident, ...]
    reports: int
    left_out: Mapping[str, int]


_COLUMNS = (
    "id", "doc_id", "type", "kind", "substance", "place_code", "place_label", "place_name", "place_level", "place_lat", "place_lon",
    "place_department", "place_region", "place_country", "when_start", "when_end", "when_precision", "when_basis",
    "assertion", "attribution", "low", "high", "unit", "grams", "grams_high", "eur_low", "eur_high", "sentence",
    "sentence_start", "published_start", "published_end", "document_kind", "grade", "original_id", "speaker",
)  # fmt: skip


def read_incidents(store: Store, documents: Collection[str] | None = None) -> Incidents:
    """All events of a store; filters are for the caller, because an event is what all its reports make it.

    Args:
        documents: events as these documents alone tell them.
    """
    reports: list[Report] = []
    left: Counter[str] = Counter()
    for rows in _documents(store, documents):
        if rows[0]["satire"]:
            left["satire"] += len(rows)
            continue
        found, without = reports_of(rows)
        reports += found
        left += without
    groups = group_reports(reports)
    incidents = [_incident([reports[n] for n in group]) for group in groups]
    incidents.sort(key=lambda i: (i.start, i.end, i.id))
    return Incidents(incidents=tuple(incidents), reports=len(reports), left_out=dict(sorted(left.items())))


def events_of(store: Store, facts: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """(document, observation) -> id of its event as their documents tell it; without facts that tell of no event."""
    told = read_incidents(store, {doc_id for doc_id, _ in facts})
    every = {(e.doc_id, e.observation_id): i.id for i in told.incidents for e in i.evidence}
    return {fact: every[fact] for fact in facts if fact in every}


def _documents(store: Store, chosen: Collection[str] | None) -> Iterator[list[dict[str, Any]]]:
    """Facts that may tell of events, document by document, originals and copies alike."""
    kinds = {column: sorted({k for f in rules()["family"] for k in f[name]})
             for column, name in (("event", "events"), ("quantity", "quantities"), ("price", "prices"))}  # fmt: skip
    wanted = " OR ".join(f"(f.type = '{t}' AND list_contains(?, f.kind))" for t in kinds)
    agencies = agency_names()
    signed = "".join(
        f" WHEN {' OR '.join('contains(lower(d.text), ?)' for _ in agencies['signed'])} THEN ?"
        for _ in agencies["names"]
    )
    values: list[Any] = []
    for name in agencies["names"]:
        values += [form.format(name).lower() for form in agencies["signed"]] + [name]
    sql = (
        f"SELECT {', '.join('f.' + c for c in _COLUMNS)}, coalesce(f.satire, false) AS satire, s.signed FROM facts f "
        f"JOIN (SELECT doc_id, CASE{signed} ELSE '' END AS signed FROM documents d) s ON s.doc_id = f.doc_id "
        f"WHERE ({wanted}) AND (? OR list_contains(?, f.doc_id)) ORDER BY f.published_start NULLS LAST, f.doc_id, f.span_start, f.id"
    )
    rows = store.query(sql, [*values, *kinds.values(), chosen is None, sorted(chosen or ())]).to_pylist()
    for _, group in groupby(rows, key=lambda row: row["doc_id"]):
        yield list(group)


def _incident(reports: Sequence[Report]) -> Incident:
    """The record of one event from its reports, in order of publication."""
    first = reports[0]
    own = [r for r in reports if not r.original] or list(reports)
    spot = _spot(own)
    start, end, stated = _period(own)
    kinds = {kind for r in reports for kind in r.kinds}
    order = [kind for family in rules()["family"] for kind in family["events"]]
    told = Counter(s for r in own for s in r.substances)
    substances = [s for s in told if not any(s != t and s in broader(t) for t in told)]
    documents = {r.doc_id for r in reports}
    voices = sorted({r.voice for r in own})
    return Incident(
        id="e_" + hashlib.sha256(f"{first.doc_id}|{first.family}|{first.number}".encode()).hexdigest()[:12],
        family=first.family,
        kinds=tuple(sorted(kinds, key=order.index)),
        substances=tuple(sorted(substances, key=lambda s: (-told[s], s))),
        place=spot.code, place_name=spot.label, place_level=spot.level, areas=spot.holders,
        start=date.fromordinal(start), end=date.fromordinal(end), stated=stated,
        documents=len(documents), copies=len({r.doc_id for r in reports if r.original}),
        speakers=len(voices), voices=tuple(voices),
        published_first=date.fromordinal(first.published),
        published_last=date.fromordinal(max(r.published for r in reports)),
        figures=figure_lines(own, substances),
        evidence=tuple(Evidence(doc_id=r.doc_id, observation_id=o, voice=r.voice, copy=bool(r.original))
                       for r in reports for o in r.evidence),
    )  # fmt: skip


def _spot(reports: Sequence[Report]) -> Spot:
    """The place that most speakers give, at the finest level that any gives."""
    fine = [r for r in reports if r.spot.fine] or [r for r in reports if r.spot.level == "department"] or [
        r for r in reports if r.spot.code]  # fmt: skip
    if not fine:
        return Spot()
    voices = {
        spot.code: len({r.voice for r in fine if r.spot.code == spot.code}) for spot in (r.spot for r in fine)
    }
    return max((r.spot for r in fine), key=lambda spot: (voices[spot.code], spot.code))


def _period(reports: Sequence[Report]) -> tuple[int, int, bool]:
    """The days that most speakers give, the shortest; without any, from the lag before the first publication to it."""
    stated = [r for r in reports if r.stated]
    if not stated:
        return max(r.start for r in reports), min(r.end for r in reports), False
    shortest = min(r.end - r.start for r in stated)
    told = Counter(
        (r.start, r.end)
        for r in {(r.voice, r.start, r.end): r for r in stated if r.end - r.start == shortest}.values()
    )
    (start, end), _ = min(told.items(), key=lambda item: (-item[1], item[0]))
    return start, end, True
