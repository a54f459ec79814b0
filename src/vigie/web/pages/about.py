"""About: what the pages show, how figures are made, what the public does not see, how to cite and contest."""

from __future__ import annotations

from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters
from vigie.report.rules import rules
from vigie.web.content import Content, Prose, Section
from vigie.web.words import PageWords

_PARTS = ("line", "figures", "reading", "states", "limits", "contest")


def build(model: ReadModel, filters: Filters, words: PageWords) -> Content:
    held = rules()
    edition = (
        words.figures.fill("method_public", days=held.delay.days, k=held.sources, persons=held.persons)
        if model.public
        else words.figures["method_analyst"]
    )
    sections = [
        Section(
            id="edition",
            title=words["about.edition"],
            blocks=(
                Prose(
                    paragraphs=(edition, words.figures["rating_public" if model.public else "rating_analyst"])
                ),
            ),
        )
    ]
    sections += [
        Section(
            id=part,
            title=words[f"about.{part}.title"],
            blocks=(
                Prose(paragraphs=words.lines(f"about.{part}.text"), items=words.lines(f"about.{part}.items")),
            ),
        )
        for part in _PARTS
    ]
    return Content(title=words["about.title"], lead=words["about.lead"], sections=tuple(sections))
