"""How sure a figure and its change are: intervals over independent sources, and what may be said of a change.

In: groups of facts. Out: Certainty, whose points and intervals are of one estimator. What several statements of one source say is one
figure, their median: they are not independent. Method: `vigie.stats.order`, `vigie.stats.shares`; docs/statistics.md; thresholds:
data/stats/conclusions.toml. The same in both editions; of the public only facts that the gate let out enter. Left out: models that pool
areas (`vigie.analysis.price_index`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import nan
from typing import Literal

from vigie.lexicon.terms import data_toml
from vigie.report.facts import Fact
from vigie.report.public import ordered, sources_of, speakers_of
from vigie.report.results import Group, Topic
from vigie.stats.multiple import adjust
from vigie.stats.order import Interval, median_interval, ratio_interval, ratio_shift, shift_p
from vigie.stats.shares import difference_interval, difference_p
from vigie.stats.summary import Change, quantile

Verdict = Literal[
    "rose",
    "fell",
    "maybe-rose",
    "maybe-fell",
    "unsettled",
    "indication",
    "few",
    "absent",
    "zero-base",
    "none",
]
"""rose, fell: the interval of the change excludes no change, and still does for as many comparisons as were made (Holm); maybe-: for one
comparison only; unsettled: it does not; indication: a change of medians without an interval; few, absent: too few statements or sources, or none
that may be shown, in the period before; none: no period before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """What a conclusion needs; the file says why each.

    Attributes:
        level: chance of one conclusion too many among all of a table.
        change_sources: independent sources in each period for a change.
        share_sources: independent sources in each period for a percentage, or for what is said of a change of shares.
        half: figures for a middle half.
        median: figures for a median.
    """

    level: float
    change_sources: int
    share_sources: int
    half: int
    median: int


@cache
def thresholds() -> Thresholds:
    """Those of the bundled file."""
    table = data_toml("stats", "conclusions.toml")
    return Thresholds(
        level=table["established"]["level"], change_sources=table["changes"]["least_sources"], share_sources=table["shares"]["least_sources"],
        half=table["small"]["least_for_half"], median=table["small"]["least_for_median"],
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Certainty:
    """Of one group.

    Attributes:
        median, before: 95 % intervals, over sources, in the unit of the topic; None where too few sources allow none.
        centre: what `median` bounds: the median of the sources' figures; None where there is no interval.
        ratio: relative change: the shift that `change` bounds, else the change of the medians of statements; None where it is not known.
        change: 95 % interval of it; None where too few sources allow none.
        p: of no change, before any correction; None without `change`.
        old: median of the period before; None without.
        sources_before: independent sources of it.
    """

    median: Interval | None
    before: Interval | None
    centre: float | None
    ratio: float | None
    change: Interval | None
    p: float | None
    old: float | None
    sources_before: int
    verdict: Verdict

    @property
    def moved(self) -> Change | None:
        """`ratio` as a change in words is made from; None where no period is compared."""
        if self.verdict == "none":
            return None
        if self.ratio is not None:
            return Change(ratio=self.ratio, state="known")
        return Change(ratio=None, state="zero-base" if self.verdict == "zero-base" else "not-enough-data")


def by_source(facts: Iterable[Fact], value: Callable[[Fact], float | None]) -> list[float]:
    """One figure for each independent source: the median of what it states, in order of size."""
    listed = ordered(facts)
    found: dict[str, list[float]] = defaultdict(list)
    for fact, source in zip(listed, speakers_of(listed), strict=True):
        figure = value(fact)
        if figure is not None:
            found[source].append(figure)
    return sorted(quantile(figures, 0.5) for figures in found.values())


def certainty(topic: Topic, group: Group) -> Certainty:
    """The intervals of a group and of its change, as if it were the only one."""
    now, old = by_source(group.facts, topic.value), by_source(group.before, topic.value)
    figures = [v for v in map(topic.value, group.before) if v is not None]
    few = min(group.sources, sources_of(group.before)) < thresholds().change_sources
    ratio = group.change.ratio if group.change and not few else None
    change = ratio_interval(now, old) if ratio is not None else None
    if change is not None:
        ratio = ratio_shift(now, old)
    median = median_interval(now)
    return Certainty(
        median=median,
        before=median_interval(old),
        centre=quantile(now, 0.5) if median else None,
        ratio=ratio,
        change=change,
        p=shift_p(now, old) if change is not None else None,
        old=quantile(figures, 0.5) if figures else None,
        sources_before=len(old),
        verdict=_verdict(group, ratio, change),
    )


def certainties(
    groups: Mapping[str, Sequence[Group]], topics: Mapping[str, Topic]
) -> dict[tuple[str, ...], Certainty]:
    """Of all groups that are compared side by side, by topic and key: what is established holds for all of them at once (Holm)."""
    found = {(t, *g.key): certainty(topics[t], g) for t, listed in groups.items() for g in listed}
    stand = adjust(
        [nan if one.p is None else one.p for one in found.values()], level=thresholds().level, control="holm"
    ).rejected
    weaker: dict[Verdict, Verdict] = {"rose": "maybe-rose", "fell": "maybe-fell"}
    return {
        key: one if stands else replace(one, verdict=weaker.get(one.verdict, one.verdict))
        for (key, one), stands in zip(found.items(), stand, strict=True)
    }


def _verdict(group: Group, ratio: float | None, change: Interval | None) -> Verdict:
    if group.change is None:
        return "none"
    if ratio is None:
        if not group.before:
            return "absent"
        return "zero-base" if group.change.state == "zero-base" else "few"
    if change is None:
        return "indication"
    if change.low > 0:
        return "rose"
    return "fell" if change.high < 0 else "unsettled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How many of the sources that speak of a topic speak of one thing, and the difference of that share to before.

    Attributes:
        of, of_before: independent sources of the whole topic; 0 where they may not be shown.
        difference: 95 % interval of the difference of shares; None where either total is too small for a percentage.
        known: whether the share of the period before may be told.
        p: of no difference, before any correction; None without `difference`.
        stands: whether it does among all that are compared.
    """

    sources: int
    of: int
    before: int
    of_before: int
    difference: Interval | None
    known: bool
    p: float | None
    stands: bool = False

    @property
    def verdict(self) -> Verdict:
        if not self.known:
            return "absent"
        if self.difference is None:
            return "few"
        if not self.stands or self.difference.holds(0):
            return "unsettled"
        return "rose" if self.difference.low > 0 else "fell"


def spreads(
    groups: Sequence[Group], now: Sequence[Fact], before: Sequence[Fact], *, complete: bool
) -> list[Spread]:
    """Of each group: what is established of one holds for all of them at once (Holm), because the one that is spoken of is picked."""
    found = [spread_of(group, now, before, complete=complete) for group in groups]
    stand = adjust(
        [nan if s.p is None else s.p for s in found], level=thresholds().level, control="holm"
    ).rejected
    return [replace(one, stands=bool(stands)) for one, stands in zip(found, stand, strict=True)]


def spread_of(group: Group, now: Sequence[Fact], before: Sequence[Fact], *, complete: bool) -> Spread:
    """Of a group among all facts of its topic in both periods, as if it were the only one.

    Args:
        complete: whether `before` holds all that was stated: then a group without facts there is a zero. The public, from whom
            some is kept back, is told of no zero.
    """
    of, of_before = len(set(speakers_of(ordered(now)))), len(set(speakers_of(ordered(before))))
    sources, old = _among(group.facts, now), _among(group.before, before)
    known = of > 0 and of_before > 0 and (complete or bool(group.before))
    enough = known and min(of, of_before) >= thresholds().share_sources
    return Spread(
        sources=sources, of=of, before=old, of_before=of_before, known=known,
        difference=difference_interval(sources, of, old, of_before) if enough else None,
        p=difference_p(sources, of, old, of_before) if enough else None,
    )  # fmt: skip


def _among(facts: Sequence[Fact], whole: Sequence[Fact]) -> int:
    """Sources of the facts as they are told apart in the whole, so that none is counted twice."""
    listed = ordered(whole)
    chosen = {(f.doc_id, f.id) for f in facts}
    return len({s for f, s in zip(listed, speakers_of(listed), strict=True) if (f.doc_id, f.id) in chosen})
