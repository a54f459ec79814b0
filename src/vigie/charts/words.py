"""Words and numbers of charts in one language.

In: data/design/charts.toml. Out: Words. Left out: names of substances and places (the caller gives them).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from vigie.model.errors import SettingsError

_MINUS = "\u2212"


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads((files("vigie") / "data" / "design" / "charts.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Words:
    """The wording of one language; SettingsError for a language that has none."""

    lang: str

    def __post_init__(self) -> None:
        if self.lang not in _table():
            raise SettingsError(f"no charts in {self.lang!r} (languages: {', '.join(sorted(_table()))})")

    def __getitem__(self, key: str) -> str:
        return str(_table()[self.lang][key])

    def fill(self, key: str, **values: object) -> str:
        return self[key].format(**values)

    def months(self, short: bool = False) -> list[str]:
        return list(_table()[self.lang]["months_short" if short else "months"])

    def inset(self, key: str) -> str:
        """Short name of an inset of the map of France."""
        return str(_table()[self.lang]["insets"][key])

    def locale(self) -> Mapping[str, Any]:
        """Number format as d3-format takes it."""
        number: Mapping[str, Any] = _table()[self.lang]["number"]
        return number

    def number(self, value: float) -> str:
        """At most three figures that count below 1,000, none behind the comma above: "0,52", "58,5", "1 240"."""
        size = abs(value)
        digits = 0 if size >= 1000 or value == int(value) else 1 if size >= 100 else 2
        text = f"{size:,.{digits}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        marks = self.locale()
        text = text.translate({ord(","): str(marks["thousands"]), ord("."): str(marks["decimal"])})
        return (_MINUS if value < 0 and text != "0" else "") + text

    def measure(self, value: float, unit: str) -> str:
        return f"{self.number(value)}\u00a0{unit}" if unit else self.number(value)

    def listed(self, names: Iterable[str], most: int = 8) -> str:
        """Names with commas; beyond `most`, how many there are more."""
        all_ = list(names)
        rest = [self.fill("and_more", n=len(all_) - most)] if len(all_) > most else []
        return ", ".join([*all_[:most], *rest])
