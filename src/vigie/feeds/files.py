"""Feeds and drafts as files, each written whole or not at all.

In: a store, the public gate, a folder. Out: alerts.<lang>.atom and .json; cap-<alert>-v<version>.xml.
Left out: what is written in them (`atom.py`, `json_feed.py`, `cap.py`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vigie.feeds.atom import atom
from vigie.feeds.cap import CapDraft
from vigie.feeds.cap_drafts import draft_of_analyst, draft_of_public
from vigie.feeds.entries import site
from vigie.feeds.json_feed import json_feed
from vigie.feeds.public_alerts import public_alerts
from vigie.feeds.versions import record
from vigie.feeds.words import LANGUAGES
from vigie.model.errors import SettingsError
from vigie.report.public import Gate
from vigie.store import Store
from vigie.store.alert_versions import alert_versions
from vigie.store.watchlist import alert_log, saved_alerts, signals_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written: files, and how many alerts stand or were withdrawn."""

    paths: tuple[Path, ...]
    current: int
    withdrawn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Drafts of the alerts that were named, and (name, why) of those that are none."""

    drafts: tuple[CapDraft, ...]
    refused: tuple[tuple[str, str], ...]


def write_feeds(
    store: Store, gate: Gate, out: Path, *, languages: Sequence[str], base_url: str = "", area: str | None = None
) -> Written:  # fmt: skip
    """Write both kinds of feed in each language. Raises SettingsError if the base URL is none."""
    site(base_url)
    read = gate.read_alerts(store)
    record(store, gate, read=read)
    paths: list[Path] = []
    alerts = []
    for lang in languages:
        alerts = public_alerts(store, gate, lang, read=read, area=area)
        for suffix, data in (
            ("atom", atom(alerts, lang=lang, base_url=base_url)),
            ("json", json_feed(alerts, lang=lang, base_url=base_url)),
        ):
            paths.append(write_whole(out / f"alerts.{lang}.{suffix}", data))
    current = sum(a.status == "current" for a in alerts)
    return Written(paths=tuple(paths), current=current, withdrawn=len(alerts) - current)


def cap_drafts(store: Store, gate: Gate, names: Sequence[str], *, base_url: str = "") -> Named:
    """Drafts of the alerts that are named: "w-…", "r3", "a_…", or "all" for all that anyone may read.

    Returns:
        The drafts in order, and the names of which there is no alert, each with why.
    """
    base, read = site(base_url), gate.read_alerts(store)
    record(store, gate, read=read)
    found = {
        lang: {a.identifier: a for a in public_alerts(store, gate, lang, read=read)} for lang in LANGUAGES
    }
    public, known = found[LANGUAGES[0]], alert_versions(store)
    saved = {a.alert_id: a for a in saved_alerts(store)}
    drafts: list[CapDraft] = []
    refused: list[tuple[str, str]] = []
    for name in dict.fromkeys(n for given in names for n in (public if given == "all" else [_short(given)])):
        if name in public:
            same = [found[lang][name] for lang in LANGUAGES]
            drafts.append(draft_of_public(same, base, known.get(same[0].address, ()), gate.day))
        elif name in saved:
            try:
                drafts.append(
                    draft_of_analyst(saved[name], signals_of(store, name), alert_log(store, name), gate.day)
                )
            except SettingsError as error:
                refused.append((name, str(error)))
        else:
            refused.append(
                (name, "no such alert (vigie feed lists those of everyone, vigie stats alert list yours)")
            )
    return Named(drafts=tuple(drafts), refused=tuple(refused))


def _short(name: str) -> str:
    """The name without what stands before it in an address."""
    return name.strip().removeprefix("alert/")


def write_whole(path: Path, data: bytes) -> Path:
    """Write a file so that nobody ever reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path
