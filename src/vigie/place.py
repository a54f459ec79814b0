"""Where a store is: a file, or a PostgreSQL server whose working copy is a file on this machine.

In: what `--store` or VIGIE_STORE says. Out: the path that all parts of Vigie work with. Of an address (`postgresql://…`) that is the
working copy, in a folder of its own for the owner alone; a file beside the copy names the server, so that its path means the same as the
address. Passwords are written to no file: they stay in the environment of this process and of those that it starts.
Left out: connections to a server (`vigie.store.postgres`).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from vigie.model.errors import StoreError

COPIES_VARIABLE = "VIGIE_COPIES"
_SETTINGS_VARIABLE = "VIGIE_SETTINGS"
_SCHEMES = ("postgresql://", "postgres://")
_SECRET = re.compile(
    r"(?i)pass(?!file$)|pwd|secret|^scram_"
)  # also of options that libpq does not know: they are typed wrong
_ADDRESS = "address"
_SECRET_VARIABLE = "VIGIE_SERVER_SECRET_"
COPY = "vigie.duckdb"
_HOST = re.compile(r"([\w.%-]*|\[[0-9A-Fa-f:.%]+\w*\])(:[0-9]*)?")
_OPTION = re.compile(r"[A-Za-z_]+=")
_NOT_ONE = "the address of the server is not one (postgresql://USER@HOST:PORT/DATABASE)"
_SIGNS = (
    "in user, password and values, @ is written %40, / %2F, : %3A, ? %3F, # %23, & %26, % %25 "
    "(or give the password by PGPASSWORD or .pgpass)"
)


@dataclass(frozen=True, slots=True)
class Server:
    """A store on a server.

    Attributes:
        address: libpq's URL without a secret. shown: host and database, for people.
        file: the working copy of this machine. folder: what is known of the copy.
    """

    address: str
    shown: str
    file: Path
    folder: Path

    @property
    def secrets(self) -> Mapping[str, str]:
        """Passwords that came with the address; without one, libpq looks for PGPASSWORD and .pgpass."""
        told: dict[str, str] = json.loads(os.environ.get(_variable(self.address), "{}"))
        return told


def is_address(text: Path | str) -> bool:
    """Whether this names a server. A path cannot: it writes `//` as `/`."""
    return isinstance(text, str) and text.lower().startswith(_SCHEMES)


def of(store: Path | str, environment: Mapping[str, str] = os.environ) -> Path:
    """The path of a store. Raises StoreError for an address that is none, or where no working copy can be."""
    if not is_address(store):
        _no_other_address(str(store))
        return Path(store)
    address, secrets = _parted(str(store))
    host, database = _names(address)
    name = re.sub(r"[^A-Za-z0-9.]+", "-", f"{host}-{database}").strip("-.")[:60] or "server"
    above = copies_folder(environment) / f"{name}-{_digest(address)}"
    server = server_at(above / COPY, address)
    try:
        above.mkdir(mode=0o700, parents=True, exist_ok=True)
        server.folder.mkdir(mode=0o700, exist_ok=True)
        marker = server.folder / _ADDRESS
        if not marker.exists() or marker.read_text("utf-8") != address:
            fresh = marker.with_name(f".{_ADDRESS}.{os.getpid()}")
            fresh.write_text(address, encoding="utf-8")
            fresh.replace(marker)
    except OSError as error:
        raise StoreError(
            f"no working copy can be kept in {above} ({error.strerror}): name another folder, {COPIES_VARIABLE}=FOLDER"
        ) from None
    if secrets:
        os.environ[_variable(address)] = json.dumps(secrets)
    return server.file


def server_of(path: Path | str) -> Server | None:
    """The server of which a path is the working copy; None for a store that is a file."""
    target = Path(path).resolve()
    marker = target.with_name(f"{target.name}.server") / _ADDRESS
    with suppress(OSError):
        return server_at(target, marker.read_text("utf-8"))
    return None


def server_at(file: Path, address: str) -> Server:
    host, database = _names(address)
    target = file.resolve()
    shown = f"postgresql://{host}/{database}"
    return Server(address, shown, target, target.with_name(f"{target.name}.server"))


def copies_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where working copies are: what VIGIE_COPIES says, then `[store] copies` of the file that VIGIE_SETTINGS names, then the
    folder of the user's data. No cache: accounts, notes and keys stand beside a copy."""
    if named := environment.get(COPIES_VARIABLE, ""):
        return Path(named)
    if settings := environment.get(_SETTINGS_VARIABLE, ""):
        with suppress(
            OSError, ValueError, AttributeError
        ):  # what is wrong with it is told by `settings.load`
            told = tomllib.loads(Path(settings).read_text("utf-8")).get("store", {}).get("copies")
            if isinstance(told, str) and told:
                return Path(settings).parent / told
    try:
        home = Path.home()
    except RuntimeError:
        raise StoreError(f"no folder for working copies is known here ({COPIES_VARIABLE}=FOLDER)") from None
    if sys.platform == "win32":
        data = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        data = home / "Library" / "Application Support"
    else:
        data = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    return data / "vigie" / "servers"


def _parted(url: str) -> tuple[str, dict[str, str]]:
    """The address without its secrets, and them."""
    url = "postgresql://" + url.partition("://")[2]
    try:
        parts = urlsplit(url)
    except ValueError:
        raise StoreError(_NOT_ONE) from None
    _no_stray_signs(url, parts)
    who, at, hosts = parts.netloc.rpartition("@")
    user, _, password = who.partition(":")
    secrets = {"password": unquote(password)} if password else {}
    kept = []
    for pair in filter(None, parts.query.split("&")):
        key, _, value = pair.partition("=")
        if _SECRET.search(unquote(key)):
            secrets[unquote(key)] = unquote(value)
        else:
            kept.append(pair)
    query = f"?{'&'.join(kept)}" if kept else ""
    return f"postgresql://{user}{at if user else ''}{hosts}{parts.path}{query}", secrets


def _no_stray_signs(url: str, parts: SplitResult) -> None:
    """Raises StoreError where signs of a password may have ended a part of the address: the rest would be taken for a host, a database or an
    option, shown as that, and written down. The message does not quote it."""
    who, _, hosts = parts.netloc.rpartition("@")
    pairs = [pair for pair in parts.query.split("&") if pair]
    if (
        "#" in url
        or "@" in who.partition(":")[0]
        or "@" in f"{parts.path}{parts.query}"
        or not all(_HOST.fullmatch(host) for host in hosts.split(","))
        or not all(_OPTION.match(pair) for pair in pairs)
    ):
        raise StoreError(f"{_NOT_ONE}: {_SIGNS}")


def _no_other_address(text: str) -> None:
    """Raises StoreError for what is no path of a store and may hold a password: as a path it would be shown, or made."""
    if re.match(r"(?i)postgres(ql)?:[/\\]", text):
        raise StoreError("the address of a server is a text, and not a path (give it in quotes)")
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:[/\\]", text) or re.match(
        r"\s*(host|hostaddr|port|dbname|user|password|service)\s*=", text
    ):
        raise StoreError("a store is a file or a PostgreSQL server (postgresql://USER@HOST:PORT/DATABASE)")


def _names(address: str) -> tuple[str, str]:
    """Host and database, as they are shown."""
    parts = urlsplit(address)
    told = dict(pair.partition("=")[::2] for pair in parts.query.split("&"))
    host = parts.netloc.rpartition("@")[2] or unquote(told.get("host", "")) or "local"
    return host, unquote(parts.path.lstrip("/") or told.get("dbname", "")) or "default"


def _digest(address: str) -> str:
    return hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _variable(address: str) -> str:
    return f"{_SECRET_VARIABLE}{_digest(address).upper()}"
