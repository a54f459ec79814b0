"""Field notes that were written on a page: redacted before they touch the disk, kept in a box beside the store until they are taken in.

In: a redacted note. Out: a file in `<store>.notes/in/` (0700, files 0600), then a document of the store. Why files and not the store: the
process that shows pages opens no store for writing, and no note waits while a long run holds it. `vigie add` and `vigie maintain` take them
in. Left out: HTTP (`vigie.web.field_note`), what a note states (`vigie.extract.note`).
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from vigie.ingest.sources import CARD_NAME, load_card
from vigie.intake.field_notes import note_stream
from vigie.lexicon.note_fields import FORMAT, words
from vigie.lexicon.terms import data_toml
from vigie.model.document import CleanDocument, SourceCard
from vigie.model.errors import VigieError
from vigie.pipeline import Cleaned, Reading, Refusal, Summary, add
from vigie.redact.audit import leftovers
from vigie.store import Store

Fault = Literal["empty", "long", "contact", "full"]
_NAME = re.compile(r"[0-9a-f]{32}\.json")


class NoteError(VigieError):
    """A note that is not taken; `fault` names the words that say why."""

    def __init__(self, fault: Fault) -> None:
        self.fault: Fault = fault
        super().__init__(str(data_toml("templates", "field_note.toml")["en"]["fault"][fault]))


def rules() -> Mapping[str, Any]:
    """data/upkeep/notes.toml."""
    return data_toml("upkeep", "notes.toml")


def notes_folder(store: Path | str) -> Path:
    """`vigie.duckdb.notes` beside `vigie.duckdb`, or beside what a link of that name points to."""
    target = Path(store).resolve()
    return target.with_name(f"{target.name}.notes")


def drop(folder: Path, document: CleanDocument, today: date | None = None) -> None:
    """Keep a note until it is taken in. Raises NoteError where it is too long, may still name somebody, or the box is full."""
    if len(document.text) > rules()["note"]["most"]:
        raise NoteError("long")
    # What is written by hand can be written again: where something may have been left, the note is not kept.
    if leftovers(document.text, document.lang):
        raise NoteError("contact")
    row = {
        "note": f"<!-- {words()['layout']['mark']} -->\n\n{document.text[document.body_start :]}",
        "received_on": (today or date.today()).isoformat(),
    }
    try:
        box = _made(folder / "in")
        if sum(1 for _ in box.iterdir()) >= rules()["box"]["most"]:
            raise NoteError("full")
        _save(box / f"{secrets.token_hex(16)}.json", row)
    except OSError:
        raise NoteError("full") from None


def waiting(store: Path | str) -> int:
    """How many notes wait."""
    return len(_files(notes_folder(store)))


def take_in(store: Store) -> Summary | None:
    """Move the notes that wait into the store; None where none waits. What is no note of ours is left where it is.

    Raises StoreError if the store is open for reading only.
    """
    folder = notes_folder(store.path)
    read = [(path, note) for path in _files(folder) if (note := _read(path)) is not None]
    if not read:
        return None
    reading = Reading(source=_card(folder))
    summary = add(store, (item for path, note in read for item in _cleaned(path, note, reading)))
    if not summary.refused:
        for path, _ in read:
            path.unlink(missing_ok=True)
    return summary


def _cleaned(path: Path, note: str, reading: Reading) -> Iterator[Cleaned | Refusal]:
    """The redactor sees it again: it may be a better one than that which saw it first."""
    for item in note_stream(f"note#{path.stem[:8]}", note, reading):
        if isinstance(item, Cleaned) and item.document.format != FORMAT:
            yield Refusal(name=f"note#{path.stem[:8]}", reason="holds no fields of a note")
        else:
            yield item


def _card(folder: Path) -> SourceCard:
    own = folder / CARD_NAME
    if own.is_file():
        return load_card(own)
    row = {key: value for key, value in rules()["source"].items() if key != "reason"}
    return SourceCard(**row)


def _files(folder: Path) -> list[Path]:
    box = folder / "in"
    return sorted(p for p in box.iterdir() if _NAME.fullmatch(p.name)) if box.is_dir() else []


def _read(path: Path) -> str | None:
    """A note that waits; None for a file that is none of ours."""
    try:
        row = json.loads(path.read_text("utf-8"))
        note = row["note"]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return note if isinstance(note, str) and note.strip() else None


def _made(folder: Path) -> Path:
    """The folder, for the owner alone, and so the one that holds it."""
    for one in (folder.parent, folder):
        one.mkdir(mode=0o700, exist_ok=True)
    return folder


def _save(path: Path, row: object) -> None:
    """Whole or not at all, for the owner alone."""
    temporary = path.with_name(f".{path.name}.part")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(row, stream, ensure_ascii=False, sort_keys=True)
    temporary.replace(path)
