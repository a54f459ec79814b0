"""The application: routes, and nothing else.

In: a provider of read models, which edition. Out: a FastAPI application. Endpoints are plain functions, so that each runs in a
thread of its own while charts are drawn; a page that was made before needs none.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from vigie.web.addresses import KINDS, target_of
from vigie.web.answers import Answers, BadFilterError, asked, language_of, page_of
from vigie.web.assets import assets
from vigie.web.cache import Answer, BusyError, answer
from vigie.web.content import NotFoundError
from vigie.web.headers import Guard
from vigie.web.links import LANGUAGES, ServerLinks, follow
from vigie.web.pages import PAGES, PATHS, Page
from vigie.web.provider import Models, NotReadyError, Provider

_LONGEST_QUERY = 2000
_PAGES_AT_ONCE = 2
_FOREVER = "public, max-age=31536000, immutable"


def make_app(
    source: Path | Provider,
    *,
    public: bool,
    hosts: Iterable[str] | None = None,
    contests: Path | None = None,
    notes: Path | None = None,
) -> FastAPI:
    """The pages over a read-model file, or over models that somebody lends.

    Args:
        hosts: names that requests may name; None for this machine only, () for any.
        contests: folder that keeps what readers contest; None where nobody answers.
        notes: folder that keeps field notes of the analyst's team until they are taken in; never in the public edition.
    """
    provider: Provider = Models.of(source) if isinstance(source, Path) else source
    contesting = contests is not None and find_spec("vigie.web.contest") is not None
    noting = notes is not None and not public
    made = Answers(provider, public=public, contesting=contesting, feeding=public, noting=noting)
    app = FastAPI(title="Vigie", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    if contesting and contests is not None:
        app.include_router(import_module("vigie.web.contest").contest_router(contests))
    if noting and notes is not None:
        app.include_router(import_module("vigie.web.field_note").note_router(notes))
    app.add_api_route("/", _root, methods=["GET", "HEAD"])
    app.add_api_route("/health", _health(made), methods=["GET", "HEAD"])
    app.add_api_route("/{lang}", _language_alone, methods=["GET", "HEAD"])
    app.add_api_route("/static/{name:path}", _static, methods=["GET", "HEAD"])
    if public:
        app.add_api_route("/feeds/alerts.{lang}.{form}", _feed(made), methods=["GET", "HEAD"])
    app.add_api_route("/{lang}/chart/{path:path}/{chart}.{form}", _chart(made), methods=["GET", "HEAD"])
    for kind in KINDS:  # before the pages: "/alert/r3" is no language
        app.add_api_route(f"/{kind}/{{rest:path}}", _address(made, kind), methods=["GET", "HEAD"])
        if kind != "alert":  # a page of its own
            app.add_api_route(
                f"/{{lang}}/{kind}/{{rest:path}}", _address(made, kind), methods=["GET", "HEAD"]
            )
    few = CapacityLimiter(_PAGES_AT_ONCE)
    for page in PAGES:
        if page.public or not public:
            app.add_api_route(
                f"/{{lang}}{page.path}", _page(made, page, few), methods=["GET", "HEAD"], name=page.name
            )
    _errors(app, made)
    app.add_middleware(Guard, failed=_failed(made), hosts=hosts)
    return app


def _send(
    request: Request, found: Answer, *, cached: str = "no-cache", more: Mapping[str, str] | None = None
) -> Response:
    """An answer, packed where the browser can unpack it; 304 where it has it already."""
    headers = {"etag": found.etag, "cache-control": cached, "vary": "accept-encoding", **(more or {})}
    if found.status == 200 and found.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if found.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["content-encoding"] = found.packed, "gzip"
    else:
        body = found.body
    return Response(body, status_code=found.status, media_type=found.media, headers=headers)


def _language(request: Request) -> str:
    return _language_in(request.url.path) or language_of(request.headers.get("accept-language", ""))


def _language_in(path: str) -> str:
    first = path.strip("/").partition("/")[0]
    return first if first in LANGUAGES else ""


def _failed(made: Answers) -> Callable[[str, Exception], Answer]:
    """An unexpected error as a page; on standard error its class and place only: its message may quote a document."""

    def failed(path: str, error: Exception) -> Answer:
        from vigie.pipeline import place_of

        print(
            f"vigie: unexpected {type(error).__name__} at {place_of(error) or 'start'}",
            file=sys.stderr,
            flush=True,
        )
        return made.plain(_language_in(path) or "fr", 500, "failed")

    return failed


def _root(request: Request) -> Response:
    lang = language_of(request.headers.get("accept-language", ""))
    return RedirectResponse(
        f"/{lang}/", status_code=307, headers={"vary": "accept-language", "cache-control": "no-cache"}
    )


def _language_alone(request: Request, lang: str) -> Response:
    if lang not in LANGUAGES:
        raise HTTPException(404)
    return RedirectResponse(f"/{lang}/", status_code=307)


def _health(made: Answers) -> Callable[..., Response]:
    def health() -> Response:
        try:
            with made.provider.lease() as model:
                return JSONResponse({"status": "ok", "stamp": model.stamp, "public": made.public})
        except NotReadyError:
            return JSONResponse({"status": "making"}, status_code=503, headers={"retry-after": "3"})

    return health


def _static(request: Request, name: str) -> Response:
    asset = assets().get(name)
    if asset is None:
        raise HTTPException(404)
    found = _packed(name)
    versioned = request.query_params.get("v") == asset.version
    return _send(request, found, cached=_FOREVER if versioned else "no-cache")


_PACKED: dict[str, Answer] = {}


def _packed(name: str) -> Answer:
    if name not in _PACKED:
        _PACKED[name] = answer(assets()[name].body, assets()[name].media)
    return _PACKED[name]


def _page(made: Answers, page: Page, few: CapacityLimiter) -> Callable[..., Awaitable[Response]]:
    """Pages known are sent at once; `few` are made at a time: they share one interpreter, and each takes memory."""

    async def show(request: Request) -> Response:
        lang, params = _place(request)
        query = _query(request)
        one = asked(lang, page, params, query, public=made.public)
        # A form sends its empty fields too: an address that is shared has none.
        if request.url.query and any(not value for value in query.values()):
            there = request.url.path + (f"?{one.query}" if one.query else "")
            return RedirectResponse(there, status_code=303)
        found = made.known(one)
        if found is None:
            found = await to_thread.run_sync(made.page, one, limiter=few)
        return _send(request, found)

    return show


def _address(made: Answers, kind: str) -> Callable[..., Response]:
    """A stable address leads to its page, without a language to that of the reader."""

    def show(request: Request, rest: str) -> Response:
        lang = str(request.path_params.get("lang") or _language(request))
        if lang not in LANGUAGES:
            raise HTTPException(404)
        target = target_of(f"{kind}/{rest}", public=made.public)
        links = ServerLinks(lang=lang, paths=PATHS, versions={})
        headers = {"vary": "accept-language", "cache-control": "no-cache"}
        return RedirectResponse(follow(links, target), status_code=303, headers=headers)

    return show


def _place(request: Request) -> tuple[str, dict[str, str]]:
    params: dict[str, Any] = dict(request.path_params)
    lang = params.pop("lang")
    if lang not in LANGUAGES:
        raise HTTPException(404)
    return lang, params


def _query(request: Request) -> dict[str, str]:
    if len(request.url.query) > _LONGEST_QUERY:
        raise HTTPException(414)
    return dict(request.query_params)


def _chart(made: Answers) -> Callable[..., Response]:
    def drawn(request: Request) -> Response:
        lang, params = _place(request)
        found = page_of(params["path"])
        if found is None:
            raise HTTPException(404)
        page, own = found
        chart, dot, narrow = params["chart"].partition(".")
        form = f"{narrow}{dot}{params['form']}"
        one = asked(lang, page, own, _query(request), public=made.public)
        more = (
            {"content-disposition": f'attachment; filename="{chart}.csv"'}
            if form == "csv" and chart.replace("-", "").isalnum() and chart.isascii()
            else {}
        )
        return _send(request, made.chart(one, chart, form), more=more)

    return drawn


def _feed(made: Answers) -> Callable[..., Response]:
    def feed(request: Request, lang: str, form: str) -> Response:
        if lang not in LANGUAGES or form not in ("atom", "json"):
            raise HTTPException(404)
        from vigie.web.feeds import feed_of

        with made.provider.lease() as model:
            return _send(request, feed_of(model, lang, form))

    return feed


def _errors(app: FastAPI, made: Answers) -> None:
    """Errors as pages; of an unexpected one nothing is told but that it was."""

    def said(request: Request, found: Answer, more: Mapping[str, str] | None = None) -> Response:
        return _send(request, found, cached="no-store", more=more)

    async def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        lang = _language(request)
        if status == 404:
            return said(request, made.not_found(lang))
        if status == 414:
            return said(request, made.plain(lang, 414, "too_long"))
        return Response(status_code=status, headers={"allow": "GET, HEAD"} if status == 405 else None)

    async def missing(request: Request, error: Exception) -> Response:
        what = error.what if isinstance(error, NotFoundError) else "page"
        return said(request, made.not_found(_language(request), what))

    async def bad(request: Request, error: Exception) -> Response:
        assert isinstance(error, BadFilterError)
        return said(request, made.bad_filter(_language(request), error))

    async def busy(request: Request, error: Exception) -> Response:
        return said(
            request, made.plain(_language(request), 503, "busy"), {"retry-after": str(BusyError.seconds)}
        )

    async def making(request: Request, error: Exception) -> Response:
        return said(
            request,
            made.plain(_language(request), 503, "making"),
            {"retry-after": str(NotReadyError.seconds)},
        )

    for kind, handler in (
        (HTTPException, http), (NotFoundError, missing), (BadFilterError, bad), (BusyError, busy), (NotReadyError, making),
    ):  # fmt: skip
        app.add_exception_handler(kind, handler)


def warm() -> None:
    """What the first page would wait for: the library, the names of places, and the first drawing of all."""
    from vigie.charts import Bar, bars, draw
    from vigie.lexicon.gazetteer import place_by_code

    assets()
    place_by_code("FR")
    drawn = bars("warm", "warm", [Bar(name="a", value=1.0)], lang="fr")
    if drawn is not None:
        draw.svg(drawn)


__all__ = ["make_app", "warm"]
