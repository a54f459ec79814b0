"""Who asks, for the routers: set by the sign-in in front of the application, or by the edition where there is none.

In: a request. Out: Who; ForbiddenError, which the application answers: the page of sign-in for a page without a session, 403 else.
Left out: how somebody is known (`auth.py`).
"""

from __future__ import annotations

from fastapi import Request
from starlette.types import Scope

from vigie.accounts.records import ANONYMOUS, LOCAL, Right, Who
from vigie.web.forms import own

WHO, CSRF = "vigie.who", "vigie.csrf"  # keys of the ASGI scope: nothing that a request brings can write them
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class ForbiddenError(Exception):
    """Who asks may not. `sign_in`: signing in may help, because nobody is signed in."""

    def __init__(self, what: str, *, sign_in: bool = False) -> None:
        self.what, self.sign_in = what, sign_in
        super().__init__(f"not allowed: {what}")


def default_who(*, public: bool) -> Who:
    """Who asks where nobody signs in: the one person of this machine, or anyone."""
    return ANONYMOUS if public else LOCAL


def who(request: Request) -> Who:
    """Who asks; ANONYMOUS where the application says nothing."""
    return who_in(request.scope)


def who_in(scope: Scope) -> Who:
    """The same, for what has no Request."""
    found = scope.get(WHO)
    if isinstance(found, Who):
        return found
    held = getattr(getattr(scope.get("app"), "state", None), "who", None)
    return held if isinstance(held, Who) else ANONYMOUS


def require(request: Request, right: Right) -> Who:
    """Who asks. Raises ForbiddenError where they may not."""
    found = who(request)
    if not found.may(right):
        raise ForbiddenError(right, sign_in=found.via == "anonymous")
    return found


def csrf_field(request: Request) -> str:
    """The value of the hidden field `csrf` (or the header `x-csrf-token`); "" where there is no session to protect."""
    return str(request.scope.get(CSRF, ""))


async def same_origin(request: Request) -> None:
    """Dependency of routers that change something: of a browser without a session only forms of this server's own pages are taken.

    A session's forms are checked before they come here, with its token; what carries a token of the API is sent by a program, not by
    a page of somebody else. Raises ForbiddenError.
    """
    if request.method in UNSAFE and who(request).via in ("local", "anonymous") and not own(request):
        raise ForbiddenError("origin")
