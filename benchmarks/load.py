"""What the benchmarks of a server under load share: the server as a process, clients of a process of their own, and the command line.

In: what is asked, drawn without end, and what is made of an answer. Out: seconds, failures, memory and processor time of the server.
The clients share the machine with the server: what they take, it lacks. Left out: what is asked (`pages_load.py`, `api_load.py`).
"""

from __future__ import annotations

import argparse
import asyncio
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
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

CLIENTS = 32
POPULAR = 3000  # addresses that are asked again and again
FRESH = 0.1  # share of requests for an address that nobody asked before
TIMEOUT = 30.0  # seconds until a request counts as failed
TOPICS = ("retail", "wholesale", "purity", "seizures", "harms", "ways", "flows", "trends")
One = TypeVar("One", bound=Hashable)


# What is asked


def new_ones(draw: Callable[[], One], asked: set[One], number: int) -> list[One]:
    """So many that were not asked before; fewer where there are no more. They are in `asked` then."""
    new: list[One] = []
    for _ in range(20 * number):
        if len(new) == number:
            break
        one = draw()
        if one not in asked:
            asked.add(one)
            new.append(one)
    return new


def by_rank(popular: list[Any], chance: random.Random) -> Iterator[Any]:
    """Popular ones without end, by 1/rank."""
    weights = [1 / rank for rank in range(1, len(popular) + 1)]
    while True:
        yield from chance.choices(popular, weights, k=1000)


# Clients


@dataclass(frozen=True, slots=True)
class Got:
    """One answer: `fields` in lower case, the body as it was sent (packed where the server packs)."""

    status: int
    fields: dict[str, str]
    body: bytes


class Mix(Protocol):
    """What the clients of one run ask, and what they make of it."""

    failed: Counter[str]

    def next(self) -> tuple[Any, str, dict[str, str]]:
        """What is asked (as `got` is told), its address, more fields of the head."""

    def got(self, one: Any, seconds: float, answer: Got) -> None: ...


async def run_clients(port: int, mix: Mix, *, seconds: float, think: float) -> None:
    """All clients until the time is over, each keeping its connection. `think`: seconds between two requests of one, by half more or less."""
    until, spread = time.monotonic() + seconds, think or 0.05
    await asyncio.gather(
        *(_client(port, mix, until, think, spread * number / CLIENTS) for number in range(CLIENTS))
    )


async def _client(port: int, mix: Mix, until: float, think: float, start: float) -> None:
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None
    await asyncio.sleep(start)
    while time.monotonic() < until:
        one, url, more = mix.next()
        fields = {"Host": f"127.0.0.1:{port}", "Accept-Encoding": "gzip", **more}
        head = f"GET {url} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        began = time.monotonic()
        try:
            if reader is None or writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
            answer = await asyncio.wait_for(_ask(reader, writer, head), TIMEOUT)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            mix.failed[type(error).__name__] += 1
            if writer is not None:
                writer.close()
            reader = writer = None
            continue
        mix.got(one, time.monotonic() - began, answer)
        if think:
            await asyncio.sleep(random.uniform(0.5, 1.5) * think)
    if writer is not None:
        writer.close()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> Got:
    """One request on an open connection."""
    writer.write(f"{head}\r\n".encode())
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    body = b""
    if "chunked" in fields.get("transfer-encoding", ""):
        while size := int((await reader.readline()).split(b";")[0], 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
    else:
        body = await reader.readexactly(int(fields.get("content-length", "0")))
    return Got(int(lines[0].split()[1]), fields, body)


# The server


def read(base: str, path: str) -> str:
    with urllib.request.urlopen(base + path, timeout=120) as answer:
        return str(answer.read().decode())


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
                read(self.base, "/fr/")
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

    def load(self, script: str, job: dict[str, Any], seconds: float) -> tuple[dict[str, Any], float]:
        """Run the clients of a script with a job: what they saw, and the processor time of the server meanwhile."""
        before = self.processor()
        done = subprocess.run(
            [sys.executable, script, "--clients"],
            input=json.dumps(job | {"port": self.port, "seconds": seconds}).encode(),
            capture_output=True,
            check=True,
            timeout=seconds + 120,
        )
        told: dict[str, Any] = json.loads(done.stdout)
        return told, self.processor() - before


# What is told


def quantile(times: list[float], share: float) -> str:
    """Milliseconds."""
    return f"{1000 * sorted(times)[min(len(times) - 1, int(share * len(times)))]:.0f}" if times else "–"


def quantiles(times: list[float]) -> str:
    """ "p50 3 p95 8 p99 20 ms, slowest 31"."""
    figures = " ".join(f"p{round(100 * share)} {quantile(times, share)}" for share in (0.5, 0.95, 0.99))
    return f"{figures} ms, slowest {1000 * max(times):.0f}"


def tell_failures(failed: dict[str, int]) -> None:
    for reason, count in sorted(failed.items(), key=lambda item: -item[1])[:5]:
        print(f"  failed: {count} × {reason}")


# The command


class Measure(Protocol):
    def __call__(self, store: Path, *, public: bool, seconds: float) -> None: ...


def command(doc: str, measure: Measure, clients: Callable[[], None]) -> None:
    """The command line of a benchmark: a store of one's own or a generated one, each edition; `clients` is its second process."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
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
