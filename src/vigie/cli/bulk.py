"""The verb for archives of web crawls: bulk, with its audit."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
import typer.main
from typer.core import TyperCommand

from vigie.cli.app import SOME_REFUSED, STOPPED, WRONG_USE, ReportFormat, app
from vigie.cli.output import fail, say, table, write, write_json
from vigie.cli.progress import progress
from vigie.cli.reading import SOURCE, refuse_empty

if TYPE_CHECKING:
    from vigie.bulk.account import Account
    from vigie.bulk.archive import Archive
    from vigie.bulk.audit import Audit
    from vigie.bulk.estimate import Estimate
    from vigie.bulk.job import Report
    from vigie.bulk.plan import Plan
    from vigie.bulk.progress import Event, Tell
    from vigie.pipeline import Refusal

AUDIT = "audit"


class Engine(str, Enum):  # noqa: UP042 - typer reads the values through str
    """Where the work is done."""

    LOCAL = "local"
    DASK = "dask"


PATHS = typer.Argument(
    ...,
    metavar="WARC|WET|FOLDER|LIST|URL…",
    help="Archives, folders, lists of them; or: audit DIR.",
    show_default=False,
)
OUT = typer.Option(None, "--out", metavar="DIR", help="Folder of the results; the same command continues it.")
JOBS = typer.Option(None, "-j", "--jobs", min=1, metavar="N", help="Workers (default: one a core).")
ENGINE = typer.Option(Engine.LOCAL, "--engine", help="Processes of this machine, or Dask.")
SCHEDULER = typer.Option(
    None, "--scheduler", metavar="ADDRESS", help="With --engine dask: tcp://…; without, a cluster of one machine."
)  # fmt: skip
CLASSIFIER = typer.Option(
    "linear", "--classifier", metavar="linear|FOLDER", help="What judges relevance, or the folder of a model."
)
THRESHOLD = typer.Option(
    None, "--threshold", min=0.0, max=1.0, help="Least probability (default: the classifier's own)."
)
AUDIT_ONE_IN = typer.Option(
    10_000, "--audit-one-in", min=0, metavar="N", help="Keep the id of one dropped page in N; 0 for none."
)
SEED = typer.Option(0, "--seed", help="Of that sample.")
LANG = typer.Option(["fr", "en"], "--lang", metavar="LANG", help="Languages that are read (repeatable).")
PREFIX = typer.Option(
    "",
    "--prefix",
    metavar="URL",
    help="What stands before the lines of a list: https://data.commoncrawl.org/",
)
SHARD = typer.Option(
    None, "--shard", metavar="I/N", help="Only every N-th archive, from the I-th (job arrays)."
)
DRY_RUN = typer.Option(False, "--dry-run", help="Say from a sample what it would cost; write nothing.")
FORMAT = typer.Option(
    ReportFormat.TABLE, "--format", help="The summary: a table on standard error, or JSON on standard output."
)
FORMAT_AUDIT = typer.Option(ReportFormat.TABLE, "--format", help="A table or JSON, on standard output.")
ONE_SOURCE = (
    "one source card for the whole job: all its pages count as one source, so that none of its figures\n"
    "has the three sources that the public asks for; without --source each outlet is one"
)
EVERY = 30.0  # seconds between two lines of progress where there is no terminal


class WithAudit(TyperCommand):
    """`vigie bulk audit …` is a command of its own, with its own options and help."""

    def make_context(self, info_name: Any, args: list[str], parent: Any = None, **extra: Any) -> Any:
        if args[:1] != [AUDIT]:
            return super().make_context(info_name, args, parent, **extra)
        return typer.main.get_command(audit_app).make_context(
            f"{info_name} {AUDIT}", args[1:], parent, **extra
        )


@app.command(cls=WithAudit)
def bulk(
    paths: list[str] = PATHS,
    out: Path | None = OUT,
    jobs: int | None = JOBS,
    engine: Engine = ENGINE,
    scheduler: str | None = SCHEDULER,
    classifier: str = CLASSIFIER,
    threshold: float | None = THRESHOLD,
    audit_one_in: int = AUDIT_ONE_IN,
    seed: int = SEED,
    lang: list[str] = LANG,
    source: Path | None = SOURCE,
    prefix: str = PREFIX,
    shard: str | None = SHARD,
    dry_run: bool = DRY_RUN,
    format: ReportFormat = FORMAT,
) -> None:
    """Read archives of web crawls; keep the few pages that state facts.

    The result is a folder of Parquet parts with a manifest, which `vigie add DIR` loads into a store. Whatever
    stops it, the same command continues it, and the result is the same. Every page that is dropped has a
    counted reason; `vigie bulk audit DIR` reads a sample of them again and estimates how much was missed.

    \b
    Example:
      vigie bulk CC-NEWS-2023*.warc.gz --out news -j 8
      vigie bulk warc.paths.gz --prefix https://data.commoncrawl.org/ --out news --dry-run
      vigie bulk audit news
    """
    refuse_empty(paths)
    if paths[0] == AUDIT:
        _audit(paths[1:], prefix, format)
        return
    if out is None and not dry_run:
        raise fail("--out DIR is missing (where the results go)", WRONG_USE)
    if scheduler is not None and engine is not Engine.DASK:
        raise fail("--scheduler goes with --engine dask", WRONG_USE)
    from vigie.bulk.plan import Plan
    from vigie.text.language import LANGUAGES

    unread = sorted(set(lang) - set(LANGUAGES))
    if unread:
        raise fail(f"--lang {unread[0]}: facts are read in {' and '.join(LANGUAGES)} only", WRONG_USE)
    plan = Plan(
        classifier=classifier,
        threshold=threshold,
        audit_one_in=audit_one_in,
        seed=seed,
        languages=tuple(dict.fromkeys(lang)),
        source=_card(source),
    )
    if source is not None:
        say(ONE_SOURCE)
    workers = jobs or os.cpu_count() or 1
    found = _found(paths, prefix, shard)
    if dry_run:
        _dry_run(found, plan, workers, format)
        return
    assert out is not None
    try:
        with course() as tell:
            report = _run(found, plan, out, workers, engine, scheduler, tell)
    except KeyboardInterrupt:
        say("vigie: stopped; what is done stays, and the same command continues it")
        raise typer.Exit(STOPPED) from None
    if format is ReportFormat.JSON:
        write_json(report_json(report, out))
    else:
        say(report_text(report))
        if report.done:
            say(f"results: {out} (load them with: vigie add {out})")
        else:
            say("vigie: no archive could be read, nothing was written to load")
    if report.refused or report.damaged:
        raise typer.Exit(SOME_REFUSED)


def _card(source: Path | None) -> Any:
    if source is None:
        return None
    from vigie.cli.reading import reading_options
    from vigie.redact.fields import redact_card

    card = reading_options(source, None).source
    return redact_card(card) if card is not None else None


def _found(paths: list[str], prefix: str, shard: str | None) -> Iterator[Archive | Refusal]:
    """The archives of the arguments, and what is none."""
    from vigie.bulk.places import archives
    from vigie.model.errors import InputRefused
    from vigie.pipeline import refusal

    part = None
    if shard is not None:
        first, sign, many = shard.partition("/")
        if not (sign and first.isdecimal() and many.isdecimal()):
            raise fail("--shard takes I/N, as in 3/20", WRONG_USE)
        part = (int(first), int(many))
    for item in archives(paths, prefix=prefix, shard=part):
        yield refusal(item.name, item) if isinstance(item, InputRefused) else item


def _run(
    found: Iterator[Archive | Refusal], plan: Plan, out: Path, workers: int, engine: Engine,
    scheduler: str | None, tell: Tell,
) -> Report:  # fmt: skip
    from vigie.cli.quiet import hush

    if engine is Engine.DASK:
        from vigie.bulk import dask_engine

        return dask_engine.run(found, plan, out, scheduler, tell, jobs=workers, prepare=hush)
    from vigie.bulk import local

    return local.run(found, plan, out, workers, tell, prepare=hush)


@contextmanager
def course() -> Iterator[Tell]:
    """Tells refusals as they come, and how far the run is: a bar on a terminal, else a line now and then."""
    from vigie.bulk.job import Done
    from vigie.bulk.progress import Progress
    from vigie.pipeline import Refusal

    def problem(event: Event) -> None:
        if isinstance(event, Refusal):
            say(f"refused: {event}")
        elif isinstance(event, Done) and event.problem is not None:
            say(f"damaged: {event.problem}")

    if not sys.stderr.isatty():
        last = time.monotonic()

        def tell(event: Event) -> None:
            nonlocal last
            problem(event)
            if isinstance(event, Progress) and time.monotonic() - last >= EVERY:
                last = time.monotonic()
                say(event.line())

        yield tell
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    with Bar(
        BarColumn(bar_width=10), TextColumn("{task.description}"), console=console, transient=True
    ) as bar:
        task = bar.add_task("starting", total=None)

        def show(event: Event) -> None:
            problem(event)
            if isinstance(event, Progress):
                bar.update(
                    task, total=event.archives, completed=event.done + event.refused, description=event.line()
                )

        yield show


def report_json(report: Report, out: Path) -> dict[str, Any]:
    tally = report.tally.to_json()
    tally["audit"] = len(tally["audit"])
    return {
        "out": str(out),
        "archives": report.archives,
        "done": report.done,
        "fresh": report.fresh,
        "documents": report.documents,
        "tally": tally,
        "refused": [asdict(refusal) for refusal in report.refused],
        "damaged": [asdict(refusal) for refusal in report.damaged],
        "seconds": round(report.seconds, 1),
    }


def report_text(report: Report) -> str:
    """The summary for a person."""
    from vigie.bulk.progress import MB, duration
    from vigie.bulk.reasons import reasons

    tally = report.tally
    damaged = len(report.damaged)
    lines = [
        f"archives: {report.archives}, {report.done} done ({report.fresh} now), {len(report.refused)} refused; "
        f"{duration(report.seconds)}",
        f"records: {tally.records:,}, pages: {tally.pages:,} in {tally.bytes_in / MB:,.1f} MB",
        f"documents: {report.documents:,}, observations: {sum(tally.observations.values()):,}",
    ]
    rows = [
        (reason.id, f"{tally.rejected[reason.id]:,}", reason.en)
        for reason in reasons().values()
        if tally.rejected[reason.id]
    ]
    lines.append(table(("dropped for", "count", ""), rows).rstrip("\n"))
    lines.append(f"audit sample: {len(tally.audit):,} of what was dropped")
    if damaged:
        lines.insert(1, f"{damaged} of them cut short or damaged: what is whole in them was read")
    return "\n".join(line for line in lines if line)


def _dry_run(found: Iterator[Archive | Refusal], plan: Plan, jobs: int, format: ReportFormat) -> None:
    from vigie.bulk.estimate import ARCHIVES, estimate

    with progress("sampling", ARCHIVES) as move:
        made = estimate(found, plan, jobs, lambda done, _many: move(done))
    for refusal in made.refused:
        say(f"refused: {refusal}")
    if format is ReportFormat.JSON:
        write_json(asdict(made))
    else:
        write(estimate_text(made))
    if made.refused:
        raise typer.Exit(SOME_REFUSED)


def estimate_text(made: Estimate) -> str:
    """What it would cost, for a person."""
    from vigie.bulk.progress import MB, duration

    unknown = f" ({made.unknown} of unknown size)" if made.unknown else ""
    rows = [
        ("archives", f"{made.archives:,}{unknown}"),
        ("size", f"{made.bytes / MB:,.1f} MB"),
        ("pages", f"{made.pages:,}"),
        ("documents with facts", f"{made.kept:,} ({made.sampled_kept:,} seen in the sample)"),
        ("time", f"{duration(made.seconds)} with {made.jobs} worker{'s' if made.jobs > 1 else ''}"),
        ("memory", f"{made.memory_mb:,} MB at most"),
        ("disk", f"{made.disk / MB:,.1f} MB"),
        ("from a sample of", f"{made.sampled_bytes / MB:,.1f} MB"),
        (
            "for the audit",
            f"--audit-one-in {made.audit_one_in:,} ({_again(made):,} pages read again)".replace(",", ""),
        ),
    ]
    return table(("what", "estimate"), rows)


audit_app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)
FOLDER = typer.Argument(None, metavar="DIR", help="The folder of a job.", show_default=False)
MOVED = typer.Argument(
    None,
    metavar="WARC|FOLDER|LIST…",
    help="Its archives, where they were moved or copied.",
    show_default=False,
)


@audit_app.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def audit(
    folder: str | None = FOLDER,
    moved: list[str] | None = MOVED,
    prefix: str = PREFIX,
    format: ReportFormat = FORMAT_AUDIT,
) -> None:
    """Read a sample of what a job dropped again, and say how much it missed.

    The pages of the sample (bulk --audit-one-in) are read with the slow, careful reader; the recall is told with its
    95 % interval, or it is said that it cannot be told and what would help.

    \b
    Example:
      vigie bulk audit news
      vigie bulk audit news /mnt/copies/*.warc.gz
    """
    refuse_empty(moved or [])
    _audit([folder, *(moved or [])] if folder else [], prefix, format)


def _again(made: Estimate) -> int:
    return max(0, made.pages - made.kept) // made.audit_one_in


def _audit(given: list[str], prefix: str, format: ReportFormat) -> None:
    if not given:
        raise fail(
            "vigie bulk audit takes the folder of a job (and its archives, if they were moved)", WRONG_USE
        )
    from vigie.bulk.archive import Archive
    from vigie.bulk.audit import among, audit
    from vigie.bulk.folder import Folder
    from vigie.bulk.places import archives

    folder, moved = Folder(given[0]), given[1:]
    if folder.job() is None:
        raise fail(f"{given[0]}: no folder of vigie bulk", WRONG_USE)

    def at(paths: list[str]) -> list[Archive]:
        found = archives(paths, prefix=prefix) if paths else ()
        return [item for item in found if isinstance(item, Archive)]

    named = among(at(moved))

    def find(account: Account) -> Archive | None:
        if moved:
            return named(account)
        return among(at([account.place]))(account) if account.place else None

    with progress("reading", len(folder.listed())) as move:
        found = audit(folder, find, lambda done, _many: move(done))
    if format is ReportFormat.JSON:
        write_json(asdict(found))
    else:
        write(audit_text(found))
    for name in found.gone:
        say(f"no longer there, or changed: {name}")
    if found.lost:
        say(f"{found.lost} pages of the sample were not found in their archive")
    if not found.enough:
        say(f"vigie: cannot tell: {found.why}")
    if found.gone:
        raise typer.Exit(SOME_REFUSED)


def audit_text(found: Audit) -> str:
    """What an audit found, for a person."""
    rows = [(x.reason, x.dropped, x.sampled, x.read, x.missed) for x in found.lines]
    text = table(("dropped for", "pages", "sampled", "read again", "missed"), rows)
    text += f"kept: {found.kept:,} documents\n"
    if any(line.read for line in found.lines):
        text += f"missed: {found.missed:,} (95 %: {found.missed_low:,} to {found.missed_high:,})\n"
    if found.recall is not None and found.recall_low is not None and found.recall_high is not None:
        text += f"recall: {found.recall:.3f} (95 %: {found.recall_low:.3f} to {found.recall_high:.3f})\n"
    return text
