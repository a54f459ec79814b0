"""Pages under load: `python benchmarks/pages_load.py [--observations 1000000] [--seconds 60] [--store FILE]`.

In: a store of that many generated observations (`pages_store.py`), or a store of one's own. For each edition, `vigie serve`
runs as a process and 32 clients ask on loopback from a second process, each keeping its connection: a mix of pages, filters
and both languages whose popularity falls as 1/rank, with a share of addresses that nobody asked before. Runs: pages without
think time (each client asks again at once: the server is full all the time), pages with one second of think time, and pages
with their charts. Out: pages/s, p50, p95, p99 of all, of pages asked for the first time and of pages asked before, failures,
sizes, and the memory of the server with all its children (/proc), at the most.

The clients share the machine with the server: what they take, it lacks. Everything is bounded by `--seconds`.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import html
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

CLIENTS = 32
POPULAR = 3000  # addresses that are asked again and again
FRESH = 0.1  # share of requests for an address that nobody asked before
TIMEOUT = 30.0  # seconds until a request counts as failed
PAGE_BYTES = 300_000  # the bar for a page without its charts
SAMPLE = 50  # one body in so many is unpacked, measured and searched for charts
# Page, share of the requests, filters it is asked with.
MIX = (
    ("/", 16, ("substance", "area", "period")),
    ("/prices", 14, ("substance", "area", "period")),
    ("/substance/{substance}", 14, ("area", "period")),
    ("/area/{area}", 14, ("substance", "period")),
    ("/evidence?topic={topic}", 8, ("substance", "area", "period")),
    ("/harms", 5, ("substance", "area", "period")),
    ("/flows", 5, ("substance", "period")),
    ("/channels", 5, ("substance", "area", "period")),
    ("/documents", 5, ("substance", "area", "period")),
    ("{document}", 4, ()),
    ("/alerts", 4, ("substance", "area")),
    ("/substances", 2, ("area", "period")),
    ("/areas", 2, ("substance", "period")),
    ("/sources", 1, ()),
    ("/about", 1, ()),
)
TOPICS = ("retail", "wholesale", "purity", "seizures", "harms", "ways", "flows", "trends")


# What is asked


def _read(base: str, path: str) -> str:
    with urllib.request.urlopen(base + path, timeout=120) as answer:
        return str(answer.read().decode())


def _found(base: str, path: str, pattern: str) -> list[str]:
    """Parts of addresses in a page, each once, in order; nothing where the page is not there."""
    try:
        return list(dict.fromkeys(html.unescape(found) for found in re.findall(pattern, _read(base, path))))
    except OSError:
        return []


@dataclass
class Addresses:
    """Addresses of a site, from what its own pages link to and offer as filters."""

    base: str
    chance: random.Random
    values: dict[str, list[str]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        options = r'<option[^>]*value="([^"]+)"'
        for name in ("substance", "area", "period"):
            select = rf'<select[^>]*name="{name}".*?</select>'
            try:
                part = re.search(select, _read(self.base, "/fr/"), re.DOTALL)
            except OSError:
                part = None
            self.values[name] = [html.unescape(v) for v in re.findall(options, part.group())] if part else []
        self.values["substance"] += _found(self.base, "/fr/substances", r'href="/fr/substance/([^"?#/]+)')
        self.values["area"] += _found(self.base, "/fr/areas", r'href="/fr/area/([^"?#/]+)')
        self.values["document"] = _found(self.base, "/fr/documents", r'href="/fr(/document/[^"?#]+)')
        self.values["topic"] = list(TOPICS)
        self.values = {name: list(dict.fromkeys(values)) for name, values in self.values.items()}

    def draw(self) -> str:
        path, _, filters = self.chance.choices(MIX, [share for _, share, _ in MIX])[0]
        for name in ("substance", "area", "topic", "document"):
            if f"{{{name}}}" in path:
                if not self.values[name]:
                    return self.draw()
                value = self.chance.choice(self.values[name])
                path = path.replace(f"{{{name}}}", value if name == "document" else quote(value, safe=""))
        chosen = [name for name in filters if self.values[name] and self.chance.random() < 0.4]
        query = urlencode({name: self.chance.choice(self.values[name]) for name in chosen})
        join = "&" if "?" in path else "?"
        return f"/{self.chance.choice(('fr', 'en'))}{path}{join + query if query else ''}"

    def take(self, number: int) -> list[str]:
        """So many addresses that were not taken before; fewer where the site has no more."""
        new: list[str] = []
        for _ in range(20 * number):
            if len(new) == number:
                break
            url = self.draw()
            if url not in self.asked:
                self.asked.add(url)
                new.append(url)
        return new


def requests(popular: list[str], fresh: list[str], charts: list[str], chance: random.Random) -> Iterator[str]:
    """Addresses without end: popular ones by 1/rank, fresh ones each once, charts for a quarter where there are some."""
    weights = [1 / rank for rank in range(1, len(popular) + 1)]
    while True:
        for url in chance.choices(popular, weights, k=1000):
            draw = chance.random()
            if charts and draw < 0.25:
                yield chance.choice(charts)
            elif fresh and draw > 1 - FRESH:
                yield fresh.pop()
            else:
                yield url


# Clients (a process of their own)


@dataclass
class Told:
    """What the clients saw: (address, seconds, first time asked) of each answer, failures by reason, sizes of pages."""

    times: list[tuple[str, float, bool]] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    packed: list[int] = field(default_factory=list)
    whole: list[tuple[int, str]] = field(default_factory=list)
    charts: set[str] = field(default_factory=set)


async def _client(
    port: int, urls: Iterator[str], until: float, think: float, seen: set[str], told: Told, start: float
) -> None:
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None
    await asyncio.sleep(start)
    while time.monotonic() < until:
        url = next(urls)
        first = url not in seen
        seen.add(url)
        began = time.monotonic()
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
            status, kind, body = await asyncio.wait_for(_ask(reader, writer, port, url), TIMEOUT)  # type: ignore[arg-type]
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            told.failed[type(error).__name__] += 1
            if writer is not None:
                writer.close()
            reader = writer = None
            continue
        told.times.append((url, time.monotonic() - began, first))
        if status != 200:
            told.failed[f"answer {status} {url.split('?')[0]}"] += 1
        elif "html" in kind:
            told.packed.append(len(body))
            if len(told.packed) % SAMPLE == 0:
                _look(url, body, told)
        if think:
            await asyncio.sleep(random.uniform(0.5, 1.5) * think)
    if writer is not None:
        writer.close()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, url: str
) -> tuple[int, str, bytes]:
    """One GET on an open connection: status, content type, body as sent (packed where the server packs)."""
    writer.write(f"GET {url} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = head.split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    if "content-length" in fields:
        body = await reader.readexactly(int(fields["content-length"]))
    else:
        body = b""
        while size := int((await reader.readline()).split(b";")[0], 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
    return int(lines[0].split()[1]), fields.get("content-type", ""), body


def _look(url: str, body: bytes, told: Told) -> None:
    whole = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    if b"</html>" not in whole:
        told.failed["cut short"] += 1
    told.whole.append((len(whole), url))
    told.charts.update(
        html.unescape(found.decode()) for found in re.findall(rb'/(?:fr|en)/chart/[^"\s<>]+', whole)
    )


async def _clients(job: dict[str, Any]) -> Told:
    told, seen = Told(), set(job["seen"])
    urls = requests(job["popular"], job["fresh"], job["charts"], random.Random(job["seed"]))
    until = time.monotonic() + job["seconds"]
    spread = job["think"] or 0.05
    await asyncio.gather(
        *(
            _client(job["port"], urls, until, job["think"], seen, told, spread * number / CLIENTS)
            for number in range(CLIENTS)
        )
    )
    return told


def clients() -> None:
    """The second process: a job as JSON on standard input, what was seen as JSON on standard output."""
    job = json.load(sys.stdin)
    told = asyncio.run(_clients(job))
    own = time.process_time()
    json.dump(
        {
            "times": told.times,
            "failed": told.failed,
            "packed": told.packed,
            "whole": told.whole,
            "charts": sorted(told.charts),
            "own": own,
        },
        sys.stdout,
    )


# The server


def _children(pid: int) -> list[int]:
    below: list[int] = [pid]
    for entry in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in entry.read_text().split():
                below += _children(int(child))
        except OSError:
            continue
    return below


def memory(pid: int) -> int:
    """Resident bytes of a process and all below it; pages that two share count twice."""
    total = 0
    for one in _children(pid):
        try:
            status = Path(f"/proc/{one}/status").read_text()
        except OSError:
            continue
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        total += int(found.group(1)) * 1024 if found else 0
    return total


class Server:
    """`vigie serve` as a process, whose memory is looked at five times a second."""

    def __init__(self, store: Path, *, public: bool) -> None:
        with socket.socket() as asked:
            asked.bind(("127.0.0.1", 0))
            self.port = int(asked.getsockname()[1])
        command = [
            sys.executable,
            "-m",
            "vigie.cli",
            "serve",
            "--store",
            str(store),
            "--port",
            str(self.port),
        ]
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the process)
        self.process = subprocess.Popen(
            [*command, *(["--public"] if public else [])], stderr=self.log, stdout=self.log
        )
        self.base = f"http://127.0.0.1:{self.port}"
        self.peak = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while self.process.poll() is None:
            now = memory(self.process.pid)
            self.peak = max(self.peak, now)
            time.sleep(0.2)

    def ready(self, seconds: float = 1800) -> float:
        """Seconds until the overview was there."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if self.process.poll() is not None:
                self.log.seek(0)
                raise SystemExit(f"vigie serve ended:\n{self.log.read().decode()}")
            try:
                _read(self.base, "/fr/")
                return time.monotonic() - began
            except OSError:
                time.sleep(0.2)
        raise SystemExit("vigie serve did not answer")

    def processor(self) -> float:
        """Seconds of processor that the server and its children took."""
        ticks = 0
        for one in _children(self.process.pid):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()


# What is told


def _at(times: list[float], share: float) -> str:
    return f"{1000 * sorted(times)[min(len(times) - 1, int(share * len(times)))]:.0f}" if times else "–"


def tell(name: str, seconds: float, told: dict[str, Any], server: Server, used: float) -> None:
    pages = [one for one in told["times"] if "/chart/" not in one[0]]
    parts = {
        "pages": [one[1] for one in pages],
        "first asked": [one[1] for one in pages if one[2]],
        "asked before": [one[1] for one in pages if not one[2]],
        "charts": [one[1] for one in told["times"] if "/chart/" in one[0]],
    }
    failed = sum(told["failed"].values())
    print(
        f"{name}: {len(told['times']) / seconds:.0f} answers/s, {failed} failed, {len({o[0] for o in pages})} addresses"
    )
    for part, times in parts.items():
        if times:
            figures = " ".join(f"p{round(100 * share)} {_at(times, share)}" for share in (0.5, 0.95, 0.99))
            print(f"  {part:13} {len(times):6} {figures} ms, slowest {1000 * max(times):.0f}")
    slow: dict[str, list[float]] = {}
    for url, took, first in pages:
        if first:
            slow.setdefault("/".join(url.split("?")[0].split("/")[2:3]) or "overview", []).append(took)
    worst = sorted(slow.items(), key=lambda item: -float(_at(item[1], 0.5)))[:6]
    print(
        "  first asked, by page (p50): " + ", ".join(f"{page} {_at(times, 0.5)} ms" for page, times in worst)
    )
    for reason, count in sorted(told["failed"].items(), key=lambda item: -item[1])[:5]:
        print(f"  failed: {count} × {reason}")
    if told["whole"]:
        largest, url = max(told["whole"])
        over = f", OVER {PAGE_BYTES:,}" if largest > PAGE_BYTES else ""
        packed = sum(told["packed"]) / len(told["packed"])
        print(f"  size of pages: mean {packed:,.0f} bytes sent; largest unpacked {largest:,} ({url}){over}")
    print(
        f"  memory at the most {server.peak / 1e6:.0f} MB; processor: server {used:.0f} s, clients {told['own']:.0f} s of {seconds:.0f} s"
    )


def measure(store: Path, *, public: bool, seconds: float, seed: int = 1) -> None:
    edition = "public" if public else "analyst"
    server = Server(store, public=public)
    try:
        took = server.ready()
        print(
            f"== {edition}: first page after {took:.1f} s, memory while building {server.peak / 1e6:.0f} MB"
        )
        server.peak = 0
        addresses = Addresses(server.base, random.Random(seed))
        print("   " + ", ".join(f"{len(values)} × {name}" for name, values in addresses.values.items()))
        popular = addresses.take(POPULAR)
        seen: set[str] = set()
        charts: list[str] = []
        for name, think, with_charts in (
            ("no think time", 0.0, False),
            ("think time 1 s", 1.0, False),
            ("with charts", 0.0, True),
        ):
            if with_charts and not charts:
                continue
            job = {
                "port": server.port,
                "seconds": seconds,
                "think": think,
                "seed": seed,
                "popular": popular,
                "fresh": addresses.take(5000),
                "seen": sorted(seen),
                "charts": charts if with_charts else [],
            }
            before = server.processor()
            done = subprocess.run(
                [sys.executable, __file__, "--clients"],
                input=json.dumps(job).encode(),
                capture_output=True,
                check=True,
                timeout=seconds + 120,
            )
            told = json.loads(done.stdout)
            seen.update(one[0] for one in told["times"])
            charts = charts or told["charts"]
            tell(name, seconds, told, server, server.processor() - before)
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", type=Path, help="a store of one's own")
    parser.add_argument("--observations", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--edition", choices=("analyst", "public", "both"), default="both")
    parser.add_argument("--clients", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.clients:
        clients()
        return
    with tempfile.TemporaryDirectory() as folder:
        store = given.store
        if store is None:
            from pages_store import generate  # type: ignore[import-not-found]

            store = Path(folder) / "load.duckdb"
            generate(store, given.observations)
        for public in (False, True):
            if given.edition in ("both", "public" if public else "analyst"):
                measure(store, public=public, seconds=given.seconds)
    print(f"load of the machine at the end: {', '.join(f'{one:.1f}' for one in os.getloadavg())}")


if __name__ == "__main__":
    main()
