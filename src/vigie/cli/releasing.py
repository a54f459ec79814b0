"""The verb of editors: release an alert, list what was decided, take it back."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date
from pathlib import Path

import typer

from vigie.cli.app import SOME_REFUSED, WRONG_USE, ReportFormat, release_app
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say, table, terminal_width, write, write_json

IDS = typer.Argument(..., metavar="OBS_ID…", help="Observations of the alert.", show_default=False)
NUMBER = typer.Argument(
    ..., metavar="N", help="The release, as `vigie release list` numbers it.", show_default=False
)
EDITOR = typer.Option(
    ..., "--editor", metavar='"NAME, ROLE"', help="Who decides; the public reads the role only."
)
REASON = typer.Option(..., "--reason", metavar="TEXT", help="Why; kept in the log, never printed in public.")
FORMAT = typer.Option(ReportFormat.TABLE, "--format", help="How to print.")


@release_app.command()
def add(ids: list[str] = IDS, editor: str = EDITOR, reason: str = REASON, store: Path | None = STORE) -> None:
    """Let an alert pass without the delay, as a summary for its department.

    The public bulletin then shows what happened or what was found in a product, never a sentence of the document.
    The rule on persons and inhabitants holds. Official warnings pass by themselves.

    \b
    Example:
      vigie release add o_4f1c09 --editor "A. Example, duty doctor" --reason "three clinics confirm it"
    """
    name, role = editor_of(editor)
    refuse_persons(role)
    from vigie.assess import assess_if_due
    from vigie.report.alerts import add_release
    from vigie.report.public import public_gate
    from vigie.store import Store

    settings = existing(settings_for(store))
    with Store.open(settings.store, settings=settings) as opened:
        assess_if_due(opened)
        gate = public_gate(date.today(), settings.public_sources)
        number = add_release(
            opened, ids, gate.read(opened).every, gate, editor=name, role=role, reason=stated(reason)
        )
    write(f"{number}\n")
    say(f"release {number}: in public bulletins from now on, as decided by: {role}")


@release_app.command(name="list")
def list_(store: Path | None = STORE, format: ReportFormat = FORMAT) -> None:
    """Print the log of decisions, with names and reasons: not for publication.

    \b
    Example:
      vigie release list
    """
    from vigie.store import Store
    from vigie.store.publications import decisions, released_facts

    settings = existing(settings_for(store))
    with Store.open(settings.store, read_only=True, settings=settings) as opened:
        lines, facts = decisions(opened), released_facts(opened)
    rows = [
        asdict(line) | {"facts": len(facts.get(line.release_id, [])) if line.action == "release" else 0}
        for line in lines
    ]
    if format is ReportFormat.JSON:
        for row in rows:
            write_json(row | {"made_on": row["made_on"].isoformat()})
        return
    names = ("entry_id", "action", "release_id", "made_on", "editor", "role", "reason", "facts")
    write(table(names, [[row[n] for n in names] for row in rows], width=terminal_width()))


@release_app.command()
def withdraw(
    number: int = NUMBER, editor: str = EDITOR, reason: str = REASON, store: Path | None = STORE
) -> None:
    """Take a released alert back: public bulletins show it no more.

    \b
    Example:
      vigie release withdraw 1 --editor "A. Example, duty doctor" --reason "the laboratory corrected it"
    """
    name, role = editor_of(editor)
    from vigie.store import Store
    from vigie.store.publications import decisions, write_decision

    settings = existing(settings_for(store))
    with Store.open(settings.store, settings=settings) as opened:
        log = decisions(opened)
        done = {line.action for line in log if line.release_id == number}
        if "release" not in done:
            raise fail(f"no release {number} (vigie release list)", SOME_REFUSED)
        if "withdraw" in done:
            raise fail(f"release {number} is withdrawn already", SOME_REFUSED)
        write_decision(
            opened,
            "withdraw",
            day=date.today(),
            editor=name,
            role=role,
            reason=stated(reason),
            release_id=number,
        )
    say(f"release {number}: withdrawn; bulletins written before still show it")


@release_app.command()
def reset(editor: str = EDITOR, reason: str = REASON, store: Path | None = STORE) -> None:
    """Forget what was published: only if no public output of this store has left your hands.

    Public figures are then divided anew, by all that is stored now. If somebody has an earlier output, two of them
    may differ by what must not be shown.

    \b
    Example:
      vigie release reset --editor "A. Example, editor" --reason "trial runs while the archive was loaded"
    """
    name, role = editor_of(editor)
    from vigie.store import Store
    from vigie.store.publications import write_decision

    settings = existing(settings_for(store))
    with Store.open(settings.store, settings=settings) as opened:
        write_decision(opened, "reset", day=date.today(), editor=name, role=role, reason=stated(reason))
    say("what was published is forgotten; this is in the log")


# The role stands in pages and Markdown that anyone reads: no mark-up, no control or direction character.
_LONGEST = 80
_PLAIN = re.compile(rf"[\w .,'’()&/·-]{{1,{_LONGEST}}}")


def editor_of(text: str) -> tuple[str, str]:
    """ "Name, role" as both; wrong use ends here."""
    name, _, role = (" ".join(part.split()) for part in text.partition(","))
    if not (name and role):
        raise fail('--editor is "Name, role": who answers for it', WRONG_USE)
    if not (_PLAIN.fullmatch(name) and _PLAIN.fullmatch(role)):
        raise fail(
            f'--editor is "Name, role", of letters, figures, blanks and . \' - ( ) & /, at most {_LONGEST} each',
            WRONG_USE,
        )
    return name, role


def refuse_persons(role: str, option: str = "--editor") -> None:
    """The public reads the role: a name or a contact in it is wrong use."""
    from vigie.model.document import RawDocument
    from vigie.redact import redact

    # A second sentence, so that the language of a few words is not guessed.
    text = f"La décision est prise par: {role}."
    if redact(RawDocument(path="-", format="text", text=text)).redactions:
        raise fail(f"{option}: the role is shown to anyone, and seems to hold a name or a contact", WRONG_USE)


def stated(reason: str) -> str:
    """The reason on one line; an empty one is wrong use."""
    found = " ".join(reason.split())
    if not found:
        raise fail("--reason is empty", WRONG_USE)
    return found
