"""Why records are dropped: the reasons of data/bulk/reasons.toml, in the order of the cascade."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason, with the stage that drops for it; `audited`: whether a sample is kept to estimate what was missed."""

    id: str
    stage: str
    audited: bool
    en: str
    fr: str


@cache
def reasons() -> dict[str, Reason]:
    """All reasons by id, in the order of the cascade."""
    path = files("vigie").joinpath("data", "bulk", "reasons.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: Reason(id=name, **fields) for name, fields in table.items()}
