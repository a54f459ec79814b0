"""Source cards: `source.toml` beside the documents says where they come from and under which terms they are
read.

In: a TOML file with the fields of SourceCard. Out: SourceCard. Every fault is a SettingsError that says the
repair.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, get_args

from vigie.model.document import DocKind, SourceCard
from vigie.model.errors import SettingsError

CARD_NAME = "source.toml"
_FIELDS = {f.name: f for f in fields(SourceCard)}
_GRADES = tuple("ABCDEF")
_TYPES: dict[str, type] = {"retention_months": int, "satire": bool}
_TYPE_NAMES = {str: "a text in quotes", int: "a whole number", bool: "true or false, without quotes"}
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_MAX_CARD_BYTES = 100_000


def load_card(path: str | Path) -> SourceCard:
    """Read and check one source card. What it says of watching is `vigie.ingest.cards`'s."""
    file = Path(path)
    table = read_card(file)
    table.pop("watch", None)
    return card_from(file, table)


def read_card(file: Path) -> dict[str, Any]:
    """The table of a card's file, unchecked. Raises SettingsError."""
    try:
        if file.stat().st_size > _MAX_CARD_BYTES:
            raise SettingsError(f"{file}: too large for a source card (write only the fields of one source)")
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({error.strerror or 'input error'})") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file}: not UTF-8 (save it again as UTF-8)") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: not valid TOML: {error}") from error


def card_for(path: str | Path) -> SourceCard | None:
    """The nearest source card in the folder of `path` or above it; None if there is none."""
    start = Path(path)
    folder = start if start.is_dir() else start.parent
    for candidate in (folder, *folder.absolute().parents):
        card = candidate / CARD_NAME
        try:
            found = card.is_file()
        except OSError:
            continue
        if found:
            return load_card(card)
    return None


def card_from(file: Path, table: dict[str, Any]) -> SourceCard:
    """The checked card of a table. Raises SettingsError."""
    unknown = sorted(set(table) - set(_FIELDS))
    if unknown:
        raise SettingsError(f"{file}: unknown field {unknown[0]!r} (known: {', '.join(_FIELDS)})")
    missing = [name for name, f in _FIELDS.items() if f.default is MISSING and name not in table]
    if missing:
        raise SettingsError(f'{file}: field {missing[0]!r} is missing (add {missing[0]} = "...")')
    for name, value in table.items():
        wanted = _TYPES.get(name, str)
        if type(value) is not wanted:
            raise SettingsError(f"{file}: field {name!r} must be {_TYPE_NAMES[wanted]}")
    if not _ID.fullmatch(table["id"]):
        raise SettingsError(f"{file}: id must be lower-case letters, digits, '.', '_' or '-', at most 64")
    if not table["name"].strip():
        raise SettingsError(f"{file}: name is empty (write the name of the publication)")
    if table.get("kind", "unknown") not in get_args(DocKind):
        raise SettingsError(f"{file}: unknown kind (one of {', '.join(get_args(DocKind))})")
    if table.get("grade", "F") not in _GRADES:
        raise SettingsError(
            f"{file}: grade must be one of {', '.join(_GRADES)} (A: completely reliable … E: unreliable, F: cannot be "
            "judged), one capital letter"
        )
    if not 1 <= table.get("retention_months", 12) <= 1200:
        raise SettingsError(f"{file}: retention_months must be between 1 and 1200")
    return SourceCard(**table)
