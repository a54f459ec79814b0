"""What a feed announces.

In: the bytes of RSS (0.9 to 2.0), Atom, JSON Feed, a sitemap (also an index, also of news) or a page of links. Out: Entries in the order of
the feed, a bounded number. Left out: fetching; what the linked pages say. XML is read without entities, DTD or network, and a damaged feed
gives the entries that can be read.
"""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any

from lxml import etree

from vigie.fetch.outcome import Unfetched
from vigie.ingest.dateline import parse_date
from vigie.ingest.decode import decode
from vigie.model.period import PartialDate
from vigie.model.source import FeedKind

MOST_TEXT = 2_000_000  # characters of one entry's own text
MOST_FIELD = 2_000
_MOST_CHILDREN = 300  # of one entry: those with most have about thirty
_DECLARED = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")
_ENCODING = re.compile(rb"\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{2,40})")
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ROOTS = frozenset({"rss", "RDF", "feed", "urlset", "sitemapindex"})
_ENTRIES = frozenset({"item", "entry", "url", "sitemap"})
_PAGE = re.compile(r"(?:<!--.{0,2000}?-->|\s)*+<(?:!doctype\s+)?html\b", re.IGNORECASE | re.DOTALL)
_CLOSED = re.compile(r"</(?:[\w.-]+:)?(?:item|entry|url)\s*>")
_LINK = re.compile(r"<a\s([^<>]{1,4000})>(.{0,400}?)(?:</a|<a[\s>]|\Z)", re.IGNORECASE | re.DOTALL)
_HREF = re.compile(r"(?:^|\s)href\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,4000}>")
_FIRST_YEAR = 1990


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One announced document, as the feed says it: never stored, never logged.

    Attributes:
        link: its address, as written; "" if it has none.
        name: what the feed calls it (guid, id); "" if nothing.
        title, summary: plain text. text: HTML of the entry itself.
        published: day; None if the feed does not say.
        authors: names, to be removed from the text.
    """

    link: str = ""
    name: str = ""
    title: str = ""
    summary: str = ""
    text: str = field(default="", repr=False)
    published: PartialDate | None = None
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What was read of one feed.

    Attributes:
        sitemaps: further files, of an index, the newest first.
        more: entries beyond the bound were left unread.
        damaged: it was no well-formed file of its kind; the entries are those that could be read.
    """

    entries: tuple[Entry, ...]
    sitemaps: tuple[str, ...] = ()
    more: bool = False
    damaged: bool = False


def listing(data: bytes, kind: FeedKind, *, charset: str = "", most: int = 5000, today: date) -> Listing:
    """Read a feed.

    Raises:
        Unfetched: "not-a-feed" for what is none ("feed" and "sitemap" are taken for each other), "entities" for XML that declares some.
    """
    text = _text(data, charset)
    if kind == "page":
        return _links(text, most)
    start = text.lstrip("\ufeff \t\r\n")
    if start[:1] == "{":
        return _json_feed(start, most, today)
    if start[:1] != "<" or _PAGE.match(start):
        raise Unfetched("not-a-feed")
    return _xml(start, most, today)


def _text(data: bytes, charset: str) -> str:
    declared = _ENCODING.search(data[:400])
    text = decode(data, declared[1].decode("ascii") if declared else charset)
    if text is None:
        raise Unfetched("not-a-feed")
    return text


def _xml(text: str, most: int, today: date) -> Listing:
    if re.search(r"<!ENTITY", text, re.IGNORECASE):
        raise Unfetched("entities")
    # Feeds use names of HTML that XML does not know; an unknown one would take the rest of its text with it.
    text = _NAMED.sub(_named, _DECLARED.sub("", text, count=1))
    data = _NOT_XML.sub(" ", text).encode("utf-8", "replace")
    entries: list[Entry] = []
    sitemaps: list[tuple[str, str]] = []
    more, root = False, ""
    reading = etree.iterparse(
        io.BytesIO(data), events=("start", "end"), recover=True, resolve_entities=False, no_network=True,
        load_dtd=False, dtd_validation=False, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    depth = 0
    try:
        for event, element in reading:
            name = _local(element)
            if not root:
                root = name
                if root not in _ROOTS:
                    raise Unfetched("not-a-feed")
            if event == "start":
                depth += name in _ENTRIES
                continue
            if name not in _ENTRIES:
                continue
            depth -= 1
            if depth:
                continue  # an entry within an entry is part of it
            if len(entries) + len(sitemaps) >= most:
                more = True
                break
            if name == "sitemap":
                if where := _child(element, "loc"):
                    sitemaps.append((_child(element, "lastmod"), where))
            else:
                entries.append(_entry(element, today))
            element.clear()
            while element.getprevious() is not None and element.getparent() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError:
        pass  # what was read until then stands
    damaged = bool(len(reading.error_log)) and not more
    if damaged and entries and len(_CLOSED.findall(text)) < len(entries):
        entries.pop()  # cut off in the middle of it: half an address is another address
    if not root:
        raise Unfetched("not-a-feed")
    newest = [where for _, where in sorted(sitemaps, key=lambda s: s[0], reverse=True)]
    return Listing(entries=tuple(entries), sitemaps=tuple(newest), more=more, damaged=damaged)


def _named(match: re.Match[str]) -> str:
    name = match.group(1)
    return (
        match.group()
        if name in _XML_NAMES
        else html.unescape(match.group()).replace("<", "&lt;").replace("&", "&amp;")
    )


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _parts(element: Any) -> Iterator[tuple[str, Any]]:
    """The first children, by name."""
    for child in islice(element, _MOST_CHILDREN):
        yield _local(child), child


def _inner(element: Any) -> str:
    """The text of an element; of one that holds elements (xhtml) its markup."""
    if len(element):
        return str(etree.tostring(element, encoding="unicode", with_tail=False))[:MOST_TEXT]
    return (element.text or "").strip()[:MOST_TEXT]


def _child(element: Any, *names: str) -> str:
    """The first of the children with these names that says something."""
    for wanted in names:
        for name, child in _parts(element):
            if name == wanted and (text := _inner(child)):
                return text
    return ""


def _entry(element: Any, today: date) -> Entry:
    link = name = ""
    authors: list[str] = []
    news: Any = None
    for tag, child in _parts(element):
        if tag == "link":
            href = child.get("href")
            if href is None:
                link = link or (child.text or "").strip()
            elif child.get("rel", "alternate") == "alternate" and not link:
                link = href.strip()
        elif tag in ("guid", "id"):
            name = name or (child.text or "").strip()
            if tag == "guid" and child.get("isPermaLink", "true") == "true" and not link and "://" in name:
                link = name
        elif tag == "loc":
            link = (child.text or "").strip()
        elif tag in ("creator", "author") and len(authors) < 20:
            authors += [_plain(_child(child, "name") if len(child) else child.text or "")]
        elif tag == "news":
            news = child
    title, said = (
        _child(element, "title"),
        _child(element, "published", "pubDate", "date", "issued", "updated"),
    )
    if news is not None:
        title, said = title or _child(news, "title"), said or _child(news, "publication_date")
    said = said or _child(element, "lastmod")
    summary = _child(element, "description", "summary", "subtitle")
    text = _child(element, "encoded", "content") or summary
    return Entry(
        link=link[:MOST_FIELD], name=name[:MOST_FIELD], title=_plain(title), summary=_plain(summary), text=text,
        published=day(said, today), authors=tuple(a for a in authors if a),
    )  # fmt: skip


def _json_feed(text: str, most: int, today: date) -> Listing:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise Unfetched("not-a-feed") from None
    listed = found.get("items") if isinstance(found, dict) else None
    if not isinstance(listed, list) or "jsonfeed.org" not in str(found.get("version", ""))[:100]:
        raise Unfetched("not-a-feed")
    entries = []
    for item in listed[:most]:
        if not isinstance(item, dict):
            continue

        def said(*names: str, of: dict[str, Any] = item) -> str:
            return next((v for n in names if isinstance(v := of.get(n), str) and v.strip()), "")[:MOST_TEXT]

        people = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
        names = [p["name"] for p in people or () if isinstance(p, dict) and isinstance(p.get("name"), str)]
        body = said("content_html") or "".join(
            f"<p>{html.escape(part)}</p>" for part in said("content_text").split("\n\n") if part.strip()
        )
        entries.append(
            Entry(
                link=said("url", "external_url")[:MOST_FIELD], name=str(item.get("id", ""))[:MOST_FIELD],
                title=_plain(said("title")), summary=_plain(said("summary") or said("content_text")), text=body or said("summary"),
                published=day(said("date_published", "date_modified"), today), authors=tuple(map(_plain, names[:20])),
            )
        )  # fmt: skip
    return Listing(entries=tuple(entries), more=len(listed) > most)


def _links(text: str, most: int) -> Listing:
    """The links of a page, each once."""
    if "<" not in text[:100_000]:
        raise Unfetched("not-a-page")
    found: dict[str, Entry] = {}
    for match in _LINK.finditer(text):
        href = _HREF.search(match.group(1))
        link = html.unescape(next((g for g in href.groups() if g), "")) if href else ""
        link = link.strip().partition("#")[0][:MOST_FIELD]
        if not link or link.lower().startswith(("javascript:", "mailto:", "tel:", "data:")):
            continue
        if len(found) >= most and link not in found:
            return Listing(entries=tuple(found.values()), more=True)
        title = _plain(match.group(2))
        if link not in found or not found[link].title:
            found[link] = Entry(link=link, title=title)
    return Listing(entries=tuple(found.values()))


def _plain(text: str) -> str:
    """A short field without markup."""
    return " ".join(html.unescape(_TAG.sub(" ", text[: 10 * MOST_FIELD])).split())[:MOST_FIELD]


def day(said: str, today: date) -> PartialDate | None:
    """The day that a feed states, in its own time zone; None for none, for one to come, and before the web."""
    said = said.strip()[:100]
    if not said:
        return None
    found: PartialDate | None
    try:
        found = _whole(date.fromisoformat(said[:10]))
    except ValueError:
        try:
            found = _whole(parsedate_to_datetime(said).date())
        except (ValueError, TypeError, IndexError, OverflowError):
            found = parse_date(said)
    if found is None or found.first.year < _FIRST_YEAR or found.first > today + timedelta(days=1):
        return None
    return found


def _whole(when: date) -> PartialDate:
    return PartialDate(when.year, when.month, when.day)
