"""What other parts keep beside a store and what has to go with what is erased: the folder of its pages.

In: the path of a store. Out: the folder's path; its deletion. Left out: what is in it (`vigie.readmodel`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

from vigie.model.errors import StoreError


def pages_folder(path: Path | str) -> Path:
    """`vigie.duckdb.pages` beside `vigie.duckdb`, or beside what a link of that name points to."""
    target = Path(path).resolve()
    return target.with_name(f"{target.name}.pages")


def forget_pages(path: Path | str) -> None:
    """Delete all that was made from a store for its pages. Raises StoreError if some of it stays."""
    folder = pages_folder(path)
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
