"""The file of accounts beside a store: accounts, sessions, tokens, the log of what was done.

In: names, passwords, what browsers and programs send. Out: Who. Nothing of it is a fact, and nothing of it is in the store.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from vigie.accounts.audit import Audit
from vigie.accounts.file import File
from vigie.accounts.passwords import Hasher
from vigie.accounts.people import Account, People
from vigie.accounts.records import Who
from vigie.accounts.rules import Rules, rules
from vigie.accounts.sessions import Session, Sessions, hashed
from vigie.accounts.throttle import Throttle
from vigie.accounts.tokens import Tokens
from vigie.model.errors import SettingsError, VigieError
from vigie.settings import Settings

FILE, HEADS = "accounts.sqlite3", "audit.heads"


class SignInError(VigieError):
    """Name and password do not go together: which of them is wrong is not said."""

    def __init__(self) -> None:
        super().__init__("name and password do not go together")


def desk_folder(store: Path | str) -> Path:
    """`vigie.duckdb.desk` beside `vigie.duckdb`, or beside what a link of that name points to."""
    target = Path(store).resolve()
    return target.with_name(f"{target.name}.desk")


def desk_file(store: Path | str) -> Path:
    """The file of accounts of a store, whether it is there or not."""
    return desk_folder(store) / FILE


class Desk:
    """One file of accounts.

    Attributes:
        people, sessions, tokens, audit: the parts.
    """

    def __init__(self, file: File, rules: Rules, heads: Path, clock: Callable[[], float]) -> None:
        self.path, self.rules, self._file, self._clock = file.path, rules, file, clock
        self.hasher = Hasher(rules)
        self.audit = Audit(file, heads)
        self.people = People(file, self.hasher, rules, self.audit, clock)
        self.sessions = Sessions(file, rules, clock)
        self.tokens = Tokens(file, rules, self.audit, clock)
        self.throttle = Throttle(file, rules, clock)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        rules_: Rules | None = None,
        heads: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> Desk:
        """The file (made with its folder where there is none). Raises StoreError.

        Args:
            rules_: others than those of the file, for tests.
            heads: where the heads of the log go; None for the same folder.
            clock: seconds since 1970.
        """
        return cls(File.open(path), rules_ or rules(), heads or path.with_name(HEADS), clock)

    @classmethod
    def of(cls, settings: Settings) -> Desk:
        """The desk of a store, with the heads of its log where the settings file says. Raises StoreError, SettingsError."""
        heads = settings.accounts.get("heads", "")
        if not isinstance(heads, str):
            raise SettingsError("accounts.heads is the path of a file, in quotes")
        return cls.open(desk_file(settings.store), heads=settings.accounts_folder / heads if heads else None)

    def close(self) -> None:
        self._file.close()

    @property
    def secret(self) -> bytes:
        """What keyed hashes and what a browser keeps for us are made with."""
        return self._file.secret

    def now(self) -> float:
        return self._clock()

    def authenticate(self, name: str, password: str, *, device: str = "") -> Account:
        """The account of a name and a password: one hash, whoever asks.

        Args:
            device: what a browser holds that signed in before; "" for none.
        Raises: WaitError, SignInError.
        """
        name = name.strip()[:200]
        account = self.people.find(name)
        known = account is not None and self.sessions.known(account.id, device)
        key = self.throttle.begin(name.lower(), hashed(device).hex() if known else "")
        kept = self.people.hash_of(account) if account else None
        if not self.hasher.verify(kept, password) or account is None or account.disabled:
            if self.throttle.locks(key):  # also of a name that nobody has: a line takes time
                self.log("anonymous", "sign_in.wait", account.id if account else "unknown")
            raise SignInError
        self.throttle.clear(key)
        if kept is not None and self.hasher.outdated(kept):
            self.people.renew_hash(account, password)
        return account

    def sign_in(self, account: Account, *, presented: str = "", how: str = "password") -> str:
        """A new session, and what its cookie holds. What the browser held before ends, whoever it belonged to."""
        if presented:
            self.sessions.end(presented)
        id_ = self.sessions.begin(account.id)
        self.log(account.id, "sign_in", account.id, how)
        return id_

    def of_session(self, id_: str) -> tuple[Who, Session] | None:
        """Who holds this cookie; None for nobody, or a disabled account."""
        session = self.sessions.find(id_)
        found = self._who(session.account, "session") if session else None
        return (found, session) if found and session else None

    def of_token(self, secret: str) -> Who | None:
        """Who sends this token; None for nobody, or a disabled account."""
        token = self.tokens.find(secret)
        found = self._who(token.account, "token") if token else None
        if found is None or token is None:
            return None
        return Who(id=found.id, name=found.name, role=found.role, via="token", scopes=token.scopes)

    def _who(self, account: str, via: str) -> Who | None:
        found = self.people.by_id(account)
        if found is None or found.disabled:
            return None
        return Who(
            id=found.id, name=found.name, role=found.role, via="token" if via == "token" else "session"
        )

    def log(self, who: Who | str, action: str, target: str = "", detail: str = "") -> None:
        """A line of the log: ids, codes and numbers only, else ValueError."""
        self.audit.add(who if isinstance(who, str) else who.id, action, target, detail, now=self._clock())

    def verify_log(self, printed: str = "") -> str | None:
        """What is wrong with the log; None if nothing is. `printed`: a head that was kept elsewhere."""
        return self.audit.fault(printed)
