"""Sign-in in pages: the forms in both languages, the page of one's own account, the provider, settings, `serve --auth`."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from lxml import html as lxml_html
from typer.testing import CliRunner

from accounts_desks import HERE, OWN, PASSWORD, Desks, Place, browser, csrf_of, enter, post
from accounts_provider import CLIENT, CLIENT_SECRET, Provider, serving
from vigie.accounts.provider import Provider as Asked
from vigie.accounts.provider import ProviderError, ProviderSettings, Rule, account_of, provider_of
from vigie.accounts.throttle import Throttle
from vigie.cli import app as cli
from vigie.model.errors import SettingsError
from vigie.settings import Settings, load
from vigie.web import auth_pages
from vigie.web.provider import Models
from vigie.web.team import make_team_app

ASKING = httpx.Client(trust_env=False)  # the browser's way to the provider
PAGES = ("login", "account", "accounts")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.desk.close()


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with serving() as found:
        yield found


RULES = (
    Rule(claim="groups", value="vigie-readers", role="reader"),
    Rule(claim="groups", value="vigie-editors", role="editor"),
    Rule(claim="department", value="observatory", role="reader"),
)


@pytest.fixture(scope="module")
def asked(provider: Provider) -> Asked:
    return Asked(
        ProviderSettings(issuer=provider.issuer, client_id=CLIENT, secret=CLIENT_SECRET, rules=RULES)
    )


@pytest.fixture(scope="module")
def made(asked: Asked) -> tuple[Desks, Any]:
    desks: Any = Desks()
    return desks, make_team_app(Models(), Models(), desk=desks, provider=asked)


@pytest.fixture
def client(place: Place, made: tuple[Desks, Any], provider: Provider) -> TestClient:
    made[0].held = place.desk
    provider.reset()
    return browser(made[1])


# Pages


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_are_whole_and_lead_to_the_other_language(client: TestClient, name: str, lang: str) -> None:
    if name != "login":
        enter(client, "admin-one")
    answer = client.get(f"/{lang}/{name}")
    assert answer.status_code == 200
    assert (
        answer.headers["cache-control"] == "no-store" and answer.headers["referrer-policy"] == "same-origin"
    )
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    page = lxml_html.fromstring(answer.text)
    assert page.get("lang") == lang
    other = {"fr": "en", "en": "fr"}[lang]
    assert page.xpath(f"//a[@hreflang='{other}']/@href") == [f"/{other}/{name}"]
    labelled = {label.get("for") for label in page.iter("label")}
    for field in page.xpath("//input[not(@type='hidden')] | //select"):
        assert field.get("id") in labelled or field.get("aria-label")
    for form in page.xpath("//form[@method='post']"):
        assert form.xpath(".//input[@name='csrf']"), "every form proves the session"
    assert not page.xpath("//script | //style | //*[@style]")
    assert len(page.xpath("//h1")) == 1
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_pages_lead_to_sign_in_and_account(client: TestClient) -> None:
    assert 'href="/fr/login"' in client.get("/fr/nothing-here").text
    enter(client, "reader-one")
    assert 'href="/en/account"' in client.get("/en/nothing-here").text
    assert client.get("/fr/login").headers["location"] == "/fr/account"


def test_the_life_of_a_session(client: TestClient, place: Place) -> None:
    assert enter(client, "reader-one", "wrong").status_code == 401
    assert enter(client, "READER-one", back="/en/prices").headers["location"] == "/en/prices"
    second = browser(client.app)
    enter(second, "reader-one")
    page = client.get("/en/account").text
    assert "reader-one" in page and "this one" in page
    (other,) = (
        s.handle for s in place.desk.sessions.of(place.ids["reader"]) if f'value="{s.handle}"' in page
    )
    assert post(client, "/en/account/sessions/end", handle=other).status_code == 200
    assert second.get("/fr/account").status_code == 303
    enter(second, "reader-one")
    assert post(client, "/en/account/sessions/end", others="1").status_code == 200
    assert second.get("/fr/account").status_code == 303
    assert post(client, "/en/logout").headers["location"] == "/en/"
    assert client.get("/fr/account").headers["location"] == "/fr/login?next=%2Ffr%2Faccount"
    actions = [line.action for line in place.desk.audit.lines()][5:]
    assert actions == ["sign_in", "sign_in", "session.end", "sign_in", "session.end", "sign_out"]


SENT_LATE = [
    # what a form of the team is sent to, the page that it is on
    ("/fr/review/o_1", "/fr/review/o_1"),
    ("/en/review/adjudicate/o_1", "/en/review/adjudicate/o_1"),
    ("/fr/field-note", "/fr/field-note"),
    ("/fr/account/password", "/fr/account"),
    ("/en/account/tokens/revoke", "/en/account"),
    ("/en/accounts/role", "/en/accounts"),
]


@pytest.mark.parametrize(("path", "page"), SENT_LATE, ids=[path for path, _ in SENT_LATE])
def test_a_form_sent_after_the_session_ended(client: TestClient, path: str, page: str) -> None:
    answer = client.post(path, data={"csrf": "gone", "note": "x"}, headers=OWN)
    assert answer.status_code == 303
    where = urlsplit(answer.headers["location"])
    assert where.path == f"{path[:3]}/login" and parse_qs(where.query)["next"] == [page]
    said = {"fr": "n'a pas été gardé", "en": "was not kept"}[path[1:3]]
    login = client.get(answer.headers["location"])
    (shown,) = lxml_html.fromstring(login.text).xpath("//*[@role='alert']")
    assert login.status_code == 200 and said in shown.text_content()
    assert said not in client.get(f"{path[:3]}/login").text
    assert client.post(path, data={"note": "x"}, headers={"sec-fetch-site": "cross-site"}).status_code == 403


@pytest.mark.parametrize("name", ["", "reader-one"], ids=["public", "analyst"])
def test_what_takes_no_form_says_so(client: TestClient, name: str) -> None:
    csrf = ""
    if name:
        enter(client, name)
        csrf = csrf_of(client)
    page = client.post("/fr/prices", data={"csrf": csrf}, headers=OWN)
    assert page.status_code == 405 and set(page.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert len(lxml_html.fromstring(page.text).xpath("//h1")) == 1 and "gardé de ce qui a été" in page.text
    got = client.get("/en/logout")
    assert (got.status_code, got.headers["allow"]) == (405, "POST") and "Nothing of what was sent" in got.text
    api = client.post("/api/v1/figures", headers={**OWN, "x-csrf-token": csrf})
    assert (api.status_code, api.headers["content-type"]) == (405, "application/problem+json")
    assert api.json()["status"] == 405


def test_a_refusal_says_why(client: TestClient) -> None:
    enter(client, "reader-one")
    page = client.get("/fr/accounts")
    assert page.status_code == 403
    assert "«\u00a0administration\u00a0»" in page.text and "«\u00a0lecture\u00a0»" in page.text
    assert "“administration”" in client.get("/en/accounts").text
    page = post(client, "/en/account/tokens", csrf="wrong")
    assert page.status_code == 403 and "was not accepted" in page.text and "role" not in page.text
    secret = re.findall(
        r"vigie_[\w-]{43}", post(client, "/fr/account/tokens", days="3", read="on", label="a").text
    )[0]
    page = browser(client.app).get("/fr/account", headers={"authorization": f"Bearer {secret}"})
    assert page.status_code == 403 and "the API alone" in page.text


def test_a_token_is_shown_once(client: TestClient, place: Place) -> None:
    enter(client, "reviewer-one")
    page = post(client, "/fr/account/tokens", label="tableau", days="30", read="on", review="on").text
    (secret,) = set(re.findall(r"vigie_[\w-]{43}", page))
    assert secret not in client.get("/fr/account").text
    found = place.desk.of_token(secret)
    assert found is not None and found.scopes == {"read", "review"}
    (token,) = place.desk.tokens.of(place.ids["reviewer"])
    assert post(client, "/fr/account/tokens/revoke", id=token.id).status_code == 200
    assert place.desk.of_token(secret) is None
    for wrong in (
        {"days": "9999", "read": "on"},
        {"days": "9"},
        {"days": "²", "read": "on"},
        {"days": "9", "read": "on", "label": "<b>"},
    ):
        assert post(client, "/fr/account/tokens", **wrong).status_code == 422


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"current": PASSWORD, "new": "court", "again": "court"}, 422),
        ({"current": PASSWORD, "new": "motdepasse123456", "again": "motdepasse123456"}, 422),
        ({"current": PASSWORD, "new": "une phrase assez longue", "again": "une autre phrase longue"}, 422),
        ({"current": "wrong", "new": "une phrase assez longue", "again": "une phrase assez longue"}, 403),
        ({}, 403),
    ],
    ids=["short", "common", "differs", "current", "empty"],
)
def test_passwords_that_are_not_changed(
    client: TestClient, place: Place, sent: dict[str, str], status: int
) -> None:
    enter(client, "reader-one")
    assert post(client, "/fr/account/password", **sent).status_code == status
    assert place.desk.authenticate("reader-one", PASSWORD).name == "reader-one"


def test_an_admin_changes_others(client: TestClient, place: Place) -> None:
    enter(client, "admin-one")
    reader = browser(client.app)
    enter(reader, "reader-one")
    change = {"account": place.ids["reader"]}
    assert post(client, "/fr/accounts/role", role="editor", **change).status_code == 303
    assert reader.get("/fr/account").status_code == 303  # signs in again, with what they may now
    assert post(client, "/fr/accounts/state", state="disable", **change).status_code == 303
    assert enter(reader, "reader-one").status_code == 401
    assert post(client, "/fr/accounts/state", state="enable", **change).status_code == 303
    assert enter(reader, "reader-one").status_code == 303
    assert post(client, "/fr/accounts/role", role="owner", **change).status_code == 422
    assert post(client, "/fr/accounts/role", role="reader", account=place.ids["admin"]).status_code == 422
    assert post(client, "/fr/accounts/role", role="reader", account="nobody").status_code == 404
    page = client.get("/en/accounts").text
    assert "account disabled" in page and place.desk.audit.head() in page and "was altered" not in page
    assert "compte désactivé" in client.get("/fr/accounts").text
    log = lxml_html.fromstring(page).xpath("//section[@aria-labelledby='log']//tbody//td")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d, \d\d:\d\d UTC", str(log[1].text_content()))
    assert all(cell.get("data-column") for cell in log)  # on a phone a row is a card


def test_the_log_has_words_for_what_is_done() -> None:
    root = Path(auth_pages.__file__).parents[1]
    files = [*root.glob("accounts/*.py"), *root.glob("web/auth*.py"), *root.glob("web/api/*.py")]
    wrote = r"""\b_?(?:log|add)\(\s*[\w\[\].()"]+,\s*(.+)"""
    found = {
        code
        for file in files
        for line in re.findall(wrote, file.read_text("utf-8"))
        for code in re.findall(r'"((?:sign|session|token|account|csrf|log|export)[a-z_.]*)"', line)
    }
    assert {"sign_in", "token.add", "account.disable", "account.enable", "export"} <= found
    for lang in ("fr", "en"):
        assert found <= set(auth_pages.words(lang)["actions"])


BAD = [
    ("json", {"content-type": "application/json"}, b"{}", 415),
    ("long", {"content-type": "application/x-www-form-urlencoded"}, b"name=" + b"x" * 30_000, 413),
    ("no_ascii", {"content-type": "application/x-www-form-urlencoded"}, b"name=\xff", 400),
    ("no_utf8", {"content-type": "application/x-www-form-urlencoded"}, b"name=%FF", 400),
    ("empty", {"content-type": "application/x-www-form-urlencoded"}, b"", 401),
    (
        "twice",
        {"content-type": "application/x-www-form-urlencoded"},
        b"name=reader-one&name=admin-one&password=" + PASSWORD.replace(" ", "+").encode(),
        400,
    ),
]


@pytest.mark.parametrize(("headers", "body", "status"), [c[1:] for c in BAD], ids=[c[0] for c in BAD])
def test_what_is_no_form_of_sign_in(
    client: TestClient, headers: dict[str, str], body: bytes, status: int
) -> None:
    for lang, none in (("fr", "rien n'en a été gardé"), ("en", "nothing of it was kept")):
        answer = client.post(f"/{lang}/login", content=body, headers={**OWN, **headers})
        assert answer.status_code == status
        if status != 401:  # in the words of the site, and nothing of what was sent
            page = lxml_html.fromstring(answer.text)
            assert len(page.xpath("//h1")) == 1 and none in page.text_content().lower()
            assert "xxx" not in answer.text and "reader-one" not in answer.text


# Through a provider


def through(client: TestClient, back: str = "/fr/prices") -> httpx.Response:
    """The way of a browser: to the provider, and back with a code."""
    start = client.get("/fr/login/provider", params={"next": back})
    assert start.status_code == 303, start.status_code
    sent_back = ASKING.get(start.headers["location"]).headers["location"]
    return client.get(sent_back.removeprefix(HERE))


def test_somebody_whom_an_admin_made(client: TestClient, place: Place, provider: Provider) -> None:
    account = place.desk.people.add("ada@observatory.example", "reviewer")
    answer = through(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/fr/prices")
    assert "ada@observatory.example" in client.get("/fr/account").text
    assert place.desk.people.of(account.id).subject == "s-1"
    assert "code_verifier" in provider.asked and provider.asked["grant_type"] == "authorization_code"
    provider.person["email"] = "renamed@observatory.example"  # from now on the subject counts
    again = browser(client.app)
    assert through(again).headers["location"] == "/fr/prices"
    assert len(place.desk.sessions.of(account.id)) == 2
    place.desk.people.set_disabled(place.desk.people.of(account.id), True)
    assert through(browser(client.app)).status_code == 403


CLAIMS = [
    # id, claims, role or None where nobody comes in
    ("group", {"groups": ["x", "vigie-readers"]}, "reader"),
    ("highest_of_two", {"groups": ["vigie-readers", "vigie-editors"]}, "editor"),
    ("one_text", {"department": "observatory"}, "reader"),
    ("no_rule", {"groups": ["vigie-reader"]}, None),
    ("part_of_a_text", {"groups": "vigie-readers, x"}, None),
    ("another_claim", {"roles": ["vigie-editors"]}, None),
    ("hostile", {"groups": {"vigie-editors": True}}, None),
]


@pytest.mark.parametrize(("claims", "role"), [c[1:] for c in CLAIMS], ids=[c[0] for c in CLAIMS])
def test_a_rule_of_claims(
    client: TestClient, place: Place, provider: Provider, claims: dict[str, Any], role: str | None
) -> None:
    provider.person |= claims
    answer = through(client)
    found = place.desk.people.find("ada@observatory.example")
    assert (found.role if found else None) == role
    assert answer.status_code == (303 if role else 403)
    if role == "editor":  # what the rule gave it takes
        provider.person["groups"] = ["vigie-readers"]
        through(browser(client.app))
        assert place.desk.people.of(found.id if found else "").role == "reader"
        provider.person["groups"] = []
        assert through(browser(client.app)).status_code == 403
        assert client.get("/fr/account").status_code == 303


NOT_MATCHED = [
    ("not_verified", {"email_verified": False}),
    ("not_said", {"email_verified": None}),
    ("as_text", {"email_verified": "true"}),
    ("a_list", {"email": ["ada@observatory.example"]}),
    ("another", {"email": "bo@observatory.example"}),
]


@pytest.mark.parametrize("claims", [c[1] for c in NOT_MATCHED], ids=[c[0] for c in NOT_MATCHED])
def test_an_address_that_the_provider_does_not_vouch_for(
    client: TestClient, place: Place, provider: Provider, claims: dict[str, Any]
) -> None:
    account = place.desk.people.add("ada@observatory.example", "admin")
    provider.person |= claims
    assert through(client).status_code == 403
    assert place.desk.people.of(account.id).subject is None


def test_nobody_takes_over_an_account_that_is_another_persons(
    client: TestClient, place: Place, provider: Provider, asked: Asked
) -> None:
    """Linked to one person of the provider; then another comes with the same address; then a rule would make an account of a taken name."""
    account = place.desk.people.add("ada@observatory.example", "admin")
    through(client)
    with pytest.raises(ProviderError):
        account_of(place.desk, asked.settings, {**provider.person, "sub": "s-2"})
    made = account_of(
        place.desk, asked.settings, {**provider.person, "sub": "s-3", "groups": ["vigie-readers"]}
    )
    assert made.id != account.id and made.name == "s-3" and made.role == "reader"


FAULTS = [
    "iss", "aud", "azp", "expired", "future", "nonce", "no_nonce", "no_sub", "long_sub", "at_hash", "alg_none", "alg_hs256", "other_key", "redirect", "huge", "html",
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_answers_of_a_provider_that_are_not_believed(
    client: TestClient, place: Place, provider: Provider, fault: str
) -> None:
    place.desk.people.add("ada@observatory.example", "admin")
    start = client.get("/fr/login/provider")
    back = ASKING.get(start.headers["location"]).headers["location"]
    provider.faults = {fault}
    answer = client.get(back.removeprefix(HERE))
    assert answer.status_code == 502, fault
    assert client.get("/fr/account").status_code == 303
    assert "attacker" not in answer.text


@pytest.mark.parametrize("fault", ["other_issuer", "plain_http", "html"])
def test_descriptions_of_a_provider_that_are_not_believed(provider: Provider, fault: str) -> None:
    provider.faults = {fault}
    fresh = Asked(ProviderSettings(issuer=provider.issuer, client_id=CLIENT))
    with pytest.raises(ProviderError):
        fresh.start(f"{HERE}/sign-in/callback", state="s", nonce="n", verifier="v" * 64)
        fresh.finish(f"{HERE}/sign-in/callback", code="c", nonce="n", verifier="v" * 64)
    provider.reset()


@pytest.mark.parametrize("defended", [True, False], ids=["defended", "defence_off"])
def test_a_code_of_somebody_else(
    client: TestClient, place: Place, monkeypatch: pytest.MonkeyPatch, defended: bool
) -> None:
    """The attacker begins, and has the victim's browser end it: the state belongs to another browser."""
    place.desk.people.add("ada@observatory.example", "admin")
    attacker, victim = client, browser(client.app)
    back = (
        ASKING.get(attacker.get("/fr/login/provider").headers["location"])
        .headers["location"]
        .removeprefix(HERE)
    )
    if not defended:
        flow = attacker.cookies["vigie-flow"]
        opened = auth_pages._opened(flow, place.desk.secret, place.clock.at)
        monkeypatch.setattr(auth_pages, "_opened", lambda *args: opened)
    answer = victim.get(back)
    assert ("vigie" in victim.cookies) is not defended
    assert answer.status_code == (400 if defended else 303)


def test_a_flow_is_good_once_and_for_ten_minutes(client: TestClient, place: Place) -> None:
    place.desk.people.add("ada@observatory.example", "admin")
    start = client.get("/fr/login/provider")
    back = ASKING.get(start.headers["location"]).headers["location"].removeprefix(HERE)
    asked = parse_qs(urlsplit(start.headers["location"]).query)
    assert len(asked["code_challenge"][0]) == 43 and asked["redirect_uri"] == [f"{HERE}/sign-in/callback"]
    flow = client.cookies["vigie-flow"]
    for planted in (flow[:-1] + ("0" if flow[-1] != "0" else "1"), "e30." + "0" * 64, "x" * 4000, ""):
        other = browser(client.app)
        other.cookies.set("vigie-flow", planted)
        assert other.get(back).status_code == 400
    place.clock.at += 601
    assert client.get(back).status_code == 400
    assert "vigie-flow" not in client.cookies  # taken away
    place.clock.at -= 601
    client.cookies.set("vigie-flow", flow)
    assert client.get(back.replace("state=", "state=x")).status_code == 400
    client.cookies.set("vigie-flow", flow)
    assert client.get(back).status_code == 303
    client.cookies.set("vigie-flow", flow)
    assert client.get(back).status_code == 502  # the code was used


@pytest.mark.parametrize("defended", [True, False], ids=["defended", "defence_off"])
def test_nobody_makes_us_ask_the_provider_all_the_time(
    client: TestClient, place: Place, provider: Provider, monkeypatch: pytest.MonkeyPatch, defended: bool
) -> None:
    """Codes that are made up, with a state of one's own: each would be a request to the provider and a line of the log."""
    if not defended:
        monkeypatch.setattr(Throttle, "through", lambda self: None)
    client.get("/fr/login/provider")
    flow = client.cookies["vigie-flow"]
    state = auth_pages._opened(flow, place.desk.secret, place.clock.at)
    assert state is not None
    statuses = []
    for number in range(place.rules.burst + 4):
        client.cookies.set("vigie-flow", flow)
        statuses.append(
            client.get(f"/sign-in/callback?state={state['state']}&code=made-up-{number}").status_code
        )
    assert statuses == [502] * place.rules.burst + [429 if defended else 502] * 4


# Settings

WRONG = [
    ("no_client", 'issuer = "https://id.example"'),
    ("plain_http", 'issuer = "http://id.example"\nclient_id = "x"'),
    ("unknown", 'issuer = "https://id.example"\nclient_id = "x"\nsecret = "in the open"'),
    ("no_secret", 'issuer = "https://id.example"\nclient_id = "x"\nsecret_file = "absent"'),
    ("match", 'issuer = "https://id.example"\nclient_id = "x"\nmatch = "name"'),
    (
        "role",
        'issuer = "https://id.example"\nclient_id = "x"\nrule = [{claim = "a", value = "b", role = "owner"}]',
    ),
    ("number", 'issuer = 3\nclient_id = "x"'),
]


@pytest.mark.parametrize("lines", [c[1] for c in WRONG], ids=[c[0] for c in WRONG])
def test_settings_that_are_wrong(tmp_path: Path, lines: str) -> None:
    (tmp_path / "vigie.toml").write_text(f"[accounts.provider]\n{lines}\n")
    with pytest.raises(SettingsError, match=r"accounts\.provider"):
        provider_of(load(tmp_path / "vigie.duckdb", {}))


def test_settings_of_a_provider(tmp_path: Path) -> None:
    (tmp_path / "client").write_text("the secret\n")
    (tmp_path / "vigie.toml").write_text(
        '[accounts]\nheads = "apart.heads"\n[accounts.provider]\nissuer = "https://id.example/realm"\nclient_id = "vigie"\nsecret_file = "client"\n'
        'match = "none"\nlabel = "Compte de l\'agence"\n[[accounts.provider.rule]]\nclaim = "groups"\nvalue = "veille"\nrole = "reviewer"\n'
    )
    found = provider_of(load(tmp_path / "vigie.duckdb", {}))
    assert found is not None
    assert found.settings == ProviderSettings(
        issuer="https://id.example/realm", client_id="vigie", secret="the secret", label="Compte de l'agence", match="",
        rules=(Rule(claim="groups", value="veille", role="reviewer"),),
    )  # fmt: skip
    assert provider_of(Settings()) is None


# The verb

SERVE = [
    ("both", ["--auth", "--public"], 2, "leave --public out"),
    ("no_name", ["--auth", "--host", "0.0.0.0"], 2, "--name"),
    ("no_account", ["--auth"], 1, "no account yet"),
    ("without_accounts", ["--host", "0.0.0.0"], 2, "--auth or --public"),
]


@pytest.mark.parametrize(("args", "code", "said"), [c[1:] for c in SERVE], ids=[c[0] for c in SERVE])
def test_serve_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], code: int, said: str
) -> None:
    store = tmp_path / "vigie.duckdb"
    store.touch()
    result = CliRunner().invoke(cli, ["serve", "--store", str(store), "--port", "0", *args])
    assert result.exit_code == code
    assert said in result.stderr


def test_the_provider_that_is_not_there(client: TestClient, place: Place) -> None:
    """An address where nobody answers: the page says so, passwords go on working."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        gone = Asked(
            ProviderSettings(
                issuer=f"http://127.0.0.1:{taken.getsockname()[1]}", client_id=CLIENT, label="Agence"
            )
        )
        other = browser(make_team_app(Models(), Models(), desk=place.desk, provider=gone))
        assert "Agence" in other.get("/fr/login").text
        assert other.get("/fr/login/provider").status_code == 502
        assert enter(other, "reader-one").status_code == 303
        assert csrf_of(other)
