"""httpx over connections of a Dialer.

In: requests of httpx. Out: its responses. One connection at a time, HTTP/1.1, no proxy, no retry. Where an answer sends us is kept from
httpx, which would read it on its own: the client asks for it under `ONWARD`.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import httpcore
import httpx

from vigie.fetch.dial import Dialer

ONWARD = "vigie.onward"  # key of the extensions of a response


class Transport(httpx.BaseTransport):
    """httpx over connections of a Dialer: one at a time, HTTP/1.1."""

    def __init__(self, dialer: Dialer, verify: ssl.SSLContext | bool) -> None:
        context = verify if isinstance(verify, ssl.SSLContext) else httpx.create_ssl_context(trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context, max_connections=4, max_keepalive_connections=2, keepalive_expiry=15.0,
            http1=True, http2=False, retries=0, network_backend=dialer,
        )  # fmt: skip

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            extensions=request.extensions,
        )
        with _mapped():
            got = self._pool.handle_request(asked)
        onward = next((v for n, v in got.headers if n.lower() == b"location"), b"")
        headers = [(n, v) for n, v in got.headers if n.lower() != b"location"]
        more = {**got.extensions, ONWARD: onward.decode("utf-8", "replace")}
        return httpx.Response(got.status, headers=headers, stream=_Stream(got), extensions=more)

    def close(self) -> None:
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    """The parts of a body, with httpx's names of errors."""

    def __init__(self, got: httpcore.Response) -> None:
        self._got = got

    def __iter__(self) -> Iterator[bytes]:
        with _mapped():
            yield from self._got.iter_stream()

    def close(self) -> None:
        self._got.close()


class _mapped:  # noqa: N801 - used as a keyword
    """Errors of httpcore as those of httpx."""

    _NAMES = (
        (httpcore.TimeoutException, httpx.ReadTimeout),
        (httpcore.ConnectError, httpx.ConnectError),
        (httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
        (httpcore.LocalProtocolError, httpx.LocalProtocolError),
        (httpcore.ReadError, httpx.ReadError),
        (httpcore.WriteError, httpx.WriteError),
        (httpcore.NetworkError, httpx.NetworkError),
        (httpcore.ProtocolError, httpx.RemoteProtocolError),
        (httpcore.UnsupportedProtocol, httpx.UnsupportedProtocol),
    )

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        for theirs, ours in self._NAMES:
            if isinstance(error, theirs):
                raise ours(str(error)) from error
