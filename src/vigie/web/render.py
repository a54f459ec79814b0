"""Content as HTML.

In: Content, words, links, what the model says of itself. Out: bytes of a whole page. Everything is escaped by the templates
(autoescape); nothing is inline, so that the content security policy can forbid it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from vigie import __version__
from vigie.charts import Figure
from vigie.readmodel.records import Filters
from vigie.web.choices import Choices
from vigie.web.content import Content, Table, Target
from vigie.web.links import Links, follow
from vigie.web.rows import figure_rows, table_rows
from vigie.web.words import PageWords

FORMS = ("svg", "png", "csv", "json")
NARROW_FORM = "narrow.svg"  # the picture for a phone
MOST_ROWS = 150  # behind a chart; its CSV file holds all


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around the content.

    Attributes:
        name: the page, one of PAGES; "" for a page of an error.
        nav: pages of the menu in order.
        door: the page of accounts that it leads to; "" where there are none.
        current: the entry of the menu that this page belongs to.
        hidden: parameters of the page that its form of filters carries along.
        choices: what the form offers; None for a page without filters.
        built: the day that the read model was made, ISO; "" without a model.
    """

    name: str
    public: bool
    door: str = ""
    nav: tuple[str, ...] = ()
    current: str = ""
    params: tuple[tuple[str, str], ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    filters: Filters | None = None
    choices: Choices | None = None
    built: str = ""

    @property
    def asked(self) -> dict[str, str]:
        """The parameters of the page, without its filters."""
        return dict(self.params)


@cache
def environment() -> Environment:
    folder = files("vigie") / "data" / "web" / "templates"
    sources = {f.name: f.read_text("utf-8") for f in folder.iterdir() if f.name.endswith(".j2")}
    made = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    made.globals["version"] = __version__
    made.globals["forms"] = FORMS
    return made


def render(content: Content, frame: Frame, words: PageWords, links: Links) -> bytes:
    """One page as UTF-8."""

    def href(target: Target) -> str:
        return follow(links, target)

    def chart_url(chart: str, form: Any) -> str:
        return links.chart(frame.name, chart, form, frame.filters, **dict(frame.params))

    def of_figure(figure: Figure) -> Markup:
        return figure_rows(figure, words, MOST_ROWS)

    def of_table(table: Table, hushed: bool) -> Markup:
        return table_rows(table, href, hushed=hushed)

    page = environment().get_template("page.html.j2")
    return page.render(
        c=content, f=frame, w=words, links=links, href=href, chart_url=chart_url, lang=words.lang,
        figure_rows=of_figure, table_rows=of_table, most_rows=MOST_ROWS,
    ).encode()  # fmt: skip
