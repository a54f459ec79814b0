"""Verbs that copy a store whole: snapshot, backup, restore."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from vigie.cli.app import SOME_REFUSED, WRONG_USE, app
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say, write

PLACE = typer.Argument(
    ..., metavar="PLACE", help="A folder of its own, which names the point.", show_default=False
)
KEYS = typer.Option(False, "--with-keys", help="The key of contact marks too: keep such a backup apart.")
ANYWAY = typer.Option(
    False,
    "--anyway",
    help="Also where the present store cannot be read: what was purged since may come back.",
)
YES = typer.Option(False, "--yes", help="Do not ask.")


@app.command()
def snapshot(store: Path | None = STORE) -> None:
    """Make the copy that SQL may read while others write the store; its path on standard output.

    A running vigie serve keeps it up to date. It holds what a full export holds: for analysts only.

    \b
    Example:
      vigie snapshot
      duckdb -readonly vigie.duckdb.sql/vigie.duckdb
    """
    from vigie.store.snapshot import publish

    settings = existing(settings_for(store))
    file = publish(settings.store, settings=settings)
    write(f"{file}\n")
    say("holds redacted texts and sentences: do not publish it")


@app.command()
def backup(place: Path = PLACE, store: Path | None = STORE, with_keys: bool = KEYS) -> None:
    """Keep the store, and what stands beside it, in a folder of its own.

    Safe while others write: it is one state of the store. vigie doctor --backup PLACE says whether it is whole.

    \b
    Example:
      vigie backup backups/2026-11-23
      vigie doctor --backup backups/2026-11-23
    """
    from vigie.store.backup import backup as keep

    settings = existing(settings_for(store))
    made = keep(settings.store, place, keys=with_keys, settings=settings)
    say(f"{place}: {made.rows['documents']} documents, {len(made.files)} files, of {made.made} UTC")
    say(
        "keep it as you keep the store: a purge does not reach it"
        + (", and keys are in it" if with_keys else "")
    )


@app.command()
def restore(place: Path = PLACE, store: Path | None = STORE, anyway: bool = ANYWAY, yes: bool = YES) -> None:
    """Put a backup in the place of the store.

    A damaged backup is refused. What was purged from the present store since stays purged; what stands beside the
    store stays, and what is missing there is put back.

    \b
    Example:
      vigie restore backups/2026-11-23
      vigie restore backups/2026-11-23 --store elsewhere.duckdb
    """
    from vigie.upkeep.replacing import restore as put

    settings = settings_for(store)
    if settings.store.exists() and not yes:
        if not sys.stdin.isatty():
            raise fail(f"{settings.store} is there and would be replaced: add --yes", WRONG_USE)
        try:
            chosen = typer.confirm(f"Replace {settings.store}?", default=False, err=True)
        except typer.Abort:
            chosen = False
        if not chosen:
            raise fail("nothing was changed", SOME_REFUSED)
    done = put(place, settings, anyway=anyway)
    say(f"store: {settings.store}, as it was at {done.manifest.made} UTC")
    if done.listed:
        say(f"purged since: {done.listed} entries taken over, {done.upkeep.kept_out} documents kept out")
    if done.beside:
        say(f"put back beside it: {', '.join(done.beside)}")
    for fault in done.upkeep.faults:
        say(f"fault: {fault}")
    if done.upkeep.faults:
        raise typer.Exit(SOME_REFUSED)
