"""Sources and coverage: who is read, since when, and where collection has holes, which must never look like a fall."""

from __future__ import annotations

from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters
from vigie.report.evidence import one_line
from vigie.web import drawn
from vigie.web.content import Block, Cell, Content, Missing, Row, Section, Table
from vigie.web.pages.parts import MOST_ROWS, empty_store, rest_of, start_of
from vigie.web.words import PageWords

_STRETCHES = 40  # rows of the strip; the table has all


def build(model: ReadModel, filters: Filters, words: PageWords, **own: str) -> Content:
    title, lead = words["sources.title"], words["sources.lead_public" if model.public else "sources.lead"]
    found = model.sources(Filters())
    if not found:
        return Content(title=title, lead=lead, notes=(empty_store(model, words),))
    start = start_of(own, MOST_ROWS)
    if start >= len(found):
        start = 0
    sections = []
    if not model.public and not start:
        strip: list[Block] = [
            *drawn.coverage("coverage", words["charts.coverage"], found[:_STRETCHES], words)
        ]
        if not strip:
            strip = [Missing(why="nothing-collected", text=words["sources.no_dates"])]
        sections.append(
            Section(
                id="coverage",
                title=words["sources.coverage"],
                lead=words["sources.coverage_lead"],
                blocks=tuple(strip),
            )
        )
    figures = words.figures
    names = (
        ("source", "kind", "grade", "country")
        if model.public
        else ("source", "kind", "grade", "country", "state", "documents", "first", "last")
    )
    rows = []
    for number, source in enumerate(found[start : start + MOST_ROWS], start + 1):
        state = (
            words["sources.quiet"]
            if source.quiet
            else words["sources.publishes"]
            if source.state == "shown"
            else words[f"states.{source.state}"]
        )
        cells = [
            Cell(
                text=one_line(source.name)
                or (figures["unnamed"] if model.public else source.source_id or figures["unnamed"])
            ),
            Cell(text=figures.of("kinds", source.kind)),
            Cell(text=source.grade or "–"),
            Cell(text=figures.area(source.country) if source.country else "–"),
        ]
        if not model.public:
            days = (figures.day(d.isoformat()) if d else "–" for d in (source.first, source.last))
            cells += [
                Cell(text=state),
                Cell(text=figures.number(source.documents)),
                *(Cell(text=d) for d in days),
            ]
        rows.append(Row(id=f"source-{number}", cells=tuple(cells)))
    table = Table(
        id="sources-table",
        caption=words["sources.caption"],
        columns=tuple(words[f"columns.{c}"] for c in names),
        rows=tuple(rows),
        text_columns=5,
    )
    blocks = (table, *rest_of("sources", None, "", start, len(found), words, MOST_ROWS))
    sections.append(Section(id="all", title=words["sources.all"], blocks=blocks))
    return Content(title=title, lead=lead, sections=tuple(sections))
