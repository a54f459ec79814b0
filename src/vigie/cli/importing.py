"""The verb `import`: structured tables and field notes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from vigie.cli.app import SOME_REFUSED, STOPPED, WRONG_USE, ReportFormat, app
from vigie.cli.keeping import STORE, settings_for, summary_json, summary_text, tell_refusal
from vigie.cli.output import fail, say, write, write_json
from vigie.cli.progress import progress
from vigie.cli.reading import SOURCE, reading_options, tell_writer

if TYPE_CHECKING:
    from vigie.intake.imported import Imported
    from vigie.intake.importing import TellReject
    from vigie.model.document import SourceCard
    from vigie.pipeline import Cleaned, Refusal
    from vigie.settings import Settings
    from vigie.tables.mapping import Mapping


class Kind(str, Enum):  # noqa: UP042 - typer reads the values through str
    """What a table holds."""

    PRICES = "prices"
    PURITY = "purity"
    SEIZURES = "seizures"
    HARMS = "harms"
    WASTEWATER = "wastewater"
    FIELD_NOTES = "field-notes"


KIND = typer.Argument(
    ...,
    metavar="KIND",
    help="prices, purity, seizures, harms, wastewater or field-notes.",
    show_default=False,
)
FILES = typer.Argument(
    ..., metavar="FILE…", help="CSV, XLSX, ODS, Parquet, JSON; notes: Markdown, ODT.", show_default=False
)
MAPPING = typer.Option(
    None, "--mapping", metavar="FILE", help="Which column is what, as TOML (docs/import.md)."
)
LAYOUT = typer.Option(
    None, "--layout", metavar="NAME", help="A ready mapping of a public layout; ? lists them."
)
SHEET = typer.Option(None, "--sheet", metavar="NAME", help="The sheet to read, by name or number from 1.")
PUBLISHED = typer.Option(
    None, "--published", metavar="DATE", help="When the table was published: 2025-03-11, 2025-03, 2025."
)
REJECTS = typer.Option(
    None, "--rejects", metavar="FILE", help="Write rejected rows here: where they stand and why, no cell."
)
GUESS = typer.Option(
    False, "--guess", help="Propose a mapping for one file, as TOML to review; store nothing."
)
FORMAT = typer.Option(
    ReportFormat.TABLE, "--format", help="The summary: a table on standard error, or JSON on standard output."
)


@app.command(name="import")
def import_(
    kind: Kind = KIND,
    files: list[Path] = FILES,
    mapping: Path | None = MAPPING,
    layout: str | None = LAYOUT,
    source: Path | None = SOURCE,
    sheet: str | None = SHEET,
    published: str | None = PUBLISHED,
    rejects: Path | None = REJECTS,
    guess: bool = GUESS,
    format: ReportFormat = FORMAT,
    store: Path | None = STORE,
) -> None:
    """Store the rows of tables as observations, each with its row as evidence.

    Safe to repeat: rows that are stored already change nothing, and a run that was stopped is completed by
    the next. Words that no list knows reject their row, with the reason; cells are redacted before anything
    else reads them.

    \b
    Example:
      vigie import harms deaths.csv --source registry.toml
      vigie import purity samples.xlsx --mapping lab.toml --rejects left.csv
      vigie import prices new.csv --guess > new.toml
    """
    if mapping is not None and layout is not None:
        raise fail("--mapping and --layout contradict each other", WRONG_USE)
    if kind is Kind.FIELD_NOTES:
        if mapping or layout or sheet or guess:
            raise fail("field notes have no mapping and no sheets", WRONG_USE)
        _notes(files, source, settings_for(store), format, rejects)
        return
    if guess:
        _guess(files, kind, sheet)
        return
    chosen = _mapping(kind, mapping, layout)
    card = reading_options(source, None).source
    day = _day(published)
    from vigie.intake.importing import import_tables
    from vigie.store import Store

    settings = settings_for(store)
    _none_there(files, settings)
    with Store.open(settings.store, settings=settings) as opened, _rejects(rejects) as tell:
        try:
            with progress("rows", 0) as move:
                done = import_tables(
                    opened, files, chosen, source=card or _nearest(files), published=day, sheet=sheet, tell=tell, progress=move
                )  # fmt: skip
        except KeyboardInterrupt:
            say("vigie: stopped; what was committed stays, and the same command completes it")
            raise typer.Exit(STOPPED) from None
    if format is ReportFormat.JSON:
        write_json(_json(done))
    else:
        say(_text(done, chosen, bool(card)))
        say(f"store: {settings.store}")
    if done.refused or done.rejected or done.parts:
        raise typer.Exit(SOME_REFUSED)


def _none_there(files: list[Path], settings: Settings) -> None:
    """Stop where no file is there and no store yet: a slip of the pen makes no empty store."""
    from vigie.pipeline import shown

    if settings.store.exists() or any(file.exists() for file in files):
        return
    for file in files:
        say(f"refused: {shown(str(file))}: no such file (check the path)")
    raise typer.Exit(SOME_REFUSED)


def _mapping(kind: Kind, path: Path | None, name: str | None) -> Mapping:
    from vigie.model.errors import SettingsError
    from vigie.pipeline import shown
    from vigie.tables import mapping

    try:
        if path is not None:
            found = mapping.Mapping.load(path)
        elif name is not None:
            if name == "?":
                raise fail("ready mappings: " + ", ".join(mapping.layouts()), WRONG_USE)
            found = mapping.layout(name)
        else:
            found = mapping.generic(kind.value)  # type: ignore[arg-type]
    except SettingsError as error:
        raise fail(str(error), WRONG_USE) from None
    except OSError as error:
        raise fail(f"{shown(str(path))}: {error.strerror or type(error).__name__}", WRONG_USE) from None
    if found.kind != kind.value:
        raise fail(f"the mapping {found.id} is of {found.kind}, not of {kind.value}", WRONG_USE)
    return found


def _day(text: str | None) -> Any:
    from vigie.model.period import PartialDate

    try:
        return PartialDate.parse(text) if text else None
    except ValueError:
        raise fail("--published takes 2025-03-11, 2025-03 or 2025", WRONG_USE) from None


def _nearest(files: list[Path]) -> SourceCard | None:
    """The card beside the files, where it is the same for all."""
    from vigie.ingest.sources import card_for
    from vigie.model.errors import SettingsError

    try:
        found = {card_for(file) for file in files}
    except SettingsError as error:
        raise fail(str(error), WRONG_USE) from None
    if len(found) > 1:
        raise fail(
            "the files have several source cards beside them (give one with --source, or import them apart)",
            WRONG_USE,
        )
    return found.pop() if found else None


@contextmanager
def _rejects(path: Path | None) -> Iterator[TellReject | None]:
    """Writes rejected rows as they come."""
    if path is None:
        yield None
        return
    from vigie.intake.imported import reject_line, rejects_header

    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(rejects_header())
        yield lambda found: out.writerow(reject_line(found))


def _guess(files: list[Path], kind: Kind, sheet: str | None) -> None:
    if len(files) != 1:
        raise fail("--guess takes one file", WRONG_USE)
    from vigie.intake.guessing import proposed
    from vigie.pipeline import refusal

    try:
        text, remarks = proposed(files[0], kind.value, sheet=sheet)
    except Exception as error:
        say(f"refused: {refusal(str(files[0]), error)}")
        raise typer.Exit(SOME_REFUSED) from None
    write(text)
    for remark in remarks:
        say(remark)


def _notes(
    files: list[Path], source: Path | None, settings: Settings, format: ReportFormat, rejects: Path | None
) -> None:
    from vigie.intake.field_notes import notes_of, rejected, unread_columns
    from vigie.pipeline import add, shown
    from vigie.store import Store

    reading = reading_options(source, None)
    unread = 0
    _none_there(files, settings)
    for file in files:
        if left := unread_columns(file):
            say(f"{shown(str(file))}: columns not read: {', '.join(left)}")
    with Store.open(settings.store, settings=settings) as opened, _rejects(rejects) as write_reject:

        def tell(item: Cleaned | Refusal) -> None:
            nonlocal unread
            tell_refusal(item)
            tell_writer(item)
            left = rejected(item)
            if left is None:
                return
            if left.reason == "nothing-read":
                unread += 1
                say(f"{shown(item.name)}: nothing of it was read as a fact; its text is stored")
            if write_reject is not None:
                write_reject(left)

        summary = add(opened, (item for file in files for item in notes_of(file, reading)), tell)
    if format is ReportFormat.JSON:
        write_json({**summary_json(summary), "nothing_read": unread})
    else:
        say(summary_text(summary))
        if unread:
            say(f"notes of which nothing was read as a fact: {unread}")
        say(f"store: {settings.store}")
    if summary.refused or unread:
        raise typer.Exit(SOME_REFUSED)


def _json(done: Imported) -> dict[str, Any]:
    from vigie.intake.imported import unknown_told

    return {
        "rows": {
            "read": done.rows, "new": done.new, "changed": done.changed, "unchanged": done.unchanged,
            "skipped": done.skipped, "rejected": done.rejected, "kept_out": done.kept_out,
        },
        "parts_left_out": done.parts, "replaced": done.replaced, "documents": done.documents,
        "observations": dict(sorted(done.observations.items())),
        "reasons": [{"reason": r, "column": c, "rows": n} for (r, c), n in done.reasons.most_common()],
        "beside": done.beside,
        "unknown": [{"field": f, "value": v, "rows": n} for f, v, n in unknown_told(done)],
        "refused": [{"name": r.name, "reason": r.reason, "repair": r.repair} for r in done.refused],
    }  # fmt: skip


def _text(done: Imported, mapping: Mapping, carded: bool) -> str:
    """The summary for a person, in a few lines."""
    from vigie.intake.imported import unknown_told

    total = sum(done.observations.values())
    named = ", ".join(f"{name} {count}" for name, count in sorted(done.observations.items()))
    lines = [f"refused: {refused}" for refused in done.refused]
    lines += [
        f"rows: {done.rows} read, {done.new} new, {done.changed} changed, {done.unchanged} unchanged, {done.skipped} skipped by the "
        f"mapping, {done.rejected} rejected"
        + (f", {done.kept_out} kept out, purged earlier" if done.kept_out else ""),
        f"observations: {total}" + (f" ({named})" if named else "") + f", by the mapping {mapping.id}",
    ]
    lines += [f"parts of stored rows left out: {done.parts}"] if done.parts else []
    lines += [f"earlier rows that say something else now, replaced: {done.replaced}"] if done.replaced else []
    lines += [f"rejected, {reason} ({column}): {count}" if column else f"rejected, {reason}: {count}"
              for (reason, column), count in done.reasons.most_common(20)]  # fmt: skip
    lines += [
        f"{file}: imported before, and {new} of its rows are new now: they stand beside the earlier ones (a corrected row replaces "
        "the old one only where row_id tells the rows apart; vigie purge --document takes the earlier import out)"
        for file, new in done.beside.items()
    ]
    lines += [f"not known, {name}: {value!r} ({count} rows)" for name, value, count in unknown_told(done)]
    if not carded and done.new:
        lines.append(
            "no source card: rows count as of one unnamed source of grade F (give one with --source)"
        )
    return "\n".join(lines)
