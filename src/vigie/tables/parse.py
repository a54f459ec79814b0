"""Tables of a TOML file, read with their types; every fault says the file, the place and the repair.

In: a parsed TOML table. Out: its values, or SettingsError.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeVar

from vigie.model.errors import SettingsError

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
Word = TypeVar("Word", bound=str)


class Reader:
    """One TOML table with its place in the file."""

    def __init__(self, table: dict[str, Any], file: str, where: str) -> None:
        self._table, self._file, self.where = table, file, where

    def fault(self, problem: str) -> SettingsError:
        return SettingsError(f"{self._file}: {self.where + ': ' if self.where else ''}{problem}")

    def has(self, key: str) -> bool:
        return key in self._table

    def names(self) -> Iterator[str]:
        return iter(self._table)

    def known(self, *keys: str) -> None:
        """Raises SettingsError for a key that is none of these."""
        unknown = [key for key in self._table if key not in keys]
        if unknown:
            raise self.fault(f"unknown {unknown[0][:60]!r} (known: {', '.join(keys)})")

    def text(self, key: str, default: str) -> str:
        value = self._table.get(key, default)
        if not isinstance(value, str):
            raise self.fault(f"{key} must be a text in quotes")
        return value.strip() if value != "\t" else value

    def flag(self, key: str, default: bool) -> bool:
        value = self._table.get(key, default)
        if not isinstance(value, bool):
            raise self.fault(f"{key} must be true or false, without quotes")
        return value

    def number(self, key: str, default: int) -> int:
        value = self._table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1_000_000:
            raise self.fault(f"{key} must be a whole number")
        return value

    def identifier(self, key: str) -> str:
        value = self.text(key, "")
        if not _ID.fullmatch(value):
            raise self.fault(f"{key} must be lower-case letters, digits, '.', '_' or '-', at most 64")
        return value

    def choice(self, key: str, words: tuple[Word, ...]) -> Word:
        value = self._table.get(key)
        for word in words:
            if value == word:
                return word
        raise self.fault(f"{key} must be one of {', '.join(repr(w) for w in words)}")

    def words(self, key: str) -> tuple[str, ...]:
        value = self._table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise self.fault(f'{key} must be a list of texts: ["…", "…"]')
        return tuple(word.strip() for word in value)

    def pairs(self, key: str) -> dict[str, str]:
        value = self._table.get(key, {})
        if not isinstance(value, dict) or not all(isinstance(word, str) for word in value.values()):
            raise self.fault(f'{key} must be a table of words: {{ "their word" = "ours" }}')
        return dict(value)

    def table(self, key: str, *, required: bool = False) -> Reader:
        value = self._table.get(key, {})
        if not isinstance(value, dict) or (required and not value):
            raise self.fault(f"needs a table [{key}]")
        return Reader(value, self._file, f"{self.where} {key}".strip())

    def tables(self, key: str, *known: str) -> list[Reader]:
        """Entries of a list of tables ([[key]])."""
        value = self._table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.fault(f"{key} must be written as [[{key}]]")
        entries = [
            Reader(item, self._file, f"{self.where} {key} {n}".strip()) for n, item in enumerate(value, 1)
        ]
        for entry in entries:
            entry.known(*known)
        return entries
