"""Verbs that erase and keep in order: purge, maintain."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from vigie.cli.app import SOME_REFUSED, STOPPED, WRONG_USE, ReportFormat, app
from vigie.cli.keeping import STORE, settings_for
from vigie.cli.output import fail, say, write_json
from vigie.cli.progress import progress

if TYPE_CHECKING:
    from vigie.settings import Settings
    from vigie.store import Store
    from vigie.store.erase import Selection
    from vigie.upkeep.maintain import Upkeep
    from vigie.upkeep.part_texts import Reached
    from vigie.upkeep.purge import Plan, Subject
    from vigie.upkeep.receipt import Receipt
    from vigie.upkeep.walk import Tally

SOURCE_ID = typer.Option(None, "--source", metavar="ID", help="All documents of this source, and its card.")
DOCUMENT = typer.Option(None, "--document", metavar="DOC_ID", help="This document (repeatable).")
BEFORE = typer.Option(None, "--before", formats=["%Y-%m-%d"], help="Documents published before this day.")
SUBJECT = typer.Option(
    False,
    "--subject-request",
    help="A person asks: names and numbers are read from a prompt or standard input.",
)
WHOLE = typer.Option(
    False, "--whole-documents", help="With --subject-request: erase the documents, not only the mentions."
)
RECEIPT = typer.Option(
    None, "--receipt", metavar="FILE", help="Write the receipt here, not to standard output."
)
EXPORT_LIST = typer.Option(
    None, "--export-tombstones", metavar="FILE", help="Write the list of what was purged."
)
IMPORT_LIST = typer.Option(None, "--import-tombstones", metavar="FILE", help="Take over such a list.")
PARTS = typer.Option(
    None, "--parts", metavar="DIR", help="A folder of vigie bulk, which is to follow the store (repeatable)."
)
DRY_RUN = typer.Option(False, "--dry-run", help="Count, change nothing.")
YES = typer.Option(False, "--yes", help="Do not ask.")
REREDACT = typer.Option(False, "--reredact", help="Redact again what is stored, with the redactor of today.")
FORMAT = typer.Option(
    ReportFormat.TABLE, "--format", help="The summary: text on standard error, or JSON on standard output."
)


@app.command()
def purge(
    source: str | None = SOURCE_ID,
    document: list[str] | None = DOCUMENT,
    before: datetime | None = BEFORE,
    subject_request: bool = SUBJECT,
    whole_documents: bool = WHOLE,
    store: Path | None = STORE,
    dry_run: bool = DRY_RUN,
    yes: bool = YES,
    receipt: Path | None = RECEIPT,
    export_tombstones: Path | None = EXPORT_LIST,
    import_tombstones: Path | None = IMPORT_LIST,
    parts: list[Path] | None = PARTS,
) -> None:
    """Erase documents, or what identifies a person, for good.

    What is erased leaves the file itself, and does not come back by `add`, a restored copy or a merge. The receipt
    (JSON, standard output) has counts and salted ids, no content. Options for documents narrow the choice.
    Folders of `vigie bulk` are reached where --parts names them.

    \b
    Example:
      vigie purge --source old-forum
      vigie purge --document d_0123456789abcdef --receipt receipt.json --yes
      vigie purge --subject-request
      vigie purge --source old-forum --parts news-2024-03
    """
    from vigie.store import Store
    from vigie.store.erase import Selection

    lists = (export_tombstones, import_tombstones)
    selection = Selection(
        source=source,
        documents=tuple(dict.fromkeys(document or ())),
        before=before.date() if before else None,
    )
    if source == "":  # a variable of a script that is not set would erase all that has no card
        raise fail(
            "--source is empty (choose documents without a card with --document or --before)", WRONG_USE
        )
    chosen = selection != Selection()
    if [chosen, subject_request, *(p is not None for p in lists)].count(True) != 1:
        raise fail(
            "give --source, --document or --before; or --subject-request; or one list of tombstones",
            WRONG_USE,
        )
    if dry_run and any(path is not None for path in lists):
        raise fail("--dry-run does not go with lists of tombstones", WRONG_USE)
    if parts and not (chosen or subject_request):
        raise fail(
            "--parts goes with what to erase (to apply a list of tombstones: vigie maintain --parts DIR)",
            WRONG_USE,
        )
    if whole_documents and not subject_request:
        raise fail("--whole-documents goes with --subject-request", WRONG_USE)
    if subject_request and not (yes or dry_run or sys.stdin.isatty()):
        raise fail(
            "standard input holds the identifiers and cannot answer: add --yes or --dry-run", WRONG_USE
        )
    settings = settings_for(store)
    if not settings.store.exists():
        raise fail(f"no store at {settings.store} (name it with --store)", WRONG_USE)
    if receipt is not None and os.path.lexists(receipt):
        raise fail(f"{receipt} exists (receipts are not written over: name another file)", WRONG_USE)
    for path in (receipt, export_tombstones):
        if path is not None and not path.parent.is_dir():
            raise fail(f"no folder {path.parent} (make it first)", WRONG_USE)
    if (
        export_tombstones is not None
        and os.path.lexists(export_tombstones)
        and not is_list(export_tombstones)
    ):
        raise fail(
            f"{export_tombstones} exists and is no list of tombstones (it is not written over: name another file)",
            WRONG_USE,
        )
    subject = read_subject() if subject_request else None
    try:
        if subject_request or chosen:
            _purge(
                settings, selection, subject, whole_documents, dry_run=dry_run, yes=yes, receipt=receipt, folders=parts or []
            )  # fmt: skip
            return
        with Store.open(settings.store, settings=settings) as opened:
            if export_tombstones is not None:
                write_private(export_tombstones, json.dumps(opened.tombstones.dump()) + "\n")
                say(f"{export_tombstones}: keep it as you keep the store")
            elif import_tombstones is not None:
                _take_over(opened, import_tombstones)
    except KeyboardInterrupt:
        say("vigie: stopped; give the same command again, or vigie maintain, to complete what was begun")
        raise typer.Exit(STOPPED) from None


def _purge(
    settings: Settings, selection: Selection, subject: Subject | None, whole: bool, *,
    dry_run: bool, yes: bool, receipt: Path | None, folders: list[Path],
) -> None:  # fmt: skip
    """Say what would go, ask, do it. The store is not held while somebody thinks; what they agreed to is what is done."""
    from vigie.store import Store
    from vigie.upkeep.notes import take_in
    from vigie.upkeep.purge import plan, plan_subject, purge, purge_subject

    agreed: Plan | None = None
    while True:
        with Store.open(settings.store, read_only=dry_run, settings=settings) as store:
            if not dry_run:
                take_in(store)  # what waits beside the store is reached too
            planned = (
                plan(store, selection, folders)
                if subject is None
                else plan_subject(store, subject, whole=whole, folders=folders)
            )
            if agreed is None or not _same(planned, agreed):
                if agreed is not None:
                    say("the store has changed meanwhile; what would be done now:")
                say(plan_text(planned))
            if dry_run:
                return
            if not planned.doc_ids and subject is None and (planned.parts is None or planned.parts.nothing):
                say("nothing to erase")
                return
            if yes or (agreed is not None and _same(planned, agreed)):
                done = (
                    purge_subject(store, subject, planned, whole=whole, folders=folders)
                    if subject
                    else purge(store, planned, selection, folders)
                )
                _hand_over(done, receipt)
                return
        if not _confirmed():
            raise fail("nothing was changed", SOME_REFUSED)
        agreed = planned


def _same(planned: Plan, agreed: Plan) -> bool:
    """Whether two plans do the same: the same documents, and of them and of other tables the same changes."""
    found = [(p.doc_ids, p.touched, p.rows, plan_text(p)) for p in (planned, agreed)]
    return found[0] == found[1]


def plan_text(planned: Plan) -> str:
    """What would be done, in counts."""
    lines = []
    if planned.changes is None or planned.doc_ids:
        lines.append(f"to erase: {len(planned.doc_ids)} documents{_listed(planned.rows)}")
    elif planned.changes is not None:
        lines.append(f"to change: {tally_text(planned.changes)}")
    if planned.elsewhere:
        lines.append(f"in other tables: {planned.elsewhere} rows to change")
    if planned.parts is not None:
        lines.append(parts_text(planned.parts))
    return "\n".join(lines)


def parts_text(parts: Reached) -> str:
    """What is done, or would be, in folders of vigie bulk."""
    text = f"in {parts.folders} folders of vigie bulk: {parts.documents} documents erased, {parts.changed} changed"
    for count, words in (
        (sum(parts.mentions.values()), "mentions"),
        (parts.expired, "full texts expired"),
        (parts.facts, "facts gone"),
        (parts.sample, "ids of the audit sample gone"),
        (parts.named, "archives whose own name holds an identifier (rename them)"),
    ):
        text += f", {count} {words}" if count else ""
    return text + f" ({parts.archives} archives written anew)"


def tally_text(tally: Tally) -> str:
    mentions = ", ".join(f"{kind} {n}" for kind, n in sorted(tally.mentions.items()))
    total = sum(tally.mentions.values())
    text = f"{tally.documents} documents, {total} mentions" + (f" ({mentions})" if mentions else "")
    for count, words in (
        (tally.facts_changed, "quotes shortened"),
        (tally.facts_dropped, "facts gone with their quote"),
        (tally.doubles, "documents now the same as another, dropped"),
        (tally.elsewhere, "rows of other tables"),
    ):
        text += f", {count} {words}" if count else ""
    return text


def _listed(rows: Mapping[str, int]) -> str:
    return f" ({', '.join(f'{table} {n}' for table, n in rows.items())})" if rows else ""


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise fail("nobody can be asked here: add --yes", WRONG_USE)
    try:
        return typer.confirm("Erase for good?", default=False, err=True)
    except typer.Abort:
        return False


def read_subject() -> Subject:
    """The identifiers of a request, from a prompt without echo or from standard input, one a line."""
    from vigie.redact.subject import IdentifierError
    from vigie.upkeep.purge import Subject

    if sys.stdin.isatty():
        import getpass

        say("One identifier a line (name, account, number), nothing is shown; an empty line ends.")
        given: list[str] = []
        with suppress(EOFError):
            while line := getpass.getpass("identifier: ", stream=sys.stderr).strip():
                given.append(line)
    else:
        data = sys.stdin.buffer.read() if hasattr(sys.stdin, "buffer") else sys.stdin.read().encode()
        given = [line.strip() for line in data.decode("utf-8-sig", "replace").splitlines() if line.strip()]
    if not given:
        raise fail("no identifier was given", WRONG_USE)
    try:
        return Subject(given)
    except IdentifierError as error:
        raise fail(str(error), WRONG_USE) from None


def _hand_over(done: Receipt, path: Path | None) -> None:
    record = done.to_json()
    say(f"erased: {len(done.documents)} documents, changed: {len(done.changed)}; the file was written anew")
    if done.parts is not None:
        say(parts_text(done.parts))
        for fault in done.parts.faults:
            say(f"fault: {fault}")
    if done.copies:
        say(f"the earlier file has {done.copies} other names on this disk (hard links): delete them")
    say("not reached: " + "; ".join(record["not_reached"]))
    faulty = done.parts is not None and bool(done.parts.faults)
    if path is None:
        write_json(record)
        if faulty:
            raise typer.Exit(SOME_REFUSED)
        return
    try:
        write_private(path, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    except OSError as error:
        write_json(record)  # what was done cannot be asked for again
        reason = error.strerror or type(error).__name__
        raise fail(f"{path}: {reason}; the receipt is on standard output", SOME_REFUSED) from None
    say(f"receipt: {path}")
    if faulty:
        raise typer.Exit(SOME_REFUSED)


def is_list(path: Path) -> bool:
    """Whether a file is a list of tombstones, which a newer one may replace."""
    from vigie.model.errors import StoreError
    from vigie.store.tombstones import check_file

    try:
        check_file(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, StoreError):
        return False
    return True


def write_private(path: Path, text: str) -> None:
    """A file that only its owner may read, whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _take_over(store: Store, path: Path) -> None:
    from vigie.store.tombstones import read_file

    new = store.tombstones.load(read_file(path.read_text(encoding="utf-8", errors="replace")))
    say(f"{new} new entries; now apply them to what is stored: vigie maintain --store {store.path}")


@app.command()
def maintain(
    store: Path | None = STORE,
    reredact: bool = REREDACT,
    parts: list[Path] | None = PARTS,
    dry_run: bool = DRY_RUN,
    format: ReportFormat = FORMAT,
) -> None:
    """Keep a store in order: retention periods, purged content, redaction, bytes of what is gone.

    Folders of `vigie bulk` that --parts names are brought in line with it.

    Periods come from `vigie.toml` beside the store (or the file that VIGIE_SETTINGS names), then from the source cards.

    \b
    Example:
      vigie maintain
      vigie maintain --reredact
      vigie maintain --parts news-2024-03
      vigie maintain --dry-run --format json
    """
    from vigie.store import Store
    from vigie.upkeep.maintain import maintain as run

    settings = settings_for(store)
    with Store.open(
        settings.store, read_only=dry_run or not settings.store.exists(), settings=settings
    ) as opened:
        label = "redacting" if reredact else "maintaining"
        try:
            with progress(label, opened.sizes()["documents"]) as move:
                done = run(opened, reredact=reredact, dry_run=dry_run, tell=move, folders=parts or [])
        except KeyboardInterrupt:
            say("vigie: stopped; the same command completes it")
            raise typer.Exit(STOPPED) from None
    if format is ReportFormat.JSON:
        write_json(upkeep_json(done, dry_run=dry_run))
    else:
        say(upkeep_text(done))
    if done.faults:
        raise typer.Exit(SOME_REFUSED)


def upkeep_json(done: Upkeep, *, dry_run: bool) -> dict[str, Any]:
    from vigie.upkeep.receipt import parts_json

    return {
        "dry_run": dry_run,
        "moved": done.moved,
        "expired": done.expired,
        "kept_out": done.kept_out,
        "cleared": tally_json(done.cleared),
        "redacted": None if done.redacted is None else tally_json(done.redacted),
        "faults": done.faults,
        "rewritten": done.rewritten,
        "parts": None if done.parts is None else parts_json(done.parts),
    }


def tally_json(tally: Tally) -> dict[str, Any]:
    return {name: getattr(tally, name) for name in tally.__slots__} | {"mentions": dict(tally.mentions)}


def upkeep_text(done: Upkeep) -> str:
    """What was done, for a person."""
    lines = [
        f"retention: {done.moved} documents have another day of expiry, {done.expired} full texts expired",
        f"purged earlier and erased again: {done.kept_out} documents",
        f"identifiers of persons who asked to be erased: {tally_text(done.cleared)}",
    ]
    if done.redacted is not None:
        lines.append(f"redacted again: {done.redacted.read} read, {tally_text(done.redacted)}")
    if done.parts is not None:
        lines.append(parts_text(done.parts))
    lines += [f"fault: {fault}" for fault in done.faults] or ["the store holds together"]
    if done.rewritten:
        lines.append("the file was written anew")
    return "\n".join(lines)


__all__ = ["maintain", "purge"]
