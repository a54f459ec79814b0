"""Areas: countries, regions and departments by how often they are spoken of, and all that is said of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vigie.lexicon.gazetteer import containing, place_by_code
from vigie.model.errors import SettingsError
from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters, Level
from vigie.web import drawn
from vigie.web.content import Block, Cell, Content, More, NotFoundError, Row, Section, Table, Tiles, to
from vigie.web.groups import compared, tile_of
from vigie.web.pages.alerts import cards_of
from vigie.web.pages.parts import lead_of, map_of, nothing, topic_section
from vigie.web.words import PageWords

_LEVELS: tuple[Level, ...] = ("department", "region", "country")
_TOPICS = ("purity", "seizures", "harms", "trends")


def each(model: ReadModel) -> Iterator[Mapping[str, str]]:
    yield from ({"code": code} for code, _ in model.areas(Filters()))


def listing(model: ReadModel, filters: Filters, words: PageWords) -> Content:
    title, lead = words["areas.title"], words["areas.lead"]
    sections = []
    for level in _LEVELS:
        found = model.areas(filters, level)
        if not found:
            continue
        blocks: list[Block] = []
        if level == "department":
            blocks += map_of(model, filters, "retail", words, title=words["charts.map_retail"])
        rows = tuple(
            Row(
                id=f"{level}-{code}",
                cells=(
                    Cell(
                        text=words.figures.area(code),
                        target=to("area", filters.replace(area=None), code=code),
                    ),
                    Cell(text=code),
                    Cell(text=words.figures.number(n)),
                ),
            )
            for code, n in found
        )
        columns = tuple(words[f"columns.{c}"] for c in ("area", "code", "statements"))
        blocks.append(
            Table(
                id=f"{level}-table",
                caption=words["areas.caption"],
                columns=columns,
                rows=rows,
                text_columns=2,
            )
        )
        sections.append(Section(id=level, title=words[f"levels.{level}"], blocks=tuple(blocks)))
    if not sections:
        return Content(title=title, lead=lead, notes=(nothing(model, filters, "areas", words),))
    return Content(title=title, lead=lead, sections=tuple(sections))


def build(model: ReadModel, filters: Filters, words: PageWords, *, code: str) -> Content:
    place = place_by_code(code)
    if place is None:
        raise NotFoundError("area", code)
    try:
        mine = filters.replace(area=Filters.parse({"area": code}, public=model.public).area)
    except SettingsError:
        raise NotFoundError("area", code) from None
    name = words.figures.area(code)
    above = containing(place)
    crumbs = (
        (words["nav.areas"], to("areas", filters)),
        *((words.figures.area(str(p.code)), to("area", filters, code=str(p.code))) for p in reversed(above)),
    )
    totals = model.totals(mine)
    if not totals.observations:
        return Content(title=name, crumbs=crumbs, notes=(nothing(model, mine, "area", words, code=code),))
    retail = compared(model, mine, "retail")
    tiles = tuple(tile_of(g, words, mine) for g in retail[:4] if g.figures.median is not None)
    first: list[Block] = [Tiles(tiles=tiles)] if tiles else []
    counts = model.counts(mine.replace(period=None), (), "quarter")
    first += drawn.counted(
        "statements", words["charts.statements_area"], counts, words, note=drawn.incomplete(model, words)
    )
    if first:
        first += drawn.collected("collected", model, words)
    alerts = [a for a in model.alerts(mine.replace(period=None), lang=words.lang) if a.area == mine.area][:3]
    courses = drawn.panels(
        "price-course",
        words["charts.retail"],
        drawn.series_of(model, mine, [g for g in retail if g.key[1] == "g"][:6], words),
        words,
        words["units.euro"],
    )
    sections = [Section(id="now", title=words["substance.now"], blocks=tuple(first))] if first else []
    if alerts:
        sections.append(
            Section(id="alerts", title=words["overview.alerts"], blocks=(cards_of(alerts, words),))
        )
    sections.append(topic_section(model, mine, "retail", words, groups=retail, before=courses))
    sections += [topic_section(model, mine, topic, words) for topic in _TOPICS]
    sections.append(topic_section(model, mine, "ways", words, most=20, more=to("channels", mine)))
    substances = model.substances(mine)[:30]
    links = More(
        label=words["nav.substances"],
        links=tuple(
            (
                f"{words.name(words.figures.substance(s))} ({words.figures.number(n)})",
                to("substance", mine, id=s),
            )
            for s, n in substances
        ),
    )
    sections.append(Section(id="substances", title=words["nav.substances"], blocks=(links,)))
    if not model.public:
        more = More(
            links=(
                (words["link.evidence"], to("evidence", mine)),
                (words["link.documents"], to("documents", mine)),
                (words["link.triangulation"], to("triangulation", mine)),
            )
        )
        sections.append(Section(id="more", title=words["link.title"], blocks=(more,)))
    return Content(
        title=name, lead=lead_of(totals, words, public=model.public), crumbs=crumbs, sections=tuple(sections)
    )
