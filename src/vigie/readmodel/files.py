"""Where read-model files are, and when they are made anew.

In: the path of a store. Out: the path of a file that holds what the store holds now. Files lie in `<store>.pages`, which nobody else
may read; the store deletes that folder when anything is erased (`vigie.store.beside`).
The name of a file tells what it was made of: the store's size and time, this code and, of the public edition, the day (its delay moves on).
Left out: noticing that a store changed while it is served (the server asks `current` again).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path

from vigie.model.errors import StoreError
from vigie.readmodel.build import build, state_of
from vigie.readmodel.schema import VERSION
from vigie.readmodel.version import code_version
from vigie.settings import Settings
from vigie.store.beside import pages_folder

REFUSED = (
    3  # exit code of a build that says why on its last line; of anything else the words may quote a document
)


def current(
    store_path: Path | str,
    public: bool,
    *,
    today: date | None = None,
    settings: Settings | None = None,
    apart: bool = False,
) -> Path:
    """The file of an edition, built if there is none of the store as it is.

    Args:
        apart: build in another process, so that the memory it takes is given back.
    Raises:
        StoreError: as `build`.
    """
    path, day = Path(store_path), today or date.today()
    if not path.exists():
        raise StoreError(f"no store at {path} (make one with: vigie add PATH --store {path})")
    found = _file(path, public, day)
    if found.exists():
        return found
    folder = pages_folder(path)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    folder.chmod(0o700)
    fresh = folder / f"{_edition(public)}-{os.getpid()}.new"
    try:
        made_of = (
            _build_apart(path, fresh, public, day, settings)
            if apart
            else build(path, fresh, public=public, today=day, settings=settings)
        )
        # The public edition wrote into the store what it shows: only the build knows of which store the file is.
        found = _file(path, public, day, made_of)
        fresh.replace(found)
    finally:
        fresh.unlink(missing_ok=True)
    for old in folder.iterdir():
        if old != found and old.name.startswith(f"{_edition(public)}-") and not _in_use(old):
            _remove(old)
    return found


def is_current(file: Path, store_path: Path | str, public: bool, today: date | None = None) -> bool:
    """Whether a file that `current` gave is of the store as it is now: another process may have written it meanwhile."""
    return file == _file(Path(store_path), public, today or date.today())


def _edition(public: bool) -> str:
    return "public" if public else "analyst"


def _file(path: Path, public: bool, day: date, state: str = "") -> Path:
    made_of = f"{state or state_of(path)} {VERSION} {code_version()} {day if public else ''}"
    return (
        pages_folder(path) / f"{_edition(public)}-{hashlib.sha256(made_of.encode()).hexdigest()[:16]}.duckdb"
    )


def _in_use(path: Path) -> bool:
    """Whether another process is writing it: its number stands in the name."""
    number = next((part for part in path.name.replace("-", ".").split(".") if part.isdigit()), "")
    if not number or path.name.endswith(".duckdb") or int(number) == os.getpid():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _remove(path: Path) -> None:
    with suppress(
        OSError
    ):  # another process reads it, on a system where that forbids it: the next build tries again
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _build_apart(path: Path, fresh: Path, public: bool, day: date, settings: Settings | None) -> str:
    chosen = settings or Settings()
    command = [
        sys.executable,
        "-m",
        "vigie.readmodel",
        str(path),
        str(fresh),
        _edition(public),
        day.isoformat(),
        str(chosen.public_sources or ""),
        f"{chosen.store_wait:.0f}",
        str(chosen.store_memory_mb),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] if done.returncode == REFUSED else []
        raise StoreError(
            reason[0] if reason else f"the pages of {path} could not be made (the process was stopped)"
        )
    # Last: a database may have shown its progress before.
    return (done.stdout.strip().splitlines() or [""])[-1]
