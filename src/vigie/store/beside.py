"""What other parts keep beside a store and what has to go with what is erased: the folder of its pages, its snapshot for SQL, the
outbox of digests.

In: the path of a store. Out: the folders' paths; deletion of the one, of deliveries in the other. Left out: what is in them
(`vigie.readmodel`, `vigie.feeds.outbox`).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection
from pathlib import Path

from vigie.model.errors import StoreError


def pages_folder(path: Path | str) -> Path:
    """`vigie.duckdb.pages` beside `vigie.duckdb`, or beside what a link of that name points to."""
    target = Path(path).resolve()
    return target.with_name(f"{target.name}.pages")


def forget_pages(path: Path | str) -> None:
    """Delete all that was made from a store for its pages. Raises StoreError if some of it stays."""
    _forget(pages_folder(path))


def _forget(folder: Path) -> None:
    if folder.is_symlink():
        raise StoreError(f"{folder} is a link: remove it, and what it points to, by hand, then run again")
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(
            f"{folder} could not be deleted ({error.strerror}); it may hold what is erased: stop vigie serve, then: vigie maintain"
        ) from None


def snapshot_folder(path: Path | str) -> Path:
    """`vigie.duckdb.sql` beside `vigie.duckdb`, or beside what a link of that name points to."""
    target = Path(path).resolve()
    return target.with_name(f"{target.name}.sql")


def snapshot_file(path: Path | str) -> Path:
    """`vigie.duckdb.sql/vigie.duckdb`, whether it is there or not."""
    return snapshot_folder(path) / Path(path).resolve().name


def is_snapshot(path: Path) -> bool:
    """Whether a file is the snapshot of a store: it is never written, so that nobody stands in line for it."""
    return path.parent.name == f"{path.name}.sql"


def forget_copies(path: Path | str) -> None:
    """Delete all that was made from a store and can be made again: its pages, its snapshot. Raises StoreError if some of it stays."""
    forget_pages(path)
    _forget(snapshot_folder(path))


def outbox_folder(path: Path | str) -> Path:
    """`vigie.duckdb.outbox` beside `vigie.duckdb`, or beside what a link of that name points to."""
    target = Path(path).resolve()
    return target.with_name(f"{target.name}.outbox")


def forget_undelivered(path: Path | str, addresses: Collection[str]) -> int:
    """Delete deliveries that wait, or were given up, and hold one of these alerts; how many. Each names its alerts as `about`.

    Raises:
        StoreError: if one of them stays.
    """
    folder, count = outbox_folder(path), 0
    if not addresses or not folder.is_dir():
        return 0
    named = re.compile("|".join(rf'"{re.escape(address)}"' for address in sorted(addresses)))
    try:
        for file in sorted(folder.glob("*.json")):
            if named.search(file.read_text("utf-8", "replace")):
                file.unlink()
                count += 1
    except OSError as error:
        raise StoreError(
            f"{folder} may hold what is erased and could not be cleared ({error.strerror}): delete it, then run again"
        ) from None
    return count
