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

import asyncio
import gzip
import html
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from load import (  # type: ignore[import-not-found]
    FRESH,
    POPULAR,
    TOPICS,
    Got,
    Server,
    by_rank,
    command,
    new_ones,
    quantile,
    quantiles,
    read,
    run_clients,
    tell_failures,
)

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


# What is asked


def _found(base: str, path: str, pattern: str) -> list[str]:
    """Parts of addresses in a page, each once, in order; nothing where the page is not there."""
    try:
        return list(dict.fromkeys(html.unescape(found) for found in re.findall(pattern, read(base, path))))
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
                part = re.search(select, read(self.base, "/fr/"), re.DOTALL)
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
        return list(new_ones(self.draw, self.asked, number))


def requests(popular: list[str], fresh: list[str], charts: list[str], chance: random.Random) -> Iterator[str]:
    """Addresses without end: popular ones by 1/rank, fresh ones each once, charts for a quarter where there are some."""
    for url in by_rank(popular, chance):
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
    """What the clients ask and saw: (address, seconds, first time asked) of each answer, failures by reason, sizes of pages."""

    urls: Iterator[str]
    seen: set[str]
    times: list[tuple[str, float, bool]] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    packed: list[int] = field(default_factory=list)
    whole: list[tuple[int, str]] = field(default_factory=list)
    charts: set[str] = field(default_factory=set)

    def next(self) -> tuple[tuple[str, bool], str, dict[str, str]]:
        url = next(self.urls)
        first = url not in self.seen
        self.seen.add(url)
        return (url, first), url, {}

    def got(self, one: tuple[str, bool], seconds: float, answer: Got) -> None:
        url, first = one
        self.times.append((url, seconds, first))
        if answer.status != 200:
            self.failed[f"answer {answer.status} {url.split('?')[0]}"] += 1
        elif "html" in answer.fields.get("content-type", ""):
            self.packed.append(len(answer.body))
            if len(self.packed) % SAMPLE == 0:
                _look(url, answer.body, self)


def _look(url: str, body: bytes, told: Told) -> None:
    whole = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    if b"</html>" not in whole:
        told.failed["cut short"] += 1
    told.whole.append((len(whole), url))
    told.charts.update(
        html.unescape(found.decode()) for found in re.findall(rb'/(?:fr|en)/chart/[^"\s<>]+', whole)
    )


def clients() -> None:
    """The second process: a job as JSON on standard input, what was seen as JSON on standard output."""
    job = json.load(sys.stdin)
    urls = requests(job["popular"], job["fresh"], job["charts"], random.Random(job["seed"]))
    told = Told(urls=urls, seen=set(job["seen"]))
    asyncio.run(run_clients(job["port"], told, seconds=job["seconds"], think=job["think"]))
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


# What is told


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
            print(f"  {part:13} {len(times):6} {quantiles(times)}")
    slow: dict[str, list[float]] = {}
    for url, took, first in pages:
        if first:
            slow.setdefault("/".join(url.split("?")[0].split("/")[2:3]) or "overview", []).append(took)
    worst = sorted(slow.items(), key=lambda item: -float(quantile(item[1], 0.5)))[:6]
    print(
        "  first asked, by page (p50): "
        + ", ".join(f"{page} {quantile(times, 0.5)} ms" for page, times in worst)
    )
    tell_failures(told["failed"])
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
                "think": think,
                "seed": seed,
                "popular": popular,
                "fresh": addresses.take(5000),
                "seen": sorted(seen),
                "charts": charts if with_charts else [],
            }
            told, used = server.load(__file__, job, seconds)
            seen.update(one[0] for one in told["times"])
            charts = charts or told["charts"]
            tell(name, seconds, told, server, used)
    finally:
        server.stop()


if __name__ == "__main__":
    command(__doc__, measure, clients)
