"""What goes wrong, as `application/problem+json` (RFC 9457): which parameter, and the repair.

In: a status and words. Out: Problem, its body. Left out: what was asked for is never repeated whole: it may hold anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

MEDIA = "application/problem+json"
TITLES: Mapping[int, str] = {
    400: "a parameter cannot be read",
    401: "nobody is signed in",
    403: "not allowed",
    404: "not found",
    405: "only reading is offered here",
    406: "no such format of this resource",
    410: "the data changed since the first page",
    414: "the address is too long",
    500: "something failed",
    503: "busy",
}


class Problem(Exception):  # noqa: N818 - an answer like others
    """One refusal.

    Args:
        detail: what is wrong.
        repair: what helps; "" where nothing does.
        parameter: the parameter that it is about.
        offered: what would be taken.
    """

    def __init__(
        self, status: int, detail: str, repair: str = "", *, parameter: str = "", offered: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.status, self.detail, self.repair, self.parameter = status, detail, repair, parameter
        self.offered, self.headers = tuple(offered), dict(headers or {})
        super().__init__(f"{status} {detail}")

    def body(self) -> bytes:
        told: dict[str, object] = {
            "type": "about:blank", "title": TITLES.get(self.status, "refused"), "status": self.status, "detail": self.detail,
        }  # fmt: skip
        if self.parameter:
            told["parameter"] = self.parameter
        if self.repair:
            told["repair"] = self.repair
        if self.offered:
            told["offered"] = list(self.offered)
        return json.dumps(told, ensure_ascii=False).encode()


def shown(value: str) -> str:
    """A refused value as a message may repeat it."""
    return "".join(c for c in value[:40] if c.isalnum() or c in " -/:_~.")
