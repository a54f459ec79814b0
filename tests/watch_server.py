"""A real web server of the tests, and a watch that asks it: threads and sockets, no part of the program replaced.

Names under `.example` lead to it; a page may be bytes with headers, or a function that writes to the socket as it likes.
"""

from __future__ import annotations

import ipaddress
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from vigie.fetch.client import Client
from vigie.fetch.dial import Dialer
from vigie.fetch.limits import Limits, limits
from vigie.fetch.pace import Pace
from vigie.ingest.cards import load_watched
from vigie.model.source import Watched
from vigie.pipeline import Cleaned
from vigie.settings import Settings
from vigie.watch.records import Deposited, Round
from vigie.watch.rounds import RoundOf
from vigie.watch.service import watch_once
from vigie.watch.state import WatchState, watch_folder

LOCAL = "127.0.0.1"
CONTEXT = ssl.create_default_context()  # one for all clients: making it takes longer than most tests
HOST = "press.example"


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    host: str
    path: str
    headers: dict[str, str]


Write = Callable[[socket.socket, Asked], None]


@dataclass(frozen=True)
class Page:
    """An ordinary answer. `length`: what Content-Length says, the truth without it."""

    body: bytes | str = b""
    status: int = 200
    headers: Sequence[tuple[str, str]] = ()
    media: str = "text/html; charset=utf-8"
    length: int | None = None

    def __call__(self, line: socket.socket, asked: Asked) -> None:
        body = self.body.encode() if isinstance(self.body, str) else self.body
        head = [f"HTTP/1.1 {self.status} Said", f"Content-Type: {self.media}"]
        head += [f"Content-Length: {len(body) if self.length is None else self.length}", "Connection: close"]
        head += [f"{name}: {value}" for name, value in self.headers]
        line.sendall("\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body)


@dataclass
class Server:
    """`pages`: (host, path) or path -> what it answers; all else is 404."""

    port: int
    pages: dict[tuple[str, str] | str, Write] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str, host: str = HOST) -> str:
        return f"http://{host}:{self.port}{path}"

    def paths(self, host: str = HOST) -> list[str]:
        """What was asked, without the files of rules."""
        rules = ("/robots.txt", "/.well-known/tdmrep.json", "/ai.txt")
        return [a.path for a in self.asked if a.host == host and a.path not in rules]

    def answer(self, line: socket.socket) -> None:
        with suppress(OSError), closing(line):
            line.settimeout(10)
            data = b""
            while b"\r\n\r\n" not in data:
                part = line.recv(65536)
                if not part:
                    return
                data += part
            first, *rest = data.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
            headers = {n.lower(): v.strip() for n, _, v in (r.partition(":") for r in rest)}
            asked = Asked(headers.get("host", "").partition(":")[0], first.split()[1], headers)
            with self.lock:
                self.asked.append(asked)
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
            time.sleep(0.002)  # another request of the same watch would come meanwhile
            with self.lock:
                self.at_once -= 1
            page = self.pages.get((asked.host, asked.path)) or self.pages.get(asked.path)
            (page or Page("nothing here", 404))(line, asked)
            with suppress(OSError):
                line.shutdown(socket.SHUT_WR)


@contextmanager
def serving() -> Iterator[Server]:
    """A server on a free port, until the end."""
    with socket.create_server((LOCAL, 0), backlog=64) as listening:
        server = Server(listening.getsockname()[1])

        def accept() -> None:
            while True:
                try:
                    line, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=server.answer, args=(line,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield server
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)


@dataclass
class Clock:
    """A clock that moves only when somebody waits."""

    time: float = 1_772_366_400.0  # 2026-03-01 12:00 UTC
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += max(seconds, 0.0)

    def day(self, days: float) -> None:
        self.time += days * 86_400.0


def small_limits(**changes: float) -> Limits:
    """The limits, with real times that a test can wait for."""
    quick = {"connect_seconds": 1.0, "read_seconds": 0.25, "total_seconds": 0.5}
    return replace(limits(), **{**quick, **changes})  # type: ignore[arg-type]


def local(host: str, port: int) -> list[str]:
    """All names of the tests lead here, numbers where they say; others are not known."""
    if host.endswith(".example"):
        return [LOCAL]
    with suppress(ValueError):
        return [str(ipaddress.ip_address(host))]
    raise OSError("no such host")


@contextmanager
def client(
    clock: Clock | None = None,
    *,
    resolver: Callable[[str, int], Sequence[str]] = local,
    allow: frozenset[str] = frozenset({LOCAL}),
    bounds: Limits | None = None,
    wait: float = 600.0,
) -> Iterator[Client]:
    """A client that may reach this machine, and whose clock does not wait."""
    bounds = bounds or small_limits()
    dialer = Dialer(total=bounds.total_seconds, most_addresses=4, resolver=resolver, allow=allow)
    with Client(
        "Vigie/test (+https://observatory.example/watch)", clock=clock or Clock(), dialer=dialer, ports=None,
        bounds=bounds, pace=Pace(bounds, random.Random(1)), wait=wait,
        verify=CONTEXT,
    ) as made:  # fmt: skip
        yield made


CARD = """
id = "press"
name = "Le Courrier fictif"
kind = "press"
language = "fr"
grade = "C"

[watch]
{more}

[[watch.feeds]]
url = "{url}"
kind = "{kind}"
links = "{links}"
"""


def card(
    folder: Path, url: str, *, kind: str = "feed", links: str = "", more: str = "expected_per_week = 2"
) -> Watched:
    """A source card that names one feed."""
    file = folder / "press.toml"
    file.write_text(CARD.format(url=url, kind=kind, links=links, more=more), "utf-8")
    return load_watched(file)


@dataclass
class Shelf:
    """Where documents are put without a database, which would take most of a test's time."""

    folder: Path
    held: dict[str, Cleaned] = field(default_factory=dict)

    def put(self, items: Sequence[Cleaned]) -> Deposited:
        new = {i.document.doc_id: i for i in items if i.document.doc_id not in self.held}
        self.held |= new
        return Deposited(new=frozenset(new))

    def holds(self, ids: Sequence[str]) -> set[str]:
        return set(ids) & set(self.held)

    @property
    def documents(self) -> list[tuple[str, str, str]]:
        """(path, title, day), as `stored` gives them."""
        found = [i.document for i in self.held.values()]
        return sorted(((d.path, d.title, str(d.published)) for d in found), key=lambda d: d[1])


def round_of(
    sources: Sequence[Watched], store: Path | Shelf, clock: Clock, told: list[str] | None = None, *, forced: bool = False,
    bounds: Limits | None = None, resolver: Callable[[str, int], Sequence[str]] = local,
) -> Round:  # fmt: skip
    """One round of watching, into a store or onto a shelf."""
    heard: list[str] = [] if told is None else told
    ids = frozenset(s.card.id for s in sources) if forced else frozenset()
    with client(clock, bounds=bounds, resolver=resolver) as asking:
        if isinstance(store, Path):
            return watch_once(sources, Settings(store=store), asking, forced=ids, tell=heard.append)
        with WatchState(watch_folder(store.folder / "v.duckdb")) as state, state.locked():
            return RoundOf(
                sources, state, asking, store.put, store.holds, forced=ids, tell=heard.append
            ).run()


def article(number: int, more: str = "", head: str = "") -> str:
    """A page of the press, with one price."""
    return f"""<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Article {number}</title>
<meta property="article:published_time" content="2026-02-{1 + number % 27:02}">{head}</head><body><article><h1>Article {number}</h1>
<p>À Lyon, le gramme de cocaïne se vend {50 + number} euros, selon l'agence régionale de santé.</p>
<p>Les associations de réduction des risques observent le marché depuis plusieurs mois et publient leurs constats.</p>
<p>Le prix de vente au détail reste stable dans le département, d'après le rapport numéro {number}. {more}</p>
</article></body></html>"""


def rss(server: Server, numbers: Sequence[int], *, host: str = HOST, guid: str = "n{}") -> str:
    """An RSS feed of articles."""
    items = "".join(
        f"<item><title>Article {n}</title><link>{server.url(f'/article/{n}', host)}</link>"
        f"<guid isPermaLink='false'>{guid.format(n)}</guid><pubDate>Sun, {1 + n % 27:02} Feb 2026 08:00:00 +0100</pubDate></item>"
        for n in numbers
    )
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Le Courrier</title>{items}</channel></rss>'
