"""Accessibility statement, as the RGAA asks for it: what was tested, what falls short, whom to tell."""

from __future__ import annotations

from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters
from vigie.web.content import Content, Prose, Section
from vigie.web.words import PageWords

_PARTS = ("state", "tested", "short", "made", "contact")


def build(model: ReadModel, filters: Filters, words: PageWords) -> Content:
    sections = tuple(
        Section(
            id=part,
            title=words[f"accessibility.{part}.title"],
            blocks=(
                Prose(
                    paragraphs=words.lines(f"accessibility.{part}.text"),
                    items=words.lines(f"accessibility.{part}.items"),
                ),
            ),
        )
        for part in _PARTS
    )
    return Content(title=words["accessibility.title"], lead=words["accessibility.lead"], sections=sections)
