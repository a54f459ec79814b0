"""Rounds of watching against a real server: what is announced is fetched, redacted and stored, once."""

from __future__ import annotations

import json
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from vigie.model.source import Watched
from vigie.store import Store
from vigie.watch.entries import listing
from vigie.watch.state import WatchState, watch_folder
from watch_server import HOST, Asked, Clock, Page, Server, Shelf, article, card, round_of, rss, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


def stored(path: Path) -> list[tuple[str, str, str]]:
    """(path, title, day) of what the store holds."""
    with Store.open(path, read_only=True) as store:
        rows = store.query(
            "SELECT path, title, published_start AS day FROM documents ORDER BY title"
        ).to_pylist()
    return [(r["path"], r["title"], str(r["day"])) for r in rows]


def press(server: Server, numbers: list[int]) -> None:
    server.pages["/rss.xml"] = Page(rss(server, numbers), media="application/rss+xml")
    for n in numbers:
        server.pages[f"/article/{n}"] = Page(article(n))


def test_one_feed(server: Server, tmp_path: Path) -> None:
    press(server, [1, 2, 3])
    sources, clock, store = [card(tmp_path, server.url("/rss.xml"))], Clock(), tmp_path / "v.duckdb"
    done = round_of(sources, store, clock)
    (press_,) = done.sources
    assert (press_.announced, press_.new, press_.stored) == (3, 3, 3) and not done.troubled
    assert done.observations >= 3
    assert stored(store) == [(f"press/article/{n}", f"Article {n}", f"2026-02-{1 + n:02}") for n in (1, 2, 3)]
    asked = len(server.asked)
    again = round_of(sources, store, clock)
    assert again.sources[0].asked == 0 and len(server.asked) == asked  # not due yet
    clock.day(1)
    later = round_of(sources, store, clock)
    assert (later.sources[0].asked, later.sources[0].new, len(stored(store))) == (1, 0, 3)
    assert server.most_at_once == 1


def atom(server: Server, numbers: list[int]) -> str:
    entries = "".join(
        f'<entry><title type="html">Article {n}</title><link rel="alternate" href="{server.url(f"/article/{n}")}"/><id>urn:x:{n}</id>'
        f"<updated>2026-02-{1 + n:02}T08:00:00Z</updated></entry>"
        for n in numbers
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Le Courrier</title>{entries}</feed>'


def json_feed(server: Server, numbers: list[int]) -> str:
    items = [
        {
            "id": n,
            "url": server.url(f"/article/{n}"),
            "title": f"Article {n}",
            "date_published": f"2026-02-{1 + n:02}T08:00:00Z",
        }
        for n in numbers
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Le Courrier", "items": items})


def rdf(server: Server, numbers: list[int]) -> str:
    items = "".join(
        f'<item rdf:about="{n}"><title>Article {n}</title><link>{server.url(f"/article/{n}")}</link><dc:date>2026-02-{1 + n:02}</dc:date></item>'
        for n in numbers
    )
    spaces = 'xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return f"<rdf:RDF {spaces}><channel><title>C</title></channel>{items}</rdf:RDF>"


def sitemap(server: Server, numbers: list[int]) -> str:
    urls = "".join(
        f"<url><loc>{server.url(f'/article/{n}')}</loc><lastmod>2026-02-{1 + n:02}</lastmod></url>"
        for n in numbers
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'


def news_sitemap(server: Server, numbers: list[int]) -> str:
    urls = "".join(
        f"<url><loc>{server.url(f'/article/{n}')}</loc><news:news><news:publication><news:name>C</news:name></news:publication>"
        f"<news:publication_date>2026-02-{1 + n:02}T08:00:00Z</news:publication_date><news:title>Article {n}</news:title></news:news></url>"
        for n in numbers
    )
    spaces = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    return f"<urlset {spaces}>{urls}</urlset>"


def links(server: Server, numbers: list[int]) -> str:
    inside = "".join(
        f'<li><a class="x" href="/article/{n}#top">Article {n}</a></li><a href=/article/{n}>encore</a>'
        for n in numbers
    )
    return f"<html><body><a href='/contact'>Contact</a><a href='mailto:a@b.example'>x</a><a href='http://other.example/article/9'>y</a>{inside}</body></html>"


FEEDS = {
    "RSS 2.0": (rss, "feed", "application/rss+xml"),
    "RSS as a page": (rss, "feed", "text/html; charset=iso-8859-1"),
    "RSS 1.0": (rdf, "feed", "application/rdf+xml"),
    "Atom": (atom, "feed", "application/atom+xml"),
    "JSON Feed": (json_feed, "feed", "application/feed+json"),
    "sitemap": (sitemap, "sitemap", "application/xml"),
    "news sitemap": (news_sitemap, "sitemap", "text/xml"),
    "page of links": (links, "page", "text/html"),
}


@pytest.mark.parametrize("name", FEEDS)
def test_every_kind_of_feed(name: str, server: Server, tmp_path: Path) -> None:
    make, kind, media = FEEDS[name]
    press(server, [1, 2])
    server.pages["/news"] = Page(make(server, [1, 2]), media=media)
    source = card(tmp_path, server.url("/news"), kind=kind, links="/article/" if kind == "page" else "")
    shelf = Shelf(tmp_path)
    done = round_of([source], shelf, Clock())
    (one,) = done.sources
    assert (one.announced, one.stored, one.aside, dict(one.refused)) == (2, 2, 0, {}), name
    assert [day for _, _, day in shelf.documents] == ["2026-02-02", "2026-02-03"]


def test_an_index_of_sitemaps(server: Server, tmp_path: Path) -> None:
    press(server, [1, 2, 3])
    files = "".join(
        f"<sitemap><loc>{server.url(f'/map{n}.xml')}</loc><lastmod>2026-02-0{n}</lastmod></sitemap>"
        for n in (1, 2)
    )
    server.pages["/sitemap.xml"] = Page(
        f"<sitemapindex>{files}</sitemapindex>", media="application/xml", headers=[("ETag", '"1"')]
    )
    server.pages["/map1.xml"] = Page(sitemap(server, [1]), media="application/xml")
    server.pages["/map2.xml"] = Page(sitemap(server, [2, 3]), media="application/xml")
    sources, clock, store = (
        [card(tmp_path, server.url("/sitemap.xml"), kind="sitemap")],
        Clock(),
        Shelf(tmp_path),
    )
    assert round_of(sources, store, clock).sources[0].stored == 3
    assert server.paths()[:3] == ["/sitemap.xml", "/map2.xml", "/map1.xml"]  # the newest first
    press(server, [4])
    server.pages["/map2.xml"] = Page(sitemap(server, [2, 3, 4]), media="application/xml")
    assert round_of(sources, store, clock, forced=True).sources[0].stored == 1


NOT_FEEDS: dict[str, tuple[Page, str]] = {
    "a page in its place": (Page("<!doctype html><html><p>Nos flux ont déménagé</p></html>"), "not-a-feed"),
    "a page without a doctype": (Page("<!-- x --><html><p>x</p></html>", media="text/xml"), "not-a-feed"),
    "nothing": (Page(b"", media="text/xml"), "not-a-feed"),
    "bytes": (Page(bytes(range(256)) * 50, media="text/xml"), "not-a-feed"),
    "other XML": (Page("<opml><body/></opml>", media="text/xml"), "not-a-feed"),
    "JSON that is none": (Page('{"items": [{"url": "x"}]}', media="application/json"), "not-a-feed"),
    "broken JSON": (Page('{"version": "https://jsonfeed.org/version/1", "items": [', media="application/json"), "not-a-feed"),
    "deep JSON": (Page('{"a":' + "[" * 100_000, media="application/json"), "not-a-feed"),
    "entity bomb": (
        Page('<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "' + "&a;" * 50 + '">]><rss><channel><item><title>&b;</title></item></channel></rss>', media="text/xml"),
        "entities",
    ),
    "a file of this machine": (
        Page('<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&f;</title></item></channel></rss>', media="text/xml"),
        "entities",
    ),
    "entities in UTF-16": (Page('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE rss [<!ENTITY a "b">]><rss/>'.encode("utf-16"), media="text/xml"), "entities"),
    "a picture": (Page(b"\x89PNG", media="image/png"), "media"),
    "gone": (Page("", 410), "gone"),
    "mining is reserved": (Page("<rss/>", media="text/xml", headers=[("TDM-Reservation", "1")]), "reserved"),
    "busy": (Page("", 503), "busy"),
    "more than its bound": (Page(b"<rss>" + b" " * 11_000_000, media="text/xml"), "too-large"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_FEEDS)
def test_what_is_no_feed_is_told(name: str, server: Server, tmp_path: Path) -> None:
    page, reason = NOT_FEEDS[name]
    server.pages["/rss.xml"] = page
    store = tmp_path / "v.duckdb"
    done = round_of([card(tmp_path, server.url("/rss.xml"))], store, Clock())
    assert dict(done.sources[0].failed) == {reason: 1} and done.troubled
    assert not store.exists()  # the store is opened to store, and for nothing else


ITEM = "<item><title>Article {n}</title><link>{url}</link></item>"


def items(server: Server, *numbers: int) -> str:
    return "".join(ITEM.format(n=n, url=server.url(f"/article/{n}")) for n in numbers)


# A feed that is not as it should be, and the documents that it gives.
DAMAGED = {
    "cut in the middle": ("<rss><channel>{one}<item><title>Art", 1, {"damaged"}),
    "cut in an address": ("<rss><channel>{one}<item><title>x</title><link>http://press.exam", 1, {"damaged"}),
    "tags that cross": ("<rss><channel>{one}</b>{two}</channel></rss>", 2, {"damaged"}),
    "names of HTML": ("<rss><channel><item><title>D&eacute;c&egrave;s &amp; co &nbsp;</title><link>{link}</link></item></channel></rss>", 1, set()),
    "control characters": ("<rss><channel><item><title>a\x01b\x0b</title><link>{link}</link></item></channel></rss>", 1, set()),
    "an ampersand": ("<rss><channel><item><title>a & b</title><link>{link}</link></item>{two}</channel></rss>", 2, {"damaged"}),
    "blanks before its declaration": ('\n\n <?xml version="1.0"?><rss><channel>{one}</channel></rss>', 1, set()),
    "an entry within an entry": ("<rss><channel><item><link>{link}</link><item><link>http://press.example/no</link></item></item></channel></rss>", 1, set()),
    "five thousand levels": ("<rss><channel>{one}" + "<a>" * 5_000, 1, {"damaged"}),
    "no entry": ("<rss><channel/></rss>", 0, set()),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_feed_gives_what_can_be_read(name: str, server: Server, tmp_path: Path) -> None:
    text, stored_, notes = DAMAGED[name]
    press(server, [1, 2])
    body = (
        text.replace("{one}", items(server, 1))
        .replace("{two}", items(server, 2))
        .replace("{link}", server.url("/article/1"))
    )
    server.pages["/rss.xml"] = Page(body, media="text/xml")
    (one,) = round_of([card(tmp_path, server.url("/rss.xml"))], Shelf(tmp_path), Clock()).sources
    assert (one.stored, dict(one.failed)) == (stored_, {})
    assert {n for n, count in one.notes.items() if count} == notes


CHARSETS = {
    "declared Latin 1": ('<?xml version="1.0" encoding="iso-8859-1"?>', "latin-1", "text/xml"),
    "declared Windows 1252": ('<?xml version="1.0" encoding="windows-1252"?>', "cp1252", "text/xml"),
    "UTF-16": ('<?xml version="1.0" encoding="utf-16"?>', "utf-16", "text/xml"),
    "said UTF-8, is Latin 1": (
        '<?xml version="1.0" encoding="utf-8"?>',
        "latin-1",
        "text/xml; charset=utf-8",
    ),
    "said Latin 1, is UTF-8": (
        '<?xml version="1.0" encoding="iso-8859-1"?>',
        "utf-8",
        "text/xml; charset=iso-8859-1",
    ),
    "said nonsense": ('<?xml version="1.0" encoding="x-klingon"?>', "utf-8", "text/xml; charset=klingon"),
}


@pytest.mark.parametrize("name", CHARSETS)
def test_wrong_charsets(name: str) -> None:
    head, encoding, media = CHARSETS[name]
    text = f"{head}<rss><channel><item><title>Décès à Nîmes</title><link>x</link></item></channel></rss>"
    found = listing(text.encode(encoding), "feed", charset=media.partition("=")[2], today=date(2026, 3, 1))
    assert [e.title for e in found.entries] == ["Décès à Nîmes"]


def test_an_entry_of_many_children() -> None:
    """Its children are read up to a bound, so that no entry costs seconds; what follows the entry is read as ever."""
    many = b"<item>" + b"<title/>" * 5_000 + b"<title>late</title></item>"
    found = listing(b"<rss>" + many + b"<item><title>b</title></item></rss>", "feed", today=date(2026, 3, 1))
    assert [e.title for e in found.entries] == ["", "b"]


def test_a_name_that_is_none_stops_no_feed(server: Server, tmp_path: Path) -> None:
    press(server, [1])
    bad = f"<item><link>http://xn--a.{HOST}:{server.port}/x</link></item>"
    server.pages["/rss.xml"] = Page(
        f"<rss><channel>{bad}{items(server, 1)}</channel></rss>", media="text/xml"
    )
    (one,) = round_of([card(tmp_path, server.url("/rss.xml"))], Shelf(tmp_path), Clock()).sources
    assert (one.stored, dict(one.refused)) == (1, {"bad-address": 1})


def test_a_feed_of_a_hundred_thousand_entries(server: Server) -> None:
    feed = f"<rss><channel>{items(server, *range(100_000))}</channel></rss>".encode()
    start = time.process_time()
    found = listing(feed, "feed", most=5000, today=date(2026, 3, 1))
    assert len(found.entries) == 5000 and found.more
    assert time.process_time() - start < 3


def test_the_same_documents_under_other_names(server: Server, tmp_path: Path) -> None:
    """Ids that change, addresses that say where the reader comes from, two addresses of one page."""
    press(server, [1, 2])
    sources, clock, store = [card(tmp_path, server.url("/rss.xml"))], Clock(), Shelf(tmp_path)
    for turn in range(3):
        server.pages["/rss.xml"] = Page(rss(server, [1, 2], guid=f"turn-{turn}-{{}}"), media="text/xml")
        round_of(sources, store, clock, forced=True)
    tracked = items(server, 1).replace("/article/1", "/article/1?utm_source=rss&amp;xtor=RSS-1#comments")
    server.pages["/rss.xml"] = Page(
        f"<rss><channel>{tracked}{items(server, 9)}</channel></rss>", media="text/xml"
    )
    server.pages["/article/9"] = Page("", 301, headers=[("Location", "/article/2")])
    (one,) = round_of(sources, store, clock, forced=True).sources
    assert (one.new, one.stored, one.known, len(store.documents)) == (1, 0, 1, 2)
    assert server.paths().count("/article/1") == 1


def test_conditional_requests(server: Server, tmp_path: Path) -> None:
    """A feed that did not change is not sent again; one that says so for ever is asked whole after a week."""
    press(server, [1])

    def lying(line: socket.socket, asked: Asked) -> None:
        if "if-none-match" in asked.headers:
            line.sendall(b"HTTP/1.1 304 Not Modified\r\n\r\n")
        else:
            Page(rss(server, [1, 2]), media="text/xml", headers=[("ETag", '"same"')])(line, asked)

    sources, clock, store = [card(tmp_path, server.url("/rss.xml"))], Clock(), Shelf(tmp_path)
    server.pages["/rss.xml"] = Page(rss(server, [1]), media="text/xml", headers=[("ETag", '"same"')])
    assert round_of(sources, store, clock).sources[0].stored == 1
    press(server, [1, 2])
    server.pages["/rss.xml"] = lying
    for _ in range(6):
        clock.day(1.01)
        (one,) = round_of(sources, store, clock).sources
        assert (one.asked, one.unchanged, one.new) == (1, 1, 0)
    clock.day(1.01)
    (one,) = round_of(sources, store, clock).sources
    assert (one.unchanged, one.stored) == (0, 1)


def test_a_busy_host_is_left_alone(server: Server, tmp_path: Path) -> None:
    """Retry-After holds over the end of the program; the other host is not made to wait."""
    press(server, [1, 2])
    server.pages["/article/1"] = Page("", 429, headers=[("Retry-After", "7200")])
    sources, clock, store = [card(tmp_path, server.url("/rss.xml"))], Clock(), Shelf(tmp_path)
    (one,) = round_of(sources, store, clock).sources
    assert (one.stored, dict(one.postponed), one.waiting) == (0, {"busy": 1, "waits": 1}, 2)
    asked = len(server.asked)
    clock.day(0.04)  # an hour
    (one,) = round_of(sources, store, clock, forced=True).sources
    assert len(server.asked) == asked and one.failed["waits"] == 1
    server.pages["/article/1"] = Page(article(1))
    clock.day(0.05)
    (one,) = round_of(sources, store, clock).sources
    assert (one.stored, one.waiting) == (2, 0)


def test_hosts_take_turns(server: Server, tmp_path: Path) -> None:
    """What one host makes us wait is spent on the other; never two requests at once."""
    for host in ("a.example", "b.example"):
        server.pages[host, "/rss.xml"] = Page(rss(server, [1, 2, 3], host=host), media="text/xml")
    for n in (1, 2, 3):
        server.pages[f"/article/{n}"] = Page(article(n))
    server.pages["a.example", "/robots.txt"] = Page("User-agent: *\nCrawl-delay: 20")
    sources = []
    for host in ("a", "b"):
        (tmp_path / host).mkdir()
        one = card(tmp_path / host, server.url("/rss.xml", f"{host}.example"))
        sources.append(replace(one, card=replace(one.card, id=host)))
    clock = Clock()
    start = clock.now()
    done = round_of(sources, Shelf(tmp_path), clock)
    assert [s.fetched for s in done.sources] == [3, 3]
    assert (
        clock.now() - start < 75
    )  # three delays of twenty seconds; one after the other they would be 60 and 15 and more
    order = [a.host[0] for a in server.asked if a.path.startswith("/article")]
    assert order != sorted(order) and server.most_at_once == 1


def test_a_document_that_never_comes_is_given_up(server: Server, tmp_path: Path) -> None:
    press(server, [1])
    server.pages["/article/1"] = Page("", 500)
    sources, clock, store = [card(tmp_path, server.url("/rss.xml"))], Clock(), Shelf(tmp_path)
    for _ in range(12):
        done = round_of(sources, store, clock, forced=True)
        clock.day(1)
    assert server.paths().count("/article/1") == 8 and done.sources[0].waiting == 0


RESERVE = '<meta name="tdm-reservation" content="1">'
# A page that is announced, and why it is no document.
PAGES: dict[str, tuple[dict[str, Page], str]] = {
    "sent to a login": ({"/article/1": Page("", 302, headers=[("Location", "/connexion?next=/article/1")]), "/connexion?next=/article/1": Page("<form>")}, "login"),
    "a form with a password": ({"/article/1": Page("<html><form><input type='password'></form><p>Connectez-vous</p></html>")}, "login"),
    "asks for a person": ({"/article/1": Page("<html><title>Just a moment...</title><p>x</p></html>")}, "challenge"),
    "mining reserved in its head": ({"/article/1": Page(article(1, head='<meta name="tdm-reservation" content="1">'))}, "reserved"),
    "mining reserved by the order of words": ({"/article/1": Page(article(1, head="<META content=1 name='TDM-Reservation'>"))}, "reserved"),
    "noai": ({"/article/1": Page(article(1, head='<meta name="robots" content="index, noai">'))}, "reserved"),
    "noai in a header": (
        {"/article/1": Page(article(1), headers=[("X-Robots-Tag", "googlebot: nofollow, noai")])},
        "reserved",
    ),
    "mining reserved by a header": ({"/article/1": Page(article(1), headers=[("tdm-reservation", "1")])}, "reserved"),
    "mining reserved in UTF-16": (
        {"/article/1": Page(article(1, head=RESERVE).encode("utf-16"), media="text/html; charset=utf-16")}, "reserved",
    ),
    "mining reserved far down": ({"/article/1": Page(article(1, head=f"<!--{'x' * 270_000}-->{RESERVE}"))}, "reserved"),
    "mining reserved after a bracket": ({"/article/1": Page(article(1, head='<meta content="1" data-x="a>b" name="tdm-reservation">'))}, "reserved"),
    "mining reserved with slashes": ({"/article/1": Page(article(1, head='<meta/name="tdm&#45;reservation"/content="1">'))}, "reserved"),
    "mining reserved by what leads to it": (
        {"/article/1": Page("", 302, headers=[("tdm-reservation", "1"), ("Location", "/b")]), "/b": Page(article(1))}, "reserved",
    ),
    "mining reserved in a PDF": ({"/article/1": Page(b"%PDF-1.7 <tdm:reservation>1</tdm:reservation>", media="application/pdf")}, "reserved"),
    "another site": ({"/article/1": Page("", 302, headers=[("Location", "http://other.example/article/1")])}, "other-site"),
    "inside": ({"/article/1": Page("", 302, headers=[("Location", "http://169.254.169.254/latest")])}, "other-site"),
    "a film": ({"/article/1": Page(b"x", media="video/mp4")}, "media"),
    "an archive": ({"/article/1": Page(b"PK\x03\x04" + b"x" * 100)}, "media"),
    "empty": ({"/article/1": Page("  ")}, "empty"),
    "no text": ({"/article/1": Page("<html><body><img src='x'></body></html>")}, "unreadable"),
    "gone": ({"/article/1": Page("", 404)}, "gone"),
    "locked": ({"/article/1": Page("", 403)}, "not-for-us"),
    "kept out": ({"/article/1": Page(article(1)), "/robots.txt": Page("User-agent: *\nDisallow: /article")}, "robots"),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_what_is_no_document(name: str, server: Server, tmp_path: Path) -> None:
    pages, reason = PAGES[name]
    press(server, [1])
    server.pages.update(pages)
    sources, clock, store = [card(tmp_path, server.url("/rss.xml"))], Clock(), Shelf(tmp_path)
    done = round_of(sources, store, clock)
    assert dict(done.sources[0].refused) == {reason: 1} and done.troubled and not store.held
    asked = len(server.paths())
    (one,) = round_of(sources, store, clock, forced=True).sources
    assert len(server.paths()) == asked + 1 and not one.refused  # the feed; the document is not asked again


def test_a_page_with_a_login_in_its_margin_is_a_document(server: Server, tmp_path: Path) -> None:
    press(server, [1])
    form = "<form><input type=password></form>"
    server.pages["/article/1"] = Page(
        article(1)
        .replace("<article>", f"{form}<article>")
        .replace("</article>", "<p>Un. </p><p>Deux. </p></article>")
    )
    assert round_of([card(tmp_path, server.url("/rss.xml"))], Shelf(tmp_path), Clock()).sources[0].stored == 1


def test_text_of_entries(server: Server, tmp_path: Path) -> None:
    """A card may read the entries themselves: no page is asked."""
    text = "<p>À Lyon, le gramme de cocaïne se vend 70 euros, selon Jeanne Fictive, joignable au 06 12 34 56 78.</p>"
    entry = f"<item><title>Prix</title><author>Jeanne Fictive</author><pubDate>Mon, 02 Feb 2026 10:00:00 +0100</pubDate><description><![CDATA[{text}]]></description></item>"
    server.pages["/rss.xml"] = Page(f"<rss><channel>{entry}</channel></rss>", media="text/xml")
    sources, store = [card(tmp_path, server.url("/rss.xml"), more='items = "entry"')], Shelf(tmp_path)
    done = round_of(sources, store, Clock())
    assert done.sources[0].stored == 1 and server.paths() == ["/rss.xml"]
    ((held,), (document,)) = store.documents, store.held.values()
    text = document.document.text
    assert "70 euros" in text and "Fictive" not in text and "34 56" not in text
    assert held[2] == "2026-02-02"


def test_only_what_speaks_of_drugs_is_fetched(server: Server, tmp_path: Path) -> None:
    said = {
        "/a": "Saisie de cocaïne à Lyon",
        "/b": "Le tour de France passe à Lyon",
        "/narcotrafic-c": "Un procès",
        "/d": "Coke en stock, la BD",
    }
    entries = "".join(f"<item><title>{t}</title><link>{server.url(p)}</link></item>" for p, t in said.items())
    server.pages["/rss.xml"] = Page(f"<rss><channel>{entries}</channel></rss>", media="text/xml")
    for path in said:
        server.pages[path] = Page(article(1, more=path))
    sources, clock = [card(tmp_path, server.url("/rss.xml"), more='only = "drugs"')], Clock()
    (one,) = round_of(sources, Shelf(tmp_path), clock).sources
    assert sorted(server.paths()) == ["/a", "/narcotrafic-c", "/rss.xml"]
    assert (one.aside, dict(one.refused)) == (2, {})


def test_entries_older_than_the_card_wants(server: Server, tmp_path: Path) -> None:
    press(server, [1, 26])
    (one,) = round_of(
        [card(tmp_path, server.url("/rss.xml"), more="days_back = 14")], Shelf(tmp_path), Clock()
    ).sources
    assert (one.stored, one.aside) == (1, 1)


def test_the_day_of_the_feed_where_the_page_has_none(server: Server, tmp_path: Path) -> None:
    press(server, [3])
    server.pages["/article/3"] = Page(article(3).replace("article:published_time", "other"))
    shelf = Shelf(tmp_path)
    round_of([card(tmp_path, server.url("/rss.xml"))], shelf, Clock())
    assert shelf.documents[0][2] == "2026-02-04"


def test_the_charset_that_only_the_header_tells(server: Server, tmp_path: Path) -> None:
    press(server, [1])
    page = (
        article(1, more="Здравствуйте: по-русски.")
        .replace('<meta charset="utf-8">', "")
        .replace("À", "A")
        .replace("ï", "i")
        .replace("é", "e")
        .replace("è", "e")
    )
    server.pages["/article/1"] = Page(page.encode("koi8-r", "ignore"), media="text/html; charset=koi8-r")
    shelf = Shelf(tmp_path)
    round_of([card(tmp_path, server.url("/rss.xml"))], shelf, Clock())
    assert all("Здравствуйте" in d.document.text for d in shelf.held.values()) and shelf.held


def test_a_feed_that_moved_for_good_is_told(server: Server, tmp_path: Path) -> None:
    press(server, [1])
    server.pages["/old.xml"] = Page("", 301, headers=[("Location", "/rss.xml")])
    (one,) = round_of([card(tmp_path, server.url("/old.xml"))], Shelf(tmp_path), Clock()).sources
    assert (one.stored, one.notes["moved"]) == (1, 1)


def two(server: Server, folder: Path) -> list[Watched]:
    """The press, whose feed announces an article of the agency, and the agency itself."""
    server.pages[HOST, "/rss.xml"] = Page(rss(server, [1], host="agency.example"), media="text/xml")
    server.pages["agency.example", "/rss.xml"] = Page(
        rss(server, [1], host="agency.example"), media="text/xml"
    )
    server.pages["agency.example", "/article/1"] = Page(article(1))
    (folder / "agency").mkdir()
    agency = card(folder / "agency", server.url("/rss.xml", "agency.example"))
    return [card(folder, server.url("/rss.xml")), replace(agency, card=replace(agency.card, id="agency"))]


# What the press makes of the article of the agency, which is stored all the same.
VERDICTS = {
    "of another site": ("expected_per_week = 2", {"other-site": 1}, 0),
    "too old": ('days_back = 3\nhosts = ["agency.example"]', {}, 1),
    "of the same group": ('hosts = ["agency.example"]', {}, 0),
}


@pytest.mark.parametrize("name", VERDICTS)
@pytest.mark.parametrize("first", ["press", "agency"])
def test_a_source_refuses_for_itself_alone(name: str, first: str, server: Server, tmp_path: Path) -> None:
    more, refused, aside = VERDICTS[name]
    _, agency = two(server, tmp_path)
    press_ = card(tmp_path, server.url("/rss.xml"), more=more)
    shelf, clock = Shelf(tmp_path), Clock()
    for sources in ([press_, agency], [press_]) if first == "press" else ([agency], [agency, press_]):
        done = {s.source: s for s in round_of(sources, shelf, clock, forced=True).sources}
        if sources[0] is press_ and not shelf.documents:
            assert (dict(done["press"].refused), done["press"].aside) == (refused, aside)
        clock.day(1)
    assert len(shelf.documents) == 1 and server.paths("agency.example").count("/article/1") == 1


def test_a_memory_of_an_earlier_version_is_taken_over(tmp_path: Path) -> None:
    """Its verdicts become those of the source that gave them."""
    folder = watch_folder(tmp_path / "v.duckdb")
    folder.mkdir()
    with closing(sqlite3.connect(folder / "state.sqlite")) as old:
        old.executescript(
            """CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
            CREATE TABLE items (item TEXT PRIMARY KEY, source TEXT NOT NULL, feed TEXT NOT NULL, state TEXT NOT NULL, url TEXT,
            day TEXT NOT NULL, published TEXT NOT NULL DEFAULT '', after REAL NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
            documents TEXT NOT NULL DEFAULT '[]', reason TEXT NOT NULL DEFAULT '');
            CREATE INDEX items_of ON items (source, feed, state);
            INSERT INTO items (item, source, feed, state, day, reason) VALUES
            ('a', 'press', 'f', 'refused', '2026-02-01', 'other-site'), ('b', 'press', 'f', 'done', '2026-02-01', '');
            PRAGMA user_version = 1;"""
        )
    for _ in range(2):
        with WatchState(folder) as state:
            assert state.known("press", ["a", "b"]) == {"a", "b"}
            assert state.known("agency", ["a", "b"]) == {"b"}


def test_what_the_feed_no_longer_lists_is_lost(server: Server, tmp_path: Path) -> None:
    """An address with a query waits as a hash: when its feed drops it, it is given up, told, and the feed keeps its hours again."""
    link = f"<item><link>{server.url('/a.php?id=3')}</link></item>"
    server.pages["/rss.xml"] = Page(f"<rss><channel>{link}</channel></rss>", media="text/xml")
    server.pages["/a.php?id=3"] = Page("", 503)
    sources, shelf, clock = [card(tmp_path, server.url("/rss.xml"))], Shelf(tmp_path), Clock()
    assert round_of(sources, shelf, clock).sources[0].waiting == 1
    server.pages["/rss.xml"] = Page("<rss><channel/></rss>", media="text/xml", headers=[("ETag", '"x"')])
    clock.day(0.3)
    (one,) = round_of(sources, shelf, clock).sources
    assert (one.asked, one.waiting, dict(one.refused)) == (1, 0, {"lost": 1})
    clock.day(0.1)
    assert round_of(sources, shelf, clock).sources[0].asked == 0
    clock.day(1)
    assert round_of(sources, shelf, clock).sources[0].asked == 1
    assert server.asked[-1].headers["if-none-match"] == '"x"'
    server.pages["/rss.xml"] = Page(f"<rss><channel>{link}</channel></rss>", media="text/xml")
    server.pages["/a.php?id=3"] = Page(article(3))
    clock.day(1)
    assert round_of(sources, shelf, clock).sources[0].stored == 1  # listed again, it waits again


# Files of an index of sitemaps: what is stored, how many are told as missing, why the feed fails.
INDEXES: dict[str, tuple[dict[str, Page], int, int, dict[str, int]]] = {
    "one is gone": ({"/map2.xml": Page("", 404)}, 1, 1, {}),
    "one is a page": ({"/map2.xml": Page("<!doctype html><html>")}, 1, 1, {}),
    "one reserves itself": (
        {"/map2.xml": Page("<urlset/>", media="text/xml", headers=[("TDM-Reservation", "1")])},
        1,
        1,
        {},
    ),
    "all are gone": ({"/map1.xml": Page("", 404), "/map2.xml": Page("", 404)}, 0, 0, {"gone": 1}),
}


@pytest.mark.parametrize("name", INDEXES)
def test_a_file_of_an_index_that_fails(name: str, server: Server, tmp_path: Path) -> None:
    pages, stored_, parts, failed = INDEXES[name]
    press(server, [1])
    files = "".join(f"<sitemap><loc>{server.url(f'/map{n}.xml')}</loc></sitemap>" for n in (2, 1))
    server.pages["/s.xml"] = Page(f"<sitemapindex>{files}</sitemapindex>", media="application/xml")
    server.pages["/map1.xml"] = Page(sitemap(server, [1]), media="application/xml")
    server.pages.update(pages)
    told: list[str] = []
    (one,) = round_of(
        [card(tmp_path, server.url("/s.xml"), kind="sitemap")], Shelf(tmp_path), Clock(), told
    ).sources
    assert (one.stored, one.notes["parts"], dict(one.failed)) == (stored_, parts, failed)
    assert len(told) == parts
