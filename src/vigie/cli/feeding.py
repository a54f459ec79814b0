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
EDAS_ALERTS = typer.Argument(None, metavar="[ALERT]…", help="w-…, r3 or a_….", show_default=False)
SUBSTANCE = typer.Option(None, "--substance", metavar="ID", help="Canonical id, with all that belong to it.")
SINCE = typer.Option(
    None, "--since", metavar="DAY", help="With --substance: what happened since (2026-03-31)."
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


@app.command()
def edas(
    alert: list[str] | None = EDAS_ALERTS,
    substance: str | None = SUBSTANCE,
    area: str | None = AREA,
    since: str | None = SINCE,
    lang: str = LANG,
    out: Path = OUT,
    store: Path | None = STORE,
) -> None:
    """Write a draft notification to the European Drug Alert System: the ten points of Article 13(2) of Regulation (EU) 2023/1322.

    Each point has the sentences that speak of it, with source and grade, or says that it is not known. For the analyst and the
    national focal point: not for publication.

    \b
    Example:
      vigie edas a_1f0c52aa90b3 --out ./edas
      vigie edas --substance nitazenes --area FR-69 --since 2026-01-01 --lang en --out ./edas
    """
    languages, code, day = languages_of(lang), area_of(area), day_of(since)
    if bool(alert) == (substance is not None):
        raise fail("name alerts, or a substance with --substance", WRONG_USE)
    if alert and (code or day):
        raise fail("--area and --since go with --substance: an alert has its own", WRONG_USE)
    from vigie.feeds.edas import notification
    from vigie.feeds.edas_facts import of_alert, of_substance
    from vigie.feeds.edas_pages import as_json, markdown
    from vigie.feeds.files import write_whole
    from vigie.model.errors import StoreError
    from vigie.store import Store

    settings = existing(settings_for(store))
    refused, found = [], []
    with Store.open(settings.store, read_only=True, settings=settings) as opened:
        if substance is not None:
            found.append(of_substance(opened, substance, area=code, since=day))
        for name in dict.fromkeys(alert or ()):
            try:
                found.append(of_alert(opened, name))
            except StoreError as error:
                refused.append(str(error))
    for gathered in found:
        for language in languages:
            draft = notification(gathered, language)
            name = f"edas-{gathered.name}" + (f"-{gathered.area}" if substance and gathered.area else "")
            for suffix, data in (("md", markdown(draft)), ("json", as_json(draft))):
                write(f"{write_whole(out / f'{name}.{language}.{suffix}', data)}\n")
        known = sum(p.is_known for p in draft.points)
        say(
            f"{gathered.name}: {known} of {len(draft.points)} points have evidence; a draft, not for publication"
        )
    for why in refused:
        say(f"vigie: {why}")
    if refused:
        raise typer.Exit(SOME_REFUSED)


def day_of(text: str | None) -> date | None:
    """A day; anything else is wrong use."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise fail("--since is a day: 2026-03-31", WRONG_USE) from None


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
