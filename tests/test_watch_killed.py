"""A watch that is killed at any moment goes on where it was: nothing is lost, nothing is stored twice.

The watch runs in a child process that is killed with SIGKILL, at a chosen request or at a chosen moment of storing.
"""

from __future__ import annotations

import os
import random
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from report_store import _empty
from vigie.pipeline import Cleaned
from vigie.settings import Settings
from vigie.store import Store
from vigie.store.erase import Selection
from vigie.upkeep.purge import plan, purge
from vigie.watch.records import Deposited
from vigie.watch.rounds import RoundOf
from vigie.watch.service import Depot
from vigie.watch.state import WatchState, watch_folder
from watch_server import Asked, Clock, Page, Server, Write, card, client, rss, serving

NUMBERS = [1, 2, 3, 4]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "v.duckdb"
    path.write_bytes(_empty())
    return path


def note(number: int) -> Page:
    """Plain text, whose reader needs no child process of its own."""
    return Page(
        f"2026-02-0{number}\n\nNote {number}\n\nÀ Lyon, le gramme de cocaïne se vend {50 + number} euros.\n",
        media="text/plain; charset=utf-8",
    )


def one_round(
    server: Server,
    store: Path,
    clock: Clock,
    put: Callable[[Depot, Sequence[Cleaned]], Deposited] = Depot.put,
) -> None:
    depot = Depot(settings=Settings(store=store))
    with client(clock) as asking, WatchState(watch_folder(store)) as state, state.locked():
        sources = [card(store.parent, server.url("/rss.xml"))]
        work = RoundOf(sources, state, asking, lambda items: put(depot, items), depot.holds)
        work._bounds = {**work._bounds, "batch_documents": 2}
        work.run()


def killed(run: Callable[[], None]) -> bool:
    """Run in a child; whether it was killed."""
    child = os.fork()
    if child == 0:
        try:
            run()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def end(_depot: Depot, _items: Sequence[Cleaned]) -> Deposited:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def store_and_end(times: int) -> Callable[[Depot, Sequence[Cleaned]], Deposited]:
    left = [times]

    def put(depot: Depot, items: Sequence[Cleaned]) -> Deposited:
        made = depot.put(items)
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return made

    return put


def half_stored(depot: Depot, items: Sequence[Cleaned]) -> Deposited:
    depot.put(items[:1])
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


# The page whose request ends the watch, or how storing does.
ENDS: dict[str, str | Callable[[Depot, Sequence[Cleaned]], Deposited]] = {
    "at the rules of the host": "/robots.txt",
    "at the feed": "/rss.xml",
    "at the third document": "/article/3",
    "before storing": end,
    "half stored": half_stored,
    "after storing once": store_and_end(1),
    "after storing twice": store_and_end(2),
}


@pytest.mark.parametrize("name", ENDS)
def test_nothing_is_lost_and_nothing_is_stored_twice(
    name: str, server: Server, store: Path, tmp_path: Path
) -> None:
    where, clock = ENDS[name], Clock()
    server.asked.clear()
    server.pages = {f"/article/{n}": note(n) for n in NUMBERS}
    server.pages["/rss.xml"] = Page(rss(server, NUMBERS), media="text/xml", headers=[("ETag", '"1"')])
    pid: list[int] = []

    def watch() -> None:
        pid.append(os.getpid())
        (tmp_path / "pid").write_text(str(os.getpid()))
        one_round(server, store, clock, Depot.put if isinstance(where, str) else where)

    if isinstance(where, str):
        ordinary: Write = server.pages.get(where, Page("", 404))

        def deadly(line: socket.socket, asked: Asked) -> None:
            os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
            server.pages[where] = ordinary
            ordinary(line, asked)

        server.pages[where] = deadly
    assert killed(watch)
    clock.day(1.1)
    one_round(server, store, clock)
    one_round(server, store, clock)
    with Store.open(store, read_only=True) as opened:
        paths = sorted(opened.column("SELECT path FROM documents"))
    assert paths == [f"press/article/{n}" for n in NUMBERS]
    asked = [server.paths().count(f"/article/{n}") for n in NUMBERS]
    assert max(asked) <= 2  # what was fetched and not stored is fetched again: it is never on the disk before
    if name.startswith("after"):
        assert asked == [1] * 4
    with WatchState(watch_folder(store)) as state:
        assert state.counts("press") == {"done": 4}


def test_what_may_not_be_written_down_is_asked_for_again(server: Server, store: Path) -> None:
    """An address with a query, or with a name, waits as a hash: the feed is asked whole although it did not change."""
    clock = Clock()
    server.asked.clear()
    server.pages = {"/article/jeanne-fictive-4?id=5": note(4), "/article?id=5": note(5)}
    links = "".join(f"<item><link>{server.url(path)}</link></item>" for path in server.pages)

    def feed(line: socket.socket, asked: Asked) -> None:
        if "if-none-match" in asked.headers:
            line.sendall(b"HTTP/1.1 304 Not Modified\r\n\r\n")
        else:
            Page(f"<rss><channel>{links}</channel></rss>", media="text/xml", headers=[("ETag", '"1"')])(
                line, asked
            )

    server.pages["/rss.xml"] = feed
    assert killed(lambda: one_round(server, store, clock, end))
    state = (watch_folder(store) / "state.sqlite").read_bytes()
    assert b"id=5" not in state and b"jeanne" not in state and b"article" not in state
    clock.day(0.1)
    one_round(server, store, clock)
    with Store.open(store, read_only=True) as opened:
        assert len(opened.column("SELECT path FROM documents")) == 2


def test_random_kills(server: Server, store: Path) -> None:
    """Killed three times at random, then left alone."""
    chance, clock = random.Random(4), Clock()
    server.asked.clear()
    numbers = list(range(1, 6))
    server.pages = {f"/article/{n}": note(n) for n in numbers}
    server.pages["/rss.xml"] = Page(rss(server, numbers), media="text/xml")
    for _ in range(3):
        left = [chance.randrange(2, 9)]

        def put(depot: Depot, items: Sequence[Cleaned], left: list[int] = left) -> Deposited:
            left[0] -= 2
            return end(depot, items) if left[0] <= 0 else depot.put(items)

        killed(lambda put=put: one_round(server, store, clock, put))
        clock.day(0.2)
    clock.day(2)
    one_round(server, store, clock)
    with Store.open(store, read_only=True) as opened:
        paths = sorted(opened.column("SELECT path FROM documents"))
    assert paths == [f"press/article/{n}" for n in numbers]


def test_a_purge_forgets_what_waits(server: Server, store: Path) -> None:
    """The addresses of a source that is purged go, and its documents are not asked again."""
    clock = Clock()
    server.pages = {
        "/article/1": note(1),
        "/article/2": Page("", 503),
        "/rss.xml": Page(rss(server, [1, 2]), media="text/xml"),
    }
    one_round(server, store, clock)
    file = watch_folder(store) / "state.sqlite"
    assert b"/article/2" in file.read_bytes()
    with Store.open(store) as opened:
        chosen = Selection(source="press")
        purge(opened, plan(opened, chosen), chosen)
    assert b"/article/2" not in file.read_bytes()
    server.pages["/article/2"] = note(2)
    clock.day(3)
    one_round(server, store, clock)
    with Store.open(store, read_only=True) as opened:
        assert opened.column("SELECT path FROM documents") == []
