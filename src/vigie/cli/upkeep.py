"""Verbs of upkeep: doctor, eval, lexicon check, lexicon show."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import typer

from vigie.cli.app import SOME_REFUSED, WRONG_USE, ReportFormat, app
from vigie.cli.keeping import STORE, settings_for
from vigie.cli.output import fail, table, terminal_width, write, write_json

FORMAT = typer.Option(ReportFormat.TABLE, "--format", help="How to print.")
GOLD = typer.Argument(
    ..., metavar="GOLD", help="Annotated documents, or a folder with gold.json.", show_default=False
)
AGAINST = typer.Option(None, "--against", metavar="EARLIER.json", help="Show what was gained and lost since.")
VERBOSE = typer.Option(False, "--verbose", "-v", help="Name each miss and each wrong prediction.")


@app.command()
def doctor(store: Path | None = STORE, format: ReportFormat = FORMAT) -> None:
    """Check the installation, the data files and a store.

    \b
    Example:
      vigie doctor
      vigie doctor --store france.duckdb --format json
    """
    from vigie.cli.doctor import checks

    found = list(checks(settings_for(store).store))
    if format is ReportFormat.JSON:
        for check in found:
            write_json(asdict(check))
    else:
        write(
            table(
                ("", "what", "found", "repair"),
                [(c.state, c.name, c.found, c.repair) for c in found],
                widest=100,
                width=terminal_width(),
            )
        )
    if any(check.state == "fault" for check in found):
        raise typer.Exit(SOME_REFUSED)


@app.command(name="eval")
def evaluate(
    gold: Path = GOLD,
    format: ReportFormat = FORMAT,
    against: Path | None = AGAINST,
    verbose: bool = VERBOSE,
) -> None:
    """Score the extraction against annotated documents.

    \b
    Example:
      vigie eval gold.jsonl --format json > before.json
      vigie eval gold.jsonl --against before.json
    """
    from vigie.evaluate import compare, evaluate, evaluate_examples

    if gold.is_dir():
        examples = evaluate_examples(gold)
        if format is ReportFormat.JSON:
            write_json(examples.to_json())
        else:
            write(examples.table(verbose=verbose).rstrip("\n") + "\n")
        return
    earlier = None
    if against is not None:
        try:
            earlier = json.loads(against.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise fail(f"{against}: not a report of vigie eval ({type(error).__name__})", WRONG_USE) from None
    report = evaluate(gold)
    if format is ReportFormat.JSON:
        write_json(report.to_json())
    else:
        write(report.table(verbose=verbose).rstrip("\n") + "\n")
    if earlier is not None:
        try:
            comparison = compare(earlier, report)
        except (KeyError, TypeError):
            raise fail(f"{against}: not a report of vigie eval", WRONG_USE) from None
        if format is ReportFormat.TABLE:
            write("\n" + comparison.table().rstrip("\n") + "\n")
