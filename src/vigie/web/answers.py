"""Requests to answers: page, chart, error. Made once for a model's stamp, then from memory.

In: the page asked for, its parameters and filters, a read model. Out: Answer. Left out: routes (`app.py`), how a page is
made (`pages/`), where the model comes from (`provider.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from vigie.accounts.records import Who, needed
from vigie.charts import draw
from vigie.charts.apart import artist
from vigie.lexicon.terms import data_toml
from vigie.model.errors import SettingsError
from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters
from vigie.web.assets import versions
from vigie.web.cache import Answer, Cache, Drawing, answer
from vigie.web.choices import ALL, Lists, lists
from vigie.web.content import Chart, Content, Missing, NotFoundError, to
from vigie.web.links import ServerLinks
from vigie.web.pages import BY_NAME, MENU, PATHS, Page
from vigie.web.provider import Provider
from vigie.web.render import FORMS, NARROW_FORM, Frame, render
from vigie.web.words import PageWords, page_words

HTML = "text/html; charset=utf-8"
MEDIA = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
_PAGES_BYTES, _DRAWN_BYTES, _FIGURES_BYTES = 48 << 20, 32 << 20, 24 << 20
_LONGEST = 200  # characters of a parameter of a page's own
_QUARTER = re.compile(
    r"[TQ](?P<m>[1-4])[ \u00a0\u202f-]?(?P<a>\d{4})|(?P<b>\d{4})[ \u00a0\u202f-]?[TQ](?P<n>[1-4])",
    re.IGNORECASE | re.ASCII,
)
Charts = Mapping[str, Chart]
NARROW = 340  # px: a picture for a phone


def _size_of(charts: Charts) -> int:
    """Bytes of the figures of one page, near enough to bound them."""
    return sum(2000 + 60 * len(c.figure.columns) * len(c.figure.rows) for c in charts.values()) + 200


class BadFilterError(Exception):
    """A parameter that cannot be read; `said` names it and the repair."""

    def __init__(self, page: Page, params: Mapping[str, str], said: str) -> None:
        self.page, self.params, self.said = page, params, said
        super().__init__(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One page with all that makes it: `own` are parameters behind the question mark that are no filters."""

    lang: str
    page: Page
    params: tuple[tuple[str, str], ...]
    own: tuple[tuple[str, str], ...]
    filters: Filters

    @property
    def query(self) -> str:
        """The canonical query: of two addresses of one page only one is shared."""
        own = urlencode(sorted(self.own))
        return "&".join(part for part in (own, self.filters.query()) if part)

    @property
    def all(self) -> dict[str, str]:
        return dict(self.params) | dict(self.own)


def asked(
    lang: str, page: Page, params: Mapping[str, str], query: Mapping[str, str], *, public: bool
) -> Asked:
    """A request as read. Raises BadFilterError for a filter with a value that is not known."""
    own = {name: query[name][:_LONGEST] for name in page.query if query.get(name)}
    try:
        filters = Filters.parse({**query, "period": _period(query.get("period") or "")}, public=public)
    except SettingsError as error:
        raise BadFilterError(page, dict(params) | own, str(error)) from None
    # A filter that the page does not offer would change nothing and split what is kept of it.
    held = {name: getattr(filters, "lang" if name == "language" else name) for name in page.filters}
    chosen = Filters(**{"lang" if name == "language" else name: value for name, value in held.items()})
    return Asked(lang=lang, page=page, params=tuple(params.items()), own=tuple(own.items()), filters=chosen)


def _period(text: str) -> str:
    """A quarter as pages write it ("T4 2025", "Q4 2025", "t4-2025", "2025-T4") in the form of addresses; the rest as it is."""
    found = _QUARTER.fullmatch(text.strip())
    return f"{found['a'] or found['b']}-Q{found['m'] or found['n']}" if found else text


class Answers:
    """All answers of one application.

    Args:
        contesting, feeding, noting, reviewing: whether notes of readers, feeds, field notes and the review desk are elsewhere in the application.
        door: which page of accounts the pages lead to; "" where there are none.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        public: bool,
        contesting: bool = False,
        feeding: bool = False,
        noting: bool = False,
        reviewing: bool = False,
        door: Literal["", "login", "account"] = "",
    ) -> None:
        self.provider, self.public = provider, public
        self.contesting, self.feeding, self.noting, self.door = contesting, feeding, noting, door
        self.reviewing = reviewing
        self._pages: Cache[Answer] = Cache(_PAGES_BYTES, lambda a: a.size)
        self._drawn: Cache[Answer] = Cache(_DRAWN_BYTES, lambda a: a.size)
        self._figures: Cache[Charts] = Cache(_FIGURES_BYTES, _size_of)
        self._lists: Cache[Lists] = Cache(1 << 20, lambda _: 1000)
        self._drawing = Drawing()
        self._stamp = ""
        self._read = copy(self) if reviewing else self
        self._read.reviewing = False

    def of(self, who: Who) -> Answers:
        """As one person sees them: only who may review is led to the desk. What was made is kept in one place for all."""
        return self if who.may("review") else self._read

    def page(self, one: Asked) -> Answer:
        """Raises NotFoundError, NotReadyError."""
        with self.provider.lease() as model:
            self._forget_others(model.stamp)
            key = (one, model.stamp, self.reviewing)
            return self._pages.get_or_make(key, lambda: self._render(one, model))

    def known(self, one: Asked) -> Answer | None:
        """The same, at once, where it was made before; None else. Raises NotReadyError."""
        with self.provider.lease() as model:
            self._forget_others(model.stamp)
            return self._pages.get((one, model.stamp, self.reviewing))

    def chart(self, one: Asked, chart: str, form: str) -> Answer:
        """A figure of a page in a form; "narrow.svg" is its picture for a phone. Raises NotFoundError, NotReadyError, BusyError."""
        if form not in (*FORMS, NARROW_FORM):
            raise NotFoundError("chart", chart)
        with self.provider.lease() as model:
            self._forget_others(model.stamp)
            key = (one, model.stamp)
            figures = self._figures.get_or_make(key, lambda: self._build(one, model).charts())
            found = figures.get(chart)
            if found is None:
                raise NotFoundError("chart", chart)
            return self._drawn.get_or_make((key, chart, form), lambda: self._draw(found, form))

    def _forget_others(self, stamp: str) -> None:
        """What was made of an earlier model goes: it may hold what was erased since."""
        if stamp != self._stamp:
            self._stamp = stamp
            for kept in (self._pages, self._drawn, self._figures, self._lists):
                kept.clear()

    def _draw(self, chart: Chart, form: str) -> Answer:
        figure = chart.figure
        if form == "csv":
            return answer(draw.csv(figure), MEDIA[form])
        if form == "json":
            return answer(draw.spec(figure), MEDIA[form])
        with self._drawing.place():
            if form == "png":
                return answer(artist().draw(figure, "png"), MEDIA[form])
            width = NARROW if form == NARROW_FORM else chart.width
            return answer(artist().draw(figure, "svg", width), MEDIA["svg"])

    def _build(self, one: Asked, model: ReadModel) -> Content:
        words = page_words(one.lang)
        return one.page.build(model, one.filters, words, **one.all)

    def _render(self, one: Asked, model: ReadModel) -> Answer:
        content = self._build(one, model)
        self._figures.put((one, model.stamp), content.charts())
        words = page_words(one.lang)
        kept = self._lists.get_or_make((model.stamp, one.lang), lambda: lists(model, words))
        frame = Frame(
            name=one.page.name,
            public=self.public,
            door=self.door,
            nav=MENU,
            current=one.page.nav,
            params=one.params + tuple(p for p in one.own if p[0] != "from"),
            hidden=tuple(p for p in one.own if p[0] != "from"),
            filters=one.filters,
            choices=kept.choices(one.page.filters, one.filters, words) if one.page.filters else None,
            built=model.built_on.isoformat(),
        )
        links = self.links(one)
        return answer(render(content, frame, words, links), HTML)

    def links(self, one: Asked) -> ServerLinks:
        return ServerLinks(
            lang=one.lang, paths=PATHS, versions=versions(), name=one.page.name, params=one.all, filters=one.filters,
            contesting=self.contesting, feeding=self.feeding, noting=self.noting,
            reviewing=self.reviewing,
        )  # fmt: skip

    def said(self, lang: str, status: int, content: Content) -> Answer:
        """A page of an error, in the look of the others."""
        words = page_words(lang)
        frame = Frame(name="", public=self.public, door=self.door, nav=MENU)
        links = ServerLinks(
            lang=lang, paths=PATHS, versions=versions(), contesting=self.contesting, feeding=self.feeding,
            noting=self.noting, reviewing=self.reviewing,
        )  # fmt: skip
        return answer(render(content, frame, words, links), HTML, status)

    def not_found(self, lang: str, what: str = "page") -> Answer:
        words = page_words(lang)
        missing = Missing(
            why="no-match",
            text=words[f"error.{what}"],
            target=to("overview"),
            target_text=words["error.back"],
        )
        return self.said(lang, 404, Content(title=words["error.not_found"], notes=(missing,)))

    def bad_filter(self, lang: str, error: BadFilterError) -> Answer:
        words = page_words(lang)
        name, _, rest = error.said.partition(":")
        lead = words.fill("error.bad_filter_lead", name=name)
        # The refusal names the repair in English; the other language has its own for each parameter and edition.
        edition = "public" if self.public else "analyst"
        text = words.get(f"bad_filter.{name}_{edition}") or words.get(f"bad_filter.{name}") or rest.strip()
        missing = Missing(
            why="no-match", text=text, target=to(error.page.name, None, **dict(error.params)),
            target_text=words["error.without"],
        )  # fmt: skip
        return self.said(lang, 400, Content(title=words["error.bad_filter"], lead=lead, notes=(missing,)))

    def forbidden(self, lang: str, what: str, asker: Who) -> Answer:
        """Why not: the form (`what`: "form", "origin"), or the role, which is named. Tokens are refused in front (`auth.py`)."""
        if what in ("form", "origin"):
            return self.plain(lang, 403, "form")
        words = page_words(lang)
        roles = data_toml("accounts", f"words.{lang}.toml")["roles"]
        text = words.fill("error.role_text", needed=roles[needed(what) or "reader"], own=roles[asker.role])
        return self._one_line(lang, 403, words["error.forbidden"], text)

    def plain(self, lang: str, status: int, key: str) -> Answer:
        """busy, failed, form, long_form, making, method, no_form, too_long, unread: one title and one line."""
        words = page_words(lang)
        text = words.get(f"error.{key}_text") or words[f"error.{key}"]
        return self._one_line(lang, status, words[f"error.{key}"], text)

    def _one_line(self, lang: str, status: int, title: str, text: str) -> Answer:
        words = page_words(lang)
        missing = Missing(why="none", text=text, target=to("overview"), target_text=words["error.back"])
        return self.said(lang, status, Content(title=title, notes=(missing,)))


def page_of(path: str) -> tuple[Page, dict[str, str]] | None:
    """The page of a path below the language, without its slash: "substance/cocaine"; "overview" is the first."""
    if path == "overview":
        return BY_NAME["overview"], {}
    parts = path.split("/")
    for page in BY_NAME.values():
        wanted = page.path.strip("/").split("/")
        if len(wanted) != len(parts) or page.path == "/":
            continue
        params = {}
        for want, part in zip(wanted, parts, strict=True):
            if want.startswith("{"):
                params[want.strip("{}")] = part
            elif want != part:
                break
        else:
            return page, params
    return None


def language_of(header: str) -> str:
    """fr or en, the one a browser likes better; French where it says neither."""
    best, weight = "fr", 0.0
    for entry in header.split(",")[:20]:
        name, _, rest = entry.strip().partition(";")
        quality = 1.0
        if rest.strip().startswith("q="):
            with suppress(ValueError):
                quality = float(rest.strip()[2:])
        short = name.strip().lower()[:2]
        if short in ("fr", "en") and quality > weight:
            best, weight = short, quality
    return best


__all__ = ["ALL", "Answers", "Asked", "BadFilterError", "PageWords", "asked", "language_of", "page_of"]
