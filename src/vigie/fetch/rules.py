"""What a host says of machines: robots.txt, ai.txt, and reservations of text and data mining.

In: the three files of a host as bytes, None where it has none. Out: whether a path may be asked, how fast, and whether mining is
reserved there. Sources: RFC 9309 (robots.txt, by protego); TDM Reservation Protocol, W3C community group report (2024), section 6 for
`/.well-known/tdmrep.json`; ai.txt, which has the grammar of robots.txt. Left out: fetching them (`client.py`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from protego import Protego

from vigie.fetch.addresses import Address

NAME = "Vigie"  # the token by which a robots.txt can name this program
_MOST_RULES = 1000
_MOST_PATTERN = 500
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_OCTET = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of one origin.

    Attributes:
        robots, ai: None: everything is allowed.
        reserved: (pattern of paths, whether mining is reserved), the first that fits counts.
        closed: nothing may be asked: the host answered that its rules are not for us, or not now.
        passing: `closed` may be another thing later.
    """

    robots: Protego | None = None
    ai: Protego | None = None
    reserved: tuple[tuple[str, bool], ...] = ()
    closed: bool = False
    passing: bool = False

    def allows(self, where: Address) -> bool:
        """Whether robots.txt lets us ask this address."""
        return self.robots is None or bool(self.robots.can_fetch(where.url, NAME))

    def reserves(self, where: Address) -> bool:
        """Whether text and data mining of this address is reserved."""
        if self.ai is not None and not self.ai.can_fetch(where.url, NAME):
            return True
        return next((yes for pattern, yes in self.reserved if fits(pattern, canonical(where.path))), False)

    @property
    def delay(self) -> float | None:
        """Seconds between two requests that the host asks for; None if it does not say."""
        if self.robots is None:
            return None
        asked = self.robots.crawl_delay(NAME)
        rate = self.robots.request_rate(NAME)
        slow = rate.seconds / max(rate.requests, 1) if rate is not None else None
        return max((float(d) for d in (asked, slow) if d is not None and d >= 0), default=None)


def rules(robots: bytes | None, reservation: bytes | None = None, ai: bytes | None = None) -> Rules:
    """The rules that the files state; what is no such file states nothing."""
    return Rules(robots=_robots(robots), ai=_robots(ai), reserved=_reserved(reservation))


def _robots(data: bytes | None) -> Protego | None:
    text = (data or b"").decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if not text or text.startswith("<"):  # a page in its place states no rule
        return None
    lines = [line[: _MOST_PATTERN * 4] for line in re.split(r"\r\n?|\n", text)]
    return Protego.parse("\n".join(lines))


def _reserved(data: bytes | None) -> tuple[tuple[str, bool], ...]:
    listed = _json(data or b"")
    found = []
    for entry in listed[:_MOST_RULES] if isinstance(listed, list) else [listed]:
        where = entry.get("location") if isinstance(entry, dict) else None
        if isinstance(where, str) and 0 < len(where) <= _MOST_PATTERN:
            said = entry.get("tdm-reservation")
            found.append((canonical(where), said == 1 or (isinstance(said, str) and said.strip() == "1")))
    return tuple(found)


def _json(data: bytes) -> Any:
    """UTF-8, 16 or 32 by its first bytes, else Latin-1; None for what is no JSON."""
    try:
        return json.loads(data)
    except UnicodeDecodeError:
        pass
    except (ValueError, RecursionError):
        return None
    try:
        return json.loads(data.decode("latin-1"))
    except (ValueError, RecursionError):
        return None


def canonical(path: str) -> str:
    """A path, or a pattern of paths, as RFC 9309 (2.2.2) compares them: escaped where it has to be, and nowhere else."""
    return _OCTET.sub(_octet, path)


def _octet(match: re.Match[str]) -> str:
    text = match.group()
    if len(text) == 3 and text[0] == "%":
        char = chr(int(text[1:], 16))
        return char if _UNRESERVED.fullmatch(char) else text.upper()
    return "".join(f"%{b:02X}" for b in text.encode("utf-8", "replace"))


def fits(location: str, path: str) -> bool:
    """Whether a pattern of paths fits: `*` stands for anything, `$` for the end; without it the beginning is enough.

    Part after part, each at its first place: a pattern made to take for ever takes no longer than another.
    """
    first, *others = location.removesuffix("$").split("*")
    ends = location.endswith("$")
    if not path.startswith(first):
        return False
    if not others:
        return not ends or path == first
    at = len(first)
    for part in others[:-1]:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    last = others[-1]
    if ends:
        return len(path) - len(last) >= at and path.endswith(last)
    return path.find(last, at) >= 0
