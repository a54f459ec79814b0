"""Watching, once or for as long as nobody ends it.

In: settings, cards. Out: rounds. The store is opened for the moment of storing only, so that other verbs work beside a watch that stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vigie import __version__
from vigie.fetch.clock import Clock
from vigie.model.errors import SettingsError, StoreError
from vigie.model.source import Watched
from vigie.pipeline import Cleaned, Reading, add
from vigie.settings import Settings
from vigie.store.store import Store
from vigie.watch.records import Deposited, Round
from vigie.watch.rounds import RoundOf, Tell
from vigie.watch.state import WatchState, watch_folder

if TYPE_CHECKING:
    from vigie.fetch.client import Client

LEAST_PAUSE, MOST_PAUSE = 60.0, 3600.0  # seconds between two rounds of a watch that stays
PATIENCE = 60.0  # seconds to wait for a turn at the store, at most: what waits is stored in the next round, and a watch must end when it is told to


def agent(contact: str) -> str:
    """The header by which hosts know who asks. Raises SettingsError without a contact: nobody asks without saying who."""
    contact = contact.strip()
    fits = contact.startswith(("https://", "http://", "mailto:")) or ("@" in contact and "://" not in contact)
    if not contact or not fits:
        raise SettingsError(
            'a watch tells the hosts whom to ask: write in vigie.toml beside the store: [watch] contact = "https://…" '
            "(a page, or an address of a desk)"
        )
    if (
        not contact.isascii()
        or not contact.isprintable()
        or len(contact) > 200
        or set(contact) & set('()<>"\\ ')
    ):
        raise SettingsError("watch.contact: an address in plain letters, without blanks or brackets")
    return f"Vigie/{__version__} (drug market observatory; +{contact})"


def chosen(cards: dict[str, Watched], on: Sequence[str], named: Sequence[str]) -> list[Watched]:
    """The sources to watch: those named on the command line, else those that a card or the settings turn on.

    Raises:
        SettingsError: for an id that no card has, and for a named source without a feed.
    """
    for source in (*named, *on):
        if source not in cards:
            raise SettingsError(
                f"no source card {source!r} (vigie source list shows all; --cards DIR adds yours)"
            )
    ids = list(dict.fromkeys(named)) or [i for i, c in cards.items() if c.watch.on or i in on]
    for source in ids:
        if not cards[source].watch.feeds:
            raise SettingsError(
                f"{source} has no feed to ask: {cards[source].watch.note or 'its card names none'} "
                "(copy the card into your folder and add [[watch.feeds]])"
            )
    return [cards[source] for source in ids]


@dataclass(frozen=True, slots=True, kw_only=True)
class Depot:
    """The store of a watch: opened when something is to be stored, and closed at once."""

    settings: Settings

    def put(self, items: Sequence[Cleaned]) -> Deposited:
        """Store. Raises StoreError while another process holds the store."""
        ids = [item.document.doc_id for item in items]
        with Store.open(self.settings.store, settings=self.settings, wait=self._patience) as store:
            before = store.known(ids)
            summary = add(store, items)
            new = store.known(ids) - before
        refused = tuple(str(r) for r in summary.refused)
        return Deposited(new=frozenset(new), observations=sum(summary.observations.values()), refused=refused)

    def holds(self, ids: Sequence[str]) -> set[str]:
        """Which of these documents are stored. Raises StoreError."""
        if not ids or not self.settings.store.exists():
            return set()
        with Store.open(self.settings.store, settings=self.settings, wait=self._patience) as store:
            return store.known(ids)

    @property
    def _patience(self) -> float:
        return min(self.settings.store_wait, PATIENCE)


def watch_once(
    sources: Sequence[Watched],
    settings: Settings,
    client: Client,
    *,
    reading: Reading | None = None,
    forced: frozenset[str] = frozenset(),
    closing: Callable[[], bool] = lambda: False,
    tell: Tell = lambda _: None,
) -> Round:
    """One round. Raises StoreError while another watch runs for the store."""
    _check_folder(settings.store)
    depot = Depot(settings=settings)
    with WatchState(watch_folder(settings.store)) as state, state.locked():
        work = RoundOf(
            sources,
            state,
            client,
            depot.put,
            depot.holds,
            reading=reading,
            forced=forced,
            closing=closing,
            tell=tell,
        )
        return work.run()


def watch_on(
    sources: Sequence[Watched],
    settings: Settings,
    client: Client,
    *,
    after: Callable[[Round], None],
    reading: Reading | None = None,
    forced: frozenset[str] = frozenset(),
    closing: Callable[[], bool],
    tell: Tell = lambda _: None,
) -> None:
    """Round after round until `closing`; `after` hears of each. Raises StoreError in the first round only: later a store
    that is in use, or a disk that is full, is told and waited for.
    """
    clock: Clock = client.clock
    first = True
    while not closing():
        pause = LEAST_PAUSE
        try:
            done = watch_once(
                sources, settings, client, reading=reading, forced=forced, closing=closing, tell=tell
            )
        except StoreError as error:
            if first:
                raise
            tell(str(error))
        else:
            after(done)
            forced = frozenset()
            pause = MOST_PAUSE if done.next_due is None else done.next_due - clock.now()
        first = False
        until = clock.now() + min(max(pause, LEAST_PAUSE), MOST_PAUSE)
        while not closing() and clock.now() < until:
            clock.sleep(min(1.0, until - clock.now()))


def _check_folder(store: Path) -> None:
    if not store.resolve().parent.is_dir():
        raise SettingsError(f"no folder {store.resolve().parent} (make it first)")
