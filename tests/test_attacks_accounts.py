"""Attacks on accounts, each beside itself with the defence off: there it works, so that the test would notice if the defence were not there.

Guessing (one name, many names, all at once), names told by time, locking out, sessions fixed or stolen, forms of other sites, pages and tokens
of another role, ids of others, fields that a form has not, ways out after sign-in, cookies, a log that is altered.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Response
from fastapi.testclient import TestClient

from accounts_desks import HERE, OWN, PASSWORD, Desks, Place, browser, csrf_of, enter, post
from report_store import Paper, Said, build, price
from vigie.accounts.audit import Audit, Line
from vigie.accounts.desk import Desk, SignInError
from vigie.accounts.passwords import Hasher
from vigie.accounts.records import ROLES, Who
from vigie.accounts.sessions import Session, Sessions
from vigie.accounts.throttle import Bucket, Throttle, WaitError
from vigie.accounts.tokens import Tokens
from vigie.readmodel import build as readmodel
from vigie.web import auth, auth_pages, field_note, identity
from vigie.web.auth import Doors, Entrance
from vigie.web.provider import Models
from vigie.web.team import make_team_app

Defence = pytest.mark.parametrize("defended", [True, False], ids=["defended", "defence_off"])
SECRET = "Marceau"  # stands in one press article only: no public page may hold it


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Models]:
    """Both editions of a store with one article: too little for anything to be public."""
    says = [Said(sentence=f"Le gramme {SECRET} se vend 60 euros.", value=price(60.0), place="FR-69")]
    paper = Paper(source="un", published="2025-02-10", says=says, title=f"Titre {SECRET}")
    store = build(tmp_path_factory.mktemp("attacks") / "vigie.duckdb", [paper])
    made = {}
    for public in (True, False):
        out = store.with_name(f"{public}.pages")
        readmodel.build(store, out, public=public)
        made[public] = Models.of(out)
    return made


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.desk.close()


@pytest.fixture(scope="module")
def made(models: dict[bool, Models], tmp_path_factory: pytest.TempPathFactory) -> tuple[Desks, Any]:
    """The application, made once."""
    desks: Any = Desks()
    notes = tmp_path_factory.mktemp("notes")
    return desks, make_team_app(models[True], models[False], desk=desks, notes=notes)


@pytest.fixture
def app(place: Place, made: tuple[Desks, Any]) -> Any:
    made[0].held = place.desk
    return made[1]


@pytest.fixture
def client(app: Any) -> TestClient:
    return browser(app)


def signed(app: Any, role: str) -> TestClient:
    client = browser(app)
    assert enter(client, f"{role}-one").status_code == 303
    return client


def guesses(desk: Desk, name: str, count: int, device: str = "") -> int:
    """How many passwords were looked at of so many guesses."""
    before = desk.hasher.computed
    for number in range(count):
        with pytest.raises((SignInError, WaitError)):
            desk.authenticate(name, f"guess {number}", device=device)
    return desk.hasher.computed - before


# Guessing


@Defence
def test_brute_force_at_one_name(place: Place, monkeypatch: pytest.MonkeyPatch, defended: bool) -> None:
    """A day of guessing one after the other, one a second, looks at few passwords."""
    if not defended:
        monkeypatch.setattr(Throttle, "_wait", lambda self, count: 0.0)
    looked = 0
    for _ in range(24 * 20):  # every three minutes of a day
        place.clock.at += 180
        looked += guesses(place.desk, "editor-one", 1)
    assert (looked < 120) is defended
    if not defended:
        assert looked == 24 * 20


@Defence
def test_brute_force_at_once(place: Place, monkeypatch: pytest.MonkeyPatch, defended: bool) -> None:
    """Guesses that arrive together are counted before they are looked at."""
    if not defended:  # counted afterwards, as it is often written
        monkeypatch.setattr(Throttle, "begin", lambda self, folded, device: self.key(folded, device))
    before = place.desk.hasher.computed

    def one(number: int) -> None:
        with pytest.raises((SignInError, WaitError)):
            place.desk.authenticate("editor-one", f"guess {number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(40)))
    looked = place.desk.hasher.computed - before
    assert looked == (place.rules.free if defended else 40)


@Defence
def test_one_password_at_many_names(place: Place, monkeypatch: pytest.MonkeyPatch, defended: bool) -> None:
    if not defended:
        monkeypatch.setattr(Bucket, "take", lambda self: None)
    before = place.desk.hasher.computed
    for number in range(200):
        with pytest.raises((SignInError, WaitError)):
            place.desk.authenticate(f"name{number}", "printemps2026 lyon")
    looked = place.desk.hasher.computed - before
    assert looked == (place.rules.burst if defended else 200)


@Defence
def test_nobody_is_locked_out_by_another(
    place: Place, monkeypatch: pytest.MonkeyPatch, defended: bool
) -> None:
    """Somebody fails at a name all the time: the person goes on signing in with the browser that they used before."""
    desk, clock = place.desk, place.clock
    device = desk.sessions.know(place.ids["editor"])
    if not defended:
        monkeypatch.setattr(Sessions, "known", lambda self, account, device: False)
    refused = 0
    for _ in range(40):
        clock.at += 1800
        guesses(desk, "editor-one", 10)
        try:
            assert desk.authenticate("editor-one", PASSWORD, device=device).name == "editor-one"
        except WaitError as error:
            refused += 1
            assert (
                error.seconds <= place.rules.longest_wait
            )  # nobody waits for ever, also without a known browser
    assert refused == (0 if defended else 40)


def test_a_known_browser_of_one_account_opens_no_lane_to_another(place: Place) -> None:
    device = place.desk.sessions.know(place.ids["reader"])
    assert guesses(place.desk, "editor-one", 50, device=device) == place.rules.free
    assert guesses(place.desk, "reader-one", 50, device=device) == place.rules.free  # nor to its own


def test_a_wait_is_told_alike_for_names_that_nobody_has(client: TestClient) -> None:
    answers: dict[str, list[Any]] = {}
    for name in ("reader-one", "nobody-at-all"):
        answers[name] = [enter(client, name, "wrong") for _ in range(7)]
    one, other = answers.values()
    assert [a.status_code for a in one] == [401] * 5 + [429] * 2 == [a.status_code for a in other]
    assert one[6].headers["retry-after"] == other[6].headers["retry-after"]
    assert [a.text for a in one] == [a.text.replace("nobody-at-all", "reader-one") for a in other]


# Names told by time


@Defence
def test_every_look_at_a_name_costs_one_hash(
    place: Place, monkeypatch: pytest.MonkeyPatch, defended: bool
) -> None:
    """Counted, not timed: a name that nobody has, a disabled account, one without a password, one with."""
    desk = place.desk
    desk.people.set_disabled(desk.people.of(place.ids["reviewer"]), True)
    desk.people.add("through-provider", "reader")
    if not defended:
        real = Hasher.verify
        monkeypatch.setattr(
            Hasher, "verify", lambda self, kept, typed: real(self, kept, typed) if kept else False
        )
    cost = {}
    for name in ("nobody", "reviewer-one", "through-provider", "reader-one", "x" * 5000, "\ud800"):
        before = desk.hasher.computed
        with pytest.raises(SignInError):
            desk.authenticate(name, "wrong")
        cost[name] = desk.hasher.computed - before
    assert (set(cost.values()) == {1}) is defended
    assert cost["reader-one"] == 1 and (cost["nobody"] == 1) is defended


def test_a_name_without_a_password_opens_with_none(place: Place) -> None:
    """The hash that unknown names are compared with is of no password that anybody can type."""
    place.desk.people.add("through-provider", "reader")
    for name in ("through-provider", "nobody"):
        for typed in ("", "x" * 300, PASSWORD):
            with pytest.raises(SignInError):
                place.desk.authenticate(name, typed)
        place.clock.at += 3600


# Sessions


@Defence
def test_session_fixation(place: Place, app: Any, monkeypatch: pytest.MonkeyPatch, defended: bool) -> None:
    """The attacker has their own session, puts its cookie into another's browser, and waits for them to sign in."""
    attacker = signed(app, "reader")
    planted = attacker.cookies["vigie"]
    if not defended:  # the session that the browser came with becomes theirs

        def adopts(self: Desk, account: Any, *, presented: str = "", how: str = "password") -> str:
            self._file.run("UPDATE sessions SET account = ?", account.id)
            return presented

        monkeypatch.setattr(Desk, "sign_in", adopts)
    victim = browser(app)
    victim.cookies.set("vigie", planted)
    page = victim.get("/fr/account")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf is not None
    answer = victim.post(
        "/fr/login", data={"name": "editor-one", "password": PASSWORD, "csrf": csrf[1]}, headers=OWN
    )
    assert answer.status_code == 303
    attacker.cookies.clear()
    attacker.cookies.set("vigie", planted)
    got = attacker.get("/fr/account")
    assert ("editor-one" in got.text) is not defended
    assert (got.status_code == 303) is defended  # the planted session has ended


@pytest.mark.parametrize("cookie", ["made-up", "a" * 43, "", "é", "' OR 1=1 --"])
def test_a_session_id_that_was_not_made_here_opens_nothing(client: TestClient, cookie: str) -> None:
    answer = client.get("/fr/account", headers={"cookie": f"vigie={cookie}".encode()})
    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers


def test_signing_out_ends_the_session_on_the_server(app: Any) -> None:
    client = signed(app, "reader")
    stolen = client.cookies["vigie"]
    answer = post(client, "/fr/logout")
    assert answer.status_code == 303 and answer.headers["clear-site-data"] == '"cache"'
    thief = browser(app)
    thief.cookies.set("vigie", stolen)
    assert thief.get("/fr/account").status_code == 303


def test_a_new_password_ends_what_was_stolen(app: Any, place: Place) -> None:
    client = signed(app, "reader")
    thief = browser(app)
    thief.cookies.set("vigie", client.cookies["vigie"])
    new = "une autre phrase longue"
    assert post(client, "/fr/account/password", current="wrong", new=new, again=new).status_code == 403
    assert post(client, "/fr/account/password", current=PASSWORD, new=new, again=new).status_code == 303
    assert thief.get("/fr/account").status_code == 303
    assert client.get("/fr/account").status_code == 200  # with another session
    with pytest.raises(SignInError):
        place.desk.authenticate("reader-one", PASSWORD)


COOKIES = [
    # id, hosts, base, name, secure
    ("this_machine", None, HERE, "vigie", False),
    ("behind_tls", ("observatory.example",), "https://observatory.example", "__Host-vigie", True),
]


@pytest.mark.parametrize(
    ("hosts", "base", "name", "secure"), [c[1:] for c in COOKIES], ids=[c[0] for c in COOKIES]
)
def test_cookie_flags(place: Place, hosts: Any, base: str, name: str, secure: bool) -> None:
    """Defence off is the other row: without `secure` the cookie goes over plain HTTP, and its name may be set by a neighbouring host."""
    client = browser(make_team_app(Models(), Models(), desk=place.desk, hosts=hosts), base)
    answer = client.post("/fr/login", data={"name": "reader-one", "password": PASSWORD}, headers=OWN)
    given = answer.headers.get_list("set-cookie")
    assert [c.partition("=")[0] for c in given] == [name, f"{name}-device"]
    for cookie in given:
        flags = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/"} <= flags
        assert ("secure" in flags) is secure
        assert not any(flag.startswith("domain") for flag in flags)
    assert "max-age" not in given[0].lower()  # the session ends with the browser
    assert client.get("/fr/account").status_code == 200


# Forms of other sites

FORGED = [
    # id, headers, what the form holds, whether only the token stops it
    ("other_site", {"sec-fetch-site": "cross-site"}, {}, False),
    ("sibling_host", {"sec-fetch-site": "same-site"}, {}, False),
    ("old_browser", {"origin": "https://attacker.example"}, {}, False),
    ("no_word_of_where_from", {}, {}, False),
    ("null_origin", {"origin": "null"}, {}, False),
    ("own_page_without_token", OWN, {}, True),
    ("own_page_empty_token", OWN, {"csrf": ""}, True),
    ("own_page_made_up_token", OWN, {"csrf": "QUFB" * 22}, True),
    ("own_page_two_tokens", OWN, {"csrf": ["x", "y"]}, True),
]


@Defence
@pytest.mark.parametrize(("headers", "held", "by_token"), [c[1:] for c in FORGED], ids=[c[0] for c in FORGED])
def test_csrf(
    place: Place,
    app: Any,
    monkeypatch: pytest.MonkeyPatch,
    headers: dict[str, str],
    held: dict[str, Any],
    by_token: bool,
    defended: bool,
) -> None:
    client = signed(app, "admin")
    if not defended:
        monkeypatch.setattr(auth, "own", lambda request: True)
        monkeypatch.setattr(Session, "proves", lambda self, field: True)
        held = {"csrf": "anything"}
    sent = {"account": place.ids["reader"], "role": "admin", **held}
    answer = client.post("/fr/accounts/role", data=sent, headers=headers)
    role = place.desk.people.of(place.ids["reader"]).role
    assert (answer.status_code, role) == ((403, "reader") if defended else (303, "admin"))
    if defended:
        assert place.desk.people.all()  # and the log says that one was refused
        assert list(place.desk.audit.lines())[-1].action == "csrf.refused"


def test_csrf_with_the_token_of_another_session_or_of_an_earlier_one(place: Place, app: Any) -> None:
    mine, other = csrf_of(signed(app, "admin")), signed(app, "admin")
    assert (
        post(other, "/fr/accounts/role", mine, account=place.ids["reader"], role="editor").status_code == 403
    )
    earlier = csrf_of(other)
    enter(other, "admin-one", csrf=earlier)
    assert post(
        other, "/fr/accounts/role", earlier, account=place.ids["reader"], role="editor"
    ).status_code in (303, 403)
    fresh = csrf_of(other)
    assert fresh != csrf_of(other)  # another mask each time: what is packed does not tell it byte by byte
    assert (
        post(other, "/fr/accounts/role", fresh, account=place.ids["reader"], role="editor").status_code == 303
    )


BODIES = [
    ("json", {"content-type": "application/json"}, b'{"csrf": "x"}', 403),
    ("multipart", {"content-type": "multipart/form-data; boundary=x"}, b"--x--", 403),
    ("text", {"content-type": "text/plain"}, b"csrf=x", 403),
    ("megabytes", {"content-type": "application/x-www-form-urlencoded"}, b"csrf=" + b"x" * 2_000_000, 403),
    ("no_ascii", {"content-type": "application/x-www-form-urlencoded"}, b"csrf=\xff\xfe", 403),
    ("many_fields", {"content-type": "application/x-www-form-urlencoded"}, b"a=1&" * 9000, 403),
]


@pytest.mark.parametrize(("headers", "body", "status"), [c[1:] for c in BODIES], ids=[c[0] for c in BODIES])
def test_bodies_that_are_no_form_prove_nothing(
    app: Any, headers: dict[str, str], body: bytes, status: int
) -> None:
    client = signed(app, "reader")
    assert client.post("/fr/logout", content=body, headers={**OWN, **headers}).status_code == status
    assert client.get("/fr/account").status_code == 200


def test_a_header_proves_a_session_too(app: Any) -> None:
    client = signed(app, "reader")
    headers = {**OWN, "x-csrf-token": csrf_of(client)}
    assert client.post("/fr/logout", headers={**headers, "x-csrf-token": "x"}).status_code == 403
    assert client.post("/fr/logout", headers=headers).status_code == 303


@Defence
def test_login_csrf(place: Place, app: Any, monkeypatch: pytest.MonkeyPatch, defended: bool) -> None:
    """Another site signs the reader's browser in to the attacker's account, to read later what is written there."""
    if not defended:
        monkeypatch.setattr(identity, "own", lambda request: True)
    victim = browser(app)
    sent = {"name": "reader-one", "password": PASSWORD}
    answer = victim.post(
        "/fr/login", data=sent, headers={"sec-fetch-site": "cross-site", "origin": "https://attacker.example"}
    )
    assert ("vigie" in victim.cookies) is not defended
    assert answer.status_code == (403 if defended else 303)


@Defence
@pytest.mark.parametrize("public", [True, False], ids=["public", "local"])
def test_forms_of_other_sites_where_nobody_signs_in(
    monkeypatch: pytest.MonkeyPatch, public: bool, defended: bool
) -> None:
    """On one's own machine there is no session to steal, but a page of another site can send forms to it: the parts take none."""
    if not defended:
        monkeypatch.setattr(identity, "own", lambda request: True)
    router = APIRouter()
    router.add_api_route("/fr/change", lambda: "changed", methods=["GET", "POST"])
    app = FastAPI(
        exception_handlers={identity.ForbiddenError: lambda request, error: Response(status_code=403)}
    )
    app.state.who = identity.default_who(public=public)
    app.include_router(router, dependencies=[Depends(identity.same_origin)])
    client = browser(app)
    assert client.post("/fr/change", headers=OWN).status_code == 200
    assert client.get("/fr/change", headers={"sec-fetch-site": "cross-site"}).status_code == 200
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"origin": "https://attacker.example"},
        {"origin": "null"},
        {},
    ):
        assert client.post("/fr/change", headers=headers).status_code == (403 if defended else 200)


# Pages and tokens of another role

PAGES = [
    # path, roles that may read it
    ("/fr/account", {"public", "reader", "reviewer", "editor", "admin"}),
    ("/fr/accounts", {"admin"}),
    ("/en/field-note", {"reader", "reviewer", "editor", "admin"}),
]


@pytest.mark.parametrize(("path", "roles"), PAGES, ids=[p[0] for p in PAGES])
def test_pages_of_another_role(app: Any, path: str, roles: set[str]) -> None:
    anonymous = browser(app).get(path)
    assert anonymous.status_code == 303 and "/login?next=" in anonymous.headers["location"]
    for role in ROLES:
        status = signed(app, role).get(path).status_code
        assert (status not in (403, 404)) is (role in roles), (role, status)


@Defence
def test_what_is_public_does_not_depend_on_what_one_asks(
    app: Any, models: dict[bool, Models], monkeypatch: pytest.MonkeyPatch, defended: bool
) -> None:
    """No parameter, header or path shows the analyst's edition to who has no session, or one without the right."""
    if not defended:
        monkeypatch.setattr(Who, "may", lambda self, right: True)
    client, public = browser(app), signed(app, "public")
    asked = [
        client.get("/fr/"), client.get("/fr/?public=0&edition=analyst&role=admin"), client.get("/fr/", headers={"x-forwarded-user": "admin-one", "x-role": "admin"}),
        client.get("/fr/", headers={"cookie": "role=admin; public=0"}), client.get("/fr/evidence?topic=retail&key=cocaine~g&area=FR-69&period=2025-Q1&grade=B"),
        client.get("/fr/", headers={"authorization": "Basic YWRtaW46YWRtaW4="}), public.get("/fr/"), public.get("/fr/documents"),
        client.get("//fr/documents"), client.get("/static/../fr/documents"), client.get("/fr/contest/../documents"),
    ]  # fmt: skip
    shown = any("à ne pas diffuser" in a.text or SECRET in a.text for a in asked)
    assert shown is not defended
    analyst = signed(app, "reader").get("/fr/")
    assert analyst.status_code == 200
    assert analyst.headers["cache-control"] == "no-store" and "cookie" in analyst.headers["vary"]
    assert "cookie" in asked[0].headers["vary"]


def test_the_analysts_edition_is_another(app: Any) -> None:
    """What the test above looks for is there for who may read it."""
    assert "à ne pas diffuser" in signed(app, "reader").get("/fr/").text
    assert SECRET in signed(app, "reader").get("/fr/documents").text


TOKENS: list[tuple[str, Callable[[str], dict[str, str]], int]] = [
    ("good", lambda t: {"authorization": f"Bearer {t}"}, 200),
    ("lower_case", lambda t: {"authorization": f"bearer {t}"}, 200),
    ("cut", lambda t: {"authorization": f"Bearer {t[:-1]}"}, 401),
    ("other_case", lambda t: {"authorization": f"Bearer {t.swapcase()}"}, 401),
    ("empty", lambda t: {"authorization": "Bearer "}, 401),
    ("long", lambda t: {"authorization": f"Bearer {t * 200}"}, 401),
    ("two", lambda t: {"authorization": f"Bearer {t},{t}"}, 401),
]


@pytest.mark.parametrize(("headers", "status"), [c[1:] for c in TOKENS], ids=[c[0] for c in TOKENS])
def test_tokens(app: Any, place: Place, headers: Callable[[str], dict[str, str]], status: int) -> None:
    secret, _ = place.desk.tokens.make(place.ids["reader"], ["read"])
    answer = browser(app).get("/api/v1/documents", headers=headers(secret))
    assert answer.status_code == status
    assert (SECRET in answer.text) is (status == 200)


def test_a_token_opens_no_page_of_accounts_and_never_more_than_its_scopes(app: Any, place: Place) -> None:
    secret, _ = place.desk.tokens.make(place.ids["admin"], ["read"])
    client = browser(app)
    client.headers["authorization"] = f"Bearer {secret}"
    for path in ("/fr/account", "/fr/accounts"):
        assert client.get(path).status_code == 403
    for path, sent in (
        ("/fr/accounts/role", {"account": place.ids["reader"], "role": "admin"}),
        ("/fr/account/tokens", {"days": "9", "read": "on"}),
    ):
        assert client.post(path, data=sent).status_code == 403
    assert place.desk.people.of(place.ids["reader"]).role == "reader"
    public, _ = place.desk.tokens.make(place.ids["public"], ["read", "export"])
    bearer = {"authorization": f"Bearer {public}"}
    assert SECRET not in browser(app).get("/api/v1/documents", headers=bearer).text


@Defence
def test_a_token_opens_no_page(
    app: Any, place: Place, monkeypatch: pytest.MonkeyPatch, defended: bool
) -> None:
    """Pages ask for no scope: with `read` alone one would have whole texts, which the API gives with `export`."""
    if not defended:
        monkeypatch.setattr(auth, "_OF_TOKENS", re.compile(""))
    secret, _ = place.desk.tokens.make(place.ids["reader"], ["read"])
    client, bearer = browser(app), {"authorization": f"Bearer {secret}"}
    refused = [
        client.get(path, headers=bearer) for path in ("/fr/documents", "/fr/", "/en/review", "/x/api/v1")
    ]
    assert all(a.status_code == 403 for a in refused) is defended
    assert any(SECRET in a.text for a in refused) is not defended
    if defended:
        assert {a.headers["content-type"] for a in refused} == {"application/problem+json"}
        assert "the API alone" in refused[0].json()["detail"]


@Defence
def test_a_token_writes_no_field_note(
    app: Any, place: Place, monkeypatch: pytest.MonkeyPatch, defended: bool
) -> None:
    """Also where the entrance lets it in: the page itself asks for a session."""
    monkeypatch.setattr(auth, "_OF_TOKENS", re.compile(""))
    if not defended:
        monkeypatch.setattr(field_note, "_writer", lambda request: None)
    secret, _ = place.desk.tokens.make(place.ids["reviewer"], ["read", "review"])
    client, bearer = browser(app), {**OWN, "authorization": f"Bearer {secret}"}
    note = {"step": "keep", "text": "Produit : cocaïne"}
    answers = [
        client.get("/fr/field-note", headers=bearer),
        client.post("/fr/field-note", data=note, headers=bearer),
    ]
    assert [a.status_code for a in answers] == [403 if defended else 200] * 2


def test_a_bad_token_is_not_helped_by_a_good_cookie(app: Any) -> None:
    client = signed(app, "admin")
    assert client.get("/fr/documents", headers={"authorization": "Bearer vigie_x"}).status_code == 401


# Ids of others


@Defence
def test_idor_on_sessions_and_tokens(
    app: Any, place: Place, monkeypatch: pytest.MonkeyPatch, defended: bool
) -> None:
    """Ids of another account's session and token, in the forms of one's own."""
    victim, attacker = signed(app, "editor"), signed(app, "reader")
    (session,) = place.desk.sessions.of(place.ids["editor"])
    secret, token = place.desk.tokens.make(place.ids["editor"], ["read"])
    if not defended:
        monkeypatch.setattr(
            Sessions,
            "end_one",
            lambda self, account, handle: self._file.run("DELETE FROM sessions WHERE handle = ?", handle) > 0,
        )
        monkeypatch.setattr(
            Tokens,
            "revoke",
            lambda self, account, id_, *, by="": (
                self._file.run("UPDATE tokens SET revoked_at = 1 WHERE id = ?", id_) > 0
            ),
        )
    ended = post(attacker, "/fr/account/sessions/end", handle=session.handle)
    revoked = post(attacker, "/fr/account/tokens/revoke", id=token.id)
    assert [ended.status_code, revoked.status_code] == ([404, 404] if defended else [200, 200])
    assert (victim.get("/fr/account").status_code == 200) is defended
    assert (place.desk.of_token(secret) is not None) is defended


def test_a_page_shows_nothing_of_others(app: Any, place: Place) -> None:
    signed(app, "editor")
    _, token = place.desk.tokens.make(place.ids["editor"], ["read"], label="of another")
    (session,) = place.desk.sessions.of(place.ids["editor"])
    page = signed(app, "reader").get("/fr/account").text
    for theirs in (token.id, "of another", session.handle, place.ids["editor"], "editor-one"):
        assert theirs not in page


@Defence
@pytest.mark.parametrize("role", ["public", "reader", "reviewer", "editor"])
def test_idor_on_accounts(
    app: Any, place: Place, monkeypatch: pytest.MonkeyPatch, role: str, defended: bool
) -> None:
    """One's own account and another's, in the forms of the admin."""
    client = signed(app, role)
    csrf = csrf_of(client)
    if not defended:
        monkeypatch.setattr(auth_pages, "require", lambda request, right: identity.who(request))
    for id_ in (place.ids[role], place.ids["admin"], "local", "' OR 1=1 --"):
        raised = client.post(
            "/fr/accounts/role", data={"csrf": csrf, "account": id_, "role": "admin"}, headers=OWN
        )
        off = client.post(
            "/fr/accounts/state", data={"csrf": csrf, "account": id_, "state": "disable"}, headers=OWN
        )
        assert not defended or {raised.status_code, off.status_code} == {403}
    assert (place.desk.people.of(place.ids[role]).role == role) is defended
    assert not place.desk.people.of(place.ids["admin"]).disabled or not defended


# Fields that a form has not


@Defence
def test_mass_assignment(app: Any, place: Place, monkeypatch: pytest.MonkeyPatch, defended: bool) -> None:
    """What a form adds to its fields is not read: no role, owner, or scope comes in that way."""
    client = signed(app, "reader")
    more = {"role": "admin", "account": place.ids["admin"], "account_id": place.ids["admin"], "scopes": "read review export manage", "manage": "on",
            "disabled": "0", "by_rule": "1", "id": place.ids["admin"], "expires_at": "99999999999"}  # fmt: skip
    if not defended:  # as if all fields went into the row

        def all_of_it(self: Tokens, account: str, scopes: Any, **kept: Any) -> Any:
            return made(self, more["account"], ["export"], **kept)

        made = Tokens.make
        monkeypatch.setattr(Tokens, "make", all_of_it)
    answer = post(client, "/fr/account/tokens", days="9", read="on", **more)
    assert answer.status_code == 200
    new = "une autre phrase longue"
    assert (
        post(client, "/fr/account/password", current=PASSWORD, new=new, again=new, **more).status_code == 303
    )
    account = place.desk.people.of(place.ids["reader"])
    assert (account.role, account.by_rule) == ("reader", False)
    assert (place.desk.tokens.of(place.ids["admin"]) == []) is defended
    mine = place.desk.tokens.of(place.ids["reader"])
    assert [(t.scopes, t.expires_at) for t in mine] == (
        [({"read"}, place.clock.at + 9 * 86400)] if defended else []
    )


# Ways out after sign-in

OUT = [
    "https://attacker.example/", "//attacker.example/", "/\\attacker.example/", "\\\\attacker.example", "/fr//attacker.example\\..", "javascript:alert(1)",
    "/%2f%2fattacker.example", "http:attacker.example", "/fr/\r\nset-cookie: a=b", "/fr/\tx", "/de/", "fr/prices", "", "/fr", "//fr/x", "/fr/login?next=//attacker.example",
    "/fr/" + "x" * 600, "/fr/é", "https://127.0.0.1@attacker.example/fr/",
]  # fmt: skip


@pytest.mark.parametrize("there", OUT)
def test_open_redirect(app: Any, there: str) -> None:
    answer = enter(browser(app), "reader-one", back=there)
    assert answer.headers["location"] == "/fr/"
    assert "a=b" not in str(answer.headers.get_list("set-cookie"))


@pytest.mark.parametrize("there", OUT[:3])
def test_open_redirect_with_the_defence_off(app: Any, monkeypatch: pytest.MonkeyPatch, there: str) -> None:
    monkeypatch.setattr(auth_pages, "local_path", lambda asked, lang: asked)
    assert "attacker.example" in enter(browser(app), "reader-one", back=there).headers["location"]


@pytest.mark.parametrize(
    "there", ["/fr/prices", "/en/evidence?topic=retail&key=cocaine~g&area=FR", "/fr/review/o-1#x"]
)
def test_one_comes_back_to_where_one_was(app: Any, there: str) -> None:
    assert enter(browser(app), "reader-one", back=there).headers["location"] == there


def test_hostile_names_are_shown_back_escaped_and_kept_nowhere(app: Any, place: Place) -> None:
    hostile = "<script>alert(1)</script>\"'{{7*7}}"
    page = enter(browser(app), hostile, "wrong", back=hostile).text
    assert "<script>alert" not in page and "{{7*7}}" in page and 'value="/fr/"' in page
    assert b"script" not in place.everything()


# A log that is altered


def written(place: Place) -> list[str]:
    """Ten lines; the hashes of them."""
    for number in range(5):
        place.desk.log("local", "test.line", f"n{number}")
    place.desk.close()
    return [line.hash for line in place.again().audit.lines()]


def rewritten(place: Place, *statements: str) -> None:
    """As somebody does who can write the file: without the triggers."""
    connection = sqlite3.connect(place.path)
    with connection:
        for name in ("audit_no_change", "audit_no_removal"):
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
    connection.close()


TAMPERED = [
    # id, statements, what is found
    ("changed_who", ["UPDATE audit SET who = 'local2' WHERE seq = 7"], "line 7"),
    ("changed_detail", ["UPDATE audit SET detail = 'role=reader' WHERE seq = 3"], "line 3"),
    ("changed_time", ["UPDATE audit SET at = '2020-01-01T00:00:00+00:00' WHERE seq = 10"], "line 10"),
    ("removed", ["DELETE FROM audit WHERE seq = 6"], "line 6 is missing"),
    ("removed_and_numbered_anew", ["DELETE FROM audit WHERE seq = 6", "UPDATE audit SET seq = seq - 1 WHERE seq > 6"], "line 6"),
    ("reordered", ["UPDATE audit SET seq = 99 WHERE seq = 7", "UPDATE audit SET seq = 7 WHERE seq = 8", "UPDATE audit SET seq = 8 WHERE seq = 99"], "line 7"),
    ("head_cut", ["DELETE FROM audit WHERE seq < 4"], "line 1 is missing"),
    ("head_cut_as_if_old", ["UPDATE audit_start SET seq = 3, hash = (SELECT hash FROM audit WHERE seq = 3)", "DELETE FROM audit WHERE seq < 4"], "no line says so"),
    ("tail_cut", ["DELETE FROM audit WHERE seq > 8"], "end was cut"),
    ("all_cut", ["DELETE FROM audit"], "end was cut"),
    ("added", ["INSERT INTO audit VALUES (11, '2026-01-01', 'local', 'test.line', '', '', 'ab')"], "line 11"),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "found"), [c[1:] for c in TAMPERED], ids=[c[0] for c in TAMPERED])
def test_a_log_that_was_altered(place: Place, statements: list[str], found: str) -> None:
    written(place)
    assert place.again().verify_log() is None
    rewritten(place, *statements)
    assert found in (place.again().verify_log() or "")


@Defence
def test_a_tail_that_was_cut_leaves_a_whole_chain(
    place: Place, monkeypatch: pytest.MonkeyPatch, defended: bool
) -> None:
    """The chain alone does not find it: the heads do, also once the log has gone on."""
    written(place)
    real = Audit._heads
    if not defended:
        monkeypatch.setattr(Audit, "_heads", lambda self: [(s, h) for s, h in real(self) if s <= 8])
    rewritten(place, "DELETE FROM audit WHERE seq > 8")
    assert (place.again().verify_log() is not None) is defended
    if not defended:
        return
    after = place.again()
    for _ in range(4):
        after.log("local", "test.line")
    assert after.verify_log() is not None


def forged(place: Place, *lines: tuple[str, str]) -> None:
    """Append lines (action, target) whose hashes fit, to the log alone."""
    connection = sqlite3.connect(place.path)
    with connection:
        for action, target in lines:
            last = "SELECT seq, hash FROM audit UNION ALL SELECT seq, hash FROM audit_start ORDER BY 1 DESC"
            seq, before = connection.execute(last).fetchone()
            line = Line(
                seq=seq + 1, at="2026-11-23T02:00:00+00:00", who="local", action=action, target=target, detail="", hash=""
            )  # fmt: skip
            values = [getattr(line, name) for name in line.__slots__[:-1]]
            connection.execute(
                "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)", [*values, line.chained(before)]
            )
    connection.close()


START = "UPDATE audit_start SET seq = (SELECT max(seq) FROM audit), hash = (SELECT hash FROM audit ORDER BY seq DESC)"
FORGED: list[tuple[str, list[str], list[tuple[str, str]], str]] = [
    ("trimmed_and_gone_on", [START, "DELETE FROM audit"], [("log.trim", "10"), ("export", "documents")], "no line says so"),
    ("trimmed", [START, "DELETE FROM audit"], [("log.trim", "10")], "no line says so"),
    ("trimmed_by_a_line_that_says_more", [START, "DELETE FROM audit"], [("log.trim", "40")], "no line says so"),
    ("trimmed_to_no_line", ["UPDATE audit_start SET seq = 40", "DELETE FROM audit"], [("log.trim", "40"), ("export", "x")], "know nothing"),
    ("trimmed_to_no_number", [START, "DELETE FROM audit"], [("log.trim", "ten")], "no line says so"),
    ("two_added", [], [("export", "documents"), ("export", "documents")], "line 11 has no head"),
    ("added_and_excused", [], [("export", "documents"), ("log.headless", "11")], "line 11 has no head"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("statements", "lines", "found"), [c[1:] for c in FORGED], ids=[c[0] for c in FORGED]
)
def test_a_log_that_was_made_anew_without_the_heads(
    place: Place, statements: list[str], lines: list[tuple[str, str]], found: str
) -> None:
    """Whoever can write the file of accounts alone appends nothing unseen, and removes nothing by a trim of their own."""
    written(place)
    printed = place.again().audit.head()
    rewritten(place, *statements)
    forged(place, *lines)
    assert found in (place.again().verify_log() or "")
    assert found in (place.again().verify_log(printed) or "")


def test_a_last_line_without_its_head_is_told_by_the_next(place: Place) -> None:
    """A process that was stopped between the two is no alarm, nor is it silent; two lines without are an alarm."""
    written(place)
    heads = place.path.with_name("audit.heads")
    heads.write_text("".join(heads.read_text().splitlines(keepends=True)[:-1]))
    desk = place.again()
    assert desk.verify_log() is None
    desk.log("local", "test.after")
    assert [(x.action, x.target) for x in desk.audit.lines(last=2)] == [
        ("log.headless", "10"),
        ("test.after", ""),
    ]
    assert desk.verify_log() is None
    heads.write_text("".join(heads.read_text().splitlines(keepends=True)[:-2]))
    assert "line 10 has no head" in (desk.verify_log() or "")


@Defence
def test_a_log_that_is_forged_whole_is_found_by_a_printed_head(place: Place, defended: bool) -> None:
    """Somebody writes file and heads anew, with hashes that fit: only what was kept elsewhere tells."""
    written(place)
    printed = place.again().audit.head() if defended else ""
    lines = list(place.again().audit.lines())
    rewritten(place, "DELETE FROM audit")
    heads, before = [], ""
    connection = sqlite3.connect(place.path)
    with connection:
        for line in lines[:-1]:
            other = replace(line, who="local", target="")
            other = replace(other, hash=other.chained(before))
            before = other.hash
            heads.append(f"{other.seq}:{other.hash[:32]}\n")
            connection.execute(
                "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)",
                [getattr(other, name) for name in other.__slots__],
            )
    connection.close()
    place.path.with_name("audit.heads").write_text("".join(heads))
    assert place.again().verify_log() is None
    assert (place.again().verify_log(printed) is not None) is defended


def test_the_log_refuses_changes_by_mistake(place: Place) -> None:
    for statement in ("UPDATE audit SET who = 'x'", "DELETE FROM audit"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            place.desk._file.run(statement)


def test_heads_half_written_are_no_false_alarm_and_heads_of_others_are_one(place: Place) -> None:
    written(place)
    heads = place.path.with_name("audit.heads")
    whole = heads.read_text()
    heads.write_text(whole + "11:abc")  # stopped in the middle of a line
    assert place.again().verify_log() is None
    heads.write_text(whole + "no head at all\n")
    assert place.again().verify_log() is not None
    heads.unlink()
    assert "gone" in (place.again().verify_log() or "")


# What the entrance is made of


def test_nothing_that_a_request_brings_says_who_asks(place: Place) -> None:
    """The keys that say who asks are of the server's own making."""

    async def shows(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": identity.who_in(scope).id.encode()})

    client = browser(Entrance(shows, shows, Doors(desk=place.desk, secure=False)))
    hostile = {"vigie.who": "local", "vigie-who": "local", "x-vigie-who": "local", "remote-user": "local"}
    assert client.get("/fr/?vigie.who=local", headers=hostile).text == "anonymous"


def test_other_hosts_are_not_answered(place: Place) -> None:
    app = make_team_app(Models(), Models(), desk=place.desk, hosts=("observatory.example",))
    with nullcontext(browser(app, "https://attacker.example")) as client:
        assert client.get("/fr/login").status_code == 421
