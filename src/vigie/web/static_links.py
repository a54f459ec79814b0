"""Addresses of a static site: a file for each page, relative links only, so that it works below any path and from a folder.

In: names of PAGES, parameters, filters. Out: relative URLs; each page that a link names is remembered, so that it is made and no
link is dead. Nobody answers to filters there: a link keeps them only where they say which evidence is meant, and else leads to the
page without them.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from vigie.readmodel.records import Filters
from vigie.web.links import LANGUAGES, Form
from vigie.web.pages import PATHS
from vigie.web.standing import file_of

FILTERED = ("evidence",)  # pages that are made for filters, too: those of a figure
_LONGEST = 120  # characters of a file's name, of which systems take 255 bytes
_PLAIN = re.compile(r"[A-Za-z0-9_-]")
Params = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One page of the site."""

    lang: str
    name: str
    params: Params = ()
    filters: Filters | None = None

    @property
    def stem(self) -> str:
        """Its file below the site, without ".html": "fr/substance/cocaine"."""
        path, rest = PATHS[self.name].strip("/"), dict(self.params)
        for key in dict(self.params):
            if f"{{{key}}}" in path:
                path = path.replace(f"{{{key}}}", _plain(rest.pop(key)))
        parts = [f"{key}-{_plain(value)}" for key, value in sorted(rest.items())]
        parts += [_plain(self.filters.query())] if self.filters else []
        name = ".".join(parts)
        if len(name) > _LONGEST:
            name = f"{name[:_LONGEST]}.{hashlib.sha256(name.encode()).hexdigest()[:12]}"
        return "/".join(part for part in (self.lang, path or ("" if name else "index"), name) if part)

    @property
    def file(self) -> str:
        return f"{self.stem}.html"


def address(lang: str, name: str, params: Mapping[str, str], filters: Filters | None) -> Address:
    kept = filters if filters and name in FILTERED else None
    return Address(lang=lang, name=name, params=tuple(sorted(params.items())), filters=kept)


def _plain(text: str) -> str:
    """Letters of ASCII, figures, - and _ stay; anything else is ~ and two hexadecimal digits a byte: fit for files and URLs."""
    return "".join(c if _PLAIN.match(c) else "".join(f"~{b:02x}" for b in c.encode()) for c in text)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticLinks:
    """Addresses as one page of the site sees them.

    Attributes:
        here: its own address; None for a page that PAGES does not have, which lies at `at`.
        asked: takes each page that a link names.
        at: where it lies below the site, "fr/data.html".
        standing: stable addresses at which the site has a file.
    """

    lang: str
    here: Address | None
    asked: Callable[[Address], None]
    languages: tuple[str, ...] = LANGUAGES
    at: str = ""
    standing: Collection[str] = ()
    feeding: bool = True
    dynamic: bool = False

    @property
    def _folder(self) -> str:
        return posixpath.dirname(self.here.file if self.here else self.at)

    def to(self, file: str) -> str:
        """A file of the site, from here."""
        return posixpath.relpath(file, self._folder or ".")

    def page(self, name: str, filters: Filters | None = None, **params: str) -> str:
        return self._to(address(self.lang, name, params, filters))

    def _to(self, found: Address) -> str:
        self.asked(found)
        return self.to(found.file)

    def chart(
        self, page_name: str, chart_id: str, form: Form, filters: Filters | None = None, **params: str
    ) -> str:
        return self.to(chart_file(address(self.lang, page_name, params, filters), chart_id, form))

    def static(self, name: str) -> str:
        return self.to(f"static/{name}")

    def feed(self, form: Literal["atom", "json"]) -> str:
        return self.to(f"feeds/alerts.{self.lang}.{form}") if self.feeding else ""

    def contest(self, address: str) -> str:
        """The file at the address itself, which says what changed there and how to reach the editor."""
        return f"{self.to(file_of(address))}#contest-{self.lang}" if address in self.standing else ""

    def field_note(self) -> str:
        return ""

    def review(self) -> str:
        return ""

    def data(self) -> str:
        """The page of the open data."""
        return self.to(f"{self.lang}/data.html")

    def other_language(self) -> str:
        other = next((lang for lang in self.languages if lang != self.lang), "")
        if not other:
            return ""
        if self.here is None:
            return self.to(f"{other}/{posixpath.basename(self.at)}")
        return self._to(
            Address(lang=other, name=self.here.name, params=self.here.params, filters=self.here.filters)
        )


def chart_file(page: Address, chart_id: str, form: str) -> str:
    """Where a figure of a page lies: "fr/substance/cocaine.charts/prices.svg"."""
    return f"{page.stem}.charts/{_plain(chart_id)}.{form}"
