"""Whether the server lives, whether it can answer, and how much it answers: for a supervisor and for Prometheus.

In: the provider of read models, requests as they were answered. Out: `/health`, `/health/live`, `/health/ready` on every port; `/metrics`
on a port of its own that only this machine reaches (`vigie serve --metrics PORT`). Labels are names of the program's: routes, methods,
statuses, reasons of refusals; nothing that a reader asks for or sends. Left out: figures of the store, which are pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import time
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from vigie import __version__
from vigie.web.limits import Load
from vigie.web.logs import Done, Journal
from vigie.web.provider import NotReadyError, Provider

if TYPE_CHECKING:
    from vigie.web.context import Context

QUIET_ROUTES = frozenset(
    {"health", "live", "ready", "metrics"}
)  # a probe every few seconds would bury the rest
APART = frozenset({"/metrics", "/health", "/health/live", "/health/ready"})
# Seconds: a page from memory takes 2 ms, one that is made 50 to 500, a drawing up to 2 s.
_STEPS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass(slots=True, kw_only=True)
class Operation:
    """How one server is watched.

    Attributes:
        journal: gets a line for each request; None where nobody asked for them.
        metrics: None where nobody asked for them.
        metrics_port: the port that shows them, and nothing else but health.
        stopping: True once the server was told to end.
    """

    journal: Journal | None = None
    metrics: Metrics | None = None
    metrics_port: int | None = None
    load: Load = field(default_factory=Load)
    stopping: Callable[[], bool] = lambda: False

    def told(self, one: Done) -> None:
        """A request that was answered."""
        if self.metrics is not None:
            self.metrics.count(one)
        if self.journal is not None and (one.route not in QUIET_ROUTES or one.status >= 400):
            self.journal.done(one)


class Metrics:
    """What Prometheus asks for, in a registry of its own. Raises ImportError without prometheus-client."""

    def __init__(self, load: Load) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector

        self._registry = CollectorRegistry()
        named: Any = {"registry": self._registry}
        self._requests = Counter(
            "vigie_requests", "Requests answered.", ("route", "method", "status"), **named
        )
        self._seconds = Histogram(
            "vigie_request_seconds", "From the head of a request to the last byte handed over.", ("route",),
            buckets=_STEPS, **named,
        )  # fmt: skip
        self._bytes = Counter("vigie_answered_bytes", "Bytes of bodies as sent.", ("route",), **named)
        running = Gauge("vigie_requests_running", "Requests being answered now.", **named)
        running.set_function(lambda: load.running)
        self._ready = Gauge("vigie_pages_ready", "1 while pages can be shown.", **named)
        self._changed = Gauge(
            "vigie_pages_changed_timestamp_seconds", "When the pages shown now were first asked for.", **named
        )
        Info("vigie", "The program.", **named).info({"version": __version__})
        ProcessCollector(registry=self._registry)
        self._registry.register(_Refused(load))
        self._stamp = ""

    def count(self, one: Done) -> None:
        self._requests.labels(one.route, one.method, str(one.status)).inc()
        self._seconds.labels(one.route).observe(one.seconds)
        self._bytes.labels(one.route).inc(one.bytes)

    def shown(self, provider: Provider) -> bytes:
        """The text of now."""
        from prometheus_client import generate_latest

        try:
            with provider.lease() as model:
                self._ready.set(1)
                if model.stamp != self._stamp:
                    self._stamp = model.stamp
                    self._changed.set(time())
        except NotReadyError:
            self._ready.set(0)
        return generate_latest(self._registry)


class _Refused:
    """Refusals by reason, as they are counted by limits and connections."""

    def __init__(self, load: Load) -> None:
        self._load = load

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import CounterMetricFamily

        family = CounterMetricFamily("vigie_refused", "Requests and connections refused.", labels=["reason"])
        for reason, count in sorted(self._load.refused.items()):
            family.add_metric([reason], count)
        yield family


class OwnPort:
    """ASGI middleware: the port of the metrics shows them and health only, every other port shows no metrics.

    The port is that on which the connection was accepted: no header can say another.
    """

    def __init__(self, app: ASGIApp, *, operation: Operation) -> None:
        self.app, self.operation = app, operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and on_own_port(scope, self.operation) and scope["path"] not in APART:
            await Response(status_code=404)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def on_own_port(scope: Scope, operation: Operation) -> bool:
    port = (scope.get("server") or ("", None))[1]
    return operation.metrics_port is not None and port == operation.metrics_port


def health_router(context: Context) -> APIRouter:
    """The routes. None of them waits for a page that is being made."""
    watched = context.operation or Operation()
    router = APIRouter()

    async def health() -> Response:
        try:
            with context.provider.lease() as model:
                return JSONResponse({"status": "ok", "stamp": model.stamp, "public": context.public})
        except NotReadyError:
            return _later("making")

    async def live() -> Response:
        return JSONResponse({"status": "ok"})

    async def ready() -> Response:
        if watched.stopping():
            return _later("stopping")
        try:
            with context.provider.lease():
                return JSONResponse({"status": "ok"})
        except NotReadyError:
            return _later("making")

    async def metrics(request: Request) -> Response:
        if watched.metrics is None or not on_own_port(request.scope, watched):
            raise HTTPException(404)
        from prometheus_client import CONTENT_TYPE_LATEST

        shown = watched.metrics.shown(context.provider)
        return Response(shown, media_type=CONTENT_TYPE_LATEST, headers={"cache-control": "no-store"})

    for path, answer in (
        ("/health", health),
        ("/health/live", live),
        ("/health/ready", ready),
        ("/metrics", metrics),
    ):
        router.add_api_route(
            path, answer, methods=["GET", "HEAD"], include_in_schema=False, name=path.rpartition("/")[2]
        )
    return router


def _later(status: str) -> Response:
    headers = {"retry-after": str(NotReadyError.seconds), "cache-control": "no-store"}
    return JSONResponse({"status": status}, status_code=503, headers=headers)
