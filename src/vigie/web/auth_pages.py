"""The pages of sign-in and of one's own account, and that of the accounts for an admin: forms without JavaScript.

In: forms, of which only the fields that a page has are read. Out: a session, a new password, a token shown once, a session or token ended.
Ids in forms are looked up among those of whoever is signed in; roles and states of others are for `manage` alone. After sign-in one comes
back to a page of this server and nowhere else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import sys
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from math import ceil
from secrets import token_urlsafe
from typing import Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from vigie.accounts.desk import SignInError
from vigie.accounts.people import Account, AccountError
from vigie.accounts.records import ROLES, SCOPES, Who
from vigie.accounts.sessions import Session
from vigie.accounts.throttle import WaitError
from vigie.report.words import Words
from vigie.web.assets import ICON, SHEETS, address_of
from vigie.web.auth import SESSION, Doors
from vigie.web.contest import LANGUAGES
from vigie.web.forms import read_form
from vigie.web.identity import ForbiddenError, csrf_field, require, same_origin, who
from vigie.web.render import environment
from vigie.web.words import page_words

Lang = Literal["fr", "en"]
_LONGEST_BODY = 20_000  # bytes of a form
_MOST_FIELDS = 30
_HEADERS = {"referrer-policy": "same-origin", "cache-control": "no-store"}
_NEXT = re.compile(
    r"/(?:fr|en)/[!-\[\]-~]{0,500}"
)  # a path of ours: no host, no backslash, no space, no control
_FLOW_SECONDS, _LONGEST_FLOW = 600, 3000
_LINES = 50  # of the log on the page of an admin


@cache
def words(lang: str) -> Mapping[str, Any]:
    """data/accounts/words.<lang>.toml."""
    return tomllib.loads((files("vigie") / "data" / "accounts" / f"words.{lang}.toml").read_text("utf-8"))


def local_path(asked: str, lang: str) -> str:
    """Where one comes back to: the path, if it is one of this server's pages; else the first page."""
    return asked if _NEXT.fullmatch(asked) and "/login" not in asked else f"/{lang}/"


def auth_router(doors: Doors, *, public: bool) -> APIRouter:
    """The routes, the same in both editions."""
    router, desk = APIRouter(dependencies=[Depends(same_origin)]), doors.desk

    def signed(request: Request) -> tuple[Who, Session]:
        """Who has a session: a token opens none of these pages."""
        session = request.scope.get(SESSION)
        found = who(request)
        if not isinstance(session, Session) or found.via != "session":
            raise ForbiddenError("account", sign_in=found.via == "anonymous")
        return found, session

    # sign-in

    def show(request: Request, lang: Lang) -> Response:
        back = local_path(request.query_params.get("next", ""), lang)
        if who(request).via == "session":
            return _to(f"/{lang}/account")
        return _login(request, doors, lang, back, "ended" if "ended" in request.query_params else "")

    async def send(request: Request, lang: Lang) -> Response:
        fields = await _fields(request, "name", "password", "next")
        back = local_path(fields["next"], lang)
        return await run_in_threadpool(enter, request, lang, fields["name"], fields["password"], back)

    def enter(request: Request, lang: Lang, name: str, password: str, back: str) -> Response:
        device = doors.read(request, "device")
        try:
            account = desk.authenticate(name, password, device=device)
        except WaitError as error:
            return _login(request, doors, lang, back, "wait", wait=error.seconds, name=name)
        except SignInError:
            return _login(request, doors, lang, back, "wrong", name=name)
        return begin(request, account, back, how="password")

    def begin(request: Request, account: Account, back: str, *, how: str) -> Response:
        """Another session id than any that the browser came with."""
        answer = _to(back)
        cookie = desk.sign_in(account, presented=doors.read(request, "session"), how=how)
        doors.give(answer, "session", cookie)
        if not desk.sessions.known(account.id, doors.read(request, "device")):
            seconds = desk.rules.device_days * 86400
            doors.give(answer, "device", desk.sessions.know(account.id), seconds=seconds)
        return answer

    def leave(request: Request, lang: Lang) -> Response:
        if (cookie := doors.read(request, "session")) and isinstance(request.scope.get(SESSION), Session):
            desk.sessions.end(cookie)
            desk.log(who(request), "sign_out")
        answer = _to(f"/{lang}/")
        answer.headers["clear-site-data"] = '"cache"'
        doors.take(answer, "session")
        return answer

    # one's own account

    def account(request: Request, lang: Lang) -> Response:
        return page(request, lang)

    def page(request: Request, lang: Lang, status: int = 200, **more: Any) -> Response:
        found, session = signed(request)
        said, shown = words(lang), Words(lang)
        tokens = [
            {
                "id": t.id, "label": t.label or t.id, "scopes": ", ".join(said["scopes"][s] for s in sorted(t.scopes)),
                "until": _day(t.expires_at, shown), "used": _day(t.used_at, shown) if t.used_at else said["account"]["never"],
            }
            for t in desk.tokens.of(found.id) if t.revoked_at is None and t.expires_at > desk.now()
        ]  # fmt: skip
        sessions = [
            {"handle": s.handle, "since": _time(s.created_at, lang), "seen": _time(s.seen_at, lang), "this": s.handle == session.handle}
            for s in desk.sessions.of(found.id)
        ]  # fmt: skip
        own = desk.people.of(found.id)
        return _render(
            "account.html.j2", request, lang, public, "account", status,
            who=found, role=said["roles"][found.role], password=own.has_password, tokens=tokens, sessions=sessions,
            scopes=[(s, said["scopes"][s]) for s in sorted(SCOPES)], days=desk.rules.token_days, most_days=desk.rules.token_most_days,
            least=desk.rules.least, manage=found.may("manage"), **{"secret": "", "fault": "", "done": "", **more},
        )  # fmt: skip

    async def password(request: Request, lang: Lang) -> Response:
        signed(request)
        fields = await _fields(request, "current", "new", "again")
        return await run_in_threadpool(change, request, lang, fields)

    def change(request: Request, lang: Lang, fields: Mapping[str, str]) -> Response:
        found, _ = signed(request)
        if fields["new"] != fields["again"]:
            return page(request, lang, 422, fault=words(lang)["fault"]["again"])
        try:
            mine = desk.authenticate(found.name, fields["current"], device=doors.read(request, "device"))
            if mine.id != found.id:
                raise SignInError
            desk.people.set_password(mine, fields["new"], by=found.id)
        except WaitError as error:
            return page(request, lang, 429, fault=_fault(lang, "wait", doors, wait=error.seconds))
        except SignInError:
            return page(request, lang, 403, fault=words(lang)["fault"]["current"])
        except AccountError as error:
            return page(request, lang, 422, fault=_fault(lang, error.code, doors))
        return begin(request, mine, f"/{lang}/account", how="password")

    async def make_token(request: Request, lang: Lang) -> Response:
        found, _ = signed(request)
        if not found.may("read"):
            raise ForbiddenError("token")
        fields = await _fields(request, "label", "days", *SCOPES)
        try:
            days = int(fields["days"]) if fields["days"].isascii() and fields["days"].isdigit() else 0
            scopes = [scope for scope in SCOPES if fields[scope] == "on"]
            secret, _ = desk.tokens.make(found.id, scopes, label=fields["label"], days=days, by=found.id)
        except AccountError as error:
            return page(request, lang, 422, fault=_fault(lang, error.code, doors))
        return page(request, lang, secret=secret)

    async def revoke(request: Request, lang: Lang) -> Response:
        found, _ = signed(request)
        fields = await _fields(request, "id")
        if not desk.tokens.revoke(found.id, fields["id"], by=found.id):
            raise HTTPException(404)
        return page(request, lang, done=words(lang)["account"]["revoked"])

    async def end(request: Request, lang: Lang) -> Response:
        found, session = signed(request)
        fields = await _fields(request, "handle", "others")
        if fields["others"]:
            desk.sessions.end_others(found.id, session.handle)
        elif fields["handle"] == session.handle or not desk.sessions.end_one(found.id, fields["handle"]):
            raise HTTPException(404)
        desk.log(found, "session.end")
        return page(request, lang, done=words(lang)["account"]["ended"])

    # accounts of others

    def people(request: Request, lang: Lang) -> Response:
        return listed(request, lang)

    def listed(request: Request, lang: Lang, status: int = 200, fault: str = "") -> Response:
        signed(request)
        found, said = require(request, "manage"), words(lang)
        rows = [
            {"id": a.id, "name": a.name, "role": a.role, "disabled": a.disabled, "self": a.id == found.id, "since": _day(a.created_at, Words(lang))}
            for a in desk.people.all()
        ]  # fmt: skip
        lines = [
            {
                "seq": n.seq, "time": _time(datetime.fromisoformat(n.at).timestamp(), lang), "who": n.who,
                "action": said["actions"].get(n.action, n.action), "target": n.target, "detail": n.detail,
            }
            for n in desk.audit.lines(last=_LINES)
        ]  # fmt: skip
        broken = desk.verify_log()
        return _render(
            "accounts.html.j2", request, lang, public, "accounts", status, people=rows, fault=fault,
            roles=[(role, said["roles"][role]) for role in ROLES], lines=lines[::-1],
            head=desk.audit.head(), broken=bool(broken), names={row["id"]: row["name"] for row in rows},
        )  # fmt: skip

    async def role(request: Request, lang: Lang) -> Response:
        return await managed(request, lang, "role")

    async def state(request: Request, lang: Lang) -> Response:
        return await managed(request, lang, "state")

    async def managed(request: Request, lang: Lang, what: Literal["role", "state"]) -> Response:
        signed(request)
        found = require(request, "manage")
        fields = await _fields(request, "account", what)
        other = desk.people.by_id(fields["account"])
        if other is None:
            raise HTTPException(404)
        try:
            if what == "role":
                desk.people.set_role(other, fields["role"], by=found.id)  # type: ignore[arg-type] # checked there
            elif fields["state"] in ("disable", "enable"):
                desk.people.set_disabled(other, fields["state"] == "disable", by=found.id)
        except AccountError as error:
            return listed(request, lang, 422, _fault(lang, error.code, doors))
        return _to(f"/{lang}/accounts")

    # through a provider

    def start(request: Request, lang: Lang) -> Response:
        if doors.provider is None:
            raise HTTPException(404)
        from vigie.accounts.provider import ProviderError

        flow = {
            "state": token_urlsafe(24), "nonce": token_urlsafe(24), "verifier": token_urlsafe(48), "lang": lang,
            "next": local_path(request.query_params.get("next", ""), lang), "at": int(desk.now()),
        }  # fmt: skip
        try:
            there = doors.provider.start(
                _callback(request, doors),
                state=str(flow["state"]),
                nonce=str(flow["nonce"]),
                verifier=str(flow["verifier"]),
            )
        except ProviderError as error:
            # For the owner: a reason, nothing that was answered.
            print(f"vigie: {error}", file=sys.stderr, flush=True)
            return _login(request, doors, lang, str(flow["next"]), error.code)
        answer = _to(there)
        doors.give(answer, "flow", _sealed(flow, desk.secret), seconds=_FLOW_SECONDS)
        return answer

    def callback(request: Request) -> Response:
        flow = _opened(doors.read(request, "flow", _LONGEST_FLOW), desk.secret, desk.now())
        query = request.query_params
        if doors.provider is None:
            raise HTTPException(404)
        state, code = query.get("state", ""), query.get("code", "")
        if flow is None or not hmac.compare_digest(state.encode(), str(flow["state"]).encode()):
            answer = _login(request, doors, "fr" if flow is None else flow["lang"], "", "flow")
        elif (
            not code
            or len(code) > 2000
            or query.get("iss", doors.provider.settings.issuer) != doors.provider.settings.issuer
        ):
            answer = _login(request, doors, flow["lang"], flow["next"], "provider")
        else:
            answer = through(request, flow, code)
        doors.take(answer, "flow")
        return answer

    def through(request: Request, flow: Mapping[str, Any], code: str) -> Response:
        from vigie.accounts.provider import ProviderError, account_of

        assert doors.provider is not None
        try:
            desk.throttle.through()
            claims = doors.provider.finish(
                _callback(request, doors), code=code, nonce=flow["nonce"], verifier=flow["verifier"]
            )
            found = account_of(desk, doors.provider.settings, claims)
        except WaitError as error:
            return _login(request, doors, flow["lang"], flow["next"], "wait", wait=error.seconds)
        except ProviderError as error:
            # For the owner: a reason, nothing that was answered.
            print(f"vigie: {error}", file=sys.stderr, flush=True)
            desk.log("anonymous", "sign_in.refused", detail=f"provider {error.code}")
            return _login(request, doors, flow["lang"], flow["next"], error.code)
        return begin(request, found, flow["next"], how="provider")

    def refused(request: Request, lang: Lang) -> Response:
        raise ForbiddenError("form")

    both, post = ["GET", "HEAD"], ["POST"]
    for path, endpoint, methods in (
        ("/{lang}/login", show, both), ("/{lang}/login", send, post), ("/{lang}/logout", leave, post),
        ("/{lang}/login/provider", start, ["GET"]), ("/sign-in/callback", callback, ["GET"]), ("/{lang}/refused", refused, both),
        ("/{lang}/account", account, both), ("/{lang}/account/password", password, post), ("/{lang}/account/tokens", make_token, post),
        ("/{lang}/account/tokens/revoke", revoke, post), ("/{lang}/account/sessions/end", end, post),
        ("/{lang}/accounts", people, both), ("/{lang}/accounts/role", role, post), ("/{lang}/accounts/state", state, post),
    ):  # fmt: skip
        router.add_api_route(path, endpoint, methods=methods, include_in_schema=False)
    return router


def _to(address: str) -> Response:
    return RedirectResponse(address, status_code=303, headers={"cache-control": "no-store"})


def _login(
    request: Request, doors: Doors, lang: Lang, back: str, fault: str = "", *, wait: float = 0, name: str = ""
) -> Response:
    status = {
        "": 200,
        "ended": 200,
        "wrong": 401,
        "wait": 429,
        "nobody": 403,
        "provider": 502,
        "flow": 400,
    }.get(fault, 400)
    provider = ""
    if doors.provider is not None:
        provider = doors.provider.settings.label or words(lang)["login"]["provider"]
    answer = _render(
        "login.html.j2", request, lang, True, "login", status, fault=_fault(lang, fault, doors, wait=wait) if fault else "",
        next=back, name=name[:80], provider=provider, query=urlencode({"next": back}) if back else "",
    )  # fmt: skip
    if wait:
        answer.headers["retry-after"] = str(ceil(wait))
    return answer


def _fault(lang: str, code: str, doors: Doors, *, wait: float = 0) -> str:
    said = words(lang)["fault"]
    minutes = max(1, ceil(wait / 60))
    rules = doors.desk.rules
    return str(said.get(code, said["form"])).format(
        minutes=minutes, least=rules.least, most=rules.most, days=rules.token_most_days, tokens=rules.tokens
    )


def _render(
    template: str, request: Request, lang: Lang, public: bool, title: str, status: int, **more: Any
) -> Response:
    other, other_name = LANGUAGES[lang]
    shown, said = page_words(lang), words(lang)
    html = environment().get_template(template).render(
        lang=lang, w=said, title=said[title]["title"], here=title, other=other, other_name=other_name, skip=shown["skip"],
        edition=shown["edition.public" if public else "edition.analyst"], csrf=csrf_field(request),
        sheets=[address_of(name) for name in SHEETS], icon=address_of(ICON), **more,
    )  # fmt: skip
    return Response(html, status_code=status, media_type="text/html; charset=utf-8", headers=_HEADERS)


async def _fields(request: Request, *names: str) -> dict[str, str]:
    """These fields and no other, "" for one that is missing. Raises FormError for what is no form of ours."""
    sent = await read_form(request, most_bytes=_LONGEST_BODY, most_fields=_MOST_FIELDS)
    return {name: sent.get(name, "") for name in names}


def _day(at: float, shown: Words) -> str:
    return shown.day(datetime.fromtimestamp(at, UTC).date().isoformat())


def _time(at: float, lang: str) -> str:
    form = "%d/%m/%Y, %H:%M UTC" if lang == "fr" else "%Y-%m-%d, %H:%M UTC"
    return datetime.fromtimestamp(at, UTC).strftime(form)


def _callback(request: Request, doors: Doors) -> str:
    """The address that the provider sends back to: the host is one that the server was started for."""
    return f"{'https' if doors.secure else 'http'}://{request.headers.get('host', '')}/sign-in/callback"


def _sealed(flow: Mapping[str, Any], secret: bytes) -> str:
    body = base64.urlsafe_b64encode(json.dumps(flow).encode()).decode().rstrip("=")
    return f"{body}.{_seal(body, secret)}"


def _opened(cookie: str, secret: bytes, now: float) -> dict[str, Any] | None:
    """What was sealed here less than ten minutes ago; None else."""
    body, _, seal = cookie.partition(".")
    if not body or not hmac.compare_digest(seal.encode(), _seal(body, secret).encode()):
        return None
    flow: dict[str, Any] = json.loads(base64.urlsafe_b64decode(f"{body}=="))
    return flow if 0 <= now - flow["at"] <= _FLOW_SECONDS else None


def _seal(body: str, secret: bytes) -> str:
    return hmac.new(secret, b"flow\0" + body.encode(), hashlib.sha256).hexdigest()
