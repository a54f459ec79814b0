"""`vigie serve` as a process: it starts, answers, follows its store, stops when told, and refuses what it must."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from report_store import Paper, build, said_price
from vigie.web.headers import is_loopback

PATIENCE = 120  # seconds: machines of tests are busy


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    papers = [
        Paper(source=s, published="2025-03-11", says=[said_price(60 + n, place="FR-69")])
        for n, s in enumerate("abc")
    ]
    return build(tmp_path_factory.mktemp("serve") / "vigie.duckdb", papers)


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "vigie.cli", "serve", *map(str, arguments)]


@contextmanager
def running(store: Path, *more: str) -> Iterator[tuple[subprocess.Popen[bytes], str, Path]]:
    """(process, address, log) once it answers."""
    log = store.with_name(f"log-{time.monotonic_ns()}")
    with log.open("wb") as said:
        process = subprocess.Popen(command("--store", store, "--port", "0", *more), stdout=said, stderr=said)
        try:
            until = time.monotonic() + PATIENCE
            while not (found := re.search(r"http://\S+:\d+/", log.read_text())):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.1)
            yield process, found.group(), log
        finally:
            process.kill()
            process.wait()


def get(url: str, **headers: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_it_serves_follows_its_store_and_stops(store: Path) -> None:
    with running(store) as (process, url, log):
        status, page = get(f"{url}fr/prices?area=FR-69")
        assert (status, "61" in page) == (200, True)
        assert get(f"{url}fr/", Host="evil.example")[0] == 421
        before = get(f"{url}health")[1]
        # Another process writes beside it, as `vigie add` does: the store is not held.
        note = store.with_name("note.txt")
        note.write_text("2025-05-02\n\nUne note\n\nÀ Lyon, le gramme de cocaïne se vend 77 euros.\n", "utf-8")
        added = [sys.executable, "-m", "vigie.cli", "add", str(note), "--store", str(store)]
        assert subprocess.run(added, capture_output=True, timeout=PATIENCE).returncode == 0
        until = time.monotonic() + PATIENCE
        while get(f"{url}health")[1] == before:
            assert get(f"{url}fr/about")[0] == 200  # no request is dropped meanwhile
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.3)
        assert "77" in get(f"{url}fr/documents")[1] + get(f"{url}fr/evidence")[1]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
        told = log.read_text()
        assert "stopped" in told
        assert "Traceback" not in told
        assert "area=FR-69" not in told, "what a reader looks for is not logged"


def test_it_stops_when_it_is_told_to_end(store: Path) -> None:
    with running(store, "--public") as (process, url, log):
        assert get(f"{url}en/")[0] == 200
        assert "public edition" in log.read_text()
        process.terminate()
        assert process.wait(timeout=30) == 0


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | environment
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=PATIENCE, env=env)


def test_a_port_in_use_is_told(store: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("--store", store, "--port", str(port))
    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


REFUSED = [
    ("every address", ("--host", "0.0.0.0"), 2, "--public"),
    ("an address of the network", ("--host", "192.0.2.4"), 2, "ssh -L"),
    ("a name behind a proxy", ("--name", "pages.example"), 2, "--public"),
    ("no address", ("--public", "--host", "not an address"), 2, "--host"),
    ("no port", ("--port", "70000"), 2, "65535"),
    ("no store", ("--store", "none.duckdb"), 1, "vigie add"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_it_refuses(store: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    given = arguments if "--store" in arguments else ("--store", store, *arguments)
    done = run(*given)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_its_packages_it_names_the_extra(store: Path, tmp_path: Path) -> None:
    (tmp_path / "uvicorn.py").write_text("raise ImportError('not here')\n")
    done = run("--store", store, PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert "pip install 'vigie[serve]'" in done.stderr


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("[::1]", True), ("localhost", True), ("LOCALHOST.", True), ("0.0.0.0", False), ("::", False), ("localhost.example", False), ("127.0.0.1.example", False), ("", False)],
)  # fmt: skip
def test_this_machine(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
