"""The verb `vigie site`: the public edition as files."""

from __future__ import annotations

from pathlib import Path

import typer

from vigie.cli.app import WRONG_USE, app
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say, write

SITE_OUT = typer.Option(
    Path("site"), "--out", metavar="DIR", help="Folder to write into; it is replaced whole."
)
SITE_LANG = typer.Option("both", "--lang", metavar="LANG", help="fr, en or both.")
BASE_URL = typer.Option(
    "", "--base-url", metavar="URL", help="Where it will be served: adds sitemap.xml and robots.txt."
)
CONTACT = typer.Option(
    "", "--contact", metavar="TEXT", help="How to reach the editor, where figures can be contested."
)


@app.command()
def site(
    out: Path = SITE_OUT,
    lang: str = SITE_LANG,
    base_url: str = BASE_URL,
    contact: str = CONTACT,
    store: Path | None = STORE,
) -> None:
    """Write the public pages as a static site.

    Any web host can serve the folder, below any path; a browser also opens it from the disk. It holds
    what anyone may see, with charts, feeds and open data, and is written down in the store first.

    \b
    Example:
      vigie site --out ./site
      vigie site --out ./site --base-url https://observatory.example/drugs
    """
    from urllib.parse import urlsplit

    languages = {"both": ("fr", "en"), "fr": ("fr",), "en": ("en",)}.get(lang)
    if languages is None:
        raise fail("--lang is fr, en or both", WRONG_USE)
    parts = urlsplit(base_url)
    if base_url and (
        parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment
    ):
        raise fail("--base-url is an address such as https://observatory.example/drugs", WRONG_USE)
    from importlib.util import find_spec

    from vigie.model.errors import MissingExtraError

    settings = existing(settings_for(store))
    if any(find_spec(name) is None for name in ("jinja2", "altair", "vl_convert", "starlette")):
        raise MissingExtraError("the site", "serve")
    from vigie.web.site import write_site

    made = write_site(
        settings.store,
        out,
        languages=languages,
        base_url=base_url,
        settings=settings,
        contact=contact.strip(),
    )
    write(f"{out / 'index.html'}\n")
    say(f"{made.pages} pages, {made.charts} charts, {made.files} files, {made.bytes / 1e6:.1f} MB")
