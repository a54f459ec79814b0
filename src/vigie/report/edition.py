"""What one bulletin is made from: facts that may be shown, of a period and the one before, and their figures.

In: what the gate let out, a period. Out: Edition, which the parts of a bulletin share, so that each figure is worked out once.
Left out: wording and layout.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from vigie.lexicon.gazetteer import place_by_code
from vigie.report.certainty import Certainty, certainties
from vigie.report.facts import Fact
from vigie.report.period import Period, quarters
from vigie.report.public import Admitted, Gate
from vigie.report.results import TOPICS, Group, Section, grouped, section
from vigie.report.words import Words

QUARTERS_DRAWN = 12
TOPIC = {topic.id: topic for topic in TOPICS}
COMPARED = ("retail", "wholesale", "purity")  # what is compared with the period before, in one table


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Facts and figures of one bulletin.

    Attributes:
        period, earlier: what it speaks of, and the period before; None where there is none.
        facts: all that may be shown; now, before: those inside of each period.
        sections: figures by topic.
        drawn: quarters of the charts, up to the end of the period.
        unread: those of them in which no document was published.
        looked: codes of areas that documents of the period speak of; None where that is not told.
    """

    words: Words
    gate: Gate
    read: Admitted
    period: Period
    earlier: Period | None
    facts: tuple[Fact, ...]
    now: tuple[Fact, ...]
    before: tuple[Fact, ...]
    sections: Mapping[str, Section]
    drawn: tuple[Period, ...]
    unread: frozenset[str]
    looked: frozenset[str] | None = None
    _certain: dict[tuple[str, ...], Certainty] = field(default_factory=dict)

    def groups(self, topic: str) -> tuple[Group, ...]:
        return self.sections[topic].groups

    def certain(self, topic: str, group: Group) -> Certainty:
        """Intervals of a group of prices or purities and of its change, among all of those."""
        if not self._certain:
            self._certain.update(certainties({t: self.groups(t) for t in COMPARED}, TOPIC))
        return self._certain[topic, *group.key]

    def of_topic(self, topic: str, facts: Sequence[Fact]) -> list[Fact]:
        """The facts that a topic counts."""
        return [f for listed in grouped(TOPIC[topic], facts).values() for f in listed]

    @property
    def tight(self) -> bool:
        """True for a region or smaller: what a nation needs several figures for stands in one table."""
        place = place_by_code(self.gate.within) if self.gate.within else None
        return place is not None and place.level != "country"

    @property
    def then(self) -> str:
        """The period before, in words."""
        return self.words.period(self.earlier) if self.earlier else ""


def edition(
    read: Admitted, period: Period, words: Words, gate: Gate, published: Collection[str] | None = None,
    looked: frozenset[str] | None = None,
) -> Edition:  # fmt: skip
    """Divide the facts by period and work their figures out.

    Args:
        published: quarters in which a document was; None if nobody looked.
        looked: as in Edition.
    """
    earlier = period.previous()
    days = read.days
    last = min(period.end, days[-1]) if days else period.end
    drawn = tuple(quarters(min(days[0], last), last)[-QUARTERS_DRAWN:]) if days else ()
    return Edition(
        words=words,
        gate=gate,
        read=read,
        period=period,
        earlier=earlier,
        facts=read.facts,
        now=tuple(f for f in read.facts if period.holds(f.when_start, f.when_end)),
        before=tuple(f for f in read.facts if earlier and earlier.holds(f.when_start, f.when_end)),
        sections={topic.id: section(topic, read.facts, period, gate) for topic in TOPICS},
        drawn=drawn,
        unread=frozenset(q.label for q in drawn if published is not None and q.label not in published),
        looked=looked,
    )
