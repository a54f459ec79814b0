"""The public edition as files that any web host can serve, or a browser opens from a folder.

In: a store. Out: a folder: every public page in French and English, its charts as SVG, PNG, CSV and specification, feeds, the open data
package, a file at each stable address (`standing.py`), and with a base address `sitemap.xml` and `robots.txt`. The read model it is made
from holds only what the gate let out and wrote down. The same store on the same day gives the same bytes.
Left out: filters and the form by which readers contest, which need a server.
"""

from __future__ import annotations

import html
import json
import tempfile
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from vigie import __version__
from vigie.charts import Figure, draw
from vigie.lexicon.terms import data_toml
from vigie.readmodel.build import build
from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import NO_FILTERS
from vigie.report.open_data import write_open_data
from vigie.settings import Settings
from vigie.store import Store
from vigie.store.export import FORMATS
from vigie.store.package import FILE as PACKAGE
from vigie.web.answers import NARROW
from vigie.web.assets import assets
from vigie.web.content import Cell, Chart, Content, Missing, NotFoundError, Prose, Row, Section, Table
from vigie.web.feeds import feed_of
from vigie.web.headers import POLICY
from vigie.web.links import LANGUAGES
from vigie.web.pages import BY_NAME, MENU, PAGES
from vigie.web.render import FORMS, NARROW_FORM, Frame, render
from vigie.web.standing import Standing, body, standings
from vigie.web.static_links import Address, StaticLinks, address, chart_file
from vigie.web.swap import MARK, replace_folder
from vigie.web.words import page_words

# A page cannot forbid by itself that others frame it: that is the host's to say.
_POLICY = POLICY.replace("; frame-ancestors 'none'", "")
_HEAD = b'<meta charset="utf-8">'


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a site holds."""

    pages: int
    charts: int
    files: int
    bytes: int


def write_site(
    store: Path | str, out: Path, *, languages: Sequence[str] = LANGUAGES, base_url: str = "", today: date | None = None,
    settings: Settings | None = None, contact: str = "",
) -> Made:  # fmt: skip
    """Write the public edition of a store into a folder. What it shows is written down in the store first.

    Args:
        base_url: where the site will be served, "" if nobody knows yet: then it has no sitemap.
        today: the day from which the public delay counts.
        contact: of the editor, told where a figure can be contested; "" for none.
    Raises:
        StoreError: if the store cannot be written, or the folder holds something else than a site.
    """
    day, chosen = today or date.today(), settings or Settings(store=Path(store))
    made: list[Made] = []

    def fill(folder: Path) -> None:
        with tempfile.TemporaryDirectory(prefix="vigie-site-") as apart:
            path = Path(apart) / "public.duckdb"
            build(store, path, public=True, today=day, settings=chosen)
            with Store.open(store, settings=chosen) as opened:
                write_open_data(opened, folder / "data", FORMATS, as_of=day)
                with ReadModel.open(path) as model:
                    standing = {one.address: one for one in standings(opened, model, tuple(languages))}
            with ReadModel.open(path) as model:
                made.append(
                    _Site(folder, model, tuple(languages), base_url.rstrip("/"), standing, contact).write()
                )

    replace_folder(out, fill)
    return made[0]


@dataclass(slots=True)
class _Site:
    """One site being written."""

    folder: Path
    model: ReadModel
    languages: tuple[str, ...]
    base: str
    standing: Mapping[str, Standing]
    contact: str = ""
    waiting: deque[Address] = field(default_factory=deque)
    known: set[Address] = field(default_factory=set)
    figures: dict[Figure, Figure] = field(default_factory=dict)
    drawn: dict[tuple[Figure, str, int], bytes] = field(default_factory=dict)
    charts: int = 0
    written: list[str] = field(default_factory=list)

    def write(self) -> Made:
        for lang in self.languages:
            for page in PAGES:
                if page.public:
                    for params in page.each(self.model):
                        self._ask(Address(lang=lang, name=page.name, params=tuple(sorted(params.items()))))
        while self.waiting:
            self._page(self.waiting.popleft())
        for one in self.standing.values():
            self._save(one.file, self._standing(one))
        for lang in self.languages:
            self._data(lang)
            for form in ("atom", "json"):
                self._save(f"feeds/alerts.{lang}.{form}", feed_of(self.model, lang, form).body)
        for name, asset in assets().items():
            self._save(f"static/{name}", asset.body)
        self._save("index.html", self._door())
        self._save("404.html", self._lost())
        if self.base:
            self._save("sitemap.xml", self._sitemap())
            self._save("robots.txt", f"User-agent: *\nAllow: /\nSitemap: {self.base}/sitemap.xml\n".encode())
        self._save(MARK, self._manifest())
        files = [f for f in self.folder.rglob("*") if f.is_file()]
        return Made(
            pages=len(self.known),
            charts=self.charts,
            files=len(files),
            bytes=sum(f.stat().st_size for f in files),
        )

    def _ask(self, page: Address) -> None:
        if page not in self.known and BY_NAME[page.name].public:
            self.known.add(page)
            self.waiting.append(page)

    def _links(self, lang: str, here: Address | None, at: str = "") -> StaticLinks:
        return StaticLinks(
            lang=lang, here=here, at=at, asked=self._ask, languages=self.languages, standing=self.standing
        )

    def _page(self, one: Address) -> None:
        words, page = page_words(one.lang), BY_NAME[one.name]
        params = dict(one.params)
        try:
            content = page.build(self.model, one.filters or NO_FILTERS, words, **params)
        except NotFoundError as error:
            text = Missing(why="no-match", text=words[f"error.{error.what}"])
            content = Content(title=words["error.not_found"], notes=(text,))
        frame = self._frame(name=one.name, current=page.nav, params=one.params, filters=one.filters)
        self._save(
            one.file, self._secured(render(content, frame, words, self._links(one.lang, one)), one.file)
        )
        for name, chart in content.charts().items():
            self.charts += 1
            for form in (*FORMS, NARROW_FORM):
                self._save(chart_file(one, name, form), self._draw(chart, form))

    def _frame(self, **more: Any) -> Frame:
        return Frame(public=True, nav=MENU, built=self.model.built_on.isoformat(), **more)

    def _draw(self, chart: Chart, form: str) -> bytes:
        """A figure in a form; what several pages show is drawn once."""
        figure = self.figures.setdefault(chart.figure, chart.figure)  # equal ones have one specification
        if form in ("csv", "json"):
            return draw.csv(figure) if form == "csv" else draw.spec(figure)
        width = NARROW if form == NARROW_FORM else chart.width
        key = (figure, form, width)
        if key not in self.drawn:
            self.drawn[key] = draw.png(figure) if form == "png" else draw.svg(figure, width).encode()
        return self.drawn[key]

    def _secured(self, page: bytes, file: str) -> bytes:
        """The policy of `vigie serve`, as far as a page can say it; its own address, where that is known."""
        more = f'\n<meta http-equiv="Content-Security-Policy" content="{html.escape(_POLICY)}">'
        if self.base:
            more += f'\n<link rel="canonical" href="{html.escape(f"{self.base}/{file}")}">'
        head, found, rest = page.partition(_HEAD)
        assert found, file
        return head + found + more.encode() + rest

    def _standing(self, one: Standing) -> bytes:
        """The file at a stable address; it leads to the page of just that figure where there is one, else to the nearest."""
        links, target = {}, one.target
        for lang in self.languages:
            exact = address(lang, target.page, dict(target.params), target.filters)
            nearest = (
                exact,
                replace(exact, filters=None),
                Address(lang=lang, name=BY_NAME[target.page].nav or target.page),
                Address(lang=lang, name="overview"),
            )
            page = next(a for a in nearest if a in self.known or a is nearest[-1])
            links[lang] = StaticLinks(lang=lang, here=None, at=one.file, asked=self._ask).to(page.file)
        said = " / ".join(data_toml("web", "site.toml")[lang]["standing"] for lang in self.languages)
        static = StaticLinks(lang=self.languages[0], here=None, at=one.file, asked=self._ask).to("static/")
        found = f"<p><code>{html.escape(one.address)}</code></p>\n{body(one, links, self.contact)}"
        return self._bare(self.languages[0], said, found, f"{static}/", "", one.file)

    def _data(self, lang: str) -> None:
        """The page of the open data: each file with its rows and bytes."""
        words, said, at = page_words(lang), data_toml("web", "site.toml")[lang], f"{lang}/data.html"
        links = self._links(lang, None, at)
        package = json.loads((self.folder / "data" / PACKAGE).read_text("utf-8"))
        lines = {f.stem: f.read_bytes().count(b"\n") - 1 for f in (self.folder / "data").glob("*.csv")}
        rows = tuple(
            Row(
                cells=(
                    Cell(text=r["path"], sub=_title(r, lang)), Cell(text=r["format"]),
                    Cell(text=words.figures.number(lines[Path(r["path"]).stem])), Cell(text=words.figures.number(r["bytes"])),
                )
            )
            for r in package["resources"]
        )  # fmt: skip
        table = Table(
            id="files", caption=said["each"], columns=tuple(said["head"]), rows=rows, text_columns=2
        )
        beside = Prose(items=tuple(said[name] for name in ("package", "dictionary", "readme")))
        sections = (
            Section(id="open-data-files", title=said["files"], blocks=(table,)),
            Section(id="open-data-beside", title=said["about"], blocks=(beside,)),
        )
        content = Content(title=said["data"], lead=said["data_lead"], sections=sections)
        page = self._secured(render(content, self._frame(name="data"), words, links), at)
        names = [*(r["path"] for r in package["resources"]), PACKAGE, "data-dictionary.csv", "README.md"]
        self._save(at, _linked(page, names, links))

    def _door(self) -> bytes:
        """The first page: a choice of language, with one language the way to it."""
        found = data_toml("web", "site.toml")
        items = "".join(
            f'<li><a href="{lang}/index.html" lang="{lang}" hreflang="{lang}">{html.escape(found[lang]["language"])}</a>'
            f' <span lang="{lang}">{html.escape(found[lang]["home"])}</span></li>'
            for lang in self.languages
        )
        title = " / ".join(found[lang]["choose"] for lang in self.languages)
        refresh = f'<meta http-equiv="refresh" content="0; url={self.languages[0]}/index.html">\n'
        more = refresh if len(self.languages) == 1 else ""
        return self._bare(self.languages[0], title, f"<ul>{items}</ul>", "static/", more, "index.html")

    def _lost(self) -> bytes:
        """A host shows it at any depth, so that it can link only where the base address is known."""
        found, parts = data_toml("web", "site.toml"), ""
        for lang in self.languages:
            said = found[lang]
            back = (
                f' <a href="{html.escape(self.base)}/{lang}/index.html">{html.escape(said["back"])}</a>'
                if self.base
                else ""
            )
            parts += f'<p lang="{lang}">{html.escape(said["not_found_text"])}{back}</p>'
        title = " / ".join(found[lang]["not_found"] for lang in self.languages)
        style = f"{self.base}/static/" if self.base else ""
        return self._bare(self.languages[0], title, parts, style, "", "404.html")

    def _bare(self, lang: str, title: str, body: str, static: str, more: str, file: str) -> bytes:
        style = "".join(
            f'<link rel="stylesheet" href="{html.escape(static)}{name}.css">\n'
            for name in ("theme", "site")
            if static
        )
        icon = (
            f'<link rel="icon" href="{html.escape(static)}icon.svg" type="image/svg+xml">\n' if static else ""
        )
        page = (
            f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"{more}<title>{html.escape(title)} – Vigie</title>\n{style}{icon}</head>\n<body>\n"
            '<header class="site"><div class="bar"><p class="brand">Vigie</p></div></header>\n'
            f'<main id="main">\n<h1>{html.escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n'
        )
        return self._secured(page.encode(), file)

    def _sitemap(self) -> bytes:
        day = self.model.built_on.isoformat()
        # What stands at an address repeats what its page says: a search leads to the page.
        other = {"404.html", *(one.file for one in self.standing.values())}
        pages = sorted(f for f in self.written if f.endswith(".html") and f not in other)
        urls = "".join(
            f"<url><loc>{html.escape(f'{self.base}/{page}')}</loc><lastmod>{day}</lastmod></url>\n"
            for page in pages
        )
        head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        return f"{head}{urls}</urlset>\n".encode()

    def _manifest(self) -> bytes:
        """What the site is, so that the next run knows it for its own."""
        found: Mapping[str, object] = {
            "vigie": __version__, "built_on": self.model.built_on.isoformat(), "languages": list(self.languages),
            "base_url": self.base, "pages": len(self.known), "charts": self.charts,
        }  # fmt: skip
        return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()

    def _save(self, file: str, data: bytes) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.written.append(file)


def _title(resource: Mapping[str, Any], lang: str) -> str:
    return str(resource["title"] if lang == "fr" else resource["translations"]["en"]["title"])


def _linked(page: bytes, names: Iterable[str], links: StaticLinks) -> bytes:
    """Names of files of the open data as links to them: pages themselves link to pages only."""
    for name in names:
        link = f'<a href="{links.to(f"data/{name}")}" download>{name}</a>'
        page = page.replace(f">{name}".encode(), f">{link}".encode(), 1)
    return page
