"""What a hostile reader or a hostile document tries on pages, feeds, charts and the API; each defence is shown to be what stops it.

Every route is taken from the application, so that a new one is attacked as soon as it exists. Left out: accounts, sessions and tokens
(`test_attacks_accounts.py`), slow and greedy clients (`test_operate.py`), what is read (`test_attacks_intake.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlencode

import duckdb
import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from attack_samples import (
    HOSTILE,
    LURE,
    Got,
    ask,
    came_out,
    filled,
    hostile_papers,
    parameters,
    routes,
    run_apart,
)
from report_store import build
from test_web_pages import DAY, model_of
from vigie.web import render
from vigie.web.app import make_app
from vigie.web.health import Operation
from vigie.web.pages import PAGES
from vigie.web.server import operated

EDITIONS = ("analyst", "public")


@dataclass(frozen=True, kw_only=True)
class Edition:
    client: TestClient
    app: ASGIApp
    model: Path
    routes: list[tuple[str, frozenset[str]]]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("attacked") / "vigie.duckdb", hostile_papers())


@pytest.fixture(scope="module")
def editions(store: Path) -> Iterator[dict[str, Edition]]:
    found = {}
    for name in EDITIONS:
        public = name == "public"
        model = model_of(store, public, DAY)
        beside = store.parent
        app = make_app(
            model, public=public, contests=beside / "contests" if public else None, notes=None if public else beside / "notes",
            store=store,
        )  # fmt: skip
        whole = operated(app, Operation())
        client = TestClient(whole, base_url="http://127.0.0.1", follow_redirects=False)
        found[name] = Edition(client=client, app=whole, model=model, routes=routes(app))
    yield found


@pytest.fixture(params=EDITIONS)
def edition(request: pytest.FixtureRequest, editions: dict[str, Edition]) -> Edition:
    return editions[request.param]


def test_every_route_is_seen(editions: dict[str, Edition]) -> None:
    """The list that the other tests go through is that of the application, parts included."""
    for name, edition in editions.items():
        paths = {path for path, _ in edition.routes}
        assert {f"/{{lang}}{p.path}" for p in PAGES if p.public or name == "analyst"} <= paths
        assert {
            "/health/ready",
            "/static/{name:path}",
            "/{lang}/contest" if name == "public" else "/{lang}/field-note",
        } <= paths


# Stored XSS.


def pages_of(edition: Edition) -> list[str]:
    """Addresses with what the store holds in them."""
    shown = [
        f"/{lang}{p.path}"
        for lang in ("fr", "en")
        for n, p in enumerate(PAGES)
        if "{" not in p.path
        and (p.public or "analyst" in str(edition.model))
        and (lang == "fr" or n % 4 == 0)
    ]
    known = [
        "/fr/substance/cocaine",
        "/fr/area/FR-69",
        "/fr/evidence?topic=prices",
        "/fr/documents?area=FR-69",
    ]
    linked: list[str] = []
    for path in ("/fr/documents", "/fr/evidence", "/fr/alerts", "/en/sources"):
        text = edition.client.get(path).text
        linked += re.findall(r'href="(/fr/(?:document|evidence|alert)/[^"?#]+)"', text)[:3]
    return [*shown, *known, *dict.fromkeys(linked)]


def test_no_document_writes_an_element_into_a_page(edition: Edition) -> None:
    """Titles, quotes, outlets, sources and file names that are hostile are text on every page of both languages."""
    seen = 0
    for path in pages_of(edition):
        answer = edition.client.get(path)
        assert answer.status_code in (200, 404) and came_out(answer.content) == [], path
        seen += "&lt;vx-t" in answer.text or "&lt;script&gt;vx()" in answer.text
        assert "<vx-t" not in answer.text
    assert seen >= (8 if "analyst" in str(edition.model) else 3), "the hostile words are shown"


def test_without_escapes_they_would(editions: dict[str, Edition], monkeypatch: pytest.MonkeyPatch) -> None:
    made = render.environment()
    bare = made.overlay(autoescape=False)
    bare.globals = made.globals
    monkeypatch.setattr(render, "environment", lambda: bare)
    app = make_app(editions["analyst"].model, public=False)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        found = came_out(client.get("/fr/evidence").content)
    assert "<vx-t>" in found and any("onerror" in f for f in found), (
        "the documents are hostile, the escapes stop them"
    )


def test_charts_and_feeds_are_well_formed_without_what_documents_wrote(edition: Edition) -> None:
    drawn: set[str] = set()
    for path in ("/fr/sources", "/fr/prices", "/fr/documents", "/fr/harms", "/en/channels"):
        for address in re.findall(
            r'href="(/[a-z]{2}/chart/[^"]+?\.(?:svg|csv|json)[^"]*)"', edition.client.get(path).text
        ):
            if ".svg" in address and (path in drawn or drawn):
                continue  # a drawing takes a third of a second
            answer = edition.client.get(address.replace("&amp;", "&"))
            assert answer.status_code == 200, address
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            if ".svg" in address:
                drawn.add(path)
                assert came_out(answer.content, xml=True) == [], address
    assert drawn
    if "public" in str(edition.model):
        for lang in ("fr", "en"):
            assert came_out(edition.client.get(f"/feeds/alerts.{lang}.atom").content, xml=True) == []
            assert (
                edition.client.get(f"/feeds/alerts.{lang}.json")
                .headers["content-type"]
                .startswith("application/feed+json")
            )


# What an address may hold.

SQL = (
    "x' OR '1'='1", "x'; DROP TABLE documents; --", "x' UNION SELECT * FROM documents --", "cocaine' AND '1'='1", "%", "_", "x\\' OR 1=1 --",
    "1 OR 1=1", "';SELECT pg_sleep(9)--", "')) OR (('1'='1", "read_text('/etc/passwd')", "FR-69' --", "$1", "?", "\u02bc OR 1=1", "x\x00' OR 1=1",
)  # fmt: skip
CRLF = (
    "x\r\nset-cookie: vx=1",
    "x\nvx-header: 1",
    "x%0d%0avx-header: 1",
    "\r\n\r\n<vx-t>",
    "x\u560d\u560aset-cookie: vx=1",
    "é\r\nvx-header:1",
)
WAYS = (
    "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "..\\..\\etc\\passwd", "/etc/passwd", "....//....//etc/passwd",
    "..%252f..%252fetc%252fpasswd", "..%c0%af..%c0%afetc/passwd", "fonts/../../../vigie.duckdb", "\x00../etc/passwd", "file:///etc/passwd", ".",
)  # fmt: skip
AWAY = (
    "//evil.example",
    "/\\evil.example",
    "https://evil.example/",
    "\\\\evil.example",
    "///evil.example",
    "/%2f%2fevil.example",
    "http:evil.example",
    "javascript:vx()",
    ".evil.example",
    "@evil.example",
    "\t//evil.example",
)
WILD = (
    "\ud7ff\ufffe",
    "9" * 300,
    "-1",
    "1e309",
    "NaN",
    "null",
    "[]",
    "{}",
    "%",
    "%zz",
    "\u202e",
    "a" * 1500,
    "0x10",
    "٣",
    "Ⅷ",
    "2025-13",
    "0000-Q0",
    "9999-Q9",
    "\udcff".encode("utf-8", "surrogatepass").decode("latin-1"),
)
EVERY = (*SQL, *CRLF, *WAYS, *AWAY, *WILD, HOSTILE)
# Filters, what pages take besides, and what other programs would take.
NAMES = sorted(
    {"substance", "area", "period", "grade", "language", "lang", "type", "since", "limit", "offset", "cursor", "page", "q", "topic", "key", "v", "x",
     "next", "url", "redirect", "return", "address", "receipt", "callback", "format", "sort", "public", "edition"} | {name for p in PAGES for name in p.query}
)  # fmt: skip
FILTERS = frozenset({"substance", "area", "period", "grade", "language"})
LEAKS = re.compile(
    r"Traceback|duckdb|Binder Error|Catalog Error|Parser Error|Conversion Error|\bSELECT\b.{0,40}\bFROM\b (?!documents --)|root:x:0|File \"|\.py\b",
    re.IGNORECASE,
)


def faults(edition: Edition, path: str, answer: Got) -> list[str]:
    """What is wrong with an answer, whatever was asked."""
    found = []
    if answer.status >= 500 and answer.status != 503:
        found.append(f"status {answer.status}")
    names = set(answer.headers)
    if any(name.startswith(("vx", "access-control")) for name in names) or "vx=" in answer.headers.get(
        "set-cookie", ""
    ):
        found.append(f"headers {names}")
    target = answer.headers.get("location", "/")
    plain = re.sub(r"[\x00-\x20]", "", unquote(unquote(target))).replace("\\", "/")
    if not target.startswith("/") or target.startswith(("//", "/\\")) or plain.startswith("//"):
        found.append(f"leads to {target}")
    wanted = ("content-security-policy", "x-content-type-options", "referrer-policy")
    found += [f"no {name}" for name in wanted if name not in names]
    if "frame-ancestors 'none'" not in answer.headers.get("content-security-policy", ""):
        found.append("may be framed")
    said = answer.text.replace(HOSTILE, "")
    if (
        answer.headers.get("content-type", "").startswith("text/html")
        and b"vx" in answer.body
        and came_out(answer.body)
    ):
        found.append(f"elements {came_out(answer.body)}")
    if answer.status >= 400 and (leak := LEAKS.search(said)):
        found.append(f"tells {leak[0]!r}")
    if "public" in str(edition.model) and LURE in answer.text:
        found.append("shows what is the analyst's")
    return [f"{path[:120]!r}: {fault}" for fault in found]


@pytest.mark.parametrize("share", [16, pytest.param(1, marks=pytest.mark.slow)], ids=["a part", "all"])
def test_no_address_breaks_out(edition: Edition, share: int) -> None:
    """Hostile values in every parameter of every path and behind every name after the question mark, in turns: each somewhere, and with
    `make test-all` each everywhere."""
    found: list[str] = []
    tried: set[str] = set()

    async def attack() -> None:
        turn = 0
        for path, methods in edition.routes:
            if "GET" not in methods:
                continue
            targets = []
            for name in parameters(path):
                for value in EVERY[turn % share :: share]:
                    targets += [filled(path, {name: quote(value, safe=safe)}) for safe in ("", "/:@\\")]
                    tried.add(value)
                turn += 1
            for number, name in enumerate(NAMES):
                if (number + turn) % share == 0 or name in FILTERS:
                    targets.append(f"{filled(path, {})}?{urlencode({name: EVERY[turn % len(EVERY)]})}")
                turn += 5
            if path.startswith("/{lang}/review") and share > 1:
                targets = targets[:: len(targets) // 4]  # they read the store anew each time
            for target in dict.fromkeys(targets):
                found.extend(faults(edition, target, await ask(edition.app, target)))

    run_apart(attack)
    assert found == []
    assert tried == set(EVERY)


def test_a_page_without_these_defences_is_seen(editions: dict[str, Edition], store: Path) -> None:
    """The same search finds each fault where a program makes it."""
    pages = editions["public"].model.parent

    async def careless(request: Request) -> Response:
        value = request.query_params.get("x", "")
        match request.url.path:
            case "/echo":
                return Response(f"<p>{value}</p>", media_type="text/html")
            case "/header":
                return Response("", headers={"x-said": value, "access-control-allow-origin": "*"})
            case "/away":
                return Response("", status_code=303, headers={"location": value})
            case "/file":
                with suppress(OSError, ValueError):
                    return Response(Path(pages, value).read_bytes())
                return Response("", status_code=404)
            case _:
                rows = (
                    duckdb.connect(str(store), read_only=True)
                    .sql(f"SELECT text FROM documents WHERE doc_id = '{value}'")
                    .fetchall()
                )
                return Response(str(rows))

    app = Starlette(
        routes=[Route(f"/{name}", careless) for name in ("echo", "header", "away", "file", "sql")]
    )
    bare = Edition(client=editions["public"].client, app=app, model=editions["public"].model, routes=[])

    async def said(path: str, value: str) -> str:
        target = f"{path}?{urlencode({'x': value})}"
        try:
            answer = await ask(bare.app, target)
        except (AssertionError, duckdb.Error) as error:
            return type(error).__name__
        return " ".join(faults(bare, target, answer)) + answer.text

    async def attack() -> None:
        assert "elements" in await said("/echo", HOSTILE)
        assert "AssertionError" in await said("/header", CRLF[0])
        assert "access-control" in await said("/header", "x")
        assert "leads to" in await said("/away", AWAY[0])
        assert "root:x:0" in await said("/file", "../" * 20 + "etc/passwd")
        assert "shows what is the analyst's" in await said("/sql", SQL[0])
        assert "ParserException" in await said("/sql", SQL[9])
        assert "no content-security-policy" in await said("/echo", "x") and "may be framed" in await said(
            "/echo", "x"
        )

    run_apart(attack)


# Who asks says what they may see, in every way but the right one.

LURES = {
    "query": [f"{name}={value}" for name in ("public", "edition", "role", "analyst", "admin", "debug", "auth", "user", "full", "scope") for value in ("0", "analyst", "admin", "true")],
    "headers": [
        {"x-http-method-override": "PUT", "x-original-url": "/fr/documents", "x-rewrite-url": "/fr/sources"},
        {"cookie": "role=admin; edition=analyst; vigie=x; __Host-vigie=x; public=0"},
        {"authorization": "Bearer vigie_admin", "x-user": "admin", "x-role": "admin", "remote-user": "admin", "x-forwarded-user": "admin"},
        {"authorization": "Basic YWRtaW46YWRtaW4=", "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1", "forwarded": "for=127.0.0.1;host=localhost"},
        {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "x-forwarded-prefix": "/evil", "origin": "https://evil.example", "referer": "http://127.0.0.1/fr/documents"},
        {"accept": "application/vnd.vigie.analyst+json", "accept-language": "fr;edition=analyst", "te": "analyst", "purpose": "analyst"},
    ],
}  # fmt: skip


def test_nothing_asked_for_lifts_the_public_rules(editions: dict[str, Edition]) -> None:
    """Public pages are the same bytes whatever is said in the address, in headers, cookies or by another method."""
    public = editions["public"]
    paths = [filled(path, {"id": "cocaine", "code": "FR-69", "version": "1"}) for path, methods in public.routes if "GET" in methods and not path.startswith(("/static", "/health"))]  # fmt: skip
    found: list[str] = []

    async def attack() -> None:
        for number, path in enumerate(dict.fromkeys(paths)):
            plain = await ask(public.app, path)
            assert LURE not in plain.text
            tries = [(f"{path}?{lure}", {}) for lure in LURES["query"][number % 5 :: 5]]
            tries += [(path, headers) for headers in LURES["headers"][number % 2 :: 2]]
            for target, headers in tries:
                got = await ask(public.app, target, headers=headers)
                same = got.status == plain.status and (got.body == plain.body or got.status in (303, 307))
                # A page of contests echoes its address; where a language is not named, that of the browser is.
                refused = got.status in (
                    400,
                    401,
                    403,
                    406,
                )  # the API takes no parameter that it does not know
                if not same and not refused and "error" not in got.text and path.count("/") > 1:
                    found.append(f"{target} {headers}: {got.status} for {plain.status}")
                assert LURE not in got.text, target
            for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "DEBUG", "get", "ANALYST"):
                got = await ask(public.app, path, method=method, headers={"x-http-method-override": "GET"})
                assert got.status in (400, 401, 403, 404, 405, 413, 415, 422) and LURE not in got.text, (
                    method,
                    path,
                    got.status,
                )

    run_apart(attack)
    assert found == []


def test_the_analysts_routes_are_not_the_publics(editions: dict[str, Edition]) -> None:
    """What only the analyst's edition answers is 404 for the public, in any writing; the analyst's shows what is hidden."""
    own = {path for path, _ in editions["analyst"].routes} - {path for path, _ in editions["public"].routes}
    shown = 0

    async def attack() -> None:
        nonlocal shown
        for path in own:
            target = filled(path, {})
            for written in (
                target,
                target.upper(),
                target + "/",
                "/" + target,
                target.replace("/", "//"),
                f"/./{target}",
                f"/fr/..{target}",
                target + "%2f",
                target + ";x",
                target + "%00",
            ):
                got = await ask(editions["public"].app, written)
                assert got.status in (404, 405, 307, 303, 400) and LURE not in got.text, (written, got.status)
        for path in ("/fr/evidence", "/fr/documents"):
            shown += LURE in (await ask(editions["analyst"].app, path)).text

    run_apart(attack)
    assert shown, "the lure is there for who may read it"


# Other sites.


def test_no_other_site_reads_frames_or_sends(edition: Edition) -> None:
    """No answer is shared with another origin or framed by one; a preflight gets nothing; a form of elsewhere is refused."""
    found: list[str] = []

    async def attack() -> None:
        for path, methods in edition.routes:
            target = filled(path, {})
            origins = ("https://evil.example", "null", "http://127.0.0.1.evil.example")
            for origin in origins[:1] if path.startswith("/{lang}/review") else origins:
                headers = {
                    "origin": origin,
                    "access-control-request-method": "PUT",
                    "access-control-request-headers": "x",
                }
                for method in ("GET", "OPTIONS"):
                    found.extend(
                        faults(
                            edition,
                            f"{method} {target}",
                            await ask(edition.app, target, method=method, headers=headers),
                        )
                    )
            for method in sorted(methods - {"GET", "HEAD"}):
                for headers in (
                    {"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
                    {"origin": "http://127.0.0.1:81"}, {"referer": "http://127.0.0.1/fr/"}, {},
                ):  # fmt: skip
                    sent = {
                        "content-type": "application/x-www-form-urlencoded",
                        "content-length": "1",
                    } | headers
                    got = await ask(edition.app, target, method=method, headers=sent, body=b"a")
                    if got.status not in (401, 403):
                        found.append(f"{method} {target} {headers}: {got.status}")

    run_apart(attack)
    assert found == []


HOSTS = [
    ("another name", "evil.example", 421), ("a name that begins alike", "127.0.0.1.evil.example", 421), ("an account before", "127.0.0.1@evil.example", 421),
    ("two", "127.0.0.1, evil.example", 421), ("none", "", 421), ("with a port", "localhost:8000", 200), ("a path behind", "127.0.0.1/evil.example", 421),
    ("this machine", "[::1]:8000", 200), ("odd writing", "0x7f.1", 421), ("a number", "2130706433", 421),
]  # fmt: skip


@pytest.mark.parametrize(("host", "status"), [h[1:] for h in HOSTS], ids=[h[0] for h in HOSTS])
def test_names_of_hosts(editions: dict[str, Edition], host: str, status: int) -> None:
    """DNS rebinding: a page of another name that leads to this machine reads nothing. Without the guard it would."""
    app = editions["analyst"].app

    async def attack() -> None:
        got = await ask(app, "/fr/documents", headers={"host": host})
        assert got.status == status
        assert (LURE in got.text or "vx-t" in got.text) is (status == 200)
        open_app = make_app(editions["analyst"].model, public=False, hosts=())
        assert (await ask(open_app, "/fr/documents", headers={"host": host})).status == 200

    run_apart(attack)
