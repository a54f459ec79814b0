"""Webhooks: signed, never redirected, never into the owner's own network, never held up; against a real server that misbehaves."""

from __future__ import annotations

import hashlib
import hmac
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from feeds_servers import Answer, Authority, says, web_server
from vigie.feeds.digest_config import HookConfig
from vigie.feeds.outbox import Delivery
from vigie.feeds.outcome import Outcome
from vigie.feeds.webhook import checked_address, post, sign

SECRET = b"a-secret-of-the-tests"
BODY = '{"type":"vigie.digest","alerts":["é"]}'
DELIVERY = Delivery(
    id="d" * 32, channel="webhook", digest="0" * 32, edition="public", day="2026-03-20", target="desk", content={"body": BODY}
)  # fmt: skip


def hook(url: str, **more: Any) -> HookConfig:
    return HookConfig(**{"name": "desk", "url": url, "secret": SECRET, "allow_private": True, **more})


def tried(*answers: Answer, **more: Any) -> tuple[Outcome, Any]:
    with web_server(*answers) as web:
        done = post(DELIVERY, hook(f"http://127.0.0.1:{web.port}/in?key=k3y"), **more)
        return done, web


def test_what_is_posted_is_signed_and_named() -> None:
    done, web = tried(says(204))
    head = web.headers()
    assert done.state == "delivered" and web.requests[0].startswith(b"POST /in?key=k3y HTTP/1.1\r\n")
    assert web.body() == BODY.encode() and head["content-type"] == "application/json; charset=utf-8"
    assert head["x-vigie-delivery"] == DELIVERY.id and head["host"] == f"127.0.0.1:{web.port}"
    when, mac = (part.split("=")[1] for part in head["x-vigie-signature"].split(","))
    assert abs(int(when) - time.time()) < 60
    assert mac == hmac.new(SECRET, f"{when}.{BODY}".encode(), hashlib.sha256).hexdigest()


def test_the_signature_is_that_of_the_documentation() -> None:
    """Written down: receivers check it."""
    assert sign(b"key", 1700000000, b"{}") == (
        "t=1700000000,v1=" + hmac.new(b"key", b"1700000000.{}", hashlib.sha256).hexdigest()
    )
    assert sign(b"key", 1700000000, b"{}") != sign(b"key", 1700000001, b"{}")


def closes(line: socket.socket) -> None:
    """Ends in the middle of the head."""
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Le")


def resets(line: socket.socket) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    line.close()


def silent(line: socket.socket) -> None:
    time.sleep(1.5)


def drips(line: socket.socket) -> None:
    """A byte now and then: no single wait is long."""
    for byte in b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 100:
        line.sendall(bytes([byte]))
        time.sleep(0.1)


def huge(line: socket.socket) -> None:
    """A body without end: nobody reads it."""
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
    for _ in range(400):
        line.sendall(b"x" * 65536)


def no_http(line: socket.socket) -> None:
    line.sendall(b"\x00\x01 hello\r\n\r\n")


BEHAVIOUR: list[tuple[str, Answer, str, str]] = [
    ("200", says(200, body=b"ok"), "delivered", ""),
    ("202", says(202), "delivered", ""),
    ("301 is followed nowhere", says(301, "Location: http://127.0.0.1:1/"), "dead", "no redirect"),
    ("307 is followed nowhere", says(307, "Location: /other"), "dead", "no redirect"),
    ("400", says(400), "dead", "400"),
    ("401", says(401), "dead", "401"),
    ("404", says(404), "dead", "404"),
    ("410", says(410), "dead", "410"),
    ("408", says(408), "later", "408"),
    ("425", says(425), "later", "425"),
    ("429", says(429), "later", "429"),
    ("500", says(500), "later", "500"),
    ("503", says(503), "later", "503"),
    ("closes early", closes, "later", "connection failed"),
    ("resets", resets, "later", "connection failed"),
    ("no HTTP", no_http, "later", "connection failed"),
    ("a body without end", huge, "delivered", ""),
    ("says nothing", silent, "later", "no answer in time"),
    ("drips", drips, "later", "in time"),
]


@pytest.mark.parametrize(("id", "answer", "state", "reason"), BEHAVIOUR, ids=[b[0] for b in BEHAVIOUR])
def test_what_a_webhook_may_do(id: str, answer: Answer, state: str, reason: str) -> None:
    began = time.monotonic()
    done, web = tried(answer, timeout=0.7, limit=2.0)
    assert (done.state, reason in done.reason) == (state, True), done
    assert web.connections == 1 and time.monotonic() - began < 8
    # Its path and query may hold a key, and what it answered may be anything.
    assert "k3y" not in done.reason and "127.0.0.1" not in done.reason


@pytest.mark.parametrize(
    ("id", "value", "low", "high"),
    [
        ("seconds", lambda: "120", 120, 120),
        ("a date", lambda: format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True), 90, 101),
        ("a day gone by", lambda: format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True), 0, 0),
        ("too long", lambda: "99999999999999", 86400, 86400),
        ("nonsense", lambda: "soon", None, None),
        ("a sign", lambda: "-5", None, None),
        ("other figures", lambda: "²", None, None),
    ],
)
def test_retry_after_is_honoured(
    id: str, value: Callable[[], str], low: float | None, high: float | None
) -> None:
    said = value()
    if not said.isascii():  # no header holds it: the parser alone
        from vigie.feeds.webhook import _seconds

        assert _seconds(said) is None
        return
    done, _ = tried(says(429, f"Retry-After: {said}"))
    assert done.wait == low if low is None else low <= (done.wait or 0.0) <= (high or 0.0)


PRIVATE = [
    "127.0.0.1", "localhost", "[::1]", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "[fe80::1]", "[fd00::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::]",
    "2130706433", "0x7f000001", "127.1", "017700000001", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_nothing_goes_into_a_private_network(host: str) -> None:
    with web_server(says(200)) as web:
        done = post(DELIVERY, hook(f"http://{host}:{web.port}/", allow_private=False), timeout=1, limit=3)
        assert web.connections == 0
    # A writing that this machine's resolver does not know goes nowhere either.
    assert (done.state == "dead" and "private network" in done.reason) or "cannot be resolved" in done.reason


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_a_public_address_may_be_reached(address: str) -> None:
    assert checked_address(address, 443, allow_private=False) == address


def answers_of(monkeypatch: pytest.MonkeyPatch, host: str, *turns: list[str]) -> list[str]:
    """A resolver that answers differently each time it is asked of one host; which hosts were asked for."""
    real, asked, left = socket.getaddrinfo, list[str](), list(turns)

    def resolver(name: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        asked.append(str(name))
        if name != host:
            return real(name, port, *args, **kwargs)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    return asked


def test_a_name_that_changes_its_mind_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was checked is what is dialled: else a name could be public when checked and private when dialled."""
    asked = answers_of(monkeypatch, "hook.example", ["127.0.0.1"], ["10.255.255.1"])
    with web_server(says(200)) as web:
        done = post(DELIVERY, hook(f"http://hook.example:{web.port}/"))
        assert done.state == "delivered" and web.headers()["host"] == f"hook.example:{web.port}"
    assert asked.count("hook.example") == 1


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    answers_of(monkeypatch, "hook.example", ["1.1.1.1", "10.0.0.1"])
    assert checked_address("hook.example", 443, allow_private=False) is None


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with web_server(says(200)) as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        done, web = tried(says(200))
        assert done.state == "delivered" and (web.connections, proxy.connections) == (1, 0)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


TLS = [
    # id, names of the certificate, host of the address, whether the authority is known, what becomes of it
    ("the certificate of the name", ["localhost"], "localhost", True, "delivered"),
    ("the certificate of another name", ["other.example"], "localhost", True, "later"),
    ("an authority that nobody knows", ["localhost"], "localhost", False, "later"),
    ("the certificate of an address", ["127.0.0.1"], "127.0.0.1", True, "delivered"),
]


@pytest.mark.parametrize(("id", "names", "host", "known", "state"), TLS, ids=[t[0] for t in TLS])
def test_certificates_are_checked(
    authority: Authority, id: str, names: list[str], host: str, known: bool, state: str
) -> None:
    with web_server(says(200), context=authority.context(*names)) as web:
        config = hook(f"https://{host}:{web.port}/", ca_file=authority.file if known else "")
        assert post(DELIVERY, config, timeout=3, limit=5).state == state
        assert len(web.requests) == (1 if state == "delivered" else 0)


def test_http_where_https_is_expected(authority: Authority) -> None:
    with web_server(says(200)) as web:
        done = post(DELIVERY, hook(f"https://localhost:{web.port}/"), timeout=3, limit=5)
        assert done.state == "later" and not any(b"vigie.digest" in r for r in web.requests)


def test_nobody_listens(tmp_path: Path) -> None:
    with web_server(says(200)) as web:
        port = web.port
    assert post(replace(DELIVERY), hook(f"http://127.0.0.1:{port}/"), timeout=1, limit=3).state == "later"
