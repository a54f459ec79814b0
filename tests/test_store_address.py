"""What `--store` may say: a file, or the address of a server; no secret stays in an address."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vigie import place
from vigie.model.errors import StoreError
from vigie.settings import load


@pytest.fixture(autouse=True)
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VIGIE_COPIES", str(tmp_path / "copies"))
    for name in [n for n in os.environ if n.startswith("VIGIE_SERVER_SECRET_")]:
        monkeypatch.delenv(name)
    return tmp_path / "copies"


ADDRESSES = [
    # as given, as kept, as shown, its secrets
    ("postgresql://db.example/vigie", "postgresql://db.example/vigie", "postgresql://db.example/vigie", {}),
    ("postgres://anna:p%40ss@db.example:5433/v", "postgresql://anna@db.example:5433/v", "postgresql://db.example:5433/v", {"password": "p@ss"}),
    ("postgresql://anna:a:b@h/v?sslmode=verify-full", "postgresql://anna@h/v?sslmode=verify-full", "postgresql://h/v", {"password": "a:b"}),
    ("postgresql:///v?host=/run/pg&password=x&sslpassword=y", "postgresql:///v?host=/run/pg", "postgresql:///run/pg/v", {"password": "x", "sslpassword": "y"}),
    ("postgresql://", "postgresql://", "postgresql://local/default", {}),
    ("postgresql://h/v?passwrd=x&passfile=p&oauth_client_secret=y", "postgresql://h/v?passfile=p", "postgresql://h/v", {"passwrd": "x", "oauth_client_secret": "y"}),
    ("POSTGRESQL://anna:x@h/v", "postgresql://anna@h/v", "postgresql://h/v", {"password": "x"}),
    ("postgresql://anna:p@ss@h/v", "postgresql://anna@h/v", "postgresql://h/v", {"password": "p@ss"}),
    ("postgresql://anna:x%2F%3F%23@%2Frun%2Fpg:5433/v", "postgresql://anna@%2Frun%2Fpg:5433/v", "postgresql://%2Frun%2Fpg:5433/v", {"password": "x/?#"}),
    ("postgresql://h1:1,h2:2/v", "postgresql://h1:1,h2:2/v", "postgresql://h1:1,h2:2/v", {}),
    ("postgresql://[::1]:5432/v", "postgresql://[::1]:5432/v", "postgresql://[::1]:5432/v", {}),
]  # fmt: skip


@pytest.mark.parametrize(("given", "kept", "shown", "secrets"), ADDRESSES)
def test_addresses(given: str, kept: str, shown: str, secrets: dict[str, str], copies: Path) -> None:
    path = place.of(given)
    found = place.server_of(path)
    assert found is not None and found == place.server_of(place.of(path))
    assert (found.address, found.shown, found.secrets) == (kept, shown, secrets)
    assert (
        path.is_relative_to(copies)
        and path.name == "vigie.duckdb"
        and path.parent.stat().st_mode & 0o077 == 0
    )
    written = b"".join(f.read_bytes() for f in copies.rglob("*") if f.is_file())
    assert not any(f":{s}@".encode() in written or f"={s}".encode() in written for s in secrets.values())


def test_one_server_has_one_copy_whatever_its_password() -> None:
    one = place.of("postgresql://anna:old@db.example/vigie")
    assert (
        place.of("postgresql://anna:new@db.example/vigie")
        == one
        == place.of("postgresql://anna@db.example/vigie")
    )
    assert place.of("postgresql://basile@db.example/vigie") != one


def test_what_is_no_server(tmp_path: Path) -> None:
    for name in ("vigie.duckdb", "./postgresql", "C:/postgres/vigie.duckdb"):
        assert place.of(name) == Path(name) and place.server_of(tmp_path / name) is None
    for wrong in (Path("postgresql://db.example/vigie"), "postgresql:/db.example/vigie"):
        with pytest.raises(StoreError, match="a text, and not a path"):
            place.of(wrong)
    with pytest.raises(StoreError, match="is not one"):
        place.of("postgresql://[::1/vigie")


UNCLEAR = [  # a password that holds the sign that ends a part; the same as an option; other forms of addresses
    "postgresql://anna:geh/eim@db.example/v",
    "postgresql://anna:12/geheim@db.example/v",
    "postgresql://anna:geh?eim@db.example/v",
    "postgresql://anna:12?a=geheim@db.example/v",
    "postgresql://anna:geh#eim@db.example/v",
    "postgresql://anna:x@y/geheim@db.example/v",
    "postgresql://anna@org:geheim@db.example/v",
    "postgresql://anna:geheim",
    "postgresql://db.example/v?password=geh&eim",
    "postgresql://db.example/v?password=geh#eim",
    "postgresql+psycopg://anna:geheim@db.example/v",
    "mysql://anna:geheim@db.example/v",
    "Postgresql:/anna:geheim@db.example/v",
    "host=db.example password=geheim dbname=v",
]


@pytest.mark.parametrize("given", UNCLEAR)
def test_a_password_is_never_taken_for_something_that_is_shown(given: str, copies: Path) -> None:
    with pytest.raises(StoreError) as refused:
        place.of(given)
    assert not any(part in str(refused.value) for part in ("geh", "eim", "anna"))
    assert not copies.exists()
    assert not any(n.startswith("VIGIE_SERVER_SECRET_") for n in os.environ)


def test_where_copies_are(tmp_path: Path, copies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert place.copies_folder({"VIGIE_COPIES": "x"}) == Path("x")
    (tmp_path / "vigie.toml").write_text('[store]\ncopies = "theirs"\nwait = 3\n')
    assert place.copies_folder({"VIGIE_SETTINGS": str(tmp_path / "vigie.toml")}) == tmp_path / "theirs"
    environment = {"VIGIE_STORE": "postgresql://db.example/v", "VIGIE_SETTINGS": str(tmp_path / "vigie.toml")}
    settings = load(environment=environment)
    assert settings.store.is_relative_to(tmp_path / "theirs") and settings.store_wait == 3
    copies.write_text("a file is in the way")
    with pytest.raises(StoreError, match="VIGIE_COPIES=FOLDER"):
        place.of("postgresql://db.example/vigie")
