"""Where the next page of a list begins, as an opaque text that checks itself.

In: what was asked, a place in the list, the model's stamp. Out: the cursor, and back. It holds no right: the filters are read from the
request again, and a cursor of other filters is refused. Where the data changed since, a list goes on after its last row if that is still
there (`anchor`), else the reader is told to begin again, so that no page leaves a row out in silence.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass

from vigie.web.api.problems import Problem

LONGEST = 400  # characters
_AGAIN = "begin again without cursor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a list.

    Attributes:
        after: of a list of the file the number of the last row that was given; of a list in memory how many were.
        anchor: id of the last row; "" where the list has none.
        stamp: of the model that it was given from.
    """

    after: int
    anchor: str
    stamp: str


def written(place: Place, question: str) -> str:
    """The cursor of a place in the list that `question` asks for."""
    body = json.dumps([place.after, place.anchor, place.stamp], separators=(",", ":"))
    return base64.urlsafe_b64encode(f"{_check(body, question)}{body}".encode()).decode().rstrip("=")


def read(text: str, question: str) -> Place:
    """The place. Raises Problem 400 for a text that is no cursor of this question."""
    wrong = Problem(400, "cursor: not one of this list with these filters", _AGAIN, parameter="cursor")
    if len(text) > LONGEST or not text.isascii():
        raise wrong
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        check, body = plain[:_CHECK], plain[_CHECK:]
        if check != _check(body, question) or _respelt(plain, text):
            raise wrong
        after, anchor, stamp = json.loads(body)
    except (ValueError, binascii.Error):
        raise wrong from None
    return Place(after=int(after), anchor=str(anchor), stamp=str(stamp))


def _respelt(plain: str, text: str) -> bool:
    """True for another spelling of the same cursor: each place has one address."""
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=") != text


def gone() -> Problem:
    """The row after which the page was to begin is no longer there."""
    return Problem(
        410, "cursor: the data changed since, and the last row is gone", _AGAIN, parameter="cursor"
    )


_CHECK = 16  # hex digits


def _check(body: str, question: str) -> str:
    return hashlib.sha256(f"vigie cursor\0{question}\0{body}".encode()).hexdigest()[:_CHECK]
