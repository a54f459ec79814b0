"""The verb that fetches: watch."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from vigie.cli.app import SOME_REFUSED, STOPPED, WRONG_USE, ReportFormat, app
from vigie.cli.keeping import STORE, counting, settings_for
from vigie.cli.output import fail, say, table, terminal_width, write, write_json

if TYPE_CHECKING:
    from vigie.model.source import Watched
    from vigie.watch.records import Round

CARDS = typer.Option(
    None, "--cards", metavar="DIR", help="Folder of your own source cards (or [watch] cards)."
)
ONCE = typer.Option(False, "--once", help="One round, then stop: for cron and systemd timers.")
NAMED = typer.Option(None, "--source", metavar="ID", help="Only this source, due or not (repeatable).")
CONTACT = typer.Option(
    None, "--contact", metavar="URL", help="Page or address by which hosts reach you (or [watch] contact)."
)
PLAN = typer.Option(False, "--dry-run", help="Say what would be asked; ask nobody.")
FORMAT = typer.Option(
    ReportFormat.TABLE, "--format", help="The summary: a table or JSON lines on standard output."
)


@app.command()
def watch(
    once: bool = ONCE,
    source: list[str] | None = NAMED,
    cards: Path | None = CARDS,
    contact: str | None = CONTACT,
    store: Path | None = STORE,
    dry_run: bool = PLAN,
    format: ReportFormat = FORMAT,
) -> None:
    """Ask the feeds of your sources, politely, and store what is new.

    Nothing is watched until you turn it on: `[watch] on = ["ofdt"]` in vigie.toml, `on = true` in a card of yours, or --source.
    Hosts are asked one request at a time, under your name, within their robots.txt; what they reserve is not read. A stop or a
    kill at any moment loses nothing: the next run goes on.

    \b
    Example:
      vigie source list
      vigie watch --once --source euda --contact https://observatory.example/watch
      vigie watch
    """
    from vigie.ingest.cards import all_cards
    from vigie.watch.service import agent, chosen

    settings = settings_for(store)
    faults: list[str] = []
    every = all_cards(cards or settings.watch_cards, faults.append)
    for fault in faults:  # one file that is no card must not silence the others
        say(f"refused: {fault}")
    sources = chosen(every, settings.watch_on, source or [])
    if not sources:
        raise fail('nothing is turned on (vigie.toml: [watch] on = ["ofdt"]; or --source ID)', WRONG_USE)
    if dry_run:
        _plan(sources)
        if faults:
            raise typer.Exit(SOME_REFUSED)
        return
    name = agent(contact or settings.watch_contact)
    try:
        from vigie.fetch.client import Client
    except ImportError:
        from vigie.model.errors import MissingExtraError

        raise MissingExtraError("watching", "watch") from None
    from vigie.cli.watch_report import round_json, round_text
    from vigie.pipeline import Reading
    from vigie.watch.service import watch_on, watch_once

    reading = Reading()
    if settings.count_contacts:
        reading = counting(reading, settings)
    closing = _closing()
    forced = frozenset(source or ())

    def after(done: Round) -> None:
        if format is ReportFormat.JSON:
            write_json(round_json(done, sources, settings.store))
        else:
            write(round_text(done, sources, settings.store, terminal_width()))

    def tell(line: str) -> None:
        say(f"refused: {line}")

    with Client(name, closing=closing) as client:
        options: dict[str, Any] = {"reading": reading, "forced": forced, "closing": closing, "tell": tell}
        if not once:
            watch_on(sources, settings, client, after=after, **options)
            raise typer.Exit(STOPPED)
        done = watch_once(sources, settings, client, **options)
    after(done)
    if done.stopped:
        say("vigie: stopped; the next run goes on")
        raise typer.Exit(STOPPED)
    if done.troubled or faults:
        raise typer.Exit(SOME_REFUSED)


def _closing() -> Callable[[], bool]:
    """Whether somebody asked to stop: what is at work is stored first, and nothing is left half done."""
    asked: list[int] = []

    def stop(number: int, _frame: object) -> None:
        if asked:
            raise KeyboardInterrupt  # the second time, at once: a kill loses nothing either
        asked.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(ValueError):  # not in the main thread: whoever called us stops us
            signal.signal(number, stop)
    return lambda: bool(asked)


def _plan(sources: list[Watched]) -> None:
    rows = [(s.card.id, f.kind, s.watch.every_hours, f.url) for s in sources for f in s.watch.feeds]
    write(table(("source", "kind", "every (h)", "address"), rows, widest=100, width=terminal_width()))
    say("nothing was asked")
