"""What a read-model file depends on beside its store. In: the package. Out: a text that changes with it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from vigie import __version__

_PARTS = (
    "readmodel",
    "report",
    "data/taxonomy",
    "data/stats",
)  # what decides on figures and on what is shown


@cache
def code_version() -> str:
    """First 12 hex digits of a SHA-256 over the modules and thresholds that figures and public rules come from."""
    digest = hashlib.sha256(__version__.encode())
    for part in _PARTS:
        folder = files("vigie").joinpath(*part.split("/"))
        for entry in sorted(folder.iterdir(), key=lambda e: e.name):
            if entry.name.endswith((".py", ".toml")):
                digest.update(entry.name.encode() + b"\0" + entry.read_bytes())
    return digest.hexdigest()[:12]
