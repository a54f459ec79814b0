"""From the paths that a user gives to the files to read.

In: files and folders. Out: each file once, folders in a stable order. Left out: hidden files, source cards,
links that lead back into a folder already seen. A path that does not exist is yielded as it is: reading it
is refused by name, and the rest goes on.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from vigie.ingest.sources import CARD_NAME


def discover(paths: Iterable[str | Path]) -> Iterator[Path]:
    """Expand folders; skip what is hidden; yield each file once."""
    seen: set[tuple[int, int] | str] = set()
    folders: set[tuple[int, int] | str] = set()
    for given in paths:
        path = Path(given)
        for file in _walk(path, folders) if path.is_dir() else (path,):
            key = _identity(file)
            if key not in seen:
                seen.add(key)
                yield file


def _walk(folder: Path, seen: set[tuple[int, int] | str]) -> Iterator[Path]:
    stack = [folder]
    while stack:
        current = stack.pop()
        key = _identity(current)
        if key in seen:  # a link back to a folder above, or a folder given twice
            continue
        seen.add(key)
        try:
            with os.scandir(current) as listing:
                entries = sorted(listing, key=lambda e: e.name)
        except OSError:
            yield current  # cannot be listed: reading it names it and says why
            continue
        below: list[Path] = []
        for entry in entries:
            if entry.name.startswith(".") or entry.name == CARD_NAME:
                continue
            path = current / entry.name
            if _is_folder(entry):
                below.append(path)
            else:
                yield path
        stack.extend(reversed(below))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of links: yielded as a file, refused by name
        return False


def _identity(path: Path) -> tuple[int, int] | str:
    try:
        status = path.stat()
    except OSError:
        return os.fspath(path)
    return (status.st_dev, status.st_ino)
