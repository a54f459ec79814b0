"""A store kept at a point, with what stands beside it, in a folder of its own that says whether it is whole.

In: the path of a store, a place that is not there yet. Out: a folder (0700, files 0600): the store copied row by row within one turn, so
that it is one state of it however many write, the files that other parts keep beside it, and `backup.json` with the size and SHA-256
of each, the rows of each table, and a sum over itself: against damage, as none of them has a key.
It is made beside its place and moved there when it is on the disk.
Left out: what is made again (pages, snapshot), what waits to be sent (it would be sent twice), and keys unless they are asked for: who has
both a copy of the store and the key of contacts can test whether a contact is in it, and copies travel. The file of accounts gets a new secret in
the copy. Who is signed in, and from which browsers, is not kept either; hashes of passwords and of tokens are.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from secrets import token_bytes
from typing import Any

import duckdb

from vigie.model.errors import StoreError
from vigie.place import of as place_of
from vigie.settings import FILE as SETTINGS_FILE
from vigie.settings import Settings
from vigie.store.copying import copy_rows, forced
from vigie.store.database import check, connect
from vigie.store.parts import checksum
from vigie.store.schema import load_migrations, schema_version
from vigie.store.store import brought_up, reading_turn

if sys.platform != "win32":
    import fcntl

KIND, VERSION = "vigie-backup", 1
MANIFEST, STORE = "backup.json", "store.duckdb"
# Beside a store: `vigie.duckdb.notes` and so on. The outbox holds recipients and messages, and is left out.
BESIDE = ("notes", "contests", "watch", "desk")
_KEYS = (".key", ".pem")
_PART = re.compile(r"\..+\.\d+\.part")
_PASSING = (
    "-wal",
    "-shm",
    "-journal",
    ".part",
    ".tmp",
)  # parts of an open file, which its copy holds already
_DATABASES = (".sqlite", ".sqlite3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One file of a backup. `name`: its path inside, with `/`."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        made: UTC, ISO. store: file name of the store. schema: of the store.
        keys: whether keys are in it. rows: of each table.
    """

    made: str
    store: str
    schema: int
    code: str
    keys: bool
    rows: Mapping[str, int]
    files: tuple[Kept, ...]

    def to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"kind": KIND, "version": VERSION} | asdict(self)
        told["files"] = [asdict(file) for file in self.files]
        return told | {"sum": _sum(told)}


def backup(
    path: Path | str, place: Path, *, keys: bool = False, settings: Settings | None = None
) -> Manifest:
    """Keep a store at `place`.

    Args:
        place: a folder that is not there yet: it names the point.
        keys: the key of contacts too, and other keys that lie beside the store.
    Raises:
        StoreError: if the place is taken, the store cannot be read, or the disk is full: nothing is left at the place then.
    """
    from vigie import __version__
    from vigie.store.database import utc_now

    store, chosen = place_of(path), settings or Settings()
    brought_up(store, chosen, chosen.store_wait)
    check(store, read_only=True)
    if os.path.lexists(place):
        raise StoreError(f"{place} is there already (a backup is not written over: name another place)")
    if not place.parent.is_dir():
        raise StoreError(f"no folder {place.parent} (make it first)")
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    _sweep(place.parent)
    held = None
    try:
        part.mkdir(mode=0o700)
        held = _hold(part)
        with reading_turn(store, chosen, chosen.store_wait):
            made = utc_now().isoformat()
            connection = connect(part / STORE, read_only=False, settings=chosen)
            try:
                copy_rows(connection, store)
                schema, rows = schema_version(connection), _rows(connection)
            finally:
                connection.close()
            # Within the same turn: what was taken from a box into the store is in one of the two, not in none.
            _beside(store.resolve(), part, chosen, keys=keys)
        files = tuple(_kept(part, file) for file in _all(part))
        manifest = Manifest(
            made=made,
            store=store.resolve().name,
            schema=schema,
            code=__version__,
            keys=keys,
            rows=rows,
            files=files,
        )
        _write(part / MANIFEST, json.dumps(manifest.to_json(), indent=1).encode())
        for folder in sorted({file.parent for file in part.rglob("*")}):
            forced(folder)
        part.rename(place)
        forced(place.parent)
    except duckdb.Error as error:  # its message may quote a row
        raise StoreError(
            f"{store} could not be copied ({type(error).__name__}): free disk or memory, then run again"
        ) from None
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise StoreError(f"{place} could not be written ({reason}); nothing is left of it") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if held is not None:
            os.close(held)
    return manifest


def _sweep(folder: Path) -> None:
    """Remove what a backup that was killed left here: it holds what may be purged. What another is making stays, also on another machine."""
    for part in folder.iterdir():
        if _PART.fullmatch(part.name) is None or part.is_symlink() or not part.is_dir():
            continue
        held = _hold(part)
        if held is None:
            continue
        try:
            names = {entry.name.partition(".wal")[0] for entry in part.iterdir()}
            if names and names <= {STORE, f"{STORE}.tmp", "beside", "keys", MANIFEST}:  # ours, and begun
                shutil.rmtree(part, ignore_errors=True)
        finally:
            os.close(held)


def _hold(part: Path) -> int | None:
    """The folder, held until this process ends; None where another has it, or where folders cannot be held (Windows, some shares)."""
    if sys.platform == "win32":
        return None
    handle = -1
    try:
        handle = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        if handle >= 0:
            os.close(handle)
        return None
    return handle


def read_manifest(place: Path) -> Manifest:
    """What a backup says of itself. Raises StoreError if it is none, or its account is damaged."""
    try:
        told = json.loads((place / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        raise StoreError(f"{place} is no backup (make one with: vigie backup {place})") from None
    except (OSError, ValueError, RecursionError):
        raise StoreError(f"{place / MANIFEST} is damaged (use another backup)") from None
    if not isinstance(told, dict) or told.get("kind") != KIND:
        raise StoreError(f"{place} is no backup (make one with: vigie backup {place})")
    if told.get("version") != VERSION:
        raise StoreError(f"{place} was made by another version of Vigie (pip install -U vigie)")
    if told.pop("sum", None) != _sum(told):
        raise StoreError(f"{place / MANIFEST} is damaged (use another backup)")
    del told["kind"], told["version"]
    try:
        files = tuple(Kept(**file) for file in told.pop("files"))
        if not all(_inside(file.name) for file in files):
            raise TypeError
        return Manifest(**told, files=files)
    except (TypeError, KeyError):
        raise StoreError(f"{place / MANIFEST} is damaged (use another backup)") from None


def verify(place: Path, settings: Settings | None = None) -> list[str]:
    """What is wrong with a backup, file by file; nothing when it can be restored. Raises StoreError as `read_manifest`.

    A link is a fault, whatever it points to: what is restored is in the folder.
    """
    manifest = read_manifest(place)
    found, faults = dict[str, Path](), list[str]()
    for entry in sorted(place.rglob("*")):
        name, mode = entry.relative_to(place).as_posix(), entry.lstat().st_mode
        if stat.S_ISREG(mode):
            found[name] = entry
        elif not stat.S_ISDIR(mode):
            faults.append(f"{name} was added and is no plain file")
    if found.pop(MANIFEST, None) is None:
        faults.append(f"{MANIFEST} is no plain file")
    for kept in manifest.files:
        file = found.pop(kept.name, None)
        if file is None:
            faults.append(f"{kept.name} is missing")
        elif file.stat().st_size != kept.bytes or checksum(file) != kept.sha256:
            faults.append(f"{kept.name} is not as it was written")
    faults += [f"{name} was added" for name in sorted(found)]
    if not faults:
        faults += _stored(place / STORE, manifest, settings or Settings())
    return faults


def _stored(file: Path, manifest: Manifest, settings: Settings) -> list[str]:
    try:
        connection = connect(file, read_only=True, settings=settings)
    except StoreError as error:
        return [str(error)]
    try:
        schema = schema_version(connection)
        if schema != manifest.schema or _rows(connection) != dict(manifest.rows):
            return [f"{STORE} does not hold the rows that were written"]
        if schema > len(load_migrations()):
            return [f"{STORE} has schema {schema}, which this Vigie does not know (pip install -U vigie)"]
    except (duckdb.Error, StoreError):
        return [f"{STORE} cannot be read"]
    finally:
        connection.close()
    return []


def put_beside(place: Path, path: Path) -> list[str]:
    """Put back what stood beside the store, where nothing stands now; what was put back, by name. Keys are put back if they were kept.

    Only what the manifest names, as it was written, for the owner alone. Raises StoreError for what was changed since `verify`.
    """
    target, done, files = path.resolve(), [], read_manifest(place).files
    for name in BESIDE:
        kept = [file for file in files if file.name.startswith(f"beside/{name}/")]
        folder = target.with_name(f"{target.name}.{name}")
        if not kept or os.path.lexists(folder):
            continue
        part = folder.with_name(f".{folder.name}.restoring")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        for file in kept:
            inside = part
            *above, last = PurePosixPath(file.name).parts[2:]
            for step in above:
                inside /= step
                inside.mkdir(mode=0o700, exist_ok=True)
            _write(inside / last, _read(place, file))
        part.rename(folder)
        done.append(folder.name)
    single = {
        f"beside/{SETTINGS_FILE}": target.with_name(SETTINGS_FILE),
        "keys/contacts.key": target.with_suffix(".contacts.key"),
    }
    for file in files:
        if (put := single.get(file.name)) is not None and not os.path.lexists(put):
            _write(put, _read(place, file))
            done.append(put.name)
    return done


def _inside(name: str) -> bool:
    """Whether a path is one inside a backup, never one out of it."""
    parts = name.split("/")
    return (
        "\0" not in name
        and not set(parts) & {"", ".", ".."}
        and (os.name != "nt" or not set(name) & {"\\", ":"})
    )


def _read(place: Path, kept: Kept) -> bytes:
    """A file of a backup that is as it was written, and no link to another."""
    file = place
    for step in PurePosixPath(kept.name).parts:
        file /= step
        if file.is_symlink():
            raise StoreError(f"{file} is a link, which no backup holds (use another backup)")
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != kept.sha256:
        raise StoreError(f"{file} is not as it was written (use another backup)")
    return content


def _beside(store: Path, part: Path, settings: Settings, *, keys: bool) -> None:
    for name in BESIDE:
        folder = store.with_name(f"{store.name}.{name}")
        for file in _all(folder) if folder.is_dir() and not folder.is_symlink() else ():
            inside = file.relative_to(folder)
            secret = file.suffix in _KEYS or file.name == "key"
            if file.name.endswith(_PASSING) or file.name == "lock" or (secret and not keys):
                continue
            target = part / "beside" / name / inside
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if file.suffix in _DATABASES:
                _copy_database(file, target, keys=keys)
            else:
                with suppress(FileNotFoundError):  # it was taken in meanwhile
                    _write(target, file.read_bytes())
    own = store.with_name(SETTINGS_FILE)
    if own.is_file():
        (part / "beside").mkdir(mode=0o700, exist_ok=True)
        _write(part / "beside" / SETTINGS_FILE, own.read_bytes())
    if keys and settings.key_file.is_file():
        (part / "keys").mkdir(mode=0o700)
        _write(part / "keys" / "contacts.key", settings.key_file.read_bytes())


def _copy_database(file: Path, target: Path, *, keys: bool) -> None:
    """A database of SQLite as it is at one moment, whoever writes it, and without who is signed in.

    Args:
        keys: with its secret; else with a new one.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600))
    with (
        closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=30)) as source,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        tables = {row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in tables & {"sessions", "devices", "failures"}:
            copy.execute(f"DELETE FROM {table}")
        if "meta" in tables and not keys:
            copy.execute("UPDATE meta SET value = ? WHERE name = 'secret'", (token_bytes(32),))
        copy.execute("VACUUM")
    forced(target)


def _rows(connection: Any) -> dict[str, int]:
    names = "SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY table_name"
    return {
        name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0])
        for (name,) in connection.execute(names).fetchall()
    }


def _all(folder: Path) -> Iterator[Path]:
    """Plain files, in a stable order; no links."""
    return (f for f in sorted(folder.rglob("*")) if f.is_file() and not f.is_symlink())


def _kept(place: Path, file: Path) -> Kept:
    forced(file)
    name = PurePosixPath(file.relative_to(place)).as_posix()
    return Kept(name=name, bytes=file.stat().st_size, sha256=checksum(file))


def _sum(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _write(path: Path, data: bytes) -> None:
    """A file of the owner alone, on the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
