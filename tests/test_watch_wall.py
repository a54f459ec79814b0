"""No contact that a feed, a page, an address or a header brings is kept or told: state, store, summary, refusals."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from urllib.parse import quote

from vigie.cli.watch_report import round_json, round_text
from vigie.store import Store
from vigie.watch.state import watch_folder
from wall_canaries import MARKER, contents, leaks, plant, shows_marker
from watch_server import Clock, Page, article, card, round_of, serving


def test_nothing_of_a_feed_is_left(tmp_path: Path) -> None:
    told: list[str] = []
    where = (
        "title",
        "text",
        "path",
        "query",
        "id",
        "author",
        "etag",
        "busy",
        "login",
        "damaged",
        "entry",
        "onward",
        "retry",
    )
    canaries = {name: plant(f"feed: {name}") for name in where}
    c = canaries
    paths = {
        "text": "/article/1",
        "path": f"/u/{quote(c['path'].name)}/{c['path'].email}/{c['path'].phone.replace(' ', '')}",
        "query": f"/article?tel={c['query'].phone.replace(' ', '')}&mail={c['query'].email}&jsessionid={c['query'].account}",
        "busy": f"/busy/{c['busy'].email}/{c['busy'].account}",
        "login": f"/private/{c['login'].email}",
        "damaged": f"/damaged/{c['damaged'].email}.html",
        "onward": "/onward",
        "retry": "/retry/me",
    }
    with serving() as server:
        entries = "".join(
            f"<item><title>{MARKER} {c['title'].text()}</title><link>{server.url(path).replace('&', '&amp;')}</link>"
            f"<guid isPermaLink='false'>{c['id'].text().replace('&', '&amp;')}</guid><author>{c['author'].name} {c['author'].email}</author></item>"
            for path in paths.values()
        ).replace("&mail", "&amp;mail")
        entries += f"<item><title>{MARKER}</title><description>&lt;p&gt;{MARKER} {c['entry'].text().replace('&', '')}&lt;/p&gt;</description></item>"
        server.pages["/rss.xml"] = Page(
            f"<rss><channel>{entries}</channel></rss>",
            media="text/xml",
            headers=[("ETag", f'"{c["etag"].email}"')],
        )
        body = article(
            1, more=f"{MARKER} {c['text'].text()}", head=f"<meta name='author' content='{c['author'].name}'>"
        )
        server.pages[paths["text"]] = Page(body)
        server.pages[paths["path"]] = Page(article(2, more=MARKER))
        server.pages[paths["query"].partition("&jsessionid")[0]] = Page(article(3, more=MARKER))
        server.pages[paths["busy"]] = Page(c["busy"].text(), 503)
        server.pages[paths["login"]] = Page(
            "", 302, headers=[("Location", f"/login?next={c['login'].email}")]
        )
        server.pages[f"/login?next={c['login'].email}"] = Page("<form>")
        server.pages[paths["damaged"]] = Page(f"<html><title>{c['damaged'].text()}</title></html>")
        server.pages[paths["onward"]] = Page(
            "", 302, headers=[("Location", f"http://other.example/{c['onward'].email}")]
        )
        server.pages[paths["retry"]] = Page("", 503)
        sources, store, clock = (
            [card(tmp_path, server.url("/rss.xml"))],
            tmp_path / "kept" / "v.duckdb",
            Clock(),
        )
        store.parent.mkdir()
        done = round_of(sources, store, clock, told)
        clock.day(2)
        again = round_of(sources, store, clock, told)
    assert (
        done.sources[0].announced == len(paths) + 1 and sum(s.sources[0].stored for s in (done, again)) == 4
    )
    assert told  # the damaged page was refused by name
    said = "\n".join(
        [*told, round_text(done, sources, store, None), json.dumps(round_json(again, sources, store))]
    )
    assert leaks(said.encode()) == set()
    found = {name: leaked for name, data in contents(tmp_path / "kept") if (leaked := leaks(data))}
    assert found == {}
    assert any(shows_marker(data) for name, data in contents(tmp_path / "kept") if "rows" in name)
    state = (watch_folder(store) / "state.sqlite").read_bytes()
    assert (
        b"/retry/me" in state or again.sources[0].waiting == 0
    )  # an address that says nothing may wait as it is
    with Store.open(store, read_only=True) as opened:
        assert all(
            day is None or day <= date(2026, 3, 1)
            for day in opened.column("SELECT published_start FROM documents")
        )
