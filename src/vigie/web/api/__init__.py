"""The REST API: `/api/v1` over the read model, the same rules as the pages of the same edition.

In: a context. Out: a router. Every answer is made of a read model alone: in the public edition that file holds nothing but what the gate let
out. Only reading is offered. Left out: who asks (`web/identity.py`), bounds of requests (`web/limits.py`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from starlette.types import Receive, Scope, Send

from vigie.web.api.answers import ALLOW, BASE, Answers
from vigie.web.api.openapi import document
from vigie.web.api.problems import MEDIA, Problem
from vigie.web.api.resources import offered
from vigie.web.cache import Answer, BusyError, answer
from vigie.web.context import Context
from vigie.web.identity import ForbiddenError
from vigie.web.provider import NotReadyError

Make = Callable[[Request], Awaitable[Response]]


def api_router(context: Context) -> APIRouter:
    """Routes of one edition."""
    made, router = Answers(context), APIRouter()

    def add(path: str, name: str, make: Make) -> None:
        endpoint: Any = _Endpoint(make)  # an application of its own: so it is given every method
        router.add_route(path, endpoint, name=f"api_{name}", include_in_schema=False)

    add(BASE, "root", made.root)
    add(f"{BASE}/openapi.json", "openapi", _openapi(made))
    for resource in offered(public=context.public):
        add(f"{BASE}/{resource.name}", resource.name, lambda request, r=resource: made.list(request, r))  # type: ignore[misc]
        if resource.one is not None:
            add(
                f"{BASE}/{resource.name}/{{id}}", f"{resource.name}_one",
                lambda request, r=resource: made.one(request, r, request.path_params["id"]),  # type: ignore[misc]
            )  # fmt: skip
    for path in ("/api", "/api/{rest:path}"):
        add(path, "none", _nothing)
    return router


def _openapi(made: Answers) -> Make:
    def told(public: bool) -> Answer:
        return answer(json.dumps(document(public), ensure_ascii=False).encode(), "application/json")

    kept: list[Answer] = []

    async def show(request: Request) -> Response:
        if not kept:
            kept.append(await to_thread.run_sync(told, made.public))
        return made.sent(request, kept[0], {})

    return show


async def _nothing(request: Request) -> Response:
    raise Problem(404, "nothing stands at this address", f"see {BASE} and {BASE}/openapi.json")


class _Endpoint:
    """One address, every method: reading is answered, OPTIONS told, the rest refused, each error as a problem."""

    def __init__(self, make: Make) -> None:
        self._make = make

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await (await self._answer(request))(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            if request.method == "OPTIONS":
                return Response(status_code=204, headers={"allow": ALLOW, "cache-control": "no-store"})
            if request.method not in ("GET", "HEAD"):
                raise Problem(
                    405, f"{request.method[:12]} is not offered", "read with GET", headers={"allow": ALLOW}
                )
            return await self._make(request)
        except Problem as problem:
            found = problem
        except ForbiddenError as error:
            found = _forbidden(error)
        except BusyError as error:
            found = Problem(
                503, "too many ask at once", "come again", headers={"retry-after": str(error.seconds)}
            )
        except NotReadyError as error:
            found = Problem(
                503, "the data are being made", "come again", headers={"retry-after": str(error.seconds)}
            )
        except Exception as error:  # its message may quote a document
            from vigie.pipeline import place_of

            print(
                f"vigie: unexpected {type(error).__name__} at {place_of(error) or 'start'}",
                file=sys.stderr,
                flush=True,
            )
            found = Problem(500, "something failed here", "tell who runs this server when it was")
        body = found.body()
        headers = {
            "content-type": MEDIA,
            "content-length": str(len(body)),
            "cache-control": "no-store",
            **found.headers,
        }
        return Response(b"" if request.method == "HEAD" else body, status_code=found.status, headers=headers)


def _forbidden(error: ForbiddenError) -> Problem:
    if error.sign_in:
        return Problem(
            401, "this edition is for people who signed in", "send the header Authorization: Bearer with a token of your account",
            headers={"www-authenticate": "Bearer"},
        )  # fmt: skip
    return Problem(403, "this account or token may not read here", "ask for a token with the scope read")


__all__ = ["api_router"]
