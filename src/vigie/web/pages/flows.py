"""Flows: routes as sources state them, on a map of the world and as a table; seizures beside them."""

from __future__ import annotations

from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters
from vigie.web import drawn
from vigie.web.content import Content
from vigie.web.pages.parts import MOST_ROWS, map_of, nothing, part_of, topic_section
from vigie.web.words import PageWords


def build(model: ReadModel, filters: Filters, words: PageWords, **own: str) -> Content:
    title, lead = words["flows.title"], words["flows.lead"]
    flows, seizures = model.groups(filters, "flows"), model.groups(filters, "seizures")
    if not flows and not seizures:
        return Content(title=title, lead=lead, notes=(nothing(model, filters, "flows", words),))
    part = part_of(model, filters, words, "flows", {"flows": flows, "seizures": seizures}, own, MOST_ROWS)
    if part is not None:
        return part
    where = map_of(model, filters, "seizures", words, title=words["charts.map_seizures"]) if seizures else ()
    drawing = drawn.flow_map("flow-map", words["charts.flows"], model, filters, flows, words)
    return Content(
        title=title,
        lead=lead,
        sections=(
            topic_section(
                model, filters, "flows", words, groups=flows, before=drawing, most=MOST_ROWS, page="flows"
            ),
            topic_section(
                model, filters, "seizures", words, groups=seizures, before=where, most=MOST_ROWS, page="flows"
            ),
        ),
    )
