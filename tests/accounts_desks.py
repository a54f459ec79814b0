"""Desks of accounts with cheap hashes and a clock that tests move, and browsers in front of the application."""

from __future__ import annotations

import atexit
import re
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi.testclient import TestClient
from starlette.types import ASGIApp

from vigie.accounts.desk import FILE, HEADS, Desk
from vigie.accounts.records import ROLES
from vigie.accounts.rules import Rules, rules

PASSWORD = "bateau rouge sur le lac"
CHEAP = {"memory_kib": 8, "passes": 1}
OWN = {"sec-fetch-site": "same-origin"}
HERE = "http://127.0.0.1"


@dataclass
class Clock:
    """Seconds since 1970."""

    at: float = 1_790_000_000.0

    def __call__(self) -> float:
        return self.at


@cache
def _template() -> tuple[bytes, bytes, dict[str, str]]:
    """A file with one account a role, named after it; its heads; the ids. Made once: a hundred tests begin with it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "vigie.duckdb.desk" / FILE
        desk = Desk.open(path, rules_=replace(rules(), **CHEAP), clock=Clock())
        ids = {role: desk.people.add(f"{role}-one", role, PASSWORD).id for role in ROLES}
        desk.close()
        return path.read_bytes(), path.with_name(HEADS).read_bytes(), ids


@dataclass
class Place:
    """A desk with one account a role."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    rules: Rules = field(default_factory=lambda: replace(rules(), **CHEAP))

    def __post_init__(self) -> None:
        self.path = self.folder / "vigie.duckdb.desk" / FILE
        self.path.parent.mkdir(mode=0o700)
        made, heads, self.ids = _template()
        for path, held in ((self.path, made), (self.path.with_name(HEADS), heads)):
            path.write_bytes(held)
            path.chmod(0o600)
        self.desk = self.again()

    def again(self, **changes: Any) -> Desk:
        """The same file by another process."""
        desk = Desk.open(self.path, rules_=replace(self.rules, **changes), clock=self.clock)
        desk._file.run("PRAGMA synchronous = OFF")  # no power fails here, and tests wait for no disk
        return desk

    def everything(self) -> bytes:
        """Every byte that was written."""
        return b"".join(f.read_bytes() for f in self.path.parent.iterdir())


@dataclass
class Desks:
    """Stands where a desk stands, so that one application is made for all tests and each has a desk of its own."""

    held: Desk | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.held, name)


@cache
def _loop() -> BlockingPortal:
    """One event loop for all browsers: one a request would take most of the time of these tests."""
    opened = start_blocking_portal()
    portal = opened.__enter__()
    atexit.register(opened.__exit__, None, None, None)
    return portal


def browser(app: ASGIApp, base: str = HERE) -> TestClient:
    client = TestClient(app, base_url=base, follow_redirects=False)
    client.portal = _loop()
    return client


def enter(client: TestClient, name: str, password: str = PASSWORD, back: str = "", **headers: str) -> Any:
    return client.post(
        "/fr/login", data={"name": name, "password": password, "next": back}, headers={**OWN, **headers}
    )


def csrf_of(client: TestClient, path: str = "/fr/account") -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def post(client: TestClient, path: str, csrf: str | None = None, **fields: str) -> Any:
    """As the page's own form sends it."""
    sent = {"csrf": csrf_of(client) if csrf is None else csrf, **fields}
    return client.post(path, data=sent, headers=OWN)
