"""Lines for the machine: what was answered, how fast, and what went wrong; never what a reader asked for.

In: ASGI requests; words of the server itself. Out: one JSON object a line. A request has an id, drawn here and carried by its answer
(`x-request-id`), the name of its route (from the program, never the address), its method, status, milliseconds and bytes. No address,
no parameter, no header, no text, nothing of who asks. Left out: what a person at a terminal is told (`cli/output.py`).
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from io import TextIOBase
from secrets import token_hex
from threading import Lock, local
from time import perf_counter
from typing import TextIO

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LONGEST = 2000  # characters of a sentence
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ID: ContextVar[str] = ContextVar("vigie-request", default="")


def request_id() -> str:
    """The id of the request that this code answers; "" outside of one."""
    return _ID.get()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One request as it was answered. `route` is a name of the program's, "none" where no route was met; `seconds` until the last byte
    was handed over; `bytes` of the body as sent."""

    id: str
    route: str
    method: str
    status: int
    seconds: float
    bytes: int


class Journal:
    """Writes lines, one at a time; a stream that is gone stops nothing.

    Args:
        stream: standard error, as it is at that moment, where None.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream, self._lock = stream, Lock()

    def write(self, level: str, **fields: str | int | float) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = json.dumps({"time": now, "level": level, **fields}, ensure_ascii=True)
        with self._lock, suppress(OSError, ValueError):
            print(line, file=self._stream or sys.stderr, flush=True)

    def say(self, message: str) -> None:
        """A sentence of the program's own, with the id of the request that it is about."""
        about = {"id": request_id()} if request_id() else {}
        self.write("error" if message.startswith("vigie: unexpected") else "info", **about, message=message)

    def done(self, one: Done) -> None:
        level = "error" if one.status >= 500 and one.status != 503 else "info"
        self.write(
            level, id=one.id, route=one.route, method=one.method, status=one.status, ms=round(one.seconds * 1000, 1),
            bytes=one.bytes,
        )  # fmt: skip


class Sentences(TextIOBase):
    """Takes the place of standard error: each line written there becomes one of the journal."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal, self._begun = journal, local()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, rest = (getattr(self._begun, "line", "") + text).split("\n")
        self._begun.line = rest[:_LONGEST]
        for line in lines:
            if line.strip():
                self._journal.say(line.rstrip()[:_LONGEST])
        return len(text)


def journal_of_stderr() -> Journal:
    """A journal on standard error, where from now on everything is a line of it."""
    journal = Journal(sys.stderr)
    sys.stderr = Sentences(journal)
    return journal


class Counted:
    """ASGI middleware, outermost: draws the id and tells each listener what was answered.

    Args:
        told: called with each request that ended; what a client ended early is told with the bytes until then.
    """

    def __init__(self, app: ASGIApp, *, told: Iterable[Callable[[Done], None]] = ()) -> None:
        self.app, self.told = app, tuple(told)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        own, start, status, size = token_hex(8), perf_counter(), 500, 0
        header = (b"x-request-id", own.encode())
        # As it was asked: what answers may answer as another.
        method = scope["method"] if scope["method"] in METHODS else "other"

        async def sending(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], header]}
            else:
                size += 0 if method == "HEAD" else len(message.get("body") or b"")
            await send(message)

        token = _ID.set(own)
        try:
            await self.app(scope, receive, sending)
        finally:
            _ID.reset(token)
            one = Done(
                id=own, route=route_of(scope), method=method, status=status, seconds=perf_counter() - start, bytes=size
            )  # fmt: skip
            for told in self.told:
                told(one)


def route_of(scope: Scope) -> str:
    """The name that the program gives to the route of a request."""
    name = getattr(scope.get("route"), "name", None)
    return name.lstrip("_") if isinstance(name, str) and name.isidentifier() else _named(name)


def _named(name: object) -> str:
    return name if isinstance(name, str) and name.replace("-", "_").isidentifier() else "none"


class Quietly(logging.Handler):
    """What the server library has to say, as class and sentence: its own sentences, but of an exception the class alone, because
    its message may quote a document."""

    # Anyone can cause them at will: they are counted instead (`limits.Load`).
    _LEFT_OUT = (
        "Invalid HTTP request received",
        "Unsupported upgrade request",
        "No supported WebSocket",
        "Exceeded concurrency",
    )

    def __init__(self, told: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._told = told

    def emit(self, record: logging.LogRecord) -> None:
        sentence = str(record.msg).strip().split("\n")[0]
        if sentence.startswith(self._LEFT_OUT):
            return
        kind = record.exc_info[0] if record.exc_info else None
        if kind is not None and not issubclass(kind, Exception):
            return  # cancelled when the server ends: told once, by the server
        self._told(f"server: {sentence}" + (f" ({kind.__name__})" if kind else ""))


def listen_to_server(told: Callable[[str], None]) -> None:
    """Of the server's own logs nothing else is shown."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        log = logging.getLogger(name)
        log.handlers, log.propagate = [], False
    logging.getLogger("uvicorn.error").addHandler(Quietly(told))
