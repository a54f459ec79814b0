"""Tables of a bulletin: results in words, each row with its evidence.

In: Section results, Words, the gate. Out: Table records that every page format draws in the same way.
Left out: any order by cheapness (rows are sorted by how often a thing is stated), any place finer than the gate
allows, and what the gate keeps back: that a row is missing would already say that few sources speak of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from vigie.report.certainty import Certainty, spreads, thresholds
from vigie.report.edition import Edition
from vigie.report.evidence import Row, Table, evidence_list, one_line, proof_of
from vigie.report.facts import SourceLine
from vigie.report.public import Gate
from vigie.report.results import Group, Key, Section
from vigie.report.words import Words
from vigie.stats.order import Interval
from vigie.stats.summary import Summary


def _rows(section: Section, ed: Edition, cells: Callable[[Group], Sequence[str]]) -> tuple[Row, ...]:
    return tuple(
        Row(
            id="-".join(slug(section.topic, group.key)),
            cells=tuple(cells(group)),
            proof=proof_of(group.facts, group.sources, ed.words, ed.gate),
            evidence=evidence_list(group.facts, ed.words, ed.gate),
        )
        for group in section.groups
    )


def slug(topic: str, key: Key) -> list[str]:
    """Parts of an anchor: the same for the same figure in every edition."""
    return ["-".join((part or "any").split()) for part in (topic, *key)]


def _table(
    section: Section, words: Words, columns: Sequence[str], rows: tuple[Row, ...], *, text_columns: int
) -> Table:
    return Table(
        id=section.topic,
        title=words[section.topic],
        caption=words[f"{section.topic}_caption"],
        columns=tuple(words[c] for c in columns),
        rows=rows,
        text_columns=text_columns,
    )


def has(group: Group) -> Summary:
    """Its figures."""
    if group.summary is None:  # every topic with figures drops facts without one
        raise ValueError(f"no figures in {group.key}")
    return group.summary


def has_median(found: Summary) -> bool:
    """Whether there are figures enough for a middle: of fewer the range says all."""
    return found.n >= thresholds().median


def has_half(found: Summary) -> bool:
    """The same for a middle half."""
    return found.n >= thresholds().half


def product_name(key: Key, words: Words) -> str:
    """ "cocaïne", and its market where prices are told apart by it: "cocaïne, Guyane"."""
    name = words.substance(key[0])
    if len(key) < 3:
        return name
    return f"{name}, {words.area(key[2]) if key[2] else words['no_place']}"


def bounded(
    sure: Certainty,
    median: float,
    one: Callable[[float], str],
    both: Callable[[float, float], str],
    size: float = 1,
) -> str:
    """ "60–65", or "62 (60–65)" where the median of the sources, which the interval is of, is not that of the statements."""
    if sure.median is None or sure.centre is None:
        return "–"
    limits, centre = both(sure.median.low * size, sure.median.high * size), one(sure.centre * size)
    return limits if centre == one(median * size) else f"{centre} ({limits})"


def price_table(section: Section, ed: Edition) -> Table:
    """Median with its interval, middle half and range, in euros per unit; masses by the kilogram where the trade is wholesale."""
    words = ed.words

    def scaled(unit: str) -> tuple[float, str]:
        return (1000.0, "kg") if section.topic == "wholesale" and unit == "g" else (1.0, unit)

    def cells(group: Group) -> Sequence[str]:
        size, unit = scaled(group.key[1])
        found, sure = has(group), ed.certain(section.topic, group)
        return (
            product_name(group.key, words),
            f"{words.euro(found.median * size)}/{words.of('units', unit)}" if has_median(found) else "–",
            bounded(sure, found.median, words.money, words.money_spread, size),
            words.money_spread(found.q1 * size, found.q3 * size) if has_half(found) else "–",
            words.money_spread(found.low * size, found.high * size),
            words.number(found.n),
            words.number(group.sources),
            group.rating,
            words.change(sure.moved),
        )

    columns = ("product", "median", "interval", "half", "range", "statements", "sources", "rating", "change")
    rows = _rows(section, ed, cells)
    table = _table(section, words, columns, rows, text_columns=1)
    return replace(table, notes=(words["place_note"],))


def purity_value(measure: str, value: float, words: Words) -> str:
    return f"{words.short(value)}\u00a0mg" if measure == "mg-per-unit" else words.percent(value)


def purity_table(section: Section, ed: Edition) -> Table:
    words = ed.words

    def cells(group: Group) -> Sequence[str]:
        found, sure = has(group), ed.certain(section.topic, group)
        return (
            words.substance(group.key[0]),
            words.of("measures", group.key[1]),
            purity_value(group.key[1], found.median, words) if has_median(found) else "–",
            bounded(sure, found.median, words.short, words.spread),
            words.spread(found.low, found.high),
            words.number(found.n),
            words.number(group.sources),
            group.rating,
            words.change(sure.moved),
        )

    columns = (
        "product",
        "measure",
        "median",
        "interval",
        "range",
        "statements",
        "sources",
        "rating",
        "change",
    )
    rows = _rows(section, ed, cells)
    return _table(section, words, columns, rows, text_columns=2)


def seized(unit: str, value: float, words: Words) -> str:
    """An amount of product: mass, or pieces of a unit."""
    if unit == "g":
        return words.mass(value)
    name = words.of("plurals" if value >= 2 else "units", unit)
    return f"{words.number(value)}\u00a0{name}"


def seizure_table(section: Section, ed: Edition) -> Table:
    words = ed.words

    def cells(group: Group) -> Sequence[str]:
        found, unit = has(group), group.key[1]
        return (
            words.substance(group.key[0]),
            seized(unit, found.high, words),
            seized(unit, found.median, words) if has_median(found) else "–",
            words.number(found.n),
            words.number(group.sources),
            group.rating,
        )

    columns = ("product", "largest", "median", "statements", "sources", "rating")
    rows = _rows(section, ed, cells)
    return _table(section, words, columns, rows, text_columns=1)


def harm_table(section: Section, ed: Edition) -> Table:
    words = ed.words

    def cells(group: Group) -> Sequence[str]:
        found = has(group)
        return (
            words.of("events", group.key[0]),
            words.substance(group.key[1]) if group.key[1] else "–",
            words.number(found.high),
            words.number(found.n),
            words.number(group.sources),
            group.rating,
        )

    columns = ("event", "product", "persons", "statements", "sources", "rating")
    rows = _rows(section, ed, cells)
    return _table(section, words, columns, rows, text_columns=2)


def way_table(section: Section, ed: Edition) -> Table:
    """Practices with the share of sources that describe each, now and before, and the difference with its interval."""
    words = ed.words
    now, before = ed.of_topic("ways", ed.now), ed.of_topic("ways", ed.before)
    # What the public is not shown of the period before is unknown, not absent.
    if not ed.gate.shows(before):
        before = []

    groups = section.groups
    of = dict(
        zip((g.key for g in groups), spreads(groups, now, before, complete=not ed.gate.public), strict=True)
    )

    def cells(group: Group) -> Sequence[str]:
        found = of[group.key]
        return (
            words.way(*group.key),
            words.of("families", group.key[0]),
            words.number(len(group.facts)),
            share(found.sources, found.of, words),
            share(found.before, found.of_before, words) if found.known else "–",
            points(found.difference, words) if found.difference else words["not_enough"],
            group.rating,
        )

    columns = ("way", "family", "statements", "ways_now", "ways_before", "ways_change", "rating")
    table = _table(section, words, columns, _rows(section, ed, cells), text_columns=2)
    return replace(table, notes=(words["ways_note"],))


def share(count: int, of: int, words: Words) -> str:
    """ "6 (30 %)"; "2 of 3" where a percentage would pretend to more than was counted."""
    if not of:
        return words.number(count)
    if of < thresholds().share_sources:
        return words.fill("count_of", n=words.number(count), of=words.number(of))
    return f"{words.number(count)} ({words.percent(round(100 * count / of))})"


def points(found: Interval, words: Words) -> str:
    """Limits of a difference of shares, in points with their signs."""
    low, high = (words.signed(100 * limit) for limit in (found.low, found.high))
    return words.fill("points", low=low, high=high)


def flow_table(section: Section, ed: Edition) -> Table:
    words = ed.words

    def cells(group: Group) -> Sequence[str]:
        ends = (words.place(end) if end else "–" for end in group.key)
        return (*ends, words.number(len(group.facts)), words.number(group.sources), group.rating)

    columns = ("origin", "destination", "statements", "sources", "rating")
    rows = _rows(section, ed, cells)
    return _table(section, words, columns, rows, text_columns=2)


def trend_name(key: Key, words: Words) -> str:
    """ "prix – cocaïne": what a trend is about."""
    return words.of("indicators", key[0]) + (f" – {words.substance(key[1])}" if key[1] else "")


DIRECTIONS = ("up", "down", "stable", "emerging", "peak")


def trend_table(section: Section, ed: Edition) -> Table:
    words = ed.words

    def cells(group: Group) -> Sequence[str]:
        counts = Counter(f.direction for f in group.facts)
        figures = [words.number(counts[d]) if counts[d] else "–" for d in DIRECTIONS]
        return (trend_name(group.key, words), *figures, words.number(group.sources), group.rating)

    columns = ("subject", *DIRECTIONS, "sources", "rating")
    rows = _rows(section, ed, cells)
    return _table(section, words, columns, rows, text_columns=1)


def source_table(lines: Sequence[SourceLine], words: Words, gate: Gate) -> Table:
    """Sources, best grade first; where one has no name it must not be shown, or is not known.

    To the analyst with their documents: for the public that would be a figure of one source.
    """
    counts: dict[tuple[str, str, str], int] = {}
    for line in lines:
        key = (one_line(line.name) or words["unnamed"], words.of("kinds", line.kind), line.grade)
        counts[key] = counts.get(key, 0) + line.documents
    last = [] if gate.public else ["documents"]
    rows = tuple(
        Row(id=f"source-{number}", cells=(*key, *(words.number(documents) for _ in last)))
        for number, (key, documents) in enumerate(counts.items(), 1)
    )
    return Table(
        id="sources",
        title=words["sources_list"],
        caption=words["sources_caption"],
        columns=tuple(words[c] for c in ("name", "kind", "grade", *last)),
        rows=rows,
        text_columns=3,
    )


TABLES: dict[str, Callable[[Section, Edition], Table]] = {
    "retail": price_table,
    "wholesale": price_table,
    "purity": purity_table,
    "seizures": seizure_table,
    "harms": harm_table,
    "ways": way_table,
    "flows": flow_table,
    "trends": trend_table,
}
