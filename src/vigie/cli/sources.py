"""Source cards: source list, check, show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from vigie.cli.app import SOME_REFUSED, ReportFormat, app
from vigie.cli.keeping import STORE, settings_for
from vigie.cli.output import fail, say, table, terminal_width, write, write_json

if TYPE_CHECKING:
    from vigie.model.source import Watched
    from vigie.settings import Settings
    from vigie.watch.volume import Volume

source_app = typer.Typer(
    help="Source cards: who publishes what, under which terms, and how it is watched.\n\nExample: vigie source list",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(source_app, name="source")

CARDS = typer.Option(
    None, "--cards", metavar="DIR", help="Folder of your own source cards (or [watch] cards)."
)
FORMAT = typer.Option(ReportFormat.TABLE, "--format", help="A table, or JSON lines.")
ID = typer.Argument(..., metavar="ID", help="Id of a source card.", show_default=False)
FILES = typer.Argument(None, metavar="FILE…", help="Cards, or folders of cards; without any, all cards.")
HEADER = (
    "id",
    "name",
    "kind",
    "country",
    "lang",
    "grade",
    "feeds",
    "watched",
    "expected",
    "week",
    "last",
    "volume",
)


@source_app.command("list")
def list_(cards: Path | None = CARDS, store: Path | None = STORE, format: ReportFormat = FORMAT) -> None:
    """All source cards, whether they are watched, and whether they bring what their card expects.

    "few": fewer documents in seven days than expected; "silent": none for so long that it is improbable. Both are judged by what the
    watch stored, and for sources that nobody watches by the days of their documents in the store.

    \b
    Example:
      vigie source list
      vigie source list --store france.duckdb --format json
    """
    settings = settings_for(store)
    found = _cards(cards, settings)
    volumes = _volumes(found, settings)
    rows = [_row(card, settings, volumes.get(i)) for i, card in found.items()]
    if format is ReportFormat.JSON:
        for row in rows:
            write_json(dict(zip(HEADER, row, strict=True)))
    else:
        write(table(HEADER, rows, widest=44, width=terminal_width()))
    silent = [i for i, v in volumes.items() if v.verdict == "silent"]
    few = [i for i, v in volumes.items() if v.verdict == "few"]
    if silent:
        say(f"ALERT: silent: {', '.join(silent)} (see whether their feeds have moved)")
    if few:
        say(f"warning: few documents in seven days: {', '.join(few)}")


@source_app.command()
def check(files: list[Path] | None = FILES, cards: Path | None = CARDS, store: Path | None = STORE) -> None:
    """Check source cards: every field, every address, every id. Nothing is fetched.

    \b
    Example:
      vigie source check ./sources/my-agency.toml
      vigie source check
    """
    from vigie.ingest.cards import load_watched, shipped_cards
    from vigie.model.errors import SettingsError

    settings = settings_for(store)
    folder = cards or settings.watch_cards
    given = list(files or ([folder] if folder else []))
    faults, good = 0, 0
    ids: dict[str, Path] = {}
    for file in [f for path in given for f in (sorted(path.glob("*.toml")) if path.is_dir() else [path])]:
        try:
            found = load_watched(file)
            if found.card.id in ids:
                raise SettingsError(f"{file}: id {found.card.id!r} is that of {ids[found.card.id].name} too")
            ids[found.card.id] = file
        except SettingsError as error:
            faults += 1
            say(f"refused: {error}")
            continue
        good += 1
        for hint in _hints(found):
            say(f"hint: {file}: {hint}")
    good += 0 if files else len(shipped_cards())
    say(f"{good} {'card is' if good == 1 else 'cards are'} well formed, {faults} refused")
    if faults:
        raise typer.Exit(SOME_REFUSED)


@source_app.command()
def show(
    id: str = ID, cards: Path | None = CARDS, store: Path | None = STORE, format: ReportFormat = FORMAT
) -> None:
    """One source card with its feeds, and what the watch knows of them.

    \b
    Example:
      vigie source show ansm
    """
    settings = settings_for(store)
    found = _cards(cards, settings).get(id)
    if found is None:
        raise fail(
            f"no source card {id!r} (vigie source list shows all; --cards DIR adds yours)", SOME_REFUSED
        )
    told = _told(found, settings)
    if format is ReportFormat.JSON:
        write_json(told)
        return
    for name, value in told.items():
        if name == "watched_feeds":
            for number, feed in enumerate(value, 1):
                write(
                    f"feed {number}: "
                    + "; ".join(f"{k} {v}" for k, v in feed.items() if v not in ("", 0))
                    + "\n"
                )
        elif value not in ("", [], {}):
            write(
                f"{name}: {', '.join(f'{k} {v}' for k, v in value.items()) if isinstance(value, dict) else value}\n"
            )


def _cards(cards: Path | None, settings: Settings) -> dict[str, Watched]:
    from vigie.ingest.cards import all_cards

    return all_cards(cards or settings.watch_cards)


def _is_on(card: Watched, settings: Settings) -> bool:
    return card.watch.on or card.card.id in settings.watch_on


def _row(card: Watched, settings: Settings, volume: Volume | None) -> tuple[Any, ...]:
    c, w = card.card, card.watch
    return (
        c.id, c.name, c.kind, c.country, c.language, c.grade, len(w.feeds), "on" if _is_on(card, settings) else "off",
        w.expected_per_week or None, volume.week if volume else None, str(volume.last or "") if volume else "",
        volume.verdict if volume else "",
    )  # fmt: skip


def _hints(found: Watched) -> list[str]:
    """What is no fault, and what a reader of figures would miss."""
    c, w = found.card, found.watch
    hints = [
        f"{name} is empty (write {what})"
        for name, value, what in (
            ("publisher", c.publisher, "who answers for it: independent sources are counted by publisher"),
            ("licence", c.licence, "under which terms it may be read"),
            ("legal_basis", c.legal_basis, "why it may be read"),
        )
        if not value
    ]
    if c.kind == "unknown":
        hints.append("kind is unknown: its figures are told apart from none")
    if w.feeds and not w.expected_per_week:
        hints.append("expected_per_week is not given: too few documents are noticed only by its own rhythm")
    return hints


def _volumes(found: Mapping[str, Watched], settings: Settings) -> dict[str, Volume]:
    """Of sources that were watched, and of those that the store holds."""
    from vigie.watch.state import WatchState
    from vigie.watch.volume import volume

    today = datetime.now(UTC).date()
    days: dict[str, list[date]] = {}
    since: dict[str, date] = {}
    state = WatchState.existing(settings.store)
    if state is not None:
        with state:
            for source in found:
                if first := state.first_asked(source):
                    since[source] = datetime.fromtimestamp(first, UTC).date()
                    days[source] = [date.fromisoformat(d) for d in state.days(source)]
    for source, stored in _stored_days(settings).items():
        if source in found and not days.get(source):
            days[source] = stored
    return {
        source: volume(seen, found[source].watch.expected_per_week, today, watched_since=since.get(source))
        for source, seen in sorted(days.items())
    }


def _stored_days(settings: Settings) -> dict[str, list[date]]:
    """Days of the documents of each source in the store; nothing where there is no store, or where it is in use."""
    if not settings.store.exists():
        return {}
    from vigie.model.errors import StoreError
    from vigie.store import Store

    try:
        with Store.open(settings.store, read_only=True, settings=settings) as opened:
            rows = opened.query(
                "SELECT source_id, list(published_start) AS days FROM documents "
                "WHERE source_id <> '' AND published_start = published_end GROUP BY 1"
            ).to_pylist()
    except StoreError as error:
        say(f"vigie: {error}")
        return {}
    return {r["source_id"]: r["days"] for r in rows}


def _told(found: Watched, settings: Settings) -> dict[str, Any]:
    from dataclasses import asdict

    from vigie.cli.watch_report import reason_words
    from vigie.watch.state import WatchState

    card, watch = asdict(found.card), asdict(found.watch)
    feeds = watch.pop("feeds")
    told: dict[str, Any] = {
        **card,
        **{name: list(v) if isinstance(v, tuple) else v for name, v in watch.items()},
        "on": _is_on(found, settings),
        "shipped": found.shipped,
    }
    state = WatchState.existing(settings.store)
    if state is not None:
        with state:
            for feed in feeds:
                known = state.feed(found.card.id, state.key(feed["url"]))
                feed["asked"] = _time(known.asked)
                feed["due"] = _time(known.due)
                feed["trouble"] = reason_words(known.reason) if known.reason else ""
                feed["trouble_since"] = _time(known.since) if known.reason else ""
            told["documents"] = state.counts(found.card.id)
            told["refused"] = {
                reason_words(r): n
                for r, n in state.refusals(found.card.id).items()
                if r not in ("aside", "same")
            }
    told["watched_feeds"] = feeds
    return told


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%MZ") if seconds else ""
