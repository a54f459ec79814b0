"""Verbs of upkeep: doctor, eval, lexicon check, lexicon show."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from vigie.cli.app import SOME_REFUSED, WRONG_USE, ReportFormat, app
from vigie.cli.keeping import STORE, settings_for
from vigie.cli.output import fail, table, terminal_width, write, write_json
from vigie.model.errors import InputRefused

FORMAT = typer.Option(ReportFormat.TABLE, "--format", help="How to print.")
GOLD = typer.Argument(
    ..., metavar="GOLD", help="Annotated documents, or a folder with gold.json.", show_default=False
)
COMPARE = typer.Option(
    None,
    "--compare",
    "--against",
    metavar="REV|FILE",
    help="What was gained and lost since an earlier JSON report, or since a git revision of this clone.",
)
FLOOR = typer.Option(
    None, "--floor", metavar="TOML", help="Fail with exit code 1 when a figure lies below its floor."
)
VERBOSE = typer.Option(False, "--verbose", "-v", help="Name each miss and each wrong prediction.")
BLIND = typer.Option(
    False, "--blind", help="Figures only: no miss is named, for texts that nobody is to learn from."
)


BACKUP = typer.Option(None, "--backup", metavar="PLACE", help="Check a backup too; repeat for several.")


@app.command()
def doctor(
    store: Path | None = STORE, backup: list[Path] | None = BACKUP, format: ReportFormat = FORMAT
) -> None:
    """Check the installation, the data files, a store and backups of it.

    \b
    Example:
      vigie doctor
      vigie doctor --store france.duckdb --format json
      vigie doctor --backup backups/2026-11-23
    """
    from vigie.cli.doctor import backups, checks

    found = [*checks(settings_for(store, fresh=False).store), *backups(backup or [])]
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
    compare_with: str | None = COMPARE,
    floor: Path | None = FLOOR,
    verbose: bool = VERBOSE,
    blind: bool = BLIND,
) -> None:
    """Score the extraction against annotated documents.

    \b
    Example:
      vigie eval gold.jsonl --format json > before.json
      vigie eval gold.jsonl --compare before.json
      vigie eval gold.jsonl --compare HEAD~3
      vigie eval gold.jsonl --floor floor.toml
    """
    from vigie.evaluate import below, compare, evaluate, evaluate_examples, load_floors

    if blind and (verbose or compare_with is not None):
        raise fail("--blind names no miss: leave --verbose and --compare out", WRONG_USE)
    if gold.is_dir():
        if compare_with is not None or floor is not None:
            raise fail("--compare and --floor want a gold file, not a folder", WRONG_USE)
        examples = evaluate_examples(gold)
        if format is ReportFormat.JSON:
            write_json(examples.to_json())
        else:
            write(examples.table(verbose=verbose).rstrip("\n") + "\n")
        return
    floors = load_floors(floor) if floor is not None else None
    earlier = _earlier(compare_with, gold) if compare_with is not None else None
    report = evaluate(gold)
    comparison = None
    if earlier is not None:
        try:
            comparison = compare(earlier, report)
        except (KeyError, TypeError):
            raise fail(f"{compare_with}: not a report of vigie eval", WRONG_USE) from None
        except ValueError as error:
            raise fail(f"{compare_with}: a report {error}, not of {report.gold}", WRONG_USE) from None
    failing = below(floors, report) if floors is not None else []
    if format is ReportFormat.JSON:
        more = {} if comparison is None else {"comparison": comparison.to_json()}
        write_json((report.figures() if blind else report.to_json()) | more)
    else:
        write(report.table(verbose=verbose).rstrip("\n") + "\n")
        if comparison is not None:
            write("\n" + comparison.table().rstrip("\n") + "\n")
    if failing:
        raise fail("\n".join(failing), SOME_REFUSED)


def _earlier(given: str, gold: Path) -> dict[str, Any]:
    """The report to compare with: a file of that name, else the revision of that name."""
    from vigie.evaluate import report_at

    path = Path(given)
    if not path.is_file():
        try:
            return report_at(given, gold)
        except InputRefused as error:
            raise fail(str(error), WRONG_USE) from None
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise fail(f"{given}: not a report of vigie eval ({type(error).__name__})", WRONG_USE) from None
    if not isinstance(read, dict):
        raise fail(f"{given}: not a report of vigie eval", WRONG_USE)
    return read
