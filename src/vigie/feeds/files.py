"""Feeds as files. In: a store, the public gate, a folder. Out: alerts.<lang>.atom and .json, each written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vigie.feeds.atom import atom
from vigie.feeds.entries import site
from vigie.feeds.json_feed import json_feed
from vigie.feeds.public_alerts import public_alerts
from vigie.report.public import Gate
from vigie.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written: files, and how many alerts stand or were withdrawn."""

    paths: tuple[Path, ...]
    current: int
    withdrawn: int


def write_feeds(
    store: Store, gate: Gate, out: Path, *, languages: Sequence[str], base_url: str = "", area: str | None = None
) -> Written:  # fmt: skip
    """Write both kinds of feed in each language. Raises SettingsError if the base URL is none."""
    site(base_url)
    read = gate.at(area).read_alerts(store)
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
