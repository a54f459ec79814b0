"""Tables of a bulletin: results in words, each row with its evidence.

In: Section results, Words, the gate. Out: Table records that every page format draws in the same way.
Left out: any order by cheapness (rows are sorted by how often a thing is stated), any place finer than the gate
allows, and what the gate keeps back: that a row is missing would already say that few sources speak of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vigie.report.facts import Fact, SourceLine, credibility_of
from vigie.report.public import Gate, grades_of
from vigie.report.results import Group, Key, Section
from vigie.report.words import Words
from vigie.stats.summary import Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One sentence that a figure rests on, in its own language: `before`, `quote` and `after` make it whole.

    `grade` is that of the source, for the analyst with the credibility of the fact: "B2".
    """

    before: str
    quote: str
    after: str
    lang: str
    title: str
    outlet: str
    date: str
    grade: str
    attribution: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Cells as printed; `proof` says how many statements and sources, and `evidence` opens them."""

    id: str
    cells: tuple[str, ...]
    proof: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table; `text_columns` first columns are words, the others figures."""

    id: str
    title: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    text_columns: int = 1


# Controls, and marks that turn the direction of what follows: a title must not rearrange the line it stands in.
_UNSEEN = dict.fromkeys(
    [
        *range(0x09),
        *range(0x0E, 0x20),
        *range(0x7F, 0xA0),
        0x200E,
        0x200F,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    ]
)


def one_line(text: str) -> str:
    """Words of a document as one line of a page."""
    return " ".join(text.translate(_UNSEEN).split())


def evidence_of(fact: Fact, words: Words, gate: Gate) -> Evidence:
    """The sentence with its quote apart, and who says it."""
    sentence = fact.sentence or fact.quote
    start, end = fact.quote_start, fact.quote_end
    if start is None or end is None or fact.sentence is None:
        start, end = 0, len(sentence)
    return Evidence(
        before=one_line(sentence[:start]) + (" " if sentence[:start].endswith((" ", "\n")) else ""),
        quote=one_line(sentence[start:end]),
        after=(" " if sentence[end:].startswith((" ", "\n")) else "") + one_line(sentence[end:]),
        lang=fact.lang,
        title=one_line(fact.title),
        outlet=one_line(fact.outlet),
        date=words.day(fact.published),
        grade=fact.grade if gate.public else fact.rating,
        attribution=one_line(fact.attribution or ""),
        place=words.place(fact.place_label or "") if not gate.public else "",
    )


def evidence_list(facts: Sequence[Fact], words: Words, gate: Gate) -> tuple[Evidence, ...]:
    """What may be quoted, latest first, one entry for each sentence of a document."""
    shown = {(f.doc_id, f.sentence or f.quote, f.quote): f for f in facts if gate.quotes(f)}
    ordered = sorted(shown.values(), key=lambda f: (f.published or "", f.doc_id, f.id), reverse=True)
    return tuple(evidence_of(f, words, gate) for f in ordered)


def proof_of(facts: Sequence[Fact], sources: int, words: Words, gate: Gate) -> str:
    """What a figure rests on, in words: statements, sources, grades and, for the analyst, credibility."""
    credibility = "" if gate.public else credibility_of(facts)
    return words.fill(
        "evidence_rated" if credibility else "evidence",
        statements=words.count("statement", len(facts)),
        sources=words.count("source", sources),
        grades=grades_of(facts),
        credibility=credibility,
    )


def _rows(
    section: Section, words: Words, gate: Gate, cells: Callable[[Group], Sequence[str]]
) -> tuple[Row, ...]:
    return tuple(
        Row(
            id="-".join("-".join((part or "any").split()) for part in (section.topic, *group.key)),
            cells=tuple(cells(group)),
            proof=proof_of(group.facts, group.sources, words, gate),
            evidence=evidence_list(group.facts, words, gate),
        )
        for group in section.groups
    )


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


def _has(group: Group) -> Summary:
    if group.summary is None:  # every topic with figures drops facts without one
        raise ValueError(f"no figures in {group.key}")
    return group.summary


def product_name(key: Key, words: Words) -> str:
    """ "cocaïne", and its market where prices are told apart by it: "cocaïne, Guyane"."""
    name = words.substance(key[0])
    if len(key) < 3:
        return name
    return f"{name}, {words.area(key[2]) if key[2] else words['no_place']}"


def price_table(section: Section, words: Words, gate: Gate) -> Table:
    """Median, middle half and range, in euros per unit; masses by the kilogram where the trade is wholesale."""

    def scaled(unit: str) -> tuple[float, str]:
        return (1000.0, "kg") if section.topic == "wholesale" and unit == "g" else (1.0, unit)

    def cells(group: Group) -> Sequence[str]:
        size, unit = scaled(group.key[1])
        found = _has(group)
        return (
            product_name(group.key, words),
            words.of("units", unit),
            words.euro(found.median * size),
            words.money_spread(found.q1 * size, found.q3 * size),
            words.money_spread(found.low * size, found.high * size),
            words.number(found.n),
            words.number(group.sources),
            group.rating,
            words.change(group.change),
        )

    columns = ("product", "unit", "median", "half", "range", "statements", "sources", "rating", "change")
    rows = _rows(section, words, gate, cells)
    return _table(section, words, columns, rows, text_columns=2)


def purity_value(measure: str, value: float, words: Words) -> str:
    return f"{words.short(value)}\u00a0mg" if measure == "mg-per-unit" else words.percent(value)


def purity_table(section: Section, words: Words, gate: Gate) -> Table:
    def cells(group: Group) -> Sequence[str]:
        found = _has(group)
        return (
            words.substance(group.key[0]),
            words.of("measures", group.key[1]),
            purity_value(group.key[1], found.median, words),
            words.spread(found.low, found.high),
            words.number(found.n),
            words.number(group.sources),
            group.rating,
            words.change(group.change),
        )

    columns = ("product", "measure", "median", "range", "statements", "sources", "rating", "change")
    rows = _rows(section, words, gate, cells)
    return _table(section, words, columns, rows, text_columns=2)


def seized(unit: str, value: float, words: Words) -> str:
    """An amount of product: mass, or pieces of a unit."""
    if unit == "g":
        return words.mass(value)
    name = words.of("plurals" if value >= 2 else "units", unit)
    return f"{words.number(value)}\u00a0{name}"


def seizure_table(section: Section, words: Words, gate: Gate) -> Table:
    def cells(group: Group) -> Sequence[str]:
        found, unit = _has(group), group.key[1]
        return (
            words.substance(group.key[0]),
            seized(unit, found.high, words),
            seized(unit, found.median, words),
            words.number(found.n),
            words.number(group.sources),
            group.rating,
        )

    columns = ("product", "largest", "median", "statements", "sources", "rating")
    rows = _rows(section, words, gate, cells)
    return _table(section, words, columns, rows, text_columns=1)


def harm_table(section: Section, words: Words, gate: Gate) -> Table:
    def cells(group: Group) -> Sequence[str]:
        found = _has(group)
        return (
            words.of("events", group.key[0]),
            words.substance(group.key[1]) if group.key[1] else "–",
            words.number(found.high),
            words.number(found.n),
            words.number(group.sources),
            group.rating,
        )

    columns = ("event", "product", "persons", "statements", "sources", "rating")
    rows = _rows(section, words, gate, cells)
    return _table(section, words, columns, rows, text_columns=2)


def way_table(section: Section, words: Words, gate: Gate) -> Table:
    def cells(group: Group) -> Sequence[str]:
        return (
            words.way(*group.key),
            words.of("families", group.key[0]),
            words.number(len(group.facts)),
            words.number(group.sources),
            group.rating,
        )

    columns = ("way", "family", "statements", "sources", "rating")
    rows = _rows(section, words, gate, cells)
    return _table(section, words, columns, rows, text_columns=2)


def flow_table(section: Section, words: Words, gate: Gate) -> Table:
    def cells(group: Group) -> Sequence[str]:
        ends = (words.place(end) if end else "–" for end in group.key)
        return (*ends, words.number(len(group.facts)), words.number(group.sources), group.rating)

    columns = ("origin", "destination", "statements", "sources", "rating")
    rows = _rows(section, words, gate, cells)
    return _table(section, words, columns, rows, text_columns=2)


def trend_name(key: Key, words: Words) -> str:
    """ "prix – cocaïne": what a trend is about."""
    return words.of("indicators", key[0]) + (f" – {words.substance(key[1])}" if key[1] else "")


DIRECTIONS = ("up", "down", "stable", "emerging", "peak")


def trend_table(section: Section, words: Words, gate: Gate) -> Table:
    def cells(group: Group) -> Sequence[str]:
        counts = Counter(f.direction for f in group.facts)
        figures = [words.number(counts[d]) if counts[d] else "–" for d in DIRECTIONS]
        return (trend_name(group.key, words), *figures, words.number(group.sources), group.rating)

    columns = ("subject", *DIRECTIONS, "sources", "rating")
    rows = _rows(section, words, gate, cells)
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


TABLES: dict[str, Callable[[Section, Words, Gate], Table]] = {
    "retail": price_table,
    "wholesale": price_table,
    "purity": purity_table,
    "seizures": seizure_table,
    "harms": harm_table,
    "ways": way_table,
    "flows": flow_table,
    "trends": trend_table,
}
