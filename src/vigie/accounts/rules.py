"""The numbers of sign-in: what a hash costs, how long a password is, when one waits, when a session ends.

In: data/accounts/rules.toml. Out: Rules. Tests take cheaper ones by `replace(rules(), …)`; what a server uses is the file.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

OWASP_LEAST = (
    (47104, 1),
    (19456, 2),
    (12288, 3),
    (9216, 4),
    (7168, 5),
)  # (KiB, passes), one lane: any of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """See the file for the reasons. Times are seconds, memory is KiB."""

    memory_kib: int
    passes: int
    lanes: int
    hashes_at_once: int
    least: int
    most: int
    distinct: int
    run: float
    rows: tuple[str, ...]
    words: frozenset[str]
    free: int
    first_wait: float
    longest_wait: float
    forget: float
    burst: int
    each: float
    known_burst: int
    known_each: float
    idle: float
    longest: float
    sessions: int
    touch: float
    device_days: int
    token_days: int
    token_most_days: int
    tokens: int

    @property
    def strong(self) -> bool:
        """True if a hash costs at least what OWASP asks for."""
        return any(self.memory_kib >= kib and self.passes >= passes for kib, passes in OWASP_LEAST)


@cache
def rules() -> Rules:
    """The rules of the file."""
    read = tomllib.loads((files("vigie") / "data" / "accounts" / "rules.toml").read_text("utf-8"))
    cost, word, sign, session, token = (read[k] for k in ("hash", "password", "sign_in", "session", "token"))
    return Rules(
        memory_kib=cost["memory_kib"], passes=cost["passes"], lanes=cost["lanes"], hashes_at_once=cost["at_once"],
        least=word["least"], most=word["most"], distinct=word["distinct"], run=word["run"],
        rows=tuple(word["rows"]), words=frozenset(word["words"]),
        free=sign["free"], first_wait=sign["first_wait"], longest_wait=sign["longest_wait"], forget=sign["forget"],
        burst=sign["burst"], each=sign["each"], known_burst=sign["known_burst"], known_each=sign["known_each"],
        idle=session["idle"], longest=session["longest"], sessions=session["each"], touch=session["touch"],
        device_days=session["device_days"],
        token_days=token["days"], token_most_days=token["most_days"], tokens=token["each"],
    )  # fmt: skip
