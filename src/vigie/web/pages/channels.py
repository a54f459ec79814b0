"""Sale channels: channels, delivery, payment and marketing that sources describe. Never ranked by price, never named by vendor."""

from __future__ import annotations

from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters
from vigie.web import drawn
from vigie.web.content import Block, Content, Section
from vigie.web.groups import group_table
from vigie.web.pages.parts import nothing
from vigie.web.words import PageWords

_FAMILIES = ("channel", "delivery", "payment", "marketing")
_MOST = 15


def build(model: ReadModel, filters: Filters, words: PageWords) -> Content:
    title, lead = words["channels.title"], words["channels.lead"]
    groups = model.groups(filters, "ways")
    if not groups:
        return Content(title=title, lead=lead, notes=(nothing(model, filters, "channels", words),))
    sections = []
    for family in _FAMILIES:
        held = [g for g in groups if g.key[0] == family]
        if not held:
            continue
        name = words[f"families.{family}"]
        blocks: list[Block] = []
        if len(held) > 2:
            blocks += drawn.bars(f"ways-{family}", name, held[:_MOST], words)
        blocks.append(group_table("ways", held, words, filters, id=f"{family}-table"))
        sections.append(Section(id=family, title=name, blocks=tuple(blocks)))
    return Content(title=title, lead=lead, sections=tuple(sections))
