"""The sentences that open a bulletin, each made from a figure below it: what, how much, how sure, against when.

In: an Edition. Out: Sentences, each naming the table it is made from. A change is said to be established only where its
interval excludes none. Left out: judgement: what is not in a table is not said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from vigie.report.certainty import Certainty, Spread, spreads, thresholds
from vigie.report.compared import figure_name, level
from vigie.report.edition import Edition
from vigie.report.facts import Fact
from vigie.report.public import sources_of
from vigie.report.results import Group
from vigie.report.tables import has_half, has_median, product_name, purity_value, seized, share, trend_name

MOST_PRICES = 4
MOST_PURITIES = 2
MOST_NAMES = 6
THIN = 30  # statements: a public bulletin of fewer says why it is short
_LEAST_SOURCES_OF_TREND = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """`table`: id of the table that holds the figure; "" for none."""

    text: str
    table: str = ""


def sentences(ed: Edition, warnings: int) -> list[Sentence]:
    """Warnings, prices, purity, seizures, harms, ways, routes, trends, what was read: those that have a figure."""
    words = ed.words
    found = [Sentence(text=words.count("warning", warnings), table="warnings")] if warnings else []
    found += [
        Sentence(text=_level("retail", g, ed), table="retail") for g in ed.groups("retail")[:MOST_PRICES]
    ]
    found += [
        Sentence(text=_level("purity", g, ed), table="purity") for g in ed.groups("purity")[:MOST_PURITIES]
    ]
    found += _largest_seizure(ed)
    found += _harms(ed)
    found += _way(ed)
    found += _flow(ed)
    found += [
        Sentence(text=_trend(g, ed), table="trends")
        for g in ed.groups("trends")[:2]
        if g.sources >= _LEAST_SOURCES_OF_TREND
    ]
    return found


def cautions(ed: Edition) -> list[Sentence]:
    """What could not be compared and why, and what the counts rest on."""
    words = ed.words
    if ed.earlier is None:
        return [Sentence(text=words["s_no_earlier"])] if ed.now else []
    found = []
    if ed.gate.public and 0 < len(ed.now) < THIN:
        found.append(Sentence(text=words.fill("s_thin", statements=words.count("statement", len(ed.now)))))
    if ed.now and ed.gate.shows(ed.before):
        now, old = (words.count("source", sources_of(facts)) for facts in (ed.now, ed.before))
        found.append(
            Sentence(
                text=words.fill("s_collected", now=now, earlier=ed.then, old=old), table="coverage-table"
            )
        )
    without = [
        figure_name(topic, group.key, words)
        for topic in ("retail", "wholesale", "purity")
        for group in ed.groups(topic)
        if group.change is not None and ed.certain(topic, group).ratio is None
    ]
    gone = [
        figure_name(topic, key, words)
        for topic in ("retail", "wholesale", "purity")
        for key in ed.sections[topic].gone
    ]
    for key, names in (("s_not_compared", without), ("s_gone", gone)):
        if names:
            found.append(
                Sentence(text=words.fill(key, earlier=ed.then, names=_listed(names, ed)), table="changes")
            )
    return found


def _listed(names: Sequence[str], ed: Edition) -> str:
    text = ", ".join(names[:MOST_NAMES])
    rest = len(names) - MOST_NAMES
    return ed.words.fill("and_others", names=text, n=ed.words.number(rest)) if rest > 0 else text


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _level(topic: str, group: Group, ed: Edition) -> str:
    """The median with its interval, and what may be said of its change."""
    assert group.summary is not None  # a price without a figure is in no group
    words, sure = ed.words, ed.certain(topic, group)
    product = product_name(group.key, words)
    if topic == "purity":
        product = f"{words.substance(group.key[0])}, {words.of('measures', group.key[1])}"
    if not has_median(group.summary):
        low, high = (level(topic, group.key, v, words) for v in (group.summary.low, group.summary.high))
        return words.fill(
            "s_stated_one" if low == high else "s_stated", product=capital(product), low=low, high=high,
            what=words["s_stated_purity" if topic == "purity" else "s_stated_price" if low == high else "s_stated_prices"],
            statements=words.count("statement", group.summary.n), sources=words.count("source", group.sources), rated=_rated(group.rating, ed),
        )  # fmt: skip
    said = words.fill(
        "s_level_purity" if topic == "purity" else "s_level",
        product=capital(product),
        value=level(topic, group.key, group.summary.median, words),
        interval=_interval(topic, group, sure, ed),
        statements=words.count("statement", group.summary.n),
        sources=words.count("source", group.sources),
        rated=_rated(group.rating, ed),
    )
    change = _change(topic, group, sure, ed)
    return f"{said} {change}" if change else said


def _interval(topic: str, group: Group, sure: Certainty, ed: Edition) -> str:
    assert group.summary is not None
    words, half = ed.words, group.summary
    name = (lambda v: purity_value(group.key[1], v, words)) if topic == "purity" else words.money
    if sure.median and sure.centre is not None:
        # The point of an interval over sources is the median over sources: said where it is not that of the statements.
        centre = (
            "" if name(sure.centre) == name(half.median) else words.fill("s_centre", value=name(sure.centre))
        )
        return centre + words.fill("s_interval", low=name(sure.median.low), high=name(sure.median.high))
    # A spread of one figure says nothing.
    if half.low == half.high:
        return ""
    if not has_half(half):
        return words.fill("s_range", low=name(half.low), high=name(half.high))
    return words.fill("s_interval_none", low=name(half.q1), high=name(half.q3)) if half.q1 != half.q3 else ""


def _change(topic: str, group: Group, sure: Certainty, ed: Edition) -> str:
    words = ed.words
    if sure.verdict == "none":
        return ""
    return words.fill(
        f"s_{sure.verdict}",
        earlier=ed.then,
        old=level(topic, group.key, sure.old, words) if sure.old is not None else "",
        change=words.change(sure.moved),
        limits=words.fill("s_limits", **_ends(sure, ed)) if sure.change else "",
        before=words.count("source", sure.sources_before),
    )


def _ends(sure: Certainty, ed: Edition) -> dict[str, str]:
    assert sure.change is not None
    low, high = (ed.words.signed(100 * v) for v in (sure.change.low, sure.change.high))
    return {"low": low, "high": ed.words.percent_of(high)}


def _rated(rating: str, ed: Edition) -> str:
    found = ed.words.rated(rating)
    return f", {found}" if found else ""


def _largest_seizure(ed: Edition) -> list[Sentence]:
    words = ed.words
    masses = [g for g in ed.groups("seizures") if g.key[1] == "g" and g.summary is not None]
    if not masses:
        return []
    most = max(masses, key=lambda g: g.summary.high if g.summary else 0)
    assert most.summary is not None
    basis = words.count("source", most.sources) + _rated(most.rating, ed)
    text = words.fill(
        "s_seizure",
        value=seized("g", most.summary.high, words),
        product=words.substance(most.key[0]),
        sources=basis,
    )
    return [Sentence(text=text, table="seizures")]


def _harms(ed: Edition) -> list[Sentence]:
    """The harm that most sources tell of: an arrest is none."""
    words = ed.words
    told = [
        g for g in ed.groups("harms") if g.key[0] in ("death", "overdose", "hospitalisation", "poisoning")
    ]
    if not told:
        return []
    most = max(told, key=lambda g: (g.sources, len(g.facts)))
    assert most.summary is not None
    text = words.fill(
        "s_harm",
        event=capital(words.of("events", most.key[0])),
        product=f", {words.substance(most.key[1])}" if most.key[1] else "",
        statements=words.count("statement", most.summary.n),
        sources=words.count("source", most.sources),
        rated=_rated(most.rating, ed),
        persons=words.count("person", int(most.summary.high)),
    )
    return [Sentence(text=text, table="harms")]


def _way(ed: Edition) -> list[Sentence]:
    words, groups = ed.words, ed.groups("ways")
    if not groups or groups[0].sources < _LEAST_SOURCES_OF_TREND:
        return []
    before: Sequence[Fact] = ed.of_topic("ways", ed.before)
    found: Spread = spreads(
        groups,
        ed.of_topic("ways", ed.now),
        before if ed.gate.shows(before) else (),
        complete=not ed.gate.public,
    )[0]
    limits = found.difference
    ends = [words.signed(100 * v) for v in (limits.low, limits.high)] if limits else ["", ""]
    change = ""
    if found.known:
        change = words.fill(
            f"s_way_{found.verdict}",
            earlier=ed.then,
            old=share(found.before, found.of_before, words),
            limits=words.fill("to", low=ends[0], high=ends[1]),
            least=words.number(thresholds().share_sources),
        )
    text = words.fill(
        "s_way",
        way=words.way(*groups[0].key),
        of=words.fill("of_sources", n=words.number(found.sources), of=words.number(found.of)),
        share=words.fill("in_brackets", text=words.percent(round(100 * found.sources / found.of)))
        if found.of >= thresholds().share_sources
        else "",
        change=change,
    )
    return [Sentence(text=text, table="ways")]


def _flow(ed: Edition) -> list[Sentence]:
    words = ed.words
    both = [g for g in ed.groups("flows") if all(g.key) and g.sources >= _LEAST_SOURCES_OF_TREND]
    if not both:
        return []
    text = words.fill(
        "s_flow",
        origin=words.place(both[0].key[0]),
        destination=words.place(both[0].key[1]),
        statements=words.count("statement", len(both[0].facts)),
        sources=words.count("source", both[0].sources),
        rated=_rated(both[0].rating, ed),
    )
    return [Sentence(text=text, table="flows")]


def _trend(group: Group, ed: Edition) -> str:
    words = ed.words
    counts = Counter(f.direction for f in group.facts if f.direction)
    directions = ", ".join(f"{words[d].lower()} ({words.number(n)})" for d, n in counts.most_common())
    return words.fill(
        "s_trend",
        sources=words.count("source", group.sources),
        subject=trend_name(group.key, words),
        directions=directions,
        rated=_rated(group.rating, ed),
    )
