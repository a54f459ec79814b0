"""What is watched of a source: its feeds, how often they are asked, how much they usually bring.

In: nothing. Out: frozen records. A source card (`SourceCard`) says what a source is; `Watch` is the part of its file that says
where new documents are announced. Left out: reading the files (`vigie.ingest.cards`), asking anybody (`vigie.watch`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vigie.model.document import SourceCard

FeedKind = Literal["feed", "sitemap", "page"]
ItemsFrom = Literal["page", "entry"]
Only = Literal["all", "drugs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One address that announces documents.

    Attributes:
        url: http or https, without an account.
        kind: "feed" is RSS, Atom or JSON Feed, told apart by content; "sitemap" also an index or a news sitemap; "page" a page
            whose links are the documents.
        links: regular expression that the address of a document must hold; "" takes all. A page needs one.
    """

    url: str
    kind: FeedKind = "feed"
    links: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How a source is watched.

    Attributes:
        on: whether it is watched without being named in the settings.
        feeds: none where no address could be confirmed.
        every_hours: hours between two askings of a feed.
        expected_per_week: documents; 0 where nobody knows.
        items: "page" reads the page that an entry links to, "entry" the text of the entry itself.
        only: "drugs" leaves entries aside whose title, summary and address name no drug: nothing else of a general paper is read.
        days_back: entries older than so many days are left aside; 0 takes all that the feed still tells.
        hosts: other hosts that belong to the source; links to any other site are not followed.
        terms, contact: addresses of the conditions of use and of whom to ask.
        checked: day on which a person last looked the facts up, ISO; "" if never.
        note: what a reader of the card should know.
    """

    on: bool = False
    feeds: tuple[Feed, ...] = ()
    every_hours: float = 24.0
    expected_per_week: float = 0.0
    items: ItemsFrom = "page"
    only: Only = "all"
    days_back: int = 0
    hosts: tuple[str, ...] = ()
    terms: str = ""
    contact: str = ""
    checked: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A source card with its watch. `shipped`: it comes with the program; `file` is the name of its file."""

    card: SourceCard
    watch: Watch
    shipped: bool = False
    file: str = ""
