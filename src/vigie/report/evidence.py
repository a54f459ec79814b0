"""What a figure rests on, as a page shows it: rows of a table, and the sentences behind them.

In: facts, the gate. Out: Evidence, Row and Table records that every page format draws in the same way.
Left out: what stands in the cells (`tables.py`); which sentences may be shown (`Gate.quotes`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from vigie.report.facts import Fact, credibility_of
from vigie.report.public import Gate, grades_of
from vigie.report.words import Words


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
    """Cells as printed; `proof` says how many statements and sources, and `evidence` opens them.

    `said`: statements, of rows that do not stand in the order of them; 0 where the order tells it.
    """

    id: str
    cells: tuple[str, ...]
    proof: str = ""
    evidence: tuple[Evidence, ...] = ()
    said: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table; `text_columns` first columns are words, the others figures.

    Attributes:
        number: in the order of the page; 0 for a table that stands behind a figure.
        notes: below it, one line each.
    """

    kind: ClassVar[str] = "table"
    id: str
    title: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    text_columns: int = 1
    number: int = 0
    notes: tuple[str, ...] = ()


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
