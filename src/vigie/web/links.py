"""Addresses of pages, charts and files: templates and pages name a page, never an address.

In: names of PAGES, parameters, filters. Out: URLs. `ServerLinks` serves `vigie serve`; a static site has its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, Protocol
from urllib.parse import quote, quote_plus, urlencode

from vigie.readmodel.records import Filters
from vigie.web.content import CONTEST, Target

Form = Literal["png", "svg", "csv", "json", "narrow.svg"]
LANGUAGES = ("fr", "en")


class Links(Protocol):
    """Addresses as one page sees them: it knows which page it is, so that it can name its other language.

    Attributes:
        dynamic: True where a server answers to filters; a page without one offers none.
    """

    @property
    def dynamic(self) -> bool: ...

    def page(self, name: str, filters: Filters | None = None, **params: str) -> str: ...

    def chart(
        self, page_name: str, chart_id: str, form: Form, filters: Filters | None = None, **params: str
    ) -> str: ...

    def static(self, name: str) -> str: ...

    def feed(self, form: Literal["atom", "json"]) -> str: ...

    def contest(self, address: str) -> str:
        """Where a reader contests a public figure or alert; "" where nobody answers."""
        ...

    def field_note(self) -> str:
        """Where the analyst's team writes field notes; "" where there is no such page."""
        ...

    def review(self) -> str:
        """Where people read again what the machine read; "" where there is no such page."""
        ...

    def other_language(self) -> str:
        """The same page in the other language; "" where there is none."""
        ...

    def data(self) -> str:
        """The page of the open data; "" where there is none."""
        ...


def follow(links: Links, target: Target) -> str:
    """The URL of a target; "" for a note that nobody would answer."""
    if target.page == CONTEST:
        return links.contest(dict(target.params)["address"])
    url = links.page(target.page, target.filters, **dict(target.params))
    return f"{url}#{quote(target.fragment)}" if target.fragment else url


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLinks:
    """Addresses of `vigie serve`, for one page in one language.

    Attributes:
        paths: name -> path of each page below the language ("/substance/{id}").
        versions: file -> what changes with its content, so that a browser may keep it for long.
        contesting: whether the application answers to notes of readers.
        noting: whether it has the page on which field notes are written.
        reviewing: whether it has the review desk.
    """

    lang: str
    paths: Mapping[str, str]
    versions: Mapping[str, str]
    name: str = "overview"
    params: Mapping[str, str] = field(default_factory=dict)
    filters: Filters | None = None
    contesting: bool = False
    feeding: bool = False
    noting: bool = False
    reviewing: bool = False
    dynamic: bool = True

    def page(self, name: str, filters: Filters | None = None, **params: str) -> str:
        return self._page(self.lang, name, filters, params)

    def _page(self, lang: str, name: str, filters: Filters | None, params: Mapping[str, str]) -> str:
        path = self.paths[name]
        if "{" not in path:
            return f"/{lang}{path}{_query(params, filters)}"
        rest = {}
        for key, value in params.items():
            if f"{{{key}}}" in path:
                path = path.replace(f"{{{key}}}", quote(value, safe=""))
            elif f"{{{key}:path}}" in path:
                path = path.replace(f"{{{key}:path}}", quote(value, safe="/"))
            else:
                rest[key] = value
        return f"/{lang}{path}{_query(rest, filters)}"

    def chart(
        self, page_name: str, chart_id: str, form: Form, filters: Filters | None = None, **params: str
    ) -> str:
        path, mark, query = self._page("", page_name, filters, params)[1:].partition("?")
        path = path.rstrip("/") or "/overview"
        return f"/{self.lang}/chart{path}/{quote(chart_id, safe='')}.{form}{mark}{query}"

    def static(self, name: str) -> str:
        version = self.versions.get(name)
        return f"/static/{name}?v={version}" if version else f"/static/{name}"

    def feed(self, form: Literal["atom", "json"]) -> str:
        return f"/feeds/alerts.{self.lang}.{form}" if self.feeding else ""

    def contest(self, address: str) -> str:
        return f"/{self.lang}/contest?{urlencode({'address': address})}" if self.contesting else ""

    def field_note(self) -> str:
        return f"/{self.lang}/field-note" if self.noting else ""

    def review(self) -> str:
        return f"/{self.lang}/review" if self.reviewing else ""

    def data(self) -> str:
        return ""

    def other_language(self) -> str:
        other = LANGUAGES[1 - LANGUAGES.index(self.lang)]
        return self._page(other, self.name, self.filters, self.params)


def _query(params: Mapping[str, str], filters: Filters | None) -> str:
    """As `urlencode`, part by part: a page links a hundred times with the same filters, and pages with the same keys."""
    parts = [f"{_plus(name)}={_plus(value)}" for name, value in sorted(params.items())]
    if filters is not None and (asked := _asked(filters)):
        parts.append(asked)
    return f"?{'&'.join(parts)}" if parts else ""


_plus = lru_cache(maxsize=8192)(quote_plus)


@lru_cache(maxsize=4096)
def _asked(filters: Filters) -> str:
    return filters.query()
