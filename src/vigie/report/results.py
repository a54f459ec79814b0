"""Facts grouped into the figures of a bulletin.

In: facts, a period, the gate. Out: Section results: groups that may be shown.
Left out: wording and layout (`tables.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from vigie.report.facts import Fact, rating_of
from vigie.report.markets import split
from vigie.report.period import Period
from vigie.report.public import Gate, grades_of, sources_of, speaks_of_people
from vigie.stats.summary import Change, Summary, change, summarise

Key = tuple[str, ...]  # what a group counts, in two parts; of a price told apart by market, in three
_WAYS = (
    "channel",
    "delivery",
    "payment",
    "marketing",
)  # organisation names roles, practice and population people


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a section counts.

    Attributes:
        key: the two things that name a group, None for a fact of another topic.
        value: the figure that a fact gives to its group, None without one.
        by_market: told apart by market where there is more than one (markets.py).
    """

    id: str
    key: Callable[[Fact], Key | None]
    value: Callable[[Fact], float | None]
    by_market: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One figure: its facts and what they give.

    Attributes:
        sources: independent sources of `facts`.
        rating: grades of their sources and, for the analyst, credibility: "B–C/1–3".
        summary: None where no fact gives a figure.
        change: against the previous period; None where the bulletin has none.
        before: facts of the previous period, () where they may not be shown.
    """

    key: Key
    facts: tuple[Fact, ...]
    sources: int
    summary: Summary | None
    change: Change | None
    rating: str = ""
    before: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Groups of one topic that may be shown, most stated first.

    Attributes:
        gone: keys that had a figure in the previous period and have none in this one.
    """

    topic: str
    groups: tuple[Group, ...]
    gone: tuple[Key, ...] = ()


def _price(kind: str) -> Callable[[Fact], Key | None]:
    def key(fact: Fact) -> Key | None:
        if fact.type != "price" or fact.kind != kind or fact.eur_per_unit is None or fact.substance is None:
            return None
        return fact.substance, fact.unit or ""

    return key


def _seizure(fact: Fact) -> Key | None:
    if fact.type != "quantity" or fact.kind != "seized" or fact.substance is None:
        return None
    if fact.grams is not None:
        return fact.substance, "g"
    return (fact.substance, fact.unit) if fact.units is not None and fact.unit else None


def _purity(fact: Fact) -> Key | None:
    return (
        (fact.substance, fact.measure) if fact.type == "purity" and fact.substance and fact.measure else None
    )


def _harm(fact: Fact) -> Key | None:
    if fact.type != "event" or fact.kind is None or not fact.persons or not speaks_of_people(fact):
        return None
    return fact.kind, fact.substance or ""


def _way(fact: Fact) -> Key | None:
    if fact.type != "modality" or fact.family not in _WAYS or fact.code is None:
        return None
    return fact.family, fact.code


def _trend(fact: Fact) -> Key | None:
    if fact.type != "trend" or fact.indicator is None:
        return None
    return fact.indicator, fact.substance or ""


def _flow(fact: Fact) -> Key | None:
    if fact.type != "flow" or not (fact.origin_label or fact.destination_label):
        return None
    return fact.origin_label or "", fact.destination_label or ""


TOPICS = (
    Topic(id="retail", key=_price("retail"), value=lambda f: f.eur_per_unit, by_market=True),
    Topic(id="wholesale", key=_price("wholesale"), value=lambda f: f.eur_per_unit, by_market=True),
    Topic(id="purity", key=_purity, value=lambda f: f.middle),
    Topic(id="seizures", key=_seizure, value=lambda f: f.grams if f.grams is not None else f.units),
    Topic(id="harms", key=_harm, value=lambda f: f.persons),
    Topic(id="ways", key=_way, value=lambda f: None),
    Topic(id="flows", key=_flow, value=lambda f: None),
    Topic(id="trends", key=_trend, value=lambda f: None),
)


def grouped(topic: Topic, facts: Iterable[Fact]) -> dict[Key, list[Fact]]:
    found: dict[Key, list[Fact]] = defaultdict(list)
    for fact in facts:
        key = topic.key(fact)
        if key is not None:
            found[key].append(fact)
    return split(found) if topic.by_market else found


def _inside(groups: Mapping[Key, Sequence[Fact]], period: Period) -> dict[Key, list[Fact]]:
    kept = {
        key: [f for f in facts if period.holds(f.when_start, f.when_end)] for key, facts in groups.items()
    }
    return {key: facts for key, facts in kept.items() if facts}


def values(topic: Topic, facts: Iterable[Fact]) -> list[float]:
    return [value for value in map(topic.value, facts) if value is not None]


def section(topic: Topic, facts: Sequence[Fact], period: Period, gate: Gate) -> Section:
    """The groups of one topic in the period, each compared with the period before."""
    every, earlier = grouped(topic, facts), period.previous()
    now = _inside(every, period)
    before = _inside(every, earlier) if earlier else {}
    groups = []
    for key in sorted(now, key=lambda k: (-len(now[k]), k)):
        if not gate.shows(now[key]):
            continue
        old = _shown(before.get(key, []), gate)
        groups.append(
            Group(
                key=key,
                facts=tuple(now[key]),
                sources=sources_of(now[key]),
                summary=summarise(values(topic, now[key])),
                change=change(values(topic, now[key]), values(topic, old)) if earlier else None,
                rating=rating(now[key], gate),
                before=tuple(old),
            )
        )
    there = {group.key for group in groups}
    gone = (key for key in sorted(before) if key not in there and gate.shows(before[key]))
    return Section(topic=topic.id, groups=tuple(groups), gone=tuple(gone))


def _shown(facts: Sequence[Fact], gate: Gate) -> Sequence[Fact]:
    return facts if gate.shows(facts) else ()


def rating(facts: Sequence[Fact], gate: Gate) -> str:
    """For the public the grades alone: the credibility of a fact may rest on others that are not shown yet."""
    return grades_of(facts) if gate.public else rating_of(facts)


def warnings(official: Iterable[Fact], period: Period) -> list[Fact]:
    """The most telling fact of each warning in the period, latest first."""
    best: dict[str, Fact] = {}
    for fact in official:
        is_warning = fact.document_kind == "warning" or (fact.type == "event" and fact.kind == "warning")
        if is_warning and period.holds(fact.published_end, fact.published_end):
            held = best.get(fact.doc_id)
            if held is None or _telling(fact) < _telling(held):
                best[fact.doc_id] = fact
    return sorted(best.values(), key=lambda f: (f.published or "", f.doc_id), reverse=True)


def _telling(fact: Fact) -> int:
    """Who was harmed says more than what was found in a tablet, and that more than "this is a warning"."""
    if fact.sentence == fact.title or fact.kind == "warning":
        return 3
    if fact.type == "event" and speaks_of_people(fact):
        return 0
    return 1 if fact.type == "purity" else 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One quarter of a series; `median` None where nothing may be shown (not zero)."""

    quarter: str
    median: float | None
    n: int
    sources: int
    rating: str = ""


def series(
    topic: Topic, key: Key, facts: Sequence[Fact], quarters: Sequence[Period], gate: Gate
) -> list[Point]:
    """The median of one group in each quarter."""
    chosen = grouped(topic, facts).get(key, [])
    points = []
    for quarter in quarters:
        inside = [f for f in chosen if quarter.holds(f.when_start, f.when_end)]
        shown = inside if gate.shows(inside) else []
        found = summarise(values(topic, shown))
        points.append(
            Point(
                quarter=quarter.label,
                median=found.median if found else None,
                n=len(shown),
                sources=sources_of(shown),
                rating=rating(shown, gate),
            )
        )
    return points
