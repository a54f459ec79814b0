"""The verbs of accounts: who may sign in to `vigie serve --auth`, tokens, the log of what was done."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vigie.cli.app import SOME_REFUSED, WRONG_USE, ReportFormat, app
from vigie.cli.keeping import STORE, settings_for
from vigie.cli.output import fail, say, table, terminal_width, write, write_json

if TYPE_CHECKING:
    from vigie.accounts.desk import Desk
    from vigie.accounts.tokens import Token

account_app = typer.Typer(
    help="Who may sign in to vigie serve --auth, with which role; tokens; the log.\n\nExample: vigie account add ada --role admin",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(account_app, name="account")


class RoleName(str, Enum):  # noqa: UP042 - typer reads the values through str
    """Each may all that those before it may."""

    PUBLIC = "public"
    READER = "reader"
    REVIEWER = "reviewer"
    EDITOR = "editor"
    ADMIN = "admin"


class ScopeName(str, Enum):  # noqa: UP042
    """What a token may be used for."""

    READ = "read"
    REVIEW = "review"
    EXPORT = "export"


NAME = typer.Argument(..., metavar="NAME", help="The login.", show_default=False)
ROLE = typer.Option(..., "--role", help="What they may: each role may all that those before it may.")
NEW_ROLE = typer.Argument(
    ..., metavar="ROLE", help="public, reader, reviewer, editor or admin.", show_default=False
)
NO_PASSWORD = typer.Option(
    False, "--no-password", help="They sign in through the provider of the settings file only."
)
SCOPES = typer.Option([ScopeName.READ], "--scope", help="What the token may be used for; repeat for several.")
DAYS = typer.Option(None, "--days", metavar="N", min=1, help="How long the token is good (default: 90).")
LABEL = typer.Option("", "--label", metavar="TEXT", help="What the token is for.")
REVOKE = typer.Option("", "--revoke", metavar="ID", help="End this token, by the id that --list shows.")
LIST = typer.Option(False, "--list", help="Show the tokens of the account, never what they open.")
FORMAT = typer.Option(ReportFormat.TABLE, "--format", help="How to print.")
LAST = typer.Option(50, "--last", metavar="N", min=1, help="How many lines.")
HEAD = typer.Option(
    "",
    "--head",
    metavar="HEAD",
    help="A head that was printed before: whether the log still holds that line.",
)
FORGET = typer.Option(
    None, "--forget-before", metavar="DATE", formats=["%Y-%m-%d"], help="Remove older lines; the log says so."
)


@account_app.command()
def add(
    name: str = NAME, role: RoleName = ROLE, no_password: bool = NO_PASSWORD, store: Path | None = STORE
) -> None:
    """Make an account. The password is asked for, or read from standard input: never an argument.

    \b
    Example:
      vigie account add ada --role admin
      vigie account add ada@observatory.example --role reviewer --no-password
    """
    with _desk(store, make=True) as desk:
        if desk.people.find(name) is not None:
            raise fail("an account of this name exists (vigie account list)", SOME_REFUSED)
        made = desk.people.add(name, role.value, None if no_password else _password(again=True))
        say(f"account {made.name}: {made.role}, id {made.id}")


@account_app.command(name="list")
def list_(store: Path | None = STORE, format: ReportFormat = FORMAT) -> None:
    """Print the accounts.

    \b
    Example:
      vigie account list
    """
    with _desk(store) as desk:
        rows = [
            {
                "name": a.name, "role": a.role, "state": "disabled" if a.disabled else "active",
                "signs in by": " and ".join((["password"] if a.has_password else []) + (["provider"] if a.issuer else [])) or "provider",
                "sessions": len(desk.sessions.of(a.id)), "made": _day(a.created_at), "id": a.id,
            }
            for a in desk.people.all()
        ]  # fmt: skip
    _print(rows, format)
    say(f"accounts: {len(rows)}")


@account_app.command()
def role(name: str = NAME, role: RoleName = NEW_ROLE, store: Path | None = STORE) -> None:
    """Change what somebody may. Their sessions end.

    \b
    Example:
      vigie account role ada editor
    """
    with _desk(store) as desk:
        desk.people.set_role(desk.people.named(name), role.value)
        say(f"account {name}: {role.value}")


@account_app.command()
def disable(name: str = NAME, store: Path | None = STORE) -> None:
    """Let somebody in no more: sessions end, tokens work no more.

    \b
    Example:
      vigie account disable ada
    """
    with _desk(store) as desk:
        desk.people.set_disabled(desk.people.named(name), True)
        say(f"account {name}: disabled")


@account_app.command()
def enable(name: str = NAME, store: Path | None = STORE) -> None:
    """Let somebody in again.

    \b
    Example:
      vigie account enable ada
    """
    with _desk(store) as desk:
        desk.people.set_disabled(desk.people.named(name), False)
        say(f"account {name}: active")


@account_app.command()
def remove(name: str = NAME, store: Path | None = STORE) -> None:
    """Erase an account: login, password, sessions, tokens. What they decided keeps its random id, which names nobody any more.

    \b
    Example:
      vigie account remove ada
    """
    with _desk(store) as desk:
        desk.people.remove(desk.people.named(name))
        say(f"account {name}: removed")


@account_app.command()
def password(name: str = NAME, store: Path | None = STORE) -> None:
    """Set another password, asked for or read from standard input. Sessions end, and nobody waits for failures of before.

    \b
    Example:
      vigie account password ada
    """
    with _desk(store) as desk:
        account = desk.people.named(name)
        desk.people.set_password(account, _password(again=True))
        desk.throttle.clear(desk.throttle.key(account.name.lower(), ""))
        say(f"account {name}: another password")


@account_app.command()
def token(
    name: str = NAME,
    scope: list[ScopeName] = SCOPES,
    days: int | None = DAYS,
    label: str = LABEL,
    revoke: str = REVOKE,
    show: bool = LIST,
    store: Path | None = STORE,
    format: ReportFormat = FORMAT,
) -> None:
    """Make a token of the API and print it, once; or list or end those of an account.

    \b
    Example:
      vigie account token ada --scope read --days 30 --label "weekly table"
      vigie account token ada --list
      vigie account token ada --revoke 3f0c9a1b2c3d
    """
    with _desk(store) as desk:
        account = desk.people.named(name)
        if revoke:
            if not desk.tokens.revoke(account.id, revoke):
                raise fail(
                    f"{name} has no good token of this id (vigie account token {name} --list)", SOME_REFUSED
                )
            say("token revoked")
        elif show:
            _print([_token(t, desk.now()) for t in desk.tokens.of(account.id)], format)
        else:
            secret, made = desk.tokens.make(account.id, [s.value for s in scope], label=label, days=days)
            write(f"{secret}\n")
            say(
                f"token {made.id}: {' '.join(sorted(made.scopes))}, until {_day(made.expires_at)}; it is shown this once"
            )


@account_app.command()
def log(
    store: Path | None = STORE,
    last: int = LAST,
    head: str = HEAD,
    forget_before: datetime | None = FORGET,
    format: ReportFormat = FORMAT,
) -> None:
    """Print what was done, and whether the log is whole: a chain of hashes, and the heads kept beside it.

    \b
    Example:
      vigie account log --last 20
      vigie account log --head 12:3f0c…
    """
    with _desk(store) as desk:
        if forget_before is not None:
            if forget_before.date() > date.today():
                raise fail("--forget-before is a day that has passed", WRONG_USE)
            if desk.verify_log():
                raise fail("the log was altered: nothing of it is removed (vigie doctor)", SOME_REFUSED)
            gone = desk.audit.trim(forget_before.date().isoformat(), now=desk.now())
            say(f"lines removed: {gone}")
        rows = [
            {
                "line": x.seq, "at": x.at, "who": x.who, "action": x.action, "target": x.target, "detail": x.detail,
            }
            for x in desk.audit.lines(last=last)
        ]  # fmt: skip
        _print(rows, format)
        fault, found = desk.verify_log(head), desk.audit.head()
    say(f"head: {found or 'empty'}")
    if fault:
        raise fail(f"the log was altered: {fault}", SOME_REFUSED)


@contextmanager
def _desk(store: Path | None, *, make: bool = False) -> Iterator[Desk]:
    """The accounts of a store. They are made by the first account alone."""
    from vigie.model.errors import MissingExtraError

    try:
        from vigie.accounts.desk import Desk, desk_file
    except ImportError:
        raise MissingExtraError("vigie account", "team") from None
    settings = settings_for(store)
    if not make and not desk_file(settings.store).exists():
        raise fail("there is no account yet (vigie account add NAME --role admin)", SOME_REFUSED)
    if not settings.store.resolve().parent.is_dir():
        raise fail(f"no folder {settings.store.parent}", SOME_REFUSED)
    desk = Desk.of(settings)
    try:
        yield desk
    finally:
        desk.close()


def _password(*, again: bool) -> str:
    """From the terminal, unseen and twice; else one line of standard input."""
    if not sys.stdin.isatty():
        found = sys.stdin.readline().rstrip("\r\n")
        if not found:
            raise fail("no password on standard input", WRONG_USE)
        return found
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=again, err=True))


def _print(rows: Sequence[Mapping[str, object]], format: ReportFormat) -> None:
    if format is ReportFormat.JSON:
        for row in rows:
            write_json(row)
    elif rows:
        write(table(tuple(rows[0]), [list(row.values()) for row in rows], width=terminal_width()))


def _token(found: Token, now: float) -> dict[str, object]:
    state = "revoked" if found.revoked_at else "good" if found.expires_at > now else "ended"
    used = _day(found.used_at) if found.used_at else ""
    return {
        "id": found.id, "label": found.label, "scopes": " ".join(sorted(found.scopes)), "until": _day(found.expires_at),
        "used": used, "state": state,
    }  # fmt: skip


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
