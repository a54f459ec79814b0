"""What anyone may see, as one gate.

In: facts, areas, periods. Out: yes or no, or the coarser area or period that may be shown.
The rules: a delay, at least k independent sources for a figure, at least five persons where it speaks of
people, the department and the quarter at the finest, quotes of official publications only.
Left out: differencing between successive exports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from vigie.lexicon.gazetteer import place_by_code
from vigie.report.facts import Fact
from vigie.report.period import Period
from vigie.stats.summary import independent_sources

OFFICIAL = frozenset({"agency", "warning", "parliament"})
LEADS_TO_SALES = frozenset({"advert", "chat", "forum"})
OF_PEOPLE = frozenset({"death", "overdose", "hospitalisation", "poisoning", "arrest", "sentence"})
_TOO_FINE = frozenset({"arrondissement", "commune", "city"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Rules that every figure passes.

    Attributes:
        public: False for the analyst at their own machine.
        least_sources: independent sources of a figure (k).
        least_persons: persons in the largest statement of a figure about people.
        latest: last day of publication that may be shown; None without delay.
    """

    public: bool
    least_sources: int = 1
    least_persons: int = 0
    latest: date | None = None

    def admits(self, fact: Fact) -> bool:
        """False for what is too recent. A document without date counts from the day it was stored."""
        day = fact.published_end or fact.stored_on
        return self.latest is None or (day is not None and day <= self.latest)

    def shows(self, facts: Sequence[Fact]) -> bool:
        """True if a figure made of these facts may be shown."""
        if len(facts) == 0 or sources_of(facts) < self.least_sources:
            return False
        if any(fact.type == "event" and fact.kind in OF_PEOPLE for fact in facts):
            return max((fact.low or 0 for fact in facts), default=0) >= self.least_persons
        return True

    def quotes(self, fact: Fact) -> bool:
        """True if the sentence itself may be shown."""
        return not self.public or fact.document_kind in OFFICIAL

    def names(self, document_kind: str) -> bool:
        """True if a source of this kind may be named."""
        return not self.public or document_kind not in LEADS_TO_SALES

    def area(self, code: str | None) -> str | None:
        """The department, where the public would else see a commune; abroad the state or the country."""
        place = place_by_code(code) if self.public and code else None
        if place is None or place.level not in _TOO_FINE:
            return code
        return place.department or place.region or place.country

    def period(self, period: Period) -> Period:
        return period.widened() if self.public else period


ANALYST = Gate(public=False)


def public_gate(today: date) -> Gate:
    """The rules of the public bulletin."""
    return Gate(public=True, least_sources=3, least_persons=5, latest=today - timedelta(days=14))


def sources_of(facts: Sequence[Fact]) -> int:
    """Independent sources of a figure."""
    return independent_sources([f.source for f in facts], [f.sentence or f.quote for f in facts])


def grades_of(facts: Sequence[Fact]) -> str:
    """ "A", or "A–C" from the best to the least reliable source."""
    found = sorted({f.grade for f in facts})
    return "–".join(dict.fromkeys((found[0], found[-1]))) if found else ""
