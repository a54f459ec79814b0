"""What became of a request: an answer, or the reason why there is none.

A reason is an id, told in words by `vigie.watch`; the only part of an address that is kept beside it is the host.
"""

from __future__ import annotations

from dataclasses import dataclass

from vigie.model.errors import VigieError

# Reasons that pass by themselves: the same request is made again later. All others stay until somebody changes something.
PASSING = frozenset(
    {
        *("busy", "server-error", "no-answer", "unresolved", "cut", "too-slow", "tls", "rules-unreachable"),
        *("protocol", "waits", "unexpected"),
    }
)


class Unfetched(VigieError):  # noqa: N818 - a verdict on one address; the others go on
    """Nothing was fetched.

    Attributes:
        reason: an id ("robots", "private-address", "too-large").
        host: of the address; "" where it has none.
        after: seconds that the host asks to wait; None if it does not say.
        status: of the answer; 0 without one.
    """

    def __init__(self, reason: str, host: str = "", *, after: float | None = None, status: int = 0) -> None:
        self.reason, self.host, self.after, self.status = reason, host, after, status
        super().__init__(f"{host or 'address'}: {reason}")

    @property
    def passing(self) -> bool:
        """Whether it is worth trying again."""
        return self.reason in PASSING


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Validators of an earlier answer."""

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a host gave.

    Attributes:
        url: the last address, after redirects. Never stored: `vigie.watch` redacts it first.
        status: 200 or 304.
        media: the type it announced, lower case, without parameters; "" if none.
        charset: what it announced, "" if none.
        body: unpacked; empty with 304.
        etag, modified: validators for the next time, checked; "" if none.
        reserved: text and data mining is reserved by a header, of this answer or of one that led to it.
        moved: the address asked for leads elsewhere for good (301, 308).
    """

    url: str
    status: int
    media: str = ""
    charset: str = ""
    body: bytes = b""
    etag: str = ""
    modified: str = ""
    reserved: bool = False
    moved: bool = False
