"""Prices: retail and wholesale as tables and courses, the price index with its 95 % intervals."""

from __future__ import annotations

from collections.abc import Mapping

from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters, Group, IndexRow
from vigie.web import drawn
from vigie.web.content import Block, Cell, Content, Missing, Row, Section, Table, Why, to
from vigie.web.groups import compared
from vigie.web.pages.parts import FEW_ROWS, map_of, nothing, part_of, rest_of, start_of, topic_section
from vigie.web.pages.price_index import FIGURES, figures_of, own_price, product_of, target_of
from vigie.web.words import PageWords


def build(model: ReadModel, filters: Filters, words: PageWords, **own: str) -> Content:
    title, lead = words["prices.title"], words["prices.lead"]
    retail, wholesale = (compared(model, filters, topic) for topic in ("retail", "wholesale"))
    if not retail and not wholesale:
        return Content(title=title, lead=lead, notes=(nothing(model, filters, "prices", words),))
    groups = {"retail": retail, "wholesale": wholesale}
    part = part_of(model, filters, words, "prices", groups, own, FEW_ROWS) or _rest_of_index(
        model, filters, words, own
    )
    if part is not None:
        return part
    sections = [
        topic_section(
            model,
            filters,
            "retail",
            words,
            groups=retail,
            before=_courses(model, filters, retail, words),
            most=FEW_ROWS,
            page="prices",
        ),
        *index_section(model, filters, words),
        topic_section(model, filters, "wholesale", words, groups=wholesale, most=FEW_ROWS, page="prices"),
    ]
    where = map_of(model, filters, "retail", words, title=words["charts.map_retail"])
    if where:
        sections.append(
            Section(
                id="where",
                title=words["overview.where"],
                lead=words["overview.where_lead_public" if model.public else "overview.where_lead"],
                blocks=where,
            )
        )
    return Content(title=title, lead=lead, sections=tuple(sections))


def _courses(model: ReadModel, filters: Filters, groups: list[Group], words: PageWords) -> tuple[Block, ...]:
    """One panel a product, most stated first; prices of a gram and of a piece share no axis."""
    blocks: list[Block] = []
    for unit, id in (("g", "retail-grams"), ("", "retail-units")):
        held = [g for g in groups if (g.key[1] == "g") == (unit == "g")]
        series = drawn.series_of(model, filters, held[: drawn.MOST_PANELS], words)
        blocks += drawn.panels(id, words[f"charts.{id}"], series, words, words["units.euro"])
    return tuple(blocks)


def _rest_of_index(
    model: ReadModel, filters: Filters, words: PageWords, own: Mapping[str, str]
) -> Content | None:
    """The page of the indices from `from` on; None where they are not asked for, or end before."""
    start = start_of(own, FEW_ROWS)
    sections = index_section(model, filters, words, start) if start and own.get("topic") == "index" else ()
    if not sections:
        return None
    crumbs = ((words["nav.prices"], to("prices", filters)),)
    return Content(title=words["prices.title"], crumbs=crumbs, sections=sections)


def index_section(
    model: ReadModel, filters: Filters, words: PageWords, start: int = 0
) -> tuple[Section, ...]:
    """Indices of the filter's area, or of the whole countries; nothing where the model has none, or none from `start` on."""
    rows = [own_price(r) for r in model.indices(filters) if r.price is not None or r.n]
    if filters.area is None:
        rows = [r for r in rows if "-" not in r.area]
    if not any(r.price is not None for r in rows):
        return ()
    several = len({r.area for r in rows}) > 1
    latest: dict[tuple[str, str, str], IndexRow] = {}
    for row in rows:
        key = (row.substance, row.unit, row.area)
        if row.price is not None or key not in latest or latest[key].price is None:
            latest[row.substance, row.unit, row.area] = row
    if start >= len(latest):
        return ()
    table = Table(
        id="index-table",
        caption=words["index.caption"],
        columns=tuple(words[f"columns.{c}"] for c in _INDEX),
        text_columns=3,
        rows=tuple(
            Row(id="-".join(("index", *key)), cells=_cells(row, words))
            for key, row in list(latest.items())[start : start + FEW_ROWS]
        ),
    )
    drawn_: tuple[Block, ...] = ()
    if not start:
        drawn_ = drawn.index_lines("price-index", words["charts.index"], rows, words, areas=several)
    blocks = (*drawn_, table, *rest_of("prices", filters, "index", start, len(latest), words, FEW_ROWS))
    return (Section(id="index", title=words["index.title"], lead=words["index.lead"], blocks=blocks),)


_INDEX = ("product", "area", "period", *FIGURES)


def _cells(row: IndexRow, words: PageWords) -> tuple[Cell, ...]:
    figures = words.figures
    return (
        Cell(text=words.name(product_of(row.substance, row.unit, words)), target=target_of(row)),
        Cell(text=figures.area(row.area)),
        Cell(text=figures.quarter(row.period).replace(" ", "\u00a0")),
        *figures_of(row, words),
    )


def no_price(model: ReadModel, filters: Filters, words: PageWords) -> Missing:
    """A substance or area of which no price is stated."""
    why: Why = "withheld" if model.public else "none"
    return Missing(why=why, text=words[f"prices.{why}"], repair=words["prices.repair"])
