"""The verb that shows a store as pages: serve."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import typer

from vigie.cli.app import SOME_REFUSED, WRONG_USE, app
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say

if TYPE_CHECKING:
    from vigie.accounts.desk import Desk
    from vigie.accounts.provider import Provider
    from vigie.settings import Settings

PUBLIC = typer.Option(False, "--public", help="The edition for anyone: only what the public rules let out.")
HOST = typer.Option(
    "127.0.0.1",
    "--host",
    metavar="HOST",
    help="Address to listen on; others than this machine only with --public or --auth.",
)
PORT = typer.Option(
    8000, "--port", metavar="PORT", min=0, max=65535, help="Port to listen on; 0 takes a free one."
)
NAMES = typer.Option(
    [],
    "--name",
    metavar="NAME",
    help="Host name of the site behind a proxy, with --public or --auth; repeat for several.",
)
LOG = typer.Option(
    "text",
    "--log",
    metavar="text|json",
    help="json: one object a line for each request, without what was asked for.",
)
AUTH = typer.Option(
    False, "--auth", help="The public edition for anyone, the analyst's for who signs in (vigie account add)."
)
METRICS = typer.Option(
    None,
    "--metrics",
    metavar="PORT",
    min=0,
    max=65535,
    help="Metrics for Prometheus, on this port of 127.0.0.1 only.",
)


@app.command()
def serve(
    store: Path | None = STORE,
    public: bool = PUBLIC,
    auth: bool = AUTH,
    host: str = HOST,
    port: int = PORT,
    name: list[str] = NAMES,
    log: str = LOG,
    metrics: int | None = METRICS,
) -> None:
    """Show a store as pages in the browser, on this machine.

    The store is not held: vigie add works beside it, and the pages follow. Ctrl-C stops.

    \b
    Example:
      vigie serve
      vigie serve --public --host 0.0.0.0 --port 8080
      vigie serve --auth --name observatory.example
    """
    settings = existing(settings_for(store))
    _installed()
    from vigie.web.headers import is_loopback

    if auth and public:
        raise fail(
            "--auth shows the public edition too, to who has no session: leave --public out", WRONG_USE
        )
    if auth and not is_loopback(host) and not name:
        raise fail(
            "--auth on other addresses than this machine's needs the name that browsers use (--name observatory.example)",
            WRONG_USE,
        )
    if not public and not auth and (not is_loopback(host) or name):
        raise fail(
            "the analyst's pages without accounts are for this machine "
            "(add --auth or --public, or reach them through a tunnel: ssh -L 8000:127.0.0.1:8000 THIS-MACHINE)",
            WRONG_USE,
        )
    desk, provider = _accounts(settings) if auth else (None, None)
    if log not in ("text", "json"):
        raise fail("--log is text or json", WRONG_USE)
    with _listening(host, port) as bound, _measured(metrics) as measuring:
        from vigie.upkeep.contests import contests_folder
        from vigie.upkeep.notes import notes_folder
        from vigie.web.app import make_app, warm
        from vigie.web.follow import Follower
        from vigie.web.health import Metrics, Operation
        from vigie.web.logs import journal_of_stderr
        from vigie.web.provider import Models
        from vigie.web.server import few_arenas, make_server

        few_arenas()
        operation = Operation()
        if log == "json":
            operation.journal = journal_of_stderr()
        if measuring is not None:
            operation.metrics = Metrics(operation.load)
            operation.metrics_port = measuring.getsockname()[1]
        Thread(target=warm, name="warm", daemon=True).start()
        hosts: Any = name or ((), None)[is_loopback(host)]
        box = contests_folder(settings.store) if public or auth else None
        notes = None if public else notes_folder(settings.store)
        shared: dict[str, Any] = {
            "hosts": hosts, "contests": box, "notes": notes, "store": settings.store, "settings": settings, "operation": operation,
        }  # fmt: skip
        editions = (True, False) if auth else (public,)
        lent = {edition: Models() for edition in editions}
        followers = [
            Follower(settings, public=edition, models=models, told=say) for edition, models in lent.items()
        ]
        say(f"reading {settings.store} …")
        for follower in followers:
            follower.first()
        if desk is not None:
            from vigie.web.team import make_team_app

            application: Any = make_team_app(lent[True], lent[False], desk=desk, provider=provider, **shared)
        else:
            application = make_app(lent[public], public=public, **shared)
        server = make_server(application, operation=operation, told=say)
        for follower in followers:
            follower.start()
        try:
            shown = f"[{host}]" if ":" in host else host
            edition = "public edition" if public else "analyst's edition: not for publication"
            edition = "both editions, the analyst's for who signs in" if auth else edition
            say(f"http://{shown}:{bound.getsockname()[1]}/ ({edition}); Ctrl-C stops")
            if measuring is not None:
                say(f"metrics: http://127.0.0.1:{operation.metrics_port}/metrics")
            server.run(sockets=[s for s in (bound, measuring) if s is not None])
        finally:
            for follower in followers:
                follower.stop()
            if desk is not None:
                say(f"log of accounts: {desk.audit.head() or 'empty'}")
                desk.close()
    say("stopped")


def _accounts(settings: Settings) -> tuple[Desk, Provider | None]:
    """The accounts of the store, told on standard error with the head of their log: the journal of the machine keeps it apart."""
    from vigie.model.errors import MissingExtraError

    try:
        from vigie.accounts.desk import Desk
        from vigie.accounts.provider import provider_of
    except ImportError:
        raise MissingExtraError("vigie serve --auth", "team") from None
    provider = provider_of(settings)
    desk = Desk.of(settings)
    if not desk.people.all() and provider is None:
        raise fail("there is no account yet (vigie account add NAME --role admin)", SOME_REFUSED)
    say(f"log of accounts: {desk.audit.head() or 'empty'}")
    return desk, provider


def _installed() -> None:
    """Raises MissingExtraError where the packages of the extra are not there."""
    from vigie.model.errors import MissingExtraError

    try:
        import fastapi  # noqa: F401
        import jinja2  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError:
        raise MissingExtraError("vigie serve", "serve") from None
    # Looked for, not loaded: the first chart loads the one, and the other lives in a process of its own.
    if any(find_spec(name) is None for name in ("altair", "vl_convert")):
        raise MissingExtraError("vigie serve", "serve")


@contextmanager
def _measured(port: int | None) -> Iterator[socket.socket | None]:
    """A second socket, of this machine only, where metrics were asked for. Raises MissingExtraError."""
    if port is None:
        yield None
        return
    try:
        import prometheus_client  # noqa: F401
    except ImportError:
        from vigie.model.errors import MissingExtraError

        raise MissingExtraError("vigie serve --metrics", "team") from None
    with _listening("127.0.0.1", port) as bound:
        yield bound


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket on that address, before anything slow is done: a port in use is told at once."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError):
        raise fail(
            f"--host {host} is no address of this machine (127.0.0.1, ::1 or 0.0.0.0)", WRONG_USE
        ) from None
    with socket.socket(family, kind, proto) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind(address)
            bound.listen(128)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise fail(
                f"port {port} of {host}: {reason} (choose another with --port, or --port 0)", SOME_REFUSED
            ) from None
        yield bound
