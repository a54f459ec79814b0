"""Substances: how often each is spoken of, and all that is said of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vigie.lexicon.substances import taxonomy
from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters, Group
from vigie.web import drawn
from vigie.web.content import (
    Block,
    Cell,
    Content,
    More,
    NotFoundError,
    Pairs,
    Prose,
    Quotes,
    Row,
    Section,
    Table,
    Tiles,
    to,
)
from vigie.web.facts import quote_of
from vigie.web.groups import compared, tile_of
from vigie.web.pages.parts import lead_of, map_of, none_of, nothing, topic_section
from vigie.web.pages.prices import index_section, no_price
from vigie.web.words import PageWords

_TOPICS = ("purity", "seizures", "harms", "trends")
_LATEST = 3  # sentences shown on the page of a substance
_WITH_TILE = ("retail", "purity", "seizures")


def each(model: ReadModel) -> Iterator[Mapping[str, str]]:
    yield from ({"id": code} for code, _ in model.substances(Filters()))


def listing(model: ReadModel, filters: Filters, words: PageWords) -> Content:
    found = model.substances(filters)
    title, lead = words["substances.title"], words["substances.lead"]
    if not found:
        return Content(title=title, lead=lead, notes=(nothing(model, filters, "substances", words),))
    figures = words.figures
    prices: dict[str, Group] = {}
    for group in model.groups(filters, "retail"):
        prices.setdefault(group.key[0], group)
    rows = []
    for code, n in found:
        priced = prices.get(code)
        entry = taxonomy().get(code)
        median = (
            "–"
            if priced is None or priced.figures.median is None
            else (f"{figures.euro(priced.figures.median)} / {figures.of('units', priced.key[1])}")
        )
        rows.append(
            Row(
                id=f"substance-{code}",
                cells=(
                    Cell(text=words.name(figures.substance(code)), target=to("substance", filters, id=code)),
                    Cell(text=words.get(f"groups.{entry.group}", entry.group) if entry else "–"),
                    Cell(text=figures.number(n)),
                    Cell(text=median),
                ),
            )
        )
    table = Table(
        id="substances-table", caption=words["substances.caption"], text_columns=2,
        columns=tuple(words[f"columns.{c}"] for c in ("product", "group", "statements", "retail_price")), rows=tuple(rows),
    )  # fmt: skip
    return Content(
        title=title, lead=lead, sections=(Section(id="all", title=words["substances.all"], blocks=(table,)),)
    )


def build(model: ReadModel, filters: Filters, words: PageWords, *, id: str) -> Content:
    entry = taxonomy().get(id)
    if entry is None:
        raise NotFoundError("substance", id)
    name = words.name(words.figures.substance(id))
    crumbs = ((words["nav.substances"], to("substances", filters)),)
    mine = filters.replace(substance=id)
    totals = model.totals(mine)
    if not totals.observations:
        return Content(title=name, crumbs=crumbs, notes=(nothing(model, mine, "substance", words, id=id),))
    retail = compared(model, mine, "retail")
    tiles = [
        tile_of(g, words, mine)
        for topic in _WITH_TILE
        for g in (retail if topic == "retail" else compared(model, mine, topic))[
            : 2 if topic == "retail" else 1
        ]
        if g.figures.median is not None
    ]
    about: list[Block] = [Tiles(tiles=tuple(tiles))] if tiles else []
    pairs = [(words["substance.group"], Cell(text=words.get(f"groups.{entry.group}", entry.group)))]
    parents = ", ".join(words.figures.substance(p) for p in entry.parents)
    pairs += [
        (words[f"substance.{label}"], Cell(text=value))
        for label, value in (("parents", parents), ("inn", entry.inn), ("cas", entry.cas), ("atc", entry.atc))
        if value
    ]
    about.append(Pairs(pairs=tuple(pairs)))
    courses = drawn.lines(
        "price-course",
        words["charts.retail_course"],
        drawn.series_of(model, mine, [g for g in retail if g.figures.median is not None][:3], words),
        words,
        words["units.euro"],
    )
    sections = [
        Section(id="now", title=words["substance.now"], blocks=tuple(about)),
        topic_section(
            model, mine, "retail", words, groups=retail, before=courses, missing=no_price(model, mine, words)
        ),
        *index_section(model, mine, words),
    ]
    wholesale = compared(model, mine, "wholesale")
    if wholesale:
        sections.append(topic_section(model, mine, "wholesale", words, groups=wholesale))
    for topic in _TOPICS:
        groups = compared(model, mine, topic)
        before = (
            drawn.lines(
                f"{topic}-course",
                words[f"charts.{topic}"],
                drawn.series_of(model, mine, groups[:3], words),
                words,
                "%",
            )
            if topic == "purity"
            else ()
        )
        sections.append(topic_section(model, mine, topic, words, groups=groups, before=before))
    sections.append(_ways(model, mine, words))
    sections.append(_where(model, mine, words))
    facts, _ = model.facts(mine, None, None, _LATEST, 0)
    if facts:
        quotes = Quotes(items=tuple(quote_of(f, words, public=model.public, to_fact=True) for f in facts))
        sections.append(Section(id="latest", title=words["substance.latest"], blocks=(quotes,)))
    links = (
        (words["link.evidence"], to("evidence", mine)),
        (words["link.documents"], to("documents", mine)),
        (words["link.flows"], to("flows", mine)),
        # To the public one page of all products: on a site of files a page for each would say the same again.
        (words["link.triangulation"], to("triangulation", None if model.public else mine)),
    )
    sections.append(
        Section(
            id="more",
            title=words["link.title"],
            blocks=(More(links=links if not model.public else links[2:]),),
        )
    )
    return Content(
        title=name, lead=lead_of(totals, words, public=model.public), crumbs=crumbs, sections=tuple(sections)
    )


def _ways(model: ReadModel, filters: Filters, words: PageWords) -> Section:
    groups = model.groups(filters, "ways")
    before = drawn.bars("ways-bars", words["charts.ways"], groups[:12], words) if len(groups) > 2 else ()
    return topic_section(
        model, filters, "ways", words, groups=groups, before=before, most=20, more=to("channels", filters)
    )


def _where(model: ReadModel, filters: Filters, words: PageWords) -> Section:
    """Areas of which prices or seizures are told, most stated first."""
    blocks: list[Block] = [*map_of(model, filters, "retail", words, title=words["charts.map_retail"])]
    if not blocks:
        blocks += map_of(model, filters, "seizures", words, title=words["charts.map_seizures"])
    found = model.areas(filters, "department")[:24]
    if found:
        blocks.append(
            More(
                links=tuple(
                    (
                        f"{words.figures.area(code)} ({words.figures.number(n)})",
                        to("area", filters.replace(area=None), code=code),
                    )
                    for code, n in found
                ),
                label=words["nav.areas"],
            )
        )
    if not blocks:
        blocks.append(
            none_of(model, filters, "retail", words)
            if not model.public
            else Prose(paragraphs=(words["areas.none_public"],))
        )
    return Section(
        id="where",
        title=words["substance.where"],
        lead=words["overview.where_lead_public" if model.public else "overview.where_lead"],
        blocks=tuple(blocks),
    )
