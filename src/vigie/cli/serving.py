"""The verb that shows a store as pages: serve."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import typer

from vigie.cli.app import SOME_REFUSED, WRONG_USE, app
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say

if TYPE_CHECKING:
    import uvicorn

PUBLIC = typer.Option(False, "--public", help="The edition for anyone: only what the public rules let out.")
HOST = typer.Option(
    "127.0.0.1",
    "--host",
    metavar="HOST",
    help="Address to listen on; others than this machine only with --public.",
)
PORT = typer.Option(
    8000, "--port", metavar="PORT", min=0, max=65535, help="Port to listen on; 0 takes a free one."
)
NAMES = typer.Option(
    [],
    "--name",
    metavar="NAME",
    help="Host name of the site behind a proxy, with --public; repeat for several.",
)


@app.command()
def serve(
    store: Path | None = STORE,
    public: bool = PUBLIC,
    host: str = HOST,
    port: int = PORT,
    name: list[str] = NAMES,
) -> None:
    """Show a store as pages in the browser, on this machine.

    The store is not held: vigie add works beside it, and the pages follow. Ctrl-C stops.

    \b
    Example:
      vigie serve
      vigie serve --public --host 0.0.0.0 --port 8080
    """
    settings = existing(settings_for(store))
    _installed()
    from vigie.web.headers import is_loopback

    if not public and (not is_loopback(host) or name):
        raise fail(
            "the analyst's pages are for this machine: there are no accounts yet "
            "(add --public, or reach them through a tunnel: ssh -L 8000:127.0.0.1:8000 THIS-MACHINE)",
            WRONG_USE,
        )
    with _listening(host, port) as bound:
        from vigie.upkeep.contests import contests_folder
        from vigie.upkeep.notes import notes_folder
        from vigie.web.app import make_app, warm
        from vigie.web.follow import Follower
        from vigie.web.provider import Models

        Thread(target=warm, name="warm", daemon=True).start()
        models = Models()
        follower = Follower(settings, public=public, models=models, told=say)
        say(f"reading {settings.store} …")
        follower.first()
        hosts: Any = name or ((), None)[is_loopback(host)]
        box = contests_folder(settings.store) if public else None
        notes = None if public else notes_folder(settings.store)
        server = _server(make_app(models, public=public, hosts=hosts, contests=box, notes=notes))
        follower.start()
        try:
            shown = f"[{host}]" if ":" in host else host
            edition = "public edition" if public else "analyst's edition: not for publication"
            say(f"http://{shown}:{bound.getsockname()[1]}/ ({edition}); Ctrl-C stops")
            server.run(sockets=[bound])
        finally:
            follower.stop()
    say("stopped")


def _installed() -> None:
    """Raises MissingExtraError where the packages of the extra are not there."""
    from vigie.model.errors import MissingExtraError

    try:
        import altair  # noqa: F401
        import fastapi  # noqa: F401
        import jinja2  # noqa: F401
        import uvicorn  # noqa: F401
        import vl_convert  # noqa: F401
    except ImportError:
        raise MissingExtraError("vigie serve", "serve") from None


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


def _server(application: Any) -> uvicorn.Server:
    """A server that stops quietly at Ctrl-C or SIGTERM, and logs no request: addresses hold what a reader looks for."""
    import uvicorn

    class Quiet(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            held = {kind: signal.signal(kind, self.handle_exit) for kind in (signal.SIGINT, signal.SIGTERM)}
            try:
                yield
            finally:
                for kind, before in held.items():
                    signal.signal(kind, before)

    config = uvicorn.Config(
        application, log_level="warning", access_log=False, server_header=False, lifespan="off", timeout_graceful_shutdown=5,
        timeout_keep_alive=30,
    )  # fmt: skip
    return Quiet(config)
