"""The REST API under load: `python benchmarks/api_load.py [--observations 1000000] [--seconds 60] [--edition both] [--store FILE]`.

In: a store of that many generated observations (`pages_store.py`), or a store of one's own. For each edition, `vigie serve` runs as a process
and 32 clients ask on loopback from a second process, each keeping its connection: lists, figures and single rows under filters whose
popularity falls as 1/rank, a tenth of the addresses asked for the first time, one answer in ten as CSV or Parquet, one request in twenty
with the ETag of before. Runs: without think time (the server is full all the time), and with one second of it. Out: answers/s, p50, p95
and p99 in ms by route and of addresses asked for the first time, failures, the memory of the server with its children at the most, its
processor time for an answer, and what else the machine did (load average). The clients share the machine with the server.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
import urllib.request
from collections import Counter, defaultdict
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
    quantiles,
    run_clients,
    tell_failures,
)

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
        return list(new_ones(self.draw, self.asked, number))


def requests(popular: list[Any], fresh: list[Any], chance: random.Random) -> Iterator[tuple[str, str]]:
    """Without end: popular ones by 1/rank, fresh ones each once."""
    for one in by_rank(popular, chance):
        yield tuple(fresh.pop() if fresh and chance.random() < FRESH else one)  # type: ignore[misc]


# Clients (a process of their own)


@dataclass
class Told:
    """What the clients ask and saw: (route, seconds, first time asked) of each answer, failures by reason, answers 304, bytes."""

    drawn: Iterator[tuple[str, str]]
    tags: dict[tuple[str, str], str] = field(default_factory=dict)
    times: list[tuple[str, float, bool]] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    bytes: int = 0

    def next(self) -> tuple[tuple[tuple[str, str], bool], str, dict[str, str]]:
        one = next(self.drawn)
        first, fields = one not in self.tags, {"Accept": one[1]}
        if not first and random.random() < AGAIN:
            fields["If-None-Match"] = self.tags[one]
        return (one, first), one[0], fields

    def got(self, asked: tuple[tuple[str, str], bool], seconds: float, answer: Got) -> None:
        one, first = asked
        self.times.append((route_of(one[0]), seconds, first))
        self.tags[one] = answer.fields.get("etag", "")
        self.bytes += len(answer.body)
        self.unchanged += answer.status == 304
        if answer.status not in (200, 304):
            self.failed[f"answer {answer.status} {one[0].partition('?')[0]}"] += 1


def route_of(url: str) -> str:
    """Without what is asked: "observations/…", "series"."""
    parts = url.partition("?")[0].removeprefix(f"{BASE}/").split("/")
    return parts[0] + ("/…" if len(parts) > 1 else "")


def clients() -> None:
    """The second process: a job as JSON on standard input, what was seen as JSON on standard output."""
    job = json.load(sys.stdin)
    told = Told(requests([tuple(o) for o in job["popular"]], job["fresh"], random.Random(job["seed"])))
    asyncio.run(run_clients(job["port"], told, seconds=job["seconds"], think=job["think"]))
    json.dump(
        {"times": told.times, "failed": told.failed, "unchanged": told.unchanged, "bytes": told.bytes, "own": time.process_time()},
        sys.stdout,
    )  # fmt: skip


# What is told


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
        print(f"  {route:16} {len(took_):6} {quantiles(took_)}")
    tell_failures(told["failed"])
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
                "think": think,
                "seed": seed,
                "popular": popular,
                "fresh": fresh[: len(fresh) // 2],
            }
            del fresh[: len(fresh) // 2]
            told, used = server.load(__file__, job, seconds)
            tell(name, seconds, told, server, used)
    finally:
        server.stop()


if __name__ == "__main__":
    command(__doc__, measure, clients)
