"""The entrance of a server with accounts: who asks, which edition they get, whether a form is theirs.

In: ASGI requests. Out: the same, with who asks, to the public edition or the analyst's: by the session or the token, never by anything in
the address. A form of a session must come from this server's own page and prove the session's secret. A token opens the API alone: pages ask
for no scope. Left out: the pages (`auth_pages.py`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from anyio import CapacityLimiter, to_thread
from fastapi import Request, Response
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vigie.accounts.desk import Desk
from vigie.accounts.records import ANONYMOUS, Who
from vigie.accounts.sessions import Session
from vigie.web.forms import FormError, fields_of, own, read_body
from vigie.web.identity import CSRF, UNSAFE, WHO

if TYPE_CHECKING:
    from vigie.accounts.provider import Provider

SESSION = "vigie.session"  # key of the ASGI scope
HEADER, FIELD = "x-csrf-token", "csrf"
_LONGEST_BODY = 300_000  # bytes of a form that is held in memory to look at its token: more than the longest page of forms
_MOST_FIELDS = 2000
_LOOKING = 8  # look-ups of sessions at once: a tenth of a millisecond each
_LONGEST_COOKIE = 100
# What is the same for all; and the page of contests, which keeps nothing of who writes, so that it is not even looked at.
_OF_NOBODY = re.compile(r"/static/|/(?:fr|en)/contest\Z")
_OF_TOKENS = re.compile(r"/api/")
Cookie = Literal["session", "device", "flow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What the entrance and its pages share.

    Attributes:
        secure: True unless the server is for this machine only: cookies go over TLS alone, under a name that no other host can set.
        provider: through whom one may sign in besides; None for passwords only.
    """

    desk: Desk
    secure: bool
    provider: Provider | None = None

    def name(self, cookie: Cookie) -> str:
        plain = "vigie" if cookie == "session" else f"vigie-{cookie}"
        return f"__Host-{plain}" if self.secure else plain

    def read(self, request: Request, cookie: Cookie, most: int = _LONGEST_COOKIE) -> str:
        """What the browser sends; "" for nothing."""
        found = request.cookies.get(self.name(cookie), "")
        return found if len(found) <= most else ""

    def give(self, answer: Response, cookie: Cookie, value: str, *, seconds: int | None = None) -> None:
        """`seconds`: None until the browser is closed."""
        answer.set_cookie(
            self.name(cookie),
            value,
            max_age=seconds,
            path="/",
            httponly=True,
            secure=self.secure,
            samesite="lax",
        )

    def take(self, answer: Response, cookie: Cookie) -> None:
        answer.delete_cookie(self.name(cookie), path="/", httponly=True, secure=self.secure, samesite="lax")


@dataclass(slots=True)
class Entrance:
    """ASGI application.

    Args:
        public, analyst: the two editions, each whole.
    """

    public: ASGIApp
    analyst: ASGIApp
    doors: Doors
    _looking: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_LOOKING))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _OF_NOBODY.match(scope["path"]):
            await self.public(scope, receive, send)
            return
        request = Request(scope, receive)
        found = await to_thread.run_sync(self._identify, request, limiter=self._looking)
        if found is None:
            await _refused_token()(scope, receive, send)
            return
        who, session = found
        if who.via == "token" and not _OF_TOKENS.match(scope["path"]):
            await _problem(403, "a token opens the API alone (/api/v1); pages ask for a session")(
                scope, receive, send
            )
            return
        scope[WHO] = who
        application = self.analyst if who.may("read") else self.public
        if session is not None:
            scope[SESSION], scope[CSRF] = session, session.field()
            if request.method in UNSAFE:
                checked = await _proved(request, session)
                if checked is None:
                    await self._refuse(application, scope, receive, send)
                    return
                receive = checked
        await application(scope, receive, _marked(send, scope["path"], application is self.analyst))

    def _identify(self, request: Request) -> tuple[Who, Session | None] | None:
        """Who asks. A token is looked at alone, whatever cookie comes with it; None for one that is not good."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            found = self.doors.desk.of_token(token.strip()) if len(token) <= _LONGEST_COOKIE else None
            return (found, None) if found else None
        cookie = self.doors.read(request, "session")
        return (self.doors.desk.of_session(cookie) if cookie else None) or (ANONYMOUS, None)

    async def _refuse(self, application: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """403 in the look of the pages; as a problem for a program."""
        self.doors.desk.log(scope[WHO], "csrf.refused")
        if scope["path"].startswith("/api/"):
            await _problem(403, f"the form or the header {HEADER} does not prove the session")(
                scope, receive, send
            )
            return
        scope["method"], scope["path"] = "GET", f"/{_language(scope['path'])}/refused"
        scope["query_string"], scope["raw_path"] = b"", scope["path"].encode()
        await application(scope, receive, _marked(send, scope["path"], True))


def _language(path: str) -> str:
    return "en" if path.startswith("/en/") else "fr"


async def _proved(request: Request, session: Session) -> Receive | None:
    """The body to read on, where the request comes from this server's page and holds the session's secret; None else."""
    if not own(request):
        return None
    header = request.headers.get(HEADER)
    if header is not None:
        return request.receive if session.proves(header) else None
    try:
        body = await read_body(request, most_bytes=_LONGEST_BODY)
        sent = fields_of(body, most_fields=_MOST_FIELDS).get(FIELD, "")
    except FormError:
        return None
    return partial(_again, [body], request) if session.proves(sent) else None


async def _again(held: list[bytes], request: Request) -> Message:
    """The body that was read, once more."""
    if held:
        return {"type": "http.request", "body": held.pop(), "more_body": False}
    return await request.receive()


def _marked(send: Send, path: str, private: bool) -> Send:
    """What one sees depends on the cookie; the analyst's pages are kept by nobody, so that the next user of a browser finds none."""
    keep = b"private, no-cache" if path.startswith("/api/") else b"no-store"

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(k, v) for k, v in message["headers"] if k != b"vary"]
            vary = [v for k, v in message["headers"] if k == b"vary"]
            if private:
                headers = [(k, v) for k, v in headers if k != b"cache-control"] + [(b"cache-control", keep)]
            message = {
                **message,
                "headers": [*headers, (b"vary", b", ".join([*vary, b"cookie, authorization"]))],
            }
        await send(message)

    return sending


def _problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    said: dict[str, Any] = {"type": "about:blank", "title": "not allowed", "status": status, "detail": detail}
    return JSONResponse(
        json.loads(json.dumps(said)), status_code=status, media_type="application/problem+json",
        headers={"cache-control": "no-store", **(headers or {})},
    )  # fmt: skip


def _refused_token() -> Response:
    said = "the token is unknown, has ended or was revoked (make one on the page of your account)"
    return _problem(401, said, {"www-authenticate": "Bearer"})
