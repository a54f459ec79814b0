"""Requests to answers: who may, which format, from when, which rows.

In: a request, a resource. Out: a response, or Problem. An answer is made once for a model's stamp; a whole list in CSV or Parquet is sent
as it is made, in the memory of one batch. Left out: routes (`__init__.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from threading import BoundedSemaphore
from time import monotonic
from typing import Any
from urllib.parse import urlencode

from anyio import CapacityLimiter, to_thread
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from vigie import __version__
from vigie.accounts.records import Who
from vigie.readmodel.model import ReadModel
from vigie.web.api import asked as reading
from vigie.web.api import lists, media
from vigie.web.api import models as m
from vigie.web.api.asked import PAGED, USUAL, Asked
from vigie.web.api.lists import Listed, Part
from vigie.web.api.media import Format
from vigie.web.api.problems import Problem
from vigie.web.api.resources import Resource, root
from vigie.web.api.tables import csv_parts, parquet_parts
from vigie.web.cache import Answer, BusyError, Cache, answer
from vigie.web.context import Context
from vigie.web.identity import require, who
from vigie.web.provider import NotReadyError

BASE = "/api/v1"
ALLOW = "GET, HEAD, OPTIONS"
_KEPT_BYTES = 24 << 20
_AT_ONCE = 2  # answers made at a time: they share one interpreter
_EXPORTS_AT_ONCE = 2  # whole lists being sent
_AFTER_REPLACED = 60.0  # seconds that a whole list may still be read from a model whose file was replaced
_VARY = "Accept, Accept-Encoding, Authorization, Cookie"
_TABLES: Mapping[Format, Callable[..., Iterator[bytes]]] = {"csv": csv_parts, "parquet": parquet_parts}
_LONGEST_ID = 200  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An answer with what its page needs in the head."""

    answer: Answer
    head: Mapping[str, str]

    @property
    def size(self) -> int:
        return self.answer.size + 400


class Answers:
    """All answers of one edition."""

    def __init__(self, context: Context) -> None:
        self.context, self.public = context, context.public
        self._made: Cache[Made] = Cache(_KEPT_BYTES, lambda made: made.size)
        self._stamp = ""
        self._few = CapacityLimiter(_AT_ONCE)
        self._exporting = BoundedSemaphore(_EXPORTS_AT_ONCE)

    async def root(self, request: Request) -> Response:
        """What is offered. Raises Problem, ForbiddenError."""
        self._reader(request)
        media.chosen(request.headers.get("accept"), ("json",))
        reading.read(request.url.query, (), public=self.public)
        return await self._answer(request, ("root",), "json", lambda model: (_json(root(model, BASE)), {}))

    async def one(self, request: Request, resource: Resource, id: str) -> Response:
        """One row by its id. Raises Problem 404 where there is none."""
        reader = self._reader(request)
        media.chosen(request.headers.get("accept"), ("json",))
        reading.read(request.url.query, (), public=self.public)
        whole = reader.exports

        def make(model: ReadModel) -> tuple[bytes, dict[str, str]]:
            find = resource.one
            found = find(model, id, whole) if find is not None and len(id) <= _LONGEST_ID else None
            if found is None:
                raise Problem(
                    404, f"{resource.name}: none of this {resource.id}", f"see {BASE}/{resource.name}"
                )
            return _json(found), {}

        return await self._answer(request, (resource.name, id, whole), "json", make)

    async def list(self, request: Request, resource: Resource) -> Response:
        """A page of a list; without a limit the whole of it as CSV or Parquet."""
        reader = self._reader(request)
        chosen = media.chosen(request.headers.get("accept"), resource.formats)
        asked = reading.read(
            request.url.query,
            resource.parameters(public=self.public),
            public=self.public,
            needed=resource.needed,
        )
        if chosen in _TABLES and asked.limit is None and not asked.cursor:
            return await self._whole(request, resource, asked, chosen, reader)
        many, path = asked.limit or USUAL, f"{BASE}/{resource.name}"
        question = f"{resource.name}?{asked.question}"

        def make(model: ReadModel) -> tuple[bytes, dict[str, str]]:
            part = lists.page(resource.rows(model, asked), asked, question, model.stamp, many)
            head = {"x-total-count": str(part.total)}
            if part.next is not None:
                following = [(n, v) for n, v in _pairs(asked) if n not in PAGED]
                following += [("limit", str(many)), ("cursor", part.next)]
                head["link"] = f'<{path}?{urlencode(following)}>; rel="next"'
            return _written(part, resource.row(public=self.public), chosen), head

        return await self._answer(request, (question, many, asked.cursor), chosen, make)

    def _reader(self, request: Request) -> Who:
        """Who reads. Raises ForbiddenError in the analyst's edition."""
        return who(request) if self.public else require(request, "read")

    async def _answer(
        self, request: Request, key: tuple[Any, ...], chosen: Format,
        make: Callable[[ReadModel], tuple[bytes, dict[str, str]]],
    ) -> Response:  # fmt: skip
        with self.context.provider.lease() as model:
            stamp = self._forgetting(model.stamp)
            known = self._made.get((key, chosen, stamp))
        if known is None:
            tag = _tag(key, chosen, stamp)
            if _matches(request.headers.get("if-none-match"), tag, star=False):
                return Response(status_code=304, headers=self._head(tag))
            known = await to_thread.run_sync(self._make, key, chosen, make, limiter=self._few)
        return self.sent(request, known.answer, known.head)

    def sent(self, request: Request, found: Answer, head: Mapping[str, str]) -> Response:
        """An answer as this reader can take it; 304 where they have it already."""
        if _matches(request.headers.get("if-none-match"), found.etag, star=True):
            return Response(status_code=304, headers=self._head(found.etag))
        headers = self._head(found.etag) | dict(head)
        if found.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            body, headers["content-encoding"] = found.packed, "gzip"
        else:
            body = found.body
        return _response(request, body, found.media, headers)

    def _make(
        self, key: tuple[Any, ...], chosen: Format, make: Callable[[ReadModel], tuple[bytes, dict[str, str]]]
    ) -> Made:
        with self.context.provider.lease() as model:
            stamp = self._forgetting(model.stamp)

            def fresh() -> Made:
                body, head = make(model)
                found = answer(body, media.MEDIA[chosen]) if chosen != "parquet" else Answer(
                    media=media.MEDIA[chosen], etag="", plain=body
                )  # fmt: skip
                return Made(answer=replace(found, etag=_tag(key, chosen, stamp)), head=head)

            return self._made.get_or_make((key, chosen, stamp), fresh)

    def _forgetting(self, stamp: str) -> str:
        """What was made of an earlier model goes: it may hold what was erased since."""
        if stamp != self._stamp:
            self._stamp = stamp
            self._made.clear()
        return stamp

    def _head(self, tag: str) -> dict[str, str]:
        # Anything may be erased or corrected: whoever keeps an answer asks again each time, and gets 304 for nothing.
        cached = "no-cache" if self.public else "private, no-cache"
        return {"etag": tag, "cache-control": cached, "vary": _VARY}

    async def _whole(
        self, request: Request, resource: Resource, asked: Asked, chosen: Format, reader: Who
    ) -> Response:
        if not self.public and not reader.exports:
            raise Problem(
                403, "whole tables need the scope export", "add limit to read by pages, or ask for a token with that scope",
                parameter="limit",
            )  # fmt: skip
        with self.context.provider.lease() as model:
            tag = _tag((resource.name, asked.question, "whole"), chosen, model.stamp)
        if _matches(request.headers.get("if-none-match"), tag, star=False):
            return Response(status_code=304, headers=self._head(tag))
        name = f"{resource.name}.{chosen}"
        headers = self._head(tag) | {"content-disposition": f'attachment; filename="{name}"'}
        if request.method == "HEAD":
            return Response(headers=headers | {"content-type": media.MEDIA[chosen]})
        if not self._exporting.acquire(blocking=False):
            raise BusyError
        try:
            parts = await to_thread.run_sync(self._begin, resource, asked, chosen, limiter=self._few)
        except BaseException:
            self._exporting.release()
            raise
        self._remember(reader, resource, chosen)
        return StreamingResponse(self._sent(*parts), media_type=media.MEDIA[chosen], headers=headers)

    def _begin(self, resource: Resource, asked: Asked, chosen: Format) -> tuple[Iterator[bytes], ExitStack]:
        """The parts of a whole list, and what holds the model meanwhile. What is wrong with the request is said before the first."""
        held = ExitStack()
        try:
            model = held.enter_context(self.context.provider.lease())
            listed = resource.rows(model, asked)
            batches = _while_there(self.context.provider, model, listed)
            return _TABLES[chosen](resource.row(public=self.public), batches), held
        except BaseException:
            held.close()
            raise

    async def _sent(self, parts: Iterator[bytes], held: ExitStack) -> AsyncIterator[bytes]:
        try:
            while (part := await to_thread.run_sync(next, parts, None, limiter=self._few)) is not None:
                if part:
                    yield part
        finally:
            held.close()
            self._exporting.release()

    def _remember(self, reader: Who, resource: Resource, chosen: Format) -> None:
        """Who took a whole table of the analyst away, where there are accounts."""
        if self.context.desk is not None and not self.public:
            self.context.desk.log(reader, "export", resource.name, chosen)


def _while_there(provider: Any, model: ReadModel, listed: Listed) -> Iterator[Sequence[m.Record]]:
    """Batches of a list, until what it is made of was erased: then the answer ends unfinished, which the reader notices."""
    replaced: float | None = None
    for batch in lists.batches(listed):
        yield batch
        if provider_erased(provider):
            raise NotReadyError
        if not model.path.exists():
            replaced = replaced or monotonic()
            if monotonic() - replaced > _AFTER_REPLACED:
                raise NotReadyError


def provider_erased(provider: Any) -> bool:
    asked = getattr(provider, "erased", None)
    return bool(asked()) if asked is not None else False


def _pairs(asked: Asked) -> list[tuple[str, str]]:
    from urllib.parse import parse_qsl

    return [("lang" if name == "language" else name, value) for name, value in parse_qsl(asked.question)]


def _json(record: m.Record) -> bytes:
    return record.model_dump_json().encode()


def _written(part: Part, row: type[m.Record], chosen: Format) -> bytes:
    if chosen == "json":
        return _json(_page_of(row).model_construct(items=list(part.items), total=part.total, next=part.next))
    if chosen == "geojson":
        features = [
            _feature_of(row).model_construct(type="Feature", geometry=_point(r), properties=r)
            for r in part.items
        ]
        made = _features_of(row).model_construct(
            type="FeatureCollection", features=features, total=part.total, next=part.next
        )
        return _json(made)
    return b"".join(_TABLES[chosen](row, [part.items]))


@cache
def _page_of(row: type[m.Record]) -> type[m.Record]:
    return m.Page[row]  # type: ignore[valid-type]


@cache
def _feature_of(row: type[m.Record]) -> type[m.Record]:
    return m.Feature[row]  # type: ignore[valid-type]


@cache
def _features_of(row: type[m.Record]) -> type[m.Record]:
    return m.Features[row]  # type: ignore[valid-type]


def _point(record: Any) -> m.Point | None:
    """Where it is: the middle of its place."""
    place = getattr(record, "place", None)
    lat, lon = (
        (place.lat, place.lon)
        if place
        else (getattr(record, "place_lat", None), getattr(record, "place_lon", None))
    )
    if lat is None or lon is None:
        return None
    return m.Point.model_construct(type="Point", coordinates=(lon, lat))


def _tag(key: tuple[Any, ...], chosen: Format, stamp: str) -> str:
    """Weak: the same answer is sent packed and plain."""
    told = repr((__version__, key, chosen, stamp))
    return f'W/"{hashlib.sha256(told.encode()).hexdigest()[:20]}"'


def _matches(header: str | None, tag: str, *, star: bool) -> bool:
    """Whether the reader has it already (RFC 9110, 13.1.2; weak comparison)."""
    if not header:
        return False
    if header.strip() == "*":
        return star
    return tag.removeprefix("W/") in {part.strip().removeprefix("W/") for part in header.split(",")[:50]}


def _response(request: Request, body: bytes, kind: str, headers: dict[str, str]) -> Response:
    headers = headers | {"content-length": str(len(body)), "content-type": kind}
    return Response(b"" if request.method == "HEAD" else body, headers=headers)
