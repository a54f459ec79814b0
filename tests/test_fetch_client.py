"""The client against a real server that misbehaves: every fault ends as a reason, in bounded time and memory."""

from __future__ import annotations

import gzip
import json
import random
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest
import trustme

from vigie.fetch.addresses import address, is_public, same_site
from vigie.fetch.body import unpacked
from vigie.fetch.client import Client
from vigie.fetch.dial import Dialer, resolve
from vigie.fetch.limits import limits
from vigie.fetch.outcome import Known, Unfetched
from vigie.fetch.pace import Pace, http_date, retry_after
from watch_server import (
    CONTEXT,
    HOST,
    LOCAL,
    Asked,
    Clock,
    Page,
    Server,
    Write,
    client,
    local,
    serving,
    small_limits,
)

MOST = 300_000  # bytes that the tests take


@pytest.fixture(scope="module")
def shared() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture
def server(shared: Server) -> Server:
    shared.pages.clear()
    shared.asked.clear()
    return shared


def drip(head: bytes, part: bytes, pause: float = 0.03) -> Write:
    """A byte now and then, for ever."""

    def write(line: socket.socket, _asked: Asked) -> None:
        line.sendall(head)
        for _ in range(400):
            line.sendall(part)
            time.sleep(pause)

    return write


def flood(head: bytes, part: bytes) -> Write:
    """As much as the line takes, until it is closed."""

    def write(line: socket.socket, _asked: Asked) -> None:
        line.sendall(head)
        for _ in range(2_000):
            line.sendall(part)

    return write


def raw(data: bytes, *, reset: bool = False) -> Write:
    """These bytes, then the end: orderly, or by a reset."""

    def write(line: socket.socket, _asked: Asked) -> None:
        line.sendall(data)
        if reset:
            time.sleep(0.05)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.close()

    return write


def silent(line: socket.socket, _asked: Asked) -> None:
    """Takes the question and says nothing."""
    with suppress(OSError):
        line.recv(1)


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
BOMB = gzip.compress(bytes(30_000_000), 9)
PACKED = ("Content-Encoding", "gzip")
TEN = "0123456789"

MISBEHAVES: dict[str, tuple[Write, str]] = {
    "slow headers": (drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), "too-slow"),
    "slow body": (drip(OK + b"Content-Length: 100000\r\n\r\n", b"x"), "too-slow"),
    "slow chunks": (drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), "too-slow"),
    "says nothing": (silent, "too-slow"),
    "endless 100 Continue": (drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "too-slow"),
    "endless body": (flood(OK + b"\r\n", b"x" * 65536), "too-large"),
    "endless chunks": (flood(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"), "too-large"),
    "endless header": (flood(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65536), "protocol"),
    "announces a terabyte": (Page(TEN, length=10**12), "too-large"),
    "gzip bomb": (Page(BOMB, headers=[PACKED]), "too-large"),
    "deflate bomb": (Page(zlib.compress(bytes(30_000_000), 9), headers=[("Content-Encoding", "deflate")]), "too-large"),
    "gzip within gzip": (Page(gzip.compress(BOMB), headers=[("Content-Encoding", "gzip, gzip")]), "bad-packing"),
    "gzip that is none": (Page(TEN, headers=[PACKED]), "bad-packing"),
    "gzip cut off": (Page(gzip.compress(random.Random(1).randbytes(5000))[:-900], headers=[PACKED]), "cut"),
    "packed as nobody asked": (Page(TEN, headers=[("Content-Encoding", "br")]), "bad-packing"),
    "content-length too long": (Page(TEN, length=50), "cut"),
    "content-length is no number": (raw(OK + b"Content-Length: many\r\n\r\nx"), "protocol"),
    "two content-lengths": (raw(OK + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nxxxxx"), "protocol"),
    "chunk cut off": (raw(OK + b"Transfer-Encoding: chunked\r\n\r\n100\r\nabc"), "cut"),
    "reset in the middle": (raw(OK + b"Content-Length: 100\r\n\r\nabc", reset=True), "cut"),
    "hangs up": (raw(b""), "cut"),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n\r\n"), "protocol"),
    "a status of 999": (raw(b"HTTP/1.1 999 Denied\r\nContent-Length: 0\r\n\r\n"), "server-error"),
    "503": (Page("", 503), "busy"),
    "500": (Page("", 500), "server-error"),
    "401": (Page("", 401), "not-for-us"),
    "451": (Page("", 451), "not-for-us"),
    "410": (Page("", 410), "gone"),
    "204": (raw(b"HTTP/1.1 204 No Content\r\n\r\n"), "bad-answer"),
    "304 that nobody asked for": (raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"), "bad-answer"),
    "redirect to nowhere": (Page("", 302), "bad-answer"),
    "redirect to itself": (Page("", 302, headers=[("Location", "/x")]), "redirects"),
    "redirect with an account": (Page("", 302, headers=[("Location", "http://anna:word@press.example/")]), "account-in-address"),
    "redirect with a line break": (Page("", 302, headers=[("Location", "/a\tb")]), "bad-address"),
    "redirect with a backslash": (Page("", 302, headers=[("Location", "http:\\\\127.0.0.1\\")]), "bad-address"),
    "redirect to another site": (Page("", 302, headers=[("Location", "http://other.example/")]), "other-site"),
    "a picture": (Page(TEN, media="image/png"), "media"),
    "a film": (Page(TEN, media="video/mp4"), "media"),
}  # fmt: skip
ONWARD = {
    "file:///etc/passwd": "bad-scheme",
    "ftp://press.example/": "bad-scheme",
    "gopher://press.example/": "bad-scheme",
    "data:text/html,x": "bad-scheme",
    "javascript:alert(1)": "bad-scheme",
    "http://127.0.0.2/": "private-address",
    "http://10.0.0.1/": "private-address",
    "http://172.16.3.4/": "private-address",
    "http://192.168.1.1/": "private-address",
    "http://100.64.0.1/": "private-address",
    "http://169.254.169.254/latest/meta-data/": "private-address",
    "http://0.0.0.0/": "private-address",
    "http://224.0.0.1/": "private-address",
    "http://[::1]/": "private-address",
    "http://[::]/": "private-address",
    "http://[fe80::1]/": "private-address",
    "http://[fd00::1]/": "private-address",
    "http://[fec0::1]/": "private-address",
    "http://[::ffff:127.0.0.2]/": "private-address",
    "http://[64:ff9b::7f00:2]/": "private-address",
    "http://[2002:7f00:2::]/": "private-address",
    "http://2130706433/": "bad-address",
    "http://0x7f.1/": "bad-address",
    "http://127.1/": "bad-address",
    "http://0177.0.0.1/": "bad-address",
    "http://metadata.internal/": "unresolved",
}


@pytest.mark.parametrize("name", MISBEHAVES)
def test_a_fault_of_the_server_is_a_reason(name: str, server: Server) -> None:
    page, reason = MISBEHAVES[name]
    server.pages["/x"] = page
    start = time.monotonic()
    with client() as asking, pytest.raises(Unfetched) as caught:
        asking.get(server.url("/x"), media=("text/",), most=MOST, near=lambda a: a.host == HOST)
    assert caught.value.reason == reason
    assert time.monotonic() - start < 3
    assert "example" in str(caught.value) or reason.startswith(("bad-", "account"))
    assert "/x" not in str(caught.value)


@pytest.mark.parametrize("onward", ONWARD)
def test_no_redirect_leads_into_a_private_network(onward: str, server: Server) -> None:
    server.pages["/x"] = Page("", 301, headers=[("Location", onward)])
    with client() as asking, pytest.raises(Unfetched) as caught:
        asking.get(server.url("/x"))
    assert caught.value.reason == ONWARD[onward]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "169.254.169.254", "[::1]"])
def test_a_private_address_is_not_asked_without_an_allowance(host: str, server: Server) -> None:
    """The client as the verb makes it, with the resolver of the system."""
    with client(resolver=resolve, allow=frozenset()) as asking, pytest.raises(Unfetched) as caught:
        asking.get(f"http://{host}:{server.port}/x")
    assert caught.value.reason == "private-address" and server.asked == []
    with Client("Vigie/test") as asking, pytest.raises(Unfetched) as caught:
        asking.get(f"http://{host}/x")
    assert caught.value.reason == "private-address"


def test_a_name_that_changes_where_it_leads(server: Server) -> None:
    """DNS rebinding: public when it is checked, private when it is dialled. The check is of the address that is dialled."""
    server.pages["/x"] = Page("inside")
    answers = iter([[LOCAL], [LOCAL], [LOCAL], ["127.0.0.5"]])
    with client(resolver=lambda host, port: next(answers)) as asking, pytest.raises(Unfetched) as caught:
        asking.get(server.url("/x"))
    assert caught.value.reason == "private-address" and server.paths() == []


def test_a_name_that_takes_for_ever(server: Server) -> None:
    """The system's look-up has no limit of its own."""

    def slow(host: str, port: int) -> list[str]:
        time.sleep(3)
        return [LOCAL]

    start = time.monotonic()
    with client(resolver=slow) as asking, pytest.raises(Unfetched) as caught:
        asking.get(server.url("/x"))
    assert caught.value.reason == "unresolved" and time.monotonic() - start < 2


def test_one_private_address_among_public_ones_is_enough(server: Server) -> None:
    with (
        client(resolver=lambda host, port: [LOCAL, "10.0.0.1"]) as asking,
        pytest.raises(Unfetched) as caught,
    ):
        asking.get(server.url("/x"))
    assert caught.value.reason == "private-address" and server.asked == []


def test_a_short_content_length_ends_the_body(server: Server) -> None:
    server.pages["/x"] = Page(TEN, length=4)
    with client() as asking:
        assert asking.get(server.url("/x")).body == b"0123"


def test_what_is_sent(server: Server) -> None:
    """A name, no cookie, no account, no referrer; the next request says no more."""
    cookie = [("Set-Cookie", "id=4711; Path=/"), ("Set-Cookie", "b=2; Domain=press.example")]
    server.pages["/x"] = Page(
        "one", headers=[*cookie, ("ETag", '"v1"'), ("Last-Modified", "Sun, 01 Feb 2026 08:00:00 GMT")]
    )
    with client() as asking:
        got = asking.get(server.url("/x"))
        asking.get(server.url("/x"), known=Known(etag=got.etag, modified=got.modified))
    sent = [a.headers for a in server.asked]
    assert all(
        set(h)
        <= {
            "host",
            "accept",
            "accept-encoding",
            "connection",
            "user-agent",
            "if-none-match",
            "if-modified-since",
        }
        for h in sent
    )
    assert all(h["user-agent"] == "Vigie/test (+https://observatory.example/watch)" for h in sent)
    assert (
        sent[-1]["if-none-match"] == '"v1"'
        and sent[-1]["if-modified-since"] == "Sun, 01 Feb 2026 08:00:00 GMT"
    )


ETAGS = {
    '"v1"': '"v1"', 'W/"a-b"': 'W/"a-b"', "v1": "", '"a b"': "", '"' + "x" * 300 + '"': "", '"a"b"': "", '"é"': "", "": "",
}  # fmt: skip


@pytest.mark.parametrize("given", ETAGS)
def test_only_a_plain_validator_is_kept(given: str, server: Server) -> None:
    server.pages["/x"] = Page("x", headers=[("ETag", given), ("Last-Modified", "yesterday")])
    with client() as asking:
        got = asking.get(server.url("/x"))
    assert (got.etag, got.modified) == (ETAGS[given], "")


# robots.txt, /.well-known/tdmrep.json and ai.txt -> the reason why /x is not asked, "" if it is
RULES: dict[str, tuple[dict[str, Write], str]] = {
    "no robots.txt": ({}, ""),
    "robots.txt is a page": ({"/robots.txt": Page("<!doctype html><p>Disallow: /</p>")}, ""),
    "robots.txt is empty": ({"/robots.txt": Page("")}, ""),
    "robots.txt is no text": ({"/robots.txt": Page(bytes(range(256)) * 20)}, ""),
    "robots.txt is broken: nothing is asked": ({"/robots.txt": Page("", 500)}, "rules-unreachable"),
    "robots.txt is slow: nothing is asked": ({"/robots.txt": silent}, "rules-unreachable"),
    "robots.txt hangs up: nothing is asked": ({"/robots.txt": raw(b"")}, "rules-unreachable"),
    "robots.txt is busy": ({"/robots.txt": Page("", 429)}, "rules-unreachable"),
    "robots.txt is locked": ({"/robots.txt": Page("", 403)}, "rules-closed"),
    "robots.txt redirects in a circle": ({"/robots.txt": Page("", 302, headers=[("Location", "/robots.txt")])}, ""),
    "robots.txt is elsewhere": (
        {"/robots.txt": Page("", 301, headers=[("Location", "/r.txt")]), "/r.txt": Page("User-agent: *\nDisallow: /x")}, "robots",
    ),
    "robots.txt is huge: its beginning counts": ({"/robots.txt": Page("User-agent: *\nDisallow: /x\n" + "# x\n" * 400_000)}, "robots"),
    "robots.txt is huge: its end is not read": ({"/robots.txt": Page("# x\n" * 400_000 + "User-agent: *\nDisallow: /x\n")}, ""),
    "robots.txt unpacks to no end": ({"/robots.txt": Page(BOMB, headers=[PACKED])}, ""),
    "all are kept out": ({"/robots.txt": Page("User-agent: *\nDisallow: /")}, "robots"),
    "others are kept out": ({"/robots.txt": Page("User-agent: GPTBot\nDisallow: /")}, ""),
    "this program is kept out": ({"/robots.txt": Page("User-agent: Vigie\nDisallow: /\n\nUser-agent: *\nAllow: /")}, "robots"),
    "this program is let in": ({"/robots.txt": Page("User-agent: vigie\nAllow: /\n\nUser-agent: *\nDisallow: /")}, ""),
    "a pattern": ({"/robots.txt": Page("User-agent: *\nDisallow: /*x$")}, "robots"),
    "a pattern that would take for ever": ({"/robots.txt": Page("User-agent: *\nDisallow: /" + "*a" * 200 + "b$")}, ""),
    "mining is reserved": ({"/.well-known/tdmrep.json": Page(json.dumps([{"location": "/x", "tdm-reservation": 1}]))}, "reserved"),
    "mining is reserved everywhere": ({"/.well-known/tdmrep.json": Page(json.dumps([{"location": "*", "tdm-reservation": 1}]))}, "reserved"),
    "mining is reserved elsewhere": ({"/.well-known/tdmrep.json": Page(json.dumps([{"location": "/y", "tdm-reservation": 1}]))}, ""),
    "mining is free here": (
        {"/.well-known/tdmrep.json": Page(json.dumps([{"location": "/x", "tdm-reservation": 0}, {"location": "/", "tdm-reservation": 1}]))}, "",
    ),
    "a reservation that is none": ({"/.well-known/tdmrep.json": Page("[" * 100_000)}, ""),
    "a reservation that is a page": ({"/.well-known/tdmrep.json": Page("<p>not here</p>")}, ""),
    "ai.txt": ({"/ai.txt": Page("User-Agent: *\nDisallow: /")}, "reserved"),
    "ai.txt is a page": ({"/ai.txt": Page("<p>Disallow: /</p>")}, ""),
    **{
        f"{path} answers {status}": ({path: Page("", status)}, reason)
        for path in ("/.well-known/tdmrep.json", "/ai.txt")
        for status, reason in ((429, "rules-unreachable"), (503, "rules-unreachable"), (401, "rules-closed"), (403, "rules-closed"), (410, ""))
    },
    "reservations without end": (
        {"/.well-known/tdmrep.json": Page('[{"location":"/x","tdm-reservation":1}' + " " * 600_000 + "]")}, "rules-closed",
    ),
    "reservations hang up": ({"/.well-known/tdmrep.json": raw(b"")}, "rules-unreachable"),
    "a reservation in Latin-1": ({"/.well-known/tdmrep.json": Page('[{"location":"/","tdm-reservation":1,"x":"\u00e9"}]'.encode("latin-1"))}, "reserved"),
    "a reservation in UTF-16": ({"/.well-known/tdmrep.json": Page('[{"location":"/","tdm-reservation":1}]'.encode("utf-16"))}, "reserved"),
    "a reservation that is no list": ({"/.well-known/tdmrep.json": Page('{"location":"/","tdm-reservation":1}')}, "reserved"),
    "a reservation with escapes": ({"/.well-known/tdmrep.json": Page('[{"location":"/%78","tdm-reservation":"1"}]')}, "reserved"),
    "a reservation of another page, with escapes": ({"/.well-known/tdmrep.json": Page('[{"location":"/%2Fx","tdm-reservation":1}]')}, ""),
    "robots.txt leads to a name that is none": ({"/robots.txt": Page("", 302, headers=[("Location", "http://xn--a.example/")])}, "bad-address"),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_what_a_host_says_of_machines(name: str, server: Server) -> None:
    pages, reason = RULES[name]
    server.pages.update({"/x": Page("here"), **pages})
    with client() as asking:
        if not reason:
            assert asking.get(server.url("/x")).body == b"here"
        else:
            with pytest.raises(Unfetched) as caught:
                asking.get(server.url("/x"))
            assert caught.value.reason == reason and "/x" not in server.paths()


RESERVING = {
    "once": [("tdm-reservation", "1")],
    "twice": [("tdm-reservation", "1"), ("TDM-Reservation", "1")],
    "one of two": [("tdm-reservation", "0"), ("tdm-reservation", "1")],
    "with a policy": [("tdm-reservation", "1; policy=x")],
}


@pytest.mark.parametrize("name", RESERVING)
@pytest.mark.parametrize("onward", [False, True], ids=["on the page", "on what leads to it"])
def test_a_reservation_in_a_header(name: str, onward: bool, server: Server) -> None:
    server.pages["/x"] = Page("here", headers=RESERVING[name])
    if onward:
        server.pages["/x"] = Page("", 302, headers=[*RESERVING[name], ("Location", "/y")])
        server.pages["/y"] = Page("here")
    with client() as asking:
        got = asking.get(server.url("/x"))
    assert got.body == b"here" and got.reserved


A, B = gzip.compress(b"a" * 1000), gzip.compress(random.Random(2).randbytes(200_000), 1)
MEMBERS = {
    "two": (A + A, 2000, ""),
    "cut into parts anywhere": (A + B + A, 202_000, ""),
    "zeros after it": (A + bytes(600), 1000, ""),
    "the second cut off": (A + A[:-9], 0, "cut"),
    "together too large": (B + B, 0, "too-large"),
    "nothing, without end": (gzip.compress(b"") * 10_002, 0, "bad-packing"),
}


@pytest.mark.parametrize("name", MEMBERS)
@pytest.mark.parametrize("size", [1, 1000])
def test_a_gzip_of_several_members(name: str, size: int) -> None:
    packed, long, reason = MEMBERS[name]
    parts = [packed[i : i + size] for i in range(0, len(packed), size)]
    if reason:
        with pytest.raises(Unfetched, match=reason):
            unpacked(iter(parts), "gzip", MOST, HOST)
    else:
        assert len(unpacked(iter(parts), "gzip", MOST, HOST)) == long


def test_rules_are_read_once_a_day(server: Server) -> None:
    server.pages["/x"] = Page("here")
    clock = Clock()
    with client(clock) as asking:
        for _ in range(3):
            asking.get(server.url("/x"))
        assert len(server.asked) == 6
        clock.day(1.1)
        asking.get(server.url("/x"))
    assert [a.path for a in server.asked].count("/robots.txt") == 2


def test_a_crawl_delay_is_kept(server: Server) -> None:
    server.pages.update({"/x": Page("here"), "/robots.txt": Page("User-agent: *\nCrawl-delay: 30")})
    clock = Clock()
    with client(clock) as asking:
        asking.get(server.url("/x"))
        start = clock.now()
        asking.get(server.url("/x"))
    assert clock.now() - start == pytest.approx(30)


def test_an_ordinary_pace(server: Server) -> None:
    server.pages["/x"] = Page("here")
    clock = Clock()
    with client(clock) as asking:
        asking.get(server.url("/x"))
        start = clock.now()
        for _ in range(3):
            asking.get(server.url("/x"))
    assert clock.now() - start == pytest.approx(3 * limits().least_seconds)


NOW = Clock().time
AFTER = {
    "seconds": ("120", 120.0),
    "a date": (formatdate(NOW + 90, usegmt=True), 90.0),
    "a date gone by": (formatdate(NOW - 90, usegmt=True), 0.0),
    "a year": ("31536000", limits().retry_after_most_seconds),
    "words": ("soon", None),
    "negative": ("-5", None),
    "a number of a thousand figures": ("9" * 1000, limits().retry_after_most_seconds),
    "a date that is none": ("Mon, 99 Foo 2026 25:61:61 GMT", None),
}


@pytest.mark.parametrize("name", AFTER)
def test_retry_after(name: str, server: Server) -> None:
    text, seconds = AFTER[name]
    assert retry_after(text, NOW, limits().retry_after_most_seconds) == (
        None if seconds is None else pytest.approx(seconds, abs=1)
    )
    if name in ("seconds", "a date", "a year"):
        server.pages["/x"] = Page("", 429, headers=[("Retry-After", text)])
        clock = Clock()
        with client(clock) as asking:
            with pytest.raises(Unfetched) as caught:
                asking.get(server.url("/x"))
            assert caught.value.reason == "busy" and caught.value.passing
            assert asking.pace.ready(HOST) - clock.now() == pytest.approx(caught.value.after or -1, abs=5)
            if name == "a year":
                with pytest.raises(Unfetched, match="waits"):
                    asking.get(server.url("/x"))


def test_backoff_grows_and_is_drawn() -> None:
    bounds = limits()
    pace = Pace(bounds, random.Random(7))
    drawn = [[Pace(bounds, random.Random(seed)).backoff(n) for seed in range(200)] for n in range(12)]
    for n, waits in enumerate(drawn):
        most = min(bounds.retry_most_seconds, bounds.retry_base_seconds * 2**n)
        assert 0 <= min(waits) < 0.1 * most and 0.9 * most < max(waits) <= most
    first = pace.failed("a", 0.0)
    second = max(pace.failed("a", 0.0) for _ in range(5))
    assert 0 < first <= bounds.retry_base_seconds < second and pace.ready("b") == 0.0
    pace.answered("a")
    assert pace.held(0.0) == {}


def test_a_wait_that_is_asked_to_end(server: Server) -> None:
    """A stop does not wait for a crawl delay."""
    server.pages["/x"] = Page("here")
    clock = Clock()
    bounds = small_limits()
    dialer = Dialer(total=1.0, most_addresses=4, resolver=local, allow=frozenset({LOCAL}))
    with (
        Client(
            "Vigie/test",
            clock=clock,
            dialer=dialer,
            ports=None,
            bounds=bounds,
            closing=lambda: len(clock.slept) > 1,
            verify=CONTEXT,
        ) as asking,
        pytest.raises(Unfetched, match="waits"),
    ):
        asking.get(server.url("/x"))
    assert clock.now() - NOW < 10


TYPED = {
    "plain": ("https://press.example/a?b=1#c", "https://press.example/a?b=1"),
    "capitals and a dot": ("HTTPS://Press.Example./A", "https://press.example/A"),
    "usual port": ("http://press.example:80", "http://press.example/"),
    "accents": (
        "https://préfecture.example/drogués?à",
        "https://xn--prfecture-c4a.example/drogu%C3%A9s?%C3%A0",
    ),
    "relative": ("../b", "https://press.example/x/b"),
    "without a scheme": ("//media.press.example/b", "https://media.press.example/b"),
}


@pytest.mark.parametrize("name", TYPED)
def test_addresses_as_they_are_asked(name: str) -> None:
    given, asked = TYPED[name]
    assert address(given, "https://press.example/x/y/z").url == asked


@pytest.mark.parametrize("port", [22, 25, 6379, 9200])
def test_ports_that_no_page_has(port: int) -> None:
    with pytest.raises(Unfetched, match="bad-port"):
        address(f"http://press.example:{port}/")


SITES = [
    ("press.example", "press.example", (), True),
    ("www.press.example", "press.example", (), True),
    ("press.example", "www.press.example", (), True),
    ("media.press.example", "www.press.example", (), True),
    ("press.example", "feeds.press.example", (), True),
    ("example", "press.example", (), False),
    ("otherpress.example", "press.example", (), False),
    ("press.example.evil.example", "press.example", (), False),
    ("cdn.example", "press.example", ("cdn.example",), True),
    ("press.co.uk", "news.press.co.uk", (), True),
    ("co.uk", "press.co.uk", (), False),
    ("gouv.fr", "www.agence.gouv.fr", (), False),
    ("gouv.fr", "agence.gouv.fr", (), False),
    ("blogspot.com", "press.blogspot.com", (), False),
    ("europa.eu", "www.agency.europa.eu", (), False),
    ("council.gov.uk", "www.gov.uk", (), False),
    ("www.gov.uk", "www.gov.uk", (), True),
    ("assets.www.gov.uk", "www.gov.uk", (), True),
]


@pytest.mark.parametrize(("host", "home", "others", "same"), SITES)
def test_the_site_of_a_source(host: str, home: str, others: tuple[str, ...], same: bool) -> None:
    assert same_site(host, home, others) is same


def test_public_addresses() -> None:
    assert is_public("192.0.43.8") and is_public("2606:2800:220:1:248:1893:25c8:1946")
    assert not is_public("nonsense") and not is_public("")
    assert not is_public("3fff::1") and not is_public("3fff:fff:ffff::1") and is_public("2a00::1")
    for inside in ("5efe:10.0.0.1", "5efe:7f00:1", "200:5efe:192.168.1.1"):
        assert not is_public(f"2a00:1:2:3:{'0:' if inside[0] == '5' else ''}{inside}"), inside
    assert is_public("2a00:1:2:3:0:5efe:8.8.8.8")


@pytest.mark.parametrize("host", ["xn--a", "xn--", "xn--iñvalid", "www.xn--a", "xn--ls8h"])
def test_names_that_are_none(host: str) -> None:
    with pytest.raises(Unfetched, match="bad-address"):
        address(f"http://{host}.example/")


def test_http_dates() -> None:
    assert http_date("Sun, 06 Nov 1994 08:49:37 GMT") == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert http_date("Sunday, 06-Nov-94 08:49:37 GMT\r\nX: 1") in ("", "Sun, 06 Nov 1994 08:49:37 GMT")
    assert http_date("0") == ""


AWAY = Page("", 301, headers=[("Location", "http://press.example/robots.txt")])


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def secure(authority: trustme.CA, name: str, page: Write) -> tuple[int, Callable[[], None]]:
    """A server of https on a free port, and what ends it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    listening = socket.create_server((LOCAL, 0))
    server = Server(listening.getsockname()[1], {"/x": page} if page is not AWAY else {"/robots.txt": page})

    def accept() -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            with (
                suppress(OSError, ssl.SSLError),
                closing(context.wrap_socket(line, server_side=True)) as safe,
            ):
                server.answer(safe)

    threading.Thread(target=accept, daemon=True).start()
    return server.port, listening.close


@pytest.mark.parametrize(
    ("name", "trusted", "page", "reason"),
    [
        (HOST, True, Page("safe"), ""),
        (HOST, False, Page("safe"), "rules-unreachable"),
        ("other.example", True, Page("safe"), "rules-unreachable"),
        (HOST, True, Page("", 302, headers=[("Location", "http://press.example/")]), "downgraded"),
        (HOST, True, AWAY, "downgraded"),
    ],
    ids=[
        "good",
        "nobody vouches for it",
        "of another name",
        "leads away from https",
        "its rules lead away from https",
    ],
)
def test_certificates(
    authority: trustme.CA, name: str, trusted: bool, page: Write, reason: str, tmp_path: Path
) -> None:
    port, end = secure(authority, name, page)
    context = ssl.create_default_context()
    if trusted:
        authority.configure_trust(context)
    bounds = replace(small_limits(), read_seconds=1.0, total_seconds=2.0)
    dialer = Dialer(total=2.0, most_addresses=4, resolver=local, allow=frozenset({LOCAL}))
    with Client(
        "Vigie/test", clock=Clock(), dialer=dialer, ports=None, bounds=bounds, verify=context
    ) as asking:
        try:
            if reason:
                with pytest.raises(Unfetched, match=reason):
                    asking.get(f"https://{HOST}:{port}/x")
            else:
                assert asking.get(f"https://{HOST}:{port}/x").body == b"safe"
        finally:
            end()
