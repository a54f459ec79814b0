"""Every visible word of the pages in one language.

In: data/web/words.<lang>.toml; names and number formats of the bulletin (`report.words`). Out: PageWords.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from vigie.report.words import Words


@cache
def table(lang: str) -> Mapping[str, Any]:
    """The words of a language, as the file has them."""
    return tomllib.loads((files("vigie") / "data" / "web" / f"words.{lang}.toml").read_text("utf-8"))


@cache
def page_words(lang: str) -> PageWords:
    return PageWords(lang=lang, figures=Words(lang))


@lru_cache(maxsize=4096)
def _found(lang: str, key: str) -> Any:
    """Raises KeyError or TypeError where there is none, which is not kept."""
    found: Any = table(lang)
    for part in key.split("."):
        found = found[part]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWords:
    """Words by dotted key ("prices.title"); `figures` has names of codes and formats of numbers."""

    lang: str
    figures: Words = field(repr=False)

    def __getitem__(self, key: str) -> str:
        return str(self._find(key))

    def _find(self, key: str) -> Any:
        return _found(self.lang, key)

    def get(self, key: str, default: str = "") -> str:
        """The words of a key that may be missing: names of codes."""
        try:
            return str(self._find(key))
        except (KeyError, TypeError):
            return default

    def lines(self, key: str) -> tuple[str, ...]:
        return tuple(str(line) for line in self._find(key))

    def fill(self, key: str, **values: object) -> str:
        return self[key].format(**values)

    def count(self, what: str, n: int) -> str:
        """ "1 document", "7 documents": the file holds `count.<what>` with one and many."""
        form = "one" if abs(n) < 2 and (self.lang == "fr" or n == 1) else "many"
        return self.fill(f"count.{what}.{form}", n=self.figures.number(n))

    def period(self, label: str) -> str:
        """ "2024-Q3", "2024-03", "2024" as words; as it is where it is none of them."""
        if "-Q" in label:
            return self.figures.quarter(label)
        return self.figures.day(label) if label[:4].isdigit() else label

    def name(self, name: str) -> str:
        """A name at the beginning of a line."""
        return name[:1].upper() + name[1:]
