"""Counting contacts without keeping them: the verbs contacts and key."""

from __future__ import annotations

import os
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from vigie.cli.app import SOME_REFUSED, WRONG_USE, ReportFormat, app
from vigie.cli.keeping import STORE, settings_for
from vigie.cli.output import fail, say, table, terminal_width, write, write_json

if TYPE_CHECKING:
    from vigie.settings import Settings
    from vigie.store.contacts import ContactCount

key_app = typer.Typer(
    help="The key under which contacts are counted: show, change or destroy it.\n\nExample: vigie key status",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(key_app, name="key")


class By(str, Enum):  # noqa: UP042 - typer reads the values through str
    """Groups of documents."""

    KIND = "kind"
    QUARTER = "quarter"
    AREA = "area"
    DOCUMENT_KIND = "document-kind"


FORMAT = typer.Option(ReportFormat.TABLE, "--format", help="How to print.")
BY = typer.Option(By.KIND, "--by", help="Also count by quarter, area or kind of document.")
KINDS = typer.Option(None, "--kind", metavar="KIND", help="Only contacts of this kind (repeatable).")
DOCUMENTS = typer.Option(
    None, "--documents", metavar="KIND", help="Only documents of this kind, for example advert (repeatable)."
)
SINCE = typer.Option(None, "--since", formats=["%Y-%m-%d"], help="Only documents published from this day.")
UNTIL = typer.Option(None, "--until", formats=["%Y-%m-%d"], help="Only documents published up to this day.")
YES = typer.Option(False, "--yes", help="Do not ask.")
_COLUMNS = ("contacts", "documents", "repeated", "repeating", "reposts", "most")


@app.command()
def contacts(
    store: Path | None = STORE,
    by: By = BY,
    kind: list[str] | None = KINDS,
    documents: list[str] | None = DOCUMENTS,
    since: datetime | None = SINCE,
    until: datetime | None = UNTIL,
    format: ReportFormat = FORMAT,
) -> None:
    """Count contacts that come back in several documents; for the analyst.

    Only counts are known: the store holds keyed marks, and only when documents were added with --count-contacts.

    \b
    Example:
      vigie contacts --documents advert --documents chat
      vigie contacts --by quarter --kind handle --format json
    """
    from vigie.store import Store
    from vigie.store.contacts import count_contacts, marked

    settings = settings_for(store)
    with Store.open(settings.store, read_only=True, settings=settings) as opened:
        basis = marked(opened)
        counts = count_contacts(
            opened,
            by.value,
            kinds=kind or (),
            document_kinds=documents or (),
            since=since.date() if since else None,
            until=until.date() if until else None,
        )
    if format is ReportFormat.JSON:
        about = {"documents": basis.documents, "with_marks": basis.with_marks, "keys": len(basis.marks)}
        write_json({**about, "by": by.value, "counts": [asdict(count) for count in counts]})
    else:
        write(_table(counts, by))
    if not basis.marks:
        say("no contact is counted in this store (turn it on: vigie add PATH --count-contacts)")
        return
    say(f"{basis.with_marks} of {basis.documents} documents hold a contact that is counted")
    if len(basis.marks) > 1:
        say(
            f"{len(basis.marks)} keys made the marks: a contact under two keys counts twice (vigie key rotate, then add again)"
        )


def _table(counts: list[ContactCount], by: By) -> str:
    head = ("kind", *_COLUMNS) if by is By.KIND else (by.value, "contact", *_COLUMNS)
    rows: list[list[Any]] = []
    for count in counts:
        row = [count.kind, *(getattr(count, name) for name in _COLUMNS)]
        rows.append(row if by is By.KIND else [count.group or "not said", *row])
    return table(head, rows, width=terminal_width())


@key_app.command()
def status(store: Path | None = STORE, format: ReportFormat = FORMAT) -> None:
    """Say where the key is, whether it can be used, and what it marked. The key itself is never shown."""
    from vigie.model.errors import SettingsError
    from vigie.redact.keyfile import load_key
    from vigie.redact.marks import key_id

    settings = settings_for(store)
    state, name = "none", ""
    try:
        if os.path.lexists(settings.key_file):
            state, name = "good", key_id(load_key(settings.key_file))
    except SettingsError as error:
        state = f"refused: {error}"
    marks = _marks(settings)
    found = {
        "file": str(settings.key_file),
        "state": state,
        "key_id": name,
        "counting": settings.count_contacts,
        "marks": marks,
    }
    if format is ReportFormat.JSON:
        write_json(found)
    else:
        told = ", ".join(f"{count} of key {key}" for key, count in marks.items()) or "none"
        always = "always" if settings.count_contacts else "only with --count-contacts"
        rows = [
            ("file", settings.key_file),
            ("key", state),
            ("key id", name),
            ("counting", always),
            ("marks", told),
        ]
        write(table(("what", "found"), rows, widest=100))
    if state.startswith("refused"):
        raise typer.Exit(SOME_REFUSED)


@key_app.command()
def rotate(store: Path | None = STORE, yes: bool = YES) -> None:
    """Make a new key and delete the marks of the old one: nobody can match them any more.

    Documents are counted again when they are added again with --count-contacts.
    """
    from vigie.redact.keyfile import load_key, rotate_key
    from vigie.redact.marks import key_id

    settings = settings_for(store)
    _check_folder(settings)
    if os.path.lexists(settings.key_file):
        load_key(settings.key_file)  # a key that cannot be replaced: its marks stay as they are
    _confirm("The marks of the old key are deleted for good. Go on?", yes)
    deleted = _drop_marks(settings)
    key = rotate_key(settings.key_file)
    say(f"new key {key_id(key)} in {settings.key_file}; {deleted} marks of the old one deleted")


@key_app.command()
def destroy(store: Path | None = STORE, yes: bool = YES) -> None:
    """Overwrite and remove the key, and delete the marks it made."""
    from vigie.redact.keyfile import destroy_key, may_destroy

    settings = settings_for(store)
    may_destroy(settings.key_file)  # a file that is no key: its marks stay as they are
    _confirm("The key and all marks are deleted for good. Go on?", yes)
    deleted = _drop_marks(settings)
    was_there = destroy_key(settings.key_file)
    say(f"{'key destroyed' if was_there else 'no key'}: {settings.key_file}; {deleted} marks deleted")
    say("copies of the key in backups are yours to destroy")


def _check_folder(settings: Settings) -> None:
    """Wrong use without a folder for the key: before any mark is deleted."""
    folder = settings.key_file.parent
    if not folder.is_dir():
        raise fail(f"no folder {folder} for the contact key (make it, or set VIGIE_CONTACT_KEY)", WRONG_USE)


def _confirm(question: str, yes: bool) -> None:
    """Ask at a terminal; elsewhere only --yes goes on."""
    if yes:
        return
    import sys

    if not sys.stdin.isatty():
        raise fail("this deletes for good: say --yes", WRONG_USE)
    typer.confirm(question, abort=True, err=True)


def _marks(settings: Settings) -> dict[str, int]:
    """Marks in the store by key id; none without a store."""
    from vigie.store import Store
    from vigie.store.contacts import marked

    if not settings.store.exists():
        return {}
    with Store.open(settings.store, read_only=True, settings=settings) as opened:
        return marked(opened).marks


def _drop_marks(settings: Settings) -> int:
    """Delete the marks before the key: a store that is open elsewhere then leaves both as they are."""
    from vigie.store import Store

    if not settings.store.exists():
        return 0
    with Store.open(settings.store, settings=settings) as opened:
        return opened.drop_marks()
