"""One address asked, politely.

In: an address, what was known of it. Out: an Answer, or Unfetched with the reason. One request at a time in all, so never two to one
host. Before an address is asked its host's rules are (robots.txt, reservations); every redirect is checked as if it were a new address; time,
bytes and unpacking are bounded; cookies are forgotten, no proxy is used, nothing is sent but the five headers below.
Left out: what is asked and when (`vigie.watch`).
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

import httpx

from vigie.fetch.addresses import PORTS, Address, address
from vigie.fetch.body import unpacked
from vigie.fetch.clock import Clock, SystemClock
from vigie.fetch.dial import Dialer
from vigie.fetch.limits import Limits, limits
from vigie.fetch.outcome import Answer, Known, Unfetched
from vigie.fetch.pace import Pace, http_date, retry_after
from vigie.fetch.rules import Rules, rules
from vigie.fetch.transport import ONWARD, Transport
from vigie.lexicon.terms import data_toml

_REDIRECTS = (301, 302, 303, 307, 308)
_FOR_GOOD = (301, 308)
_LOCKED = (401, 402, 403, 451)
_BUSY = (408, 425, 429, 503)
_RESERVED = "tdm-reservation"
_MOST_VALIDATOR = 200  # characters of an ETag
Near = Callable[[Address], bool]


class Client:
    """Asks. Use as a context manager.

    Args:
        agent: the header User-Agent; it names the program and says where its owner can be reached.
        dialer: connects; tests give one that may reach this machine.
        ports: that may be asked; None for any, for tests.
        wait: seconds that one call may wait for a host; a longer wait is Unfetched("waits").
        closing: asked between two waits; True ends the wait.
    """

    def __init__(
        self,
        agent: str,
        *,
        clock: Clock | None = None,
        pace: Pace | None = None,
        dialer: Dialer | None = None,
        ports: frozenset[int] | None = PORTS,
        bounds: Limits | None = None,
        verify: ssl.SSLContext | bool = True,
        wait: float = 600.0,
        closing: Callable[[], bool] = lambda: False,
    ) -> None:
        self.bounds = bounds if bounds is not None else limits()
        self.clock = clock if clock is not None else SystemClock()
        self.pace = pace if pace is not None else Pace(self.bounds)
        self._dialer = dialer or Dialer(
            total=self.bounds.total_seconds, most_addresses=self.bounds.most_addresses
        )
        self._ports, self._wait, self._closing = ports, wait, closing
        self._rules: dict[str, tuple[float, Rules]] = {}
        self._client = httpx.Client(
            transport=Transport(self._dialer, verify),
            timeout=httpx.Timeout(self.bounds.read_seconds, connect=self.bounds.connect_seconds),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": agent},
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def parse(self, url: str, base: str = "") -> Address:
        """The checked address of a link. Raises Unfetched."""
        return address(url, base, ports=self._ports)

    def get(
        self,
        url: str,
        *,
        media: Collection[str] = (),
        most: int | None = None,
        known: Known | None = None,
        near: Near | None = None,
    ) -> Answer:
        """Ask for one address and follow its redirects.

        Args:
            media: types that are taken ("text/html", "image/"); empty takes all. An answer without a type is taken.
            most: bytes, unpacked.
            near: whether an address belongs to the source; a redirect elsewhere is refused.
        Raises:
            Unfetched: with the reason.
        """
        where = self.parse(url)
        bound = self.bounds.page_bytes if most is None else most
        moved = reserved = False
        for _ in range(self.bounds.redirects + 1):
            if near is not None and not near(where):
                raise Unfetched("other-site", where.host)
            stated = self._permitted(where)
            answer, onward = self._ask(where, stated.delay, bound, media=media, known=known)
            reserved = reserved or answer.reserved
            if onward is None:
                return replace(answer, moved=moved, reserved=reserved)
            moved = moved or answer.status in _FOR_GOOD
            where = self._onward(where, onward)
        raise Unfetched("redirects", where.host)

    def _onward(self, where: Address, onward: str) -> Address:
        after = self.parse(onward, where.url)
        if where.scheme == "https" and after.scheme == "http":
            raise Unfetched("downgraded", after.host)
        return after

    def _permitted(self, where: Address) -> Rules:
        stated = self.rules(where)
        if stated.closed:
            raise Unfetched("rules-unreachable" if stated.passing else "rules-closed", where.host)
        if not stated.allows(where):
            raise Unfetched("robots", where.host)
        if stated.reserves(where):
            raise Unfetched("reserved", where.host)
        return stated

    def rules(self, where: Address) -> Rules:
        """What the host says of machines, kept for a day at most."""
        kept = self._rules.get(where.origin)
        if kept is not None and self.clock.now() < kept[0]:
            return kept[1]
        found = self._read_rules(where)
        keep = 600.0 if found.passing else self.bounds.rules_hours * 3600.0
        self._rules[where.origin] = (self.clock.now() + keep, found)
        return found

    def _read_rules(self, where: Address) -> Rules:
        """RFC 9309, 2.3.1: without a robots.txt (4xx) all is allowed, with a broken host (5xx, no answer) nothing is.

        So it is with the files of reservations. Stricter than the RFC: who locks its rules (401, 403) wants no machine.
        """
        try:
            robots = self._file(where, "/robots.txt")
        except Unfetched as error:
            if _astray(error) or error.reason.startswith("bad-"):
                raise
            if error.passing:
                return Rules(closed=True, passing=True)
            if error.status in _LOCKED:
                return Rules(closed=True)
            robots = None
        others: list[bytes | None] = []
        for path in ("/.well-known/tdmrep.json", "/ai.txt"):
            try:
                said = self._file(where, path)
                if len(said) >= self.bounds.rules_bytes and said.lstrip()[:1] in (b"[", b"{"):
                    return Rules(closed=True)  # reservations cut off in the middle cannot be read
                others.append(said)
            except Unfetched as error:
                if _astray(error) or error.reason in ("bad-address", "bad-scheme", "bad-packing"):
                    raise
                if (
                    error.passing or error.status in _LOCKED
                ):  # a reservation that nobody can read is none that is absent
                    return Rules(closed=True, passing=error.passing)
                others.append(None)
        return rules(robots, *others)

    def _file(self, where: Address, path: str) -> bytes:
        at = self.parse(path, where.url)
        for _ in range(self.bounds.redirects + 1):
            answer, onward = self._ask(at, None, self.bounds.rules_bytes, cut=True)
            if onward is None:
                return answer.body
            at = self._onward(at, onward)
        raise Unfetched("redirects", at.host)

    def _ask(
        self,
        where: Address,
        delay: float | None,
        most: int,
        *,
        media: Collection[str] = (),
        known: Known | None = None,
        cut: bool = False,
    ) -> tuple[Answer, str | None]:
        """One request: the answer, and where it sends us."""
        self._await(where.host)
        headers = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
        if known is not None and known.etag:
            headers["If-None-Match"] = known.etag
        if known is not None and known.modified:
            headers["If-Modified-Since"] = known.modified
        self._dialer.begin()
        try:
            with self._client.stream("GET", where.url, headers=headers) as got:
                found = self._read(where, got, most, media=media, cut=cut)
            if (
                found[0].status == 304
                and "If-None-Match" not in headers
                and "If-Modified-Since" not in headers
            ):
                raise Unfetched("bad-answer", where.host, status=304)  # unchanged since what?
            self.pace.answered(where.host)
            return found
        except Unfetched as error:
            if error.reason in ("busy", "server-error", "unresolved"):
                self.pace.failed(where.host, self.clock.now(), error.after)
            raise
        except httpx.TimeoutException:
            self.pace.failed(where.host, self.clock.now())
            raise Unfetched("too-slow", where.host) from None
        except UnicodeError:  # a host that httpx cannot write
            raise Unfetched("bad-address", where.host) from None
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            reason = _reason(error)
            if reason != "bad-answer":
                self.pace.failed(where.host, self.clock.now())
            raise Unfetched(reason, where.host) from None
        finally:
            self._client.cookies.clear()
            self.pace.asked(where.host, self.clock.now(), delay, rules=cut)

    def _await(self, host: str) -> None:
        """Wait until the host may be asked."""
        until = self.pace.ready(host)
        if until - self.clock.now() > self._wait:
            raise Unfetched("waits", host, after=until - self.clock.now())
        while (left := until - self.clock.now()) > 0:
            if self._closing():
                raise Unfetched("waits", host, after=left)
            self.clock.sleep(min(left, 1.0))

    def _read(
        self, where: Address, got: httpx.Response, most: int, *, media: Collection[str], cut: bool
    ) -> tuple[Answer, str | None]:
        status, headers = got.status_code, got.headers
        if status in _REDIRECTS:
            onward = str(got.extensions.get(ONWARD, ""))
            if not onward:
                raise Unfetched("bad-answer", where.host, status=status)
            return Answer(url=where.url, status=status, reserved=_reserves(headers)), onward
        if status == 304:
            return Answer(url=where.url, status=304, reserved=_reserves(headers)), None
        if status != 200:
            now = self.clock.now()
            after = retry_after(headers.get("retry-after", ""), now, self.bounds.retry_after_most_seconds)
            raise Unfetched(_refused(status), where.host, after=after, status=status)
        kind, _, parameters = headers.get("content-type", "").partition(";")
        kind = kind.strip().lower()
        if media and kind and not any(kind == m or (m.endswith("/") and kind.startswith(m)) for m in media):
            raise Unfetched("media", where.host, status=status)
        length = headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length[:18]) > most and not cut:
            raise Unfetched("too-large", where.host)
        parts: Iterator[bytes] = got.iter_raw()
        body = unpacked(parts, headers.get("content-encoding", ""), most, where.host, cut=cut)
        return Answer(
            url=where.url, status=200, media=kind, charset=_charset(parameters), body=body,
            etag=_etag(headers.get("etag", "")), modified=http_date(headers.get("last-modified", "")),
            reserved=_reserves(headers),
        ), None  # fmt: skip


def _astray(error: Unfetched) -> bool:
    """A file of rules was not asked, or stands where nothing may be asked."""
    return error.reason in ("private-address", "unresolved", "waits", "downgraded")


def _reserves(headers: httpx.Headers) -> bool:
    """Whether the headers of an answer reserve text and data mining."""
    words = {w.strip().lower() for w in headers.get("x-robots-tag", "")[:1000].replace(":", ",").split(",")}
    said = {
        v.partition(";")[0].strip() for v in headers.get(_RESERVED, "").split(",")
    }  # it may be sent twice
    return "1" in said or not words.isdisjoint(data_toml("watch", "pages.toml")["reserved_words"])


def _refused(status: int) -> str:
    if status in _BUSY:
        return "busy"
    if status >= 500:
        return "server-error"
    if status in (404, 410):
        return "gone"
    if status in (401, 402, 403, 407, 451):
        return "not-for-us"
    return "bad-answer"


def _reason(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.RemoteProtocolError):
        return "cut" if "without" in str(error) or "closed" in str(error) else "protocol"
    if isinstance(error, httpx.LocalProtocolError | httpx.InvalidURL):
        return "bad-answer"
    return "cut" if isinstance(error, httpx.ReadError) else "no-answer"


def _charset(parameters: str) -> str:
    for part in parameters.split(";"):
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            value = value.strip().strip("\"'").lower()
            return value if value.isascii() and len(value) <= 40 else ""
    return ""


def _etag(text: str) -> str:
    """A validator that can be sent back: quoted, printable, short; "" for anything else."""
    text = text.strip()
    bare = text.removeprefix("W/")
    fits = len(bare) >= 2 and bare[0] == bare[-1] == '"' and '"' not in bare[1:-1]
    plain = bare.isascii() and bare.isprintable() and " " not in bare
    return text if fits and plain and len(text) <= _MOST_VALIDATOR else ""
