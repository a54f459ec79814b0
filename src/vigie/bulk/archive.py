"""One archive of a job: what names it and how it is opened. Carries no text, and travels to a worker as it is.

Left out: where archives are found, `places.py`; what is in one, `records.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

KEY_BYTES = 10  # 20 hex digits: among a million archives two alike by chance once in 10^12


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A file of records, or a folder of saved pages.

    Attributes:
        name: as messages and paths of documents show it: without folder, and without contacts.
        key: `key_of` its true name; the same for a copy in another folder, another for an archive that grew.
        size: bytes as stored; None where the place does not tell.
        open: the bytes from the first one, to be closed by the caller. Picklable. Raises OSError, InputRefused.
        place: path or address by which an audit may find it again, without secrets; "" where it may not be told.
        files: of a folder, its files in order, each an archive; None for a file.
    """

    name: str
    key: str
    size: int | None
    open: Callable[[], BinaryIO]
    place: str = ""
    files: Callable[[], Iterator[Archive]] | None = None


def key_of(name: str, size: int | None, version: str = "") -> str:
    """The id of an archive: a hash of its name without folder, its size in bytes, and what else tells versions apart (an etag)."""
    base = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    told = f"{base}\0{'' if size is None else size}\0{version}"
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).hexdigest()
