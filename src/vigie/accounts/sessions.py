"""Sessions and known browsers, kept on the server: a browser holds a random id, the file its hash.

In: what a cookie holds. Out: Session. An id that was not made here is never taken over (session fixation), each sign-in makes a new one, and
a session ends after a time without use, after a time at all, or when its owner says so.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_bytes, token_hex, token_urlsafe

from vigie.accounts.file import File
from vigie.accounts.rules import Rules

_CSRF = 32  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`handle` is what pages call it; `account` the id of its owner; `csrf` the secret that its forms prove."""

    handle: str
    account: str
    csrf: bytes
    created_at: float
    seen_at: float

    def field(self) -> str:
        """What a form holds: the secret under a mask that is another each time, so that compressed pages do not give it away."""
        mask = token_bytes(_CSRF)
        return base64.urlsafe_b64encode(mask + _xor(mask, self.csrf)).decode()

    def proves(self, field: str) -> bool:
        """Whether a form holds the secret of this session."""
        try:
            sent = base64.b64decode(field.encode("ascii"), altchars=b"-_", validate=True)
        except ValueError:
            return False
        if len(sent) != 2 * _CSRF:
            return False
        return hmac.compare_digest(_xor(sent[:_CSRF], sent[_CSRF:]), self.csrf)


class Sessions:
    """The sessions of one file."""

    def __init__(self, file: File, rules: Rules, clock: Callable[[], float]) -> None:
        self._file, self._rules, self._clock = file, rules, clock

    def begin(self, account: str) -> str:
        """A new session; what its cookie holds. The oldest of too many ends."""
        id_, now = token_urlsafe(32), self._clock()
        with self._file.transaction():
            self._forget(now)
            self._file.run(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)",
                hashed(id_),
                token_hex(6),
                account,
                token_bytes(_CSRF),
                now,
                now,
            )
            self._file.run(
                "DELETE FROM sessions WHERE account = ?1 AND hash NOT IN "
                "(SELECT hash FROM sessions WHERE account = ?1 ORDER BY created_at DESC, rowid DESC LIMIT ?2)",
                account, self._rules.sessions,
            )  # fmt: skip
        return id_

    def find(self, id_: str) -> Session | None:
        """The session of a cookie; None for one that has ended, or never was."""
        now, key = self._clock(), hashed(id_)
        row = self._file.one(
            "SELECT handle, account, csrf, created_at, seen_at FROM sessions WHERE hash = ? AND seen_at > ? AND created_at > ?",
            key, now - self._rules.idle, now - self._rules.longest,
        )  # fmt: skip
        if row is None:
            return None
        if now - row[4] > self._rules.touch:
            self._file.run("UPDATE sessions SET seen_at = ? WHERE hash = ?", now, key)
        return Session(handle=row[0], account=row[1], csrf=bytes(row[2]), created_at=row[3], seen_at=row[4])

    def of(self, account: str) -> list[Session]:
        """The sessions of an account that have not ended, newest first."""
        now = self._clock()
        rows = self._file.all(
            "SELECT handle, account, csrf, created_at, seen_at FROM sessions WHERE account = ? AND seen_at > ? AND created_at > ? "
            "ORDER BY created_at DESC",
            account, now - self._rules.idle, now - self._rules.longest,
        )  # fmt: skip
        return [
            Session(handle=row[0], account=row[1], csrf=bytes(row[2]), created_at=row[3], seen_at=row[4])
            for row in rows
        ]

    def end(self, id_: str) -> None:
        """That of a cookie."""
        self._file.run("DELETE FROM sessions WHERE hash = ?", hashed(id_))

    def end_one(self, account: str, handle: str) -> bool:
        """That of a handle, if it belongs to the account."""
        return self._file.run("DELETE FROM sessions WHERE account = ? AND handle = ?", account, handle) > 0

    def end_others(self, account: str, handle: str) -> int:
        """All of the account but one; handle "" for all."""
        return self._file.run("DELETE FROM sessions WHERE account = ? AND handle <> ?", account, handle)

    def know(self, account: str) -> str:
        """What the cookie of a browser holds that signed in: it is counted apart from strangers."""
        device = token_urlsafe(24)
        with self._file.transaction():
            self._file.run("INSERT INTO devices VALUES (?, ?, ?)", hashed(device), account, self._clock())
            self._file.run(
                "DELETE FROM devices WHERE account = ?1 AND hash NOT IN "
                "(SELECT hash FROM devices WHERE account = ?1 ORDER BY seen_at DESC, rowid DESC LIMIT ?2)",
                account, self._rules.sessions,
            )  # fmt: skip
        return device

    def known(self, account: str, device: str) -> bool:
        """Whether the browser signed in to this account before."""
        since = self._clock() - self._rules.device_days * 86400
        return bool(device) and self._file.run(
            "UPDATE devices SET seen_at = ? WHERE hash = ? AND account = ? AND seen_at > ?",
            self._clock(), hashed(device), account, since,
        ) > 0  # fmt: skip

    def _forget(self, now: float) -> None:
        self._file.run(
            "DELETE FROM sessions WHERE seen_at <= ? OR created_at <= ?",
            now - self._rules.idle,
            now - self._rules.longest,
        )
        self._file.run("DELETE FROM devices WHERE seen_at <= ?", now - self._rules.device_days * 86400)


def hashed(secret: str) -> bytes:
    """Of 192 random bits or more a quick hash is enough: there is nothing to guess."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
