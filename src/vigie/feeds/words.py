"""Words of feeds and drafts. In: data/feeds/words.toml. Out: the table of one language, and places filled in."""

from __future__ import annotations

from functools import cache
from typing import Any

from vigie.lexicon.terms import data_toml
from vigie.model.errors import SettingsError

LANGUAGES = ("fr", "en")


@cache
def _table() -> dict[str, Any]:
    return data_toml("feeds", "words.toml")


def words_of(lang: str) -> dict[str, Any]:
    """Every word of one language. Raises SettingsError for a language that has none."""
    if lang not in LANGUAGES:
        raise SettingsError(f"no feed in {lang!r} (languages: {', '.join(LANGUAGES)})")
    found: dict[str, Any] = _table()[lang]
    return found


def said(lang: str, key: str, **values: object) -> str:
    """A phrase with its places filled in."""
    return str(words_of(lang)[key]).format(**values)
