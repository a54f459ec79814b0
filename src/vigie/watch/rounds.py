"""One round: every feed that is due is asked, every new document fetched, redacted and stored.

In: watched sources, the state, a client, a way to store. Out: Round. Hosts take turns, so that the delay that one asks for is spent on the
others. A document is raw only between the client and `clean_stream`, in memory. Left out: when rounds happen (`service.py`).
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vigie.fetch.limits import limits_table
from vigie.fetch.outcome import Answer, Known, Unfetched
from vigie.model.errors import StoreError, VigieError
from vigie.model.period import PartialDate
from vigie.model.source import Feed, Watched
from vigie.pipeline import Cleaned, Reading, clean_stream, place_of
from vigie.redact.paths import redact_path
from vigie.watch.entries import Entry, Listing, listing
from vigie.watch.pages import FEED_MEDIA, MEDIA, document, entry_page, plain_address
from vigie.watch.placing import Near, Placed, Placing, near
from vigie.watch.records import Deposited, Round, SourceRound
from vigie.watch.state import FeedState, Item, WatchState

if TYPE_CHECKING:
    from vigie.fetch.client import Client

HOUR = 3600.0
# What holds the store for a moment: stores the documents, and says which of these ids it holds now.
Deposit = Callable[[Sequence[Cleaned]], Deposited]
Holds = Callable[[Sequence[str]], set[str]]
Tell = Callable[[str], None]


def _plain(validator: str) -> bool:
    """Whether what a host calls a version may be kept: nothing in it reaches anybody."""
    return redact_path(validator, "fr") == validator


@dataclass(frozen=True, slots=True)
class _Poll:
    source: Watched
    feed: Feed


@dataclass(frozen=True, slots=True)
class _Fetch:
    source: Watched
    item: Item
    url: str
    entry: Entry | None


@dataclass(slots=True)
class _Pending:
    item: Item
    documents: list[Cleaned]
    alias: str = ""


class RoundOf:
    """The work of one round; made once, run once.

    Args:
        forced: sources whose feeds are asked although they are not due.
        closing: asked between two documents; True ends the round.
        tell: hears, in a few words without addresses, what could not be read.
    """

    def __init__(
        self,
        sources: Sequence[Watched],
        state: WatchState,
        client: Client,
        deposit: Deposit,
        holds: Holds,
        *,
        reading: Reading | None = None,
        forced: frozenset[str] = frozenset(),
        closing: Callable[[], bool] = lambda: False,
        tell: Tell = lambda _: None,
    ) -> None:
        self._sources, self._state, self._client = list(sources), state, client
        self._deposit, self._holds, self._reading = deposit, holds, reading or Reading()
        self._forced, self._closing, self._tell = forced, closing, tell
        self._bounds = limits_table()["round"]
        self._done = {s.card.id: SourceRound(source=s.card.id) for s in self._sources}
        self._tasks: dict[str, list[_Poll | _Fetch]] = {}
        self._taken: set[tuple[str, str]] = set()
        self._given: dict[str, int] = {}
        self._pending: list[_Pending] = []
        self._since = 0.0
        self._busy = self._observations = 0

    def run(self) -> Round:
        """Do it. Raises StoreError only for a store that cannot be opened at all."""
        self._settle()
        for host, until in self._state.holds().items():
            self._client.pace.hold(host, until)
        now = self._now()
        for source in self._sources:
            for feed in source.watch.feeds:
                if source.card.id in self._forced or self._due(source, feed, now):
                    self._push(feed.url, _Poll(source, feed))
            for item in self._state.queued(source.card.id, now, most=self._bounds["most_new"]):
                if item.url is not None:
                    self._take(source, item, item.url, None)
        stopped = False
        while (task := self._next()) is not None and not self._busy:
            if stopped := self._closing():
                break
            self._do(task)
            self._store_if_time()
        self._store()
        self._state.keep_holds(self._client.pace.held(self._now()))
        for done in self._done.values():
            done.waiting = self._state.counts(done.source).get("queued", 0)
        return Round(
            sources=tuple(self._done.values()), stopped=stopped, store_busy=self._busy, next_due=self._next_due(),
            observations=self._observations,
        )  # fmt: skip

    def _now(self) -> float:
        return self._client.clock.now()

    def _today(self) -> date:
        return datetime.fromtimestamp(self._now(), UTC).date()

    def _do(self, task: _Poll | _Fetch) -> None:
        """One task; a fault of ours in it ends this task alone."""
        try:
            if isinstance(task, _Poll):
                self._poll(task)
            else:
                self._fetch(task)
        except sqlite3.Error as error:
            raise StoreError(
                f"{self._state.folder} cannot be written ({type(error).__name__}): see that its disk has room"
            ) from None
        except VigieError:
            raise
        except Exception as error:  # its message may quote what was read
            self._tell(
                f"{task.source.card.id}: unexpected {type(error).__name__} at {place_of(error) or 'start'}"
            )
            fault = Unfetched("unexpected")
            if isinstance(task, _Poll):
                key = self._state.key(task.feed.url)
                self._failed(task.source, key, self._state.feed(task.source.card.id, key), fault)
            else:
                self._unread(task, fault)

    # Which task is next

    def _push(self, url: str, task: _Poll | _Fetch) -> None:
        self._tasks.setdefault(urlsplit(url).hostname or "", []).append(task)

    def _next(self) -> _Poll | _Fetch | None:
        """Of the host that may be asked first."""
        ready = [(self._client.pace.ready(host), host) for host, tasks in self._tasks.items() if tasks]
        return self._tasks[min(ready)[1]].pop(0) if ready else None

    def _due(self, source: Watched, feed: Feed, now: float) -> bool:
        state = self._state.feed(source.card.id, self._state.key(feed.url))
        slack = min(
            0.1 * source.watch.every_hours * HOUR, 600.0
        )  # a timer that is a little early is not sent away
        if state.reason == "" and self._state.waiting(source.card.id, self._state.key(feed.url)):
            return now >= state.asked + HOUR  # it announced what could not be written down
        return now >= state.due - slack

    def _next_due(self) -> float | None:
        found = [
            self._state.feed(s.card.id, self._state.key(f.url)).due
            for s in self._sources
            for f in s.watch.feeds
        ]
        return min(found, default=None)

    # Feeds

    def _poll(self, task: _Poll) -> None:
        source, feed, done = task.source, task.feed, self._done[task.source.card.id]
        key = self._state.key(feed.url)
        before = self._state.feed(source.card.id, key)
        done.asked += 1
        now = self._now()
        whole = (
            now - before.whole > self._bounds["revalidate_hours"] * HOUR
            or self._state.waiting(source.card.id, key) > 0
            or bool(before.reason)
        )
        known = None if whole else Known(etag=before.etag, modified=before.modified)
        ours = near(source, feed)
        try:
            got = self._client.get(
                feed.url, media=FEED_MEDIA, most=self._client.bounds.feed_bytes, known=known, near=ours
            )
            if got.reserved:
                raise Unfetched("reserved", urlsplit(feed.url).hostname or "")
            missing: Counter[str] = Counter()
            read = None if got.status == 304 else self._listing(feed, got, ours, missing)
        except Unfetched as error:
            self._failed(source, key, before, error)
            return
        every = source.watch.every_hours * HOUR
        done.notes["moved"] += got.moved
        if read is None:
            done.unchanged += 1
            self._state.keep_feed(
                source.card.id,
                key,
                replace(before, asked=now, due=now + every, reason="", since=0.0, failures=0),
            )
            return
        self._announced(source, feed, key, read, got.url, whole=not missing and not self._closing())
        for reason, count in sorted(missing.items()):
            self._tell(f"{source.card.id}: {count} files of an index of sitemaps were not read: {reason}")
        done.notes["parts"] += missing.total()
        done.notes["more"] += read.more
        done.notes["damaged"] += read.damaged
        kept = not read.sitemaps  # an index may stay the same while its files change
        self._state.keep_feed(
            source.card.id,
            key,
            FeedState(
                first=before.first,
                asked=now,
                due=now + every,
                whole=now,
                etag=got.etag if kept and _plain(got.etag) else "",
                modified=got.modified if kept else "",
            ),
        )

    def _failed(self, source: Watched, key: str, before: FeedState, error: Unfetched) -> None:
        done, now = self._done[source.card.id], self._now()
        every = source.watch.every_hours * HOUR
        wait = every
        if error.passing:
            wait = (
                error.after
                if error.after is not None
                else min(every, self._client.pace.backoff(before.failures))
            )
        if error.reason == "waits":  # the host was not asked: nothing changed
            done.failed["waits"] += 1
            self._state.keep_feed(source.card.id, key, replace(before, due=now + min(wait, every)))
            return
        done.failed[error.reason] += 1
        same = before.reason == error.reason
        self._state.keep_feed(
            source.card.id, key,
            replace(
                before, asked=now, due=now + wait, reason=error.reason, since=before.since if same else now,
                failures=before.failures + 1,
            ),
        )  # fmt: skip

    def _listing(self, feed: Feed, got: Answer, ours: Near, missing: Counter[str]) -> Listing:
        """What a feed announces. Of an index the files that can be read; `missing`: why the others could not.

        Raises:
            Unfetched: also where no file of an index can be read.
        """
        kind = feed.kind
        most = self._bounds["most_sitemap_entries" if kind == "sitemap" else "most_items"]
        read = listing(got.body, kind, charset=got.charset, most=most, today=self._today())
        entries, more, damaged = list(read.entries), read.more, read.damaged
        fault: Unfetched | None = None
        good = 0
        for url in read.sitemaps[: self._bounds["most_sitemaps"]] if kind == "sitemap" else ():
            if self._closing():
                break
            try:
                file = self._client.get(
                    self._client.parse(url, got.url).url,
                    media=FEED_MEDIA,
                    most=self._client.bounds.feed_bytes,
                    near=ours,
                )
                if file.reserved:
                    raise Unfetched("reserved", urlsplit(feed.url).hostname or "")
                part = listing(file.body, kind, charset=file.charset, most=most, today=self._today())
            except Unfetched as error:
                missing[error.reason] += 1
                fault = error
                continue
            good += 1
            entries, more, damaged = [*entries, *part.entries], more or part.more, damaged or part.damaged
        if fault is not None and not good and not read.entries:
            raise fault
        if kind == "sitemap":
            entries.sort(key=lambda e: e.published.first if e.published else date.min, reverse=True)
            more = more or len(entries) > self._bounds["most_items"]
            entries = entries[: self._bounds["most_items"]]
        return Listing(entries=tuple(entries), sitemaps=read.sitemaps, more=more, damaged=damaged)

    def _announced(
        self, source: Watched, feed: Feed, key: str, read: Listing, base: str, *, whole: bool
    ) -> None:
        """Write down what is new, and take what may be fetched now. `whole`: no file of the feed is missing."""
        done, today = self._done[source.card.id], self._today()
        placing = Placing(source, feed, self._state.key, self._client.parse)
        found: dict[str, Placed] = {}
        for entry in read.entries:
            if (one := placing.place(entry, base)) is not None:
                found.setdefault(one.item, one)
        known = self._state.known(source.card.id, list(found))
        new = [one for number, one in found.items() if number not in known]
        # In one step with its announcement: what is left aside is never seen waiting, whenever we are killed.
        left = {
            one.item: one.reason or "aside" for one in new if one.reason or placing.aside(one.entry, today)
        }
        self._state.queue([placing.item(one, key, today) for one in new], left)
        if whole and (lost := self._state.lose(source.card.id, key, found)):
            done.refused["lost"] += lost
        done.announced += len(found)
        done.new += len(new)
        done.aside += sum(reason == "aside" for reason in left.values())
        done.refused.update(reason for reason in left.values() if reason != "aside")
        for item in self._state.queued(source.card.id, self._now(), most=10 * self._bounds["most_items"]):
            if item.item in found:
                self._take(source, item, found[item.item].url, found[item.item].entry)

    def _take(self, source: Watched, item: Item, url: str, entry: Entry | None) -> None:
        given = self._given.get(source.card.id, 0)
        if (item.source, item.item) in self._taken or given >= self._bounds["most_new"]:
            return
        self._taken.add((item.source, item.item))
        self._given[source.card.id] = given + 1
        self._push(url or source.watch.feeds[0].url, _Fetch(source, item, url, entry))

    # Documents

    def _fetch(self, task: _Fetch) -> None:
        done, item = self._done[task.source.card.id], task.item
        alias = ""
        if self._stored_elsewhere(item):
            return
        try:
            if task.url:
                home = [near(task.source, feed) for feed in task.source.watch.feeds]
                got = self._client.get(
                    task.url, media=MEDIA, most=self._client.bounds.document_bytes,
                    near=lambda where: any(ours(where) for ours in home),
                )  # fmt: skip
                done.fetched += 1
                name, body = document(task.source.card.id, got, task.url)
                alias = self._state.key(f"url:{plain_address(got.url)}")
                if alias != item.item and alias in self._state.known(item.source, [alias]):
                    self._state.settle([item])  # the same page under another address
                    done.known += 1
                    return
            else:
                assert task.entry is not None
                name, body = (
                    f"{task.source.card.id}/{item.item[:12]}",
                    entry_page(task.entry, task.source.card.language),
                )
                done.fetched += 1
        except Unfetched as error:
            self._unread(task, error)
            return
        reading = replace(
            self._reading,
            source=task.source.card,
            published=PartialDate.parse(item.published) if item.published else None,
        )
        documents: list[Cleaned] = []
        said: list[str] = []
        for one in clean_stream(name, body, reading):
            if isinstance(one, Cleaned):
                documents.append(one)
            else:
                said.append(str(one))
        for line in said:
            self._tell(f"{task.source.card.id}: {line}")
        if not documents:
            done.refused["unreadable"] += 1
            self._state.refuse(item, "unreadable")
            return
        self._state.storing(item, [d.document.doc_id for d in documents])
        self._pending.append(_Pending(item, documents, "" if alias == item.item else alias))
        self._since = self._since or self._now()

    def _stored_elsewhere(self, item: Item) -> bool:
        """Whether another source has this document, which is then not asked again; one that is being stored is awaited."""
        if self._state.elsewhere(item.source, item.item) == "storing":
            self._store()
        found = self._state.elsewhere(item.source, item.item)
        if found == "done":
            self._state.settle([item])
            self._done[item.source].known += 1
        return bool(found)

    def _unread(self, task: _Fetch, error: Unfetched) -> None:
        done, item = self._done[task.source.card.id], task.item
        if error.reason == "waits":
            done.postponed["waits"] += 1
        elif error.passing and item.attempts + 1 < self._client.bounds.attempts:
            done.postponed[error.reason] += 1
            wait = error.after if error.after is not None else self._client.pace.backoff(item.attempts)
            self._state.postpone(item, self._now() + wait, error.reason)
        else:
            done.refused[error.reason] += 1
            self._state.refuse(item, error.reason)

    # Storing

    def _settle(self) -> None:
        """What an earlier run was storing when it was killed: the store says whether it did."""
        unsettled = self._state.unsettled()
        if not unsettled:
            return
        held = self._holds([d for item in unsettled for d in item.documents])
        done = [i for i in unsettled if set(i.documents) <= held]
        self._state.settle(done, [i for i in unsettled if not set(i.documents) <= held])

    def _store_if_time(self) -> None:
        many = sum(len(p.documents) for p in self._pending) >= self._bounds["batch_documents"]
        late = self._pending and self._now() - self._since >= self._bounds["batch_seconds"]
        if many or late:
            self._store()

    def _store(self) -> None:
        """Store what is pending; a store that another process holds is waited for, within the bound."""
        if not self._pending:
            return
        pending, self._pending, self._since = self._pending, [], 0.0
        until = self._now() + self._bounds["store_wait_seconds"]
        while True:
            try:
                made = self._deposit([d for p in pending for d in p.documents])
                break
            except StoreError as error:
                if self._now() >= until or self._closing():
                    self._busy += len(pending)
                    self._state.settle([], [p.item for p in pending])
                    self._tell(str(error))
                    return
                self._client.clock.sleep(5.0)
        self._count(pending, made)
        today = self._today().isoformat()
        aliases = [
            Item(item=p.alias, source=p.item.source, feed="", url=None, day=today) for p in pending if p.alias
        ]
        self._state.queue(aliases, {alias.item: "same" for alias in aliases})
        self._state.settle([p.item for p in pending])

    def _count(self, pending: Sequence[_Pending], made: Deposited) -> None:
        for p in pending:
            done = self._done[p.item.source]
            new = sum(d.document.doc_id in made.new for d in p.documents)
            done.stored += new
            done.known += len(p.documents) - new
        self._observations += made.observations
        for line in made.refused:
            self._tell(line)
