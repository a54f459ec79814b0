"""The REST API under load: `python benchmarks/api_load.py [--observations 1000000] [--seconds 60] [--edition both] [--store FILE]`.

In: a store of that many generated observations (`pages_store.py`), or a store of one's own. For each edition, `vigie serve` runs as a process
and 32 clients ask on loopback from a second process, each keeping its connection: lists, figures and single rows under filters whose
popularity falls as 1/rank, a tenth of the addresses asked for the first time, one answer in ten as CSV or Parquet, one request in twenty
with the ETag of before. Runs: without think time (the server is full all the time), and with one second of it. Out: answers/s, p50, p95
and p99 in ms by route and of addresses asked for the first time, failures, the memory of the server with its children at the most, its
processor time for an answer, and what else the machine did (load average). The clients share the machine with the server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from pages_load import CLIENTS, FRESH, POPULAR, TIMEOUT, TOPICS, Server  # type: ignore[import-not-found]

BASE = "/api/v1"
ALL = ("substance", "area", "period")
# Route, share of the requests, filters, whether the public edition has it.
MIX = (
    ("figures", 12, ALL, True),
    ("figures?topic={topic}", 14, ALL, True),
    ("series?topic={figure}", 12, ("area",), True),
    ("series", 4, ALL, True),
    ("areas", 4, ("substance", "period"), True),
    ("areas?topic={topic}", 6, ("substance", "period"), True),
    ("substances", 4, ("area", "period"), True),
    ("indices", 4, ALL, True),
    ("evidence?topic={topic}", 8, ALL, True),
    ("alerts", 4, ("substance", "area"), True),
    ("sources", 2, ("area", "period"), True),
    ("coverage", 4, ALL, True),
    ("observations", 12, ALL, False),
    ("observations/{observation}", 5, (), False),
    ("documents", 4, ALL, False),
    ("documents/{document}", 4, (), False),
)
FORMATS = (("application/json", 90), ("text/csv", 8), ("application/vnd.apache.parquet", 2))
AGAIN = 0.05  # share of requests that send the ETag of before


@dataclass
class Addresses:
    """What can be asked, drawn from what the API itself names."""

    base: str
    chance: random.Random
    public: bool
    values: dict[str, list[str]] = field(default_factory=dict)
    asked: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.values["substance"] = [r["substance"] for r in self._rows("substances?limit=60")]
        self.values["area"] = [r["area"] for r in self._rows("areas?limit=200")]
        periods = [r["period"] for r in self._rows("series?limit=1000")]
        self.values["period"] = [*periods, *dict.fromkeys(p[:4] for p in periods)]
        self.values["topic"] = list(TOPICS)
        self.values["figure"] = [
            f"{r['topic']}&key={quote(r['key'], safe='')}" for r in self._rows("figures?limit=300")
        ]
        if not self.public:
            self.values["observation"] = [r["id"] for r in self._rows("observations?limit=1000")]
            self.values["document"] = [r["doc_id"] for r in self._rows("documents?limit=1000")]

    def _rows(self, path: str) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.base}{BASE}/{path}", timeout=120) as answer:
            found: list[dict[str, Any]] = json.load(answer)["items"]
        return found

    def draw(self) -> tuple[str, str]:
        """(address, format)."""
        listed = [m for m in MIX if m[3] or not self.public]
        path, _, filters, _ = self.chance.choices(listed, [m[1] for m in listed])[0]
        single = path.endswith("}") and "/" in path
        for name in ("topic", "figure", "observation", "document"):
            if f"{{{name}}}" in path:
                if not self.values.get(name):
                    return self.draw()
                path = path.replace(f"{{{name}}}", self.chance.choice(self.values[name]))
        chosen = {
            n: self.chance.choice(self.values[n])
            for n in filters
            if self.values[n] and self.chance.random() < 0.4
        }
        kind = (
            "application/json"
            if single
            else self.chance.choices([f[0] for f in FORMATS], [f[1] for f in FORMATS])[0]
        )
        if kind != "application/json":
            chosen["limit"] = "100"  # pages: whole lists are sent two at a time
        join = "&" if "?" in path else "?"
        return f"{BASE}/{path}{join + urlencode(chosen) if chosen else ''}", kind

    def take(self, number: int) -> list[tuple[str, str]]:
        """So many that were not taken before; fewer where there are no more."""
        new: list[tuple[str, str]] = []
        for _ in range(20 * number):
            if len(new) == number:
                break
            one = self.draw()
            if one not in self.asked:
                self.asked.add(one)
                new.append(one)
        return new


def requests(popular: list[Any], fresh: list[Any], chance: random.Random) -> Iterator[tuple[str, str]]:
    """Without end: popular ones by 1/rank, fresh ones each once."""
    weights = [1 / rank for rank in range(1, len(popular) + 1)]
    while True:
        for one in chance.choices(popular, weights, k=1000):
            yield tuple(fresh.pop() if fresh and chance.random() < FRESH else one)  # type: ignore[misc]


# Clients (a process of their own)


@dataclass
class Told:
    times: list[tuple[str, float, bool]] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    bytes: int = 0


def route_of(url: str) -> str:
    """Without what is asked: "observations/…", "series"."""
    parts = url.partition("?")[0].removeprefix(f"{BASE}/").split("/")
    return parts[0] + ("/…" if len(parts) > 1 else "")


async def _client(
    port: int,
    drawn: Iterator[tuple[str, str]],
    until: float,
    think: float,
    tags: dict[Any, str],
    told: Told,
    start: float,
) -> None:
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None
    await asyncio.sleep(start)
    while time.monotonic() < until:
        one = next(drawn)
        first = one not in tags
        head = f"GET {one[0]} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\nAccept: {one[1]}\r\n"
        if not first and random.random() < AGAIN:
            head += f"If-None-Match: {tags[one]}\r\n"
        began = time.monotonic()
        try:
            if reader is None or writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
            status, tag, size = await asyncio.wait_for(_ask(reader, writer, head), TIMEOUT)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            told.failed[type(error).__name__] += 1
            if writer is not None:
                writer.close()
            reader = writer = None
            continue
        told.times.append((route_of(one[0]), time.monotonic() - began, first))
        tags[one] = tag
        told.bytes += size
        told.unchanged += status == 304
        if status not in (200, 304):
            told.failed[f"answer {status} {one[0].partition('?')[0]}"] += 1
        if think:
            await asyncio.sleep(random.uniform(0.5, 1.5) * think)
    if writer is not None:
        writer.close()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> tuple[int, str, int]:
    """(status, ETag, bytes of the body as sent)."""
    writer.write(f"{head}\r\n".encode())
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    size = int(fields.get("content-length", "0"))
    await reader.readexactly(size)
    return int(lines[0].split()[1]), fields.get("etag", ""), size


async def _clients(job: dict[str, Any]) -> Told:
    told, tags = Told(), {}
    drawn = requests([tuple(o) for o in job["popular"]], job["fresh"], random.Random(job["seed"]))
    until, spread = time.monotonic() + job["seconds"], job["think"] or 0.05
    await asyncio.gather(
        *(
            _client(job["port"], drawn, until, job["think"], tags, told, spread * n / CLIENTS)
            for n in range(CLIENTS)
        )
    )
    return told


def clients() -> None:
    told = asyncio.run(_clients(json.load(sys.stdin)))
    json.dump(
        {"times": told.times, "failed": told.failed, "unchanged": told.unchanged, "bytes": told.bytes, "own": time.process_time()},
        sys.stdout,
    )  # fmt: skip


# What is told


def _at(times: list[float]) -> str:
    ordered = sorted(times)
    return " ".join(
        f"p{round(100 * share)} {1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]:.0f}"
        for share in (0.5, 0.95, 0.99)
    )


def tell(name: str, seconds: float, told: dict[str, Any], server: Any, used: float) -> None:
    times = told["times"]
    print(
        f"{name}: {len(times) / seconds:.0f} answers/s, {sum(told['failed'].values())} failed, {told['unchanged']} × 304"
    )
    by: dict[str, list[float]] = defaultdict(list)
    for route, took, first in times:
        by["all"].append(took)
        by["first asked" if first else "asked before"].append(took)
        by[route].append(took)
    for route, took_ in sorted(by.items(), key=lambda item: -len(item[1])):
        print(f"  {route:16} {len(took_):6} {_at(took_)} ms, slowest {1000 * max(took_):.0f}")
    for reason, count in sorted(told["failed"].items(), key=lambda item: -item[1])[:5]:
        print(f"  failed: {count} × {reason}")
    print(
        f"  memory at the most {server.peak / 1e6:.0f} MB; processor: server {used:.0f} s ({1000 * used / max(1, len(times)):.1f} ms an answer), "
        f"clients {told['own']:.0f} s of {seconds:.0f} s; {told['bytes'] / max(1, len(times)):,.0f} bytes an answer; "
        f"load of the machine {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def measure(store: Path, *, public: bool, seconds: float, seed: int = 1) -> None:
    server = Server(store, public=public)
    try:
        took = server.ready()
        print(f"== {'public' if public else 'analyst'}: first page after {took:.1f} s", flush=True)
        server.peak = 0
        addresses = Addresses(server.base, random.Random(seed), public)
        popular, fresh = addresses.take(POPULAR), addresses.take(6000)
        for name, think in (("no think time", 0.0), ("think time 1 s", 1.0)):
            job = {
                "port": server.port,
                "seconds": seconds,
                "think": think,
                "seed": seed,
                "popular": popular,
                "fresh": fresh[: len(fresh) // 2],
            }
            del fresh[: len(fresh) // 2]
            before = server.processor()
            done = subprocess.run(
                [sys.executable, __file__, "--clients"],
                input=json.dumps(job).encode(),
                capture_output=True,
                check=True,
                timeout=seconds + 120,
            )
            tell(name, seconds, json.loads(done.stdout), server, server.processor() - before)
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


if __name__ == "__main__":
    main()
