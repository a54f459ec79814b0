"""Settings with their defaults and units; the environment may name another store, a file (`vigie.toml`) retention periods."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from vigie import place
from vigie.model.errors import SettingsError

STORE_VARIABLE = "VIGIE_STORE"
KEY_VARIABLE = "VIGIE_CONTACT_KEY"
COUNT_VARIABLE = "VIGIE_COUNT_CONTACTS"
SOURCES_VARIABLE = "VIGIE_PUBLIC_SOURCES"
FILE_VARIABLE = "VIGIE_SETTINGS"
WAIT_VARIABLE = "VIGIE_WAIT"
FILE = "vigie.toml"  # looked for beside the store
WAIT = 600.0  # seconds that verbs wait for their turn at the store: longer than making pages of a million statements takes
_MAX_MONTHS = 1200  # as in source cards
_YES, _NO = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")
LEAST_MEMORY_MB = 64  # less is asked for by mistake: gigabytes, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run may be told.

    Attributes:
        store: the store's file; of a store on a server, its working copy here (`vigie.place`).
        batch_documents: documents committed together; a killed run loses at most one unfinished batch.
        batch_chars: code points committed together, so that long reports do not fill the memory.
        retention_months: how long the redacted full text is kept when no source card says otherwise.
        retention_sources: source id -> months; these go before what the cards say.
        store_memory_mb: memory that the database may use before it spills to disk, MB.
        store_threads: threads of the database.
        store_wait: seconds to wait for a turn while other processes have the store open; verbs wait `WAIT` unless told otherwise.
        count_contacts: whether keyed marks of contacts are stored, by which reposts can be counted; off unless asked for.
        contact_key: the file of their key; None for the file beside the store (`vigie.contacts.key`).
        public_sources: independent sources behind a public figure; None for what the public rules ask, never fewer.
        accounts: what the settings file says under [accounts], read by `vigie.accounts` alone; `accounts_folder`: where that file lies.
        watch_contact: page or address that `vigie watch` names to the hosts that it asks; without one it asks nobody.
        watch_cards: folder of the user's own source cards; None for those that come with the program alone.
        watch_on: ids of source cards that are watched besides those that turn themselves on.
    """

    store: Path = Path("vigie.duckdb")
    batch_documents: int = 200
    batch_chars: int = 4_000_000
    retention_months: int = 12
    retention_sources: Mapping[str, int] = field(default_factory=dict)
    store_memory_mb: int = 256
    store_threads: int = 2
    store_wait: float = 0.0
    count_contacts: bool = False
    contact_key: Path | None = None
    public_sources: int | None = None
    accounts: Mapping[str, Any] = field(default_factory=dict)
    accounts_folder: Path = Path()
    watch_contact: str = ""
    watch_cards: Path | None = None
    watch_on: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("batch_documents", "batch_chars", "store_memory_mb", "store_threads"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name} must be at least 1")
        if not 0 <= self.store_wait <= 86_400:
            raise SettingsError("store_wait is from 0 to 86400 seconds")
        if self.retention_months < 0:
            raise SettingsError("retention_months must not be negative")

    def months_for(self, source_id: str, card_months: int | None) -> int:
        """How long the redacted full text of a source is kept; `card_months`: None without a card."""
        months = self.retention_months if card_months is None else card_months
        return self.retention_sources.get(source_id, months)

    @property
    def key_file(self) -> Path:
        """Where the key of contact marks is, or will be."""
        return self.contact_key or self.store.with_suffix(".contacts.key")


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Defaults, with what VIGIE_STORE, VIGIE_COUNT_CONTACTS, VIGIE_CONTACT_KEY and VIGIE_PUBLIC_SOURCES say."""
    store, key = environment.get(STORE_VARIABLE, ""), environment.get(KEY_VARIABLE, "")
    count = environment.get(COUNT_VARIABLE, "").strip().lower()
    if count not in _YES + _NO:
        raise SettingsError(f"{COUNT_VARIABLE} is neither yes nor no (set it to 1 or 0)")
    sources = environment.get(SOURCES_VARIABLE, "").strip()
    if sources and not (sources.isascii() and sources.isdigit()):
        raise SettingsError(f"{SOURCES_VARIABLE} is not a number")
    settings = Settings(
        count_contacts=count in _YES,
        contact_key=Path(key) if key else None,
        public_sources=int(sources) if sources else None,
    )
    return replace(settings, store=place.of(store, environment)) if store else settings


def load(store: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """What the environment says, the store that the command line names, and the settings file.

    The file is the one that VIGIE_SETTINGS names, else `vigie.toml` beside the store, where there is one.
    Raises SettingsError naming the file and the key.
    """
    settings = from_environment(environment)
    told = environment.get(WAIT_VARIABLE, "").strip()
    wait = (
        _wait(told if not told.isascii() or not told.isdigit() else int(told), WAIT_VARIABLE)
        if told
        else WAIT
    )
    settings = replace(settings if store is None else replace(settings, store=store), store_wait=wait)
    named = environment.get(FILE_VARIABLE, "")
    path = Path(named) if named else settings.store.with_name(FILE)
    if not named and not path.is_file():
        return settings
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read ({type(error).__name__})") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}") from None
    retention = _section(table, path, "", ("retention", "public", "watch", "store", "accounts")).get(
        "retention", {}
    )
    known = _section(retention, path, "retention", ("default_months", "sources"))
    if "default_months" in known:
        months = _months(known["default_months"], path, "retention.default_months")
        settings = replace(settings, retention_months=months)
    public = _section(table.get("public", {}), path, "public", ("sources",))
    if "sources" in public and settings.public_sources is None:
        if isinstance(public["sources"], bool) or not isinstance(public["sources"], int):
            raise SettingsError(f"{path}: public.sources is a number of independent sources")
        settings = replace(settings, public_sources=public["sources"])
    opened = _section(table.get("store", {}), path, "store", ("wait", "memory_mb", "copies"))
    if "wait" in opened and not told:
        settings = replace(settings, store_wait=_wait(opened["wait"], f"{path}: store.wait"))
    if "memory_mb" in opened:
        memory = opened["memory_mb"]
        if isinstance(memory, bool) or not isinstance(memory, int) or memory < LEAST_MEMORY_MB:
            raise SettingsError(
                f"{path}: store.memory_mb is a number of megabytes, {LEAST_MEMORY_MB} or more"
            )
        settings = replace(settings, store_memory_mb=memory)
    if not isinstance(opened.get("copies", ""), str):
        raise SettingsError(f"{path}: store.copies is a folder, in quotes")
    settings = _watch(settings, table.get("watch", {}), path)
    known_here = _section(table.get("accounts", {}), path, "accounts", ("heads", "provider"))
    settings = replace(settings, accounts=known_here, accounts_folder=path.parent)
    sources = known.get("sources", {})
    if not isinstance(sources, dict):
        raise SettingsError(f"{path}: retention.sources is a table: source id = months")
    kept = {name: _months(value, path, f"retention.sources.{name}") for name, value in sources.items()}
    return replace(settings, retention_sources=kept)


def _watch(settings: Settings, table: Any, path: Path) -> Settings:
    """What the settings file says of watching; a folder is looked for beside the file."""
    known = _section(table, path, "watch", ("contact", "cards", "on"))
    for name in ("contact", "cards"):
        if not isinstance(known.get(name, ""), str):
            raise SettingsError(f"{path}: watch.{name} is a text in quotes")
    on = known.get("on", [])
    if not isinstance(on, list) or not all(isinstance(source, str) for source in on):
        raise SettingsError(f'{path}: watch.on is a list of ids of source cards, as in ["ofdt", "euda"]')
    return replace(
        settings,
        watch_contact=known.get("contact", ""),
        watch_cards=path.parent / known["cards"] if known.get("cards") else None,
        watch_on=tuple(on),
    )


def _wait(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 86_400:
        raise SettingsError(f"{name} is a whole number of seconds, 0 to 86400")
    return float(value)


def _section(table: Any, path: Path, name: str, known: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(table, dict):
        raise SettingsError(f"{path}: {name} is a table, [{name}]")
    for key in table:
        if key not in known:
            whole = f"{name}.{key}" if name else key
            raise SettingsError(f"{path}: unknown key {whole!r} (known: {', '.join(known)})")
    return table


def _months(value: Any, path: Path, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_MONTHS:
        raise SettingsError(f"{path}: {name} is a number of months, 0 to {_MAX_MONTHS}")
    return value
