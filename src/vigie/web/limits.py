"""What one request may weigh and how long it may take.

In: ASGI requests. Out: the same, or a refusal in plain words: address, headers, body, time, requests at once. Bounds and words:
data/web/limits.toml. Left out: slow senders and readers of a connection (`server.py`), the rate of sign-ins (`vigie.accounts`).
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from time import monotonic
from typing import Any

from anyio import Event, create_task_group, move_on_after
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vigie.lexicon.terms import data_toml
from vigie.web.headers import SECURITY

_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
_GONE: Message = {"type": "http.disconnect"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bytes, counts and seconds; their reasons stand beside them in the data file."""

    target_bytes: int
    header_bytes: int
    headers: int
    body_bytes: int
    head_seconds: float
    body_seconds: float
    answer_seconds: float
    at_once: int
    most: int
    idle_seconds: float
    least_rate: int
    rate_seconds: float
    linger_seconds: float
    grace_seconds: float
    hard_seconds: float


@cache
def limits() -> Limits:
    """As the data file says."""
    table = data_toml("web", "limits.toml")
    return Limits(**table["request"], **table["connection"], **table["stop"])


@dataclass(slots=True, kw_only=True)
class Load:
    """What a server bears: requests being answered, refusals by reason. Nothing of a request is in it."""

    running: int = 0
    refused: Counter[str] = field(default_factory=Counter)


class Bounded:
    """ASGI middleware.

    Args:
        bounds: those of the data file where None.
        load: counted here, read by `health.py`.
    """

    def __init__(self, app: ASGIApp, *, bounds: Limits | None = None, load: Load | None = None) -> None:
        self.app, self.bounds, self.load = app, bounds or limits(), load or Load()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # nothing here speaks it
            await send({"type": "websocket.close", "code": 1000})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        one = _One(self, scope, receive, send)
        refused = one.refused()
        if refused:
            await one.refuse(*refused)
        elif self.load.running >= self.bounds.at_once:
            await one.refuse(503, "at-once")
        else:
            self.load.running += 1
            try:
                await one.run()
            finally:
                self.load.running -= 1


class _One:
    """One request under way. What the application still says after a refusal goes nowhere."""

    def __init__(self, guard: Bounded, scope: Scope, receive: Receive, send: Send) -> None:
        self.guard, self.scope, self._receive, self._send = guard, scope, receive, send
        self.read, self.until = 0, monotonic() + guard.bounds.body_seconds
        self.begun = self.over = self.whole = False
        self.answering = Event()
        self.error: Exception | None = None

    def refused(self) -> tuple[int, str] | None:
        """Status and reason, by what stands in the head of the request alone."""
        bounds, headers = self.guard.bounds, self.scope["headers"]
        target = len(self.scope.get("raw_path") or b"") + len(self.scope.get("query_string") or b"")
        if target > bounds.target_bytes:
            return 414, "address"
        if len(headers) > bounds.headers or sum(len(k) + len(v) for k, v in headers) > bounds.header_bytes:
            return 431, "headers"
        lengths = [v for k, v in headers if k == b"content-length"]
        chunked = any(k == b"transfer-encoding" for k, _ in headers)
        announced = [int(v) if v.isdigit() and len(v) < 16 else -1 for v in lengths]
        # Two ways to say where a body ends: a proxy in front may believe the other (request smuggling, RFC 9112, 6.1).
        if len(announced) + chunked > 1 or -1 in announced:
            return 400, "framing"
        if self.scope["method"] in _BODILESS and (chunked or any(announced)):
            return 400, "framing"
        if announced and announced[0] > bounds.body_bytes:
            return 413, "body"
        packed = [v for k, v in headers if k == b"content-encoding"]
        if any(v.strip().lower() not in (b"", b"identity") for v in packed):
            return 415, "packed"
        return None

    async def run(self) -> None:
        async with create_task_group() as group:
            group.start_soon(self._answer)
            with move_on_after(self.guard.bounds.answer_seconds):
                await self.answering.wait()
            if not self.answering.is_set():
                # The thread that makes the page cannot be stopped: it keeps its place among those at once.
                await self.refuse(503, "time")
        # Raised here, not in the group, which would wrap it. What fails because it was refused needs no word.
        if self.error is not None and not self.over:
            raise self.error

    async def _answer(self) -> None:
        try:
            await self.guard.app(self.scope, self.receive, self.send)
        except Exception as error:
            self.error = error
        finally:
            self.answering.set()

    async def receive(self) -> Message:
        """The next part of the body, within bytes and seconds."""
        if self.over:
            return _GONE
        if self.whole:
            return await self._receive()
        message: Message = _GONE
        with move_on_after(max(0.0, self.until - monotonic())) as scope:
            message = await self._receive()
        if scope.cancelled_caught:
            await self.refuse(408, "slow-body")
            return _GONE
        self.read += len(message.get("body") or b"")
        self.whole = not message.get("more_body", False)
        if self.read > self.guard.bounds.body_bytes:
            await self.refuse(413, "body")
            return _GONE
        return message

    async def send(self, message: Message) -> None:
        if self.over:
            return
        self.begun = True
        self.answering.set()
        await self._send(message)

    async def refuse(self, status: int, reason: str) -> None:
        self.guard.load.refused[reason] += 1
        self.over = True
        if self.begun:
            return
        self.begun = True
        media, body = said(status, self.scope["path"])
        headers = [
            (b"content-type", media),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            *((name.encode(), value.encode()) for name, value in SECURITY.items()),
        ]
        if status == 503:
            headers.append((b"retry-after", b"2"))
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def said(status: int, path: str) -> tuple[bytes, bytes]:
    """Media type and words of a refusal, in the language of the address; problem+json below /api/."""
    told: Any = data_toml("web", "limits.toml")["said"][str(status)]
    if path.startswith("/api/"):
        title, _, detail = str(told["en"]).partition(". ")
        problem = {
            "type": "about:blank",
            "title": title.rstrip("."),
            "status": status,
            "detail": detail or told["en"],
        }
        return b"application/problem+json", json.dumps(problem).encode()
    first = path.strip("/").partition("/")[0]
    lines = [told[first]] if first in ("fr", "en") else list(told.values())
    return b"text/plain; charset=utf-8", "".join(f"{line}\n" for line in lines).encode()
