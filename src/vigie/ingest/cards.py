"""Source cards that may be watched: those that come with the program, and the user's own folder.

In: TOML files, the fields of a source card and a table `[watch]`. Out: Watched records by id; the user's card takes the place of one
of the same id that comes with the program. Every fault is a SettingsError that names file and field and says the repair.
Left out: whether an address answers: no card is fetched to be checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from vigie.ingest.sources import card_from, read_card
from vigie.model.errors import SettingsError
from vigie.model.source import Feed, FeedKind, ItemsFrom, Only, Watch, Watched

MOST_FEEDS = 50  # of one card
MOST_CARDS = 5_000  # of one folder
_FIELDS = tuple(f.name for f in fields(Watch))
_TEXTS = ("terms", "contact", "checked", "note")
_CHOICES = {"items": get_args(ItemsFrom), "only": get_args(Only)}
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
Refuse = Callable[[str], None]


def load_watched(path: str | Path, *, shipped: bool = False) -> Watched:
    """Read and check one card with its `[watch]`; a card without one is watched by nobody."""
    file = Path(path)
    table = read_card(file)
    watch = table.pop("watch", {})
    card = card_from(file, table)
    return Watched(card=card, watch=_watch(file, watch), shipped=shipped, file=file.name)


def shipped_cards() -> dict[str, Watched]:
    """The cards that come with the program, by id. All of them are off."""
    with as_file(files("vigie").joinpath("data", "sources")) as folder:
        return _folder(folder, shipped=True)


def own_cards(folder: Path, refuse: Refuse | None = None) -> dict[str, Watched]:
    """The cards of the user's folder, by id. Raises SettingsError for a folder that cannot be read, and for two of one id.

    Args:
        refuse: is given the fault of each file that is no card, and the others are read; without it the first fault is raised.
    """
    if not folder.is_dir():
        raise SettingsError(f"{folder}: no such folder of source cards (make it, or leave --cards out)")
    return _folder(folder, shipped=False, refuse=refuse)


def all_cards(folder: Path | None, refuse: Refuse | None = None) -> dict[str, Watched]:
    """Shipped and own cards in order of their ids; `refuse` as in `own_cards`."""
    found = {**shipped_cards(), **(own_cards(folder, refuse) if folder is not None else {})}
    return dict(sorted(found.items()))


def _folder(folder: Path, *, shipped: bool, refuse: Refuse | None = None) -> dict[str, Watched]:
    found: dict[str, Watched] = {}
    names = sorted(f for f in folder.glob("*.toml") if not f.name.startswith("."))
    if len(names) > MOST_CARDS:
        raise SettingsError(f"{folder}: more than {MOST_CARDS} cards (split the folder)")
    for file in names:
        try:
            one = load_watched(file, shipped=shipped)
        except SettingsError as error:
            if refuse is None:
                raise
            refuse(str(error))
            continue
        if one.card.id in found:
            other = found[one.card.id].file
            raise SettingsError(f"{file}: id {one.card.id!r} is that of {other} too (give it another)")
        found[one.card.id] = one
    return found


def _watch(file: Path, table: Any) -> Watch:
    if not isinstance(table, Mapping):
        raise SettingsError(f"{file}: watch is a table, [watch]")
    _known(file, "watch", table, _FIELDS)
    for name in _TEXTS:
        _text(file, f"watch.{name}", table.get(name, ""))
    for name, choices in _CHOICES.items():
        if table.get(name, choices[0]) not in choices:
            raise SettingsError(f"{file}: watch.{name} must be one of {', '.join(choices)}")
    if not isinstance(table.get("on", False), bool):
        raise SettingsError(f"{file}: watch.on must be true or false, without quotes")
    every = _number(file, "watch.every_hours", table.get("every_hours", 24.0), 0.25, 24.0 * 366)
    expected = _number(file, "watch.expected_per_week", table.get("expected_per_week", 0.0), 0.0, 100_000.0)
    back = table.get("days_back", 0)
    if type(back) is not int or not 0 <= back <= 36_600:
        raise SettingsError(f"{file}: watch.days_back must be a whole number of days, 0 for no bound")
    if table.get("checked"):
        try:
            date.fromisoformat(table["checked"])
        except ValueError:
            raise SettingsError(f'{file}: watch.checked must be a day, as in "2026-03-31"') from None
    for name in ("terms",):
        if table.get(name):
            _address(file, f"watch.{name}", table[name])
    hosts = table.get("hosts", [])
    if not isinstance(hosts, list) or not all(isinstance(h, str) and _HOST.fullmatch(h) for h in hosts):
        raise SettingsError(
            f'{file}: watch.hosts is a list of names of hosts, as in ["media.agency.example"]'
        )
    feeds = table.get("feeds", [])
    if not isinstance(feeds, list) or len(feeds) > MOST_FEEDS:
        raise SettingsError(
            f"{file}: watch.feeds is a list of tables, [[watch.feeds]], of {MOST_FEEDS} at most"
        )
    read = tuple(_feed(file, number, feed) for number, feed in enumerate(feeds, 1))
    if len({f.url for f in read}) < len(read):
        raise SettingsError(f"{file}: two feeds have the same url (leave one out)")
    if table.get("items") == "entry" and any(f.kind != "feed" for f in read):
        raise SettingsError(f'{file}: watch.items = "entry" is for feeds: sitemaps and pages hold no text')
    if table.get("on") and not read:
        raise SettingsError(f"{file}: watch.on without a feed (add [[watch.feeds]] with its url)")
    given = {name: table[name] for name in ("on", "items", "only", "days_back", *_TEXTS) if name in table}
    return Watch(
        feeds=read, every_hours=every, expected_per_week=expected, hosts=tuple(hosts), **given
    )  # fmt: skip


def _feed(file: Path, number: int, table: Any) -> Feed:
    name = f"watch.feeds, number {number}"
    if not isinstance(table, Mapping):
        raise SettingsError(f"{file}: {name} is no table (write [[watch.feeds]])")
    _known(file, name, table, tuple(f.name for f in fields(Feed)))
    url = _address(file, f"{name}: url", table.get("url"))
    kind = table.get("kind", "feed")
    if kind not in get_args(FeedKind):
        raise SettingsError(f"{file}: {name}: kind must be one of {', '.join(get_args(FeedKind))}")
    links = _text(file, f"{name}: links", table.get("links", ""))
    try:
        re.compile(links)
    except (re.error, RecursionError, OverflowError):
        raise SettingsError(f"{file}: {name}: links is no regular expression") from None
    if len(links) > 200:
        raise SettingsError(f"{file}: {name}: links is longer than 200 characters")
    if kind == "page" and not links:
        raise SettingsError(f"{file}: {name}: a page needs links, the part that addresses of documents share")
    return Feed(url=url, kind=kind, links=links)


def _known(file: Path, name: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known:
            raise SettingsError(f"{file}: {name}: unknown field {key!r} (known: {', '.join(known)})")


def _text(file: Path, name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise SettingsError(f"{file}: {name} must be a text in quotes")
    return value


def _number(file: Path, name: str, value: Any, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise SettingsError(f"{file}: {name} must be a number from {least:g} to {most:g}")
    return float(value)


def _address(file: Path, name: str, value: Any) -> str:
    """An address that may be asked: http or https, no account, no fragment. The message does not show it."""
    repair = 'must be an address, as in "https://agency.example/news.xml"'
    if not isinstance(value, str) or len(value) > 1000 or not value.isascii() or not value.isprintable():
        raise SettingsError(f"{file}: {name} {repair}")
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise SettingsError(f"{file}: {name} {repair}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in value or port == 0:
        raise SettingsError(f"{file}: {name} {repair}")
    if parts.username is not None or parts.password is not None:
        raise SettingsError(f"{file}: {name} holds an account (what needs one is not watched)")
    if parts.fragment:
        raise SettingsError(f"{file}: {name} ends in a fragment (leave out what follows #)")
    return value
