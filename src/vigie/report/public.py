"""What anyone may see, as one gate: every public output reads facts through it and no other way.

In: a store, areas, periods, groups of facts. Out: the facts that may be counted, yes or no for a figure, or
the coarser area or period that may be shown. The thresholds and their reasons: data/taxonomy/public_rules.toml.
What the public reads comes in whole cells (`disclosure.py`), and is written down before it is shown (`ledger.py`).
Left out: alerts that an editor released (`alerts.py`), which pass it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from vigie.lexicon.gazetteer import gazetteer
from vigie.model.errors import SettingsError, StoreError
from vigie.report.disclosure import coarse
from vigie.report.facts import Fact, as_facts, compared, in_time, read_each, read_facts
from vigie.report.ledger import Shown, View, publish, view
from vigie.report.period import Period
from vigie.report.rules import rules
from vigie.stats.summary import speakers
from vigie.store import Store
from vigie.store.assessment import due
from vigie.store.publications import alert_documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """What a gate lets out of a store.

    Attributes:
        facts: affirmed, for figures. Of the public only those in cells, as coarse as their cell.
        aside: denied, feared, planned or rumoured: they are counted for the analyst, never shown.
        official: of official publications, quoted without delay.
        days: days of publication of the documents of `facts`, in order; none after the day of the gate, or today: one mistyped year
            would else be "latest".
        cells: of the public: what `facts` come in; `whole`: the same of all areas.
        view: of the public: what has to be written down before anything of this is shown.
        every: affirmed facts of the whole store (or of what `read` was asked for), for alerts that an editor released.
    """

    facts: tuple[Fact, ...]
    aside: tuple[Fact, ...]
    official: tuple[Fact, ...]
    days: tuple[date, ...]
    cells: tuple[Shown, ...] = ()
    whole: tuple[Shown, ...] = ()
    view: View | None = None
    every: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Rules that every figure passes.

    Attributes:
        public: False for the analyst at their own machine.
        day: the day from which the delay counts; of the analyst date.min stands for today.
        least_sources: independent sources of a figure (k).
        least_persons: persons in the largest statement of a figure about people.
        latest: last day of publication that may be shown; None without delay.
        within: code of the area that figures speak of; None for all that is stored.
    """

    public: bool
    day: date = date.min
    least_sources: int = 1
    least_persons: int = 0
    latest: date | None = None
    within: str | None = None

    def at(self, code: str | None) -> Gate:
        """This gate for figures of an area, made coarser where it must be."""
        return replace(self, within=self.area(code))

    def read(self, store: Store, *, every: bool = True) -> Admitted:
        """The facts of the area that may be counted, and those that may be quoted at once.

        Args:
            every: of the public: whether `every` holds all affirmed facts; else those of documents of which something may be told
                at once, so that of a million facts only what is shown stays in memory.
        """
        if self.public:
            return self._public(store, every=every)
        affirmed, aside = read_facts(store, self.within)
        return Admitted(
            facts=tuple(affirmed),
            aside=tuple(aside),
            official=tuple(f for f in affirmed if self.alerts(f)),
            days=_days(affirmed, self.day if self.day > date.min else date.today()),
        )

    def read_alerts(self, store: Store) -> Admitted:
        """What may be told at once, and no figure: of the public there is no cell in it, so nothing to write down."""
        # Of the other documents nothing can be told, and there may be a million facts in them.
        wanted = alert_documents(store, rules().quoted)
        affirmed, _ = as_facts(store, store.observations(documents=wanted))
        return Admitted(
            facts=(),
            aside=(),
            official=tuple(f for f in affirmed if self.alerts(f) and self.holds(f)),
            days=(),
            every=tuple(affirmed),
        )

    def _public(self, store: Store, *, every: bool) -> Admitted:
        whole = replace(self, within=None)
        at_once = None if every else set(alert_documents(store, rules().quoted))
        kept: list[Fact] = []

        def admitted() -> Iterator[Fact]:
            for fact, affirmed in read_each(store, None):
                if affirmed and (at_once is None or fact.doc_id in at_once):
                    kept.append(fact)
                if affirmed and self.admits(fact):
                    yield fact

        found = view(store, admitted(), self.day, whole.shows, self.closed, sources_of, self.veiled)
        affirmed = in_time(kept)
        # Once more: the rules may have become stricter since it was published.
        stand = tuple(cell for cell in found.cells if whole.shows(cell.facts, cell.label.within))
        cells = tuple(cell for cell in stand if self.holds_area(cell.label.area))
        facts = tuple(f for cell in cells for f in cell.facts)
        return Admitted(
            facts=facts,
            aside=(),
            official=tuple(f for f in affirmed if self.alerts(f) and self.holds(f)),
            # Days of publication: a fact may be dated to a year that has not come.
            days=_days(facts, self.day),
            cells=cells,
            whole=stand,
            view=found,
            every=tuple(affirmed),
        )

    def publish(self, store: Store, read: Admitted, output: str, scope: str) -> None:
        """Write down what is about to be shown, with the versions of all figures; nothing for the analyst.

        Raises:
            StoreError: if it cannot be, or if copies and satire are not worked out for all that is stored.
        """
        if read.view is None:
            return
        if due(store):
            raise StoreError(
                f"{store.path}: copies are not worked out for all documents, so that sources would be counted twice "
                "(call vigie.assess.assess_if_due(store) first; the verbs do)"
            )
        from vigie.report.versions import keep_versions  # made of figures, and these of this gate

        publish(store, read.view, self.day, output, scope)
        keep_versions(store, self, read, output)

    def admits(self, fact: Fact) -> bool:
        """False for what is too recent. A document without date counts from the day it was stored."""
        day = fact.published_end or fact.stored_on
        return self.latest is None or (day is not None and day <= self.latest)

    def alerts(self, fact: Fact) -> bool:
        """True for official publications, which may be quoted at once."""
        return fact.document_kind in rules().quoted

    def closed(self, period: Period) -> bool:
        """True once a quarter or year is over and the delay after it too."""
        return self.latest is None or period.end < self.latest

    def shows(self, facts: Sequence[Fact], area: str | None = None) -> bool:
        """True if a figure made of these facts may be shown (of `area` where it is not the gate's own)."""
        # No document speaks with two voices: their count is a bound, and found much sooner than near-copies.
        if len(facts) == 0 or len({f.doc_id for f in facts}) < self.least_sources:
            return False
        if sources_of(facts) < self.least_sources:
            return False
        if not self.public or not any(speaks_of_people(fact) for fact in facts):
            return True
        return most_persons(facts) >= self.least_persons and inhabited(self.within if area is None else area)

    def holds(self, fact: Fact) -> bool:
        """True if the fact is placed in the gate's area."""
        places = (fact.place_code, fact.place_department, fact.place_region, fact.place_country)
        return self.within is None or self.within in places

    def holds_area(self, code: str | None) -> bool:
        """The same for an area: a region is no part of a department, and nowhere is a part of everything only."""
        if self.within is None:
            return True
        entry = gazetteer().by_code(code) if code else None
        above = (entry.department, entry.region, entry.country) if entry else ()
        return self.within in (code, *above)

    def quotes(self, fact: Fact) -> bool:
        """True if the sentence itself may be shown."""
        return not self.public or fact.document_kind in rules().quoted

    def names(self, fact: Fact) -> bool:
        """True if the source may be named: somebody has said what kind it is, and it is no shop or channel."""
        return not self.public or (bool(fact.source_id) and fact.document_kind in rules().named)

    def veiled(self, fact: Fact) -> Fact:
        """The fact without the names that may not be shown; who counts as one source does not change."""
        found = (
            fact if self.names(fact) else replace(fact, source_id=fact.source_id or fact.outlet, outlet="")
        )
        return found if self.quotes(fact) else replace(found, title="", attribution=None)

    def area(self, code: str | None) -> str | None:
        """The department, where the public would else see a commune; abroad the state or the country."""
        return coarse(code) if self.public else code

    def period(self, period: Period) -> Period:
        return period.widened() if self.public else period


ANALYST = Gate(public=False)


def public_gate(today: date, sources: int | None = None) -> Gate:
    """The rules of what is published on a day.

    Args:
        sources: more independent sources than the rules ask for; None for theirs.
    Raises:
        SettingsError: if it is fewer.
    """
    found = rules()
    if sources is not None and sources < found.sources:
        raise SettingsError(
            f"public figures need at least {found.sources} sources, not {sources} (VIGIE_PUBLIC_SOURCES may only raise it)"
        )
    return Gate(
        public=True,
        day=today,
        least_sources=found.sources if sources is None else sources,
        least_persons=found.persons,
        latest=today - found.delay,
    )


def speaks_of_people(fact: Fact) -> bool:
    """True where few persons might be recognised."""
    if fact.type == "event":
        return fact.kind in rules().events
    return fact.type == "modality" and f"{fact.family}:{fact.code}" in rules().modalities


def most_persons(facts: Iterable[Fact]) -> float:
    """Persons in the largest statement: several may tell of the same ones, so that nothing is added up."""
    return max((fact.persons or 0 for fact in facts), default=0)


def inhabited(area: str | None) -> bool:
    """True where enough people live; all that is stored is no area."""
    if area is None:
        return True
    entry = gazetteer().by_code(area) if area else None
    return entry is not None and entry.population >= rules().inhabitants


def ordered(facts: Iterable[Fact]) -> list[Fact]:
    """By publication: of two near-copies the first is the one that speaks for itself."""
    return sorted(facts, key=lambda f: (f.published_end or date.max, f.doc_id or ""))


def speakers_of(facts: Sequence[Fact]) -> list[str]:
    """Of each fact, in the order given, its independent source: a copied document, or sentence, is that of whoever
    published it first."""
    return speakers(
        [f.voice for f in facts], [compared(f.sentence or f.quote, f.document_kind) for f in facts]
    )


def sources_of(facts: Iterable[Fact]) -> int:
    """Independent sources of a figure."""
    return len(set(speakers_of(ordered(facts))))


def grades_of(facts: Sequence[Fact]) -> str:
    """ "A", or "A–C" from the best to the least reliable source."""
    found = sorted({f.grade for f in facts})
    return "–".join(dict.fromkeys((found[0], found[-1]))) if found else ""


def _days(facts: Iterable[Fact], until: date) -> tuple[date, ...]:
    # A document dated to the year, or month, that runs is one of today; one of a year to come is a mistake.
    ends = (f.published_end for f in facts if f.published_end)
    return tuple(sorted(min(end, until) for end in ends if end.year <= until.year))
