"""The verb that puts stores together: merge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vigie import place
from vigie.cli.app import STOPPED, app
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import say

if TYPE_CHECKING:
    from vigie.store.merge import Merged
    from vigie.upkeep.maintain import Upkeep

OTHERS = typer.Argument(
    ..., metavar="OTHER…", parser=place.of, help="Other stores; they stay as they are.", show_default=False
)


@app.command()
def merge(others: list[Path] = OTHERS, store: Path | None = STORE) -> None:
    """Merge other stores into the store: the same content once, sources and reviewers' decisions kept.

    Safe to repeat, and to stop: the store is as it was until all is done. What was purged from either stays out.

    \b
    Example:
      vigie merge lyon.duckdb marseille.duckdb --store france.duckdb
    """
    from vigie.upkeep.replacing import merge as put_together

    settings = existing(settings_for(store))
    try:
        for other, (done, upkeep) in zip(others, put_together(others, settings), strict=True):
            say(f"{other}: {text(done, upkeep)}")
    except KeyboardInterrupt:
        say("vigie: stopped; the store is as it was before the store that was being merged")
        raise typer.Exit(STOPPED) from None
    say(f"store: {settings.store}")


def text(done: Merged, upkeep: Upkeep) -> str:
    """What was done, in one line."""
    parts = [
        f"{done.documents} documents came with {done.observations} observations",
        f"{done.known} were here",
    ]
    parts += [f"{done.kept_out} purged here earlier, kept out"] if done.kept_out else []
    parts += [f"{upkeep.kept_out} purged there, erased here"] if upkeep.kept_out else []
    parts += [f"{done.decisions} decisions of reviewers"] if done.decisions else []
    parts += [f"{done.sources} source cards"] if done.sources else []
    parts += [f"{done.cells} public cells, of which {done.overlapping} wait"] if done.cells else []
    parts += (
        [f"{done.marks_left} marks of contacts left out: their key is not here"] if done.marks_left else []
    )
    return ", ".join(parts)
