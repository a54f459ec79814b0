"""The verbs of the correction path: read and answer notes that contest a public figure, and correct one."""

from __future__ import annotations

from datetime import date
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vigie.cli.app import SOME_REFUSED, WRONG_USE, ReportFormat, app
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say, table, terminal_width, write, write_json

if TYPE_CHECKING:
    from vigie.store import Store

contest_app = typer.Typer(
    help="Notes of readers who contest a public figure or alert: list, show, answer.\n\nExample: vigie contest list",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(contest_app, name="contest")


class Verdict(str, Enum):  # noqa: UP042 - typer reads the values through str
    """What becomes of a note."""

    UPHELD = "upheld"
    REJECTED = "rejected"
    ANSWERED = "answered"
    OPEN = "open"


NUMBER = typer.Argument(
    ..., metavar="N", help="The note, as `vigie contest list` numbers it.", show_default=False
)
ADDRESS = typer.Argument(
    ..., metavar="ADDRESS", help="figure/retail/cocaine/g/FR/2025-Q1, alert/r3: as public outputs print it.", show_default=False
)  # fmt: skip
STATUS = typer.Option(..., "--status", help="What becomes of it; open takes an answer back.")
ANSWER = typer.Option(..., "--answer", metavar="TEXT", help="The answer; the public reads it, redacted.")
REASON = typer.Option(..., "--reason", metavar="TEXT", help="What was wrong; the public reads it, redacted.")
ROLE = typer.Option(
    ..., "--role", metavar="ROLE", help="Who decides: a role, never a name; the public reads it."
)
WAITING = typer.Option(False, "--open", help="Only those without an answer.")
FORMAT = typer.Option(ReportFormat.TABLE, "--format", help="How to print.")
_LONGEST = 500  # characters of an answer or a reason
_LONGEST_ROLE = 80


@contest_app.command(name="list")
def list_(store: Path | None = STORE, waiting: bool = WAITING, format: ReportFormat = FORMAT) -> None:
    """Take in the notes that wait, and print all of them, with what became of each: not for publication.

    \b
    Example:
      vigie contest list --open
    """
    from vigie.store import Store
    from vigie.store.corrections import answers, contests

    settings = existing(settings_for(store))
    with Store.open(settings.store, settings=settings) as opened:
        _take_in(opened)
        given, listed = answers(opened), contests(opened)
    rows = []
    for contest in listed:
        answer = given.get(contest.contest_id)
        rows.append(
            {
                "id": contest.contest_id, "received": contest.received_on.isoformat(), "address": contest.address,
                "version": contest.version, "status": answer.status if answer else "open", "note": contest.note,
            }
        )  # fmt: skip
    rows = [row for row in rows if not waiting or row["status"] == "open"]
    if format is ReportFormat.JSON:
        for row in rows:
            write_json(row)
        return
    if rows:
        cells = [[" ".join(str(value).split()) for value in row.values()] for row in rows]
        write(table(tuple(rows[0]), cells, width=terminal_width()))
    say(f"notes: {len(rows)}")


@contest_app.command()
def show(number: int = NUMBER, store: Path | None = STORE, format: ReportFormat = FORMAT) -> None:
    """Print a note whole, with the versions of what it contests and its answer: not for publication.

    \b
    Example:
      vigie contest show 1
    """
    from vigie.report.addresses import parse_address
    from vigie.report.corrections import history, label_of
    from vigie.report.words import Words
    from vigie.store import Store
    from vigie.store.corrections import answers, contests

    settings, words = existing(settings_for(store)), Words("en")
    with Store.open(settings.store, settings=settings) as opened:
        _take_in(opened)
        contest = next((c for c in contests(opened) if c.contest_id == number), None)
        if contest is None:
            raise fail(f"no note {number} (vigie contest list)", SOME_REFUSED)
        answer, told = answers(opened).get(number), history(opened, contest.address, words)
    if format is ReportFormat.JSON:
        write_json(
            {
                "id": number, "received": contest.received_on.isoformat(), "address": contest.address,
                "version": contest.version, "language": contest.language, "note": contest.note,
                "status": answer.status if answer else "open", "answer": answer.answer if answer else None,
                "versions": [{"version": c.version, "since": c.since.isoformat(), "now": c.now, "reason": c.reason} for c in told],
            }
        )  # fmt: skip
        return
    write(f"{contest.address}\n{label_of(parse_address(contest.address), words)}\n")
    for changed in told:
        write(f"  {changed.line}{': ' if changed.now else ''}{changed.now}\n")
    write(
        f"\nnote of {contest.received_on.isoformat()}, on version {contest.version or '?'}:\n{contest.note}\n"
    )
    if answer:
        write(f"\n{answer.status} on {answer.answered_on.isoformat()}, {answer.role}: {answer.answer}\n")
    else:
        say(
            f"open: vigie contest answer {number} --status upheld|rejected|answered --answer TEXT --role ROLE"
        )


@contest_app.command()
def answer(
    number: int = NUMBER, status: Verdict = STATUS, answer: str = ANSWER, role: str = ROLE, store: Path | None = STORE
) -> None:  # fmt: skip
    """Answer a note. The public reads the answer at the address, and by the receipt code.

    Nothing of a figure is changed by it: erase or read anew what is wrong, then say so with vigie correct.

    \b
    Example:
      vigie contest answer 1 --status upheld --answer "two reports told of one seizure" --role "editor"
    """
    who, said = _role(role), _redacted(answer, "--answer")
    from vigie.store import Store
    from vigie.store.corrections import Answer, contests, write_answer
    from vigie.upkeep.contests import tell

    settings = existing(settings_for(store))
    with Store.open(settings.store, settings=settings) as opened:
        _take_in(opened)
        if number not in {c.contest_id for c in contests(opened)}:
            raise fail(f"no note {number} (vigie contest list)", SOME_REFUSED)
        write_answer(
            opened,
            Answer(contest_id=number, status=status.value, answered_on=date.today(), role=who, answer=said),
        )
        tell(opened)
    say(f"note {number}: {status.value}, as answered by: {who}")


@app.command()
def correct(
    address: str = ADDRESS, reason: str = REASON, role: str = ROLE, store: Path | None = STORE
) -> None:
    """Say why a public figure or alert was wrong: public outputs written from now on show it beside the figure.

    Change what is wrong first (vigie purge, vigie add --reextract). Where the figure changes by that, the correction belongs to
    its next version; else it is a note on the version that stands.

    \b
    Example:
      vigie correct figure/seizures/cocaine/g/FR/2025-Q1 --reason "one seizure was told twice" --role "editor"
    """
    who, why = _role(role), _redacted(reason, "--reason")
    from vigie.assess import assess_if_due
    from vigie.report.addresses import Alert, parse_address
    from vigie.report.public import public_gate
    from vigie.report.versions import next_versions
    from vigie.store import Store
    from vigie.store.alert_versions import alert_versions
    from vigie.store.corrections import Correction, latest_versions, write_correction

    what, settings = parse_address(address), existing(settings_for(store))
    with Store.open(settings.store, settings=settings) as opened:
        if isinstance(what, Alert):
            known = [version.version for version in alert_versions(opened).get(address, [])]
            stands, coming = (known[-1] if known else 0), None
        else:
            assess_if_due(opened)
            gate = public_gate(date.today(), settings.public_sources)
            found = latest_versions(opened, [address]).get(address)
            stands, coming = (
                found.version if found else 0,
                next_versions(opened, gate, gate.read(opened)).get(address),
            )
        if not stands:
            raise fail(
                f"{address} was in no public output of this store (the addresses are printed beside the figures)",
                SOME_REFUSED,
            )
        to = coming.version if coming else stands
        line = Correction(
            address=address, from_version=stands, to_version=to, made_on=date.today(), role=who, reason=why
        )
        number = write_correction(opened, line)
    write(f"{number}\n")
    changes = f"version {stands} becomes version {to}" if to > stands else f"a note on version {stands}"
    say(f"correction {number}: {changes}, in public outputs written from now on")


def _take_in(store: Store) -> None:
    from vigie.upkeep.contests import take_in

    new = take_in(store)
    if new:
        say(f"new notes: {new}")


def _role(role: str) -> str:
    """The role on one line; with a name, a contact or mark-up in it, it is wrong use."""
    from vigie.cli.releasing import refuse_persons

    found = " ".join(role.split())
    if not found or len(found) > _LONGEST_ROLE or set(found) & set("<>[]{}*_`\\") or not found.isprintable():
        raise fail(
            f"--role is a role in plain words, at most {_LONGEST_ROLE} characters: duty editor", WRONG_USE
        )
    refuse_persons(found, "--role")
    return found


def _redacted(text: str, option: str) -> str:
    """What the public reads, on one line, without names and contacts; too long or empty is wrong use."""
    from vigie.model.document import RawDocument
    from vigie.redact import redact

    found = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not found or len(found) > _LONGEST:
        raise fail(f"{option} is empty or longer than {_LONGEST} characters", WRONG_USE)
    clean = redact(RawDocument(path="-", format="text", text=found))
    if clean.redactions:
        say(f"{option}: names or contacts were removed")
    return " ".join(clean.text.split())
