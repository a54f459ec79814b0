"""Tokens of the API: shown once, kept as a hash, with scopes, an end and an owner.

In: an account, scopes, days. Out: the token, once; whose it is. A token never may more than its account does at the moment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from secrets import token_hex, token_urlsafe
from typing import Any

from vigie.accounts.audit import Audit
from vigie.accounts.file import File
from vigie.accounts.people import AccountError
from vigie.accounts.records import SCOPES
from vigie.accounts.rules import Rules
from vigie.accounts.sessions import hashed

PREFIX = "vigie_"
_FORM = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
_LABEL = re.compile(r"[\w .,:()+-]{0,60}")
_DAY = 86400.0
_COLUMNS = "id, account, label, scopes, created_at, expires_at, used_at, revoked_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token without what it opens. `used_at`: the day of its last use."""

    id: str
    account: str
    label: str
    scopes: frozenset[str]
    created_at: float
    expires_at: float
    used_at: float | None
    revoked_at: float | None


class Tokens:
    """The tokens of one file."""

    def __init__(self, file: File, rules: Rules, audit: Audit, clock: Callable[[], float]) -> None:
        self._file, self._rules, self._audit, self._clock = file, rules, audit, clock

    def make(
        self,
        account: str,
        scopes: Iterable[str],
        *,
        label: str = "",
        days: int | None = None,
        by: str = "local",
    ) -> tuple[str, Token]:
        """The token, which nobody can show again, and its record. Raises AccountError."""
        wanted, now = frozenset(scopes), self._clock()
        days = self._rules.token_days if days is None else days
        if not wanted or not wanted <= SCOPES:
            raise AccountError("scopes", f"scopes are some of {', '.join(sorted(SCOPES))}")
        if not 1 <= days <= self._rules.token_most_days:
            raise AccountError("days", f"a token is good for 1 to {self._rules.token_most_days} days")
        wanted |= {"read"}  # the other two speak of what is read
        label = " ".join(label.split())
        if not _LABEL.fullmatch(label):
            raise AccountError("label", "a label has at most 60 letters, digits and simple marks")
        secret, id_ = PREFIX + token_urlsafe(32), token_hex(6)
        with self._file.transaction():
            good = sum(t.revoked_at is None and t.expires_at > now for t in self.of(account))
            if good >= self._rules.tokens:
                raise AccountError(
                    "tokens", f"an account has at most {self._rules.tokens} tokens (revoke one)"
                )
            row = (id_, hashed(secret), account, label, " ".join(sorted(wanted)), now, now + days * _DAY)
            self._file.run("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)", *row)
            self._audit.add(by, "token.add", id_, f"scopes={','.join(sorted(wanted))} days={days}", now=now)
        return secret, next(t for t in self.of(account) if t.id == id_)

    def find(self, secret: str) -> Token | None:
        """The token, if it is good; None else."""
        if not _FORM.fullmatch(secret):
            return None
        now = self._clock()
        row = self._file.one(
            f"SELECT {_COLUMNS} FROM tokens WHERE hash = ? AND revoked_at IS NULL AND expires_at > ?",
            hashed(secret),
            now,
        )
        if row is None:
            return None
        token = _token(row)
        if token.used_at is None or now - token.used_at >= _DAY:
            self._file.run("UPDATE tokens SET used_at = ? WHERE id = ?", now - now % _DAY, token.id)
        return token

    def of(self, account: str) -> list[Token]:
        rows = self._file.all(
            f"SELECT {_COLUMNS} FROM tokens WHERE account = ? ORDER BY created_at DESC", account
        )
        return [_token(row) for row in rows]

    def revoke(self, account: str, id_: str, *, by: str = "local") -> bool:
        """True if the token belongs to the account and was good until now."""
        with self._file.transaction():
            done = self._file.run(
                "UPDATE tokens SET revoked_at = ? WHERE account = ? AND id = ? AND revoked_at IS NULL",
                self._clock(), account, id_,
            )  # fmt: skip
            if done:
                self._audit.add(by, "token.revoke", id_, now=self._clock())
        return done > 0


def _token(row: tuple[Any, ...]) -> Token:
    return Token(
        id=row[0], account=row[1], label=row[2], scopes=frozenset(row[3].split()), created_at=row[4], expires_at=row[5],
        used_at=row[6], revoked_at=row[7],
    )  # fmt: skip
