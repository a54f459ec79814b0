"""What every answer carries, and which hosts are answered.

In: ASGI requests. Out: the same, with the headers of security; 421 for a host that is not this server's (another site that
had its name point to this machine would read the analyst's pages through a browser: DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vigie.web.cache import Answer

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# A chart opened by itself is a document: it may draw and nothing else.
SECURITY = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_HOST = re.compile(
    r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9_](?:[a-z0-9._-]{0,252}))(?::[0-9]{0,5})?", re.ASCII
)  # RFC 9110, 7.2
_LOOPBACK_NAMES = frozenset({"localhost"})


def is_loopback(host: str) -> bool:
    """True for names and addresses by which only this machine is reached."""
    name = host.strip("[]").lower().rstrip(".")
    if name in _LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def host_of(header: str) -> str:
    """The name in a Host header, without its port; "" for what is none, a path or an account beside it included."""
    found = _HOST.fullmatch(header.lower())
    return found[1].strip("[]") if found else ""


class Guard:
    """ASGI middleware.

    Args:
        failed: what is answered to a path where a page fails. The error goes no further: what a server would print of it may
            quote a document.
        hosts: names answered to; None for loopback names only, an empty set for any name.
    """

    def __init__(
        self, app: ASGIApp, failed: Callable[[str, Exception], Answer], hosts: Iterable[str] | None = None
    ) -> None:
        self.app, self.failed = app, failed
        self.hosts = None if hosts is None else frozenset(h.lower() for h in hosts)

    def _answers(self, scope: Scope) -> bool:
        if self.hosts is not None and not self.hosts:
            return True
        host = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"host"), "")
        name = host_of(host)
        return is_loopback(name) or (self.hosts is not None and name in self.hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                held = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((k.encode(), v.encode()) for k, v in SECURITY.items() if k.encode() not in held),
                ]
            await send(message)

        if not self._answers(scope):
            said = b"This server answers only to the host names it was started for.\n"
            await _send(sending, 421, "text/plain; charset=utf-8", said)
            return
        try:
            await self.app(scope, receive, sending)
        except Exception as error:
            if not begun:
                found = self.failed(scope["path"], error)
                await _send(sending, found.status, found.media, found.body)


async def _send(send: Send, status: int, media: str, body: bytes) -> None:
    headers = [
        (b"content-type", media.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
