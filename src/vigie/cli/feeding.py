"""Verbs that hand alerts on as files: feed, cap, edas."""

from __future__ import annotations

from datetime import date
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vigie.cli.app import SOME_REFUSED, WRONG_USE, app
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say, write

if TYPE_CHECKING:
    from vigie.feeds.cap import Scope

OUT = typer.Option(..., "--out", metavar="DIR", help="Folder to write into.", show_default=False)
LANG = typer.Option("both", "--lang", metavar="LANG", help="fr, en or both.")
BASE = typer.Option(
    "", "--base-url", metavar="URL", help="Where the pages stand; without it the feeds hold no link."
)
AREA = typer.Option(None, "--area", metavar="CODE", help="FR-69, FR-ARA or FR (default: everywhere).")
ALERTS = typer.Argument(
    ..., metavar="ALERT…", help="w-…, r3 or a_…; all: those that anyone may read.", show_default=False
)
ADDRESSES = typer.Option([], "--address", metavar="NAME", help="Of a private draft: for whom; repeat.")
SENDER = typer.Option("vigie.draft.invalid", "--sender", metavar="DOMAIN", help="Who would send it.")


class CapScope(str, Enum):  # noqa: UP042 - typer reads the values through str
    """Who may read a draft; the last two only of alerts that anyone may read."""

    RESTRICTED = "restricted"
    PUBLIC = "public"
    PRIVATE = "private"


SCOPE = typer.Option(CapScope.RESTRICTED, "--scope", help="Who may read it.")
_SCOPES: dict[CapScope, Scope] = {
    CapScope.RESTRICTED: "Restricted",
    CapScope.PUBLIC: "Public",
    CapScope.PRIVATE: "Private",
}


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


@app.command()
def cap(
    alerts: list[str] = ALERTS,
    out: Path = OUT,
    scope: CapScope = SCOPE,
    address: list[str] = ADDRESSES,
    sender: str = SENDER,
    base_url: str = BASE,
    store: Path | None = STORE,
) -> None:
    """Write drafts of alerts in the Common Alerting Protocol (CAP 1.2): one XML file for each, in French and English.

    A draft has the status Draft and is restricted to those who review it; Vigie sends no alert. A later version refers to the
    earlier ones, and a withdrawn alert gives a cancellation. Alerts of the analyst stay restricted.

    \b
    Example:
      vigie cap all --out ./cap
      vigie cap w-1f0c52aa90b3 r3 --scope public --sender health.example --out ./cap
      vigie cap a_1f0c52aa90b3 --out ./cap
    """
    from vigie.assess import assess_if_due
    from vigie.feeds.cap import cap as as_xml
    from vigie.feeds.files import cap_drafts, write_whole
    from vigie.report.public import public_gate
    from vigie.store import Store

    settings = existing(settings_for(store))
    with Store.open(settings.store, settings=settings) as opened:
        assess_if_due(opened)
        gate = public_gate(date.today(), settings.public_sources)
        named = cap_drafts(opened, gate, alerts, base_url=base_url)
    # Made before any is written: wrong use leaves nothing behind.
    made = [(d, as_xml(d, scope=_SCOPES[scope], sender=sender, addresses=address)) for d in named.drafts]
    for draft, data in made:
        write(f"{write_whole(out / f'{draft.identifier}.xml', data)}\n")
    for name, why in named.refused:
        say(f"vigie: {name}: {why}")
    if named.refused:
        raise typer.Exit(SOME_REFUSED)
    if not made:
        say("no alert that anyone may read (vigie release add makes one public)")


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
