"""The application: routes, and nothing else.

In: a provider of read models, which edition. Out: a FastAPI application. Endpoints are plain functions, so that each runs in a
thread of its own while charts are drawn; a page that was made before needs none.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from vigie.settings import Settings
from vigie.web.addresses import KINDS, target_of
from vigie.web.answers import Answers, BadFilterError, asked, language_of, page_of
from vigie.web.assets import assets
from vigie.web.cache import Answer, BusyError, answer
from vigie.web.content import NotFoundError
from vigie.web.context import Context
from vigie.web.headers import Guard
from vigie.web.identity import UNSAFE, ForbiddenError, default_who, same_origin, who
from vigie.web.links import LANGUAGES, ServerLinks, follow
from vigie.web.pages import PAGES, PATHS, Page
from vigie.web.provider import Models, NotReadyError, Provider

if TYPE_CHECKING:
    from vigie.web.auth import Doors
    from vigie.web.health import Operation

_LONGEST_QUERY = 2000
_PAGES_AT_ONCE = 2
_FOREVER = "public, max-age=31536000, immutable"
# Parts that hand over a router: module, function, whether the public edition has it.
_PARTS = (
    ("vigie.web.health", "health_router", True),
    ("vigie.web.api", "api_router", True),
    ("vigie.web.reviewing", "review_router", False),
)
_ACCOUNTS = re.compile(r"(/(?:fr|en)/accounts?)/.*")
# Pages of the analyst's edition that are no `Page`: a server with accounts asks who has no session to sign in.
_OF_THE_TEAM = ("/review", "/review/{rest:path}", "/field-note")
_SAID = {400: "unread", 413: "long_form", 414: "too_long", 415: "no_form"}  # keys of the words of a refusal


def make_app(
    source: Path | Provider,
    *,
    public: bool,
    hosts: Iterable[str] | None = None,
    contests: Path | None = None,
    notes: Path | None = None,
    doors: Doors | None = None,
    store: Path | None = None,
    settings: Settings | None = None,
    operation: Operation | None = None,
) -> FastAPI:
    """The pages over a read-model file, or over models that somebody lends.

    Args:
        hosts: names that requests may name; None for this machine only, () for any.
        contests: folder that keeps what readers contest; None where nobody answers.
        notes: folder that keeps field notes of the analyst's team until they are taken in; never in the public edition.
        doors: accounts, where `auth.Entrance` stands in front of this application (`team.py`); None where nobody signs in.
        store: where the store is, for the parts that work with it.
        operation: how the server is watched.
    """
    provider: Provider = Models.of(source) if isinstance(source, Path) else source
    contesting = contests is not None and find_spec("vigie.web.contest") is not None
    noting = notes is not None and not public
    door: Literal["", "login", "account"] = "" if doors is None else "login" if public else "account"
    made = Answers(
        provider,
        public=public,
        contesting=contesting,
        feeding=public,
        noting=noting,
        reviewing=store is not None and not public,
        door=door,
    )
    app = FastAPI(title="Vigie", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    if contesting and contests is not None:
        app.include_router(import_module("vigie.web.contest").contest_router(contests))
    if noting and notes is not None:
        app.include_router(import_module("vigie.web.field_note").note_router(notes))
    app.state.who, app.state.failed = default_who(public=public or doors is not None), _failed(made)
    context = Context(
        provider=provider, public=public, store=store, desk=doors.desk if doors else None, settings=settings or Settings(),
        operation=operation,
    )  # fmt: skip
    _parts(app, context)
    if doors is not None:
        app.include_router(import_module("vigie.web.auth_pages").auth_router(doors, public=public))
        if public:
            _sign_in_first(app)
    app.add_api_route("/", _root, methods=["GET", "HEAD"])
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
    _errors(app, made, asking=doors is not None)
    app.add_middleware(Guard, failed=app.state.failed, hosts=hosts)
    return app


def _parts(app: FastAPI, context: Context) -> None:
    """Routers of the parts, before the pages: `/api/v1` is no language."""
    for module, function, public in _PARTS:
        if (public or not context.public) and find_spec(module) is not None:
            make = getattr(import_module(module), function)
            app.include_router(make(context), dependencies=[Depends(same_origin)])


def _sign_in_first(app: FastAPI) -> None:
    """The analyst's pages, where nobody is signed in: known by their address, whatever is stored."""

    def ask(request: Request, lang: str) -> Response:
        if lang not in LANGUAGES:
            raise HTTPException(404)
        raise ForbiddenError("read", sign_in=who(request).via == "anonymous")

    sent = [Depends(same_origin)]
    for path in (*_OF_THE_TEAM, *(page.path for page in PAGES if not page.public)):
        app.add_api_route(f"/{{lang}}{path}", ask, methods=["GET", "HEAD", "POST"], dependencies=sent)


def _back(request: Request) -> str:
    """The query of the page of sign-in: where one comes back to, and that a form was sent for nothing."""
    path, query = request.url.path, request.url.query
    if request.method in UNSAFE:  # forms of a page of accounts go to addresses below it, which are no pages
        return urlencode({"next": _ACCOUNTS.sub(r"\1", path), "ended": "1"})
    return urlencode({"next": f"{path}?{query}" if query else path})


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
        mine = made.of(who(request))
        found = mine.known(one)
        if found is None:
            found = await to_thread.run_sync(mine.page, one, limiter=few)
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


def _errors(app: FastAPI, made: Answers, *, asking: bool) -> None:
    """Errors as pages; of an unexpected one nothing is told but that it was. `asking`: one may sign in."""

    def said(request: Request, found: Answer, more: Mapping[str, str] | None = None) -> Response:
        return _send(request, found, cached="no-store", more=more)

    async def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        lang = _language(request)
        if status == 404:
            return said(request, made.of(who(request)).not_found(lang))
        if status in _SAID:
            return said(request, made.of(who(request)).plain(lang, status, _SAID[status]))
        if status == 405:
            taken = dict(getattr(error, "headers", None) or {}).get("Allow", "GET, HEAD")
            if request.url.path.startswith("/api/"):
                problem = {"type": "about:blank", "title": "this method is not offered", "status": 405}
                headers = {"allow": taken, "cache-control": "no-store"}
                return JSONResponse(problem, 405, headers, media_type="application/problem+json")
            return said(request, made.of(who(request)).plain(lang, 405, "method"), {"allow": taken})
        return Response(status_code=status)

    async def nowhere(request: Request, error: Exception) -> Response:
        """An address of a language that there is none of."""
        return said(request, made.of(who(request)).not_found(_language(request)))

    async def missing(request: Request, error: Exception) -> Response:
        what = error.what if isinstance(error, NotFoundError) else "page"
        return said(request, made.of(who(request)).not_found(_language(request), what))

    async def bad(request: Request, error: Exception) -> Response:
        assert isinstance(error, BadFilterError)
        return said(request, made.of(who(request)).bad_filter(_language(request), error))

    async def busy(request: Request, error: Exception) -> Response:
        return said(
            request,
            made.of(who(request)).plain(_language(request), 503, "busy"),
            {"retry-after": str(BusyError.seconds)},
        )

    async def making(request: Request, error: Exception) -> Response:
        return said(
            request,
            made.of(who(request)).plain(_language(request), 503, "making"),
            {"retry-after": str(NotReadyError.seconds)},
        )

    async def forbidden(request: Request, error: Exception) -> Response:
        assert isinstance(error, ForbiddenError)
        lang = _language(request)
        if request.url.path.startswith("/api/"):
            status = 401 if error.sign_in else 403
            problem = {"type": "about:blank", "title": "not allowed", "status": status, "detail": str(error)}
            headers = {"cache-control": "no-store"} | (
                {"www-authenticate": "Bearer"} if error.sign_in else {}
            )
            return JSONResponse(
                problem, status_code=status, headers=headers, media_type="application/problem+json"
            )
        if asking and error.sign_in:
            return RedirectResponse(
                f"/{lang}/login?{_back(request)}", status_code=303, headers={"cache-control": "no-store"}
            )
        return said(request, made.of(who(request)).forbidden(lang, error.what, who(request)))

    for kind, handler in (
        (HTTPException, http), (RequestValidationError, nowhere), (NotFoundError, missing), (BadFilterError, bad), (BusyError, busy),
        (NotReadyError, making), (ForbiddenError, forbidden),
    ):  # fmt: skip
        app.add_exception_handler(kind, handler)


def warm() -> None:
    """What the first page would wait for: the library, the names of places, and the first drawing of all."""
    from vigie.charts import Bar, bars
    from vigie.charts.apart import artist
    from vigie.lexicon.gazetteer import place_by_code

    assets()
    place_by_code("FR")
    drawn = bars("warm", "warm", [Bar(name="a", value=1.0)], lang="fr")
    if drawn is not None:
        artist().draw(drawn, "svg")


__all__ = ["make_app", "warm"]
