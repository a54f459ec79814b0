"""Harms: deaths, overdoses, poisonings and what else concerns people, as sources report them; purity beside them."""

from __future__ import annotations

from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters
from vigie.web import drawn
from vigie.web.content import Block, Content
from vigie.web.groups import compared
from vigie.web.pages.parts import MOST_ROWS, nothing, part_of, topic_section
from vigie.web.words import PageWords


def build(model: ReadModel, filters: Filters, words: PageWords, **own: str) -> Content:
    title, lead = words["harms.title"], words["harms.lead"]
    harms, purity = model.groups(filters, "harms"), compared(model, filters, "purity")
    if not harms and not purity:
        return Content(title=title, lead=lead, notes=(nothing(model, filters, "harms", words),))
    part = part_of(model, filters, words, "harms", {"harms": harms, "purity": purity}, own, MOST_ROWS)
    if part is not None:
        return part
    before: list[Block] = []
    if not model.public:  # to the public a count by quarter is no cell of the rules
        before += drawn.counted(
            "events",
            words["charts.events"],
            model.counts(filters.replace(period=None), ("event",), "quarter"),
            words,
        )
    percent = [g for g in purity if g.key[1] != "mg-per-unit"][: drawn.MOST_PANELS]
    courses = drawn.panels(
        "purity-course", words["charts.purity"], drawn.series_of(model, filters, percent, words), words, "%"
    )
    sections = (
        topic_section(
            model, filters, "harms", words, groups=harms, before=before, most=MOST_ROWS, page="harms"
        ),
        topic_section(
            model, filters, "purity", words, groups=purity, before=courses, most=MOST_ROWS, page="harms"
        ),
        topic_section(model, filters, "trends", words),
    )
    return Content(title=title, lead=lead, sections=sections)
