"""Which version of the knowledge a result depends on: a hash over files of `data/`.

In: names of files and folders below `data/`. Out: 12 hex digits. Left out: which of them decide what (`vigie.pipeline`, `vigie.bulk.plan`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable


def data_version(names: Sequence[str]) -> str:
    """First 12 hex digits of the SHA-256 over the names and bytes of these files and of all that these folders hold."""
    digest = hashlib.sha256()
    data = files("vigie").joinpath("data")
    for name in names:
        for path, content in _contents(data.joinpath(*name.split("/")), name):
            digest.update(f"{path}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()[:12]


def _contents(place: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    if place.is_file():
        yield name, place.read_bytes()
    elif place.is_dir():
        for entry in sorted(place.iterdir(), key=lambda e: e.name):
            if not entry.name.startswith((".", "__")):
                yield from _contents(entry, f"{name}/{entry.name}")
