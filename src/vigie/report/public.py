"""What anyone may see, as one gate: the bulletin and the open data read facts through it and no other way.

In: a store, areas, periods, groups of facts. Out: the facts that may be counted, yes or no for a figure, or
the coarser area or period that may be shown. The thresholds and their reasons: data/taxonomy/public_rules.toml.
Left out: differencing between successive exports.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from vigie.lexicon.gazetteer import gazetteer, place_by_code
from vigie.report.facts import Fact, read_facts
from vigie.report.period import Period
from vigie.report.rules import rules
from vigie.stats.summary import independent_sources
from vigie.store import Store

UNPLACED = ""  # the area of facts without a place: nobody knows how few live there


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """What a gate lets out of a store.

    Attributes:
        facts: affirmed, for figures.
        aside: denied, feared, planned or rumoured: they are counted, never shown.
        official: of official publications, quoted without delay.
        days: days of publication of the documents of `facts`, in order.
    """

    facts: tuple[Fact, ...]
    aside: tuple[Fact, ...]
    official: tuple[Fact, ...]
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Rules that every figure passes.

    Attributes:
        public: False for the analyst at their own machine.
        least_sources: independent sources of a figure (k).
        least_persons: persons in the largest statement of a figure about people.
        latest: last day of publication that may be shown; None without delay.
        within: code of the area that figures speak of; None for all that is stored.
    """

    public: bool
    least_sources: int = 1
    least_persons: int = 0
    latest: date | None = None
    within: str | None = None

    def at(self, code: str | None) -> Gate:
        """This gate for figures of an area, made coarser where it must be."""
        return replace(self, within=self.area(code))

    def read(self, store: Store) -> Admitted:
        """The facts of the area that may be counted, and those that may be quoted at once."""
        affirmed, aside = read_facts(store, self.within)
        return Admitted(
            facts=tuple(f for f in affirmed if self.admits(f)),
            aside=tuple(f for f in aside if self.admits(f)),
            official=tuple(f for f in affirmed if self.alerts(f)),
            # Days of publication: a fact may be dated to a year that has not come.
            days=tuple(sorted(f.published_end for f in affirmed if f.published_end and self.admits(f))),
        )

    def admits(self, fact: Fact) -> bool:
        """False for what is too recent. A document without date counts from the day it was stored."""
        day = fact.published_end or fact.stored_on
        return self.latest is None or (day is not None and day <= self.latest)

    def alerts(self, fact: Fact) -> bool:
        """True for official publications, which may be quoted at once."""
        return fact.document_kind in rules().quoted

    def closed(self, quarter: Period) -> bool:
        """True once a quarter is over and the delay after it too."""
        return self.latest is None or quarter.end < self.latest

    def shows(self, facts: Sequence[Fact], area: str | None = None) -> bool:
        """True if a figure made of these facts may be shown (of `area` where it is not the gate's own)."""
        if len(facts) == 0 or sources_of(facts) < self.least_sources:
            return False
        if not self.public or not any(speaks_of_people(fact) for fact in facts):
            return True
        persons = max((fact.persons or 0 for fact in facts), default=0)
        return persons >= self.least_persons and _inhabited(self.within if area is None else area)

    def quotes(self, fact: Fact) -> bool:
        """True if the sentence itself may be shown."""
        return not self.public or fact.document_kind in rules().quoted

    def names(self, document_kind: str) -> bool:
        """True if a source of this kind may be named."""
        return not self.public or document_kind not in rules().unnamed

    def area(self, code: str | None) -> str | None:
        """The department, where the public would else see a commune; abroad the state or the country."""
        place = place_by_code(code) if self.public and code else None
        if place is None or place.level not in rules().finer:
            return code
        return place.department or place.region or place.country

    def period(self, period: Period) -> Period:
        return period.widened() if self.public else period


ANALYST = Gate(public=False)


def public_gate(today: date) -> Gate:
    """The rules of what is published on a day."""
    found = rules()
    return Gate(
        public=True,
        least_sources=found.sources,
        least_persons=found.persons,
        latest=today - found.delay,
    )


def speaks_of_people(fact: Fact) -> bool:
    """True where few persons might be recognised."""
    if fact.type == "event":
        return fact.kind in rules().events
    return fact.type == "modality" and f"{fact.family}:{fact.code}" in rules().modalities


def _inhabited(area: str | None) -> bool:
    """True where enough people live; all that is stored is no area."""
    if area is None:
        return True
    entry = gazetteer().by_code(area) if area else None
    return entry is not None and entry.population >= rules().inhabitants


def sources_of(facts: Iterable[Fact]) -> int:
    """Independent sources of a figure: a copied document, or sentence, is that of whoever published it first."""
    listed = sorted(facts, key=lambda f: (f.published_end or date.max, f.doc_id or ""))
    return independent_sources([f.voice for f in listed], [f.sentence or f.quote for f in listed])


def grades_of(facts: Sequence[Fact]) -> str:
    """ "A", or "A–C" from the best to the least reliable source."""
    found = sorted({f.grade for f in facts})
    return "–".join(dict.fromkeys((found[0], found[-1]))) if found else ""
