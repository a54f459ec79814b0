"""Forms as browsers send them: whether one is of this server's own page, its body within a bound, its fields.

In: a request. Out: its fields as text, or FormError with the status that says what is wrong. Nothing of a body is written anywhere. Left out:
what fields mean (the pages), what any request may weigh (`limits.py`), the session's proof (`auth.py`).
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

FORM = "application/x-www-form-urlencoded"


class FormError(HTTPException):
    """What is no form of ours: 413 too long, 415 another kind of content, 400 else (also where its sender has gone)."""


def own(request: Request) -> bool:
    """True if a browser says that the form is of this page. What says nothing is refused: every browser of today says it."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin, host = request.headers.get("origin", ""), request.headers.get("host", "")
    return bool(host) and urlsplit(origin).netloc.lower() == host.lower()


async def read_form(request: Request, *, most_bytes: int, most_fields: int) -> dict[str, str]:
    """The fields of a form, each sent once. Raises FormError."""
    return fields_of(await read_body(request, most_bytes=most_bytes), most_fields=most_fields)


async def read_body(request: Request, *, most_bytes: int) -> bytes:
    """The body of a form. Reading stops where it is too long. Raises FormError."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise FormError(415)
    found = bytearray()
    try:
        async for part in request.stream():
            found += part
            if len(found) > most_bytes:
                raise FormError(413)
    except ClientDisconnect:
        raise FormError(400) from None
    return bytes(found)


def fields_of(body: bytes, *, most_fields: int) -> dict[str, str]:
    """The fields of a body as they were written; none for an empty one. Raises FormError for two of one name: which is meant is not known."""
    if not body:
        return {}
    try:
        found = parse_qs(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, max_num_fields=most_fields, errors="strict"
        )  # fmt: skip
    except ValueError:
        raise FormError(400) from None
    if any(len(values) != 1 for values in found.values()):
        raise FormError(400)
    return {name: values[0] for name, values in found.items()}
