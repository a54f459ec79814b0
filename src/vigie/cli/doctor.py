"""What `vigie doctor` looks at: Python, packages, data files, lexicons, the store.

In: the path of a store. Out: one Check each, with its repair when something is wrong. Nothing is changed.
"""

from __future__ import annotations

import base64
import hashlib
import platform
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

State = Literal["ok", "note", "fault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at. A note asks for nothing; a fault has a repair."""

    name: str
    state: State
    found: str
    repair: str = ""


def checks(store: Path) -> Iterator[Check]:
    """All checks, in order."""
    yield python()
    yield from packages()
    yield from data_files()
    yield readers()
    yield from lexicons()
    there = server(store)
    yield from there
    if all(check.state != "fault" for check in there):
        yield from stored(store)
    yield from accounts(store)


def python() -> Check:
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return Check(name="python", state="ok", found=found)


def packages() -> Iterator[Check]:
    """Packages that Vigie needs, then those of each optional extra."""
    try:
        needed = metadata.requires("vigie") or []
        yield Check(name="vigie", state="ok", found=metadata.version("vigie"))
    except metadata.PackageNotFoundError:
        yield Check(name="vigie", state="fault", found="not installed", repair="pip install vigie")
        return
    for requirement in needed:
        name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        extra = re.search(r"extra\s*==\s*['\"]([\w-]+)['\"]", requirement)
        if name == "vigie" or (extra and extra.group(1) in ("all", "build-data", "dev")):
            continue
        try:
            yield Check(name=name, state="ok", found=metadata.version(name))
        except metadata.PackageNotFoundError:
            if extra:
                repair = f"pip install 'vigie[{extra.group(1)}]'"
                yield Check(name=name, state="note", found=f"absent (extra {extra.group(1)})", repair=repair)
            else:
                yield Check(name=name, state="fault", found="absent", repair=f"pip install '{requirement}'")


def data_files() -> Iterator[Check]:
    """The folders of vigie/data, each with its number of files and a checksum of their contents.

    Where Vigie was installed from a wheel, each file is compared with the wheel's own record.
    """
    from importlib.resources import files

    root = Path(str(files("vigie").joinpath("data")))
    for folder in (
        "schema",
        "taxonomy",
        "lexicons",
        "grammar",
        "gazetteer",
        "redaction",
        "templates",
        "upkeep",
        "demo",
    ):
        found = sorted(f for f in (root / folder).rglob("*") if f.is_file() and not f.name.startswith("."))
        if not found:
            yield Check(name=f"data/{folder}", state="fault", found="no file", repair=_REINSTALL)
            continue
        digest = hashlib.sha256()
        for file in found:
            digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
        yield Check(name=f"data/{folder}", state="ok", found=f"{len(found)} files, {digest.hexdigest()[:12]}")
    altered = [name for name, same in recorded_files() if not same]
    for name in altered:
        yield Check(name=name, state="fault", found="differs from the installed package", repair=_REINSTALL)


_REINSTALL = "pip install --force-reinstall --no-deps vigie"


def recorded_files() -> Iterator[tuple[str, bool]]:
    """(data file, whether it is as installed), for those that the package's record names."""
    for entry in metadata.files("vigie") or ():
        if entry.hash is None or not entry.as_posix().startswith("vigie/data/"):
            continue
        path = Path(str(entry.locate()))
        content = path.read_bytes() if path.is_file() else b""
        digest = (
            base64.urlsafe_b64encode(hashlib.new(entry.hash.mode, content).digest()).rstrip(b"=").decode()
        )
        yield entry.as_posix(), digest == entry.hash.value


def readers() -> Check:
    """The kinds of input that are read."""
    from vigie.ingest.registry import readers as known

    return Check(name="readers", state="ok", found=", ".join(reader.name for reader in known()))


# One sentence a language that every lexicon has something to say about.
_PROBES = {
    "fr": "À Lyon, le gramme de cocaïne se vend 60 € en mars 2024.",
    "en": "In London, a gram of cocaine sells for £60 in March 2024.",
}


def lexicons() -> Iterator[Check]:
    """Whether all data loads and something is found with it."""
    from vigie.model.document import RawDocument
    from vigie.pipeline import Refusal, knowledge_version, observe
    from vigie.redact import redact

    for lang, text in _PROBES.items():
        found = observe(redact(RawDocument(path="probe", format="text", text=text)))
        name = f"lexicons {lang}"
        if isinstance(found, Refusal):
            yield Check(name=name, state="fault", found=found.reason, repair="vigie lexicon check")
        elif not found:
            yield Check(name=name, state="fault", found="found nothing", repair="vigie lexicon check")
        else:
            yield Check(name=name, state="ok", found=f"loaded, version {knowledge_version()}")


def server(path: Path) -> list[Check]:
    """Of a store on a server: whether it answers, and from when this machine's copy was and is; nothing for a store that is a file."""
    from vigie.model.errors import StoreError
    from vigie.place import server_of
    from vigie.settings import load

    found = server_of(path)
    if found is None:
        return []
    from vigie.store.postgres import bring_up
    from vigie.store.postgres.working import Working

    settings, before = load(path), Working(found).state()
    was = f"brought up {before.brought_up} UTC" if before else "not there"
    try:
        bring_up(path, settings, settings.store_wait)
    except StoreError as error:
        note = f"{error}; the copy here: {was}"
        return [Check(name="server", state="fault", found=note, repair="see the message")]
    now = Working(found).state()
    state = f"state {now.version}" if now else "holds no store"
    return [Check(name="server", state="ok", found=f"{found.shown}: {state}; the copy here: {was}")]


def stored(path: Path) -> Iterator[Check]:
    """The store's schema, row counts, runs that were stopped, and what does not hold together."""
    from vigie.model.errors import StoreError
    from vigie.settings import load
    from vigie.store import Store
    from vigie.store.integrity import SUMS, faults
    from vigie.store.reviews_taken import astray
    from vigie.store.turn import live_runs

    if not path.exists():
        yield from _left(path)
        yield Check(name="store", state="note", found=f"none at {path}", repair="vigie add PATH makes one")
        return
    try:
        with Store.open(path, read_only=True, wait=load(path).store_wait) as store:
            sizes = ", ".join(f"{table} {rows}" for table, rows in store.sizes().items())
            yield Check(name="store", state="ok", found=f"{path}: schema {store.schema_version()}, {sizes}")
            for fault in faults(store):
                repair = "vigie maintain" if fault.startswith(SUMS) else "restore a copy of the store"
                yield Check(name="store", state="fault", found=fault, repair=repair)
            yield from _left(path)
            for what, count in astray(store).items():
                yield Check(name="reviews", state="fault", found=f"{what}: {count}", repair="vigie maintain")
            if store.tombstones.count:
                yield Check(
                    name="store", state="ok", found=f"purged documents kept out: {store.tombstones.count}"
                )
            if store.rewrite_pending():
                found = "bytes of what was erased or has expired are still in the file"
                yield Check(name="store", state="note", found=found, repair="vigie maintain")
            upkeep, live = ("purge", "maintain"), live_runs(path)
            if live:
                found = f"runs going on in other processes: {', '.join(map(str, sorted(live)))}"
                yield Check(name="store", state="ok", found=found)
            for erasing, repair in ((False, "vigie add the same paths again"), (True, "vigie maintain")):
                stopped = [
                    run.run_id
                    for run in store.runs()
                    if run.status != "done" and run.run_id not in live and (run.command in upkeep) == erasing
                ]
                if stopped:
                    found = f"runs stopped before their end: {', '.join(map(str, stopped))}"
                    yield Check(name="store", state="note", found=found, repair=repair)
    except StoreError as error:
        yield Check(name="store", state="fault", found=str(error), repair="see the message")


def _left(path: Path) -> Iterator[Check]:
    """What a killed verb left beside the store. While the store is held for reading nobody works on a copy; readers may sort in its `.tmp`."""
    from vigie.store.rewrite import leftovers

    for left in (p for p in leftovers(path) if p.suffix != ".tmp"):
        found = f"{left} was left by a verb that was killed: it may hold what was purged"
        yield Check(name="store", state="fault", found=found, repair="vigie maintain")


def backups(places: Iterable[Path]) -> Iterator[Check]:
    """Whether backups can be restored: every file as it was written, the store with the rows that were written."""
    from vigie.cli.output import without_password
    from vigie.model.errors import StoreError
    from vigie.store.backup import read_manifest, verify

    for place in places:
        try:
            faults, made = verify(place), read_manifest(place)
        except StoreError as error:
            yield Check(
                name="backup", state="fault", found=without_password(str(error)), repair="use another backup"
            )
            continue
        for fault in faults:
            yield Check(name="backup", state="fault", found=f"{place}: {fault}", repair="use another backup")
        if not faults:
            keys = ", keys in it" if made.keys else ""
            found = f"{place}: whole, of {made.made} UTC, schema {made.schema}, {made.rows['documents']} documents{keys}"
            yield Check(name="backup", state="ok", found=found)


def accounts(path: Path) -> Iterator[Check]:
    """Whether the log of accounts is whole, and its head; whether others than the owner can read the files. Nothing without accounts."""
    from vigie.model.errors import VigieError
    from vigie.settings import load

    folder = path.resolve().with_name(f"{path.resolve().name}.desk")
    if not (folder / "accounts.sqlite3").exists():
        return
    try:
        from vigie.accounts.desk import Desk
    except ImportError:
        yield Check(name="accounts", state="note", found="not looked at", repair="pip install 'vigie[team]'")
        return
    try:
        desk = Desk.of(load(path))
        try:
            fault, head, count = desk.verify_log(), desk.audit.head(), len(desk.people.all())
        finally:
            desk.close()
    except VigieError as error:
        yield Check(name="accounts", state="fault", found=str(error), repair="see the message")
        return
    if fault:
        repair = "find out who could write these files; compare with a head kept elsewhere: vigie account log --head HEAD"
        yield Check(name="accounts log", state="fault", found=fault, repair=repair)
    else:
        yield Check(name="accounts log", state="ok", found=f"head, to be kept elsewhere: {head or 'empty'}")
    yield Check(name="accounts", state="ok", found=str(count))
    opened = [f.name for f in (folder, *folder.iterdir()) if f.stat().st_mode & 0o077]
    if opened:
        found = f"others than the owner may read {', '.join(sorted(opened))}"
        yield Check(name="accounts", state="fault", found=found, repair=f"chmod -R go= {folder}")
