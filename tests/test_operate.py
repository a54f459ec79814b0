"""`vigie serve` in use: what a request may weigh and how long it may take, health, metrics, lines of the log, how it stops.

Slow and greedy clients are real sockets on a real server; each bound is shown to hold, and that without it the client goes on.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient

from report_store import Paper, build, said_price
from vigie.readmodel import build as readmodel
from vigie.web.app import make_app
from vigie.web.health import Metrics, Operation
from vigie.web.limits import Limits, limits
from vigie.web.logs import Journal, Sentences
from vigie.web.server import make_server, operated

ROOT = Path(__file__).resolve().parents[1]
QUICK = replace(
    limits(), head_seconds=0.5, body_seconds=0.5, answer_seconds=0.6, linger_seconds=0.2, idle_seconds=1, rate_seconds=0.3,
    body_bytes=20_000, at_once=3, most=6, grace_seconds=2, hard_seconds=20,
)  # fmt: skip
PATIENT = 10.0  # seconds until a test gives up: machines of tests are busy
SECRET = "prix-du-gramme-a-Montaure"


def small_app() -> tuple[FastAPI, threading.Event]:
    app, free = FastAPI(openapi_url=None), threading.Event()

    @app.get("/fast")
    async def fast() -> Response:
        return Response("fast")

    @app.get("/wait")
    def wait() -> Response:
        free.wait(PATIENT)
        return Response("waited")

    @app.post("/echo")
    async def echo(request: Request) -> Response:
        return Response(str(len(await request.body())))

    @app.post("/deaf")
    async def deaf() -> Response:
        return Response("heard nothing")

    @app.get("/large")
    async def large() -> Response:
        return Response(b"x" * 30_000_000)

    @app.get("/fails")
    async def fails() -> Response:
        raise ValueError(SECRET)

    return app, free


class Running:
    """A server in a thread."""

    def __init__(self, application: object, operation: Operation, bounds: Limits, ports: int = 1) -> None:
        self.said: list[str] = []
        self.operation = operation
        self.sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(ports)]
        self.port, *self.more = [s.getsockname()[1] for s in self.sockets]
        if self.more:
            operation.metrics_port = self.more[0]
        self.server = make_server(application, operation=operation, told=self.said.append, bounds=bounds)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": self.sockets}, daemon=True)
        self.thread.start()
        until = time.monotonic() + PATIENT
        while not self.server.started and time.monotonic() < until:
            time.sleep(0.01)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENT)

    def ask(self, data: bytes, port: int = 0) -> bytes:
        """Everything that comes back, until the other side ends."""
        with socket.create_connection(("127.0.0.1", port or self.port), timeout=PATIENT) as link:
            link.sendall(data)
            return rest_of(link)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(PATIENT)


def rest_of(link: socket.socket) -> bytes:
    found = bytearray()
    with suppress(ConnectionError):
        while part := link.recv(1 << 20):
            found += part
    return bytes(found)


@contextmanager
def serving(
    application: object, bounds: Limits = QUICK, operation: Operation | None = None, ports: int = 1
) -> Iterator[Running]:
    running = Running(application, operation or Operation(), bounds, ports)
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def small() -> Iterator[Running]:
    app, free = small_app()
    with serving(app) as running:
        yield running
        free.set()


def get(path: str, *headers: str, method: str = "GET", body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def status(answer: bytes) -> int:
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0


TOO_MUCH = [
    # id, request, status (0: refused in one of several ways), reason counted
    ("plain", get("/fast"), 200, None),
    ("a form", get("/echo", "Content-Length: 5", method="POST", body=b"a=b&c"), 200, None),
    ("a body in parts", get("/echo", "Transfer-Encoding: chunked", method="POST", body=b"3\r\nabc\r\n0\r\n\r\n"), 200, None),
    ("address", get("/fast?" + "a" * 4100), 414, "address"),
    ("number of headers", get("/fast", *(f"X-{n}: 1" for n in range(80))), 431, "headers"),
    ("one long header", get("/fast", "Cookie: " + "a" * 17_000), 431, "headers"),
    ("headers without end", get("/fast", *(f"X-{n}: {'a' * 100}" for n in range(2000))), 0, None),
    ("announced body", get("/echo", "Content-Length: 20001", method="POST"), 413, "body"),
    ("body in parts without end", get("/echo", "Transfer-Encoding: chunked", method="POST", body=b"4000\r\n" + b"x" * 16384 + b"\r\n4000\r\n" + b"x" * 16384 + b"\r\n"), 413, "body"),
    ("announced without end", get("/echo", f"Content-Length: {10**30}", method="POST"), 0, None),
    ("both ways to end a body", get("/echo", "Content-Length: 3", "Transfer-Encoding: chunked", method="POST", body=b"3\r\nabc\r\n0\r\n\r\n"), 400, "framing"),
    ("body of a reading", get("/fast", "Content-Length: 3", body=b"abc"), 400, "framing"),
    ("packed body", get("/echo", "Content-Encoding: gzip", "Content-Length: 3", method="POST", body=b"abc"), 415, "packed"),
    ("two hosts", get("/fast", "Host: evil.example"), 400, "not-http"),
    ("a space before the colon", get("/fast", "X-A : 1"), 400, "not-http"),
    ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 300, 400, "not-http"),
    ("HTTP 0.9 of old", b"GET /fast\r\n\r\n", 400, "not-http"),
    ("a folded line of two", get("/fast", "X-A: 1\r\n X-B: 2"), 200, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "wanted", "reason"), [r[1:] for r in TOO_MUCH], ids=[r[0] for r in TOO_MUCH]
)
def test_what_a_request_may_weigh(small: Running, request_: bytes, wanted: int, reason: str | None) -> None:
    before = small.operation.load.refused[reason or ""]
    answer = small.ask(request_)
    if wanted:
        assert status(answer) == wanted, answer[:200]
    else:
        assert status(answer) in (400, 413, 431)  # by how it arrives
    if reason:
        assert small.operation.load.refused[reason] == before + 1
    if wanted in (413, 414, 415, 431):
        assert b"content-security-policy" in answer and b"Request refused" in answer
        assert b"aaaa" not in answer


def drip(running: Running, head: bytes, seconds: float) -> tuple[bytes, float]:
    """Sends the head, then a byte every 50 ms; what came back, and how long the other side let it."""
    start = time.monotonic()
    with running.connect() as link, suppress(ConnectionError):
        link.sendall(head)
        link.settimeout(0.05)
        while time.monotonic() - start < seconds:
            try:
                return link.recv(1000), time.monotonic() - start
            except TimeoutError:
                link.sendall(b"x")
    return b"", time.monotonic() - start


PATIENT_BOUNDS = replace(QUICK, head_seconds=60, body_seconds=60, answer_seconds=60)
DRIPPING = [
    ("a head that never ends", b"GET /fast HTTP/1.1\r\nX-A: ", b"408", "slow-head"),
    ("a first line that never ends", b"GET /", b"408", "slow-head"),
    ("a body that never ends", get("/echo", "Content-Length: 5000", method="POST"), b"408", "slow-body"),
    ("a body that nobody reads", get("/deaf", "Content-Length: 5000", method="POST").replace(b"Connection: close\r\n", b""), b"200", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "wanted", "reason"), [d[1:] for d in DRIPPING], ids=[d[0] for d in DRIPPING]
)
def test_a_slow_sender_is_let_go(small: Running, head: bytes, wanted: bytes, reason: str | None) -> None:
    before = small.operation.load.refused[reason or ""]
    answer, took = drip(small, head, 4)
    assert answer[9:12] == wanted and took < 3
    assert reason is None or small.operation.load.refused[reason] == before + 1
    until = time.monotonic() + PATIENT
    while small.server.server_state.connections and time.monotonic() < until:
        time.sleep(0.02)
    assert not small.server.server_state.connections, "nothing is held open"


def test_without_the_bound_a_slow_sender_stays() -> None:
    """The attack works where the bound is a minute: after a second and a half nobody has told it to go."""
    with serving(small_app()[0], PATIENT_BOUNDS) as running:
        for head in (DRIPPING[0][1], DRIPPING[2][1]):
            answer, took = drip(running, head, 1.2)
            assert answer == b"" and took >= 1.2


def test_a_reader_that_does_not_read_is_let_go() -> None:
    with serving(small_app()[0]) as running, running.connect() as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.sendall(get("/large"))
        until = time.monotonic() + PATIENT
        while not running.operation.load.refused["slow-reader"] and time.monotonic() < until:
            time.sleep(0.02)
        assert running.operation.load.refused["slow-reader"] == 1
        assert not running.server.server_state.connections
    with serving(small_app()[0], replace(QUICK, rate_seconds=60)) as running, running.connect() as link:
        link.sendall(get("/large"))
        time.sleep(1)
        assert len(running.server.server_state.connections) == 1, (
            "without the bound it holds 30 MB for as long as it likes"
        )
        link.close()


def test_a_reader_of_a_large_answer_gets_it(small: Running) -> None:
    with small.connect() as link:
        link.sendall(get("/large"))
        assert len(rest_of(link)) > 30_000_000


def test_an_answer_that_takes_too_long_and_many_at_once() -> None:
    app, free = small_app()
    with serving(app) as running:
        links = [running.connect() for _ in range(3)]
        for link in links:
            link.sendall(get("/wait"))
        until = time.monotonic() + PATIENT
        while running.operation.load.running < 3 and time.monotonic() < until:
            time.sleep(0.01)
        refused = running.ask(get("/fr/fast"))
        assert status(refused) == 503 and b"retry-after: 2" in refused and "très occupé".encode() in refused
        assert running.operation.load.refused["at-once"] == 1
        late = [rest_of(link) for link in links]
        assert [status(answer) for answer in late] == [503, 503, 503]
        assert running.operation.load.refused["time"] == 3
        # The threads go on: they keep their places, so that nobody gathers more of them than `at_once`.
        assert running.operation.load.running == 3
        free.set()
        while running.operation.load.running and time.monotonic() < until:
            time.sleep(0.01)
        assert status(running.ask(get("/fast"))) == 200
    app, free = small_app()
    with serving(app, replace(QUICK, answer_seconds=60)) as running, running.connect() as link:
        link.sendall(get("/wait"))
        link.settimeout(1)
        with pytest.raises(TimeoutError):
            link.recv(100)
        free.set()


def test_connections_without_number_make_room() -> None:
    """Whoever has waited longest without a whole request goes; who asks is answered."""
    app, free = small_app()
    with serving(app, replace(QUICK, head_seconds=30, answer_seconds=30)) as running:
        busy = running.connect()
        busy.sendall(get("/wait"))
        until = time.monotonic() + PATIENT
        while not running.operation.load.running and time.monotonic() < until:
            time.sleep(0.01)
        idle = [running.connect() for _ in range(12)]
        while running.operation.load.refused["connections"] < 7 and time.monotonic() < until:
            time.sleep(0.01)
        assert len(running.server.server_state.connections) <= QUICK.most
        assert status(running.ask(get("/fast"))) == 200
        free.set()
        assert status(rest_of(busy)) == 200
        assert running.operation.load.refused["connections"] >= 7
        for link in idle:
            link.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    papers = [
        Paper(source=s, published="2025-03-11", says=[said_price(60 + n, place="FR-69")])
        for n, s in enumerate("abc")
    ]
    store = build(tmp_path_factory.mktemp("operate") / "vigie.duckdb", papers)
    readmodel.build(store, store.with_name("pages"), public=False)
    return store.with_name("pages")


@pytest.fixture(scope="module")
def process(pages: Path) -> Iterator[tuple[subprocess.Popen[str], int, int, list[str]]]:
    """`vigie serve --public --log json --metrics 0` of a store: (process, port, port of metrics, lines so far)."""
    command = [
        sys.executable,
        "-m",
        "vigie.cli",
        "serve",
        "--public",
        "--store",
        str(pages.with_name("vigie.duckdb")),
    ]
    started = subprocess.Popen(
        [*command, "--port", "0", "--log", "json", "--metrics", "0"], stderr=subprocess.PIPE, text=True
    )
    lines: list[str] = []
    assert started.stderr is not None
    ports: dict[str, int] = {}
    try:
        for line in started.stderr:
            lines.append(line)
            found = re.search(r"http://127\.0\.0\.1:(\d+)/(metrics)?", json.loads(line)["message"])
            if found:
                ports[found[2] or "pages"] = int(found[1])
            if len(ports) == 2:
                break
        yield started, ports["pages"], ports["metrics"], lines
    finally:
        started.kill()
        started.wait()


def lines_of(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


ASKED = [
    # id, path, status, route
    ("a page", f"/fr/prices?area=FR-69&x={SECRET}", 200, "prices"),
    ("a page with a name in its path", f"/fr/substance/{SECRET}", 404, "substance"),
    ("no page", f"/fr/{SECRET}", 404, "none"),
    ("a stable address", f"/figure/{SECRET}", 404, "show"),
    ("a file", "/static/site.css", 200, "static"),
    ("a chart", f"/fr/chart/prices/{SECRET}.svg", 404, "drawn"),
    ("a refused filter", f"/fr/prices?area={SECRET}", 400, "prices"),
    ("a health probe", "/health/ready", 200, None),
]  # fmt: skip


def test_lines_say_how_and_never_what(pages: Path) -> None:
    """Each answer has one line with the id that it carries; nothing that was asked for or sent is in a line or in the metrics."""
    stream = io.StringIO()
    operation = Operation(journal=Journal(stream), metrics_port=9464)
    operation.metrics = Metrics(operation.load)
    app = operated(make_app(pages, public=False, operation=operation), operation)
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as client:
        headers = {
            "user-agent": SECRET, "referer": SECRET, "cookie": f"a={SECRET}", "x-request-id": SECRET, "x-forwarded-for": SECRET,
            "traceparent": SECRET, "authorization": f"Bearer {SECRET}",
        }  # fmt: skip
        ids = []
        for _, path, wanted, _ in ASKED:
            got = client.get(path, headers=headers)
            assert got.status_code == wanted, path
            ids.append(got.headers["x-request-id"])
        assert client.request("MONTAURE", "/fr/", headers=headers).status_code == 405
    with TestClient(app, base_url="http://127.0.0.1:9464") as client:
        assert client.get("/fr/").status_code == 404, "that port shows metrics and health only"
        assert client.get("/health/live").json() == {"status": "ok"}
        shown = client.get("/metrics").text
    lines = lines_of(stream)
    wanted_lines = [(i, route, wanted) for i, (_, _, wanted, route) in zip(ids, ASKED, strict=True) if route]
    assert [(n["id"], n["route"], n["status"]) for n in lines[: len(wanted_lines)]] == wanted_lines
    assert lines[len(wanted_lines)]["method"] == "other"
    for line in lines:
        assert set(line) == {"time", "level", "id", "route", "method", "status", "ms", "bytes"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(line["time"]))
        assert re.fullmatch(r"[0-9a-f]{16}", str(line["id"]))
    assert len(set(ids)) == len(ids)
    everything = stream.getvalue() + shown
    assert not any(
        word in everything for word in (SECRET, "Montaure", "FR-69", "testclient", "MONTAURE", "?")
    )
    assert 'vigie_requests_total{method="GET",route="prices",status="200"} 1.0' in shown
    assert "vigie_pages_ready 1.0" in shown and "process_resident_memory_bytes" in shown


def test_no_label_grows_with_what_is_asked(pages: Path) -> None:
    operation = Operation(metrics_port=9464)
    operation.metrics = Metrics(operation.load)
    app = operated(make_app(pages, public=False, operation=operation), operation)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        client.get("/fr/x")
        client.get("/fr/document/x")
        before = len(operation.metrics.shown(_Nothing()).splitlines())
        for n in range(20):
            client.get(f"/fr/x{n}")
            client.get(f"/fr/document/x{n}?a{n}=1")
        after = len(operation.metrics.shown(_Nothing()).splitlines())
    assert after == before


class _Nothing:
    def lease(self) -> object:
        from vigie.web.provider import NotReadyError

        raise NotReadyError


@pytest.mark.parametrize(
    ("given", "measured", "wanted"),
    [(None, False, 404), (9464, False, 404), (None, True, 404), (9464, True, 200)],
    ids=["nobody asked", "a port without metrics", "metrics without a port", "on their port"],
)
def test_metrics_are_where_they_were_asked_for(
    pages: Path, given: int | None, measured: bool, wanted: int
) -> None:
    operation = Operation(metrics_port=given)
    operation.metrics = Metrics(operation.load) if measured else None
    app = operated(make_app(pages, public=False, operation=operation), operation)
    for port, found in ((9464, wanted), (8000, 404)):
        with TestClient(app, base_url=f"http://127.0.0.1:{port}") as client:
            for headers in (
                {},
                {
                    "host": "127.0.0.1:9464",
                    "x-forwarded-port": "9464",
                    "forwarded": "for=127.0.0.1;host=127.0.0.1:9464",
                },
            ):
                if port == 8000 and headers:
                    continue  # the client takes its port from the header; on a real server below it cannot
                assert client.get("/metrics", headers=headers).status_code == found


def test_the_port_of_metrics_is_that_of_the_connection(pages: Path) -> None:
    operation = Operation()
    operation.metrics = Metrics(operation.load)
    with serving(make_app(pages, public=False, operation=operation), operation=operation, ports=2) as running:
        own = running.more[0]
        lying = get("/metrics", f"X-Forwarded-Port: {own}", "X-Forwarded-Host: 127.0.0.1").replace(
            b"Host: 127.0.0.1", f"Host: 127.0.0.1:{own}".encode()
        )
        assert status(running.ask(lying)) == 404
        shown = running.ask(lying, port=own)
        assert status(shown) == 200 and b"vigie_requests_running" in shown
        assert status(running.ask(get("/metrics").replace(b"127.0.0.1", b"evil.example"), port=own)) == 421
        assert status(running.ask(get("/fr/"), port=own)) == 404
        assert status(running.ask(get("/fr/"))) == 200


def test_an_error_is_told_by_its_class_with_its_id() -> None:
    app, _ = small_app()
    stream = io.StringIO()
    journal = Journal(stream)
    operation = Operation(journal=journal)
    with serving(app, operation=operation) as running:
        answer = running.ask(get("/fails"))
    assert status(answer) == 500
    assert SECRET.encode() not in answer
    assert SECRET not in stream.getvalue() + str(running.said)
    assert running.said == ["server: Exception in ASGI application (ValueError)"]
    line = lines_of(stream)[0]
    assert (line["level"], line["status"], line["route"]) == ("error", 500, "fails")
    assert f"x-request-id: {line['id']}".encode() in answer.lower()


def test_sentences_become_lines(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    said = Sentences(Journal(stream))
    print("pages: made anew", file=said)
    print("vigie: unexpected ValueError at a.py:3\n\nstopped", file=said)
    said.write("half")
    found = [(line["level"], line["message"]) for line in lines_of(stream)]
    assert found == [
        ("info", "pages: made anew"),
        ("error", "vigie: unexpected ValueError at a.py:3"),
        ("info", "stopped"),
    ]
    broken = io.StringIO()
    broken.close()
    Journal(broken).say("to nobody")  # stops nothing


def test_it_stops_when_answers_have_ended(process: tuple[subprocess.Popen[str], int, int, list[str]]) -> None:
    """SIGTERM: who is being answered gets the answer, nobody new is let in, idle connections are closed, and it ends in time."""
    started, port, own, lines = process
    with socket.create_connection(("127.0.0.1", own), PATIENT) as link:
        link.sendall(get("/metrics"))
        assert b"vigie_info" in rest_of(link)
    note = f"address=x&note={SECRET}".encode()
    head = get(
        f"/fr/contest?{SECRET}", f"Content-Length: {len(note)}", "Content-Type: application/x-www-form-urlencoded",
        f"Origin: http://127.0.0.1:{port}", method="POST",
    ).replace(b"Host: 127.0.0.1", f"Host: 127.0.0.1:{port}".encode())  # fmt: skip
    with (
        socket.create_connection(("127.0.0.1", port), PATIENT) as busy,
        socket.create_connection(("127.0.0.1", port), PATIENT) as idle,
    ):
        idle.sendall(get("/health/live").replace(b"Connection: close\r\n", b""))
        assert status(idle.recv(1000)) == 200
        busy.sendall(head + note[:5])
        time.sleep(0.3)
        began = time.monotonic()
        started.terminate()
        assert rest_of(idle) in (b"", b'{"status":"ok"}'), "closed, the end of its answer apart"
        until = time.monotonic() + PATIENT
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except ConnectionError:
                break
            time.sleep(0.02)
        else:
            raise AssertionError("still lets new ones in")
        assert started.poll() is None, "it waits for the answer under way"
        busy.sendall(note[5:])
        answered = rest_of(busy)
    assert status(answered) == 422
    assert started.wait(timeout=limits().hard_seconds) == 0
    assert time.monotonic() - began < limits().hard_seconds
    assert started.stderr is not None
    lines += started.stderr.readlines()
    found = [json.loads(line) for line in lines]
    assert found[-1]["message"] == "stopped"
    assert [(n["route"], n["method"], n["status"]) for n in found if "route" in n] == [("send", "POST", 422)]
    assert f"x-request-id: {next(n['id'] for n in found if 'route' in n)}".encode() in answered.lower()
    assert SECRET not in "".join(lines)


def test_an_answer_that_never_ends_does_not_hold_the_stop() -> None:
    """What `hard_seconds` is for: a thread cannot be stopped, and the loop would wait for it."""
    code = """
import os, sys, threading, time
from dataclasses import replace
import shutil
import socket
from fastapi import FastAPI
from vigie.web.health import Operation
from vigie.web.limits import limits
from vigie.web.server import make_server
app = FastAPI()
@app.get("/for-ever")
def for_ever():
    time.sleep(60)
bounds = replace(limits(), grace_seconds=1, hard_seconds=float(sys.argv[1]))
bound = socket.create_server(("127.0.0.1", 0))
print(bound.getsockname()[1], flush=True)
make_server(app, operation=Operation(), told=lambda line: print(line, flush=True), bounds=bounds).run(sockets=[bound])
"""
    for hard, ends in (("1.5", True), ("50", False)):
        held = subprocess.Popen([sys.executable, "-c", code, hard], stdout=subprocess.PIPE, text=True)
        try:
            assert held.stdout is not None
            port = int(held.stdout.readline())
            with socket.create_connection(("127.0.0.1", port), PATIENT) as link:
                link.sendall(get("/for-ever"))
                time.sleep(0.3)
                held.terminate()
                if ends:
                    assert held.wait(timeout=PATIENT) == 0
                    assert "unfinished" in held.stdout.read()
                else:
                    with pytest.raises(subprocess.TimeoutExpired):
                        held.wait(timeout=2.5)
        finally:
            held.kill()
            held.wait()


def unit() -> dict[str, dict[str, list[str]]]:
    """Sections, keys and all values of the unit."""
    found: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] = {}
    for line in (ROOT / "deploy" / "vigie.service").read_text("utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            section.setdefault(key, []).append(value)
    return found


HARDENED = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes",
    "PrivateUsers": "yes", "ProtectKernelTunables": "yes", "ProtectKernelModules": "yes", "ProtectKernelLogs": "yes",
    "ProtectControlGroups": "yes", "ProtectClock": "yes", "ProtectHostname": "yes", "ProtectProc": "invisible",
    "RestrictNamespaces": "yes", "RestrictRealtime": "yes", "RestrictSUIDSGID": "yes", "LockPersonality": "yes",
    "CapabilityBoundingSet": "", "AmbientCapabilities": "", "SystemCallArchitectures": "native", "UMask": "0077",
    "StateDirectoryMode": "0700", "LimitCORE": "0", "IPAddressDeny": "any", "KillSignal": "SIGTERM", "User": "vigie",
}  # fmt: skip


def test_the_unit_gives_no_right_that_is_not_needed(tmp_path: Path) -> None:
    service = unit()["Service"]
    assert {key: service.get(key) for key in HARDENED} == {key: [value] for key, value in HARDENED.items()}
    assert service["SystemCallFilter"] == ["@system-service", "~@privileged"]
    assert int(service["TimeoutStopSec"][0]) > limits().hard_seconds > limits().grace_seconds
    assert not any("root" in value for values in service.values() for value in values)
    if not (analyze := shutil.which("systemd-analyze")):
        pytest.skip("no systemd-analyze here: the keys were compared")
    copy = tmp_path / "vigie.service"
    for word, wanted in (("", 0), ("ProtectSystem", 1)):  # a wrong unit is seen
        text = (
            (ROOT / "deploy" / "vigie.service")
            .read_text("utf-8")
            .replace("/opt/vigie/bin/vigie", sys.executable)
        )
        copy.write_text(text.replace(word, "ProtectSytem") if word else text)
        done = subprocess.run(
            [analyze, "verify", "--man=no", str(copy)], capture_output=True, text=True, timeout=60
        )
        assert bool(done.stderr.strip()) == bool(wanted), done.stderr


def test_the_verb_knows_the_options_that_are_deployed() -> None:
    from typer.main import get_command

    from vigie.cli import app as verbs

    command = get_command(verbs)
    serve = command.commands["serve"]  # type: ignore[attr-defined]
    known = {option for parameter in serve.params for option in parameter.opts}
    container = (ROOT / "deploy" / "Containerfile").read_text("utf-8")
    told = [*unit()["Service"]["ExecStart"], *re.findall(r"^CMD .*$", container, re.MULTILINE)]
    assert all("serve" in line for line in told) and len(told) == 2
    assert {o for line in told for o in re.findall(r"--[a-z]+", line)} <= known
    assert all(
        line.startswith(("FROM docker.io/library/python:3", "FROM scratch"))
        for line in re.findall(r"^FROM .*$", container, re.MULTILINE)
    )
    assert re.search(r"^USER 1\d{4}:", container, re.MULTILINE) and "latest" not in container
    assert container.index("USER ") < container.index("ENTRYPOINT")


PROXIES = [
    ("nginx.conf", ["proxy_set_header Host $host;", 'proxy_set_header X-Forwarded-For "";', "Strict-Transport-Security", "limit_req ", "limit_conn ", "client_max_body_size 256k;", "client_header_timeout 10s;"]),
    ("Caddyfile", ["header_up Host {host}", "header_up -X-Forwarded-For", "Strict-Transport-Security", "max_size 256KB", "read_header 10s", "output discard"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "lines"), PROXIES, ids=[p[0] for p in PROXIES])
def test_proxies_pass_the_host_and_nothing_of_who_asks(name: str, lines: list[str]) -> None:
    text = (ROOT / "deploy" / name).read_text("utf-8")
    assert [line for line in lines if line not in text] == []
    logged = re.findall(r"^log_format.*$", text, re.MULTILINE)
    assert not any(
        word in line
        for line in logged
        for word in ("request_uri", "$request ", "args", "remote_addr", "agent", "referer", "cookie")
    )


def test_both_pages_on_running_say_the_same() -> None:
    """As many sections and rows, the same commands and the same bounds."""
    english, french = ((ROOT / "docs" / name).read_text("utf-8") for name in ("operate.md", "operate.fr.md"))
    for pattern in (
        r"^#+ ",
        r"^\| ",
        r"\bvigie_\w+",
        r"--[a-z]+",
        r"`tests/[^`]+`",
        r"\b(?:4[0-9]{2}|503)\b",
        r"^    [a-z{]\S+ \S+",
    ):
        found = [re.findall(pattern, page, re.MULTILINE) for page in (english, french)]
        assert found[0] == found[1] and found[0], pattern
    bounds = limits()
    for said in (
        f"{bounds.target_bytes:,}",
        f"{bounds.header_bytes >> 10} KiB",
        f"{bounds.headers} of them",
        f"{bounds.body_bytes >> 10} KiB",
        f"{bounds.head_seconds:.0f} s for the headers",
        f"{bounds.body_seconds:.0f} s for",
        f"{bounds.answer_seconds:.0f} s until",
        f"{bounds.at_once} requests",
        f"{bounds.most} connections",
        f"within {bounds.grace_seconds:.0f} s",
        f"after {bounds.hard_seconds:.0f} s",
    ):
        assert said in english, said
