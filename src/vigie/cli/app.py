"""The typer application and what every verb shares. Imports nothing heavy: `vigie --help` must stay quick."""

from __future__ import annotations

from enum import Enum

import typer

DONE, SOME_REFUSED, WRONG_USE = 0, 1, 2  # exit codes of the contract
STOPPED = 130  # by the user's interrupt, as shells tell it

# Plain help: rich markup would double the time that `--help` takes.
app = typer.Typer(
    name="vigie",
    help="An observatory of drug markets for public health: dated, placed, sourced facts from documents.",
    epilog="Start with: vigie demo",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
lexicon_app = typer.Typer(
    help="Check and show the lexicons.\n\nExample: vigie lexicon check",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(lexicon_app, name="lexicon")
release_app = typer.Typer(
    help="Release an alert before its delay, and keep the log of it.\n\nExample: vigie release list",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(release_app, name="release")


class ExtractFormat(str, Enum):  # noqa: UP042 - typer reads the values through str
    """How `vigie extract` prints."""

    JSONL = "jsonl"
    TABLE = "table"


class RedactFormat(str, Enum):  # noqa: UP042
    """How `vigie redact` prints."""

    TEXT = "text"
    JSON = "json"


class ExportFormat(str, Enum):  # noqa: UP042
    """What `vigie export` writes."""

    CSV = "csv"
    PARQUET = "parquet"
    JSONL = "jsonl"
    GEOJSON = "geojson"


class PageFormat(str, Enum):  # noqa: UP042
    """What `vigie bulletin` writes."""

    HTML = "html"
    PDF = "pdf"
    MD = "md"


class ReportFormat(str, Enum):  # noqa: UP042
    """How reports of upkeep print."""

    TABLE = "table"
    JSON = "json"


def version_callback(asked: bool) -> None:
    if asked:
        from vigie import __version__

        typer.echo(f"vigie {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", callback=version_callback, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    """An observatory of drug markets for public health: dated, placed, sourced facts from documents."""
