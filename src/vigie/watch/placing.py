"""Where the entries of a feed lead: which are documents of the source, under which key and address they wait.

In: entries of one feed. Out: Placed records, and the Items that the state keeps. Left out: fetching; what was announced before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from vigie.fetch.addresses import Address, same_site
from vigie.fetch.outcome import Unfetched
from vigie.model.source import Feed, Watched
from vigie.watch.about import speaks_of_drugs
from vigie.watch.entries import Entry
from vigie.watch.pages import may_be_kept, plain_address
from vigie.watch.state import Item

Near = Callable[[Address], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One announced document.

    Attributes:
        item: its key.
        url: its address; "" where the entry itself is the document.
        reason: why it is not fetched; "" if it may be.
    """

    item: str
    entry: Entry
    url: str = ""
    reason: str = ""


def near(source: Watched, feed: Feed) -> Near:
    """Whether an address belongs to the source, as this feed and the card say."""
    home = (urlsplit(feed.url).hostname or "").lower()
    return lambda where: same_site(where.host, home, source.watch.hosts)


class Placing:
    """The entries of one feed.

    Args:
        key: hashes what tells a document from others.
        parse: the checked address of a link on a page; raises Unfetched.
    """

    def __init__(
        self, source: Watched, feed: Feed, key: Callable[[str], str], parse: Callable[[str, str], Address]
    ) -> None:
        self._source, self._feed, self._key, self._parse = source, feed, key, parse
        self._links = re.compile(feed.links) if feed.links else None
        self._near = near(source, feed)

    def place(self, entry: Entry, base: str) -> Placed | None:
        """None for what is no link to a document."""
        page, name = self._feed.kind == "page", f"entry:{self._source.card.id}:"
        if not entry.link and entry.text and self._feed.kind == "feed":
            return Placed(item=self._key(name + (entry.name or entry.title)), entry=entry)
        try:
            where = self._parse(entry.link, base)
        except Unfetched as error:
            if page or not entry.link:
                return None
            return Placed(item=self._key(name + entry.link), entry=entry, reason=error.reason)
        url = plain_address(where.url)
        if (self._links is not None and not self._links.search(url)) or url == plain_address(self._feed.url):
            return None
        ours, whole = self._near(where), self._source.watch.items == "page"
        if not ours and page:
            return None
        return Placed(
            item=self._key(f"url:{url}"), entry=entry, url=url if whole else "", reason="" if ours or not whole else "other-site",
        )  # fmt: skip

    def aside(self, entry: Entry, today: date) -> bool:
        """Whether the card leaves the entry aside: it is too old, or speaks of something else."""
        watch = self._source.watch
        oldest = today - timedelta(days=watch.days_back) if watch.days_back else date.min
        if entry.published is not None and entry.published.last < oldest:
            return True
        return watch.only == "drugs" and not speaks_of_drugs(entry, self._source.card.language)

    def item(self, placed: Placed, feed: str, today: date) -> Item:
        """As the state keeps it; `feed` is the key of the feed."""
        when = placed.entry.published
        return Item(
            item=placed.item, source=self._source.card.id, feed=feed,
            url=placed.url if placed.url and may_be_kept(placed.url) else None,
            day=(when.first if when is not None else today).isoformat(), published=str(when or ""),
        )  # fmt: skip
