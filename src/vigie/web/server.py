"""The server of connections: who is slow waits for nobody else, and who is being answered when it stops gets the answer.

In: an ASGI application, sockets. Out: a uvicorn server. Bounded here, because no application sees it: a head that never ends, a body
that drips, a reader that does not read, idle connections, connections without number, the time that a stop takes.
Left out: what a whole request may weigh (`limits.py`).
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer, current_thread, main_thread
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from vigie.web.health import Operation, OwnPort
from vigie.web.limits import Bounded, Limits, limits
from vigie.web.logs import Counted, listen_to_server

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h


def operated(application: ASGIApp, operation: Operation, *, bounds: Limits | None = None) -> ASGIApp:
    """The application as a server shows it: whatever is in it is bounded, counted and, where asked for, logged."""
    bounded = Bounded(application, bounds=bounds, load=operation.load)
    return Counted(OwnPort(bounded, operation=operation), told=(operation.told,))


def make_server(
    application: Any,
    *,
    operation: Operation,
    told: Callable[[str], None],
    bounds: Limits | None = None,
) -> Server:
    """A server that logs no request, speaks no WebSocket, believes no header about who asks, and ends within bounds.

    Args:
        told: gets one line for the owner.
    """
    bounds = bounds or limits()
    # Without a configuration of logs the library's lines go where `listen_to_server` says.
    listen_to_server(told)
    config = uvicorn.Config(
        operated(application, operation, bounds=bounds), http=connections(bounds, operation.load.refused),
        ws="none", loop="asyncio", log_config=None, log_level="warning",
        access_log=False, server_header=False, lifespan="off", proxy_headers=False,
        timeout_graceful_shutdown=int(bounds.grace_seconds), timeout_keep_alive=int(bounds.idle_seconds),
        h11_max_incomplete_event_size=bounds.target_bytes + bounds.header_bytes + 4096,
    )  # fmt: skip
    server = Server(config, bounds=bounds, told=told)
    operation.stopping = lambda: server.should_exit
    return server


def few_arenas() -> None:
    """Let all threads take memory from two places: each of forty would keep one of its own, half of it empty. Before they are started;
    nothing where the C library is another one than glibc."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 2)


class Server(uvicorn.Server):
    """Stops at Ctrl-C or SIGTERM: listens no more, lets answers end, then ends whatever is left."""

    def __init__(self, config: uvicorn.Config, *, bounds: Limits, told: Callable[[str], None]) -> None:
        super().__init__(config)
        self._bounds, self._told = bounds, told
        self._hard: Timer | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if current_thread() is not main_thread():  # a program that embeds it ends it by `should_exit`
            yield
            return
        held = {kind: signal.signal(kind, self.handle_exit) for kind in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for kind, before in held.items():
                signal.signal(kind, before)

    def handle_exit(self, sig: int, frame: Any) -> None:
        if self._hard is None:
            # A thread that draws cannot be stopped: the loop would wait for it without end.
            self._hard = Timer(self._bounds.hard_seconds, self._end)
            self._hard.daemon = True
            self._hard.start()
        super().handle_exit(sig, frame)

    def _end(self) -> None:
        self._told(f"stopped after {self._bounds.hard_seconds:g} s with an answer unfinished")
        os._exit(0)


def connections(bounds: Limits, refused: Counter[str]) -> type[H11Protocol]:
    """The protocol of one server: its connections know of each other, so that the most idle one makes room."""
    waiting: OrderedDict[Connection, None] = OrderedDict()

    class Bound(Connection):
        pass

    Bound.bounds, Bound.refused, Bound.waiting = bounds, refused, waiting
    return Bound


class Connection(H11Protocol):
    """One connection. Times: to a whole head, to a whole body, of a reader that takes too little, after the last answer."""

    bounds: Limits
    refused: Counter[str]
    waiting: OrderedDict[Connection, None]  # those without a whole request, the one that waits longest first

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: Any = None
        self._timed = ""
        self._pending = 0
        self._reading: Any = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.waiting[self] = None
        if len(self.connections) > self.bounds.most:
            self.refused["connections"] += 1
            next(iter(self.waiting)).abort()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        if self._reading is not None:
            self._reading.cancel()
        self.waiting.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def abort(self) -> None:
        """At once, whatever was not sent: to close would wait until it is."""
        self.waiting.pop(self, None)
        self.connections.discard(self)
        self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        self.refused["not-http"] += 1
        super().send_400_response(msg)
        self._within("close", self.bounds.linger_seconds)

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._within("close", self.bounds.linger_seconds)

    def shutdown(self) -> None:
        super().shutdown()
        if self.transport.is_closing():
            self._within("close", self.bounds.linger_seconds)

    def _watch(self) -> None:
        """What this connection waits for now, and for how long at most. More bytes do not lengthen it."""
        if self.transport.is_closing():
            return
        theirs, answered = self.conn.their_state, self.cycle is None or self.cycle.response_complete
        if theirs is h11.IDLE and answered:
            self.waiting.setdefault(self)
            if self.timeout_keep_alive_task is None:  # else nothing of the next request came
                self._within("head", self.bounds.head_seconds)
            else:
                self._stop()
            return
        self.waiting.pop(self, None)
        if theirs is h11.SEND_BODY:
            # Answered before it was read: the rest is awaited for a moment, so that the answer is not lost with it.
            late = "linger" if answered else "body"
            self._within(
                late,
                self.bounds.linger_seconds
                if answered
                else self.bounds.body_seconds + self.bounds.linger_seconds,
            )
        else:
            self._stop()

    def _within(self, what: str, seconds: float) -> None:
        if self._timed == what:
            return
        self._stop()
        self._timed, self._timer = what, self.loop.call_later(seconds, self._late)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timed, self._timer = "", None

    def _late(self) -> None:
        if self._timed in ("head", "body"):
            self.refused[f"slow-{self._timed}"] += 1
        # Who sent nothing at all (browsers connect ahead) is told nothing.
        if self._timed == "head" and self.conn.trailing_data[0] and self.conn.our_state is h11.IDLE:
            self._timed = ""
            self.transport.write(
                b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            )
            self.transport.close()
            self._within("close", self.bounds.linger_seconds)
        else:
            self.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._pending = self.transport.get_write_buffer_size()
        self._reading = self.loop.call_later(self.bounds.rate_seconds, self._read_enough)

    def resume_writing(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        super().resume_writing()

    def _read_enough(self) -> None:
        left = self.transport.get_write_buffer_size()
        if self._pending - left < self.bounds.least_rate * self.bounds.rate_seconds:
            self.refused["slow-reader"] += 1
            self.abort()
            return
        self._pending = left
        self._reading = self.loop.call_later(self.bounds.rate_seconds, self._read_enough)
