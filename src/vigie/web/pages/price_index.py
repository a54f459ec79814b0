"""One price index: its course by quarter with 95 % intervals, and each quarter with what it rests on, its stable address and version.

In: rows of a read model. Out: Content; the cells of an index, which the page of prices has too. Left out: how an index is made
(`report/open_index.py` for anyone, `analysis/price_index.py` for the analyst).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from vigie.lexicon.gazetteer import gazetteer
from vigie.lexicon.substances import taxonomy
from vigie.model.errors import SettingsError
from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters, IndexRow
from vigie.report.addresses import Index, print_address
from vigie.stats.prices import PriceState
from vigie.web import drawn
from vigie.web.content import (
    CONTEST,
    Block,
    Cell,
    Content,
    Missing,
    More,
    NotFoundError,
    Row,
    Section,
    Table,
    Target,
    Why,
    to,
)
from vigie.web.groups import index_key, key_of
from vigie.web.words import PageWords

FIGURES = ("estimate", "interval", "index", "index_interval", "statements", "sources")
_LEAST_OWN, _LEAST_SOURCES = 3, 2
MOST_ELSEWHERE = 120  # links to the same product in other areas: more than France has regions and departments


def each(model: ReadModel) -> Iterator[Mapping[str, str]]:
    for substance, unit, area in model.index_keys():
        yield {"key": index_key(substance, unit, area)}


def build(model: ReadModel, filters: Filters, words: PageWords, *, key: str, **own: str) -> Content:
    """Of `key`, "cocaine~g~FR-69". Raises NotFoundError for a product or area that nothing knows."""
    substance, unit, area = parts if len(parts := key_of(key)) == 3 else ("", "", "")
    if substance not in taxonomy() or gazetteer().by_code(area) is None:
        raise NotFoundError("index", key)
    found = model.indices(Filters(substance=substance, area=area))
    rows = [own_price(r) for r in found if r.unit == unit and (r.price is not None or r.n)]
    name = words.name(product_of(substance, unit, words))
    title, crumbs = f"{name}, {words.figures.area(area)}", ((words["nav.prices"], to("prices")),)
    if not rows:
        why: Why = "withheld" if model.public else "none"
        missing = Missing(
            why=why, text=words[f"index.{why}"], target=to("prices"), target_text=words["nav.prices"]
        )
        return Content(title=title, crumbs=crumbs, notes=(missing,))
    behind = to("evidence", Filters(area=area), topic="retail", key=index_key_of_figure(substance, unit))
    table = Table(
        id="index-table",
        caption=words.fill("index.caption_one", what=name, area=words.figures.area(area)),
        columns=tuple(
            words[f"columns.{c}"] for c in ("period", *FIGURES, *(("address",) if model.public else ()))
        ),
        rows=tuple(Row(id=row.period, cells=_cells(model, row, words)) for row in reversed(rows)),
    )
    blocks: tuple[Block, ...] = (
        *drawn.index_lines("price-index", words["charts.index"], rows, words, areas=False),
        table,
        More(links=((words["index.behind"], behind),)),
    )
    sections = [Section(id="index", title=words["index.title"], lead=words["index.lead"], blocks=blocks)]
    elsewhere = [k for k in model.index_keys() if k[:2] == (substance, unit) and k[2] != area][
        :MOST_ELSEWHERE
    ]
    if elsewhere:
        links = tuple((words.figures.area(k[2]), to("price-index", key=index_key(*k))) for k in elsewhere)
        sections.append(
            Section(id="elsewhere", title=words["index.elsewhere"], blocks=(More(links=links, label=words["index.elsewhere"]),))
        )  # fmt: skip
    return Content(
        title=title,
        lead=words["index.lead_one_public" if model.public else "index.lead_one"],
        crumbs=crumbs,
        sections=tuple(sections),
    )


def _cells(model: ReadModel, row: IndexRow, words: PageWords) -> tuple[Cell, ...]:
    quarter = words.figures.quarter(row.period).replace(" ", "\u00a0")
    if not model.public:
        there = to(
            "evidence",
            Filters(area=row.area, period=row.period),
            topic="retail",
            key=index_key_of_figure(row.substance, row.unit),
        )
        return (Cell(text=quarter, target=there), *figures_of(row, words))
    address = address_of(row)
    line = model.version(address, words.lang)[1] if address else ""
    cited = Cell(text=address or "–", target=to(CONTEST, address=address) if line else None, sub=line)
    return (Cell(text=quarter), *figures_of(row, words), cited)


def address_of(row: IndexRow) -> str:
    """The stable address of a public index in a quarter; "" where it can have none."""
    try:
        return print_address(Index(substance=row.substance, unit=row.unit, area=row.area, period=row.period))
    except SettingsError:
        return ""


def target_of(row: IndexRow) -> Target:
    """The page of the index, at a quarter."""
    return to("price-index", None, row.period, key=index_key(row.substance, row.unit, row.area))


def index_key_of_figure(substance: str, unit: str) -> str:
    """The key of the figure whose statements an index counts, in an address."""
    return f"{substance}~{unit}"


def product_of(substance: str, unit: str, words: PageWords) -> str:
    """ "cocaïne, le gramme"."""
    return f"{words.figures.substance(substance)}, {words.fill('per', unit=words.figures.of('units', unit))}"


def own_price(row: IndexRow) -> IndexRow:
    """The row without a price where that rests on other quarters, other areas or one source more than on its own statements."""
    if row.state == PriceState.ESTIMATED.label and row.n >= _LEAST_OWN and row.sources >= _LEAST_SOURCES:
        return row
    return replace(row, price=None, low=None, high=None, index=None, index_low=None, index_high=None)


def figures_of(row: IndexRow, words: PageWords) -> tuple[Cell, ...]:
    """The cells of FIGURES."""
    figures = words.figures
    spread = "–" if row.low is None or row.high is None else figures.money_spread(row.low, row.high)
    around = "–"
    if row.index_low is not None and row.index_high is not None:
        around = figures.spread(round(row.index_low), round(row.index_high))
    texts = (
        words["index.few"] if row.price is None else figures.euro(row.price),
        spread,
        "–" if row.index is None else figures.number(row.index),
        around,
        figures.number(row.n),
        figures.number(row.sources),
    )
    return tuple(Cell(text=text) for text in texts)
