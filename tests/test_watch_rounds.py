"""Rounds of watching against a real server: what is announced is fetched, redacted and stored, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vigie.store import Store
from watch_server import Clock, Page, Server, article, card, round_of, rss, serving


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
