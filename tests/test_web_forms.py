"""Forms as browsers send them: fields, bounds, and what is no form."""

from __future__ import annotations

import pytest
from fastapi import Request
from starlette.types import Message

from attack_samples import run_apart
from vigie.text.normalise import typed
from vigie.web.forms import FORM, FormError, read_form

FORMS = [
    # id, content type, parts of the body, fields or the status of the refusal
    ("plain", FORM, [b"a=1&b=two+words"], {"a": "1", "b": "two words"}),
    ("with_charset", f"{FORM}; charset=utf-8", [b"a=%C3%A9"], {"a": "é"}),
    ("in_parts", FORM, [b"a=1&", b"b=2"], {"a": "1", "b": "2"}),
    ("kept_as_written", FORM, [b"a=+%00%E2%80%AE%0D%0A"], {"a": " \x00\u202e\r\n"}),
    ("empty_field", FORM, [b"a="], {"a": ""}),
    ("empty", FORM, [b""], {}),
    ("another_kind", "application/json", [b"{}"], 415),
    ("no_kind", "", [b"a=1"], 415),
    ("at_the_bound", FORM, [b"a=" + b"x" * 28], {"a": "x" * 28}),
    ("over_the_bound", FORM, [b"a=" + b"x" * 29], 413),
    ("over_it_in_parts", FORM, [b"a=" + b"x" * 20, b"x" * 20], 413),
    ("too_many_fields", FORM, [b"a=1&b=1&c=1&d=1"], 400),
    ("twice", FORM, [b"a=1&a=2"], 400),
    ("no_ascii", FORM, [b"a=\xe9"], 400),
    ("no_utf8", FORM, [b"a=%E9"], 400),
    ("no_form", FORM, [b"hello"], 400),
    ("sender_gone", FORM, [b"a=1", None], 400),
]


@pytest.mark.parametrize(("kind", "parts", "wanted"), [r[1:] for r in FORMS], ids=[r[0] for r in FORMS])
def test_forms(kind: str, parts: list[bytes | None], wanted: dict[str, str] | int) -> None:
    coming: list[Message] = [
        {"type": "http.disconnect"}
        if part is None
        else {"type": "http.request", "body": part, "more_body": n < len(parts) - 1}
        for n, part in enumerate(parts)
    ]

    async def receive() -> Message:
        return coming.pop(0)

    request = Request({"type": "http", "headers": [(b"content-type", kind.encode())]}, receive)
    try:
        found: dict[str, str] | int = run_apart(lambda: read_form(request, most_bytes=30, most_fields=3))
    except FormError as error:
        found = error.status_code
    assert found == wanted


def test_reading_stops_at_the_bound() -> None:
    """A body without end is not waited for."""
    asked = 0

    async def receive() -> Message:
        nonlocal asked
        asked += 1
        return {"type": "http.request", "body": b"x" * 20, "more_body": True}

    request = Request({"type": "http", "headers": [(b"content-type", FORM.encode())]}, receive)
    with pytest.raises(FormError):
        run_apart(lambda: read_form(request, most_bytes=30, most_fields=3))
    assert asked == 2


TYPED = [
    # id, what came, what is read
    ("line_ends", "a\r\nb\rc\nd", "a\nb\nc\nd"),
    ("tabs_stay", "a\tb", "a\tb"),
    ("controls", "a\x00\x0b\x1f\x7f\x85b", "ab"),
    ("directions", "a\u200e\u202e\u2066b", "ab"),
    ("words_that_are_seen", "Saint-Étienne : 60 €\u202f!", "Saint-Étienne : 60 €\u202f!"),
]


@pytest.mark.parametrize(("text", "wanted"), [r[1:] for r in TYPED], ids=[r[0] for r in TYPED])
def test_what_nobody_sees_is_not_read(text: str, wanted: str) -> None:
    assert typed(text) == wanted
