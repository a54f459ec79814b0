"""Fixtures of the tests of a team's store: one private PostgreSQL server, a database of it for each test, machines beside each other.

Without PostgreSQL these tests are skipped, with a warning at the end of the run; where CI is set they fail instead, because a skipped proof
proves nothing. `make test-postgres` installs Debian's.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from postgres_server import PrivateServer, binaries

NO_SERVER = "THE STORE ON A SERVER WAS NOT TRIED: no PostgreSQL was found. Install it (apt-get install postgresql), or: make test-postgres"


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.postgres)


@pytest.fixture(scope="session")
def server() -> Iterator[PrivateServer]:
    programs = binaries()
    if programs is None:
        if os.environ.get("CI", "").lower() not in ("", "0", "false"):
            pytest.fail(NO_SERVER)
        warnings.warn(NO_SERVER, stacklevel=1)
        pytest.skip(NO_SERVER)
    found = PrivateServer(programs)
    try:
        found.start()
        found.sql("CREATE DATABASE team")
        yield found
    finally:
        found.stop()


@dataclass
class Team:
    """One database, and the machines that use it."""

    server: PrivateServer
    database: str
    folder: Path
    monkeypatch: pytest.MonkeyPatch

    @property
    def address(self) -> str:
        return self.server.address(self.database)

    def at(self, machine: str) -> str:
        """From now on this process is on that machine; the address of the store."""
        self.monkeypatch.setenv("VIGIE_COPIES", str(self.folder / machine))
        return self.address

    def copy(self, machine: str) -> Path:
        """The working copy there."""
        (found,) = (self.folder / machine).glob("*/vigie.duckdb")
        return found

    def made(self, machine: str) -> str:
        """What changes only when the working copy there is made anew."""
        state = self.copy(machine).with_name("vigie.duckdb.server") / "state.json"
        return str(json.loads(state.read_text())["salt"])

    def sql(self, sql: str) -> list[list[str]]:
        return self.server.sql(sql, self.database)

    def version(self) -> int:
        return int(self.sql("SELECT version FROM vigie.state")[0][0])


@pytest.fixture
def team(server: PrivateServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    server.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'team' AND pid <> pg_backend_pid()"
    )
    server.sql("DROP SCHEMA IF EXISTS vigie CASCADE", "team")
    found = Team(server, "team", tmp_path, monkeypatch)
    found.at("one")
    return found
