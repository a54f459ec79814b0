"""A folder made beside its place and put there whole: a kill leaves the old one.

In: the folder wanted, a function that fills one. Out: the folder. On Linux old and new change places in one step; elsewhere the old
one steps aside first, and the next run puts it back if it was left so.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from vigie.model.errors import StoreError

MARK = "vigie-site.json"  # a folder with this file is ours to replace
_EXCHANGE, _HERE = 2, -100  # RENAME_EXCHANGE, AT_FDCWD of linux/fs.h and fcntl.h


def replace_folder(place: Path, fill: Callable[[Path], None]) -> None:
    """Fill a new folder and put it in its place.

    Raises:
        StoreError: if the place holds something that is not ours, or cannot be written.
    """
    place = place.absolute()
    fresh, old = (place.with_name(f".{place.name}.{end}") for end in ("part", "old"))
    if old.exists() and not place.exists():
        old.rename(place)
    _ours(place)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        for leftover in (fresh, old):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh.mkdir()
        fill(fresh)
        if not place.exists():
            fresh.rename(place)
        elif not _exchanged(fresh, place):
            place.rename(old)
            fresh.rename(place)
    except OSError as error:
        raise StoreError(f"{place}: cannot be written ({error.strerror or type(error).__name__})") from None
    finally:
        for leftover in (fresh, old):
            if place.exists():
                shutil.rmtree(leftover, ignore_errors=True)


def _ours(place: Path) -> None:
    if place.is_dir() and (any(place.iterdir()) and not (place / MARK).is_file()):
        raise StoreError(f"{place} holds files that are no site of Vigie's (name another folder with --out)")
    if place.exists() and not place.is_dir():
        raise StoreError(f"{place} is a file (name a folder with --out)")


def _exchanged(one: Path, other: Path) -> bool:
    """Both change places in one step; False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    with suppress(OSError, AttributeError):
        rename = ctypes.CDLL(None).renameat2
        return bool(rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0)
    return False
