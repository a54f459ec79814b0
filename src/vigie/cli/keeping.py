"""Verbs that write and leave the store: add, export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from vigie import place
from vigie.cli.app import SOME_REFUSED, STOPPED, WRONG_USE, ExportFormat, ReportFormat, app
from vigie.cli.output import before_words, fail, say, table, write, write_json
from vigie.cli.progress import progress
from vigie.cli.reading import (
    MAPPING,
    SOURCE,
    STDIN,
    is_url,
    read_stdin,
    reading_options,
    refuse_empty,
    tell_writer,
    url_refusal,
)

if TYPE_CHECKING:
    from vigie.pipeline import Cleaned, Reading, Refusal, Summary
    from vigie.settings import Settings
    from vigie.store import Store
    from vigie.store.runs import Versions

STORE = typer.Option(
    None,
    "--store",
    metavar="FILE",
    parser=place.of,
    help="The store: a file, or postgresql://HOST/DATABASE (default: vigie.duckdb, or VIGIE_STORE).",
)
MOST_NAMED = 10  # inputs in one message
ADD_PATHS = typer.Argument(None, metavar="PATH…", help="Files or folders; - reads standard input.")
REEXTRACT = typer.Option(False, "--reextract", help="Extract again from the stored texts; show what changed.")
COUNT_CONTACTS = typer.Option(
    False, "--count-contacts", help="Store keyed marks of contacts, so that reposts can be counted."
)
SUMMARY_FORMAT = typer.Option(
    ReportFormat.TABLE, "--format", help="The summary: a table on standard error, or JSON on standard output."
)
EXPORT_DIR = typer.Argument(..., metavar="DIR", help="Folder to write into.", show_default=False)
EXPORT_FORMATS = typer.Option([ExportFormat.CSV], "--format", help="Repeat for several.")
PUBLIC = typer.Option(False, "--public", help="Only what anyone may see (the default).")
PREVIEW = typer.Option(
    False, "--dry-run", help="Say how much would be shown and how much waits; write nothing."
)
FULL = typer.Option(False, "--full", help="Everything, with redacted texts and sentences: for analysts only.")


def settings_for(store: Path | None, *, fresh: bool = True) -> Settings:
    """The settings, with the store that the command line names and the settings file.

    Args:
        fresh: of a store on a server, bring this machine's copy up: it is then there if the server holds a store.
    """
    from vigie.settings import load

    settings = load(store)
    if place.server_of(settings.store) is not None:
        from vigie.store.postgres import bring_up
        from vigie.store.store import settle_open

        before_words(settle_open)
        if fresh:
            bring_up(settings.store, settings, settings.store_wait)
    return settings


def existing(settings: Settings) -> Settings:
    """The settings of a store that is there: what opens it for writing would make one."""
    if not settings.store.exists():
        raise fail(
            f"no store at {settings.store} (make one with: vigie add PATH --store {settings.store})",
            SOME_REFUSED,
        )
    return settings


@app.command()
def add(
    paths: list[str] | None = ADD_PATHS,
    store: Path | None = STORE,
    source: Path | None = SOURCE,
    mapping: list[str] | None = MAPPING,
    reextract: bool = REEXTRACT,
    count_contacts: bool = COUNT_CONTACTS,
    format: ReportFormat = SUMMARY_FORMAT,
) -> None:
    """Read, redact, extract and store documents.

    Safe to repeat: the same content changes nothing, and a run that was stopped is completed by the next.

    \b
    Example:
      vigie add ./my-articles
      vigie add ./reports --source ofdt.toml --store france.duckdb
      vigie add --reextract
    """
    if bool(paths) == reextract and not (not paths and not reextract and _notes_wait(store)):
        raise fail("give paths to add, or --reextract alone", WRONG_USE)
    if reextract and count_contacts:
        raise fail("contacts are counted while documents are read: add their paths again", WRONG_USE)
    from vigie.store import Store

    settings = settings_for(store)
    if reextract and not settings.store.exists():
        raise fail(f"no store at {settings.store} (make one with: vigie add PATH)", WRONG_USE)
    refuse_empty(paths or [])
    reading = reading_options(source, mapping)
    with Store.open(settings.store, settings=settings) as opened:
        if count_contacts or (settings.count_contacts and not reextract):
            reading = counting(reading, settings)
        try:
            if not reextract:
                _take_in_notes(opened)
            summary = _reextract(opened) if reextract else add_paths(opened, paths or [], reading)
        except KeyboardInterrupt:
            say("vigie: stopped; what was committed stays, and the same command completes it")
            raise typer.Exit(STOPPED) from None
    if format is ReportFormat.JSON:
        write_json(summary_json(summary))
    else:
        say((reextraction_text if reextract else summary_text)(summary))
        say(f"store: {settings.store}")
    if summary.refused:
        raise typer.Exit(SOME_REFUSED)


def counting(reading: Reading, settings: Settings) -> Reading:
    """The same reading with marks of contacts; the key is made on first use."""
    from dataclasses import replace

    from vigie.redact.keyfile import load_or_make_key
    from vigie.redact.marks import Marker

    marker = Marker(load_or_make_key(settings.key_file))
    say(f"contacts are counted, with key {marker.key_id} of {settings.key_file}")
    return replace(reading, marker=marker)


def add_paths(store: Store, paths: list[str], reading: Reading) -> Summary:
    """Store the documents of the arguments; refusals are told as they come, and in the end which documents have a date to come."""
    from datetime import date
    from itertools import chain

    from vigie.bulk.load import is_parts, loaded, size
    from vigie.pipeline import Refusal, add, clean, clean_stream, inputs, shown

    today, early = date.today(), dict[str, None]()

    def tell(item: Cleaned | Refusal) -> None:
        tell_refusal(item)
        tell_writer(item)
        if (
            not isinstance(item, Refusal)
            and item.document.published
            and item.document.published.first > today
        ):
            early[shown(item.name)] = None

    local = [Path(p) for p in paths if p != STDIN and not is_url(p)]
    parts = [path for path in local if is_parts(path)]
    found_with = about_parts(parts, reading) if parts else None
    files = list(inputs(path for path in local if path not in parts))
    with progress("reading", len(files) + sum(size(path) for path in parts)) as move:

        def items() -> Iterator[Cleaned | Refusal]:
            yield from (url_refusal(p) for p in paths if is_url(p))
            if STDIN in paths:
                data = read_stdin()
                yield from [data] if isinstance(data, Refusal) else clean_stream(STDIN, data, reading)
            for done, file in enumerate(files):
                move(done)
                yield from [file] if isinstance(file, Refusal) else clean(file, reading)
            done = len(files)
            for item in chain.from_iterable(loaded(path) for path in parts):
                if item is None:
                    done += 1
                    move(done)
                else:
                    yield item

        summary = add(store, items(), tell, found_with)
    if early:
        named = ", ".join([*list(early)[:MOST_NAMED], *(["…"] if len(early) > MOST_NAMED else [])])
        count = f"{len(early)} document{'s are' if len(early) > 1 else ' is'}"
        say(f"{count} dated after today: {named} (check their date)")
    return summary


def about_parts(folders: list[Path], reading: Reading) -> Versions:
    """Say what is worth knowing of folders of vigie bulk; what their facts depend on."""
    from vigie.bulk.load import found_with, notes

    if reading.source is not None or reading.mapping:
        raise fail("--source and --map go with vigie bulk: its folder is loaded as it was made", WRONG_USE)
    if reading.marker is not None:
        say("contacts of archives are not counted: they were removed when the folder was made")
    made = list({found_with(folder) for folder in folders})
    if len(made) > 1:
        raise fail("folders of different versions are loaded one by one", WRONG_USE)
    for folder in folders:
        for line in notes(folder):
            say(line)
    return made[0]


def _reextract(store: Store) -> Summary:
    from vigie.pipeline import reextract

    done = 0
    with progress("extracting", store.sizes()["documents"]) as move:

        def tell(_document: object) -> None:
            nonlocal done
            done += 1
            move(done)

        summary = reextract(store, tell)
    for refusal in summary.refused:
        say(f"refused: {refusal}")
    return summary


def tell_refusal(item: Cleaned | Refusal) -> None:
    from vigie.pipeline import Refusal

    if isinstance(item, Refusal):
        say(f"refused: {item}")


def _notes_wait(store: Path | None) -> bool:
    """Whether notes written on the page wait to be taken in: then vigie add needs no path."""
    from vigie.upkeep.notes import waiting

    return waiting(settings_for(store).store) > 0


def _take_in_notes(store: Store) -> None:
    from vigie.upkeep.notes import take_in

    summary = take_in(store)
    if summary is not None:
        say(f"field notes taken in: {summary.new} new, {summary.unchanged} unchanged")
        for refusal in summary.refused:
            say(f"refused: {refusal}")


def summary_json(summary: Summary) -> dict[str, Any]:
    return {
        "documents": {
            "read": summary.read,
            "new": summary.new,
            "unchanged": summary.unchanged,
            "refused": [{"name": r.name, "reason": r.reason, "repair": r.repair} for r in summary.refused],
        },
        "observations": dict(summary.observations),
        "redactions": dict(summary.redactions),
        "changes": change_counts(summary),
        "expired": summary.expired,
        "changed": summary.again,
        "kept_out": len(summary.kept_out),
    }


def change_counts(summary: Summary) -> dict[str, dict[str, int]]:
    """type -> {"gained", "lost", "changed"}."""
    counts = Counter((change.type, str(change.what)) for change in summary.changes)
    kinds = ("gained", "lost", "changed")
    return {t: {what: counts[t, what] for what in kinds} for t in sorted({c.type for c in summary.changes})}


def summary_text(summary: Summary) -> str:
    """The summary for a person, in a few lines."""
    lines = [
        f"documents: {summary.read} read, {summary.new} new, {summary.unchanged} unchanged, "
        f"{len(summary.refused)} refused",
        f"observations: {_counted(summary.observations)}",
        f"removed by the redactor: {_counted(summary.redactions)}",
    ]
    lines += [f"full texts expired: {summary.expired}"] if summary.expired else []
    if summary.again:
        lines.append(
            f"changed since they were stored: {summary.again} (the earlier texts stay and count too)"
        )
    lines += [f"kept out, purged earlier: {len(summary.kept_out)}"] if summary.kept_out else []
    reasons = Counter(refusal.reason for refusal in summary.refused)
    lines += [f"refused, {reason}: {count}" for reason, count in reasons.most_common()]
    return "\n".join(lines)


def reextraction_text(summary: Summary) -> str:
    """What a re-extraction changed, for a person."""
    lines = [
        f"documents: {summary.read} extracted again, {summary.new} changed, {summary.unchanged} unchanged, "
        f"{len(summary.refused)} refused"
    ]
    lines += [f"full texts expired: {summary.expired}"] if summary.expired else []
    rows = [(t, *counts.values()) for t, counts in change_counts(summary).items()]
    lines.append(table(("type", "gained", "lost", "changed"), rows).rstrip("\n") or "no observation changed")
    return "\n".join(lines)


def _counted(counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    return f"{total}" + (
        f" ({', '.join(f'{name} {count}' for name, count in counts.items())})" if counts else ""
    )


@app.command()
def export(
    directory: Path = EXPORT_DIR,
    store: Path | None = STORE,
    format: list[ExportFormat] = EXPORT_FORMATS,
    public: bool = PUBLIC,
    full: bool = FULL,
    dry_run: bool = PREVIEW,
) -> None:
    """Write open data as a data package, with a dictionary and a README.

    Without --full only what anyone may see is written: counts and medians by quarter, department and
    substance, from at least 3 independent sources, 14 days after the quarter, and price indices made of
    them. What was shown is written down in the store, so that two exports never differ by fewer facts
    than may be shown.

    \b
    Example:
      vigie export ./open-data --public --format csv --format geojson
      vigie export ./for-analysis --full --format parquet
    """
    if public and full:
        raise fail("--public and --full contradict each other", WRONG_USE)
    if dry_run and full:
        raise fail("--dry-run is for public exports: a full one holds everything", WRONG_USE)
    from vigie.assess import assess_if_due
    from vigie.report.open_data import preview, write_open_data
    from vigie.store import Store
    from vigie.store.export import export_full

    settings = existing(settings_for(store))
    with Store.open(settings.store, read_only=full or dry_run, settings=settings) as opened:
        if dry_run:
            shown, new, waiting = preview(opened)
            say(f"public figures: {shown}, of them {new} for the first time; facts that wait: {waiting}")
            return
        formats = [f.value for f in dict.fromkeys(format)]
        if not full:
            assess_if_due(opened)
        written = (export_full if full else write_open_data)(opened, directory, formats)
    for path in written:
        write(f"{path}\n")
    if full:
        say("full export: redacted texts and sentences are for analysts; do not publish this folder")
