"""Accounts: made by an admin, or by a rule of claims; never by somebody who only comes by.

In: names, roles. Out: Account. Every change is a line of the log. A name is a login, not a person's name: what is written elsewhere is the id.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from vigie.accounts.audit import Audit
from vigie.accounts.file import File
from vigie.accounts.passwords import Hasher, fault
from vigie.accounts.records import ROLES, Role
from vigie.accounts.rules import Rules
from vigie.model.errors import VigieError

_NAME = re.compile(r"[\w.@+-]{2,80}", re.ASCII)
_COLUMNS = "id, name, role, hash IS NOT NULL, disabled, issuer, subject, by_rule, created_at"


class AccountError(VigieError):
    """An account cannot be made or changed so; `code` names the words that say why on a page."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One who may sign in. `issuer`, `subject`: of a provider, once they came that way; None before."""

    id: str
    name: str
    role: Role
    has_password: bool
    disabled: bool
    issuer: str | None
    subject: str | None
    by_rule: bool
    created_at: float


class People:
    """The accounts of one file."""

    def __init__(
        self, file: File, hasher: Hasher, rules: Rules, audit: Audit, clock: Callable[[], float]
    ) -> None:
        self._file, self._hasher, self._rules, self._audit, self._clock = file, hasher, rules, audit, clock

    def add(
        self, name: str, role: Role, password: str | None = None, *, by: str = "local", by_rule: bool = False
    ) -> Account:
        """Raises AccountError: a name that is taken or none, a role that is none, a password that is not taken."""
        if not _NAME.fullmatch(name):
            raise AccountError("name", "a login has 2 to 80 letters, digits and . @ + - _ without accents")
        hashed = self._hashed(password, name) if password is not None else None
        row = (token_hex(8), name, name.lower(), _role(role), hashed, int(by_rule), self._clock())
        with self._file.transaction():
            try:
                self._file.run(
                    "INSERT INTO accounts (id, name, folded, role, hash, by_rule, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    *row,
                )
            except sqlite3.IntegrityError:
                raise AccountError("taken", "an account of this name exists") from None
            self._log(by, "account.add", row[0], f"role={role}")
        return self.of(row[0])

    def of(self, id_: str) -> Account:
        """Raises AccountError where there is none."""
        found = self.by_id(id_)
        if found is None:
            raise AccountError("unknown", "there is no such account (vigie account list)")
        return found

    def by_id(self, id_: str) -> Account | None:
        return self._one("id = ?", id_)

    def named(self, name: str) -> Account:
        """Raises AccountError where nobody has the login."""
        found = self.find(name)
        if found is None:
            raise AccountError("unknown", "nobody has this login (vigie account list)")
        return found

    def find(self, name: str) -> Account | None:
        return self._one("folded = ?", name.lower()[:200].encode("utf-8", "replace").decode())

    def linked(self, issuer: str, subject: str) -> Account | None:
        """Who came through that provider before."""
        return self._one("issuer = ? AND subject = ?", issuer, subject)

    def all(self) -> list[Account]:
        rows = self._file.all(f"SELECT {_COLUMNS} FROM accounts ORDER BY folded")
        return [_account(row) for row in rows]

    def hash_of(self, account: Account) -> str | None:
        row = self._file.one("SELECT hash FROM accounts WHERE id = ?", account.id)
        return row[0] if row else None

    def set_role(self, account: Account, role: Role, *, by: str = "local") -> None:
        """The sessions of the account end: whoever uses one signs in again with what they may now."""
        with self._file.transaction():
            self._keep_an_admin(account, role, account.disabled)
            self._file.run("UPDATE accounts SET role = ? WHERE id = ?", _role(role), account.id)
            self._end(account)
            self._log(by, "account.role", account.id, f"{account.role}->{role}")

    def set_disabled(self, account: Account, disabled: bool, *, by: str = "local") -> None:
        """Sessions end; tokens work no more as long as the account is disabled."""
        with self._file.transaction():
            self._keep_an_admin(account, account.role, disabled)
            self._file.run("UPDATE accounts SET disabled = ? WHERE id = ?", int(disabled), account.id)
            if disabled:
                self._end(account)
            self._log(by, "account.disable" if disabled else "account.enable", account.id)

    def set_password(self, account: Account, password: str, *, by: str = "local") -> None:
        """All sessions and known browsers of the account end. Raises AccountError for a password that is not taken."""
        hashed = self._hashed(password, account.name)
        with self._file.transaction():
            self._file.run(
                "UPDATE accounts SET hash = ?, changed_at = ? WHERE id = ?", hashed, self._clock(), account.id
            )
            self._end(account)
            self._file.run("DELETE FROM devices WHERE account = ?", account.id)
            self._log(by, "account.password", account.id)

    def renew_hash(self, account: Account, password: str) -> None:
        """The same password at the cost of today."""
        self._file.run("UPDATE accounts SET hash = ? WHERE id = ?", self._hasher.hash(password), account.id)

    def link(self, account: Account, issuer: str, subject: str) -> None:
        """From now on this person of that provider is this account."""
        with self._file.transaction():
            self._file.run(
                "UPDATE accounts SET issuer = ?, subject = ? WHERE id = ?", issuer, subject, account.id
            )
            self._log(account.id, "account.link", account.id)

    def remove(self, account: Account, *, by: str = "local") -> None:
        """Name, hash, sessions, tokens go; the lines of the log keep the id, which names nobody any more."""
        with self._file.transaction():
            self._keep_an_admin(account, "public", True)
            self._file.run("DELETE FROM accounts WHERE id = ?", account.id)
            self._log(by, "account.remove", account.id)

    def _one(self, where: str, *values: str) -> Account | None:
        row = self._file.one(f"SELECT {_COLUMNS} FROM accounts WHERE {where}", *values)
        return _account(row) if row else None

    def _hashed(self, password: str, name: str) -> str:
        why = fault(password, name, self._rules)
        if why:
            raise AccountError(
                f"password_{why}", _SAID[why].format(least=self._rules.least, most=self._rules.most)
            )
        return self._hasher.hash(password)

    def _keep_an_admin(self, account: Account, role: Role, disabled: bool) -> None:
        if account.role != "admin" or account.disabled or (role == "admin" and not disabled):
            return
        others = self._file.one(
            "SELECT count(*) FROM accounts WHERE role = 'admin' AND NOT disabled AND id <> ?", account.id
        )
        if others is None or not others[0]:
            raise AccountError("last_admin", "this is the last admin (make another one first)")

    def _end(self, account: Account) -> None:
        self._file.run("DELETE FROM sessions WHERE account = ?", account.id)

    def _log(self, who: str, action: str, target: str, detail: str = "") -> None:
        self._audit.add(who, action, target, detail, now=self._clock())


_SAID = {
    "short": "a password has at least {least} characters: a few words that do not belong together are easy to keep in mind",
    "long": "a password has at most {most} characters",
    "common": "this password is one of those that are tried first",
    "simple": "this password is one short piece again and again, or a row of keys",
    "name": "this password is the login with little more",
}


def _role(role: str) -> str:
    if role not in ROLES:
        raise AccountError("role", f"a role is one of {', '.join(ROLES)}")
    return role


def _account(row: tuple[Any, ...]) -> Account:
    return Account(
        id=row[0], name=row[1], role=row[2], has_password=bool(row[3]), disabled=bool(row[4]), issuer=row[5], subject=row[6],
        by_rule=bool(row[7]), created_at=row[8],
    )  # fmt: skip
