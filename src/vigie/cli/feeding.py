"""Verbs that hand alerts on as files: feed, cap, edas."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import typer

from vigie.cli.app import WRONG_USE, app
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say, write

OUT = typer.Option(..., "--out", metavar="DIR", help="Folder to write into.", show_default=False)
LANG = typer.Option("both", "--lang", metavar="LANG", help="fr, en or both.")
BASE = typer.Option(
    "", "--base-url", metavar="URL", help="Where the pages stand; without it the feeds hold no link."
)
AREA = typer.Option(None, "--area", metavar="CODE", help="FR-69, FR-ARA or FR (default: everywhere).")


@app.command()
def feed(
    out: Path = OUT, lang: str = LANG, base_url: str = BASE, area: str | None = AREA, store: Path | None = STORE
) -> None:  # fmt: skip
    """Write public alerts as Atom and JSON Feed, which any reader of news can follow.

    Official warnings stand there at once and in their own words; other alerts once an editor released them (vigie release).
    What was withdrawn stays, marked as such. The same alerts give the same bytes.

    \b
    Example:
      vigie feed --out ./feeds --base-url https://observatory.example
      vigie feed --out ./feeds --lang fr --area FR-69
    """
    languages, code = languages_of(lang), area_of(area)
    from vigie.assess import assess_if_due
    from vigie.feeds.files import write_feeds
    from vigie.model.errors import SettingsError
    from vigie.report.public import public_gate
    from vigie.store import Store

    settings = existing(settings_for(store))
    with Store.open(settings.store, settings=settings) as opened:
        assess_if_due(opened)
        gate = public_gate(date.today(), settings.public_sources)
        try:
            written = write_feeds(opened, gate, out, languages=languages, base_url=base_url, area=code)
        except SettingsError as error:
            raise fail(f"--base-url: {error}", WRONG_USE) from None
    for path in written.paths:
        write(f"{path}\n")
    say(f"{written.current} alerts, {written.withdrawn} withdrawn")


def languages_of(lang: str) -> list[str]:
    """The languages that are asked for; another one is wrong use."""
    if lang not in ("fr", "en", "both"):
        raise fail("--lang is fr, en or both", WRONG_USE)
    return ["fr", "en"] if lang == "both" else [lang]


def area_of(area: str | None) -> str | None:
    """The code of an area; one that nobody knows is wrong use."""
    from vigie.lexicon.gazetteer import place_by_code

    code = area and area.strip().upper()
    if code is not None and (not code or place_by_code(code) is None):
        raise fail("--area is no known code (FR-69, FR-ARA, FR)", WRONG_USE)
    return code
