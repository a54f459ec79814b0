"""Every page of the dashboard: the visible tuple PAGES. A page is a name, a path, what it may be asked, and a function that builds it.

How to add a page: a module with a function `(model, filters, words, **params) -> Content`, a line in PAGES, its words in
data/web/words.<lang>.toml (`nav.<name>` and a table of its own).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from vigie.readmodel.model import ReadModel
from vigie.web.choices import ALL
from vigie.web.content import Content
from vigie.web.pages import (
    about,
    accessibility,
    alerts,
    areas,
    channels,
    documents,
    evidence,
    flows,
    harms,
    overview,
    price_index,
    prices,
    sources,
    substances,
    triangulation,
)

Build = Callable[..., Content]
Each = Callable[[ReadModel], Iterator[Mapping[str, str]]]


def _once(model: ReadModel) -> Iterator[Mapping[str, str]]:
    yield {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page.

    Attributes:
        path: below the language; {names} are parameters.
        query: parameters of its own that stand behind the question mark.
        filters: those its form offers; a public page never offers grade and language.
        nav: the entry of the menu that it belongs to.
        each: the parameters of every instance, for a static site.
        public: False for a page of the analyst's edition only.
    """

    name: str
    path: str
    build: Build
    query: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    nav: str = ""
    each: Each = _once
    public: bool = True


_NO_SUBSTANCE = tuple(f for f in ALL if f != "substance")
_NO_AREA = tuple(f for f in ALL if f != "area")

PAGES: tuple[Page, ...] = (
    Page(name="overview", path="/", build=overview.build, filters=ALL, nav="overview"),
    Page(name="prices", path="/prices", build=prices.build, query=("from", "topic"), filters=ALL, nav="prices"),
    Page(name="price-index", path="/price-index/{key}", build=price_index.build, nav="prices", each=price_index.each),
    Page(name="substances", path="/substances", build=substances.listing, filters=_NO_SUBSTANCE, nav="substances"),
    Page(name="substance", path="/substance/{id}", build=substances.build, filters=_NO_SUBSTANCE, nav="substances", each=substances.each),
    Page(name="areas", path="/areas", build=areas.listing, filters=_NO_AREA, nav="areas"),
    Page(name="area", path="/area/{code}", build=areas.build, filters=_NO_AREA, nav="areas", each=areas.each),
    Page(name="channels", path="/channels", build=channels.build, filters=ALL, nav="channels"),
    Page(name="harms", path="/harms", build=harms.build, query=("from", "topic"), filters=ALL, nav="harms"),
    Page(name="flows", path="/flows", build=flows.build, query=("from", "topic"), filters=ALL, nav="flows"),
    Page(name="triangulation", path="/triangulation", build=triangulation.build, filters=("substance", "area", "period"), nav="substances"),
    Page(name="alerts", path="/alerts", build=alerts.listing, filters=("substance", "area"), nav="alerts"),
    Page(name="alert", path="/alert/{id}", build=alerts.build, nav="alerts", each=alerts.each),
    Page(name="documents", path="/documents", build=documents.listing, query=("from",), filters=ALL, nav="documents"),
    Page(name="document", path="/document/{doc_id}", build=documents.build, nav="documents", each=documents.each),
    Page(name="evidence", path="/evidence", build=evidence.build, query=("from", "key", "topic"), filters=ALL, each=evidence.each),
    Page(name="fact", path="/evidence/{address}", build=evidence.fact, each=evidence.each_fact),
    Page(name="sources", path="/sources", build=sources.build, query=("from",), nav="sources"),
    Page(name="about", path="/about", build=about.build),
    Page(name="accessibility", path="/accessibility", build=accessibility.build),
)  # fmt: skip

BY_NAME: Mapping[str, Page] = {page.name: page for page in PAGES}
PATHS: Mapping[str, str] = {page.name: page.path for page in PAGES}
MENU = (
    "overview",
    "prices",
    "substances",
    "areas",
    "channels",
    "harms",
    "flows",
    "alerts",
    "documents",
    "sources",
)
