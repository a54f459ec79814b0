"""Connections: names are resolved here, every address is checked, and the connection goes to one that was checked.

In: a host and a port. Out: a stream with a deadline. A name that points into a private network is refused, also if it does so only
this time (DNS rebinding): there is no second look-up between check and connection. No proxy, no socket of the file system.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import httpcore

from vigie.fetch.addresses import is_public
from vigie.fetch.outcome import Unfetched

Resolve = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a host. Raises OSError."""
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    return list(dict.fromkeys(found))


class Dialer(httpcore.NetworkBackend):
    """What httpx connects through.

    Args:
        resolver: gives the addresses of a host.
        allow: addresses that may be dialled although they are not public: for tests, by argument only.
        total: seconds that one request may take; `begin` starts the count.
    """

    def __init__(
        self,
        *,
        total: float,
        most_addresses: int,
        resolver: Resolve = resolve,
        allow: frozenset[str] = frozenset(),
    ) -> None:
        self._inner = httpcore.SyncBackend()
        self._resolver, self._allow, self._most = resolver, allow, most_addresses
        self._total, self._until = total, time.monotonic() + total

    def begin(self) -> None:
        """A new request: its time counts from now."""
        self._until = time.monotonic() + self._total

    def left(self, timeout: float | None) -> float:
        """Seconds that an operation may take. Raises httpcore.ReadTimeout when the request's time is over."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time of the request is over")
        return left if timeout is None else min(left, timeout)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        found = self._addresses(host, port, self.left(timeout))
        # One private address among public ones is enough: who answers so tries which of them is dialled.
        if not all(number in self._allow or is_public(number) for number in found):
            raise Unfetched("private-address", host)
        last: Exception | None = None
        for number in found[: self._most]:
            try:
                stream = self._inner.connect_tcp(number, port, timeout=self.left(timeout))
                return _Timed(stream, self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last if last is not None else httpcore.ConnectError("no address answers")

    def _addresses(self, host: str, port: int, seconds: float) -> list[str]:
        """What the name leads to. The system's look-up knows no time limit: it is waited for in a thread, and left behind."""
        found: list[str] = []

        def look_up() -> None:
            with suppress(OSError, UnicodeError):
                found.extend(self._resolver(host, port))

        thread = threading.Thread(target=look_up, daemon=True)
        thread.start()
        thread.join(seconds)
        if thread.is_alive() or not found:
            raise Unfetched("unresolved", host)
        return list(found)

    def connect_unix_socket(self, path: str, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        raise Unfetched("bad-address")

    def sleep(self, seconds: float) -> None:
        raise Unfetched("bad-address")  # the client never retries by itself


class _Timed(httpcore.NetworkStream):
    """A stream of which no operation lasts beyond the deadline of the request."""

    def __init__(self, stream: httpcore.NetworkStream, dialer: Dialer) -> None:
        self._stream, self._dialer = stream, dialer

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._dialer.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._dialer.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """The certificate is that of the name, whatever address was dialled."""
        return _Timed(
            self._stream.start_tls(ssl_context, server_hostname, self._dialer.left(timeout)), self._dialer
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
